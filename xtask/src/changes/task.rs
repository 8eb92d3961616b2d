//! `cargo xtask changes`: reads files and revisions, and prints a report.

use std::path::{Path, PathBuf};

use super::base::{self, Base, Found};
use super::change::Change;
use super::release::{Release, Sources};
use super::report::{self, Report};
use super::{Error, Which, between, parse};
use crate::generate::load::Document;
use anyhow::Context;

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

/// What the task prints, and whether all is well.
#[derive(Debug)]
pub struct Outcome {
    /// For standard output.
    pub report: String,
    /// For standard error.
    pub note: String,
    /// Whether the task succeeds.
    pub is_success: bool,
}

/// Runs the task in the workspace at `root`.
///
/// # Errors
///
/// When a file or a revision can't be read, or the documents can't be compared.
pub fn run(arguments: &Arguments, root: &Path) -> anyhow::Result<Outcome> {
    let spec = arguments.spec.clone().unwrap_or_else(|| root.join(DOCUMENT));
    // A document that the base has is compared with itself there, any other with the project's own.
    let absolute = std::path::absolute(&spec)?;
    let below = absolute.strip_prefix(root).ok().and_then(Path::to_str).unwrap_or(DOCUMENT);
    let new = std::fs::read_to_string(&spec).with_context(|| spec.display().to_string())?;
    let base = match base::find(root, &[below, DOCUMENT], arguments.base.as_deref())? {
        Found::Base(base) => base,
        Found::Nothing(why) => {
            let note = format!("nothing to compare with: {why}\n");
            return Ok(Outcome { report: String::new(), note, is_success: true });
        }
    };
    let named = |error: Error| match error.which {
        Which::Base => anyhow::anyhow!("{}: {}", base.label, error.problem),
        Which::New => anyhow::anyhow!("{}: {}", spec.display(), error.problem),
    };
    let documents = (parse(&base.document, Which::Base).map_err(named)?, parse(&new, Which::New).map_err(named)?);
    let changes = between(&documents.0, &documents.1).map_err(named)?;
    let versions = [version_of(&documents.0), version_of(&documents.1)];
    let release = release(&base, versions, &changes, root)?;
    let report = Report { base: &base.label, changes: &changes, release: &release };
    let report = match arguments.format {
        Format::Text => report::text(&report),
        Format::Markdown => report::markdown(&report),
        Format::Json => format!("{:#}\n", report::json(&report)),
    };
    let mismatches = if arguments.check { release.mismatches(below) } else { Vec::new() };
    let note = if mismatches.is_empty() {
        String::new()
    } else {
        format!(
            "error: the changes need a {} release, and these don't say so:\n  {}\n\
             after the edits, run: cargo xtask generate && cargo xtask changes --check --base {}\n",
            release.needs,
            mismatches.join("\n  "),
            base.argument
        )
    };
    Ok(Outcome { report, is_success: note.is_empty(), note })
}

/// Judges the versions and the changelog in the workspace.
fn release(
    base: &Base,
    [base_document, document]: [Option<&str>; 2],
    changes: &[Change],
    root: &Path,
) -> anyhow::Result<Release> {
    let read = |name: &str| std::fs::read_to_string(root.join(name)).with_context(|| name.to_owned());
    let (manifest, changelog) = (read("Cargo.toml")?, read("CHANGELOG.md")?);
    let sources = Sources {
        base_manifest: base.manifest.as_deref(),
        manifest: &manifest,
        base_document,
        document,
        changelog: &changelog,
    };
    Ok(Release::of(changes, &sources))
}

fn version_of(document: &Document) -> Option<&str> {
    document.root["info"]["version"].as_str()
}
