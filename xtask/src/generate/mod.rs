//! Generates the client crate from the OpenAPI document.
//!
//! ```text
//! document ─ load ─ lint ─ lower ─ progenitor ─ restore ─ requests ─ emit ─ files
//! ```
//!
//! progenitor makes clients from OpenAPI documents, but supports neither vendor media types nor requests that only their
//! media type tells apart. So a truthful document is *lowered* to what progenitor supports, and what was taken out on the
//! way is *restored* in the generated code. Each operation also becomes a value, so that one function can send them all.

mod docs;
pub mod emit;
mod error;
pub mod lint;
pub mod load;
pub mod lower;
mod media_type;
mod models;
mod progenitor;
mod requests;
pub mod restore;
mod samples;
mod shape;

use emit::Files;
use load::{Document, Findings};
use lower::Lowered;

pub use error::Error;
pub use lower::response_sample as sample;

/// Generates the client of an OpenAPI document: text in, files out.
///
/// # Errors
///
/// When the document breaks rules, with all findings at once, or when the code that progenitor generates can't be
/// restored. No files are returned then.
pub fn generate(document: &str) -> Result<Files, Error> {
    let document = Document::parse(document).map_err(|finding| Error::Document(vec![finding]))?;
    let mut findings = Findings::new(&document);
    lint::lint(&document, &mut findings);
    let lowered = lower::lower(&document, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Document(findings.into_sorted()));
    }
    let code = emit::Code {
        client: client(&document, &lowered)?,
        models: emit::print(models::models(&lowered.models)),
        requests: emit::print(requests::requests(&lowered)),
        samples: emit::print(samples::samples(&lowered)),
    };
    Ok(emit::emit(code, &lowered))
}

/// The number of operations that are in memory as syntax trees.
const AT_ONCE: usize = 100;

/// Returns the code of the client, and of its methods in parts if there are many.
fn client(document: &Document, lowered: &Lowered) -> Result<String, Error> {
    let operations: Vec<_> =
        lowered.operations.iter().map(|(name, operation)| (name.clone(), operation.clone())).collect();
    let mut code = String::new();
    let empty: &[_] = &[];
    // A document without operations has a client, too.
    for part in operations.chunks(AT_ONCE).chain(operations.is_empty().then_some(empty)) {
        let part = lowered.part(part.iter().cloned().collect());
        let items = restore::restore(progenitor::generate(document, &part)?, &part)?;
        let is_method = |item: &syn::Item| matches!(item, syn::Item::Impl(block) if restore::has_operations(block));
        let is_first = code.is_empty();
        code.push_str(&emit::print(items.into_iter().filter(|item| is_first || is_method(item))));
    }
    Ok(code)
}
