//! tokio's clock, held still while sockets are waited for.

use std::sync::mpsc;

/// Holds tokio's clock: it moves when it is told to, and never by itself while a socket is waited for.
pub(crate) struct HeldClock {
    _until: mpsc::Sender<()>,
}

impl HeldClock {
    pub(crate) fn hold() -> Self {
        let (until, dropped) = mpsc::channel();
        // tokio moves a paused clock by itself only while no blocking task runs.
        tokio::task::spawn_blocking(move || dropped.recv());
        tokio::time::pause();
        Self { _until: until }
    }
}

impl Drop for HeldClock {
    fn drop(&mut self) {
        tokio::time::resume();
    }
}
