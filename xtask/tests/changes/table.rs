//! The verdicts on every patch, as one table.

use std::collections::BTreeSet;
use std::fmt::Write;

use xtask::changes::{Verdict, changes};

use crate::patches::{BASE, PATCHES};

#[test]
fn verdicts() {
    let mut table = format!("{:<35} {:<11} {:<11} {:<11} change\n", "patch", "wire", "Rust", "schema");
    for patch in PATCHES {
        let found = changes(BASE, &patch.apply()).unwrap_or_else(|error| panic!("{}: {error}", patch.name));
        if found.is_empty() {
            writeln!(table, "{:<35} nothing changes", patch.name).unwrap();
        }
        for (index, change) in found.iter().enumerate() {
            let name = if index == 0 { patch.name } else { "" };
            let [wire, rust, schema] = change.verdicts.by_boundary().map(|(_, judgement)| judgement.verdict);
            writeln!(table, "{name:<35} {wire:<11} {rust:<11} {schema:<11} {}: {}", change.place, change.what).unwrap();
            if change.verdicts.rust.verdict == Verdict::Breaking {
                writeln!(table, "{:<72}   stops compiling: {}", "", change.verdicts.rust.why).unwrap();
            }
        }
    }
    insta::with_settings!({ omit_expression => true, snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("verdicts", table);
    });
}

#[test]
fn patches_have_names_of_their_own() {
    let names: BTreeSet<_> = PATCHES.iter().map(|patch| patch.name).collect();
    assert_eq!(names.len(), PATCHES.len());
}
