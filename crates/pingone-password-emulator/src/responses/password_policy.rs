//! The password policy.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::store::{ENVIRONMENT_ID, LOCKOUT_SECONDS};

pub(super) const POLICY_ID: Uuid = Uuid::from_u128(0xb000_0000_0000_8000_8000_0000_0000_0001);

/// Returns a password policy with every property that the vendor documents.
pub(super) fn password_policy(environment: &str, policy: &str) -> Value {
    json!({
        "_links": {
            "self": { "href": policy },
            "environment": { "href": environment },
        },
        "id": POLICY_ID,
        "environment": { "id": ENVIRONMENT_ID },
        "name": "Standard",
        "description": "A standard policy that incorporates industry best practices",
        "default": true,
        "bypassPolicy": false,
        "excludesProfileData": true,
        "notSimilarToCurrent": true,
        "excludesCommonlyUsed": true,
        "maxAgeDays": 182,
        "minAgeDays": 1,
        "maxRepeatedCharacters": 2,
        "minUniqueCharacters": 5,
        "minComplexity": 7,
        "history": { "count": 6, "retentionDays": 365 },
        "lockout": { "failureCount": 5, "durationSeconds": LOCKOUT_SECONDS },
        "length": { "min": 8, "max": 255 },
        "minCharacters": {
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ": 1,
            "abcdefghijklmnopqrstuvwxyz": 1,
            "0123456789": 1,
            "~!@#$%^&*()-_=+[]{}|;:,.<>/?": 1,
        },
        "alphabetSequenceRule": { "maxLength": 3 },
        "numberSequenceRule": { "maxLength": 3 },
        "qwertySequenceRule": { "maxLength": 3 },
        "shiftedNumberRowSequenceRule": { "maxLength": 3 },
        "populationCount": 1,
        "createdAt": "2019-01-08T20:18:30.931Z",
        "updatedAt": "2019-01-08T20:18:30.931Z",
    })
}
