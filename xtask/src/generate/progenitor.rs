//! Runs progenitor on the lowered document.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle};
use quote::quote;

use super::Error;
use super::load::{Document, Findings};
use super::lower::{Lowered, Operation, for_progenitor};

/// Returns the code that progenitor generates from a lowered document.
///
/// # Errors
///
/// When progenitor can't generate an operation. The findings name all such operations.
pub(super) fn generate(document: &Document, lowered: &Lowered) -> Result<TokenStream, Error> {
    let problem = match attempt(&lowered.version, lowered.operations.values()) {
        Ok(tokens) => return Ok(tokens),
        Err(problem) => problem,
    };
    let mut findings = Findings::new(document);
    for operation in lowered.operations.values() {
        if let Err(problem) = attempt(&lowered.version, [operation]) {
            findings.add(&operation.at, format!("progenitor can't generate `{}`: {problem}", operation.id), HELP);
        }
    }
    if findings.is_empty() {
        return Err(Error::Generator(format!("progenitor can't generate from the document: {problem}")));
    }
    Err(Error::Document(findings.into_sorted()))
}

const HELP: &str = "simplify the operation: rename it or its parameters";

/// progenitor panics on some input that it doesn't support.
fn attempt<'a>(version: &str, operations: impl IntoIterator<Item = &'a Operation>) -> Result<TokenStream, String> {
    let document = for_progenitor(version, operations);
    catch_unwind(AssertUnwindSafe(|| {
        let document = serde_json::from_value(document).map_err(|error| error.to_string())?;
        generator().generate_tokens(&document).map_err(|error| error.to_string())
    }))
    .unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        Err(text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked").to_owned())
    })
}

fn generator() -> Generator {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(crate::Attempt));
    Generator::new(&settings)
}
