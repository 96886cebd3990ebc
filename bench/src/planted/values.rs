//! Made-up identifiers, valid by the rules of their kind, and things that only look like them.

mod checked;

use checked::{bitcoin, card, evm, iban, luhn_digit, onion, tron_or_monero};

/// A stream of numbers that hangs on its seed alone (`SplitMix64`).
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
