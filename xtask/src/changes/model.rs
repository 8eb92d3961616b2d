//! A document as requests that can be told apart on the wire, and the types that these reach.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::OpenAPI;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::kind::Directions;
use crate::generate::load::{Document, METHODS, Pointer};

/// One OpenAPI document, ready to be compared.
pub(super) struct Model<'a> {
    document: &'a Document,
    pub(super) root: &'a Value,
    pub(super) requests: Vec<Request<'a>>,
    /// The component schemas that operations use, and which way.
    pub(super) types: BTreeMap<&'a str, Directions>,
    /// Every component that operations use, as a reference names it.
    pub(super) used: BTreeSet<&'a str>,
}

/// One request of an operation. An operation with several media types is several requests.
pub(super) struct Request<'a> {
    /// The `operationId`; method and path where there is none.
    pub(super) id: String,
    /// In upper case.
    pub(super) method: String,
    /// Without a fragment.
    pub(super) path: &'a str,
    pub(super) media_type: Option<&'a str>,
    /// The key below `paths`.
    pub(super) path_key: &'a str,
    pub(super) item: &'a Map<String, Value>,
    pub(super) operation: &'a Map<String, Value>,
}

/// What makes a request the same one: method, path without names, media type.
pub(super) type Identity = (String, String, Option<String>);

impl Request<'_> {
    pub(super) fn identity(&self) -> Identity {
        let path = self.path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
        let media_type = self.media_type.map(str::to_ascii_lowercase);
        (self.method.clone(), path.collect::<Vec<_>>().join("/"), media_type)
    }

    /// The names in the path, in order.
    pub(super) fn path_names(&self) -> Vec<&str> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
    }
}

/// A parameter of an operation, resolved.
pub(super) struct Parameter<'a> {
    pub(super) name: &'a str,
    pub(super) place: &'a str,
    pub(super) node: &'a Value,
    /// The component that it is, if it is one.
    pub(super) component: Option<&'a str>,
}

impl<'a> Model<'a> {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// When it can't be compared: it isn't OpenAPI 3.0, a reference leads nowhere, or two of its requests are the same.
    pub(super) fn new(document: &'a Document) -> Result<Self, String> {
        let root = &document.root;
        match root["openapi"].as_str() {
            Some(version) if version == "3.0" || version.starts_with("3.0.") => {}
            Some(version) => return Err(format!("OpenAPI {version} is not supported: only 3.0 is")),
            None => return Err("not an OpenAPI 3.0 document: `openapi` is missing".to_owned()),
        }
        OpenAPI::deserialize(root).map_err(|error| format!("not an OpenAPI 3.0 document: {error}"))?;
        let mut model = Self { document, root, requests: Vec::new(), types: BTreeMap::new(), used: BTreeSet::new() };
        model.check_references(root)?;
        model.read_requests()?;
        model.read_types();
        Ok(model)
    }

    fn check_references(&self, node: &'a Value) -> Result<(), String> {
        if let Some(target) = node.get("$ref").and_then(Value::as_str)
            && self.document.resolve(node, &Pointer::default()).is_none()
        {
            return Err(format!("the reference `{target}` leads nowhere"));
        }
        parts(node).into_iter().try_for_each(|(_, part)| self.check_references(part))
    }

    fn read_requests(&mut self) -> Result<(), String> {
        let mut seen: BTreeMap<Identity, String> = BTreeMap::new();
        for (path_key, item) in self.root["paths"].as_object().into_iter().flatten() {
            let Some(item) = item.as_object() else { continue };
            if item.contains_key("$ref") {
                return Err(format!("the path `{path_key}` is a reference, which can't be compared"));
            }
            for (method, operation) in item.iter().filter(|(method, _)| METHODS.contains(&method.as_str())) {
                let Some(operation) = operation.as_object() else { continue };
                let content = self.request_body(operation).and_then(|(body, _)| body["content"].as_object());
                let media_types: Vec<_> =
                    content.into_iter().flat_map(Map::keys).map(|name| Some(name.as_str())).collect();
                let media_types = if media_types.is_empty() { vec![None] } else { media_types };
                let path = path_key.split('#').next().unwrap_or_default();
                let method = method.to_ascii_uppercase();
                let id = operation.get("operationId").and_then(Value::as_str);
                let id = id.map_or_else(|| format!("{method} {path}"), str::to_owned);
                for media_type in media_types {
                    let request =
                        Request { id: id.clone(), method: method.clone(), path, media_type, path_key, item, operation };
                    if let Some(other) = seen.insert(request.identity(), id.clone()) {
                        return Err(format!("no request tells `{id}` apart from `{other}`"));
                    }
                    self.requests.push(request);
                }
            }
        }
        Ok(())
    }

    /// Follows the operations to the types that they send and receive.
    fn read_types(&mut self) {
        let mut waiting: Vec<(&'a Value, Directions)> = Vec::new();
        for item in self.root["paths"].as_object().into_iter().flat_map(Map::values).filter_map(Value::as_object) {
            waiting.extend(item.get("parameters").map(|node| (node, Directions::REQUEST)));
            for operation in METHODS.iter().filter_map(|method| item.get(*method)) {
                for (part, directions) in [
                    ("parameters", Directions::REQUEST),
                    ("requestBody", Directions::REQUEST),
                    ("responses", Directions::RESPONSE),
                ] {
                    waiting.extend(operation.get(part).map(|node| (node, directions)));
                }
            }
        }
        let mut seen: BTreeSet<(&str, bool)> = BTreeSet::new();
        while let Some((node, directions)) = waiting.pop() {
            if let Some(target) = node.get("$ref").and_then(Value::as_str)
                && seen.insert((target, directions.request))
            {
                self.used.insert(target);
                if let Some(name) = schema_name(target) {
                    let known = self.types.entry(name).or_default();
                    known.request |= directions.request;
                    known.response |= directions.response;
                }
                waiting.push((self.resolve(node), directions));
            }
            for (name, part) in parts(node) {
                match name {
                    // No type is generated from a header.
                    "headers" => self.use_all(part),
                    _ => waiting.push((part, directions)),
                }
            }
            for example in node.get("examples").and_then(Value::as_object).into_iter().flat_map(Map::values) {
                self.used.extend(example.get("$ref").and_then(Value::as_str));
            }
        }
    }

    /// Notes what a node refers to, without a type for it.
    fn use_all(&mut self, node: &'a Value) {
        if let Some(target) = node.get("$ref").and_then(Value::as_str)
            && self.used.insert(target)
        {
            self.use_all(self.resolve(node));
        }
        for (_, part) in parts(node) {
            self.use_all(part);
        }
    }

    /// The node that `node` stands for. [`Self::new`] has checked that there is one.
    pub(super) fn resolve<'b>(&self, node: &'b Value) -> &'b Value
    where
        'a: 'b,
    {
        self.document.resolve(node, &Pointer::default()).map_or(node, |(node, _)| node)
    }

    /// A component schema.
    pub(super) fn schema(&self, name: &str) -> Option<&'a Value> {
        self.root["components"]["schemas"].get(name)
    }

    /// Whether a component is one type in requests and another in responses, because some of its properties go only one
    /// way.
    pub(super) fn is_split(&self, name: &str) -> bool {
        let (mut waiting, mut seen): (Vec<&Value>, BTreeSet<&str>) =
            (self.schema(name).into_iter().collect(), BTreeSet::new());
        while let Some(node) = waiting.pop() {
            if node["readOnly"] == true || node["writeOnly"] == true {
                return self.types.get(name).is_some_and(|directions| directions.request && directions.response);
            }
            if let Some(target) = node.get("$ref").and_then(Value::as_str)
                && seen.insert(target)
            {
                waiting.push(self.resolve(node));
            }
            waiting.extend(parts(node).into_iter().map(|(_, part)| part));
        }
        false
    }

    /// The request body of an operation, resolved, and the component that it is.
    pub(super) fn request_body(&self, operation: &'a Map<String, Value>) -> Option<(&'a Value, Option<&'a str>)> {
        let node = operation.get("requestBody")?;
        Some((self.resolve(node), component(node)))
    }

    /// The parameters of an operation: its own, and those of its path that it doesn't override.
    pub(super) fn parameters(&self, request: &Request<'a>) -> Vec<Parameter<'a>> {
        let mut parameters: Vec<Parameter<'a>> = Vec::new();
        let own = request.operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let shared = request.item.get("parameters").and_then(Value::as_array).into_iter().flatten();
        for written in own.chain(shared) {
            let node = self.resolve(written);
            let (name, place) = (node["name"].as_str().unwrap_or_default(), node["in"].as_str().unwrap_or_default());
            if !parameters.iter().any(|other| other.name == name && other.place == place) {
                parameters.push(Parameter { name, place, node, component: component(written) });
            }
        }
        parameters
    }
}

/// The nodes directly below a node, by name. Examples are data and left out; the name of a property is no keyword.
fn parts(node: &Value) -> Vec<(&str, &Value)> {
    match node {
        Value::Object(object) => object
            .iter()
            .filter(|(name, _)| !["example", "examples"].contains(&name.as_str()))
            .flat_map(|(name, part)| match (name.as_str(), part) {
                ("properties", Value::Object(properties)) => properties.values().map(|part| ("", part)).collect(),
                (name, part) => vec![(name, part)],
            })
            .collect(),
        Value::Array(items) => items.iter().map(|item| ("", item)).collect(),
        _ => Vec::new(),
    }
}

/// The component that a reference names, such as `responses/NotFound`.
pub(super) fn component(node: &Value) -> Option<&str> {
    node.get("$ref")?.as_str()?.strip_prefix("#/components/")
}

/// The component schema that a reference names.
pub(super) fn schema_name(target: &str) -> Option<&str> {
    target.strip_prefix("#/components/schemas/").filter(|name| !name.contains('/'))
}
