//! What was said: which report carries which identifiers, since when, and which edges that made.

use hashbrown::HashTable;
use model::{IdentifierKind, ReportId, Timestamp};

use super::Carried;
use crate::LinkPolicy;

/// No report.
pub(super) const NONE: u32 = u32::MAX;

/// Everything that was placed. It only grows, and no person's decision changes it.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) policy: LinkPolicy,
    pub(super) reports: Reports,
    pub(super) identifiers: Identifiers,
    /// What each report carries, report after report, the identifiers of one report ascending.
    pub(super) entries: Vec<Entry>,
    /// Where a report's entries begin; one more than there are reports.
    pub(super) entry_starts: Vec<u32>,
    /// Why each report was tied, report after report, the groups of one report ascending.
    pub(super) edges: Vec<StoredEdge>,
    /// Where a report's edges begin; one more than there are reports.
    pub(super) edge_starts: Vec<u32>,
}

/// One identifier in one report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) identifier: u32,
    /// The report that carried it before this one, or [`NONE`].
    pub(super) previous: u32,
}

/// One reason why a report was tied to an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StoredEdge {
    pub(super) to: u32,
    /// Position among the entries of the report that it starts from.
    pub(super) entry: u16,
    pub(super) bits: u8,
    /// Which of the cases that the report met, in the lowest seven bits, and [`HOLDS`].
    group_and_holds: u8,
}

/// The bit that says that an edge still ties.
const HOLDS: u8 = 1 << 7;

impl StoredEdge {
    /// An edge that holds, of a group below 128.
    pub(super) const fn new(to: u32, entry: u16, bits: u8, group: u8) -> Self {
        Self {
            to,
            entry,
            bits,
            group_and_holds: group | HOLDS,
        }
    }

    /// Edges of one group add up.
    pub(super) const fn group(self) -> u8 {
        self.group_and_holds & !HOLDS
    }

    /// Whether its group was enough to tie when the ties were last made. What once does not hold
    /// never does again: identifiers only come apart, and parts of the ties with them.
    pub(super) const fn holds(self) -> bool {
        self.group_and_holds & HOLDS != 0
    }

    pub(super) const fn loosen(&mut self) {
        self.group_and_holds &= !HOLDS;
    }

    /// The two last bytes, for a snapshot.
    pub(super) const fn tail(self) -> [u8; 2] {
        [self.bits, self.group_and_holds]
    }

    pub(super) const fn from_parts(to: u32, entry: u16, tail: [u8; 2]) -> Self {
        Self {
            to,
            entry,
            bits: tail[0],
            group_and_holds: tail[1],
        }
    }
}

impl Record {
    pub(super) fn new(policy: LinkPolicy) -> Self {
        Self {
            policy,
            reports: Reports::default(),
            identifiers: Identifiers::default(),
            entries: Vec::new(),
            entry_starts: vec![0],
            edges: Vec::new(),
            edge_starts: vec![0],
        }
    }

    pub(super) fn entries_of(&self, report: u32) -> &[Entry] {
        let at = report as usize;
        &self.entries[self.entry_starts[at] as usize..self.entry_starts[at + 1] as usize]
    }

    pub(super) fn edges_of(&self, report: u32) -> &[StoredEdge] {
        &self.edges[self.edge_range(report)]
    }

    /// The range of a report's edges in `edges`.
    fn edge_range(&self, report: u32) -> std::ops::Range<usize> {
        let at = report as usize;
        self.edge_starts[at] as usize..self.edge_starts[at + 1] as usize
    }

    pub(super) fn edges_of_mut(&mut self, report: u32) -> &mut [StoredEdge] {
        let range = self.edge_range(report);
        &mut self.edges[range]
    }

    /// Whether an edge of `report` still says something: it holds, and what it stands on has not
    /// come apart.
    pub(super) fn stands(&self, report: u32, edge: StoredEdge) -> bool {
        edge.holds() && !self.is_hub(self.entries_of(report)[usize::from(edge.entry)].identifier)
    }

    /// Whether an identifier has come apart.
    pub(super) fn is_hub(&self, identifier: u32) -> bool {
        let known = self.identifiers.known[identifier as usize];
        self.policy.dissolves(known.kind(), known.spread())
    }

    /// What an identifier is worth now, in bits.
    pub(super) fn bits(&self, identifier: u32) -> u32 {
        let known = self.identifiers.known[identifier as usize];
        self.policy.bits(known.kind(), known.spread())
    }

    /// The carriers of an identifier, latest first, as reports.
    pub(super) fn carriers(&self, identifier: u32) -> impl Iterator<Item = u32> + '_ {
        let mut at = self.identifiers.known[identifier as usize].head;
        std::iter::from_fn(move || {
            let report = at;
            if report == NONE {
                return None;
            }
            let entries = self.entries_of(report);
            let here = entries.binary_search_by_key(&identifier, |entry| entry.identifier);
            at = here.map_or(NONE, |here| entries[here].previous);
            Some(report)
        })
    }

    /// Adds a report that carries `identifiers`, ascending, each once.
    pub(super) fn append(
        &mut self,
        id: ReportId,
        minute: i32,
        identifiers: impl Iterator<Item = u32>,
        edges: impl Iterator<Item = StoredEdge>,
    ) -> u32 {
        let report = self.reports.push(id, minute);
        for identifier in identifiers {
            let head = &mut self.identifiers.known[identifier as usize].head;
            let previous = std::mem::replace(head, report);
            self.entries.push(Entry {
                identifier,
                previous,
            });
        }
        self.entry_starts.push(u32_of(self.entries.len()));
        self.edges.extend(edges);
        self.edge_starts.push(u32_of(self.edges.len()));
        report
    }
}

/// A number that [`super::Index::place`] holds below `u32::MAX`.
pub(super) fn u32_of(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NONE)
}

/// Reports by number, in the order of placing, and numbers by report.
#[derive(Debug, Clone, Default)]
pub(super) struct Reports {
    pub(super) ids: Vec<i64>,
    /// When each was made, in minutes since 1970.
    pub(super) minutes: Vec<i32>,
    numbers: HashTable<u32>,
}

impl Reports {
    pub(super) fn number(&self, id: ReportId) -> Option<u32> {
        let id = id.number();
        let same = |number: &u32| self.ids[*number as usize] == id;
        self.numbers.find(hash_of_report(id), same).copied()
    }

    pub(super) fn id(&self, number: u32) -> ReportId {
        ReportId::new(self.ids[number as usize])
    }

    fn push(&mut self, id: ReportId, minute: i32) -> u32 {
        let number = u32_of(self.ids.len());
        self.ids.push(id.number());
        self.minutes.push(minute);
        self.numbers
            .insert_unique(hash_of_report(id.number()), number, |number| {
                hash_of_report(self.ids[*number as usize])
            });
        number
    }

    /// `None` where a report stands twice.
    pub(super) fn from_parts(ids: Vec<i64>, minutes: Vec<i32>) -> Option<Self> {
        let mut numbers = HashTable::with_capacity(ids.len());
        for (number, id) in (0_u32..).zip(&ids) {
            let same = |other: &u32| ids[*other as usize] == *id;
            let hash = |other: &u32| hash_of_report(ids[*other as usize]);
            match numbers.entry(hash_of_report(*id), same, hash) {
                hashbrown::hash_table::Entry::Occupied(_) => return None,
                hashbrown::hash_table::Entry::Vacant(free) => free.insert(number),
            };
        }
        Some(Self {
            ids,
            minutes,
            numbers,
        })
    }
}

/// Numbers come one after the other; the table wants them spread over all bits (Fibonacci hashing,
/// Knuth 6.4).
fn hash_of_report(id: i64) -> u64 {
    let spread = id.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    spread ^ (spread >> 32)
}

/// Minutes since 1970, within what 32 bits hold (some four thousand years either way).
pub(super) fn minute_of(at: Timestamp) -> i32 {
    let minute = at.millis().div_euclid(60_000);
    i32::try_from(minute).unwrap_or(if minute < 0 { i32::MIN } else { i32::MAX })
}

/// What is known of each identifier, by number, in the order of first mention.
#[derive(Debug, Clone, Default)]
pub(super) struct Identifiers {
    pub(super) known: Vec<Known>,
    numbers: HashTable<u32>,
}

/// One identifier, in 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) fingerprint: u64,
    /// The latest carrier, or [`NONE`].
    pub(super) head: u32,
    /// The kind in the lowest [`KIND_BITS`], the spread above.
    pub(super) kind_and_spread: u32,
}

/// Bits that a kind's position takes.
const KIND_BITS: u32 = 5;
const _: () = assert!(IdentifierKind::ALL.len() <= 1 << KIND_BITS);
/// The spread is counted up to here; every kind has come apart long before.
const SPREAD_MAX: u32 = u32::MAX >> KIND_BITS;

impl Known {
    fn new(carried: Carried) -> Self {
        Self {
            fingerprint: carried.fingerprint,
            head: NONE,
            kind_and_spread: carried.kind as u32,
        }
    }

    pub(super) const fn kind_position(self) -> usize {
        (self.kind_and_spread & ((1 << KIND_BITS) - 1)) as usize
    }

    pub(super) fn kind(self) -> IdentifierKind {
        IdentifierKind::ALL[self.kind_position()]
    }

    /// How many carriers nothing but this identifier connected to the others.
    pub(super) const fn spread(self) -> u32 {
        self.kind_and_spread >> KIND_BITS
    }

    fn one_more(&mut self) {
        if self.spread() < SPREAD_MAX {
            self.kind_and_spread += 1 << KIND_BITS;
        }
    }
}

impl Identifiers {
    /// The number of an identifier; a new one gets the next.
    pub(super) fn number(&mut self, carried: Carried) -> u32 {
        let same = |number: &u32| {
            let known = self.known[*number as usize];
            known.fingerprint == carried.fingerprint
                && known.kind_position() == carried.kind as usize
        };
        let hash = |number: &u32| self.known[*number as usize].fingerprint;
        match self.numbers.entry(carried.fingerprint, same, hash) {
            hashbrown::hash_table::Entry::Occupied(at) => *at.get(),
            hashbrown::hash_table::Entry::Vacant(free) => {
                let number = u32_of(self.known.len());
                free.insert(number);
                self.known.push(Known::new(carried));
                number
            }
        }
    }

    /// Counts a carrier that nothing else connects to the others.
    pub(super) fn spreads(&mut self, number: u32) {
        self.known[number as usize].one_more();
    }

    /// `None` where an identifier stands twice, or is of no kind.
    pub(super) fn from_known(known: Vec<Known>) -> Option<Self> {
        let mut numbers = HashTable::with_capacity(known.len());
        for (number, one) in (0_u32..).zip(&known) {
            if one.kind_position() >= IdentifierKind::ALL.len() {
                return None;
            }
            let same = |other: &u32| {
                let other = known[*other as usize];
                other.fingerprint == one.fingerprint && other.kind_position() == one.kind_position()
            };
            let hash = |other: &u32| known[*other as usize].fingerprint;
            match numbers.entry(one.fingerprint, same, hash) {
                hashbrown::hash_table::Entry::Occupied(_) => return None,
                hashbrown::hash_table::Entry::Vacant(free) => free.insert(number),
            };
        }
        Some(Self { known, numbers })
    }
}
