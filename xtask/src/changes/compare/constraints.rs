//! Limits on values: whether a change allows more or less.

use serde_json::Value;

use crate::changes::kind::Kind;

/// What a changed limit comes to. None for keywords that are no limits.
pub(super) fn relation(key: &str, base: Option<&Value>, new: Option<&Value>) -> Option<Kind> {
    let is_tighter = match key {
        "maximum" | "maxLength" | "maxItems" | "maxProperties" => {
            number(new, f64::INFINITY) < number(base, f64::INFINITY)
        }
        "minimum" | "minLength" | "minItems" | "minProperties" => {
            number(new, f64::NEG_INFINITY) > number(base, f64::NEG_INFINITY)
        }
        "exclusiveMaximum" | "exclusiveMinimum" | "uniqueItems" => new == Some(&Value::Bool(true)),
        // Whether one allows all that another does can't be told.
        "pattern" | "multipleOf" => new.is_some(),
        _ => return None,
    };
    Some(if is_tighter { Kind::ConstraintTightened } else { Kind::ConstraintLoosened })
}

fn number(value: Option<&Value>, absent: f64) -> f64 {
    value.and_then(Value::as_f64).unwrap_or(absent)
}
