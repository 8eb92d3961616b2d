//! Text encodings. Everything is read as bytes in which ASCII is itself, so only UTF-16 has to be decoded: user IDs are
//! ASCII, and whatever surrounds them may be in any code page.

use std::borrow::Cow;
use std::io::{self, Read};

use encoding_rs::{Decoder, UTF_8, UTF_16BE, UTF_16LE};

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
            Self::Utf16Le => UTF_16LE.decode_with_bom_removal(bytes).0,
            Self::Utf16Be => UTF_16BE.decode_with_bom_removal(bytes).0,
        }
    }

    /// Returns a reader of UTF-8 or of an ASCII-compatible code page.
    pub(super) fn reader<'a>(self, bytes: impl Read + 'a) -> Box<dyn Read + 'a> {
        match self {
            Self::AsciiCompatible => Box::new(bytes),
            Self::Utf16Le => Box::new(Decoded::new(bytes, UTF_16LE.new_decoder_with_bom_removal())),
            Self::Utf16Be => Box::new(Decoded::new(bytes, UTF_16BE.new_decoder_with_bom_removal())),
        }
    }
}

/// Decodes the bytes of a column name or a value: UTF-8, otherwise Windows-1252.
pub(super) fn decode_name(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(name) => name.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// Returns a reader of UTF-8 with replacement characters for bytes that are not UTF-8.
pub(super) fn lossy_utf_8(bytes: impl Read) -> impl Read {
    Decoded::new(bytes, UTF_8.new_decoder_without_bom_handling())
}

/// Transcodes to UTF-8.
struct Decoded<R> {
    bytes: R,
    decoder: Decoder,
    input: Vec<u8>,
    output: Vec<u8>,
    /// The part of `output` that has been read.
    read: usize,
    is_finished: bool,
}

impl<R: Read> Decoded<R> {
    fn new(bytes: R, decoder: Decoder) -> Self {
        Self { bytes, decoder, input: vec![0; 16 << 10], output: Vec::new(), read: 0, is_finished: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.read = 0;
        self.output.clear();
        while self.output.is_empty() && !self.is_finished {
            let length = self.bytes.read(&mut self.input)?;
            self.is_finished = length == 0;
            let input = self.input.get(..length).unwrap_or_default();
            let size = self.decoder.max_utf8_buffer_length(length).unwrap_or(4 * length + 16);
            let mut text = String::with_capacity(size);
            _ = self.decoder.decode_to_string(input, &mut text, self.is_finished);
            self.output = text.into_bytes();
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.output.len() {
            self.fill()?;
        }
        let length = self.output.get(self.read..).unwrap_or_default().read(buffer)?;
        self.read += length;
        Ok(length)
    }
}
