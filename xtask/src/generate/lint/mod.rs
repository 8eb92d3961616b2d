//! Checks that a correct client can be generated from a document.
//!
//! Each rule is one function. All rules run, and all findings are reported at once.

mod document;
mod operations;
mod parameters;
mod references;
mod request_body;
mod responses;
mod schemas;

use serde_json::Value;

use super::load::{Document, Finding, Operation, Pointer};

/// Returns every problem in the document, sorted by line.
#[must_use]
pub fn lint(document: &Document) -> Vec<Finding> {
    let mut lint = Lint { document, findings: Vec::new() };
    lint.version();
    lint.references(&document.root, &Pointer::default());
    if lint.findings.is_empty() {
        // The rules below follow references.
        lint.operation_ids();
        lint.methods();
        lint.idempotence();
        lint.same_request();
        lint.schemas();
        for operation in document.operations() {
            lint.path_parameters(&operation);
            lint.parameters(&operation);
            lint.request_body(&operation);
            lint.responses(&operation);
        }
    }
    if lint.findings.is_empty() {
        // Last, because its messages are the least precise.
        lint.structure();
    }
    lint.findings.sort();
    lint.findings.dedup();
    lint.findings
}

struct Lint<'a> {
    document: &'a Document,
    findings: Vec<Finding>,
}

impl<'a> Lint<'a> {
    fn find(&mut self, at: &Pointer, problem: impl Into<String>, help: impl Into<String>) {
        let line = self.document.line(at);
        self.findings.push(Finding { line, at: at.clone(), problem: problem.into(), help: help.into() });
    }

    /// Returns the media types of the operation's request body, and the place of the body.
    fn media_types(&self, operation: &Operation<'a>) -> Option<(Vec<String>, Pointer)> {
        let at = operation.at.child("requestBody");
        let (body, at) = self.document.resolve(operation.node.get("requestBody")?, &at)?;
        let content = body["content"].as_object().into_iter().flatten();
        Some((content.map(|(name, _)| name.clone()).collect(), at))
    }

    /// Returns the parameters of the operation and of its path.
    fn parameters_of(&self, operation: &Operation<'a>) -> Vec<(&'a Value, Pointer)> {
        let item = Pointer::default().child("paths").child(operation.path_key);
        let shared = &self.document.root["paths"][operation.path_key];
        [(operation.node, operation.at.clone()), (shared, item)]
            .into_iter()
            .flat_map(|(node, at)| {
                let at = at.child("parameters");
                let parameters = node["parameters"].as_array().into_iter().flatten().enumerate();
                parameters.map(move |(index, node)| (node, at.child(&index.to_string())))
            })
            .filter_map(|(node, at)| self.document.resolve(node, &at))
            .collect()
    }
}
