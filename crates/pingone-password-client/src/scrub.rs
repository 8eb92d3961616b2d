//! Removes the secrets of a request from its response.
//!
//! A server or a gateway may quote the request in an error: AWS API Gateway, for instance, quotes the `Authorization` header.

use std::collections::BTreeSet;
use std::fmt;
use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use serde_json::Value;

/// How long a quoted part of a secret has to be to be removed. A shorter secret is removed only as a whole.
const WINDOW: usize = 2 * BLOCK;
/// Every window contains one of the aligned blocks of the text that it is in.
const BLOCK: usize = 8;
/// The size of the filter, as a power of two. A token of 1 kB leaves it mostly empty.
const FILTER_BITS: u32 = 16;
/// A secret that is shorter than this isn't removed: it would match by chance.
const SHORTEST: usize = 8;
const REDACTED: &[u8] = b"[REDACTED]";

/// Finds secrets in bytes: verbatim, percent-encoded, or in Base64, also if they are quoted only in part.
#[derive(Clone, Default)]
pub struct Scrubber {
    /// Every part of a secret that is `WINDOW` bytes long, in order: sorting a token of 1 kB in all its forms is cheaper than
    /// hashing it.
    windows: Vec<[u8; WINDOW]>,
    /// Every part of a secret that is `BLOCK` bytes long, in order. Most responses contain none of them at a multiple of
    /// `BLOCK`, so that no window has to be looked up.
    blocks: Vec<[u8; BLOCK]>,
    /// Whether any block has a hash, so that few blocks have to be looked up.
    filter: Vec<bool>,
    /// Secrets that are shorter than `WINDOW`.
    short: Vec<Vec<u8>>,
}

impl Scrubber {
    /// Creates a scrubber for these secrets.
    #[must_use]
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut scrubber = Self::default();
        for secret in secrets.into_iter().filter(|secret| secret.len() >= SHORTEST) {
            for form in forms(secret) {
                scrubber.add(form.as_bytes());
            }
        }
        scrubber.windows.sort_unstable();
        scrubber.windows.dedup();
        scrubber.blocks.sort_unstable();
        scrubber.blocks.dedup();
        scrubber
    }

    /// Creates a scrubber for the passwords in the JSON body of a request.
    pub(crate) fn of_body(body: &[u8]) -> Self {
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut passwords = vec![];
        collect_passwords(&json, false, &mut passwords);
        Self::new(passwords)
    }

    fn add(&mut self, form: &[u8]) {
        if form.len() < WINDOW {
            self.short.push(form.to_vec());
        }
        self.filter.resize(1 << FILTER_BITS, false);
        for block in form.windows(BLOCK).filter_map(|block| <[u8; BLOCK]>::try_from(block).ok()) {
            if let Some(has_block) = self.filter.get_mut(hash(block)) {
                *has_block = true;
            }
            self.blocks.push(block);
        }
        self.windows.extend(form.windows(WINDOW).filter_map(|window| <[u8; WINDOW]>::try_from(window).ok()));
    }

    /// Removes the secrets from a text.
    fn text(&self, text: &str) -> Option<String> {
        self.bytes(text.as_bytes()).map(|clean| String::from_utf8_lossy(&clean).into_owned())
    }

    /// Removes the secrets from bytes. Returns `None` if there are none in it.
    fn bytes(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        if self.short.is_empty() && !self.may_contain_part(bytes) {
            return None;
        }
        let mut ranges: Vec<(usize, usize)> = vec![];
        let mut mark = |start: usize, end: usize| match ranges.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => ranges.push((start, end)),
        };
        for start in 0..bytes.len() {
            let rest = bytes.get(start..).unwrap_or_default();
            let is_part = rest.first_chunk::<WINDOW>().is_some_and(|window| self.windows.binary_search(window).is_ok());
            if is_part {
                mark(start, start + WINDOW);
            }
            for short in self.short.iter().filter(|short| rest.starts_with(short)) {
                mark(start, start + short.len());
            }
        }
        if ranges.is_empty() {
            return None;
        }
        let mut clean = Vec::with_capacity(bytes.len());
        let mut end_of_last = 0;
        for (start, end) in ranges {
            clean.extend_from_slice(bytes.get(end_of_last..start).unwrap_or_default());
            clean.extend_from_slice(REDACTED);
            end_of_last = end;
        }
        clean.extend_from_slice(bytes.get(end_of_last..).unwrap_or_default());
        Some(clean)
    }

    fn may_contain_part(&self, bytes: &[u8]) -> bool {
        let mut blocks = bytes.chunks_exact(BLOCK).filter_map(|block| <[u8; BLOCK]>::try_from(block).ok());
        blocks.any(|block| self.filter.get(hash(block)) == Some(&true) && self.blocks.binary_search(&block).is_ok())
    }

    /// Removes the secrets from the headers of a response.
    pub(crate) fn headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            if let Some(clean) = self.bytes(value.as_bytes()) {
                *value = HeaderValue::from_bytes(&clean).unwrap_or_else(|_| HeaderValue::from_static("[REDACTED]"));
            }
        }
    }

    /// Removes the secrets from the body of a response.
    pub(crate) fn body(&self, body: &mut Bytes) {
        if let Some(clean) = self.bytes(body) {
            *body = clean.into();
        }
        // JSON may escape any character, such as `=` as `\u003d`.
        if !(self.windows.is_empty() && self.short.is_empty())
            && memchr::memchr(b'\\', body).is_some()
            && let Ok(mut json) = serde_json::from_slice(body)
            && self.json(&mut json)
        {
            *body = json.to_string().into();
        }
    }

    /// Removes the secrets from all texts in JSON. Returns whether there were any.
    fn json(&self, json: &mut Value) -> bool {
        match json {
            Value::String(text) => self.text(text).is_some_and(|clean| {
                *text = clean;
                true
            }),
            Value::Array(items) => {
                let mut found = false;
                for item in items {
                    found |= self.json(item);
                }
                found
            }
            Value::Object(members) => {
                let mut found = false;
                for (name, mut value) in std::mem::take(members) {
                    found |= self.json(&mut value);
                    let clean = self.text(&name);
                    found |= clean.is_some();
                    members.insert(clean.unwrap_or(name), value);
                }
                found
            }
            _ => false,
        }
    }
}

/// The place of a block in the filter, by multiplicative hashing.
fn hash(block: [u8; BLOCK]) -> usize {
    let hash = u64::from_le_bytes(block).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - FILTER_BITS);
    usize::try_from(hash).unwrap_or_default()
}

/// Collects the texts in JSON that are passwords by the names of their properties, such as `newPassword` or `recoveryCode`.
fn collect_passwords<'a>(json: &'a Value, is_secret: bool, passwords: &mut Vec<&'a str>) {
    match json {
        Value::String(text) if is_secret => passwords.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect_passwords(item, is_secret, passwords)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            let name = name.to_ascii_lowercase();
            let is_secret = is_secret || ["password", "secret", "code", "value"].iter().any(|word| name.contains(word));
            collect_passwords(value, is_secret, passwords);
        }),
        _ => {}
    }
}

/// A secret in the encodings in which a server may quote it.
fn forms(secret: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::from([secret.to_owned()]);
    // Encoders disagree about the characters that they keep, and about the case of the digits.
    for kept in ["", "-._~", "-._*", "-._~!*'()", "-._~!$&'()*+,;=:@/?"] {
        let upper = percent_encoded(secret, kept);
        forms.extend([upper.replace("%20", "+"), lower_case_digits(&upper), upper]);
    }
    forms.extend(base64_forms(secret));
    forms
}

fn percent_encoded(text: &str, kept: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string doesn't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn lower_case_digits(encoded: &str) -> String {
    let mut pieces = encoded.split('%');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2).unwrap_or((piece, ""));
        text = format!("{text}%{}{rest}", digits.to_ascii_lowercase());
    }
    text
}

/// A text in Base64, wherever it stands in the text that was encoded. Without the characters at both ends that also depend on
/// its neighbors.
fn base64_forms(text: &str) -> Vec<String> {
    let mut forms = vec![];
    for (before, dependent) in [(0, 0), (1, 2), (2, 3)] {
        let bytes = [&b"\0\0"[..before], text.as_bytes()].concat();
        let is_partial = bytes.len() % 3 != 0;
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&bytes);
            let end = encoded.len() - usize::from(is_partial);
            forms.extend(encoded.get(dependent..end).map(str::to_owned));
        }
    }
    forms
}

/// Shows none of the secrets.
impl fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scrubber([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::*;

    const SECRET: &str = "Zp~3/x+Q=7.s ecret&k_9-Ww%2%C3";

    fn scrubbed(text: &str) -> String {
        let mut body = Bytes::from(text.to_owned());
        Scrubber::new([SECRET]).body(&mut body);
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[test]
    fn a_secret_is_removed_in_every_encoding() {
        for quoted in [
            SECRET.to_owned(),
            "Zp%7E3%2Fx%2BQ%3D7.s+ecret%26k_9-Ww%252%25C3".to_owned(),
            "Zp~3%2fx%2bQ%3d7.s%20ecret%26k_9-Ww%252%25c3".to_owned(),
            STANDARD.encode(SECRET),
            URL_SAFE.encode(SECRET),
            STANDARD.encode(format!("Bearer {SECRET}")),
            STANDARD.encode(format!("x{SECRET}, and more")),
        ] {
            let text = scrubbed(&format!("before {quoted} after"));
            assert!(text.starts_with("before ") && text.ends_with(" after"), "{text}");
            assert!(text.contains("[REDACTED]"), "{quoted} became {text}");
            // What is left at the ends of Base64 is shorter than what would be removed.
            assert!(text.len() < "before [REDACTED] after".len() + 2 * WINDOW + 8, "{quoted} became {text}");
        }
        assert_eq!(scrubbed(&format!("a {SECRET} b")), "a [REDACTED] b");
    }

    #[test]
    fn a_part_of_a_secret_is_removed() {
        assert_eq!(scrubbed(&format!("{}…", &SECRET[..20])), "[REDACTED]…");
        assert_eq!(scrubbed(&SECRET[3..]), "[REDACTED]");
    }

    #[test]
    fn a_part_is_found_wherever_it_begins() {
        let scrubber = Scrubber::new([SECRET]);
        for start in 0..SECRET.len() - WINDOW {
            for before in 0..2 * WINDOW {
                let (before, part) = ("#".repeat(before), &SECRET[start..start + WINDOW]);
                let clean = scrubber.text(&format!("{before}{part}#"));
                assert_eq!(clean, Some(format!("{before}[REDACTED]#")), "the part at {start}");
            }
        }
    }

    #[test]
    fn json_keeps_its_shape_and_escapes_hide_nothing() {
        let escaped = SECRET.chars().map(|character| format!("\\u{:04x}", u32::from(character)));
        let escaped = escaped.collect::<Vec<_>>().concat();
        let json = format!(r#"{{"a":["{escaped}",1],"{escaped}":{{"b":"\"{SECRET}\""}}}}"#);
        assert_eq!(scrubbed(&json), r#"{"[REDACTED]":{"b":"\"[REDACTED]\""},"a":["[REDACTED]",1]}"#);
    }

    #[test]
    fn everything_else_stays() {
        let text = r#"{"status":"OK","text":"a \" b"}"#;
        assert_eq!(scrubbed(text), text);
        let mut body = Bytes::from_static(b"a short password stays: x");
        Scrubber::new(["x"]).body(&mut body);
        assert_eq!(body, "a short password stays: x");
        Scrubber::new(["password"]).body(&mut body);
        assert_eq!(body, "a short [REDACTED] stays: x");
    }

    #[test]
    fn headers_are_scrubbed() {
        let mut headers = HeaderMap::new();
        headers.insert("correlation-id", HeaderValue::from_str(&format!("id-{SECRET}")).unwrap());
        Scrubber::new([SECRET]).headers(&mut headers);
        assert_eq!(headers["correlation-id"], "id-[REDACTED]");
    }
}
