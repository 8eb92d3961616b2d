//! Ctrl-C at a prompt, and from there until the work begins.
//!
//! `rpassword` sends the signal to this process while the terminal is still without an echo, and puts the terminal right
//! only afterwards. So the signal must not end the process there. A handler can't be taken away again, which is why from
//! then on a thread does what the system would have done: it ends the program, until someone else listens.

use std::io;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::report;

/// Whether Ctrl-C is for someone else: for the prompt, or for the work that has begun.
static IS_HEARD: AtomicBool = AtomicBool::new(false);

/// Asks for something, and comes back after Ctrl-C, too.
///
/// # Errors
///
/// What the prompt says: after Ctrl-C, [`io::ErrorKind::Interrupted`].
pub(crate) fn outlived_by<T>(prompt: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    IS_HEARD.store(true, Ordering::SeqCst);
    watch()?;
    let answer = prompt();
    // After an interruption the program ends by itself, once the terminal is as it was.
    let is_interrupted = answer.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::Interrupted);
    IS_HEARD.store(is_interrupted, Ordering::SeqCst);
    answer
}

/// From here on, whoever calls this listens for Ctrl-C.
pub(crate) fn take_over() {
    IS_HEARD.store(true, Ordering::SeqCst);
}

/// Ends the program by Ctrl-C, unless that is heard elsewhere. The handler is there when this returns.
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
                if !IS_HEARD.load(Ordering::SeqCst) {
                    report::error("interrupted, and nothing was sent");
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
    is_ready.recv().unwrap_or_else(|_| Err(io::Error::other("nobody can listen for Ctrl-C")))
}
