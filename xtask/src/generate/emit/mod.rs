//! Prints the restored code as files: the same bytes for the same document, every time.

mod files;
mod operations;

use std::collections::BTreeMap;

use syn::{Item, parse_quote};

use super::lower::Lowered;
use super::restore::Restored;

pub use files::{Difference, differences, write};
use operations::operations;

/// The start of every generated file. A file without it is never overwritten or removed.
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
        ("mod.rs", "The client, the operations as values, the models, and the table of operations.", module.items),
        ("client.rs", "The client: one method per operation.", client),
        ("operations.rs", "The table of operations.", operations(lowered)),
        ("requests.rs", "The operations as values.", requests),
        ("types.rs", "The models of requests and responses.", types),
    ];
    files.into_iter().map(|(name, docs, items)| (name.to_owned(), print(docs, items))).collect()
}

fn print(docs: &str, items: Vec<Item>) -> String {
    let docs = format!(" {docs}");
    let mut file: syn::File = parse_quote!(#![doc = #docs]);
    file.items.extend(items);
    let code = prettyplease::unparse(&file);
    format!(
        "{MARK} by `cargo xtask generate` from the OpenAPI document. Edit the document and generate again.\n\n{code}"
    )
}
