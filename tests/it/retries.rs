//! The limits of a retry policy, and the rate limiter.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pingone_password::{AcquireFuture, Client, Error, Outcome, RateLimiter, RetryPolicy};
use pingone_password_emulator::{Emulator, Fault, Status};
use recorder::Recorder;
use tokio::time::Instant;

use crate::clock::HeldClock;
use crate::{Result, builder, faults, user_id};

const SECOND: Duration = Duration::from_secs(1);

/// Calls a server that is always unavailable, with a client that advances tokio's clock instead of waiting. Returns the
/// error, the number of requests, the waits and the duration.
async fn busy(policy: RetryPolicy, headers: &[(&str, &str)]) -> Result<(Error, usize, Vec<Duration>, Duration)> {
    let recorder = Recorder::with(503, headers, "").await?;
    let waits = Arc::<Mutex<Vec<Duration>>>::default();
    let written = Arc::clone(&waits);
    let client: Client = builder(recorder.url())
        .retry(policy)
        .sleep(move |wait| {
            written.lock().unwrap().push(wait);
            tokio::time::advance(wait)
        })
        .build()?;
    let _clock = HeldClock::hold();
    let start = Instant::now();
    let error = client.read_password_state(user_id()).await.unwrap_err();
    let waits = waits.lock().unwrap().clone();
    Ok((error, recorder.requests().len(), waits, start.elapsed()))
}

#[tokio::test]
async fn attempts_are_counted() -> Result {
    for attempts in [0, 1, 2, 5] {
        let (error, requests, waits, _) = busy(RetryPolicy::default().max_attempts(attempts), &[]).await?;
        let expected = attempts.max(1);
        assert_eq!((error.request_count(), requests), (expected, expected as usize));
        assert_eq!(waits.len(), requests - 1);
    }
    Ok(())
}

#[tokio::test]
async fn waits_grow_and_are_random() -> Result {
    let policy =
        RetryPolicy::default().max_attempts(8).base_delay(SECOND).max_delay(10 * SECOND).deadline(1000 * SECOND);
    let (_, _, waits, _) = busy(policy.clone().seed(1), &[]).await?;
    for (wait, longest) in waits.iter().zip([1, 2, 4, 8, 10, 10, 10]) {
        assert!(*wait <= longest * SECOND, "{waits:?}");
    }
    assert!(waits.iter().any(|wait| *wait > 4 * SECOND), "the waits grow: {waits:?}");
    assert_eq!(waits, busy(policy.clone().seed(1), &[]).await?.2, "the same seed gives the same waits");
    assert_ne!(waits, busy(policy.clone().seed(2), &[]).await?.2);
    assert_ne!(busy(policy.clone(), &[]).await?.2, busy(policy, &[]).await?.2, "without a seed the waits are random");
    Ok(())
}

#[tokio::test]
async fn retry_after_is_the_shortest_wait() -> Result {
    let policy = RetryPolicy::default().max_attempts(3);
    let (error, _, waits, _) = busy(policy.clone(), &[("retry-after", "7")]).await?;
    assert_eq!(waits.len(), 2);
    assert!(waits.iter().all(|wait| (7 * SECOND..=8 * SECOND).contains(wait)), "{waits:?}");
    assert_ne!(waits[0], waits[1], "clients that get the same Retry-After don't return at the same time");
    assert_eq!(error.retry_after(), Some(7 * SECOND));

    let date = httpdate::fmt_http_date(std::time::SystemTime::now() + 20 * SECOND);
    let (_, _, waits, _) = busy(policy, &[("retry-after", &date)]).await?;
    assert!(waits.iter().all(|wait| (15 * SECOND..=21 * SECOND).contains(wait)), "{waits:?}");
    Ok(())
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_started() -> Result {
    let policy = RetryPolicy::default().deadline(10 * SECOND);
    let (error, requests, waits, took) = busy(policy, &[("retry-after", "11")]).await?;
    assert_eq!((requests, waits.len()), (1, 0));
    assert_eq!(error.retry_after(), Some(11 * SECOND));
    assert!(took < SECOND);
    // Without overflow.
    let (error, ..) = busy(RetryPolicy::default(), &[("retry-after", "18446744073709551615")]).await?;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(u64::MAX)));
    Ok(())
}

#[tokio::test]
async fn a_call_waits_no_longer_than_the_longest_retry_after() -> Result {
    let policy = RetryPolicy::default().max_retry_after(7 * SECOND);
    let (error, requests, _, _) = busy(policy.clone(), &[("Retry-After", "7")]).await?;
    assert_eq!((error.retry_after(), requests), (Some(7 * SECOND), 4));
    let (error, requests, waits, _) = busy(policy, &[("Retry-After", "8")]).await?;
    assert_eq!((error.retry_after(), requests, waits.len()), (Some(8 * SECOND), 1, 0));
    Ok(())
}

#[tokio::test]
async fn the_deadline_covers_all_attempts() -> Result {
    let policy = RetryPolicy::default().max_attempts(1000).base_delay(SECOND).max_delay(SECOND).deadline(20 * SECOND);
    let (_, requests, waits, took) = busy(policy, &[("retry-after", "1")]).await?;
    assert!(took <= 20 * SECOND, "{took:?}");
    assert!(requests > 8, "{requests}");
    assert!(waits.iter().sum::<Duration>() <= 20 * SECOND);
    Ok(())
}

#[tokio::test]
async fn the_deadline_cuts_an_attempt_short() -> Result {
    // A server that accepts connections and never responds.
    let silent = std::net::TcpListener::bind("127.0.0.1:0")?;
    let client = builder(format!("http://{}", silent.local_addr()?))
        .timeout(Duration::from_secs(3600))
        .retry(RetryPolicy::default().deadline(Duration::from_millis(200)))
        .build()?;
    let error = client.unlock_password(user_id()).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    Ok(())
}

/// Counts permits, and records throttling.
#[derive(Clone, Debug, Default)]
struct Counted(Arc<Mutex<(usize, Vec<Option<Duration>>)>>);

impl RateLimiter for Counted {
    fn acquire(&self) -> AcquireFuture<'_> {
        self.0.lock().unwrap().0 += 1;
        Box::pin(std::future::ready(()))
    }

    fn on_throttled(&self, retry_after: Option<Duration>) {
        self.0.lock().unwrap().1.push(retry_after);
    }
}

#[tokio::test]
async fn every_request_acquires_a_permit() -> Result {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject([Fault::RateLimited, Fault::UnavailableRetryAfter, Fault::Unavailable]);
    let limiter = Counted::default();
    let (client, _) = faults::client(&emulator, RetryPolicy::default().max_attempts(5));
    client.rate_limiter(limiter.clone()).build()?.unlock_password(user.into()).await?;
    let (permits, throttled) = limiter.0.lock().unwrap().clone();
    assert_eq!((permits, emulator.requests().len()), (5, 5), "three unlocks, a state check, and an unlock");
    assert_eq!(throttled, [Some(SECOND), Some(SECOND)], "429, and 503 with Retry-After");
    Ok(())
}

/// Never gives a permit.
#[derive(Debug)]
struct Closed;

impl RateLimiter for Closed {
    fn acquire(&self) -> AcquireFuture<'_> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn the_deadline_ends_the_wait_for_a_permit() -> Result {
    let recorder = Recorder::with(200, &[], "").await?;
    let policy = RetryPolicy::default().deadline(Duration::from_millis(50));
    let error = builder(recorder.url())
        .retry(policy)
        .rate_limiter(Closed)
        .build()?
        .unlock_password(user_id())
        .await
        .unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!((error.outcome(), error.status()), (Outcome::NotApplied, None));
    assert!(recorder.requests().is_empty());
    Ok(())
}
