//! The journal: the result of each user on disk, from which a run is resumed or reported.

mod checksum;
mod earlier_users;
mod failure;
mod lines;
mod newest;
mod record;
mod replay;
mod resume_command;
mod trail;
mod writer;

pub(super) use checksum::is_intact;
pub(super) use earlier_users::EarlierUsers;
pub(crate) use failure::is_sent;
pub(super) use lines::Lines;
pub(super) use newest::newest;
pub(crate) use record::{Finished, Header, JournalRecord, Outcome, Settings, VERSION, Who, now};
pub(super) use replay::{Replay, user_of_damaged};
pub(super) use resume_command::{command_for, resume_command, shell_words};
pub(crate) use trail::Trail;
pub(super) use writer::JournalWriter;
pub(crate) use writer::{Journal, JournalError};
