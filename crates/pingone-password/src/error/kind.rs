//! How errors are classified: by what went wrong, and by what it means for the operation.

/// The category of an [`Error`](crate::Error).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client's configuration is invalid. Nothing was sent.
    Configuration,
    /// No access token could be obtained. Nothing was sent.
    AccessToken,
    /// No connection could be established. Nothing was sent.
    Connect,
    /// The request timed out.
    Timeout,
    /// The connection was lost after it had been established.
    ConnectionLost,
    /// 401: the access token is missing, invalid or expired.
    Unauthenticated,
    /// 403: the access token doesn't permit the operation, or the environment doesn't exist.
    Forbidden,
    /// 404: the user doesn't exist.
    NotFound,
    /// 429: too many requests. Without a status: the [rate limiter](crate::RateLimiter) didn't admit the request before the
    /// [deadline](crate::RetryPolicy::deadline).
    RateLimited,
    /// Any other 4xx: the server rejected the request.
    Rejected,
    /// 5xx: the server failed.
    Server,
    /// The response is not one that PingOne sends: a redirect, or a success without the expected body.
    InvalidResponse,
    /// The response was larger than the [response limit](crate::ClientBuilder::response_limit).
    ResponseTooLarge,
}

/// What is known about an operation that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The operation was not applied. Nothing on the server has changed.
    NotApplied,
    /// The operation may or may not have been applied. Read the password state to find out.
    Unknown,
}
