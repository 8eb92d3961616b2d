//! tokio's clock, paused while sockets are waited for.

use std::sync::mpsc;

/// Pauses tokio's clock. It advances only when a test advances it, also while a task waits for a socket.
pub(crate) struct HeldClock {
    _until: mpsc::Sender<()>,
}

impl HeldClock {
    pub(crate) fn hold() -> Self {
        let (until, dropped) = mpsc::channel();
        // tokio advances a paused clock automatically, except while a blocking task runs.
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
