//! Loads an OpenAPI document: YAML in, a tree out, with the line of every node.

mod finding;
mod pointer;
mod yaml;

use std::collections::BTreeMap;

use saphyr::{LoadableYamlNode, MarkedYaml};
use serde_json::Value;

pub use finding::{Finding, Findings};
pub use pointer::Pointer;
use yaml::to_json;

/// An OpenAPI document that knows where each of its nodes was written.
#[derive(Debug, Clone)]
pub struct Document {
    /// The document as a tree.
    pub root: Value,
    /// JSON pointer → line.
    lines: BTreeMap<String, usize>,
}

/// An operation as the document declares it.
#[derive(Debug, Clone)]
pub struct Operation<'a> {
    /// The key below `paths`, with its fragment if it has one.
    pub path_key: &'a str,
    /// The HTTP method in lower case, as OpenAPI spells it.
    pub method: &'a str,
    /// The node below the method.
    pub node: &'a Value,
    /// The place of that node.
    pub at: Pointer,
}

impl<'a> Operation<'a> {
    /// The path that is sent: the key without its fragment.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.path_key.split('#').next().unwrap_or_default()
    }

    /// The fragment of the path key, which distinguishes operations on one path.
    #[must_use]
    pub fn fragment(&self) -> Option<&'a str> {
        self.path_key.split_once('#').map(|(_, fragment)| fragment)
    }

    /// The `operationId`.
    #[must_use]
    pub fn id(&self) -> Option<&'a str> {
        self.node["operationId"].as_str()
    }
}

impl Document {
    /// Parses a YAML document.
    ///
    /// # Errors
    ///
    /// When the text isn't a single YAML document that JSON can express as well.
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let syntax = |line: usize, problem: String| Finding {
            at: Pointer::default(),
            line,
            problem,
            help: "write one YAML document that JSON can express as well".to_owned(),
        };
        let documents = MarkedYaml::load_from_str(text)
            .map_err(|e| syntax(e.marker().line(), format!("invalid YAML: {}", e.info())))?;
        let [document] = documents.as_slice() else {
            return Err(syntax(1, format!("the file contains {} YAML documents", documents.len())));
        };
        let mut lines = BTreeMap::new();
        let root =
            to_json(document, &Pointer::default(), &mut lines).map_err(|(line, problem)| syntax(line, problem))?;
        Ok(Self { root, lines })
    }

    /// Returns the line of a node, or of the nearest node that contains it.
    #[must_use]
    pub fn line(&self, at: &Pointer) -> usize {
        let mut pointer = at.0.as_str();
        loop {
            if let Some(line) = self.lines.get(pointer) {
                return *line;
            }
            match pointer.rfind('/') {
                Some(cut) => pointer = &pointer[..cut],
                None => return 1,
            }
        }
    }

    /// Returns every operation, in the order of the path keys.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        operations(&self.root)
    }

    /// Returns the parameters of an operation and of its path, unless the operation overrides them.
    #[must_use]
    pub fn parameters<'a>(&'a self, operation: &Operation<'a>) -> Vec<(&'a Value, Pointer)> {
        let item = Pointer::default().child("paths").child(operation.path_key);
        let shared = &self.root["paths"][operation.path_key];
        let mut parameters: Vec<(&Value, Pointer)> = Vec::new();
        for (node, at) in [(operation.node, operation.at.child("parameters")), (shared, item.child("parameters"))] {
            let own = parameters.len();
            for (index, node) in node["parameters"].as_array().into_iter().flatten().enumerate() {
                let Some((node, at)) = self.resolve(node, &at.child(&index.to_string())) else { continue };
                let is_same =
                    |(other, _): &(&Value, Pointer)| other["name"] == node["name"] && other["in"] == node["in"];
                if !parameters[..own].iter().any(is_same) {
                    parameters.push((node, at));
                }
            }
        }
        parameters
    }

    /// Follows the `$ref` of a node, if it has one. Returns the node and its place.
    #[must_use]
    pub fn resolve<'a>(&'a self, node: &'a Value, at: &Pointer) -> Option<(&'a Value, Pointer)> {
        resolve(&self.root, node, at)
    }
}

/// The extension that says whether an operation can be retried without a state check.
pub const IDEMPOTENT: &str = "x-idempotent";

/// The extension that says which read shows whether a write was applied.
pub const STATE_CHECK: &str = "x-state-check";

/// Returns the values that a read documents for a property of its response, such as `account.status`.
#[must_use]
pub fn documented_values(document: &Document, read: &Operation<'_>, property: &str) -> Vec<String> {
    let resolve = |node| document.resolve(node, &read.at).map(|(node, _)| node);
    // A reference with a description of its own is an `allOf` with one entry.
    let schema_of = |node| resolve(node).and_then(|schema| schema["allOf"].get(0).map_or(Some(schema), resolve));
    let response = read.node["responses"].get("200").and_then(resolve);
    let contents = response.and_then(|response| response["content"].as_object()).into_iter().flatten();
    let values = contents
        .filter_map(|(_, content)| schema_of(content.get("schema")?))
        .filter_map(|schema| {
            property.split('.').try_fold(schema, |schema, name| schema_of(schema["properties"].get(name)?))
        })
        .filter_map(|schema| schema["enum"].as_array());
    values.flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The methods of OpenAPI 3.0.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

fn operations(root: &Value) -> impl Iterator<Item = Operation<'_>> {
    let paths = root["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path_key, item)| {
        item.as_object().into_iter().flatten().filter(|(method, _)| METHODS.contains(&method.as_str())).map(
            move |(method, node)| Operation {
                path_key,
                method,
                node,
                at: Pointer::default().child("paths").child(path_key).child(method),
            },
        )
    })
}

pub(crate) fn resolve<'a>(root: &'a Value, node: &'a Value, at: &Pointer) -> Option<(&'a Value, Pointer)> {
    let (mut node, mut at) = (node, at.clone());
    // A longer chain is a cycle.
    for _ in 0..32 {
        let Some(target) = node.get("$ref").and_then(Value::as_str) else {
            return Some((node, at));
        };
        at = Pointer(target.strip_prefix('#')?.to_owned());
        node = root.pointer(&at.0)?;
    }
    None
}
