//! `SHA256SUMS`, in the format that `sha256sum --check` reads.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;
use sha2::{Digest, Sha256};

/// Writes the checksums of all files in a folder, sorted by path.
pub(super) fn write(folder: &Path) -> Result<()> {
    let mut files = vec![];
    collect(folder, "", &mut files)?;
    files.sort();
    let mut sums = String::new();
    for file in files {
        let digest = Sha256::digest(fs::read(folder.join(&file))?);
        for byte in digest {
            write!(sums, "{byte:02x}")?;
        }
        writeln!(sums, "  {file}")?;
    }
    Ok(fs::write(folder.join("SHA256SUMS"), sums)?)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder.join(prefix))? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(folder, &format!("{path}/"), files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_are_listed_by_path() -> Result<()> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("man"))?;
        fs::write(folder.path().join("man/b.1"), "abc")?;
        fs::write(folder.path().join("a"), "")?;
        write(folder.path())?;
        let expected = "\
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a
ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  man/b.1
";
        assert_eq!(fs::read_to_string(folder.path().join("SHA256SUMS"))?, expected);
        Ok(())
    }
}
