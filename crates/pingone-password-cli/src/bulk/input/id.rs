//! User IDs as they are found in files: padded, quoted, in braces.

use pingone_password::UserId;

use crate::terminal::{quoted, quoted_ascii};

/// Delimiters around a value that a spreadsheet, a shell or a programming language adds.
const PAIRS: [(char, char); 11] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('{', '}'),
    ('(', ')'),
    ('[', ']'),
    ('<', '>'),
    ('\u{201c}', '\u{201d}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{2018}', '\u{2019}'),
    ('\u{ab}', '\u{bb}'),
];

/// Removes white space, invisible characters, quotes and braces around a value.
pub(super) fn unpadded(text: &str) -> &str {
    let mut text = text.trim_matches(is_padding);
    loop {
        // Spreadsheets write `="…"` to keep a value as text.
        let value = text.strip_prefix('=').filter(|rest| rest.starts_with('"')).unwrap_or(text);
        let inner = PAIRS.iter().find_map(|(open, close)| value.strip_prefix(*open)?.strip_suffix(*close));
        match inner {
            Some(inner) => text = inner.trim_matches(is_padding),
            None => return text,
        }
    }
}

/// Removes white space and invisible characters around a value.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_padding)
}

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

fn is_padding(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_removed() {
        for text in [
            "x",
            " x\t",
            "\u{a0}x\u{200b}",
            "\"x\"",
            "'x'",
            "{x}",
            "=\"x\"",
            "\u{201c}{ x }\u{201d}",
            "\u{feff}x\u{1a}",
        ] {
            assert_eq!(unpadded(text), "x", "{text:?}");
        }
        for text in ["", " ", "\"\"", "\u{a0}'\u{200b}'"] {
            assert!(is_blank(text), "{text:?}");
        }
        assert_eq!(unpadded("\"x"), "\"x");
    }

    #[test]
    fn odd_characters_of_an_id_are_visible() {
        let problem = parse_user("a0000000\u{2011}0000\u{2011}8000\u{2011}8000\u{2011}000000000001").unwrap_err();
        assert!(problem.starts_with(r"`a0000000\u{2011}0000\u{2011}8000"), "{problem}");
        assert!(parse_user("Zoë\u{a0}Müller").unwrap_err().starts_with(r"`Zoë\u{a0}Müller`"));
    }
}
