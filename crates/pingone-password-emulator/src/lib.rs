#![doc = include_str!("../README.md")]

mod api;
mod connection_state;
mod control;
mod emulator;
mod faults;
mod journal;
mod operation;
mod raw_response;
mod responses;
mod server;
mod state;
mod store;

pub use emulator::{Builder, Emulator, StartError};
pub use faults::{Fault, RandomFaults, TokenFault, UnknownFault};
pub use journal::RecordedRequest;
pub use operation::Operation;
pub use store::{AccountLock, Actor, Agent, Event, EventKind, InvalidUser, NewUser, Role, Status, UnknownStatus, User};
