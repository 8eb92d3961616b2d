//! Runs of the binary, against an emulator.

mod completions;
mod config;
mod doctor;
mod find;
mod help;
mod journal;
#[cfg(target_os = "linux")]
mod keychain;
#[cfg(target_os = "linux")]
mod lost_output;
mod many;
mod names;
mod output;
#[cfg(target_os = "linux")]
mod progress;
#[cfg(target_os = "linux")]
mod prompt;
mod readme;
mod secrets;
mod settings;
mod sign_in;
mod state;
#[cfg(target_os = "linux")]
mod terminal;
mod unlock;
mod verbose;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use pingone_password_emulator::{Builder, Emulator, Status};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// An emulator and an empty home directory.
pub(crate) struct World {
    pub(crate) emulator: Emulator,
    pub(crate) home: TempDir,
    runtime: Runtime,
}

impl World {
    /// With a user of each status.
    pub(crate) fn new() -> Self {
        Self::with(Emulator::builder().users(6))
    }

    pub(crate) fn with(builder: Builder) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let emulator = runtime.block_on(builder.start()).unwrap();
        Self { emulator, home: TempDir::new().unwrap(), runtime }
    }

    /// Stops the emulator.
    pub(crate) fn stop(&self) {
        self.runtime.block_on(self.emulator.stop());
    }

    /// The first user of this status.
    pub(crate) fn user(&self, status: Status) -> String {
        let users = self.emulator.users();
        users.iter().find(|user| user.1 == status).unwrap().0.to_string()
    }

    pub(crate) fn locked_out(&self) -> String {
        self.user(Status::PasswordLockedOut)
    }

    /// Returns the binary, configured by environment variables with an access token.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.bare(args);
        command
            .env("PINGONE_API_URL", self.emulator.api_url())
            .env("PINGONE_AUTH_URL", self.emulator.auth_url())
            .env("PINGONE_ENVIRONMENT_ID", self.emulator.environment_id().to_string())
            .env("PINGONE_API_ACCESS_TOKEN", self.emulator.access_token());
        command
    }

    /// Returns the binary without any configuration.
    pub(crate) fn bare(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pingone-password"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.home.path())
            .env("XDG_CONFIG_HOME", self.home.path().join("config"))
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.ran(&mut self.command(args))
    }

    pub(crate) fn ran(&self, command: &mut Command) -> Ran {
        let ran = Ran::of(&command.output().unwrap());
        for secret in [self.emulator.access_token(), self.emulator.client_secret()] {
            assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "a secret is printed: {ran:?}");
        }
        ran
    }

    /// Writes a file that only its owner can read.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        set_mode(&path, 0o600);
        path.to_str().unwrap().to_owned()
    }

    /// Runs assertions on snapshots, with varying values replaced.
    pub(crate) fn snapshots(&self, assertions: impl FnOnce()) {
        let mut settings = insta::Settings::clone_current();
        settings.add_filter(r"127\.0\.0\.1:\d+", "[emulator]");
        settings.add_filter(&regex_of(self.home.path()), "[home]");
        settings.add_filter(r"\(os error \d+\)", "(os error)");
        settings.add_filter("such as c3042000-188f-4bc7-a269-dee1602cf7af", "such as [a UUID]");
        settings.add_filter(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "[correlation id]");
        settings.bind(assertions);
    }
}

fn regex_of(path: &Path) -> String {
    path.to_str().unwrap().replace('.', r"\.")
}

#[cfg(unix)]
pub(crate) fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;

    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
pub(crate) fn set_mode(_: &Path, _: u32) {}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// Formats the result for a snapshot, without spaces at line ends.
    pub(crate) fn text(&self) -> String {
        let Self { code, stdout, stderr } = self;
        let code = code.map_or("none".to_owned(), |code| code.to_string());
        let text = format!("{stdout}-- stderr\n{stderr}-- exit code {code}");
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }

    /// Parses the lines of JSON.
    pub(crate) fn json(&self) -> Vec<serde_json::Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
