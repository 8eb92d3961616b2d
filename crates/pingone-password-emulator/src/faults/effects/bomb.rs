//! A small gzip body that inflates to a large one.

use std::sync::OnceLock;

use flate2::{Compress, Compression, Crc, FlushCompress};

const MIB: usize = 1024 * 1024;
/// The number of MiB of spaces in front of the tail.
const MIBS: usize = 64;
/// Magic number, deflate, no flags, no time, best compression, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff];

/// Returns 64 MiB of spaces followed by `tail`, in about 64 KiB.
pub(crate) fn gzip_bomb(tail: &[u8]) -> Vec<u8> {
    static SPACES: OnceLock<(Vec<u8>, Crc)> = OnceLock::new();
    let (spaces, crc_of_spaces) = SPACES.get_or_init(spaces);

    let mut crc_of_tail = Crc::new();
    crc_of_tail.update(tail);
    let mut crc = Crc::new();
    crc.combine(crc_of_spaces);
    crc.combine(&crc_of_tail);

    let mut bomb = HEADER.to_vec();
    bomb.extend_from_slice(spaces);
    bomb.extend(deflate(tail, FlushCompress::Finish));
    bomb.extend(crc.sum().to_le_bytes());
    bomb.extend(crc.amount().to_le_bytes());
    bomb
}

/// Deflates one MiB and repeats it: each repetition ends on a byte boundary and has no reference to an earlier one.
fn spaces() -> (Vec<u8>, Crc) {
    let spaces = vec![b' '; MIB];
    let mut crc_of_one = Crc::new();
    crc_of_one.update(&spaces);
    let mut crc = Crc::new();
    (0..MIBS).for_each(|_| crc.combine(&crc_of_one));
    (deflate(&spaces, FlushCompress::Full).repeat(MIBS), crc)
}

fn deflate(bytes: &[u8], flush: FlushCompress) -> Vec<u8> {
    let mut deflated = Vec::with_capacity(bytes.len() + 1024);
    // There is room for all of it, so this neither stops early nor fails.
    _ = Compress::new(Compression::best(), false).compress_vec(bytes, &mut deflated, flush);
    deflated
}
