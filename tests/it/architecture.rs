//! Which package may depend on which, and that the modules inside a crate import each other in one direction.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::modules::Modules;
use crate::{Result, workspace};

/// The workspace's packages, and which of the others and of the restricted crates each of them uses. Tests may use more.
const MAY_USE: [(&str, &[&str]); 6] = [
    ("xtask", &["progenitor"]),
    ("pingone-password-client", &["progenitor-client", "reqwest"]),
    ("pingone-password", &["pingone-password-client", "reqwest"]),
    ("pingone-password-cli", &["pingone-password"]),
    // An independent reading of PingOne's documentation, so that a mistake in the client can't hide in it.
    ("pingone-password-emulator", &[]),
    ("pingone-password-tests", &["reqwest"]),
];

/// The crates that only some packages may use.
const RESTRICTED: [&str; 3] = ["progenitor", "progenitor-client", "reqwest"];

/// The workspace's packages, as cargo describes them.
fn packages() -> Result<Vec<Value>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(workspace(""))
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    Ok(metadata["packages"].as_array().ok_or("no packages")?.clone())
}

fn name_of(package: &Value) -> String {
    package["name"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn packages_depend_on_each_other_in_one_direction() -> Result {
    let packages = packages()?;
    let ours: BTreeSet<String> = packages.iter().map(name_of).collect();
    assert_eq!(ours, MAY_USE.iter().map(|(name, _)| (*name).to_owned()).collect(), "every package has a rule");

    for package in &packages {
        let name = name_of(package);
        let used: BTreeSet<String> = package["dependencies"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|dependency| dependency["kind"].is_null())
            .map(name_of)
            .filter(|used| ours.contains(used) || RESTRICTED.contains(&used.as_str()))
            .collect();
        let (_, allowed) = MAY_USE.iter().find(|(other, _)| *other == name).ok_or("no rule")?;
        let allowed: BTreeSet<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(used, allowed, "{name}");
    }
    Ok(())
}

/// What a registry shows of a package, and searches.
#[test]
fn published_packages_are_described() -> Result {
    for package in packages()? {
        if package["publish"] == serde_json::json!([]) {
            continue;
        }
        let name = name_of(&package);
        for key in ["description", "documentation", "license", "readme", "rust_version"] {
            assert!(package[key].as_str().is_some_and(|value| !value.is_empty()), "{name} has no {key}");
        }
        for key in ["keywords", "categories"] {
            assert!(package[key].as_array().is_some_and(|values| (1..=5).contains(&values.len())), "{name}: {key}");
        }
    }
    Ok(())
}

#[test]
fn modules_import_each_other_in_one_direction() -> Result {
    let mut found = vec![];
    for package in packages()? {
        for target in package["targets"].as_array().into_iter().flatten() {
            let root = target["src_path"].as_str().ok_or("no source file")?;
            let circles = Modules::read(Path::new(root))?.circles();
            found.extend(circles.iter().map(|circle| format!("{root}\n  {circle}")));
        }
    }
    assert!(found.is_empty(), "modules import each other in a circle:\n\n{}", found.join("\n\n"));
    Ok(())
}

/// The circles of a crate with these files.
fn circles(files: &[(&str, &str)]) -> Result<Vec<String>> {
    let folder = tempfile::tempdir()?;
    for (name, source) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().ok_or("no folder")?)?;
        fs::write(file, source)?;
    }
    Ok(Modules::read(&folder.path().join("lib.rs"))?.circles())
}

#[test]
fn a_circle_is_found_and_its_imports_are_named() -> Result {
    let found = circles(&[
        ("lib.rs", "mod client; mod error; mod retry; pub use client::Client; mod id;"),
        ("client.rs", "use crate::{id::Id, retry::{self, Policy}}; pub struct Client(Policy, Id);"),
        ("retry/mod.rs", "mod policy; pub use policy::Policy;"),
        // In the arguments of a macro, by way of the parent.
        ("retry/policy.rs", r#"fn f() { println!("{}", super::super::error::text()) }"#),
        // By way of a re-export.
        ("error.rs", "fn f(_: &crate::Client) {}"),
        ("id.rs", "pub struct Id;"),
    ])?;
    let expected = "client → retry → error → client\
        \n    client.rs imports crate::retry::Policy\
        \n    client.rs imports crate::retry::self\
        \n    retry/policy.rs imports super::super::error::text\
        \n    error.rs imports crate::Client";
    assert_eq!(found, [expected]);
    Ok(())
}

#[test]
fn folders_form_a_circle_even_where_their_files_do_not() -> Result {
    let found = circles(&[
        ("lib.rs", "mod bulk { pub mod input; pub mod engine; } mod config;"),
        ("bulk/input.rs", "pub struct Input;"),
        ("bulk/engine.rs", "use crate::config::Config;"),
        ("config.rs", "use crate::bulk::input::Input; pub struct Config(Input);"),
    ])?;
    let expected = "bulk → config → bulk\
        \n    bulk/engine.rs imports crate::config::Config\
        \n    config.rs imports crate::bulk::input::Input";
    assert_eq!(found, [expected]);
    Ok(())
}

#[test]
fn a_module_and_what_it_contains_may_import_each_other() -> Result {
    let found = circles(&[
        ("lib.rs", "mod client; use client::builder::Builder; pub fn f() {}"),
        ("client/mod.rs", "pub mod builder; use self::builder::Builder; pub struct Client(Builder);"),
        ("client/builder.rs", "use super::Client; use crate::f; pub struct Builder;"),
        ("unused.rs", "not Rust, and not in the crate"),
    ])?;
    assert!(found.is_empty(), "{found:?}");
    Ok(())
}

#[test]
fn tests_and_comments_import_nothing() -> Result {
    let found = circles(&[
        ("lib.rs", "mod client; mod error;"),
        ("client.rs", "use crate::error::Error; pub struct Client(Error);"),
        (
            "error.rs",
            "/// Of a [`Client`](crate::client::Client).\npub struct Error; #[cfg(test)] mod tests { use crate::client::Client; }",
        ),
    ])?;
    assert!(found.is_empty(), "{found:?}");
    Ok(())
}

/// Other projects use the emulator as a dev-dependency, for which it needs no argument parser and no TLS.
#[test]
fn the_emulator_library_stays_small() -> Result {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "pingone-password-emulator", "--no-default-features", "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}", "--no-dedupe", "--offline", "--locked"])
        .current_dir(workspace(""))
        .output()?;
    let tree = String::from_utf8(output.stdout)?;
    let crates: BTreeSet<&str> = tree.lines().collect();
    assert!((2..=75).contains(&crates.len()), "{} crates: {crates:#?}", crates.len());
    assert!(!tree.contains("clap"), "{tree}");
    Ok(())
}

/// The wrapper's public API names no type of the HTTP stack, of the generator's runtime, or of the generated client.
#[test]
fn the_public_api_hides_the_http_stack() -> Result {
    let surface = std::fs::read_to_string(workspace("tests/it/snapshots/surface_wrapper.snap"))?;
    for hidden in ["reqwest", "progenitor", "hyper", "rustls::", "http::", "oauth2", "backon", "Attempt"] {
        assert!(!surface.contains(hidden), "{hidden} is in the public API");
    }
    Ok(())
}
