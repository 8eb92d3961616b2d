//! Operations as values.

use std::fmt::Debug;

use progenitor_client::Error;
use serde::de::DeserializeOwned;

use crate::generated::Client;
use crate::generated::operations::Operation;
use crate::id::{EnvironmentId, UserId};

/// An operation of the OpenAPI document as a value: everything that a request contains, except for the environment.
pub trait Request: Clone + Debug + Send + Sync + 'static {
    /// The method, path and media type.
    const OPERATION: &'static Operation;

    /// The body of a success response.
    type Body: DeserializeOwned + Send;

    /// The result of the operation.
    type Output: Send;

    /// Returns the user in the path, if the path contains one.
    fn user_id(&self) -> Option<UserId> {
        None
    }

    /// Returns the result of a success with this body, if there was one that could be decoded. Returns none if the operation
    /// requires a body.
    fn output(body: Option<Self::Body>) -> Option<Self::Output>;

    /// Sends the request once. Returns the body of the response, if the document allows a response without one.
    fn send<'a>(
        &'a self,
        client: &'a Client,
        environment_id: &'a EnvironmentId,
    ) -> impl Future<Output = Result<Option<Self::Body>, Error>> + Send + 'a;
}
