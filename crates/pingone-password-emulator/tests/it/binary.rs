//! The program: its output, and the vendor's own commands against it.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

pub(crate) struct Program(pub(crate) Child);

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pingone-password-emulator"));
        let command = command.args(arguments).stdout(Stdio::piped());
        Self(command.stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Starts with `--json` and reads the line.
    fn ready(users: &str) -> (Self, Value) {
        Self::ready_with(&["--listen", "127.0.0.1:0", "--users", users])
    }

    /// Does the same with other arguments.
    pub(crate) fn ready_with(arguments: &[&str]) -> (Self, Value) {
        let mut program = Self::start(&[arguments, &["--json"]].concat());
        let mut line = String::new();
        let stdout = program.0.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'));
        (program, serde_json::from_str(&line).unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

pub(crate) fn text<'a>(ready: &'a Value, name: &str) -> &'a str {
    ready[name].as_str().unwrap_or_else(|| panic!("{name} in {ready}"))
}

/// Fills in the vendor's placeholders, for the first user with this status.
pub(crate) fn fill_in(template: &str, ready: &Value, status: &str) -> String {
    let mut users = ready["users"].as_array().unwrap().iter();
    let user = users.find(|user| user["status"] == status).unwrap();
    template
        .replace("{{apiPath}}", text(ready, "api_url"))
        .replace("{{envID}}", text(ready, "environment_id"))
        .replace("{{userID}}", text(user, "id"))
        .replace("{{accessToken}}", text(ready, "access_token"))
}

/// Returns the output of a command, or `None` if the program it needs isn't installed.
pub(crate) fn run(needs: &str, command: &mut Command) -> Option<Value> {
    if Command::new(needs).arg("--version").output().is_err() {
        eprintln!("skipped: {needs} is not installed");
        return None;
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn json_prints_one_line() {
    let (_program, ready) = Program::ready("7");
    let mut names: Vec<_> = ready.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected =
        "access_token agents api_url auth_url client_id client_secret environment_id sign_in_client_id users";
    assert_eq!(names.join(" "), expected);
    assert_eq!(text(&ready, "api_url"), format!("{}/v1", text(&ready, "auth_url")));
    let users = ready["users"].as_array().unwrap().iter();
    let statuses: Vec<_> = users.map(|user| text(user, "status")).collect();
    assert_eq!(
        statuses.join(" "),
        "OK NO_PASSWORD PASSWORD_EXPIRED PASSWORD_LOCKED_OUT MUST_CHANGE_PASSWORD EXTERNAL PASSWORD_LOCKED_OUT"
    );
}

/// The commands as printed on "Password Unlock" and "Read Password State".
#[test]
fn the_vendors_curl_commands_work() {
    let (_program, ready) = Program::ready("6");
    let curl = |template: &str, status: &str| {
        let command = fill_in(template, &ready, status);
        run("curl", Command::new("sh").args(["-c", &command]))
    };
    let unlock = "curl --location --globoff --request POST '{{apiPath}}/environments/{{envID}}/users/{{userID}}/password' \\
--header 'Content-Type: application/vnd.pingidentity.password.unlock+json' \\
--header 'Authorization: Bearer {{accessToken}}'";
    let read = "curl --location --globoff '{{apiPath}}/environments/{{envID}}/users/{{userID}}/password' \\
--header 'Authorization: Bearer {{accessToken}}'";
    let states = [
        (read, "PASSWORD_LOCKED_OUT", "PASSWORD_LOCKED_OUT"),
        (unlock, "PASSWORD_LOCKED_OUT", "OK"),
        (read, "PASSWORD_LOCKED_OUT", "OK"),
        (read, "NO_PASSWORD", "NO_PASSWORD"),
    ];
    for (command, user, expected) in states {
        if let Some(state) = curl(command, user) {
            assert_eq!(state["status"], expected);
        }
    }
}

/// The vendor's Python uses `requests`, which sends the empty payload as a `Content-Length: 0`; so does this.
#[test]
fn python_unlocks() {
    let (_program, ready) = Program::ready("6");
    let script = r#"
import http.client, urllib.parse
url = urllib.parse.urlsplit("{{apiPath}}/environments/{{envID}}/users/{{userID}}/password")
connection = http.client.HTTPConnection(url.netloc)
payload = ""
headers = {
'Content-Type': 'application/vnd.pingidentity.password.unlock+json',
'Authorization': 'Bearer {{accessToken}}'
}
connection.request("POST", url.path, headers=headers, body=payload)
print(connection.getresponse().read().decode())
"#;
    let script = fill_in(script, &ready, "PASSWORD_LOCKED_OUT");
    if let Some(state) = run("python3", Command::new("python3").args(["-c", &script])) {
        assert_eq!(state["status"], "OK");
    }
}

#[test]
fn any_language_arranges_acts_and_asserts() {
    let (_program, ready) = Program::ready("6");
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/any_language.py");
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not installed");
        return;
    }
    let output = Command::new("python3").args([example, text(&ready, "auth_url")]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.ends_with("and the events PASSWORD.UNLOCKED USER.UNLOCKED\n"), "{stdout}");
}

#[test]
fn a_seed() {
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed.json").to_str().unwrap().to_owned();
    std::fs::write(&seed, r#"[{"username": "ada"}, {"username": "bob", "status": "PASSWORD_LOCKED_OUT"}]"#).unwrap();
    let (_program, ready) = Program::ready_with(&["--seed", &seed]);
    let users = ready["users"].as_array().unwrap();
    let statuses: Vec<_> = users.iter().map(|user| text(user, "status")).collect();
    assert_eq!(statuses, ["OK", "PASSWORD_LOCKED_OUT"]);

    std::fs::write(&seed, r#"[{"user": "ada"}]"#).unwrap();
    let mut program = Program::start(&["--seed", &seed]);
    assert_eq!(program.0.wait().unwrap().code(), Some(1));
    let mut stderr = String::new();
    program.0.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(stderr.contains("seed.json: unknown field `user`"), "{stderr}");
}

#[test]
fn text_prints_ten_users_and_commands_to_paste() {
    let mut program = Program::start(&["--users", "1000"]);
    let stdout = BufReader::new(program.0.stdout.take().unwrap());
    let mut lines = Vec::new();
    for line in stdout.lines() {
        lines.push(line.unwrap());
        if lines.last().is_some_and(|line| line.contains("PINGONE_CLIENT_SECRET=")) {
            break;
        }
    }
    assert!(lines.contains(&"Users: 1000".to_owned()), "{lines:#?}");
    assert!(lines.contains(&"  and 990 more".to_owned()), "{lines:#?}");
    assert!(lines.len() < 40, "{lines:#?}");
    for name in ["API_URL", "AUTH_URL", "ENVIRONMENT_ID", "API_ACCESS_TOKEN", "CLIENT_ID", "CLIENT_SECRET"] {
        let export = format!("  export PINGONE_{name}=");
        assert!(lines.iter().any(|line| line.starts_with(&export)), "{name} in {lines:#?}");
    }
    let commands = lines.iter().filter(|line| line.starts_with("  curl "));
    let states = commands.filter_map(|command| run("curl", Command::new("sh").args(["-c", command])));
    let states: Vec<_> = states.map(|state| state["status"].clone()).collect();
    assert!(states.is_empty() || states == ["PASSWORD_LOCKED_OUT", "OK"], "{states:?}");
}

#[test]
fn an_address_beyond_loopback_is_an_error() {
    let mut program = Program::start(&["--listen", "0.0.0.0:0"]);
    let mut announced = String::new();
    let mut stdout = BufReader::new(program.0.stdout.take().unwrap());
    stdout.read_line(&mut announced).unwrap();
    assert_eq!(announced, "");
    assert_eq!(program.0.wait().unwrap().code(), Some(1));
    let mut stderr = String::new();
    program.0.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(stderr.starts_with("pingone-password-emulator: 0.0.0.0:0 is not a loopback address"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_stops_it_silently() {
    let (mut program, _) = Program::ready("1");
    interrupt(&program);
    assert_eq!(program.0.wait().unwrap().code(), Some(0));
    let mut stderr = String::new();
    program.0.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(stderr, "");
}

#[cfg(unix)]
#[test]
fn a_closed_standard_output_does_not_stop_it() {
    let mut program = Program::start(&["--users", "100000", "--json"]);
    // The output exceeds a pipe's buffer, so it is still being written when the reader closes the pipe.
    let mut stdout = program.0.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 16]).unwrap();
    drop(stdout);
    interrupt(&program);
    assert_eq!(program.0.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
pub(crate) fn interrupt(program: &Program) {
    let id = program.0.id().to_string();
    let status = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(status.success());
}
