//! Failures of a server, a gateway or the network, and the errors that a caller sees.

mod belief;
mod display;
mod kinds;
mod stub;
