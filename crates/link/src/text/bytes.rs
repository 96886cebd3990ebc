//! Classes of bytes.

/// A decimal digit.
pub(super) const DIGIT: u8 = 1;
/// A lower-case ASCII letter.
pub(super) const LOWER: u8 = 2;
/// An upper-case ASCII letter.
pub(super) const UPPER: u8 = 4;
/// The low line.
pub(super) const LOW_LINE: u8 = 8;
/// A mark at which something may begin.
pub(super) const MARK: u8 = 16;
/// A byte of a character beyond ASCII.
pub(super) const FOREIGN: u8 = 32;
/// Whatever words are made of.
pub(super) const WORD: u8 = DIGIT | LOWER | UPPER | LOW_LINE;

/// The class of each byte.
pub(super) static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    loop {
        table[byte as usize] = match byte {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => UPPER,
            b'_' => LOW_LINE,
            b'@' | b'+' | b'[' | b'*' => MARK,
            0x80.. => FOREIGN,
            _ => 0,
        };
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    table
};

#[inline]
pub(super) fn class(byte: u8) -> u8 {
    CLASS[usize::from(byte)]
}

#[inline]
pub(super) fn is_word(byte: u8) -> bool {
    class(byte) & WORD != 0
}

/// Whether a byte is part of a letter that the spaced scripts write in two bytes: Latin with marks,
/// Greek, Cyrillic, Armenian, Hebrew, Arabic.
pub(super) fn is_two_byte_lead(byte: u8) -> bool {
    matches!(byte, 0xc3..=0xdb)
}
