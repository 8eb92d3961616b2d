//! Where a sign-in is kept between two runs of a program.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use pingone_password_client::Secret;

/// The error of a [`SignInStore`].
pub type StoreError = Box<dyn Error + Send + Sync>;

/// Keeps the tokens of one sign-in, as a text whose format is this crate's: in a keychain, for example.
///
/// The methods may block: they are called on a thread for that.
pub trait SignInStore: fmt::Debug + Send + Sync + 'static {
    /// Returns what was stored last, unless it was cleared.
    ///
    /// # Errors
    ///
    /// Any error. The call that needs an access token fails with it.
    fn load(&self) -> Result<Option<Secret>, StoreError>;

    /// Replaces what is stored, in one step: after a crash, the old or the new tokens are there.
    ///
    /// # Errors
    ///
    /// Any error. New tokens aren't used before they are stored.
    fn store(&self, sign_in: &Secret) -> Result<(), StoreError>;

    /// Forgets what is stored. Not an error if there is nothing.
    ///
    /// # Errors
    ///
    /// Any error.
    fn clear(&self) -> Result<(), StoreError>;

    /// Keeps other processes from refreshing the same tokens until the guard is dropped: a refresh token that is used twice ends
    /// the sign-in. Defaults to a guard that keeps none.
    ///
    /// # Errors
    ///
    /// Any error.
    fn lock(&self) -> Result<Box<dyn Send>, StoreError> {
        Ok(Box::new(()))
    }
}

/// Keeps a sign-in in memory: it ends with the process.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Option<Secret>>);

impl SignInStore for MemoryStore {
    fn load(&self) -> Result<Option<Secret>, StoreError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn store(&self, sign_in: &Secret) -> Result<(), StoreError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(sign_in.clone());
        Ok(())
    }

    fn clear(&self) -> Result<(), StoreError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }
}
