//! The command that goes on with a run.

use std::path::Path;

use super::Operation;

/// Flags with a value that another run has no use for.
const DROPPED: [&str; 4] = ["--from", "--journal", "--resume", "--column"];

/// The present command, made to go on: all of its flags but those for the input and the journal.
pub(crate) fn resume_command(
    operation: Operation,
    journal: &Path,
    is_standard_input: bool,
    present: impl IntoIterator<Item = String>,
) -> String {
    let name = operation.as_str();
    let mut words = vec!["pingone-password".to_owned(), name.to_owned()];
    // In a program of another name the flags mean something else.
    let mut present = present.into_iter().skip(1).peekable();
    if present.next_if(|word| word == name).is_some() {
        while let Some(word) = present.next() {
            let (flag, value) = word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
            if DROPPED.contains(&flag) {
                if value.is_none() {
                    present.next();
                }
            } else if !matches!(flag, "--yes" | "-y" | "--strict") {
                words.push(word);
            }
        }
    }
    if is_standard_input {
        words.extend(["--from".to_owned(), "-".to_owned()]);
    }
    words.extend(["--resume".to_owned(), journal.display().to_string()]);
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./:=@%+,".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_the_input_is_left_away() {
        let command = |present: &str, is_standard_input| {
            let present = present.split(' ').map(str::to_owned);
            resume_command(Operation::Unlock, Path::new("a b.jsonl"), is_standard_input, present)
        };
        assert_eq!(
            command("x unlock --from a.csv --rate 30/s -y --journal=j --profile p", false),
            "pingone-password unlock --rate 30/s --profile p --resume 'a b.jsonl'"
        );
        assert_eq!(command("x unlock --from=-", true), "pingone-password unlock --from - --resume 'a b.jsonl'");
        assert_eq!(command("test --nocapture", false), "pingone-password unlock --resume 'a b.jsonl'");
    }
}
