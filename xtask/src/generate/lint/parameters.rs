//! Parameters.

use super::Lint;
use crate::generate::load::Operation;

impl<'a> Lint<'a> {
    /// Every name in the path is a required parameter, and a UUID. The environment and the user are there.
    pub(super) fn path_parameters(&mut self, operation: &Operation<'a>) {
        let place = |name| operation.path().find(name);
        if place("{environmentId}").is_none_or(|environment| place("{userId}").is_none_or(|user| user < environment)) {
            let problem = "the path lacks `{environmentId}`, or `{userId}` behind it: a client is for the users of one environment";
            self.find(&operation.at, problem, "/environments/{environmentId}/users/{userId}/…");
        }
        let parameters = self.parameters_of(operation);
        for name in operation.path().split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            let declared = parameters.iter().find(|(node, _)| node["in"] == "path" && node["name"] == name);
            let Some((node, at)) = declared else {
                let problem = format!("the path parameter `{name}` is not declared");
                self.find(&operation.at, problem, "a parameter with `in: path`, `required: true` and `format: uuid`");
                continue;
            };
            let at = at.child("schema");
            let schema = self.document.resolve(&node["schema"], &at).map(|(schema, _)| schema);
            let is_uuid = schema.is_some_and(|schema| schema["type"] == "string" && schema["format"] == "uuid");
            if !is_uuid {
                let problem =
                    format!("the path parameter `{name}` is no UUID: `..` in its place would reach another resource");
                self.find(&at, problem, "type: string, format: uuid");
            }
        }
    }

    /// Parameters that would be ignored, or would put a secret where it shows.
    pub(super) fn parameters(&mut self, operation: &Operation<'a>) {
        for (node, at) in self.parameters_of(operation) {
            let name = node["name"].as_str().unwrap_or_default();
            let reserved = ["content-type", "accept", "authorization"].contains(&name.to_ascii_lowercase().as_str());
            if node["in"] == "header" && reserved {
                let advice = "the media type in `requestBody.content` or the response, the token in `security`";
                self.find(&at, format!("OpenAPI ignores a header parameter named `{name}`"), advice);
            }
            let schema = self.document.resolve(&node["schema"], &at).map(|(schema, _)| schema);
            if schema.is_some_and(|schema| schema["format"] == "password") {
                let problem = format!("the parameter `{name}` is secret, and would be seen in URLs, headers and logs");
                self.find(&at, problem, "a property of the request body");
            }
        }
    }
}
