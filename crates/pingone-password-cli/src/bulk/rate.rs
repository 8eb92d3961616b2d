//! A rate of requests, such as `30/s`.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

/// A number of requests per second, minute or hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(super) count: NonZeroU32,
    pub(super) per: Duration,
    unit: char,
}

impl Rate {
    /// Returns the rate in requests per second.
    pub(super) fn per_second(self) -> f64 {
        f64::from(self.count.get()) / self.per.as_secs_f64()
    }
}

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let (count, unit) = text.split_once('/').ok_or(InvalidRate)?;
        let seconds = match unit.trim() {
            "s" | "sec" | "second" => 1,
            "m" | "min" | "minute" => 60,
            "h" | "hour" => 3600,
            _ => return Err(InvalidRate),
        };
        let unit = unit.trim().chars().next().unwrap_or('s');
        match count.trim().parse::<NonZeroU32>() {
            Ok(count) if count.get() <= 100_000 => Ok(Self { count, per: Duration::from_secs(seconds), unit }),
            _ => Err(InvalidRate),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.count, self.unit)
    }
}

/// A text that is not a valid rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidRate;

impl fmt::Display for InvalidRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a whole number from 1 to 100000 and a unit of time, such as 30/s, 900/m or 2000/h")
    }
}

impl std::error::Error for InvalidRate {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_and_a_unit() {
        for (text, printed) in [("30/s", "30/s"), ("900/min", "900/m"), ("2000 / hour", "2000/h")] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), printed);
        }
        for text in ["", "30", "0/s", "-1/s", "1.5/s", "30/d", "30/", "/s", "100001/s"] {
            assert_eq!(text.parse::<Rate>(), Err(InvalidRate), "{text}");
        }
    }
}
