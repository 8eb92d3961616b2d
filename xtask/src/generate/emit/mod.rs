//! Prints the restored code as files: the same bytes for the same document, every time.

mod files;
mod operations;
mod request;

use std::collections::BTreeMap;

use syn::{Item, parse_quote};

use super::lower::Lowered;

pub use files::{Difference, MARK, differences, write};
use operations::operations;
use request::request;

/// The generated files, by name.
pub type Files = BTreeMap<String, String>;

/// The items of each file.
#[derive(Debug)]
pub struct Code {
    /// The client.
    pub client: Vec<Item>,
    /// The models.
    pub models: Vec<Item>,
    /// The operations as values.
    pub requests: Vec<Item>,
    /// The samples.
    pub samples: Vec<Item>,
}

/// Prints the code.
#[must_use]
pub fn emit(code: Code, lowered: &Lowered) -> Files {
    let Code { client, models, requests, samples } = code;
    let imports: Item = parse_quote!(
        #[allow(unused_imports)]
        use super::types;
    );
    let client = [imports.clone()].into_iter().chain(client).collect();
    let samples = [imports.clone()].into_iter().chain(samples).collect();
    let requests = [imports].into_iter().chain(requests).collect();
    let module: syn::File = parse_quote! {
        #![allow(deprecated)]
        mod client;
        pub mod operations;
        mod request;
        pub mod requests;
        pub mod samples;
        pub mod types;
        pub use client::{Client, ClientInfo, Error, ResponseValue};
        pub use request::Request;
    };
    let files = [
        ("mod.rs", "The client, the operations as values, the models, and the table of operations.", module),
        ("client.rs", "The client: one method per operation.", file(client)),
        ("operations.rs", "The table of operations.", file(operations(lowered))),
        ("request.rs", "The trait of the operations as values.", file(request())),
        ("requests.rs", "The operations as values.", file(requests)),
        ("samples.rs", "A sample of every request, and every model, for tests.", file(samples)),
        ("types.rs", "The models of requests and responses.", file(models)),
    ];
    files.into_iter().map(|(name, docs, items)| (name.to_owned(), print(docs, items, &lowered.title))).collect()
}

fn file(items: Vec<Item>) -> syn::File {
    syn::File { items, ..parse_quote!() }
}

fn print(docs: &str, code: syn::File, title: &str) -> String {
    let docs = format!(" {docs}");
    let mut file: syn::File = parse_quote!(#![doc = #docs]);
    file.attrs.extend(code.attrs);
    file.items.extend(code.items);
    let code = prettyplease::unparse(&file);
    format!("{}\n\n{code}", files::mark(title))
}
