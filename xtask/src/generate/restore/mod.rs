//! Restores in progenitor's code what `lower` took out of the document.
//!
//! Works on the syntax tree. Each operation is found by name and patched exactly once. If progenitor's output ever
//! changes, generation fails here and names the operation, so that no wrong request is ever sent.

mod client;
mod types;

use proc_macro2::TokenStream;
use syn::{Attribute, Item, parse_quote};

use super::Error;
use super::lower::Lowered;

/// The restored code.
#[derive(Debug)]
pub struct Restored {
    /// The client and its imports.
    pub client: Vec<Item>,
    /// The models.
    pub types: Vec<Item>,
}

/// Restores the code that progenitor generated from a lowered document.
///
/// # Errors
///
/// When the code doesn't have the expected shape.
pub fn restore(tokens: TokenStream, lowered: &Lowered) -> Result<Restored, Error> {
    let file: syn::File = syn::parse2(tokens)
        .map_err(|error| Error::Generator(format!("progenitor's output can't be parsed: {error}")))?;
    let mut restored = Restored { client: Vec::new(), types: Vec::new() };
    for item in file.items {
        match item {
            Item::Mod(module) if module.ident == "types" => {
                restored.types = module.content.map(|(_, items)| items).unwrap_or_default();
            }
            // An unused glob import.
            Item::Mod(module) if module.ident == "prelude" => {}
            item => restored.client.push(item),
        }
    }
    client::restore(&mut restored.client, lowered)?;
    types::restore(&mut restored.types, lowered)?;
    Ok(restored)
}

/// Returns the text of a documentation comment.
pub(crate) fn docs_of(attributes: &[Attribute]) -> String {
    take_docs(&mut attributes.to_vec())
}

/// Removes a documentation comment and returns its text.
fn take_docs(attributes: &mut Vec<Attribute>) -> String {
    let mut docs = String::new();
    attributes.retain(|attribute| match doc_text(attribute) {
        Some(text) => {
            docs.push_str(text.strip_prefix(' ').unwrap_or(&text));
            docs.push('\n');
            false
        }
        None => true,
    });
    docs
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    let meta = attribute.meta.require_name_value().ok().filter(|meta| meta.path.is_ident("doc"))?;
    match &meta.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// Adds documentation, one `///` per line.
fn put_docs(attributes: &mut Vec<Attribute>, docs: &str) {
    let lines = docs.trim().lines().map(|line| {
        let line = if line.is_empty() { String::new() } else { format!(" {line}") };
        parse_quote!(#[doc = #line])
    });
    attributes.splice(0..0, lines.collect::<Vec<Attribute>>());
}
