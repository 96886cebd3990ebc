//! Reports with three identifiers each, as a back file of ten million might hold them: cases of all
//! sizes, accounts and numbers that repeat within a case, addresses that strangers share.

use link::Carried;
use model::{IdentifierKind, ReportId, Timestamp};

/// Identifiers per report.
pub(crate) const PER_REPORT: usize = 3;
/// Minutes between one report and the next: ten million in some twenty years.
const MINUTES_BETWEEN: i64 = 1;
/// Of 64: reports of a case of its own, whose account nobody else names.
const ALONE: u64 = 3;
/// Of 64: addresses that nobody else has, that the case has, that a small line has, and (the rest)
/// that a large line has. Strangers share lines.
const ADDRESS_OWN: u64 = 11;
const ADDRESS_OF_CASE: u64 = 49;
const ADDRESS_OF_SMALL_LINE: u64 = 2;
/// Reports for each line, of those that name one: some small lines are about to come apart.
const REPORTS_PER_SMALL_LINE: u64 = 12;
const REPORTS_PER_LARGE_LINE: u64 = 20_000;

/// The bits of `SplitMix64` (Steele, Lea, Flood 2014) of a number: a digest's look.
pub(crate) fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A value of the `slot`-th thing drawn for `number`.
pub(crate) fn draw(number: u64, slot: u64) -> u64 {
    mix(mix(number).wrapping_add(slot.wrapping_mul(0x2545_f491_4f6c_dd1d)))
}

/// The fingerprint of the `number`-th thing of a family.
pub(crate) fn fingerprint(family: u64, number: u64) -> u64 {
    draw(number, family << 8 | 0xff)
}

/// The three identifiers of a report among `reports`.
pub(crate) fn carried(report: u64, reports: u64) -> [Carried; PER_REPORT] {
    let of_64 = |slot| draw(report, slot) % 64;
    // Two cases for five reports, and a few that are large.
    let case = if of_64(1) == 0 {
        reports + draw(report, 2) % (reports / 1000 + 1)
    } else {
        draw(report, 2) % (reports * 2 / 5 + 1)
    };
    let own = 1 << 40 | report;
    let account = if of_64(3) < ALONE { own } else { case };
    // A case has two numbers, one of them rarely named.
    let number = if of_64(4) < ALONE {
        own
    } else {
        case << 1 | u64::from(of_64(5) < 8)
    };
    let line = |shared_by: u64| draw(report, 7) % (reports / 32 / shared_by + 1);
    let address = match of_64(6) {
        0..ADDRESS_OWN => own,
        part if part < ADDRESS_OWN + ADDRESS_OF_CASE => case,
        part if part < ADDRESS_OWN + ADDRESS_OF_CASE + ADDRESS_OF_SMALL_LINE => {
            2 << 40 | line(REPORTS_PER_SMALL_LINE)
        }
        _ => 3 << 40 | line(REPORTS_PER_LARGE_LINE),
    };
    [
        (IdentifierKind::Handle, 1, account),
        (IdentifierKind::Phone, 2, number),
        (IdentifierKind::Ip, 3, address),
    ]
    .map(|(kind, family, number)| Carried {
        kind,
        fingerprint: fingerprint(family, number),
    })
}

/// The number of a report as the database would give it out.
pub(crate) fn id(report: u64) -> ReportId {
    ReportId::new(report.cast_signed() + 1)
}

/// When it was made.
pub(crate) fn at(report: u64) -> Timestamp {
    Timestamp::from_millis(report.cast_signed() * MINUTES_BETWEEN * 60_000)
}
