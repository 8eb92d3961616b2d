//! Records whose separators are missing or misplaced, so that the user in the column of the IDs may be that of another column.
//! What one record can't tell, the other records of the column do.

use std::borrow::Cow;

use anyhow::bail;

use super::id::{is_blank, parse_user};
use crate::padding::{trimmed, unpadded};
use crate::terminal::quoted;

/// What the records of a table say of its columns.
#[derive(Debug)]
pub(super) struct ShiftCheck {
    /// The place of the column with the users.
    place: usize,
    columns: Vec<Evidence>,
    /// The number of columns, without the unnamed ones at the end.
    named: usize,
}

/// What the records say of a column.
#[derive(Clone, Debug, Default)]
struct Evidence {
    name: String,
    has_ids: bool,
    has_text: bool,
    /// Whether a record with a value in the last column has an ID.
    has_vouched_ids: bool,
    /// The first line whose user is one of this column if a separator is missing.
    short_line: Option<u64>,
    /// The first line that has its own user in this column if separators are misplaced.
    shifted_line: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Blank,
    Id,
    Text,
    /// An ID and the value of another column, without a separator.
    Glued,
}

impl Kind {
    fn of(text: &str) -> Self {
        if is_blank(text) {
            Self::Blank
        } else if parse_user(text).is_ok() {
            Self::Id
        } else if is_glued(text) {
            Self::Glued
        } else {
            Self::Text
        }
    }
}

impl ShiftCheck {
    pub(super) fn new(names: &[String], place: usize) -> Self {
        let columns: Vec<_> =
            names.iter().map(|name| Evidence { name: unpadded(name).to_owned(), ..Evidence::default() }).collect();
        let last = columns.iter().rposition(|column| !column.name.is_empty());
        Self { place, columns, named: last.map_or(0, |last| last + 1) }
    }

    /// Checks a record with a user.
    ///
    /// # Errors
    ///
    /// Fails if the user may be that of another column.
    pub(super) fn check(&mut self, line: u64, values: &[Cow<'_, str>]) -> Result<(), String> {
        let Self { place, named, .. } = *self;
        let kinds: Vec<_> = values.iter().map(|value| Kind::of(value)).collect();
        let (count, width) = (kinds.len(), self.columns.len());
        let has_other_id = |from: usize| {
            let mut others = kinds.iter().enumerate().skip(from).filter(|(index, _)| *index != place);
            others.any(|(_, kind)| *kind == Kind::Id)
        };
        // The first column has no other before it.
        if place > 0 {
            // The last field is one of the last column, whatever separators are missing before it.
            let is_last = count == width && place + 1 == width;
            if let Some(index) = kinds.iter().position(|kind| *kind == Kind::Glued).filter(|_| !is_last) {
                return Err(format!(
                    "field {} has an ID and other text: is a separator missing? If not, make the column of the users the last one",
                    index + 1
                ));
            }
            if count > width && has_other_id(place) {
                return Err(fields_are(count, width));
            }
        }
        let missing = width.saturating_sub(count);
        let end = named.min(place + 1 + missing);
        if missing > 0 && place + 1 < end {
            let reach = self.columns.get_mut(place + 1..end).unwrap_or_default();
            if place > 0 && has_other_id(0) || reach.iter().any(|column| column.has_ids) {
                return Err(format!("{}: is a separator missing?", fields_are(count, width)));
            }
            for column in reach {
                column.short_line.get_or_insert(line);
            }
        }
        if missing == 0 && !is_vouched(&kinds, named) {
            let before = self.columns.iter_mut().zip(&kinds).take(place);
            for (column, _) in before.filter(|(_, kind)| **kind == Kind::Id) {
                if column.has_text {
                    return Err(format!("the column {} has an ID: is a separator missing?", quoted(&column.name)));
                }
                column.shifted_line.get_or_insert(line);
            }
        }
        self.add(&kinds, true);
        Ok(())
    }

    /// Takes a record without a user as evidence.
    pub(super) fn add_other(&mut self, values: &[Cow<'_, str>]) {
        let kinds: Vec<_> = values.iter().map(|value| Kind::of(value)).collect();
        self.add(&kinds, false);
    }

    /// Takes a record that isn't short as evidence of what columns contain: of text only if nothing speaks against the places of its
    /// values.
    fn add(&mut self, kinds: &[Kind], has_user: bool) {
        if kinds.len() < self.columns.len() {
            return;
        }
        let is_vouched = has_user && is_vouched(kinds, self.named);
        for (column, kind) in self.columns.iter_mut().zip(kinds) {
            column.has_ids |= *kind == Kind::Id;
            column.has_vouched_ids |= is_vouched && *kind == Kind::Id;
            column.has_text |= is_vouched && *kind == Kind::Text;
        }
    }

    /// Checks what only the whole table tells.
    ///
    /// # Errors
    ///
    /// Fails if the user of any record may be that of another column.
    pub(super) fn finish(&self) -> anyhow::Result<()> {
        for Evidence { name, has_ids, has_text, has_vouched_ids, short_line, shifted_line } in &self.columns {
            let name = quoted(name);
            // To shift an ID into the first column, a record without an ID has to lack its first separator: that takes evidence.
            let may_be_ids = *has_ids || !has_text && self.place > 0;
            if let (Some(line), true) = (short_line, may_be_ids) {
                bail!(
                    "line {line} has fewer fields than the header, so that its ID may be that of a later column: write a \
                     separator for each empty column, also at the end"
                );
            }
            let is_of_ids = *has_vouched_ids || name.to_lowercase().trim_end_matches('`').ends_with("id");
            if let (Some(line), true) = (shifted_line, *has_text || !is_of_ids) {
                bail!(
                    "line {line} has an ID in the column {name}, and its last column is empty: is a separator missing? If not, remove empty columns at \
                     the end"
                );
            }
        }
        Ok(())
    }
}

/// Says that a record doesn't fit the header.
pub(super) fn fields_are(count: usize, width: usize) -> String {
    format!("{count} field{}, but the header has {width}", if count == 1 { "" } else { "s" })
}

/// Returns whether the last column has a value, so that the columns before are likely to be in their places.
fn is_vouched(kinds: &[Kind], named: usize) -> bool {
    named.checked_sub(1).and_then(|last| kinds.get(last)).is_some_and(|kind| *kind != Kind::Blank)
}

/// Returns whether a text starts or ends with an ID, and is no URL or the like.
fn is_glued(text: &str) -> bool {
    const ID: usize = 36;
    let text = trimmed(text).trim_matches(['"', '\'', '{', '}', '(', ')', '[', ']']);
    let is_glue = |next: Option<char>| next.is_some_and(|next| !"/=:#?&".contains(next));
    let at_start = text.split_at_checked(ID).map(|(id, rest)| (id, rest.chars().next()));
    let end = text.len().checked_sub(ID).and_then(|end| text.split_at_checked(end));
    let at_end = end.map(|(rest, id)| (id, rest.chars().next_back()));
    [at_start, at_end].into_iter().flatten().any(|(id, next)| parse_user(id).is_ok() && is_glue(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "a0000000-0000-8000-8000-000000000001";

    #[test]
    fn a_glued_id_is_told_from_a_reference() {
        for text in ["Ann $", "Ann$", "$7", "Bea$", "Ann {$}", "$$", "\u{a0}Ann $\u{a0}", "Ann \"$\""] {
            assert!(is_glued(&text.replace('$', ID)), "{text}");
        }
        for text in ["", "Ann", "https://x/users/$", "urn:uuid:$", "$/password", "see $ there", "ref=$", "a1b2$c3d4"] {
            assert!(!is_glued(&text.replace('$', ID)), "{text}");
        }
    }
}
