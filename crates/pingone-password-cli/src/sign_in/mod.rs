//! Where the tokens of a person who signed in are kept: in the operating system's keychain, or in a file.

mod file;
mod keychain;
mod store;

pub(crate) use store::{Place, TokenStore};
