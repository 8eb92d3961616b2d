//! JSON that users of the base have stored, and what servers of the patched documents send.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use xtask::generate::emit::Files;
use xtask::generate::load::Document;

use crate::patches::{BASE, PATCHES, Patch};

/// What doesn't decode, or is left over among the additional properties although it is declared.
#[derive(Default)]
pub(super) struct Decoded {
    /// Values of the base, with the types of the patched document.
    pub(super) stored: BTreeSet<String>,
    /// Examples of the patched document, with the types of the base.
    pub(super) received: BTreeSet<String>,
}

/// A value of each type of the base, with and without what may be absent.
const STORED: [(&str, &str); 16] = [
    ("State", r#"{"status":"OK"}"#),
    (
        "State",
        r#"{"status":"EXPIRED","changedAt":"2026-03-02T08:15:00.125Z","until":9000000000,"share":0.5,"label":"VIP","tags":["a"],"owner":{"id":"2f1d8c5e-6d0f-4f0a-9a4b-7b7c2f2f7f10"},"links":{"self":{"href":"/"}}}"#,
    ),
    ("State", r#"{"status":"LOCKED_OUT","until":null,"label":null,"new":[1]}"#),
    ("StateLockout", r#"{"reason":"FAILURES","attempts":6}"#),
    ("StateLockout", "{}"),
    ("Status", r#""EXPIRED""#),
    ("Link", r#"{"href":"/"}"#),
    ("Reference", r#"{"id":"2f1d8c5e-6d0f-4f0a-9a4b-7b7c2f2f7f10"}"#),
    ("ApiError", "{}"),
    ("Note", r#"{"text":"a"}"#),
    ("Note", r#"{"text":"a","author":"b","mood":"BAD"}"#),
    ("Note", r#"{"text":"a","mood":"NEW"}"#),
    ("NewPassword", r#"{"value":"a"}"#),
    ("NewPassword", r#"{"value":"a","forceChange":true,"hint":"b","kind":"HASHED"}"#),
    ("Expand", r#""user""#),
    ("Expand", r#""policy""#),
];

/// Where a value is of another type now: the patch, that type, and a value of the former.
const REPLACED: [(&str, &str, &str); 1] = [("body_of_another_type", "Note", r#"{"value":"a"}"#)];

/// A program that decodes all of them, and prints a line for each: direction, module, type, and what is wrong.
pub(super) fn program(sources: &BTreeMap<&str, Files>) -> String {
    let mut main = String::from(
        "#![allow(warnings)]
fn fields<T: serde::de::DeserializeOwned>(what: &str, declared: &[&str], text: &str, extra: impl Fn(&T) -> Vec<String>) {
    match serde_json::from_str::<T>(text) {
        Err(error) => println!(\"{what}\\t{text}\"),
        Ok(value) => {
            for name in extra(&value).iter().filter(|name| declared.contains(&name.as_str())) {
                println!(\"{what}.{name}\\t{text}\");
            }
        }
    }
}
fn main() {
",
    );
    let mut decode = |way: &str, module: &str, types: &str, name: &str, declared: &[String], text: &str| {
        let is_struct = types.contains(&format!("pub struct {name} {{"));
        if !is_struct && !types.contains(&format!("pub enum {name} {{")) {
            return;
        }
        let source = if way == "stored" { module } else { "base" };
        let extra = if is_struct { "value.extra.keys().cloned().collect()" } else { "Vec::new()" };
        writeln!(main, "    fields::<models::of::{source}::types::{name}>(\"{way}\\t{module}\\t{name}\", &{declared:?}, {text:?}, |value| {extra});").unwrap();
    };
    for (module, files) in sources {
        let patch = PATCHES.iter().find(|patch| patch.name == *module);
        let document = Document::parse(&patch.map_or_else(|| BASE.to_owned(), Patch::apply)).unwrap();
        for (name, text) in STORED {
            decode("stored", module, &files["types.rs"], name, &declared(&document, name), text);
        }
        for (_, name, text) in REPLACED.iter().filter(|(patch, ..)| patch == module) {
            decode("stored", module, &files["types.rs"], name, &declared(&document, name), text);
        }
        let example = &document.root["components"]["examples"]["locked"]["value"];
        let base = Document::parse(BASE).unwrap();
        let types = &sources["base"]["types.rs"];
        decode("received", module, types, "State", &declared(&base, "State"), &example.to_string());
        let lockout = &example["lockout"];
        decode("received", module, types, "StateLockout", &declared(&base, "StateLockout"), &lockout.to_string());
    }
    main.push_str("}\n");
    main
}

/// The properties that a document declares for a type.
fn declared(document: &Document, name: &str) -> Vec<String> {
    let schemas = &document.root["components"]["schemas"];
    let schema = match name {
        "StateLockout" => &schemas["State"]["properties"]["lockout"],
        name => &schemas[name],
    };
    schema["properties"].as_object().into_iter().flat_map(|properties| properties.keys().cloned()).collect()
}

/// What the program has printed.
pub(super) fn read(printed: &str, modules: &[String]) -> BTreeMap<String, Decoded> {
    let mut decoded: BTreeMap<String, Decoded> =
        modules.iter().map(|module| (module.clone(), Decoded::default())).collect();
    for line in printed.lines() {
        let mut parts = line.splitn(4, '\t');
        let (Some(way), Some(module), Some(what)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let decoded = decoded.entry(module.to_owned()).or_default();
        let failures = if way == "stored" { &mut decoded.stored } else { &mut decoded.received };
        failures.insert(what.to_owned());
    }
    decoded
}
