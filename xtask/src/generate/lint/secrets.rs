//! Secrets: a property that holds one is redacted.

use heck::ToSnakeCase;

use super::{Lint, Schema};

/// The last words of names of secrets.
const SECRETS: [&str; 8] = ["password", "passwd", "passphrase", "passcode", "secret", "otp", "credential", "token"];

/// Returns whether a name is that of a secret, such as `newPassword` or `clientSecrets`.
pub(super) fn is_named_like_a_secret(name: &str) -> bool {
    let name = name.to_snake_case();
    let last = name.rsplit('_').next().unwrap_or_default();
    let is_key = ["api_key", "private_key", "secret_key"].iter().any(|key| name.ends_with(key));
    is_key || SECRETS.iter().any(|secret| last == *secret || last.strip_suffix('s') == Some(secret))
}

impl<'a> Lint<'a, '_> {
    /// A property named like a secret says whether it is one.
    pub(super) fn secrets(&mut self, schema: &Schema<'a>) {
        let Schema { node, at, property } = schema;
        match node.get("x-secret") {
            None | Some(serde_json::Value::Bool(false)) => {}
            Some(_) => {
                self.find(&at.child("x-secret"), "`x-secret` is not `false`", "write `format: password` for a secret");
            }
        }
        if node["format"].as_str().is_some_and(|format| format.eq_ignore_ascii_case("password")) {
            if node.get("type").is_some_and(|kind| kind != "string") || node.get("enum").is_some() {
                let problem = "a secret is text: with another type it would be shown";
                self.find(at, problem, "write `type: string` and `format: password`, without `enum`");
            }
            return;
        }
        let Some(name) = property.filter(|name| is_named_like_a_secret(name)) else { return };
        let is_text = |node: &serde_json::Value| matches!(node["type"].as_str(), Some("string" | "integer" | "number"));
        let holds_text = is_text(node) || (node["type"] == "array" && is_text(&node["items"]));
        let is_secret = node["items"]["format"].as_str().is_some_and(|format| format.eq_ignore_ascii_case("password"));
        if holds_text && !is_secret && node.get("enum").is_none() && node["x-secret"] != false {
            let problem = format!("`{name}` is named like a secret, but would be shown");
            self.find(at, problem, "add `format: password`, or `x-secret: false` if it isn't a secret");
        }
    }
}
