//! Settings from environment variables.

use std::env;

/// Reads an environment variable. An empty one counts as not set.
pub(super) fn variable(name: &str) -> Option<String> {
    let value = env::var_os(name)?.to_string_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}
