//! Links between the workspace's documents.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Result, workspace};

/// The Markdown files of a folder and below it, without build output.
fn documents(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut documents = vec![];
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "target" && name != ".git" {
            documents.extend(self::documents(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            documents.push(path);
        }
    }
    Ok(documents)
}

/// The targets of a document's links, outside of code blocks.
fn targets(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    let inline = prose.clone().flat_map(|prose| prose.split("](").skip(1).filter_map(|rest| rest.split(')').next()));
    let definitions =
        prose.flat_map(str::lines).filter(|line| line.starts_with('[')).filter_map(|line| line.split("]: ").nth(1));
    inline.chain(definitions).collect()
}

#[test]
fn relative_links_lead_to_files() -> Result {
    let documents = documents(&workspace(""))?;
    let mut dead = vec![];
    let mut relative = 0;
    for document in &documents {
        let text = fs::read_to_string(document)?;
        for target in targets(&text).into_iter().filter(|target| !target.contains("://") && !target.starts_with('#')) {
            let file = document.with_file_name(target.split('#').next().unwrap_or_default());
            relative += 1;
            if !file.exists() {
                dead.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
    assert!(documents.len() > 5 && relative > 10, "{} documents with {relative} links", documents.len());
    Ok(())
}

/// crates.io and docs.rs show a crate's README without the files beside it.
#[test]
fn the_documents_of_crates_have_absolute_links_only() -> Result {
    for document in documents(&workspace("crates"))? {
        // Not part of a package.
        if document.components().any(|part| part.as_os_str() == "fuzz") {
            continue;
        }
        let text = fs::read_to_string(&document)?;
        let relative: Vec<&str> = targets(&text).into_iter().filter(|target| !target.contains("://")).collect();
        assert!(relative.is_empty(), "{}: {relative:?}", document.display());
    }
    Ok(())
}

#[test]
fn links_are_found() {
    let text = "[a](b.md#c), `d`\n```\n[e](f)\n```\n[g]\n\n[g]: https://example.com\n";
    assert_eq!(targets(text), ["b.md#c", "https://example.com"]);
}
