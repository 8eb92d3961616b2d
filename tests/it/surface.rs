//! The public API as a reviewer reads it: a change of the OpenAPI document or of the wrapper, as its users see it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::outline::{Entry, Kind, entries, outline, text_of};
use crate::{Result, snapshot, workspace};

fn generated(file: &str) -> Result<Vec<Entry>> {
    let file = workspace("crates/pingone-password-client/src/generated").join(file);
    Ok(entries(&[fs::read_to_string(file)?]).into_iter().flatten().collect())
}

/// Each operation once: what callers write and get, then what goes over the wire.
#[test]
fn operations() -> Result {
    let requests = generated("requests.rs")?;
    let constants = generated("operations.rs")?;
    // `READ_PASSWORD_STATE` belongs to `ReadPasswordState`.
    let operation_of = |entry: &Entry| entry.name.replace('_', "").to_lowercase();
    let operations: BTreeSet<String> = requests.iter().map(operation_of).collect();
    let (constants, table): (Vec<_>, Vec<_>) =
        constants.into_iter().partition(|entry| operations.contains(&operation_of(entry)));
    let constants: Vec<Entry> = constants.into_iter().map(Entry::without_docs).collect();
    let each = operations
        .iter()
        .flat_map(|operation| requests.iter().chain(&constants).filter(move |entry| operation_of(entry) == *operation));
    snapshot("surface_operations", text_of(table.iter().chain(each)));
    Ok(())
}

#[test]
fn models() -> Result {
    snapshot("surface_models", text_of(&generated("types.rs")?));
    Ok(())
}

/// Sorted by type, so that moving code to another file changes nothing.
///
/// `pub` means public here, also in a private module, because the lint `unreachable_pub` sees to it.
#[test]
fn wrapper() -> Result {
    let src = workspace("crates/pingone-password/src");
    let files = rust_files(&src)?;
    let sources: Vec<String> = files.iter().map(fs::read_to_string).collect::<io::Result<_>>()?;
    let root = fs::read_to_string(src.join("lib.rs"))?;
    let mut sections = BTreeMap::<(u8, String), Vec<Entry>>::new();
    for (file, mut entries) in files.iter().zip(entries(&sources)) {
        let file = file.strip_prefix(&src)?.with_extension("");
        let module = file.iter().next().unwrap_or_default().to_string_lossy();
        let section = if module == "lib" {
            (0, "the root of the crate")
        } else if root.contains(&format!("pub mod {module};")) {
            (2, &*module)
        } else {
            // `lib.rs` says which items of a private module are public, and where.
            entries.retain(|entry| !matches!(entry.kind, Kind::Module | Kind::Use));
            (1, "its types")
        };
        sections.entry((section.0, section.1.to_owned())).or_default().extend(entries);
    }
    let sections = sections.into_iter().map(|((order, section), mut entries)| {
        if order > 0 {
            entries.sort();
        }
        format!("// ===== {section} =====\n\n{}", text_of(&entries))
    });
    snapshot("surface_wrapper", sections.collect::<Vec<_>>().join("\n"));
    Ok(())
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = vec![];
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

const SOURCE: &str = r#"
    /// A state.
    ///
    /// More on it.
    #[derive(Clone)]
    #[allow(dead_code)]
    pub struct State {
        /// When.
        #[serde(rename = "lastChangedAt")]
        pub last_changed_at: ::std::option::Option<::chrono::DateTime<::chrono::offset::Utc>>,
        secret: String,
    }
    impl State {
        /// Its age.
        pub fn age(&self, now: u64) -> u64 { now - 1 }
        fn helper() {}
    }
    impl State {
        fn helper() {}
    }
    impl ::std::fmt::Display for State { fn fmt(&self) {} }
    impl FromStr for State { type Err = Wrong; fn from_str() {} }
    struct Private<T>(T);
    impl<T> Display for Private<T> {}
    pub enum Kind {
        /// Another one.
        Other(String),
    }
    fn helper() {}
"#;

#[test]
fn an_outline_has_signatures_fields_and_docs() {
    let expected = r#"/// A state.
#[derive(Clone)]
pub struct State {
    /// When.
    #[serde(rename = "lastChangedAt")]
    pub last_changed_at: Option<DateTime<Utc>>,
    ..
}

impl State {
    /// Its age.
    pub fn age(&self, now: u64) -> u64;
}

impl Display for State;

impl FromStr for State {
    type Err = Wrong;
}

pub enum Kind {
    /// Another one.
    Other(String),
}
"#;
    assert_eq!(outline(SOURCE), expected);
}

#[test]
fn an_outline_shows_public_changes() {
    for (from, to) in [
        ("fn helper() {}\n    }", "pub fn helper() {}\n    }"),
        ("\"lastChangedAt\"", "\"lastChanged\""),
        ("now: u64", "now: u32"),
        ("#[derive(Clone)]", "#[derive(Clone, Debug)]"),
        ("pub last_changed_at", "last_changed_at"),
        ("A state.", "The state."),
        ("fmt::Display", "fmt::LowerHex"),
        ("Err = Wrong", "Err = Other"),
    ] {
        assert!(SOURCE.contains(from), "{from}");
        assert_ne!(outline(SOURCE), outline(&SOURCE.replacen(from, to, 1)), "{from} → {to}");
    }
}

#[test]
fn an_outline_hides_private_changes() {
    for (from, to) in
        [("now - 1", "now - 2"), ("secret: String", "secret: Vec<u8>"), ("fn helper() {}", "fn other() { todo!() }")]
    {
        assert!(SOURCE.contains(from), "{from}");
        assert_eq!(outline(SOURCE), outline(&SOURCE.replacen(from, to, 1)), "{from} → {to}");
    }
}

#[test]
fn an_outline_has_the_items_that_a_macro_makes() {
    let source = "
        macro_rules! id {
            ($(#[$docs:meta])* $name:ident) => {
                $(#[$docs])*
                pub struct $name(Uuid);
                impl From<$name> for Uuid { fn from(id: $name) -> Self { id.0 } }
            };
        }
        id! {
            /// An id.
            UserId
        }
    ";
    let expected = "\
// Each `id!` below makes:
pub struct $name(_);
impl From<$name> for Uuid;

/// An id.
id! { UserId }
";
    assert_eq!(outline(source), expected);
}
