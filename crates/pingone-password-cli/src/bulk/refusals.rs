//! When a 403 stops the run.
//!
//! A role can be limited to a population, so that a 403 may concern one user only. That it would happen to everyone is
//! assumed when there are several in a row; many more, where the role has been good for somebody: those of one population
//! may stand together in the input, and the next run meets them again at the same place.

use super::record::Outcome;

/// So many in a row stop a run in which nobody has been allowed anything.
const AT_THE_START: u64 = 5;
/// So many in a row stop a run in which somebody has.
const LATER: u64 = 100;

/// A 403, to a look at the state or to what the run is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) why: String,
    pub(crate) is_of_read: bool,
}

/// Counts the users to whom the server said 403.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    reads: Streak,
    unlocks: Streak,
}

/// Those of one operation: a role may allow the one, and not the other.
#[derive(Debug, Default)]
struct Streak {
    /// Whether the operation was allowed for somebody, in this run or an earlier one.
    is_allowed: bool,
    length: u64,
    all: u64,
}

impl Streak {
    fn allow(&mut self) {
        self.is_allowed = true;
        self.length = 0;
    }
}

impl Refusals {
    /// Whether an earlier run has unlocked users.
    pub(crate) fn after(has_done: bool) -> Self {
        let allowed = || Streak { is_allowed: has_done, ..Streak::default() };
        Self { reads: allowed(), unlocks: allowed() }
    }

    /// Counts a user: what a 403 said, if there was one. Gives that back where it would happen to everyone.
    pub(crate) fn count(&mut self, refusal: Option<Refusal>, outcome: Outcome) -> Option<String> {
        if let Some(Refusal { why, is_of_read }) = refusal {
            let streak = if is_of_read { &mut self.reads } else { &mut self.unlocks };
            streak.all += 1;
            streak.length += 1;
            let limit = if streak.is_allowed { LATER } else { AT_THE_START };
            return (streak.length >= limit).then_some(why);
        }
        match outcome {
            Outcome::Done => {
                self.reads.allow();
                self.unlocks.allow();
            }
            Outcome::Skipped | Outcome::WouldUnlock => self.reads.allow(),
            // Any other failure says nothing of what is allowed.
            Outcome::Failed | Outcome::Unknown => {}
        }
        None
    }

    /// Whether there was any.
    pub(crate) fn any(&self) -> bool {
        self.reads.all + self.unlocks.all > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_of(refusals: &mut Refusals, is_of_read: bool) -> bool {
        refusals.count(Some(Refusal { why: "403".to_owned(), is_of_read }), Outcome::Failed).is_some()
    }

    fn refused(refusals: &mut Refusals) -> bool {
        refused_of(refusals, false)
    }

    #[test]
    fn who_may_be_looked_at_says_nothing_of_who_may_be_unlocked() {
        let mut refusals = Refusals::default();
        for _ in 0..4 {
            assert!(!refused(&mut refusals));
            assert_eq!(refusals.count(None, Outcome::Skipped), None);
        }
        assert!((0..99).all(|_| !refused_of(&mut refusals, true)));
        assert!(refused(&mut refusals));
    }

    #[test]
    fn five_length_stop_a_run_in_which_nobody_was_allowed_anything() {
        let mut refusals = Refusals::default();
        assert!(!refusals.any());
        assert!((0..4).all(|_| !refused(&mut refusals)));
        assert_eq!(refusals.count(None, Outcome::Failed), None);
        assert!(refused(&mut refusals));
        assert!(refusals.any());
    }

    #[test]
    fn after_a_success_it_takes_many() {
        let mut refusals = Refusals::default();
        for _ in 0..3 {
            assert!((0..4).all(|_| !refused(&mut refusals)));
            assert_eq!(refusals.count(None, Outcome::Done), None);
        }
        for mut refusals in [refusals, Refusals::after(true)] {
            assert!((0..99).all(|_| !refused(&mut refusals)));
            assert!(refused(&mut refusals));
        }
    }
}
