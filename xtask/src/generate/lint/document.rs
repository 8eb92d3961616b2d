//! The document as a whole: versions and structure.

use serde::Deserialize;

use super::Lint;
use crate::generate::load::Pointer;

impl Lint<'_> {
    /// OpenAPI 3.0.x, and a version of the document that can stand in a header.
    pub(super) fn version(&mut self) {
        let root = &self.document.root;
        let at = Pointer::default().child("openapi");
        match root["openapi"].as_str() {
            Some(version) if version == "3.0" || version.starts_with("3.0.") => {}
            Some(version) => self.find(&at, format!("OpenAPI {version} is not supported"), "openapi: 3.0.3"),
            None => self.find(&at, "the version of OpenAPI is missing", "openapi: 3.0.3"),
        }
        let at = Pointer::default().child("info").child("version");
        match root["info"]["version"].as_str() {
            Some(version) if !version.is_empty() && version.chars().all(|c| c.is_ascii_graphic()) => {}
            Some(_) => self.find(&at, "the version has characters outside of ASCII", "a version such as 1.0.0"),
            None => self.find(&at, "the document's version is missing", "a version in quotes, such as '1.0.0'"),
        }
    }

    /// The document is OpenAPI in every other respect, too.
    pub(super) fn structure(&mut self) {
        let advice = "what https://spec.openapis.org/oas/v3.0.3 prescribes";
        for operation in self.document.operations() {
            if let Err(error) = openapiv3::Operation::deserialize(operation.node) {
                self.find(&operation.at, format!("not an operation: {error}"), advice);
            }
        }
        let components = Pointer::default().child("components");
        if let Err(error) = Option::<openapiv3::Components>::deserialize(&self.document.root["components"]) {
            self.find(&components, format!("not components: {error}"), advice);
        }
        if let (true, Err(error)) = (self.findings.is_empty(), openapiv3::OpenAPI::deserialize(&self.document.root)) {
            self.find(&Pointer::default(), format!("not an OpenAPI document: {error}"), advice);
        }
    }
}
