//! Why nothing was generated.

use std::fmt;

use super::load::Finding;

/// Why nothing was generated.
#[derive(Debug)]
pub enum Error {
    /// The document breaks rules. Its author can fix it.
    Document(Vec<Finding>),
    /// The generator met something that it wasn't written for.
    Generator(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(findings) => {
                for (index, finding) in findings.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "\n" };
                    write!(f, "{separator}{finding}")?;
                }
                Ok(())
            }
            Self::Generator(problem) => f.write_str(problem),
        }
    }
}

impl std::error::Error for Error {}
