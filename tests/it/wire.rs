//! The request that each operation sends, byte for byte.

use pingone_password::{Client, Method, operations};
use pingone_password_client::samples;
use recorder::{Recorder, Request};
use serde_json::json;

use crate::samples::{Sample, Sender};
use crate::{Result, TOKEN, builder, environment_id, snapshot, user_id};

/// A media type that isn't in the OpenAPI document.
const CHECK: &str = "application/vnd.pingidentity.password.check+json";

/// A request, with the name of its snapshot and its operation's ID, or else its media type.
struct Sent {
    operation: &'static str,
    name: &'static str,
    request: Request,
}

async fn send_all() -> Result<Vec<Sent>> {
    let recorder = Recorder::with(404, &[("content-type", "application/json")], r#"{"code": "NOT_FOUND"}"#).await?;
    let client: Client = builder(recorder.url()).build()?;
    let user = user_id();
    let mut sent = Vec::new();
    macro_rules! send {
        ($operation:expr, $name:literal, $request:expr) => {
            $request.await.map(|_| ()).unwrap_err();
            let request = recorder.requests().pop().ok_or($name)?;
            sent.push(Sent { operation: $operation, name: $name, request });
        };
    }
    let read = operations::READ_PASSWORD_STATE.id;
    send!(read, "wire_read_password_state", client.read_password_state(user));
    send!(read, "wire_read_password_state_expanded", client.read_password_state(user).expand_password_policy());
    send!(operations::UNLOCK_PASSWORD.id, "wire_unlock_password", client.unlock_password(user));
    let check = client.raw(user, Method::Post, CHECK.parse()?);
    send!(CHECK, "wire_raw_with_body", check.json(json!({ "password": "2Federate!" })));
    let put = client.raw(user, Method::Put, CHECK.parse()?);
    send!(CHECK, "wire_raw_without_body", put);
    assert_eq!(recorder.requests().len(), sent.len(), "one request for each call");
    Ok(sent)
}

#[tokio::test]
async fn requests_on_the_wire() -> Result {
    for Sent { name, request, .. } in send_all().await? {
        let version = concat!("pingone-password/", env!("CARGO_PKG_VERSION"));
        snapshot(name, request.to_string().replace(version, "pingone-password/[version]"));
    }
    Ok(())
}

/// The snapshots are for reviewers. These assertions hold for any accepted snapshot.
#[tokio::test]
async fn requests_match_the_table_of_operations() -> Result {
    for Sent { operation: id, name, request } in send_all().await? {
        let operation = operations::ALL.iter().find(|operation| operation.id == id);
        let media_type = operation.map_or(Some(CHECK), |operation| operation.media_type);
        assert_eq!(request.header("content-type"), media_type.into_iter().collect::<Vec<_>>(), "{name}");
        if let Some(operation) = operation {
            assert_eq!(request.method, operation.method, "{name}");
        }
        let path = operation.unwrap_or(&operations::READ_PASSWORD_STATE).path;
        let path = path.replace("{environmentId}", &environment_id().to_string());
        let path = format!("/v1{}", path.replace("{userId}", &user_id().to_string()));
        assert_eq!(request.target.split('?').next(), Some(path.as_str()), "{name}");
        assert_eq!(request.header("authorization"), [format!("Bearer {TOKEN}")], "{name}");
        let length = request.body.len().to_string();
        let expected = if request.method == "GET" { vec![] } else { vec![length.as_str()] };
        assert_eq!(request.header("content-length"), expected, "{name}");
        for (header, _) in &request.headers {
            assert_eq!(request.header(header).len(), 1, "{name}: {header} was sent twice");
        }
    }
    Ok(())
}

struct Through(Client);

impl Sender for Through {
    fn send<R: pingone_password::Request>(&self, request: R) -> impl Future<Output = ()> + use<R> {
        let call = self.0.send(request);
        async move { drop(call.await) }
    }
}

#[tokio::test]
async fn every_operation_sends_what_the_openapi_document_says() -> Result {
    let recorder = Recorder::with(404, &[("content-type", "application/json")], r#"{"code": "NOT_FOUND"}"#).await?;
    let client = Client::builder(samples::ENVIRONMENT_ID.parse()?).base_url(recorder.url()).access_token(TOKEN);
    let all = crate::samples::requests(Through(client.build()?))?;
    assert_eq!(all.len(), operations::ALL.len());
    for Sample { operation, wire, sending } in all {
        sending.await;
        let request = recorder.requests().pop().ok_or(operation.id)?;
        assert_eq!(crate::samples::wire(&request, "/v1", wire), wire, "{}", operation.id);
    }
    Ok(())
}
