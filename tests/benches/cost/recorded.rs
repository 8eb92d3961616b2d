//! The recorded instruction counts, one set per toolchain. They are updated on purpose, as snapshots are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Result;

/// Instructions per call, by the row of the table.
pub(crate) type Recorded = BTreeMap<String, u64>;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/cost/instructions.json");
/// What a count may exceed the recorded one by, in percent.
const TOLERANCE: u64 = 3;

/// Replaces what is recorded for this toolchain.
pub(crate) fn record(measured: Recorded) -> Result {
    let mut all = read()?;
    all.insert(toolchain()?, measured);
    fs::write(FILE, serde_json::to_string_pretty(&all)? + "\n")?;
    Ok(())
}

/// Returns the rows that exceed their recorded count by more than 3 %, each as a sentence.
pub(crate) fn check(measured: &Recorded) -> Result<Vec<String>> {
    let (all, toolchain) = (read()?, toolchain()?);
    let recorded = all.get(&toolchain).ok_or_else(|| {
        format!("no instruction counts are recorded for {toolchain}: record those of an earlier commit with `--record`")
    })?;
    Ok(measured
        .iter()
        .filter_map(|(row, &count)| match recorded.get(row) {
            Some(&before) if count * 100 > before * (100 + TOLERANCE) => {
                Some(format!("{row}: {count} instructions per call, {before} recorded"))
            }
            Some(_) => None,
            None => Some(format!("{row}: {count} instructions per call, none recorded")),
        })
        .collect())
}

fn read() -> Result<BTreeMap<String, Recorded>> {
    if !Path::new(FILE).exists() {
        return Ok(BTreeMap::new());
    }
    Ok(serde_json::from_str(&fs::read_to_string(FILE)?)?)
}

/// Returns the compiler's version and its host, such as `1.95.0 x86_64-unknown-linux-gnu`.
fn toolchain() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").current_dir(env!("CARGO_MANIFEST_DIR")).output()?;
    let text = String::from_utf8(output.stdout)?;
    let field = |name| text.lines().find_map(|line| line.strip_prefix(name));
    match (field("release: "), field("host: ")) {
        (Some(release), Some(host)) => Ok(format!("{release} {host}")),
        _ => Err("`rustc -vV` names no release and no host".into()),
    }
}
