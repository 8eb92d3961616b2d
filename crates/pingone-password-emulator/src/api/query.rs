//! The query parameters of a request.

use std::borrow::Cow;

use axum::http::Uri;

use crate::responses::ApiError;

/// The query parameters, decoded: both `+` and `%20` are a space.
pub(super) struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    pub(super) fn of(uri: &'a Uri) -> Self {
        Self(form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).collect())
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_ref())
    }

    /// Returns the value of a parameter that may occur once.
    pub(super) fn one(&self, name: &'static str) -> Result<Option<&str>, ApiError> {
        let mut values = self.all(name);
        let value = values.next();
        if values.next().is_some() {
            return Err(ApiError::invalid_query(name, "The parameter is repeated."));
        }
        Ok(value)
    }

    /// Returns whether `expand` is present. Its value must be one of these.
    pub(super) fn expands(&self, allowed: &[&str]) -> Result<bool, ApiError> {
        let mut values = self.all("expand").peekable();
        let expands = values.peek().is_some();
        if values.all(|value| allowed.contains(&value)) { Ok(expands) } else { Err(ApiError::invalid_expand(allowed)) }
    }
}
