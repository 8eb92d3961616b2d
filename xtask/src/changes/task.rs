//! `cargo xtask changes`: reads files and revisions, and prints a report.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use serde_json::Value;

use super::base::{self, Found};
use super::release::{Release, Sources};
use super::report::{self, Report};
use super::{Which, changes};
use crate::generate::load::Document;

/// The project's own document, below the root of the workspace.
const DOCUMENT: &str = "openapi/pingone-password.yaml";

/// The arguments of `cargo xtask changes`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What to compare with: an OpenAPI document or a git revision [default: the last tag `v*`, or the merge base with the main branch]
    #[arg(long, value_name = "FILE|REV")]
    base: Option<String>,
    /// The OpenAPI document [default: openapi/pingone-password.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// How to print the report
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Exit with 1 if the versions or the changelog don't match the verdict
    #[arg(long)]
    check: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// For a pull request
    Markdown,
    /// For a program
    Json,
}

/// Runs the task in the workspace at `root`.
///
/// # Errors
///
/// When a file or a revision can't be read, or the documents can't be compared.
pub fn run(arguments: &Arguments, root: &Path) -> anyhow::Result<ExitCode> {
    let spec = arguments.spec.clone().unwrap_or_else(|| root.join(DOCUMENT));
    // A document of this repository is compared with itself, any other with the project's own.
    let absolute = std::path::absolute(&spec)?;
    let below = absolute.strip_prefix(root).ok().and_then(Path::to_str).unwrap_or(DOCUMENT);
    let new = std::fs::read_to_string(&spec).with_context(|| spec.display().to_string())?;
    let base = match base::find(root, below, arguments.base.as_deref())? {
        Found::Base(base) => base,
        Found::Nothing(why) => {
            eprintln!("nothing to compare with: {why}");
            return Ok(ExitCode::SUCCESS);
        }
    };
    let changes = changes(&base.document, &new).map_err(|error| match error.which {
        Which::Base => anyhow::anyhow!("{}: {}", base.label, error.problem),
        Which::New => anyhow::anyhow!("{}: {}", spec.display(), error.problem),
    })?;

    let read = |name: &str| std::fs::read_to_string(root.join(name)).with_context(|| name.to_owned());
    let (manifest, changelog) = (read("Cargo.toml")?, read("CHANGELOG.md")?);
    let (base_version, version) = (version_of(&base.document), version_of(&new));
    let release = Release::of(
        &changes,
        &Sources {
            base_manifest: base.manifest.as_deref(),
            manifest: &manifest,
            base_document: base_version.as_deref(),
            document: version.as_deref(),
            changelog: &changelog,
        },
    );
    let report = Report { base: &base.label, changes: &changes, release: &release };
    match arguments.format {
        Format::Text => print!("{}", report::text(&report)),
        Format::Markdown => print!("{}", report::markdown(&report)),
        Format::Json => println!("{:#}", report::json(&report)),
    }
    let mismatches = if arguments.check { release.mismatches(below) } else { Vec::new() };
    if mismatches.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("\nerror: the changes need a {} release, and these don't say so:", release.needs);
    for mismatch in mismatches {
        eprintln!("  {mismatch}");
    }
    eprintln!("after the edits, run: cargo xtask generate && cargo xtask changes --check --base {}", base.argument);
    Ok(ExitCode::FAILURE)
}

/// `info.version` of a document that has been read before.
fn version_of(document: &str) -> Option<String> {
    let document = Document::parse(document).ok()?;
    document.root["info"]["version"].as_str().map(str::to_owned).or_else(|| match &document.root["info"]["version"] {
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}
