//! Names of Rust items.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Names that are used once each within a type or a function.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// Reserves names that the generator uses itself.
    pub(super) fn reserving(names: &[&str]) -> Self {
        Self(names.iter().map(|name| (*name).to_owned()).collect())
    }

    /// Returns the name of a field, with a number if it is taken.
    pub(super) fn snake(&mut self, name: &str) -> String {
        self.unique(&identifier(&name.to_snake_case()).unwrap_or_else(|| "property".to_owned()), "_")
    }

    /// Returns the name of an argument: with the location of its parameter if it is taken, such as `alias_in_query`.
    pub(super) fn argument(&mut self, name: &str, location: &str) -> String {
        match identifier(&name.to_snake_case()) {
            Some(ident) if self.0.insert(ident.clone()) => ident,
            _ => self.snake(&format!("{name}_in_{location}")),
        }
    }

    /// Returns the name of an enum's variant, with a number if it is taken.
    pub(super) fn variant(&mut self, value: &str) -> String {
        let name = value.to_upper_camel_case();
        let name = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("Value{name}") } else { name };
        self.unique(&identifier(&name).unwrap_or_else(|| "Value".to_owned()), "")
    }

    fn unique(&mut self, name: &str, separator: &str) -> String {
        let mut unique = name.to_owned();
        let mut number = 2;
        while !self.0.insert(unique.clone()) {
            unique = format!("{name}{separator}{number}");
            number += 1;
        }
        unique
    }
}

/// Returns a name that Rust accepts: a keyword gets an underscore.
pub(super) fn identifier(name: &str) -> Option<String> {
    let is_valid = |name: &str| name.is_ascii() && syn::parse_str::<syn::Ident>(name).is_ok();
    let with_underscore = || format!("{name}_");
    if is_valid(name) {
        Some(name.to_owned())
    } else if !name.is_empty() && is_valid(&with_underscore()) {
        Some(with_underscore())
    } else {
        None
    }
}
