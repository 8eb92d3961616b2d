//! Lists of any shape: every user is read or reported, and none is made up.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::entry::Given;
use super::{A, entries, read};

fn id(user: &Given) -> String {
    match user {
        Given::Id(user) => user.to_string(),
        Given::Name(name) => name.to_string(),
        Given::Unmatched => "-".to_owned(),
    }
}

/// A table of random shape, with the same content in every way of writing it down.
#[derive(Clone, Debug)]
struct Table {
    names: Vec<String>,
    column: usize,
    /// The values of each row, with a user in the column.
    rows: Vec<Vec<String>>,
    delimiter: char,
    quotes_all: bool,
    padding: &'static str,
    preamble: &'static str,
    encoding: &'static str,
    ends: Vec<&'static str>,
    blank_rows: bool,
}

fn table() -> impl Strategy<Value = Table> {
    let value =
        || select(&["x", "Ann", "Miller, Ann", "a;b", "5\" disk", "say \"hi\"", "", "two\nlines", "Zoë", "\tb|c", " "]);
    (1_usize..6, 0_usize..12).prop_flat_map(move |(width, height)| {
        (
            0..width,
            vec(vec(value().prop_map(str::to_owned), width), height),
            (select(&[',', ';', '\t', '|']), any::<bool>(), select(&["", " ", "\u{a0}", "\u{200b}"])),
            (
                select(&["", "sep=", "#TYPE Selected.Object"]),
                select(&["utf-8", "utf-8-bom", "windows-1252", "utf-16le", "utf-16be", "utf-16le-bom"]),
                vec(select(&["\n", "\r\n", "\r"]), height + 3),
                any::<bool>(),
            ),
        )
            .prop_map(
                move |(column, mut rows, (delimiter, quotes_all, padding), (preamble, encoding, ends, blank_rows))| {
                    let mut names: Vec<_> = (0..width).map(|index| format!("column{index}")).collect();
                    names[column] = "id".to_owned();
                    for (number, row) in rows.iter_mut().enumerate() {
                        row[column] = format!("a0000000-0000-8000-8000-{:012x}", number + 1);
                    }
                    Table { names, column, rows, delimiter, quotes_all, padding, preamble, encoding, ends, blank_rows }
                },
            )
    })
}

impl Table {
    fn to_bytes(&self) -> Vec<u8> {
        let quote = |value: &str| {
            let special = [self.delimiter, '"', '\n', ' ', '\t'];
            if self.quotes_all || value.contains(special) {
                format!("\"{}\"", value.replace('"', "\"\""))
            } else {
                value.to_owned()
            }
        };
        let line = |values: &[String]| {
            values.iter().map(|value| quote(value)).collect::<Vec<_>>().join(&self.delimiter.to_string())
        };
        let mut ends = self.ends.iter().cycle();
        let mut text = String::new();
        let mut add = |line: String| {
            text += &line;
            text += ends.next().unwrap();
        };
        match self.preamble {
            "" => {}
            "sep=" => add(format!("sep={}", self.delimiter)),
            other => add(other.to_owned()),
        }
        add(line(&self.names));
        for row in &self.rows {
            let mut row = row.clone();
            // Windows-1252 has no zero-width space.
            let padding = if self.encoding == "windows-1252" { " " } else { self.padding };
            row[self.column] = format!("{padding}{}{padding}", row[self.column]);
            add(line(&row));
            if self.blank_rows {
                add(self.delimiter.to_string().repeat(self.names.len() - 1));
            }
        }
        let utf_16 = |text: &str, is_big_endian: bool| -> Vec<u8> {
            text.encode_utf16()
                .flat_map(|unit| if is_big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect()
        };
        match self.encoding {
            "windows-1252" => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
            "utf-16le" => utf_16(&text, false),
            "utf-16be" => utf_16(&text, true),
            "utf-16le-bom" => utf_16(&format!("\u{feff}{text}"), false),
            "utf-8-bom" => format!("\u{feff}{text}").into_bytes(),
            _ => text.into_bytes(),
        }
    }
}

/// Checks that each user of the rows is read or its line is reported, and that no user of another column is read. The users' IDs
/// begin with an `a`.
fn check_users(text: &str, have_users: impl Iterator<Item = bool>) -> Result<(), TestCaseError> {
    let Ok(read) = entries(text.as_bytes(), None) else { return Ok(()) };
    let mut told = std::collections::BTreeSet::new();
    for entry in read {
        if let Ok(user) = &entry.user {
            prop_assert!(id(user).starts_with('a'), "{:?} in {:?}", user, text);
        }
        told.insert(entry.line);
    }
    for (line, has_user) in (2..).zip(have_users) {
        prop_assert!(!has_user || told.contains(&line), "line {line} of {text:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_user_of_a_table_is_read_from_its_column(table in table()) {
        let read = entries(&table.to_bytes(), None).unwrap();
        let users: Vec<_> = read.into_iter().map(|entry| entry.user.map(|user| id(&user))).collect();
        let expected: Vec<_> = table.rows.iter().map(|row| Ok(row[table.column].clone())).collect();
        prop_assert_eq!(users, expected);
    }

    /// A table with values that are not quoted where they have to be: each user is sent or its line is reported, and no user
    /// of another column is sent.
    #[test]
    fn no_user_comes_from_another_column(
        rows in vec(
            (
                select(&["Ann", "Miller, Ann", "x,y,z", "\"Bob", "a\"b", "", "\\\"q\\\""]),
                any::<bool>(),
                any::<bool>(),
                select(&["", "7"]),
            ),
            0..8,
        ),
        column in 0_usize..4,
        end in select(&["\n", "\r\n", "\r"]),
    ) {
        let mut names = ["name", "manager_id", "phone"].map(str::to_owned).to_vec();
        names.insert(column, "id".to_owned());
        let mut text = names.join(",") + end;
        for (number, (name, has_manager, has_user, phone)) in rows.iter().enumerate() {
            let manager = if *has_manager { format!("b0000000-0000-8000-8000-{number:012x}") } else { String::new() };
            let user = if *has_user { format!("a0000000-0000-8000-8000-{number:012x}") } else { String::new() };
            let mut values = vec![(*name).to_owned(), manager, (*phone).to_owned()];
            values.insert(column, user);
            text += &(values.join(",") + end);
        }
        check_users(&text, rows.iter().map(|row| row.2))?;
    }

    /// The same of a table in which a record is short of a separator, or has more at its end.
    #[test]
    fn no_user_comes_from_another_column_if_a_separator_is_missing(
        rows in vec(
            (
                select(&["Ann", "Bea", "o'Neill", "https://x/1", ""]),
                any::<bool>(),
                any::<bool>(),
                select(&["", "7", "ann@example.com"]),
                option::of(0_usize..3),
                0_usize..3,
            ),
            0..8,
        ),
        order in Just(["name", "id", "manager", "phone"]).prop_shuffle(),
        more_names in 0_usize..2,
        end in select(&["\n", "\r\n", "\r"]),
    ) {
        let mut text = order.join(",") + &",".repeat(more_names) + end;
        for (number, (name, has_manager, has_user, phone, missing, more)) in rows.iter().enumerate() {
            let id = |first: char, has: bool| if has { format!("{first}0000000-0000-8000-8000-{number:012x}") } else { String::new() };
            // Nothing tells that a record without a user began with a separator.
            let missing = missing.filter(|place| *has_user || *place > 0 || order[0] != "id");
            for (index, column) in order.iter().enumerate() {
                text += &match *column {
                    "name" => (*name).to_owned(),
                    "id" => id('a', *has_user),
                    "manager" => id('b', *has_manager),
                    _ => (*phone).to_owned(),
                };
                if index < 3 && missing != Some(index) {
                    text += ",";
                }
            }
            // Nor that a record without a user, with as many separators as the header, has the manager's.
            let more = if *has_user || missing.is_none() { *more } else { 0 };
            text += &(",".repeat(more.max(more_names)) + end);
        }
        check_users(&text, rows.iter().map(|row| row.2))?;
    }

    #[test]
    fn no_user_is_skipped(
        pieces in vec(select(&["$A", "$B", "\"", "\"\"", ",", ";", "\n", "\r\n", "\r", " ", "x", "me"]), 0..40),
        header in select(&["id,name\n", "name,id\n", "id\n", "id;name\r", "\"id\",\"name\"\r\n"]),
    ) {
        let text = header.to_owned() + &pieces.concat();
        let delimiter = if header.contains(';') { ';' } else { ',' };
        let is_user = |line: &str| line.strip_prefix("$A").is_some_and(|rest| rest.is_empty() || rest.starts_with(delimiter));
        // Either the file is rejected as a whole, or the user is read or reported.
        if let Ok(read) = read(&text, None) {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            for (index, _) in text.lines().enumerate().skip(1).filter(|(_, line)| is_user(line)) {
                let number = format!("{}:", index + 1);
                let is_reported =
                    |line: &String| line.ends_with(":1") || line.starts_with(&number) || line.contains(A);
                prop_assert!(read.iter().any(is_reported), "line {number} of {text:?} in {read:?}");
            }
        }
    }

    #[test]
    fn reading_always_ends(bytes in vec(any::<u8>(), 0..300), column in option::of("[a-z]{1,3}")) {
        if let Ok(read) = entries(&bytes, column.as_deref()) {
            prop_assert!(read.len() <= bytes.len());
        }
    }
}
