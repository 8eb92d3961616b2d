//! Values as they are pasted: with white space, line ends, quotes or a byte order mark around them.

/// Removes what surrounds a value. The value itself is never changed.
pub(super) fn cleaned(text: &str) -> &str {
    let mut text = text.trim_matches(is_padding);
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)) {
            text = inner.trim_matches(is_padding);
        }
    }
    text
}

fn is_padding(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{feff}' | '\u{200b}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_surrounds_a_value_is_removed() {
        for text in ["x y", " x y\r\n", "\"x y\"", "'x y'\n", "\u{feff}\"x y\" ", "\u{a0}x y"] {
            assert_eq!(cleaned(text), "x y", "{text:?}");
        }
        assert_eq!(cleaned("\"x"), "\"x");
        assert_eq!(cleaned("x\"y'z"), "x\"y'z");
    }
}
