//! A gRPC message on the wire: a flag byte for compression, its length in four bytes, the message.

use bytes::Bytes;

use super::status::{Code, Status};
use crate::gzip;

const HEADER: usize = 5;

/// A message with its header, compressed if requested. `None` if it is too long for gRPC, 4 GiB.
pub fn frame(message: &[u8], compress: bool) -> Option<Bytes> {
    let mut out = vec![0; HEADER];
    if compress {
        out = gzip::compress(out, message)?;
    } else {
        out.reserve_exact(message.len());
        out.extend_from_slice(message);
    }
    let length = u32::try_from(out.len() - HEADER).ok()?;
    out[0] = u8::from(compress);
    out[1..HEADER].copy_from_slice(&length.to_be_bytes());
    Some(out.into())
}

/// Assembles the single message of a unary call from its pieces.
#[derive(Debug)]
pub struct MessageReader {
    limit: usize,
    received: Vec<u8>,
    /// The length in the header, once it has arrived.
    announced: Option<usize>,
}

impl MessageReader {
    /// A reader that accepts a message of at most `limit` bytes, as sent and after decompression.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            received: Vec::new(),
            announced: None,
        }
    }

    /// Adds the next piece. A message whose header states too large a size is rejected before it is read.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), Status> {
        self.received.extend_from_slice(piece);
        if self.announced.is_none() {
            self.read_header()?;
        }
        match self.announced {
            Some(length) if self.received.len() > HEADER + length => {
                Err(Status::new(Code::Unimplemented, "the call has more than one message"))
            }
            _ => Ok(()),
        }
    }

    fn read_header(&mut self) -> Result<(), Status> {
        let Some(length) = self.received.get(1..HEADER) else {
            return Ok(());
        };
        let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        if length > self.limit {
            return Err(self.too_large());
        }
        self.announced = Some(length);
        let missing = (HEADER + length).saturating_sub(self.received.len());
        self.received.reserve_exact(missing);
        Ok(())
    }

    /// The message, decompressed if flagged; `gzip` is whether the call allows compressed messages.
    pub fn finish(self, gzip: bool) -> Result<Bytes, Status> {
        let too_large = self.too_large();
        match self.announced {
            Some(length) if self.received.len() == HEADER + length => {}
            None if self.received.is_empty() => {
                return Err(Status::new(Code::Unimplemented, "the call has no message"));
            }
            _ => return Err(Status::new(Code::Internal, "the message is incomplete")),
        }
        let received = Bytes::from(self.received);
        match (received[0], gzip) {
            (0, _) => Ok(received.slice(HEADER..)),
            (1, true) => gzip::decompress(&received[HEADER..], self.limit).map_err(|failure| match failure {
                gzip::Failure::TooLarge => too_large,
                gzip::Failure::Invalid => Status::new(Code::Internal, "the message is not valid gzip"),
            }),
            (1, false) => Err(Status::new(
                Code::Internal,
                "the message is compressed, but grpc-encoding names no compression",
            )),
            _ => Err(Status::new(Code::Internal, "the message has an unknown flag")),
        }
    }

    fn too_large(&self) -> Status {
        let limit = self.limit;
        Status::new(
            Code::ResourceExhausted,
            format!("the message is larger than {limit} bytes; send fewer records in one request"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMIT: usize = 1000;

    fn read(pieces: &[&[u8]], gzip: bool) -> Result<Bytes, Status> {
        let mut reader = MessageReader::new(LIMIT);
        for piece in pieces {
            reader.push(piece)?;
        }
        reader.finish(gzip)
    }

    fn code(pieces: &[&[u8]], gzip: bool) -> Code {
        read(pieces, gzip).unwrap_err().code
    }

    #[test]
    fn refuses_what_announces_too_much_before_it_comes() {
        let header = [0, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(code(&[&header], false), Code::ResourceExhausted);
        let status = MessageReader::new(LIMIT).push(&[0, 0, 0, 3, 233]).unwrap_err();
        assert!(status.message.contains("larger than 1000 bytes"), "{status:?}");
        assert_eq!(
            read(&[&frame(&[7; LIMIT], false).unwrap()], false).unwrap().len(),
            LIMIT
        );
    }

    #[test]
    fn refuses_what_unpacks_to_too_much() {
        let bomb = frame(&[0; LIMIT + 1], true).unwrap();
        assert!(bomb.len() < LIMIT);
        assert_eq!(code(&[&bomb], true), Code::ResourceExhausted);
    }

    #[test]
    fn a_call_has_one_message() {
        let message = frame(b"x", false).unwrap();
        assert_eq!(code(&[&message, &message], false), Code::Unimplemented);
        assert_eq!(code(&[], false), Code::Unimplemented);
        assert_eq!(code(&[&message[..3]], false), Code::Internal);
        assert_eq!(code(&[&message[..5]], false), Code::Internal);
    }

    #[test]
    fn compression_must_be_announced_and_real() {
        let packed = frame(b"text", true).unwrap();
        assert_eq!(read(&[&packed], true).unwrap(), "text");
        assert_eq!(code(&[&packed], false), Code::Internal);
        assert_eq!(code(&[&[1, 0, 0, 0, 2, 7, 7]], true), Code::Internal);
        assert_eq!(code(&[&[2, 0, 0, 0, 0]], true), Code::Internal);
    }

    #[test]
    fn reads_an_empty_message() {
        assert_eq!(read(&[&[0; 5]], false).unwrap(), "");
        assert_eq!(read(&[&[0; 5]], true).unwrap(), "");
    }

    #[test]
    fn split_at_every_byte() {
        for gzip in [false, true] {
            let whole = frame(b"some message", gzip).unwrap();
            for at in 0..=whole.len() {
                assert_eq!(read(&[&whole[..at], &whole[at..]], gzip).unwrap(), "some message");
            }
        }
    }

    proptest! {
        #[test]
        fn any_pieces_give_the_message(message in prop::collection::vec(any::<u8>(), 0..LIMIT - 50), gzip: bool, size in 1usize..40) {
            let whole = frame(&message, gzip).unwrap();
            let pieces: Vec<&[u8]> = whole.chunks(size).collect();
            prop_assert_eq!(read(&pieces, gzip).unwrap(), message);
        }

        #[test]
        fn any_bytes_are_survived(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..12), 0..5), gzip: bool) {
            let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let _ = read(&pieces, gzip);
        }
    }
}
