//! Checks the crates as a registry would serve them: packs them, and tests `packaging/consumer` against the packed crates.
//!
//! The consumer is copied out of the workspace and sees the packed crates alone. It is built with no feature, with each
//! one and with all, and once more with the oldest `progenitor-client` that the generated client claims to support.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

/// The crates, each after those that it depends on.
const CRATES: [&str; 4] =
    ["pingone-password-client", "pingone-password-emulator", "pingone-password", "pingone-password-cli"];

const OLDEST_PROGENITOR_CLIENT: &str = "0.15.0";

/// Packs and tests the crates.
///
/// # Errors
///
/// Returns an error if a crate can't be packed, or if the consumer doesn't build or fails a test.
pub fn run(root: &Path) -> Result<ExitCode> {
    // Outside of the workspace, so that nothing of it is found by accident.
    let folder = tempfile::tempdir()?;
    let packed = pack(root, folder.path())?;
    let consumer = consumer(root, folder.path(), &packed)?;
    let cargo = |arguments: &[&str]| {
        let mut cargo = Command::new("cargo");
        // The dependencies are those of the workspace, so its builds of them are used again.
        cargo.args(arguments).current_dir(&consumer).env("CARGO_TARGET_DIR", root.join("target"));
        finish(&mut cargo)
    };
    for features in ["", "rustls", "native-tls", "schemars"] {
        cargo(&["check", "--all-targets", "--features", features])?;
    }
    cargo(&["test", "--all-features"])?;
    cargo(&["update", "--package", "progenitor-client", "--precise", OLDEST_PROGENITOR_CLIENT])?;
    cargo(&["test", "--all-features"])?;
    cargo(&["check", "--manifest-path", &format!("{}/Cargo.toml", packed[3].display())])?;
    Ok(ExitCode::SUCCESS)
}

/// Packs the crates, and returns the folders that they are unpacked to.
fn pack(root: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut package = Command::new("cargo");
    package.args(["package", "--locked", "--no-verify", "--allow-dirty", "--target-dir"]).arg(folder);
    for name in CRATES {
        package.args(["--package", name]);
    }
    finish(package.current_dir(root))?;
    let mut unpacked = vec![];
    for name in CRATES {
        let name = format!("{name}-{}", env!("CARGO_PKG_VERSION"));
        let archive = folder.join("package").join(format!("{name}.crate"));
        finish(Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(folder))?;
        unpacked.push(folder.join(name));
    }
    Ok(unpacked)
}

/// Copies the consumer, with a configuration that takes the crates from their folders instead of crates.io.
fn consumer(root: &Path, folder: &Path, packed: &[PathBuf]) -> Result<PathBuf> {
    let (from, to) = (root.join("packaging/consumer"), folder.join("consumer"));
    fs::create_dir_all(to.join("src"))?;
    for file in ["Cargo.toml", "src/lib.rs"] {
        fs::copy(from.join(file), to.join(file)).with_context(|| format!("can't copy {file}"))?;
    }
    // The same versions as in the workspace, as far as both have them.
    fs::copy(root.join("Cargo.lock"), to.join("Cargo.lock"))?;
    let patch = CRATES.iter().zip(packed).map(|(name, path)| format!("{name} = {{ path = '{}' }}\n", path.display()));
    // The workspace's profile, so that its builds of the dependencies fit.
    let profile = "[profile.dev]\ndebug = \"line-tables-only\"\n";
    let configuration = format!("{profile}\n[patch.crates-io]\n{}", patch.collect::<String>());
    fs::create_dir(folder.join(".cargo"))?;
    fs::write(folder.join(".cargo/config.toml"), configuration)?;
    Ok(to)
}

fn finish(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("can't run {command:?}"))?;
    if !status.success() {
        bail!("{command:?}: {status}");
    }
    Ok(())
}
