//! Identifiers that carry a checksum, computed here and not by the engine that is measured.

use sha3::{Digest as _, Keccak256, Sha3_256};

use super::{Dice, Value, plain, within};

pub(super) fn onion(dice: &mut Dice) -> Value {
    let key = dice.bytes(32);
    let mut hash = Sha3_256::new();
    hash.update(b".onion checksum");
    hash.update(&key);
    hash.update([3]);
    let mut bytes = key;
    bytes.extend_from_slice(&hash.finalize()[..2]);
    bytes.push(3);
    let name = format!(
        "{}.onion",
        base32(&bytes, b"abcdefghijklmnopqrstuvwxyz234567")
    );
    let text = match dice.below(3) {
        0 => format!("http://{name}/room"),
        1 => format!("http://{name}"),
        _ => name.clone(),
    };
    plain("onion", text, name)
}

fn base32(bytes: &[u8], alphabet: &[u8; 32]) -> String {
    fives(bytes)
        .into_iter()
        .map(|value| char::from(alphabet[usize::from(value)]))
        .collect()
}

/// The bits of bytes in fives, the last filled with zeros.
fn fives(bytes: &[u8]) -> Vec<u8> {
    let mut values = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            values.push(u8::try_from(held >> bits & 31).unwrap_or_default());
        }
        held &= 31;
    }
    if bits > 0 {
        values.push(u8::try_from(held << (5 - bits) & 31).unwrap_or_default());
    }
    values
}

pub(super) fn luhn_digit(digits: &str) -> u32 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(position, byte)| {
            let digit = u32::from(byte - b'0');
            match position % 2 {
                0 if digit * 2 > 9 => digit * 2 - 9,
                0 => digit * 2,
                _ => digit,
            }
        })
        .sum();
    (10 - sum % 10) % 10
}

pub(super) fn iban(dice: &mut Dice) -> Value {
    let (country, body) = match dice.below(4) {
        0 => ("DE", dice.digits(18)),
        1 => ("GB", format!("NWBK{}", dice.digits(14))),
        2 => ("FR", dice.digits(23)),
        _ => ("NL", format!("ABNA{}", dice.digits(10))),
    };
    let mut remainder = 0_u32;
    for byte in format!("{body}{country}00").bytes() {
        let value = char::from(byte).to_digit(36).unwrap_or_default();
        remainder = (remainder * if value > 9 { 100 } else { 10 } + value) % 97;
    }
    let normal = format!("{country}{:02}{body}", 98 - remainder);
    let text = match dice.below(3) {
        0 => normal.to_lowercase(),
        1 => normal.clone(),
        _ => {
            let groups: Vec<String> = normal
                .as_bytes()
                .chunks(4)
                .map(|group| String::from_utf8_lossy(group).into_owned())
                .collect();
            groups.join(" ")
        }
    };
    plain("iban", text, normal)
}

pub(super) fn card(dice: &mut Dice) -> Value {
    match dice.below(4) {
        0 => {
            let last = dice.digits(4);
            plain(
                "card",
                format!("**** **** **** {last}"),
                format!("****{last}"),
            )
        }
        1 => {
            let token = format!("tok_1{}", dice.chars("ABCdef0123456789", 18));
            plain("card", token.clone(), token)
        }
        2 => {
            let last = dice.digits(4);
            within("card", "card ending in {}", &last, format!("****{last}"))
        }
        _ => {
            let body = format!("411111{}", dice.digits(9));
            let all = format!("{body}{}", luhn_digit(&body));
            let text = format!(
                "{} {} {} {}",
                &all[..4],
                &all[4..8],
                &all[8..12],
                &all[12..]
            );
            plain("card", text, format!("411111******{}", &all[12..]))
        }
    }
}

fn base58check(payload: &[u8]) -> String {
    let once = vault::sha256(payload);
    let twice = vault::sha256(&once);
    let mut bytes = payload.to_vec();
    bytes.extend_from_slice(&twice[..4]);
    bs58::encode(bytes).into_string()
}

pub(super) fn bitcoin(dice: &mut Dice) -> Value {
    let hash = dice.bytes(20);
    let text = match dice.below(4) {
        0 => base58check(&[vec![0], hash].concat()),
        1 => base58check(&[vec![5], hash].concat()),
        2 => segwit(0, &hash),
        _ => segwit(1, &dice.bytes(32)),
    };
    plain("btc", text.clone(), text)
}

/// A witness program's address (BIP 173, BIP 350).
fn segwit(version: u8, program: &[u8]) -> String {
    const ALPHABET: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATORS: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    let mut data = vec![version];
    data.extend(fives(program));
    let mut check = 1_u32;
    let prefix = [3, 3, 0, 2, 3];
    for value in prefix.iter().chain(&data).copied().chain([0; 6]) {
        let top = check >> 25;
        check = (check & 0x1ff_ffff) << 5 ^ u32::from(value);
        for (position, generator) in GENERATORS.iter().enumerate() {
            if top >> position & 1 == 1 {
                check ^= generator;
            }
        }
    }
    check ^= if version == 0 { 1 } else { 0x2bc8_30a3 };
    data.extend(
        (0..6).map(|position| u8::try_from(check >> (5 * (5 - position)) & 31).unwrap_or_default()),
    );
    let letters: String = data
        .iter()
        .map(|value| char::from(ALPHABET[usize::from(*value)]))
        .collect();
    format!("bc1{letters}")
}

pub(super) fn evm(dice: &mut Dice) -> Value {
    let lower = dice.chars("0123456789abcdef", 40);
    let hash = Keccak256::digest(lower.as_bytes());
    let mixed: String = lower
        .chars()
        .enumerate()
        .map(
            |(position, c)| match hash[position / 2] >> (4 * (1 - position % 2)) & 15 {
                8.. => c.to_ascii_uppercase(),
                _ => c,
            },
        )
        .collect();
    let text = if dice.below(2) == 0 { &lower } else { &mixed };
    plain("evm", format!("0x{text}"), format!("0x{mixed}"))
}

pub(super) fn tron_or_monero(dice: &mut Dice) -> Value {
    if dice.below(2) == 0 {
        let text = base58check(&[vec![0x41], dice.bytes(20)].concat());
        return plain("tron", text.clone(), text);
    }
    let mut bytes = vec![18];
    bytes.extend(dice.bytes(64));
    let hash = Keccak256::digest(&bytes);
    bytes.extend_from_slice(&hash[..4]);
    let blocks: Vec<String> = bytes
        .chunks(8)
        .map(|block| {
            let width = if block.len() == 8 { 11 } else { 7 };
            let encoded = bs58::encode(block).into_string();
            // Blocks have a fixed width, so zeros in front count by the width alone.
            let encoded = encoded.trim_start_matches('1');
            format!("{}{encoded}", "1".repeat(width - encoded.len()))
        })
        .collect();
    let text = blocks.concat();
    plain("monero", text.clone(), text)
}
