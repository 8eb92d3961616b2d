//! `find`: users page by page, and those who are locked out.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use pingone_password_emulator::{Builder, Emulator, Fault, NewUser, Operation, Role, Status};

use crate::{Ran, World};

/// Ten users on four pages: users 0 to 2 are locked out, the account of user 3 is locked, and user 4 is disabled.
fn world(builder: Builder) -> World {
    let world = World::with(builder.page_size(3));
    for number in 0..10 {
        let status = if number < 3 { Status::PasswordLockedOut } else { Status::Ok };
        let user =
            NewUser::new(status).username(format!("user{number}")).email("team@example.com").name("Ada", "Rossi");
        let id = world.emulator.add(user).unwrap();
        if number == 3 {
            world.emulator.lock_account(id);
        }
        world.emulator.set_enabled(id, number != 4);
    }
    world
}

fn shows(shows: bool) -> Builder {
    Emulator::builder().lockout_in_account(shows)
}

/// The IDs of users by their numbers.
fn ids(world: &World, numbers: std::ops::Range<usize>) -> Vec<String> {
    world.emulator.users()[numbers].iter().map(|(id, _)| id.to_string()).collect()
}

fn lines(ran: &Ran) -> Vec<&str> {
    ran.stdout.lines().collect()
}

/// The numbers of requests for pages, and of others.
fn requests(world: &World) -> (usize, usize) {
    let requests = world.emulator.requests();
    let pages = requests.iter().filter(|request| request.path.ends_with("/users") || request.path.contains("/users?"));
    let pages = pages.count();
    (pages, requests.len() - pages)
}

#[test]
fn users_who_are_locked_out_are_found_if_it_shows_in_the_account() {
    let world = world(shows(true));
    let ran = world.run(&["find", "--locked-out", "--output", "ids"]);
    assert_eq!((lines(&ran), ran.code), (ids(&world, 0..3).iter().map(String::as_str).collect(), Some(0)), "{ran:?}");
    // Four pages, and the states of the three, of the locked account and of the disabled user.
    assert_eq!(requests(&world), (4, 5));
    assert_eq!(
        ran.stderr,
        "3 locked out of 10 users with 9 requests\n\
         1 account locked for another reason than the password: see unlock --lock account\n"
    );
    let ran = world.run(&["find", "--locked-out", "--population", "5d1c0b7e-8a4f-8a57-b1f0-0c9be0a3d2c4"]);
    assert_eq!((ran.stdout.as_str(), ran.code), ("", Some(0)));
    assert!(ran.stderr.starts_with("no user matches, or none that this role may see"), "{ran:?}");
}

#[test]
fn thorough_finds_them_if_it_does_not() {
    let world = world(shows(false));
    for id in ids(&world, 3..5) {
        world.emulator.remove_user(id.parse().unwrap());
    }
    let ran = world.run(&["find", "--locked-out", "--output", "ids"]);
    assert_eq!((ran.stdout.as_str(), ran.code), ("", Some(0)), "{ran:?}");
    assert!(
        ran.stderr.contains("no account says that it is locked; if lockouts don't show there, --thorough"),
        "{ran:?}"
    );
    assert_eq!(requests(&world), (3, 0));
    let ran = world.run(&["find", "--locked-out", "--thorough", "--output", "ids"]);
    assert_eq!(lines(&ran), ids(&world, 0..3), "{ran:?}");
    assert_eq!(requests(&world), (6, 8));
}

#[test]
fn a_status_that_comes_with_the_user_counts() {
    let world = world(shows(false).embed_password(true));
    let ran = world.run(&["find", "--locked-out", "--output", "ids"]);
    assert_eq!(lines(&ran), ids(&world, 0..3), "{ran:?}");
    let ran = world.run(&["find", "--username", "USER9", "--output", "csv"]);
    assert!(ran.stdout.lines().nth(1).unwrap().ends_with(",true,OK,OK,"), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn a_pipe_unlocks_whoever_is_found() {
    let world = world(shows(true));
    let mut shell = world.command(&[]);
    let program = env!("CARGO_BIN_EXE_pingone-password");
    let pipe = format!("{program} find --locked-out --output ids | {program} unlock --from - --yes");
    let environment: Vec<_> =
        shell.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    shell = std::process::Command::new("sh");
    let ran = world.ran(shell.args(["-c", &pipe]).env_clear().envs(environment));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(world.emulator.users().iter().all(|(_, status)| *status == Status::Ok), "{ran:?}");
    // The list is not read once more: one request for each.
    assert_eq!(world.emulator.requests().iter().filter(|request| request.method == "POST").count(), 3);
    assert_eq!(requests(&world), (4, 5 + 3));
}

#[test]
fn a_page_is_retried_and_a_list_that_ends_early_is_a_failure() {
    let world = world(shows(true));
    world.emulator.inject_for(Operation::ReadUsers, [None, Some(Fault::ResetBefore), None, Some(Fault::BadGateway)]);
    let ran = world.run(&["find", "--locked-out", "--output", "ids"]);
    assert_eq!((lines(&ran).len(), ran.code), (3, Some(0)), "{ran:?}");
    let faults = [None, Some(Fault::OtherJson), Some(Fault::OtherJson), Some(Fault::OtherJson), Some(Fault::OtherJson)];
    world.emulator.inject_for(Operation::ReadUsers, faults);
    let ran = world.run(&["find", "--locked-out", "--output", "ids"]);
    assert_eq!((lines(&ran).len(), ran.code), (3, Some(1)), "{ran:?}");
    assert!(ran.stderr.starts_with("error: the list is incomplete: 3 locked out of 3 users with "), "{ran:?}");
    // A state that can't be read.
    let world = self::world(shows(true));
    world.emulator.inject_for(Operation::Read, [Fault::OtherJson]);
    let ran = world.run(&["find", "--locked-out", "--output", "ids", "--concurrency", "1"]);
    assert_eq!((lines(&ran), ran.code), (ids(&world, 1..3).iter().map(String::as_str).collect(), Some(1)), "{ran:?}");
    assert!(
        ran.stderr.contains("the list is incomplete: 2 locked out of 10 users with 9 requests; 1 user could"),
        "{ran:?}"
    );
}

#[test]
fn a_user_is_found_by_name_in_each_format() {
    let world = world(shows(true));
    world.snapshots(|| {
        assert_snapshot!("find_table", world.run(&["find", "--email", "TEAM@example.com", "--thorough"]).text());
        assert_snapshot!(
            "find_csv",
            world.run(&["find", "--filter", "username sw \"user1\"", "--output", "csv"]).text()
        );
        assert_snapshot!("find_json", world.run(&["find", "--username", "user0", "--output", "json"]).text());
        assert_snapshot!("find_nobody", world.run(&["find", "--username", "user"]).text());
    });
}

#[test]
fn a_list_of_everything_reads_no_state() {
    let world = world(shows(true));
    let ran = world.run(&["find", "--output", "csv"]);
    assert_eq!((lines(&ran).len(), requests(&world), ran.code), (11, (4, 0), Some(0)), "{ran:?}");
    // The reader closes the pipe.
    let mut command = world.command(&["find", "--output", "ids", "--rate", "2/s"]);
    let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(run.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(first.trim_end(), ids(&world, 0..1)[0]);
    let ran = Ran::of(&run.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn requests_are_paced() {
    let world = world(shows(true));
    let start = Instant::now();
    let ran = world.run(&["find", "--locked-out", "--rate", "10/s"]);
    assert!(start.elapsed() >= Duration::from_millis(800), "{:?}: {ran:?}", start.elapsed());
}

#[test]
fn what_is_wrong_has_its_exit_code() {
    let world = world(shows(true));
    for (args, code, message) in [
        (&["--filter", "username eq \"a"][..], 2, "a value in the filter has no closing quote"),
        (&["--filter", "username ne \"a\""], 1, "server: 400 "),
        (&["--population", "people"], 2, "invalid value 'people' for '--population <ID>'"),
        (&["--username", " "], 2, "` ` is not a valid username"),
        (&["--environment-id", "5d1c0b7e-8a4f-8a57-b1f0-0c9be0a3d2c4"], 3, "the list is incomplete: 0 users"),
    ] {
        let ran = world.run(&[&["find"], args].concat());
        assert_eq!((ran.code, ran.stderr.contains(message)), (Some(code), true), "{ran:?}");
    }
    let token = world.emulator.issue_access_token(Role::IdentityDataAdmin, Some(uuid::Uuid::from_u128(7)));
    let mut command = world.command(&["find", "--username", "user0"]);
    let ran = world.ran(command.env("PINGONE_API_ACCESS_TOKEN", token));
    assert!(ran.stderr.starts_with("no user matches, or none that this role may see"), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_list_is_incomplete() {
    let world = world(shows(true));
    let mut command = world.command(&["find", "--output", "ids", "--rate", "2/m"]);
    let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(run.stdout.take().unwrap());
    // The first page's users are printed before the second page is requested.
    for _ in 0..3 {
        stdout.read_line(&mut String::new()).unwrap();
    }
    let status = std::process::Command::new("kill").args(["-INT", &run.id().to_string()]).status();
    assert!(status.unwrap().success());
    let ran = Ran::of(&run.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert!(ran.stderr.starts_with("error: interrupted: the list is incomplete: 3 users with "), "{ran:?}");
}
