//! Statuses, durations and policies in words.

use pingone_password::model::PasswordPolicy;
use pingone_password::{PasswordState, PasswordStatus};

use crate::terminal::{counted, plain};

/// Describes a password status.
pub(crate) fn status(status: &PasswordStatus, seconds_until_unlock: Option<i64>) -> String {
    match status {
        PasswordStatus::Ok => "ok".to_owned(),
        PasswordStatus::NoPassword => "no password".to_owned(),
        PasswordStatus::PasswordExpired => "expired".to_owned(),
        PasswordStatus::MustChangePassword => "must be changed at the next sign-on".to_owned(),
        PasswordStatus::External => "managed by an external directory".to_owned(),
        PasswordStatus::PasswordLockedOut => match seconds_until_unlock {
            Some(seconds) => format!("locked out, unlocks in {}", duration(seconds)),
            None => "locked out until an administrator unlocks".to_owned(),
        },
        other => plain(other.as_str()),
    }
}

/// Describes a password state.
pub(crate) fn password(state: &PasswordState) -> String {
    status(&state.status, state.seconds_until_unlock)
}

/// Formats a duration in its one or two largest units, rounded up.
pub(crate) fn duration(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let seconds = seconds.max(0);
    // Rounds up to the smallest unit that is printed.
    let up_to = |unit: i64| seconds.saturating_add(unit - 1) / unit * unit;
    let (whole, big, big_name, small, small_name) = match seconds {
        ..MINUTE => return counted(seconds, "second"),
        MINUTE.. if up_to(MINUTE) < HOUR => return counted(up_to(MINUTE) / MINUTE, "minute"),
        _ if up_to(MINUTE) < DAY => (up_to(MINUTE), HOUR, "hour", MINUTE, "minute"),
        _ => (up_to(HOUR), DAY, "day", HOUR, "hour"),
    };
    let rest = whole % big / small;
    let big = counted(whole / big, big_name);
    if rest == 0 { big } else { format!("{big} {}", counted(rest, small_name)) }
}

/// Describes a password policy in one line.
pub(crate) fn policy(policy: &PasswordPolicy) -> String {
    let mut parts = Vec::new();
    if let Some(lockout) = &policy.lockout {
        let after =
            lockout.failure_count.map(|number| format!("locks out after {}", counted(number, "failed sign-on")));
        let until = match lockout.duration_seconds {
            Some(seconds) => format!("for {}", duration(seconds)),
            None => "until an administrator unlocks".to_owned(),
        };
        parts.extend(after.map(|after| format!("{after}, {until}")));
    }
    if let Some(length) = &policy.length {
        match (length.min, length.max) {
            (Some(min), Some(max)) => parts.push(format!("{min} to {max} characters")),
            (Some(min), None) => parts.push(format!("at least {min} characters")),
            (None, Some(max)) => parts.push(format!("at most {max} characters")),
            (None, None) => {}
        }
    }
    parts.extend(policy.max_age_days.map(|days| format!("expires after {}", counted(days, "day"))));
    parts.extend(policy.min_age_days.map(|days| format!("can be changed after {}", counted(days, "day"))));
    let history = policy.history.as_ref().and_then(|history| history.count);
    parts.extend(history.map(|count| format!("differs from the last {count}")));
    let name = policy.name.as_deref().map_or_else(|| policy.id.to_string(), plain);
    let default = if policy.default == Some(true) { " (the default)" } else { "" };
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join("; ")) };
    format!("{name}{default}{parts}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_rounded_up() {
        let cases = [
            (-1, "0 seconds"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (61, "2 minutes"),
            (900, "15 minutes"),
            (3599, "1 hour"),
            (3600, "1 hour"),
            (3661, "1 hour 2 minutes"),
            (86_399, "1 day"),
            (90_000, "1 day 1 hour"),
            (i64::MAX, "106,751,991,167,300 days 15 hours"),
        ];
        for (seconds, words) in cases {
            assert_eq!(duration(seconds), words, "{seconds}");
        }
    }
}
