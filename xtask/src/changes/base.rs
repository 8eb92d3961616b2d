//! What to compare with: a file, a revision, the last release, or where the branch began.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

/// The branches that a branch may have begun at, by preference.
const MAIN: [&str; 5] = ["origin/HEAD", "origin/main", "main", "origin/master", "master"];

/// What to compare with.
#[derive(Debug)]
pub(super) struct Base {
    /// Its name, for people.
    pub(super) label: String,
    /// What `--base` takes to name it again.
    pub(super) argument: String,
    /// The OpenAPI document.
    pub(super) document: String,
    /// The workspace's `Cargo.toml`, where the base is a revision that has one.
    pub(super) manifest: Option<String>,
}

/// A base, or why there is none.
pub(super) enum Found {
    Base(Base),
    Nothing(&'static str),
}

/// Finds what to compare with. `documents` are the paths of the OpenAPI document below `root`: the first that a revision
/// has is taken.
pub(super) fn find(root: &Path, documents: &[&str], wanted: Option<&str>) -> anyhow::Result<Found> {
    if let Some(wanted) = wanted {
        if Path::new(wanted).is_file() {
            let text = std::fs::read_to_string(wanted).with_context(|| wanted.to_owned())?;
            let (label, argument) = (format!("`{wanted}`"), wanted.to_owned());
            return Ok(Found::Base(Base { label, argument, document: text, manifest: None }));
        }
        let Some(commit) = commit(root, wanted)? else {
            bail!("`{wanted}` is neither a file nor a revision");
        };
        return revision(root, documents, format!("`{wanted}`"), wanted, &commit).map(Found::Base);
    }
    if git(root, &["rev-parse", "--git-dir"])?.is_none() {
        return Ok(Found::Nothing("this isn't a git repository"));
    }
    if let Some(tag) = git(root, &["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"])? {
        return revision(root, documents, format!("`{tag}`, the last release"), &tag, &tag).map(Found::Base);
    }
    for branch in MAIN {
        let Some(other) = commit(root, branch)? else { continue };
        if let Some(commit) = git(root, &["merge-base", "HEAD", &other])? {
            let short = &commit[..commit.len().min(10)];
            let label = format!("`{short}`, the merge base with {branch}");
            return revision(root, documents, label, short, &commit).map(Found::Base);
        }
    }
    Ok(Found::Nothing("there is neither a tag `v*` nor a main branch; fetch them, or name a base with --base"))
}

/// The commit that a revision names.
fn commit(root: &Path, revision: &str) -> anyhow::Result<Option<String>> {
    git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")])
}

fn revision(root: &Path, documents: &[&str], label: String, argument: &str, commit: &str) -> anyhow::Result<Base> {
    let show = |file: &str| git(root, &["show", "--end-of-options", &format!("{commit}:./{file}")]);
    for document in documents {
        if let Some(document) = show(document)? {
            return Ok(Base { label, argument: argument.to_owned(), document, manifest: show("Cargo.toml")? });
        }
    }
    bail!("{label} has no {}", documents.first().unwrap_or(&"document"))
}

/// What a git command prints, or nothing where it fails.
fn git(root: &Path, arguments: &[&str]) -> anyhow::Result<Option<String>> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output().context("git can't be run")?;
    if !output.status.success() {
        return Ok(None);
    }
    let text = String::from_utf8(output.stdout).context("git printed something else than UTF-8")?;
    Ok(Some(text.trim_end().to_owned()))
}
