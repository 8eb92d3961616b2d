//! The parameters of a form or a query.

use std::borrow::Cow;

use axum::{
    body::Bytes,
    http::{HeaderMap, header::CONTENT_TYPE},
};

use super::super::{checks, media_types};

const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// The parameters of a form or a query, decoded.
pub(super) struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Parameters<'a> {
    pub(super) fn new(encoded: &'a [u8]) -> Self {
        Self(form_urlencoded::parse(encoded).collect())
    }

    /// Returns the parameters of a body, or `None` if its media type isn't that of a form.
    pub(super) fn of_body(headers: &HeaderMap, body: &'a Bytes) -> Option<Self> {
        let content_type = checks::only(headers, CONTENT_TYPE)?;
        media_types::essence(content_type).eq_ignore_ascii_case(MEDIA_TYPE).then(|| Self::new(body))
    }

    /// Returns the value of a parameter. An absent parameter and an empty one are the same (RFC 6749, section 3.1).
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(given, _)| given == name)?;
        (!value.is_empty()).then_some(value)
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// Returns a parameter that is repeated, which none may be.
    pub(super) fn repeated(&self) -> Option<&str> {
        let names = self.0.iter().enumerate();
        names
            .into_iter()
            .find_map(|(index, (name, _))| self.0[..index].iter().any(|(n, _)| n == name).then_some(&**name))
    }
}
