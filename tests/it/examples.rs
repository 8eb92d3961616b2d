//! The OpenAPI document's examples: each decodes to a model, and encodes to the same JSON.

use std::collections::BTreeSet;

use pingone_password::model::PasswordState;
use serde_json::json;

use crate::Result;
use crate::document::document;
use crate::models::{Example, examples};
use crate::samples::round_trip;

#[test]
fn examples_round_trip() -> Result {
    let document = document();
    let examples = examples(&document);
    for Example { name, schema, value } in &examples {
        let encoded = round_trip(schema, value).map_err(|error| format!("{name} is not a valid {schema}: {error}"))?;
        assert_eq!(&encoded, value, "{name}");
    }
    assert!(examples.len() > 10, "only {} examples", examples.len());
    let used: BTreeSet<&str> = examples.iter().map(|example| example.name.as_str()).collect();
    let components = document.root["components"]["examples"].as_object().ok_or("no examples")?;
    let unused: Vec<_> = components.keys().filter(|name| !used.contains(name.as_str())).collect();
    assert!(unused.is_empty(), "no response uses {unused:?}");
    Ok(())
}

/// Without this, the tests above could pass for a `round_trip` that accepts everything.
#[test]
fn a_value_that_is_no_model_does_not_decode() {
    for wrong in [json!({}), json!({ "status": 1 }), json!({ "status": null, "lastChangedAt": "yesterday" }), json!([])]
    {
        assert!(round_trip("PasswordState", &wrong).is_err(), "{wrong}");
    }
    for wrong in [json!([]), json!("none"), json!(null)] {
        assert!(round_trip("ApiError", &wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_property_of_another_type_costs_only_itself() -> Result {
    let value = json!({
        "status": "OK", "lastChangedAt": "2026-11-25T02:00:00", "secondsUntilUnlock": "900", "_links": [],
        "environment": { "id": "production" }, "user": { "id": "c3042000-188f-4bc7-a269-dee1602cf7af" },
    });
    let state: PasswordState = serde_json::from_value(value.clone())?;
    assert!(state.user.is_some() && state.seconds_until_unlock.is_none());
    assert_eq!(serde_json::to_value(&state)?, value, "nothing is lost");
    Ok(())
}
