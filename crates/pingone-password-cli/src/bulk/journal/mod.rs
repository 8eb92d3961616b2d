//! The journal: the result of each user on disk, from which a run is resumed.

mod checksum;
mod earlier_users;
mod newest;
mod record;
mod replay;
mod resume_command;
mod writer;

pub(super) use checksum::is_intact;
pub(super) use earlier_users::EarlierUsers;
pub(super) use newest::newest;
pub(super) use record::{Finished, Header, JournalRecord, Outcome, Settings, VERSION, Who, now};
pub(super) use replay::Replay;
pub(super) use resume_command::{command_for, resume_command};
pub(super) use writer::{Journal, JournalError, JournalWriter};
