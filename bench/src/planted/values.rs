//! Made-up identifiers, valid by the rules of their kind, and things that only look like them.
//! Checksums are computed here, apart from the engine that is measured.

use sha3::{Digest as _, Keccak256, Sha3_256};

/// A stream of numbers that hangs on its seed alone (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    pub(super) fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or_default() % count
    }

    pub(super) fn pick<'p>(&mut self, of: &[&'p str]) -> &'p str {
        of[self.below(of.len())]
    }

    fn chars(&mut self, alphabet: &str, count: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..count)
            .map(|_| letters[self.below(letters.len())])
            .collect()
    }

    fn digits(&mut self, count: usize) -> String {
        self.chars("0123456789", count)
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[3]).collect()
    }

    /// An opaque name: letters, a mark, digits.
    fn name(&mut self) -> String {
        let word = self.chars("abcdefghijklmnopqrstuvwxyz", 5);
        let count = self.below(3) + 1;
        let digits = self.digits(count);
        match self.below(3) {
            0 => format!("{word}_{digits}"),
            1 => format!("{word}{digits}"),
            _ => format!("{}{word}{digits}x", self.chars("ABCXYZ", 1)),
        }
    }
}

/// What is planted: `text`, in which the identifier stands at `at`.
pub(super) struct Value {
    pub(super) kind: &'static str,
    pub(super) normal: String,
    pub(super) text: String,
    pub(super) at: usize,
    pub(super) length: usize,
    /// Whether the text brings the words that it needs around it.
    pub(super) words: bool,
}

fn plain(kind: &'static str, text: impl Into<String>, normal: impl Into<String>) -> Value {
    let text = text.into();
    Value {
        kind,
        normal: normal.into(),
        at: 0,
        length: text.len(),
        text,
        words: false,
    }
}

/// `words` with the identifier at `{}`.
fn within(kind: &'static str, words: &str, text: &str, normal: impl Into<String>) -> Value {
    let at = words.find("{}").unwrap_or_default();
    Value {
        kind,
        normal: normal.into(),
        text: words.replacen("{}", text, 1),
        at,
        length: text.len(),
        words: true,
    }
}

/// Any identifier of any kind.
pub(super) fn any(dice: &mut Dice) -> Value {
    match dice.below(16) {
        0 => email(dice),
        1 => phone(dice),
        2 => url(dice),
        3 => host(dice),
        4 => onion(dice),
        5 => ip(dice),
        6 | 7 => handle(dice),
        8 => device(dice),
        9 => iban(dice),
        10 => card(dice),
        11 => bitcoin(dice),
        12 => evm(dice),
        13 => tron_or_monero(dice),
        14 => payment(dice),
        _ => group(dice),
    }
}

fn domain(dice: &mut Dice) -> String {
    let label = dice.chars("abcdefghijklmnopqrstuvwxyz", 6);
    let end = dice.pick(&[
        "example.com",
        "example.org",
        "example.net",
        "example",
        "test",
    ]);
    format!("{label}.{end}")
}

fn email(dice: &mut Dice) -> Value {
    let (name, domain) = (dice.name(), domain(dice));
    let normal = format!("{}@{domain}", name.to_lowercase());
    let text = match dice.below(6) {
        0 => format!("{name}[at]{}", domain.replace('.', "[dot]")),
        1 => format!("{name} (at) {}", domain.replace('.', " (dot) ")),
        2 => format!("{name}@{}", domain.replace('.', "[.]")),
        3 => format!("{name}@{}", domain.to_uppercase()),
        4 => format!("{}＠{domain}", name.replace('a', "а")),
        _ => format!("{name}@{domain}"),
    };
    plain("email", text, normal)
}

fn phone(dice: &mut Dice) -> Value {
    let line = dice.digits(4);
    match dice.below(8) {
        0 => plain(
            "phone",
            format!("+63 917 555 {line}"),
            format!("+63917555{line}"),
        ),
        1 => plain(
            "phone",
            format!("0917-555-{line}"),
            format!("+63917555{line}"),
        ),
        2 => plain(
            "phone",
            format!("+1 (202) 555-{line}"),
            format!("+1202555{line}"),
        ),
        3 => plain(
            "phone",
            format!("+44 7700 90{line}"),
            format!("+44770090{line}"),
        ),
        4 => plain(
            "phone",
            format!("0063 917 555 {line}"),
            format!("+63917555{line}"),
        ),
        5 => plain(
            "phone",
            format!("+61-491-57{line}"),
            format!("+6149157{line}"),
        ),
        6 => {
            let words = dice.pick(&[
                "WhatsApp: {}",
                "Viber {}",
                "tel. {}",
                "Cell: {}",
                "电话：{}",
            ]);
            let text = format!("0917555{line}");
            within("phone", words, &text, format!("+63917555{line}"))
        }
        _ => {
            let arabic: String = line
                .bytes()
                .filter_map(|digit| char::from_u32(0x660 + u32::from(digit - b'0')))
                .collect();
            plain(
                "phone",
                format!("+٦٣ ٩١٧ ٥٥٥ {arabic}"),
                format!("+63917555{line}"),
            )
        }
    }
}

fn url(dice: &mut Dice) -> Value {
    let (domain, path) = (domain(dice), dice.chars("abcXYZ0189", 6));
    let normal = format!("{domain}/{path}?x=1");
    let text = match dice.below(4) {
        0 => format!("hxxps://{}/{path}?x=1", domain.replace('.', "[.]")),
        1 => format!("http://www.{domain}/{path}?x=1"),
        2 => format!("{domain}/{path}?x=1"),
        _ => format!("https://{domain}/{path}?x=1"),
    };
    plain("url", text, normal)
}

fn host(dice: &mut Dice) -> Value {
    let domain = domain(dice);
    match dice.below(3) {
        0 => plain("host", domain.replace('.', "[.]"), domain),
        1 => plain("host", "bücher.example", "xn--bcher-kva.example"),
        _ => plain("host", domain.clone(), domain),
    }
}

fn onion(dice: &mut Dice) -> Value {
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

fn ip(dice: &mut Dice) -> Value {
    let (last, port) = (dice.below(256), dice.below(60_000) + 1024);
    let net = dice.pick(&["192.0.2", "198.51.100", "203.0.113"]);
    match dice.below(5) {
        0 => plain(
            "ip",
            format!("{net}.{last}:{port}"),
            format!("{net}.{last}:{port}"),
        ),
        1 => plain(
            "ip",
            format!("{}[.]{last}", net.replace('.', "[.]")),
            format!("{net}.{last}"),
        ),
        2 => plain(
            "ip",
            format!("[2001:DB8::A{last:X}]:{port}"),
            format!("[2001:db8::a{last:x}]:{port}"),
        ),
        3 => plain(
            "ip",
            format!("2001:db8:0:0:0:0:1:a{last:x}"),
            format!("2001:db8::1:a{last:x}"),
        ),
        _ => plain("ip", format!("{net}.{last}"), format!("{net}.{last}")),
    }
}

fn handle(dice: &mut Dice) -> Value {
    let name = dice.name();
    let lower = name.to_lowercase();
    let (platform, labels): (&str, &[&str]) = match dice.below(10) {
        0 => (
            "telegram",
            &[
                "Telegram: @{}",
                "@{} on Telegram",
                "TG - {}",
                "Телеграм: {}",
                "تلغرام: @{}",
                "电报：{}",
                "Telegram username {}",
            ],
        ),
        1 => (
            "instagram",
            &[
                "ig - {}",
                "Instagram: {}",
                "@{} (Instagram)",
                "инстаграм {}",
                "IG: @{}",
            ],
        ),
        2 => (
            "snapchat",
            &[
                "Snapchat: {}",
                "snap: {}",
                "{} on Snapchat",
                "Snapchat account {}",
            ],
        ),
        3 => ("tiktok", &["TikTok @{}", "@{} on TikTok", "tiktok: {}"]),
        4 => ("skype", &["Skype: {}", "skype id {}", "Скайп: {}"]),
        5 => (
            "roblox",
            &["Roblox username {}", "Roblox: {}", "ロブロックス: {}"],
        ),
        6 => ("wechat", &["微信号：{}", "WeChat ID: {}", "微信 {}"]),
        7 => ("x", &["Twitter: @{}", "@{} en Twitter", "twitter @{}"]),
        8 => ("psn", &["PSN: {}", "PSN ID {}"]),
        _ => return profile(dice, &name),
    };
    let words = dice.pick(labels);
    within("handle", words, &name, format!("{platform}/{lower}"))
}

fn profile(dice: &mut Dice, name: &str) -> Value {
    let lower = name.to_lowercase();
    if dice.below(4) == 0 {
        let tag = dice.digits(4);
        return plain(
            "handle",
            format!("{name}#{tag}"),
            format!("discord/{lower}#{tag}"),
        );
    }
    let (before, platform) = [
        ("https://t.me/", "telegram"),
        ("t.me/", "telegram"),
        ("https://www.instagram.com/", "instagram"),
        ("https://www.tiktok.com/@", "tiktok"),
        ("https://x.com/", "x"),
        ("https://www.snapchat.com/add/", "snapchat"),
        ("https://www.twitch.tv/", "twitch"),
        ("https://steamcommunity.com/id/", "steam"),
        ("https://m.facebook.com/", "facebook"),
    ][dice.below(9)];
    let name = if platform == "facebook" {
        name.replace('_', ".")
    } else {
        name.to_owned()
    };
    let lower = if platform == "facebook" {
        lower.replace('_', ".")
    } else {
        lower
    };
    plain(
        "handle",
        format!("{before}{name}"),
        format!("{platform}/{lower}"),
    )
}

fn luhn_digit(digits: &str) -> u32 {
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

fn device(dice: &mut Dice) -> Value {
    let hex = |dice: &mut Dice, count| dice.chars("0123456789abcdef", count);
    match dice.below(4) {
        0 => {
            let body = format!("49015{}", dice.digits(9));
            let all = format!("{body}{}", luhn_digit(&body));
            let words = dice.pick(&["IMEI: {}", "IMEI {}", "imei number {}"]);
            within("device", words, &all, format!("imei:{all}"))
        }
        1 => {
            let value = hex(dice, 12);
            let pairs: Vec<&str> = (0..6).map(|pair| &value[pair * 2..pair * 2 + 2]).collect();
            let mark = dice.pick(&[":", "-"]);
            plain(
                "device",
                pairs.join(mark).to_uppercase(),
                format!("mac:{value}"),
            )
        }
        2 => {
            let value = hex(dice, 32);
            let text = format!(
                "{}-{}-{}-{}-{}",
                &value[..8],
                &value[8..12],
                &value[12..16],
                &value[16..20],
                &value[20..]
            );
            let (words, kind) = [
                ("IDFA: {}", "idfa"),
                ("GAID {}", "gaid"),
                ("advertising ID: {}", "gaid"),
            ][dice.below(3)];
            within(
                "device",
                words,
                &text.to_uppercase(),
                format!("{kind}:{value}"),
            )
        }
        _ => {
            let value = hex(dice, 16);
            within(
                "device",
                "Android ID: {}",
                &value,
                format!("androidid:{value}"),
            )
        }
    }
}

fn iban(dice: &mut Dice) -> Value {
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

fn card(dice: &mut Dice) -> Value {
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

fn bitcoin(dice: &mut Dice) -> Value {
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

fn evm(dice: &mut Dice) -> Value {
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

fn tron_or_monero(dice: &mut Dice) -> Value {
    if dice.below(2) == 0 {
        let text = base58check(&[vec![0x41], dice.bytes(20)].concat());
        return plain("tron", text.clone(), text);
    }
    let mut bytes = vec![18];
    bytes.extend(dice.bytes(64));
    let hash = Keccak256::digest(&bytes);
    bytes.extend_from_slice(&hash[..4]);
    let text: String = bytes
        .chunks(8)
        .map(|block| {
            let width = if block.len() == 8 { 11 } else { 7 };
            let encoded = bs58::encode(block).into_string();
            // Blocks have a fixed width, so zeros in front count by the width alone.
            let encoded = encoded.trim_start_matches('1');
            format!("{}{encoded}", "1".repeat(width - encoded.len()))
        })
        .collect();
    plain("monero", text.clone(), text)
}

fn payment(dice: &mut Dice) -> Value {
    let name = dice.name();
    let lower = name.to_lowercase();
    let line = dice.digits(4);
    match dice.below(6) {
        0 => plain(
            "payment",
            format!("https://paypal.me/{name}"),
            format!("paypal/{lower}"),
        ),
        1 => {
            let words = dice.pick(&["GCash {}", "GCash: {}", "GCash number {}", "{} (GCash)"]);
            within(
                "payment",
                words,
                &format!("0917 555 {line}"),
                format!("gcash/+63917555{line}"),
            )
        }
        2 => {
            let text = format!("{}-{}-{line}", dice.digits(3), dice.digits(3));
            let normal = format!("westernunion/{}", text.replace('-', ""));
            within(
                "payment",
                dice.pick(&["MTCN {}", "MTCN: {}", "Western Union MTCN {}"]),
                &text,
                normal,
            )
        }
        3 => within(
            "payment",
            "Cash App: {}",
            &format!("${name}"),
            format!("cashapp/${lower}"),
        ),
        4 => within(
            "payment",
            dice.pick(&["Venmo: @{}", "venmo @{}"]),
            &name,
            format!("venmo/{lower}"),
        ),
        _ => within(
            "payment",
            "M-Pesa {}",
            &format!("+254 712 34{line}"),
            format!("mpesa/+25471234{line}"),
        ),
    }
}

fn group(dice: &mut Dice) -> Value {
    let id = dice.chars("abcdefABCDEF0123456789", 16);
    let (before, platform) = [
        ("https://t.me/+", "telegram"),
        ("t.me/joinchat/", "telegram"),
        ("discord.gg/", "discord"),
        ("https://discord.com/invite/", "discord"),
        ("https://chat.whatsapp.com/", "whatsapp"),
        ("https://www.facebook.com/groups/", "facebook"),
    ][dice.below(6)];
    // An invitation of digits only would be a phone number.
    plain(
        "group",
        format!("{before}A{id}"),
        format!("{platform}/A{id}"),
    )
}

/// Something that only looks like an identifier.
pub(super) fn decoy(dice: &mut Dice) -> String {
    let hex = |dice: &mut Dice, count| dice.chars("0123456789abcdef", count);
    match dice.below(14) {
        0 => format!("Date 2026-0{}-1{}", dice.below(9) + 1, dice.below(9)),
        1 => format!(
            "at 1{}:3{}:0{} UTC",
            dice.below(9),
            dice.below(9),
            dice.below(9)
        ),
        2 => format!("paid 1,{}.{} USD", dice.digits(3), dice.digits(2)),
        3 => format!("order {}-{}", dice.digits(4), dice.digits(6)),
        4 => format!("sha256 {}", hex(dice, 64)),
        5 => format!("md5 {}", hex(dice, 32)),
        6 => format!(
            "version 10.{}.{}.{}",
            dice.below(90),
            dice.below(90),
            dice.below(90)
        ),
        7 => format!("file report-{}.pdf and archive.zip", dice.digits(3)),
        8 => format!("case no. {}", dice.digits(10)),
        9 => {
            let body = format!("411111{}", dice.digits(9));
            format!(
                "the number {body}{} fails its check",
                (luhn_digit(&body) + 3) % 10
            )
        }
        10 => format!("DE00{}", dice.digits(18)),
        11 => format!(
            "request {}-{}-4{}-a{}-{}",
            hex(dice, 8),
            hex(dice, 4),
            hex(dice, 3),
            hex(dice, 3),
            hex(dice, 12)
        ),
        12 => format!(
            "It ended.Then the platform replied, e.g. by letter, on page {}",
            dice.below(400)
        ),
        _ => "The Telegram account was closed; the Instagram profile is private".to_owned(),
    }
}
