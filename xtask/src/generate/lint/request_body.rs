//! Request bodies.

use mediatype::MediaType;

use super::Lint;
use crate::generate::load::Operation;
use crate::generate::media_type::is_json;

impl<'a> Lint<'a> {
    /// One media type for one request body, named by the path's fragment.
    pub(super) fn request_body(&mut self, operation: &Operation<'a>) {
        let Some((media_types, at)) = self.media_types(operation) else {
            if let Some(fragment) = operation.fragment() {
                let problem =
                    format!("the fragment `#{fragment}` stands for a media type, and there is no request body");
                self.find(&operation.at, problem, "a `requestBody` with that media type, or a path without fragment");
            }
            return;
        };
        let content = at.child("content");
        let [media_type] = media_types.as_slice() else {
            let problem = format!("the request body has {} media types", media_types.len());
            self.find(
                &content,
                problem,
                "one operation for each media type, on a path with a fragment: `…/password#unlock+json`",
            );
            return;
        };
        let here = content.child(media_type);
        match MediaType::parse(media_type) {
            Err(_) => self.find(&here, format!("`{media_type}` is no media type"), "type/subtype, in ASCII"),
            Ok(parsed) if parsed.ty == "*" || parsed.subty == "*" => {
                self.find(&here, format!("`{media_type}` is a range of media types"), "the one that goes out");
            }
            Ok(_) => {}
        }
        if let Some(fragment) = operation.fragment() {
            let action = media_type.rsplit(['.', '/']).next().unwrap_or_default();
            if fragment != action {
                let problem =
                    format!("the path's fragment `#{fragment}` is not the end of its media type `{media_type}`");
                self.find(&operation.at, problem, format!("{}#{action}", operation.path()));
            }
        }
        let Some(body) = self.document.root.pointer(at.as_str()) else { return };
        let required = body["required"] == true;
        let has_schema = body["content"][media_type].get("schema").is_some();
        if has_schema && !is_json(media_type) && !media_type.contains("/vnd.") {
            self.find(
                &here,
                format!("a body of `{media_type}` can't be sent"),
                "application/json, or a vendor type for a JSON body",
            );
        }
        if has_schema && !required {
            self.find(&at, "a body that may be left out can't be told by a type", "required: true");
        }
        if !has_schema && required {
            self.find(
                &at,
                "a body is required, and nothing says what it is",
                "a `schema`, or `required: false` where there is no body",
            );
        }
    }
}
