//! Exports the OpenAPI document for viewers that can't display fragments in path keys.

use serde_json::{Map, Value, json};

use crate::generate::load::{Document, Finding, METHODS, Pointer};

/// Returns a document, as JSON, whose path keys have no fragments. Operations with the same path and method are merged to
/// one that lists their media types.
///
/// # Errors
///
/// When the text isn't a YAML document.
pub fn export(text: &str) -> Result<Value, Finding> {
    let document = Document::parse(text)?;
    let mut root = document.root.clone();
    let mut paths = Map::new();
    for (key, item) in document.root["paths"].as_object().into_iter().flatten() {
        let path = key.split('#').next().unwrap_or_default();
        let place = paths.entry(path).or_insert_with(|| json!({}));
        for (name, value) in item.as_object().into_iter().flatten() {
            match place.get_mut(name) {
                Some(first) if METHODS.contains(&name.as_str()) => merge(&document, first, value),
                Some(_) => {}
                None => place[name] = value.clone(),
            }
        }
    }
    root["paths"] = Value::Object(paths);
    Ok(root)
}

/// Adds an operation to one with the same path and method.
fn merge(document: &Document, first: &mut Value, other: &Value) {
    if first.get("x-operations").is_none() {
        let (own, entry) = (first.clone(), entry(document, first));
        first["description"] = json!(entry);
        first["x-operations"] = json!([own["operationId"]]);
        first["requestBody"] = body(document, &own);
    }
    let id = other["operationId"].as_str().unwrap_or_default();
    if let Some(ids) = first["x-operations"].as_array_mut() {
        ids.push(json!(id));
    }
    first["operationId"] = json!(format!("{}_{id}", first["operationId"].as_str().unwrap_or_default()));
    for (key, separator, text) in [
        ("summary", " / ", other["summary"].as_str().unwrap_or(id).to_owned()),
        ("description", "\n", entry(document, other)),
    ] {
        let before = first[key].as_str().unwrap_or_default().to_owned();
        first[key] = json!(if before.is_empty() { text } else { format!("{before}{separator}{text}") });
    }
    let more = body(document, other);
    first["requestBody"]["required"] = json!(first["requestBody"]["required"] == true && more["required"] == true);
    for (media_type, content) in more["content"].as_object().into_iter().flatten() {
        first["requestBody"]["content"][media_type] = content.clone();
    }
    for (status, response) in other["responses"].as_object().into_iter().flatten() {
        if first["responses"].get(status).is_none() {
            first["responses"][status] = response.clone();
        }
    }
}

/// Returns the request body of an operation, without a reference.
fn body(document: &Document, operation: &Value) -> Value {
    let body = operation.get("requestBody").and_then(|body| document.resolve(body, &Pointer::default()));
    body.map_or_else(|| json!({ "content": {} }), |(body, _)| body.clone())
}

/// Returns a list entry that says which media type selects an operation.
fn entry(document: &Document, operation: &Value) -> String {
    let id = operation["operationId"].as_str().unwrap_or_default();
    let body = body(document, operation);
    let media_type = body["content"].as_object().and_then(|content| content.keys().next());
    let media_type = media_type.map_or_else(|| "no body".to_owned(), |media_type| format!("`{media_type}`"));
    let summary = operation["summary"].as_str().unwrap_or(id);
    format!("- {media_type}: {summary} (`{id}`)")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
openapi: 3.0.3
paths:
  /p#a+json:
    parameters: [{ name: q }]
    post:
      operationId: doA
      summary: A
      requestBody: { content: { application/vnd.x.a+json: {} } }
      responses: { '200': { description: a } }
  /p#b+json:
    parameters: [{ name: q }]
    post:
      operationId: doB
      requestBody: { required: true, content: { application/vnd.x.b+json: { schema: {} } } }
      responses: { '200': { description: b }, '201': { description: b } }
  /p:
    get: { operationId: read }
";

    #[test]
    fn operations_on_one_path_are_merged() {
        let exported = export(TEXT).unwrap();
        let expected = json!({ "openapi": "3.0.3", "paths": { "/p": {
            "parameters": [{ "name": "q" }],
            "get": { "operationId": "read" },
            "post": {
                "operationId": "doA_doB",
                "summary": "A / doB",
                "description": "- `application/vnd.x.a+json`: A (`doA`)\n- `application/vnd.x.b+json`: doB (`doB`)",
                "x-operations": ["doA", "doB"],
                "requestBody": {
                    "required": false,
                    "content": { "application/vnd.x.a+json": {}, "application/vnd.x.b+json": { "schema": {} } },
                },
                "responses": { "200": { "description": "a" }, "201": { "description": "b" } },
            },
        } } });
        assert_eq!(exported, expected);
    }
}
