//! Response headers that hold a time.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// The time of a response, by the server's clock.
pub(crate) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()
}

/// How long the server asks to wait.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    parse_retry_after(headers.get(RETRY_AFTER)?.to_str().ok()?, SystemTime::now())
}

/// `Retry-After` relative to `now`: a number of seconds, or a date.
fn parse_retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    match value.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_retry_after_is_parsed_or_ignored(value in ".*", now in 0..4_000_000_000_u64) {
            let _ = parse_retry_after(&value, SystemTime::UNIX_EPOCH + Duration::from_secs(now));
        }

        #[test]
        fn seconds_are_seconds(seconds in any::<u64>()) {
            let parsed = parse_retry_after(&format!(" {seconds} "), SystemTime::now());
            prop_assert_eq!(parsed, Some(Duration::from_secs(seconds)));
        }

        #[test]
        fn a_date_is_the_time_until_then(now in 0..4_000_000_000_u64, wait in 0..1_000_000_u64, past in any::<bool>()) {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
            let wait = Duration::from_secs(wait);
            let then = if past { now.checked_sub(wait).unwrap_or(SystemTime::UNIX_EPOCH) } else { now + wait };
            let left = parse_retry_after(&httpdate::fmt_http_date(then), now);
            prop_assert_eq!(left, Some(if past { Duration::ZERO } else { wait }));
        }
    }
}
