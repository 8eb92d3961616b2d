//! The users to process, each once, in the order of the input. Long lists are sorted on disk, so that a million users take
//! no more memory than ten thousand.

use std::fmt;
use std::io::{self, BufWriter, Seek, Write};

use anyhow::Context;
use pingone_password::UserId;
use tempfile::SpooledTempFile;
use uuid::Uuid;

use super::line::Line;
use super::sorter::{MAX_IN_MEMORY, Sorter, numbers};

const TEMPORARY_FILE: &str = "can't keep the list of users in a temporary file";

/// The users of a run.
pub(crate) struct Worklist {
    ids: Box<dyn Iterator<Item = io::Result<u128>> + Send>,
    pub(crate) counts: Counts,
}

/// The counts of an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Users to process.
    pub(crate) users: u64,
    /// Duplicates.
    pub(crate) duplicates: u64,
    /// Users who were done in an earlier run.
    pub(crate) earlier: u64,
    /// Lines without a valid user.
    pub(crate) invalid: u64,
}

impl Worklist {
    /// Reads all lines, and reports the invalid ones.
    ///
    /// # Errors
    ///
    /// Fails if the input can't be read to its end, or if the list can't be stored.
    pub(crate) fn of(
        lines: impl Iterator<Item = anyhow::Result<Line>>,
        is_earlier: impl Fn(&UserId) -> bool,
        mut report: impl FnMut(u64, &str),
    ) -> anyhow::Result<Self> {
        let mut counts = Counts::default();
        let mut by_id = Sorter::default();
        for (place, line) in (0..).zip(lines) {
            let Line { number, user } = line?;
            match user {
                Ok(user) => by_id.push([Uuid::from(user).as_u128(), place]).context(TEMPORARY_FILE)?,
                Err(problem) => {
                    counts.invalid += 1;
                    report(number, &problem);
                }
            }
        }
        let mut by_place = Sorter::default();
        let mut last = None;
        for pair in by_id.sorted() {
            let [id, place] = pair.context(TEMPORARY_FILE)?;
            if last.replace(id) == Some(id) {
                counts.duplicates += 1;
            } else if is_earlier(&user(id)) {
                counts.earlier += 1;
            } else {
                counts.users += 1;
                by_place.push([place, id]).context(TEMPORARY_FILE)?;
            }
        }
        let ids = write_second(by_place).context(TEMPORARY_FILE)?;
        Ok(Self { ids: Box::new(numbers(ids)), counts })
    }
}

impl Iterator for Worklist {
    type Item = io::Result<UserId>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.ids.next()?.map(user))
    }
}

impl fmt::Debug for Worklist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worklist").field("counts", &self.counts).finish_non_exhaustive()
    }
}

/// Writes the second numbers of the pairs to a file.
fn write_second(pairs: Sorter) -> io::Result<SpooledTempFile> {
    let mut file = BufWriter::new(SpooledTempFile::new(MAX_IN_MEMORY * size_of::<u128>()));
    for pair in pairs.sorted() {
        let [_, id] = pair?;
        file.write_all(&id.to_be_bytes())?;
    }
    let mut file = file.into_inner()?;
    file.rewind()?;
    Ok(file)
}

fn user(id: u128) -> UserId {
    Uuid::from_u128(id).into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Unordered IDs, each three times, with every hundredth line invalid.
    fn lines(count: u64) -> impl Iterator<Item = anyhow::Result<Line>> {
        (1..=count).map(move |number| {
            let user = u128::from(number % (count / 3)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            let user = if number % 100 == 0 { Err("bad".to_owned()) } else { Ok(Uuid::from_u128(user).into()) };
            Ok(Line { number, user })
        })
    }

    #[test]
    fn each_user_comes_once_in_the_order_of_the_input() {
        for count in [9, 3000, 20 * MAX_IN_MEMORY as u64] {
            let is_earlier = |user: &UserId| Uuid::from(*user).as_u128() % 7 == 0;
            let mut invalid = Vec::new();
            let list = Worklist::of(lines(count), is_earlier, |number, _| invalid.push(number)).unwrap();
            let counts = list.counts;
            let mut seen = HashSet::new();
            let (mut users, mut earlier) = (Vec::new(), 0);
            for user in lines(count).filter_map(|line| line.unwrap().user.ok()) {
                match (seen.insert(user), is_earlier(&user)) {
                    (true, true) => earlier += 1,
                    (true, false) => users.push(user),
                    (false, _) => {}
                }
            }
            assert!(list.map(Result::unwrap).eq(users.iter().copied()), "{count}");
            assert_eq!(invalid, (1..=count).filter(|number| number % 100 == 0).collect::<Vec<_>>());
            let duplicates = count - counts.invalid - seen.len() as u64;
            let invalid = invalid.len() as u64;
            assert_eq!(counts, Counts { users: users.len() as u64, duplicates, earlier, invalid }, "{count}");
        }
    }

    #[test]
    fn an_incomplete_input_makes_no_list() {
        let lines = lines(9).chain([Err(anyhow::anyhow!("a quote is missing"))]);
        assert!(Worklist::of(lines, |_| false, |_, _| {}).is_err());
    }
}
