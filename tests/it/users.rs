//! Finding users by name, and unlocking accounts: the client against the emulator.

use std::time::Duration;

use pingone_password::{
    Attribute, Client, ErrorKind, Filter, FindUserError, OnUnknownOutcome, Outcome, RetryPolicy, UserId, UserKey,
};
use pingone_password_emulator::{Emulator, Fault, NewUser, Operation, Role, Status};
use proptest::prelude::*;
use recorder::Recorder;

use crate::{Result, builder};

/// Names that a filter or a URL could misread.
const ODD_NAMES: &[&str] = &[
    r#"say "hi""#,
    r"back\slash",
    r#"both\""#,
    "a+b",
    "a b",
    "a&filter=x",
    "a#b",
    "100%",
    "%20",
    "a=b;c?d/e",
    "🦀 crab",
    "Ünïcödé",
    r#"x" or username sw ""#,
    "(x)",
    "[x]",
];

fn client_of(emulator: &Emulator) -> Result<Client> {
    let client = Client::builder(emulator.environment_id().into())
        .base_url(emulator.api_url())
        .access_token(emulator.access_token())
        .retry(RetryPolicy::none());
    Ok(client.build()?)
}

async fn usernames(mut users: pingone_password::UserStream) -> Result<Vec<String>> {
    let mut names = vec![];
    while let Some(user) = users.next().await {
        names.push(user?.username.unwrap_or_default());
    }
    names.sort();
    Ok(names)
}

#[tokio::test]
async fn odd_names_find_their_own_user_only() -> Result {
    let emulator = Emulator::start().await?;
    let client = client_of(&emulator)?;
    let mut ids = vec![];
    for name in ODD_NAMES {
        ids.push(UserId::from(emulator.add(NewUser::new(Status::Ok).username(*name).email(format!("{name}@x")))?));
    }
    for (name, id) in ODD_NAMES.iter().zip(&ids) {
        for key in
            [UserKey::username(*name), UserKey::username(name.to_uppercase()), UserKey::email(format!("{name}@x"))]
        {
            assert_eq!(client.find_user(key.clone()).await?.user_id, *id, "{key}");
        }
        assert_eq!(usernames(client.users().username(name).stream()).await?, [*name]);
    }
    Ok(())
}

#[tokio::test]
async fn a_filter_is_percent_encoded_without_plus_signs() -> Result {
    let recorder = Recorder::with(200, &[("content-type", "application/json")], r#"{"size":0}"#).await?;
    let client = builder(recorder.url()).build()?;
    let filter = Filter::username(r#"a+b "\ &#%🦀"#).and(Filter::starts_with(Attribute::FamilyName, "d e"));
    assert!(client.users().filter(filter).limit(7).stream().next().await.is_none());
    let requests = recorder.requests();
    let (_, query) = requests[0].target.split_once('?').unwrap_or_default();
    assert_eq!(
        query,
        "filter=%28username%20eq%20%22a%2Bb%20%5C%22%5C%5C%20%26%23%25%F0%9F%A6%80%22%20and%20\
         name.family%20sw%20%22d%20e%22%29&limit=7"
    );
    Ok(())
}

#[tokio::test]
async fn all_pages_are_read_and_no_other_host_is_asked() -> Result {
    let decoy = Recorder::with(200, &[], "{}").await?;
    let emulator = Emulator::builder().users(25).page_size(4).next_link_base(decoy.url()).start().await?;
    let client = client_of(&emulator)?;
    let mut users = client.users().limit(10).stream();
    let mut ids = vec![];
    while let Some(user) = users.next().await {
        ids.extend(user?.id);
    }
    let expected: Vec<_> = emulator.users().into_iter().map(|(id, _)| id).collect();
    ids.sort();
    assert_eq!(ids, expected);
    assert_eq!((users.request_count(), emulator.requests().len()), (7, 7));
    assert!(decoy.requests().is_empty(), "{:?}", decoy.requests());
    Ok(())
}

/// A server whose pages are all the same.
async fn same_page(body: &str) -> Result<(Recorder, Client)> {
    let recorder = Recorder::with(200, &[("content-type", "application/hal+json")], body).await?;
    let client = builder(recorder.url()).build()?;
    Ok((recorder, client))
}

#[tokio::test]
async fn a_repeated_cursor_ends_the_stream() -> Result {
    let page = r#"{"_embedded":{"users":[{"username":"a"}]},"_links":{"next":{"href":"?cursor=same"}}}"#;
    let (recorder, client) = same_page(page).await?;
    assert_eq!(usernames(client.users().stream()).await?, ["a", "a"]);
    assert_eq!(recorder.requests().len(), 2);
    Ok(())
}

#[tokio::test]
async fn an_empty_page_with_a_next_one_is_not_the_end() -> Result {
    let page = r#"{"_embedded":{"users":[]},"_links":{"next":{"href":"https://elsewhere/?cursor=2"}}}"#;
    let (recorder, client) = same_page(page).await?;
    assert_eq!(usernames(client.users().stream()).await?, [""; 0]);
    let requests = recorder.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[1].target.ends_with("/users?cursor=2"), "{:?}", requests[1]);
    Ok(())
}

#[tokio::test]
async fn what_is_not_a_page_of_users_is_no_proof_of_absence() -> Result {
    for body in [
        "{}",
        r#"{"status":"ok"}"#,
        r#"{"_embedded":{"users":[null]}}"#,
        r#"{"_embedded":{"users":[]},"_links":{"next":{"href":"https://elsewhere/"}}}"#,
        "[]",
        "<html>",
    ] {
        let (_recorder, client) = same_page(body).await?;
        match client.find_user(UserKey::username("maria")).await {
            Err(FindUserError::Read(error)) => assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}"),
            other => panic!("{body}: {other:?}"),
        }
    }
    Ok(())
}

#[tokio::test]
async fn wrong_person_two_persons_and_nobody() -> Result {
    // A server that ignores the filter.
    let page =
        r#"{"_embedded":{"users":[{"id":"c3042000-188f-4bc7-a269-dee1602cf7af","username":"mario"}]},"_links":{}}"#;
    let (_recorder, client) = same_page(page).await?;
    let error = client.find_user(UserKey::username("maria")).await.unwrap_err();
    assert_eq!(error.to_string(), r#"no user has the username "maria", or none that this role may see"#);

    let page = r#"{"_embedded":{"users":[{"username":"MARIA"}]},"_links":{}}"#;
    let (_recorder, client) = same_page(page).await?;
    let error = client.find_user(UserKey::username("maria")).await.unwrap_err();
    assert_eq!(error.to_string(), r#"the server sent a user with the username "maria", but without an ID"#);

    let emulator = Emulator::start().await?;
    let client = client_of(&emulator)?;
    for name in ["first", "second"] {
        emulator.add(NewUser::new(Status::Ok).username(name).email("shared@example.com"))?;
    }
    let error = client.find_user(UserKey::email("Shared@Example.com")).await.unwrap_err();
    let FindUserError::Ambiguous { candidates, .. } = &error else { panic!("{error}") };
    let mut listed: Vec<_> = candidates.iter().map(|found| found.user.username.clone().unwrap_or_default()).collect();
    listed.sort();
    assert_eq!(listed, ["first", "second"]);
    assert!(error.to_string().starts_with(r#"2 users have the email address "Shared@Example.com": "#), "{error}");
    assert!(matches!(client.find_user(UserKey::username("third")).await, Err(FindUserError::NotFound { .. })));
    Ok(())
}

#[tokio::test]
async fn an_invisible_person_is_not_found() -> Result {
    let emulator = Emulator::start().await?;
    let (mine, other) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
    emulator.add(NewUser::new(Status::Ok).username("maria").population(other))?;
    let client = Client::builder(emulator.environment_id().into())
        .base_url(emulator.api_url())
        .access_token(emulator.issue_access_token(Role::IdentityDataAdmin, Some(mine)))
        .build()?;
    let error = client.find_user(UserKey::username("maria")).await.unwrap_err();
    assert!(error.to_string().ends_with("or none that this role may see"), "{error}");
    assert!(client_of(&emulator)?.find_user(UserKey::username("maria")).await.is_ok());
    Ok(())
}

/// Letters in both cases, and what filters and URLs give a meaning to.
fn name() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            proptest::sample::select(vec!['"', '\\', '+', '&', '#', '%', ' ', '(', ')', 'a', 'A', 'ß', 'Ä', '🦀']),
            any::<char>().prop_filter("usernames have no control characters", |c| !c.is_control()),
        ],
        1..6,
    )
    .prop_map(|characters| characters.into_iter().collect())
}

/// The client against the emulator, two independent readings of SCIM.
#[test]
fn no_name_matches_another_user() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let emulator = runtime.block_on(Emulator::builder().recording(false).start()).unwrap();
    let client = client_of(&emulator).unwrap();
    let same = |a: &str, b: &str| {
        let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
        lower(a) == lower(b)
    };
    proptest!(ProptestConfig::with_cases(150), |(names in proptest::collection::vec(name(), 1..4), asked in name())| {
        let added: Vec<_> = names
            .iter()
            .filter_map(|name| Some((name, emulator.add(NewUser::new(Status::Ok).username(name)).ok()?)))
            .collect();
        for name in names.iter().chain([&asked]) {
            let found = runtime.block_on(client.find_user(UserKey::username(name)));
            match (added.iter().find(|(added, _)| same(added, name)), found) {
                (Some((_, id)), Ok(found)) => prop_assert_eq!(UserId::from(*id), found.user_id),
                (None, Err(FindUserError::NotFound { .. })) => {}
                (expected, found) => prop_assert!(false, "{:?}: expected {:?}, found {:?}", name, expected, found),
            }
            for filter in [Filter::starts_with(Attribute::Username, name), Filter::username(name).or(Filter::email(name))] {
                let found = runtime.block_on(usernames(client.users().filter(filter.clone()).stream())).unwrap();
                let is_start = filter.to_string().contains(" sw ");
                for username in found {
                    let start: String = username.chars().take(name.chars().count()).collect();
                    prop_assert!(same(if is_start { &start } else { &username }, name), "{}: {}", filter, username);
                }
            }
        }
        for (_, id) in added {
            emulator.remove_user(id);
        }
    });
}

#[tokio::test]
async fn an_account_is_unlocked_once() -> Result {
    let emulator = Emulator::start().await?;
    let id = emulator.add_user(Status::Ok);
    emulator.lock_account(id);
    let response = client_of(&emulator)?.unlock_account(id.into()).with_response().await?;
    assert_eq!((emulator.account_unlocks(id), emulator.unlocks(id)), (1, 0));
    assert_eq!((response.request_count(), response.confirmed_by_read()), (1, false));
    assert_eq!(response.value().as_ref().and_then(|user| user.id), Some(id));
    Ok(())
}

/// Each fault leaves the outcome of the first request unknown, and a policy decides what follows.
#[tokio::test]
async fn an_account_unlock_with_an_unknown_outcome_is_checked_by_reading_the_user() -> Result {
    for (fault, was_applied) in [(Fault::ResetAfter, true), (Fault::ResetBefore, false)] {
        for policy in [OnUnknownOutcome::CheckFirst, OnUnknownOutcome::Fail, OnUnknownOutcome::Retry] {
            let emulator = Emulator::start().await?;
            let id = emulator.add_user(Status::Ok);
            emulator.lock_account(id);
            emulator.inject_for(Operation::UnlockAccount, [fault]);
            let client = Client::builder(emulator.environment_id().into())
                .base_url(emulator.api_url())
                .access_token(emulator.access_token())
                .retry(RetryPolicy::default().on_unknown_outcome(policy))
                .sleep(|_| std::future::ready(()))
                .build()?;
            let result = client.unlock_account(id.into()).with_response().await;
            let sent = emulator.requests().len();
            match (policy, result) {
                (OnUnknownOutcome::Fail, Err(error)) => {
                    assert_eq!((error.outcome(), error.request_count(), sent), (Outcome::Unknown, 1, 1));
                }
                (OnUnknownOutcome::CheckFirst, Ok(response)) => {
                    let requests = if was_applied { 2 } else { 3 };
                    assert_eq!((response.confirmed_by_read(), sent), (was_applied, requests));
                    assert_eq!(response.request_count() as usize, sent);
                    assert_eq!(emulator.account_unlocks(id), 1);
                }
                (OnUnknownOutcome::Retry, Ok(response)) => {
                    assert_eq!((response.confirmed_by_read(), response.request_count(), sent), (false, 2, 2));
                }
                (_, other) => panic!("{fault:?} {policy:?}: {other:?}"),
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_account_unlock_stays_unknown_if_the_user_cannot_be_read() -> Result {
    let emulator = Emulator::start().await?;
    let id = emulator.add_user(Status::Ok);
    emulator.lock_account(id);
    emulator.inject_for(Operation::UnlockAccount, [Fault::ResetAfter]);
    emulator.inject_for(Operation::ReadUser, [Fault::OtherJson]);
    let client = Client::builder(emulator.environment_id().into())
        .base_url(emulator.api_url())
        .access_token(emulator.access_token())
        .build()?;
    let error = client.unlock_account(id.into()).await.unwrap_err();
    assert_eq!((error.outcome(), error.request_count()), (Outcome::Unknown, 2));
    assert_eq!(
        error.state_check_error().map(pingone_password::Error::kind),
        Some(ErrorKind::InvalidResponse),
        "{error}"
    );
    assert_eq!(emulator.account_unlocks(id), 1);
    Ok(())
}

#[tokio::test]
async fn another_user_is_not_taken_for_the_one_who_was_asked_for() -> Result {
    let emulator = Emulator::start().await?;
    let id = emulator.add_user(Status::Ok);
    emulator.inject_for(Operation::ReadUser, [Fault::OtherUser]);
    let client = Client::builder(emulator.environment_id().into())
        .base_url(emulator.api_url())
        .access_token(emulator.access_token())
        .retry(RetryPolicy::none())
        .build()?;
    let error = client.send(pingone_password::requests::ReadUser::new(id)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
    assert!(error.to_string().contains("another user"), "{error}");
    Ok(())
}

#[tokio::test]
async fn external_ids_are_on_every_request() -> Result {
    let emulator = Emulator::start().await?;
    let id = emulator.add_user(Status::PasswordLockedOut);
    let credentials = pingone_password::ClientCredentials::new(emulator.client_id(), emulator.client_secret())
        .auth_url(emulator.auth_url())
        .environment(emulator.worker_environment_id().into());
    let client = Client::builder(emulator.environment_id().into())
        .base_url(emulator.api_url())
        .client_credentials(credentials)
        .external_transaction_id("incident-4711/run.1".parse()?)
        .external_session_id("a@b=c#d+e_f".parse()?)
        .build()?;
    client.unlock_password(id.into()).await?;
    client.read_password_state(id.into()).await?;
    assert!(client.users().stream().next().await.is_some());
    for request in emulator.requests() {
        assert_eq!(request.header("X-Ping-External-Transaction-Id"), ["incident-4711/run.1"], "{request:?}");
        assert_eq!(request.header("X-Ping-External-Session-Id"), ["a@b=c#d+e_f"], "{request:?}");
    }
    // Token requests have them, too.
    assert_eq!((emulator.requests().len(), emulator.token_requests()), (4, 1));
    Ok(())
}

#[test]
fn an_external_id_that_the_server_would_change_is_rejected() {
    for invalid in ["", "a b", "a\nb", "a:b", "ü", "🦀", "a\"", &"x".repeat(101)] {
        assert!(invalid.parse::<pingone_password::ExternalTransactionId>().is_err(), "{invalid:?}");
        assert!(invalid.parse::<pingone_password::ExternalSessionId>().is_err(), "{invalid:?}");
    }
    for valid in ["a", "A-Z.0_9/@=#+", &"x".repeat(100)] {
        assert_eq!(
            valid
                .parse::<pingone_password::ExternalTransactionId>()
                .as_ref()
                .map(pingone_password::ExternalTransactionId::as_str),
            Ok(valid)
        );
    }
}

#[tokio::test]
async fn a_page_is_retried_like_any_read() -> Result {
    let emulator = Emulator::builder().users(6).page_size(3).start().await?;
    emulator.inject_for(Operation::ReadUsers, [None, Some(Fault::ResetBefore)]);
    let client = Client::builder(emulator.environment_id().into())
        .base_url(emulator.api_url())
        .access_token(emulator.access_token())
        .retry(RetryPolicy::default().base_delay(Duration::from_millis(1)))
        .build()?;
    let mut users = client.users().stream();
    let mut count = 0;
    while let Some(user) = users.next().await {
        user?;
        count += 1;
    }
    assert_eq!((count, users.request_count()), (6, 3));
    Ok(())
}
