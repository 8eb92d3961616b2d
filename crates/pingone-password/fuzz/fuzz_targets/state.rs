//! Decodes arbitrary bytes as the body of a password state.

#![no_main]

mod settles;

use pingone_password::PasswordState;

libfuzzer_sys::fuzz_target!(|body: &[u8]| settles::settles::<PasswordState>(body));
