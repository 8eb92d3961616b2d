//! Enums, which accept values that the document doesn't list.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Item, parse_quote};

use super::{attributes, docs};
use crate::generate::lower::Model;

pub(super) fn items(name: &str, model: &Model, values: &[(String, String)]) -> Vec<Item> {
    let attributes = attributes(name, model);
    let ident = format_ident!("{name}");
    let variants: Vec<_> = values.iter().map(|(variant, _)| format_ident!("{variant}")).collect();
    let texts: Vec<_> = values.iter().map(|(_, text)| text).collect();
    let variant_docs = texts.iter().map(|text| docs(&format!("`{text}`")));
    // What only requests contain is for the caller to choose.
    let is_open = model.in_response;
    let open = is_open.then(unrecognized);
    let copy = (!is_open).then(|| quote!(Copy,));
    let as_str = is_open.then(|| quote!(Self::Unrecognized(value) => value,));
    let read = if is_open {
        quote!(::std::option::Option::Some(Self::from(text)))
    } else {
        quote! {
            match text {
                #(#texts => ::std::option::Option::Some(Self::#variants),)*
                _ => ::std::option::Option::None,
            }
        }
    };
    let file: syn::File = parse_quote! {
        #attributes
        #[derive(Clone, #copy Debug, Eq, Hash, Ord, PartialEq, PartialOrd, ::serde::Serialize)]
        pub enum #ident {
            #(#(#variant_docs)* #[serde(rename = #texts)] #variants,)*
            #open
        }
        impl #ident {
            /// Returns the value as sent over the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#variants => #texts,)*
                    #as_str
                }
            }
        }
        impl ::std::fmt::Display for #ident {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl crate::json::FromJson for #ident {
            const EXPECTED: &'static str = "a known value";
            fn from_text(text: &str) -> ::std::option::Option<Self> {
                #read
            }
        }
        impl crate::Inspect for #ident {
            fn text(&self) -> ::std::option::Option<&str> {
                ::std::option::Option::Some(self.as_str())
            }
        }
        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                crate::json::deserialize(deserializer)
            }
        }
    };
    let mut items = file.items;
    if is_open {
        items.extend(conversions(&ident, &variants, &texts));
    }
    items
}

fn unrecognized() -> TokenStream {
    quote! {
        /// A value that the OpenAPI document doesn't list, as the server sent it.
        #[serde(untagged)]
        Unrecognized(::std::string::String)
    }
}

fn conversions(ident: &syn::Ident, variants: &[syn::Ident], texts: &[&String]) -> Vec<Item> {
    let file: syn::File = parse_quote! {
        impl ::std::convert::From<&str> for #ident {
            fn from(value: &str) -> Self {
                match value {
                    #(#texts => Self::#variants,)*
                    other => Self::Unrecognized(other.to_owned()),
                }
            }
        }
        impl ::std::convert::From<::std::string::String> for #ident {
            fn from(value: ::std::string::String) -> Self {
                Self::from(value.as_str())
            }
        }
    };
    file.items
}
