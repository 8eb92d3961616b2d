//! Schemas where they are used: whether both are one type, and what it is called.

use serde_json::Value;

use super::Comparison;
use crate::changes::change::Change;
use crate::changes::kind::{Directions, Kind};
use crate::changes::rules::Names;
use crate::changes::shape::{Shape, type_of};
use crate::changes::verdict::{Judgement, Verdict};

/// Where two schemas are compared.
pub(super) struct Spot {
    /// Where that is, for people.
    pub(super) place: String,
    /// The Rust item that holds the value.
    pub(super) item: String,
    /// The name of the Rust type, where the document doesn't give it one.
    pub(super) name: String,
    /// The Rust type of the item, with `_` for the type of this schema, such as `Vec<_>`.
    frame: String,
    pub(super) directions: Directions,
    /// Whether the value is always there, so that only null makes it an `Option`.
    pub(super) is_required: bool,
}

impl Spot {
    pub(super) fn new(place: &str, item: &str, name: &str, directions: Directions, is_required: bool) -> Self {
        let [place, item, name] = [place, item, name].map(str::to_owned);
        Self { place, item, name, frame: "_".to_owned(), directions, is_required }
    }

    /// The place of the items of an array.
    pub(super) fn items(&self) -> Self {
        self.part("[]", "Item", "Vec<_>")
    }

    /// The place of the values of a map.
    pub(super) fn values(&self) -> Self {
        self.part(".*", "Value", "BTreeMap<String, _>")
    }

    fn part(&self, sign: &str, name: &str, frame: &str) -> Self {
        Self {
            place: format!("{}{sign}", self.place),
            item: self.item.clone(),
            name: format!("{}{name}", self.name),
            frame: self.frame.replace('_', frame),
            directions: self.directions,
            is_required: true,
        }
    }

    /// The names for a reason: the item, and its Rust type before and after.
    pub(super) fn names(&self, comparison: &Comparison<'_>, from: &Shape, to: &Shape) -> Names {
        let rust_type = |model, shape| self.frame.replace('_', &type_of(model, shape, &self.name));
        let (from, to) = (rust_type(&comparison.base, from), rust_type(&comparison.new, to));
        Names { item: self.item.clone(), from, to }
    }
}

impl Comparison<'_> {
    /// Compares two schemas where they are used. What a component says is compared once, as a type.
    pub(super) fn schemas(&mut self, from: &Value, to: &Value, spot: &Spot) {
        if from == to {
            // What the same references lead to is compared as a type.
            return;
        }
        let (from, to) = (Shape::of(&self.base, from), Shape::of(&self.new, to));
        let names = spot.names(self, &from, &to);
        if from.component.is_some() && from.component == to.component {
            return self.keywords(&from.own, &to.own, spot, &names);
        }
        if from.component.is_none() && to.component.is_none() {
            return self.keywords(&from.all, &to.all, spot, &names);
        }
        let before = self.found.len();
        let name = |shape: &Shape| shape.component.clone().unwrap_or_else(|| spot.place.clone());
        // A type within itself comes to an end.
        let pair = (name(&from), name(&to), spot.directions);
        if !self.within.contains(&pair) {
            self.within.push(pair);
            self.keywords(&from.all, &to.all, spot, &names);
            self.within.pop();
        }
        if from.type_name(&spot.name) != to.type_name(&spot.name) {
            let inside = self.found.split_off(before);
            self.replaced(inside, spot, &names);
        }
    }

    /// Says that a value is of another type, and what that comes to inside: in one change, since the properties of one
    /// type aren't those of another.
    fn replaced(&mut self, inside: Vec<Change>, spot: &Spot, names: &Names) {
        let (docs, inside): (Vec<Change>, Vec<Change>) =
            inside.into_iter().partition(|change| change.verdicts.worst() == Verdict::Docs);
        for change in &inside {
            self.said.remove(&(change.place.clone(), change.what.clone()));
        }
        let what = match inside.len() {
            0 => format!("type renamed from `{}` to `{}`", names.from, names.to),
            1 => format!("type changed from `{}` to `{}`; {}", names.from, names.to, inside[0].what),
            count => format!("type changed from `{}` to `{}`, with {count} differences", names.from, names.to),
        };
        self.add(Kind::TypeRenamed, spot.directions, &spot.place, what, names);
        let Some(change) = self.found.last_mut() else { return };
        let worse = |judgement: &mut Judgement, of: fn(&Change) -> &Judgement| {
            let worst = inside.iter().max_by_key(|change| of(change).verdict);
            if let Some(worst) = worst.filter(|worst| of(worst).verdict > judgement.verdict) {
                let part = worst.place.strip_prefix(&spot.place).unwrap_or_default().trim_start_matches('.');
                let part = if part.is_empty() { String::new() } else { format!("`{part}`: ") };
                *judgement = Judgement { verdict: of(worst).verdict, why: format!("{part}{}", of(worst).why) };
            }
        };
        worse(&mut change.verdicts.wire, |change| &change.verdicts.wire);
        worse(&mut change.verdicts.schema, |change| &change.verdicts.schema);
        self.found.extend(docs);
    }
}
