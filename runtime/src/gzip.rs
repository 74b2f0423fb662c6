//! gzip in memory, with a bound on what comes out.

use std::io::{Read, Write};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use flate2::{Compression, write::GzEncoder};

/// Why bytes could not be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// They are no gzip, or end too early.
    Invalid,
    /// More comes out of them than allowed.
    TooLarge,
}

/// Appends `message`, compressed, to `out`. None never happens: writing to memory doesn't fail.
pub fn compress(out: Vec<u8>, message: &[u8]) -> Option<Vec<u8>> {
    // Level 1: more costs CPU that a small function doesn't have, for a few percent of bytes.
    let mut encoder = GzEncoder::new(out, Compression::fast());
    encoder.write_all(message).ok()?;
    encoder.finish().ok()
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

    proptest! {
        #[test]
        fn gives_back_what_was_packed(prefix in prop::collection::vec(any::<u8>(), 0..9), plain in prop::collection::vec(any::<u8>(), 0..900)) {
            let packed = compress(prefix.clone(), &plain).unwrap();
            prop_assert_eq!(&packed[..prefix.len()], &prefix[..]);
            prop_assert_eq!(decompress(&packed[prefix.len()..], 900).unwrap(), plain);
        }
    }
}
