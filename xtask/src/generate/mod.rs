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
    let tokens = progenitor::generate(&document, &lowered)?;
    let client = restore::restore(tokens, &lowered)?;
    let code = emit::Code {
        client,
        models: models::models(&lowered.models),
        requests: requests::requests(&lowered),
        samples: samples::samples(&lowered),
    };
    Ok(emit::emit(code, &lowered))
}
