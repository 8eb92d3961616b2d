//! The reference of the operations on the emulator's page, against the OpenAPI document.
//!
//! The emulator shares nothing with the other crates, so the reference is a file of its own that this test holds to the OpenAPI
//! document. `INSTA_UPDATE=always` writes it.

use std::fmt::Write;
use std::fs;

use serde_json::Value;
use xtask::generate::load::{Document, Operation};

use crate::document::{document, resolve};
use crate::{Result, workspace};

const FILE: &str = "crates/pingone-password-emulator/page/reference.html";

#[test]
fn the_pages_reference_follows_the_document() -> Result {
    let rendered = render(&document())?;
    let file = workspace(FILE);
    if fs::read_to_string(&file).is_ok_and(|written| written == rendered) {
        return Ok(());
    }
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        return Ok(fs::write(file, rendered)?);
    }
    panic!("{FILE} is stale; update it: INSTA_UPDATE=always cargo test -p pingone-password-tests --test it reference");
}

fn render(document: &Document) -> Result<String> {
    let mut html = String::new();
    let mut operations: Vec<_> = document.operations().collect();
    operations.sort_by_key(|operation| document.line(&operation.at));
    for operation in operations {
        article(&mut html, document, &operation)?;
    }
    Ok(html)
}

fn article(html: &mut String, document: &Document, operation: &Operation<'_>) -> Result {
    let node = operation.node;
    let id = operation.id().ok_or("no operationId")?;
    let method = operation.method.to_uppercase();
    let path = operation.path();
    let summary = node["summary"].as_str().unwrap_or(id);
    let media_type = node["requestBody"]["content"].as_object().and_then(|content| content.keys().next());
    let content_type =
        media_type.map_or(String::new(), |media_type| format!(" data-content-type=\"{}\"", escape(media_type)));
    writeln!(
        html,
        "<article class=\"operation\" data-operation=\"{id}\" data-method=\"{method}\" data-path=\"{}\"{content_type}>",
        escape(path)
    )?;
    writeln!(html, "<h3>{}</h3>", escape(summary))?;
    writeln!(html, "<p class=\"request-line\"><code>{method} {}</code></p>", escape(path))?;
    for paragraph in paragraphs(node["description"].as_str()) {
        writeln!(html, "<p>{paragraph}</p>")?;
    }
    writeln!(html, "<dl>")?;
    if let Some(media_type) = media_type {
        writeln!(html, "<dt>Content-Type</dt><dd><code>{}</code></dd>", escape(media_type))?;
    }
    for parameter in node["parameters"].as_array().into_iter().flatten() {
        let parameter = resolve(document, parameter);
        let name = parameter["name"].as_str().ok_or("no name")?;
        let place = parameter["in"].as_str().ok_or("no place")?;
        let description = paragraphs(parameter["description"].as_str()).join(" ");
        let values = values(resolve(document, &parameter["schema"]));
        writeln!(html, "<dt>{} <span class=\"quiet\">{place}</span></dt><dd>{description}{values}</dd>", escape(name))?;
    }
    for (status, response) in node["responses"].as_object().into_iter().flatten() {
        let response = resolve(document, response);
        let description = paragraphs(response["description"].as_str()).join(" ");
        writeln!(html, "<dt>{}</dt><dd>{description}</dd>", escape(status))?;
    }
    writeln!(html, "</dl>")?;
    if let Some(example) = example(document, node) {
        let example = escape(&serde_json::to_string_pretty(example)?);
        writeln!(html, "<details><summary>Example of a response</summary><pre>{example}</pre></details>")?;
    }
    if let Some(page) = node["externalDocs"]["url"].as_str() {
        let page = escape(page);
        writeln!(html, "<p class=\"quiet\"><a href=\"{page}\" rel=\"noreferrer\">PingOne’s page</a></p>")?;
    }
    writeln!(html, "</article>")?;
    Ok(())
}

/// Returns the shortest example of a success.
fn example<'a>(document: &'a Document, operation: &'a Value) -> Option<&'a Value> {
    let responses = operation["responses"].as_object()?;
    let (_, success) = responses.iter().find(|(status, _)| status.starts_with('2'))?;
    let content = resolve(document, success)["content"].as_object()?;
    let examples = content.values().filter_map(|media_type| media_type["examples"].as_object()).flatten();
    let values = examples.map(|(_, example)| &resolve(document, example)["value"]);
    values.min_by_key(|value| value.to_string().len())
}

/// Returns the values of an enumeration.
fn values(schema: &Value) -> String {
    let values: Vec<_> = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let values = values.iter().map(|value| format!("<code>{}</code>", escape(value)));
    values.fold(String::new(), |all, value| all + " " + &value)
}

/// Returns the paragraphs of a description, with its `code` as HTML.
fn paragraphs(text: Option<&str>) -> Vec<String> {
    let paragraphs = text.unwrap_or_default().split("\n\n").flat_map(|part| part.split('\n'));
    let html = |text: &str| {
        let parts = escape(text);
        let parts = parts.split('`').enumerate();
        parts.map(|(n, part)| if n % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() }).collect()
    };
    paragraphs.map(str::trim).filter(|text| !text.is_empty()).map(html).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
