//! Says what was found: to a person, in a pull request, or to a program.

mod json;
mod markdown;
mod text;

use super::change::Change;
use super::release::{Entry, Release};
use super::verdict::Verdict;

pub use json::json;
pub use markdown::markdown;
pub use text::text;

/// What there is to say.
#[derive(Debug)]
pub struct Report<'a> {
    /// What the new document is compared with, for people.
    pub base: &'a str,
    /// The changes, the worst first.
    pub changes: &'a [Change],
    /// The release that they need.
    pub release: &'a Release,
}

impl Report<'_> {
    /// How many changes have each verdict as their worst: breaking, compatible, docs.
    fn counts(&self) -> [(Verdict, usize); 3] {
        [Verdict::Breaking, Verdict::Compatible, Verdict::Docs]
            .map(|verdict| (verdict, self.changes.iter().filter(|change| change.verdicts.worst() == verdict).count()))
    }

    /// The counts as people read them.
    fn counted(&self) -> String {
        let counts = self.counts();
        let shown = counts.iter().filter(|(_, count)| *count > 0).map(|(verdict, count)| match verdict {
            Verdict::Docs => format!("{count} docs only"),
            verdict => format!("{count} {verdict}"),
        });
        shown.collect::<Vec<_>>().join(", ")
    }

    /// The entries for the changelog, by the headings that they belong under.
    fn sections(&self) -> Vec<(&'static str, Vec<&Entry>)> {
        let sections = ["Added", "Changed", "Deprecated", "Removed"].map(|section| {
            (section, self.release.entries.iter().filter(|entry| entry.section == section).collect::<Vec<_>>())
        });
        sections.into_iter().filter(|(_, entries)| !entries.is_empty()).collect()
    }

    /// What each version is, and what it has to be.
    fn versions(&self) -> Vec<String> {
        let shown =
            |version: &Option<semver::Version>| version.as_ref().map_or("unknown".to_owned(), ToString::to_string);
        let versions = self.release.versions.iter().map(|version| {
            let (was, now) = (shown(&version.base), shown(&version.now));
            let now = if was == now { now } else { format!("{now}, was {was}") };
            match &version.needed {
                Some(needed) if !version.is_enough() => format!("{} {now}, has to be {needed}", version.name),
                _ => format!("{} {now}", version.name),
            }
        });
        versions.collect()
    }
}
