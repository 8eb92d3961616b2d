//! Ctrl-C at a prompt, and between the prompt and the first request.
//!
//! `rpassword` raises the signal in this process while the terminal still has no echo, and restores the terminal afterwards.
//! The signal must therefore not end the process at once. A handler can't be removed, so a thread then takes over the
//! default behaviour: it ends the program until [`take_over`] is called.

use std::io;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

use super::stderr;

/// Whether Ctrl-C is handled elsewhere: by the prompt, or by the command that has started.
static IS_HANDLED: AtomicBool = AtomicBool::new(false);

/// Runs a prompt, and returns from it after Ctrl-C, too.
///
/// # Errors
///
/// The prompt's error; [`io::ErrorKind::Interrupted`] after Ctrl-C.
pub(crate) fn at_prompt<T>(prompt: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    IS_HANDLED.store(true, Ordering::SeqCst);
    watch()?;
    let entered = prompt();
    // After an interruption the caller ends the program, once the terminal is restored.
    let is_interrupted = entered.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::Interrupted);
    IS_HANDLED.store(is_interrupted, Ordering::SeqCst);
    entered
}

/// Waits for Ctrl-C, or for SIGTERM or SIGHUP, which a service manager or a closed terminal sends.
///
/// # Errors
///
/// Fails if the signals can't be received.
pub(crate) async fn requested() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let (mut interrupt, mut terminate, mut hangup) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
        Ok(())
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Hands Ctrl-C over to the caller from now on.
pub(crate) fn take_over() {
    IS_HANDLED.store(true, Ordering::SeqCst);
}

/// Ends the program on Ctrl-C unless that is handled elsewhere. The handler is installed when this returns.
fn watch() -> io::Result<()> {
    let (ready, is_ready) = mpsc::channel();
    thread::spawn(move || {
        let watching = async {
            #[cfg(unix)]
            let mut interrupts = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
            #[cfg(windows)]
            let mut interrupts = tokio::signal::windows::ctrl_c()?;
            _ = ready.send(Ok(()));
            while interrupts.recv().await.is_some() {
                if !IS_HANDLED.load(Ordering::SeqCst) {
                    stderr::error("interrupted; nothing was sent");
                    process::exit(130);
                }
            }
            Ok(())
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Err(error) = runtime.and_then(|runtime| runtime.block_on(watching)) {
            _ = ready.send(Err(error));
        }
    });
    is_ready.recv().unwrap_or_else(|_| Err(io::Error::other("can't listen for Ctrl-C")))
}
