//! Responses.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Lint;
use crate::generate::load::{Operation, Pointer};
use crate::generate::media_type::{is_any, is_json};

impl<'a> Lint<'a, '_> {
    /// An operation has one success type and one error type, both JSON, and no `default` response.
    pub(super) fn responses(&mut self, operation: &Operation<'a>) {
        let at = operation.at.child("responses");
        let mut classes: BTreeMap<&str, Vec<(String, Pointer)>> = BTreeMap::new();
        let mut succeeds = false;
        for (status, response) in operation.node["responses"].as_object().into_iter().flatten() {
            let at = at.child(status);
            let class = match status.as_bytes() {
                [b'2', b'0'..=b'9', b'0'..=b'9'] | b"2XX" => "success",
                [b'4' | b'5', b'0'..=b'9', b'0'..=b'9'] | b"4XX" | b"5XX" => "error",
                [b'x', b'-', ..] => continue,
                b"default" => {
                    let problem = "`default` covers success and failure alike";
                    self.find(&at, problem, "declare the statuses: `'200'`, `4XX`, `5XX`");
                    continue;
                }
                _ => {
                    let problem = format!("`{status}` is neither a success nor an error status");
                    self.find(&at, problem, "declare statuses of 2xx, 4xx and 5xx");
                    continue;
                }
            };
            succeeds |= class == "success";
            let Some((response, place)) = self.document.resolve(response, &at) else { continue };
            if let Some(schema) = self.response_schema(response, class, &place) {
                classes.entry(class).or_default().push((schema, at));
            }
        }
        if !succeeds {
            self.find(&at, "the operation has no success response", "declare a response with a 2xx status");
        }
        for (class, schemas) in classes {
            let [(first, _), rest @ ..] = schemas.as_slice() else { continue };
            if let Some((_, at)) = rest.iter().find(|(schema, _)| schema != first) {
                self.find(
                    at,
                    format!("a second {class} type"),
                    format!("use the same schema for every {class} response"),
                );
            }
        }
    }

    /// Returns the schema of a response as text, for comparison.
    fn response_schema(&mut self, response: &Value, class: &str, at: &Pointer) -> Option<String> {
        let mut schemas: Vec<String> = Vec::new();
        for (media_type, content) in response["content"].as_object().into_iter().flatten() {
            let at = at.child("content").child(media_type);
            let is_known = is_json(media_type) || (class == "error" && is_any(media_type));
            if !is_known {
                let help = "use `application/json`, or a media type that ends in `+json`";
                self.find(&at, format!("a response of `{media_type}` can't be decoded"), help);
            } else if let Some(schema) = content.get("schema") {
                schemas.push(schema.to_string());
            } else if !is_any(media_type) {
                let help = "add a `schema`, or remove `content` if there is no body";
                self.find(&at, "the response has no schema", help);
            }
        }
        if schemas.windows(2).any(|pair| pair[0] != pair[1]) {
            self.find(at, "the media types of the response have different schemas", "use the same schema for each");
        }
        schemas.pop()
    }
}
