//! Random values, and the proof key of an authorization code.
//!
//! The operating system's random numbers and SHA-256, from crates that have no dependencies. The crate `oauth2`, which has
//! both, would bring second versions of `base64` and `rand`.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac_sha256::Hash;
use pingone_password_client::Secret;

use crate::error::{SignInError, SignInErrorKind};

/// Returns 256 random bits in Base64 for URLs: 43 characters, as PKCE requires at least.
pub(super) fn random() -> Result<Secret, SignInError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        SignInError::new(SignInErrorKind::Listener, format!("the operating system has no random numbers: {error}"))
    })?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes).into())
}

/// Returns the `code_challenge` of a `code_verifier`, by the method `S256` of
/// [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636#section-4.2).
pub(super) fn challenge(verifier: &Secret) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Hash::hash(verifier.expose().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = Secret::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let (one, other) = (random().unwrap(), random().unwrap());
        assert!(one.expose().len() == 43 && one.expose() != other.expose());
    }
}
