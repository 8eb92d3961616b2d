//! Signing in as a person, acting as that person, and signing out.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use pingone_password_emulator::{Actor, Agent, Emulator, NewUser, Status};

#[cfg(target_os = "linux")]
use crate::terminal::Terminal;
use crate::{Ran, World};

fn world() -> World {
    world_with("file")
}

/// An emulator, and a profile with the application that people sign in with.
pub(crate) fn world_with(token_store: &str) -> World {
    let world = World::with(Emulator::builder().users(12).device_interval(std::time::Duration::from_secs(1)));
    let profile = format!(
        "[profile.default]\nsign_in_client_id = \"{}\"\ntoken_store = \"{token_store}\"\n",
        world.emulator.sign_in_client_id()
    );
    world.file("config/pingone-password/config.toml", &profile);
    world
}

pub(crate) fn command(world: &World, args: &[&str]) -> Command {
    let mut command = world.command(args);
    command.env_remove("PINGONE_API_ACCESS_TOKEN");
    command
}

fn run(world: &World, args: &[&str]) -> Ran {
    let ran = world.ran(&mut command(world, args));
    for token in tokens(world) {
        assert!(!ran.stdout.contains(&token) && !ran.stderr.contains(&token), "a token is printed: {ran:?}");
    }
    ran
}

/// The tokens that the emulator has seen, and the kept ones.
fn tokens(world: &World) -> Vec<String> {
    let kept = std::fs::read_to_string(tokens_file(world)).unwrap_or_default();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap_or_default();
    let kept = ["access_token", "refresh_token"].iter().filter_map(|name| kept[name].as_str().map(str::to_owned));
    let requests = world.emulator.requests();
    let forms = requests.iter().map(|request| String::from_utf8_lossy(&request.body).into_owned());
    let sent: Vec<_> = forms
        .flat_map(|form| form.split('&').map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|part| part.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())))
        .filter(|(name, _)| ["refresh_token", "device_code"].contains(&name.as_str()))
        .map(|(_, value)| value)
        .collect();
    kept.chain(sent).collect()
}

fn tokens_file(world: &World) -> std::path::PathBuf {
    world.home.path().join(".local/state/pingone-password/sign-in-default.json")
}

fn login(world: &World, agent: Agent) -> Ran {
    approve(world, &mut command(world, &["login", "--device"]), agent)
}

/// Runs `login --device`, which an agent approves in the meantime.
pub(crate) fn approve(world: &World, login: &mut Command, agent: Agent) -> Ran {
    let mut child = login.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.ends_with("and enter the code:\n") {
        assert!(stderr.read_line(&mut said).unwrap() > 0, "{said}");
    }
    let mut code = String::new();
    stderr.read_line(&mut code).unwrap();
    // Not on the command line, where everyone could read secrets.
    #[cfg(target_os = "linux")]
    {
        let arguments = std::fs::read_to_string(format!("/proc/{}/cmdline", child.id())).unwrap();
        assert!(arguments.ends_with("login\0--device\0"), "{arguments:?}");
    }
    assert!(world.emulator.approve_device(code.trim(), agent), "{code}");
    let (mut stdout, mut rest) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    stderr.read_to_string(&mut rest).unwrap();
    let stderr = said + "  [code]\n" + &rest;
    Ran { code: child.wait().unwrap().code(), stdout, stderr }
}

fn locked_out(world: &World, agent: Agent) -> (uuid::Uuid, String) {
    let records = world.emulator.user_records();
    let found = records
        .into_iter()
        .find(|(_, user)| user.population == agent.population() && user.status == Status::PasswordLockedOut);
    let (id, user) = found.unwrap();
    (id, user.username)
}

fn snapshot(world: &World, name: &str, ran: &Ran) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "[time]");
    settings.bind(|| world.snapshots(|| assert_snapshot!(name, ran.text())));
}

#[cfg(target_os = "linux")]
#[test]
fn a_sign_out_that_cannot_be_printed_is_reported() {
    let world = world();
    assert_eq!(login(&world, Agent::AlexAdmin).code, Some(0));
    for command_line in ["whoami", "logout"] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let ran = Ran::of(&command(&world, &[command_line]).stdout(full).output().unwrap());
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let said = ["", "Signed out: the tokens are forgotten.\n"][usize::from(command_line == "logout")];
        let expected = format!("{said}error: can't write to standard output: No space");
        assert!(ran.stderr.starts_with(&expected), "{ran:?}");
    }
    assert!(!tokens_file(&world).exists());
}

#[test]
fn a_person_signs_in_unlocks_and_signs_out() {
    let world = world();
    let ran = run(&world, &["whoami"]);
    assert_eq!(ran.code, Some(3));
    snapshot(&world, "whoami_before", &ran);
    snapshot(&world, "login_device", &login(&world, Agent::AlexAdmin));

    // Another process: the tokens are kept.
    let (user, username) = locked_out(&world, Agent::AlexAdmin);
    let ran = run(&world, &["unlock", &username, "--yes"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let event = world.emulator.events().into_iter().find(|event| event.user == user).unwrap();
    assert_eq!(event.actor, Actor::Agent(Agent::AlexAdmin));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(tokens_file(&world)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // An access token that is no longer valid is refreshed, and the new ones are kept.
    let before = tokens(&world);
    world.emulator.revoke_tokens();
    let ran = run(&world, &["whoami"]);
    snapshot(&world, "whoami", &ran);
    assert_ne!(before, tokens(&world));
    let ran = run(&world, &["doctor"]);
    assert!(ran.stdout.contains("sign-in         acts as alex.admin\n"), "{ran:?}");

    let ran = run(&world, &["logout"]);
    snapshot(&world, "logout", &ran);
    assert!(!tokens_file(&world).exists());
    let ran = run(&world, &["state", &user.to_string()]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.stderr.contains("Sign in: pingone-password login"), "{ran:?}");
    assert_eq!(run(&world, &["logout"]).stdout, "Nobody was signed in.\n");
}

#[test]
fn a_role_that_may_only_read_is_told_what_it_lacks() {
    let world = world();
    assert_eq!(login(&world, Agent::RobinReader).code, Some(0));
    let (user, username) = locked_out(&world, Agent::RobinReader);
    assert_eq!(run(&world, &["state", &username]).code, Some(0));
    let ran = run(&world, &["unlock", &username, "--yes"]);
    snapshot(&world, "unlock_read_only", &ran);
    assert_eq!(world.emulator.unlocks(user), 0);
}

#[test]
fn a_sign_in_wins_over_the_worker_of_the_profile_only() {
    let world = world();
    let profile = world.home.path().join("config/pingone-password/config.toml");
    let secret = world.file("secret", "the-secret-of-the-worker");
    let text = std::fs::read_to_string(&profile).unwrap()
        + &format!("client_id = \"worker\"\nclient_secret_file = \"{secret}\"\n");
    std::fs::write(&profile, text).unwrap();
    assert_eq!(login(&world, Agent::AlexAdmin).code, Some(0));
    let ran = run(&world, &["whoami"]);
    assert!(ran.stdout.starts_with("Signed in as Alex Admin (alex.admin)\n"), "{ran:?}");
    assert!(ran.stderr.starts_with("warning: the secret of a worker application is set, too"), "{ran:?}");
    let in_use = |command: &mut Command| {
        let rows = world.ran(command.args(["--output", "json"])).json();
        let row = rows.into_iter().find(|row| row["setting"] == "credentials").unwrap();
        (row["value"].as_str().unwrap().to_owned(), row["place"].as_str().unwrap().to_owned())
    };
    let show = ["config", "show"];
    assert_eq!(in_use(&mut command(&world, &show)), ("sign-in".into(), "profile".into()));
    let mut by_variables = command(&world, &show);
    by_variables.env("PINGONE_CLIENT_ID", "x").env("PINGONE_CLIENT_SECRET", "y");
    assert_eq!(in_use(&mut by_variables), ("worker application".into(), "variable".into()));
    assert_eq!(in_use(&mut world.command(&show)), ("access token".into(), "variable".into()));
}

#[test]
fn a_sign_in_that_fails_says_why() {
    let world = world();
    let profile = world.home.path().join("config/pingone-password/config.toml");
    let text = std::fs::read_to_string(&profile).unwrap();
    // No keychain: there is no session bus.
    std::fs::write(&profile, text.replace("\"file\"", "\"keychain\"")).unwrap();
    let ran = run(&world, &["login", "--device"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("can't use the keychain") && ran.stderr.contains("token_store = \"file\""), "{ran:?}");
    assert_eq!(world.emulator.requests().len(), 0, "nobody signed in for nothing");
    std::fs::write(&profile, text).unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = run(&world, &["login", "--port", &port]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("can't listen for the redirect") && ran.stderr.contains("--device"), "{ran:?}");
    std::fs::write(&profile, "").unwrap();
    let ran = run(&world, &["login"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.stderr.contains("set --sign-in-client-id, PINGONE_SIGN_IN_CLIENT_ID, or `sign_in_client_id` in"),
        "{ran:?}"
    );
}

#[test]
fn a_process_that_is_killed_during_a_refresh_leaves_a_sign_in_or_says_so() {
    let world = world();
    assert_eq!(login(&world, Agent::AlexAdmin).code, Some(0));
    let before = std::fs::read(tokens_file(&world)).unwrap();
    world.emulator.revoke_tokens();
    assert_eq!(run(&world, &["whoami"]).code, Some(0));
    // As if the process had been killed before it stored the new tokens.
    world.emulator.revoke_tokens();
    std::fs::write(tokens_file(&world), before).unwrap();
    let ran = run(&world, &["whoami"]);
    assert_eq!(ran.code, Some(3));
    snapshot(&world, "whoami_ended", &ran);
}

/// Ends the sign-in on the server.
fn end_sign_in(world: &World) {
    let before = std::fs::read(tokens_file(world)).unwrap();
    world.emulator.revoke_tokens();
    assert_eq!(run(world, &["whoami"]).code, Some(0));
    world.emulator.revoke_tokens();
    std::fs::write(tokens_file(world), before).unwrap();
}

/// A list of more users than are processed without a journal, all of them in an agent's population.
fn list(world: &World, agent: Agent) -> String {
    let locked: Vec<_> = (0..12)
        .map(|_| {
            let mut user = NewUser::new(Status::PasswordLockedOut);
            user.population_id = Some(agent.population());
            world.emulator.add(user).unwrap().to_string()
        })
        .collect();
    world.file("users.txt", &locked.join("\n"))
}

#[test]
fn a_run_without_a_terminal_stops_when_the_sign_in_has_ended_and_resumes() {
    let world = world();
    assert_eq!(login(&world, Agent::AlexAdmin).code, Some(0));
    let file = list(&world, Agent::AlexAdmin);
    end_sign_in(&world);
    let ran = run(&world, &["unlock", "--from", &file, "--yes", "--journal", &format!("{file}.journal")]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stderr.contains("resume with: ") && ran.stderr.contains("the sign-in has ended"), "{ran:?}");
    let journal = std::fs::read_to_string(format!("{file}.journal")).unwrap();
    assert!(journal.contains("\"signed_in_as\":\"alex.admin\""), "{journal}");
    assert!(tokens(&world).iter().all(|token| !journal.contains(token)), "the journal has a token");

    assert_eq!(login(&world, Agent::AlexAdmin).code, Some(0));
    let ran = run(&world, &["unlock", "--resume", &format!("{file}.journal"), "--yes"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        world.emulator.events().iter().filter(|event| event.kind.to_string() == "PASSWORD.UNLOCKED").count(),
        12
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_on_a_terminal_waits_for_the_next_sign_in() {
    let world = world();
    assert_eq!(login(&world, Agent::AlexAdmin).code, Some(0));
    let file = list(&world, Agent::AlexAdmin);
    end_sign_in(&world);
    let mut terminal = Terminal::of(&command(&world, &["unlock", "--from", &file, "--yes"]));
    terminal.wait_for("sign in in another terminal: pingone-password login");
    assert_eq!(login(&world, Agent::AlexAdmin).code, Some(0));
    assert_eq!(terminal.end(), Some(0));
    assert_eq!(
        world.emulator.events().iter().filter(|event| event.kind.to_string() == "PASSWORD.UNLOCKED").count(),
        12
    );
}
