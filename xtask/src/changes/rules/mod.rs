//! What each kind of change means.
//!
//! [`table`] decides. What the generator makes decides its Rust column: request values have a constructor and setters,
//! models and enums are `#[non_exhaustive]`, enums of responses take unknown values, and what the document doesn't declare
//! stays in `extra`.

mod table;

use Direction::Both;
use Verdict::{Breaking, Compatible, Docs};
use table::RULES;

use super::kind::{Direction, Directions, Kind};
use super::verdict::{Judgement, Verdict, Verdicts};

/// One row: what one kind of change means.
#[derive(Debug)]
struct Rule {
    kind: Kind,
    /// For values that go this way; for all where there is none.
    direction: Option<Direction>,
    wire: (Verdict, &'static str),
    rust: (Verdict, &'static str),
    schema: (Verdict, &'static str),
}

/// A row whose boundaries are all unaffected, until one of the functions below says otherwise.
const fn rule(kind: Kind) -> Rule {
    let same = (Compatible, "unaffected");
    Rule { kind, direction: None, wire: same, rust: same, schema: same }
}

/// A row for what only people read.
const fn docs(kind: Kind, why: &'static str) -> Rule {
    Rule { kind, direction: None, wire: (Docs, why), rust: (Docs, why), schema: (Docs, why) }
}

impl Rule {
    const fn when(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    const fn wire(mut self, verdict: Verdict, why: &'static str) -> Self {
        self.wire = (verdict, why);
        self
    }

    const fn rust(mut self, verdict: Verdict, why: &'static str) -> Self {
        self.rust = (verdict, why);
        self
    }

    const fn schema(mut self, verdict: Verdict, why: &'static str) -> Self {
        self.schema = (verdict, why);
        self
    }
}

/// What a kind of change means that no other row is for.
const UNKNOWN: Rule = rule(Kind::Unknown)
    .wire(Breaking, "no rule says what this means")
    .rust(Breaking, "no rule says what this means")
    .schema(Breaking, "no rule says what this means");

/// What a reason can name.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) item: String,
    pub(super) from: String,
    pub(super) to: String,
}

/// What a change means. Where a value goes both ways, the worse one counts; where no row is found, everything breaks.
pub(super) fn judge(kind: Kind, directions: Directions, names: &Names) -> Verdicts {
    let rows = RULES.iter().filter(|rule| rule.kind == kind);
    let mut rows: Vec<&Rule> =
        rows.filter(|rule| rule.direction.is_none_or(|direction| directions.contain(direction))).collect();
    // A row for both ways says more than one for each of them.
    if rows.iter().any(|rule| rule.direction == Some(Both)) {
        rows.retain(|rule| rule.direction == Some(Both));
    }
    let mut rows = rows.into_iter();
    let mut verdicts = judgements(rows.next().unwrap_or(&UNKNOWN), names);
    for rule in rows {
        let other = judgements(rule, names);
        for (judgement, other) in
            [(&mut verdicts.wire, other.wire), (&mut verdicts.rust, other.rust), (&mut verdicts.schema, other.schema)]
        {
            if other.verdict > judgement.verdict {
                *judgement = other;
            }
        }
    }
    verdicts
}

fn judgements(rule: &Rule, names: &Names) -> Verdicts {
    let judgement = |(verdict, why): (Verdict, &str)| {
        let why = why.replace("{item}", &names.item).replace("{from}", &names.from).replace("{to}", &names.to);
        Judgement { verdict, why }
    };
    Verdicts { wire: judgement(rule.wire), rust: judgement(rule.rust), schema: judgement(rule.schema) }
}
