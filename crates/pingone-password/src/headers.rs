//! Response headers that hold a time.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// The time of a response, by the server's clock.
pub(crate) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()
}

/// How long the server asks to wait: the longest wait of all `Retry-After` headers.
///
/// A date is relative to the response's own `Date`, so that a wrong clock on either side makes no difference.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let now = date(headers).unwrap_or_else(SystemTime::now);
    headers.get_all(RETRY_AFTER).iter().filter_map(|value| parse_retry_after(value.to_str().ok()?, now)).max()
}

/// Parses a date, or a list of numbers of seconds.
fn parse_retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    match httpdate::parse_http_date(value.trim()) {
        Ok(date) => Some(date.duration_since(now).unwrap_or_default()),
        Err(_) => value.split(',').filter_map(|number| parse_seconds(number.trim())).max(),
    }
}

/// Parses a number of seconds, and rounds it up to whole seconds.
fn parse_seconds(number: &str) -> Option<Duration> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = [whole, fraction].iter().all(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_number || whole.is_empty() || fraction.is_empty() {
        return None;
    }
    // A number that is too large for the type is still a very long wait.
    let whole = whole.parse().unwrap_or(u64::MAX);
    let has_fraction = fraction.bytes().any(|digit| digit != b'0');
    Some(Duration::from_secs(whole.saturating_add(u64::from(has_fraction))))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn parsed(values: &[&str]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(RETRY_AFTER, HeaderValue::from_str(value).unwrap());
        }
        retry_after(&headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn numbers_are_rounded_up_and_the_largest_counts() {
        for (values, expected) in [
            (&["1.5"][..], Some(2)),
            (&["2.0"], Some(2)),
            (&["0.001"], Some(1)),
            (&["3, 1"], Some(3)),
            (&["1", "7", "2"], Some(7)),
            (&["soon", "4"], Some(4)),
            (&["1, soon, 5"], Some(5)),
            (&["99999999999999999999999"], Some(u64::MAX)),
            (&["-1"], None),
            (&["1e9"], None),
            (&["inf"], None),
            (&["1."], None),
            (&[".5"], None),
            (&[""], None),
            (&[], None),
        ] {
            assert_eq!(parsed(values), expected, "{values:?}");
        }
    }

    #[test]
    fn a_date_is_relative_to_the_date_of_the_response() {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, HeaderValue::from_static("Tue, 08 Jan 2019 20:18:00 GMT"));
        headers.insert(RETRY_AFTER, HeaderValue::from_static("Tue, 08 Jan 2019 20:18:30 GMT"));
        assert_eq!(retry_after(&headers), Some(Duration::from_secs(30)));
        // Without a `Date`, by this computer's clock.
        headers.remove(DATE);
        assert_eq!(retry_after(&headers), Some(Duration::ZERO));
    }

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
        fn a_date_is_the_time_until_then(now in 1_000_000..4_000_000_000_u64, wait in 0..1_000_000_u64, past in any::<bool>()) {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
            let wait = Duration::from_secs(wait);
            let then = if past { now - wait } else { now + wait };
            let left = parse_retry_after(&httpdate::fmt_http_date(then), now);
            prop_assert_eq!(left, Some(if past { Duration::ZERO } else { wait }));
        }
    }
}
