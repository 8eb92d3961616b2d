//! Reads what is locked before an unlock, and shows whom it is about to unlock.

use std::io::{self, IsTerminal, Write};

use pingone_password::model::{User, UserExpand};
use pingone_password::{Client, EnvironmentId, Error, PasswordState, PasswordStatus, Response, UserId, requests};

use crate::lookup::KnownUser;
use crate::output::{account, password, person, population, server_said};
use crate::terminal;

/// A user with both locks.
pub(super) struct Examined {
    pub(super) known: KnownUser,
    pub(super) state: Response<PasswordState>,
    /// The user, unless the role may not read it.
    pub(super) user: Result<User, Error>,
}

impl Examined {
    /// Reads the password state and the user.
    pub(super) async fn read(client: &Client, known: &KnownUser) -> Result<Self, Error> {
        let state = client.read_password_state(known.user_id).with_response().await?;
        let user = match (read_user(client, known.user_id).await, &known.user) {
            // A user who was found by name is known, but for the population's name.
            (Err(_), Some(user)) => Ok(user.clone()),
            (user, _) => user,
        };
        Ok(Self { known: known.clone(), state, user })
    }

    pub(super) fn is_locked_out(&self) -> bool {
        self.state.value().status == PasswordStatus::PasswordLockedOut
    }

    /// Shows on standard error who it is, and what is locked.
    pub(super) fn show(&self, environment_id: EnvironmentId) {
        let user_id = self.known.user_id;
        let (who, population, account) = match &self.user {
            Ok(user) => (person(user), population(user).unwrap_or_else(|| "unknown".to_owned()), account(user)),
            Err(error) => (format!("user {user_id}"), "unknown".to_owned(), format!("unknown: {}", server_said(error))),
        };
        terminal::note(format!(
            "{who}\n  ID           {user_id}\n  environment  {environment_id}\n  population   {population}\n  password     {}\n  \
             account      {account}",
            password(self.state.value())
        ));
    }
}

/// Reads a user, with the population's name if the server gives it.
async fn read_user(client: &Client, user_id: UserId) -> Result<User, Error> {
    let request = requests::ReadUser::new(user_id);
    match client.send(request.clone().expand(UserExpand::Population)).await {
        // The vendor's page spells the parameter in two ways.
        Err(error) if error.status() == Some(400) => client.send(request).await,
        user => user,
    }
}

/// Asks on the terminal, if there is one. Returns `true` without one.
pub(super) async fn confirmed(question: &str) -> io::Result<bool> {
    let mut stderr = io::stderr();
    if !io::stdin().is_terminal() || !stderr.is_terminal() {
        return Ok(true);
    }
    write!(stderr, "{question} [y/N] ")?;
    stderr.flush()?;
    // Not one of tokio's threads: after Ctrl-C, the program would wait for it at its end.
    let (sender, reply) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        sender.send(io::stdin().read_line(&mut line).map(|_| line))
    });
    let reply = reply.await.map_err(io::Error::other)??;
    Ok(matches!(reply.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
