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

/// Counts the users to whom the server said 403.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    /// Whether the operation was allowed for somebody, in this run or an earlier one.
    is_allowed: bool,
    in_a_row: u64,
    all: u64,
}

impl Refusals {
    /// Whether an earlier run was done with users.
    pub(crate) fn after(has_finished: bool) -> Self {
        Self { is_allowed: has_finished, ..Self::default() }
    }

    /// Counts a user: what a 403 said, if there was one. Gives that back where it would happen to everyone.
    pub(crate) fn count(&mut self, forbidden: Option<String>, outcome: Outcome) -> Option<String> {
        if let Some(why) = forbidden {
            self.all += 1;
            self.in_a_row += 1;
            let limit = if self.is_allowed { LATER } else { AT_THE_START };
            return (self.in_a_row >= limit).then_some(why);
        }
        // Any other failure says nothing of what is allowed.
        if !matches!(outcome, Outcome::Failed | Outcome::Unknown) {
            self.in_a_row = 0;
            self.is_allowed = true;
        }
        None
    }

    /// Whether there was any.
    pub(crate) fn any(&self) -> bool {
        self.all > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(refusals: &mut Refusals) -> bool {
        refusals.count(Some("403".to_owned()), Outcome::Failed).is_some()
    }

    #[test]
    fn five_in_a_row_stop_a_run_in_which_nobody_was_allowed_anything() {
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
