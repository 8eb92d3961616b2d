//! Operations: names, methods, idempotence, and what tells them apart.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use serde_json::Value;

use super::Lint;
use crate::generate::load::{IDEMPOTENT, Pointer};

impl Lint<'_> {
    /// Every operation has a name, and no two become the same method.
    pub(super) fn operation_ids(&mut self) {
        let mut seen: BTreeMap<String, Pointer> = BTreeMap::new();
        for operation in self.document.operations() {
            let at = operation.at.child("operationId");
            let Some(id) = operation.id() else {
                self.find(&operation.at, "the operation has no operationId", "operationId: verbAndNoun");
                continue;
            };
            let name = id.to_snake_case();
            if syn::parse_str::<syn::Ident>(&name).is_err() {
                self.find(&at, format!("`{id}` can't be a method's name"), "operationId: verbAndNoun");
            } else if let Some(first) = seen.get(&name) {
                let problem = format!("`{id}` is the operation at line {}, too", self.document.line(first));
                self.find(&at, problem, "a name of its own for each operation");
            } else {
                seen.insert(name, at);
            }
        }
    }

    /// A method that reads or writes.
    pub(super) fn methods(&mut self) {
        for operation in self.document.operations() {
            if ["head", "options", "trace"].contains(&operation.method) {
                let problem = format!("{} neither reads nor changes anything", operation.method.to_uppercase());
                self.find(&operation.at, problem, "get, post, put, patch or delete");
            }
        }
    }

    /// Every operation says whether it may be repeated without a look, because no client can guess it.
    pub(super) fn idempotence(&mut self) {
        for operation in self.document.operations() {
            let at = operation.at.child(IDEMPOTENT);
            match operation.node.get(IDEMPOTENT) {
                Some(Value::Bool(false)) if operation.method == "get" => {
                    let problem = format!("a {} is idempotent", operation.method.to_uppercase());
                    self.find(&at, problem, format!("{IDEMPOTENT}: true"));
                }
                Some(Value::Bool(_)) => {}
                _ => {
                    let problem = format!("the operation doesn't say whether it is idempotent: {IDEMPOTENT}");
                    self.find(&at, problem, format!("{IDEMPOTENT}: true, where a repeat changes nothing, or false"));
                }
            }
        }
    }

    /// Operations on one path and method differ in their media type.
    pub(super) fn same_request(&mut self) {
        let mut seen: BTreeMap<(String, String, Option<String>), Pointer> = BTreeMap::new();
        for operation in self.document.operations() {
            let media_type = self.media_types(&operation).and_then(|(types, _)| types.first().cloned());
            // The names of path parameters don't go over the wire.
            let path = operation.path().split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
            let path = path.collect::<Vec<_>>().join("/");
            let request = (operation.method.to_owned(), path, media_type.map(|name| name.to_ascii_lowercase()));
            if let Some(first) = seen.get(&request) {
                let problem =
                    format!("no request tells it apart from the operation at line {}", self.document.line(first));
                self.find(&operation.at, problem, "a media type of its own for each operation on one path");
            } else {
                seen.insert(request, operation.at);
            }
        }
    }
}
