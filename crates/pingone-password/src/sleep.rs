//! How a client waits, which a test may replace.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// How a client waits between requests.
#[derive(Clone)]
pub(crate) struct Sleep(Arc<dyn Fn(Duration) -> SleepFuture + Send + Sync>);

type SleepFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Sleep {
    pub(crate) fn new<F, S>(sleep: F) -> Self
    where
        F: Fn(Duration) -> S + Send + Sync + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        Self(Arc::new(move |wait| Box::pin(sleep(wait))))
    }

    pub(crate) fn wait(&self, wait: Duration) -> SleepFuture {
        (self.0)(wait)
    }
}

impl Default for Sleep {
    fn default() -> Self {
        Self::new(tokio::time::sleep)
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sleep")
    }
}
