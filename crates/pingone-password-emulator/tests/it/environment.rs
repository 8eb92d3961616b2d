//! The environment's clock, roles, populations and a reset.

use std::time::Duration;

use pingone_password_emulator::{Emulator, Fault, InvalidUser, NewUser, Role, StartError, Status};
use serde_json::json;
use uuid::Uuid;

use crate::wire::{UNLOCK, password_path, post, read, send};

/// Sends a read or an unlock with an access token.
async fn with_token(emulator: &Emulator, token: &str, method: &str, user: Uuid) -> u16 {
    let headers = [("Authorization", format!("Bearer {token}")), ("Content-Type", UNLOCK.to_owned())];
    send(emulator, method, &password_path(emulator, user), &headers, b"").await.status
}

#[tokio::test]
async fn a_read_only_role_reads_and_does_not_unlock() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    let token = emulator.issue_access_token(Role::IdentityDataReadOnly, None);
    assert_eq!(with_token(&emulator, &token, "GET", user).await, 200);
    assert_eq!(with_token(&emulator, &token, "POST", user).await, 403);
    assert_eq!(emulator.status(user), Some(Status::PasswordLockedOut));

    let token = emulator.issue_access_token(Role::IdentityDataAdmin, None);
    assert_eq!(with_token(&emulator, &token, "POST", user).await, 200);
}

#[tokio::test]
async fn a_token_for_one_population_does_not_see_the_other() {
    let emulator = Emulator::start().await.unwrap();
    let populations = [Uuid::from_u128(1), Uuid::from_u128(2)];
    let users = populations.map(|population| {
        let mut user = NewUser::new(Status::PasswordLockedOut);
        user.population_id = Some(population);
        emulator.add(user).unwrap()
    });
    let token = emulator.issue_access_token(Role::IdentityDataAdmin, Some(populations[0]));
    for method in ["GET", "POST"] {
        assert_eq!(with_token(&emulator, &token, method, users[0]).await, 200);
        assert_eq!(with_token(&emulator, &token, method, users[1]).await, 404);
    }
}

#[tokio::test]
async fn moving_the_clock_ends_lockouts_and_tokens() {
    let emulator = Emulator::builder().token_lifetime(Duration::from_secs(60 * 60)).start().await.unwrap();
    let timed = emulator.add_user(Status::PasswordLockedOut);
    let by_administrator = emulator.add_user(Status::PasswordLockedOut);
    assert!(emulator.set_seconds_until_unlock(by_administrator, None));

    assert!(emulator.advance_clock(Duration::from_secs(600)));
    assert_eq!(read(&emulator, timed, "").await.json()["secondsUntilUnlock"], 300);
    assert!(emulator.advance_clock(Duration::from_secs(300)));
    assert_eq!(read(&emulator, timed, "").await.json()["status"], "OK");
    assert_eq!(read(&emulator, by_administrator, "").await.json()["status"], "PASSWORD_LOCKED_OUT");
    assert_eq!(emulator.events(), []);

    let before = chrono::Utc::now();
    assert_eq!(post(&emulator, by_administrator, &[UNLOCK]).await.status, 200);
    assert!(emulator.events()[0].at - before >= chrono::TimeDelta::seconds(900));

    assert!(emulator.advance_clock(Duration::from_secs(45 * 60)));
    assert_eq!(read(&emulator, timed, "").await.status, 401);
    assert!(!emulator.advance_clock(Duration::MAX));
}

#[tokio::test]
async fn a_reset_brings_the_start_back() {
    let seed: Vec<NewUser> = serde_json::from_value(json!([
        { "username": "ada", "status": "PASSWORD_LOCKED_OUT", "seconds_until_unlock": null },
        { "username": "Bob \"<i>\"", "email": "bob@example.org", "account_locked": true },
    ]))
    .unwrap();
    let emulator = Emulator::builder().seed(seed).users(2).start().await.unwrap();
    let start = emulator.users();
    let names: Vec<_> = start.iter().filter_map(|(id, _)| emulator.username(*id)).collect();
    assert_eq!(names, ["ada", "Bob \"<i>\"", "chen.wei", "divya.rao"]);
    assert_eq!(emulator.email(start[1].0).as_deref(), Some("bob@example.org"));
    assert_eq!(emulator.email(start[2].0).as_deref(), Some("chen.wei@example.com"));

    let (ada, _) = start[0];
    assert_eq!(post(&emulator, ada, &[UNLOCK]).await.status, 200);
    assert!(emulator.remove_user(start[3].0));
    assert!(!emulator.remove_user(start[3].0));
    emulator.add_user(Status::Ok);
    emulator.inject([Fault::InternalError500]);
    emulator.revoke_tokens();
    assert_eq!(read(&emulator, ada, "").await.status, 401);

    emulator.reset();
    assert_eq!(emulator.users(), start);
    assert_eq!((emulator.unlocks(ada), emulator.events().len(), emulator.requests().len()), (0, 0, 0));
    let state = read(&emulator, ada, "").await;
    assert_eq!((state.status, state.json().get("secondsUntilUnlock")), (200, None));
}

#[tokio::test]
async fn usernames_are_unique_whatever_their_case() {
    let emulator = Emulator::start().await.unwrap();
    let named = |name: &str| {
        let mut user = NewUser::default();
        user.username = Some(name.to_owned());
        user
    };
    // The name of the second user, had it not been given to the first.
    emulator.add(named("amir.haddad")).unwrap();
    let second = emulator.add_user(Status::Ok);
    assert_eq!(emulator.username(second).as_deref(), Some("chen.wei"));
    let ada = emulator.add(named("Ada")).unwrap();
    assert_eq!(emulator.add(named("ADA")), Err(InvalidUser::Taken("ADA".to_owned())));
    for invalid in ["", "a\nb", &"x".repeat(129)] {
        assert_eq!(emulator.add(named(invalid)), Err(InvalidUser::Username(invalid.to_owned())));
    }
    assert!(emulator.remove_user(ada));
    assert_ne!(emulator.add(named("ada")).unwrap(), ada);

    let error = Emulator::builder().seed([named("ada"), named("Ada")]).start().await.unwrap_err();
    assert!(matches!(error, StartError::Seed(InvalidUser::Taken(name)) if name == "Ada"));
}

#[tokio::test]
async fn events_name_the_request_that_caused_them() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    let headers = [
        ("Authorization", format!("Bearer {}", emulator.access_token())),
        ("Content-Type", UNLOCK.to_owned()),
        ("X-Ping-External-Transaction-Id", "ticket-4711".to_owned()),
    ];
    let reply = send(&emulator, "POST", &password_path(&emulator, user), &headers, b"").await;
    let events = emulator.events();
    assert_eq!(events.len(), 2);
    for event in events {
        assert_eq!(event.correlation_id.to_string(), reply.header("Correlation-Id"));
        assert_eq!(event.transaction_id.as_deref(), Some("ticket-4711"));
    }
    assert_eq!(emulator.requests()[0].correlation_id.to_string(), reply.header("Correlation-Id"));
}
