//! The authorization server: access tokens for the worker application, and sign-in for people.

mod authorize;
mod client;
mod device;
mod discovery;
mod form;
mod grants;
mod page;
mod token;
mod userinfo;

use std::sync::Arc;

use axum::{Router, routing::any};

use crate::state::Shared;

/// Returns the routes of the authorization server.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/{environment}/as/token", any(token::token))
        .route("/{environment}/as/authorize", any(authorize::authorize))
        .route("/{environment}/as/sign-in", any(authorize::sign_in))
        .route("/{environment}/as/device_authorization", any(device::device_authorization))
        .route("/{environment}/device", any(device::device))
        .route("/{environment}/as/userinfo", any(userinfo::userinfo))
        .route("/{environment}/as/.well-known/openid-configuration", any(discovery::discovery))
}
