//! Birth dates as people write them: whole, partial, with a slip of the pen.

/// Dates that programs fill in where nobody gave one.
const PLACEHOLDERS: [(u16, u8, u8); 4] = [(1900, 1, 1), (1970, 1, 1), (2000, 1, 1), (1980, 1, 1)];
/// The years that can be meant.
const YEARS: std::ops::RangeInclusive<u16> = 1901..=2100;

/// A birth date, of which the day, or the day and the month, may be unknown.
///
/// Packed as year · 512 + month · 32 + day, 0 for what is unknown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct BirthDate(u32);

/// How two birth dates compare, the most alike first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BirthLikeness {
    Same,
    Slip,
    Part,
    Year,
    Different,
}

impl BirthDate {
    /// Reads `YYYY-MM-DD`, `YYYY-MM`, `YYYY` or `DD.MM.YYYY`, with `-`, `/`, `.` or a space between
    /// the numbers. What cannot be a date is no date; a placeholder is none either.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > 10 {
            // A time may follow the date.
            let rest = text.get(10..)?;
            return rest.starts_with('T').then(|| Self::read(text.get(..10)?))?;
        }
        let mut numbers = [0_u16; 3];
        let mut widths = [0; 3];
        let mut count = 0;
        for part in text.split(['-', '/', '.', ' ']) {
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            *widths.get_mut(count)? = part.len();
            numbers[count] = part.parse().ok().filter(|_| digits)?;
            count += 1;
        }
        let [year, month, day] = match (widths, count) {
            ([4, _, _], _) => numbers,
            ([_, _, 4], 3) => [numbers[2], numbers[1], numbers[0]],
            _ => return None,
        };
        Self::of(year, month, day)
    }

    fn of(year: u16, month: u16, day: u16) -> Option<Self> {
        // A month beyond twelve is a day in the month's place.
        let (month, day) = if (13..=31).contains(&month) && (1..=12).contains(&day) {
            (day, month)
        } else {
            (month, day)
        };
        let (month, day) = match (u8::try_from(month), u8::try_from(day)) {
            (Ok(month @ 1..=12), Ok(day @ 1..=31)) => (month, day),
            (Ok(month @ 1..=12), _) => (month, 0),
            _ => (0, 0),
        };
        let meant = YEARS.contains(&year) && !PLACEHOLDERS.contains(&(year, month, day));
        meant.then(|| Self(u32::from(year) << 9 | u32::from(month) << 5 | u32::from(day)))
    }

    /// The packed form.
    pub(super) const fn packed(self) -> u32 {
        self.0
    }

    /// The date of a packed form; `None` for 0.
    pub(super) const fn of_packed(packed: u32) -> Option<Self> {
        if packed == 0 {
            None
        } else {
            Some(Self(packed))
        }
    }

    /// The year.
    pub(super) const fn year(self) -> u32 {
        self.0 >> 9
    }

    const fn month(self) -> u32 {
        self.0 >> 5 & 15
    }

    const fn day(self) -> u32 {
        self.0 & 31
    }

    const fn is_whole(self) -> bool {
        self.day() != 0
    }

    /// A number that is equal for whole dates whose day and month are swapped; `None` for a partial
    /// date.
    pub(super) const fn unordered(self) -> Option<u32> {
        if !self.is_whole() {
            return None;
        }
        let (month, day) = (self.month(), self.day());
        if day < month {
            return Some(self.year() << 9 | day << 5 | month);
        }
        Some(self.0)
    }

    /// Compares two dates.
    pub(super) fn likeness(self, other: Self) -> BirthLikeness {
        let whole = self.is_whole() && other.is_whole();
        if self.0 == other.0 {
            return if whole {
                BirthLikeness::Same
            } else {
                BirthLikeness::Part
            };
        }
        if whole && (self.unordered() == other.unordered() || self.is_slip_of(other)) {
            return BirthLikeness::Slip;
        }
        if self.year() != other.year() {
            return BirthLikeness::Different;
        }
        let months_agree = self.month() == other.month() || self.month() * other.month() == 0;
        let days_agree = self.day() * other.day() == 0;
        if months_agree && days_agree {
            return BirthLikeness::Part;
        }
        BirthLikeness::Year
    }

    /// Whether one digit is another one, or two neighbours are swapped, as when a date is typed.
    fn is_slip_of(self, other: Self) -> bool {
        let (mine, theirs) = (self.digits(), other.digits());
        let mut wrong = (0..mine.len()).filter(|at| mine[*at] != theirs[*at]);
        match (wrong.next(), wrong.next(), wrong.next()) {
            (Some(_), None, None) => true,
            (Some(one), Some(two), None) => {
                two == one + 1 && mine[one] == theirs[two] && mine[two] == theirs[one]
            }
            _ => false,
        }
    }

    const fn digits(self) -> [u32; 8] {
        let (year, month, day) = (self.year(), self.month(), self.day());
        [
            year / 1000,
            year / 100 % 10,
            year / 10 % 10,
            year % 10,
            month / 10,
            month % 10,
            day / 10,
            day % 10,
        ]
    }
}

impl std::fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[sensitive]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> BirthDate {
        BirthDate::read(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn dates_are_read_whole_and_in_part() {
        assert_eq!(date("2011-03-04"), date("04.03.2011"));
        assert_eq!(date("2011-03-04"), date("2011/03/04"));
        assert_eq!(date("2011-03-04"), date("2011-03-04T00:00:00Z"));
        assert_eq!(date("2011-14-03"), date("2011-03-14"));
        assert_eq!(date("2011-03-00"), date("2011-03"));
        assert_eq!(date("2011-00-00"), date("2011"));
        for none in [
            "",
            "2011-",
            "x",
            "20110304",
            "1970-01-01",
            "0000-00-00",
            "12.13",
            "é2011",
        ] {
            assert!(BirthDate::read(none).is_none(), "{none}");
        }
    }

    #[test]
    fn dates_are_alike_in_degrees() {
        let cases = [
            ("2011-03-04", "2011-03-04", BirthLikeness::Same),
            ("2011-03-04", "2011-04-03", BirthLikeness::Slip),
            ("2011-03-04", "2011-03-05", BirthLikeness::Slip),
            ("2011-03-04", "2001-03-04", BirthLikeness::Slip),
            ("2011-03-12", "2011-03-21", BirthLikeness::Slip),
            ("2011-03-04", "2011-03", BirthLikeness::Part),
            ("2011", "2011", BirthLikeness::Part),
            ("2011-03-04", "2011-08-19", BirthLikeness::Year),
            ("2011-03", "2011-04", BirthLikeness::Year),
            ("2011-03-04", "2002-08-19", BirthLikeness::Different),
            ("2011-03", "2012-03", BirthLikeness::Different),
        ];
        for (one, other, likeness) in cases {
            assert_eq!(date(one).likeness(date(other)), likeness, "{one} {other}");
            assert_eq!(date(other).likeness(date(one)), likeness, "{other} {one}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_date_or_none(text in any::<String>()) {
            if let Some(date) = BirthDate::read(&text) {
                prop_assert_eq!(BirthDate::of_packed(date.packed()), Some(date));
            }
        }
    }
}
