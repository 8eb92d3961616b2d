//! User IDs as they are found in files: padded, quoted, in braces.

use pingone_password::UserId;

use crate::padding::unpadded;
use crate::terminal::{quoted, quoted_ascii};

/// Returns whether a value is empty but for padding.
pub(super) fn is_blank(text: &str) -> bool {
    unpadded(text).is_empty()
}

/// Parses a padded user ID.
pub(super) fn parse_user(text: &str) -> Result<UserId, String> {
    let id = unpadded(text);
    id.parse().map_err(|_| {
        let resembles_id = id.chars().filter(char::is_ascii_hexdigit).count() >= 16;
        let shown = if resembles_id { quoted_ascii(id) } else { quoted(id) };
        format!("{shown} is not a valid user ID: expected a UUID")
    })
}

/// Returns whether a text contains a user ID between delimiters.
pub(super) fn contains_user(text: &str) -> bool {
    text.split(|character: char| !(character.is_ascii_hexdigit() || character == '-'))
        .any(|word| word.parse::<UserId>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_characters_of_an_id_are_visible() {
        let problem = parse_user("a0000000\u{2011}0000\u{2011}8000\u{2011}8000\u{2011}000000000001").unwrap_err();
        assert!(problem.starts_with(r"`a0000000\u{2011}0000\u{2011}8000"), "{problem}");
        assert!(parse_user("Zoë\u{a0}Müller").unwrap_err().starts_with(r"`Zoë\u{a0}Müller`"));
    }
}
