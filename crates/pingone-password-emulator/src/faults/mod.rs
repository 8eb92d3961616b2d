//! Faults: their names, when they happen, and what they do to a response.

mod effects;
mod fault;
mod injected;
mod random;
mod replaced;
mod schedule;
mod table;
mod token_fault;
mod unknown_fault;

pub use self::{fault::Fault, random::RandomFaults, token_fault::TokenFault, unknown_fault::UnknownFault};
pub(crate) use self::{injected::Injected, replaced::Replaced, schedule::Schedule};
