//! All users: so many at the same time, until there are no more or there is a reason to stop.

use std::io;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, timeout_at};

use super::feed::Fed;
use super::pace::Throttle;
use super::progress::Progress;
use super::record::Outcome;
use super::refusals::Refusals;
use super::tally::Tally;
use super::work::{Report, Stop, Stopping, Work};

/// How long users may take to settle once nothing is waited for any more: to write down what became of them.
const SETTLING: Duration = Duration::from_secs(1);
/// Often enough for a hold of a second to be seen.
const SHOWN_EVERY: Duration = Duration::from_millis(200);

/// A run under way.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) work: Work,
    pub(crate) concurrency: usize,
    pub(crate) throttle: Throttle,
    pub(crate) progress: Progress,
    pub(crate) tally: Tally,
    pub(crate) stopping: watch::Sender<Stopping>,
    pub(crate) refusals: Refusals,
    /// Whether users who failed are named on standard error.
    pub(crate) names_failures: bool,
    pub(crate) stop: Option<Stop>,
    /// Whether nobody answered the last time that someone looked.
    pub(crate) is_lost: bool,
    /// How often someone asked for an end, whatever else the run stops for. From the second time on, nothing is waited for.
    pub(crate) interrupts: u32,
}

impl Engine {
    /// Works until there is nothing left to do. A first interrupt takes no more users, a second one ends it at once.
    pub(crate) async fn run(&mut self, mut feed: mpsc::Receiver<io::Result<Fed>>, interrupts: &mut mpsc::Receiver<()>) {
        let mut tasks = JoinSet::new();
        let mut tick = tokio::time::interval(SHOWN_EVERY);
        let (mut has_more, mut may_be_interrupted) = (true, true);
        loop {
            let takes_more = has_more && self.stop.is_none();
            if tasks.is_empty() && !takes_more {
                break;
            }
            tokio::select! {
                biased;
                interrupt = interrupts.recv(), if may_be_interrupted => match interrupt {
                    Some(()) => {
                        self.interrupts += 1;
                        if self.interrupts > 1 {
                            self.cut_short(&mut tasks).await;
                            break;
                        }
                        let users = tasks.len();
                        self.progress.say(&format!("finishing {users} users; once more stops at once"));
                        self.stop_for(Stop::Interrupted);
                    }
                    None => may_be_interrupted = false,
                },
                Some(report) = tasks.join_next(), if !tasks.is_empty() => self.settle(report),
                next = feed.recv(), if takes_more && tasks.len() < self.concurrency => match next {
                    Some(Ok(Fed { user, is_open })) => {
                        tasks.spawn(self.work.clone().user(user, is_open));
                    }
                    Some(Err(error)) => self.stop_for(Stop::Users(error)),
                    None => has_more = false,
                },
                _ = tick.tick() => {
                    self.tell_of_network();
                    self.progress.show(&self.tally, &self.throttle, &self.work.network, self.stop.is_some());
                }
            }
        }
        self.progress.finish();
    }

    /// Says so once when nobody answers any more, and when that is over.
    fn tell_of_network(&mut self) {
        let is_lost = self.work.network.lost_for().is_some();
        if is_lost != std::mem::replace(&mut self.is_lost, is_lost) {
            self.progress.say(if is_lost { "no connection: trying again" } else { "there is a connection again" });
        }
    }

    /// Waits for nothing any more: who is under way is given up, and says how far that went.
    async fn cut_short(&mut self, tasks: &mut JoinSet<Report>) {
        self.stopping.send_replace(Stopping::AtOnce);
        let end = Instant::now() + SETTLING;
        while let Ok(Some(report)) = timeout_at(end, tasks.join_next()).await {
            self.settle(report);
        }
        // These wait for the disk, or for whoever reads the output.
        tasks.abort_all();
        while let Some(report) = tasks.join_next().await {
            self.settle(report);
        }
    }

    fn settle(&mut self, report: Result<Report, JoinError>) {
        let Report { finished, requests, refusal, stop } = match report {
            Ok(report) => report,
            // A user in the middle stays open in the journal.
            Err(error) => {
                self.tally.aborted += 1;
                return self.progress.say(&format!("a user was left in the middle: {error}"));
            }
        };
        self.tally.requests += u64::from(requests);
        // A run that stops has sent nothing for this user; another one begins there.
        let Some(finished) = finished else {
            if let Some(stop) = stop {
                self.stop_for(stop);
            }
            return;
        };
        self.tally.count(&finished);
        if let Some(why) = self.refusals.count(refusal, finished.outcome) {
            self.stop_for(Stop::NotAllowed(why));
        }
        let has_failed = matches!(finished.outcome, Outcome::Failed | Outcome::Unknown);
        if let (true, true, Some(error)) = (self.names_failures, has_failed, &finished.error) {
            self.progress.say(&format!("{}: {error}", finished.outcome.as_str()));
        }
        if let Some(stop) = stop {
            self.stop_for(stop);
        }
    }

    /// Takes no more users. The first reason is the one that counts.
    fn stop_for(&mut self, stop: Stop) {
        if self.stop.is_none() {
            self.stop = Some(stop);
            self.stopping.send_replace(Stopping::Gently);
        }
    }
}
