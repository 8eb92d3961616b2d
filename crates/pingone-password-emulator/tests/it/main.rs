//! The emulator over real connections, byte by byte: no HTTP client normalizes requests or hides parts of responses.

#[cfg(feature = "cli")]
mod binary;
#[cfg(feature = "cli")]
mod binary_flags;
mod broken;
mod control;
mod device;
mod echo;
mod environment;
mod injected;
mod lies;
mod limits;
mod mixed_up;
mod near_misses;
mod password;
#[cfg(feature = "cli")]
mod postman;
mod random;
mod readme;
mod recording;
mod responses;
mod retry_after;
mod samples;
mod scripts;
mod server;
mod sign_in;
#[cfg(feature = "tls")]
mod tls;
mod token;
mod token_faults;
mod unlock;
mod user_faults;
mod users;
mod wire;
