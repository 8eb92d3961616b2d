//! The checks in front of the operations, and the read.

use pingone_password_emulator::{Emulator, Status};
use serde_json::json;
use uuid::Uuid;

use crate::wire::{UNLOCK, bearer, password_path, post, read, send, users_path};

/// The gateway's message for an unknown path with an `Authorization`.
const WITH_TOKEN: &str = "Invalid key=value pair (missing equal-sign) in Authorization header.";

#[tokio::test]
async fn without_a_valid_access_token_401() {
    let emulator = Emulator::start().await.unwrap();
    let path = password_path(&emulator, emulator.add_user(Status::Ok));
    let authorization = |value: String| vec![("Authorization", value)];
    let token = emulator.access_token();
    for headers in [
        vec![],
        authorization("Bearer".to_owned()),
        authorization("Bearer wrong".to_owned()),
        authorization(format!("Basic {token}")),
        authorization(token.to_owned()),
        vec![bearer(&emulator), bearer(&emulator)],
    ] {
        let reply = send(&emulator, "GET", &path, &headers, b"").await;
        reply.assert_detail(401, "ACCESS_FAILED", "INVALID_TOKEN", None);
    }
    let lower_case = authorization(format!("bearer {token}"));
    assert_eq!(send(&emulator, "GET", &path, &lower_case, b"").await.status, 200);
}

#[tokio::test]
async fn another_environment_403() {
    let emulator = Emulator::start().await.unwrap();
    let other = Uuid::from_u128(7);
    let path = format!("/v1/environments/{other}/users/not-a-uuid/password");
    let reply = send(&emulator, "GET", &path, &[bearer(&emulator)], b"").await;
    reply.assert_detail(403, "ACCESS_FAILED", "INSUFFICIENT_PERMISSIONS", Some("environmentId"));
}

#[tokio::test]
async fn an_id_that_is_not_a_uuid_400() {
    let emulator = Emulator::start().await.unwrap();
    let (environment, user) = (emulator.environment_id(), emulator.add_user(Status::Ok));
    let simple = user.simple().to_string();
    for (environment, user, target) in [
        ("nowhere", user.to_string().as_str(), "environmentId"),
        ("%ff", user.to_string().as_str(), "environmentId"),
        (environment.to_string().as_str(), "", "userId"),
        (environment.to_string().as_str(), "nobody", "userId"),
        (environment.to_string().as_str(), simple.as_str(), "userId"),
    ] {
        let path = format!("/v1/environments/{environment}/users/{user}/password");
        let reply = send(&emulator, "GET", &path, &[bearer(&emulator)], b"").await;
        reply.assert_detail(400, "INVALID_REQUEST", "INVALID_VALUE", Some(target));
    }
    let upper_case = password_path(&emulator, user).replace(&user.to_string(), &user.to_string().to_uppercase());
    let reply = send(&emulator, "GET", &upper_case, &[bearer(&emulator)], b"").await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn an_unknown_user_404() {
    let emulator = Emulator::start().await.unwrap();
    let nobody = Uuid::from_u128(7);
    read(&emulator, nobody, "").await.assert_error(404, "NOT_FOUND");
    post(&emulator, nobody, &[UNLOCK]).await.assert_error(404, "NOT_FOUND");
}

#[tokio::test]
async fn another_method_405() {
    let emulator = Emulator::start().await.unwrap();
    let path = password_path(&emulator, emulator.add_user(Status::PasswordLockedOut));
    let headers = [bearer(&emulator), ("Content-Type", UNLOCK.to_owned())];
    for method in ["PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
        let reply = send(&emulator, method, &path, &headers, b"").await;
        reply.assert_error(405, "INVALID_REQUEST");
        assert_eq!(reply.header("Allow"), "GET, POST");
    }
    let head = send(&emulator, "HEAD", &path, &headers, b"").await;
    assert_eq!((head.status, head.body.as_str()), (405, ""));
    assert_eq!(emulator.events(), []);
}

#[tokio::test]
async fn an_unknown_path_403() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::Ok);
    let path = password_path(&emulator, user);
    for path in
        ["/v1", "*", path.trim_start_matches("/v1"), &format!("{}/", users_path(&emulator)), &format!("{path}/")]
    {
        let method = if path == "*" { "OPTIONS" } else { "GET" };
        let reply = send(&emulator, method, path, &[bearer(&emulator)], b"").await;
        reply.assert_unknown_path(WITH_TOKEN);
        let reply = send(&emulator, method, path, &[], b"").await;
        reply.assert_unknown_path("Missing Authentication Token");
    }
}

#[tokio::test]
async fn another_expansion_400() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::Ok);
    for query in
        ["?expand=other", "?expand=", "?expand", "?expand=passwordPolicy,other", "?expand=passwordPolicy&expand=other"]
    {
        let reply = read(&emulator, user, query).await;
        reply.assert_detail(400, "INVALID_REQUEST", "INVALID_VALUE", Some("expand"));
        let inner = &reply.json()["details"][0]["innerError"];
        assert_eq!(*inner, json!({ "allowedValues": ["passwordPolicy"] }));
    }
    for query in ["?", "?filter=%ff&limit=many&order", "?Expand=other&anything=else"] {
        let reply = read(&emulator, user, query).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json().get("_embedded"), None);
    }
}

#[tokio::test]
async fn the_state_has_the_shape_of_the_vendors_example() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::NoPassword);
    let reply = read(&emulator, user, "").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("Content-Type"), "application/hal+json;charset=UTF-8");
    assert!(Uuid::try_parse(reply.header("Correlation-Id")).is_ok());

    let state = reply.json();
    let policy = state["passwordPolicy"]["id"].as_str().unwrap();
    let environment = format!("{}/environments/{}", emulator.api_url(), emulator.environment_id());
    let password = format!("{environment}/users/{user}/password");
    assert_eq!(
        state,
        json!({
            "_links": {
                "self": { "href": password },
                "environment": { "href": environment },
                "user": { "href": format!("{environment}/users/{user}") },
                "passwordPolicy": { "href": format!("{environment}/passwordPolicies/{policy}") },
                "password.check": { "href": password },
                "password.reset": { "href": password },
                "password.set": { "href": password },
                "password.recover": { "href": password },
            },
            "environment": { "id": emulator.environment_id() },
            "user": { "id": user },
            "passwordPolicy": { "id": policy },
            "status": "NO_PASSWORD",
            "lastChangedAt": "2019-01-08T20:18:31.264Z",
        })
    );
}

#[tokio::test]
async fn every_status_is_read_as_set() {
    let emulator = Emulator::start().await.unwrap();
    for status in Status::ALL {
        let state = read(&emulator, emulator.add_user(status), "").await.json();
        assert_eq!(state["status"], status.as_str());
        assert_eq!(status.as_str().parse(), Ok(status));
        let locked_out = status == Status::PasswordLockedOut;
        assert_eq!(state["secondsUntilUnlock"].as_u64(), locked_out.then_some(900));
        assert_eq!(state.get("lastChangedAt").is_none(), status == Status::External);
    }
    assert!("ok".parse::<Status>().is_err());
}

#[tokio::test]
async fn seconds_until_unlock_can_be_set_and_omitted() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::Ok);
    assert!(emulator.set_status(user, Status::PasswordLockedOut));
    assert!(emulator.set_seconds_until_unlock(user, Some(7)));
    assert_eq!(read(&emulator, user, "").await.json()["secondsUntilUnlock"], 7);
    assert!(emulator.set_seconds_until_unlock(user, None));
    assert_eq!(read(&emulator, user, "").await.json().get("secondsUntilUnlock"), None);

    let nobody = Uuid::from_u128(7);
    assert!(!emulator.set_status(nobody, Status::Ok));
    assert!(!emulator.set_seconds_until_unlock(nobody, None));
    assert!(!emulator.lock_account(nobody));
    assert_eq!(emulator.status(nobody), None);
}

#[tokio::test]
async fn the_policy_is_embedded_on_request() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::Ok);
    for query in ["?expand=passwordPolicy", "?expand=password%50olicy&expand=passwordPolicy"] {
        let state = read(&emulator, user, query).await.json();
        let policy = &state["_embedded"]["passwordPolicy"];
        assert_eq!(state["passwordPolicy"], json!({ "id": policy["id"] }));
        assert_eq!(state["_links"]["passwordPolicy"], policy["_links"]["self"]);
        assert_eq!(policy["environment"]["id"], state["environment"]["id"]);
        assert_eq!(policy["minCharacters"]["~!@#$%^&*()-_=+[]{}|;:,.<>/?"], 1);
        for name in [
            "/name",
            "/description",
            "/default",
            "/excludesProfileData",
            "/notSimilarToCurrent",
            "/excludesCommonlyUsed",
            "/maxAgeDays",
            "/minAgeDays",
            "/maxRepeatedCharacters",
            "/minUniqueCharacters",
            "/minComplexity",
            "/history/count",
            "/history/retentionDays",
            "/lockout/failureCount",
            "/lockout/durationSeconds",
            "/length/min",
            "/length/max",
            "/alphabetSequenceRule/maxLength",
            "/numberSequenceRule/maxLength",
            "/qwertySequenceRule/maxLength",
            "/shiftedNumberRowSequenceRule/maxLength",
            "/populationCount",
            "/createdAt",
            "/updatedAt",
            "/bypassPolicy",
        ] {
            assert!(policy.pointer(name).is_some(), "{name} in {policy}");
        }
    }
}
