//! The end of a run: what is left to be written, and what became of that.

use std::io;
use std::time::Duration;

use tokio::sync::mpsc;

use super::journal::Journal;
use super::print::BulkPrinter;
use crate::exit::Exit;
use crate::report::note;

/// How long the output may take where nothing is waited for any more.
const PRINTING: Duration = Duration::from_secs(1);

/// The journal and the output, closed. None where that was not waited for.
#[derive(Debug)]
pub(crate) struct Closed {
    journal: Option<anyhow::Result<()>>,
    output: Option<io::Result<()>>,
}

impl Closed {
    /// Waits for what is left to be written, until Ctrl-C: a reader of the output may never go on.
    pub(crate) async fn of(
        journal: Option<Journal>,
        printer: Option<BulkPrinter>,
        is_cut_short: bool,
        interrupts: &mut mpsc::Receiver<()>,
    ) -> Self {
        let journal = match journal {
            Some(journal) => unless_interrupted(journal.close(), interrupts, None).await,
            None => Some(Ok(())),
        };
        let output = match printer {
            Some(printer) => unless_interrupted(printer.close(), interrupts, is_cut_short.then_some(PRINTING)).await,
            None => Some(Ok(())),
        };
        Self { journal, output }
    }

    /// Whether the reader of the output is gone, which is no failure.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(&self.output, Some(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Says what could not be written, the journal first, and what that makes of the exit.
    pub(crate) fn conclude(self, exit: Exit) -> Exit {
        let is_broken_pipe = self.is_broken_pipe();
        let mut exit = exit;
        match self.journal {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                note(format!("error: {error:#}"));
                exit = exit.and(Exit::Failed);
            }
            None => {
                note("interrupted: the end of the journal may not be on the disk");
                exit = Exit::Interrupted;
            }
        }
        match self.output {
            Some(Err(error)) if !is_broken_pipe => {
                note(format!("error: can't write to standard output: {error}"));
                exit.and(Exit::Failed)
            }
            Some(_) => exit,
            None => {
                note("interrupted: nobody took the end of the output");
                Exit::Interrupted
            }
        }
    }
}

/// Waits until Ctrl-C, and no longer than `most`.
async fn unless_interrupted<T>(
    closing: impl Future<Output = T>,
    interrupts: &mut mpsc::Receiver<()>,
    most: Option<Duration>,
) -> Option<T> {
    tokio::select! {
        biased;
        closed = closing => Some(closed),
        Some(()) = interrupts.recv() => None,
        () = tokio::time::sleep(most.unwrap_or_default()), if most.is_some() => None,
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_interrupt_or_the_time_ends_what_never_ends() {
        let (sender, mut interrupts) = mpsc::channel(1);
        assert_eq!(unless_interrupted(async { 7 }, &mut interrupts, None).await, Some(7));
        assert_eq!(unless_interrupted(pending::<()>(), &mut interrupts, Some(PRINTING)).await, None);
        sender.send(()).await.unwrap();
        assert_eq!(unless_interrupted(pending::<()>(), &mut interrupts, None).await, None);
        drop(sender);
        assert_eq!(unless_interrupted(pending::<()>(), &mut interrupts, Some(PRINTING)).await, None);
    }

    #[test]
    fn what_could_not_be_written_weakens_no_exit() {
        let broken = || Err(io::Error::from(io::ErrorKind::BrokenPipe));
        let full = || Err(io::Error::from(io::ErrorKind::StorageFull));
        let of = |journal, output| Closed { journal: Some(journal), output: Some(output) };
        assert_eq!(of(Ok(()), broken()).conclude(Exit::Done), Exit::Done);
        assert_eq!(of(Err(anyhow::anyhow!("full")), broken()).conclude(Exit::Done), Exit::Failed);
        assert_eq!(of(Ok(()), full()).conclude(Exit::Done), Exit::Failed);
        for exit in [Exit::NotAllowed, Exit::Interrupted] {
            assert_eq!(of(Err(anyhow::anyhow!("full")), full()).conclude(exit), exit);
        }
        assert_eq!(Closed { journal: Some(Ok(())), output: None }.conclude(Exit::Done), Exit::Interrupted);
    }
}
