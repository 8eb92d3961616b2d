//! Media types that mean JSON.

use mediatype::MediaType;

/// Returns whether a body of this media type is JSON: `application/json`, or a media type that ends in `+json`.
#[must_use]
pub(crate) fn is_json(media_type: &str) -> bool {
    MediaType::parse(media_type).is_ok_and(|parsed| {
        (parsed.ty == "application" && parsed.subty == "json") || parsed.suffix.is_some_and(|suffix| suffix == "json")
    })
}

/// Returns whether this is the range of all media types.
#[must_use]
pub(crate) fn is_any(media_type: &str) -> bool {
    media_type == "*/*"
}

/// Returns whether a JSON body may be sent as this media type: JSON, or a vendor type that names no other syntax.
#[must_use]
pub(crate) fn allows_json(media_type: &str) -> bool {
    is_json(media_type)
        || MediaType::parse(media_type)
            .is_ok_and(|parsed| parsed.suffix.is_none() && parsed.subty.as_str().starts_with("vnd."))
}
