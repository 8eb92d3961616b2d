//! The figures of a report.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::path::PathBuf;

use itertools::Itertools;
use uuid::Uuid;

use super::event::{Event, Hold, Kind};
use super::read::Journals;
use super::rows::Row;
use super::run_info::RunInfo;
use crate::bulk::journal::Outcome;
use crate::bulk::options::Operation;
use crate::lock::Lock;

/// How many of the slowest and most retried users are named.
const MAX_NAMED: usize = 5;
/// How many users that need attention are kept.
const MAX_ATTENTION: usize = 500;

/// A user and a number, such as milliseconds or requests.
pub(super) type Extreme = (u64, Uuid);

/// The figures of a report.
#[derive(Debug, Default)]
pub(in crate::bulk) struct Figures {
    pub(super) info: RunInfo,
    /// The users with any record.
    pub(super) users: u64,
    pub(super) requests: u64,
    pub(super) outcomes: BTreeMap<&'static str, u64>,
    /// The last error of users who are not done.
    pub(super) codes: BTreeMap<String, u64>,
    pub(super) before: BTreeMap<String, u64>,
    pub(super) after: BTreeMap<String, u64>,
    /// Users done in each second since 1970.
    pub(super) done_at: BTreeMap<u64, u64>,
    pub(super) holds: Vec<Hold>,
    pub(super) span: Option<(u64, u64)>,
    /// From the record before an unlock to the one after it, in milliseconds, in order.
    pub(super) latencies: Vec<u32>,
    pub(super) slowest: Vec<Extreme>,
    pub(super) most_requests: Vec<Extreme>,
    /// The first users who need attention.
    pub(super) attention: Vec<Row>,
    pub(super) damaged: u64,
    pub(super) damaged_at: Vec<String>,
}

/// The largest numbers.
#[derive(Default)]
struct Largest(BinaryHeap<Reverse<Extreme>>);

impl Largest {
    fn add(&mut self, extreme: Extreme) {
        self.0.push(Reverse(extreme));
        if self.0.len() > MAX_NAMED {
            self.0.pop();
        }
    }

    fn into_sorted(self) -> Vec<Extreme> {
        self.0.into_sorted_vec().into_iter().map(|Reverse(extreme)| extreme).collect()
    }
}

impl Figures {
    /// Computes the figures. `each` gets every user.
    ///
    /// # Errors
    ///
    /// Fails if the temporary files can't be read, or if `each` fails.
    pub(in crate::bulk) fn of(
        journals: Journals,
        mut each: impl FnMut(&Row) -> anyhow::Result<()>,
    ) -> anyhow::Result<Self> {
        let Journals { info, events, codes, statuses, holds, span, damaged, damaged_at, .. } = journals;
        let mut figures = Self { info, holds, span, damaged, damaged_at, ..Self::default() };
        let (mut slowest, mut most_requests) = (Largest::default(), Largest::default());
        let mut events = events.sorted().peekable();
        while let Some(first) = events.next() {
            let [user, packed] = first?;
            let mut progress = UserHistory::default();
            progress.apply(Event::unpack(packed));
            while let Some(next) = events.next_if(|next| next.as_ref().map_or(true, |[other, _]| *other == user)) {
                let [_, packed] = next?;
                progress.apply(Event::unpack(packed));
            }
            let id = Uuid::from_u128(user);
            let text = |number: u8| statuses.get(number.into()).map(str::to_owned);
            let row = Row {
                user: id,
                outcome: progress.outcome(),
                code: progress.code().and_then(|code| codes.get(code.into())).map(str::to_owned),
                http_status: Some(progress.last.map_or(0, |event| event.http_status)).filter(|status| *status > 0),
                before: text(progress.before),
                after: text(progress.last.map_or(0, |event| event.after)),
                requests: progress.requests,
                milliseconds: progress.latency,
                at: progress.last.map_or(0, |event| event.at),
            };
            if let Some(latency) = row.milliseconds {
                slowest.add((latency, id));
                figures.latencies.push(u32::try_from(latency).unwrap_or(u32::MAX));
            }
            if row.requests > 1 {
                most_requests.add((u64::from(row.requests), id));
            }
            figures.count(&row);
            each(&row)?;
            if row.needs_attention() && figures.attention.len() < MAX_ATTENTION {
                figures.attention.push(row);
            }
        }
        figures.latencies.sort_unstable();
        figures.slowest = slowest.into_sorted();
        figures.most_requests = most_requests.into_sorted();
        figures.holds.sort_unstable_by_key(|hold| hold.at);
        Ok(figures)
    }

    fn count(&mut self, row: &Row) {
        self.users += 1;
        self.requests += u64::from(row.requests);
        *self.outcomes.entry(row.outcome.as_str()).or_default() += 1;
        for (counts, text) in
            [(&mut self.codes, &row.code), (&mut self.before, &row.before), (&mut self.after, &row.after)]
        {
            if let Some(text) = text {
                *counts.entry(text.clone()).or_default() += 1;
            }
        }
        if row.outcome == Outcome::Done {
            *self.done_at.entry(row.at / 1000).or_default() += 1;
        }
    }

    pub(super) fn number_of(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(outcome.as_str()).copied().unwrap_or_default()
    }

    /// Returns the users who have no record yet. None if the journals don't say how many there are.
    pub(super) fn untouched(&self) -> Option<u64> {
        Some(self.info.users?.saturating_sub(self.users))
    }

    /// Returns how many users with a record are left to do.
    pub(super) fn open(&self) -> u64 {
        Outcome::OPEN.iter().map(|outcome| self.number_of(*outcome)).sum()
    }

    /// Returns how many users are left to do, with those who have no record.
    pub(super) fn left(&self) -> u64 {
        self.open() + self.untouched().unwrap_or_default()
    }

    /// Returns the journals that are not resumed.
    pub(in crate::bulk) fn trails(&self) -> &BTreeSet<PathBuf> {
        &self.info.trails
    }

    /// Returns the first users who are left to do.
    pub(in crate::bulk) fn first_left(&self) -> impl Iterator<Item = Uuid> {
        self.attention.iter().map(|row| row.user)
    }

    /// Returns whether any user is left to do.
    pub(in crate::bulk) fn has_left(&self) -> bool {
        self.left() > 0 || self.damaged > 0
    }

    /// Returns what was unlocked. Several journals may be of both locks.
    pub(super) fn lock(&self) -> Lock {
        if let [lock] = self.info.locks[..] { lock } else { Lock::Any }
    }

    /// Returns what the runs did: an unlock, if any of them did. None if no header says.
    pub(in crate::bulk) fn operation(&self) -> Option<Operation> {
        let operations = [Operation::Unlock, Operation::State];
        operations.into_iter().find(|operation| self.info.operations.contains(operation.as_str()))
    }

    /// Returns the seconds for which the server held everyone back.
    pub(super) fn held_seconds(&self) -> u64 {
        self.holds.iter().map(|hold| hold.seconds).sum()
    }

    /// Returns a percentile of the latencies in milliseconds.
    pub(super) fn percentile(&self, percent: usize) -> Option<u32> {
        let last = self.latencies.len().checked_sub(1)?;
        self.latencies.get(last * percent / 100).copied()
    }

    /// Returns the codes, the most frequent first.
    pub(super) fn codes_by_count(&self) -> Vec<(&str, u64)> {
        let codes = self.codes.iter().map(|(code, count)| (code.as_str(), *count));
        codes.sorted_by_key(|(code, count)| (Reverse(*count), *code)).collect()
    }
}

/// What the records of a user add up to.
#[derive(Default)]
struct UserHistory {
    last: Option<Event>,
    started: Option<u64>,
    is_done: bool,
    before: u8,
    requests: u32,
    latency: Option<u64>,
}

impl UserHistory {
    fn apply(&mut self, event: Event) {
        self.requests += event.requests;
        match event.kind {
            Kind::Started => {
                // A later run of a few users may unlock one of them again.
                self.is_done &= self.last.is_none_or(|last| event.at <= last.at);
                self.started = Some(event.at);
            }
            Kind::Finished(_) => {
                // Without a request, it is how long the user waited for a turn that never came.
                if let Some(started) = self.started.take().filter(|_| event.requests > 0) {
                    self.latency = Some(event.at.saturating_sub(started));
                }
            }
            Kind::Listed | Kind::Damaged => {}
        }
        if event.before > 0 {
            self.before = event.before;
        }
        // A user who is done stays done.
        if !self.is_done {
            self.is_done = matches!(event.kind, Kind::Finished(Outcome::Done | Outcome::Skipped));
            self.last = Some(event);
        }
    }

    fn outcome(&self) -> Outcome {
        match self.last.map(|event| event.kind) {
            Some(Kind::Finished(outcome)) => outcome,
            // The run ended before the response, or the record is lost.
            Some(Kind::Started | Kind::Damaged) => Outcome::Unknown,
            Some(Kind::Listed) | None => Outcome::NotSent,
        }
    }

    fn code(&self) -> Option<u16> {
        self.last.map(|event| event.code).filter(|_| !self.is_done)
    }
}
