//! References.

use serde_json::Value;

use super::Lint;
use super::keys::MERGE;
use crate::generate::load::Pointer;

impl Lint<'_, '_> {
    /// Every `$ref` resolves within the document, and no object is merged into another.
    pub(super) fn references(&mut self, node: &Value, at: &Pointer) {
        match node {
            Value::Object(object) => {
                if let Some(target) = node.get("$ref").and_then(Value::as_str) {
                    if !target.starts_with("#/") {
                        let problem = format!("`{target}` is in another document");
                        let help = "copy it into this document and refer to it as `#/components/…`";
                        self.find(at, problem, help);
                    } else if self.document.resolve(node, at).is_none() {
                        let problem = format!("`{target}` doesn't exist, or refers to itself");
                        self.find(at, problem, "refer to a component of this document");
                    }
                }
                if object.contains_key(MERGE) {
                    let help = "write the keys out, or refer to a component by `$ref`";
                    self.find(&at.child(MERGE), "the merge key `<<` is not supported", help);
                }
                for (name, child) in object {
                    // Examples are data.
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
