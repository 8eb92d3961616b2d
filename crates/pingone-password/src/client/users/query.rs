//! A query for users.

use std::sync::Arc;

use uuid::Uuid;

use super::filter::Filter;
use super::stream::UserStream;
use crate::requests;
use crate::send::Sender;

/// A query for users, built by [`Client::users`](crate::Client::users).
///
/// Conditions add up: a user must match all of them. Without one, all users match that the access token may see.
#[derive(Clone, Debug)]
#[must_use = "a query is sent by the stream"]
pub struct UserQuery {
    sender: Arc<Sender>,
    filter: Option<Filter>,
    limit: Option<u32>,
}

impl UserQuery {
    pub(crate) fn new(sender: Arc<Sender>) -> Self {
        Self { sender, filter: None, limit: None }
    }

    /// Adds a condition for the username.
    pub fn username(self, username: impl AsRef<str>) -> Self {
        self.filter(Filter::username(username))
    }

    /// Adds a condition for the email address.
    pub fn email(self, email: impl AsRef<str>) -> Self {
        self.filter(Filter::email(email))
    }

    /// Adds a condition for the population.
    pub fn population(self, population_id: Uuid) -> Self {
        self.filter(Filter::population(population_id))
    }

    /// Adds a condition.
    pub fn filter(self, filter: Filter) -> Self {
        let filter = match self.filter {
            Some(earlier) => earlier.and(filter),
            None => filter,
        };
        Self { filter: Some(filter), ..self }
    }

    /// Sets how many users a page should have. The server may send fewer. Defaults to the server's maximum.
    ///
    /// A page has to fit the client's [response limit](crate::ClientBuilder::response_limit).
    pub fn limit(self, limit: u32) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Returns the users as a stream, which requests a page when it needs one.
    #[must_use = "a stream does nothing until it is polled"]
    pub fn stream(self) -> UserStream {
        let mut request = requests::ReadUsers::new();
        request.filter = self.filter.map(|filter| filter.to_string());
        request.limit = self.limit.map(i64::from);
        UserStream::new(self.sender, request)
    }
}
