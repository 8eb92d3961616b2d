//! The response that a fault replaces.

use serde_json::Value;

/// The parts of a request and its true response that a fault may use.
#[derive(Clone, Default)]
pub(crate) struct Replaced {
    /// The resource that the response would have shown.
    pub(crate) resource: Value,
    /// The request's `Authorization`.
    pub(crate) authorization: String,
    /// The request's path and query.
    pub(crate) target: String,
    /// The request's body, if the operation has one.
    pub(crate) body: String,
}
