//! The unlock: its media type and its effect.

use pingone_password_emulator::{Emulator, EventKind, Status};
use serde_json::json;

use crate::wire::{UNLOCK, bearer, password_path, post, read, send};

#[tokio::test]
async fn any_other_content_type_415() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    let twice_in_one = format!("{UNLOCK}, {UNLOCK}");
    let wrong: [&[&str]; 7] = [
        &[],
        &[""],
        &[UNLOCK, UNLOCK],
        &[twice_in_one.as_str()],
        &["application/json"],
        &["application/vnd.pingidentity.password.unlock"],
        &["application/vnd.pingidentity.password.unlock+json2"],
    ];
    for content_types in wrong {
        let reply = post(&emulator, user, content_types).await;
        reply.assert_detail(415, "INVALID_REQUEST", "INVALID_VALUE", Some("Content-Type"));
        let inner = &reply.json()["details"][0]["innerError"];
        assert_eq!(*inner, json!({ "allowedValues": [UNLOCK] }));
    }
    assert_eq!(emulator.status(user), Some(Status::PasswordLockedOut));
    assert_eq!(emulator.events(), []);
}

#[tokio::test]
async fn the_vendors_other_operations_415() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    for operation in [
        "check+json",
        "recover+json",
        "sendRecoveryCode+json",
        "forceChange",
        "reset+json",
        "set+json",
        "setValue+json",
        "setGateway+json",
    ] {
        let media_type = format!("application/vnd.pingidentity.password.{operation}");
        let reply = post(&emulator, user, &[&media_type]).await;
        reply.assert_detail(415, "INVALID_REQUEST", "INVALID_VALUE", Some("Content-Type"));
        let error = reply.json();
        let message = error["details"][0]["message"].as_str().unwrap();
        assert!(message.contains("which the emulator does not support"), "{operation}: {message}");
    }
    assert_eq!(emulator.status(user), Some(Status::PasswordLockedOut));
}

#[tokio::test]
async fn a_locked_out_user_is_unlocked() {
    let emulator = Emulator::start().await.unwrap();
    let upper_case = UNLOCK.to_uppercase();
    for media_type in [UNLOCK, &upper_case, &format!("{UNLOCK} ; charset=UTF-8")] {
        let user = emulator.add_user(Status::PasswordLockedOut);
        let before = read(&emulator, user, "").await.json();
        let reply = post(&emulator, user, &[media_type]).await;
        assert_eq!(reply.status, 200, "{media_type}");
        assert_eq!(reply.header("Content-Type"), "application/hal+json;charset=UTF-8");
        assert!(!reply.header("Correlation-Id").is_empty());
        assert_eq!(emulator.status(user), Some(Status::Ok));

        let after = read(&emulator, user, "").await.json();
        assert_eq!(reply.json(), after);
        assert_eq!(after["status"], "OK");
        assert_eq!(after.get("secondsUntilUnlock"), None);
        assert_eq!(after["lastChangedAt"], before["lastChangedAt"]);

        let events = emulator.events();
        let [.., password, account] = events.as_slice() else {
            panic!("{events:?}");
        };
        assert_eq!((password.kind, password.user), (EventKind::PasswordUnlocked, user));
        assert_eq!((account.kind, account.user), (EventKind::UserUnlocked, user));
        assert_eq!(password.at, account.at);
        assert_eq!(password.kind.to_string(), "PASSWORD.UNLOCKED");
        assert_eq!(account.kind.to_string(), "USER.UNLOCKED");
    }
    assert_eq!(emulator.events().len(), 6);
}

#[tokio::test]
async fn an_account_locked_for_another_reason_stays_locked() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    assert!(emulator.lock_account(user));
    assert_eq!(post(&emulator, user, &[UNLOCK]).await.status, 200);
    let kinds: Vec<_> = emulator.events().iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::PasswordUnlocked]);
}

#[tokio::test]
async fn a_user_who_is_not_locked_out_does_not_change() {
    let emulator = Emulator::start().await.unwrap();
    for status in Status::ALL {
        if status != Status::PasswordLockedOut {
            let user = emulator.add_user(status);
            let reply = post(&emulator, user, &[UNLOCK]).await;
            assert_eq!(reply.status, 200);
            assert_eq!(reply.json()["status"], status.as_str());
            assert_eq!(emulator.status(user), Some(status));
        }
    }
    assert_eq!(emulator.events(), []);
}

#[tokio::test]
async fn body_and_query_of_an_unlock_are_ignored() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    let target = password_path(&emulator, user) + "?expand=other";
    let headers = [bearer(&emulator), ("Content-Type", UNLOCK.to_owned())];
    let reply = send(&emulator, "POST", &target, &headers, b"null").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json().get("_embedded"), None);
    assert_eq!(emulator.status(user), Some(Status::Ok));
    assert_eq!(emulator.requests()[0].body, b"null");
}
