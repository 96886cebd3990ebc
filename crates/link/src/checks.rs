//! Checksums of addresses and numbers. Each answers only whether the text can be what it claims.

use bech32::{Bech32, Bech32m, primitives::decode::CheckedHrpstring};
use sha3::{Digest as _, Keccak256, Sha3_256};

/// The check digit of ISO/IEC 7812-1, annex B, as used for cards and the IMEI (3GPP TS 23.003,
/// annex B). False for anything but digits.
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let mut sum = 0_u32;
    for (position, byte) in digits.iter().rev().enumerate() {
        if !byte.is_ascii_digit() {
            return false;
        }
        let digit = u32::from(byte - b'0');
        let doubled = digit * 2;
        sum += match position % 2 {
            0 => digit,
            _ if doubled > 9 => doubled - 9,
            _ => doubled,
        };
    }
    sum.is_multiple_of(10)
}

/// Whether digits are a payment card's number: a network's range (ISO/IEC 7812, as published by
/// the networks), its length, and the check digit.
pub(crate) fn card(digits: &[u8]) -> bool {
    let lead = |count: usize| {
        let lead = digits.get(..count).unwrap_or_default();
        lead.iter()
            .fold(0_u32, |value, byte| value * 10 + u32::from(byte & 15))
    };
    let (two, three, four) = (lead(2), lead(3), lead(4));
    let fits = match digits.len() {
        13 => digits[0] == b'4',
        14 => matches!(three, 300..=305) || matches!(two, 36 | 38 | 39),
        15 => matches!(two, 34 | 37),
        16 => {
            digits[0] == b'4'
                || matches!(two, 50..=58 | 62 | 63 | 65 | 67)
                || matches!(three, 644..=649)
                || matches!(four, 2221..=2720 | 3528..=3589 | 6011)
        }
        17 | 18 => matches!(two, 62 | 65) || four == 6011,
        19 => digits[0] == b'4' || matches!(two, 62 | 65 | 63 | 67) || four == 6011,
        _ => false,
    };
    fits && luhn(digits)
}

/// Whether a text is an IBAN: upper case, no spaces, remainder 1 of ISO 7064 MOD 97-10.
pub(crate) fn iban(text: &[u8]) -> bool {
    let Some((head, rest)) = text.split_at_checked(4) else {
        return false;
    };
    // Check digits are 98 less a remainder, so from 02 to 98.
    if matches!(head[2..], [b'0', b'0' | b'1'] | [b'9', b'9']) {
        return false;
    }
    let mut remainder = 0_u32;
    for byte in rest.iter().chain(head) {
        remainder = match byte {
            b'0'..=b'9' => remainder * 10 + u32::from(byte - b'0'),
            b'A'..=b'Z' => remainder * 100 + u32::from(byte - b'A') + 10,
            _ => return false,
        } % 97;
    }
    remainder == 1
}

/// Whether a text is base58check of `payload` bytes behind one of `versions`.
pub(crate) fn base58check(text: &str, versions: &[u8]) -> bool {
    let mut bytes = [0_u8; 40];
    let Ok(length) = bs58::decode(text).onto(&mut bytes[..]) else {
        return false;
    };
    if length != 25 || !versions.contains(&bytes[0]) {
        return false;
    }
    let once = <sha2::Sha256 as sha2::Digest>::digest(&bytes[..21]);
    let twice = <sha2::Sha256 as sha2::Digest>::digest(once);
    twice[..4] == bytes[21..25]
}

/// Whether a text is a Bitcoin address of a witness program (BIP 173, BIP 350).
pub(crate) fn segwit(text: &str) -> bool {
    let program = |data: &[u8], wide: std::ops::RangeInclusive<usize>| wide.contains(&data.len());
    let Some(version) = text.get(3..4) else {
        return false;
    };
    let bytes: Option<Vec<u8>> = if version.eq_ignore_ascii_case("q") {
        CheckedHrpstring::new::<Bech32>(text).ok().and_then(witness)
    } else {
        CheckedHrpstring::new::<Bech32m>(text)
            .ok()
            .and_then(witness)
    };
    bytes.is_some_and(|bytes| {
        let zero = version.eq_ignore_ascii_case("q");
        program(&bytes, 2..=40) && (!zero || matches!(bytes.len(), 20 | 32))
    })
}

fn witness(mut checked: CheckedHrpstring<'_>) -> Option<Vec<u8>> {
    let version = checked.remove_witness_version()?;
    (checked.hrp().lowercase_char_iter().eq("bc".chars()) && version.to_u8() <= 16)
        .then(|| checked.byte_iter().collect())
}

/// The spelling of 40 hexadecimal digits with the checksum in their case (EIP-55), without `0x`.
pub(crate) fn eip55(hex: &str) -> String {
    let lower = hex.to_ascii_lowercase();
    let hash = Keccak256::digest(lower.as_bytes());
    let spelled = lower.bytes().enumerate().map(|(position, byte)| {
        let nibble = hash[position / 2] >> (4 * (1 - position % 2)) & 15;
        let byte = if nibble >= 8 {
            byte.to_ascii_uppercase()
        } else {
            byte
        };
        char::from(byte)
    });
    spelled.collect()
}

/// Whether a text is a Monero address of the main network: base58 in blocks of eight bytes, and
/// the first four bytes of Keccak-256 at its end (`CryptoNote` standard 007).
pub(crate) fn monero(text: &[u8]) -> bool {
    let mut bytes = Vec::with_capacity(80);
    for block in text.chunks(11) {
        let length = match block.len() {
            11 => 8,
            7 => 5,
            6 => 4,
            _ => return false,
        };
        let Some(value) = base58_value(block) else {
            return false;
        };
        if length < 8 && value >> (8 * length) != 0 {
            return false;
        }
        bytes.extend_from_slice(&value.to_be_bytes()[8 - length..]);
    }
    let Some((body, checksum)) = bytes.split_last_chunk::<4>() else {
        return false;
    };
    // 18 a standard address, 19 an integrated one (with an eight-byte payment id), 42 a subaddress.
    let fits = match body.first() {
        Some(18 | 42) => body.len() == 65,
        Some(19) => body.len() == 73,
        _ => false,
    };
    fits && Keccak256::digest(body)[..4] == checksum[..]
}

fn base58_value(block: &[u8]) -> Option<u64> {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut value = 0_u128;
    for byte in block {
        let digit = ALPHABET.iter().position(|known| known == byte)?;
        value = value * 58 + digit as u128;
    }
    u64::try_from(value).ok()
}

/// Whether 56 characters are the address of an onion service of version 3: base32 of key, checksum
/// and version, with the checksum of Tor's rend-spec-v3, section 6.
pub(crate) fn onion(name: &[u8]) -> bool {
    if name.len() != 56 {
        return false;
    }
    let mut bytes = [0_u8; 35];
    let (mut bits, mut held, mut at) = (0_u32, 0_u32, 0);
    for byte in name {
        let value = match byte.to_ascii_lowercase() {
            letter @ b'a'..=b'z' => letter - b'a',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return false,
        };
        bits = (bits << 5 | u32::from(value)) & 0xfff;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes[at] = (bits >> held & 0xff) as u8;
            at += 1;
        }
    }
    let mut hash = Sha3_256::new();
    hash.update(b".onion checksum");
    hash.update(&bytes[..32]);
    hash.update([3]);
    bytes[34] == 3 && hash.finalize()[..2] == bytes[32..34]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits() {
        assert!(luhn(b"490154203237518") && !luhn(b"490154203237519") && !luhn(b"49015420323751x"));
        assert!(card(b"4111111111111111") && card(b"378282246310005"));
        assert!(!card(b"4111111111111112") && !card(b"1111111111111117") && !card(b""));
        assert!(iban(b"DE89370400440532013000") && !iban(b"DE89370400440532013001"));
        assert!(!iban(b"DE") && !iban(b"de89370400440532013000"));
    }

    #[test]
    fn chain_addresses_of_the_specifications() {
        // BIP 173 and BIP 350, and the first block's address.
        assert!(base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", &[0, 5]));
        assert!(!base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", &[0, 5]));
        assert!(segwit("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"));
        assert!(segwit("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"));
        assert!(segwit(
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"
        ));
        assert!(!segwit("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"));
        assert!(!segwit("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"));
        // EIP-55.
        assert_eq!(
            eip55("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"),
            "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
        );
        // The contract address that Tron's documentation uses, and the Monero project's own.
        assert!(base58check("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", &[0x41]));
        let monero_address = "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRs\
                              iKc9dhwMVgN5S9cQUiyoogDavup3H";
        assert!(monero(monero_address.as_bytes()));
        assert!(!monero(monero_address.replace("888t", "888u").as_bytes()));
        assert!(!monero(b"") && !monero(b"4"));
    }

    #[test]
    fn onion_addresses_of_version_three() {
        // The example of Tor's rend-spec-v3.
        let name = b"pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd";
        assert!(onion(name));
        let mut other = *name;
        other[0] = b'q';
        assert!(!onion(&other) && !onion(b"") && !onion(&name[1..]));
    }
}
