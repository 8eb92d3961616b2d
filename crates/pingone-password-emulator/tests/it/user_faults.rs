//! Faults of the operations on users.

use pingone_password_emulator::{Emulator, Fault, Operation, Status};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::wire::{Reply, bearer, send, users_path};

const UNLOCK_ACCOUNT: &str = "application/vnd.pingidentity.account.unlock+json";

async fn get(emulator: &Emulator, path: &str) -> Reply {
    send(emulator, "GET", path, &[bearer(emulator)], b"").await
}

async fn unlock_account(emulator: &Emulator, user: Uuid) -> Reply {
    let headers = [bearer(emulator), ("Content-Type", UNLOCK_ACCOUNT.to_owned())];
    send(emulator, "POST", &format!("{}/{user}", users_path(emulator)), &headers, b"").await
}

fn next(page: &Value) -> Option<String> {
    let href = page.pointer("/_links/next/href")?.as_str().unwrap();
    Some(format!("?{}", href.split_once('?').unwrap().1))
}

#[tokio::test]
async fn each_operation_has_its_own_queue() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject_for(Operation::ReadUsers, [Fault::BadGateway]);
    emulator.inject_for(Operation::ReadUser, [Fault::Unavailable]);
    emulator.inject_for(Operation::UnlockAccount, [Fault::InternalError500]);
    let path = users_path(&emulator);
    assert_eq!(get(&emulator, &format!("{path}?limit=0")).await.status, 400);
    let statuses = [
        get(&emulator, &path).await.status,
        get(&emulator, &format!("{path}/{user}")).await.status,
        unlock_account(&emulator, user).await.status,
    ];
    assert_eq!(statuses, [502, 503, 500]);
    let faults: Vec<_> = emulator.requests().iter().map(|request| request.fault).collect();
    let expected = [None, Some(Fault::BadGateway), Some(Fault::Unavailable), Some(Fault::InternalError500)];
    assert_eq!(faults, expected);
    assert_eq!(get(&emulator, &path).await.status, 200);
}

#[tokio::test]
async fn an_account_unlock_is_applied_or_not() {
    for (fault, applied) in [(Fault::OtherUser, true), (Fault::OtherUserBefore, false)] {
        let emulator = Emulator::start().await.unwrap();
        let user = emulator.add_user(Status::Ok);
        emulator.lock_account(user);
        emulator.inject([fault]);
        let reply = unlock_account(&emulator, user).await.json();
        assert_ne!(reply["id"], user.to_string());
        assert_eq!(reply["account"], json!({ "canAuthenticate": true, "status": "OK" }));
        assert_eq!(emulator.user(user).unwrap().account_lock.is_none(), applied);
        assert_eq!(emulator.account_unlocks(user), usize::from(applied));
        assert_eq!(emulator.requests()[0].applied, applied);
    }
}

#[tokio::test]
async fn states_that_are_not_true() {
    let emulator = Emulator::builder().users(2).start().await.unwrap();
    let user = emulator.users()[0].0;
    let path = format!("{}/{user}", users_path(&emulator));
    let truth = get(&emulator, &path).await.json();

    emulator.inject([Fault::StillLockedOut, Fault::UnknownStatus, Fault::OtherEnvironment, Fault::Nulls]);
    assert_eq!(get(&emulator, &path).await.json()["account"]["status"], "LOCKED");
    assert_eq!(get(&emulator, &path).await.json()["account"]["status"], "SOMETHING_NEW");
    let elsewhere = get(&emulator, &path).await.json();
    assert_ne!(elsewhere["environment"], truth["environment"]);
    let nulls = get(&emulator, &path).await.json();
    let filled: Vec<_> = nulls.as_object().unwrap().iter().filter(|(_, value)| !value.is_null()).collect();
    assert_eq!(filled, [(&"id".to_owned(), &truth["id"]), (&"username".to_owned(), &truth["username"])]);

    // The filter matches one user, and the page has another.
    emulator.inject([Fault::OtherUser]);
    let filter = format!("?filter=username+eq+%22{}%22", truth["username"].as_str().unwrap());
    let page = get(&emulator, &(users_path(&emulator) + &filter)).await.json();
    let others = page["_embedded"]["users"].as_array().unwrap();
    assert_eq!(others.len(), 1);
    assert_ne!((&others[0]["id"], &others[0]["username"]), (&truth["id"], &truth["username"]));
}

#[tokio::test]
async fn an_empty_page_with_a_next_loses_no_user() {
    let emulator = Emulator::builder().users(5).page_size(2).start().await.unwrap();
    emulator.inject([None, Some(Fault::EmptyPage), None, Some(Fault::EmptyPage), None]);
    let (mut query, mut ids, mut sizes) = (Some(String::new()), Vec::new(), Vec::new());
    while let Some(current) = query {
        let page = get(&emulator, &(users_path(&emulator) + &current)).await.json();
        let users = page.pointer("/_embedded/users").and_then(Value::as_array).cloned().unwrap_or_default();
        sizes.push(page["size"].as_u64().unwrap());
        ids.extend(users.into_iter().map(|user| user["id"].clone()));
        query = next(&page);
        assert_ne!(query.as_ref(), Some(&current), "no cursor repeats");
    }
    assert_eq!(sizes, [2, 0, 2, 0, 1]);
    let expected: Vec<_> = emulator.users().iter().map(|(id, _)| json!(id)).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn a_repeated_cursor_has_no_end() {
    let emulator = Emulator::builder().users(5).page_size(2).start().await.unwrap();
    emulator.inject([Fault::RepeatedCursor; 3]);
    let mut queries = vec![String::new()];
    for _ in 0..3 {
        let page = get(&emulator, &(users_path(&emulator) + queries.last().unwrap())).await.json();
        assert_eq!(page["size"], 2);
        queries.push(next(&page).unwrap());
    }
    assert_eq!(queries[1], queries[2]);
    assert_eq!(queries[2], queries[3]);
}
