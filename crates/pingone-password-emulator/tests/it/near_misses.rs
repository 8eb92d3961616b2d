//! Requests that are almost an operation, and what the emulator says of them.

use pingone_password_emulator::{Emulator, Operation, Status};

use crate::wire::{UNLOCK, bearer, password_path, send, users_path};

/// What the emulator says of a request, which the journal and the response have to agree on.
async fn near_miss(
    emulator: &Emulator,
    method: &str,
    target: &str,
    headers: &[(&str, String)],
    body: &[u8],
) -> (u16, Option<Operation>, String) {
    let reply = send(emulator, method, target, headers, body).await;
    let recorded = emulator.requests().pop().unwrap();
    let said = recorded.near_miss.unwrap_or_default();
    assert_eq!(reply.all("X-Emulator-Near-Miss").concat(), said);
    assert_eq!(reply.has("X-Emulator-Near-Miss"), !said.is_empty());
    (reply.status, recorded.operation, said)
}

#[tokio::test]
async fn an_operation_is_no_near_miss() {
    let emulator = Emulator::start().await.unwrap();
    let path = password_path(&emulator, emulator.add_user(Status::PasswordLockedOut));
    let unlock = [bearer(&emulator), ("Content-Type", format!("{}; charset=UTF-8", UNLOCK.to_uppercase()))];
    for (method, target, headers, operation) in [
        ("GET", path.clone(), &unlock[..1], Operation::Read),
        ("GET", path.clone() + "?expand=passwordPolicy", &unlock[..1], Operation::Read),
        ("POST", path, &unlock[..], Operation::Unlock),
    ] {
        let (status, named, said) = near_miss(&emulator, method, &target, headers, b"").await;
        assert_eq!((status, named, said.as_str()), (200, Some(operation), ""));
    }
}

#[tokio::test]
async fn a_wrong_content_type_is_explained() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    let path = password_path(&emulator, user);
    let needs = format!("an unlock needs `{UNLOCK}`");
    let cases: [(&[&str], &[u8], String); 13] = [
        (&[], b"", format!("POST without `Content-Type`: {needs}")),
        (&[""], b"", format!("POST with an empty `Content-Type`: {needs}")),
        (
            &["application/json"],
            b"",
            format!("`application/json`, which a client's generator or HTTP library sends by default: {needs}"),
        ),
        (
            &["application/json; charset=utf-8"],
            b"null",
            format!(
                "`application/json; charset=utf-8`, which a client's generator or HTTP library sends by default: {needs}; \
                 a body of `null`, as a generated client sends it for an operation without a body: an unlock has no body"
            ),
        ),
        (
            &["application/x-www-form-urlencoded"],
            b"",
            format!("`application/x-www-form-urlencoded`, which `curl --data` and HTML forms send by default: {needs}"),
        ),
        (
            &[UNLOCK, "application/json"],
            b"",
            format!("two `Content-Type` headers, `{UNLOCK}` and `application/json`: {needs} alone"),
        ),
        (
            &["a/b", "c/d", "e/f", "g/h"],
            b"",
            format!("4 `Content-Type` headers, `a/b` and `c/d` and `e/f`: {needs} alone"),
        ),
        (&["a/b, c/d"], b"", format!("two media types in one `Content-Type`, `a/b, c/d`: {needs} alone")),
        (
            &["application/vnd.pingidentity.password.unlock"],
            b"",
            format!("`application/vnd.pingidentity.password.unlock` lacks `+json`: {needs}"),
        ),
        (
            &["application/vnd.pingidentity.password.unlocked+json"],
            b"",
            format!("`application/vnd.pingidentity.password.unlocked+json` is misspelt: {needs}"),
        ),
        (
            &["application/vnd.pingidentity.password.check+json"],
            b"",
            format!(
                "`application/vnd.pingidentity.password.check+json` names another operation, which the emulator does not \
                 support: {needs}"
            ),
        ),
        (
            &["application/vnd.pingidentity.account.unlock+json"],
            b"",
            format!(
                "`application/vnd.pingidentity.account.unlock+json` unlocks the account, on the path of the user: for the \
                 password, {needs}"
            ),
        ),
        (&["text/plain"], b"", format!("`text/plain` names no operation on a password: {needs}")),
    ];
    for (content_types, body, expected) in cases {
        let mut headers = vec![bearer(&emulator)];
        headers.extend(content_types.iter().map(|value| ("Content-Type", (*value).to_owned())));
        let (status, operation, said) = near_miss(&emulator, "POST", &path, &headers, body).await;
        assert_eq!((status, operation, said), (415, None, expected));
    }
    assert_eq!(emulator.status(user), Some(Status::PasswordLockedOut));
}

#[tokio::test]
async fn an_unlock_with_a_body_is_carried_out_and_pointed_out() {
    let emulator = Emulator::start().await.unwrap();
    let path = password_path(&emulator, emulator.add_user(Status::PasswordLockedOut));
    let headers = [bearer(&emulator), ("Content-Type", UNLOCK.to_owned())];
    for (body, expected) in [
        (
            &b" null\n"[..],
            "a body of `null`, as a generated client sends it for an operation without a body: an unlock has no body",
        ),
        (b"{}", "a body of 2 bytes: an unlock has no body"),
    ] {
        let (status, operation, said) = near_miss(&emulator, "POST", &path, &headers, body).await;
        assert_eq!((status, operation), (200, Some(Operation::Unlock)));
        assert_eq!(said, format!("{expected} (the emulator ignores it)"));
    }
}

#[tokio::test]
async fn a_wrong_method_is_explained() {
    let emulator = Emulator::start().await.unwrap();
    let path = password_path(&emulator, emulator.add_user(Status::PasswordLockedOut));
    let unlock = [bearer(&emulator), ("Content-Type", UNLOCK.to_owned())];
    for (method, headers, expected) in [
        ("PUT", &unlock[..], "`PUT` with the unlock's media type: an unlock is a POST"),
        ("PATCH", &unlock[..1], "`PATCH` is no operation on a password: an unlock is a POST, a read a GET"),
        ("post", &unlock[..], "method `post`: methods are case-sensitive, so write POST"),
    ] {
        let (status, operation, said) = near_miss(&emulator, method, &path, headers, b"").await;
        assert_eq!((status, operation, said.as_str()), (405, None, expected));
    }
    let (status, operation, said) = near_miss(&emulator, "GET", &path, &unlock, b"").await;
    assert_eq!((status, operation), (200, Some(Operation::Read)));
    assert_eq!(said, format!("GET with `Content-Type: {UNLOCK}` reads the password state: an unlock is a POST"));
    let (_, _, said) = near_miss(&emulator, "GET", "/e/as/token", &[], b"").await;
    assert_eq!(said, "`GET` on the token endpoint: an access token is requested by POST");
}

#[tokio::test]
async fn a_wrong_path_is_explained() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    let path = password_path(&emulator, user);
    let environment = emulator.environment_id();
    let the_path = "the path is `/v1/environments/{environmentId}/users/{userId}/password`";
    let cases = [
        (path.replacen("/v1", "", 1), format!("`/v1` is missing: {the_path}")),
        (format!("/v1{path}"), format!("`/v1` is doubled: {the_path}")),
        (format!("{path}s"), format!("`passwords`: {the_path}")),
        (format!("{path}/"), "a slash too many in the path".to_owned()),
        (format!("/{path}"), "a slash too many in the path".to_owned()),
        (path.replace("/users/", "/Users/"), "`Users`: paths are case-sensitive, so write `users`".to_owned()),
        (format!("/v1/{environment}/as/token"), {
            "`/v1` in front of the token endpoint: its path is `/{environmentId}/as/token`".to_owned()
        }),
        ("/as/token".to_owned(), {
            "no environment in the path of the token endpoint: it is `/{environmentId}/as/token`".to_owned()
        }),
    ];
    let headers = [bearer(&emulator), ("Content-Type", UNLOCK.to_owned())];
    for (path, expected) in cases {
        let (status, operation, said) = near_miss(&emulator, "POST", &path, &headers, b"").await;
        assert_eq!((status, operation, said), (403, None, expected), "{path}");
    }
    let placeholder = format!("/v1/environments/{environment}/users/{{{{userID}}}}/password");
    let (status, _, said) = near_miss(&emulator, "POST", &placeholder, &headers, b"").await;
    assert_eq!((status, said.as_str()), (400, "the placeholder of the user ID was not filled in: `{{userID}}`"));
    let (status, _, said) = near_miss(&emulator, "POST", &path.replace(&user.to_string(), "ada"), &headers, b"").await;
    assert_eq!((status, said.as_str()), (400, "the user ID is not a UUID: `ada`"));
    let (status, _, said) = near_miss(&emulator, "POST", &path.replace(&user.to_string(), ""), &headers, b"").await;
    assert_eq!((status, said), (400, format!("the user ID is empty: {the_path}")));
    let (status, operation, said) = near_miss(&emulator, "GET", "/nothing/like/it", &[], b"").await;
    assert_eq!((status, operation, said.as_str()), (403, None, ""));
}

#[tokio::test]
async fn an_unusable_authorization_is_explained_without_its_value() {
    let emulator = Emulator::start().await.unwrap();
    let path = password_path(&emulator, emulator.add_user(Status::PasswordLockedOut));
    let needs = "the API needs `Authorization: Bearer ACCESS_TOKEN`";
    let cases: [(&[&str], String); 7] = [
        (&[], format!("no `Authorization`: {needs}")),
        (&["Bearer s3cret", "Bearer s3cret"], "two `Authorization` headers: exactly one is allowed".to_owned()),
        (&["s3cret"], format!("an `Authorization` without the scheme `Bearer`: {needs}")),
        (&["Basic s3cret"], format!("`Authorization: Basic`, which only the token endpoint accepts: {needs}")),
        (&["Bearer"], format!("`Authorization: Bearer` without a token: {needs}")),
        (&["Bearer {{accessToken}}"], "a placeholder in `Authorization` was not filled in".to_owned()),
        (&["Bearer Bearer s3cret"], "more than a token after `Bearer` in `Authorization`".to_owned()),
    ];
    for (values, expected) in cases {
        let headers: Vec<_> = values.iter().map(|value| ("Authorization", (*value).to_owned())).collect();
        let (status, operation, said) = near_miss(&emulator, "GET", &path, &headers, b"").await;
        assert_eq!((status, operation, said), (401, Some(Operation::Read), expected));
    }
    let (status, _, said) =
        near_miss(&emulator, "GET", &path, &[("Authorization", "Bearer unknown".to_owned())], b"").await;
    assert_eq!((status, said.as_str()), (401, ""));
}

#[tokio::test]
async fn hostile_values_are_cut_and_made_visible() {
    let emulator = Emulator::start().await.unwrap();
    let path = password_path(&emulator, emulator.add_user(Status::PasswordLockedOut));
    let value = "é".repeat(5_000);
    let reply = send(&emulator, "POST", &path, &[bearer(&emulator), ("Content-Type", value)], b"").await;
    let said = emulator.requests()[0].near_miss.clone().unwrap();
    assert!(said.starts_with(&format!("`{}…` names no operation", "é".repeat(100))), "{said}");
    assert!(reply.header("X-Emulator-Near-Miss").starts_with(&format!("`{}` names", "?".repeat(101))));
}

#[tokio::test]
async fn requests_on_users_are_told_apart() {
    const UNLOCK_ACCOUNT: &str = "application/vnd.pingidentity.account.unlock+json";
    let emulator = Emulator::start().await.unwrap();
    let users = users_path(&emulator);
    let user = format!("{users}/{}", emulator.add_user(Status::Ok));
    let with = |media_type: &str| vec![bearer(&emulator), ("Content-Type", media_type.to_owned())];
    let needed = format!("an account unlock needs `{UNLOCK_ACCOUNT}` alone");
    let on_password =
        format!("`{UNLOCK}` unlocks the password, on the path of the password: for the account, {needed}");
    for (method, path, headers, status, operation, said) in [
        ("GET", &users, vec![bearer(&emulator)], 200, Some(Operation::ReadUsers), String::new()),
        ("GET", &user, vec![bearer(&emulator)], 200, Some(Operation::ReadUser), String::new()),
        ("POST", &user, with(UNLOCK_ACCOUNT), 200, Some(Operation::UnlockAccount), String::new()),
        ("POST", &user, with(UNLOCK), 415, None, on_password),
        ("POST", &user, vec![bearer(&emulator)], 415, None, format!("POST on a user with no `Content-Type`: {needed}")),
        ("POST", &user, with("text/plain"), 415, None, format!("POST on a user with `text/plain`: {needed}")),
        ("PUT", &user, with(UNLOCK_ACCOUNT), 405, None, String::new()),
        ("GET", &format!("{users}/"), vec![bearer(&emulator)], 403, None, "a slash too many in the path".to_owned()),
    ] {
        let found = near_miss(&emulator, method, path, &headers, b"").await;
        assert_eq!(found, (status, operation, said), "{method} {path}");
    }
}
