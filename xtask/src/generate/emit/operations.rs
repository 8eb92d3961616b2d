//! The table of operations.

use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Item, parse_quote};

use crate::generate::lower::{Lowered, Operation, StateCheck};

pub(super) fn operations(lowered: &Lowered) -> Vec<Item> {
    let names: Vec<_> =
        lowered.operations.keys().map(|name| format_ident!("{}", name.to_shouty_snake_case())).collect();
    let constants = lowered.operations.values().zip(&names).map(|(operation, name)| constant(operation, name));
    let file: syn::File = parse_quote! {
        /// An operation: its method, path and media type.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Operation {
            /// The `operationId` in the OpenAPI document.
            pub id: &'static str,
            /// The HTTP method.
            pub method: &'static str,
            /// The path template, relative to the base URL, with parameter names in braces.
            pub path: &'static str,
            /// The media type sent as `Content-Type`.
            pub media_type: ::std::option::Option<&'static str>,
            /// Whether the operation can be retried without a state check.
            pub is_idempotent: bool,
            /// How to find out whether the operation was applied, if a read shows it.
            pub state_check: ::std::option::Option<StateCheck>,
        }
        /// A read that shows whether an operation was applied.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct StateCheck {
            /// The `operationId` of the read.
            pub operation_id: &'static str,
            /// The property of the read's response, with dots between the names of nested objects.
            pub property: &'static str,
            /// The value of the property if the operation was not applied.
            pub not_applied: &'static str,
            /// The values of the property that the document lists. Any other shows nothing.
            pub known: &'static [&'static str],
            /// Whether something else may keep that value after the operation was applied.
            pub may_remain: bool,
        }
        #(#constants)*
        /// Every operation in the OpenAPI document.
        pub const ALL: &[Operation] = &[#(#names),*];
    };
    file.items
}

fn constant(operation: &Operation, name: &syn::Ident) -> TokenStream {
    let Operation { id, method, path, summary, is_idempotent, .. } = operation;
    let docs = format!(" {}", summary.as_ref().unwrap_or(id));
    let media_type = if let Some(media_type) = &operation.media_type {
        quote!(::std::option::Option::Some(#media_type))
    } else {
        quote!(::std::option::Option::None)
    };
    let state_check = if let Some(StateCheck { operation_id, property, not_applied, known, may_remain }) =
        &operation.state_check
    {
        quote! {
            ::std::option::Option::Some(StateCheck {
                operation_id: #operation_id, property: #property, not_applied: #not_applied, known: &[#(#known),*], may_remain: #may_remain
            })
        }
    } else {
        quote!(::std::option::Option::None)
    };
    quote! {
        #[doc = #docs]
        pub const #name: Operation = Operation { id: #id, method: #method, path: #path, media_type: #media_type, is_idempotent: #is_idempotent, state_check: #state_check };
    }
}
