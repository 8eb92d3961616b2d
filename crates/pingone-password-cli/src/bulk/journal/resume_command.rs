//! The command that resumes a run.

use std::ffi::{OsStr, OsString};
use std::fmt::Write;
use std::path::Path;

use crate::bulk::options::Operation;

/// Flags of the journal. They are replaced.
const JOURNAL: [&str; 2] = ["--journal", "--resume"];
/// Flags that ended the run, and don't hold for the rest of the users.
const VALVES: [&str; 3] = ["--limit", "--stop-after", "--until"];
/// Flags of the input. They are in the journal, except for standard input, the flags of a resumed run, and names that are
/// not UTF-8.
const INPUT: [&str; 2] = ["--from", "--column"];

/// Returns the command that resumes a run: the current one with the flags of input and journal replaced.
pub(in crate::bulk) fn resume_command(
    operation: Operation,
    journal: &Path,
    arguments: impl IntoIterator<Item = OsString>,
) -> String {
    let name = operation.as_str();
    let mut words: Vec<OsString> = vec!["pingone-password".into(), name.into()];
    // Another program's arguments have another meaning.
    let mut arguments: Vec<_> = arguments.into_iter().skip(1).collect();
    let has_names = has_list_of_names(&arguments);
    let is_resumed = arguments.iter().any(|word| flag_of(word).0 == "--resume");
    if arguments.first().is_some_and(|word| word == name) {
        let mut arguments = arguments.drain(1..).peekable();
        while let Some(word) = arguments.next() {
            let (flag, value) = flag_of(&word);
            if JOURNAL.contains(&&*flag) || INPUT.contains(&&*flag) || flag == "--proxy" {
                // Without a value, it resumes from the newest journal.
                let is_value = |word: &OsString| flag != "--resume" || word == "-" || !starts_with_dash(word);
                let value = value.or_else(|| arguments.next_if(is_value)).unwrap_or_default();
                if flag == "--proxy" {
                    // The URL may contain a password.
                    let has_password = value.as_encoded_bytes().contains(&b'@');
                    words.extend(with_value(&flag, if has_password { "[URL]".into() } else { value }));
                } else if INPUT.contains(&&*flag)
                    && !has_names
                    && (is_resumed || value == "-" || value.to_str().is_none())
                {
                    words.extend(with_value(&flag, value));
                }
            } else if VALVES.contains(&&*flag) || flag == "--where" || flag == "--by" && has_names {
                // A list of names is in the journal, and so are the conditions.
                _ = value.or_else(|| arguments.next());
            } else if !matches!(&*flag, "--yes" | "-y" | "--strict") {
                words.push(word);
            }
        }
    }
    words.extend(with_value("--resume", journal.as_os_str().to_owned()));
    shell_words(words)
}

/// Returns the command that resumes a run, with the settings of its environment.
pub(in crate::bulk) fn command_for(operation: Operation, journal: &Path) -> String {
    resume_command(operation, journal, [])
}

/// Returns whether the users are a list of names.
fn has_list_of_names(arguments: &[OsString]) -> bool {
    let values = |name| {
        arguments.iter().enumerate().filter_map(move |(index, word)| {
            let (flag, value) = flag_of(word);
            (flag == name).then(|| value.or_else(|| arguments.get(index + 1).cloned()))
        })
    };
    values("--from").next().is_some() && values("--by").flatten().any(|by| by == "username" || by == "email")
}

/// Splits a word into a flag and the value after `=`.
fn flag_of(word: &OsStr) -> (String, Option<OsString>) {
    let bytes = word.as_encoded_bytes();
    let Some(end) = bytes.iter().position(|byte| *byte == b'=') else {
        return (word.to_string_lossy().into_owned(), None);
    };
    let flag = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned();
    (flag, Some(after(word, end + 1)))
}

/// Returns the part of a word after an ASCII character.
#[cfg(unix)]
fn after(word: &OsStr, start: usize) -> OsString {
    use std::os::unix::ffi::OsStrExt;

    OsStr::from_bytes(word.as_bytes().get(start..).unwrap_or_default()).to_owned()
}

#[cfg(not(unix))]
fn after(word: &OsStr, start: usize) -> OsString {
    word.to_string_lossy().get(start..).unwrap_or_default().into()
}

/// Returns a flag and its value, as one word if the value would be taken for a flag.
fn with_value(flag: &str, value: OsString) -> Vec<OsString> {
    if value != "-" && starts_with_dash(&value) {
        let mut word = OsString::from(format!("{flag}="));
        word.push(value);
        return vec![word];
    }
    vec![flag.into(), value]
}

fn starts_with_dash(word: &OsStr) -> bool {
    word.as_encoded_bytes().starts_with(b"-")
}

/// Joins words for a shell.
pub(in crate::bulk) fn shell_words(words: impl IntoIterator<Item = OsString>) -> String {
    words.into_iter().map(|word| quoted(&word)).collect::<Vec<_>>().join(" ")
}

/// Quotes a word for a shell. Bytes that can't be printed are escaped as `$'\xff'`, which bash, ksh and zsh understand.
fn quoted(word: &OsStr) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./:=@%+,".contains(character);
    match word.to_str() {
        Some(text) if !text.is_empty() && text.chars().all(is_plain) => text.to_owned(),
        Some(text) if !text.chars().any(char::is_control) => format!("'{}'", text.replace('\'', r"'\''")),
        _ => {
            let mut quoted = String::from("$'");
            for byte in word.as_encoded_bytes() {
                match byte {
                    b'\'' | b'\\' => quoted.extend(['\\', char::from(*byte)]),
                    b' '..=b'~' => quoted.push(char::from(*byte)),
                    // Writing to a string never fails.
                    _ => _ = write!(quoted, "\\x{byte:02x}"),
                }
            }
            quoted + "'"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(journal: &OsStr, arguments: &[&OsStr]) -> String {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned());
        resume_command(Operation::Unlock, Path::new(journal), arguments)
    }

    #[test]
    fn flags_of_the_input_are_removed() {
        let command = |arguments: &str| {
            let arguments: Vec<_> = arguments.split(' ').map(OsStr::new).collect();
            command(OsStr::new("a b.jsonl"), &arguments)
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
        assert_eq!(
            command("x unlock --by username --from - --column who --rate 9/s"),
            "pingone-password unlock --rate 9/s --resume 'a b.jsonl'"
        );
        assert_eq!(command("x unlock --by=email --from a.csv"), "pingone-password unlock --resume 'a b.jsonl'");
        assert_eq!(
            command("x unlock --by username maria --journal j"),
            "pingone-password unlock --by username maria --resume 'a b.jsonl'"
        );
        assert_eq!(
            command("x unlock --from a.csv --resume --rate 9/s --where team=a"),
            "pingone-password unlock --from a.csv --rate 9/s --resume 'a b.jsonl'"
        );
        assert_eq!(command("x unlock --resume"), "pingone-password unlock --resume 'a b.jsonl'");
        assert_eq!(command("x unlock --from=-"), "pingone-password unlock --from - --resume 'a b.jsonl'");
        assert_eq!(command("test --nocapture"), "pingone-password unlock --resume 'a b.jsonl'");
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_the_same_words() {
        use std::os::unix::ffi::OsStrExt;

        for name in [&b"-dash"[..], b"it's", b"two words", b"new\nline", b"\xff\xfe'\\", b"$HOME `x`", b"z\xc3\xb6e"] {
            let name = OsStr::from_bytes(name);
            let words = ["x", "unlock", "--profile", "p q"].map(OsStr::new);
            let command = command(name, &words);
            // Prints each word, ended by a zero byte.
            let script = format!("f() {{ printf '%s\\0' \"$@\"; }}; f {command}");
            let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
            let words: Vec<_> = output.stdout.split(|byte| *byte == 0).map(OsStr::from_bytes).collect();
            assert_eq!(words[..4], ["pingone-password", "unlock", "--profile", "p q"].map(OsStr::new), "{command}");
            let is_dash = name.as_bytes().starts_with(b"-");
            let mut resume = OsString::from("--resume=");
            resume.push(name);
            let expected = if is_dash { vec![resume.as_os_str()] } else { vec![OsStr::new("--resume"), name] };
            assert_eq!(words[4..words.len() - 1], expected, "{command}");
            assert!(!command.contains('\n'), "{command}");
        }
    }
}
