//! The command that resumes a run.

use std::path::Path;

use crate::bulk::options::Operation;

/// Flags of the journal. They are replaced.
const JOURNAL: [&str; 2] = ["--journal", "--resume"];
/// Flags of the input. They are in the journal, except for standard input and the flags of a resumed run.
const INPUT: [&str; 2] = ["--from", "--column"];

/// Returns the command that resumes a run: the current one with the flags of input and journal replaced.
pub(crate) fn resume_command(
    operation: Operation,
    journal: &Path,
    arguments: impl IntoIterator<Item = String>,
) -> String {
    let name = operation.as_str();
    let mut words = vec!["pingone-password".to_owned(), name.to_owned()];
    // Another program's arguments have another meaning.
    let mut arguments: Vec<_> = arguments.into_iter().skip(1).collect();
    let is_resumed = arguments.iter().any(|word| flag_of(word).0 == "--resume");
    if arguments.first().is_some_and(|word| word == name) {
        let mut arguments = arguments.drain(1..);
        while let Some(word) = arguments.next() {
            let (flag, value) = flag_of(&word);
            if JOURNAL.contains(&flag) || INPUT.contains(&flag) || flag == "--proxy" {
                let value = value.map(str::to_owned).or_else(|| arguments.next()).unwrap_or_default();
                if flag == "--proxy" {
                    // The URL may contain a password.
                    let value = if value.contains('@') { "[URL]".to_owned() } else { value };
                    words.extend(["--proxy".to_owned(), value]);
                } else if INPUT.contains(&flag) && (is_resumed || value == "-") {
                    words.extend([flag.to_owned(), value]);
                }
            } else if !matches!(flag, "--yes" | "-y" | "--strict") {
                words.push(word);
            }
        }
    }
    words.extend(["--resume".to_owned(), journal.display().to_string()]);
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// Splits a word into a flag and the value after `=`.
fn flag_of(word: &str) -> (&str, Option<&str>) {
    word.split_once('=').map_or((word, None), |(flag, value)| (flag, Some(value)))
}

/// Quotes a word for a shell.
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
    fn flags_of_the_input_are_removed() {
        let command = |arguments: &str| {
            let arguments = arguments.split(' ').map(str::to_owned);
            resume_command(Operation::Unlock, Path::new("a b.jsonl"), arguments)
        };
        assert_eq!(
            command("x unlock --from a.csv --rate 30/s -y --journal=j --profile p"),
            "pingone-password unlock --rate 30/s --profile p --resume 'a b.jsonl'"
        );
        assert_eq!(
            command("x unlock --resume j --from moved.csv --column who"),
            "pingone-password unlock --from moved.csv --column who --resume 'a b.jsonl'"
        );
        assert_eq!(command("x unlock --from - --resume=j"), "pingone-password unlock --from - --resume 'a b.jsonl'");
        for proxy in ["--proxy http://me:hunter2@proxy", "--proxy=http://me:hunter2@proxy"] {
            let command = command(&format!("x unlock --from a {proxy}"));
            assert_eq!(command, "pingone-password unlock --proxy '[URL]' --resume 'a b.jsonl'");
        }
        assert!(command("x unlock --proxy http://proxy:1").contains("--proxy http://proxy:1"));
        assert_eq!(command("x unlock --from=-"), "pingone-password unlock --from - --resume 'a b.jsonl'");
        assert_eq!(command("test --nocapture"), "pingone-password unlock --resume 'a b.jsonl'");
    }
}
