//! No change goes unseen: every value of the document is changed, and every object gets a key that nobody knows.

use serde_json::{Value, json};
use xtask::changes::{Change, Verdict, changes};

use crate::patches::BASE;

fn base() -> Value {
    // The loader's own reading, so that nothing of the document is missed here.
    xtask::generate::load::Document::parse(BASE).unwrap().root
}

/// JSON is YAML.
fn found(new: &Value) -> Option<Vec<Change>> {
    changes(BASE, &new.to_string()).ok()
}

/// The pointers of all nodes.
fn pointers(node: &Value, at: &str, pointers: &mut Vec<String>) {
    pointers.push(at.to_owned());
    let children: Vec<(String, &Value)> = match node {
        Value::Object(object) => object.iter().map(|(name, child)| (name.clone(), child)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, child)| (index.to_string(), child)).collect(),
        _ => Vec::new(),
    };
    for (name, child) in children {
        self::pointers(child, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), pointers);
    }
}

fn all_pointers() -> Vec<String> {
    let mut all = Vec::new();
    pointers(&base(), "", &mut all);
    all
}

#[test]
fn the_same_document_has_no_changes() {
    assert_eq!(found(&base()), Some(vec![]));
}

#[test]
fn another_value_is_a_change_or_an_error() {
    let mut tried = 0;
    for pointer in all_pointers() {
        let mut document = base();
        let node = document.pointer_mut(&pointer).unwrap();
        let other = match node {
            Value::String(text) => json!(format!("{text}x")),
            Value::Bool(value) => json!(!*value),
            Value::Number(number) => json!(number.as_f64().unwrap() + 1.0),
            _ => continue,
        };
        *node = other;
        tried += 1;
        assert_ne!(found(&document), Some(vec![]), "{pointer} is now {}", document.pointer(&pointer).unwrap());
    }
    assert!(tried > 150, "{tried} values are changed");
}

#[test]
fn a_node_that_is_gone_is_a_change_or_an_error() {
    for pointer in all_pointers().into_iter().filter(|pointer| !pointer.is_empty()) {
        // To say what holds anyway, or the opposite of nothing, changes nothing.
        let is_default = ["/required", "/x-idempotent"].iter().any(|key| pointer.ends_with(key))
            && base().pointer(&pointer) == Some(&json!(false));
        let mut document = base();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match document.pointer_mut(parent).unwrap() {
            Value::Object(object) => drop(object.remove(&name.replace("~1", "/").replace("~0", "~"))),
            Value::Array(items) => drop(items.remove(name.parse().unwrap())),
            _ => unreachable!("only these have children"),
        }
        assert!(is_default || found(&document) != Some(vec![]), "{pointer} is gone");
    }
}

#[test]
fn a_key_that_nobody_knows_is_breaking() {
    for pointer in all_pointers() {
        // A new name there is a new parameter, header, example and so on, or data.
        let is_free = ["/examples/", "/example/", "/value"].iter().any(|part| pointer.contains(part))
            || ["properties", "variables", "responses", "schemas", "parameters", "headers", "content", "examples"]
                .iter()
                .chain(&["securitySchemes", "paths"])
                .any(|name| pointer.ends_with(&format!("/{name}")))
            || pointer.contains("/security/")
            || pointer.contains("/tags/");
        let mut document = base();
        let Some(Value::Object(object)) = document.pointer_mut(&pointer) else { continue };
        if is_free || object.contains_key("$ref") {
            continue;
        }
        object.insert("x-nobody-knows".to_owned(), json!(1));
        let found = found(&document).unwrap_or_else(|| panic!("{pointer} can't be compared"));
        let worst = found.iter().map(|change| change.verdicts.worst()).max();
        assert!(worst.is_some(), "{pointer}");
        let is_text = found.iter().all(|change| change.verdicts.worst() == Verdict::Docs);
        let is_unused = pointer.contains("/schemas/Unused");
        assert!(worst == Some(Verdict::Breaking) || is_text && is_unused, "{pointer}: {found:?}");
    }
}
