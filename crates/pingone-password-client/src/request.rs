//! What every operation has in common, once it is a value.

use std::fmt::Debug;

use progenitor_client::{Error, ResponseValue};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::generated::Client;
use crate::generated::operations::Operation;

/// An operation of the document as a value: what it takes beyond the environment and the user.
pub trait Request: Clone + Debug + Send + Sync + 'static {
    /// What it sends.
    const OPERATION: &'static Operation;

    /// The body of a success.
    type Body: DeserializeOwned + Send;

    /// What a success comes to.
    type Output: Send;

    /// What a success comes to whose body was this one, if there was one that could be read. None where the operation is
    /// for nothing but the body.
    fn output(body: Option<Self::Body>) -> Option<Self::Output>;

    /// Sends it once.
    fn send<'a>(
        &'a self,
        client: &'a Client,
        environment_id: &'a Uuid,
        user_id: &'a Uuid,
    ) -> impl Future<Output = Result<ResponseValue<Self::Body>, Error>> + Send + 'a;
}
