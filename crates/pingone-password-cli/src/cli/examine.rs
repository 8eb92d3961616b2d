//! Reads what is locked before an unlock, and shows whom it is about to unlock.

use std::io::{self, IsTerminal, Write};

use pingone_password::model::User;
use pingone_password::{Client, EnvironmentId, Error, PasswordState, PasswordStatus, Response, requests};

use crate::lookup::KnownUser;
use crate::output::{account, password, person, server_said};
use crate::terminal::{self, plain};

/// A user with both locks.
pub(super) struct Examined {
    pub(super) known: KnownUser,
    pub(super) state: Response<PasswordState>,
    /// The user, unless the role may not read it.
    pub(super) user: Result<User, Error>,
}

impl Examined {
    /// Reads the password state, and the user unless it is known.
    pub(super) async fn read(client: &Client, known: &KnownUser) -> Result<Self, Error> {
        let state = client.read_password_state(known.user_id).with_response().await?;
        let user = match &known.user {
            Some(user) => Ok(user.clone()),
            None => client.send(requests::ReadUser::new(known.user_id)).await,
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
            Ok(user) => {
                let population = user.population.as_ref().map(|population| population.id.to_string());
                (person(user), population.unwrap_or_else(|| "unknown".to_owned()), account(user))
            }
            Err(error) => (format!("user {user_id}"), "unknown".to_owned(), format!("unknown: {}", server_said(error))),
        };
        terminal::note(format!(
            "{who}\n  ID           {user_id}\n  environment  {environment_id}\n  population   {}\n  password     {}\n  \
             account      {account}",
            plain(&population),
            password(self.state.value())
        ));
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
