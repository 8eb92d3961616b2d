//! Request bodies.

use mediatype::MediaType;

use super::Lint;
use crate::generate::load::Operation;
use crate::generate::media_type::allows_json;

impl<'a> Lint<'a, '_> {
    /// A request body has one media type, and the path's fragment is the end of it.
    pub(super) fn request_body(&mut self, operation: &Operation<'a>) {
        let Some((media_types, at)) = self.media_types(operation) else {
            if let Some(fragment) = operation.fragment() {
                let problem =
                    format!("the fragment `#{fragment}` stands for a media type, but there is no `requestBody`");
                self.find(&operation.at, problem, "add a `requestBody` with that media type, or remove the fragment");
            }
            return;
        };
        if operation.method == "get" || operation.method == "delete" {
            let problem = format!("a {} has no request body", operation.method.to_uppercase());
            self.find(&at, problem, "remove `requestBody`");
        }
        let content = at.child("content");
        let [media_type] = media_types.as_slice() else {
            let help = "declare one operation per media type, on a path with a fragment: `…/password#unlock+json`";
            self.find(&content, format!("the request body has {} media types", media_types.len()), help);
            return;
        };
        let here = content.child(media_type);
        match MediaType::parse(media_type) {
            Err(_) => {
                self.find(&here, format!("`{media_type}` is not a valid media type"), "write `type/subtype`, in ASCII");
            }
            Ok(parsed) if parsed.ty == "*" || parsed.subty == "*" => {
                self.find(&here, format!("`{media_type}` is a range of media types"), "name the media type to send");
            }
            Ok(_) => {}
        }
        if let Some(fragment) = operation.fragment() {
            let subtype = media_type.split(['/', ';']).nth(1).unwrap_or_default().trim();
            if fragment != subtype && !subtype.ends_with(&format!(".{fragment}")) {
                let action = subtype.rsplit('.').next().unwrap_or_default();
                self.find(
                    &operation.at,
                    format!("the fragment `#{fragment}` isn't the end of the media type `{media_type}`"),
                    format!("write `{}#{action}`", operation.path()),
                );
            }
        }
        let Some(body) = self.document.root.pointer(at.as_str()) else { return };
        let required = body["required"] == true;
        let has_schema = body["content"][media_type].get("schema").is_some();
        if has_schema && !allows_json(media_type) {
            let help = "use `application/json`, or a vendor media type with a JSON body";
            self.find(&here, format!("a body of `{media_type}` can't be sent"), help);
        }
        if has_schema && !required {
            let help = "add `required: true`, or declare a second operation without a body";
            self.find(&at, "the request body is optional", help);
        }
        if !has_schema && required {
            let help = "add a `schema`, or write `required: false` if there is no body";
            self.find(&at, "the request body is required but has no schema", help);
        }
    }
}
