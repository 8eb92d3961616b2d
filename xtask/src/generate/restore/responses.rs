//! Restores what becomes of each response.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Arm, parse_quote};

use crate::generate::lower::{Class, Responses, Status};
use crate::generate::models::own;

/// Returns the types of a success and of an error.
pub(super) fn types(responses: &Responses) -> (TokenStream, TokenStream) {
    let body = |class: &Class| class.ty.as_ref().map(|ty| own(ty, &quote!(types::)));
    let success = match body(&responses.success) {
        Some(ty) if responses.success.may_be_empty() => quote!(::std::option::Option<#ty>),
        Some(ty) => ty,
        None => quote!(()),
    };
    (success, body(&responses.error).unwrap_or_else(|| quote!(())))
}

/// Returns an arm for each status. An error without a documented body is an unexpected response.
pub(super) fn arms(responses: &Responses) -> Vec<Arm> {
    let may_be_empty = responses.success.may_be_empty();
    let body = responses.success.ty.as_ref().map(|ty| own(ty, &quote!(types::)));
    let success = responses.success.statuses.iter().map(|(status, has_body)| -> Arm {
        let status = pattern(*status);
        match (has_body, may_be_empty) {
            (true, false) => parse_quote!(#status => response.decode(),),
            (true, true) => parse_quote! {
                #status => response.decode::<#body, _>()?.map(::std::option::Option::Some),
            },
            (false, true) => parse_quote! {
                #status => Ok(response.with_value(::std::option::Option::None)),
            },
            (false, false) => parse_quote!(#status => Ok(response.with_value(())),),
        }
    });
    let error =
        responses.error.statuses.iter().filter(|_| responses.error.ty.is_some()).map(|(status, has_body)| -> Arm {
            let status = pattern(*status);
            if *has_body {
                parse_quote!(#status => Err(Error::ErrorResponse(response.decode()?)),)
            } else {
                parse_quote!(#status => Err(Error::UnexpectedResponse(response.into())),)
            }
        });
    let other: Arm = parse_quote!(_ => Err(Error::UnexpectedResponse(response.into())),);
    success.chain(error).chain([other]).collect()
}

fn pattern(status: Status) -> TokenStream {
    match status {
        Status::Code(code) => quote!(#code),
        Status::Range(digit) => {
            let (first, last) = (digit * 100, digit * 100 + 99);
            quote!(#first..=#last)
        }
    }
}
