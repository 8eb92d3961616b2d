//! The checksum of a record: its last property, a CRC-32 of the bytes before it.

/// The start of the property.
const PROPERTY: &[u8] = b",\"crc32\":\"";
/// The length of the property, with the end of the object.
const LENGTH: usize = PROPERTY.len() + 8 + b"\"}".len();

/// Adds the checksum to an object in JSON.
pub(super) fn seal(mut object: Vec<u8>) -> Vec<u8> {
    object.pop();
    let checksum = crc32fast::hash(&object);
    object.extend_from_slice(PROPERTY);
    object.extend_from_slice(format!("{checksum:08x}\"}}").as_bytes());
    object
}

/// Returns whether a line ends with the right checksum.
pub(in crate::bulk) fn is_intact(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let Some((content, property)) = line.split_at_checked(line.len().saturating_sub(LENGTH)) else { return false };
    let checksum = property.strip_prefix(PROPERTY).and_then(|rest| rest.strip_suffix(b"\"}"));
    checksum == Some(format!("{:08x}", crc32fast::hash(content)).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_other_byte_is_noticed() {
        let line = seal(br#"{"record":"resumed","at":"2026-01-01T00:00:00Z"}"#.to_vec());
        assert!(is_intact(&line) && is_intact(&[&line[..], b"\n"].concat()));
        for index in 0..line.len() {
            let mut damaged = line.clone();
            damaged[index] ^= 1;
            assert!(!is_intact(&damaged), "{index}");
        }
        assert!(!is_intact(b"") && !is_intact(&line[1..]));
    }
}
