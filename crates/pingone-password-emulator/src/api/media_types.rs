//! The vendor media types of the operations on a password.

/// The unlock's.
pub(super) const UNLOCK: &str = "application/vnd.pingidentity.password.unlock+json";

/// The vendor's other operations on the same path.
pub(super) const NOT_EMULATED: [&str; 9] = [
    "application/vnd.pingidentity.password.check+json",
    "application/vnd.pingidentity.password.recover+json",
    "application/vnd.pingidentity.password.sendRecoveryCode+json",
    "application/vnd.pingidentity.password.forceChange",
    "application/vnd.pingidentity.password.forceChange+json",
    "application/vnd.pingidentity.password.reset+json",
    "application/vnd.pingidentity.password.set+json",
    "application/vnd.pingidentity.password.setValue+json",
    "application/vnd.pingidentity.password.setGateway+json",
];

/// Returns a media type without its parameters.
pub(super) fn essence(content_type: &str) -> &str {
    content_type.split_once(';').map_or(content_type, |(essence, _parameters)| essence).trim()
}
