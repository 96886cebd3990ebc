//! National numbering plans: which digits can be a subscriber's number, and whose.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use regex::Regex;

/// One line for each territory; the file says where it comes from.
const PLANS: &str = include_str!("numbering/plans.txt");
/// The most digits of an international number, calling code included (ITU-T E.164).
const E164_DIGITS_MAX: usize = 15;

/// A country or territory whose numbering plan reads numbers that are written without a calling
/// code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region([u8; 2]);

impl Region {
    /// The two letters.
    pub fn name(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;

    /// Reads a two-letter code, in either case.
    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        let [first, second] = text.as_bytes() else {
            return Err(UnknownRegion);
        };
        let code = [first.to_ascii_uppercase(), second.to_ascii_uppercase()];
        let known = table().by_region.contains_key(&code);
        known.then_some(Self(code)).ok_or(UnknownRegion)
    }
}

/// A text that names no region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a region: give the two letters of ISO 3166-1, such as PH or US")]
pub struct UnknownRegion;

/// One territory's plan.
struct Plan {
    code: &'static str,
    trunk: &'static str,
    pattern: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Plan {
    /// Whether digits are a number of this plan, without calling code and trunk prefix.
    fn has(&self, national: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| compile(self.pattern));
        compiled
            .as_ref()
            .is_some_and(|pattern| pattern.is_match(national))
    }

    /// The national number within digits that may begin with the trunk prefix.
    fn national<'d>(&self, digits: &'d str) -> Option<&'d str> {
        if self.has(digits) {
            return Some(digits);
        }
        if self.trunk.is_empty() {
            return None;
        }
        let rest = digits.strip_prefix(self.trunk)?;
        self.has(rest).then_some(rest)
    }
}

/// A test holds that every pattern compiles.
fn compile(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("(?-u)^(?:{pattern})$")).ok()
}

struct Table {
    plans: Vec<Plan>,
    /// Positions of the plans that share a calling code, the main one first.
    by_code: HashMap<&'static str, Vec<usize>>,
    by_region: HashMap<[u8; 2], usize>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table {
            plans: Vec::new(),
            by_code: HashMap::new(),
            by_region: HashMap::new(),
        };
        for line in PLANS.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t');
            let mut field = || fields.next().unwrap_or_default();
            let (region, code, trunk, pattern) = (field(), field(), field(), field());
            let position = table.plans.len();
            table.by_code.entry(code).or_default().push(position);
            if let Ok(letters) = region.as_bytes().try_into() {
                table.by_region.insert(letters, position);
            }
            table.plans.push(Plan {
                code,
                trunk: trunk.trim_start_matches('-'),
                pattern,
                compiled: OnceLock::new(),
            });
        }
        table
    })
}

/// `+` and the digits of a number that begins with its calling code; a trunk prefix between code
/// and number (`+63 0917 …`) is dropped. `None` where no plan has such a number.
pub(crate) fn international(digits: &str) -> Option<String> {
    if digits.len() > E164_DIGITS_MAX + 2 {
        return None;
    }
    let table = table();
    for length in 1..=3 {
        let (code, rest) = digits.split_at_checked(length)?;
        let Some(plans) = table.by_code.get(code) else {
            continue;
        };
        return plans
            .iter()
            .find_map(|plan| table.plans[*plan].national(rest))
            .and_then(|national| joined(code, national));
    }
    None
}

/// `+`, calling code and number of digits as written inside a region.
pub(crate) fn national(digits: &str, region: Region) -> Option<String> {
    let table = table();
    let plan = &table.plans[*table.by_region.get(&region.0)?];
    joined(plan.code, plan.national(digits)?)
}

/// `+`, calling code and number of digits that were written beside a calling code.
pub(crate) fn beside_code(code: &str, digits: &str) -> Option<String> {
    let plans = table().by_code.get(code)?;
    let national = plans
        .iter()
        .find_map(|plan| table().plans[*plan].national(digits))?;
    joined(code, national)
}

/// The trunk prefix that numbers inside a region begin with; empty where they have none.
pub(crate) fn trunk(region: Region) -> &'static str {
    let table = table();
    table
        .by_region
        .get(&region.0)
        .map_or("", |plan| table.plans[*plan].trunk)
}

/// The calling code of a region, without `+`.
pub(crate) fn calling_code(region: Region) -> &'static str {
    let table = table();
    table
        .by_region
        .get(&region.0)
        .map_or("", |plan| table.plans[*plan].code)
}

fn joined(code: &str, national: &str) -> Option<String> {
    let fits = code.len() + national.len() <= E164_DIGITS_MAX;
    fits.then(|| format!("+{code}{national}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use phonenumber::metadata::DATABASE;

    #[test]
    fn the_plans_are_those_of_libphonenumber() {
        let mut compared = 0;
        for line in PLANS.lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 4, "{line}");
            assert!(compile(fields[3]).is_some(), "{line}");
            let Some(theirs) = DATABASE.by_id(fields[0]).filter(|_| fields[0] != "001") else {
                continue;
            };
            assert_eq!(theirs.country_code().to_string(), fields[1], "{line}");
            let trunk = theirs.national_prefix().unwrap_or("-");
            assert_eq!(trunk, fields[2], "{line}");
            compared += 1;
        }
        assert!(compared > 200, "{compared}");
    }

    #[test]
    fn numbers_are_read_as_the_library_reads_them() {
        for text in [
            "+12025550143",
            "+639175550143",
            "+6309175550143",
            "+442079460958",
            "+447700900123",
            "+390655500143",
            "+4930123456",
            "+33199001234",
            "+61491570006",
            "+79991234567",
            "+525512345678",
            "+8613800138000",
            "+4741234567",
        ] {
            let theirs = phonenumber::parse(None, text).unwrap();
            let theirs = theirs.format().mode(phonenumber::Mode::E164).to_string();
            assert_eq!(
                international(&text[1..]).as_deref(),
                Some(&*theirs),
                "{text}"
            );
        }
    }

    #[test]
    fn regions_are_two_known_letters() {
        assert_eq!("ph".parse::<Region>().unwrap().name(), "PH");
        for wrong in ["", "P", "PHL", "XX", "001", "Ñ"] {
            assert_eq!(wrong.parse::<Region>(), Err(UnknownRegion), "{wrong:?}");
        }
        let region = "PH".parse().unwrap();
        assert_eq!((trunk(region), calling_code(region)), ("0", "63"));
        assert_eq!(
            national("09175550123", region).as_deref(),
            Some("+639175550123")
        );
        assert_eq!(national("1", region), None);
    }
}
