//! Prints the restored code as files: the same bytes for the same document, every time.

mod files;
mod operations;

use std::collections::BTreeMap;

use syn::{Item, parse_quote};

use super::lower::Lowered;
use super::restore::Restored;

pub use files::{Difference, differences, write};
use operations::operations;

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
