//! The end of a run: flushes the journal and the output.

use std::io;
use std::time::Duration;

use tokio::sync::mpsc;

use super::journal::Journal;
use super::report::RowWriter;
use crate::exit::Exit;
use crate::output::cannot_write;
use crate::terminal::note;

/// The limit for writing the output after a second Ctrl-C.
const OUTPUT_LIMIT: Duration = Duration::from_secs(1);

/// The results of closing the journal and the output. `None` if the wait was interrupted.
#[derive(Debug)]
pub(crate) struct Closed {
    journal: Option<anyhow::Result<()>>,
    output: Option<io::Result<()>>,
}

impl Closed {
    /// Closes both, until Ctrl-C: the reader of the output may have stalled.
    pub(crate) async fn wait(
        journal: Option<Journal>,
        rows: Option<RowWriter>,
        is_cut_short: bool,
        interrupts: &mut mpsc::Receiver<()>,
    ) -> Self {
        let journal = match journal {
            Some(journal) => unless_interrupted(journal.close(), interrupts, None).await,
            None => Some(Ok(())),
        };
        let output = match rows {
            Some(rows) => unless_interrupted(rows.close(), interrupts, is_cut_short.then_some(OUTPUT_LIMIT)).await,
            None => Some(Ok(())),
        };
        Self { journal, output }
    }

    /// Returns whether rows were not written, or may not be read.
    pub(crate) fn is_output_lost(&self) -> bool {
        !matches!(self.output, Some(Ok(())))
    }

    /// Returns whether the reader of the output has closed the pipe.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(&self.output, Some(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Returns whether the journal lacks results, so that the run can't be resumed.
    pub(crate) fn is_journal_broken(&self) -> bool {
        matches!(self.journal, Some(Err(_)))
    }

    /// Reports what could not be written, and returns the exit code. A closed pipe is a failure only of a run that changes users.
    pub(crate) fn conclude(self, exit: Exit, has_changes: bool) -> Exit {
        self.conclude_with(exit, has_changes, note)
    }

    fn conclude_with(self, exit: Exit, has_changes: bool, note: impl Fn(String)) -> Exit {
        let may_be_closed = self.is_broken_pipe() && !has_changes;
        let mut exit = exit;
        match self.journal {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                note(format!("error: {error:#}"));
                exit = exit.and(Exit::Failed);
            }
            None => {
                note("interrupted: the last records of the journal may not be on disk".to_owned());
                exit = Exit::Interrupted;
            }
        }
        match self.output {
            Some(Err(error)) if !may_be_closed => {
                note(format!("error: {}", cannot_write(&error)));
                exit.and(Exit::Failed)
            }
            Some(_) => exit,
            None => {
                note("interrupted: the end of the output was not read".to_owned());
                Exit::Interrupted
            }
        }
    }
}

/// Waits for a future until Ctrl-C or the limit.
async fn unless_interrupted<T>(
    closing: impl Future<Output = T>,
    interrupts: &mut mpsc::Receiver<()>,
    limit: Option<Duration>,
) -> Option<T> {
    tokio::select! {
        biased;
        closed = closing => Some(closed),
        Some(()) = interrupts.recv() => None,
        () = tokio::time::sleep(limit.unwrap_or_default()), if limit.is_some() => None,
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_interrupt_or_the_limit_ends_the_wait() {
        let (sender, mut interrupts) = mpsc::channel(1);
        assert_eq!(unless_interrupted(async { 7 }, &mut interrupts, None).await, Some(7));
        assert_eq!(unless_interrupted(pending::<()>(), &mut interrupts, Some(OUTPUT_LIMIT)).await, None);
        sender.send(()).await.unwrap();
        assert_eq!(unless_interrupted(pending::<()>(), &mut interrupts, None).await, None);
        drop(sender);
        assert_eq!(unless_interrupted(pending::<()>(), &mut interrupts, Some(OUTPUT_LIMIT)).await, None);
    }

    #[test]
    fn a_failed_write_never_hides_a_worse_exit() {
        let broken = || Err(io::Error::from(io::ErrorKind::BrokenPipe));
        let full = || Err(io::Error::from(io::ErrorKind::StorageFull));
        let of = |journal, output| Closed { journal: Some(journal), output: Some(output) };
        assert_eq!(of(Ok(()), broken()).conclude_with(Exit::Done, false, drop), Exit::Done);
        assert_eq!(of(Ok(()), broken()).conclude_with(Exit::Done, true, drop), Exit::Failed);
        assert_eq!(of(Err(anyhow::anyhow!("full")), broken()).conclude_with(Exit::Done, false, drop), Exit::Failed);
        assert_eq!(of(Ok(()), full()).conclude_with(Exit::Done, false, drop), Exit::Failed);
        for exit in [Exit::NotAllowed, Exit::Interrupted] {
            assert_eq!(of(Err(anyhow::anyhow!("full")), full()).conclude_with(exit, true, drop), exit);
        }
        let interrupted = Closed { journal: Some(Ok(())), output: None };
        assert_eq!(interrupted.conclude_with(Exit::Done, false, drop), Exit::Interrupted);
    }
}
