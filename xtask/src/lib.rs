//! Generates the client crate from the OpenAPI document.
//!
//! ```text
//! document ─ spec ─ lint ─ lower ─ progenitor ─ restore ─ requests ─ emit ─ files
//! ```
//!
//! progenitor makes clients of OpenAPI documents, but it knows neither vendor media types nor requests that only their
//! media type tells apart. So a truthful document is *lowered* to what progenitor knows, and what was lost on the way is
//! *restored* in the code that comes out. Each operation becomes a value, too, so that one function can send them all. [`generate`] is the whole of it: text in, files out.

pub mod emit;
pub mod lint;
pub mod lower;
mod media;
mod requests;
pub mod restore;
pub mod spec;

use std::fmt;

use emit::Files;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle};
use quote::quote;
use spec::{Document, Finding};

/// The type that a property with `format: password` becomes. The client crate has it.
pub(crate) const SECRET: &str = "crate::Secret";

/// Generates the client of an OpenAPI document: text in, files out.
///
/// # Errors
///
/// Where the document breaks a rule, all of them at once, or where the code that progenitor makes of it can't be
/// restored. There are no files then.
pub fn generate(document: &str) -> Result<Files, Error> {
    let document = Document::parse(document).map_err(|finding| Error::Document(vec![finding]))?;
    let findings = lint::lint(&document);
    if !findings.is_empty() {
        return Err(Error::Document(findings));
    }
    let lowered = lower::lower(&document)?;
    let tokens = generator()?
        .generate_tokens(&lowered.document)
        .map_err(|error| Error::Generator(format!("progenitor can't generate from the document: {error}")))?;
    let restored = restore::restore(tokens, &lowered)?;
    let requests = requests::requests(&restored.client, &lowered)?;
    Ok(emit::emit(restored, requests, &lowered))
}

fn generator() -> Result<Generator, Error> {
    let secret = serde_json::from_value(lower::secret_schema())
        .map_err(|error| Error::Generator(format!("the schema of a secret: {error}")))?;
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(crate::Attempt))
        .with_map_type("::std::collections::BTreeMap")
        .with_conversion(secret, SECRET, std::iter::empty());
    Ok(Generator::new(&settings))
}

/// Why nothing was generated.
#[derive(Debug)]
pub enum Error {
    /// The document breaks rules. Its author can mend it.
    Document(Vec<Finding>),
    /// The generator has met what it wasn't written for.
    Generator(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(findings) => {
                for (index, finding) in findings.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "\n" };
                    write!(f, "{separator}{finding}")?;
                }
                Ok(())
            }
            Self::Generator(problem) => f.write_str(problem),
        }
    }
}

impl std::error::Error for Error {}
