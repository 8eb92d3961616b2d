//! Ctrl-C, and SIGTERM from a service manager.

use std::io;

use tokio::sync::mpsc;

/// Forwards each interruption until the receiver is gone.
pub(in crate::bulk) async fn listen(interrupts: mpsc::Sender<()>) -> io::Result<()> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    #[cfg(unix)]
    let mut interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
    loop {
        #[cfg(unix)]
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await?;
        if interrupts.send(()).await.is_err() {
            return Ok(());
        }
    }
}
