//! Runs workers for a limited number of users at a time, until no users remain or the run stops.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use pingone_password::Client;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::circuit_breaker::{FailureStreak, ForbiddenStreaks};
use super::rate_limiter::SharedRateLimiter;
use super::stop::{Stop, Stopping};
use super::worker::{Report, Worker};
use crate::bulk::input::{Counts, Listed};
use crate::bulk::journal::{Journal, JournalRecord, Outcome, now};
use crate::bulk::options::Options;
use crate::bulk::report::{Conditions, Progress, RowWriter, Tally};
use crate::exit::Exit;
use crate::lock::Lock;
use crate::output::Format;
use crate::terminal::counted;

/// The limit for workers to settle after a second Ctrl-C: they still write their records.
const SETTLE_LIMIT: Duration = Duration::from_secs(1);
/// Short enough for a hold of one second to be visible.
const REFRESH_INTERVAL: Duration = Duration::from_millis(200);
/// The number of users with a record on disk for each one with requests. One sync serves all that wait for it.
const READ_AHEAD: usize = 8;
/// A shorter outage is not reported.
const MIN_OUTAGE: Duration = Duration::from_millis(500);

/// What a run needs.
pub(in crate::bulk) struct Setup<'a> {
    pub(in crate::bulk) client: Client,
    pub(in crate::bulk) options: &'a Options,
    pub(in crate::bulk) only_locked_out: bool,
    pub(in crate::bulk) lock: Lock,
    pub(in crate::bulk) concurrency: usize,
    pub(in crate::bulk) counts: Counts,
    /// Whether an earlier run unlocked any user.
    pub(in crate::bulk) has_unlocked: bool,
    pub(in crate::bulk) journal: Option<&'a Journal>,
    pub(in crate::bulk) rows: Option<&'a RowWriter>,
    pub(in crate::bulk) limiter: SharedRateLimiter,
    /// When the run stops by the clock, and the same in words.
    pub(in crate::bulk) end: Option<(Duration, String)>,
}

/// The result of a run.
#[derive(Debug)]
pub(in crate::bulk) struct Ended {
    pub(in crate::bulk) tally: Tally,
    pub(in crate::bulk) stop: Option<Stop>,
    /// The number of interruptions.
    pub(in crate::bulk) interrupts: u32,
    pub(in crate::bulk) is_on_terminal: bool,
    /// Whether the server responded 403 to any request.
    pub(in crate::bulk) has_forbidden: bool,
}

/// A run in progress.
#[derive(Debug)]
pub(in crate::bulk) struct Engine {
    worker: Worker,
    concurrency: usize,
    /// The maximum number of users in progress, including those that wait for the disk.
    max_tasks: usize,
    limiter: SharedRateLimiter,
    progress: Progress,
    tally: Tally,
    stopping: watch::Sender<Stopping>,
    forbidden: ForbiddenStreaks,
    failures: FailureStreak,
    /// Whether failed users are reported on standard error.
    reports_failures: bool,
    stop: Option<Stop>,
    /// Whether an outage was reported.
    has_outage: bool,
    /// The number of interruptions. From the second one on, the run waits for nothing.
    interrupts: u32,
    /// The users to take, and their limit.
    remaining: u64,
    limit: Option<u64>,
    end: Option<(Duration, String)>,
    /// How often the journal has that the server asked to wait.
    holds: u32,
}

impl Engine {
    pub(in crate::bulk) fn new(setup: Setup<'_>) -> Self {
        let Setup { client, options, only_locked_out, lock, concurrency, counts, .. } = setup;
        let Setup { has_unlocked, journal, rows, limiter, end, .. } = setup;
        let (stopping_sender, stopping) = watch::channel(Stopping::No);
        let server = client.base_url().to_owned();
        Self {
            worker: Worker {
                client,
                operation: options.operation,
                only_locked_out,
                lock,
                dry_run: options.dry_run,
                journal: journal.map(Journal::writer),
                rows: rows.map(RowWriter::sender),
                slots: Arc::new(Semaphore::new(concurrency)),
                outage: Arc::clone(limiter.outage()),
                stopping,
            },
            concurrency,
            // Some more, so that the next users' records are on disk by the time that a slot is free.
            max_tasks: if journal.is_some() { READ_AHEAD * concurrency } else { concurrency },
            limiter,
            progress: Progress::new(counts.users, options.progress, rows.is_some()),
            tally: Tally::of(counts),
            stopping: stopping_sender,
            forbidden: ForbiddenStreaks::after(has_unlocked),
            failures: FailureStreak::new(options.max_failures, &server),
            reports_failures: options.format == Format::Table,
            stop: None,
            has_outage: false,
            interrupts: 0,
            remaining: counts.users,
            limit: options.valves.limit,
            end,
            holds: 0,
        }
    }

    /// Runs to the end. The first interruption takes no more users, the second one stops at once.
    pub(in crate::bulk) async fn run(
        &mut self,
        mut queue: mpsc::Receiver<io::Result<Listed>>,
        interrupts: &mut mpsc::Receiver<()>,
    ) {
        let mut tasks = JoinSet::new();
        let mut refresh = tokio::time::interval(REFRESH_INTERVAL);
        let (mut has_more, mut may_be_interrupted) = (true, true);
        let mut taken = 0;
        // An instant can't hold every duration.
        let end = self.end.as_ref().and_then(|(time, _)| Instant::now().checked_add(*time));
        loop {
            let is_full = self.limit.is_some_and(|limit| taken >= limit);
            let takes_more = has_more && self.stop.is_none() && !is_full;
            if tasks.is_empty() && !takes_more {
                break;
            }
            tokio::select! {
                biased;
                interrupt = interrupts.recv(), if may_be_interrupted => match interrupt {
                    Some(()) => {
                        self.interrupts += 1;
                        if self.interrupts > 1 {
                            self.stop_now(&mut tasks).await;
                            break;
                        }
                        let users = self.concurrency - self.worker.slots.available_permits();
                        let users = counted(users as u64, "user");
                        self.progress.note(&format!("finishing {users} in flight; press Ctrl-C again to stop now"));
                        self.stop_for(Stop::Interrupted);
                    }
                    None => may_be_interrupted = false,
                },
                () = sleep_until(end.unwrap_or_else(Instant::now)), if end.is_some() && takes_more => {
                    let time = self.end.take().map(|(_, words)| words).unwrap_or_default();
                    self.stop_for(Stop::Time(time));
                }
                Some(report) = tasks.join_next(), if !tasks.is_empty() => self.settle(report),
                next = queue.recv(), if takes_more && tasks.len() < self.max_tasks => match next {
                    Some(Ok(listed)) => {
                        taken += 1;
                        tasks.spawn(self.worker.clone().process(listed));
                    }
                    Some(Err(error)) => self.stop_for(Stop::Users(error)),
                    None => has_more = false,
                },
                _ = refresh.tick() => {
                    self.refresh();
                    self.record_hold().await;
                }
            }
        }
        if let Some(limit) = self.limit.filter(|limit| taken >= *limit && taken < self.remaining) {
            self.stop.get_or_insert(Stop::Limit(limit));
        }
        if let (Some(Stop::Output), Some(rows)) = (&self.stop, &self.worker.rows) {
            while let Some(Ok(listed)) = queue.recv().await {
                rows.add_not_sent(listed.user);
            }
        }
        self.progress.finish(&self.tally, &self.conditions());
    }

    /// Returns the result. The journal and the output can be closed afterwards.
    pub(in crate::bulk) fn finish(self) -> Ended {
        let Self { tally, stop, interrupts, progress, forbidden, .. } = self;
        Ended { tally, stop, interrupts, is_on_terminal: progress.is_on_terminal(), has_forbidden: forbidden.any() }
    }

    fn refresh(&mut self) {
        let outage_for = self.worker.outage.lasts_for().filter(|time| *time >= MIN_OUTAGE);
        let has_outage = outage_for.is_some();
        if has_outage != std::mem::replace(&mut self.has_outage, has_outage) {
            let start = if self.worker.outage.awaits_sign_in() {
                "the sign-in has ended: all users wait; sign in in another terminal: pingone-password login"
            } else {
                "the server or the network fails: all users wait, and some retry"
            };
            self.progress.note(if has_outage { start } else { "the server responds again" });
        }
        let conditions = Conditions { outage_for, ..self.conditions() };
        self.progress.refresh(&self.tally, &conditions);
    }

    fn conditions(&self) -> Conditions {
        Conditions {
            is_stopping: self.stop.is_some(),
            outage_for: None,
            throttled_for: self.limiter.throttled_for(),
            rate: self.limiter.rate(),
        }
    }

    /// Records that the server asked everyone to wait, once for each time.
    async fn record_hold(&mut self) {
        let count = self.limiter.throttle_count();
        let Some(journal) = &self.worker.journal else { return };
        if std::mem::replace(&mut self.holds, count) < count {
            let seconds = self.limiter.throttled_for().map_or(1, |time| time.as_secs() + 1);
            // The next record of a user reports that the journal can't be written.
            _ = journal.add(&JournalRecord::Held { at: now(), seconds }).await;
        }
    }

    /// Stops all workers. Each reports how far its user got.
    async fn stop_now(&mut self, tasks: &mut JoinSet<Report>) {
        self.stopping.send_replace(Stopping::Now);
        let end = Instant::now() + SETTLE_LIMIT;
        while let Ok(Some(report)) = timeout_at(end, tasks.join_next()).await {
            self.settle(report);
        }
        // The remaining ones wait for the disk or for the reader of the output.
        tasks.abort_all();
        while let Some(report) = tasks.join_next().await {
            self.settle(report);
        }
    }

    fn settle(&mut self, report: Result<Report, JoinError>) {
        let Report { finished, requests, forbidden, failure, stop, is_unrecorded, slot: _slot } = match report {
            Ok(report) => report,
            // The user stays pending in the journal.
            Err(error) => {
                self.tally.aborted += 1;
                return self.progress.note(&format!("a user was aborted: {error}"));
            }
        };
        self.tally.requests += u64::from(requests);
        // The run stopped before anything was sent for this user. A resumed run starts there.
        let Some(finished) = finished else {
            if let Some(stop) = stop {
                self.stop_for(stop);
            }
            return;
        };
        self.tally.count(&finished);
        if is_unrecorded && matches!(finished.outcome, Outcome::Done | Outcome::Unknown) {
            let outcome = finished.outcome.as_str();
            self.progress.note(&format!("user {}: {outcome}, but not recorded in the journal", finished.user));
        }
        let is_forbidden = forbidden.is_some();
        if let Some(why) = self.forbidden.count(forbidden, finished.outcome) {
            self.stop_for(Stop::EveryUser { why, exit: Exit::NotAllowed });
        }
        let has_failed = matches!(finished.outcome, Outcome::Failed | Outcome::Unknown);
        if let (true, true, Some(error)) = (self.reports_failures, has_failed, &finished.error)
            && let Some(message) = self.tally.report_failure(error)
        {
            self.progress.note(message);
        }
        if let Some(stop) = stop {
            self.stop_for(stop);
        }
        // A 403 has a rule of its own.
        if !is_forbidden && let Some(why) = self.failures.count(finished.outcome, failure.as_deref()) {
            self.stop_for(Stop::TooManyFailures(why));
        }
    }

    /// Takes no more users. Only the first reason is kept.
    fn stop_for(&mut self, stop: Stop) {
        if self.stop.is_none() {
            self.stop = Some(stop);
            self.stopping.send_replace(Stopping::Gracefully);
        }
    }
}
