//! Values as they are pasted: with white space, line ends, invisible characters or quotes around them.

use crate::padding::trimmed;

/// Of any language. Other pairs may be part of a secret.
const QUOTES: [(char, char); 6] = [
    ('"', '"'),
    ('\'', '\''),
    ('\u{201c}', '\u{201d}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{2018}', '\u{2019}'),
    ('\u{ab}', '\u{bb}'),
];

/// Removes what surrounds a value. The value itself is never changed.
pub(super) fn cleaned(text: &str) -> &str {
    let mut text = trimmed(text);
    for (open, close) in QUOTES {
        if let Some(inner) = text.strip_prefix(open).and_then(|text| text.strip_suffix(close)) {
            text = trimmed(inner);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_surrounds_a_value_is_removed() {
        for text in
            ["x y", " x y\r\n", "\"x y\"", "'x y'\n", "\u{feff}\"x y\" ", "\u{a0}x y", "\u{201c}x y\u{201d}\u{1a}"]
        {
            assert_eq!(cleaned(text), "x y", "{text:?}");
        }
        assert_eq!(cleaned("\"x"), "\"x");
        assert_eq!(cleaned("x\"y'z"), "x\"y'z");
    }
}
