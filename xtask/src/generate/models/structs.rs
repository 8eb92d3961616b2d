//! Structs, which keep properties that the document doesn't list.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Item, parse_quote};

use super::{attributes, deprecated, docs, own, setter};
use crate::generate::lower::{Model, Property};

pub(super) fn items(name: &str, model: &Model, properties: &[Property]) -> Vec<Item> {
    let ident = format_ident!("{name}");
    let fields: Vec<Field<'_>> = properties.iter().map(|property| Field::of(property, model)).collect();
    let mut items = vec![declaration(name, &ident, model, &fields)];
    if has_secret(properties) {
        items.push(redacted_debug(&ident, &fields));
    }
    if model.in_request {
        items.push(constructors(&ident, &fields));
    }
    items.extend(decoding(&ident, model, &fields));
    items.push(inspection(&ident, &fields));
    items
}

/// A property and its field.
struct Field<'a> {
    property: &'a Property,
    ident: Ident,
    own: TokenStream,
    /// The type of the field.
    ty: TokenStream,
    /// Whether `null` is sent instead of nothing.
    sends_null: bool,
}

impl<'a> Field<'a> {
    fn of(property: &'a Property, model: &Model) -> Self {
        let own = own(&property.ty, &quote!());
        let ty = if property.is_optional() { quote!(::std::option::Option<#own>) } else { own.clone() };
        let sends_null = property.is_required && property.is_nullable && model.in_request;
        Self { property, ident: field_ident(&property.ident), own, ty, sends_null }
    }
}

fn field_ident(name: &str) -> Ident {
    format_ident!("{name}")
}

fn has_secret(properties: &[Property]) -> bool {
    properties.iter().any(|property| property.ty.is_secret())
}

fn declaration(name: &str, ident: &Ident, model: &Model, fields: &[Field<'_>]) -> Item {
    let attributes = attributes(name, model);
    let declared = fields.iter().map(|Field { property, ident, ty, sends_null, .. }| {
        let docs = docs(&property.docs);
        let deprecated = deprecated(property.is_deprecated);
        let rename = (property.name != property.ident).then(|| {
            let name = &property.name;
            quote!(#[serde(rename = #name)])
        });
        let skip = (property.is_optional() && !sends_null)
            .then(|| quote!(#[serde(skip_serializing_if = "::std::option::Option::is_none")]));
        quote!(#(#docs)* #deprecated #rename #skip pub #ident: #ty)
    });
    let debug = (!fields.iter().any(|field| field.property.ty.is_secret())).then(|| quote!(Debug,));
    let is_default = model.in_request && fields.iter().all(|field| field.property.is_optional());
    let default = is_default.then(|| quote!(Default,));
    parse_quote! {
        #attributes
        #[derive(Clone, #debug #default ::serde::Serialize)]
        pub struct #ident {
            #(#declared,)*
            /// Properties that the OpenAPI document doesn't list, or whose value isn't of the documented type, as JSON.
            #[serde(flatten)]
            pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        }
    }
}

/// `Debug` without the values of additional properties: beside a secret, one may be a misspelled secret.
fn redacted_debug(ident: &Ident, fields: &[Field<'_>]) -> Item {
    let name = ident.to_string();
    let (idents, names): (Vec<_>, Vec<_>) = fields.iter().map(|field| (&field.ident, field.ident.to_string())).unzip();
    parse_quote! {
        impl ::std::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(#name)
                    #(.field(#names, &self.#idents))*
                    .field("extra", &self.extra.keys())
                    .finish()
            }
        }
    }
}

/// A constructor of the required properties, and a setter for each optional one.
fn constructors(ident: &Ident, fields: &[Field<'_>]) -> Item {
    let (arguments, values): (Vec<_>, Vec<_>) = fields
        .iter()
        .filter(|field| field.property.is_required)
        .map(|Field { property, ident, ty, .. }| {
            let (ty, value) = if property.is_nullable {
                (quote!(impl ::std::convert::Into<#ty>), quote!(#ident.into()))
            } else {
                setter(ident, &property.ty, &quote!())
            };
            (quote!(#ident: #ty), quote!(#ident: #value))
        })
        .unzip();
    let absent: Vec<_> = fields.iter().filter(|field| !field.property.is_required).map(|field| &field.ident).collect();
    let setters = fields.iter().filter(|field| !field.property.is_required).map(|Field { property, ident, .. }| {
        let docs = docs(&setter_docs(property));
        let deprecated = deprecated(property.is_deprecated);
        let (ty, value) = setter(ident, &property.ty, &quote!());
        quote! {
            #(#docs)*
            #deprecated
            #[must_use]
            pub fn #ident(mut self, #ident: #ty) -> Self {
                self.#ident = ::std::option::Option::Some(#value);
                self
            }
        }
    });
    let summary = if arguments.is_empty() {
        " Creates a value without any property."
    } else {
        " Creates a value with the required properties."
    };
    parse_quote! {
        impl #ident {
            #[doc = #summary]
            #[must_use]
            pub fn new(#(#arguments),*) -> Self {
                Self {
                    #(#values,)*
                    #(#absent: ::std::option::Option::None,)*
                    extra: ::serde_json::Map::new(),
                }
            }
            #(#setters)*
            /// Sets a property by its name in JSON: one that the OpenAPI document doesn't list, or an explicit `null`.
            #[must_use]
            pub fn extra(mut self, name: impl ::std::convert::Into<::std::string::String>, value: impl ::std::convert::Into<::serde_json::Value>) -> Self {
                self.extra.insert(name.into(), value.into());
                self
            }
        }
    }
}

fn setter_docs(property: &Property) -> String {
    let name = format!("Sets `{}`.", property.name);
    if property.docs.is_empty() { name } else { format!("{name}\n\n{}", property.docs) }
}

/// Decoding, one property at a time.
fn decoding(ident: &Ident, model: &Model, fields: &[Field<'_>]) -> Vec<Item> {
    let names: Vec<_> = fields.iter().map(|field| &field.property.name).collect();
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let owns = fields.iter().map(|field| &field.own);
    let required: Vec<_> = fields.iter().filter(|field| !field.property.is_optional()).collect();
    let required_idents: Vec<_> = required.iter().map(|field| &field.ident).collect();
    let required_names: Vec<_> = required.iter().map(|field| &field.property.name).collect();
    let optional = fields.iter().filter(|field| field.property.is_optional());
    let (optional_idents, optional_names): (Vec<_>, Vec<_>) =
        optional.map(|field| (&field.ident, &field.property.name)).unzip();
    let indices = 0..fields.len();
    let keeps_null = model.in_request;
    let expected = match required_names.as_slice() {
        [] => "an object".to_owned(),
        names => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("an object with {}", names.join(", "))
        }
    };
    let finish = if required.is_empty() {
        quote!(::std::result::Result::Ok(crate::json::Decoded::Fits(Self { #(#optional_idents,)* extra })))
    } else {
        quote! {
            match (#(#required_idents,)*) {
                (#(::std::option::Option::Some(#required_idents),)*) => {
                    ::std::result::Result::Ok(crate::json::Decoded::Fits(Self { #(#idents,)* extra }))
                }
                (#(#required_idents,)*) => {
                    #(crate::json::put_back(&mut extra, #required_names, #required_idents)?;)*
                    #(crate::json::put_back(&mut extra, #optional_names, #optional_idents)?;)*
                    ::std::result::Result::Ok(crate::json::Decoded::Misfit(::serde_json::Value::Object(extra)))
                }
            }
        }
    };
    let file: syn::File = parse_quote! {
        impl crate::json::FromJson for #ident {
            const EXPECTED: &'static str = #expected;
            fn from_document(text: &str) -> ::serde_json::Result<Self> {
                crate::json::document(text)
            }

            fn from_object<'de, A: ::serde::de::MapAccess<'de>>(mut map_: A) -> ::std::result::Result<crate::json::Decoded<Self>, A::Error> {
                const NAMES: &[&str] = &[#(#names),*];
                let mut extra = ::serde_json::Map::new();
                #(let mut #idents: ::std::option::Option<#owns> = ::std::option::Option::None;)*
                while let ::std::option::Option::Some(name_) = crate::json::name(&mut map_, NAMES)? {
                    match name_ {
                        #(crate::json::Name::Known(#indices) => {
                            #idents = crate::json::property(&mut map_, #names, &mut extra, #keeps_null)?;
                        })*
                        crate::json::Name::Known(_) => {
                            map_.next_value::<::serde::de::IgnoredAny>()?;
                        }
                        crate::json::Name::Other(name_) => {
                            extra.insert(name_, map_.next_value()?);
                        }
                    }
                }
                #finish
            }
        }
        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                crate::json::deserialize(deserializer)
            }
        }
    };
    file.items
}

/// The properties by their names in JSON.
fn inspection(ident: &Ident, fields: &[Field<'_>]) -> Item {
    let arms = fields.iter().map(|Field { property, ident, .. }| {
        let name = &property.name;
        if property.is_optional() {
            quote!(#name => crate::inspect::optional(self.#ident.as_ref()),)
        } else {
            quote!(#name => ::std::option::Option::Some(&self.#ident),)
        }
    });
    parse_quote! {
        impl crate::Inspect for #ident {
            fn property(&self, name: &str) -> ::std::option::Option<&dyn crate::Inspect> {
                let known: ::std::option::Option<&dyn crate::Inspect> = match name {
                    #(#arms)*
                    _ => ::std::option::Option::None,
                };
                known.or_else(|| crate::Inspect::property(&self.extra, name))
            }
        }
    }
}
