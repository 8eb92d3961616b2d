//! Writes a sample of every request, and what it sends according to the document. Tests compare that with what is sent.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Item, parse_quote};
use url::form_urlencoded::byte_serialize;

use super::lower::{ENVIRONMENT_ID, Location, Lowered, Operation};
use super::models::own;

/// Returns the items of the samples.
pub(super) fn samples(lowered: &Lowered) -> Vec<Item> {
    let requests = lowered.operations.values().map(request);
    let models = lowered.models.keys().map(|name| {
        let ident = format_ident!("{name}");
        quote!(visitor.model::<types::#ident>(#name);)
    });
    let file: syn::File = parse_quote! {
        /// The environment of the samples.
        pub const ENVIRONMENT_ID: &str = #ENVIRONMENT_ID;

        /// Receives a sample of every request.
        pub trait Requests {
            /// Receives a request and what it sends: request line, headers, an empty line, and the body.
            fn request<R: crate::Request>(&mut self, request: R, wire: &'static str);
        }

        /// Sends a sample of every request to a visitor.
        ///
        /// # Errors
        ///
        /// If an example of the document is not of the documented type.
        pub fn requests(visitor: &mut impl Requests) -> ::serde_json::Result<()> {
            #(#requests)*
            ::std::result::Result::Ok(())
        }

        /// A type of the OpenAPI document.
        #[cfg(not(feature = "schemars"))]
        pub trait Model: ::serde::de::DeserializeOwned + ::serde::Serialize + crate::Inspect {}
        #[cfg(not(feature = "schemars"))]
        impl<T: ::serde::de::DeserializeOwned + ::serde::Serialize + crate::Inspect> Model for T {}

        /// A type of the OpenAPI document.
        #[cfg(feature = "schemars")]
        pub trait Model: ::serde::de::DeserializeOwned + ::serde::Serialize + crate::Inspect + ::schemars::JsonSchema {}
        #[cfg(feature = "schemars")]
        impl<T: ::serde::de::DeserializeOwned + ::serde::Serialize + crate::Inspect + ::schemars::JsonSchema> Model for T {}

        /// Receives every model.
        pub trait Models {
            /// Receives a model.
            fn model<T: Model>(&mut self, name: &'static str);
        }

        /// Sends every model to a visitor.
        pub fn models(visitor: &mut impl Models) {
            #(#models)*
        }
    };
    file.items
}

fn request(operation: &Operation) -> TokenStream {
    let name = format_ident!("{}", operation.type_name());
    let decoded = |sample: &Value, ty| {
        let (json, ty) = (sample.to_string(), own(ty, &quote!(types::)));
        quote!(::serde_json::from_str::<#ty>(#json)?)
    };
    let required = operation.own_parameters().filter(|parameter| parameter.is_required);
    let required = required.map(|parameter| decoded(&parameter.sample, &parameter.ty));
    let body = operation.body.iter().map(|body| decoded(&body.sample, &body.ty));
    let arguments = required.chain(body);
    let optional = operation.own_parameters().filter(|parameter| !parameter.is_required).map(|parameter| {
        let ident = format_ident!("{}", parameter.ident);
        let value = decoded(&parameter.sample, &parameter.ty);
        quote!(.#ident(#value))
    });
    let wire = wire(operation);
    quote!(visitor.request(super::requests::#name::new(#(#arguments),*) #(#optional)*, #wire);)
}

/// What an operation sends, by the document alone.
fn wire(operation: &Operation) -> String {
    let mut path = operation.path.clone();
    let (mut query, mut headers) = (Vec::new(), Vec::new());
    for parameter in &operation.parameters {
        let name = &parameter.name;
        for value in texts(&parameter.sample) {
            match parameter.location {
                Location::Path => path = path.replace(&format!("{{{name}}}"), &encoded(&value)),
                Location::Query => query.push(format!("{}={}", encoded(name), encoded(&value))),
                Location::Header => headers.push(format!("{}: {value}", name.to_lowercase())),
            }
        }
    }
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    headers.extend(operation.media_type.iter().map(|media_type| format!("content-type: {media_type}")));
    headers.extend(operation.accept.iter().map(|accept| format!("accept: {accept}")));
    headers.sort();
    let body = operation.body.as_ref().map(|body| format!("\n{}", body.sample)).unwrap_or_default();
    format!("{} {path}{query}\n{}\n{body}", operation.method, headers.join("\n"))
}

/// A parameter's value as text, or those of a list.
fn texts(sample: &Value) -> Vec<String> {
    match sample {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
