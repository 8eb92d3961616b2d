//! References.

use serde_json::Value;

use super::Lint;
use crate::generate::load::Pointer;

impl Lint<'_> {
    /// Every `$ref` names something in this document.
    pub(super) fn references(&mut self, node: &Value, at: &Pointer) {
        match node {
            Value::Object(object) => {
                if let Some(target) = node.get("$ref").and_then(Value::as_str) {
                    if !target.starts_with("#/") {
                        let problem = format!("`{target}` is in another document");
                        self.find(at, problem, "a reference into this document, `#/components/…`");
                    } else if self.document.resolve(node, at).is_none() {
                        let problem = format!("`{target}` names nothing, or itself");
                        self.find(at, problem, "the name of a component that is in the document");
                    }
                }
                for (name, child) in object {
                    // What an example holds is data.
                    if name != "example" && !(name == "value" && at.as_str().contains("/examples/")) {
                        self.references(child, &at.child(name));
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.references(item, &at.child(&index.to_string()));
                }
            }
            _ => {}
        }
    }
}
