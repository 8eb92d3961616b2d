//! Runs progenitor on the lowered document.

use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle};
use quote::quote;

use super::Error;
use super::lower::{Lowered, SECRET, secret_schema};

/// The code that progenitor makes of a lowered document.
///
/// # Errors
///
/// When progenitor refuses the document.
pub(super) fn generate(lowered: &Lowered) -> Result<TokenStream, Error> {
    generator()?
        .generate_tokens(&lowered.document)
        .map_err(|error| Error::Generator(format!("progenitor can't generate from the document: {error}")))
}

fn generator() -> Result<Generator, Error> {
    let secret = serde_json::from_value(secret_schema())
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
