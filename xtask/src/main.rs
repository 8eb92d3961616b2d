//! The tasks of this workspace: `cargo xtask generate`, `changes`, `export`, `dist` and `crates`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use xtask::changes::{self, Outcome};
use xtask::generate::Error;
use xtask::generate::emit::{self, Difference};
use xtask::{crates, dist};

/// The tasks of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Generate the client crate from the OpenAPI document.
    Generate(Generate),
    /// Say what a change of the OpenAPI document breaks, and which release it needs.
    Changes(changes::Arguments),
    /// Print the OpenAPI document as JSON without fragments in path keys, for viewers that don't expect them.
    Export(Export),
    /// Build the release folder: programs, manual pages, completions, packages and checksums.
    Dist(dist::Arguments),
    /// Pack the crates, and test another project against the packed ones.
    Crates,
}

#[derive(clap::Args)]
struct Export {
    /// The OpenAPI document [default: openapi/pingone-password.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
}

#[derive(clap::Args)]
struct Generate {
    /// Change nothing; exit with 1 if a generated file is stale.
    #[arg(long)]
    check: bool,
    /// The OpenAPI document [default: openapi/pingone-password.yaml]
    #[arg(long, value_name = "FILE", requires = "out")]
    spec: Option<PathBuf>,
    /// The folder to write to [default: crates/pingone-password-client/src/generated]
    #[arg(long, value_name = "DIR", requires = "spec")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Generate(arguments) => generate(&arguments),
        Task::Changes(arguments) => changes(&arguments),
        Task::Export(arguments) => export(&arguments),
        Task::Dist(arguments) => root().and_then(|root| dist::run(&arguments, root)),
        Task::Crates => root().and_then(crates::run),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn changes(arguments: &changes::Arguments) -> anyhow::Result<ExitCode> {
    let Outcome { report, note, is_success } = changes::run(arguments, root()?)?;
    // Whoever has read enough, such as `head`, may close the pipe.
    let _ = io::stdout().write_all(report.as_bytes());
    eprint!("{note}");
    Ok(if is_success { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn export(arguments: &Export) -> anyhow::Result<ExitCode> {
    let spec = arguments.spec.clone().unwrap_or(root()?.join("openapi/pingone-password.yaml"));
    let document = std::fs::read_to_string(&spec).with_context(|| spec.display().to_string())?;
    let exported =
        xtask::export::export(&document).map_err(|finding| anyhow::anyhow!("{}: {finding}", spec.display()))?;
    writeln!(io::stdout(), "{exported:#}")?;
    Ok(ExitCode::SUCCESS)
}

/// The root of the workspace.
fn root() -> anyhow::Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask is not in a workspace")
}

fn generate(arguments: &Generate) -> anyhow::Result<ExitCode> {
    let root = root()?;
    let spec = arguments.spec.clone().unwrap_or_else(|| root.join("openapi/pingone-password.yaml"));
    let out = arguments.out.clone().unwrap_or_else(|| root.join("crates/pingone-password-client/src/generated"));
    let shown = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();

    let document = std::fs::read_to_string(&spec).with_context(|| shown(&spec))?;
    let files = match xtask::generate(&document) {
        Ok(files) => files,
        Err(error @ Error::Document(_)) => {
            anyhow::bail!("can't generate from {}; nothing was written\n{error}", shown(&spec));
        }
        Err(error @ Error::Generator(_)) => return Err(error).with_context(|| shown(&spec)),
    };
    let task = if arguments.check { emit::differences } else { emit::write };
    let differences = task(&files, &out).with_context(|| shown(&out))?;

    for (name, difference) in &differences {
        let done = match (arguments.check, difference) {
            (true, Difference::Stale) => "stale",
            (true, Difference::Missing) => "missing",
            (true, Difference::LeftOver) => "no longer generated",
            (false, Difference::Stale | Difference::Missing) => "written",
            (false, Difference::LeftOver) => "removed",
        };
        eprintln!("{done}: {}", shown(&out.join(name)));
    }
    if arguments.check && !differences.is_empty() {
        let same = arguments.spec.as_ref().zip(arguments.out.as_ref());
        let options = same.map(|(spec, out)| format!(" --spec {} --out {}", spec.display(), out.display()));
        eprintln!("to fix this, run: cargo xtask generate{}", options.unwrap_or_default());
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
