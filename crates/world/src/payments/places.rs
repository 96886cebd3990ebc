//! Where accounts are: countries with their currency, their time and their language, and who sends
//! where.

use super::words::Language;

/// A country of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(u8);

/// A currency of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u8);

/// What is known of a country. Its time is standard time all the year: an hour less than its
/// clocks show in summer, if it has summer time.
struct Place {
    code: &'static str,
    currency: u8,
    /// Minutes ahead of UTC of the two zones in which most people live.
    minutes: [i32; 2],
    language: Language,
}

const fn place(code: &'static str, currency: u8, minutes: [i32; 2], language: Language) -> Place {
    Place {
        code,
        currency,
        minutes,
        language,
    }
}

use Language::{English, French, German, Romanian, Spanish, Swedish, Tagalog, Thai};

/// How many there are.
pub(super) const COUNTRIES: u32 = 39;

/// The countries that people send from come first, then those that they send to.
const PLACES: [Place; COUNTRIES as usize] = [
    place("AU", 0, [600, 480], English),
    place("US", 1, [-300, -480], English),
    place("GB", 2, [0, 0], English),
    place("CA", 3, [-300, -480], English),
    place("SE", 4, [60, 60], Swedish),
    place("DE", 5, [60, 60], German),
    place("JP", 6, [540, 540], English),
    place("SG", 7, [480, 480], English),
    place("FR", 5, [60, 60], French),
    place("NL", 5, [60, 60], English),
    place("SA", 8, [180, 180], English),
    place("ES", 5, [60, 60], Spanish),
    place("IT", 5, [60, 60], English),
    place("CH", 9, [60, 60], German),
    place("NZ", 10, [720, 720], English),
    place("AE", 11, [240, 240], English),
    place("PH", 12, [480, 480], Tagalog),
    place("TH", 13, [420, 420], Thai),
    place("CO", 14, [-300, -300], Spanish),
    place("DO", 15, [-240, -240], Spanish),
    place("GH", 16, [0, 0], English),
    place("UA", 17, [120, 120], English),
    place("RO", 18, [120, 120], Romanian),
    place("JM", 19, [-300, -300], English),
    place("RU", 20, [180, 420], English),
    place("MX", 21, [-360, -360], Spanish),
    place("IN", 22, [330, 330], English),
    place("ZA", 23, [120, 120], English),
    place("CU", 24, [-300, -300], Spanish),
    place("VN", 25, [420, 420], English),
    place("ID", 26, [420, 480], English),
    place("NP", 27, [345, 345], English),
    place("PK", 28, [300, 300], English),
    place("BD", 29, [360, 360], English),
    place("NG", 30, [60, 60], English),
    place("KE", 31, [180, 180], English),
    place("PL", 32, [60, 60], English),
    place("BR", 33, [-180, -240], English),
    place("MA", 34, [60, 60], French),
];

/// Code, decimals, and how many units one US dollar is, in thousandths: round numbers near those
/// of 2025, the same on all days of the book.
const CURRENCIES: [(&str, u32, i64); 35] = [
    ("AUD", 2, 1_540),
    ("USD", 2, 1_000),
    ("GBP", 2, 770),
    ("CAD", 2, 1_400),
    ("SEK", 2, 10_000),
    ("EUR", 2, 910),
    ("JPY", 0, 150_000),
    ("SGD", 2, 1_330),
    ("SAR", 2, 3_750),
    ("CHF", 2, 880),
    ("NZD", 2, 1_700),
    ("AED", 2, 3_670),
    ("PHP", 2, 57_000),
    ("THB", 2, 34_000),
    ("COP", 2, 4_100_000),
    ("DOP", 2, 60_000),
    ("GHS", 2, 12_000),
    ("UAH", 2, 41_000),
    ("RON", 2, 4_550),
    ("JMD", 2, 158_000),
    ("RUB", 2, 92_000),
    ("MXN", 2, 19_500),
    ("INR", 2, 84_000),
    ("ZAR", 2, 18_000),
    ("CUP", 2, 24_000),
    ("VND", 0, 25_000_000),
    ("IDR", 2, 16_000_000),
    ("NPR", 2, 134_000),
    ("PKR", 2, 278_000),
    ("BDT", 2, 118_000),
    ("NGN", 2, 1_500_000),
    ("KES", 2, 129_000),
    ("PLN", 2, 3_900),
    ("BRL", 2, 5_600),
    ("MAD", 2, 9_900),
];

impl Country {
    /// Every country of the book.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..u8::MAX).map(Self).take(PLACES.len())
    }

    /// Its place among all.
    pub(super) fn number(self) -> u32 {
        u32::from(self.0)
    }

    /// The country at a place; the last one past it.
    pub(super) fn numbered(number: u32) -> Self {
        Self(u8::try_from(number.min(COUNTRIES - 1)).unwrap_or(0))
    }

    /// Two letters of ISO 3166-1: `PH`.
    pub fn code(self) -> &'static str {
        self.place().code
    }

    /// What people pay with there.
    pub fn currency(self) -> Currency {
        Currency(self.place().currency)
    }

    /// Minutes ahead of UTC of its first zone, or of its second.
    pub(super) fn minutes_ahead(self, second: bool) -> i32 {
        self.place().minutes[usize::from(second)]
    }

    pub(super) fn language(self) -> Language {
        self.place().language
    }

    fn place(self) -> &'static Place {
        &PLACES[usize::from(self.0)]
    }
}

impl Currency {
    /// Every currency of the book.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..u8::MAX).map(Self).take(CURRENCIES.len())
    }

    /// The code of ISO 4217.
    pub fn code(self) -> &'static str {
        CURRENCIES[usize::from(self.0)].0
    }

    /// How many decimals its minor unit is away.
    pub fn exponent(self) -> u32 {
        CURRENCIES[usize::from(self.0)].1
    }

    /// What one unit is worth in US dollars, in 10^-9, on all days of the book.
    pub fn nano_usd(self) -> i64 {
        1_000_000_000_000 / CURRENCIES[usize::from(self.0)].2
    }

    /// So many cents of a US dollar, in minor units.
    pub(super) fn of_cents(self, cents: i64) -> i64 {
        let (_, exponent, per_dollar) = CURRENCIES[usize::from(self.0)];
        let minor_per_unit = 10_i64.pow(exponent);
        (cents * per_dollar / 1000 * minor_per_unit / 100).max(1)
    }

    /// The step in which people round amounts, in minor units: 5 euros, 50 kronor, 500 yen.
    pub(super) fn step(self) -> i64 {
        let (_, exponent, per_dollar) = CURRENCIES[usize::from(self.0)];
        let mut units = 5;
        while units * 1600 <= per_dollar {
            units *= 10;
        }
        units * 10_i64.pow(exponent)
    }
}

/// A country by its code, for the tables below.
const fn at(code: &str) -> Country {
    let mut place = 0;
    let mut number = 0;
    while place < PLACES.len() {
        let (known, code) = (PLACES[place].code.as_bytes(), code.as_bytes());
        if known[0] == code[0] && known[1] == code[1] {
            return Country(number);
        }
        place += 1;
        number += 1;
    }
    // No table below names another: a test reads them all.
    Country(0)
}

/// Where customers are who send abroad.
pub(super) const SENDERS: [(Country, u32); 16] = [
    (at("US"), 30),
    (at("AU"), 14),
    (at("GB"), 12),
    (at("CA"), 10),
    (at("DE"), 8),
    (at("FR"), 6),
    (at("SE"), 4),
    (at("NL"), 4),
    (at("JP"), 4),
    (at("SG"), 4),
    (at("SA"), 5),
    (at("ES"), 3),
    (at("IT"), 3),
    (at("AE"), 4),
    (at("CH"), 2),
    (at("NZ"), 2),
];

/// Where families, workers, suppliers and friends abroad are.
pub(super) const RECEIVERS: [(Country, u32); 23] = [
    (at("PH"), 26),
    (at("IN"), 18),
    (at("MX"), 12),
    (at("CO"), 6),
    (at("DO"), 5),
    (at("RO"), 5),
    (at("TH"), 4),
    (at("GH"), 4),
    (at("UA"), 4),
    (at("JM"), 4),
    (at("RU"), 2),
    (at("ZA"), 2),
    (at("CU"), 1),
    (at("PK"), 6),
    (at("NG"), 6),
    (at("BD"), 5),
    (at("VN"), 4),
    (at("ID"), 4),
    (at("NP"), 4),
    (at("BR"), 4),
    (at("KE"), 3),
    (at("PL"), 3),
    (at("MA"), 3),
];

/// Where those are whom payers pay: more than half of it where families are too (AMLC 2023, FINTRAC
/// 2020 and 2025), and some of it in no list.
pub(super) const PAID: [(Country, u32); 16] = [
    (at("PH"), 50),
    (at("TH"), 9),
    (at("CO"), 8),
    (at("RO"), 6),
    (at("DO"), 4),
    (at("MX"), 4),
    (at("IN"), 4),
    (at("GH"), 3),
    (at("UA"), 3),
    (at("RU"), 2),
    (at("ZA"), 1),
    (at("JM"), 1),
    (at("ID"), 2),
    (at("BR"), 1),
    (at("KE"), 1),
    (at("VN"), 1),
];

/// Where tourists go.
pub(super) const HOLIDAYS: [(Country, u32); 9] = [
    (at("TH"), 30),
    (at("PH"), 20),
    (at("MX"), 15),
    (at("DO"), 10),
    (at("CO"), 6),
    (at("CU"), 4),
    (at("ZA"), 5),
    (at("ID"), 10),
    (at("MA"), 6),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_one_country_and_the_tables_name_known_ones() {
        let codes: std::collections::BTreeSet<&str> = Country::all().map(Country::code).collect();
        assert_eq!(codes.len(), PLACES.len());
        let tables = [&SENDERS[..], &RECEIVERS, &PAID, &HOLIDAYS];
        for table in tables {
            let named: std::collections::BTreeSet<Country> =
                table.iter().map(|(country, _)| *country).collect();
            assert_eq!(named.len(), table.len());
        }
        assert_eq!(Country::all().count(), 39);
        assert!(
            PLACES
                .iter()
                .all(|place| usize::from(place.currency) < CURRENCIES.len())
        );
    }

    #[test]
    fn amounts_are_converted_and_rounded_in_the_currency_people_use() {
        let by = |code: &str| Currency::all().find(|known| known.code() == code).unwrap();
        assert_eq!(by("USD").of_cents(1234), 1234);
        assert_eq!(by("AUD").of_cents(10_000), 15_400);
        assert_eq!(by("JPY").of_cents(10_000), 15_000);
        assert_eq!(by("PHP").of_cents(100), 5_700);
        let steps = ["USD", "EUR", "SEK", "PHP", "JPY"].map(|code| by(code).step());
        assert_eq!(steps, [500, 500, 5_000, 5_000, 500]);
        assert_eq!(by("AUD").nano_usd(), 649_350_649);
    }
}
