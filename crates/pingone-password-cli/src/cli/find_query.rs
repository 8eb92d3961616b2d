//! What `find` looks for.

use pingone_password::model::User;
use pingone_password::{Client, Filter, UserKey, UserQuery, UserStream};
use uuid::Uuid;

/// The conditions of a list. A user has to meet all of them.
#[derive(Clone, Debug, Default)]
pub(super) struct FindQuery {
    pub(super) keys: Vec<UserKey>,
    pub(super) filter: Option<Filter>,
    pub(super) population: Option<Uuid>,
    /// Whether only users are listed whose password is locked out.
    pub(super) locked_out: bool,
    /// Whether the password state of every user is read.
    pub(super) thorough: bool,
}

impl FindQuery {
    /// Returns the users that the server finds.
    pub(super) fn stream(&self, client: &Client) -> UserStream {
        let Self { keys, filter, population, .. } = self;
        let filters = keys.iter().map(UserKey::filter).chain(filter.clone()).chain(population.map(Filter::population));
        filters.fold(client.users(), UserQuery::filter).stream()
    }

    /// Returns whether a user that the server found is meant, as far as this side can tell.
    pub(super) fn matches(&self, user: &User) -> bool {
        let population = user.population.as_ref().map(|population| population.id);
        let is_elsewhere = self.population.is_some_and(|wanted| population.is_some_and(|other| other != wanted));
        self.keys.iter().all(|key| key.matches(user)) && !is_elsewhere
    }
}
