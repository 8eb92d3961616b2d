#![doc = include_str!("../README.md")]

mod body;
mod emulator;
mod recording;
mod routes;
mod status;
mod store;
mod token;

pub use emulator::{Builder, Emulator, StartError};
pub use recording::RecordedRequest;
pub use status::{Status, UnknownStatus};
pub use store::{Event, EventKind};
