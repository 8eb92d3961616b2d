//! The tables of faults in the README.

use pingone_password_emulator::{Fault, TokenFault};

/// Returns the names in one column of the table with this heading.
fn column(heading: &str, column: usize) -> Vec<&'static str> {
    let readme = include_str!("../../README.md");
    let (_, table) = readme.split_once(heading).unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| row.split('|').nth(column).unwrap().trim().trim_matches('`'));
    let mut names: Vec<_> = cells.filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names
}

fn names<F: Copy + ToString>(faults: &[F], selected: impl Fn(F) -> bool) -> Vec<String> {
    let mut names: Vec<_> = faults.iter().copied().filter(|fault| selected(*fault)).map(|f| f.to_string()).collect();
    names.sort_unstable();
    names
}

#[test]
fn every_fault_is_in_its_column() {
    let heading = "| applied | not applied | the client receives |";
    assert_eq!(column(heading, 1), names(Fault::ALL, Fault::applies));
    assert_eq!(column(heading, 2), names(Fault::ALL, |fault| !fault.applies()));
    let heading = "| issues a token | issues none | the client receives |";
    assert_eq!(column(heading, 1), names(TokenFault::ALL, TokenFault::applies));
    assert_eq!(column(heading, 2), names(TokenFault::ALL, |fault| !fault.applies()));
}
