//! A record about a user, in a number, so that a million of them can be sorted on disk; and a wait for the server.

use chrono::DateTime;
use pingone_password::UserId;
use uuid::Uuid;

use crate::bulk::input::Pair;
use crate::bulk::journal::Outcome;

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Listed,
    Started,
    Finished(Outcome),
    /// The record is damaged.
    Damaged,
}

const KINDS: [Kind; 9] = [
    Kind::Listed,
    Kind::Started,
    Kind::Damaged,
    Kind::Finished(Outcome::Done),
    Kind::Finished(Outcome::Failed),
    Kind::Finished(Outcome::NotSent),
    Kind::Finished(Outcome::Unknown),
    Kind::Finished(Outcome::Skipped),
    Kind::Finished(Outcome::WouldUnlock),
];

/// A record about a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) kind: Kind,
    /// Milliseconds since 1970.
    pub(super) at: u64,
    pub(super) requests: u32,
    pub(super) http_status: u16,
    /// Numbers of texts; 0 is none.
    pub(super) code: u16,
    pub(super) before: u8,
    pub(super) after: u8,
}

impl Event {
    /// Packs the event. Events of a user sort by their place in the journals.
    pub(super) fn pack(&self, user: UserId, place: u64) -> Pair {
        let kind = KINDS.iter().position(|kind| *kind == self.kind).unwrap_or_default();
        let fields = [
            (u128::from(place), 40),
            (kind as u128, 4),
            (u128::from(self.code), 12),
            (u128::from(self.before), 6),
            (u128::from(self.after), 6),
            (u128::from(self.http_status), 10),
            (u128::from(self.requests), 8),
            (u128::from(self.at), 42),
        ];
        let packed = fields.iter().fold(0, |packed, (value, bits)| packed << bits | (*value).min((1 << bits) - 1));
        [Uuid::from(user).as_u128(), packed]
    }

    /// Unpacks an event.
    #[expect(clippy::cast_possible_truncation, reason = "each value has no more bits than its type")]
    pub(super) fn unpack(mut packed: u128) -> Self {
        let mut take = |bits: u32| {
            let value = packed & ((1 << bits) - 1);
            packed >>= bits;
            value
        };
        let (at, requests, http_status) = (take(42) as u64, take(8) as u32, take(10) as u16);
        let (after, before, code) = (take(6) as u8, take(6) as u8, take(12) as u16);
        let kind = KINDS.get(take(4) as usize).copied().unwrap_or(Kind::Damaged);
        Self { kind, at, requests, http_status, code, before, after }
    }
}

/// The server asked everyone to wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hold {
    /// Milliseconds since 1970.
    pub(super) at: u64,
    pub(super) seconds: u64,
}

/// Parses a time, to milliseconds since 1970.
pub(super) fn milliseconds(time: &str) -> Option<u64> {
    u64::try_from(DateTime::parse_from_rfc3339(time).ok()?.timestamp_millis()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn packing_loses_nothing(
            kind in prop::sample::select(KINDS.to_vec()), at in 0..1_u64 << 42, requests in 0..256_u32,
            http_status in 0..1000_u16, code in 0..4096_u16, before in 0..64_u8, after in 0..64_u8,
            place in 0..1_u64 << 40,
        ) {
            let event = Event { kind, at, requests, http_status, code, before, after };
            let [_, packed] = event.pack(Uuid::nil().into(), place);
            prop_assert_eq!(Event::unpack(packed), event);
            let [_, later] = event.pack(Uuid::nil().into(), place + 1);
            prop_assert!(later > packed);
        }
    }
}
