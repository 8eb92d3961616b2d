//! Paths: the environment, and IDs that can't reach another resource.

use std::collections::BTreeSet;

use super::Lint;
use crate::generate::load::{Operation, Pointer};
use crate::generate::shape::Shape;

/// The names that the client knows.
const KNOWN: [&str; 2] = ["environmentId", "userId"];

impl<'a> Lint<'a, '_> {
    /// The path contains the environment, and each of its parameters is declared.
    pub(super) fn path(&mut self, operation: &Operation<'a>) {
        let at = Pointer::default().child("paths").child(operation.path_key);
        let names: Vec<&str> = operation.path().split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        if !operation.path().starts_with('/') {
            self.find(&at, "the path doesn't start with `/`", format!("write `/{}`", operation.path_key));
        }
        for name in &names {
            let known = KNOWN.iter().find(|known| normalized(known) == normalized(name));
            if let Some(known) = known.filter(|known| *known != name) {
                self.find(
                    &at,
                    format!("`{{{name}}}` is `{{{known}}}` in another spelling"),
                    format!("write `{{{known}}}`"),
                );
            }
        }
        if !names.iter().any(|name| normalized(name) == normalized(KNOWN[0])) {
            self.find(
                &at,
                "the path lacks `{environmentId}`: a client is for one environment",
                "write `/environments/{environmentId}/…`",
            );
        }
        let mut seen = BTreeSet::new();
        let parameters = self.document.parameters(operation);
        for name in &names {
            if !seen.insert(*name) {
                self.find(&at, format!("the path contains `{{{name}}}` twice"), "give each parameter its own name");
            } else if !parameters.iter().any(|(node, _)| node["in"] == "path" && node["name"] == *name) {
                let help = "declare it with `in: path`, `required: true` and `format: uuid`";
                self.find(&operation.at, format!("the path parameter `{name}` is not declared"), help);
            }
        }
        for (node, at) in parameters.iter().filter(|(node, _)| node["in"] == "path") {
            let name = node["name"].as_str().unwrap_or_default();
            if !names.contains(&name) {
                self.find(at, format!("the path has no `{{{name}}}`"), "remove the parameter, or add it to the path");
            }
            let at = at.child("schema");
            let shape = Shape::of(self.document, &node["schema"], &at, self.findings);
            self.path_parameter(name, &shape, &at);
        }
    }

    fn path_parameter(&mut self, name: &str, shape: &Shape<'a>, at: &Pointer) {
        let is_uuid = shape.text("type") == Some("string") && shape.text("format") == Some("uuid");
        if is_uuid {
            return;
        }
        if KNOWN.contains(&name) {
            self.find(at, format!("the path parameter `{name}` isn't a UUID"), "add `type: string` and `format: uuid`");
            return;
        }
        let is_safe = match shape.text("type") {
            Some("integer") => true,
            Some("string") if shape.keys.get("enum").is_none() => {
                let is_long =
                    shape.keys.get("minLength").and_then(serde_json::Value::as_u64).is_some_and(|min| min > 2);
                let pattern = shape.text("pattern");
                pattern.map_or(is_long, excludes_other_resources) && shape.text("format").is_none()
            }
            _ => false,
        };
        if !is_safe {
            self.find(
                at,
                format!("the path parameter `{name}` isn't a UUID: a value of `..` would reach another resource"),
                "add `format: uuid`, or an anchored `pattern` that excludes `/`, `.` and `..`",
            );
        }
    }
}

fn normalized(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

/// Returns whether a pattern can't match a value that is more or less than one segment.
fn excludes_other_resources(pattern: &str) -> bool {
    let is_anchored = pattern.starts_with('^') && pattern.ends_with('$') && !pattern.contains('|');
    let others = ["", ".", "..", "/", "\\", "a/", "/a", "a/a", "A/A", "1/1", "-/-", "a/../a", "../a", "a\\a"];
    is_anchored && regex::Regex::new(pattern).is_ok_and(|pattern| !others.iter().any(|other| pattern.is_match(other)))
}
