//! JSON: one value per line, or a document with an array of objects, an array of IDs, or pages of the API
//! (`_embedded.users`). A document is streamed.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Cursor, Read};
use std::rc::Rc;

use anyhow::anyhow;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;

use super::column::{self, Column, find_column};
use super::encoding::lossy_utf_8;
use super::entry::{Entry, Given, Sink};
use super::id::is_blank;
use super::json_property::{Property, PropertySeed, names, unmet};
use super::line_reader::{Line, LineReader, MAX_LINE};
use crate::lookup::By;
use crate::terminal::quoted;

/// Returns whether a list that starts with this line is JSON. A string alone is not: quotes around an ID are padding.
pub(super) fn is_json(line: &Line) -> bool {
    let mut characters = line.bytes.iter().filter(|byte| !byte.is_ascii_whitespace());
    match (characters.next(), characters.next()) {
        (Some(b'{'), next) => matches!(next, None | Some(b'"' | b'}')),
        (Some(b'['), next) => matches!(next, None | Some(b'"' | b'{' | b'[' | b']')),
        _ => false,
    }
}

/// Reads a list of JSON.
///
/// # Errors
///
/// Fails if a document is not valid JSON, or if several properties may contain the user.
pub(super) fn read(first: Line, lines: LineReader<'_>, column: Column<'_>, sink: &mut Sink<'_>) -> anyhow::Result<()> {
    if is_one_object(&first) {
        read_lines(first, lines, column, sink)
    } else {
        read_document(first, lines, column, sink)
    }
}

/// Returns whether the line is a whole object, and not a page of users.
fn is_one_object(line: &Line) -> bool {
    let object: Result<serde_json::Map<_, _>, _> = serde_json::from_str(&line.text());
    !line.is_cut && object.is_ok_and(|object| !object.contains_key(EMBEDDED))
}

/// One value per line. An invalid line doesn't affect the others.
fn read_lines(first: Line, mut lines: LineReader<'_>, column: Column<'_>, sink: &mut Sink<'_>) -> anyhow::Result<()> {
    let mut next = Some(first);
    while let Some(line) = next {
        let number = line.number;
        if line.is_cut {
            sink(Entry { line: number, user: Err(format!("the line is longer than {MAX_LINE} bytes")) })?;
        } else if !is_blank(&line.text()) {
            // Collected first, so that a line that turns out to be invalid adds no user.
            let mut entries = Vec::new();
            let mut users = Users::new(column, |user| {
                entries.push(user);
                Ok(())
            });
            let text = line.text();
            let mut deserializer = Deserializer::from_str(&text);
            let parsed = users.value().deserialize(&mut deserializer).and_then(|()| deserializer.end());
            if let Some(error) = users.failure {
                return Err(anyhow!("line {number}: {error}"));
            }
            if parsed.is_err() {
                entries = vec![Err(format!("not valid JSON: {}", quoted(&line.text())))];
            }
            for user in entries {
                sink(Entry { line: number, user })?;
            }
        }
        next = lines.next_line()?;
    }
    Ok(())
}

/// One or more values that span lines.
fn read_document(first: Line, lines: LineReader<'_>, column: Column<'_>, sink: &mut Sink<'_>) -> anyhow::Result<()> {
    let line = Rc::new(Cell::new(first.number));
    let end_of_line: &[u8] = if first.is_cut { b"" } else { b"\n" };
    let document = lossy_utf_8(Cursor::new(first.bytes).chain(end_of_line).chain(lines.into_rest()));
    let counted = LineCounter { input: io::BufReader::new(document).bytes(), line: Rc::clone(&line), was_cr: false };
    let mut deserializer = Deserializer::from_reader(counted);
    let current = Rc::clone(&line);
    let mut users = Users::new(column, |user| sink(Entry { line: current.get(), user }));
    loop {
        let parsed = match deserializer.end() {
            Ok(()) => return Ok(()),
            Err(_) => users.value().deserialize(&mut deserializer),
        };
        if let Some(error) = users.failure.take() {
            return Err(error.context(format!("line {}", line.get())));
        }
        if let Err(error) = parsed {
            if error.is_io() {
                return Err(io::Error::from(error).into());
            }
            return Err(anyhow!("line {}: not valid JSON: {}", line.get(), reason(&error)));
        }
    }
}

/// Returns the reason of an error without its position, which counts lines otherwise.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}

/// Counts lines while they are read, one byte at a time as `serde_json` does.
struct LineCounter<R> {
    input: io::Bytes<R>,
    line: Rc<Cell<u64>>,
    was_cr: bool,
}

impl<R: Read> Read for LineCounter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (Some(byte), Some(target)) = (self.input.next().transpose()?, buffer.first_mut()) else { return Ok(0) };
        let is_cr = byte == b'\r';
        if is_cr || byte == b'\n' && !self.was_cr {
            self.line.set(self.line.get() + 1);
        }
        self.was_cr = is_cr;
        *target = byte;
        Ok(1)
    }
}

const EMBEDDED: &str = "_embedded";

/// Collects the users of a value.
struct Users<'c, F> {
    column: Column<'c>,
    sink: F,
    /// An error other than invalid JSON.
    failure: Option<anyhow::Error>,
}

impl<'c, F: FnMut(Result<Given, String>) -> anyhow::Result<()>> Users<'c, F> {
    fn new(column: Column<'c>, sink: F) -> Self {
        Self { column, sink, failure: None }
    }

    fn value(&mut self) -> Value<'_, 'c, F> {
        Value { users: self, place: Place::Top }
    }

    fn add<E: serde::de::Error>(&mut self, user: Result<Given, String>) -> Result<(), E> {
        (self.sink)(user).map_err(|error| self.fail(error))
    }

    fn fail<E: serde::de::Error>(&mut self, error: anyhow::Error) -> E {
        self.failure = Some(error);
        E::custom("stopped")
    }
}

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Top,
    Element,
    /// The value of `_embedded`.
    Embedded,
}

/// A value that may be a user, an array of users, or a page.
struct Value<'a, 'c, F> {
    users: &'a mut Users<'c, F>,
    place: Place,
}

impl<'de, F: FnMut(Result<Given, String>) -> anyhow::Result<()>> DeserializeSeed<'de> for Value<'_, '_, F> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(Result<Given, String>) -> anyhow::Result<()>> Visitor<'de> for Value<'_, '_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a user")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        let user = match self.users.column.conditions.first() {
            None => self.users.column.parse_exact(text),
            Some(condition) => Err(format!("no object, and --where names the property {}", quoted(condition.column()))),
        };
        self.users.add(user)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        if self.place == Place::Element {
            while elements.next_element::<IgnoredAny>()?.is_some() {}
            return self.users.add(Err("an array within an array".to_owned()));
        }
        while elements.next_element_seed(Value { users: &mut *self.users, place: Place::Element })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { users, place } = self;
        let mut properties: Vec<(String, Property)> = Vec::new();
        let mut repeated = None;
        let mut is_page = false;
        while let Some(key) = map.next_key::<String>()? {
            let is_users = match place {
                Place::Top => key == EMBEDDED,
                Place::Embedded => key == "users",
                Place::Element => false,
            };
            if properties.iter().any(|(other, _)| *other == key) {
                repeated = Some(key.clone());
            }
            if is_users {
                let next = if place == Place::Top { Place::Embedded } else { Place::Top };
                map.next_value_seed(Value { users: &mut *users, place: next })?;
                is_page = true;
                properties.push((key, Property::Other));
            } else {
                let keeps_objects = users.column.conditions.iter().any(|condition| condition.may_be_in(&key));
                let value = map.next_value_seed(PropertySeed { keeps_objects })?;
                properties.push((key, value));
            }
        }
        if is_page && repeated.is_none() {
            return Ok(());
        }
        let user = if let Some(key) = repeated {
            Err(format!("the property {} is repeated", quoted(&key)))
        } else if place == Place::Embedded {
            Err("`_embedded` has no `users`".to_owned())
        } else {
            let names = names(&properties);
            match (unmet(&properties, users.column.conditions), find_column(&names, users.column)) {
                (Err(problem), _) => Err(problem),
                (Ok(Some(_)), _) => Ok(Given::Unmatched),
                (_, Err(error)) => return Err(users.fail(error)),
                (_, Ok(None)) if names.is_empty() => Err("the object is empty".to_owned()),
                (_, Ok(None)) => Err(format!(
                    "no property {}: the properties are {}; choose one by --column",
                    column::expected(users.column),
                    column::list(&names)
                )),
                (_, Ok(Some(index))) => match properties.get(index) {
                    Some((_, Property::Text(text))) => users.column.parse_exact(text),
                    _ => Err(format!("the {} is not a string", thing(users.column).1)),
                },
            }
        };
        users.add(user)
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.not_a_user()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.not_a_user()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.not_a_user()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.not_a_user()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.not_a_user()
    }
}

impl<F: FnMut(Result<Given, String>) -> anyhow::Result<()>> Value<'_, '_, F> {
    fn not_a_user<E: serde::de::Error>(self) -> Result<(), E> {
        let (thing, _) = thing(self.users.column);
        self.users.add(Err(format!("neither {thing} nor an object with {thing}")))
    }
}

/// Returns what a value should be, with and without an article.
fn thing(column: Column<'_>) -> (&'static str, &'static str) {
    match column.by {
        By::Id => ("an ID", "ID"),
        By::Username => ("a username", "username"),
        By::Email => ("an email address", "email address"),
    }
}
