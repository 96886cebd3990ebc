//! Persons of a world that does not exist: opaque names of syllables, numbers of a calling code
//! that nobody has, addresses at documentation domains. The truth is planted with them.

/// Of a hundred fields, so many have a slip of the pen.
const SLIPS_PERCENT: u64 = 15;
/// Of a hundred records, so many say each of these.
const BORN_PERCENT: u64 = 80;
const PHONE_PERCENT: u64 = 60;
const EMAIL_PERCENT: u64 = 50;
/// Of a hundred persons, so many share family name, town and phone with the one before.
const HOUSEHOLD_PERCENT: u64 = 4;
/// Of a hundred records, so many name another town than the person's.
const MOVED_PERCENT: u64 = 8;
/// How many different given names, family names and towns there are.
const GIVEN_NAMES: usize = 4_000;
const FAMILY_NAMES: usize = 30_000;
const TOWNS: usize = 800;
/// A thousand records are of so many persons.
const PERSONS_PERMILLE: usize = 550;

/// One record. An empty text stands for what it does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// The planted truth: records of one person have one number.
    pub(crate) person: u32,
    pub(crate) given: String,
    pub(crate) family: String,
    pub(crate) born: String,
    pub(crate) place: String,
    pub(crate) phone: String,
    pub(crate) email: String,
}

/// Makes records, the same ones from the same seed.
pub(crate) struct People {
    dice: Dice,
    given: Vec<String>,
    family: Vec<String>,
    towns: Vec<String>,
    persons: Vec<Person>,
    order: Vec<u32>,
    next: usize,
}

/// What is true of a person, in little memory.
#[derive(Clone, Copy)]
struct Person {
    given: u32,
    family: u32,
    town: u32,
    birth_day: u32,
    phone: u32,
    email: u32,
}

impl People {
    /// As many records as `records`, of 55 persons in a hundred records.
    pub(crate) fn new(seed: u64, records: usize) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let given = dice.names(GIVEN_NAMES, 2..=3);
        let family = dice.names(FAMILY_NAMES, 2..=4);
        let towns = dice.names(TOWNS, 2..=4);
        let count = (records * PERSONS_PERMILLE / 1000).max(1);
        let mut persons: Vec<Person> = Vec::with_capacity(count);
        for number in 0..count {
            let mut person = Person {
                given: dice.often(GIVEN_NAMES),
                family: dice.often(FAMILY_NAMES),
                town: dice.often(TOWNS),
                birth_day: dice.below(68 * 336),
                phone: dice.below(90_000_000),
                email: u32::try_from(number).unwrap_or(u32::MAX),
            };
            if let Some(before) = persons.last().filter(|_| dice.percent(HOUSEHOLD_PERCENT)) {
                person.family = before.family;
                person.town = before.town;
                person.phone = before.phone;
            }
            persons.push(person);
        }
        // Every person has a record; the others fall on persons at random.
        let mut order: Vec<u32> = (0..).take(count).collect();
        while order.len() < records {
            order.push(dice.below(count));
        }
        for at in (1..order.len()).rev() {
            order.swap(at, dice.below(at + 1) as usize);
        }
        order.truncate(records);
        Self {
            dice,
            given,
            family,
            towns,
            persons,
            order,
            next: 0,
        }
    }

    fn record(&mut self, number: u32) -> Record {
        let person = self.persons[number as usize];
        let given = self.given[person.given as usize].clone();
        let family = self.family[person.family as usize].clone();
        let town = if self.dice.percent(MOVED_PERCENT) {
            self.dice.often(TOWNS)
        } else {
            person.town
        };
        let email = format!(
            "{given}.{}@example.{}",
            base_26(person.email),
            ["com", "net", "org"][person.email as usize % 3]
        );
        let (year, day) = (1950 + person.birth_day / 336, person.birth_day % 336);
        let born = format!("{year}-{:02}-{:02}", day / 28 + 1, day % 28 + 1);
        let phone = format!("+999{:08}", person.phone + 10_000_000);
        let dice = &mut self.dice;
        Record {
            person: number,
            given: dice.text_slip(given),
            family: dice.text_slip(family),
            born: if dice.percent(BORN_PERCENT) {
                dice.date_slip(born)
            } else {
                String::new()
            },
            place: dice.text_slip(self.towns[town as usize].clone()),
            phone: if dice.percent(PHONE_PERCENT) {
                dice.digit_slip(phone)
            } else {
                String::new()
            },
            email: if dice.percent(EMAIL_PERCENT) {
                dice.text_slip(email)
            } else {
                String::new()
            },
        }
    }
}

impl Iterator for People {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let number = *self.order.get(self.next)?;
        self.next += 1;
        Some(self.record(number))
    }
}

/// The generator splitmix64 (Steele, Lea and Flood 2014), seeded.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a small bound.
    fn below(&mut self, bound: usize) -> u32 {
        u32::try_from(self.roll() % (bound as u64)).unwrap_or(0)
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.roll() % 100 < percent
    }

    /// A number below a bound, small ones more often: the chance of rank r falls about as r^-0.7.
    fn often(&mut self, bound: usize) -> u32 {
        let even = f64::from(self.below(1 << 30)) / f64::from(1 << 30);
        let bound = f64::from(u32::try_from(bound).unwrap_or(u32::MAX));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "below the bound, which is a u32, and not below zero"
        )]
        let rank = (bound * even.powf(3.3)) as u32;
        rank
    }

    /// So many different opaque names.
    fn names(&mut self, count: usize, syllables: std::ops::RangeInclusive<u32>) -> Vec<String> {
        const ONSETS: &[u8; 16] = b"bdfgklmnprstvzjh";
        const VOWELS: &[u8; 5] = b"aeiou";
        let mut names = std::collections::BTreeSet::new();
        while names.len() < count {
            let width = (syllables.end() - syllables.start() + 1) as usize;
            let length = syllables.start() + self.below(width);
            let mut name = String::new();
            for _ in 0..length {
                name.push(char::from(ONSETS[self.below(ONSETS.len()) as usize]));
                name.push(char::from(VOWELS[self.below(VOWELS.len()) as usize]));
                if self.percent(20) {
                    name.push(char::from(b"nrsl"[self.below(4) as usize]));
                }
            }
            names.insert(name);
        }
        // In the order of the alphabet a name would tell how common it is.
        let mut names: Vec<String> = names.into_iter().collect();
        for at in (1..names.len()).rev() {
            names.swap(at, self.below(at + 1) as usize);
        }
        names
    }

    /// One letter left out, put in, changed, or swapped with the next.
    fn text_slip(&mut self, text: String) -> String {
        if !self.percent(SLIPS_PERCENT) {
            return text;
        }
        let letter = char::from(b'a' + u8::try_from(self.below(26)).unwrap_or(0));
        // Before the @ of an address: its domain is chosen from a list.
        let end = text.find('@').unwrap_or(text.len());
        let at = self.below(end) as usize;
        let mut letters: Vec<char> = text.chars().collect();
        match self.below(4) {
            0 if end > 2 => {
                letters.remove(at);
            }
            1 if at + 1 < end => letters.swap(at, at + 1),
            2 => letters.insert(at, letter),
            _ => letters[at] = letter,
        }
        letters.into_iter().collect()
    }

    /// One digit changed, or two neighbours swapped, behind the calling code.
    fn digit_slip(&mut self, number: String) -> String {
        if !self.percent(SLIPS_PERCENT) {
            return number;
        }
        let mut digits = number.into_bytes();
        let at = 4 + self.below(digits.len() - 5) as usize;
        if self.percent(30) {
            digits.swap(at, at + 1);
        } else {
            digits[at] = self.digit();
        }
        digits.into_iter().map(char::from).collect()
    }

    /// Day and month swapped, or one digit of the date changed.
    fn date_slip(&mut self, date: String) -> String {
        if !self.percent(SLIPS_PERCENT) {
            return date;
        }
        let (year, month, day) = (&date[..4], &date[5..7], &date[8..]);
        let ones = char::from(self.digit());
        let tens = if self.percent(50) { '1' } else { '0' };
        match self.below(4) {
            0 if day <= "12" => format!("{year}-{day}-{month}"),
            1 => format!("{}{ones}-{month}-{day}", &year[..3]),
            2 => format!("{year}-{month}-{}{ones}", &day[..1]),
            _ => format!("{year}-{month}-{tens}{}", &day[1..]),
        }
    }

    fn digit(&mut self) -> u8 {
        b'0' + u8::try_from(self.below(10)).unwrap_or(0)
    }
}

/// A number in letters.
fn base_26(mut number: u32) -> String {
    let mut letters = String::new();
    loop {
        letters.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
        if number == 0 {
            return letters;
        }
    }
}
