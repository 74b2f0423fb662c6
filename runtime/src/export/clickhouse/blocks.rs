//! ClickHouse's compressed blocks: each a checksum, a header and data in LZ4.

/// Data is compressed in blocks of this many bytes. LZ4 looks back 64 KB, so larger blocks would compress hardly
/// better.
const BLOCK: usize = 128 * 1024;

const METHOD_LZ4: u8 = 0x82;
const CHECKSUM: usize = 16;
const HEADER: usize = 9;

/// Rows that are being written into a request's body.
#[derive(Debug)]
pub struct Blocks {
    lz4: bool,
    /// Data that is not compressed yet; all data without compression.
    plain: Vec<u8>,
    compressed: Vec<u8>,
}

impl Blocks {
    /// An empty body, with LZ4 or without compression.
    pub fn new(lz4: bool) -> Self {
        Blocks {
            lz4,
            plain: Vec::new(),
            compressed: Vec::new(),
        }
    }

    /// Whether the rows are compressed.
    pub fn is_packed(&self) -> bool {
        self.lz4
    }

    /// The buffer for the next row.
    pub fn row(&mut self) -> &mut Vec<u8> {
        if self.lz4 && self.plain.len() >= BLOCK {
            self.seal();
        }
        &mut self.plain
    }

    /// The body.
    pub fn finish(mut self) -> Vec<u8> {
        if !self.lz4 {
            return self.plain;
        }
        if !self.plain.is_empty() {
            self.seal();
        }
        self.compressed.shrink_to_fit();
        self.compressed
    }

    fn seal(&mut self) {
        put_block(&mut self.compressed, &self.plain);
        self.plain.clear();
    }
}

/// The contents of a body's blocks; `None` if this extension did not write it.
pub fn unpack(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    while !body.is_empty() {
        let number = |at: usize| Some(u32::from_le_bytes(body.get(at..at + 4)?.try_into().ok()?) as usize);
        let (end, length) = (CHECKSUM + number(CHECKSUM + 1)?, number(CHECKSUM + 5)?);
        let data = body.get(CHECKSUM + HEADER..end)?;
        plain.extend(lz4_flex::block::decompress(data, length).ok()?);
        body = &body[end..];
    }
    Some(plain)
}

fn put_block(out: &mut Vec<u8>, plain: &[u8]) {
    let start = out.len();
    let data = start + CHECKSUM + HEADER;
    out.resize(data + lz4_flex::block::get_maximum_output_size(plain.len()), 0);
    // It only fails for lack of room, which is reserved for the worst case.
    let size = lz4_flex::block::compress_into(plain, &mut out[data..]).unwrap_or(0);
    out.truncate(data + size);
    let header = start + CHECKSUM;
    out[header] = METHOD_LZ4;
    out[header + 1..header + 5].copy_from_slice(&length(HEADER + size));
    out[header + 5..header + 9].copy_from_slice(&length(plain.len()));
    let checksum = cityhash_rs::cityhash_102_128(&out[header..]);
    out[start..header].copy_from_slice(&checksum_bytes(checksum));
}

fn length(bytes: usize) -> [u8; 4] {
    (bytes as u32).to_le_bytes()
}

/// The reference implementation's first half comes first.
fn checksum_bytes(checksum: u128) -> [u8; CHECKSUM] {
    let mut bytes = [0; CHECKSUM];
    bytes[..8].copy_from_slice(&((checksum >> 64) as u64).to_le_bytes());
    bytes[8..].copy_from_slice(&(checksum as u64).to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Undoes the blocks.
    fn read(mut body: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        while !body.is_empty() {
            let number = |at: usize| u32::from_le_bytes(body[at..at + 4].try_into().unwrap()) as usize;
            let end = CHECKSUM + number(CHECKSUM + 1);
            assert_eq!(body[CHECKSUM], METHOD_LZ4);
            assert_eq!(
                body[..CHECKSUM],
                checksum_bytes(cityhash_rs::cityhash_102_128(&body[CHECKSUM..end]))
            );
            let data = &body[CHECKSUM + HEADER..end];
            plain.extend(lz4_flex::block::decompress(data, number(CHECKSUM + 5)).unwrap());
            body = &body[end..];
        }
        plain
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Computed with the reference implementation of version 1.0.2, which is the one that ClickHouse uses.
    #[test]
    fn checksums_are_those_of_cityhash_1_0_2() {
        for (length, expected) in [
            (0_usize, "2b9ac064fc9df03d291ee592c340b53c"),
            (1, "6c3f2b804fab035a1ae9318a3c8aa858"),
            (7, "e32446bce155694dd09b4c5f018c2e25"),
            (16, "3d930c8990287e4ec7770444d611659b"),
            (33, "11ffe63b615e068a46a80c8146255435"),
            (129, "c7f893aa79e7ac00c827d9bf4652fd7d"),
            (1000, "970bda1dd9d5c7951e5a2eaa6c06d43b"),
            (70001, "f17e001c208ba782dafea2d252a37281"),
        ] {
            let data: Vec<u8> = (0..length).map(|i| (i * 7 + i / 251 + length) as u8).collect();
            let checksum = checksum_bytes(cityhash_rs::cityhash_102_128(&data));
            assert_eq!(hex(&checksum), expected, "{length}");
        }
    }

    #[test]
    fn without_compression_rows_stay_as_they_are() {
        let mut blocks = Blocks::new(false);
        blocks.row().extend(vec![7; BLOCK]);
        blocks.row().push(8);
        assert_eq!(blocks.finish().len(), BLOCK + 1);
        assert!(Blocks::new(true).finish().is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn blocks_read_back(rows in prop::collection::vec((any::<u8>(), 0..90_000_usize), 0..5), noise: Vec<u8>) {
            let mut blocks = Blocks::new(true);
            let mut expected = Vec::new();
            for (byte, length) in rows {
                let row: Vec<u8> = noise.iter().copied().chain(std::iter::repeat_n(byte, length)).collect();
                blocks.row().extend_from_slice(&row);
                expected.extend(row);
            }
            let body = blocks.finish();
            prop_assert_eq!(unpack(&body).unwrap(), read(&body));
            prop_assert_eq!(read(&body), expected);
        }
    }
}
