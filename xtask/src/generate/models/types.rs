//! The Rust types of values.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::generate::lower::Ty;

/// Returns the type that owns a value. `models` is the path of the models.
pub(in crate::generate) fn own(ty: &Ty, models: &TokenStream) -> TokenStream {
    match ty {
        Ty::Any => quote!(::serde_json::Value),
        Ty::Bool => quote!(bool),
        Ty::I32 => quote!(i32),
        Ty::I64 => quote!(i64),
        Ty::F64 => quote!(f64),
        Ty::String => quote!(::std::string::String),
        Ty::Uuid => quote!(::uuid::Uuid),
        Ty::DateTime => quote!(::chrono::DateTime<::chrono::Utc>),
        Ty::Date => quote!(::chrono::NaiveDate),
        Ty::Secret => quote!(crate::Secret),
        Ty::EnvironmentId => quote!(crate::EnvironmentId),
        Ty::UserId => quote!(crate::UserId),
        Ty::PathSegment => quote!(crate::PathSegment),
        Ty::List(inner) => {
            let inner = own(inner, models);
            quote!(::std::vec::Vec<#inner>)
        }
        Ty::Map(inner) => {
            let inner = own(inner, models);
            quote!(::std::collections::BTreeMap<::std::string::String, #inner>)
        }
        Ty::Named(name) => {
            let name = format_ident!("{name}");
            quote!(#models #name)
        }
        Ty::Boxed(name) => {
            let name = format_ident!("{name}");
            quote!(::std::boxed::Box<#models #name>)
        }
    }
}

/// Returns the type of a method's argument.
pub(in crate::generate) fn argument(ty: &Ty, is_required: bool) -> TokenStream {
    let ty = match ty {
        Ty::String => quote!(&'a str),
        ty => {
            let ty = own(ty, &quote!(types::));
            quote!(&'a #ty)
        }
    };
    if is_required { ty } else { quote!(::std::option::Option<#ty>) }
}

/// Returns a field of `self` as a method's argument.
pub(in crate::generate) fn pass(ident: &syn::Ident, ty: &Ty, is_required: bool) -> TokenStream {
    match (ty, is_required) {
        (_, true) => quote!(&self.#ident),
        (Ty::String, false) => quote!(self.#ident.as_deref()),
        (_, false) => quote!(self.#ident.as_ref()),
    }
}

/// Returns the type of a constructor's or setter's argument, and the value that it becomes.
pub(in crate::generate) fn setter(ident: &syn::Ident, ty: &Ty, models: &TokenStream) -> (TokenStream, TokenStream) {
    match ty {
        Ty::Bool => (quote!(bool), quote!(#ident)),
        Ty::Boxed(name) => {
            let name = format_ident!("{name}");
            (quote!(#models #name), quote!(::std::boxed::Box::new(#ident)))
        }
        ty => {
            let ty = own(ty, models);
            (quote!(impl ::std::convert::Into<#ty>), quote!(#ident.into()))
        }
    }
}
