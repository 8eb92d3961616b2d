//! Restores the client: exact media types, `Content-Length: 0` for empty bodies, typed arguments and responses.

use std::collections::BTreeSet;

use syn::{ImplItem, ImplItemFn, Item, ReturnType, parse_quote};

use super::patch::Patch;
use super::responses;
use super::take_docs;
use crate::generate::Error;
use crate::generate::lower::{Lowered, Operation};
use crate::generate::models::{argument, deprecated, put_docs};

pub(super) fn restore(items: &mut [Item], lowered: &Lowered) -> Result<(), Error> {
    let mut patched = BTreeSet::new();
    let (mut constructors, mut base_urls) = (0, 0);
    for item in items {
        restore_declaration(item, lowered);
        let Item::Impl(block) = item else { continue };
        if block.trait_.is_some() {
            continue;
        }
        block.attrs.retain(|attribute| !attribute.path().is_ident("allow"));
        // `new` builds a reqwest client without this crate's limits, and panics if that fails.
        let before = block.items.len();
        block.items.retain(|item| !matches!(item, ImplItem::Fn(method) if method.sig.ident == "new"));
        constructors += before - block.items.len();
        for item in &mut block.items {
            let ImplItem::Fn(method) = item else { continue };
            let name = method.sig.ident.to_string();
            if name == "new_with_client" {
                *method = constructor();
                base_urls += 1;
                continue;
            }
            let Some(operation) = lowered.operations.get(&name) else {
                return Err(Error::Generator(format!("the method `{name}` is not an operation of the document")));
            };
            restore_operation(method, operation)?;
            if !patched.insert(name) {
                return Err(Error::Generator(format!("the operation `{}` was generated twice", operation.id)));
            }
        }
    }
    for (name, count) in [("new", constructors), ("new_with_client", base_urls)] {
        if count != 1 {
            return Err(Error::Generator(format!("{count} functions are named `Client::{name}`; expected one")));
        }
    }
    match lowered.operations.iter().find(|(name, _)| !patched.contains(*name)) {
        Some((_, operation)) => Err(Error::Generator(format!("the operation `{}` was not generated", operation.id))),
        None => Ok(()),
    }
}

/// Documents the client, and gives it a base URL that is parsed once, not at every request.
fn restore_declaration(item: &mut Item, lowered: &Lowered) {
    if let Item::Struct(item) = item {
        take_docs(&mut item.attrs);
        put_docs(&mut item.attrs, &format!("The operations of the OpenAPI document “{}”.", lowered.title));
        for field in item.fields.iter_mut().filter(|field| field.ident.as_ref().is_some_and(|name| name == "baseurl")) {
            field.ty = parse_quote!(crate::BaseUrl);
        }
    }
}

fn constructor() -> ImplItemFn {
    parse_quote! {
        /// Creates a client for one attempt at a request.
        pub fn new_with_client(baseurl: crate::BaseUrl, client: reqwest::Client, inner: crate::Attempt) -> Self {
            Self { baseurl, client, inner }
        }
    }
}

fn restore_operation(method: &mut syn::ImplItemFn, operation: &Operation) -> Result<(), Error> {
    let mut patch = Patch::new(operation);
    patch.apply(&mut method.block);
    for (what, count, expected) in patch.counts() {
        if count != expected {
            let problem = format!(
                "the operation `{}` {what} {count} times; expected {expected}: progenitor's output has changed",
                operation.id
            );
            return Err(Error::Generator(problem));
        }
    }
    restore_signature(&mut method.sig, operation)?;
    take_docs(&mut method.attrs);
    put_docs(&mut method.attrs, &docs(operation));
    if deprecated(operation.is_deprecated).is_some() {
        method.attrs.push(parse_quote!(#[deprecated]));
    }
    Ok(())
}

/// Gives the arguments the types of the document, and the result those of its responses.
fn restore_signature(signature: &mut syn::Signature, operation: &Operation) -> Result<(), Error> {
    let arguments = operation
        .parameters
        .iter()
        .map(|parameter| (parameter.ident.as_str(), argument(&parameter.ty, parameter.is_required)));
    let body = operation.body.iter().map(|body| ("body", argument(&body.ty, true)));
    let arguments: Vec<_> = arguments.chain(body).collect();
    let names: BTreeSet<String> = signature.inputs.iter().skip(1).filter_map(argument_name).collect();
    if names != arguments.iter().map(|(name, _)| (*name).to_owned()).collect() {
        let problem = format!("the arguments of the operation `{}` are {names:?}", operation.id);
        return Err(Error::Generator(format!("{problem}: progenitor's output has changed")));
    }
    let arguments = arguments.iter().map(|(name, ty)| -> syn::FnArg {
        let name = quote::format_ident!("{name}");
        parse_quote!(#name: #ty)
    });
    signature.inputs = [parse_quote!(&'a self)].into_iter().chain(arguments).collect();
    let (success, error) = responses::types(&operation.responses);
    let output: syn::Type = parse_quote!(Result<ResponseValue<#success>, Error<#error>>);
    signature.output = ReturnType::Type(<syn::Token![->]>::default(), Box::new(output));
    Ok(())
}

fn argument_name(argument: &syn::FnArg) -> Option<String> {
    match argument {
        syn::FnArg::Typed(argument) => match &*argument.pat {
            syn::Pat::Ident(pattern) => Some(pattern.ident.to_string()),
            _ => None,
        },
        syn::FnArg::Receiver(_) => None,
    }
}

/// The documentation of a method.
fn docs(operation: &Operation) -> String {
    let mut docs = vec![super::operation_docs(operation)];
    let arguments = operation.parameters.iter().map(|parameter| (parameter.ident.as_str(), parameter.docs.as_str()));
    let body = operation.body.iter().map(|body| ("body", body.docs.as_str()));
    let arguments: Vec<String> = arguments
        .chain(body)
        .map(|(name, docs)| if docs.is_empty() { format!("- `{name}`") } else { format!("- `{name}`: {docs}") })
        .collect();
    if !arguments.is_empty() {
        docs.push(format!("Arguments:\n{}", arguments.join("\n")));
    }
    docs.push("# Errors\n\nIf the request can't be sent, or the response is not the documented success.".to_owned());
    docs.join("\n\n")
}
