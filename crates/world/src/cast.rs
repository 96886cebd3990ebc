//! The people of the world: labels, accounts, mail, devices. Children are opaque subjects ("Child
//! 12"), adults are numbers too, and no two people share anything by accident.

use std::net::IpAddr;

use wire::ispws::Country;

use crate::dice::{Dice, Stream};
use crate::languages::Region;
use crate::names::{self, Name};
use crate::platforms::PLATFORMS;
use crate::reserved::{address_v6, mail_host};

/// Digits and letters without vowels, so that no token reads as a word.
const TOKEN_LETTERS: [char; 31] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'b', 'c', 'd', 'f', 'g', 'h', 'j', 'k', 'l',
    'm', 'n', 'p', 'q', 'r', 's', 't', 'v', 'w', 'x', 'y', 'z',
];

const WORDS: [&str; 40] = [
    "alder", "amber", "aspen", "basalt", "birch", "brook", "canyon", "cedar", "cobalt", "coral",
    "delta", "dune", "ember", "fern", "fjord", "garnet", "glacier", "harbor", "hazel", "heron",
    "indigo", "juniper", "kestrel", "lagoon", "larch", "maple", "meadow", "mesa", "moss", "oak",
    "onyx", "opal", "osprey", "pine", "quartz", "raven", "reed", "sable", "tundra", "willow",
];

/// Makes numbers look unrelated, one to one: two people never get the same token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scatter {
    factor: u32,
    shift: u32,
}

impl Scatter {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, Stream::Scatter, 0);
        Self {
            // Odd, so that multiplication modulo 2^32 can be undone.
            factor: dice.between(1 << 28, 1 << 31) | 1,
            shift: dice.between(0, u32::MAX),
        }
    }

    fn number(self, plain: u32) -> u32 {
        plain.wrapping_mul(self.factor).wrapping_add(self.shift)
    }
}

/// An age that was drawn, as the form writes it.
pub(crate) fn years(drawn: u32) -> i32 {
    i32::try_from(drawn).unwrap_or(0)
}

/// A number in base 31.
pub(crate) fn token(mut number: u32) -> String {
    let mut text = String::with_capacity(7);
    loop {
        text.push(TOKEN_LETTERS[usize::try_from(number % 31).unwrap_or(0)]);
        number /= 31;
        if number == 0 {
            return text;
        }
    }
}

/// A person or, for those of whom nothing else is known, an account holder.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// Plain number: unique, ascending; labels show it.
    pub(crate) label: u32,
    /// Scattered number: unique; identifiers are made of it.
    number: u32,
    word: &'static str,
    device: [u8; 16],
    pub(crate) country: Country,
    pub(crate) town: u32,
    pub(crate) age: i32,
    /// Port of the person's connection.
    pub(crate) port: i32,
}

/// An account on a platform.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) platform: usize,
    pub(crate) handle: String,
    pub(crate) display_name: String,
    /// The platform's own number of the account, if it has such numbers.
    pub(crate) number: Option<String>,
    pub(crate) profile_url: String,
}

impl Person {
    /// Person `which` (below 16), somewhere in `region`, of the report with the plan's running
    /// number `serial`.
    pub(crate) fn new(
        seed: u64,
        scatter: Scatter,
        region: &Region,
        serial: u32,
        which: u32,
    ) -> Self {
        let label = serial * 16 + which;
        let mut dice = Dice::new(seed, Stream::Cast, u64::from(label));
        let mut device = [0; 16];
        dice.fill(&mut device);
        Self {
            label,
            number: scatter.number(label),
            word: dice.pick(&WORDS),
            device,
            country: region.country(dice.bits()),
            town: dice.between(1, 400),
            age: years(dice.between(19, 67)),
            port: i32::try_from(dice.between(1024, 65_535)).unwrap_or(1024),
        }
    }

    /// Mail address `which` of this person.
    pub(crate) fn email(&self, which: u32) -> String {
        let local = format!("{}.{}", self.word, token(self.number));
        let host = mail_host(self.number % 90 + which * 31);
        match which {
            0 => format!("{local}@{host}"),
            _ => format!("{local}.{which}@{host}"),
        }
    }

    /// The account of this person on a platform.
    pub(crate) fn account(&self, platform: usize) -> Account {
        // Odd and different per platform: unique on each, unrelated between them.
        let turn = [
            0x9e37_79b1_u32,
            0x85eb_ca6b,
            0xc2b2_ae35,
            0x27d4_eb2f,
            0x1656_67b1,
            0xd3a2_646d,
            0xfd70_46c5,
            0xb55a_4f09,
            0x5851_f42d,
        ][platform % PLATFORMS.len()];
        let number = self.number.wrapping_mul(turn);
        self.named_account(platform, format!("{}_{}", self.word, token(number)), number)
    }

    /// The account of this person on a platform under a screen name that others have elsewhere.
    pub(crate) fn account_called(&self, platform: usize, handle: String) -> Account {
        self.named_account(platform, handle, self.number)
    }

    fn named_account(&self, platform: usize, handle: String, number: u32) -> Account {
        let at = &PLATFORMS[platform % PLATFORMS.len()];
        Account {
            platform,
            display_name: format!("{} {}", self.word, number % 97),
            number: at
                .numbers_accounts
                .then(|| (10_000_000_000_u64 + u64::from(number)).to_string()),
            profile_url: format!("https://{}/u/{handle}", at.host),
            handle,
        }
    }

    /// The advertising id of this person's device: `1b4e28ba-2fa1-41d2-883f-0016d3cca427`.
    pub(crate) fn device(&self) -> String {
        let digits = model::hex(&self.device);
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        [
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32),
        ]
        .join("-")
    }

    /// An IPv6 address of this person alone.
    pub(crate) fn address(&self, host: u16) -> IpAddr {
        address_v6(self.number, host)
    }

    /// This person's name by one of several spellings; people with different numbers have different
    /// names.
    pub(crate) fn spelt_name(&self, spelling: u32) -> Name {
        names::spelt(self.number, spelling)
    }

    /// A group or room id that belongs to this person's matter alone.
    pub(crate) fn group(&self) -> String {
        format!("grp-{}", token(self.number))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::languages::region;

    #[test]
    fn no_two_people_share_anything() {
        let scatter = Scatter::new(9);
        let people: Vec<Person> = (0..3000)
            .flat_map(|serial| {
                (0..2).map(move |which| Person::new(9, scatter, region(5), serial, which))
            })
            .collect();
        let mut seen = BTreeSet::new();
        for person in &people {
            assert!(seen.insert(person.email(0)));
            assert!(seen.insert(person.email(1)));
            assert!(seen.insert(person.device()));
            assert!(seen.insert(person.address(1).to_string()));
            for platform in 0..PLATFORMS.len() {
                let account = person.account(platform);
                assert!(seen.insert(account.profile_url));
                assert!(seen.insert(account.handle));
            }
        }
    }
}
