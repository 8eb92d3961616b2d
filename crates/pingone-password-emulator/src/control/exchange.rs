//! Sends a request byte by byte, and shows the response byte by byte.

use std::time::Duration;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    time::{Instant, timeout_at},
};

use super::{
    Control,
    response::{Body, ControlError},
};
use crate::server;

/// The time for a response. What has arrived by then is shown.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The size of a response that is shown, in bytes.
const LIMIT: u64 = 256 * 1024;
/// The size of the connection's buffers, in bytes.
const BUFFER: usize = 64 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sent {
    /// The bytes of a request. The end of the head, and `Content-Length`, are the sender's affair.
    request: String,
}

#[derive(Serialize)]
pub(super) struct Received {
    /// The bytes of the response, as far as they are UTF-8.
    response: String,
    /// How it ended.
    end: End,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum End {
    /// The emulator closed the connection.
    Closed,
    /// The connection was still open after three seconds: the request is incomplete, or doesn't say `Connection: close`.
    Open,
    /// There was more than 256 KiB.
    Cut,
}

/// Sends the bytes over a connection in memory that the same code serves as any other, but that reaches the API alone.
pub(super) async fn exchange(
    State(Control { api, .. }): State<Control>,
    Body(Sent { request }): Body<Sent>,
) -> Result<Json<Received>, ControlError> {
    let (client, server) = duplex(BUFFER);
    let serving = tokio::spawn(server::serve_connection(server, api));
    let (read, mut write) = tokio::io::split(client);
    let deadline = Instant::now() + TIMEOUT;
    let mut response = Vec::new();
    let mut read = read.take(LIMIT);
    let exchanged = timeout_at(deadline, async {
        // The emulator may respond and close the connection before it has read everything.
        tokio::join!(write.write_all(request.as_bytes()), read.read_to_end(&mut response)).1
    });
    let end = match exchanged.await {
        Err(_) => End::Open,
        Ok(_) if u64::try_from(response.len()).is_ok_and(|length| length >= LIMIT) => End::Cut,
        Ok(_) => End::Closed,
    };
    serving.abort();
    Ok(Json(Received { response: String::from_utf8_lossy(&response).into_owned(), end }))
}
