//! Finds many users by name, several names to a request.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use pingone_password::{Client, Error, Filter, UserId, UserKey, UserQuery};

use super::resolve::{KnownUser, not_found};
use crate::output::{person, server_said};
use crate::terminal::plain;

/// The number of names in the first request. PingOne documents no limit.
const FIRST_SIZE: usize = 64;
/// The longest filter as it is in the URL, in bytes.
const MAX_FILTER: usize = 4000;
/// After this many names that the server rejected one by one, without having accepted any, it accepts no filter at all.
const MAX_REJECTED: u64 = 10;
/// The most candidates that a problem names.
const MAX_CANDIDATES: usize = 3;

/// Finds users by name, and learns how many names the server takes in a filter.
#[derive(Debug)]
pub(crate) struct BatchLookup {
    client: Client,
    max_names: AtomicUsize,
    accepted: AtomicU64,
    rejected: AtomicU64,
    requests: AtomicU64,
}

impl BatchLookup {
    pub(crate) fn new(client: Client) -> Self {
        let (accepted, rejected, requests) = Default::default();
        Self { client, max_names: AtomicUsize::new(FIRST_SIZE), accepted, rejected, requests }
    }

    /// Returns how many names fit into a request, as far as is known.
    pub(crate) fn size(&self) -> usize {
        self.max_names.load(Ordering::Relaxed)
    }

    /// Returns the number of requests so far.
    pub(crate) fn request_count(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Finds users. Returns one for each key, or why there isn't exactly one.
    ///
    /// If the server rejects a filter with several names, it is sent again with half of them. If that was for their number, the
    /// number is remembered; if it was for one of the names, only that name has a problem.
    ///
    /// # Errors
    ///
    /// Fails if the users can't be read, or if the server accepts no filter.
    pub(crate) async fn find(&self, keys: &[UserKey]) -> Result<Vec<Result<KnownUser, String>>, Error> {
        let mut found = Vec::with_capacity(keys.len());
        let mut size = self.size();
        // The end of the names whose filter was rejected, and whether one of them was the reason.
        let mut doubtful: Option<(usize, bool)> = None;
        while let Some(rest) = keys.get(found.len()..).filter(|rest| !rest.is_empty()) {
            let batch = rest.get(..fitting(rest, size)).unwrap_or(rest);
            match self.request(batch).await {
                Ok(users) => {
                    self.accepted.fetch_add(1, Ordering::Relaxed);
                    found.extend(users);
                }
                Err(error) if !is_rejection(&error) => return Err(error),
                Err(_) if batch.len() > 1 => {
                    doubtful.get_or_insert((found.len() + batch.len(), false));
                    size = batch.len() / 2;
                    continue;
                }
                Err(error) => {
                    let rejected = self.rejected.fetch_add(1, Ordering::Relaxed) + 1;
                    let accepts_any = self.accepted.load(Ordering::Relaxed) > 0;
                    if !accepts_any && rejected >= MAX_REJECTED {
                        return Err(error);
                    }
                    let name = batch.first().map(|key| plain(&key.to_string())).unwrap_or_default();
                    found.push(Err(format!("the server rejects the {name}: {}", server_said(&error))));
                    if let Some((_, is_for_a_name)) = &mut doubtful {
                        *is_for_a_name = true;
                    }
                    size = if accepts_any { self.size() } else { 1 };
                }
            }
            if let Some((end, is_for_a_name)) = doubtful
                && found.len() >= end
            {
                if !is_for_a_name {
                    self.max_names.fetch_min(size.max(1), Ordering::Relaxed);
                }
                (size, doubtful) = (self.size(), None);
            }
        }
        Ok(found)
    }

    /// Sends one filter for all keys, and tells by comparing which user is whose.
    async fn request(&self, keys: &[UserKey]) -> Result<Vec<Result<KnownUser, String>>, Error> {
        let mut candidates: Vec<Candidates> = keys.iter().map(|_| Candidates::default()).collect();
        let filter = Filter::any(keys.iter().map(UserKey::filter));
        let mut users = filter.into_iter().fold(self.client.users(), UserQuery::filter).stream();
        let read = async {
            while let Some(user) = users.next().await {
                let user = user?;
                let matching = keys.iter().zip(&mut candidates).filter(|(key, _)| key.matches(&user));
                for (_, candidates) in matching {
                    candidates.add(KnownUser::from_user(&user), &person(&user));
                }
            }
            Ok(())
        };
        let result = read.await;
        self.requests.fetch_add(users.request_count().into(), Ordering::Relaxed);
        result.map(|()| keys.iter().zip(candidates).map(|(key, candidates)| candidates.only(key)).collect())
    }
}

/// The users that match a key.
#[derive(Default)]
struct Candidates {
    first: Option<KnownUser>,
    others: Vec<(UserId, String)>,
    /// Whether a user without an ID matches, who can't be told from the others.
    has_no_id: bool,
    in_words: String,
}

impl Candidates {
    fn add(&mut self, user: Option<KnownUser>, person: &str) {
        let Some(user) = user else {
            self.has_no_id = true;
            return;
        };
        match &self.first {
            None => {
                self.first = Some(user);
                person.clone_into(&mut self.in_words);
            }
            Some(first) => {
                let is_known = first.user_id == user.user_id || self.others.iter().any(|(id, _)| *id == user.user_id);
                if !is_known && self.others.len() < MAX_CANDIDATES {
                    self.others.push((user.user_id, person.to_owned()));
                }
            }
        }
    }

    /// Returns the only one, or a problem.
    fn only(self, key: &UserKey) -> Result<KnownUser, String> {
        let name = plain(&key.to_string());
        if self.has_no_id {
            return Err(format!("the server sent a user with the {name}, but without an ID"));
        }
        let Some(first) = self.first else { return Err(not_found(&name)) };
        if self.others.is_empty() {
            return Ok(first);
        }
        let all = [(first.user_id, self.in_words)].into_iter().chain(self.others);
        let all: Vec<_> = all.map(|(id, person)| format!("{id} {person}")).collect();
        Err(format!("several users have the {name}: {}", all.join("; ")))
    }
}

/// Returns how many of the keys fit into a filter: no more than `size`, and no more than fit into a URL. At least one.
fn fitting(keys: &[UserKey], size: usize) -> usize {
    let mut length = 0;
    let fitting = keys.iter().take(size).take_while(|key| {
        length += encoded_length(&key.filter().to_string()) + encoded_length(" or ");
        length <= MAX_FILTER
    });
    fitting.count().max(1)
}

fn encoded_length(text: &str) -> usize {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { 1 } else { 3 }).sum()
}

/// Returns whether the server, or a gateway before it, rejects the filter: for its number of names, its length, or a name.
fn is_rejection(error: &Error) -> bool {
    matches!(error.status(), Some(400 | 413 | 414 | 431))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use pingone_password_emulator::{Builder, Emulator, Fault, NewUser, Operation, Status};

    use super::*;

    async fn lookup(builder: Builder, names: impl IntoIterator<Item = (String, &str)>) -> (Emulator, BatchLookup) {
        let emulator = builder.start().await.unwrap();
        for (username, email) in names {
            emulator.add(NewUser::new(Status::PasswordLockedOut).username(username).email(email)).unwrap();
        }
        let client = Client::builder(emulator.environment_id().into())
            .base_url(emulator.api_url())
            .access_token(emulator.access_token())
            .build()
            .unwrap();
        (emulator, BatchLookup::new(client))
    }

    fn users(count: usize) -> impl Iterator<Item = (String, &'static str)> {
        (0..count).map(|number| (format!("user{number}"), "team@example.com"))
    }

    fn keys(count: usize) -> Vec<UserKey> {
        (0..count).map(|number| UserKey::username(format!("USER{number}"))).collect()
    }

    fn usernames(found: &[Result<KnownUser, String>]) -> Vec<String> {
        let username = |known: &KnownUser| known.user.as_ref().unwrap().username.clone().unwrap();
        found.iter().map(|found| found.as_ref().map_or_else(Clone::clone, username)).collect()
    }

    #[tokio::test]
    async fn many_names_take_few_requests_and_each_is_compared() {
        let (emulator, lookup) = lookup(Emulator::builder().page_size(50), users(200)).await;
        let mut keys = keys(200);
        keys.push(UserKey::username("user"));
        let found = usernames(&lookup.find(&keys).await.unwrap());
        let expected: Vec<_> = (0..200).map(|number| format!("user{number}")).collect();
        assert_eq!(found[..200], expected);
        assert_eq!(found[200], r#"no user has the username "user", or none that this role may see"#);
        // Four filters, of which three have two pages.
        assert_eq!((emulator.requests().len(), lookup.request_count()), (7, 7));
    }

    /// Letters in both cases, and what filters and URLs give a meaning to.
    fn name() -> impl Strategy<Value = String> {
        let special = select(vec!['"', '\\', '+', '&', '#', '%', ' ', '(', ')', 'a', 'A', 'b', 'ß', 'Ä', 'ä', '🦀']);
        vec(special, 1..4).prop_map(|characters| characters.into_iter().collect())
    }

    #[test]
    fn no_name_among_many_is_another_users() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (emulator, lookup) = runtime.block_on(lookup(Emulator::builder().page_size(3), []));
        proptest!(ProptestConfig::with_cases(100), |(names in vec(name(), 1..9), asked in vec(name(), 0..9))| {
            let added: Vec<_> = names
                .iter()
                .filter_map(|name| emulator.add(NewUser::new(Status::Ok).username(name)).ok())
                .map(|id| (UserId::from(id), emulator.username(id).unwrap().to_lowercase()))
                .collect();
            let asked: Vec<_> = names.iter().chain(&asked).cloned().collect();
            let keys: Vec<_> = asked.iter().map(UserKey::username).collect();
            let found = runtime.block_on(lookup.find(&keys)).unwrap();
            prop_assert_eq!(found.len(), keys.len());
            for (name, found) in asked.iter().zip(found) {
                let expected = added.iter().find(|(_, username)| *username == name.to_lowercase()).map(|(id, _)| *id);
                prop_assert_eq!(found.ok().map(|known| known.user_id), expected, "{:?}", name);
            }
            for (id, _) in added {
                emulator.remove_user(id.into());
            }
        });
    }

    #[tokio::test]
    async fn the_number_that_the_server_takes_is_learned_once() {
        let (emulator, lookup) = lookup(Emulator::builder().max_filter_clauses(20), users(64)).await;
        let keys = keys(64);
        lookup.find(&keys).await.unwrap();
        // 64 and 32 are rejected, then four times 16.
        assert_eq!((emulator.requests().len(), lookup.size()), (6, 16));
        emulator.clear_requests();
        lookup.find(&keys).await.unwrap();
        assert_eq!(emulator.requests().len(), 4);
    }

    #[tokio::test]
    async fn one_name_that_the_server_rejects_costs_only_itself() {
        let (emulator, lookup) = lookup(Emulator::builder(), users(64)).await;
        // Every filter with the name of index 40: of 64 names, 32, 16, 8, 4, 2 and 1.
        let is_rejected = [true, false, true, true, false, true, true, true, true];
        let script = is_rejected.map(|is_rejected| is_rejected.then_some(Fault::EchoEverywhere));
        emulator.inject_for(Operation::ReadUsers, script);
        let found = lookup.find(&keys(64)).await.unwrap();
        let problems: Vec<_> =
            found.iter().enumerate().filter_map(|(index, found)| Some((index, found.as_ref().err()?))).collect();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].0 == 40 && problems[0].1.starts_with("the server rejects the username"), "{problems:?}");
        assert_eq!((lookup.size(), emulator.requests().len()), (FIRST_SIZE, 10));
    }

    #[tokio::test]
    async fn several_users_with_a_name_are_named() {
        let (_emulator, lookup) = lookup(Emulator::builder(), users(6)).await;
        let found = lookup.find(&[UserKey::email("TEAM@example.com")]).await.unwrap();
        let problem = found[0].as_ref().unwrap_err();
        assert!(problem.starts_with("several users have the email address \"TEAM@example.com\": "), "{problem}");
        assert_eq!(problem.matches("; ").count(), MAX_CANDIDATES, "{problem}");
    }

    #[tokio::test]
    async fn a_server_that_accepts_no_filter_ends_it() {
        let (emulator, lookup) = lookup(Emulator::builder().max_filter_clauses(0), users(64)).await;
        assert_eq!(lookup.find(&keys(64)).await.unwrap_err().status(), Some(400));
        assert_eq!(emulator.requests().len(), 6 + 10);
    }
}
