//! Checks the crates as a registry would serve them: packs them, and tests `packaging/consumer` against the packed crates.
//!
//! The consumer is copied out of the workspace and sees the packed crates alone. It is built with no feature, with each
//! one and with all, and once more with the oldest `progenitor-client` that the generated client accepts. The generator
//! itself is pinned, because the code that it writes differs between releases.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::process::finish;

/// The libraries, each after those that it depends on.
const LIBRARIES: [&str; 3] = ["pingone-password-client", EMULATOR, "pingone-password"];
const EMULATOR: &str = "pingone-password-emulator";
const TOOL: &str = "pingone-password-cli";

/// Packs and tests the crates.
///
/// # Errors
///
/// Returns an error if a crate can't be packed, or if the consumer doesn't build or fails a test.
pub fn run(root: &Path) -> Result<ExitCode> {
    // Outside of the workspace, so that nothing of it is found by accident.
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    pack(root, folder)?;
    let consumer = consumer(root, folder)?;
    let cargo = |package: &Path, arguments: &[&str]| {
        let mut cargo = Command::new("cargo");
        cargo.args(arguments).current_dir(package);
        // The dependencies are those of the workspace, so its builds of them are used again, where the profile is the same.
        cargo.env("CARGO_TARGET_DIR", root.join("target")).env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only");
        finish(&mut cargo)
    };
    let patch = patch(folder)?;
    // Without dev-dependencies, whose features would be added.
    for features in ["", "native-tls", "rustls", "schemars", "test-util"] {
        step(&format!("consumer, features {features:?}"));
        cargo(&consumer, &["check", "--config", &patch, "--features", features])?;
    }
    step("consumer, all features, tests");
    cargo(&consumer, &["test", "--config", &patch, "--all-features"])?;
    let oldest = oldest_progenitor_client(root)?;
    step(&format!("consumer, all features, tests, progenitor-client {oldest}"));
    cargo(&consumer, &["update", "--config", &patch, "--package", "progenitor-client", "--precise", &oldest])?;
    cargo(&consumer, &["test", "--config", &patch, "--all-features"])?;
    step(TOOL);
    cargo(&unpacked(folder, TOOL), &["check", "--config", &patch])?;
    step(EMULATOR);
    cargo(&unpacked(folder, EMULATOR), &["check"])?;
    Ok(ExitCode::SUCCESS)
}

/// Packs the crates, and unpacks them into folders beside each other.
fn pack(root: &Path, folder: &Path) -> Result<()> {
    let crates = || LIBRARIES.into_iter().chain([TOOL]);
    let mut package = Command::new("cargo");
    package.args(["package", "--locked", "--no-verify", "--allow-dirty", "--target-dir"]).arg(folder);
    for name in crates() {
        package.args(["--package", name]);
    }
    finish(package.current_dir(root))?;
    for name in crates() {
        let archive = folder.join("package").join(format!("{name}-{}.crate", env!("CARGO_PKG_VERSION")));
        // As of now: the time in the archive is always the same, so that cargo would take new files for those of an earlier run.
        finish(Command::new("tar").arg("-xzmf").arg(archive).arg("-C").arg(folder))?;
        for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            if !unpacked(folder, name).join(file).is_file() {
                bail!("{file} isn't in the packed {name}");
            }
        }
    }
    Ok(())
}

fn unpacked(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}-{}", env!("CARGO_PKG_VERSION")))
}

/// Copies the consumer.
fn consumer(root: &Path, folder: &Path) -> Result<PathBuf> {
    let (from, to) = (root.join("packaging/consumer"), folder.join("consumer"));
    fs::create_dir_all(to.join("src"))?;
    for file in ["Cargo.toml", "src/lib.rs"] {
        fs::copy(from.join(file), to.join(file)).with_context(|| format!("can't copy {file}"))?;
    }
    // The same versions as in the workspace, as far as both have them.
    fs::copy(root.join("Cargo.lock"), to.join("Cargo.lock"))?;
    Ok(to)
}

/// Writes a configuration that takes the libraries from their folders instead of crates.io, and returns its path.
fn patch(folder: &Path) -> Result<String> {
    let file = folder.join("patch.toml");
    let entries = LIBRARIES.map(|name| format!("{name} = {{ path = '{}' }}\n", unpacked(folder, name).display()));
    fs::write(&file, format!("[patch.crates-io]\n{}", entries.concat()))?;
    Ok(file.display().to_string())
}

/// Returns the oldest version that the workspace's requirement allows, such as `0.15.0` for `0.15`.
fn oldest_progenitor_client(root: &Path) -> Result<String> {
    let manifest: toml::Table = fs::read_to_string(root.join("Cargo.toml"))?.parse()?;
    let requirement = manifest["workspace"]["dependencies"]["progenitor-client"].as_str();
    let minor = requirement.filter(|requirement| requirement.matches('.').count() == 1);
    Ok(format!("{}.0", minor.context("the requirement of progenitor-client isn't a minor version")?))
}

fn step(what: &str) {
    println!("-- {what}");
}
