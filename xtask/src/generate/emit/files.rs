//! Compares and writes the generated files.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use super::{Files, MARK};

/// How a file on disk differs from the generated one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// The content differs.
    Stale,
    /// The file doesn't exist.
    Missing,
    /// The file is no longer generated.
    LeftOver,
}

/// Returns the differences between the generated files and a folder.
///
/// # Errors
///
/// When the folder can't be read, or contains a file of the same name that wasn't generated.
pub fn differences(files: &Files, folder: &Path) -> io::Result<BTreeMap<String, Difference>> {
    let mut differences = BTreeMap::new();
    for (name, text) in files {
        match fs::read_to_string(folder.join(name)) {
            Ok(current) if current == *text => {}
            Ok(current) if current.starts_with(MARK) || current.is_empty() => {
                differences.insert(name.clone(), Difference::Stale);
            }
            Ok(_) => {
                let problem = format!("{} was not generated and would be overwritten", folder.join(name).display());
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, problem));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                differences.insert(name.clone(), Difference::Missing);
            }
            Err(error) => return Err(error),
        }
    }
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(differences),
        entries => entries?,
    };
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_generated = || fs::read_to_string(folder.join(&name)).is_ok_and(|text| text.starts_with(MARK));
        if !files.contains_key(&name) && is_generated() {
            differences.insert(name, Difference::LeftOver);
        }
    }
    Ok(differences)
}

/// Writes the files that differ, and removes those that are no longer generated.
///
/// # Errors
///
/// When [`differences`] fails, or a file can't be written.
pub fn write(files: &Files, folder: &Path) -> io::Result<BTreeMap<String, Difference>> {
    let differences = differences(files, folder)?;
    fs::create_dir_all(folder)?;
    for (name, difference) in &differences {
        match (difference, files.get(name)) {
            (Difference::Stale | Difference::Missing, Some(text)) => fs::write(folder.join(name), text)?,
            _ => fs::remove_file(folder.join(name))?,
        }
    }
    Ok(differences)
}
