//! What a change means at the three boundaries, and the release that it needs.

use std::fmt;

use semver::Version;

/// What a change means at one boundary. Ordered: the last is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Only what people read changes.
    Docs,
    /// Something changes, and whatever worked before still works.
    Compatible,
    /// Something that worked before may fail, or mean something else.
    Breaking,
}

impl Verdict {
    /// The word for it, in every format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Docs => "docs",
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A verdict with the reason for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// The reason, in a few words.
    pub why: String,
}

/// One judgement for each boundary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdicts {
    /// May a running client of the old version fail, miss what it reads today, or send something else than the new one?
    pub wire: Judgement,
    /// Does code that uses the old crate still compile, and mean the same?
    pub rust: Judgement,
    /// Does JSON that was stored with the old crate still decode?
    pub schema: Judgement,
}

impl Verdicts {
    /// The three boundaries by name, in the order of every report.
    #[must_use]
    pub fn by_boundary(&self) -> [(&'static str, &Judgement); 3] {
        [("wire", &self.wire), ("Rust", &self.rust), ("schema", &self.schema)]
    }

    /// The worst of the three verdicts.
    #[must_use]
    pub fn worst(&self) -> Verdict {
        self.wire.verdict.max(self.rust.verdict).max(self.schema.verdict)
    }
}

/// The release that a set of changes needs. Ordered by size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// Nothing has changed.
    None,
    /// The last number goes up.
    Patch,
    /// The middle number goes up.
    Minor,
    /// The first number goes up.
    Major,
}

impl Needs {
    /// The release that a change with this verdict needs after `version`: below 1.0, the numbers stand one place further
    /// right, as Cargo reads them.
    #[must_use]
    pub fn of(worst: Option<Verdict>, version: &Version) -> Self {
        let is_stable = version.major > 0;
        match worst {
            None => Self::None,
            Some(Verdict::Breaking) if is_stable => Self::Major,
            Some(Verdict::Breaking) => Self::Minor,
            Some(Verdict::Compatible) if is_stable => Self::Minor,
            Some(Verdict::Compatible | Verdict::Docs) => Self::Patch,
        }
    }

    /// The smallest version that this release can have after `version`.
    #[must_use]
    pub fn after(self, version: &Version) -> Version {
        let Version { major, minor, patch, .. } = *version;
        // 1.0.0-rc.1 is followed by 1.0.0, whatever has changed since.
        let is_before_release = !version.pre.is_empty();
        match self {
            Self::None => version.clone(),
            Self::Patch if is_before_release => Version::new(major, minor, patch),
            Self::Patch => Version::new(major, minor, patch + 1),
            Self::Minor if is_before_release && patch == 0 => Version::new(major, minor, 0),
            Self::Minor => Version::new(major, minor + 1, 0),
            Self::Major if is_before_release && minor == 0 && patch == 0 => Version::new(major, 0, 0),
            Self::Major => Version::new(major + 1, 0, 0),
        }
    }

    /// The word for it, in every format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
