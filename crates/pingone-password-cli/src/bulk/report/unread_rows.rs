//! The users whose rows can't be printed, or may not be read. They are named on standard error, or in a file.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pingone_password::UserId;

use crate::bulk::journal::{Outcome, shell_words};
use crate::output::csv_line;
use crate::terminal::{grouped, note};

/// More than a pipe holds, in bytes. What was written before that is taken as read.
const PIPE: u64 = 1 << 20;
/// The number of users who are named one by one.
const NAMED: usize = 20;
/// The maximum number of users that are kept if a journal has them all.
const KEPT_BESIDE_JOURNAL: usize = 4096;

/// Keeps the users whose rows may be lost.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnreadRows(Arc<Mutex<Rows>>);

#[derive(Debug, Default)]
struct Rows {
    users: VecDeque<UnreadRow>,
    has_journal: bool,
    /// The number of earlier ones that only the journal has.
    more: BTreeMap<Outcome, u64>,
    /// The size of all rows, and of those that are written, in bytes.
    size: u64,
    written: u64,
}

#[derive(Clone, Copy, Debug)]
struct UnreadRow {
    user: UserId,
    outcome: Outcome,
    /// The size of all rows up to this one.
    end: u64,
}

impl UnreadRows {
    pub(crate) fn new(has_journal: bool) -> Self {
        Self(Arc::new(Mutex::new(Rows { has_journal, ..Rows::default() })))
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a user whose row is about to be printed. `queue` queues it, in the same order.
    pub(super) fn add<T>(&self, user: Option<UserId>, outcome: Outcome, bytes: usize, queue: impl FnOnce() -> T) -> T {
        let mut rows = self.rows();
        rows.size += bytes as u64;
        let read = rows.written.saturating_sub(PIPE);
        while rows.users.front().is_some_and(|row| row.end <= read) {
            rows.users.pop_front();
        }
        let end = rows.size;
        let is_known = !matches!(outcome, Outcome::Skipped | Outcome::WouldUnlock);
        rows.users.extend(user.filter(|_| is_known).map(|user| UnreadRow { user, outcome, end }));
        if rows.has_journal
            && rows.users.len() > KEPT_BESIDE_JOURNAL
            && let Some(row) = rows.users.pop_front()
        {
            *rows.more.entry(row.outcome).or_default() += 1;
        }
        queue()
    }

    /// Counts bytes that are written.
    pub(super) fn count_written(&self, bytes: usize) {
        self.rows().written += bytes as u64;
    }

    /// Adds a user for whom nothing was sent, because no row can be printed any more.
    pub(crate) fn add_not_sent(&self, user: UserId) {
        self.rows().users.push_back(UnreadRow { user, outcome: Outcome::NotSent, end: u64::MAX });
    }

    /// Names the users on standard error. If they are many, says how many they are, and where they are named: in the journal, or
    /// else in a file that is written now.
    pub(crate) fn report(&self, journal: Option<&Path>) {
        let Rows { users, written, more, .. } = std::mem::take(&mut *self.rows());
        let many = (users.len() > NAMED).then(|| counts(&users, more));
        let file = many.and_then(|counts| Some((counts, journal.map(Path::to_owned).or_else(|| write_file(&users))?)));
        // They are few, or nothing can be written any more.
        let Some((counts, path)) = file else { return users.iter().map(|row| row.in_words(written)).for_each(note) };
        note(format!("results that may not have been read: {counts}; all are in {}", path.display()));
        if journal.is_none() && users.iter().any(|row| row.outcome == Outcome::NotSent) {
            let rest = ["pingone-password", "unlock", "--where", "result=not_sent", "--from"].map(OsString::from);
            let command = shell_words(rest.into_iter().chain([path.into_os_string()]));
            note(format!("unlock the rest, with those flags of this run that don't say who, by: {command}"));
        }
    }
}

impl UnreadRow {
    fn in_words(&self, written: u64) -> String {
        let lost = if self.end <= written { "may not have been read" } else { "could not be printed" };
        let user = self.user;
        match self.outcome {
            Outcome::Done => format!("user {user}: unlocked, but the result {lost}"),
            Outcome::Unknown => format!("user {user}: outcome unknown: the unlock may have been applied"),
            outcome => format!("user {user}: {}", words(outcome)),
        }
    }
}

/// Returns the name of an outcome in rows.
fn result(outcome: Outcome) -> &'static str {
    if outcome == Outcome::Done { "unlocked" } else { outcome.as_str() }
}

fn counts(users: &VecDeque<UnreadRow>, more: BTreeMap<Outcome, u64>) -> String {
    let mut counts = more;
    for row in users {
        *counts.entry(row.outcome).or_default() += 1;
    }
    let in_words = |(outcome, count): (&Outcome, &u64)| format!("{} {}", grouped(*count), words(*outcome));
    counts.iter().map(in_words).collect::<Vec<_>>().join(", ")
}

fn words(outcome: Outcome) -> String {
    result(outcome).replace('_', " ")
}

/// Writes the users to a new file in the current folder, or else in the one for temporary files.
fn write_file(users: &VecDeque<UnreadRow>) -> Option<PathBuf> {
    [PathBuf::from("."), std::env::temp_dir()].iter().find_map(|folder| write_file_in(folder, users).ok())
}

fn write_file_in(folder: &Path, users: &VecDeque<UnreadRow>) -> io::Result<PathBuf> {
    // Only its owner can read it.
    let file = tempfile::Builder::new().prefix("pingone-password-results-").suffix(".csv").tempfile_in(folder)?;
    let mut text = io::BufWriter::new(file);
    text.write_all(csv_line(["user_id", "result"])?.as_bytes())?;
    for row in users {
        text.write_all(csv_line([&*row.user.to_string(), result(row.outcome)])?.as_bytes())?;
    }
    let (file, path) = text.into_inner().map_err(io::IntoInnerError::into_error)?.keep()?;
    file.sync_all()?;
    Ok(path.components().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: u128) -> UserId {
        uuid::Uuid::from_u128(number).into()
    }

    #[test]
    fn only_what_a_pipe_may_still_hold_is_kept() {
        let unread = UnreadRows::default();
        for number in 0..100 {
            unread.add(Some(user(number)), Outcome::Done, 100_000, || ());
            unread.count_written(100_000);
        }
        unread.add(Some(user(100)), Outcome::Skipped, 1, || ());
        let rows = unread.rows();
        assert!((11..=12).contains(&rows.users.len()), "{}", rows.users.len());
        assert_eq!(rows.users.back().unwrap().user, user(99));
    }

    #[test]
    fn each_user_is_named_with_the_outcome() {
        let unread = UnreadRows::default();
        unread.add(Some(user(1)), Outcome::Done, 10, || ());
        unread.count_written(10);
        for outcome in Outcome::ALL {
            unread.add(Some(user(2)), outcome, 10, || ());
        }
        unread.add_not_sent(user(3));
        let rows = unread.rows();
        let words: Vec<_> = rows.users.iter().map(|row| row.in_words(rows.written)).collect();
        let ends = words.iter().map(|words| words.split_once(": ").unwrap().1).collect::<Vec<_>>();
        assert_eq!(
            ends,
            [
                "unlocked, but the result may not have been read",
                "unlocked, but the result could not be printed",
                "failed",
                "not sent",
                "outcome unknown: the unlock may have been applied",
                "not sent",
            ]
        );
        assert_eq!(
            counts(&rows.users, [(Outcome::Done, 1998)].into()),
            "2,000 unlocked, 1 failed, 2 not sent, 1 unknown"
        );
    }
}
