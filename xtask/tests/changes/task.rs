//! `cargo xtask changes` in a repository: what it compares with, and what `--check` asks for.

use std::fs;
use std::path::Path;
use std::process::Command;

use clap::Parser;
use tempfile::TempDir;
use xtask::changes::{Arguments, Outcome, run};

use crate::patches::{BASE, patch};

const DOCUMENT: &str = "openapi/pingone-password.yaml";

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    arguments: Arguments,
}

/// A workspace with the base document.
struct Workspace(TempDir);

impl Workspace {
    fn new() -> Self {
        let workspace = Self(TempDir::new().unwrap());
        fs::create_dir(workspace.root().join("openapi")).unwrap();
        workspace.write("Cargo.toml", "[workspace.package]\nversion = \"0.3.0\"\n");
        workspace.write(
            "CHANGELOG.md",
            "# Changelog\n\n## Unreleased\n\n## 0.3.0\n\n- **Breaking:** `State.until` removed.\n",
        );
        workspace.write(DOCUMENT, BASE);
        workspace
    }

    /// A repository whose first commit is on this branch.
    fn repository(branch: &str) -> Self {
        let workspace = Self::new();
        workspace.git(&["init", "--quiet", "--initial-branch", branch]);
        workspace.commit();
        workspace
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.root().join(name), text).unwrap();
    }

    fn replace(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.root().join(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, &text.replacen(from, to, 1));
    }

    fn git(&self, arguments: &[&str]) {
        let identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
        let status = Command::new("git").arg("-C").arg(self.root()).args(identity).args(arguments).status().unwrap();
        assert!(status.success(), "git {arguments:?}");
    }

    fn commit(&self) {
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--message", "A commit"]);
    }

    fn changes(&self, arguments: &[&str]) -> anyhow::Result<Outcome> {
        let cli = Cli::try_parse_from(std::iter::once(&"changes").chain(arguments)).unwrap();
        run(&cli.arguments, self.root())
    }

    /// What a run without an error says.
    fn said(&self, arguments: &[&str]) -> Outcome {
        self.changes(arguments).unwrap_or_else(|error| panic!("{error:#}"))
    }

    fn error(&self, arguments: &[&str]) -> String {
        format!("{:#}", self.changes(arguments).expect_err("it can't be compared"))
    }
}

#[test]
fn without_a_base_it_says_so_and_fails_nothing() {
    let Outcome { report, note, is_success } = Workspace::new().said(&["--check"]);
    assert_eq!((report.as_str(), note.as_str()), ("", "nothing to compare with: this isn't a git repository\n"));
    assert!(is_success);
    let Outcome { report, note, is_success } = Workspace::repository("topic").said(&["--check", "--format", "json"]);
    assert_eq!(report, "");
    assert!(note.starts_with("nothing to compare with: there is neither a tag `v*` nor a main branch"), "{note}");
    assert!(is_success);
}

#[test]
fn it_compares_with_the_last_release() {
    let workspace = Workspace::repository("topic");
    workspace.git(&["tag", "v0.3.0"]);
    workspace.git(&["tag", "viewer"]);
    workspace.write(DOCUMENT, &patch("property_removed").apply());
    workspace.commit();
    workspace.git(&["tag", "other"]);
    let report = workspace.said(&[]).report;
    assert!(report.starts_with("1 breaking since `v0.3.0`, the last release\n"), "{report}");
}

#[test]
fn without_a_release_it_compares_with_the_merge_base() {
    let workspace = Workspace::repository("main");
    workspace.git(&["switch", "--quiet", "--create", "topic"]);
    workspace.write(DOCUMENT, &patch("property_removed").apply());
    workspace.commit();
    // What has happened on main since doesn't count.
    workspace.git(&["switch", "--quiet", "main"]);
    workspace.write(DOCUMENT, &patch("operation_removed").apply());
    workspace.commit();
    workspace.git(&["switch", "--quiet", "topic"]);
    let report = workspace.said(&[]).report;
    assert!(
        report.contains("the merge base with main") && report.contains("State.label: property removed"),
        "{report}"
    );
    assert!(!report.contains("operation removed"), "{report}");
}

#[test]
fn it_compares_with_a_file_or_a_revision() {
    let workspace = Workspace::repository("main");
    workspace.write(DOCUMENT, &patch("property_removed").apply());
    let other = workspace.root().join("other.yaml");
    fs::write(&other, patch("property_added").apply()).unwrap();
    let other = other.to_str().unwrap();
    assert!(workspace.said(&["--base", "HEAD"]).report.contains("State.label: property removed"));
    let report = workspace.said(&["--base", other]).report;
    assert!(report.contains("State.label: property removed") && report.contains("State.level: property removed"));
    let report = workspace.said(&["--base", "HEAD", "--spec", other]).report;
    assert!(report.contains("State.level: property added") && !report.contains("State.label"), "{report}");
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    let workspace = Workspace::repository("main");
    let bad = |name: &str, text: &str| {
        let path = workspace.root().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    assert_eq!(workspace.error(&["--base", "v9"]), "`v9` is neither a file nor a revision");
    assert_eq!(workspace.error(&["--base=--output=x"]), "`--output=x` is neither a file nor a revision");
    assert!(!workspace.root().join("x").exists());
    let unused = bad("other.yaml", "a: b");
    assert!(workspace.error(&["--base", &unused]).ends_with("not an OpenAPI 3.0 document: `openapi` is missing"));
    let swagger = bad("swagger.yaml", "swagger: '2.0'");
    assert!(workspace.error(&["--base", "HEAD", "--spec", &swagger]).contains("`openapi` is missing"));
    let newer = bad("newer.yaml", &BASE.replace("openapi: 3.0.3", "openapi: 3.1.0"));
    assert!(workspace.error(&["--base", &newer]).ends_with("OpenAPI 3.1.0 is not supported: only 3.0 is"));
    let broken = bad("broken.yaml", &BASE.replace("paths:", "paths: ["));
    assert!(workspace.error(&["--base", &broken]).contains("YAML"));
    let dangling = bad("dangling.yaml", &BASE.replace("    Link: {", "    Anchor: {"));
    assert!(
        workspace.error(&["--base", &dangling]).ends_with("the reference `#/components/schemas/Link` leads nowhere")
    );
    let twice = BASE
        .replace("application/vnd.example.password.set+json:", "application/json:")
        .replace("{userId}/note:", "{id}/password:");
    let twice = bad("twice.yaml", &twice);
    assert!(workspace.error(&["--base", &twice]).contains("no request tells `setPassword` apart from `writeNote`"));
    assert!(workspace.error(&["--spec", "nowhere.yaml"]).starts_with("nowhere.yaml: "));
    workspace.git(&["rm", "--quiet", "--cached", DOCUMENT]);
    workspace.git(&["commit", "--quiet", "--message", "Without"]);
    assert_eq!(workspace.error(&["--base", "HEAD"]), format!("`HEAD` has no {DOCUMENT}"));
}

#[test]
fn check_asks_for_versions_and_an_entry_until_they_are_there() {
    let workspace = Workspace::repository("main");
    workspace.git(&["tag", "v0.3.0"]);
    assert!(workspace.said(&["--check"]).is_success, "nothing has changed");
    workspace.write(DOCUMENT, &patch("property_removed").apply());
    let Outcome { note, is_success, .. } = workspace.said(&["--check"]);
    assert!(!is_success);
    insta::assert_snapshot!(note, @r#"
    error: the changes need a minor release, and these don't say so:
      Cargo.toml: version is 0.3.0, and a minor release needs 0.4.0
        edit: version = "0.4.0", also beside each path under [workspace.dependencies]
      openapi/pingone-password.yaml: info.version is 0.3.0, and a minor release needs 0.4.0
        edit: version: 0.4.0
      CHANGELOG.md: no entry under Unreleased names `State.label`, with the word Breaking
        add under Removed: - **Breaking:** `State.label`: property removed.
    after the edits, run: cargo xtask generate && cargo xtask changes --check --base v0.3.0
    "#);
    // Without --check, this is no failure.
    assert!(workspace.said(&[]).is_success);

    // A smaller release, and an entry that doesn't own up, are not enough.
    workspace.replace("Cargo.toml", "0.3.0", "0.3.1");
    workspace.replace("CHANGELOG.md", "## Unreleased\n", "## Unreleased\n\n### Removed\n\n- `State.label`.\n");
    assert_eq!(workspace.said(&["--check"]).note.matches("\n  ").count(), 6);

    workspace.replace("Cargo.toml", "0.3.1", "0.4.0");
    workspace.replace(DOCUMENT, "version: 0.3.0", "version: 0.4.0");
    workspace.replace(
        "CHANGELOG.md",
        "- `State.label`.",
        "- The label of a state, `State.label`, which nobody\n  used (breaking).",
    );
    let Outcome { note, is_success, .. } = workspace.said(&["--check"]);
    assert!(is_success, "{note}");

    // A second change before the release asks for its entry alone.
    let document = fs::read_to_string(workspace.root().join(DOCUMENT)).unwrap();
    workspace.write(DOCUMENT, &document.replace("enum: [OK, LOCKED_OUT, EXPIRED]", "enum: [OK, LOCKED_OUT]"));
    assert_eq!(workspace.said(&["--check"]).note.matches("CHANGELOG.md").count(), 1);
    assert!(!workspace.said(&["--check"]).note.contains("Cargo.toml"));
}

#[test]
fn what_only_people_read_needs_no_entry() {
    let workspace = Workspace::repository("main");
    workspace.git(&["tag", "v0.3.0"]);
    workspace.write(DOCUMENT, &patch("operation_description").apply());
    let Outcome { report, note, is_success } = workspace.said(&["--check"]);
    assert!(report.contains("needs: patch"), "{report}");
    assert!(!is_success && note.contains("needs 0.3.1") && !note.contains("CHANGELOG.md"), "{note}");
}
