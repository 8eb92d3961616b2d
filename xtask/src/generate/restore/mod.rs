//! Restores in progenitor's code what `lower` took out of the document.
//!
//! Works on the syntax tree. Each operation is found by name and patched exactly once. If progenitor's output ever
//! changes, generation fails here and names the operation, so that no wrong request is ever sent.

mod client;
mod patch;
mod responses;

use proc_macro2::TokenStream;
use syn::{Attribute, Item};

use super::Error;
use super::lower::{Lowered, Operation};

/// Restores the code that progenitor generated from a lowered document: the client and its imports.
///
/// # Errors
///
/// When the code doesn't have the expected shape.
pub fn restore(tokens: TokenStream, lowered: &Lowered) -> Result<Vec<Item>, Error> {
    let file: syn::File = syn::parse2(tokens)
        .map_err(|error| Error::Generator(format!("progenitor's output can't be parsed: {error}")))?;
    // The prelude is an unused glob import; the models are written by `models`.
    // So is the assertion that `Client` has hooks: requests are sent without them.
    let is_unused = |item: &Item| match item {
        Item::Mod(module) => module.ident == "types" || module.ident == "prelude",
        Item::Const(assertion) => assertion.ident == "_",
        _ => false,
    };
    let mut client: Vec<Item> = file.items.into_iter().filter(|item| !is_unused(item)).collect();
    client::restore(&mut client, lowered)?;
    Ok(client)
}

/// Returns whether a block contains operations.
pub(super) fn has_operations(block: &syn::ItemImpl) -> bool {
    block.items.iter().any(|item| matches!(item, syn::ImplItem::Fn(method) if method.sig.asyncness.is_some()))
}

/// Returns the types of a success and of an error.
pub(super) fn response_types(operation: &Operation) -> (TokenStream, TokenStream) {
    responses::types(&operation.responses)
}

/// Returns the documentation of an operation.
pub(super) fn operation_docs(operation: &Operation) -> String {
    let Operation { id, summary, description, page, method, path, media_type, body, .. } = operation;
    let mut request = format!("Sends `{method} {path}`");
    if let Some(media_type) = media_type {
        let empty = if body.is_some() { "" } else { ", without a body" };
        request = format!("{request} with `Content-Type: {media_type}`{empty}");
    }
    request.push('.');
    let page = page.as_ref().map(|page| format!("See the vendor's page: <{page}>."));
    let summary = summary.clone().unwrap_or_else(|| format!("`{id}`"));
    let parts = [Some(summary), description.clone(), Some(request), page];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
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
