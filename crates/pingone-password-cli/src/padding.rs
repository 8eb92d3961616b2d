//! What surrounds a text that was pasted, or written by another program: white space, invisible characters, quotes, braces.

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
pub(crate) fn unpadded(text: &str) -> &str {
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
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_padding)
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
            assert_eq!(unpadded(text), "", "{text:?}");
        }
        assert_eq!(unpadded("\"x"), "\"x");
    }
}
