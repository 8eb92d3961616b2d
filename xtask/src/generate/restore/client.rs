//! Restores the client: exact media types, `Content-Length: 0` for empty bodies, typed arguments and responses.

use std::collections::BTreeSet;

use syn::{ImplItem, Item, ReturnType, parse_quote};

use super::patch::Patch;
use super::responses;
use super::take_docs;
use crate::generate::Error;
use crate::generate::lower::{Lowered, Operation};
use crate::generate::models::{argument, deprecated, put_docs};

pub(super) fn restore(items: &mut [Item], lowered: &Lowered) -> Result<(), Error> {
    let mut patched = BTreeSet::new();
    let mut constructors = 0;
    for item in items {
        document_client(item, lowered);
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
            if method.sig.asyncness.is_none() {
                let docs = take_docs(&mut method.attrs);
                put_docs(&mut method.attrs, &docs.replace("Construct a new client", "Creates a client"));
                continue;
            }
            let name = method.sig.ident.to_string();
            let Some(operation) = lowered.operations.get(&name) else {
                return Err(Error::Generator(format!("the method `{name}` is not an operation of the document")));
            };
            restore_operation(method, operation)?;
            if !patched.insert(name) {
                return Err(Error::Generator(format!("the operation `{}` was generated twice", operation.id)));
            }
        }
    }
    if constructors != 1 {
        return Err(Error::Generator(format!("{constructors} functions are named `Client::new`; expected one")));
    }
    match lowered.operations.iter().find(|(name, _)| !patched.contains(*name)) {
        Some((_, operation)) => Err(Error::Generator(format!("the operation `{}` was not generated", operation.id))),
        None => Ok(()),
    }
}

fn document_client(item: &mut Item, lowered: &Lowered) {
    if let Item::Struct(item) = item {
        take_docs(&mut item.attrs);
        put_docs(&mut item.attrs, &format!("The operations of the OpenAPI document “{}”.", lowered.title));
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
