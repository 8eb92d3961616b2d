//! The program's output when it is ready.

#[cfg(feature = "tls")]
use std::io::{self, Write};

use pingone_password_emulator::{Agent, Emulator, Role, Status};
use serde::Serialize;
use uuid::Uuid;

/// The number of users in the text.
const SHOWN: usize = 10;

/// The file with the certificate to trust, if there is one. It is deleted when the program ends.
#[derive(Default)]
pub(crate) struct Certificate {
    path: Option<String>,
    #[cfg(feature = "tls")]
    _file: Option<tempfile::NamedTempFile>,
}

#[cfg(feature = "tls")]
impl Certificate {
    pub(crate) fn write(emulator: &Emulator) -> io::Result<Self> {
        let Some(pem) = emulator.certificate_pem() else { return Ok(Self::default()) };
        let named = tempfile::Builder::new().prefix("pingone-password-emulator-").suffix(".pem").tempfile();
        let mut file = named?;
        file.write_all(pem.as_bytes())?;
        Ok(Self { path: Some(file.path().display().to_string()), _file: Some(file) })
    }
}

#[derive(Serialize)]
struct Ready<'a> {
    api_url: &'a str,
    auth_url: &'a str,
    environment_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    worker_environment_id: Option<Uuid>,
    client_id: &'a str,
    client_secret: &'a str,
    access_token: &'a str,
    sign_in_client_id: Uuid,
    agents: Vec<AgentInfo>,
    users: Vec<User>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_file: Option<String>,
}

#[derive(Serialize)]
struct User {
    id: Uuid,
    status: &'static str,
    username: String,
    email: Option<String>,
}

/// A person who can sign in.
#[derive(Serialize)]
struct AgentInfo {
    username: &'static str,
    role: Role,
    population_id: Uuid,
}

impl From<Agent> for AgentInfo {
    fn from(agent: Agent) -> Self {
        Self { username: agent.username(), role: agent.role(), population_id: agent.population() }
    }
}

/// Returns one line of JSON, with every user.
pub(crate) fn json(emulator: &Emulator, certificate: &Certificate) -> serde_json::Result<String> {
    let users = emulator.user_records().into_iter();
    let ready = Ready {
        api_url: emulator.api_url(),
        auth_url: emulator.auth_url(),
        environment_id: emulator.environment_id(),
        worker_environment_id: other_environment(emulator),
        client_id: emulator.client_id(),
        client_secret: emulator.client_secret(),
        access_token: emulator.access_token(),
        sign_in_client_id: emulator.sign_in_client_id(),
        agents: Agent::ALL.iter().copied().map(AgentInfo::from).collect(),
        users: users
            .map(|(id, user)| User { id, status: user.status.as_str(), username: user.username, email: user.email })
            .collect(),
        certificate_file: certificate.path.clone(),
    };
    Ok(serde_json::to_string(&ready)? + "\n")
}

/// Returns the worker application's environment if it isn't the users'.
fn other_environment(emulator: &Emulator) -> Option<Uuid> {
    let id = emulator.worker_environment_id();
    (id != emulator.environment_id()).then_some(id)
}

/// Returns the same for a person, with the first users and commands to paste.
pub(crate) fn text(emulator: &Emulator, certificate: &Certificate) -> String {
    let (api_url, token) = (emulator.api_url(), emulator.access_token());
    let environment = emulator.environment_id();
    let users = emulator.user_records();
    let mut lines = vec![
        "PingOne user-password API emulator, running until Ctrl-C".to_owned(),
        String::new(),
        format!("  page           {}/", emulator.auth_url()),
        format!("  API            {api_url}"),
        format!("  auth           {}", emulator.auth_url()),
        format!("  environment    {environment}"),
        format!("  client ID      {}", emulator.client_id()),
        format!("  client secret  {}", emulator.client_secret()),
        format!("  access token   {token}"),
        format!("  sign-in client {} (for people, without a secret)", emulator.sign_in_client_id()),
    ];
    lines.extend(other_environment(emulator).map(|id| format!("  worker env     {id}")));
    let certificate = certificate.path.clone();
    lines.extend(certificate.as_ref().map(|path| format!("  certificate    {path}")));
    lines.extend([String::new(), format!("Users: {}", users.len())]);
    let shown = users.iter().take(SHOWN);
    lines.extend(shown.map(|(id, user)| format!("  {id}  {:20}  {}", user.status, user.username)));
    if let Some(more @ 1..) = users.len().checked_sub(SHOWN) {
        lines.push(format!("  and {more} more"));
    }

    let locked_out = users.iter().find(|(_, user)| user.status == Status::PasswordLockedOut);
    if let Some((id, _)) = locked_out {
        let curl = certificate.map_or("curl".to_owned(), |path| format!("curl --cacert '{path}'"));
        let url = format!("{api_url}/environments/{environment}/users/{id}/password");
        lines.extend([
            String::new(),
            "Read a locked-out user's password state, and unlock it:".to_owned(),
            format!("  {curl} '{url}' --header 'Authorization: Bearer {token}'"),
            format!(
                "  {curl} --request POST '{url}' --header 'Authorization: Bearer {token}' \
                 --header 'Content-Type: application/vnd.pingidentity.password.unlock+json'"
            ),
        ]);
    }

    lines.extend([
        String::new(),
        "Point a client at it:".to_owned(),
        format!("  export PINGONE_API_URL={api_url}"),
        format!("  export PINGONE_AUTH_URL={}", emulator.auth_url()),
        format!("  export PINGONE_ENVIRONMENT_ID={environment}"),
        format!("  export PINGONE_API_ACCESS_TOKEN={token}"),
        "Or, instead of the access token, with client credentials:".to_owned(),
        format!("  export PINGONE_CLIENT_ID={}", emulator.client_id()),
        format!("  export PINGONE_CLIENT_SECRET='{}'", emulator.client_secret()),
    ]);
    if emulator.worker_environment_id() != emulator.environment_id() {
        lines.push(format!("  export PINGONE_WORKER_ENVIRONMENT_ID={}", emulator.worker_environment_id()));
    }
    lines.join("\n") + "\n"
}
