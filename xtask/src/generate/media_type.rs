//! Media types that mean JSON.

use mediatype::MediaType;

/// Returns whether a body of this media type is JSON: `application/json`, or a media type that ends in `+json`.
#[must_use]
pub(crate) fn is_json(media_type: &str) -> bool {
    MediaType::parse(media_type).is_ok_and(|parsed| {
        (parsed.ty == "application" && parsed.subty == "json") || parsed.suffix.is_some_and(|suffix| suffix == "json")
    })
}
