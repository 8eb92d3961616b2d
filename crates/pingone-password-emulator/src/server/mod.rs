//! The server: connections, with and without TLS.

mod connection;
#[cfg(feature = "tls")]
mod tls;

pub(crate) use self::connection::{serve, serve_connection};
#[cfg(feature = "tls")]
pub(crate) use self::tls::Tls;
