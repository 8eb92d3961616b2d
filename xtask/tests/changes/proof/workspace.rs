//! A workspace with the crates of all documents, made of this one's manifest and client crate.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use serde_json::Value;
use xtask::generate::emit::Files;

use super::stored::{self, Decoded};

const CONSUMER: &str = include_str!("consumer.rs");

/// What the models need of the client crate: all of it takes long to build.
const MODELS: [&str; 5] = ["id.rs", "inspect.rs", "json.rs", "path_segment.rs", "secret.rs"];
const MODELS_ROOT: &str = "mod id;\nmod inspect;\nmod json;\nmod path_segment;\nmod secret;\npub use id::*;\npub use inspect::*;\npub use path_segment::*;\npub use secret::*;\n";
/// The client crate's items, as far as they are generated from one document.
const MODULE: &str =
    "mod generated;\npub use crate::*;\npub use generated::{Client, Error, Request, operations, requests, types};\n";
const DEPENDENCIES: &str = "chrono.workspace = true\nsecrecy.workspace = true\nserde.workspace = true\nserde_json = { workspace = true, features = [\"float_roundtrip\"] }\nuuid.workspace = true\n";

pub(super) struct Workspace {
    folder: PathBuf,
    /// The files of this run.
    written: RefCell<BTreeSet<PathBuf>>,
    modules: Vec<String>,
}

impl Workspace {
    /// Makes a workspace with a module for each of these crates. It stays where it is, so that the next run is quick.
    pub(super) fn new(sources: &BTreeMap<&str, Files>) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("changes-proof");
        let client = root.join("crates/pingone-password-client");
        let modules = sources.keys().map(|&name| name.to_owned()).collect();
        let workspace = Self { folder, written: RefCell::default(), modules };

        workspace.write("Cargo.toml", &manifest(&fs::read_to_string(root.join("Cargo.toml")).unwrap()));
        workspace.write("Cargo.lock", &fs::read_to_string(root.join("Cargo.lock")).unwrap());
        let package = fs::read_to_string(client.join("Cargo.toml")).unwrap();
        workspace.write("client/Cargo.toml", &package.replace("readme = \"README.md\"\n", ""));
        let client_dependency = "client = { package = \"pingone-password-client\", path = \"../client\" }\n";
        workspace.package("consumer", &format!("{client_dependency}{DEPENDENCIES}"));
        workspace.package("models", DEPENDENCIES);
        workspace.package("decoder", &format!("models.path = \"../models\"\n{DEPENDENCIES}"));

        // What is written by hand is the same for all of them.
        let by_hand = fs::read_to_string(client.join("src/lib.rs")).unwrap();
        let by_hand = by_hand.lines().filter(|line| line.starts_with("mod ") || line.starts_with("pub use "));
        let by_hand: Vec<_> = by_hand.filter(|line| !line.contains("generated")).collect();
        workspace.write("client/src/lib.rs", &format!("#![allow(warnings)]\npub mod of;\n{}\n", by_hand.join("\n")));
        workspace.write("models/src/lib.rs", &format!("#![allow(warnings)]\npub mod of;\n{MODELS_ROOT}"));
        for file in fs::read_dir(client.join("src")).unwrap() {
            let path = file.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() || file == "lib.rs" {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            workspace.write(&format!("client/src/{file}"), &text);
            if MODELS.contains(&file) {
                workspace.write(&format!("models/src/{file}"), &text);
            }
        }
        let (mut clients, mut models) = (String::new(), String::new());
        let mut by_models: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, files) in sources {
            writeln!(clients, "pub mod {name};").unwrap();
            // Many documents have the same models.
            if let Some(same) = by_models.get(files["types.rs"].as_str()) {
                writeln!(models, "pub use {same} as {name};").unwrap();
            } else {
                writeln!(models, "pub mod {name} {{ pub mod types; }}").unwrap();
                workspace.write(&format!("models/src/of/{name}/types.rs"), &files["types.rs"]);
                by_models.insert(&files["types.rs"], name);
            }
            workspace.write(&format!("client/src/of/{name}/mod.rs"), MODULE);
            for (file, text) in files {
                // The trait is of this document.
                let text = text.replace("crate::Request", "super::Request");
                workspace.write(&format!("client/src/of/{name}/generated/{file}"), &text);
            }
            workspace.write(&format!("consumer/src/{name}.rs"), &CONSUMER.replace("MODULE", name));
        }
        workspace.write("client/src/of/mod.rs", &clients);
        workspace.write("models/src/of/mod.rs", &models);
        workspace.write("decoder/src/main.rs", &stored::program(sources));
        workspace.remove_others(&workspace.folder);
        workspace
    }

    /// Removes modules that an earlier run has left, of other documents or in another layout.
    fn remove_others(&self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.remove_others(&path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !self.written.borrow().contains(&path)
            {
                fs::remove_file(&path).unwrap();
            }
        }
    }

    fn package(&self, name: &str, dependencies: &str) {
        let package = format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
        self.write(&format!("{name}/Cargo.toml"), &format!("{package}\n[dependencies]\n{dependencies}"));
    }

    /// Writes a file, unless it says so already: cargo looks at the time of a file.
    fn write(&self, name: &str, text: &str) {
        let path = self.folder.join(name);
        self.written.borrow_mut().insert(path.clone());
        if fs::read_to_string(&path).is_ok_and(|current| current == text) {
            return;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        // What this test was built into has the dependencies already.
        let target = env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned();
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.folder).env("CARGO_TARGET_DIR", target).args(arguments).arg("--offline");
        cargo.output().unwrap()
    }

    /// The codes of the errors in the code of each user, by module.
    ///
    /// An error of one kind keeps the compiler from looking for those of another, so that it looks again without the
    /// modules that it has found errors in.
    pub(super) fn errors(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut errors: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        loop {
            let mut lib = "#![allow(warnings)]\n".to_owned();
            for name in self.modules.iter().filter(|name| !errors.contains_key(*name)) {
                writeln!(lib, "pub mod {name};").unwrap();
            }
            self.write("consumer/src/lib.rs", &lib);
            let output = self.cargo(&["check", "--lib", "--package", "consumer", "--message-format", "json"]);
            let found = errors.len();
            for line in String::from_utf8_lossy(&output.stdout).lines() {
                let message: Value = serde_json::from_str(line).unwrap_or_default();
                let message = &message["message"];
                if message["level"] != "error" {
                    continue;
                }
                let span = message["spans"].as_array().into_iter().flatten().find(|span| span["is_primary"] == true);
                let Some(file) = span.and_then(|span| span["file_name"].as_str()) else { continue };
                let module = Path::new(file).file_stem().unwrap().to_str().unwrap();
                assert!(file.starts_with("consumer/src/"), "{}", message["rendered"].as_str().unwrap_or_default());
                let code = message["code"]["code"].as_str().unwrap_or("an error").to_owned();
                errors.entry(module.to_owned()).or_default().insert(code);
            }
            if output.status.success() {
                return errors;
            }
            assert!(errors.len() > found, "{}", String::from_utf8_lossy(&output.stderr));
        }
    }

    /// What does not decode, by module.
    pub(super) fn decode(&self) -> BTreeMap<String, Decoded> {
        let output = self.cargo(&["run", "--quiet", "--package", "decoder"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        stored::read(&String::from_utf8(output.stdout).unwrap(), &self.modules)
    }
}

/// The workspace's manifest, for other members.
fn manifest(text: &str) -> String {
    let mut manifest: toml::Table = text.parse().unwrap();
    let workspace = manifest["workspace"].as_table_mut().unwrap();
    workspace.insert("members".to_owned(), toml::Value::from(vec!["client", "consumer", "models", "decoder"]));
    workspace.remove("exclude");
    let dependencies = workspace["dependencies"].as_table_mut().unwrap();
    dependencies.retain(|_, dependency| dependency.get("path").is_none());
    manifest.to_string()
}
