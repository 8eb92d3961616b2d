//! The column or property with the user.

use anyhow::bail;

use super::condition::Condition;
use super::entry::Given;
use super::id::parse_user;
use crate::lookup::{self, By};
use crate::padding::{trimmed, unpadded};
use crate::terminal::quoted;

/// The column or property with the user, and what it contains.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::bulk) struct Column<'a> {
    /// The name. `None` is one of the default names.
    pub(in crate::bulk) name: Option<&'a str>,
    pub(in crate::bulk) by: By,
    /// What other columns have to contain.
    pub(in crate::bulk) conditions: &'a [Condition],
}

impl Column<'_> {
    fn default_names(self) -> &'static [&'static str] {
        match self.by {
            By::Id => &["id", "user_id", "userId"],
            By::Username => &["username", "user_name"],
            By::Email => &["email"],
        }
    }

    /// Parses a padded value.
    pub(super) fn parse(self, text: &str) -> Result<Given, String> {
        match self.by {
            By::Id => parse_user(text).map(Given::Id),
            // Quotes and braces may be part of a name.
            By::Username | By::Email => self.parse_exact(trimmed(text)),
        }
    }

    /// Parses a value whose spaces are part of a name.
    pub(super) fn parse_exact(self, text: &str) -> Result<Given, String> {
        let name = match self.by {
            By::Id => return self.parse(text),
            _ if text.contains('\u{fffd}') => {
                Err(format!("{} has unreadable characters: save the list as UTF-8", quoted(text)))
            }
            By::Username => lookup::username(text),
            By::Email => lookup::email(text),
        };
        name.map(Given::Name)
    }
}

/// Finds the column with the user: the one that was asked for, or else one of the default names. Upper and lower case are
/// the same, unless that is ambiguous.
///
/// # Errors
///
/// Fails if several columns match.
pub(super) fn find_column(names: &[String], column: Column<'_>) -> anyhow::Result<Option<usize>> {
    let names: Vec<_> = names.iter().map(|name| unpadded(name)).collect();
    let all = |matches: &dyn Fn(&str) -> bool| -> Vec<usize> {
        names.iter().enumerate().filter(|(_, name)| matches(name)).map(|(index, _)| index).collect()
    };
    if let Some(column) = column.name
        && let [index] = all(&|name| name == column)[..]
    {
        return Ok(Some(index));
    }
    let found = all(&|name| match column.name {
        Some(column) => name.to_lowercase() == column.to_lowercase(),
        None => column.default_names().iter().any(|default| name.eq_ignore_ascii_case(default)),
    });
    match found[..] {
        [] => Ok(None),
        [index] => Ok(Some(index)),
        [first, ..] if found.iter().all(|index| names.get(*index) == names.get(first)) => {
            let name = names.get(first).copied().unwrap_or_default();
            bail!("several columns are named {}: rename or remove all but one", quoted(name))
        }
        _ => {
            let found: Vec<_> = found.iter().filter_map(|index| names.get(*index)).map(|name| quoted(name)).collect();
            bail!(
                "several columns may contain the {}: {}; choose one by --column",
                column.by.as_str(),
                found.join(", ")
            )
        }
    }
}

/// Finds the column with a name. Upper and lower case are the same, unless that is ambiguous.
///
/// # Errors
///
/// Fails if several columns match.
pub(super) fn find_named(names: &[impl AsRef<str>], name: &str) -> anyhow::Result<Option<usize>> {
    let all = |matches: &dyn Fn(&str) -> bool| -> Vec<usize> {
        names
            .iter()
            .enumerate()
            .filter(|(_, other)| matches(unpadded(other.as_ref())))
            .map(|(index, _)| index)
            .collect()
    };
    if let [index] = all(&|other| other == name)[..] {
        return Ok(Some(index));
    }
    match all(&|other| other.to_lowercase() == name.to_lowercase())[..] {
        [] => Ok(None),
        [index] => Ok(Some(index)),
        _ => bail!("several columns are named {}", quoted(name)),
    }
}

/// Describes the column that was expected.
pub(super) fn expected(column: Column<'_>) -> String {
    match (column.name, column.by) {
        (Some(column), _) => quoted(column),
        (None, By::Id) => "`id`, `user_id` or `userId`".to_owned(),
        (None, By::Username) => "`username` or `user_name`".to_owned(),
        (None, By::Email) => "`email`".to_owned(),
    }
}

/// Returns what else to try if there is no column of IDs, but one of names.
pub(super) fn hint(names: &[String], column: Column<'_>) -> &'static str {
    let finds = |by| matches!(find_column(names, Column { by, ..Column::default() }), Ok(Some(_)));
    match column.by {
        By::Id if finds(By::Username) => ", or the usernames by --by username",
        By::Id if finds(By::Email) => ", or the addresses by --by email",
        _ => "",
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
