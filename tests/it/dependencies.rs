//! The crates below the wrapper: each one that plain reqwest doesn't have is explained.
//!
//! On Linux: other systems have other crates, and may not have downloaded these.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Result, workspace};

/// A program that uses reqwest with the wrapper's TLS.
const PLAIN: &str = r#"
[package]
name = "plain"
edition = "2024"

[workspace]

[dependencies]
reqwest = { version = "*", default-features = false, features = ["json", "query", "rustls-no-provider"] }
rustls = { version = "*", default-features = false, features = ["logging", "ring", "std", "tls12"] }
"#;

/// The crates below a package, with their versions.
fn crates_below(package: &str, folder: &Path) -> Result<BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", package, "--edges", "normal", "--prefix", "none"])
        .current_dir(folder)
        .output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut lines = std::str::from_utf8(&output.stdout)?.lines();
    assert!(lines.next().is_some_and(|first| first.starts_with(package)), "the package itself comes first");
    Ok(lines.map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect())
}

fn plain() -> Result<BTreeSet<String>> {
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join("src"))?;
    fs::write(folder.path().join("src/lib.rs"), "")?;
    fs::write(folder.path().join("Cargo.toml"), PLAIN)?;
    // The same versions.
    fs::copy(workspace("Cargo.lock"), folder.path().join("Cargo.lock"))?;
    crates_below("plain", folder.path())
}

/// The crates in the first column of the table.
fn explained(document: &str) -> BTreeSet<&str> {
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" | "));
    rows.flat_map(|(names, _)| names.split('`').step_by(2)).filter(|name| !name.is_empty()).collect()
}

#[test]
fn each_crate_that_plain_reqwest_does_not_have_is_explained() -> Result {
    let document = fs::read_to_string(workspace("crates/pingone-password/docs/dependencies.md"))?;
    let (ours, plain) = (crates_below("pingone-password", &workspace(""))?, plain()?);
    let missing: Vec<_> = plain.difference(&ours).collect();
    assert!(missing.is_empty(), "plain reqwest has crates that the wrapper doesn't have: {missing:?}");
    let added: BTreeSet<_> = ours.difference(&plain).filter_map(|name| name.split(' ').next()).collect();
    assert_eq!(explained(&document), added, "the crates in docs/dependencies.md are those above plain reqwest");
    for sentence in [format!("has {} crates below it", ours.len()), format!("nothing else, has {}.", plain.len())] {
        assert!(document.contains(&sentence), "docs/dependencies.md should say: {sentence}");
    }
    Ok(())
}
