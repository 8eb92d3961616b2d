//! The attributes that filters compare, and the operators of each.

use std::borrow::Cow;

use uuid::Uuid;

use super::operator::Operator::{self, Contains, EndsWith, Equal, GreaterOrEqual, LessOrEqual, StartsWith};
use crate::{responses::USER_UPDATED_AT, store::User};

/// An attribute of a user.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) name: &'static str,
    pub(super) operators: &'static [Operator],
    /// Whether values are `true` and `false`, without quotes.
    pub(super) is_boolean: bool,
    /// Returns the attribute of a user, as text.
    pub(super) of: for<'a> fn(Uuid, &'a User) -> Option<Cow<'a, str>>,
}

impl Attribute {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        ATTRIBUTES.iter().find(|attribute| attribute.name == name)
    }
}

impl PartialEq for Attribute {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

const fn text(
    name: &'static str,
    operators: &'static [Operator],
    of: for<'a> fn(Uuid, &'a User) -> Option<Cow<'a, str>>,
) -> Attribute {
    Attribute { name, operators, is_boolean: false, of }
}

/// An attribute that the emulator's users don't have.
const fn absent(name: &'static str) -> Attribute {
    text(name, &[Equal, StartsWith], |_, _| None)
}

const ALL_OF_TEXT: &[Operator] = &[Equal, StartsWith, EndsWith, Contains];

const ATTRIBUTES: &[Attribute] = &[
    text("username", &[Equal, StartsWith], |_, user| Some(Cow::Borrowed(&user.username))),
    text("email", &[Equal, StartsWith, EndsWith], |_, user| user.email.as_deref().map(Cow::Borrowed)),
    text("name.given", ALL_OF_TEXT, |_, user| user.given_name.as_deref().map(Cow::Borrowed)),
    text("name.family", ALL_OF_TEXT, |_, user| user.family_name.as_deref().map(Cow::Borrowed)),
    text("name.formatted", &[Equal, StartsWith], |_, user| user.formatted_name().map(Cow::Owned)),
    text("population.id", &[Equal], |_, user| Some(Cow::Owned(user.population.to_string()))),
    // Not on the page, but the vendor's Terraform provider sends it.
    text("id", &[Equal], |id, _| Some(Cow::Owned(id.to_string()))),
    Attribute {
        name: "enabled",
        operators: &[Equal],
        is_boolean: true,
        of: |_, user| Some(Cow::Borrowed(if user.enabled { "true" } else { "false" })),
    },
    text("updatedAt", &[GreaterOrEqual, LessOrEqual], |_, _| Some(Cow::Borrowed(USER_UPDATED_AT))),
    text("memberOfGroups.id", &[Equal], |_, _| None),
    absent("accountId"),
    absent("address.countryCode"),
    absent("address.locality"),
    absent("address.postalCode"),
    absent("address.region"),
    absent("address.streetAddress"),
    absent("endDate"),
    absent("externalId"),
    absent("locale"),
    absent("mobilePhone"),
    absent("name.honorificPrefix"),
    absent("name.honorificSuffix"),
    absent("name.middle"),
    absent("nickname"),
    absent("photo.href"),
    absent("preferredLanguage"),
    absent("primaryPhone"),
    absent("startDate"),
    absent("timezone"),
    absent("title"),
    absent("type"),
];
