//! gzip in memory, with a limit on the output.

use std::cell::RefCell;
use std::io::Read;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// A gzip header (RFC 1952) without name or time, from an unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];
/// Its checksum and length.
const TRAILER: usize = 8;

/// Why bytes could not be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// They are not gzip, or are truncated.
    Invalid,
    /// The output is larger than allowed.
    TooLarge,
}

thread_local! {
    /// Its tables are larger than the data that it compresses after most invocations: creating them each time cost more
    /// than the compression itself, since the allocator returned the memory and allocated it again.
    static DEFLATE: RefCell<Option<Compress>> = const { RefCell::new(None) };
}

/// Appends `message`, compressed, to `out`. `None` never happens: writing to memory always succeeds.
pub fn compress(out: Vec<u8>, message: &[u8]) -> Option<Vec<u8>> {
    DEFLATE.with_borrow_mut(|kept| {
        // Level 1: higher levels cost CPU time that a small function does not have, for a few percent of bytes.
        let deflate = kept.get_or_insert_with(|| Compress::new(Compression::fast(), false));
        let packed = compress_with(deflate, out, message);
        deflate.reset();
        packed
    })
}

fn compress_with(deflate: &mut Compress, mut out: Vec<u8>, message: &[u8]) -> Option<Vec<u8>> {
    let mut checksum = Crc::new();
    checksum.update(message);
    out.reserve(HEADER.len() + message.len() / 4 + 64 + TRAILER);
    out.extend_from_slice(&HEADER);
    loop {
        let taken = usize::try_from(deflate.total_in()).ok()?;
        let rest = message.get(taken..)?;
        // Zero the first time, unless the message does not become smaller.
        out.reserve(rest.len() / 4 + 64);
        if deflate.compress_vec(rest, &mut out, FlushCompress::Finish).ok()? == Status::StreamEnd {
            break;
        }
    }
    out.extend_from_slice(&checksum.sum().to_le_bytes());
    out.extend_from_slice(&checksum.amount().to_le_bytes());
    Some(out)
}

/// Unpacks at most `limit` bytes.
pub fn decompress(packed: &[u8], limit: usize) -> Result<Bytes, Failure> {
    let mut plain = Vec::with_capacity(packed.len().saturating_mul(3).min(limit));
    let one_more = (limit as u64).saturating_add(1);
    match MultiGzDecoder::new(packed).take(one_more).read_to_end(&mut plain) {
        Err(_) => Err(Failure::Invalid),
        Ok(size) if size > limit => Err(Failure::TooLarge),
        Ok(_) => Ok(plain.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bounds_what_comes_out() {
        let bomb = compress(Vec::new(), &[0; 1001]).unwrap();
        assert_eq!(decompress(&bomb, 1000), Err(Failure::TooLarge));
        assert_eq!(decompress(&bomb, 1001).unwrap().len(), 1001);
    }

    #[test]
    fn other_bytes_are_no_gzip() {
        assert_eq!(decompress(b"hello", 10), Err(Failure::Invalid));
        let whole = compress(Vec::new(), b"hello").unwrap();
        assert_eq!(decompress(&whole[..whole.len() - 1], 10), Err(Failure::Invalid));
    }

    #[test]
    fn what_does_not_become_smaller_is_whole_too() {
        // Numbers without a pattern, more than the initially reserved space.
        let mut state = 1u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(300_000)
        .collect();
        for message in [&noise[..], &noise[..70_000], b""] {
            let packed = compress(Vec::new(), message).unwrap();
            assert_eq!(decompress(&packed, noise.len()).unwrap(), message);
        }
    }

    proptest! {
        #[test]
        fn gives_back_what_was_packed(prefix in prop::collection::vec(any::<u8>(), 0..9), plain in prop::collection::vec(any::<u8>(), 0..900)) {
            let packed = compress(prefix.clone(), &plain).unwrap();
            prop_assert_eq!(&packed[..prefix.len()], &prefix[..]);
            prop_assert_eq!(decompress(&packed[prefix.len()..], 900).unwrap(), plain);
        }
    }
}
