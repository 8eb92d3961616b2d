//! Sorts more pairs of numbers than fit into memory: in sorted runs on disk, which are merged.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, Write};

use itertools::Itertools;

/// The maximum number of pairs in memory.
pub(crate) const MAX_IN_MEMORY: usize = 1 << 15;

/// Two numbers, sorted by the first one, then by the second one.
pub(crate) type Pair = [u128; 2];

/// Sorts pairs.
#[derive(Debug, Default)]
pub(crate) struct Sorter {
    pairs: Vec<Pair>,
    /// Sorted runs in unnamed files, which vanish with the process.
    runs: Vec<File>,
}

impl Sorter {
    pub(crate) fn push(&mut self, pair: Pair) -> io::Result<()> {
        if self.pairs.len() == MAX_IN_MEMORY {
            self.pairs.sort_unstable();
            let mut run = BufWriter::new(tempfile::tempfile()?);
            for number in self.pairs.drain(..).flatten() {
                run.write_all(&number.to_be_bytes())?;
            }
            let mut run = run.into_inner()?;
            run.rewind()?;
            self.runs.push(run);
        }
        self.pairs.push(pair);
        Ok(())
    }

    /// Returns all pairs in order. After an error, pairs may be missing.
    pub(crate) fn sorted(mut self) -> impl Iterator<Item = io::Result<Pair>> {
        self.pairs.sort_unstable();
        let on_disk = self.runs.into_iter().map(|run| {
            let pairs = numbers(run).tuples().map(|(first, second)| Ok([first?, second?]));
            Box::new(pairs) as Box<dyn Iterator<Item = io::Result<Pair>>>
        });
        let in_memory = Box::new(self.pairs.into_iter().map(Ok)) as _;
        // Errors sort first.
        on_disk.chain([in_memory]).kmerge_by(|one, other| match (one, other) {
            (Ok(one), Ok(other)) => one < other,
            (one, _) => one.is_err(),
        })
    }
}

/// Reads the numbers of a file.
pub(crate) fn numbers(file: impl Read) -> impl Iterator<Item = io::Result<u128>> {
    let mut file = BufReader::new(file);
    std::iter::from_fn(move || {
        let mut number = [0; size_of::<u128>()];
        match file.read_exact(&mut number) {
            Ok(()) => Some(Ok(u128::from_be_bytes(number))),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => None,
            Err(error) => Some(Err(error)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_come_in_order_however_many() {
        for count in [0, 1, MAX_IN_MEMORY, MAX_IN_MEMORY + 1, 5 * MAX_IN_MEMORY + 7] {
            let pairs = (0..count as u128).map(|number| [number % 1000, number.wrapping_mul(0x9e37_79b9_7f4a_7c15)]);
            let pairs: Vec<Pair> = pairs.collect();
            let mut sorter = Sorter::default();
            for pair in &pairs {
                sorter.push(*pair).unwrap();
            }
            let given: Vec<_> = sorter.sorted().map(Result::unwrap).collect();
            assert!(given == pairs.into_iter().sorted().collect::<Vec<_>>(), "{count}");
        }
    }
}
