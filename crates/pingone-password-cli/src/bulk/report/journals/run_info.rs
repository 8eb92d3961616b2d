//! Who did what, where and why: from the headers of the journals.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::bulk::journal::{Header, Who};
use crate::bulk::options::Operation;
use crate::lock::Lock;

/// What the headers say. Several journals of one incident mostly agree.
#[derive(Debug, Default)]
pub(super) struct RunInfo {
    pub(super) journals: Vec<PathBuf>,
    /// Those of a few users per run, which are not resumed.
    pub(super) trails: BTreeSet<PathBuf>,
    pub(super) operations: BTreeSet<&'static str>,
    /// What the unlocks unlocked.
    pub(super) locks: Vec<Lock>,
    pub(super) environments: BTreeSet<String>,
    pub(super) servers: BTreeSet<String>,
    pub(super) transactions: BTreeSet<String>,
    pub(super) operators: BTreeSet<String>,
    pub(super) hosts: BTreeSet<String>,
    pub(super) versions: BTreeSet<String>,
    pub(super) reasons: BTreeSet<String>,
    pub(super) inputs: BTreeSet<String>,
    pub(super) invalid_lines: u64,
    /// The users of all lists. None if a header doesn't say.
    pub(super) users: Option<u64>,
    headers: u64,
}

/// Joins what several journals say. Nothing if none says it.
pub(super) fn joined(texts: &BTreeSet<String>) -> Option<String> {
    (!texts.is_empty()).then(|| texts.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
}

impl RunInfo {
    pub(super) fn add_journal(&mut self, path: &Path) {
        self.journals.push(path.to_owned());
    }

    pub(super) fn add_header(&mut self, header: Header) {
        if !header.resumable {
            self.trails.extend(self.journals.last().cloned());
        }
        self.operations.insert(header.operation.as_str());
        let lock = header.settings.lock;
        if header.operation == Operation::Unlock && !self.locks.contains(&lock) {
            self.locks.push(lock);
        }
        self.environments.insert(header.environment_id);
        self.servers.insert(header.base_url);
        self.transactions.extend(header.transaction_id);
        self.inputs.extend(header.input);
        self.invalid_lines += header.invalid_lines;
        let earlier = if self.headers == 0 { Some(0) } else { self.users };
        self.users = earlier.zip(header.users).map(|(earlier, users)| earlier + users);
        self.headers += 1;
        self.add_who(header.who);
    }

    pub(super) fn add_who(&mut self, who: Who) {
        let Who { operator, host, tool_version, reason } = who;
        self.operators.extend(operator);
        self.hosts.extend(host);
        self.versions.extend(tool_version);
        self.reasons.extend(reason);
    }
}
