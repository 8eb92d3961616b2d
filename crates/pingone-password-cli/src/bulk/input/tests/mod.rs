//! Lists in every format.

mod examples;
mod properties;

use super::column::Column;
use super::entry::{Entry, Given};
use super::list::read_list;

const A: &str = "a0000000-0000-8000-8000-000000000001";
const B: &str = "a0000000-0000-8000-8000-000000000002";

fn entries(bytes: &[u8], column: Option<&str>) -> Result<Vec<Entry>, String> {
    entries_of(bytes, Column { name: column, ..Column::default() })
}

fn entries_of(bytes: &[u8], column: Column<'_>) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    let read = read_list(bytes, column, &mut |entry| {
        entries.push(entry);
        Ok(())
    });
    read.map(|()| entries).map_err(|error| format!("{error:#}"))
}

/// Reads bytes: returns each line's number, and the last digit of its ID or the problem.
fn read_bytes(bytes: &[u8], column: Option<&str>) -> Result<Vec<String>, String> {
    entries(bytes, column).map(told)
}

fn told(entries: Vec<Entry>) -> Vec<String> {
    let told = entries.into_iter().map(|Entry { line, user }| match user {
        Ok(Given::Id(user)) => format!("{line}:{}", &user.to_string()[35..]),
        Ok(Given::Name(name)) => format!("{line}:{name}"),
        Ok(Given::Unmatched) => format!("{line}:-"),
        Err(problem) => format!("{line}:{}", problem.split(':').next().unwrap()),
    });
    told.collect()
}

/// Reads a text in which `$A` and `$B` stand for IDs.
fn read(text: &str, column: Option<&str>) -> Result<Vec<String>, String> {
    read_bytes(text.replace("$A", A).replace("$B", B).as_bytes(), column)
}
