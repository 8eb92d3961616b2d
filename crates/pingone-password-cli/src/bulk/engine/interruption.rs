//! Ctrl-C, SIGTERM and SIGHUP.

use std::io;

use tokio::sync::mpsc;

use crate::terminal::interrupt;

/// Forwards each interruption until the receiver is gone.
pub(in crate::bulk) async fn listen(interrupts: mpsc::Sender<()>) -> io::Result<()> {
    loop {
        interrupt::requested().await?;
        if interrupts.send(()).await.is_err() {
            return Ok(());
        }
    }
}
