//! What an operation sends and receives.

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::{Map, Value};

use super::model::Ty;
use super::names::{Names, identifier};
use super::parameter::{Location, Parameter};
use super::responses::Responses;
use super::sample;
use super::types::{Side, Types};
use crate::generate::docs::markdown;
use crate::generate::load::{self, Document, Findings, Pointer};

/// An operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its place in the document.
    pub at: Pointer,
    /// The `operationId`.
    pub id: String,
    /// The name of the client's method.
    pub name: String,
    /// The summary.
    pub summary: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The URL of the vendor's page.
    pub page: Option<String>,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The media type sent as `Content-Type`.
    pub media_type: Option<String>,
    /// The body.
    pub body: Option<Body>,
    /// The parameters in the path, the query and the headers, in this order.
    pub parameters: Vec<Parameter>,
    /// Whether the operation can be retried without a state check.
    pub is_idempotent: bool,
    /// Which read shows whether the operation was applied.
    pub state_check: Option<StateCheck>,
    /// Whether the document deprecates it.
    pub is_deprecated: bool,
    /// The media types of the responses, as sent in `Accept`.
    pub accept: Option<String>,
    /// The responses.
    pub responses: Responses,
}

/// How to find out whether an operation was applied.
#[derive(Debug, Clone)]
pub struct StateCheck {
    /// The `operationId` of the read.
    pub operation_id: String,
    /// The property of the read's response, with dots between the names of nested objects.
    pub property: String,
    /// The value of the property if the operation was not applied.
    pub not_applied: String,
    /// The values of the property that the document lists.
    pub known: Vec<String>,
    /// Whether something else may keep the value `not_applied` after the operation was applied.
    pub may_remain: bool,
}

impl StateCheck {
    fn of(document: &Document, node: &Value) -> Option<Self> {
        let text = |name| node[load::STATE_CHECK][name].as_str().map(str::to_owned);
        let (operation_id, property) = (text("operationId")?, text("property")?);
        let read = document.operations().find(|read| read.id() == Some(&operation_id))?;
        let known = load::documented_values(document, &read, &property);
        let may_remain = node[load::STATE_CHECK]["mayRemain"] == true;
        Some(Self { operation_id, property, not_applied: text("notApplied")?, known, may_remain })
    }
}

/// A request body.
#[derive(Debug, Clone)]
pub struct Body {
    /// Its type.
    pub ty: Ty,
    /// The documentation.
    pub docs: String,
    /// A value in JSON.
    pub sample: Value,
}

impl Operation {
    /// Reads an operation. Returns none if it has no `operationId`.
    pub(super) fn of<'a>(
        document: &'a Document,
        operation: &load::Operation<'a>,
        types: &mut Types<'a>,
        findings: &mut Findings<'a>,
    ) -> Option<Self> {
        let id = operation.id()?.to_owned();
        let (node, at) = (operation.node, &operation.at);
        let type_name = id.to_upper_camel_case();
        let text = |node: &Value| node.as_str().map(|text| text.trim().to_owned());
        let body_at = at.child("requestBody");
        let body = node.get("requestBody").and_then(|body| document.resolve(body, &body_at));
        let content = body.as_ref().and_then(|(body, at)| {
            let (media_type, content) = body["content"].as_object()?.iter().next()?;
            Some((media_type.clone(), content, at.child("content").child(media_type)))
        });
        let schema = content.as_ref().and_then(|(_, content, at)| Some((content.get("schema")?, at.child("schema"))));
        let example = content.as_ref().and_then(|(_, content, _)| sample::example(document, content)).cloned();
        let body = schema.map(|(schema, at)| Body {
            sample: example.unwrap_or_else(|| sample::sample(document, schema, &at, Side::Request)),
            ty: types.ty(schema, &at, &format!("{type_name}Body"), Side::Request, findings),
            docs: body.as_ref().and_then(|(body, _)| body["description"].as_str()).map(markdown).unwrap_or_default(),
        });
        let mut names = Names::reserving(if body.is_some() { &["body", "self"] } else { &["self"] });
        let parameters = Parameter::all(document, operation, &type_name, &mut names, types, findings);
        Some(Self {
            at: at.clone(),
            name: identifier(&id.to_snake_case()).unwrap_or_default(),
            summary: text(&node["summary"]),
            description: node["description"].as_str().map(markdown),
            page: text(&node["externalDocs"]["url"]),
            method: operation.method.to_ascii_uppercase(),
            path: operation.path().to_owned(),
            media_type: content.map(|(media_type, ..)| media_type),
            body,
            parameters,
            is_idempotent: node[load::IDEMPOTENT] == true,
            state_check: StateCheck::of(document, node),
            is_deprecated: node["deprecated"] == true,
            accept: accept(document, node),
            responses: Responses::of(document, operation, &type_name, types, findings),
            id,
        })
    }

    /// Returns the name of the type of the operation's value.
    #[must_use]
    pub fn type_name(&self) -> String {
        self.id.to_upper_camel_case()
    }

    /// Returns whether the request is sent with `Content-Length: 0`, as a write without a body has to be.
    #[must_use]
    pub fn is_empty_write(&self) -> bool {
        self.body.is_none() && ["POST", "PUT", "PATCH"].contains(&self.method.as_str())
    }

    /// Returns the parameters that a caller passes: all but the environment.
    pub fn own_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| !parameter.is_environment())
    }

    /// Returns the path template with the names of the arguments, for progenitor.
    pub(super) fn template(&self) -> String {
        self.parameters
            .iter()
            .filter(|parameter| parameter.location == Location::Path)
            .fold(self.path.clone(), |path, parameter| {
                path.replace(&format!("{{{}}}", parameter.name), &format!("{{{}}}", parameter.ident))
            })
    }
}

/// Returns the media types of all responses, each once.
fn accept(document: &Document, node: &Value) -> Option<String> {
    let mut accept: Vec<&str> = Vec::new();
    for response in node["responses"].as_object().into_iter().flat_map(Map::values) {
        let Some((response, _)) = document.resolve(response, &Pointer::default()) else { continue };
        for media_type in response["content"].as_object().into_iter().flat_map(Map::keys) {
            if !accept.contains(&media_type.as_str()) {
                accept.push(media_type);
            }
        }
    }
    (!accept.is_empty()).then(|| accept.join(", "))
}
