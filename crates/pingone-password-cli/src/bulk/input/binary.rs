//! Files that are not lists, recognized by their first bytes.

use super::encoding::Encoding;

const SAVE_AS_CSV: &str = "open it and save it as CSV";
const DECOMPRESS: &str = "decompress it first";

/// File signatures, the format's name and what to do.
const SIGNATURES: [(&[u8], &str, &str); 19] = [
    (b"PK\x03\x04", "a spreadsheet (.xlsx, .ods) or a ZIP archive", SAVE_AS_CSV),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet (.xls)", SAVE_AS_CSV),
    (b"%PDF", "a PDF", "export the list as CSV"),
    (b"{\\rtf", "an RTF document", "save it as plain text"),
    (b"\x1f\x8b", "compressed by gzip", DECOMPRESS),
    (b"\x1f\x9d", "compressed by compress", DECOMPRESS),
    (b"BZh91AY&SY", "compressed by bzip2", DECOMPRESS),
    (b"\xfd7zXZ\0", "compressed by xz", DECOMPRESS),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd", DECOMPRESS),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", DECOMPRESS),
    (b"Rar!\x1a\x07", "a RAR archive", DECOMPRESS),
    (b"SQLite format 3\0", "a SQLite database", "export the list as CSV"),
    (b"PAR1\x15", "a Parquet file", "export the list as CSV"),
    (b"bplist00", "a binary property list", "export the list as CSV"),
    (b"\x89PNG", "an image", "export the list as CSV"),
    (b"\xff\xd8\xff", "an image", "export the list as CSV"),
    (b"\xff\xfe\0\0", "UTF-32 text", "save it as UTF-8"),
    (b"\0\0\xfe\xff", "UTF-32 text", "save it as UTF-8"),
    (b"{\"record\":\"header\",", "the journal of a run", "resume the run by --resume"),
];

/// One control character in so many characters makes a text binary if it is also not UTF-8.
const MIN_CHARACTERS: usize = 32;

/// Returns why a file that starts like this is not a list, and what to do.
pub(super) fn reject(head: &[u8], encoding: Encoding) -> Option<String> {
    let text = encoding.decode(head);
    let start = text.trim_start_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
    let is_at_start = |signature: &[u8]| head.starts_with(signature) || start.as_bytes().starts_with(signature);
    let known = SIGNATURES.iter().find(|(signature, ..)| is_at_start(signature));
    if let Some((_, name, remedy)) = known {
        return Some(format!("the file is {name}: {remedy}"));
    }
    if is_markup(start) {
        return Some("the file is HTML or XML, not a list: save it as CSV".to_owned());
    }
    is_binary(&text, encoding).then(|| "the file is binary, not a list of users: save it as CSV".to_owned())
}

/// Returns whether a text is HTML or XML. An ID in angle brackets is not.
fn is_markup(text: &str) -> bool {
    let start = text.chars().take(9).collect::<String>().to_ascii_lowercase();
    let is_element = start.starts_with('<') && start.chars().nth(1).is_some_and(|next| next.is_ascii_alphabetic());
    ["<!doctype", "<?xml", "<html"].iter().any(|known| start.starts_with(known)) || is_element && text.contains("</")
}

fn is_binary(text: &str, encoding: Encoding) -> bool {
    let is_control = |character: &char| character.is_control() && !character.is_whitespace() && *character != '\u{1a}';
    let is_utf_8 = encoding == Encoding::AsciiCompatible && !text.contains(char::REPLACEMENT_CHARACTER);
    text.contains('\0') || !is_utf_8 && text.chars().filter(is_control).count() * MIN_CHARACTERS > text.chars().count()
}
