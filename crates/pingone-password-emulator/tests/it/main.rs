//! The emulator over real connections, byte by byte: no HTTP client tidies what is sent or hides what comes back.

mod binary;
mod password;
mod recording;
mod server;
mod token;
mod unlock;
mod wire;
