//! The column or property with the user ID.

use anyhow::bail;

use super::id::unpadded;
use crate::terminal::quoted;

/// The names of the column by default.
const DEFAULT_NAMES: [&str; 3] = ["id", "user_id", "userId"];

/// Finds the column with the user ID: the one that was asked for, or else one of [`DEFAULT_NAMES`]. Upper and lower case are
/// the same, unless that is ambiguous.
///
/// # Errors
///
/// Fails if several columns match.
pub(super) fn find_column(names: &[String], column: Option<&str>) -> anyhow::Result<Option<usize>> {
    let names: Vec<_> = names.iter().map(|name| unpadded(name)).collect();
    let all = |matches: &dyn Fn(&str) -> bool| -> Vec<usize> {
        names.iter().enumerate().filter(|(_, name)| matches(name)).map(|(index, _)| index).collect()
    };
    if let Some(column) = column
        && let [index] = all(&|name| name == column)[..]
    {
        return Ok(Some(index));
    }
    let found = all(&|name| match column {
        Some(column) => name.to_lowercase() == column.to_lowercase(),
        None => DEFAULT_NAMES.iter().any(|default| name.eq_ignore_ascii_case(default)),
    });
    match found[..] {
        [] => Ok(None),
        [index] => Ok(Some(index)),
        _ => {
            let found: Vec<_> = found.iter().filter_map(|index| names.get(*index)).map(|name| quoted(name)).collect();
            bail!("several columns may contain the user ID: {}; choose one by --column", found.join(", "))
        }
    }
}

/// Describes the column that was expected.
pub(super) fn expected(column: Option<&str>) -> String {
    match column {
        Some(column) => quoted(column),
        None => "`id`, `user_id` or `userId`".to_owned(),
    }
}

/// Lists the columns that exist.
pub(super) fn list(names: &[String]) -> String {
    const MAX_NAMES: usize = 30;
    let listed: Vec<_> = names.iter().map(|name| unpadded(name)).filter(|name| !name.is_empty()).map(quoted).collect();
    let more = listed.len().saturating_sub(MAX_NAMES);
    let list = listed.into_iter().take(MAX_NAMES).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{list} and {more} more") } else { list }
}
