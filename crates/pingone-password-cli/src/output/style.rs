//! Colours. They are taken out again where nobody would see them: `NO_COLOR`, `TERM=dumb`, a file, a pipe.

use anstyle::{AnsiColor, Style};
use pingone_password::PasswordStatus;

use super::record::Became;

pub(crate) const HEADING: Style = Style::new().bold();
pub(crate) const QUIET: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// A text in a style.
pub(crate) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

pub(crate) fn of_status(status: &PasswordStatus) -> Style {
    match status {
        PasswordStatus::Ok => GOOD,
        PasswordStatus::PasswordLockedOut => BAD,
        _ => WARNING,
    }
}

pub(crate) fn of_result(result: Became) -> Style {
    match result {
        Became::Read | Became::Unlocked => GOOD,
        Became::NotTried => QUIET,
        Became::Failed | Became::Unknown => BAD,
    }
}
