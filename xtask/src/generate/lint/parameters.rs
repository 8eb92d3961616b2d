//! Parameters.

use super::Lint;
use crate::generate::load::Operation;

impl<'a> Lint<'a> {
    /// Every name in the path is a required parameter and a UUID. The path contains the environment and the user.
    pub(super) fn path_parameters(&mut self, operation: &Operation<'a>) {
        let place = |name| operation.path().find(name);
        if place("{environmentId}").is_none_or(|environment| place("{userId}").is_none_or(|user| user < environment)) {
            let problem = "the path lacks `{environmentId}`, or `{userId}` after it";
            self.find(&operation.at, problem, "write `/environments/{environmentId}/users/{userId}/…`");
        }
        let parameters = self.parameters_of(operation);
        for name in operation.path().split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            let declared = parameters.iter().find(|(node, _)| node["in"] == "path" && node["name"] == name);
            let Some((node, at)) = declared else {
                let problem = format!("the path parameter `{name}` is not declared");
                self.find(&operation.at, problem, "declare it with `in: path`, `required: true` and `format: uuid`");
                continue;
            };
            let at = at.child("schema");
            let schema = self.document.resolve(&node["schema"], &at).map(|(schema, _)| schema);
            let is_uuid = schema.is_some_and(|schema| schema["type"] == "string" && schema["format"] == "uuid");
            if !is_uuid {
                let problem =
                    format!("the path parameter `{name}` isn't a UUID: a value of `..` would reach another resource");
                self.find(&at, problem, "add `type: string` and `format: uuid`");
            }
        }
    }

    /// No parameter is one that OpenAPI ignores, and none is a secret.
    pub(super) fn parameters(&mut self, operation: &Operation<'a>) {
        for (node, at) in self.parameters_of(operation) {
            let name = node["name"].as_str().unwrap_or_default();
            let reserved = ["content-type", "accept", "authorization"].contains(&name.to_ascii_lowercase().as_str());
            if node["in"] == "header" && reserved {
                let help =
                    "declare the media type in `requestBody.content` or the response, and the token in `security`";
                self.find(&at, format!("OpenAPI ignores a header parameter named `{name}`"), help);
            }
            let schema = self.document.resolve(&node["schema"], &at).map(|(schema, _)| schema);
            if schema.is_some_and(|schema| schema["format"] == "password") {
                let problem = format!("the parameter `{name}` is a secret, and URLs and headers end up in logs");
                self.find(&at, problem, "make it a property of the request body");
            }
        }
    }
}
