//! The types of parameters, bodies and properties.

use std::collections::BTreeMap;

use crate::generate::load::Pointer;

/// A type that a schema becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ty {
    /// Any JSON.
    Any,
    /// `boolean`
    Bool,
    /// `integer`, `int64`
    I64,
    /// `integer` with `int32`
    I32,
    /// `number`
    F64,
    /// `string`
    String,
    /// `string` with `uuid`
    Uuid,
    /// `string` with `date-time`
    DateTime,
    /// `string` with `date`
    Date,
    /// `string` with `password`
    Secret,
    /// The ID of the environment in a path.
    EnvironmentId,
    /// The ID of the user in a path.
    UserId,
    /// A segment of a path that isn't a UUID.
    PathSegment,
    /// `array`
    List(Box<Ty>),
    /// `object` without properties
    Map(Box<Ty>),
    /// A model.
    Named(String),
    /// A model on the heap: one that contains itself, or embedded resources.
    Boxed(String),
}

/// The models by name.
pub type Models = BTreeMap<String, Model>;

/// A struct or an enum.
#[derive(Debug, Clone)]
pub struct Model {
    /// The place of the schema.
    pub at: Pointer,
    /// The documentation.
    pub docs: String,
    /// Whether the document deprecates it.
    pub is_deprecated: bool,
    /// Whether requests contain it.
    pub in_request: bool,
    /// Whether responses contain it.
    pub in_response: bool,
    /// What it is.
    pub kind: Kind,
}

/// What a model is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// An object with these properties.
    Struct(Vec<Property>),
    /// A string with these known values, by the name of their variant.
    Enum(Vec<(String, String)>),
}

/// A property of an object.
#[derive(Debug, Clone)]
pub struct Property {
    /// The name in JSON.
    pub name: String,
    /// The name of the field.
    pub ident: String,
    /// The type of a value.
    pub ty: Ty,
    /// Whether an object without it is invalid.
    pub is_required: bool,
    /// Whether the document allows `null`.
    pub is_nullable: bool,
    /// The documentation.
    pub docs: String,
    /// Whether the document deprecates it.
    pub is_deprecated: bool,
}

impl Property {
    /// Returns whether the field is an `Option`.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        !self.is_required || self.is_nullable
    }
}

impl Ty {
    /// Returns the name of the model that this is or contains.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        match self {
            Self::Named(name) | Self::Boxed(name) => Some(name),
            Self::List(inner) | Self::Map(inner) => inner.model(),
            _ => None,
        }
    }

    /// Returns whether this is or contains a secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        match self {
            Self::Secret => true,
            Self::List(inner) | Self::Map(inner) => inner.is_secret(),
            _ => false,
        }
    }
}
