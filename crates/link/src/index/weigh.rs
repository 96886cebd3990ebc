//! What a new report shares with each case, in bits, and what an edge is worth later.

use std::cmp::Reverse;

use super::partition::Partition;
use super::record::{Record, StoredEdge};

/// The most carriers of one identifier that are looked at, the latest first.
pub const CARRIERS_WALKED_MAX: usize = 64;
/// The most carriers that are looked at for one report, as long as it carries fewer identifiers.
pub const CARRIERS_PER_REPORT_MAX: usize = 1 << 14;
/// The most identifiers that are kept as reasons between a report and one case, the strongest
/// first. More than any policy's `ties_at_bits`, so that what is kept ties whenever the whole does.
pub const IDENTIFIERS_PER_CASE_MAX: usize = 32;

const MINUTES_PER_DAY: u32 = 24 * 60;

/// An identifier that a report carries, each once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// Position in what the caller gave.
    pub(super) position: usize,
    pub(super) identifier: u32,
}

/// One identifier seen in one case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sighting {
    /// The founder, by the ties alone.
    pub(super) case: u32,
    /// Position in what is asked.
    pub(super) asked: usize,
    /// The carrier in that case that is nearest in time.
    pub(super) carrier: u32,
    /// The first carrier in that case that was looked at. A person who takes the case apart mostly
    /// parts it from the latest.
    first: u32,
    gap_minutes: u32,
    pub(super) bits: u32,
}

/// A case that shares something with a report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Met {
    pub(super) case: u32,
    pub(super) bits: u32,
    first: usize,
    end: usize,
}

/// All cases that share something with a report, the strongest first, then the oldest.
#[derive(Debug, Default)]
pub(super) struct Weighed {
    sightings: Vec<Sighting>,
    pub(super) met: Vec<Met>,
}

impl Weighed {
    /// What a case shares, the strongest first.
    pub(super) fn shared(&self, met: &Met) -> &[Sighting] {
        &self.sightings[met.first..met.end]
    }

    /// For each identifier asked about: whether the others tie the report to a case that carries
    /// it too.
    pub(super) fn vouched(&self, asked: usize, ties_at_bits: u32) -> Vec<bool> {
        let mut vouched = vec![false; asked];
        for met in &self.met {
            for sighting in self.shared(met) {
                if met.bits - sighting.bits >= ties_at_bits {
                    vouched[sighting.asked] = true;
                }
            }
        }
        vouched
    }
}

/// Weighs what a report of `minute` that carries `asked` shares with each case.
pub(super) fn weigh(
    record: &Record,
    ties: &mut Partition,
    minute: i32,
    asked: &[Asked],
) -> Weighed {
    let walked = (CARRIERS_PER_REPORT_MAX / asked.len().max(1)).clamp(1, CARRIERS_WALKED_MAX);
    let mut sightings: Vec<Sighting> = Vec::with_capacity(asked.len());
    for (position, one) in asked.iter().enumerate() {
        if record.is_hub(one.identifier) {
            continue;
        }
        let first = sightings.len();
        for carrier in record.carriers(one.identifier).take(walked) {
            let gap_minutes = record.reports.minutes[carrier as usize].abs_diff(minute);
            let case = ties.find(carrier);
            match sightings[first..].iter_mut().find(|seen| seen.case == case) {
                Some(seen) => {
                    seen.first = carrier;
                    if gap_minutes < seen.gap_minutes {
                        seen.gap_minutes = gap_minutes;
                        seen.carrier = carrier;
                    }
                }
                None => sightings.push(Sighting {
                    case,
                    asked: position,
                    carrier,
                    first: carrier,
                    gap_minutes,
                    bits: 0,
                }),
            }
        }
        for seen in &mut sightings[first..] {
            seen.bits = bits_after(record, one.identifier, seen.gap_minutes);
        }
    }
    sightings.retain(|sighting| sighting.bits > 0);
    let key = |one: &Sighting| (one.case, Reverse(one.bits), asked[one.asked].position);
    sightings.sort_unstable_by_key(key);
    let mut met: Vec<Met> = Vec::new();
    for (at, sighting) in sightings.iter().enumerate() {
        match met.last_mut() {
            Some(last) if last.case == sighting.case => {
                last.bits += sighting.bits;
                last.end = at + 1;
            }
            _ => met.push(Met {
                case: sighting.case,
                bits: sighting.bits,
                first: at,
                end: at + 1,
            }),
        }
    }
    met.sort_unstable_by(|a, b| (b.bits, a.case).cmp(&(a.bits, b.case)));
    Weighed { sightings, met }
}

/// What an identifier is worth when its nearest carrier is this far away in time.
fn bits_after(record: &Record, identifier: u32, gap_minutes: u32) -> u32 {
    let bits = record.bits(identifier);
    let kind = record.identifiers.known[identifier as usize].kind();
    match record.policy.fresh_days(kind) {
        Some(days) if gap_minutes > days.saturating_mul(MINUTES_PER_DAY) => {
            record.policy.stale_bits(bits)
        }
        _ => bits,
    }
}

/// The edges to the cases that `met` lists, a group for each: for each identifier one to the
/// nearest carrier, then one to the first, if that is another.
pub(super) fn edges<'a>(
    weighed: &'a Weighed,
    met: &'a [Met],
) -> impl Iterator<Item = StoredEdge> + 'a {
    (0_u8..).zip(met).flat_map(|(group, met)| {
        let kept = weighed.shared(met).iter().take(IDENTIFIERS_PER_CASE_MAX);
        kept.flat_map(move |sighting| {
            // `place` takes no more identifiers than 16 bits count, the policy no more bits than 8.
            let entry = u16::try_from(sighting.asked).unwrap_or(u16::MAX);
            let bits = u8::try_from(sighting.bits).unwrap_or(u8::MAX);
            let edge = |to| StoredEdge::new(to, entry, bits, group);
            let first = (sighting.first != sighting.carrier).then(|| edge(sighting.first));
            [Some(edge(sighting.carrier)), first].into_iter().flatten()
        })
    })
}

/// What the edges of one group say for one part of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reached {
    pub(super) group: u8,
    /// The part's founder.
    pub(super) part: u32,
    pub(super) bits: u32,
    /// The entry that was added last: two edges on one identifier count once.
    entry: u16,
}

/// The parts that those of a report's edges reach that stand.
pub(super) fn reached(record: &Record, report: u32, parts: &mut Partition) -> Vec<Reached> {
    let mut all: Vec<Reached> = Vec::new();
    for edge in record.edges_of(report) {
        if !record.stands(report, *edge) {
            continue;
        }
        let (group, part, entry) = (edge.group(), parts.find(edge.to), edge.entry);
        let bits = u32::from(edge.bits);
        let same = |one: &&mut Reached| one.group == group && one.part == part;
        match all.iter_mut().rev().find(same) {
            Some(one) if one.entry == entry => {}
            Some(one) => {
                one.bits += bits;
                one.entry = entry;
            }
            None => all.push(Reached {
                group,
                part,
                bits,
                entry,
            }),
        }
    }
    all
}

/// Takes the parts of `members` (ascending, whole parts) apart and ties them again by the edges
/// that still hold, in the order of the reports; loosens those that no longer do.
pub(super) fn regroup(record: &mut Record, ties: &mut Partition, members: &[u32]) {
    ties.part(members);
    let least = record.policy.ties_at_bits();
    for report in members {
        if record.edges_of(*report).is_empty() {
            continue;
        }
        let mut tied_to = reached(record, *report, ties);
        tied_to.retain(|one| one.bits >= least);
        for at in 0..record.edges_of(*report).len() {
            let edge = record.edges_of(*report)[at];
            let part = ties.find(edge.to);
            let here = |one: &Reached| one.group == edge.group() && one.part == part;
            if !(record.stands(*report, edge) && tied_to.iter().any(here)) {
                record.edges_of_mut(*report)[at].loosen();
            }
        }
        for one in tied_to {
            ties.union(*report, one.part);
        }
    }
}

/// Whether a report was tied, among others, by this identifier.
pub(super) fn stood_on(record: &Record, report: u32, identifier: u32) -> bool {
    let entries = record.entries_of(report);
    let on = |edge: &StoredEdge| {
        edge.holds() && entries[usize::from(edge.entry)].identifier == identifier
    };
    record.edges_of(report).iter().any(on)
}

/// The numbers of all members of the parts that `reports` are in, ascending.
pub(super) fn whole_parts(parts: &mut Partition, reports: &[u32]) -> Vec<u32> {
    let mut founders: Vec<u32> = reports.iter().map(|report| parts.find(*report)).collect();
    founders.sort_unstable();
    founders.dedup();
    let mut members: Vec<u32> = Vec::with_capacity(founders.len());
    for founder in founders {
        members.extend(parts.members(founder));
    }
    members.sort_unstable();
    members
}

/// Puts what is asked about in numbers, ascending, each identifier once.
pub(super) fn ask(record: &mut Record, carried: &[super::Carried]) -> Vec<Asked> {
    let mut asked: Vec<Asked> = Vec::with_capacity(carried.len());
    for (position, one) in carried.iter().enumerate() {
        let identifier = record.identifiers.number(*one);
        asked.push(Asked {
            position,
            identifier,
        });
    }
    asked.sort_unstable_by_key(|one| (one.identifier, one.position));
    asked.dedup_by_key(|one| one.identifier);
    asked
}
