//! The forms of `Retry-After`.

use chrono::{DateTime, TimeDelta, Utc};
use pingone_password_emulator::Fault;

use crate::{injected::Injected, wire::Reply};

async fn rate_limited(fault: Fault) -> Reply {
    let reply = Injected::by(fault, 429, false).await.reply();
    assert_eq!(reply.json()["code"], "REQUEST_LIMITED");
    reply
}

fn date(reply: &Reply, name: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc2822(reply.header(name)).unwrap().into()
}

#[tokio::test]
async fn dates_relative_to_a_wrong_clock() {
    for (fault, clock_error) in [(Fault::RateLimitedClockAhead, 1), (Fault::RateLimitedClockBehind, -1)] {
        let reply = rate_limited(fault).await;
        let server_clock = date(&reply, "Date");
        assert_eq!(date(&reply, "Retry-After") - server_clock, TimeDelta::seconds(2));
        let actual_error = (server_clock - Utc::now()).as_seconds_f64();
        assert!((actual_error / 3600.0 - f64::from(clock_error)).abs() < 0.1, "{actual_error}");
    }
}

#[tokio::test]
async fn a_date_without_a_date() {
    let reply = rate_limited(Fault::RateLimitedWithoutDate).await;
    assert!(!reply.has("Date"));
    let wait = (date(&reply, "Retry-After") - Utc::now()).as_seconds_f64();
    assert!((-60.0..=2.0).contains(&wait), "{wait}");
}

#[tokio::test]
async fn values() {
    let cases: [(Fault, &[&str]); 5] = [
        (Fault::RateLimitedFraction, &["1.5"]),
        (Fault::RateLimitedList, &["2, 1"]),
        (Fault::RateLimitedTwice, &["1", "2"]),
        (Fault::RateLimitedSoon, &["soon"]),
        (Fault::RateLimitedYear, &["31536000"]),
    ];
    for (fault, expected) in cases {
        assert_eq!(rate_limited(fault).await.all("Retry-After"), expected, "{fault}");
    }
}
