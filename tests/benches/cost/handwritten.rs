//! The yardstick: the client that a good engineer writes for these two operations, without this project.
//!
//! It has a timeout, a body limit and an error for every status that isn't a success. It has one struct per object, with
//! the documented properties only. It has no retries, no token refresh and no spans.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::Result;

pub(crate) const UNLOCK: &str = "application/vnd.pingidentity.password.unlock+json";
const BODY_LIMIT: usize = 1 << 20;

#[derive(Clone)]
pub(crate) struct HandWritten {
    http: reqwest::Client,
    base_url: String,
    token: String,
    environment: Uuid,
}

impl HandWritten {
    pub(crate) fn new(base_url: String, token: String, environment: Uuid) -> Result<Self> {
        let http = recorder::http_client()?.timeout(Duration::from_secs(30)).build()?;
        Ok(Self { http, base_url, token, environment })
    }

    pub(crate) async fn read<T: DeserializeOwned>(&self, user: Uuid) -> Result<T> {
        self.send(self.http.get(self.url(user))).await
    }

    pub(crate) async fn unlock<T: DeserializeOwned>(&self, user: Uuid) -> Result<T> {
        self.send(self.http.post(self.url(user)).header(CONTENT_TYPE, UNLOCK).header(CONTENT_LENGTH, 0)).await
    }

    fn url(&self, user: Uuid) -> String {
        format!("{}/environments/{}/users/{user}/password", self.base_url, self.environment)
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T> {
        let mut response = request.bearer_auth(&self.token).send().await?.error_for_status()?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err("the response is too large".into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(serde_json::from_slice(&body)?)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded, not used")]
pub(crate) struct PasswordState {
    #[serde(rename = "_links")]
    links: Option<BTreeMap<String, Link>>,
    #[serde(rename = "_embedded")]
    embedded: Option<Embedded>,
    environment: Option<Reference>,
    user: Option<Reference>,
    password_policy: Option<Reference>,
    pub(crate) status: PasswordStatus,
    last_changed_at: Option<DateTime<Utc>>,
    seconds_until_unlock: Option<i64>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum PasswordStatus {
    Ok,
    NoPassword,
    PasswordExpired,
    PasswordLockedOut,
    MustChangePassword,
    External,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "decoded, not used")]
struct Link {
    href: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "decoded, not used")]
struct Reference {
    id: Uuid,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded, not used")]
struct Embedded {
    password_policy: Option<PasswordPolicy>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded, not used")]
struct PasswordPolicy {
    #[serde(rename = "_links")]
    links: Option<BTreeMap<String, Link>>,
    id: Uuid,
    environment: Option<Reference>,
    name: Option<String>,
    description: Option<String>,
    default: Option<bool>,
    bypass_policy: Option<bool>,
    excludes_commonly_used: Option<bool>,
    excludes_profile_data: Option<bool>,
    not_similar_to_current: Option<bool>,
    length: Option<Length>,
    history: Option<History>,
    lockout: Option<Lockout>,
    min_characters: Option<BTreeMap<String, i64>>,
    min_complexity: Option<i64>,
    min_unique_characters: Option<i64>,
    min_age_days: Option<i64>,
    max_age_days: Option<i64>,
    max_repeated_characters: Option<i64>,
    alphabet_sequence_rule: Option<SequenceRule>,
    number_sequence_rule: Option<SequenceRule>,
    qwerty_sequence_rule: Option<SequenceRule>,
    shifted_number_row_sequence_rule: Option<SequenceRule>,
    population_count: Option<i64>,
    created_at: Option<DateTime<Utc>>,
    updated_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "decoded, not used")]
struct Length {
    min: Option<i64>,
    max: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded, not used")]
struct History {
    count: Option<i64>,
    retention_days: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded, not used")]
struct Lockout {
    failure_count: Option<i64>,
    duration_seconds: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded, not used")]
struct SequenceRule {
    max_length: Option<i64>,
}
