//! Valves: what ends a run before all users are done, although nothing is wrong.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Local, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};

/// When a run takes no more users.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Valves {
    /// After this many users.
    pub(crate) limit: Option<u64>,
    /// After this time.
    pub(crate) stop_after: Option<Duration>,
    /// At this local time.
    pub(crate) until: Option<TimeOfDay>,
}

/// A time of the day on this computer's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeOfDay(NaiveTime);

impl Valves {
    /// Returns when the run stops by the clock: how long from now, and in words.
    pub(in crate::bulk) fn end(&self, now: DateTime<Local>) -> Option<(Duration, String)> {
        let until = self.until.and_then(|until| until.next(&now));
        let until = until.map(|end| ((end - now).to_std().unwrap_or_default(), words(end)));
        let after = self.stop_after.map(|time| {
            let end = TimeDelta::from_std(time).ok().and_then(|time| now.checked_add_signed(time));
            (time, end.map_or_else(|| "the end of time".to_owned(), words))
        });
        until.into_iter().chain(after).min_by_key(|(time, _)| *time)
    }
}

/// Writes a time with its zone.
fn words(time: DateTime<Local>) -> String {
    time.format("%Y-%m-%d %H:%M:%S %:z").to_string()
}

impl TimeOfDay {
    /// Returns the next time at which the clock shows this. A time that the clock skips is the first one after it.
    fn next<Z: TimeZone>(self, now: &DateTime<Z>) -> Option<DateTime<Z>> {
        let zone = now.timezone();
        let days = [now.date_naive(), now.date_naive().succ_opt()?];
        days.into_iter().filter_map(|day| first_at(&zone, day.and_time(self.0))).find(|time| time > now)
    }
}

fn first_at<Z: TimeZone>(zone: &Z, local: NaiveDateTime) -> Option<DateTime<Z>> {
    // Clocks are put forward by an hour, rarely by more.
    (0..=180).find_map(|minutes| zone.from_local_datetime(&(local + TimeDelta::minutes(minutes))).earliest())
}

impl FromStr for TimeOfDay {
    type Err = InvalidTimeOfDay;

    fn from_str(text: &str) -> Result<Self, InvalidTimeOfDay> {
        let text = text.trim();
        let time = NaiveTime::parse_from_str(text, "%H:%M").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S"));
        time.map(Self).map_err(|_| InvalidTimeOfDay)
    }
}

/// A text that is not a time of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidTimeOfDay;

impl fmt::Display for InvalidTimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a local time, such as 06:00")
    }
}

impl std::error::Error for InvalidTimeOfDay {}

#[cfg(test)]
mod tests {
    use chrono::{FixedOffset, Utc};

    use super::*;

    #[test]
    fn the_next_time_is_today_or_tomorrow() {
        let zone = FixedOffset::east_opt(3600).unwrap();
        let now = zone.with_ymd_and_hms(2026, 11, 25, 22, 30, 0).unwrap();
        for (text, expected) in [
            ("22:45", "2026-11-25T22:45:00+01:00"),
            ("06:00", "2026-11-26T06:00:00+01:00"),
            ("22:30", "2026-11-26T22:30:00+01:00"),
            ("22:30:01", "2026-11-25T22:30:01+01:00"),
        ] {
            let time: TimeOfDay = text.parse().unwrap();
            assert_eq!(time.next(&now).map(|time| time.to_rfc3339()), Some(expected.to_owned()), "{text}");
        }
        for text in ["", "6", "24:00", "06:60", "6pm", "-1:00"] {
            assert_eq!(text.parse::<TimeOfDay>(), Err(InvalidTimeOfDay), "{text}");
        }
        assert!("00:00".parse::<TimeOfDay>().unwrap().next(&Utc::now()).is_some());
    }

    #[test]
    fn the_earlier_valve_counts() {
        let now = Local::now();
        let hour = Duration::from_secs(3600);
        let valves = Valves { stop_after: Some(hour), ..Valves::default() };
        assert_eq!(valves.end(now).map(|(time, _)| time), Some(hour));
        let soon = (now + TimeDelta::seconds(90)).time().format("%H:%M:%S").to_string();
        let valves = Valves { until: Some(soon.parse().unwrap()), ..valves };
        assert!(valves.end(now).is_some_and(|(time, _)| time <= Duration::from_secs(90)));
        assert!(Valves::default().end(now).is_none());
        let valves = Valves { stop_after: Some(Duration::MAX), ..Valves::default() };
        assert!(valves.end(now).is_some_and(|(time, _)| time == Duration::MAX));
    }
}
