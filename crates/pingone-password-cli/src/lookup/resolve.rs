//! Finds the users that keys name, before anything is sent for any of them.

use pingone_password::model::User;
use pingone_password::{Client, FindUserError, FoundUser, UserId, UserKey};

use super::key::Key;
use crate::exit::Exit;
use crate::output::{person, server_said};
use crate::terminal::plain;

/// A user on the command line.
#[derive(Clone, Debug)]
pub(crate) struct KnownUser {
    pub(crate) user_id: UserId,
    /// The user as it was found by name. `None` if the user was given by ID.
    pub(crate) user: Option<User>,
}

/// Why not all users could be found.
#[derive(Debug)]
pub(crate) struct Unresolved {
    pub(crate) problems: Vec<String>,
    pub(crate) exit: Exit,
}

/// Finds all users. Each is returned once.
///
/// # Errors
///
/// Returns a message for every name that matches none or several.
pub(crate) async fn resolve(client: &Client, keys: &[Key]) -> Result<Vec<KnownUser>, Unresolved> {
    let mut users: Vec<KnownUser> = Vec::new();
    let mut unresolved = Unresolved { problems: Vec::new(), exit: Exit::Done };
    for key in keys {
        let found = match key {
            Key::Id(user_id) => Ok(KnownUser { user_id: *user_id, user: None }),
            Key::Name(key) => client.find_user(key.clone()).await.map(KnownUser::from),
            Key::UsernameOrEmail(text) => find_either(client, text).await,
        };
        match found {
            Ok(known) => match users.iter_mut().find(|user| user.user_id == known.user_id) {
                Some(earlier) => earlier.user = earlier.user.take().or(known.user),
                None => users.push(known),
            },
            Err(error) => {
                let stops = unresolved.add(client, key, &error);
                if stops {
                    break;
                }
            }
        }
    }
    if unresolved.problems.is_empty() { Ok(users) } else { Err(unresolved) }
}

async fn find_either(client: &Client, text: &str) -> Result<KnownUser, FindUserError> {
    match client.find_user(UserKey::username(text)).await {
        Err(FindUserError::NotFound { .. }) => client.find_user(UserKey::email(text)).await.map(KnownUser::from),
        found => found.map(KnownUser::from),
    }
}

impl KnownUser {
    /// Returns a user who was found, unless the ID is missing.
    pub(super) fn from_user(user: &User) -> Option<Self> {
        Some(Self { user_id: user.id?.into(), user: Some(user.clone()) })
    }
}

/// Returns the message for a name that matches nobody.
pub(super) fn not_found(name: &str) -> String {
    format!("no user has the {name}, or none that this role may see")
}

impl From<FoundUser> for KnownUser {
    fn from(found: FoundUser) -> Self {
        Self { user_id: found.user_id, user: Some(found.user) }
    }
}

impl Unresolved {
    /// Adds a problem. Returns whether it concerns the other names, too.
    fn add(&mut self, client: &Client, key: &Key, error: &FindUserError) -> bool {
        let name = match key {
            Key::Id(id) => format!("ID {id}"),
            Key::Name(key) => plain(&key.to_string()),
            Key::UsernameOrEmail(text) => plain(&format!("username or email address {text:?}")),
        };
        let (problem, exit) = match error {
            FindUserError::NotFound { .. } => (
                format!(
                    "{}\n  advice: Check the spelling, and the environment {}.",
                    not_found(&name),
                    client.environment_id()
                ),
                Exit::Failed,
            ),
            FindUserError::Ambiguous { candidates, .. } => {
                let lines = candidates.iter().map(|found| format!("\n  {}  {}", found.user_id, person(&found.user)));
                let lines: String = lines.collect();
                (format!("several users have the {name}:{lines}\n  advice: Give one of these IDs."), Exit::Failed)
            }
            FindUserError::Read(error) => {
                let said = server_said(error);
                let problem =
                    format!("can't look up the {name}\n  server: {said}\n  advice: {}", plain(error.advice()));
                (problem, Exit::of(error))
            }
            error => (plain(&error.to_string()), Exit::Failed),
        };
        self.problems.push(problem);
        self.exit = self.exit.and(exit);
        matches!(error, FindUserError::Read(_))
    }
}
