//! Addresses on chains, with valid checksums: nobody holds their keys, for they are made of a hash
//! and not of a key.
//!
//! Formats: `Base58Check` (Bitcoin), BIP 173 (bech32), Tron (`Base58Check` with the prefix 0x41),
//! Ethereum (20 bytes in lower-case hexadecimal, which needs no checksum: EIP-55).

use sha2::{Digest, Sha256};

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// The chains, by their order in [`wallet`].
pub(crate) const CHAINS: u32 = 4;

/// Wallet `number` of the world of a seed: Bitcoin in two forms, Ethereum, Tron by `number`'s
/// remainder.
pub(crate) fn wallet(seed: u64, number: u32) -> String {
    let mut sum = Sha256::new();
    sum.update(b"watchfire synthetic wallet");
    sum.update(seed.to_le_bytes());
    sum.update(number.to_le_bytes());
    let drawn = sum.finalize();
    let mut hash = [0; 20];
    hash.iter_mut().zip(drawn).for_each(|(to, from)| *to = from);
    match number % CHAINS {
        0 => segwit(hash),
        1 => base58_check(0x00, hash),
        2 => format!("0x{}", model::hex(&hash)),
        _ => base58_check(0x41, hash),
    }
}

fn base58_check(prefix: u8, hash: [u8; 20]) -> String {
    let mut bytes = vec![prefix];
    bytes.extend_from_slice(&hash);
    let sum = Sha256::digest(Sha256::digest(&bytes));
    bytes.extend(sum.iter().take(4));
    base58(&bytes)
}

fn base58(bytes: &[u8]) -> String {
    // Digits of base 58, the lowest first.
    let mut digits: Vec<u8> = Vec::with_capacity(35);
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = u8::try_from(carry % 58).unwrap_or(0);
            carry /= 58;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 58).unwrap_or(0));
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = digits.iter().rev();
    std::iter::repeat_n(&0, zeros)
        .chain(digits)
        .map(|digit| char::from(BASE58[usize::from(*digit) % BASE58.len()]))
        .collect()
}

/// A pay-to-witness-public-key-hash address, version 0.
fn segwit(hash: [u8; 20]) -> String {
    let mut data = vec![0_u8];
    // 160 bits are 32 groups of five, without a rest.
    for five in hash.as_chunks::<5>().0 {
        let bits = five
            .iter()
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        data.extend(
            (0..8)
                .rev()
                .map(|group| u8::try_from(bits >> (group * 5) & 31).unwrap_or(0)),
        );
    }
    // "bc", spread as BIP 173 says.
    let mut checked = vec![3, 3, 0, 2, 3];
    checked.extend_from_slice(&data);
    checked.extend_from_slice(&[0; 6]);
    let sum = polymod(&checked) ^ 1;
    data.extend(
        (0..6)
            .rev()
            .map(|group| u8::try_from(sum >> (group * 5) & 31).unwrap_or(0)),
    );
    let letters = data
        .iter()
        .map(|value| char::from(BECH32[usize::from(*value) % 32]));
    "bc1".chars().chain(letters).collect()
}

fn polymod(values: &[u8]) -> u32 {
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    values.iter().fold(1_u32, |sum, value| {
        let top = sum >> 25;
        let shifted = (sum & 0x01ff_ffff) << 5 ^ u32::from(*value);
        GENERATOR
            .iter()
            .enumerate()
            .filter(|(bit, _)| top >> bit & 1 == 1)
            .fold(shifted, |sum, (_, mask)| sum ^ mask)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> [u8; 20] {
        std::array::from_fn(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap())
    }

    #[test]
    fn addresses_are_those_of_the_standards() {
        // BIP 173's example key, and the same key in Bitcoin's first form.
        let example = bytes("751e76e8199196d454941c45d1b3a323f1433bd6");
        assert_eq!(
            segwit(example),
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
        );
        assert_eq!(
            base58_check(0, example),
            "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
        );
        // Tron's documentation of address forms.
        let tron = bytes("a614f803b6fd780986a42c78ec9c7f77e6ded13c");
        assert_eq!(
            base58_check(0x41, tron),
            "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
        );
    }

    #[test]
    fn each_number_has_a_wallet_of_its_own() {
        let all: std::collections::BTreeSet<String> = (0..400).map(|at| wallet(1, at)).collect();
        assert_eq!(all.len(), 400);
        assert_ne!(wallet(1, 0), wallet(2, 0));
        let begins: Vec<_> = (0..4).map(|at| wallet(1, at)).collect();
        for (wallet, begin) in begins.iter().zip(["bc1q", "1", "0x", "T"]) {
            assert!(wallet.starts_with(begin), "{wallet}");
        }
    }
}
