//! What a reviewer reads in a pull request: the whole of it, for three of them.

use xtask::changes::{Release, Report, Sources, changes, json, markdown};

use crate::patches::{BASE, patch};

const MANIFEST: &str = "[workspace.package]\nversion = \"0.3.0\"\n";

/// The report on a patch, in a workspace where nothing but the document has changed.
fn shown(name: &str, show: impl Fn(&Report<'_>) -> String) -> String {
    let changes = changes(BASE, &patch(name).apply()).unwrap();
    let sources = Sources {
        base_manifest: Some(MANIFEST),
        manifest: MANIFEST,
        base_document: Some("0.3.0"),
        document: Some("0.3.0"),
        changelog: "## Unreleased\n\n## 0.3.0\n",
    };
    let release = Release::of(&changes, &sources);
    show(&Report { base: "`v0.3.0`, the last release", changes: &changes, release: &release })
}

macro_rules! pull_requests {
    ($($name:ident),+) => {$(
        #[test]
        fn $name() {
            let markdown = shown(stringify!($name), markdown);
            assert!(markdown.lines().count() <= 40, "more than one screen:\n{markdown}");
            insta::with_settings!({ omit_expression => true, snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(concat!("pull_request_", stringify!($name)), markdown);
            });
        }
    )+};
}

pull_requests!(operation_added, property_renamed, media_type, operation_description);

#[test]
fn programs_read_the_same() {
    let json: serde_json::Value =
        serde_json::from_str(&shown("property_removed", |report| json(report).to_string())).unwrap();
    assert_eq!(json["needs"], "minor");
    let change = &json["changes"][0];
    assert_eq!(change["where"], "State.label");
    assert_eq!(change["what"], "property removed");
    assert_eq!(
        (&change["wire"], &change["rust"], &change["schema"]),
        (&"breaking".into(), &"breaking".into(), &"compatible".into())
    );
    assert_eq!(json["changes"].as_array().map(Vec::len), Some(1));
}
