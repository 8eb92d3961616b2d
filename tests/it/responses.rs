//! Successful responses, and `Client::send` for any operation of the OpenAPI document.

use std::time::{Duration, SystemTime};

use pingone_password::operations::{self, Operation};
use pingone_password::requests::{ReadPasswordState, UnlockPassword};
use pingone_password::{EnvironmentId, Outcome, PasswordState, PasswordStatus, Request, RetryPolicy, UserId};
use pingone_password_client as generated;
use pingone_password_emulator::{Emulator, Fault, Status};
use recorder::Recorder;

use crate::{Result, builder, faults, user_id};

const DATE: &str = "Tue, 08 Jan 2019 20:18:00 GMT";

#[tokio::test]
async fn a_response_has_a_date_and_a_correlation_id() -> Result {
    let headers = [("content-type", "application/json"), ("date", DATE), ("correlation-id", "c-7")];
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_546_978_680);

    let recorder = Recorder::with(200, &headers, r#"{"status":"OK"}"#).await?;
    let response = builder(recorder.url()).build()?.read_password_state(user_id()).with_response().await?;
    assert_eq!(response.value().status, PasswordStatus::Ok);
    assert_eq!((response.status(), response.date()), (200, Some(then)));
    assert_eq!((response.correlation_id(), response.is_complete()), (Some("c-7"), true));

    let recorder = Recorder::with(404, &headers, r#"{"code":"NOT_FOUND"}"#).await?;
    let error = builder(recorder.url()).build()?.read_password_state(user_id()).await.unwrap_err();
    assert_eq!(error.date(), Some(then));
    Ok(())
}

#[tokio::test]
async fn requests_are_counted() -> Result {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    let (builder, _) = faults::client(&emulator, RetryPolicy::default());
    let client = builder.build()?;
    emulator.inject([Fault::Unavailable, Fault::RateLimited]);
    assert_eq!(client.send(ReadPasswordState::new(user)).with_response().await?.request_count(), 3);
    // An unlock whose response is lost, and the state check that confirms it.
    emulator.inject([Fault::ResetAfter]);
    assert_eq!(client.unlock_password(user.into()).with_response().await?.request_count(), 2);
    Ok(())
}

#[tokio::test]
async fn an_operation_is_retried_according_to_its_idempotence() -> Result {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    let (builder, _) = faults::client(&emulator, RetryPolicy::default());
    let client = builder.build()?;
    // It isn't idempotent and no read shows its effect, so it is retried only if it certainly wasn't applied.
    emulator.inject([Fault::RateLimited, Fault::Unavailable]);
    let error = client.send(UncheckedUnlock(user.into())).await.unwrap_err();
    assert_eq!((error.request_count(), error.outcome()), (2, Outcome::Unknown));
    assert_eq!(error.operation(), Some("unlockPassword"));

    let response = client.send(UnlockPassword::new(user)).with_response().await?;
    assert_eq!(response.request_count(), 1);
    assert_eq!(response.into_inner().map(|state| state.status), Some(PasswordStatus::Ok));
    Ok(())
}

#[tokio::test]
async fn a_value_is_sent_as_safely_as_by_the_method() -> Result {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    let (builder, _) = faults::client(&emulator, RetryPolicy::default());
    let client = builder.build()?;
    emulator.inject([Fault::RateLimited, Fault::UnavailableAfter]);
    let response = client.send(UnlockPassword::new(user)).with_response().await?;
    let methods: Vec<_> = emulator.requests().into_iter().map(|request| request.method).collect();
    assert_eq!(methods, ["POST", "POST", "GET"], "a state check, and not another unlock");
    assert_eq!((response.confirmed_by_read(), emulator.unlocks(user)), (true, 1));
    assert_eq!(response.into_inner().map(|state| state.status), Some(PasswordStatus::Ok));
    Ok(())
}

/// Defines an unlock that the OpenAPI document describes in another way.
macro_rules! other_unlock {
    ($name:ident, $operation:ident => $change:stmt) => {
        #[derive(Clone, Debug)]
        struct $name(UserId);

        impl Request for $name {
            const OPERATION: &'static Operation = &{
                let mut $operation = operations::UNLOCK_PASSWORD;
                $change
                $operation
            };
            type Body = PasswordState;
            type Output = Option<PasswordState>;
            type StateCheck = Self;

            fn user_id(&self) -> Option<UserId> {
                Some(self.0)
            }

            fn output(body: Option<PasswordState>) -> Option<Self::Output> {
                Some(body)
            }

            async fn send<'a>(
                &'a self,
                client: &'a generated::Client,
                environment_id: &'a EnvironmentId,
            ) -> std::result::Result<Option<PasswordState>, generated::Error> {
                let response = client.unlock_password(environment_id, &self.0).await;
                response.map(|state| Some(state.into_inner())).map_err(generated::Error::into_untyped)
            }
        }
    };
}

other_unlock!(IdempotentUnlock, operation => operation.is_idempotent = true);
other_unlock!(UncheckedUnlock, operation => operation.state_check = None);

#[tokio::test]
async fn an_idempotent_write_that_may_have_been_applied_stays_unknown() -> Result {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    let (builder, _) = faults::client(&emulator, RetryPolicy::default());
    let client = builder.build()?;
    emulator.inject([Fault::Unavailable]);
    assert_eq!(client.send(IdempotentUnlock(user.into())).with_response().await?.request_count(), 2, "it is retried");
    // The first request may have been applied, the others weren't.
    emulator.inject([Fault::Unavailable, Fault::RateLimited, Fault::RateLimited, Fault::RateLimited]);
    let error = client.send(IdempotentUnlock(user.into())).await.unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!((error.request_count(), error.outcome()), (4, Outcome::Unknown));
    Ok(())
}

#[tokio::test]
async fn a_write_succeeds_without_a_body() -> Result {
    let recorder = Recorder::with(204, &[], "").await?;
    let client = builder(recorder.url()).build()?;
    assert!(client.send(UnlockPassword::new(user_id())).await?.is_none());
    let error = client.send(ReadPasswordState::new(user_id())).await.unwrap_err();
    assert!(error.to_string().contains("204 and an empty body"), "{error}");
    Ok(())
}
