//! Users as people name them: by ID, username or email address.

mod batch;
mod key;
mod resolve;

pub(crate) use batch::BatchLookup;
pub(crate) use key::{By, Key, email, not_an_id, username};
pub(crate) use resolve::{KnownUser, Unresolved, resolve};
