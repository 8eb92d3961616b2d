//! The vendor media types of the operations on a password and on a user.

/// The password unlock's.
pub(super) const UNLOCK: &str = "application/vnd.pingidentity.password.unlock+json";

/// The vendor's other operations on the path of a password.
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

/// The account unlock's.
pub(super) const ACCOUNT_UNLOCK: &str = "application/vnd.pingidentity.account.unlock+json";

/// The vendor's other operations on the path of a user.
pub(super) const NOT_EMULATED_ON_USERS: [&str; 3] = [
    "application/vnd.pingidentity.account.lock+json",
    "application/vnd.pingidentity.user.verify+json",
    "application/vnd.pingidentity.user.sendVerificationCode+json",
];

/// Returns a media type without its parameters.
pub(super) fn essence(content_type: &str) -> &str {
    content_type.split_once(';').map_or(content_type, |(essence, _parameters)| essence).trim()
}
