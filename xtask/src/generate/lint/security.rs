//! Security: every request carries the client's access token.

use serde_json::Value;

use super::Lint;
use crate::generate::load::{Operation, Pointer};

impl<'a> Lint<'a, '_> {
    /// The document requires a bearer token, or says nothing.
    pub(super) fn security(&mut self) {
        let root = &self.document.root;
        let at = Pointer::default().child("security");
        let Some(security) = root.get("security") else { return };
        let requirements = security.as_array().map(Vec::as_slice).unwrap_or_default();
        if requirements.is_empty() || requirements.iter().any(|requirement| *requirement == serde_json::json!({})) {
            self.find(&at, "`security` allows requests without a token, but the client always sends one", "remove it");
        }
        for scheme in requirements.iter().filter_map(Value::as_object).flatten().map(|(name, _)| name) {
            let declared = &root["components"]["securitySchemes"][scheme];
            let is_bearer = match declared["type"].as_str() {
                Some("http") => declared["scheme"].as_str().is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer")),
                Some("oauth2" | "openIdConnect") => true,
                _ => false,
            };
            if !is_bearer {
                let problem = format!("the security scheme `{scheme}` is not a bearer token");
                self.find(&at, problem, "declare it in `securitySchemes` with `type: http` and `scheme: bearer`");
            }
        }
    }

    /// An operation has no security of its own.
    pub(super) fn operation_security(&mut self, operation: &Operation<'a>) {
        let own = operation.node.get("security");
        if own.is_some() && own != self.document.root.get("security") {
            let problem = "the operation has its own `security`, but every request carries the client's access token";
            self.find(&operation.at.child("security"), problem, "remove it");
        }
    }
}
