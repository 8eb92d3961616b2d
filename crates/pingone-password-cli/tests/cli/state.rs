//! `state`.

use insta::assert_snapshot;
use pingone_password_emulator::Status;

use crate::World;

#[test]
fn every_status_in_words() {
    let world = World::new();
    let only_an_administrator = world.emulator.add_user(Status::PasswordLockedOut);
    world.emulator.set_seconds_until_unlock(only_an_administrator, None);
    let ids: Vec<_> = world.emulator.users().iter().map(|user| user.0.to_string()).collect();
    let args: Vec<_> = ["state"].into_iter().chain(ids.iter().map(String::as_str)).collect();
    world.snapshots(|| assert_snapshot!("state_table", world.run(&args).text()));
}

#[test]
fn the_policy_if_requested() {
    let world = World::new();
    let ran = world.run(&["state", "--expand", "passwordPolicy", &world.locked_out()]);
    world.snapshots(|| assert_snapshot!("state_policy", ran.text()));
}

#[test]
fn json_has_every_field() {
    let world = World::new();
    let ran = world.run(&["state", "--output", "json", "--expand", "passwordPolicy", &world.locked_out()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let mut record = ran.json().remove(0);
    assert_eq!(record["password_state"]["status"], "PASSWORD_LOCKED_OUT");
    record.as_object_mut().unwrap().remove("password_state");
    world.snapshots(|| assert_snapshot!("state_json", serde_json::to_string_pretty(&record).unwrap()));
}

#[test]
fn csv_has_a_header_and_a_row_for_each_user() {
    let world = World::new();
    let missing = "c3042000-188f-8bc7-a269-dee1602cf7ab";
    let ran = world.run(&["state", "--output", "csv", &world.locked_out(), missing, &world.user(Status::External)]);
    world.snapshots(|| assert_snapshot!("state_csv", ran.text()));
}

#[test]
fn one_failure_does_not_stop_the_others() {
    let world = World::new();
    let missing = "c3042000-188f-8bc7-a269-dee1602cf7ab";
    let ran = world.run(&["state", missing, &world.locked_out()]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("locked out, unlocks in 15 minutes"), "{ran:?}");
}

#[test]
fn every_invalid_id_is_reported_before_anything_is_sent() {
    let world = World::new();
    let ran = world.run(&[
        "state",
        "--by",
        "id",
        &world.locked_out(),
        "anna",
        "c3042000-188f-4bc7-a269-dee1602cf7a",
        "\u{1b}[2J",
    ]);
    world.snapshots(|| assert_snapshot!("state_misspelt", ran.text()));
    assert_eq!(world.emulator.requests().len(), 0);
}

#[test]
fn a_duplicate_is_read_once() {
    let world = World::new();
    let user = world.locked_out();
    let ran = world.run(&["state", &user, &user.to_uppercase(), &user]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    // The password state and the user.
    assert_eq!(world.emulator.requests().len(), 2);
    assert_eq!(ran.stdout.lines().filter(|line| line.starts_with(&user)).count(), 1);
}

#[test]
fn a_rejected_token_ends_the_command() {
    let world = World::new();
    let ids = [world.locked_out(), world.user(Status::Ok), world.user(Status::External)];
    let args = ["state", "--output", "json", &ids[0], &ids[1], &ids[2]];
    let ran = world.ran(world.command(&args).env("PINGONE_API_ACCESS_TOKEN", "expired"));
    assert_eq!(ran.code, Some(3));
    let results: Vec<_> = ran.json().iter().map(|record| record["result"].clone()).collect();
    assert_eq!(results, ["failed", "not_sent", "not_sent"]);
    assert_eq!(world.emulator.requests().len(), 1);
    world.snapshots(|| assert_snapshot!("state_401", ran.stderr));
}

#[test]
fn another_environment_is_not_allowed() {
    let world = World::new();
    let other = "c3042000-188f-8bc7-a269-dee1602cf7ab";
    let ran = world.run(&["state", "--environment-id", other, &world.locked_out()]);
    assert_eq!(ran.code, Some(3));
    world.snapshots(|| assert_snapshot!("state_403", ran.stderr));
}

#[test]
fn rejected_credentials_are_not_allowed() {
    let world = World::new();
    let args = ["state", "--client-id", world.emulator.client_id(), &world.locked_out()];
    let ran = world.ran(world.command(&args).env("PINGONE_CLIENT_SECRET", "wrong"));
    assert_eq!(ran.code, Some(3));
    world.snapshots(|| assert_snapshot!("state_no_token", ran.stderr));
}

#[test]
fn without_a_user_the_usage_is_wrong() {
    let world = World::new();
    let ran = world.run(&["state"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(ran.stderr, "error: no users: give their IDs or names, --from FILE, or --resume JOURNAL\n");
    assert_eq!(world.run(&["state", "--expand", "everything", &world.locked_out()]).code, Some(2));
    assert_eq!(world.run(&["status"]).code, Some(2));
}
