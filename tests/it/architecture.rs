//! Who may depend on whom, so that an arrow that points the wrong way is seen when it is drawn.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::{Result, workspace};

/// What each package of the workspace may use of the others, and of what only some may know. Tests may use more.
const MAY_USE: [(&str, &[&str]); 6] = [
    ("xtask", &["progenitor"]),
    ("pingone-password-client", &["progenitor-client", "reqwest"]),
    ("pingone-password", &["pingone-password-client", "reqwest"]),
    ("pingone-password-cli", &["pingone-password"]),
    // An independent reading of the vendor's pages: a mistake in the client can't hide in it.
    ("pingone-password-emulator", &[]),
    // It isn't used by anything but tests, and holds what they share.
    ("pingone-password-tests", &["reqwest"]),
];

/// What not everyone may know.
const RESTRICTED: [&str; 3] = ["progenitor", "progenitor-client", "reqwest"];

#[test]
fn dependencies_point_one_way() -> Result {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(workspace(""))
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("no packages")?;
    let name_of = |package: &Value| package["name"].as_str().unwrap_or_default().to_owned();
    let ours: BTreeSet<String> = packages.iter().map(name_of).collect();
    assert_eq!(ours, MAY_USE.iter().map(|(name, _)| (*name).to_owned()).collect(), "every package has its rule");

    for package in packages {
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

/// The wrapper's public API names no type of the HTTP stack, of the generator's runtime, or of the generated client.
#[test]
fn the_http_stack_is_not_in_the_public_api() -> Result {
    let surface = std::fs::read_to_string(workspace("tests/it/snapshots/surface_wrapper.snap"))?;
    for hidden in ["reqwest", "progenitor", "hyper", "rustls::", "http::", "oauth2", "backon", "Attempt"] {
        assert!(!surface.contains(hidden), "{hidden} is in the public API");
    }
    Ok(())
}
