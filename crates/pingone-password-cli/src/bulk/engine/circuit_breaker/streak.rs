//! Stops a run after failures that may be each user's own, but are too many for that.

use crate::bulk::journal::Outcome;
use crate::bulk::max_failures::MaxFailures;

/// The number of users before a percentage counts.
const MIN_USERS: u64 = 20;

/// Counts failures.
#[derive(Debug)]
pub(in crate::bulk::engine) struct FailureStreak {
    max: MaxFailures,
    /// The API URL.
    server: String,
    users: u64,
    failures: u64,
    /// The failures since the last success.
    length: u64,
    /// The first of them.
    first: Option<String>,
}

impl FailureStreak {
    pub(in crate::bulk::engine) fn new(max: MaxFailures, server: &str) -> Self {
        Self { max, server: server.to_owned(), users: 0, failures: 0, length: 0, first: None }
    }

    /// Counts a user. `failure` describes the response. Returns why the run stops, if it does.
    pub(in crate::bulk::engine) fn count(&mut self, outcome: Outcome, failure: Option<&str>) -> Option<String> {
        self.users += 1;
        if !matches!(outcome, Outcome::Failed | Outcome::NotSent | Outcome::Unknown) {
            self.length = 0;
            self.first = None;
            return None;
        }
        self.failures += 1;
        self.length += 1;
        let first = self.first.get_or_insert_with(|| failure.unwrap_or("no response").to_owned());
        match self.max {
            MaxFailures::InARow(max) if self.length >= max => {
                let last = if max == 1 { "last user".to_owned() } else { format!("last {} users", self.length) };
                Some(format!("the {last} failed at {}; the first one: {first}", self.server))
            }
            MaxFailures::Percent(percent) if self.users >= MIN_USERS && self.failures * 100 > self.users * percent => {
                Some(format!(
                    "{} of {} users failed at {}; the last streak began with: {first}",
                    self.failures, self.users, self.server
                ))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_in_a_row_stop_a_run() {
        let mut streak = FailureStreak::new(MaxFailures::default(), "here");
        for _ in 0..3 {
            for _ in 0..19 {
                assert_eq!(streak.count(Outcome::Failed, Some("404")), None);
            }
            assert_eq!(streak.count(Outcome::Done, None), None);
        }
        for index in 0..19 {
            assert_eq!(streak.count(Outcome::Unknown, Some(&format!("{index}"))), None);
        }
        let why = streak.count(Outcome::Failed, None).unwrap();
        assert_eq!(why, "the last 20 users failed at here; the first one: 0");
    }

    #[test]
    fn a_percentage_counts_from_twenty_users_on() {
        let mut streak = FailureStreak::new("10%".parse().unwrap(), "here");
        assert!((0..30).all(|_| streak.count(Outcome::Done, None).is_none()));
        assert!((0..3).all(|_| streak.count(Outcome::Failed, None).is_none()));
        assert!(streak.count(Outcome::Failed, None).is_some());
        for text in ["0", "0%", "101%", "x", "", "-1", "5.5%"] {
            assert!(text.parse::<MaxFailures>().is_err(), "{text}");
        }
    }
}
