//! The tokens of a profile.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use etcetera::BaseStrategy;
use pingone_password::{Secret, SignInStore, StoreError};

use super::{file, keychain};
use crate::private_file;

/// The kind of place that tokens are kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The Secret Service, or the keychain of macOS or Windows.
    Keychain,
    /// A file that only its owner can read.
    File,
}

/// Keeps the tokens of one profile.
#[derive(Clone, Debug)]
pub(crate) struct TokenStore {
    place: Place,
    profile: String,
    /// Has the lock, and the file with the tokens if that is the place.
    folder: PathBuf,
}

impl TokenStore {
    /// Returns `None` if there is no home directory.
    pub(crate) fn new(place: Place, profile: &str) -> Option<Self> {
        let strategy = etcetera::choose_base_strategy().ok()?;
        let folder = strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join("pingone-password");
        Some(Self { place, profile: profile.to_owned(), folder })
    }

    fn path(&self, extension: &str) -> PathBuf {
        let escape = |character: char| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => character.to_string(),
            other => format!("%{:x}", u32::from(other)),
        };
        self.folder.join(format!("sign-in-{}.{extension}", self.profile.chars().map(escape).collect::<String>()))
    }
}

impl SignInStore for TokenStore {
    fn load(&self) -> Result<Option<Secret>, StoreError> {
        match self.place {
            Place::Keychain => keychain::load(&self.profile),
            Place::File => file::load(&self.path("json")),
        }
    }

    fn store(&self, sign_in: &Secret) -> Result<(), StoreError> {
        match self.place {
            Place::Keychain => keychain::store(&self.profile, sign_in),
            Place::File => file::store(&self.path("json"), sign_in),
        }
    }

    fn clear(&self) -> Result<(), StoreError> {
        match self.place {
            Place::Keychain => keychain::clear(&self.profile),
            Place::File => file::clear(&self.path("json")),
        }
    }

    /// Locks a file: two terminals of one person share a sign-in.
    fn lock(&self) -> Result<Box<dyn Send>, StoreError> {
        fs::create_dir_all(&self.folder)?;
        let file = private_file::options().write(true).create(true).truncate(false).open(self.path("lock"))?;
        fs4::FileExt::lock(&file)?;
        Ok(Box::new(file))
    }
}

impl fmt::Display for TokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Keychain => f.write_str("the keychain of this computer"),
            Place::File => write!(f, "the file {}", self.path("json").display()),
        }
    }
}
