//! Writes the models: structs that keep what they don't know, and enums that accept any value.

mod enums;
mod structs;
mod types;

use quote::quote;
use syn::{Attribute, Item, parse_quote};

use super::lower::{Kind, Model, Models};

pub(super) use types::{argument, own, pass, setter};

/// Returns the items of the models.
pub(super) fn models(models: &Models) -> impl Iterator<Item = Item> {
    models.iter().flat_map(|(name, model)| match &model.kind {
        Kind::Struct(properties) => structs::items(name, model, properties),
        Kind::Enum(values) => enums::items(name, model, values),
    })
}

/// The attributes of a type: documentation, deprecation, JSON Schema.
fn attributes(name: &str, model: &Model) -> proc_macro2::TokenStream {
    let docs = docs(if model.docs.is_empty() { name } else { &model.docs });
    let deprecated = deprecated(model.is_deprecated);
    quote! { #(#docs)* #deprecated #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))] #[non_exhaustive] }
}

/// Returns documentation, one `///` per line.
pub(super) fn docs(text: &str) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    put_docs(&mut attributes, text);
    attributes
}

/// Adds documentation, one `///` per line.
pub(super) fn put_docs(attributes: &mut Vec<Attribute>, docs: &str) {
    let lines = docs.trim().lines().map(|line| {
        let line = if line.is_empty() { String::new() } else { format!(" {line}") };
        parse_quote!(#[doc = #line])
    });
    attributes.splice(0..0, lines.collect::<Vec<Attribute>>());
}

/// Returns `#[deprecated]` if the document says so.
pub(super) fn deprecated(is_deprecated: bool) -> Option<proc_macro2::TokenStream> {
    is_deprecated.then(|| quote!(#[deprecated]))
}
