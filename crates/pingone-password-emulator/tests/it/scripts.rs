//! Which request takes which queued fault.

use std::collections::HashSet;

use pingone_password_emulator::{Emulator, Fault, Operation, Status, TokenFault};
use tokio::io::AsyncReadExt;
use uuid::Uuid;

use crate::wire::{UNLOCK, bearer, begin, parse, password_path, post, read, request, request_token, send, until};

async fn unlock(emulator: &Emulator, user: Uuid) -> u16 {
    post(emulator, user, &[UNLOCK]).await.status
}

async fn read_status(emulator: &Emulator, user: Uuid) -> u16 {
    read(emulator, user, "").await.status
}

#[tokio::test]
async fn each_request_takes_one_entry() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject([Fault::BadGateway, Fault::Unavailable]);
    emulator.inject([None, Some(Fault::InternalError500)]);
    assert_eq!(unlock(&emulator, user).await, 502);
    assert_eq!(read_status(&emulator, user).await, 503);
    assert_eq!(unlock(&emulator, user).await, 200);
    assert_eq!(read_status(&emulator, user).await, 500);
    assert_eq!(read_status(&emulator, user).await, 200);
    let faults: Vec<_> = emulator.requests().iter().map(|request| request.fault).collect();
    assert_eq!(faults, [Some(Fault::BadGateway), Some(Fault::Unavailable), None, Some(Fault::InternalError500), None]);
    let applied: Vec<_> = emulator.requests().iter().map(|request| request.applied).collect();
    assert_eq!(applied, [false, false, true, false, false]);
}

#[tokio::test]
async fn an_operations_own_entries_come_first() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject([Fault::InternalError500, Fault::InternalError500]);
    emulator.inject_for(Operation::Unlock, [Some(Fault::BadGateway), None]);
    emulator.inject_for(Operation::Read, [Fault::Unavailable]);
    assert_eq!(read_status(&emulator, user).await, 503);
    assert_eq!(read_status(&emulator, user).await, 500);
    assert_eq!(unlock(&emulator, user).await, 502);
    assert_eq!(unlock(&emulator, user).await, 200);
    assert_eq!(unlock(&emulator, user).await, 500);
    assert_eq!(read_status(&emulator, user).await, 200);
}

#[tokio::test]
async fn an_invalid_request_takes_no_entry() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject([Fault::BadGateway]);
    let path = password_path(&emulator, user);
    assert_eq!(send(&emulator, "GET", &path, &[], b"").await.status, 401);
    assert_eq!(send(&emulator, "PUT", &path, &[bearer(&emulator)], b"").await.status, 405);
    assert_eq!(post(&emulator, user, &[]).await.status, 415);
    assert_eq!(read(&emulator, user, "?expand=other").await.status, 400);
    assert_eq!(read_status(&emulator, Uuid::from_u128(7)).await, 404);
    assert_eq!(request_token(&emulator).await.status, 200);
    assert!(emulator.requests().iter().all(|request| request.fault.is_none() && !request.applied));
    assert_eq!(read_status(&emulator, user).await, 502);
}

#[tokio::test]
async fn every_applied_unlock_counts() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    let other = emulator.add_user(Status::PasswordLockedOut);
    for round in 1..=3 {
        assert!(emulator.set_status(user, Status::PasswordLockedOut));
        assert_eq!(unlock(&emulator, user).await, 200);
        assert_eq!((emulator.unlocks(user), emulator.events().len()), (round, 2 * round));
    }
    assert_eq!(unlock(&emulator, user).await, 200);
    assert_eq!((emulator.unlocks(user), emulator.events().len()), (4, 6));
    assert_eq!((emulator.unlocks(other), emulator.unlocks(Uuid::from_u128(7))), (0, 0));
}

/// Every fault works for reads, too, and never applies anything.
#[tokio::test]
async fn a_read_with_a_fault_applies_nothing() {
    for fault in Fault::ALL.iter().copied() {
        let emulator = Emulator::start().await.unwrap();
        let user = emulator.add_user(Status::PasswordLockedOut);
        emulator.inject_for(Operation::Read, [fault]);
        let (method, path, headers) = request(&emulator, user, Operation::Read);
        let _connection = begin(&emulator, method, &path, &headers, b"").await;
        until(|| emulator.requests().first().is_some_and(|recorded| recorded.fault.is_some())).await;
        let recorded = &emulator.requests()[0];
        assert_eq!((recorded.fault, recorded.status, recorded.applied), (Some(fault), fault.status(), false));
        assert_eq!((emulator.unlocks(user), emulator.status(user)), (0, Some(Status::PasswordLockedOut)));
        assert_eq!(read_status(&emulator, user).await, 200);
    }
}

#[test]
fn names_are_unique_and_parse_back() {
    for fault in Fault::ALL {
        assert_eq!(fault.to_string().parse(), Ok(*fault));
        assert!(fault.as_str().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
    }
    let names: HashSet<_> = Fault::ALL.iter().map(|fault| fault.as_str()).collect();
    assert_eq!(names.len(), Fault::ALL.len());
    for fault in TokenFault::ALL {
        assert_eq!(fault.to_string().parse(), Ok(*fault));
    }
    let error = "ResetAfter".parse::<Fault>().unwrap_err().to_string();
    assert!(error.starts_with(r#""ResetAfter" is not a fault; expected one of reset-before reset-after "#), "{error}");
    let error = "x".parse::<TokenFault>().unwrap_err().to_string();
    assert!(error.ends_with(" created-201"), "{error}");
}

#[tokio::test]
async fn a_fault_does_not_depend_on_the_requests_body() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject([Fault::EmptyOk]);
    let headers = [bearer(&emulator), ("Content-Type", UNLOCK.to_owned())];
    let mut connection = begin(&emulator, "POST", &password_path(&emulator, user), &headers, b"null").await;
    let mut response = String::new();
    connection.read_to_string(&mut response).await.unwrap();
    assert_eq!(parse(&response).status, 200);
    assert_eq!(emulator.requests()[0].body, b"null");
    assert!(emulator.requests()[0].applied);
}
