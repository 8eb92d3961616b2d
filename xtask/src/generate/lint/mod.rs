//! Checks that a correct client can be generated from a document.
//!
//! Each rule is one function. All rules run, and all findings are reported at once.

mod document;
mod keys;
mod operations;
mod parameters;
mod path;
mod references;
mod request_body;
mod responses;
mod schemas;
mod secrets;
mod security;

use serde_json::Value;

use super::load::{Document, Findings, Operation, Pointer};

/// Finds every problem in the document.
pub fn lint<'a>(document: &'a Document, findings: &mut Findings<'a>) {
    let mut lint = Lint { document, findings };
    if !lint.version() {
        // Of another version of OpenAPI, everything else would be wrong as well.
        return;
    }
    let schemas = lint.keys();
    lint.references(&document.root, &Pointer::default());
    lint.security();
    lint.operation_ids();
    lint.methods();
    lint.idempotence();
    lint.state_checks();
    lint.same_request();
    for schema in &schemas {
        lint.schema(schema);
        lint.secrets(schema);
    }
    lint.component_names();
    for operation in document.operations() {
        lint.operation_security(&operation);
        lint.path(&operation);
        lint.parameters(&operation);
        lint.request_body(&operation);
        lint.responses(&operation);
    }
    lint.structure();
}

struct Lint<'a, 'f> {
    document: &'a Document,
    findings: &'f mut Findings<'a>,
}

impl<'a> Lint<'a, '_> {
    fn find(&mut self, at: &Pointer, problem: impl Into<String>, help: impl Into<String>) {
        self.findings.add(at, problem, help);
    }

    /// Returns the media types of the operation's request body, and the place of the body.
    fn media_types(&self, operation: &Operation<'a>) -> Option<(Vec<String>, Pointer)> {
        let at = operation.at.child("requestBody");
        let (body, at) = self.document.resolve(operation.node.get("requestBody")?, &at)?;
        let content = body["content"].as_object().into_iter().flatten();
        Some((content.map(|(name, _)| name.clone()).collect(), at))
    }
}

/// A schema anywhere in the document.
struct Schema<'a> {
    node: &'a Value,
    at: Pointer,
    /// The name of the property that it describes.
    property: Option<&'a str>,
}

/// Returns the known name that resembles this one most.
fn similar<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let resemblance = |known: &&str| strsim::damerau_levenshtein(&name.to_lowercase(), &known.to_lowercase());
    known.into_iter().min_by_key(resemblance).filter(|known| resemblance(known) <= 2.min(name.len() / 2))
}
