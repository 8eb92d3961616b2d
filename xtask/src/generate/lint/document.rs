//! The document as a whole: versions and structure.

use serde::Deserialize;

use super::Lint;
use crate::generate::load::Pointer;

impl Lint<'_, '_> {
    /// OpenAPI 3.0.x, and a document version in ASCII. Returns whether the rest can be checked.
    pub(super) fn version(&mut self) -> bool {
        let root = &self.document.root;
        let at = Pointer::default().child("openapi");
        let is_supported = match root["openapi"].as_str() {
            Some(version) if version == "3.0" || version.starts_with("3.0.") => true,
            Some(version) => {
                self.find(&at, format!("OpenAPI {version} is not supported"), "write `openapi: 3.0.3`");
                false
            }
            None if root.get("swagger").is_some() => {
                let at = Pointer::default().child("swagger");
                self.find(
                    &at,
                    "Swagger 2.0 is not supported",
                    "convert the document to OpenAPI 3.0.3, for example by swagger2openapi",
                );
                false
            }
            None => {
                self.find(&at, "`openapi` is missing", "add `openapi: 3.0.3`");
                true
            }
        };
        let at = Pointer::default().child("info").child("version");
        match root["info"]["version"].as_str() {
            Some(version) if !version.is_empty() && version.chars().all(|c| c.is_ascii_graphic()) => {}
            Some(_) => self.find(&at, "the version contains characters outside ASCII", "use a version such as `1.0.0`"),
            None => {
                self.find(&at, "the version of the document is missing", "add a version in quotes, such as `'1.0.0'`");
            }
        }
        is_supported
    }

    /// Everything else that OpenAPI prescribes, for the parts that have no problem yet.
    pub(super) fn structure(&mut self) {
        let help = "follow https://spec.openapis.org/oas/v3.0.3";
        let mut has_problem = false;
        for operation in self.document.operations() {
            if self.findings.any_below(&operation.at) {
                has_problem = true;
            } else if let Err(error) = openapiv3::Operation::deserialize(operation.node) {
                self.find(&operation.at, format!("not a valid operation: {error}"), help);
            }
        }
        let root = &self.document.root;
        for (kind, components) in root["components"].as_object().into_iter().flatten() {
            for (name, component) in components.as_object().into_iter().flatten() {
                let at = Pointer::default().child("components").child(kind).child(name);
                let alone = serde_json::json!({ kind: { name: component } });
                if !self.findings.any_below(&at)
                    && let Err(error) = openapiv3::Components::deserialize(alone)
                {
                    self.find(&at, format!("not a valid component: {error}"), help);
                }
            }
        }
        if let (true, false, Err(error)) =
            (self.findings.is_empty(), has_problem, openapiv3::OpenAPI::deserialize(root))
        {
            self.find(&Pointer::default(), format!("not a valid OpenAPI document: {error}"), help);
        }
    }
}
