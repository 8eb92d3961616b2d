//! The keys of OpenAPI 3.0.3: every other key would be ignored.

use serde_json::Value;

use super::{Lint, Schema, similar};
use crate::generate::load::Pointer;

/// The objects of OpenAPI 3.0.3 and their keys. <https://spec.openapis.org/oas/v3.0.3>
const OBJECTS: &[(&str, &[(&str, Node)])] = &[
    (
        "document",
        &[
            ("openapi", Data),
            ("info", Object("info")),
            ("servers", List("server")),
            ("paths", Patterned("path")),
            ("components", Object("components")),
            ("security", Data),
            ("tags", List("tag")),
            ("externalDocs", Object("externalDocs")),
        ],
    ),
    (
        "info",
        &[
            ("title", Data),
            ("description", Data),
            ("termsOfService", Data),
            ("contact", Object("contact")),
            ("license", Object("license")),
            ("version", Data),
        ],
    ),
    ("contact", &[("name", Data), ("url", Data), ("email", Data)]),
    ("license", &[("name", Data), ("url", Data)]),
    ("server", &[("url", Data), ("description", Data), ("variables", Map("server variable"))]),
    ("server variable", &[("enum", Data), ("default", Data), ("description", Data)]),
    ("tag", &[("name", Data), ("description", Data), ("externalDocs", Object("externalDocs"))]),
    ("externalDocs", &[("description", Data), ("url", Data)]),
    (
        "components",
        &[
            ("schemas", Map("schema")),
            ("responses", Map("response")),
            ("parameters", Map("parameter")),
            ("examples", Map("example")),
            ("requestBodies", Map("requestBody")),
            ("headers", Map("header")),
            ("securitySchemes", Map("security scheme")),
            ("links", Data),
            ("callbacks", Data),
        ],
    ),
    (
        "path",
        &[
            ("summary", Data),
            ("description", Data),
            ("get", Object("operation")),
            ("put", Object("operation")),
            ("post", Object("operation")),
            ("delete", Object("operation")),
            ("options", Object("operation")),
            ("head", Object("operation")),
            ("patch", Object("operation")),
            ("trace", Object("operation")),
            ("servers", Unsupported("the client sends all requests to one server", "remove it")),
            ("parameters", List("parameter")),
        ],
    ),
    (
        "operation",
        &[
            ("tags", Data),
            ("summary", Data),
            ("description", Data),
            ("externalDocs", Object("externalDocs")),
            ("operationId", Data),
            ("parameters", List("parameter")),
            ("requestBody", Object("requestBody")),
            ("responses", Patterned("response")),
            ("callbacks", Unsupported("the client receives no requests", "remove it")),
            ("deprecated", Data),
            ("security", Data),
            ("servers", Unsupported("the client sends all requests to one server", "remove it")),
        ],
    ),
    (
        "parameter",
        &[
            ("name", Data),
            ("in", Data),
            ("description", Data),
            ("required", Data),
            ("deprecated", Data),
            ("allowEmptyValue", Data),
            ("style", Data),
            ("explode", Data),
            ("allowReserved", Data),
            ("schema", Object("schema")),
            ("example", Data),
            ("examples", Map("example")),
            ("content", Map("media type")),
        ],
    ),
    (
        "header",
        &[
            ("description", Data),
            ("required", Data),
            ("deprecated", Data),
            ("allowEmptyValue", Data),
            ("style", Data),
            ("explode", Data),
            ("allowReserved", Data),
            ("schema", Object("schema")),
            ("example", Data),
            ("examples", Map("example")),
            ("content", Map("media type")),
        ],
    ),
    ("requestBody", &[("description", Data), ("content", Map("media type")), ("required", Data)]),
    (
        "media type",
        &[
            ("schema", Object("schema")),
            ("example", Data),
            ("examples", Map("example")),
            ("encoding", Unsupported("the client sends JSON only", "remove it")),
        ],
    ),
    ("response", &[("description", Data), ("headers", Map("header")), ("content", Map("media type")), ("links", Data)]),
    ("example", &[("summary", Data), ("description", Data), ("value", Data), ("externalValue", Data)]),
    (
        "security scheme",
        &[
            ("type", Data),
            ("description", Data),
            ("name", Data),
            ("in", Data),
            ("scheme", Data),
            ("bearerFormat", Data),
            ("flows", Data),
            ("openIdConnectUrl", Data),
        ],
    ),
    (
        "schema",
        &[
            ("title", Data),
            ("multipleOf", Data),
            ("maximum", Data),
            ("exclusiveMaximum", Data),
            ("minimum", Data),
            ("exclusiveMinimum", Data),
            ("maxLength", Data),
            ("minLength", Data),
            ("pattern", Data),
            ("maxItems", Data),
            ("minItems", Data),
            ("uniqueItems", Data),
            ("maxProperties", Data),
            ("minProperties", Data),
            ("required", Data),
            ("enum", Data),
            ("type", Data),
            ("allOf", List("schema")),
            ("oneOf", List("schema")),
            ("anyOf", List("schema")),
            ("not", Unsupported("types can't exclude values", "describe the allowed values")),
            ("items", Object("schema")),
            ("properties", Map("schema")),
            ("additionalProperties", Object("schema")),
            ("description", Data),
            ("format", Data),
            ("default", Data),
            ("nullable", Data),
            ("discriminator", Object("discriminator")),
            ("readOnly", Data),
            ("writeOnly", Data),
            ("xml", Data),
            ("externalDocs", Object("externalDocs")),
            ("example", Data),
            ("deprecated", Data),
        ],
    ),
    ("discriminator", &[("propertyName", Data), ("mapping", Data)]),
];

/// Keys of other versions of OpenAPI and JSON Schema, and what 3.0.3 has instead.
const OTHER_VERSIONS: [(&str, &str); 3] = [
    ("const", "write `enum` with one value"),
    ("examples", "write `example`"),
    ("patternProperties", "write `additionalProperties`"),
];

/// The key by which YAML 1.1 merges objects. Another rule finds it.
pub(super) const MERGE: &str = "<<";

/// What a key holds.
#[derive(Clone, Copy)]
enum Node {
    /// Text, a number, or data.
    Data,
    /// An object with keys of its own.
    Object(&'static str),
    /// A list of such objects.
    List(&'static str),
    /// Such objects by name.
    Map(&'static str),
    /// Such objects by path or status, beside extensions.
    Patterned(&'static str),
    /// A key that the generator would ignore: why, and what to do.
    Unsupported(&'static str, &'static str),
}

use Node::{Data, List, Map, Object, Patterned, Unsupported};

impl<'a> Lint<'a, '_> {
    /// Every key is one of OpenAPI 3.0.3, and one that the generator honors. Returns all schemas.
    pub(super) fn keys(&mut self) -> Vec<Schema<'a>> {
        let mut schemas = Vec::new();
        self.object("document", &self.document.root, &Pointer::default(), None, &mut schemas);
        schemas
    }

    fn object(
        &mut self,
        kind: &'static str,
        node: &'a Value,
        at: &Pointer,
        property: Option<&'a str>,
        schemas: &mut Vec<Schema<'a>>,
    ) {
        let Some(object) = node.as_object() else { return };
        if object.contains_key("$ref") {
            if let Some(key) = object.keys().find(|key| *key != "$ref" && !key.starts_with("x-")) {
                let problem = format!("`$ref` replaces the object, so that `{key}` is ignored");
                self.find(
                    &at.child(key),
                    problem,
                    "write `allOf: [{ $ref: … }]` to add to a schema, or remove the key",
                );
            }
        } else if kind == "schema" {
            schemas.push(Schema { node, at: at.clone(), property });
        }
        let keys = OBJECTS.iter().find(|(name, _)| *name == kind).map_or(&[][..], |(_, keys)| *keys);
        let is_here = |key: &str| !key.starts_with("x-") && key != "$ref" && key != MERGE;
        for (key, value) in object.iter().filter(|(key, _)| is_here(key)) {
            let at = at.child(key);
            match keys.iter().find(|(known, _)| known == key).map(|(_, node)| *node) {
                None => self.unknown(kind, key, &at, keys.iter().map(|(known, _)| *known)),
                Some(Data) => {}
                Some(Unsupported(why, help)) => self.find(&at, format!("`{key}` is not supported: {why}"), help),
                Some(Object(kind)) => self.object(kind, value, &at, None, schemas),
                Some(List(kind)) => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.object(kind, item, &at.child(&index.to_string()), None, schemas);
                    }
                }
                Some(Map(kind)) => {
                    for (name, item) in value.as_object().into_iter().flatten() {
                        let property = (key == "properties").then_some(name.as_str());
                        self.object(kind, item, &at.child(name), property, schemas);
                    }
                }
                Some(Patterned(kind)) => {
                    for (name, item) in
                        value.as_object().into_iter().flatten().filter(|(name, _)| !name.starts_with("x-"))
                    {
                        self.object(kind, item, &at.child(name), None, schemas);
                    }
                }
            }
        }
    }

    fn unknown(&mut self, kind: &str, key: &str, at: &Pointer, known: impl Iterator<Item = &'static str>) {
        let help = match (similar(key, known), OTHER_VERSIONS.iter().find(|(other, _)| *other == key)) {
            (_, Some((_, help))) => (*help).to_owned(),
            (Some(known), None) => format!("did you mean `{known}`?"),
            (None, None) => "remove it, or write it as an extension, `x-…`".to_owned(),
        };
        let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        self.find(at, format!("`{key}` is not a key of {article} {kind} in OpenAPI 3.0"), help);
    }
}
