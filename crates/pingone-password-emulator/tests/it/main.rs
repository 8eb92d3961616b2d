//! The emulator over real connections, byte by byte: no HTTP client tidies what is sent or hides what comes back.

mod answers;
mod binary;
mod binary_flags;
mod broken;
mod limits;
mod password;
mod random;
mod recording;
mod scripts;
mod server;
#[cfg(feature = "tls")]
mod tls;
mod token;
mod unlock;
mod wire;
