//! The users of the environment, found by ID, username or email address.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::User;

/// The users, in the order of their IDs, with indexes of their usernames and email addresses.
///
/// The indexes ignore case, like the API.
#[derive(Default)]
pub(crate) struct Users {
    by_id: BTreeMap<Uuid, User>,
    /// By username in lower case.
    usernames: HashMap<String, BTreeSet<Uuid>>,
    /// By email address in lower case.
    emails: HashMap<String, BTreeSet<Uuid>>,
}

impl Users {
    pub(super) fn insert(&mut self, id: Uuid, user: User) {
        self.usernames.entry(user.username.to_lowercase()).or_default().insert(id);
        if let Some(email) = &user.email {
            self.emails.entry(email.to_lowercase()).or_default().insert(id);
        }
        self.by_id.insert(id, user);
    }

    pub(super) fn remove(&mut self, id: Uuid) -> Option<User> {
        let user = self.by_id.remove(&id)?;
        forget(&mut self.usernames, &user.username, id);
        if let Some(email) = &user.email {
            forget(&mut self.emails, email, id);
        }
        Some(user)
    }

    /// Returns a user to be changed in anything but username and email address.
    pub(super) fn get_mut(&mut self, id: &Uuid) -> Option<&mut User> {
        self.by_id.get_mut(id)
    }

    /// Returns every user to be changed in anything but username and email address.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut User> {
        self.by_id.values_mut()
    }

    pub(crate) fn get(&self, id: &Uuid) -> Option<&User> {
        self.by_id.get(id)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&Uuid, &User)> {
        self.by_id.iter()
    }

    /// Returns the users from this ID on, in the order of their IDs.
    pub(crate) fn from(&self, id: Uuid) -> impl Iterator<Item = (&Uuid, &User)> {
        self.by_id.range(id..)
    }

    pub(crate) fn with_username(&self, username: &str) -> BTreeSet<Uuid> {
        self.usernames.get(&username.to_lowercase()).cloned().unwrap_or_default()
    }

    pub(crate) fn with_email(&self, email: &str) -> BTreeSet<Uuid> {
        self.emails.get(&email.to_lowercase()).cloned().unwrap_or_default()
    }
}

fn forget(index: &mut HashMap<String, BTreeSet<Uuid>>, key: &str, id: Uuid) {
    let key = key.to_lowercase();
    if let Some(ids) = index.get_mut(&key) {
        ids.remove(&id);
        if ids.is_empty() {
            index.remove(&key);
        }
    }
}
