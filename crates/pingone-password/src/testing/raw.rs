//! The response to an operation that the OpenAPI document doesn't have.

use serde_json::Value;

use super::TestResponse;
use crate::call::Call;
use crate::error::Result;
use crate::response::Response;
use crate::{UserId, VendorMediaType, send};

/// Creates the result of [`Client::raw`](crate::Client::raw) from its response.
///
/// # Errors
///
/// The error that a client returns for this response. [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if its status
/// or a header isn't valid.
///
/// ```
/// use pingone_password::testing::{TestResponse, raw_response};
///
/// let user = "c3042000-188f-4bc7-a269-dee1602cf7af".parse()?;
/// let check = "application/vnd.pingidentity.password.check+json".parse()?;
/// let valid = TestResponse::json(200, serde_json::json!({ "status": "OK" }));
/// let body = raw_response(user, &check, valid)?.into_inner();
/// assert_eq!(body.map(|body| body["status"] == "OK"), Some(true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn raw_response(
    user_id: UserId,
    media_type: &VendorMediaType,
    response: TestResponse,
) -> Result<Response<Option<Value>>> {
    let raw = response.into_raw()?;
    let value = send::read_raw_response(&Call::raw(media_type, user_id), &raw);
    let value = value.map_err(|error| error.with_request_count(1))?;
    Ok(Response::new(value, raw, 1))
}
