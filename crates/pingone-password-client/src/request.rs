//! The trait of all operations.

use std::fmt::Debug;

use progenitor_client::{Error, ResponseValue};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::generated::Client;
use crate::generated::operations::Operation;

/// An operation of the OpenAPI document as a value: its parameters and its body, without the environment and the user.
pub trait Request: Clone + Debug + Send + Sync + 'static {
    /// The method, the path and the media type of the operation.
    const OPERATION: &'static Operation;

    /// The body of a successful response.
    type Body: DeserializeOwned + Send;

    /// The result of the operation.
    type Output: Send;

    /// Returns the result of a success with this body, or without a body that could be decoded. Returns `None` if the
    /// operation has no result without a body.
    fn output(body: Option<Self::Body>) -> Option<Self::Output>;

    /// Sends the request once.
    fn send<'a>(
        &'a self,
        client: &'a Client,
        environment_id: &'a Uuid,
        user_id: &'a Uuid,
    ) -> impl Future<Output = Result<ResponseValue<Self::Body>, Error>> + Send + 'a;
}
