//! Sorts more pairs of numbers than there is memory for: in pieces on disk, which are then merged.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, Write};

use itertools::Itertools;

/// So many pairs are in memory at a time.
pub(crate) const AT_ONCE: usize = 1 << 15;

/// Two numbers, of which the first one counts for more.
pub(crate) type Pair = [u128; 2];

/// Takes pairs, and gives them back in order.
#[derive(Debug, Default)]
pub(crate) struct Sorter {
    pairs: Vec<Pair>,
    /// Sorted pieces, in files without a name: they are gone when the program is, however it ends.
    pieces: Vec<File>,
}

impl Sorter {
    pub(crate) fn push(&mut self, pair: Pair) -> io::Result<()> {
        if self.pairs.len() == AT_ONCE {
            self.pairs.sort_unstable();
            let mut piece = BufWriter::new(tempfile::tempfile()?);
            for number in self.pairs.drain(..).flatten() {
                piece.write_all(&number.to_be_bytes())?;
            }
            let mut piece = piece.into_inner()?;
            piece.rewind()?;
            self.pieces.push(piece);
        }
        self.pairs.push(pair);
        Ok(())
    }

    /// All pairs, in order. After an error, there may be some missing.
    pub(crate) fn sorted(mut self) -> impl Iterator<Item = io::Result<Pair>> {
        self.pairs.sort_unstable();
        let on_disk = self.pieces.into_iter().map(|piece| {
            let pairs = numbers(piece).tuples().map(|(first, second)| Ok([first?, second?]));
            Box::new(pairs) as Box<dyn Iterator<Item = io::Result<Pair>>>
        });
        let in_memory = Box::new(self.pairs.into_iter().map(Ok)) as _;
        // An error comes first.
        on_disk.chain([in_memory]).kmerge_by(|one, other| match (one, other) {
            (Ok(one), Ok(other)) => one < other,
            (one, _) => one.is_err(),
        })
    }
}

/// The numbers in a file.
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
        for count in [0, 1, AT_ONCE, AT_ONCE + 1, 5 * AT_ONCE + 7] {
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
