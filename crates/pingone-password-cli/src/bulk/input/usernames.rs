//! The usernames of a list of names, on disk, in the order of the list.

use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use tempfile::SpooledTempFile;

/// The size of the usernames in memory, in bytes. More are on disk.
const MAX_IN_MEMORY: usize = 1 << 20;

/// Usernames that are being written, each with its place in the list.
#[derive(Debug)]
pub(super) struct Usernames(BufWriter<SpooledTempFile>);

impl Default for Usernames {
    fn default() -> Self {
        Self(BufWriter::new(SpooledTempFile::new(MAX_IN_MEMORY)))
    }
}

impl Usernames {
    /// Adds the username at a place after the last one.
    pub(super) fn push(&mut self, place: u64, username: &str) -> io::Result<()> {
        self.0.write_all(&place.to_be_bytes())?;
        self.0.write_all(&(username.len() as u64).to_be_bytes())?;
        self.0.write_all(username.as_bytes())
    }

    /// Reads them back.
    pub(super) fn into_reader(self) -> io::Result<UsernameReader> {
        let mut file = self.0.into_inner()?;
        file.rewind()?;
        Ok(UsernameReader { file: BufReader::new(file), next: None })
    }
}

/// Reads usernames in the order of their places.
#[derive(Debug)]
pub(super) struct UsernameReader {
    file: BufReader<SpooledTempFile>,
    next: Option<(u64, String)>,
}

impl UsernameReader {
    /// Returns the username at a place after the last one that was asked for, if there is one.
    pub(super) fn at(&mut self, place: u64) -> io::Result<Option<String>> {
        loop {
            match self.next.take().map_or_else(|| self.read(), |next| Ok(Some(next)))? {
                Some((other, username)) if other == place => return Ok(Some(username)),
                Some((other, _)) if other < place => {}
                later => {
                    self.next = later;
                    return Ok(None);
                }
            }
        }
    }

    /// Starts again with the first one.
    pub(super) fn rewind(&mut self) -> io::Result<()> {
        self.next = None;
        self.file.rewind()
    }

    fn read(&mut self) -> io::Result<Option<(u64, String)>> {
        let place = match self.number() {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            place => place?,
        };
        let mut username = vec![0; usize::try_from(self.number()?).map_err(io::Error::other)?];
        self.file.read_exact(&mut username)?;
        Ok(Some((place, String::from_utf8(username).map_err(io::Error::other)?)))
    }

    fn number(&mut self) -> io::Result<u64> {
        let mut bytes = [0; size_of::<u64>()];
        self.file.read_exact(&mut bytes).map(|()| u64::from_be_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_are_found_by_their_places() {
        let mut usernames = Usernames::default();
        for place in [1, 2, 4, 7] {
            usernames.push(place, &format!("user{place}")).unwrap();
        }
        let mut reader = usernames.into_reader().unwrap();
        for _ in 0..2 {
            let found: Vec<_> = [0, 2, 3, 4, 9].map(|place| reader.at(place).unwrap()).into_iter().collect();
            assert_eq!(found, [None, Some("user2".to_owned()), None, Some("user4".to_owned()), None]);
            reader.rewind().unwrap();
        }
    }
}
