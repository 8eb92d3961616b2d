//! Parses arbitrary text as a media type.

#![no_main]

use std::hash::{DefaultHasher, Hash, Hasher};

use pingone_password::VendorMediaType;
use pingone_password::media_type::is_json;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let is_json = is_json(text);
    let media_type: VendorMediaType = match text.parse() {
        Ok(media_type) => media_type,
        Err(error) => {
            let _ = format!("{error} {error:?}");
            return;
        }
    };

    // It prints as it was parsed, without blanks and parameters.
    assert_eq!(media_type.to_string(), text);
    assert_eq!(media_type.as_str(), text);
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"/.+-_!#$&^%*'".contains(&byte);
    assert!(text.bytes().all(is_name), "{text:?} is more than a name");
    let _ = format!("{media_type:?}");

    // It consists of its parts.
    let (vendor, resource, action) = (media_type.vendor(), media_type.resource(), media_type.action());
    assert!(![vendor, resource, action].contains(&""), "{media_type} lacks a part");
    let suffix = media_type.suffix().map(|suffix| format!("+{suffix}")).unwrap_or_default();
    let whole = format!("application/vnd.{vendor}.{resource}.{action}{suffix}");
    assert!(whole.eq_ignore_ascii_case(text), "{whole} is not {text}");
    assert_eq!(is_json, suffix.eq_ignore_ascii_case("+json"));

    // Comparison ignores case.
    for other in [text.to_ascii_lowercase(), text.to_ascii_uppercase()] {
        let other: VendorMediaType = other.parse().expect("the same in another case");
        assert_eq!(other, media_type);
        assert_eq!(hash(&other), hash(&media_type));
    }
});

fn hash(media_type: &VendorMediaType) -> u64 {
    let mut hasher = DefaultHasher::new();
    media_type.hash(&mut hasher);
    hasher.finish()
}
