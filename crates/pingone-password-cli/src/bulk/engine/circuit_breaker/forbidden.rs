//! Stops a run after several 403 in a row.
//!
//! A role can be limited to a population, so a single 403 may concern one user only. Several in a row stop the run; many
//! more are needed once the role was sufficient for some user, because users of one population may be adjacent in the input.

use crate::bulk::journal::Outcome;

/// The streak that stops a run in which no request was allowed yet.
const LIMIT_AT_START: u64 = 5;
/// The streak that stops any other run.
const LIMIT_LATER: u64 = 100;

/// A 403 response to a state check or to the operation of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bulk::engine) struct Forbidden {
    pub(in crate::bulk::engine) why: String,
    pub(in crate::bulk::engine) is_of_read: bool,
}

/// Counts consecutive users with a 403 response.
#[derive(Debug, Default)]
pub(in crate::bulk::engine) struct ForbiddenStreaks {
    reads: Streak,
    unlocks: Streak,
}

/// The streak of one operation: a role may allow one and not the other.
#[derive(Debug, Default)]
struct Streak {
    /// Whether the operation was allowed for any user, in this run or an earlier one.
    is_allowed: bool,
    length: u64,
    total: u64,
}

impl Streak {
    fn allow(&mut self) {
        self.is_allowed = true;
        self.length = 0;
    }
}

impl ForbiddenStreaks {
    /// Starts to count, after earlier runs that unlocked users or didn't.
    pub(in crate::bulk::engine) fn after(has_unlocked: bool) -> Self {
        let allowed = || Streak { is_allowed: has_unlocked, ..Streak::default() };
        Self { reads: allowed(), unlocks: allowed() }
    }

    /// Counts a user. Returns the error of the 403 if the streak stops the run.
    pub(in crate::bulk::engine) fn count(&mut self, forbidden: Option<Forbidden>, outcome: Outcome) -> Option<String> {
        if let Some(Forbidden { why, is_of_read }) = forbidden {
            let streak = if is_of_read { &mut self.reads } else { &mut self.unlocks };
            streak.total += 1;
            streak.length += 1;
            let limit = if streak.is_allowed { LIMIT_LATER } else { LIMIT_AT_START };
            return (streak.length >= limit).then_some(why);
        }
        match outcome {
            Outcome::Done => {
                self.reads.allow();
                self.unlocks.allow();
            }
            Outcome::Skipped | Outcome::WouldUnlock => self.reads.allow(),
            // Other failures say nothing about permissions.
            Outcome::Failed | Outcome::NotSent | Outcome::Unknown => {}
        }
        None
    }

    /// Returns whether there was any 403.
    pub(in crate::bulk::engine) fn any(&self) -> bool {
        self.reads.total + self.unlocks.total > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forbid_of(streaks: &mut ForbiddenStreaks, is_of_read: bool) -> bool {
        streaks.count(Some(Forbidden { why: "403".to_owned(), is_of_read }), Outcome::Failed).is_some()
    }

    fn forbid(streaks: &mut ForbiddenStreaks) -> bool {
        forbid_of(streaks, false)
    }

    #[test]
    fn permission_to_read_is_not_permission_to_unlock() {
        let mut streaks = ForbiddenStreaks::default();
        for _ in 0..4 {
            assert!(!forbid(&mut streaks));
            assert_eq!(streaks.count(None, Outcome::Skipped), None);
        }
        assert!((0..99).all(|_| !forbid_of(&mut streaks, true)));
        assert!(forbid(&mut streaks));
    }

    #[test]
    fn five_in_a_row_stop_a_run_without_a_success() {
        let mut streaks = ForbiddenStreaks::default();
        assert!(!streaks.any());
        assert!((0..4).all(|_| !forbid(&mut streaks)));
        assert_eq!(streaks.count(None, Outcome::Failed), None);
        assert!(forbid(&mut streaks));
        assert!(streaks.any());
    }

    #[test]
    fn a_hundred_in_a_row_stop_a_run_with_a_success() {
        let mut streaks = ForbiddenStreaks::default();
        for _ in 0..3 {
            assert!((0..4).all(|_| !forbid(&mut streaks)));
            assert_eq!(streaks.count(None, Outcome::Done), None);
        }
        for mut streaks in [streaks, ForbiddenStreaks::after(true)] {
            assert!((0..99).all(|_| !forbid(&mut streaks)));
            assert!(forbid(&mut streaks));
        }
    }
}
