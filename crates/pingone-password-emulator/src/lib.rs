#![doc = include_str!("../README.md")]

mod answers;
mod body;
mod bomb;
mod builder;
mod connection;
mod emulator;
mod fault;
mod faults;
mod limits;
mod recording;
mod routes;
mod status;
mod store;
#[cfg(feature = "tls")]
mod tls;
mod token;

pub use builder::{Builder, StartError};
pub use emulator::Emulator;
pub use fault::{Fault, TokenFault, UnknownFault};
pub use faults::{Operation, RandomFaults};
pub use recording::RecordedRequest;
pub use status::{Status, UnknownStatus};
pub use store::{Event, EventKind};
