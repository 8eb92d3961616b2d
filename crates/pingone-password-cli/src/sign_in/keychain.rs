//! The operating system's keychain.

use std::sync::{Arc, LazyLock};

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(target_os = "linux")]
use dbus_secret_service_keyring_store::Store;
use keyring_core::{CredentialStore, Entry, Error};
use pingone_password::{Secret, StoreError};
#[cfg(windows)]
use windows_native_keyring_store::Store;
#[cfg(not(any(windows, target_os = "macos", target_os = "linux")))]
use zbus_secret_service_keyring_store::Store;

const SERVICE: &str = "pingone-password";

static STORE: LazyLock<Result<Arc<CredentialStore>, Error>> = LazyLock::new(|| Ok(Store::new()?));

pub(super) fn load(profile: &str) -> Result<Option<Secret>, StoreError> {
    match entry(profile)?.get_password() {
        Ok(text) => Ok(Some(text.into())),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(failed(&error)),
    }
}

pub(super) fn store(profile: &str, sign_in: &Secret) -> Result<(), StoreError> {
    entry(profile)?.set_password(sign_in.expose()).map_err(|error| failed(&error))
}

pub(super) fn clear(profile: &str) -> Result<(), StoreError> {
    match entry(profile)?.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(failed(&error)),
    }
}

fn entry(profile: &str) -> Result<Entry, StoreError> {
    let store = STORE.as_ref().map_err(failed)?;
    store.build(SERVICE, profile, None).map_err(|error| failed(&error))
}

/// Some errors contain what the keychain holds, so that only their kind is shown.
fn failed(error: &Error) -> StoreError {
    let why = match error {
        Error::PlatformFailure(why) | Error::NoStorageAccess(why) => why.to_string(),
        Error::NoDefaultStore => "there is none".to_owned(),
        Error::TooLong(_, limit) => format!("it takes up to {limit} bytes, and the tokens are longer"),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "it holds something else under this name".to_owned(),
        _ => "it failed".to_owned(),
    };
    format!(
        "can't use the keychain of this computer: {why}; `token_store = \"file\"` in the profile keeps the tokens in a file \
         that only you can read"
    )
    .into()
}
