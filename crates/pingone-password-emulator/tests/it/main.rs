//! The emulator over real connections, byte by byte: no HTTP client normalizes requests or hides parts of responses.

#[cfg(feature = "cli")]
mod binary;
#[cfg(feature = "cli")]
mod binary_flags;
mod broken;
mod limits;
mod password;
mod random;
mod recording;
mod responses;
mod scripts;
mod server;
#[cfg(feature = "tls")]
mod tls;
mod token;
mod unlock;
mod wire;
