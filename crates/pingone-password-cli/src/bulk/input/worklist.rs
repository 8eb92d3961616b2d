//! The users to process, each once, in the order of the list. Long lists are sorted on disk, so that a million users take no
//! more memory than ten thousand.

use std::fmt;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use anyhow::Context;
use pingone_password::UserId;
use sha2::{Digest, Sha256};
use tempfile::SpooledTempFile;
use uuid::Uuid;

use super::sorter::{MAX_IN_MEMORY, Pair, Sorter};
use super::usernames::{UsernameReader, Usernames};
use crate::bulk::shard::Shard;

const TEMPORARY_FILE: &str = "can't keep the list of users in a temporary file";
/// The size of a user in the temporary file: the ID, the place in the list, and whether the unlock is pending.
const RECORD: usize = size_of::<u128>() + size_of::<u64>() + 1;

/// The result of earlier runs for a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bulk) enum Earlier {
    /// The user is done.
    Done,
    /// The unlock may have been applied.
    Pending,
}

/// A user of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bulk) struct Listed {
    pub(in crate::bulk) user: UserId,
    /// The username, if the user was found by name.
    pub(in crate::bulk) username: Option<String>,
    /// Whether an earlier run's unlock may have been applied.
    pub(in crate::bulk) is_pending: bool,
}

/// The users of a run.
pub(in crate::bulk) struct Worklist {
    file: BufReader<SpooledTempFile>,
    usernames: UsernameReader,
    pub(in crate::bulk) counts: Counts,
    /// The SHA-256 of the distinct user IDs, in the order of the IDs: it identifies a list whatever its file looks like.
    pub(in crate::bulk) digest: String,
}

/// The counts of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::bulk) struct Counts {
    /// Users to process.
    pub(in crate::bulk) users: u64,
    /// Duplicates.
    pub(in crate::bulk) duplicates: u64,
    /// Users who were done in an earlier run.
    pub(in crate::bulk) earlier: u64,
    /// Lines without a valid user.
    pub(in crate::bulk) invalid: u64,
    /// Users who are left out.
    pub(in crate::bulk) excluded: u64,
    /// Lines with users of other shards.
    pub(in crate::bulk) elsewhere: u64,
}

/// Collects users.
#[derive(Debug, Default)]
pub(in crate::bulk) struct WorklistBuilder {
    by_id: Sorter,
    usernames: Usernames,
    count: u64,
    shard: Option<Shard>,
    elsewhere: u64,
    excluded: Sorter,
}

impl WorklistBuilder {
    /// Starts a list of this shard's users, or of all.
    pub(in crate::bulk) fn of(shard: Option<Shard>) -> Self {
        Self { shard, ..Self::default() }
    }

    /// Leaves out a user, wherever the list has it.
    ///
    /// # Errors
    ///
    /// Fails if the temporary file can't be written.
    pub(in crate::bulk) fn exclude(&mut self, user: UserId) -> anyhow::Result<()> {
        self.excluded.push([Uuid::from(user).as_u128(), 0]).context(TEMPORARY_FILE)
    }

    /// Adds a user.
    ///
    /// # Errors
    ///
    /// Fails if the temporary file can't be written.
    pub(in crate::bulk) fn push(&mut self, user: UserId) -> anyhow::Result<()> {
        self.push_named(user, None)
    }

    /// Adds a user who was found by name.
    ///
    /// # Errors
    ///
    /// Fails if a temporary file can't be written.
    pub(in crate::bulk) fn push_named(&mut self, user: UserId, username: Option<&str>) -> anyhow::Result<()> {
        if self.shard.is_some_and(|shard| !shard.has(user)) {
            self.elsewhere += 1;
            return Ok(());
        }
        self.by_id.push([Uuid::from(user).as_u128(), self.count.into()]).context(TEMPORARY_FILE)?;
        if let Some(username) = username {
            self.usernames.push(self.count, username).context(TEMPORARY_FILE)?;
        }
        self.count += 1;
        Ok(())
    }

    /// Makes the worklist. `earlier` has the users of earlier runs in the order of their IDs. With `doubts_all`, the unlock of
    /// any other user may have been applied, too.
    ///
    /// # Errors
    ///
    /// Fails if a temporary file can't be read or written.
    pub(in crate::bulk) fn finish(
        self,
        earlier: impl Iterator<Item = io::Result<(u128, Earlier)>>,
        doubts_all: bool,
        invalid: u64,
    ) -> anyhow::Result<Worklist> {
        let mut counts = Counts { invalid, elsewhere: self.elsewhere, ..Counts::default() };
        let mut excluded = self.excluded.sorted().peekable();
        let mut digest = Sha256::new();
        let mut earlier = earlier.peekable();
        let mut by_place = Sorter::default();
        let mut last = None;
        for pair in self.by_id.sorted() {
            let [id, place] = pair.context(TEMPORARY_FILE)?;
            if last.replace(id) == Some(id) {
                counts.duplicates += 1;
                continue;
            }
            while excluded.next_if(|next| next.as_ref().is_ok_and(|[other, _]| *other < id)).is_some() {}
            if let Some(next) = excluded.next_if(|next| next.as_ref().map_or(true, |[other, _]| *other == id)) {
                next.context(TEMPORARY_FILE)?;
                counts.excluded += 1;
                continue;
            }
            digest.update(id.to_be_bytes());
            // Both are sorted, so users of earlier runs before this one are not in the list.
            while earlier.next_if(|next| next.as_ref().is_ok_and(|(other, _)| *other < id)).is_some() {}
            let matching = earlier.next_if(|next| next.as_ref().map_or(true, |(other, _)| *other == id));
            match matching.transpose().context(TEMPORARY_FILE)? {
                Some((_, Earlier::Done)) => counts.earlier += 1,
                state => {
                    counts.users += 1;
                    by_place
                        .push([place << 1 | u128::from(doubts_all || state.is_some()), id])
                        .context(TEMPORARY_FILE)?;
                }
            }
        }
        let file = write_users(by_place).context(TEMPORARY_FILE)?;
        let usernames = self.usernames.into_reader().context(TEMPORARY_FILE)?;
        Ok(Worklist { file: BufReader::new(file), usernames, counts, digest: format!("{:x}", digest.finalize()) })
    }
}

/// Writes the users in the order of the list.
fn write_users(by_place: Sorter) -> io::Result<SpooledTempFile> {
    let mut file = BufWriter::new(SpooledTempFile::new(MAX_IN_MEMORY * RECORD));
    for pair in by_place.sorted() {
        let [place, id]: Pair = pair?;
        file.write_all(&id.to_be_bytes())?;
        file.write_all(&u64::try_from(place >> 1).unwrap_or(u64::MAX).to_be_bytes())?;
        file.write_all(&[u8::from(place & 1 == 1)])?;
    }
    let mut file = file.into_inner()?;
    file.rewind()?;
    Ok(file)
}

impl Worklist {
    /// Starts again with the first user.
    ///
    /// # Errors
    ///
    /// Fails if the temporary file can't be read.
    pub(in crate::bulk) fn rewind(&mut self) -> anyhow::Result<()> {
        self.file.rewind().and_then(|()| self.usernames.rewind()).context(TEMPORARY_FILE)
    }
}

impl Iterator for Worklist {
    type Item = io::Result<Listed>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut record = [0; RECORD];
        match self.file.read_exact(&mut record) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return None,
            Err(error) => return Some(Err(error)),
        }
        let (rest, is_pending) = record.split_last_chunk::<1>()?;
        let (id, place) = rest.split_last_chunk()?;
        let id = u128::from_be_bytes(id.try_into().ok()?);
        let username = self.usernames.at(u64::from_be_bytes(*place));
        Some(username.map(|username| Listed { user: user(id), username, is_pending: *is_pending == [1] }))
    }
}

impl fmt::Debug for Worklist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worklist").field("counts", &self.counts).finish_non_exhaustive()
    }
}

fn user(id: u128) -> UserId {
    Uuid::from_u128(id).into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Unordered IDs, each three times.
    fn ids(count: u64) -> impl Iterator<Item = u128> {
        (1..=count)
            .map(move |number| u128::from(number % (count / 3)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
    }

    fn list(ids: impl Iterator<Item = u128>, earlier: Vec<(u128, Earlier)>) -> Worklist {
        let mut builder = WorklistBuilder::default();
        for id in ids {
            builder.push(user(id)).unwrap();
        }
        builder.finish(earlier.into_iter().map(Ok), false, 0).unwrap()
    }

    #[test]
    fn each_user_comes_once_in_the_order_of_the_input() {
        for count in [9, 3000, 20 * MAX_IN_MEMORY as u64] {
            let earlier_of = |id: u128| match id % 7 {
                0 => Some(Earlier::Done),
                1 => Some(Earlier::Pending),
                _ => None,
            };
            let mut earlier: Vec<_> = ids(count).filter_map(|id| Some((id, earlier_of(id)?))).collect();
            // One who is not in the list.
            earlier.push((5, Earlier::Done));
            earlier.sort_by_key(|(id, _)| *id);
            earlier.dedup_by_key(|(id, _)| *id);
            let list = list(ids(count), earlier);
            let counts = list.counts;
            let mut seen = HashSet::new();
            let (mut users, mut done) = (Vec::new(), 0);
            for id in ids(count).filter(|id| seen.insert(*id)) {
                match earlier_of(id) {
                    Some(Earlier::Done) => done += 1,
                    state => users.push(Listed { user: user(id), username: None, is_pending: state.is_some() }),
                }
            }
            assert!(list.map(Result::unwrap).eq(users.iter().cloned()), "{count}");
            let duplicates = count - seen.len() as u64;
            assert_eq!(
                counts,
                Counts { users: users.len() as u64, duplicates, earlier: done, ..Counts::default() },
                "{count}"
            );
        }
    }

    #[test]
    fn excluded_users_are_left_out_wherever_they_are() {
        let mut builder = WorklistBuilder::default();
        for id in [7, 3, 9, 3, 1] {
            builder.push(user(id)).unwrap();
        }
        for id in [3, 8, 9, 9, 2] {
            builder.exclude(user(id)).unwrap();
        }
        let excluding = builder.finish(std::iter::empty(), false, 0).unwrap();
        assert_eq!(excluding.counts, Counts { users: 2, duplicates: 1, excluded: 2, ..Counts::default() });
        assert_eq!(excluding.digest, list([7, 1].into_iter(), Vec::new()).digest);
        assert!(excluding.map(|listed| listed.unwrap().user).eq([user(7), user(1)]));
    }

    #[test]
    fn the_ids_identify_a_list() {
        let digest = |ids: &[u128]| list(ids.iter().copied(), Vec::new()).digest;
        assert_eq!(digest(&[1, 2, 3]), digest(&[3, 1, 2, 1]));
        assert_ne!(digest(&[1, 2, 3]), digest(&[1, 2]));
    }
}
