//! Query parameters.

use progenitor_client::QueryParam;
use reqwest::RequestBuilder;
use serde::Serialize;

/// Adds an optional parameter. Without a value, the request's URL isn't opened for editing.
pub(crate) fn optional<T: Serialize>(request: RequestBuilder, name: &str, value: Option<T>) -> RequestBuilder {
    match value {
        Some(value) => request.query(&QueryParam::new(name, &value)),
        None => request,
    }
}
