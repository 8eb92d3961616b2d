//! The pool of connections, which can be replaced.

use std::fmt;
use std::sync::{PoisonError, RwLock};

/// An HTTP client, and the way to make another one.
pub(crate) struct Connections {
    current: RwLock<reqwest::Client>,
    builder: Box<dyn Fn() -> Option<reqwest::Client> + Send + Sync>,
}

impl Connections {
    pub(crate) fn new(
        current: reqwest::Client,
        builder: impl Fn() -> Option<reqwest::Client> + Send + Sync + 'static,
    ) -> Self {
        Self { current: RwLock::new(current), builder: Box::new(builder) }
    }

    pub(crate) fn current(&self) -> reqwest::Client {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Leaves all open connections to the requests that are using them, and opens new ones for the next requests.
    pub(crate) fn replace(&self) {
        if let Some(fresh) = (self.builder)() {
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connections")
    }
}
