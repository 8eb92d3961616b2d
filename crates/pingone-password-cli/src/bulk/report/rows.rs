//! Writes a row for each user to standard output.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Utc};
use pingone_password::UserId;
use pingone_password::model::PasswordState;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::unread_rows::UnreadRows;
use crate::bulk::journal::{Finished, Outcome};
use crate::bulk::options::{DEFAULT_CONCURRENCY, Operation};
use crate::output::{self, Columns, FIELDS, Format, Row, USER_FIELDS, check_read};
use crate::terminal::stdout_width;

/// The maximum size of the rows that wait for their user or for the reader, in bytes. A larger row waits alone.
const QUEUE_BYTES: usize = 4 << 20;
/// The size that the first rows are taken to have, in bytes: with the default concurrency, none of them waits for another.
const FIRST_ROW: usize = QUEUE_BYTES / DEFAULT_CONCURRENCY;
/// The fields of a bulk run, after those of [`FIELDS`] and before those of [`USER_FIELDS`].
const MORE_FIELDS: [&str; 3] = ["status_before", "requests", "at"];

/// A row of a bulk run.
#[derive(Debug)]
pub(crate) struct BulkRow {
    pub(crate) finished: Finished,
    pub(crate) row: Row,
}

/// Writes rows in a thread of its own, so that users wait for a slow reader only once the queue is full.
#[derive(Debug)]
pub(crate) struct RowWriter {
    sender: RowSender,
    result: oneshot::Receiver<io::Result<()>>,
}

/// Sends rows to the thread.
#[derive(Clone, Debug)]
pub(crate) struct RowSender {
    rows: mpsc::UnboundedSender<QueuedRow>,
    /// The room in the queue, in bytes.
    room: Arc<Semaphore>,
    /// The size that the next rows are taken to have, in bytes.
    row_size: Arc<AtomicUsize>,
    format: Format,
    width: Option<usize>,
    /// The users whose rows may be lost, if the run changes users.
    unread: Option<UnreadRows>,
}

/// The room for a row that is to come.
#[derive(Debug)]
pub(crate) struct RowRoom {
    sender: RowSender,
    room: Option<OwnedSemaphorePermit>,
}

#[derive(Debug)]
struct QueuedRow {
    text: io::Result<String>,
    /// Held until the row is written.
    _room: Option<OwnedSemaphorePermit>,
}

/// The reader of standard output is gone.
#[derive(Debug)]
pub(crate) struct OutputClosed;

impl RowWriter {
    /// Starts the thread. Returns `None` for the table of an unlock: its failures are reported as messages. `unread` keeps the
    /// users of a run that changes them.
    pub(crate) fn new(format: Format, operation: Operation, unread: Option<UnreadRows>) -> Option<Self> {
        if format == Format::Table && operation == Operation::Unlock {
            return None;
        }
        let width = stdout_width();
        let (rows, receiver) = mpsc::unbounded_channel();
        let (done, result) = oneshot::channel();
        // Not one of tokio's threads: the program would wait for it at its end, and the reader may have stalled.
        let kept = unread.clone();
        std::thread::spawn(move || done.send(write_rows(format, width, receiver, kept.as_ref())));
        let (room, row_size) = (Arc::new(Semaphore::new(QUEUE_BYTES)), Arc::new(AtomicUsize::new(FIRST_ROW)));
        let sender = RowSender { rows, room, row_size, format, width, unread };
        Some(Self { sender, result })
    }

    pub(crate) fn sender(&self) -> RowSender {
        self.sender.clone()
    }

    /// Waits until every row is written.
    ///
    /// # Errors
    ///
    /// Fails if standard output can't be written.
    pub(crate) async fn close(self) -> io::Result<()> {
        drop(self.sender);
        self.result.await.unwrap_or(Ok(()))
    }
}

impl RowSender {
    /// Waits until the queue has room for a row. A slow reader so holds back the run before its requests, whose responses would
    /// wait in memory.
    pub(crate) async fn reserve(&self) -> RowRoom {
        let bytes = self.row_size.load(Ordering::Relaxed);
        // The semaphore is never closed.
        let room = Arc::clone(&self.room).acquire_many_owned(permits(bytes)).await.ok();
        RowRoom { sender: self.clone(), room }
    }

    /// Keeps a user for whom nothing was sent, in case that no row can be printed any more.
    pub(crate) fn add_not_sent(&self, user: UserId) {
        if let Some(unread) = self.unread.as_ref().filter(|_| self.rows.is_closed()) {
            unread.add_not_sent(user);
        }
    }
}

impl RowRoom {
    /// Sends a row. If it is larger than expected, it takes the room that there is: to wait for more, while others hold theirs,
    /// could take forever.
    pub(crate) fn send(self, row: &BulkRow) -> Result<(), OutputClosed> {
        let Self { sender: RowSender { rows, room: all, row_size, format, width, unread }, room } = self;
        let text = row.to_text(format, width);
        let size = text.as_ref().map_or(0, String::len);
        let bytes = size.clamp(1, QUEUE_BYTES);
        // Smaller rows lower the size step by step, because large ones may come together.
        row_size.store(bytes.max(row_size.load(Ordering::Relaxed) / 4 * 3), Ordering::Relaxed);
        let room = room.map(|mut room| {
            let reserved = room.num_permits();
            drop(room.split(reserved.saturating_sub(bytes)));
            let missing = bytes.saturating_sub(reserved).min(all.available_permits());
            if let Ok(more) = all.try_acquire_many_owned(permits(missing)) {
                room.merge(more);
            }
            room
        });
        let queue = || rows.send(QueuedRow { text, _room: room }).map_err(|_| OutputClosed);
        match unread {
            Some(unread) => unread.add(row.finished.user.parse().ok(), row.finished.outcome, size, queue),
            None => queue(),
        }
    }
}

fn permits(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

fn write_rows(
    format: Format,
    width: Option<usize>,
    mut rows: mpsc::UnboundedReceiver<QueuedRow>,
    unread: Option<&UnreadRows>,
) -> io::Result<()> {
    let mut writer = BufWriter::new(anstream::stdout());
    match format {
        Format::Csv => write!(writer, "{}", output::csv_line(FIELDS.iter().chain(&MORE_FIELDS).chain(&USER_FIELDS))?)?,
        Format::Table => write!(writer, "{}", Columns::State.header(width))?,
        Format::Json => {}
    }
    while let Some(first) = rows.blocking_recv() {
        let mut next = Some(first);
        let mut bytes = 0;
        while let Some(row) = next {
            let text = row.text?;
            writer.write_all(text.as_bytes())?;
            bytes += text.len();
            next = rows.try_recv().ok();
        }
        writer.flush()?;
        if let Some(unread) = unread {
            unread.count_written(bytes);
        }
    }
    writer.flush()?;
    if unread.is_some() { check_read() } else { Ok(()) }
}

impl BulkRow {
    fn to_text(&self, format: Format, width: Option<usize>) -> io::Result<String> {
        let Self { finished, row } = self;
        if format == Format::Table {
            return Ok(Columns::State.row(row, width));
        }
        let Finished { status_before, requests, at, outcome, .. } = finished;
        let result = match outcome {
            Outcome::Skipped | Outcome::WouldUnlock => outcome.as_str(),
            _ => row.result.as_str(),
        };
        if format == Format::Csv {
            let mut values = row.values();
            if let Some(value) = values.get_mut(1) {
                result.clone_into(value);
            }
            let more = [status_before.clone().unwrap_or_default(), requests.to_string(), at.clone()];
            let user = row.user_values().map(str::to_owned);
            return output::csv_line(values.iter().chain(&more).chain(&user));
        }
        let line = serde_json::to_string(&Fields {
            user_id: &row.user_id,
            result,
            status: &row.status,
            last_changed_at: &row.last_changed_at,
            seconds_until_unlock: &row.seconds_until_unlock,
            password_policy_id: &row.password_policy_id,
            password_policy_name: &row.password_policy_name,
            http_status: &row.http_status,
            code: &row.code,
            message: &row.message,
            correlation_id: &row.correlation_id,
            password_state: &row.password_state,
            status_before,
            requests: *requests,
            at,
            username: &row.username,
            name: &row.name,
            account_status: &row.account_status,
        })?;
        Ok(line + "\n")
    }
}

/// The fields of [`Row`] in the same order, with those of a bulk run before the user's.
#[derive(Serialize)]
struct Fields<'a> {
    user_id: &'a str,
    result: &'a str,
    status: &'a Option<String>,
    last_changed_at: &'a Option<DateTime<Utc>>,
    seconds_until_unlock: &'a Option<i64>,
    password_policy_id: &'a Option<String>,
    password_policy_name: &'a Option<String>,
    http_status: &'a Option<u16>,
    code: &'a Option<String>,
    message: &'a Option<String>,
    correlation_id: &'a Option<String>,
    password_state: &'a Option<PasswordState>,
    status_before: &'a Option<String>,
    requests: u32,
    at: &'a str,
    username: &'a Option<String>,
    name: &'a Option<String>,
    account_status: &'a Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Status;

    #[test]
    fn no_field_is_a_formula() {
        let user = "a0000000-0000-8000-8000-000000000001".parse().unwrap();
        let mut finished = Finished::new(user, Outcome::Failed);
        finished.status_before = Some("=1+1".to_owned());
        let mut row = Row::new(user, Status::Failed);
        row.message = Some("\u{1b}[2J".to_owned());
        let text = BulkRow { finished, row }.to_text(Format::Csv, None).unwrap();
        assert!(text.contains(",\\u{1b}[2J,") && text.contains(",'=1+1,"), "{text}");
    }
}
