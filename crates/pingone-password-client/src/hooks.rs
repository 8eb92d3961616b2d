//! Makes the generated client send every request by its [`Attempt`].

use progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo};
use reqwest::ResponseBuilderExt;

use crate::attempt::Attempt;
use crate::generated::Client;
use crate::response::RawResponse;

/// Some servers send it before the JSON.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

impl ClientHooks<Attempt> for Client {
    async fn pre<E>(&self, request: &mut reqwest::Request, _: &OperationInfo) -> Result<(), Error<E>> {
        self.inner().prepare(request);
        Ok(())
    }

    async fn exec(&self, request: reqwest::Request, _: &OperationInfo) -> reqwest::Result<reqwest::Response> {
        let url = request.url().clone();
        let RawResponse { status, headers, body, .. } = self.inner().execute(self.client(), request).await?;
        let body = if body.starts_with(BYTE_ORDER_MARK) { body.slice(BYTE_ORDER_MARK.len()..) } else { body };
        // With its URL, because reqwest would parse one of its own.
        let mut response = http::Response::builder().url(url).body(body).unwrap_or_default();
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response.into())
    }
}
