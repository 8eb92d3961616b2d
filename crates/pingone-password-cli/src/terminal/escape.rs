//! Text from a server, a file or a user, made safe to show.

/// Escapes a text and cuts it to 300 characters, so that it fits on one line.
pub(crate) fn plain(text: &str) -> String {
    const MAX_CHARS: usize = 300;
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => escaped(text.get(..end).unwrap_or_default()) + "…",
        None => escaped(text),
    }
}

/// Quotes a piece of input, cut to 60 characters. Characters that are invisible or mistaken for others are escaped: all but
/// letters, digits and ASCII.
pub(crate) fn quoted(text: &str) -> String {
    quote(text, char::is_alphanumeric)
}

/// Quotes a piece of input like [`quoted`], with everything escaped but ASCII.
pub(crate) fn quoted_ascii(text: &str) -> String {
    quote(text, |_| false)
}

fn quote(text: &str, is_safe: impl Fn(char) -> bool) -> String {
    const MAX_CHARS: usize = 60;
    let mut quoted = String::from("`");
    for character in text.chars().take(MAX_CHARS) {
        match character {
            '\n' | '\r' | '\t' => quoted.extend(character.escape_default()),
            _ if character.is_ascii() && !character.is_control() || is_safe(character) => quoted.push(character),
            _ => quoted.extend(character.escape_unicode()),
        }
    }
    if text.chars().nth(MAX_CHARS).is_some() {
        quoted.push('…');
    }
    quoted + "`"
}

/// Formats a number with thousands separators.
pub(crate) fn grouped(number: impl Into<i128>) -> String {
    let number = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Formats a number of things.
pub(crate) fn counted(number: impl Into<i128>, noun: &str) -> String {
    let number = number.into();
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Escapes control characters and characters that change the direction of text, such as `\u{1b}` and `\n`.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if character.is_control() || changes_direction(character) {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn changes_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_control_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\nc\u{202e}"), "a\\u{1b}[2Jb\\nc\\u{202e}");
        assert_eq!(quoted("a\u{a0}ë\u{2011}\n"), r"`a\u{a0}ë\u{2011}\n`");
        assert_eq!(
            [grouped(7), grouped(1990), grouped(1_234_567), grouped(-1990)],
            ["7", "1,990", "1,234,567", "-1,990"]
        );
        assert_eq!([counted(1, "user"), counted(1_000_u64, "user")], ["1 user", "1,000 users"]);
        assert_eq!(plain(&"x".repeat(301)).chars().count(), 301);
    }
}
