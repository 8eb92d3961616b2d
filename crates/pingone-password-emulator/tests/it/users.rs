//! The operations on users.

use std::collections::HashSet;

use chrono::{TimeDelta, Utc};
use pingone_password_emulator::{Emulator, EventKind, NewUser, Role, Status};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::wire::{Reply, UNLOCK, bearer, post, send, users_path};

const UNLOCK_ACCOUNT: &str = "application/vnd.pingidentity.account.unlock+json";

async fn get(emulator: &Emulator, path: &str) -> Reply {
    send(emulator, "GET", path, &[bearer(emulator)], b"").await
}

async fn page(emulator: &Emulator, query: &str) -> Value {
    let reply = get(emulator, &(users_path(emulator) + query)).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("Content-Type"), "application/hal+json;charset=UTF-8");
    reply.json()
}

async fn read(emulator: &Emulator, user: Uuid) -> Value {
    get(emulator, &format!("{}/{user}", users_path(emulator))).await.json()
}

async fn unlock_account(emulator: &Emulator, user: Uuid, media_type: &str) -> Reply {
    let headers = [bearer(emulator), ("Content-Type", media_type.to_owned())];
    send(emulator, "POST", &format!("{}/{user}", users_path(emulator)), &headers, b"").await
}

fn users(page: &Value) -> &[Value] {
    page.pointer("/_embedded/users").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn usernames(page: &Value) -> Vec<&str> {
    users(page).iter().map(|user| user["username"].as_str().unwrap()).collect()
}

/// Returns the query of the link to the next page.
fn next(page: &Value) -> Option<String> {
    let href = page.pointer("/_links/next/href")?.as_str().unwrap();
    Some(format!("?{}", href.split_once('?').unwrap().1))
}

#[tokio::test]
async fn a_user_has_a_name_an_email_and_a_population() {
    let emulator = Emulator::start().await.unwrap();
    let id = emulator.add_user(Status::Ok);
    let user = read(&emulator, id).await;
    let state = emulator.user(id).unwrap();
    assert_eq!(user["username"], state.username);
    assert_eq!(user["email"], state.email.unwrap());
    assert_eq!(user["population"]["id"], state.population.to_string());
    assert_eq!(user["id"], id.to_string());
    assert_eq!(user["environment"]["id"], emulator.environment_id().to_string());
    assert_eq!(user["account"], json!({ "canAuthenticate": true, "status": "OK" }));
    let formatted = format!("{} {}", user["name"]["given"].as_str().unwrap(), user["name"]["family"].as_str().unwrap());
    assert_eq!(user["name"]["formatted"], formatted);
    assert_eq!(user.get("_embedded"), None);

    for expand in ["population", "populations"] {
        let path = format!("{}/{id}?expand={expand}", users_path(&emulator));
        let user = get(&emulator, &path).await.json();
        assert_eq!(user["_embedded"]["population"]["id"], user["population"]["id"]);
    }
    let reply = get(&emulator, &format!("{}/{id}?expand=other", users_path(&emulator))).await;
    reply.assert_detail(400, "INVALID_REQUEST", "INVALID_VALUE", Some("expand"));

    let nameless = emulator.add(NewUser::default().username("nameless")).unwrap();
    let user = read(&emulator, nameless).await;
    assert_eq!((user.get("name"), user.get("email")), (None, None));
}

#[tokio::test]
async fn usernames_and_ids_are_the_same_on_every_start() {
    let one = Emulator::builder().users(700).start().await.unwrap();
    let two = Emulator::builder().users(700).start().await.unwrap();
    let names = |emulator: &Emulator| -> Vec<_> {
        emulator.users().iter().map(|(id, _)| emulator.user(*id).unwrap().username).collect()
    };
    assert_eq!(names(&one), names(&two));
    assert_eq!(names(&one).iter().collect::<HashSet<_>>().len(), 700);
    let populations: HashSet<_> = one.users().iter().map(|(id, _)| one.user(*id).unwrap().population).collect();
    assert_eq!(populations.len(), 2);
}

#[tokio::test]
async fn pages_are_smaller_than_asked_and_hold_every_user_once() {
    let emulator = Emulator::builder().users(25).page_size(10).start().await.unwrap();
    let first = page(&emulator, "?limit=100").await;
    assert_eq!((first["count"].as_u64(), first["size"].as_u64()), (Some(25), Some(10)));
    let second = page(&emulator, &next(&first).unwrap()).await;
    let third = page(&emulator, &next(&second).unwrap()).await;
    assert_eq!((next(&third), third["size"].as_u64()), (None, Some(5)));
    let ids: Vec<_> = [&first, &second, &third].into_iter().flat_map(users).map(|user| user["id"].clone()).collect();
    let expected: Vec<_> = emulator.users().iter().map(|(id, _)| json!(id)).collect();
    assert_eq!(ids, expected);

    // A limit that is smaller than the page counts.
    let small = page(&emulator, "?limit=3").await;
    assert_eq!(users(&small), &users(&first)[..3]);
    assert_eq!(users(&page(&emulator, &next(&small).unwrap()).await), &users(&first)[3..6]);

    // Users who come and go between two pages neither repeat nor hide others.
    emulator.remove_user(emulator.users()[0].0);
    emulator.add_user(Status::Ok);
    assert_eq!(users(&page(&emulator, &next(&first).unwrap()).await), users(&second));
}

#[tokio::test]
async fn an_exact_page_has_no_next_and_an_empty_one_has_no_users() {
    let emulator = Emulator::builder().users(10).page_size(10).start().await.unwrap();
    assert_eq!(next(&page(&emulator, "").await), None);
    let empty = page(&emulator, "?filter=username%20eq%20%22nobody%22").await;
    assert_eq!((empty["count"].as_u64(), empty["size"].as_u64()), (Some(0), Some(0)));
    assert_eq!(empty.get("_embedded"), None);
}

#[tokio::test]
async fn cursors_are_opaque_and_belong_to_a_filter() {
    let emulator = Emulator::builder().users(20).page_size(5).start().await.unwrap();
    let query = "?filter=enabled+eq+true";
    let (one, two) = (next(&page(&emulator, query).await).unwrap(), next(&page(&emulator, query).await).unwrap());
    assert_ne!(one, two, "the same position has a different cursor each time");
    assert_eq!(users(&page(&emulator, &one).await), users(&page(&emulator, &two).await));
    let cursor = one.split('&').find(|part| part.contains("cursor=")).unwrap().trim_start_matches('?');

    let another_filter = format!("?{cursor}&filter=enabled+eq+false");
    let changed = one.replacen("cursor=", "cursor=A", 1);
    for query in [&format!("?{cursor}"), &another_filter, &changed, "?cursor=", "?cursor=a&cursor=a"] {
        let reply = get(&emulator, &(users_path(&emulator) + query)).await;
        reply.assert_detail(400, "INVALID_REQUEST", "INVALID_VALUE", Some("cursor"));
    }
}

#[tokio::test]
async fn an_invalid_limit_or_filter_400() {
    let emulator = Emulator::builder().users(1).max_filter_clauses(2).start().await.unwrap();
    for (query, parameter) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
        ("limit=1&limit=2", "limit"),
        ("filter=", "filter"),
        ("filter=account.status+eq+%22LOCKED%22", "filter"),
        ("filter=enabled+eq+true&filter=enabled+eq+true", "filter"),
        ("filter=enabled+eq+true+or+enabled+eq+true+or+enabled+eq+true", "filter"),
    ] {
        let reply = get(&emulator, &format!("{}?{query}", users_path(&emulator))).await;
        reply.assert_detail(400, "INVALID_REQUEST", "INVALID_VALUE", Some(parameter));
    }
    let reply = get(&emulator, &format!("{}?filter=name.given+xx+%22a%22", users_path(&emulator))).await;
    let message = reply.json()["details"][0]["message"].as_str().unwrap().to_owned();
    assert_eq!(message, "Expected an operator of name.given: eq, sw, ew, co at position 11.");
}

#[tokio::test]
async fn filters_in_both_encodings() {
    let emulator = Emulator::start().await.unwrap();
    let odd = "a+b&c#d%e \"f\" \\g 🦀";
    emulator.add(NewUser::new(Status::PasswordLockedOut).username(odd).email("Maria@Example.com")).unwrap();
    emulator.add(NewUser::default().username("maria").email("maria@example.com").name("Maria", "Silva")).unwrap();
    for filter in ["username%20eq%20%22MARIA%22", "username+eq+%22maria%22", "name.family%20co%20%22ilv%22"] {
        assert_eq!(usernames(&page(&emulator, &format!("?filter={filter}")).await), ["maria"], "{filter}");
    }
    let filter = r"username%20eq%20%22a%2Bb%26c%23d%25e%20%5C%22f%5C%22%20%5C%5Cg%20%F0%9F%A6%80%22";
    assert_eq!(usernames(&page(&emulator, &format!("?filter={filter}")).await), [odd]);
    // Email addresses aren't unique.
    let both = page(&emulator, "?filter=email%20eq%20%22maria%40example.com%22").await;
    assert_eq!(usernames(&both), [odd, "maria"]);
    // By way of the indexes, and without them.
    for filter in [
        "(username+eq+%22maria%22)+or+(email+eq+%22nobody%22)",
        "email+eq+%22maria%40example.com%22+and+name.given+eq+%22maria%22",
        "username+sw+%22mar%22",
    ] {
        assert_eq!(usernames(&page(&emulator, &format!("?filter={filter}")).await), ["maria"], "{filter}");
    }
}

#[tokio::test]
async fn next_links_can_lead_elsewhere() {
    let elsewhere = "https://10.1.2.3:8443/v1";
    let emulator = Emulator::builder().users(3).page_size(2).next_link_base(elsewhere).start().await.unwrap();
    let first = page(&emulator, "").await;
    let href = first["_links"]["next"]["href"].as_str().unwrap();
    assert!(href.starts_with(&format!("{elsewhere}/environments/{}/users?", emulator.environment_id())), "{href}");
    assert!(first["_links"]["self"]["href"].as_str().unwrap().starts_with(emulator.api_url()));
    assert_eq!(users(&page(&emulator, &next(&first).unwrap()).await).len(), 1);
}

#[tokio::test]
async fn both_locks_show_in_the_account() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    let account = || async { read(&emulator, user).await["account"].clone() };
    let password_only = json!({ "canAuthenticate": false, "status": "LOCKED", "secondsUntilUnlock": 900 });
    assert_eq!(account().await, password_only);

    let end = Utc::now() + TimeDelta::hours(1);
    assert!(emulator.lock_account_until(user, end));
    let both = account().await;
    assert_eq!(both["status"], "LOCKED");
    assert!(both["lockedAt"].is_string());
    assert_eq!(both["unlockAt"], end.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
    assert!((3500..=3600).contains(&both["secondsUntilUnlock"].as_i64().unwrap()), "{both}");

    // Each unlock opens one lock.
    assert_eq!(unlock_account(&emulator, user, UNLOCK_ACCOUNT).await.json()["account"], password_only);
    assert_eq!(post(&emulator, user, &[UNLOCK]).await.status, 200);
    assert_eq!(account().await, json!({ "canAuthenticate": true, "status": "OK" }));

    // A lock that has ended is none, and a disabled user can't authenticate.
    assert!(emulator.lock_account_until(user, Utc::now() - TimeDelta::seconds(1)));
    assert!(emulator.set_enabled(user, false));
    assert_eq!(account().await, json!({ "canAuthenticate": false, "status": "OK" }));
}

#[tokio::test]
async fn a_password_lockout_can_be_hidden_in_the_account() {
    let emulator = Emulator::builder().lockout_in_account(false).start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    assert_eq!(read(&emulator, user).await["account"], json!({ "canAuthenticate": true, "status": "OK" }));
    assert!(emulator.lock_account(user));
    assert_eq!(read(&emulator, user).await["account"]["status"], "LOCKED");
}

#[tokio::test]
async fn the_status_of_the_password_can_be_embedded() {
    let emulator = Emulator::builder().embed_password(true).start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    let embedded = json!({ "password": { "status": "PASSWORD_LOCKED_OUT" } });
    assert_eq!(read(&emulator, user).await["_embedded"], embedded);
    assert_eq!(users(&page(&emulator, "").await)[0]["_embedded"], embedded);
    let path = format!("{}/{user}?expand=population", users_path(&emulator));
    let both = get(&emulator, &path).await.json()["_embedded"].clone();
    assert_eq!((&both["password"], both["population"].is_object()), (&embedded["password"], true));
}

#[tokio::test]
async fn an_account_unlock_leaves_the_password_and_emits_one_event() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    assert_eq!(unlock_account(&emulator, user, UNLOCK_ACCOUNT).await.status, 200);
    assert_eq!((emulator.account_unlocks(user), emulator.unlocks(user)), (1, 0));
    assert_eq!(emulator.events(), [], "the account had no lock of its own");

    assert!(emulator.lock_account(user));
    let reply = unlock_account(&emulator, user, &format!("{UNLOCK_ACCOUNT}; charset=utf-8")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["id"], user.to_string());
    let events: Vec<_> = emulator.events().iter().map(|event| (event.kind, event.user)).collect();
    assert_eq!(events, [(EventKind::UserUnlocked, user)]);
    assert_eq!(emulator.status(user), Some(Status::PasswordLockedOut));
    assert_eq!(emulator.user(user).unwrap().account_lock, None);
    assert!(emulator.requests().iter().all(|request| request.applied));
}

#[tokio::test]
async fn a_token_for_one_population_sees_no_other_users() {
    let emulator = Emulator::builder().users(10).page_size(3).start().await.unwrap();
    let (seen, unseen) = (emulator.users()[0].0, emulator.users()[1].0);
    let population = emulator.user(seen).unwrap().population;
    let token = emulator.issue_access_token(Role::IdentityDataReadOnly, Some(population));
    let headers = [("Authorization", format!("Bearer {token}")), ("Content-Type", UNLOCK_ACCOUNT.to_owned())];
    let path = users_path(&emulator);

    let first = send(&emulator, "GET", &path, &headers, b"").await.json();
    let rest = send(&emulator, "GET", &format!("{path}{}", next(&first).unwrap()), &headers, b"").await.json();
    assert_eq!((first["count"].as_u64(), first["size"].as_u64(), rest["size"].as_u64()), (Some(5), Some(3), Some(2)));
    for user in users(&first).iter().chain(users(&rest)) {
        assert_eq!(user["population"]["id"], population.to_string());
    }
    let hidden = emulator.username(unseen).unwrap();
    let filter = format!("{path}?filter=username+eq+%22{hidden}%22");
    assert_eq!(users(&send(&emulator, "GET", &filter, &headers, b"").await.json()), [json!(null); 0]);
    send(&emulator, "GET", &format!("{path}/{unseen}"), &headers, b"").await.assert_error(404, "NOT_FOUND");
    let reply = send(&emulator, "POST", &format!("{path}/{seen}"), &headers, b"").await;
    reply.assert_error(403, "ACCESS_FAILED");
}

#[tokio::test]
async fn other_media_types_methods_and_users() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::Ok);
    emulator.lock_account(user);
    for media_type in [UNLOCK, "application/json", "application/vnd.pingidentity.account.lock+json"] {
        let reply = unlock_account(&emulator, user, media_type).await;
        reply.assert_detail(415, "INVALID_REQUEST", "INVALID_VALUE", Some("Content-Type"));
    }
    assert_eq!(post(&emulator, user, &[UNLOCK_ACCOUNT]).await.status, 415, "another path's media type");
    assert!(emulator.user(user).unwrap().account_lock.is_some());

    let path = users_path(&emulator);
    let reply = send(&emulator, "POST", &path, &[bearer(&emulator)], b"").await;
    reply.assert_error(405, "INVALID_REQUEST");
    let reply = send(&emulator, "DELETE", &format!("{path}/{user}"), &[bearer(&emulator)], b"").await;
    reply.assert_error(405, "INVALID_REQUEST");
    assert_eq!(reply.header("Allow"), "GET, POST");
    get(&emulator, &format!("{path}/{}", Uuid::from_u128(7))).await.assert_error(404, "NOT_FOUND");
    get(&emulator, &format!("{path}/maria")).await.assert_detail(
        400,
        "INVALID_REQUEST",
        "INVALID_VALUE",
        Some("userId"),
    );
    let reply = send(&emulator, "GET", &path, &[], b"").await;
    reply.assert_detail(401, "ACCESS_FAILED", "INVALID_TOKEN", None);
    let elsewhere = format!("/v1/environments/{}/users", Uuid::from_u128(7));
    get(&emulator, &elsewhere).await.assert_error(403, "ACCESS_FAILED");
}
