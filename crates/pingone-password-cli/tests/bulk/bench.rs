//! The binary, a folder for its files, and an emulator.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pingone_password_emulator::{Builder, Emulator, Status};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use uuid::Uuid;

pub(crate) struct Bench {
    pub(crate) emulator: Emulator,
    pub(crate) folder: TempDir,
}

impl Bench {
    pub(crate) async fn start() -> Self {
        Self::of(Emulator::builder()).await
    }

    pub(crate) async fn of(builder: Builder) -> Self {
        Self { emulator: builder.start().await.unwrap(), folder: TempDir::new().unwrap() }
    }

    /// Starts with users who are locked out, and lists them.
    pub(crate) async fn locked_out(count: usize) -> (Self, Vec<Uuid>) {
        let bench = Self::start().await;
        let users = bench.add_users(count, Status::PasswordLockedOut);
        bench.list(&users);
        (bench, users)
    }

    pub(crate) fn add_users(&self, count: usize, status: Status) -> Vec<Uuid> {
        (0..count).map(|_| self.emulator.add_user(status)).collect()
    }

    /// Returns every user.
    pub(crate) fn users(&self) -> Vec<Uuid> {
        self.emulator.users().into_iter().map(|(user, _)| user).collect()
    }

    /// Waits until the emulator has received this many requests, or the run is over.
    pub(crate) fn wait_for_requests(&self, run: &mut Child, requests: usize) {
        let start = Instant::now();
        while self.emulator.request_count() < requests && run.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Writes a file.
    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// Writes a file with user IDs.
    pub(crate) fn list(&self, users: &[Uuid]) -> PathBuf {
        let lines: Vec<_> = users.iter().map(Uuid::to_string).collect();
        self.file("users.txt", &(lines.join("\n") + "\n"))
    }

    /// Returns the binary with these arguments, to run in the folder.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pingone-password"));
        for name in ["CLIENT_ID", "CLIENT_SECRET", "TOP_LEVEL_DOMAIN", "AUTH_URL", "WORKER_ENVIRONMENT_ID"] {
            command.env_remove(format!("PINGONE_{name}"));
        }
        command
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path())
            .env("PINGONE_ENVIRONMENT_ID", self.emulator.environment_id().to_string())
            .env("PINGONE_API_URL", self.emulator.api_url())
            .env("PINGONE_API_ACCESS_TOKEN", self.emulator.access_token())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, arguments: &str) -> Ended {
        Ended::of(self.command(arguments).output().unwrap())
    }

    /// Reads a journal.
    pub(crate) fn journal(&self, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path().join(name)).unwrap();
        assert!(text.ends_with('\n'));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(crate) fn unlocks(&self) -> usize {
        self.emulator.users().iter().map(|(user, _)| self.emulator.unlocks(*user)).sum()
    }
}

/// A server with scripted responses.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `respond` gets the request line and the number of earlier requests.
    pub(crate) async fn start(respond: impl Fn(&str, usize) -> &'static str + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (respond, seen) = (Arc::new(respond), requests.clone());
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                let (respond, seen) = (respond.clone(), seen.clone());
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        request.push(connection.read_u8().await?);
                    }
                    let request = String::from_utf8_lossy(&request);
                    let line = request.lines().next().unwrap_or_default().to_owned();
                    let index = {
                        let mut seen = seen.lock().unwrap();
                        seen.push(line.clone());
                        seen.len() - 1
                    };
                    let (head, body) = respond(&line, index).split_once("\r\n\r\n").unwrap();
                    let media_type =
                        if head.contains("Content-Type") { "" } else { "\r\nContent-Type: application/json" };
                    let head = format!("{head}{media_type}\r\nConnection: close");
                    let response = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
                    connection.write_all(response.as_bytes()).await
                });
            }
        });
        Self { url, requests }
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn command(&self, bench: &Bench, arguments: &str) -> Command {
        let mut command = bench.command(arguments);
        command.env("PINGONE_API_URL", &self.url);
        command
    }

    pub(crate) fn run(&self, bench: &Bench, arguments: &str) -> Ended {
        Ended::of(self.command(bench, arguments).output().unwrap())
    }
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn of(Output { status, stdout, stderr }: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }

    #[track_caller]
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Fails unless the summary has a row, such as `invalid lines 1`.
    #[track_caller]
    pub(crate) fn counts(self, row: &str) -> Self {
        let has_row = self.stderr.lines().any(|line| line.split_whitespace().eq(row.split(' ')));
        assert!(has_row, "no {row:?} in {self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} in {self:#?}");
        self
    }
}

/// Counts the records of a kind: `finished`, or `finished done`.
pub(crate) fn count(journal: &[Value], kind: &str) -> usize {
    let (record, outcome) = kind.split_once(' ').map_or((kind, None), |(record, outcome)| (record, Some(outcome)));
    journal
        .iter()
        .filter(|line| line["record"] == record && outcome.is_none_or(|outcome| line["outcome"] == outcome))
        .count()
}

/// Adds checksums to records that have none or the wrong one.
pub(crate) fn sealed(journal: &str) -> String {
    let lines = journal.lines().map(|line| {
        let content = line.split(",\"crc32\":").next().unwrap().trim_end_matches('}');
        let content = if content.matches('{').count() > content.matches('}').count() + 1 {
            format!("{content}}}")
        } else {
            content.to_owned()
        };
        format!("{content},\"crc32\":\"{:08x}\"}}\n", crc32fast::hash(content.as_bytes()))
    });
    lines.collect::<Vec<_>>().concat()
}

/// Ctrl-C.
#[cfg(unix)]
pub(crate) fn interrupt(run: &Child) {
    let status = Command::new("kill").args(["-INT", &run.id().to_string()]).status();
    assert!(status.unwrap().success());
}
