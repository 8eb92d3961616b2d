//! The operators of comparisons.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    StartsWith,
    EndsWith,
    Contains,
    GreaterOrEqual,
    LessOrEqual,
}

impl Operator {
    const ALL: [Self; 6] =
        [Self::Equal, Self::StartsWith, Self::EndsWith, Self::Contains, Self::GreaterOrEqual, Self::LessOrEqual];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.as_str() == name)
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::StartsWith => "sw",
            Self::EndsWith => "ew",
            Self::Contains => "co",
            Self::GreaterOrEqual => "ge",
            Self::LessOrEqual => "le",
        }
    }

    pub(super) fn compare(self, actual: &str, value: &str) -> bool {
        match self {
            Self::Equal => actual == value,
            Self::StartsWith => actual.starts_with(value),
            Self::EndsWith => actual.ends_with(value),
            Self::Contains => actual.contains(value),
            Self::GreaterOrEqual => actual >= value,
            Self::LessOrEqual => actual <= value,
        }
    }
}
