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

/// The code of each file.
#[derive(Debug)]
pub struct Code {
    /// The client.
    pub client: String,
    /// The models.
    pub models: String,
    /// The operations as values.
    pub requests: String,
    /// The samples.
    pub samples: String,
}

/// Makes files of the code.
#[must_use]
pub fn emit(code: Code, lowered: &Lowered) -> Files {
    let Code { client, models, requests, samples } = code;
    let imports: Item = parse_quote!(
        #[allow(unused_imports)]
        use super::types;
    );
    let imports = print([imports]);
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
    let module = prettyplease::unparse(&module);
    let files = [
        ("mod.rs", "The client, the operations as values, the models, and the table of operations.", module),
        ("client.rs", "The client: one method per operation.", format!("{imports}{client}")),
        ("operations.rs", "The table of operations.", print(operations(lowered))),
        ("request.rs", "The trait of the operations as values.", print(request())),
        ("requests.rs", "The operations as values.", format!("{imports}{requests}")),
        ("samples.rs", "A sample of every request, and every model, for tests.", format!("{imports}{samples}")),
        ("types.rs", "The models of requests and responses.", models),
    ];
    let mark = files::mark(&lowered.title);
    let text = |docs, code| format!("{mark}\n\n//! {docs}\n{code}");
    files.into_iter().map(|(name, docs, code)| (name.to_owned(), text(docs, code))).collect()
}

/// Prints items one by one, so that they don't all have to be in memory.
pub(super) fn print(items: impl IntoIterator<Item = Item>) -> String {
    let print = |item| prettyplease::unparse(&syn::File { items: vec![item], ..parse_quote!() });
    items.into_iter().map(print).collect()
}
