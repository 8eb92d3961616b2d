//! Users as people name them: by ID, username or email address.

mod key;
mod resolve;

pub(crate) use key::{By, Key, not_an_id};
pub(crate) use resolve::{KnownUser, Unresolved, resolve};
