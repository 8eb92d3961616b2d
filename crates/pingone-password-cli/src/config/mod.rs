//! Settings from flags, environment variables and a profile, in this order, and the client that they describe.

mod claims;
mod cleanup;
mod credentials;
mod environment;
mod flags;
mod profile;
mod proxy;
mod region;
mod secret;
mod setting;
mod settings;
mod sign_in;
mod target;

pub(crate) use flags::SettingFlags;
pub(crate) use secret::Secret;
pub(crate) use setting::{
    ACCESS_TOKEN, API_URL, AUTH_URL, CA_CERTIFICATE, CLIENT_AUTHENTICATION, CLIENT_ID, CLIENT_SECRET, ConfigError,
    ENVIRONMENT_ID, JOURNAL, PROXY, SIGN_IN_CLIENT_ID, SIGN_IN_ENVIRONMENT_ID, Setting, Sourced, TOKEN_STORE,
    TOKEN_URL, TOP_LEVEL_DOMAIN, TRANSACTION_ID, WORKER_ENVIRONMENT_ID,
};
pub(crate) use settings::Settings;
pub(crate) use target::Target;
