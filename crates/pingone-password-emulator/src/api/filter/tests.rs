//! The parser and the comparisons, against the grammar and against plain Rust.

use proptest::{prelude::*, sample::select};
use uuid::Uuid;

use super::Filter;
use crate::store::{NewUser, POPULATION_IDS, Start, Store, User};

fn user() -> User {
    let user = NewUser::default().username("O'Brien \"Bob\" \\ +&#% 🦀").email("Bob.OBrien@Example.com");
    let user = user.name("Bob", "O'Brien").population(POPULATION_IDS[0]);
    let mut store = Store::new(&Start::default()).unwrap();
    let id = store.add_user(user).unwrap();
    store.users().get(&id).unwrap().clone()
}

fn matches(filter: &str) -> bool {
    Filter::parse(filter, None).unwrap().matches(Uuid::nil(), &user())
}

fn position(filter: &str) -> usize {
    Filter::parse(filter, None).unwrap_err().position
}

#[test]
fn comparisons() {
    for filter in [
        r#"username eq "o'brien \"BOB\" \\ +&#% 🦀""#,
        r#"username eq "O'Brien \u0022Bob\u0022 \u005c +&#% \ud83e\udd80""#,
        r#"username sw "O'Brien \"""#,
        r#"email eq "bob.obrien@example.com""#,
        r#"email sw "bob." and email ew "@EXAMPLE.com""#,
        r#"name.given co "o" and name.family co "'b""#,
        r#"name.formatted sw "Bob O""#,
        "enabled eq true",
        r#"population.id eq "d0000000-0000-8000-8000-000000000001""#,
        r#"id eq "00000000-0000-0000-0000-000000000000""#,
        r#"updatedAt ge "2019-01-01T00:00:00Z""#,
        r#"(username eq "a" OR (email eq "bob.obrien@example.com"))"#,
        r#"(username eq "a")or(enabled eq true)"#,
        // `and` binds stronger than `or`.
        r#"enabled eq true or username eq "a" and username eq "b""#,
        "  enabled  eq  true  and  ( enabled eq true )  ",
    ] {
        assert!(matches(filter), "{filter}");
    }
    for filter in [
        r#"username eq "bob""#,
        r#"username sw "Brien""#,
        "enabled eq false",
        r#"nickname eq "Bob""#,
        r#"memberOfGroups[id eq "7"]"#,
        r#"memberOfGroups[id eq "7"] and enabled eq true"#,
        r#"updatedAt le "2019-01-01T00:00:00Z""#,
        r#"(enabled eq true or username eq "a") and username eq "b""#,
    ] {
        assert!(!matches(filter), "{filter}");
    }
}

#[test]
fn everything_else_is_an_error() {
    for (filter, at) in [
        ("", 0),
        ("   ", 3),
        (r#"Username eq "a""#, 0),
        (r#"account.status eq "LOCKED""#, 0),
        (r#"memberOfGroups.id eq "a""#, 0),
        (r#"memberOfGroups[name eq "a"]"#, 15),
        (r#"username EQ "a""#, 9),
        (r#"username ew "a""#, 9),
        (r#"username ne "a""#, 9),
        ("username pr", 9),
        ("username eq a", 12),
        ("username eq 'a'", 12),
        (r#"username eq "a"#, 12),
        (r#"username eq "a\""#, 12),
        (r#"username eq "\x""#, 12),
        ("username eq \"a\tb\"", 12),
        (r#"username eq"a""#, 11),
        (r#"enabled eq "true""#, 11),
        ("enabled eq TRUE", 11),
        (r#"not (username eq "a")"#, 0),
        (r#"username eq "a" And enabled eq true"#, 16),
        (r#"username eq "a" enabled eq true"#, 16),
        (r#"username eq "a"and enabled eq true"#, 15),
        (r#"username eq "a" and"#, 16),
        (r#"(username eq "a""#, 16),
        (r#"username eq "a")"#, 15),
        ("()", 1),
    ] {
        assert_eq!(position(filter), at, "{filter}");
    }
}

#[test]
fn bounds() {
    let clause = "enabled eq true";
    let three = [clause; 3].join(" or ");
    assert!(Filter::parse(&three, Some(3)).is_ok());
    let error = Filter::parse(&three, Some(2)).unwrap_err();
    assert_eq!(error.expected, "fewer comparisons");

    let nested = |depth| "(".repeat(depth) + clause + &")".repeat(depth);
    assert!(Filter::parse(&nested(32), None).is_ok());
    assert!(Filter::parse(&nested(100_000), None).is_err());
}

/// A filter as text, and whether it matches the user.
fn filters() -> impl Strategy<Value = (String, bool)> {
    let comparison = prop_oneof![
        (select(vec!["eq", "sw"]), value(user().username)).prop_map(|(operator, value)| {
            let matched = compare(operator, &user().username, &value);
            (format!("username {operator} {}", serde_json::to_string(&value).unwrap()), matched)
        }),
        (select(vec!["eq", "sw", "ew", "co"]), value(user().family_name.unwrap())).prop_map(|(operator, value)| {
            let matched = compare(operator, &user().family_name.unwrap(), &value);
            (format!("name.family {operator} {}", serde_json::to_string(&value).unwrap()), matched)
        }),
        any::<bool>().prop_map(|value| (format!("enabled eq {value}"), value)),
    ];
    comparison.prop_recursive(5, 40, 4, |inner| {
        let joined = (prop::collection::vec(inner, 2..4), select(vec!["and", "or", "AND", "OR"]), "  ?", "  ?");
        joined.prop_map(|(parts, word, before, after)| {
            let all = parts.iter().all(|(_, matched)| *matched);
            let any = parts.iter().any(|(_, matched)| *matched);
            let texts: Vec<_> = parts.into_iter().map(|(text, _)| format!("({text})")).collect();
            let text = texts.join(&format!("{before}{word}{after}"));
            (text, if word.eq_ignore_ascii_case("and") { all } else { any })
        })
    })
}

/// A part of the actual value, or something else.
fn value(actual: String) -> impl Strategy<Value = String> {
    let length = actual.chars().count();
    let part = (0..=length, 0..=length).prop_map(move |(skip, take)| actual.chars().skip(skip).take(take).collect());
    prop_oneof![part, any::<String>()]
}

fn compare(operator: &str, actual: &str, value: &str) -> bool {
    let (actual, value) = (actual.to_lowercase(), value.to_lowercase());
    match operator {
        "eq" => actual == value,
        "sw" => actual.starts_with(&value),
        "ew" => actual.ends_with(&value),
        _ => actual.contains(&value),
    }
}

proptest! {
    #[test]
    fn a_filter_matches_as_its_parts_do((text, expected) in filters()) {
        let filter = Filter::parse(&text, None).map_err(|error| TestCaseError::fail(format!("{error:?} in {text}")))?;
        prop_assert_eq!(filter.matches(Uuid::nil(), &user()), expected, "{}", text);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in ".*") {
        _ = Filter::parse(&text, None);
    }
}
