//! Reports invalid lines: the first ones on standard error, all of them in a file if there are many.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::output::csv_line;
use crate::private_file;
use crate::terminal::{grouped, note};

/// The number of lines that are printed.
const PRINTED: u64 = 10;
const HEADER: [&str; 2] = ["line", "problem"];

/// Reports invalid lines.
#[derive(Debug)]
pub(in crate::bulk) struct InvalidLines {
    /// The file for all of them, beside the list.
    path: Option<PathBuf>,
    first: Vec<(u64, String)>,
    count: u64,
    file: Option<BufWriter<File>>,
}

impl InvalidLines {
    /// Prepares to report the lines of a list. If the list is a file, they may be written to a file beside it.
    pub(in crate::bulk) fn of(list: Option<&Path>) -> Self {
        let path = list.map(|list| {
            let mut path = list.as_os_str().to_owned();
            path.push(".bad.csv");
            PathBuf::from(path)
        });
        Self { path, first: Vec::new(), count: 0, file: None }
    }

    /// Reports a line.
    ///
    /// # Errors
    ///
    /// Fails if the file can't be written.
    pub(in crate::bulk) fn add(&mut self, line: u64, problem: &str) -> anyhow::Result<()> {
        self.count += 1;
        if self.count <= PRINTED {
            note(format!("line {}: {problem}", grouped(line)));
            self.first.push((line, problem.to_owned()));
            return Ok(());
        }
        let Some(path) = self.path.clone() else { return Ok(()) };
        self.write(line, problem).with_context(|| format!("can't write the invalid lines to {}", path.display()))
    }

    fn write(&mut self, line: u64, problem: &str) -> anyhow::Result<()> {
        if self.file.is_none() {
            let Some(path) = &self.path else { return Ok(()) };
            let mut file = BufWriter::new(create(path)?);
            file.write_all(csv_line(HEADER)?.as_bytes())?;
            for (line, problem) in self.first.drain(..) {
                file.write_all(csv_line([line.to_string(), problem])?.as_bytes())?;
            }
            self.file = Some(file);
        }
        if let Some(file) = &mut self.file {
            file.write_all(csv_line([line.to_string(), problem.to_owned()])?.as_bytes())?;
        }
        Ok(())
    }

    /// Returns the number of lines so far.
    pub(in crate::bulk) fn count(&self) -> u64 {
        self.count
    }

    /// Reports how many more lines there are. Returns the number of all invalid lines.
    ///
    /// # Errors
    ///
    /// Fails if the file can't be written.
    pub(in crate::bulk) fn finish(mut self) -> anyhow::Result<u64> {
        if let Some(file) = &mut self.file {
            file.flush().context("can't write the invalid lines")?;
        }
        let more = self.count.saturating_sub(PRINTED);
        match &self.path {
            Some(path) if more > 0 => note(format!("and {} more, all in {}", grouped(more), path.display())),
            None if more > 0 => note(format!("and {} more", grouped(more))),
            _ => {}
        }
        Ok(self.count)
    }
}

/// Creates the file, or replaces one that this program wrote.
fn create(path: &Path) -> anyhow::Result<File> {
    let is_ours = |text: String| text.starts_with(&HEADER.join(","));
    match std::fs::metadata(path) {
        Ok(_) if !std::fs::read_to_string(path).is_ok_and(is_ours) => {
            anyhow::bail!("the file exists and is not a list of invalid lines: move it away")
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    Ok(private_file::replace(path)?)
}
