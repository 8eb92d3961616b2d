//! The grammar of filters: `or` binds weaker than `and`, and parentheses bind strongest.

use super::{FilterError, attribute::Attribute, expression::Expression, operator::Operator};

/// The deepest nesting of parentheses.
const MAX_DEPTH: usize = 32;

pub(super) struct Parser<'a> {
    text: &'a str,
    position: usize,
    depth: usize,
    /// The comparisons that the filter may still have.
    clauses: Option<usize>,
}

type Result<T> = std::result::Result<T, FilterError>;

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, max_clauses: Option<usize>) -> Self {
        Self { text, position: 0, depth: 0, clauses: max_clauses }
    }

    pub(super) fn parse(mut self) -> Result<Expression> {
        let expression = self.or()?;
        self.skip_spaces();
        if self.rest().is_empty() { Ok(expression) } else { self.error("and, or, or the end") }
    }

    fn or(&mut self) -> Result<Expression> {
        let mut parts = vec![self.and()?];
        while self.keyword("or", "OR") {
            parts.push(self.and()?);
        }
        Ok(one_or(parts, Expression::Or))
    }

    fn and(&mut self) -> Result<Expression> {
        let mut parts = vec![self.term()?];
        while self.keyword("and", "AND") {
            parts.push(self.term()?);
        }
        Ok(one_or(parts, Expression::And))
    }

    fn term(&mut self) -> Result<Expression> {
        if !self.symbol('(') {
            return self.comparison();
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.error("fewer parentheses");
        }
        let inner = self.or()?;
        self.depth -= 1;
        if self.symbol(')') { Ok(inner) } else { self.error(")") }
    }

    fn comparison(&mut self) -> Result<Expression> {
        self.skip_spaces();
        let start = self.position;
        let name = self.word();
        if name == "memberOfGroups" && self.symbol('[') {
            let inner = self.of_attribute("memberOfGroups.id", "id")?;
            return if self.symbol(']') { Ok(inner) } else { self.error("]") };
        }
        // A path such as `memberOfGroups.id` is only valid in brackets.
        let attribute = Attribute::named(name).filter(|attribute| attribute.name != "memberOfGroups.id");
        let Some(attribute) = attribute else {
            self.position = start;
            return self.error("an attribute that can be filtered");
        };
        self.operator_and_value(attribute)
    }

    /// Parses a comparison of `attribute`, which is written as `spelled`.
    fn of_attribute(&mut self, attribute: &str, spelled: &str) -> Result<Expression> {
        self.skip_spaces();
        let start = self.position;
        if self.word() != spelled {
            self.position = start;
            return self.error(spelled);
        }
        match Attribute::named(attribute) {
            Some(attribute) => self.operator_and_value(attribute),
            None => self.error("an attribute that can be filtered"),
        }
    }

    fn operator_and_value(&mut self, attribute: &'static Attribute) -> Result<Expression> {
        if let Some(clauses) = &mut self.clauses {
            match clauses.checked_sub(1) {
                Some(left) => *clauses = left,
                None => return self.error("fewer comparisons"),
            }
        }
        self.spaces()?;
        let start = self.position;
        let operator = Operator::named(self.word()).filter(|operator| attribute.operators.contains(operator));
        let Some(operator) = operator else {
            self.position = start;
            let operators: Vec<_> = attribute.operators.iter().map(|operator| operator.as_str()).collect();
            return self.error(&format!("an operator of {}: {}", attribute.name, operators.join(", ")));
        };
        self.spaces()?;
        let value = if attribute.is_boolean { self.boolean()? } else { self.string()? };
        Ok(Expression::Comparison { attribute, operator, value: value.to_lowercase() })
    }

    fn boolean(&mut self) -> Result<String> {
        let start = self.position;
        let word = self.word();
        if word == "true" || word == "false" {
            return Ok(word.to_owned());
        }
        self.position = start;
        self.error("true or false")
    }

    /// Parses a JSON string, as SCIM's grammar requires.
    fn string(&mut self) -> Result<String> {
        let rest = self.rest();
        let mut escaped = false;
        let end = rest.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        let Some((end, _)) = end.filter(|_| rest.starts_with('"')) else {
            return self.error("a value in double quotes");
        };
        let Ok(value) = serde_json::from_str(&rest[..=end]) else {
            return self.error("a value with valid escapes");
        };
        self.position += end + 1;
        Ok(value)
    }

    /// Takes a keyword, in lower or upper case, with spaces or parentheses around it.
    fn keyword(&mut self, lower: &str, upper: &str) -> bool {
        let start = self.position;
        self.skip_spaces();
        let preceded = self.position > start || self.text[..start].ends_with([')', ']']);
        let word = self.word();
        let followed = self.rest().starts_with([' ', '(']);
        let found = preceded && followed && (word == lower || word == upper);
        if !found {
            self.position = start;
        }
        found
    }

    /// Takes a symbol, with or without spaces in front of it.
    fn symbol(&mut self, symbol: char) -> bool {
        let start = self.position;
        self.skip_spaces();
        let found = self.rest().starts_with(symbol);
        self.position = if found { self.position + symbol.len_utf8() } else { start };
        found
    }

    /// Takes letters, digits and dots, perhaps none.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
        self.position += end;
        &rest[..end]
    }

    fn spaces(&mut self) -> Result<()> {
        let start = self.position;
        self.skip_spaces();
        if self.position > start { Ok(()) } else { self.error("a space") }
    }

    fn skip_spaces(&mut self) {
        self.position = self.text.len() - self.rest().trim_start_matches(' ').len();
    }

    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn error<T>(&self, expected: &str) -> Result<T> {
        Err(FilterError { position: self.position, expected: expected.to_owned() })
    }
}

/// Returns the only part, or all of them together.
fn one_or(mut parts: Vec<Expression>, together: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            together(parts)
        }
    }
}
