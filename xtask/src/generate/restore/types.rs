//! Restores the models: open enums, structs that may grow, and redacted secrets.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Fields, Item, ItemEnum, ItemStruct, Path, Token, Type, parse_quote};

use super::{doc_text, put_docs, take_docs};
use crate::generate::Error;
use crate::generate::lower::{Lowered, SECRET};

/// The variant for values that the document doesn't list.
const UNRECOGNIZED: &str = "Unrecognized";

pub(super) fn restore(items: &mut Vec<Item>, lowered: &Lowered) -> Result<(), Error> {
    let mut opened = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut secrets = Secrets(0);
    let mut restored = Vec::new();
    for mut item in std::mem::take(items) {
        match &mut item {
            Item::Struct(ItemStruct { ident, attrs, .. }) | Item::Enum(ItemEnum { ident, attrs, .. }) => {
                let name = ident.to_string();
                let (is_response, is_request) =
                    (lowered.response_types.contains(&name), lowered.request_types.contains(&name));
                if !is_response && !is_request {
                    let problem = format!("the type `{name}` has no name in the document: give it a component schema");
                    return Err(Error::Generator(problem));
                }
                document(attrs);
                attrs.push(parse_quote!(#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]));
                if is_response && !is_request {
                    attrs.push(parse_quote!(#[non_exhaustive]));
                }
                seen.insert(name);
                if let Item::Struct(item) = &mut item {
                    secrets.visit_item_struct(item);
                    item.fields.iter_mut().for_each(|field| document(&mut field.attrs));
                    document_additional_properties(&mut item.fields);
                } else if let Item::Enum(item) = &mut item {
                    item.variants.iter_mut().for_each(|variant| document(&mut variant.attrs));
                    let is_plain = item.variants.iter().all(|variant| variant.fields.is_empty());
                    if is_response && is_plain {
                        let more = open(item)?;
                        opened.insert(item.ident.to_string());
                        restored.push(Item::Enum(item.clone()));
                        restored.extend(more);
                        continue;
                    }
                    describe_variants(item)?;
                }
                restored.push(item);
            }
            // `open` has replaced the implementations.
            Item::Impl(block) if opened.contains(&block.self_ty.to_token_stream().to_string()) => {}
            _ => restored.push(item),
        }
    }
    if secrets.0 != lowered.secrets {
        let problem = format!(
            "the document has {} secret properties, and {} became `{SECRET}`: a secret would be shown",
            lowered.secrets, secrets.0
        );
        return Err(Error::Generator(problem));
    }
    let missing = lowered.response_types.union(&lowered.request_types).find(|name| !seen.contains(*name));
    if let Some(missing) = missing {
        return Err(Error::Generator(format!("the type `{missing}` was not generated")));
    }
    *items = restored;
    Ok(())
}

fn document(attributes: &mut Vec<Attribute>) {
    let docs = take_docs(attributes);
    put_docs(attributes, &docs);
}

fn document_additional_properties(fields: &mut Fields) {
    for field in fields {
        let is_flat = field.attrs.iter().any(|attribute| attribute.to_token_stream().to_string().contains("flatten"));
        if is_flat && !field.attrs.iter().any(|attribute| doc_text(attribute).is_some()) {
            put_docs(&mut field.attrs, "Properties that the OpenAPI document doesn't list, as JSON.");
        }
    }
}

/// Returns the name and the value of each variant.
fn values(item: &ItemEnum) -> Result<Vec<(syn::Ident, String)>, Error> {
    item.variants
        .iter()
        .map(|variant| {
            let mut value = variant.ident.to_string();
            for attribute in variant.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
                let rename = attribute.parse_nested_meta(|meta| {
                    if meta.path.is_ident("rename") {
                        value = meta.value()?.parse::<syn::LitStr>()?.value();
                    }
                    Ok(())
                });
                rename.map_err(|error| Error::Generator(format!("the values of `{}`: {error}", item.ident)))?;
            }
            Ok((variant.ident.clone(), value))
        })
        .collect()
}

fn describe_variants(item: &mut ItemEnum) -> Result<Vec<(syn::Ident, String)>, Error> {
    let values = values(item)?;
    for (variant, (_, value)) in item.variants.iter_mut().zip(&values) {
        if !variant.attrs.iter().any(|attribute| doc_text(attribute).is_some()) {
            put_docs(&mut variant.attrs, &format!("`{value}`"));
        }
    }
    Ok(values)
}

/// Makes an enum accept any value, and makes its conversions infallible.
fn open(item: &mut ItemEnum) -> Result<Vec<Item>, Error> {
    let values = describe_variants(item)?;
    let name = item.ident.clone();
    let unrecognized = syn::Ident::new(UNRECOGNIZED, name.span());
    if values.iter().any(|(variant, _)| *variant == unrecognized) {
        let problem =
            format!("a value of `{name}` would be called `{UNRECOGNIZED}`, which stands for all unknown ones");
        return Err(Error::Generator(problem));
    }
    item.variants.push(parse_quote! {
        /// A value that the OpenAPI document doesn't list, as the server sent it.
        #[serde(untagged)]
        #unrecognized(::std::string::String)
    });
    drop_derive(&mut item.attrs, "Copy")?;
    let (variants, texts): (Vec<_>, Vec<_>) = values.into_iter().unzip();
    let implementations: syn::File = parse_quote! {
        impl #name {
            /// Returns the value as sent over the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#variants => #texts,)*
                    Self::#unrecognized(value) => value,
                }
            }
        }
        impl ::std::fmt::Display for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl ::std::convert::From<&str> for #name {
            fn from(value: &str) -> Self {
                match value {
                    #(#texts => Self::#variants,)*
                    other => Self::#unrecognized(other.to_owned()),
                }
            }
        }
        impl ::std::convert::From<::std::string::String> for #name {
            fn from(value: ::std::string::String) -> Self {
                Self::from(value.as_str())
            }
        }
    };
    Ok(implementations.items)
}

fn drop_derive(attributes: &mut [Attribute], name: &str) -> Result<(), Error> {
    for attribute in attributes.iter_mut().filter(|attribute| attribute.path().is_ident("derive")) {
        let derives = attribute
            .parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
            .map_err(|error| Error::Generator(format!("a derive can't be read: {error}")))?;
        let kept: Punctuated<Path, Token![,]> = derives.into_iter().filter(|path| !path.is_ident(name)).collect();
        *attribute = parse_quote!(#[derive(#kept)]);
    }
    Ok(())
}

/// Counts the redacted properties.
struct Secrets(usize);

impl Visit<'_> for Secrets {
    fn visit_type(&mut self, ty: &Type) {
        self.0 += usize::from(
            matches!(ty, Type::Path(path) if path.path.to_token_stream().to_string().replace(' ', "") == SECRET),
        );
        visit::visit_type(self, ty);
    }
}
