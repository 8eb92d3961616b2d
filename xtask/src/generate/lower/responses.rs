//! Responses.

use super::model::Ty;
use super::types::{Side, Types};
use crate::generate::load::{self, Document, Findings};
use crate::generate::media_type::{is_any, is_json};

/// The responses of an operation.
#[derive(Debug, Clone, Default)]
pub struct Responses {
    /// The success responses.
    pub success: Class,
    /// The error responses.
    pub error: Class,
}

/// Responses that mean the same.
#[derive(Debug, Clone, Default)]
pub struct Class {
    /// The type of the body, if any response has one.
    pub ty: Option<Ty>,
    /// The statuses and whether their responses have a body.
    pub statuses: Vec<(Status, bool)>,
}

/// A status or a range of them, such as `4XX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// One status.
    Code(u16),
    /// The statuses that begin with this digit.
    Range(u16),
}

impl Status {
    fn parse(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [digit @ b'1'..=b'5', b'X', b'X'] => Some(Self::Range(u16::from(digit - b'0'))),
            [b'1'..=b'5', _, _] => text.parse().ok().map(Self::Code),
            _ => None,
        }
    }
}

impl Class {
    /// Returns whether some responses have a body and others don't.
    #[must_use]
    pub fn may_be_empty(&self) -> bool {
        self.ty.is_some() && self.statuses.iter().any(|(_, has_body)| !has_body)
    }
}

impl Responses {
    /// Reads the responses of an operation.
    pub(super) fn of<'a>(
        document: &'a Document,
        operation: &load::Operation<'a>,
        type_name: &str,
        types: &mut Types<'a>,
        findings: &mut Findings<'a>,
    ) -> Self {
        let mut responses = Self::default();
        let at = operation.at.child("responses");
        for (text, response) in operation.node["responses"].as_object().into_iter().flatten() {
            let Some(status) = Status::parse(text) else { continue };
            let Some((response, place)) = document.resolve(response, &at.child(text)) else { continue };
            let class = match status {
                Status::Code(200..=299) | Status::Range(2) => &mut responses.success,
                Status::Code(400..=599) | Status::Range(4 | 5) => &mut responses.error,
                _ => continue,
            };
            let content = response["content"].as_object().into_iter().flatten();
            let schema = content.filter(|(name, _)| is_json(name) || is_any(name)).find_map(|(name, content)| {
                Some((content.get("schema")?, place.child("content").child(name).child("schema")))
            });
            class.statuses.push((status, schema.is_some()));
            if let (Some((schema, at)), None) = (schema, &class.ty) {
                let name = format!("{type_name}Response{}", text.to_lowercase());
                class.ty = Some(types.ty(schema, &at, &name, Side::Response, findings));
            }
        }
        // A status before the range that contains it.
        responses.success.statuses.sort();
        responses.error.statuses.sort();
        responses
    }
}
