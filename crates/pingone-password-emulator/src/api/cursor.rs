//! Cursors: opaque positions in a list of users.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

/// A random part, the masked position, and a check that ties both to the filter.
const LENGTH: usize = 8 + 16 + 8;

/// Returns a cursor that is different each time, and valid for this filter only.
pub(super) fn seal(position: Uuid, filter: &str, secret: &str) -> String {
    let salt = fastrand::u64(..);
    let position = position.as_u128() ^ mask(salt, secret);
    let check = check(salt, position, filter, secret);
    let bytes = [&salt.to_be_bytes()[..], &position.to_be_bytes(), &check.to_be_bytes()].concat();
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns the position, or `None` if the cursor isn't one for this filter.
pub(super) fn open(cursor: &str, filter: &str, secret: &str) -> Option<Uuid> {
    let bytes: [u8; LENGTH] = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
    let (salt, rest) = bytes.split_first_chunk()?;
    let (position, given) = rest.split_first_chunk()?;
    let (salt, position) = (u64::from_be_bytes(*salt), u128::from_be_bytes(*position));
    let expected = check(salt, position, filter, secret).to_be_bytes();
    (given == expected).then(|| Uuid::from_u128(position ^ mask(salt, secret)))
}

fn mask(salt: u64, secret: &str) -> u128 {
    (u128::from(hash(&(salt, secret))) << 64) | u128::from(hash(&(secret, salt)))
}

fn check(salt: u64, position: u128, filter: &str, secret: &str) -> u64 {
    hash(&(salt, position, filter, secret))
}

/// Not a cryptographic hash: it keeps honest clients from reading cursors.
fn hash(value: &impl std::hash::Hash) -> u64 {
    use std::hash::{DefaultHasher, Hasher};

    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
