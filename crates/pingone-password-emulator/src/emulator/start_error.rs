//! The error for an emulator that didn't start.

use std::{error::Error, fmt, io, net::SocketAddr};

use crate::store::InvalidUser;

/// The error for an emulator that didn't start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The address is reachable from other computers, and access tokens travel in the clear.
    NotLoopback(SocketAddr),
    /// The address can't be bound.
    Bind {
        /// The configured address.
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
    /// The redirect target is not a valid header value.
    RedirectTarget(String),
    /// A user of the seed can't be added.
    Seed(InvalidUser),
    /// The certificate could not be generated.
    #[cfg(feature = "tls")]
    Certificate(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback(address) => write!(
                f,
                "{address} is not a loopback address: access tokens travel in the clear, so listen on 127.0.0.1 or [::1]"
            ),
            Self::Bind { address, .. } => write!(f, "failed to listen on {address}"),
            Self::RedirectTarget(url) => write!(f, "{url:?} is not a valid redirect target"),
            Self::Seed(_) => f.write_str("invalid seed"),
            #[cfg(feature = "tls")]
            Self::Certificate(_) => f.write_str("failed to generate a certificate"),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotLoopback(_) | Self::RedirectTarget(_) => None,
            Self::Bind { source, .. } => Some(source),
            Self::Seed(source) => Some(source),
            #[cfg(feature = "tls")]
            Self::Certificate(source) => Some(source.as_ref()),
        }
    }
}
