//! A page of users.

use serde_json::Value;
use uuid::Uuid;

use super::{
    cursor,
    filter::{Filter, FilterError},
    query::Query,
};
use crate::{
    responses::{ApiError, user_page},
    state::Shared,
    store::{ENVIRONMENT_ID, Grant, Store, User, Users},
};

/// The largest `limit` that is valid.
const MAX_LIMIT: usize = 1000;

/// A page as requested.
pub(super) struct Page {
    filter_text: String,
    filter: Option<Filter>,
    limit: Option<usize>,
    /// The ID that the page starts from.
    start: Uuid,
    is_first: bool,
    /// The only population whose users are visible.
    population: Option<Uuid>,
}

impl Page {
    pub(super) fn requested(shared: &Shared, query: &Query<'_>, grant: Grant) -> Result<Self, ApiError> {
        let filter_text = query.one("filter")?;
        let parse = |text| Filter::parse(text, shared.users.max_filter_clauses).map_err(invalid_filter);
        let filter = filter_text.map(parse).transpose()?;
        let filter_text = filter_text.unwrap_or_default().to_owned();
        let limit = match query.one("limit")? {
            None => None,
            Some(text) => match text.parse() {
                Ok(limit @ 1..=MAX_LIMIT) => Some(limit),
                _ => {
                    return Err(ApiError::invalid_query("limit", &format!("Expected a number from 1 to {MAX_LIMIT}.")));
                }
            },
        };
        let cursor = query.one("cursor")?;
        let start = match cursor {
            None => Uuid::nil(),
            Some(text) => cursor::open(text, &filter_text, &shared.client_secret).ok_or_else(|| {
                ApiError::invalid_query("cursor", "The cursor is invalid, or belongs to another filter.")
            })?,
        };
        Ok(Self { filter_text, filter, limit, start, is_first: cursor.is_none(), population: grant.population })
    }

    /// Returns the JSON of the page.
    pub(super) fn of(&self, shared: &Shared, store: &Store) -> Value {
        let users = store.users();
        let size = self.limit.unwrap_or(MAX_LIMIT).min(shared.users.page_size);
        let (found, next) = self.find(users, size);
        let format = shared.user_format(store.clock.utc());
        let items: Vec<_> = found.into_iter().map(|(id, user)| format.user(id, user)).collect();
        let this = self.link(shared, &shared.api_url, self.start);
        let next_base = shared.users.next_link_base.as_deref().unwrap_or(&shared.api_url);
        let next = next.map(|next| self.link(shared, next_base, next));
        let count = self.is_first.then(|| self.count(users));
        user_page(&this, next.as_deref(), &items, count)
    }

    /// Returns at most `size` users, and the ID that the next page starts from.
    fn find<'a>(&self, users: &'a Users, size: usize) -> (Vec<(Uuid, &'a User)>, Option<Uuid>) {
        let mut found: Vec<_> = if let Some(candidates) = self.candidates(users) {
            candidates.filter(|(id, _)| *id >= self.start).take(size + 1).collect()
        } else {
            let rest = users.from(self.start).map(|(id, user)| (*id, user));
            rest.filter(|(id, user)| self.matches(*id, user)).take(size + 1).collect()
        };
        let next = if found.len() > size { found.pop().map(|(id, _)| id) } else { None };
        (found, next)
    }

    fn count(&self, users: &Users) -> usize {
        match self.candidates(users) {
            Some(candidates) => candidates.count(),
            None => users.iter().filter(|(id, user)| self.matches(**id, user)).count(),
        }
    }

    /// Returns the matching users by way of an index, if there is one.
    fn candidates<'a>(&self, users: &'a Users) -> Option<impl Iterator<Item = (Uuid, &'a User)>> {
        let ids = self.filter.as_ref()?.candidates(users)?;
        let found = ids.into_iter().filter_map(|id| Some((id, users.get(&id)?)));
        Some(found.filter(|(id, user)| self.matches(*id, user)))
    }

    fn matches(&self, id: Uuid, user: &User) -> bool {
        let is_visible = self.population.is_none_or(|population| population == user.population);
        is_visible && self.filter.as_ref().is_none_or(|filter| filter.matches(id, user))
    }

    /// Returns the link to the page that starts from an ID.
    fn link(&self, shared: &Shared, base: &str, start: Uuid) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("cursor", &cursor::seal(start, &self.filter_text, &shared.client_secret));
        if let Some(limit) = self.limit {
            query.append_pair("limit", &limit.to_string());
        }
        if !self.filter_text.is_empty() {
            query.append_pair("filter", &self.filter_text);
        }
        format!("{base}/environments/{ENVIRONMENT_ID}/users?{}", query.finish())
    }
}

fn invalid_filter(FilterError { position, expected }: FilterError) -> ApiError {
    ApiError::invalid_query("filter", &format!("Expected {expected} at position {position}."))
}
