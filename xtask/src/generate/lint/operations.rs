//! Operations: names, methods, idempotence, and what tells them apart.

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::Value;

use super::Lint;
use crate::generate::load::{IDEMPOTENT, Pointer, STATE_CHECK, documented_values};

/// The names that the generated code uses itself: methods of the client, and the table of operations.
const RESERVED: [&str; 10] =
    ["all", "api_version", "baseurl", "client", "exec", "inner", "new", "new_with_client", "post", "pre"];

impl Lint<'_, '_> {
    /// Every operation has a name, and no two operations become the same method.
    pub(super) fn operation_ids(&mut self) {
        let mut seen: BTreeMap<String, Pointer> = BTreeMap::new();
        for operation in self.document.operations() {
            let at = operation.at.child("operationId");
            let Some(id) = operation.id() else {
                self.find(
                    &operation.at,
                    "the operation has no `operationId`",
                    "add an `operationId` such as `readUser`",
                );
                continue;
            };
            let name = id.to_snake_case();
            let help = "choose a name such as `readUser`";
            if syn::parse_str::<syn::Ident>(&name).is_err() || !name.is_ascii() {
                self.find(&at, format!("`{id}` can't be the name of a method"), help);
            } else if RESERVED.contains(&name.as_str()) {
                self.find(&at, format!("`{id}` is the name of another item of the client"), help);
            }
            for name in [name, id.to_upper_camel_case()] {
                if let Some(first) = seen.insert(name, at.clone()).filter(|first| *first != at) {
                    let problem = format!("`{id}` is also the operation at line {}", self.document.line(&first));
                    self.find(&at, problem, "give each operation its own name");
                    break;
                }
            }
        }
    }

    /// The method is one that reads or writes.
    pub(super) fn methods(&mut self) {
        for operation in self.document.operations() {
            if ["head", "options", "trace"].contains(&operation.method) {
                let problem = format!("{} is not supported", operation.method.to_uppercase());
                self.find(&operation.at, problem, "use get, post, put, patch or delete");
            }
        }
    }

    /// Every operation says whether it is idempotent, because a client can't guess it.
    pub(super) fn idempotence(&mut self) {
        for operation in self.document.operations() {
            let at = operation.at.child(IDEMPOTENT);
            match operation.node.get(IDEMPOTENT) {
                Some(Value::Bool(false)) if operation.method == "get" => {
                    let problem = format!("{} is idempotent", operation.method.to_uppercase());
                    self.find(&at, problem, format!("write `{IDEMPOTENT}: true`"));
                }
                Some(Value::Bool(_)) => {}
                _ => {
                    let problem = format!("`{IDEMPOTENT}` is missing or not a boolean");
                    self.find(&at, problem, format!("add `{IDEMPOTENT}: true` if a second request has no further effect, otherwise `{IDEMPOTENT}: false`"));
                }
            }
        }
    }

    /// A state check names a read of the same resource, and a value of a property that the read can return.
    pub(super) fn state_checks(&mut self) {
        for operation in self.document.operations() {
            let Some(check) = operation.node.get(STATE_CHECK) else { continue };
            let at = operation.at.child(STATE_CHECK);
            let text = |name: &str| check.get(name).and_then(Value::as_str);
            let (Some(id), Some(property), Some(value)) = (text("operationId"), text("property"), text("notApplied"))
            else {
                let problem = format!("`{STATE_CHECK}` must have the texts `operationId`, `property` and `notApplied`");
                self.find(
                    &at,
                    problem,
                    "name the read, its property, and the value that shows that the write was not applied",
                );
                continue;
            };
            if check.get("mayRemain").is_some_and(|may_remain| !may_remain.is_boolean()) {
                self.find(
                    &at.child("mayRemain"),
                    "`mayRemain` is not a boolean",
                    "write `mayRemain: true`, or remove it",
                );
            }
            if operation.node.get(IDEMPOTENT) == Some(&Value::Bool(true)) {
                self.find(&at, "an idempotent operation needs no state check", format!("remove `{STATE_CHECK}`"));
            }
            let read = self.document.operations().find(|read| read.id() == Some(id));
            let Some(read) = read.filter(|read| read.method == "get" && read.path() == operation.path()) else {
                let problem = format!("`{id}` is not a `get` on the same path");
                self.find(&at.child("operationId"), problem, "name an operation that reads what this one writes");
                continue;
            };
            if !documented_values(self.document, &read, property).iter().any(|documented| documented == value) {
                let problem = format!("`{id}` can't return `{value}` as `{property}`");
                self.find(
                    &at,
                    problem,
                    "use a property of the read, such as `status` or `account.status`, and a value of its `enum`",
                );
            }
            let parameters = self.document.parameters(&read);
            let mut required = parameters.iter().filter(|(node, _)| node["in"] != "path" && node["required"] == true);
            if let Some(name) = required.find_map(|(node, _)| node["name"].as_str()) {
                let problem = format!("`{id}` requires the parameter `{name}`, which this operation doesn't have");
                self.find(
                    &at.child("operationId"),
                    problem,
                    "name a read that requires the parameters of the path only",
                );
            }
        }
    }

    /// Operations on one path and method differ in their media type.
    pub(super) fn same_request(&mut self) {
        let mut seen: BTreeMap<(String, String, Option<String>), Pointer> = BTreeMap::new();
        for operation in self.document.operations() {
            let media_type = self.media_types(&operation).and_then(|(types, _)| types.first().cloned());
            // The names of path parameters aren't sent.
            let path = operation.path().split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
            let path = path.collect::<Vec<_>>().join("/");
            let request = (operation.method.to_owned(), path, media_type.map(|name| name.to_ascii_lowercase()));
            if let Some(first) = seen.get(&request) {
                let problem = format!("sends the same request as the operation at line {}", self.document.line(first));
                self.find(&operation.at, problem, "give each operation on one path and method its own media type");
            } else {
                seen.insert(request, operation.at);
            }
        }
    }
}
