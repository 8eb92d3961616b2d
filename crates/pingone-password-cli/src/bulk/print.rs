//! One line for each user on standard output: for programs, and for people the states that were read.

use std::io::{self, BufWriter, Write};

use chrono::{DateTime, Utc};
use pingone_password::model::PasswordState;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use super::Operation;
use super::record::{Finished, Outcome};
use crate::output::{self, Columns, FIELDS, Format};

/// How many lines wait for whoever reads them.
const WAITING: usize = 1024;
/// What there is for one of many users, beyond what there is for one.
const MORE_FIELDS: [&str; 3] = ["status_before", "requests", "at"];

/// What a line is made of.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) finished: Finished,
    pub(crate) output: output::Record,
}

/// Prints, in a thread of its own: nobody has to wait for a reader that takes its time, until there is no more room.
#[derive(Debug)]
pub(crate) struct BulkPrinter {
    sender: mpsc::Sender<Box<Line>>,
    result: oneshot::Receiver<io::Result<()>>,
}

impl BulkPrinter {
    /// None where there are no lines for each user: of an unlock, a table has the failures only, and those are said.
    pub(crate) fn new(format: Format, operation: Operation) -> Option<Self> {
        if format == Format::Table && operation == Operation::Unlock {
            return None;
        }
        let (sender, receiver) = mpsc::channel(WAITING);
        let (done, result) = oneshot::channel();
        // Not one of tokio's threads: the program's end waits for those, and a reader may never go on.
        std::thread::spawn(move || done.send(print(format, receiver)));
        Some(Self { sender, result })
    }

    /// Where lines go; once that fails, nobody reads any more.
    pub(crate) fn sender(&self) -> mpsc::Sender<Box<Line>> {
        self.sender.clone()
    }

    /// Waits until everything is printed.
    ///
    /// # Errors
    ///
    /// Why it couldn't be.
    pub(crate) async fn close(self) -> io::Result<()> {
        drop(self.sender);
        self.result.await.unwrap_or(Ok(()))
    }
}

fn print(format: Format, mut lines: mpsc::Receiver<Box<Line>>) -> io::Result<()> {
    // Colours go where someone sees them.
    let mut writer = BufWriter::new(anstream::stdout());
    match format {
        Format::Csv => write!(writer, "{}", output::csv_line(FIELDS.iter().chain(&MORE_FIELDS))?)?,
        Format::Table => writeln!(writer, "{}", Columns::State.header())?,
        Format::Json => {}
    }
    while let Some(first) = lines.blocking_recv() {
        let mut next = Some(first);
        while let Some(line) = next {
            writer.write_all(line.to_text(format)?.as_bytes())?;
            next = lines.try_recv().ok();
        }
        writer.flush()?;
    }
    writer.flush()
}

impl Line {
    fn to_text(&self, format: Format) -> io::Result<String> {
        let Self { finished, output } = self;
        if format == Format::Table {
            return Ok(Columns::State.row(output) + "\n");
        }
        let Finished { status_before, requests, at, outcome, .. } = finished;
        let result = match outcome {
            Outcome::Skipped | Outcome::WouldUnlock => outcome.as_str(),
            _ => output.result.as_str(),
        };
        if format == Format::Csv {
            let mut values = output.values();
            if let Some(value) = values.get_mut(1) {
                result.clone_into(value);
            }
            let more = [status_before.clone().unwrap_or_default(), requests.to_string(), at.clone()];
            return output::csv_line(values.iter().chain(&more));
        }
        let line = serde_json::to_string(&Fields {
            user_id: &output.user_id,
            result,
            status: &output.status,
            last_changed_at: &output.last_changed_at,
            seconds_until_unlock: &output.seconds_until_unlock,
            password_policy_id: &output.password_policy_id,
            password_policy_name: &output.password_policy_name,
            http_status: &output.http_status,
            code: &output.code,
            message: &output.message,
            correlation_id: &output.correlation_id,
            password_state: &output.password_state,
            status_before,
            requests: *requests,
            at,
        })?;
        Ok(line + "\n")
    }
}

/// The fields of one user's output, in the same order, and those beyond.
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_said_is_no_formula_in_any_field() {
        let user = "a0000000-0000-8000-8000-000000000001".parse().unwrap();
        let mut finished = Finished::new(user, Outcome::Failed);
        finished.status_before = Some("=1+1".to_owned());
        let mut output = output::Record::new(user, output::Became::Failed);
        output.message = Some("\u{1b}[2J".to_owned());
        let text = Line { finished, output }.to_text(Format::Csv).unwrap();
        assert!(text.contains(",\\u{1b}[2J,") && text.contains(",'=1+1,"), "{text}");
    }
}
