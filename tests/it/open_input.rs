//! Properties of arbitrary input: no panic, no loss in decoding and encoding, and a printed value parses to the same value.

use pingone_password::media_type::is_json;
use pingone_password::model::PasswordState;
use pingone_password::{Client, EnvironmentId, UserId, VendorMediaType};
use pingone_password_client::types::ApiError;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::{TOKEN, environment_id};

/// Arbitrary JSON, some of whose names are properties of the models.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has finite numbers", |number| number.is_finite()).prop_map(Value::from),
        ".*".prop_map(Value::from),
        "[A-Z_]{1,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| prop_oneof![vec(inner.clone(), 0..8).prop_map(Value::from), object(inner)])
}

fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        ".{0,12}",
        "[a-z][A-Za-z.]{0,12}",
        proptest::sample::select(vec![
            "_links",
            "_embedded",
            "status",
            "id",
            "code",
            "message",
            "details",
            "innerError",
            "user",
            "passwordPolicy",
            "lastChangedAt",
            "secondsUntilUnlock",
            "href",
            "minCharacters",
            "length",
            "extra",
        ])
        .prop_map(str::to_owned),
    ];
    btree_map(name, value, 0..8).prop_map(|entries| Value::Object(entries.into_iter().collect()))
}

/// Properties that no model has, with arbitrary values.
fn unknown() -> impl Strategy<Value = Map<String, Value>> {
    btree_map("new[A-Z][A-Za-z]{0,8}", any_json(), 0..4).prop_map(|entries| entries.into_iter().collect())
}

fn with_unknown(known: Vec<(&'static str, Option<Value>)>) -> impl Strategy<Value = Value> {
    unknown().prop_map(move |mut object| {
        object.extend(known.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?))));
        Value::Object(object)
    })
}

fn id() -> impl Strategy<Value = Value> {
    any::<u128>().prop_map(|bits| json!(uuid(bits)))
}

fn uuid(bits: u128) -> String {
    let hex = format!("{bits:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

fn reference() -> impl Strategy<Value = Value> {
    id().prop_flat_map(|id| with_unknown(vec![("id", Some(id))]))
}

fn links() -> impl Strategy<Value = Value> {
    let link = ".*".prop_flat_map(|href| with_unknown(vec![("href", Some(href.into()))]));
    btree_map("[a-z.]{1,16}", link, 0..4).prop_map(|links| Value::Object(links.into_iter().collect()))
}

fn policy() -> impl Strategy<Value = Value> {
    let characters = btree_map(".{0,8}", any::<i64>(), 0..4).prop_map(|sets| json!(sets));
    (id(), option::of(links()), option::of(characters), option::of(any::<i64>()), option::of(".*")).prop_flat_map(
        |(id, links, characters, days, name)| {
            let lockout = days.map(|days| json!({ "failureCount": days, "new": null }));
            with_unknown(vec![
                ("id", Some(id)),
                ("_links", links),
                ("minCharacters", characters),
                ("maxAgeDays", days.map(Value::from)),
                ("lockout", lockout),
                ("name", name.map(Value::from)),
            ])
        },
    )
}

/// A password state that PingOne may send, now or in the future.
fn state() -> impl Strategy<Value = Value> {
    let status = prop_oneof!["[A-Z_]{1,24}", Just("PASSWORD_LOCKED_OUT".to_owned()), ".*"];
    let date = (0..4_000_000_000_i64, 0..1000_u32).prop_map(|(seconds, millis)| {
        let date = chrono::DateTime::from_timestamp(seconds, millis * 1_000_000).unwrap();
        json!(date.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    });
    let embedded = policy().prop_flat_map(|policy| with_unknown(vec![("passwordPolicy", Some(policy))]));
    (
        status,
        option::of(links()),
        option::of(reference()),
        option::of(reference()),
        option::of(date),
        option::of(any::<i64>()),
        option::of(embedded),
    )
        .prop_flat_map(|(status, links, user, policy, date, seconds, embedded)| {
            with_unknown(vec![
                ("status", Some(status.into())),
                ("_links", links),
                ("user", user),
                ("passwordPolicy", policy),
                ("lastChangedAt", date),
                ("secondsUntilUnlock", seconds.map(Value::from)),
                ("_embedded", embedded),
            ])
        })
}

/// Checks that a text that decodes stays the same when it is encoded, decoded and encoded again.
fn settles<T: DeserializeOwned + Serialize>(text: &str) -> Result<(), TestCaseError> {
    if let Ok(value) = serde_json::from_str::<T>(text) {
        let once = serde_json::to_string(&value).unwrap();
        let again: T = serde_json::from_str(&once).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(serde_json::to_string(&again).unwrap(), once);
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_state_round_trips(state in state()) {
        let decoded: PasswordState = serde_json::from_value(state.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&decoded).unwrap(), state);
    }

    #[test]
    fn any_json_settles_as_a_state(mut json in object(any_json()), status in ".*") {
        settles::<PasswordState>(&json.to_string())?;
        json["status"] = status.into();
        settles::<PasswordState>(&json.to_string())?;
    }

    #[test]
    fn any_json_settles_as_an_error(json in object(any_json())) {
        settles::<ApiError>(&json.to_string())?;
    }

    #[test]
    fn any_text_decodes_or_is_an_error(text in ".*") {
        settles::<PasswordState>(&text)?;
        settles::<ApiError>(&text)?;
    }

    #[test]
    fn an_error_round_trips(inner in any_json(), code in ".*", unknown in unknown()) {
        let mut error = json!({ "code": code, "details": [{ "code": code, "new": inner }] });
        if !inner.is_null() {
            error["details"][0]["innerError"] = inner;
        }
        error.as_object_mut().unwrap().extend(unknown);
        let decoded: ApiError = serde_json::from_value(error.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&decoded).unwrap(), error);
    }

    #[test]
    fn a_media_type_prints_as_it_was_parsed(text in "(application/vnd\\.)?[a-zA-Z0-9.+;/=-]{0,40}|.*") {
        if let Ok(media_type) = text.parse::<VendorMediaType>() {
            prop_assert_eq!(media_type.to_string(), &*text);
            let suffix = media_type.suffix().map(|suffix| format!("+{suffix}")).unwrap_or_default();
            let (vendor, resource, action) = (media_type.vendor(), media_type.resource(), media_type.action());
            let whole = format!("application/vnd.{vendor}.{resource}.{action}{suffix}");
            prop_assert!(whole.eq_ignore_ascii_case(&text), "{} is not {}", whole, text);
            prop_assert!(!vendor.is_empty() && !resource.is_empty() && !action.is_empty());
        }
        let _ = is_json(&text);
    }

    #[test]
    fn a_media_type_has_the_parts_that_it_was_made_of(parts in vec("[a-zA-Z][a-zA-Z0-9-]{0,8}", 3..6), json in any::<bool>()) {
        let text = format!("application/vnd.{}{}", parts.join("."), if json { "+json" } else { "" });
        let media_type: VendorMediaType = text.parse().unwrap();
        prop_assert_eq!(media_type.vendor(), &parts[0]);
        prop_assert_eq!(media_type.resource(), parts[1..parts.len() - 1].join("."));
        prop_assert_eq!(media_type.action(), parts.last().unwrap());
        prop_assert_eq!(media_type.suffix(), json.then_some("json"));
        prop_assert_eq!(&text.to_uppercase().parse::<VendorMediaType>().unwrap(), &media_type);
        prop_assert_eq!(is_json(&format!("{text};charset=UTF-8")), json);
    }

    #[test]
    fn an_id_prints_as_it_parses(text in "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}") {
        let user: UserId = text.parse().unwrap();
        prop_assert_eq!(user.to_string(), text.to_lowercase());
        prop_assert_eq!(user.to_string().parse::<UserId>(), Ok(user));
        prop_assert_eq!(serde_json::to_value(user).unwrap(), json!(user.to_string()));
        prop_assert_eq!(serde_json::from_value::<UserId>(json!(text)).unwrap(), user);
    }

    #[test]
    fn any_other_text_is_not_an_id(text in ".*|[./%0-9a-f{}-]{0,40}") {
        if let Ok(id) = text.parse::<EnvironmentId>() {
            prop_assert!(id.to_string().eq_ignore_ascii_case(&text));
        } else {
            let error = serde_json::from_value::<EnvironmentId>(json!(text)).unwrap_err().to_string();
            prop_assert!(error.ends_with("is not a valid environment ID: expected a UUID"), "{error}");
        }
    }

    #[test]
    fn a_base_url_is_safe_or_an_error(text in "(https?://)?[a-z0-9.:@/?#%\\[\\]-]{0,40}|.*") {
        if let Ok(client) = Client::builder(environment_id()).base_url(&text).access_token(TOKEN).build() {
            let url = client.base_url();
            let is_loopback = ["http://localhost", "http://127.", "http://[::1]"].iter().any(|start| url.starts_with(start));
            prop_assert!(url.starts_with("https://") || is_loopback, "{}", url);
            prop_assert!(url.ends_with("/v1") && !url.contains(['?', '#']), "{}", url);
            // In a path, an `@` is a character like any other.
            let authority = url.split('/').nth(2).unwrap_or_default();
            prop_assert!(!authority.is_empty() && !authority.contains('@'), "{}", url);
        }
    }
}

#[test]
fn a_large_number_settles() {
    let number = "-922337203184467440737095516156854775809";
    settles::<PasswordState>(&format!(r#"{{"status":"OK","n":{number}}}"#)).unwrap();
    settles::<ApiError>(&format!(r#"{{"details":[{{"innerError":{number}}}]}}"#)).unwrap();
}

#[test]
fn a_media_type_has_no_parameters() {
    for text in ["+json ", "+json;", "+json ; ", "+json\t", "+", ";a=b"] {
        let text = format!("application/vnd.pingidentity.password.unlock{text}");
        assert!(text.parse::<VendorMediaType>().is_err(), "{text:?}");
    }
}
