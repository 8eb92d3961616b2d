//! The document as a whole: versions and structure.

use serde::Deserialize;

use super::Lint;
use crate::generate::load::Pointer;

impl Lint<'_> {
    /// OpenAPI 3.0.x, and a document version in ASCII.
    pub(super) fn version(&mut self) {
        let root = &self.document.root;
        let at = Pointer::default().child("openapi");
        match root["openapi"].as_str() {
            Some(version) if version == "3.0" || version.starts_with("3.0.") => {}
            Some(version) => self.find(&at, format!("OpenAPI {version} is not supported"), "write `openapi: 3.0.3`"),
            None => self.find(&at, "`openapi` is missing", "add `openapi: 3.0.3`"),
        }
        let at = Pointer::default().child("info").child("version");
        match root["info"]["version"].as_str() {
            Some(version) if !version.is_empty() && version.chars().all(|c| c.is_ascii_graphic()) => {}
            Some(_) => self.find(&at, "the version contains characters outside ASCII", "use a version such as `1.0.0`"),
            None => {
                self.find(&at, "the version of the document is missing", "add a version in quotes, such as `'1.0.0'`");
            }
        }
    }

    /// Everything else that OpenAPI prescribes.
    pub(super) fn structure(&mut self) {
        let help = "follow https://spec.openapis.org/oas/v3.0.3";
        for operation in self.document.operations() {
            if let Err(error) = openapiv3::Operation::deserialize(operation.node) {
                self.find(&operation.at, format!("not a valid operation: {error}"), help);
            }
        }
        let components = Pointer::default().child("components");
        if let Err(error) = Option::<openapiv3::Components>::deserialize(&self.document.root["components"]) {
            self.find(&components, format!("not valid components: {error}"), help);
        }
        if let (true, Err(error)) = (self.findings.is_empty(), openapiv3::OpenAPI::deserialize(&self.document.root)) {
            self.find(&Pointer::default(), format!("not a valid OpenAPI document: {error}"), help);
        }
    }
}
