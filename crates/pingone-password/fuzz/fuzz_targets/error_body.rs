//! Decodes arbitrary bytes as the body of an error.

#![no_main]

mod settles;

use pingone_password_client::types::ApiError;

libfuzzer_sys::fuzz_target!(|body: &[u8]| settles::settles::<ApiError>(body));
