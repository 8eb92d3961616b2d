//! The public API as a reviewer reads it: a change of the document or of the wrapper shows here as what it is to users.

use std::fs;
use std::path::Path;

use crate::outline::outline;
use crate::{Result, snapshot, workspace};

/// The Rust files of a folder by their names, in order.
fn sources(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        assert!(path.extension().is_some_and(|extension| extension == "rs"), "{name}: only files are looked at");
        sources.push((name, fs::read_to_string(path)?));
    }
    sources.sort();
    Ok(sources)
}

#[test]
fn what_users_of_the_generated_client_see() -> Result {
    for (name, source) in sources(&workspace("crates/pingone-password-client/src/generated"))? {
        snapshot(&format!("surface_generated_{}", name.trim_end_matches(".rs")), outline(&source));
    }
    Ok(())
}

/// In one snapshot, so that nothing stays behind where a file has gone. `pub` is public here, even in a private module:
/// the lint `unreachable_pub` sees to it.
#[test]
fn what_users_of_the_wrapper_see() -> Result {
    let mut sources = sources(&workspace("crates/pingone-password/src"))?;
    sources.sort_by_key(|(name, _)| name != "lib.rs");
    let outlines = sources.iter().map(|(name, source)| (name, outline(source)));
    let shown = outlines.filter(|(_, outline)| !outline.is_empty());
    let shown = shown.map(|(name, outline)| format!("// ===== {name} =====\n\n{outline}"));
    snapshot("surface_wrapper", shown.collect::<Vec<_>>().join("\n"));
    Ok(())
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
fn users_see_signatures_fields_and_docs() {
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
fn users_see_each_of_these_changes() {
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
fn users_see_none_of_these_changes() {
    for (from, to) in
        [("now - 1", "now - 2"), ("secret: String", "secret: Vec<u8>"), ("fn helper() {}", "fn other() { todo!() }")]
    {
        assert!(SOURCE.contains(from), "{from}");
        assert_eq!(outline(SOURCE), outline(&SOURCE.replacen(from, to, 1)), "{from} → {to}");
    }
}

#[test]
fn users_see_what_a_macro_makes() {
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
