//! The effect of each fault on a response.

mod bomb;
mod connection;
mod echo;
mod gateway;
mod operation;
mod resource;
mod retry_after;
mod token;

pub(super) use self::{operation::operation, token::token};

const HTML: &str = "text/html";
const TEXT: &str = "text/plain";
