//! Writes the restored code as files: the same bytes for the same document, every time.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Item, parse_quote};

use crate::lower::{Lowered, Operation};
use crate::restore::Restored;

/// How every generated file begins. A file that doesn't is never overwritten or removed.
pub const MARK: &str = "// @generated";

/// The generated files, by name.
pub type Files = BTreeMap<String, String>;

/// Prints the code.
#[must_use]
pub fn emit(restored: Restored, requests: Vec<Item>, lowered: &Lowered) -> Files {
    let Restored { mut client, types } = restored;
    let imports: Item = parse_quote!(
        use super::types;
    );
    client.insert(0, imports);
    let imports: syn::File = parse_quote! {
        use super::{Client, Error, ResponseValue, operations, types};
    };
    let requests = imports.items.into_iter().chain(requests).collect();
    let module: syn::File = parse_quote! {
        mod client;
        pub mod operations;
        pub mod requests;
        pub mod types;
        pub use client::{Client, ClientInfo, Error, ResponseValue};
    };
    let files = [
        (
            "mod.rs",
            "The client of every operation in the document, each as a value, the models, and the table of what is sent.",
            module.items,
        ),
        ("client.rs", "One method for each operation.", client),
        ("operations.rs", "What each operation sends, as constants.", operations(lowered)),
        ("requests.rs", "Each operation as a value that can be sent.", requests),
        ("types.rs", "The models: what operations take and give.", types),
    ];
    files.into_iter().map(|(name, docs, items)| (name.to_owned(), print(docs, items))).collect()
}

fn print(docs: &str, items: Vec<Item>) -> String {
    let docs = format!(" {docs}");
    let mut file: syn::File = parse_quote!(#![doc = #docs]);
    file.items.extend(items);
    let code = prettyplease::unparse(&file);
    format!("{MARK} by `cargo xtask generate` from the OpenAPI document. Edit that, and generate again.\n\n{code}")
}

fn operations(lowered: &Lowered) -> Vec<Item> {
    let names: Vec<_> =
        lowered.operations.keys().map(|name| format_ident!("{}", name.to_shouty_snake_case())).collect();
    let constants = lowered.operations.values().zip(&names).map(|(operation, name)| constant(operation, name));
    let file: syn::File = parse_quote! {
        /// What an operation sends.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Operation {
            /// Its `operationId` in the document.
            pub id: &'static str,
            /// The HTTP method.
            pub method: &'static str,
            /// The path below the base URL, with the names of its parameters in braces.
            pub path: &'static str,
            /// The media type that goes out as `Content-Type`.
            pub media_type: ::std::option::Option<&'static str>,
            /// Whether a repeat changes nothing, so that it needs no look at what a lost request did.
            pub is_idempotent: bool,
        }
        #(#constants)*
        /// Every operation in the document.
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
    quote! {
        #[doc = #docs]
        pub const #name: Operation = Operation { id: #id, method: #method, path: #path, media_type: #media_type, is_idempotent: #is_idempotent };
    }
}

/// How a file on disk differs from the generated one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Its bytes differ.
    Stale,
    /// It isn't there.
    Missing,
    /// It was generated once and isn't any more.
    LeftOver,
}

/// What differs between the generated files and a folder.
///
/// # Errors
///
/// Where the folder can't be read, or a generated file's place is taken by one that wasn't generated.
pub fn differences(files: &Files, folder: &Path) -> io::Result<BTreeMap<String, Difference>> {
    let mut differences = BTreeMap::new();
    for (name, text) in files {
        match fs::read_to_string(folder.join(name)) {
            Ok(current) if current == *text => {}
            Ok(current) if current.starts_with(MARK) || current.is_empty() => {
                differences.insert(name.clone(), Difference::Stale);
            }
            Ok(_) => {
                let problem = format!("{} was not generated, and would be overwritten", folder.join(name).display());
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, problem));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                differences.insert(name.clone(), Difference::Missing);
            }
            Err(error) => return Err(error),
        }
    }
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(differences),
        entries => entries?,
    };
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_generated = || fs::read_to_string(folder.join(&name)).is_ok_and(|text| text.starts_with(MARK));
        if !files.contains_key(&name) && is_generated() {
            differences.insert(name, Difference::LeftOver);
        }
    }
    Ok(differences)
}

/// Makes a folder hold the generated files: writes what differs, and removes what is left over.
///
/// # Errors
///
/// Where `differences` does, or a file can't be written.
pub fn write(files: &Files, folder: &Path) -> io::Result<BTreeMap<String, Difference>> {
    let differences = differences(files, folder)?;
    fs::create_dir_all(folder)?;
    for (name, difference) in &differences {
        match (difference, files.get(name)) {
            (Difference::Stale | Difference::Missing, Some(text)) => fs::write(folder.join(name), text)?,
            _ => fs::remove_file(folder.join(name))?,
        }
    }
    Ok(differences)
}
