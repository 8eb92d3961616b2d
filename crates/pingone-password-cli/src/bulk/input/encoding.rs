//! Text encodings. Everything is read as bytes in which ASCII is itself, so only UTF-16 has to be decoded: user IDs are
//! ASCII, and whatever surrounds them may be in any code page.

use std::borrow::Cow;
use std::io::{self, Read};

/// The characters of Windows-1252 from 0x80, as the WHATWG's [index](https://encoding.spec.whatwg.org/index-windows-1252.txt)
/// has them. All others are those of Unicode with the same number.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

const BYTE_ORDER_MARK: char = '\u{feff}';

/// An encoding, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, Windows-1252 and other code pages.
    AsciiCompatible,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// Detects the encoding by a byte order mark or, for UTF-16, by the zero bytes of ASCII characters.
    pub(super) fn detect(head: &[u8]) -> Self {
        if head.starts_with(b"\xff\xfe") {
            return Self::Utf16Le;
        }
        if head.starts_with(b"\xfe\xff") {
            return Self::Utf16Be;
        }
        let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
        let (even, odd) = (zeros(0), zeros(1));
        let is_frequent = |zeros: usize, others: usize| zeros * 8 > head.len() && zeros > 4 * others;
        if is_frequent(odd, even) {
            Self::Utf16Le
        } else if is_frequent(even, odd) {
            Self::Utf16Be
        } else {
            Self::AsciiCompatible
        }
    }

    /// Decodes a text, with replacement characters for what can't be read.
    pub(super) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::AsciiCompatible => String::from_utf8_lossy(bytes),
            Self::Utf16Le => utf_16(bytes, u16::from_le_bytes).into(),
            Self::Utf16Be => utf_16(bytes, u16::from_be_bytes).into(),
        }
    }

    /// Returns a reader of UTF-8 or of an ASCII-compatible code page.
    pub(super) fn reader<'a>(self, bytes: impl Read + 'a) -> Box<dyn Read + 'a> {
        match self {
            Self::AsciiCompatible => Box::new(bytes),
            Self::Utf16Le => Box::new(Decoded::new(bytes, Decoder::utf_16(u16::from_le_bytes))),
            Self::Utf16Be => Box::new(Decoded::new(bytes, Decoder::utf_16(u16::from_be_bytes))),
        }
    }
}

/// Decodes the bytes of a column name or a value: UTF-8, otherwise Windows-1252.
pub(super) fn decode_name(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(name) => name.to_owned(),
        Err(_) => bytes.iter().map(|byte| windows_1252(*byte)).collect(),
    }
}

fn windows_1252(byte: u8) -> char {
    let high = usize::from(byte).checked_sub(0x80).and_then(|index| WINDOWS_1252.get(index));
    high.copied().unwrap_or(char::from(byte))
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let mut text = String::new();
    Decoder::utf_16(unit).decode(&mut bytes.to_vec(), true, &mut text);
    text
}

/// Returns a reader of UTF-8 with replacement characters for bytes that are not UTF-8.
pub(super) fn lossy_utf_8(bytes: impl Read) -> impl Read {
    Decoded::new(bytes, Decoder::Utf8)
}

/// Decodes a text that arrives in parts.
enum Decoder {
    Utf8,
    Utf16 { unit: fn([u8; 2]) -> u16, is_start: bool },
}

impl Decoder {
    fn utf_16(unit: fn([u8; 2]) -> u16) -> Self {
        Self::Utf16 { unit, is_start: true }
    }

    /// Decodes all bytes but those of a character that the next part completes, and removes what it has decoded.
    fn decode(&mut self, bytes: &mut Vec<u8>, is_last: bool, text: &mut String) {
        let decoded = match self {
            Self::Utf8 => utf_8_part(bytes, is_last, text),
            Self::Utf16 { unit, is_start } => {
                let from = text.len();
                let decoded = utf_16_part(bytes, *unit, is_last, text);
                if std::mem::replace(is_start, *is_start && decoded == 0) && text[from..].starts_with(BYTE_ORDER_MARK) {
                    text.remove(from);
                }
                decoded
            }
        };
        bytes.drain(..decoded);
    }
}

fn utf_8_part(bytes: &[u8], is_last: bool, text: &mut String) -> usize {
    let mut decoded = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        decoded += chunk.valid().len();
        let invalid = chunk.invalid();
        let is_incomplete = std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
        if is_incomplete && !is_last {
            break;
        }
        if !invalid.is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        decoded += invalid.len();
    }
    decoded
}

fn utf_16_part(bytes: &[u8], unit: fn([u8; 2]) -> u16, is_last: bool, text: &mut String) -> usize {
    let (pairs, odd) = bytes.as_chunks();
    let mut units: Vec<_> = pairs.iter().copied().map(unit).collect();
    let is_incomplete = units.pop_if(|last| (0xd800..0xdc00).contains(last)).is_some();
    let characters = char::decode_utf16(units.iter().copied());
    text.extend(characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)));
    if !is_last {
        return 2 * units.len();
    }
    if is_incomplete || !odd.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    bytes.len()
}

/// Transcodes to UTF-8.
struct Decoded<R> {
    bytes: R,
    decoder: Decoder,
    buffer: Vec<u8>,
    /// What hasn't been decoded.
    input: Vec<u8>,
    output: String,
    /// The part of `output` that has been read.
    read: usize,
    is_finished: bool,
}

impl<R: Read> Decoded<R> {
    fn new(bytes: R, decoder: Decoder) -> Self {
        let (buffer, input, output) = (vec![0; 16 << 10], Vec::new(), String::new());
        Self { bytes, decoder, buffer, input, output, read: 0, is_finished: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.read = 0;
        self.output.clear();
        while self.output.is_empty() && !self.is_finished {
            let length = self.bytes.read(&mut self.buffer)?;
            self.is_finished = length == 0;
            self.input.extend_from_slice(self.buffer.get(..length).unwrap_or_default());
            self.decoder.decode(&mut self.input, self.is_finished, &mut self.output);
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.output.len() {
            self.fill()?;
        }
        let length = self.output.as_bytes().get(self.read..).unwrap_or_default().read(buffer)?;
        self.read += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn windows_1252_is_that_of_the_whatwg() {
        for byte in 0..=u8::MAX {
            let expected = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.into_owned();
            assert_eq!(windows_1252(byte).to_string(), expected, "{byte:#x}");
        }
    }

    /// Parts of a length.
    struct Parts<'a>(&'a [u8], usize);

    impl Read for Parts<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(buffer.len());
            self.0.read(&mut buffer[..length])
        }
    }

    /// Bytes of which many are marks, surrogates, and parts of characters.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![any::<u8>(), prop::sample::select(&b"\xff\xfe\xd8\xdc\xe2\x82\xac\xf0\x9f\0a"[..])];
        prop::collection::vec(byte, 0..40)
    }

    #[test]
    fn a_text_that_ends_in_half_a_character_is_decoded_as_browsers_do() {
        for bytes in [&b"a\0\0\xd8\0"[..], b"a\0\0\xd8", b"a\0\0"] {
            let expected = UTF_16LE.decode_with_bom_removal(bytes).0;
            assert_eq!(expected, "a\u{fffd}");
            assert_eq!(Encoding::Utf16Le.decode(bytes), expected, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_parts_are_decoded_as_browsers_do(bytes in bytes(), length in 1_usize..8) {
            let read = |decoder| {
                let mut text = String::new();
                Decoded::new(Parts(&bytes, length), decoder).read_to_string(&mut text).map(|_| text)
            };
            let utf_8 = UTF_8.decode_without_bom_handling(&bytes).0.into_owned();
            prop_assert_eq!(read(Decoder::Utf8)?, utf_8);
            let little_endian = UTF_16LE.decode_with_bom_removal(&bytes).0.into_owned();
            prop_assert_eq!(read(Decoder::utf_16(u16::from_le_bytes))?, &*little_endian);
            prop_assert_eq!(Encoding::Utf16Le.decode(&bytes), little_endian);
            let big_endian = UTF_16BE.decode_with_bom_removal(&bytes).0.into_owned();
            prop_assert_eq!(read(Decoder::utf_16(u16::from_be_bytes))?, big_endian);
        }
    }
}
