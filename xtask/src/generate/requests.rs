//! Turns each operation into a value, so that one function can send them all.

use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Item, parse_quote};

use super::lower::{Location, Lowered, Operation, Ty};
use super::models::{deprecated, docs, own, pass, setter};
use super::restore::{operation_docs, response_types};

/// Returns the types of the operations.
pub(super) fn requests(lowered: &Lowered) -> impl Iterator<Item = Item> {
    lowered.operations.values().flat_map(|operation| items(lowered, operation))
}

/// A parameter or the body.
struct Field<'a> {
    ident: Ident,
    ty: &'a Ty,
    is_required: bool,
    is_deprecated: bool,
    docs: String,
}

fn fields(operation: &Operation) -> Vec<Field<'_>> {
    let parameters = operation.own_parameters().map(|parameter| Field {
        ident: format_ident!("{}", parameter.ident),
        ty: &parameter.ty,
        is_required: parameter.is_required,
        is_deprecated: parameter.is_deprecated,
        docs: described(&parameter.docs, &format!("The parameter `{}`.", parameter.name)),
    });
    let body = operation.body.iter().map(|body| Field {
        ident: format_ident!("body"),
        ty: &body.ty,
        is_required: true,
        is_deprecated: false,
        docs: described(&body.docs, "The request body."),
    });
    parameters.chain(body).collect()
}

fn described(docs: &str, otherwise: &str) -> String {
    if docs.is_empty() { otherwise.to_owned() } else { docs.to_owned() }
}

fn items(lowered: &Lowered, operation: &Operation) -> Vec<Item> {
    let name = format_ident!("{}", operation.type_name());
    let fields = fields(operation);
    vec![
        declaration(operation, &name, &fields),
        constructors(&name, &fields),
        implementation(lowered, operation, &name, &fields),
    ]
}

fn declaration(operation: &Operation, name: &Ident, fields: &[Field<'_>]) -> Item {
    let attributes = docs(&operation_docs(operation));
    let is_deprecated = deprecated(operation.is_deprecated);
    let default = fields.iter().all(|field| !field.is_required).then(|| quote!(Default,));
    let declared = fields.iter().map(|Field { ident, ty, is_required, is_deprecated, docs: text }| {
        let docs = docs(text);
        let deprecated = deprecated(*is_deprecated);
        let ty = own(ty, &quote!(types::));
        let ty = if *is_required { ty } else { quote!(::std::option::Option<#ty>) };
        quote!(#(#docs)* #deprecated pub #ident: #ty)
    });
    parse_quote! {
        #(#attributes)*
        #is_deprecated
        #[derive(Clone, Debug, #default)]
        #[non_exhaustive]
        pub struct #name { #(#declared,)* }
    }
}

/// A constructor of the required fields, and a setter for each optional one.
fn constructors(name: &Ident, fields: &[Field<'_>]) -> Item {
    let (arguments, values): (Vec<_>, Vec<_>) = fields
        .iter()
        .filter(|field| field.is_required)
        .map(|Field { ident, ty, .. }| {
            let (ty, value) = setter(ident, ty, &quote!(types::));
            (quote!(#ident: #ty), quote!(#ident: #value))
        })
        .unzip();
    let absent = fields.iter().filter(|field| !field.is_required).map(|field| &field.ident);
    let setters = fields.iter().filter(|field| !field.is_required).map(
        |Field { ident, ty, is_deprecated, docs: text, .. }| {
            let docs = docs(text);
            let deprecated = deprecated(*is_deprecated);
            let (ty, value) = setter(ident, ty, &quote!(types::));
            quote! {
                #(#docs)*
                #deprecated
                #[must_use]
                pub fn #ident(mut self, #ident: #ty) -> Self {
                    self.#ident = ::std::option::Option::Some(#value);
                    self
                }
            }
        },
    );
    let summary =
        if arguments.is_empty() { " Creates the request." } else { " Creates the request from its required fields." };
    parse_quote! {
        impl #name {
            #[doc = #summary]
            #[must_use]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values,)* #(#absent: ::std::option::Option::None,)* }
            }
            #(#setters)*
        }
    }
}

/// The type of the read that shows whether the operation was applied, and the method that makes it from the path's parameters.
fn state_check(lowered: &Lowered, operation: &Operation) -> (TokenStream, Option<TokenStream>) {
    let check = operation.state_check.as_ref();
    let read = check.and_then(|check| lowered.operations.values().find(|read| read.id == check.operation_id));
    let Some(read) = read else { return (quote!(Self), None) };
    // They are on one path, and so have the same parameters in it.
    let in_path = read.own_parameters().filter(|parameter| parameter.location == Location::Path);
    let arguments = in_path.map(|parameter| {
        let ident = format_ident!("{}", parameter.ident);
        if parameter.ty == Ty::UserId { quote!(self.#ident) } else { quote!(self.#ident.clone()) }
    });
    let read = format_ident!("{}", read.type_name());
    let method = quote! {
        fn state_check(&self) -> ::std::option::Option<#read> {
            ::std::option::Option::Some(#read::new(#(#arguments),*))
        }
    };
    (quote!(#read), Some(method))
}

fn implementation(lowered: &Lowered, operation: &Operation, name: &Ident, fields: &[Field<'_>]) -> Item {
    let constant = format_ident!("{}", operation.id.to_shouty_snake_case());
    let method = format_ident!("{}", operation.name);
    let (sent, _) = response_types(operation);
    let class = &operation.responses.success;
    let (body, receive) = match &class.ty {
        Some(ty) if class.may_be_empty() => (own(ty, &quote!(types::)), quote!(::std::convert::identity)),
        Some(_) => (sent, quote!(::std::option::Option::Some)),
        None => (sent, quote!(|()| ::std::option::Option::Some(()))),
    };
    let is_read = operation.method == "GET" && class.ty.is_some() && !class.may_be_empty();
    let (output, outcome): (TokenStream, TokenStream) = if class.ty.is_none() {
        (quote!(()), quote!({ ::std::option::Option::Some(body.unwrap_or_default()) }))
    } else if is_read {
        (body.clone(), quote!({ body }))
    } else {
        (quote!(::std::option::Option<#body>), quote!({ ::std::option::Option::Some(body) }))
    };
    let decode = class.ty.as_ref().map(|_| {
        quote! {
            fn decode(response: &crate::RawResponse) -> ::std::option::Option<Self::Body> {
                response.model().ok()
            }
        }
    });
    let user_id = fields.iter().find(|field| *field.ty == Ty::UserId).map(|Field { ident, .. }| {
        quote! {
            fn user_id(&self) -> ::std::option::Option<crate::UserId> {
                ::std::option::Option::Some(self.#ident)
            }
        }
    });
    let (read, state_check) = state_check(lowered, operation);
    let environment_id =
        operation.parameters.iter().filter(|parameter| parameter.is_environment()).map(|_| quote!(environment_id));
    let arguments = fields.iter().map(|Field { ident, ty, is_required, .. }| pass(ident, ty, *is_required));
    let arguments: Vec<_> = environment_id.chain(arguments).collect();
    parse_quote! {
        impl super::Request for #name {
            const OPERATION: &'static super::operations::Operation = &super::operations::#constant;
            type Body = #body;
            type Output = #output;
            type StateCheck = #read;

            #state_check

            #user_id

            #decode

            fn output(body: ::std::option::Option<Self::Body>) -> ::std::option::Option<Self::Output> #outcome

            async fn send<'a>(
                &'a self,
                client: &'a super::Client,
                environment_id: &'a crate::EnvironmentId,
            ) -> ::std::result::Result<::std::option::Option<Self::Body>, super::Error> {
                let response = client.#method(#(#arguments),*).await.map_err(super::Error::into_untyped)?;
                ::std::result::Result::Ok((#receive)(response.into_inner()))
            }
        }
    }
}
