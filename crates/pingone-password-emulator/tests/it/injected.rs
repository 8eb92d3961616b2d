//! An unlock with a fault, its response, and the checks that hold for every fault.

use pingone_password_emulator::{Builder, Emulator, Fault, Operation, Status};
use serde_json::Value;
use tokio::io::AsyncReadExt;
use uuid::Uuid;

use crate::wire::{Reply, begin, parse, read, request};

/// An unlock with a fault.
pub(crate) struct Injected {
    pub(crate) emulator: Emulator,
    pub(crate) user: Uuid,
    pub(crate) received: Vec<u8>,
}

impl Injected {
    /// Sends an unlock with this fault, and checks its record.
    pub(crate) async fn by(fault: Fault, status: u16, applied: bool) -> Self {
        Self::at(Emulator::builder(), fault, status, applied).await
    }

    pub(crate) async fn at(builder: Builder, fault: Fault, status: u16, applied: bool) -> Self {
        let emulator = builder.start().await.unwrap();
        let user = emulator.add_user(Status::PasswordLockedOut);
        emulator.inject([fault]);
        let (method, path, headers) = request(&emulator, user, Operation::Unlock);
        let mut connection = begin(&emulator, method, &path, &headers, b"").await;
        let mut received = Vec::new();
        connection.read_to_end(&mut received).await.unwrap();

        assert_eq!((fault.status(), fault.applies()), (Some(status), applied));
        let recorded = &emulator.requests()[0];
        assert_eq!((recorded.fault, recorded.status, recorded.applied), (Some(fault), Some(status), applied));
        assert_eq!(emulator.unlocks(user), usize::from(applied));
        let expected = if applied { Status::Ok } else { Status::PasswordLockedOut };
        assert_eq!(emulator.status(user), Some(expected));
        let injected = Self { emulator, user, received };
        assert_eq!(injected.reply().status, status);
        injected
    }

    pub(crate) fn reply(&self) -> Reply {
        parse(&String::from_utf8_lossy(&self.received))
    }

    /// Reads the password state without a fault.
    pub(crate) async fn state(&self) -> Value {
        read(&self.emulator, self.user, "").await.json()
    }
}
