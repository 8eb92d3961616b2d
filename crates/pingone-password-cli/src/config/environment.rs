//! Settings from environment variables.

use std::env;

use super::cleanup::cleaned;
use super::setting::{Setting, Source, Sourced};

/// Reads an environment variable. An empty one counts as not set, also with white space or quotes in it.
pub(super) fn variable(name: &str) -> Option<String> {
    let value = env::var_os(name)?.to_string_lossy().into_owned();
    (!cleaned(&value).is_empty()).then_some(value)
}

/// Finds the variable of a setting: the first one of its names that is set.
pub(super) fn find(setting: Setting) -> Option<(&'static str, String)> {
    setting.variables.iter().find_map(|name| Some((*name, variable(name)?)))
}

/// Reads a setting.
pub(super) fn setting(setting: Setting) -> Option<Sourced<String>> {
    let (name, value) = find(setting)?;
    Some(Sourced { value, source: Source::Variable, origin: format!("variable {name}") })
}
