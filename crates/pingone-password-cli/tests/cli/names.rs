//! Users by name, the two locks, and what is shown before an unlock.

use insta::assert_snapshot;
use pingone_password_emulator::{Emulator, Fault, NewUser, Operation, Role, Status};

use crate::World;
#[cfg(target_os = "linux")]
use crate::terminal::Terminal;

/// With Maria, who is locked out, and her namesakes.
fn world() -> World {
    let world = World::with(Emulator::builder());
    for (username, email, given) in [
        ("maria", "maria@example.com", "Maria"),
        ("marie", "team@example.com", "Marie"),
        ("mario", "team@example.com", "Mario"),
    ] {
        let user = NewUser::new(Status::PasswordLockedOut).username(username).email(email).name(given, "Rossi");
        world.emulator.add(user).unwrap();
    }
    world
}

fn id_of(world: &World, username: &str) -> uuid::Uuid {
    let records = world.emulator.user_records();
    records.into_iter().find(|(_, user)| user.username == username).unwrap().0
}

fn writes(world: &World) -> usize {
    world.emulator.requests().iter().filter(|request| request.method == "POST").count()
}

#[test]
fn the_right_person_is_shown_and_unlocked() {
    let world = world();
    world.snapshots(|| {
        assert_snapshot!("names_state", world.run(&["state", "MARIA"]).text());
        assert_snapshot!("names_unlock", world.run(&["unlock", "maria@example.com"]).text());
    });
    assert_eq!(world.emulator.unlocks(id_of(&world, "maria")), 1);
    assert_eq!(writes(&world), 1);
}

#[test]
fn nobody_is_unlocked_if_one_name_is_nobodys_or_several_persons() {
    let world = world();
    let ran = world.run(&["unlock", "maria", "mariah", "--yes", "team@example.com", "nobody@example.com"]);
    world.snapshots(|| assert_snapshot!("names_unresolved", ran.text()));
    assert_eq!(writes(&world), 0);
    let ran = world.run(&["unlock", "--by", "email", "maria"]);
    assert!(ran.stderr.contains("no user has the email address"), "{ran:?}");
    let ran = world.run(&["unlock", "--by", "username", "maria@example.com"]);
    assert!(ran.stderr.contains("no user has the username"), "{ran:?}");
    assert_eq!(writes(&world), 0);
}

#[test]
fn an_invisible_person_may_exist() {
    let world = world();
    let token = world.emulator.issue_access_token(Role::IdentityDataAdmin, Some(uuid::Uuid::from_u128(7)));
    let mut command = world.command(&["unlock", "maria"]);
    let ran = world.ran(command.env("PINGONE_API_ACCESS_TOKEN", token));
    world.snapshots(|| assert_snapshot!("names_invisible", ran.text()));
}

#[test]
fn a_wrong_environment_is_named() {
    let world = world();
    let mut command = world.command(&["unlock", "maria"]);
    let ran = world.ran(command.env("PINGONE_ENVIRONMENT_ID", "5d1c0b7e-8a4f-8a57-b1f0-0c9be0a3d2c4"));
    world.snapshots(|| assert_snapshot!("names_environment", ran.text()));
    assert_eq!(ran.code, Some(3));
}

#[test]
fn the_result_says_what_was_true() {
    let world = World::new();
    let ids =
        [Status::PasswordLockedOut, Status::Ok, Status::External, Status::NoPassword].map(|status| world.user(status));
    let args: Vec<_> = ["unlock", "--output", "json"].into_iter().chain(ids.iter().map(String::as_str)).collect();
    let ran = world.run(&args);
    let results: Vec<_> = ran.json().iter().map(|row| row["result"].clone()).collect();
    assert_eq!(results, ["unlocked", "not_locked", "external", "no_password"], "{ran:?}");
    assert_eq!((ran.code, writes(&world)), (Some(0), 1));
    // The account was read before the unlock.
    assert_eq!(
        [&ran.json()[0]["account_status"], &ran.json()[1]["account_status"]],
        [&serde_json::Value::Null, &"OK".into()]
    );
    assert!(ran.json()[0]["username"].is_string(), "{ran:?}");
}

#[test]
fn either_lock_is_unlocked_if_it_is_named() {
    for (lock, password, account) in [("password", 1, 0), ("account", 0, 1), ("any", 1, 1)] {
        let world = world();
        let id = id_of(&world, "maria");
        world.emulator.lock_account(id);
        let ran = world.run(&["unlock", "--lock", lock, "maria"]);
        assert_eq!(
            (world.emulator.unlocks(id), world.emulator.account_unlocks(id)),
            (password, account),
            "{lock}: {ran:?}"
        );
        assert_eq!(ran.code, Some(0), "{lock}: {ran:?}");
    }
    let world = World::new();
    let id = world.user(Status::Ok);
    world.emulator.lock_account(id.parse().unwrap());
    world.snapshots(|| {
        assert_snapshot!("names_account_state", world.run(&["state", &id]).text());
        assert_snapshot!("names_account_not_password", world.run(&["unlock", &id]).text());
        assert_snapshot!("names_account_unlock", world.run(&["unlock", "--lock", "any", &id]).text());
    });
    assert_eq!(world.emulator.account_unlocks(id.parse().unwrap()), 1);
}

#[test]
fn a_user_who_cannot_be_read_is_not_unlocked() {
    let world = world();
    world.emulator.inject_for(Operation::Read, [Fault::OtherJson]);
    let ran = world.run(&["unlock", "maria"]);
    assert_eq!((ran.code, writes(&world)), (Some(1), 0), "{ran:?}");
    assert_eq!(world.run(&["unlock", "--no-check", "maria"]).code, Some(0));
    assert_eq!(writes(&world), 1);
}

#[test]
fn a_population_without_a_name_is_shown_by_id() {
    for by_name in [true, false] {
        let world = world();
        let id = id_of(&world, "maria").to_string();
        world.emulator.inject_for(Operation::ReadUser, [Fault::EchoEverywhere]);
        let ran = world.run(&["unlock", if by_name { "maria" } else { &id }]);
        assert!(ran.stderr.contains("  population   d0000000-0000-8000-8000-"), "{ran:?}");
        assert_eq!((ran.code, writes(&world)), (Some(0), 1), "{ran:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_a_name_is_confirmed() {
    let world = world();
    let id = id_of(&world, "maria");
    for (reply, code, unlocks) in [("n\n", Some(2), 0), ("\n", Some(2), 0), ("\x03", Some(130), 0), ("y\n", Some(0), 1)]
    {
        let mut terminal = Terminal::run(&world, &["unlock", "maria"]);
        terminal.wait_for("Unlock this user? [y/N] ");
        terminal.type_keys(reply);
        assert_eq!((terminal.end(), world.emulator.unlocks(id)), (code, unlocks), "{reply:?}");
    }
    world.emulator.set_status(id, Status::PasswordLockedOut);
    let by_id = id.to_string();
    for args in [["unlock", "maria", "--yes"], ["unlock", "--no-check", "maria"], ["unlock", &by_id, "--output=table"]]
    {
        assert_eq!(Terminal::run(&world, &args).end(), Some(0), "{args:?}");
    }
}
