//! The release that changes need, and whether the versions and the changelog say so.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use semver::Version;

use super::change::Change;
use super::kind::Kind;
use super::verdict::{Needs, Verdict};

/// What a release is judged by, as text.
#[derive(Debug, Default)]
pub struct Sources<'a> {
    /// The workspace's `Cargo.toml` at the base, if the base is a revision.
    pub base_manifest: Option<&'a str>,
    /// The workspace's `Cargo.toml`.
    pub manifest: &'a str,
    /// `info.version` of the base document.
    pub base_document: Option<&'a str>,
    /// `info.version` of the new document.
    pub document: Option<&'a str>,
    /// The changelog.
    pub changelog: &'a str,
}

/// The release that a set of changes needs.
#[derive(Debug)]
pub struct Release {
    /// Its size.
    pub needs: Needs,
    /// The versions that have to follow.
    pub versions: Vec<Versioned>,
    /// What the changelog has to say.
    pub entries: Vec<Entry>,
    /// What the changelog says of the next release, as a list of entries.
    unreleased: Vec<String>,
}

/// A version, before and after.
#[derive(Debug)]
pub struct Versioned {
    /// Where it is.
    pub name: &'static str,
    /// What it was at the base.
    pub base: Option<Version>,
    /// What it is.
    pub now: Option<Version>,
    /// What it has to be at least. None where nothing tells.
    pub needed: Option<Version>,
}

impl Versioned {
    fn new(name: &'static str, base: Option<Version>, now: Option<Version>, needs: Needs) -> Self {
        let needed = base.as_ref().map(|base| needs.after(base));
        Self { name, base, now, needed }
    }

    /// Whether it is as high as it has to be.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.now.as_ref().is_some_and(|now| self.needed.as_ref().is_some_and(|needed| now >= needed))
    }
}

/// What the changelog has to say of one place in the document.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// The heading that it belongs under.
    pub section: &'static str,
    /// The place, which the changelog has to name in backticks.
    pub place: String,
    /// Whether the changelog has to say that it breaks something.
    pub is_breaking: bool,
    /// What has changed.
    pub what: String,
}

impl Entry {
    /// The line to paste.
    #[must_use]
    pub fn line(&self) -> String {
        let breaking = if self.is_breaking { "**Breaking:** " } else { "" };
        format!("- {breaking}`{}`: {}.", self.place, self.what)
    }

    fn is_said_by(&self, text: &str) -> bool {
        text.contains(&format!("`{}`", self.place)) && (!self.is_breaking || text.to_lowercase().contains("breaking"))
    }
}

impl Release {
    /// The release that these changes need.
    #[must_use]
    pub fn of(changes: &[Change], sources: &Sources<'_>) -> Self {
        let parse = |version: Option<&str>| version.and_then(|version| Version::parse(version).ok());
        let base_document = parse(sources.base_document);
        let document = parse(sources.document);
        let crates = parse(version_of(sources.manifest).as_deref());
        let base_crates = match sources.base_manifest {
            Some(manifest) => parse(version_of(manifest).as_deref()),
            // A file has no manifest beside it that would say.
            None => base_document.clone(),
        };
        let worst = changes.iter().map(|change| change.verdicts.worst()).max();
        let version = base_crates.clone().or_else(|| crates.clone()).unwrap_or(Version::new(0, 0, 0));
        let needs = Needs::of(worst, &version);
        Self {
            needs,
            versions: vec![
                Versioned::new("Cargo.toml", base_crates, crates, needs),
                Versioned::new("info.version", base_document, document, needs),
            ],
            entries: entries(changes),
            unreleased: unreleased(sources.changelog),
        }
    }

    /// The entries that the changelog doesn't have yet.
    pub fn missing(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !self.unreleased.iter().any(|text| entry.is_said_by(text)))
    }

    /// What doesn't match the verdict, each with the edit that fixes it. Empty where nothing has changed.
    #[must_use]
    pub fn mismatches(&self, document: &str) -> Vec<String> {
        let mut mismatches = Vec::new();
        if self.needs == Needs::None {
            return mismatches;
        }
        for version in self.versions.iter().filter(|version| !version.is_enough()) {
            let is_manifest = version.name == "Cargo.toml";
            let (file, key) = if is_manifest { ("Cargo.toml", "version") } else { (document, "info.version") };
            mismatches.push(match (&version.now, &version.needed) {
                (Some(now), Some(needed)) => {
                    let edit = if is_manifest {
                        format!("version = \"{needed}\", also beside each path under [workspace.dependencies]")
                    } else {
                        format!("version: {needed}")
                    };
                    format!("{file}: {key} is {now}, and a {} release needs {needed}\n    edit: {edit}", self.needs)
                }
                (None, _) => format!("{file}: {key} isn't a semantic version\n    edit: a version such as 1.2.3"),
                (_, None) => format!("{file}: {key} can't be compared: the base has no semantic version there"),
            });
        }
        for entry in self.missing() {
            let says = if entry.is_breaking { ", with the word Breaking" } else { "" };
            mismatches.push(format!(
                "CHANGELOG.md: no entry under Unreleased names `{}`{says}\n    add under {}: {}",
                entry.place,
                entry.section,
                entry.line()
            ));
        }
        mismatches
    }
}

/// The version of a manifest: the workspace's, or that of its one package.
fn version_of(manifest: &str) -> Option<String> {
    let manifest: toml::Table = manifest.parse().ok()?;
    let workspace = manifest.get("workspace").and_then(|workspace| workspace.get("package"));
    let version = workspace.or_else(|| manifest.get("package"))?.get("version")?;
    version.as_str().map(str::to_owned)
}

/// One entry for each place, in the order of the changes. What only people read needs none, and neither does a type that
/// comes with what uses it.
fn entries(changes: &[Change]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let told = changes.iter().filter(|change| change.verdicts.worst() > Verdict::Docs);
    for change in told.filter(|change| change.kind != Kind::TypeAdded) {
        let section = section(change);
        let is_breaking = change.verdicts.worst() == Verdict::Breaking;
        let Some(index) = places.get(change.place.as_str()) else {
            places.insert(&change.place, entries.len());
            entries.push(Entry { section, place: change.place.clone(), is_breaking, what: change.what.clone() });
            continue;
        };
        let entry = &mut entries[*index];
        entry.is_breaking |= is_breaking;
        entry.what = format!("{}; {}", entry.what, change.what);
        if entry.section != section {
            entry.section = "Changed";
        }
    }
    entries
}

/// The heading of *Keep a Changelog* for a kind of change.
fn section(change: &Change) -> &'static str {
    let name = format!("{:?}", change.kind).to_snake_case();
    match name.rsplit('_').next() {
        Some("added") => "Added",
        Some("removed") => "Removed",
        Some("deprecated") => "Deprecated",
        _ => "Changed",
    }
}

/// The entries under *Unreleased*, each as one text.
fn unreleased(changelog: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    let mut is_inside = false;
    for line in changelog.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            is_inside = heading.to_lowercase().contains("unreleased");
        } else if is_inside && (line.starts_with("- ") || line.starts_with("* ")) {
            entries.push(line.to_owned());
        } else if is_inside
            && !line.starts_with('#')
            && let Some(entry) = entries.last_mut()
        {
            entry.push(' ');
            entry.push_str(line.trim());
        }
    }
    entries
}
