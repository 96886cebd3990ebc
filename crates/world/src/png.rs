//! A PNG writer of one colour type (8-bit RGB) that stores instead of compressing: writing is a
//! copy, and the size of the file is known beforehand.
//!
//! Formats: PNG, third edition (W3C, 2025), section 5; zlib, RFC 1950; stored blocks, RFC 1951
//! section 3.2.4.

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
/// The longest stored block.
const BLOCK_BYTES: usize = 65_535;
/// Length, type and checksum of a chunk.
const CHUNK_FRAME_BYTES: usize = 12;
/// A chunk that decoders skip: ancillary, private, safe to copy.
const FILLER: [u8; 4] = *b"fiLr";
/// A chunk of the same kind that tells copies of one picture apart.
const COPY: [u8; 4] = *b"coPy";

/// The PNG of `pixels` (`width` × `height` × 3 bytes, row by row).
///
/// With `exactly`, a filler chunk brings the file to that many bytes, if it is at least 12 bytes
/// shorter. A `copy` other than 0 is written into the file, so that no two copies are the same
/// bytes.
pub(crate) fn png(
    width: u32,
    height: u32,
    pixels: &[u8],
    copy: u32,
    exactly: Option<usize>,
) -> Vec<u8> {
    let row_bytes = row_bytes(width);
    let mut rows = Vec::with_capacity(pixels.len() + pixels.len() / row_bytes + 1);
    for row in pixels.chunks(row_bytes) {
        // Filter 0: the bytes as they are.
        rows.push(0);
        rows.extend_from_slice(row);
    }
    let mut head = Vec::with_capacity(13);
    head.extend_from_slice(&width.to_be_bytes());
    head.extend_from_slice(&height.to_be_bytes());
    head.extend_from_slice(&[8, 2, 0, 0, 0]);

    let mut file = Vec::with_capacity(rows.len() + 256);
    file.extend_from_slice(&SIGNATURE);
    chunk(&mut file, *b"IHDR", &head);
    if copy != 0 {
        chunk(&mut file, COPY, &copy.to_be_bytes());
    }
    chunk(&mut file, *b"IDAT", &zlib(&rows));
    let missing = exactly.and_then(|bytes| bytes.checked_sub(file.len() + 2 * CHUNK_FRAME_BYTES));
    if let Some(missing) = missing {
        chunk(&mut file, FILLER, &vec![0; missing]);
    }
    chunk(&mut file, *b"IEND", &[]);
    file
}

/// Bytes of one row of pixels.
fn row_bytes(width: u32) -> usize {
    usize::try_from(width).unwrap_or(1).max(1) * 3
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], body: &[u8]) {
    // Pictures are far below 4 GiB; a longer body would be refused by every decoder.
    file.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes());
    let from = file.len();
    file.extend_from_slice(&kind);
    file.extend_from_slice(body);
    let sum = crc32(&file[from..]);
    file.extend_from_slice(&sum.to_be_bytes());
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut stream = Vec::with_capacity(bytes.len() + bytes.len() / BLOCK_BYTES * 5 + 16);
    stream.extend_from_slice(&[0x78, 0x01]);
    let mut blocks = bytes.chunks(BLOCK_BYTES).peekable();
    while let Some(block) = blocks.next() {
        stream.push(u8::from(blocks.peek().is_none()));
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.extend_from_slice(&length.to_le_bytes());
        stream.extend_from_slice(&(!length).to_le_bytes());
        stream.extend_from_slice(block);
    }
    stream.extend_from_slice(&adler32(bytes).to_be_bytes());
    stream
}

fn adler32(bytes: &[u8]) -> u32 {
    const PRIME: u32 = 65_521;
    let (mut a, mut b) = (1_u32, 0_u32);
    // 5552 is the most bytes whose sums fit 32 bits (RFC 1950).
    for part in bytes.chunks(5552) {
        for byte in part {
            a += u32::from(*byte);
            b += a;
        }
        a %= PRIME;
        b %= PRIME;
    }
    b << 16 | a
}

/// Eight tables, so that eight bytes go through at once ("slicing by 8").
const CRC_TABLES: [[u32; 256]; 8] = crc_tables();

const fn crc_tables() -> [[u32; 256]; 8] {
    let mut tables = [[0_u32; 256]; 8];
    let mut byte = 0_u32;
    while byte < 256 {
        let mut value = byte;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 {
                value >> 1 ^ 0xedb8_8320
            } else {
                value >> 1
            };
            bit += 1;
        }
        tables[0][byte as usize] = value;
        byte += 1;
    }
    let mut table = 1;
    while table < 8 {
        let mut at = 0;
        while at < 256 {
            let before = tables[table - 1][at];
            tables[table][at] = before >> 8 ^ tables[0][(before & 0xff) as usize];
            at += 1;
        }
        table += 1;
    }
    tables
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        let [a, b, c, d] = sum.to_le_bytes();
        let mixed = [word[0] ^ a, word[1] ^ b, word[2] ^ c, word[3] ^ d];
        sum = 0;
        for (at, byte) in mixed.iter().chain(&word[4..]).enumerate() {
            sum ^= CRC_TABLES[7 - at][usize::from(*byte)];
        }
    }
    for byte in rest {
        let [low, ..] = sum.to_le_bytes();
        sum = sum >> 8 ^ CRC_TABLES[0][usize::from(low ^ byte)];
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn a_file_has_the_size_that_was_asked_for() {
        let pixels = vec![7; 30 * 20 * 3];
        assert_eq!(png(30, 20, &pixels, 0, Some(5000)).len(), 5000);
        let bare = png(30, 20, &pixels, 0, None);
        assert_eq!(&bare[bare.len() - 8..bare.len() - 4], b"IEND");
        assert_eq!(png(30, 20, &pixels, 0, Some(10)).len(), bare.len());
    }

    #[test]
    fn rows_longer_than_a_block_are_split() {
        let pixels = vec![9; 200 * 200 * 3];
        let file = png(200, 200, &pixels, 0, None);
        assert_eq!(file.len(), 8 + 25 + 12 + 2 + 5 * 2 + 200 * 601 + 4 + 12);
    }
}
