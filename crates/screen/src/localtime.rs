//! What time of day it was where a transfer was sent or received.
//!
//! Offsets come from the time-zone database that is built in, never from the machine. A country
//! with several zones is measured at its outermost ones: it is night there only when it is night in
//! all of them, so a doubt never makes a payment nightly.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use model::Country;

/// Zones by country: the countries that senders and receivers in the typologies' corridors are in,
/// and their neighbours. Where there are several, the outermost in which many people live.
const ZONES: [(&str, &[&str]); 64] = [
    ("AE", &["Asia/Dubai"]),
    ("AR", &["America/Argentina/Buenos_Aires"]),
    ("AT", &["Europe/Vienna"]),
    ("AU", &["Australia/Sydney", "Australia/Perth"]),
    ("BD", &["Asia/Dhaka"]),
    ("BE", &["Europe/Brussels"]),
    ("BG", &["Europe/Sofia"]),
    ("BH", &["Asia/Bahrain"]),
    ("BR", &["America/Sao_Paulo", "America/Manaus"]),
    ("CA", &["America/Halifax", "America/Vancouver"]),
    ("CH", &["Europe/Zurich"]),
    ("CL", &["America/Santiago"]),
    ("CN", &["Asia/Shanghai"]),
    ("CO", &["America/Bogota"]),
    ("CU", &["America/Havana"]),
    ("CZ", &["Europe/Prague"]),
    ("DE", &["Europe/Berlin"]),
    ("DK", &["Europe/Copenhagen"]),
    ("DO", &["America/Santo_Domingo"]),
    ("EG", &["Africa/Cairo"]),
    ("ES", &["Europe/Madrid"]),
    ("FI", &["Europe/Helsinki"]),
    ("FR", &["Europe/Paris"]),
    ("GB", &["Europe/London"]),
    ("GH", &["Africa/Accra"]),
    ("GR", &["Europe/Athens"]),
    ("HK", &["Asia/Hong_Kong"]),
    ("HU", &["Europe/Budapest"]),
    ("ID", &["Asia/Jakarta", "Asia/Makassar"]),
    ("IE", &["Europe/Dublin"]),
    ("IL", &["Asia/Jerusalem"]),
    ("IN", &["Asia/Kolkata"]),
    ("IT", &["Europe/Rome"]),
    ("JM", &["America/Jamaica"]),
    ("JP", &["Asia/Tokyo"]),
    ("KE", &["Africa/Nairobi"]),
    ("KH", &["Asia/Phnom_Penh"]),
    ("KR", &["Asia/Seoul"]),
    ("KW", &["Asia/Kuwait"]),
    ("LA", &["Asia/Vientiane"]),
    ("LK", &["Asia/Colombo"]),
    ("MD", &["Europe/Chisinau"]),
    ("MG", &["Indian/Antananarivo"]),
    ("MX", &["America/Mexico_City", "America/Tijuana"]),
    ("MY", &["Asia/Kuala_Lumpur"]),
    ("NG", &["Africa/Lagos"]),
    ("NL", &["Europe/Amsterdam"]),
    ("NO", &["Europe/Oslo"]),
    ("NP", &["Asia/Kathmandu"]),
    ("NZ", &["Pacific/Auckland"]),
    ("PH", &["Asia/Manila"]),
    ("PK", &["Asia/Karachi"]),
    ("PL", &["Europe/Warsaw"]),
    ("PT", &["Europe/Lisbon"]),
    ("QA", &["Asia/Qatar"]),
    ("RO", &["Europe/Bucharest"]),
    ("RU", &["Europe/Moscow", "Asia/Novosibirsk"]),
    ("SA", &["Asia/Riyadh"]),
    ("SE", &["Europe/Stockholm"]),
    ("SG", &["Asia/Singapore"]),
    ("TH", &["Asia/Bangkok"]),
    ("UA", &["Europe/Kyiv"]),
    ("US", &["America/New_York", "America/Los_Angeles"]),
    ("ZA", &["Africa/Johannesburg"]),
];

const HOUR_MILLIS: i64 = 3_600_000;

/// Knows local times, and remembers for each zone how long its present offset holds.
#[derive(Debug)]
pub struct LocalTimes {
    by_country: Vec<Vec<Zone>>,
}

#[derive(Debug)]
struct Zone {
    rules: TimeZone,
    /// The offset holds from the first moment up to, not including, the second.
    holds: std::ops::Range<i64>,
    offset_millis: i64,
}

impl Default for LocalTimes {
    fn default() -> Self {
        let database = TimeZoneDatabase::bundled();
        let mut by_country: Vec<Vec<Zone>> = Vec::new();
        by_country.resize_with(Country::COUNT, Vec::new);
        for (code, names) in ZONES {
            let Some(country) = Country::parse(code) else {
                continue;
            };
            by_country[country.position()] = names
                .iter()
                .filter_map(|name| Zone::of(&database, name))
                .collect();
        }
        Self { by_country }
    }
}

impl LocalTimes {
    /// Whether it is between these hours (22 and 6 go over midnight) in all of the country's zones;
    /// `None` when they are not known.
    #[inline]
    pub fn within(&mut self, country: Country, time_millis: i64, hours: Hours) -> Option<bool> {
        let zones = &mut self.by_country[country.position()];
        if zones.is_empty() {
            return None;
        }
        Some(
            zones
                .iter_mut()
                .all(|zone| hours.hold(zone.hour(time_millis))),
        )
    }
}

/// A part of the day, in whole hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// The first hour of it.
    pub from: u8,
    /// The first hour after it.
    pub to: u8,
}

impl Hours {
    const fn hold(self, hour: u8) -> bool {
        if self.from <= self.to {
            self.from <= hour && hour < self.to
        } else {
            self.from <= hour || hour < self.to
        }
    }
}

impl Zone {
    fn of(database: &TimeZoneDatabase, name: &str) -> Option<Self> {
        let zone = database.get(name).ok()?;
        Some(Self {
            rules: zone,
            holds: 0..0,
            offset_millis: 0,
        })
    }

    #[inline]
    fn hour(&mut self, time_millis: i64) -> u8 {
        if !self.holds.contains(&time_millis) {
            self.look_up(time_millis);
        }
        let local = time_millis.saturating_add(self.offset_millis);
        u8::try_from(local.div_euclid(HOUR_MILLIS).rem_euclid(24)).unwrap_or_default()
    }

    #[cold]
    fn look_up(&mut self, time_millis: i64) {
        let Ok(at) = jiff::Timestamp::from_millisecond(time_millis) else {
            // Before the year -9999 or after 9999: no offset is known.
            self.offset_millis = 0;
            return;
        };
        self.offset_millis = i64::from(self.rules.to_offset(at).seconds()) * 1000;
        let next = self.rules.following(at).next();
        // One past the moment: a change at the moment itself is the one that holds.
        let after = jiff::Timestamp::from_millisecond(time_millis.saturating_add(1)).unwrap_or(at);
        let last = self.rules.preceding(after).next();
        let until = next.map_or(i64::MAX, |next| next.timestamp().as_millisecond());
        let from = last.map_or(i64::MIN, |last| last.timestamp().as_millisecond());
        self.holds = from..until;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NIGHT: Hours = Hours { from: 22, to: 6 };

    fn within(country: &str, time: &str) -> Option<bool> {
        let time = model::Timestamp::parse(time).unwrap().millis();
        let country = Country::parse(country).unwrap();
        LocalTimes::default().within(country, time, NIGHT)
    }

    #[test]
    fn every_zone_named_is_in_the_built_in_database() {
        let times = LocalTimes::default();
        assert!(ZONES.is_sorted_by(|one, next| one.0 < next.0));
        for (code, names) in ZONES {
            let country = Country::parse(code).unwrap();
            assert_eq!(
                times.by_country[country.position()].len(),
                names.len(),
                "{code}"
            );
        }
    }

    #[test]
    fn night_follows_summer_time() {
        // Berlin is an hour ahead of UTC in winter and two in summer.
        assert_eq!(within("DE", "2026-01-10T20:59:59Z"), Some(false));
        assert_eq!(within("DE", "2026-01-10T21:00:00Z"), Some(true));
        assert_eq!(within("DE", "2026-07-10T20:00:00Z"), Some(true));
        assert_eq!(within("DE", "2026-07-10T04:00:00Z"), Some(false));
        assert_eq!(within("AQ", "2026-07-10T04:00:00Z"), None);
    }

    #[test]
    fn of_a_wide_country_it_is_night_only_when_it_is_night_throughout() {
        // 22:30 in New York is 19:30 in Los Angeles.
        assert_eq!(within("US", "2026-01-11T03:30:00Z"), Some(false));
        assert_eq!(within("US", "2026-01-11T06:30:00Z"), Some(true));
    }

    #[test]
    fn one_zone_remembered_answers_as_one_looked_up() {
        let changing = (0..30_000).map(|hours| 1_500_000_000_000 + hours * 7 * HOUR_MILLIS);
        let sydney = TimeZoneDatabase::bundled().get("Australia/Sydney").unwrap();
        let mut zone = Zone::of(&TimeZoneDatabase::bundled(), "Australia/Sydney").unwrap();
        let change = 1_759_593_600_000; // Sydney, 2025-10-05T02:00 standard time.
        let around = [0, -1, 1, 0].map(|step| change + step);
        for time in changing
            .chain(around)
            .chain([change - 9_000_000_000, change, change - 1])
        {
            let at = jiff::Timestamp::from_millisecond(time).unwrap();
            let hour = sydney.to_datetime(at).hour();
            assert_eq!(i8::try_from(zone.hour(time)).unwrap(), hour);
        }
    }
}
