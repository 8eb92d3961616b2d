//! Each verdict beside what the compiler and the decoder really do.
//!
//! Every patched document is generated from, and its crate becomes a module of one crate. A second crate has, for each of
//! them, the code of a user of the base, and a program that decodes what a user of the base may have stored.

mod stored;
mod workspace;

use std::collections::BTreeMap;
use std::fmt::Write;

use stored::Decoded;
use workspace::Workspace;
use xtask::changes::{Change, Verdict, changes};
use xtask::generate::emit::Files;

use crate::patches::{BASE, PATCHES};

/// Patches that break code which compiles, because it means something else.
const OTHER_MEANING: [&str; 9] = [
    "idempotent",
    "not_idempotent",
    "state_check",
    "parameter_default",
    "parameters_reordered",
    "request_default",
    "enum_reordered",
    // No rule says what these mean.
    "document_extension",
    "operation_extension",
];

/// Generated files without their comments.
fn code(files: &Files) -> String {
    let lines = files.values().flat_map(|text| text.lines());
    lines.filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// What is worst at one boundary.
fn worst(changes: &[Change], boundary: usize) -> Verdict {
    let verdicts = changes.iter().map(|change| change.verdicts.by_boundary()[boundary].1.verdict);
    verdicts.max().unwrap_or(Verdict::Docs)
}

#[test]
fn compiler_and_decoder_agree() {
    // Where the code is the same, one module stands for several patches.
    let base = xtask::generate(BASE).unwrap();
    let mut modules = BTreeMap::from([(code(&base), "base")]);
    let mut sources = BTreeMap::from([("base", base)]);
    let mut generated = BTreeMap::new();
    for patch in PATCHES {
        let Ok(files) = xtask::generate(&patch.apply()) else { continue };
        let module = *modules.entry(code(&files)).or_insert(patch.name);
        generated.insert(patch.name, module);
        sources.entry(module).or_insert(files);
    }
    let workspace = Workspace::new(&sources);
    let errors = workspace.errors();
    assert_eq!(errors.get("base"), None, "the code of the base's user compiles with the base");
    let decoded = workspace.decode();

    let mut table = String::new();
    let mut wrong = Vec::new();
    for patch in PATCHES {
        let changes = changes(BASE, &patch.apply()).unwrap();
        let [wire, rust, schema] = [0, 1, 2].map(|boundary| worst(&changes, boundary));
        let is_unknown = changes.iter().any(|change| change.verdicts.rust.why == "no rule says what this means");
        let Some(module) = generated.get(patch.name) else {
            writeln!(table, "{:<36} {rust:<11} refused by the generator", patch.name).unwrap();
            continue;
        };
        let errors = errors.get(*module);
        let outcome = errors.map_or_else(
            || "compiles".to_owned(),
            |codes| format!("stops compiling: {}", codes.iter().cloned().collect::<Vec<_>>().join(" ")),
        );
        let Decoded { stored, received } = &decoded[*module];
        writeln!(table, "{:<36} {rust:<11} {outcome}", patch.name).unwrap();
        for failure in stored {
            writeln!(table, "{:<36} {schema:<11} stored {failure}", "").unwrap();
        }
        for failure in received {
            writeln!(table, "{:<36} {wire:<11} received {failure}", "").unwrap();
        }

        let means_other = is_unknown || OTHER_MEANING.contains(&patch.name);
        if errors.is_some() != (rust == Verdict::Breaking) && !(means_other && errors.is_none()) {
            wrong.push(format!("{}: Rust is {rust}, and the code {outcome}", patch.name));
        }
        if stored.is_empty() == (schema == Verdict::Breaking) && !is_unknown {
            wrong.push(format!("{}: schema is {schema}, and of what was stored fails: {stored:?}", patch.name));
        }
        if !received.is_empty() && wire != Verdict::Breaking {
            wrong.push(format!("{}: wire is {wire}, and of what is received fails: {received:?}", patch.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::with_settings!({ omit_expression => true, snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("compiler_and_decoder", table);
    });
}
