//! Code of a user of the base, which names every item and every type of it.

use std::collections::BTreeMap;

use api::{Request, Secret, UserId, operations, requests, types};
use chrono::{DateTime, Utc};
use client::of::MODULE as api;
use uuid::Uuid;

pub fn read(user: UserId) -> requests::ReadState {
    let request =
        requests::ReadState::new(user, "2026", "2027").expand(types::Expand::Policy).limit(3_i64).x_audit("ticket");
    let _: &UserId = &request.user_id;
    let _: &Option<types::Expand> = &request.expand;
    let _: &Option<i64> = &request.limit;
    let _: &String = &request.since;
    let _: &String = &request.before;
    let _: &Option<String> = &request.x_audit;
    request
}

pub fn password() -> types::NewPassword {
    let body = types::NewPassword::new(Secret::from("new"))
        .force_change(true)
        .hint("a hint")
        .kind(types::NewPasswordKind::Plain)
        .extra("more", 1);
    let _: &Secret = &body.value;
    let _: &Option<bool> = &body.force_change;
    let _: &Option<String> = &body.hint;
    match &body.kind {
        Some(types::NewPasswordKind::Plain | types::NewPasswordKind::Hashed) | None => {}
        Some(_) => {}
    }
    body
}

pub fn note() -> types::Note {
    let note = types::Note::new("text").author("me").mood(types::NoteMood::Good);
    let _: &String = &note.text;
    let _: &Option<String> = &note.author;
    match &note.mood {
        Some(types::NoteMood::Good | types::NoteMood::Bad | types::NoteMood::Unrecognized(_)) | None => {}
        Some(_) => {}
    }
    note
}

pub fn writes(user: UserId) -> (requests::Unlock, requests::SetPassword, requests::WriteNote, requests::DeleteNote) {
    let unlock = requests::Unlock::new(user);
    let set = requests::SetPassword::new(user, password());
    let write = requests::WriteNote::new(user, note());
    let delete = requests::DeleteNote::new(user);
    let _: (&UserId, &UserId) = (&unlock.user_id, &delete.user_id);
    let _: &types::NewPassword = &set.body;
    let _: &types::Note = &write.body;
    (unlock, set, write, delete)
}

pub fn outputs(
    read: <requests::ReadState as Request>::Output,
    unlock: <requests::Unlock as Request>::Output,
    set: <requests::SetPassword as Request>::Output,
    write: <requests::WriteNote as Request>::Output,
    delete: <requests::DeleteNote as Request>::Output,
) -> (types::State, Option<types::State>, Option<types::State>, Option<types::Note>, ()) {
    (read, unlock, set, write, delete)
}

pub fn state(state: &types::State) {
    let _: &Option<DateTime<Utc>> = &state.changed_at;
    let _: &Option<i64> = &state.until;
    let _: &Option<f64> = &state.share;
    let _: &Option<types::Reference> = &state.owner;
    let _: &Option<types::Reference> = &state.approver;
    let _: &Option<String> = &state.label;
    let _: &Option<Vec<String>> = &state.tags;
    let _: &Option<BTreeMap<String, types::Link>> = &state.links;
    let _: &Option<types::StateLockout> = &state.lockout;
    let _: Option<&serde_json::Value> = state.extra.get("more");
    match &state.status {
        types::Status::Ok | types::Status::LockedOut | types::Status::Expired => {}
        types::Status::Unrecognized(_) => {}
        _ => {}
    }
}

pub fn parts(link: &types::Link, reference: &types::Reference, lockout: &types::StateLockout, error: &types::ApiError) {
    let _: &String = &link.href;
    let _: &Uuid = &reference.id;
    let _: &Option<i64> = &lockout.attempts;
    match &lockout.reason {
        Some(types::StateLockoutReason::Failures | types::StateLockoutReason::Administrator) | None => {}
        Some(types::StateLockoutReason::Unrecognized(_) | _) => {}
    }
    let _: (&Option<String>, &Option<String>) = (&error.code, &error.message);
    match types::Expand::Policy {
        types::Expand::Policy | types::Expand::User => {}
        _ => {}
    }
}

pub fn table() -> [&'static operations::Operation; 5] {
    [
        &operations::READ_STATE,
        &operations::UNLOCK,
        &operations::SET_PASSWORD,
        &operations::WRITE_NOTE,
        &operations::DELETE_NOTE,
    ]
}
