//! A part of the users, for several computers that share a list.

use std::fmt;
use std::str::FromStr;

use pingone_password::UserId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The most parts. The limit of a licence is reached with far fewer.
const MAX_SHARDS: u32 = 1000;

/// One of several parts of all users. Every user is in exactly one of them, whatever the list looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// From 1 to `of`.
    number: u32,
    of: u32,
}

impl Shard {
    /// Returns whether a user is in this part. All versions of this program agree on it.
    pub(in crate::bulk) fn has(self, user: UserId) -> bool {
        let hash = Sha256::digest(Uuid::from(user).as_bytes());
        let first = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        first % u64::from(self.of) == u64::from(self.number) - 1
    }
}

impl FromStr for Shard {
    type Err = InvalidShard;

    fn from_str(text: &str) -> Result<Self, InvalidShard> {
        let (number, of) = text.split_once('/').ok_or(InvalidShard)?;
        let (number, of) =
            (number.trim().parse().map_err(|_| InvalidShard)?, of.trim().parse().map_err(|_| InvalidShard)?);
        if (1..=of).contains(&number) && of <= MAX_SHARDS { Ok(Self { number, of }) } else { Err(InvalidShard) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// A text that is not a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidShard;

impl fmt::Display for InvalidShard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected K/N, such as 1/3: the first of three parts, of at most {MAX_SHARDS}")
    }
}

impl std::error::Error for InvalidShard {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_user_is_in_exactly_one_part(id: u128, of in 1..=MAX_SHARDS) {
            let user = Uuid::from_u128(id).into();
            let parts = (1..=of).filter(|number| Shard { number: *number, of }.has(user)).count();
            prop_assert_eq!(parts, 1);
        }
    }

    #[test]
    fn parts_are_of_about_the_same_size() {
        let shard: Shard = "2/3".parse().unwrap();
        let count = (0..30_000_u128).filter(|id| shard.has(Uuid::from_u128(*id).into())).count();
        assert!((9_500..10_500).contains(&count), "{count}");
        // Computers with another version have to agree.
        let first: Vec<_> = (0..12).map(|id| shard.has(Uuid::from_u128(id).into())).collect();
        assert_eq!(first, [false, true, true, true, true, false, false, false, true, false, false, false]);
    }

    #[test]
    fn what_is_no_part() {
        for text in ["", "1", "0/3", "4/3", "1/0", "-1/3", "1/1001", "a/b", "1/3/5"] {
            assert_eq!(text.parse::<Shard>(), Err(InvalidShard), "{text}");
        }
        assert_eq!("3/3".parse::<Shard>().map(|shard| shard.to_string()), Ok("3/3".to_owned()));
    }
}
