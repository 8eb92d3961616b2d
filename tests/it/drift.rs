//! The OpenAPI document and the generated files: they are up to date, and a new operation changes only them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use pingone_password::Region;
use quote::ToTokens;
use serde_json::Value;
use syn::{ImplItem, Item};
use xtask::generate::emit::{Difference, Files, differences, write};
use xtask::generate::load::Document;

use crate::document::{document, text};
use crate::{Result, workspace};

const GENERATED: &str = "crates/pingone-password-client/src/generated";

const INSPECT: &str = "application/vnd.pingidentity.password.inspect+json";

/// An operation that PingOne doesn't have, so that it never collides with one of the OpenAPI document.
const INSPECT_PASSWORD: &str = "
  /environments/{environmentId}/users/{userId}/password#inspect+json:
    parameters:
      - $ref: '#/components/parameters/environmentId'
      - $ref: '#/components/parameters/userId'
    post:
      operationId: inspectPassword
      x-idempotent: true
      requestBody:
        required: true
        content:
          application/vnd.pingidentity.password.inspect+json:
            schema:
              type: object
              required: [password]
              properties:
                password:
                  type: string
                  format: password
      responses:
        '200':
          $ref: '#/components/responses/PasswordState'
        4XX:
          $ref: '#/components/responses/ClientError'

components:
";

fn with_inspect_password() -> String {
    let document = text();
    assert_eq!(document.matches("\ncomponents:\n").count(), 1, "one `components` section");
    document.replace("\ncomponents:\n", INSPECT_PASSWORD)
}

/// Returns the tokens of the generated client's methods, by name.
fn methods(files: &Files) -> Result<BTreeMap<String, String>> {
    let client = syn::parse_file(&files["client.rs"])?;
    let blocks = client.items.into_iter().filter_map(|item| match item {
        Item::Impl(block) if block.trait_.is_none() => Some(block.items),
        _ => None,
    });
    let methods = blocks.flatten().filter_map(|member| match member {
        ImplItem::Fn(method) => Some((method.sig.ident.to_string(), method.to_token_stream().to_string())),
        _ => None,
    });
    Ok(methods.collect())
}

#[test]
fn the_generated_files_are_up_to_date() -> Result {
    let files = xtask::generate(&text())?;
    assert_eq!(files, xtask::generate(&text())?, "generation is deterministic");
    let differences = differences(&files, &workspace(GENERATED))?;
    assert!(
        differences.is_empty(),
        "stale files in {GENERATED}: {differences:?}. To update them, run: cargo xtask generate"
    );
    Ok(())
}

#[test]
fn every_difference_is_named_and_fixed() -> Result {
    let files = xtask::generate(&text())?;
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    let written = write(&files, &at("new/folder"))?;
    assert!(written.values().all(|difference| *difference == Difference::Missing), "{written:?}");
    assert_eq!(written.len(), files.len());

    write(&files, folder.path())?;
    let mark = files["types.rs"].lines().next().ok_or("an empty file")?;
    let left_over = format!("{mark}\nan operation of long ago\n");
    fs::write(at("gone.rs"), left_over)?;
    fs::write(at("types.rs"), files["types.rs"].replacen("pub struct", "pub  struct", 1))?;
    fs::remove_file(at("client.rs"))?;
    // A file that isn't generated.
    fs::write(at("notes.md"), "by hand")?;

    let expected = [
        ("client.rs".to_owned(), Difference::Missing),
        ("gone.rs".to_owned(), Difference::LeftOver),
        ("types.rs".to_owned(), Difference::Stale),
    ];
    assert_eq!(differences(&files, folder.path())?, expected.clone().into());
    assert!(!at("client.rs").exists() && at("gone.rs").exists(), "comparing changes nothing");

    assert_eq!(write(&files, folder.path())?, expected.into());
    assert!(!at("gone.rs").exists());
    for (name, text) in &files {
        assert_eq!(&fs::read_to_string(at(name))?, text, "{name}");
    }
    assert_eq!(fs::read_to_string(at("notes.md"))?, "by hand");

    let modified = || -> Result<Vec<_>> { files.keys().map(|name| Ok(fs::metadata(at(name))?.modified()?)).collect() };
    let before = modified()?;
    assert_eq!(write(&files, folder.path())?, BTreeMap::new());
    assert_eq!(modified()?, before, "files that are up to date aren't written");
    Ok(())
}

#[test]
fn a_handwritten_file_is_never_overwritten() -> Result {
    let files = xtask::generate(&text())?;
    let folder = tempfile::tempdir()?;
    let by_hand = folder.path().join("mod.rs");
    fs::write(&by_hand, "pub mod precious;\n")?;
    for attempt in [differences, write] {
        let error = attempt(&files, folder.path()).unwrap_err();
        assert_eq!(error.to_string(), format!("{} was not generated and would be overwritten", by_hand.display()));
    }
    assert_eq!(fs::read_to_string(&by_hand)?, "pub mod precious;\n");
    assert_eq!(fs::read_dir(folder.path())?.count(), 1, "no other file is written");
    for almost in ["", "// @generated", "// @generated by `cargo xtask generate` from a template\n"] {
        fs::write(&by_hand, almost)?;
        assert!(write(&files, folder.path()).is_err(), "{almost:?} is not the whole mark");
    }
    Ok(())
}

#[test]
fn two_documents_dont_share_a_folder() -> Result {
    let folder = tempfile::tempdir()?;
    let other = text().replacen("title: PingOne user password", "title: Another API", 1);
    write(&xtask::generate(&text())?, folder.path())?;
    for attempt in [differences, write] {
        let error = attempt(&xtask::generate(&other)?, folder.path()).unwrap_err();
        let expected = format!("{} was generated from another document", folder.path().join("client.rs").display());
        assert!(error.to_string().starts_with(&expected), "{error}");
    }
    assert_eq!(differences(&xtask::generate(&text())?, folder.path())?, BTreeMap::new(), "nothing was written");
    Ok(())
}

/// A file that can't be written: its place is a folder.
#[test]
fn all_files_are_written_or_none() -> Result {
    let files = xtask::generate(&text())?;
    let folder = tempfile::tempdir()?;
    let place = folder.path().join("samples.rs.new");
    fs::create_dir(&place)?;
    let error = write(&files, folder.path()).unwrap_err();
    assert!(error.to_string().starts_with(&folder.path().join("samples.rs").display().to_string()), "{error}");
    assert_eq!(fs::read_dir(folder.path())?.count(), 1, "only the obstacle is there");
    Ok(())
}

/// The fixture has the operations that would be added next. All of them at once change none of the others.
#[test]
fn many_new_operations_change_no_other() -> Result {
    /// Adds the entries of an object that aren't there yet.
    fn add(to: &mut Value, from: &Value) {
        for (key, value) in from.as_object().into_iter().flatten() {
            to.as_object_mut().map(|to| to.entry(key).or_insert_with(|| value.clone()));
        }
    }
    let fixture = fs::read_to_string(workspace("xtask/tests/fixture/openapi.yaml"))?;
    let fixture = Document::parse(&fixture).map_err(|finding| finding.to_string())?.root;
    let mut merged = document().root;
    let ids: BTreeSet<String> = document().operations().filter_map(|it| it.id().map(str::to_owned)).collect();
    for (path, item) in fixture["paths"].as_object().ok_or("no paths")? {
        let is_known = |(_, node): (&String, &Value)| node["operationId"].as_str().is_some_and(|id| ids.contains(id));
        if !item.as_object().ok_or("no path item")?.iter().any(is_known) {
            add(&mut merged["paths"], &serde_json::json!({ path: item }));
        }
    }
    for (kind, components) in fixture["components"].as_object().ok_or("no components")? {
        add(&mut merged["components"], &serde_json::json!({ kind: {} }));
        add(&mut merged["components"][kind], components);
    }
    let (before, after) = (xtask::generate(&text())?, xtask::generate(&merged.to_string())?);
    let (known, methods) = (methods(&before)?, methods(&after)?);
    assert!(methods.len() > known.len() + 20, "only {} operations", methods.len());
    for (name, method) in known {
        assert_eq!(methods.get(&name), Some(&method), "{name}");
    }
    Ok(())
}

#[test]
fn a_new_operation_changes_generated_files_only() -> Result {
    let (before, after) = (xtask::generate(&text())?, xtask::generate(&with_inspect_password())?);
    let folder = tempfile::tempdir()?;
    for entry in fs::read_dir(workspace(GENERATED))? {
        let entry = entry?;
        fs::copy(entry.path(), folder.path().join(entry.file_name()))?;
    }
    let changed = write(&after, folder.path())?;
    assert!(changed.values().all(|difference| *difference == Difference::Stale), "{changed:?}");
    assert_eq!(
        changed.keys().collect::<Vec<_>>(),
        ["client.rs", "operations.rs", "requests.rs", "samples.rs", "types.rs"]
    );

    let (mut methods, known) = (methods(&after)?, methods(&before)?);
    let inspect = methods.remove("inspect_password").ok_or("no inspect_password")?;
    assert_eq!(methods, known, "the other operations are unchanged");
    assert!(after["client.rs"].contains("pub async fn inspect_password"));
    // Once in the docs, and once in the code.
    assert_eq!((inspect.matches("application/vnd.").count(), inspect.matches(INSPECT).count()), (2, 2), "{inspect}");
    let sends =
        format!(".header(::reqwest::header::CONTENT_TYPE,::reqwest::header::HeaderValue::from_static(\"{INSPECT}\"");
    assert!(inspect.replace(' ', "").contains(&sends), "{inspect}");
    assert!(after["types.rs"].contains("pub password: crate::Secret"), "a password is a redacted type");
    assert!(after["operations.rs"].contains("pub const INSPECT_PASSWORD"));
    assert!(after["requests.rs"].contains("impl super::Request for InspectPassword"), "the wrapper can send it");
    let operations = |files: &Files| files["operations.rs"].matches(": Operation = Operation {").count();
    assert_eq!(operations(&after), operations(&before) + 1);
    Ok(())
}

#[test]
fn the_regions_are_those_of_the_openapi_document() -> Result {
    let document = document();
    let domains = &document.root["servers"][0]["variables"]["topLevelDomain"]["enum"];
    assert_eq!(
        *domains,
        serde_json::json!(Region::ALL.iter().map(|region| region.top_level_domain()).collect::<Vec<_>>())
    );
    let url = document.root["servers"][0]["url"].as_str().ok_or("the server has no URL")?;
    for region in Region::ALL {
        assert_eq!(region.api_url(), url.replace("{topLevelDomain}", region.top_level_domain()));
    }
    Ok(())
}
