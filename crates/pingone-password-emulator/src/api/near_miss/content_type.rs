//! A `Content-Type` that isn't the unlock's.

use super::{
    super::media_types::{ACCOUNT_UNLOCK, NOT_EMULATED, UNLOCK, essence},
    quoted,
};

pub(super) fn is_unlock(content_type: &str) -> bool {
    essence(content_type).eq_ignore_ascii_case(UNLOCK)
}

/// Returns why a `POST` with these `Content-Type` headers is no unlock.
pub(super) fn problem(content_types: &[String]) -> Option<String> {
    let [content_type] = content_types else { return Some(not_one(content_types)) };
    let given = essence(content_type);
    if is_unlock(given) {
        return None;
    }
    let is = |name: &str| given.eq_ignore_ascii_case(name);
    let shown = quoted(content_type);
    Some(if given.is_empty() {
        format!("POST with an empty `Content-Type`: {}", needed())
    } else if given.contains(',') {
        format!("two media types in one `Content-Type`, {shown}: an unlock needs `{UNLOCK}` alone")
    } else if is("application/json") {
        format!("{shown}, which a client's generator or HTTP library sends by default: {}", needed())
    } else if is("application/x-www-form-urlencoded") {
        format!("{shown}, which `curl --data` and HTML forms send by default: {}", needed())
    } else if NOT_EMULATED.into_iter().any(is) {
        format!("{shown} names another operation, which the emulator does not support: {}", needed())
    } else if is(ACCOUNT_UNLOCK) {
        format!("{shown} unlocks the account, on the path of the user: for the password, {}", needed())
    } else if is(UNLOCK.trim_end_matches("+json")) {
        format!("{shown} lacks `+json`: {}", needed())
    } else if distance(&given.to_ascii_lowercase(), UNLOCK) <= 3 {
        format!("{shown} is misspelt: {}", needed())
    } else {
        format!("{shown} names no operation on a password: {}", needed())
    })
}

fn not_one(content_types: &[String]) -> String {
    if content_types.is_empty() {
        return format!("POST without `Content-Type`: {}", needed());
    }
    let given: Vec<_> = content_types.iter().take(3).map(|given| quoted(given)).collect();
    let count = if content_types.len() == 2 { "two".to_owned() } else { content_types.len().to_string() };
    format!("{count} `Content-Type` headers, {}: an unlock needs `{UNLOCK}` alone", given.join(" and "))
}

/// Returns the `Content-Type` headers, for a sentence.
pub(super) fn describe(content_types: &[String]) -> String {
    match content_types {
        [] => "no `Content-Type`".to_owned(),
        [only] => quoted(only),
        several => format!("{} `Content-Type` headers", several.len()),
    }
}

fn needed() -> String {
    format!("an unlock needs `{UNLOCK}`")
}

/// Returns the number of insertions, deletions and replacements between two texts, for a first text of at most 100 bytes.
fn distance(from: &str, to: &str) -> usize {
    if from.len() > 100 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}
