//! SCIM filters.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// A SCIM filter for [`Client::users`](crate::Client::users).
///
/// The constructors quote and escape values, so that a value can't change the filter. For an expression of your own, parse it.
///
/// ```
/// use pingone_password::{Attribute, Filter};
///
/// let filter = Filter::username("maria").or(Filter::starts_with(Attribute::FamilyName, r#"O"Hara"#));
/// assert_eq!(filter.to_string(), r#"(username eq "maria" or name.family sw "O\"Hara")"#);
///
/// let own: Filter = r#"name.given eq "Maria" and enabled eq true"#.parse()?;
/// # Ok::<(), pingone_password::InvalidFilter>(())
/// ```
///
/// The vendor's page: [SCIM filter language](https://docs.pingidentity.com/pingone/directory/p1_scim_filter_language.html).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Filter {
    expression: String,
    /// Whether the expression keeps its meaning beside `and` and `or`.
    is_single: bool,
}

/// An attribute that users can be filtered by.
///
/// The vendor's list: [Read Users](https://developer.pingidentity.com/pingone-api/platform/users/users-1/read-all-users.html).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Attribute {
    /// `username`. Supports equal and starts with.
    Username,
    /// `email`. Supports equal, starts with and ends with.
    Email,
    /// `name.given`. Supports equal, starts with, ends with and contains.
    GivenName,
    /// `name.family`. Supports equal, starts with, ends with and contains.
    FamilyName,
}

impl Attribute {
    fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::GivenName => "name.given",
            Self::FamilyName => "name.family",
        }
    }
}

impl Filter {
    /// Creates a filter for a username.
    pub fn username(username: impl AsRef<str>) -> Self {
        Self::equal(Attribute::Username, username)
    }

    /// Creates a filter for an email address.
    pub fn email(email: impl AsRef<str>) -> Self {
        Self::equal(Attribute::Email, email)
    }

    /// Creates a filter for the users of a population.
    #[must_use]
    pub fn population(population_id: Uuid) -> Self {
        Self::compare("population.id", "eq", &population_id.to_string())
    }

    /// Creates a filter for an attribute that equals a value.
    pub fn equal(attribute: Attribute, value: impl AsRef<str>) -> Self {
        Self::compare(attribute.as_str(), "eq", value.as_ref())
    }

    /// Creates a filter for an attribute that starts with a value.
    pub fn starts_with(attribute: Attribute, value: impl AsRef<str>) -> Self {
        Self::compare(attribute.as_str(), "sw", value.as_ref())
    }

    /// Creates a filter for an attribute that ends with a value. The server rejects it for usernames.
    pub fn ends_with(attribute: Attribute, value: impl AsRef<str>) -> Self {
        Self::compare(attribute.as_str(), "ew", value.as_ref())
    }

    /// Creates a filter for an attribute that contains a value. The server rejects it for usernames and email addresses.
    pub fn contains(attribute: Attribute, value: impl AsRef<str>) -> Self {
        Self::compare(attribute.as_str(), "co", value.as_ref())
    }

    /// Returns a filter for the users that match both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.join("and", other)
    }

    /// Returns a filter for the users that match either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.join("or", other)
    }

    /// Returns a filter for the users that match any of these, or `None` if the list is empty.
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Option<Self> {
        let operands: Vec<_> = filters.into_iter().map(Self::into_operand).collect();
        match operands.len() {
            0 => None,
            1 => Some(Self { expression: operands.concat(), is_single: true }),
            _ => Some(Self { expression: format!("({})", operands.join(" or ")), is_single: true }),
        }
    }

    fn compare(attribute: &str, operator: &str, value: &str) -> Self {
        Self { expression: format!("{attribute} {operator} {}", Quoted(value)), is_single: true }
    }

    fn join(self, operator: &str, other: Self) -> Self {
        let expression = format!("({} {operator} {})", self.into_operand(), other.into_operand());
        Self { expression, is_single: true }
    }

    fn into_operand(self) -> String {
        if self.is_single { self.expression } else { format!("({})", self.expression) }
    }
}

/// The filter as it is sent.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expression)
    }
}

/// Parses an expression. Checks only its quotes and brackets, so that it stays one expression beside others: the server knows
/// the rest.
impl FromStr for Filter {
    type Err = InvalidFilter;

    fn from_str(text: &str) -> Result<Self, InvalidFilter> {
        let expression = text.trim();
        if expression.is_empty() {
            return Err(InvalidFilter::Empty);
        }
        let mut open = Vec::new();
        let mut characters = expression.chars();
        while let Some(character) = characters.next() {
            match character {
                '"' => skip_string(&mut characters)?,
                '(' => open.push(')'),
                '[' => open.push(']'),
                ')' | ']' if open.pop() != Some(character) => return Err(InvalidFilter::Brackets),
                _ => {}
            }
        }
        if open.is_empty() {
            Ok(Self { expression: expression.to_owned(), is_single: false })
        } else {
            Err(InvalidFilter::Brackets)
        }
    }
}

fn skip_string(characters: &mut std::str::Chars<'_>) -> Result<(), InvalidFilter> {
    loop {
        match characters.next() {
            Some('"') => return Ok(()),
            Some('\\') => drop(characters.next()),
            Some(_) => {}
            None => return Err(InvalidFilter::Quotes),
        }
    }
}

/// The error of parsing an expression that can't be a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidFilter {
    /// The expression is empty.
    Empty,
    /// A value has no closing quote.
    Quotes,
    /// The brackets don't match.
    Brackets,
}

impl fmt::Display for InvalidFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the filter is empty",
            Self::Quotes => "a value in the filter has no closing quote",
            Self::Brackets => "the brackets in the filter don't match",
        })
    }
}

impl std::error::Error for InvalidFilter {}

/// A value as SCIM's grammar defines it: a JSON string.
///
/// [RFC 7644, section 3.4.2.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.2). The vendor's pages don't mention escapes.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                '\0'..='\u{1f}' => write!(f, "\\u{:04x}", u32::from(character))?,
                _ => write!(f, "{character}")?,
            }
        }
        f.write_str("\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_json_strings() {
        for value in ["maria", r#"a"b"#, r"a\b", "\\\"", "tab\tand\nbreak\0", "", "emoji 🦀 + & # % )"] {
            let quoted = Quoted(value).to_string();
            assert_eq!(serde_json::from_str::<String>(&quoted).ok().as_deref(), Some(value), "{quoted}");
        }
    }

    #[test]
    fn an_expression_stays_one_expression() {
        let own: Filter = r#"username eq "a" or username eq ")""#.parse().expect("a filter");
        let joined = own.and(Filter::email("m@example.com"));
        assert_eq!(joined.to_string(), r#"((username eq "a" or username eq ")") and email eq "m@example.com")"#);
        for (text, error) in [
            ("", InvalidFilter::Empty),
            (r#"username eq "a") or (enabled eq true"#, InvalidFilter::Brackets),
            (r#"(username eq "a""#, InvalidFilter::Brackets),
            (r#"memberOfGroups[id eq "a")"#, InvalidFilter::Brackets),
            (r#"username eq "a\""#, InvalidFilter::Quotes),
        ] {
            assert_eq!(text.parse::<Filter>(), Err(error), "{text}");
        }
    }

    #[test]
    fn any_joins_what_there_is() {
        assert_eq!(Filter::any([]), None);
        assert_eq!(Filter::any([Filter::username("a")]), Some(Filter::username("a")));
        let any = Filter::any(["a", "b", "c"].map(Filter::username)).map(|filter| filter.to_string());
        assert_eq!(any.as_deref(), Some(r#"(username eq "a" or username eq "b" or username eq "c")"#));
    }
}
