//! Builds the release folder, `target/dist`.
//!
//! ```text
//! bin/            pingone-password, pingone-password-emulator
//! man/            manual pages
//! completions/    for bash, elvish, fish, PowerShell and zsh
//! doc/            README, changelog, licenses, third-party notices
//! sbom/           a CycloneDX bill of materials for each program
//! *.deb *.rpm     packages that install all of it
//! SHA256SUMS      of every file
//! ```
//!
//! The same commit gives the same bytes: dates come from the commit, and paths of this computer are removed.

mod checksums;
mod sbom;
mod tools;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::process::{finish, output};

/// The programs, each with the folder of its package.
const PROGRAMS: [(&str, &str); 2] = [
    ("pingone-password", "crates/pingone-password-cli"),
    ("pingone-password-emulator", "crates/pingone-password-emulator"),
];

/// The file of each shell's completions, where the shell expects it.
const COMPLETIONS: [(&str, &str); 5] = [
    ("bash", "pingone-password.bash"),
    ("elvish", "pingone-password.elv"),
    ("fish", "pingone-password.fish"),
    ("powershell", "_pingone-password.ps1"),
    ("zsh", "_pingone-password"),
];

const DOCUMENTS: [&str; 4] = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "crates/pingone-password-cli/README.md"];

/// What `cargo xtask dist` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The profile to build with
    #[arg(long, value_name = "NAME", default_value = "dist")]
    profile: String,
}

/// Builds the release folder.
///
/// # Errors
///
/// Returns an error if a tool is missing or fails, with how to install it or what it was called with.
pub fn run(Arguments { profile }: &Arguments, root: &Path) -> Result<ExitCode> {
    tools::require()?;
    let release = Release { root, out: root.join("target/dist"), profile, date: commit_date(root)? };
    release.prepare()?;
    release.programs()?;
    release.manual_pages()?;
    release.completions()?;
    release.documents()?;
    release.bills_of_materials()?;
    release.packages()?;
    checksums::write(&release.out)?;
    println!("{}", release.out.display());
    Ok(ExitCode::SUCCESS)
}

struct Release<'a> {
    root: &'a Path,
    out: PathBuf,
    profile: &'a str,
    /// Seconds since 1970, for everything that has a date.
    date: String,
}

impl Release<'_> {
    fn prepare(&self) -> Result<()> {
        if self.out.exists() {
            fs::remove_dir_all(&self.out).with_context(|| format!("can't empty {}", self.out.display()))?;
        }
        for folder in ["bin", "man", "completions", "doc", "sbom"] {
            fs::create_dir_all(self.out.join(folder))?;
        }
        Ok(())
    }

    fn programs(&self) -> Result<()> {
        let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| home + "/.cargo"))?;
        let remap =
            [format!("--remap-path-prefix={}=.", self.root.display()), format!("--remap-path-prefix={home}=cargo")];
        let mut build = self.tool("cargo");
        build.args(["build", "--locked", "--profile", self.profile]).env("CARGO_ENCODED_RUSTFLAGS", remap.join("\x1f"));
        // Of its own, because these flags would make cargo rebuild everything else.
        let target = self.root.join("target/dist-build");
        build.arg("--target-dir").arg(&target);
        for (program, _) in PROGRAMS {
            build.args(["--bin", program]);
        }
        finish(&mut build)?;
        // The profile `dev` is the one whose folder has another name.
        let folder = if self.profile == "dev" { "debug" } else { self.profile };
        for (program, _) in PROGRAMS {
            let program = format!("{program}{}", std::env::consts::EXE_SUFFIX);
            copy(&target.join(folder).join(&program), &self.out.join("bin").join(&program))?;
        }
        Ok(())
    }

    fn manual_pages(&self) -> Result<()> {
        let folder = self.out.join("man");
        finish(self.tool("bin/pingone-password").arg("man").arg(&folder))?;
        finish(self.tool("bin/pingone-password-emulator").arg("--man").arg(&folder))
    }

    fn completions(&self) -> Result<()> {
        for (shell, file) in COMPLETIONS {
            let script = output(self.tool("bin/pingone-password").args(["completions", shell]))?;
            fs::write(self.out.join("completions").join(file), script)?;
        }
        Ok(())
    }

    fn documents(&self) -> Result<()> {
        for document in DOCUMENTS {
            let name = Path::new(document).file_name().context("no file name")?;
            copy(&self.root.join(document), &self.out.join("doc").join(name))?;
        }
        // Offline, the notices come from the crates alone, so that they are the same every time.
        finish(self.tool("cargo").args(["fetch", "--locked"]))?;
        let host = host()?;
        for (program, package) in PROGRAMS {
            let notices = self.out.join("doc").join(format!("THIRD-PARTY-{program}.txt"));
            let mut about = self.tool("cargo");
            about.args([
                "about",
                "generate",
                "--frozen",
                "--fail",
                "--target",
                &host,
                "--config",
                "packaging/about.toml",
            ]);
            about.args(["--manifest-path", &format!("{package}/Cargo.toml"), "--output-file"]).arg(notices);
            finish(about.arg("packaging/about.hbs"))?;
        }
        Ok(())
    }

    fn bills_of_materials(&self) -> Result<()> {
        let mut cyclonedx = self.tool("cargo");
        cyclonedx.args(["cyclonedx", "--format", "json", "--spec-version", "1.5", "--describe", "binaries"]);
        finish(cyclonedx.args(["--no-build-deps", "-qq"]))?;
        for (program, package) in PROGRAMS {
            let written = self.root.join(package).join(format!("{program}_bin.cdx.json"));
            let text = sbom::publish(&fs::read_to_string(&written)?, self.root)?;
            fs::write(self.out.join("sbom").join(format!("{program}.cdx.json")), text)?;
            fs::remove_file(written)?;
        }
        // The tool describes each program of the workspace.
        Ok(fs::remove_file(self.root.join("xtask/xtask_bin.cdx.json"))?)
    }

    fn packages(&self) -> Result<()> {
        let mut deb = self.tool("cargo");
        deb.args([
            "deb",
            "--quiet",
            "--locked",
            "--no-build",
            "--no-strip",
            "--package",
            "pingone-password-cli",
            "--output",
        ]);
        finish(deb.arg(&self.out))?;
        let mut rpm = self.tool("cargo");
        rpm.args(["generate-rpm", "--package", "crates/pingone-password-cli", "--source-date", &self.date]);
        finish(rpm.arg("--output").arg(&self.out))
    }

    /// A command that runs in the root of the workspace, with the commit's date.
    fn tool(&self, program: &str) -> Command {
        let built = self.out.join(program);
        let mut command = if program.contains('/') { Command::new(built) } else { Command::new(program) };
        command.current_dir(self.root).env("SOURCE_DATE_EPOCH", &self.date);
        command
    }
}

fn commit_date(root: &Path) -> Result<String> {
    let date = output(Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(root))?;
    Ok(String::from_utf8(date)?.trim().to_owned())
}

/// The target triple of this computer, for which the programs are built.
fn host() -> Result<String> {
    let version = String::from_utf8(output(Command::new("rustc").arg("-vV"))?)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc doesn't say its host")?;
    Ok(host.to_owned())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("can't copy {} to {}", from.display(), to.display()))?;
    Ok(())
}
