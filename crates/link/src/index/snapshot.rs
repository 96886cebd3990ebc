//! The index as bytes: a heading, the policy's numbers, the record, the ties, the decisions, a
//! checksum. All numbers are little-endian.

mod bytes;

use std::io::{self, Read, Write};

use model::{DecisionId, IdentifierKind};

use super::Index;
use super::cases::{Cases, Decision, Decisions, Said};
use super::partition::Partition;
use super::record::{Entry, Identifiers, Known, NONE, Record, Reports, StoredEdge, u32_of};
use crate::LinkPolicy;
use bytes::{Source, Target};

/// What every snapshot begins with.
const HEADING: &[u8; 20] = b"watchfire link index";
/// The one version that is written and read.
const VERSION: u32 = 1;

/// Why a snapshot was refused: it is only a copy of what was placed, so place it all again.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The source could not be read.
    #[error("the snapshot cannot be read: look after the disk, or place all reports again")]
    Read(#[source] io::Error),
    /// It ends before its end.
    #[error("the snapshot is cut short: place all reports again")]
    Cut,
    /// It does not begin as one.
    #[error("this is no snapshot of a link index: name the right file")]
    NotASnapshot,
    /// It is of a version that this program does not know.
    #[error("the snapshot is of version {0}, and only {VERSION} is known: place all reports again")]
    VersionUnknown(u32),
    /// It was made under another policy.
    #[error("the snapshot was made under another link policy: place all reports again")]
    OtherPolicy,
    /// Its bytes are not those that were written.
    #[error("the snapshot's checksum does not match: place all reports again")]
    Checksum,
    /// A number in it points nowhere.
    #[error("the snapshot contradicts itself in its {0}: place all reports again")]
    Contradiction(&'static str),
}

impl SnapshotError {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "link-snapshot.unreadable",
            Self::Cut => "link-snapshot.cut",
            Self::NotASnapshot => "link-snapshot.not-one",
            Self::VersionUnknown(_) => "link-snapshot.version-unknown",
            Self::OtherPolicy => "link-snapshot.other-policy",
            Self::Checksum => "link-snapshot.checksum",
            Self::Contradiction(_) => "link-snapshot.contradiction",
        }
    }
}

impl Index {
    /// Writes the whole index. Give a target that collects small writes; the bytes say which
    /// reports share something, so keep them sealed.
    pub fn write_snapshot(&self, to: &mut impl Write) -> io::Result<()> {
        let mut to = Target::new(to);
        to.bytes(HEADING)?;
        to.word(VERSION)?;
        to.text(&policy_facts(&self.record.policy))?;
        to.long(self.calls)?;
        let record = &self.record;
        to.records(&record.reports.ids, |id| id.to_le_bytes())?;
        to.records(&record.reports.minutes, |minute| minute.to_le_bytes())?;
        to.records(&record.identifiers.known, |known| {
            let numbers = join(known.head, known.kind_and_spread);
            let mut all = [0; 16];
            all[..8].copy_from_slice(&known.fingerprint.to_le_bytes());
            all[8..].copy_from_slice(&numbers);
            all
        })?;
        to.records(&record.entry_starts, |start| start.to_le_bytes())?;
        to.records(&record.entries, |entry| {
            join(entry.identifier, entry.previous)
        })?;
        to.records(&record.edge_starts, |start| start.to_le_bytes())?;
        to.records(&record.edges, |edge| {
            let ([a, b], [c, d]) = (edge.entry.to_le_bytes(), edge.tail());
            join(edge.to, u32::from_le_bytes([a, b, c, d]))
        })?;
        to.records(self.ties.parents(), |parent| parent.to_le_bytes())?;
        to.word(u32_of(self.decisions.made.len()))?;
        for decision in &self.decisions.made {
            write_decision(&mut to, decision)?;
        }
        to.finish()
    }

    /// Reads an index that [`Self::write_snapshot`] wrote under the same policy.
    pub fn read_snapshot(policy: LinkPolicy, from: &mut impl Read) -> Result<Self, SnapshotError> {
        let mut from = Source::new(from);
        let heading: [u8; HEADING.len()] = from.array()?;
        if heading != *HEADING {
            return Err(SnapshotError::NotASnapshot);
        }
        let version = from.word()?;
        if version != VERSION {
            return Err(SnapshotError::VersionUnknown(version));
        }
        if !from.is_text(&policy_facts(&policy))? {
            return Err(SnapshotError::OtherPolicy);
        }
        let calls = from.long()?;
        let ids = from.records(i64::from_le_bytes)?;
        let minutes = from.records(i32::from_le_bytes)?;
        let known = from.records(|all: [u8; 16]| {
            let (fingerprint, numbers) = all.split_at(8);
            let (head, kind_and_spread) = split(eight(numbers));
            Known {
                fingerprint: u64::from_le_bytes(eight(fingerprint)),
                head,
                kind_and_spread,
            }
        })?;
        let entry_starts = from.records(u32::from_le_bytes)?;
        let entries = from.records(|all| {
            let (identifier, previous) = split(all);
            Entry {
                identifier,
                previous,
            }
        })?;
        let edge_starts = from.records(u32::from_le_bytes)?;
        let edges = from.records(|all| {
            let (to, rest) = split(all);
            let [a, b, c, d] = rest.to_le_bytes();
            StoredEdge::from_parts(to, u16::from_le_bytes([a, b]), [c, d])
        })?;
        let parents = from.records(u32::from_le_bytes)?;
        let decisions = read_decisions(&mut from, ids.len())?;
        from.finish()?;
        let raw = Raw {
            ids,
            minutes,
            known,
            entry_starts,
            entries,
            edge_starts,
            edges,
        };
        let record = raw.record(policy)?;
        let ties = Some(parents)
            .filter(|parents| parents.len() == record.reports.ids.len())
            .and_then(Partition::from_parents)
            .ok_or(SnapshotError::Contradiction("ties"))?;
        let mut index = Self {
            calls,
            record,
            ties,
            decisions,
            cases: None,
        };
        index.cases_from_decisions();
        Ok(index)
    }

    /// Makes the cases that the decisions call for.
    fn cases_from_decisions(&mut self) {
        if self.decisions.made.is_empty() {
            return;
        }
        let in_force = self.decisions.made.iter().filter(|one| one.in_force);
        let named: Vec<u32> = in_force.flat_map(|one| one.said.reports()).collect();
        let (members, in_force) = self.decisions.reach(&mut self.ties, &named);
        let mut cases = Cases::new(&self.ties);
        cases.regroup(&self.record, &self.decisions, &in_force, &members);
        self.cases = Some(cases);
    }
}

/// What a snapshot holds of the record, before it is known to be sound.
struct Raw {
    ids: Vec<i64>,
    minutes: Vec<i32>,
    known: Vec<Known>,
    entry_starts: Vec<u32>,
    entries: Vec<Entry>,
    edge_starts: Vec<u32>,
    edges: Vec<StoredEdge>,
}

impl Raw {
    /// Checks that every number points at something, and back only, so that every way ends.
    fn record(self, policy: LinkPolicy) -> Result<Record, SnapshotError> {
        let wrong = SnapshotError::Contradiction;
        if self.minutes.len() != self.ids.len() {
            return Err(wrong("reports"));
        }
        let begin = |starts: &[u32], all: usize| {
            starts.len() == self.ids.len() + 1
                && starts.first() == Some(&0)
                && starts.last().is_some_and(|last| *last as usize == all)
                && starts.is_sorted()
        };
        if !begin(&self.entry_starts, self.entries.len()) {
            return Err(wrong("entries"));
        }
        if !begin(&self.edge_starts, self.edges.len()) || self.is_edge_astray() {
            return Err(wrong("edges"));
        }
        let all = u32_of(self.ids.len());
        let is_before = |report: u32, end: u32| report == NONE || report < end;
        if !self.known.iter().all(|known| is_before(known.head, all)) {
            return Err(wrong("identifiers"));
        }
        let known_end = u32_of(self.known.len());
        for (report, range) in (0_u32..).zip(self.entry_starts.windows(2)) {
            let entries = &self.entries[range[0] as usize..range[1] as usize];
            let sound =
                |entry: &Entry| entry.identifier < known_end && is_before(entry.previous, report);
            if !entries.iter().all(sound) {
                return Err(wrong("entries"));
            }
        }
        let (ids, minutes) = (self.ids, self.minutes);
        Ok(Record {
            policy,
            reports: Reports::from_parts(ids, minutes).ok_or(wrong("reports"))?,
            identifiers: Identifiers::from_known(self.known).ok_or(wrong("identifiers"))?,
            entries: self.entries,
            entry_starts: self.entry_starts,
            edges: self.edges,
            edge_starts: self.edge_starts,
        })
    }

    /// Whether an edge does not lead from an entry of its report to an earlier report.
    fn is_edge_astray(&self) -> bool {
        let reports = self
            .edge_starts
            .windows(2)
            .zip(self.entry_starts.windows(2));
        (0_u32..).zip(reports).any(|(report, (edges, entries))| {
            let carried = entries[1] - entries[0];
            let edges = &self.edges[edges[0] as usize..edges[1] as usize];
            let astray = |edge: &StoredEdge| edge.to >= report || u32::from(edge.entry) >= carried;
            edges.iter().any(astray)
        })
    }
}

/// What must be the same, or the numbers in a snapshot mean something else.
fn policy_facts(policy: &LinkPolicy) -> String {
    use std::fmt::Write as _;
    let mut facts = format!(
        "{} {} {}",
        policy.ties_at_bits(),
        policy.suggests_at_bits(),
        policy.cases_max()
    );
    for kind in IdentifierKind::ALL {
        let days = policy.fresh_days(kind).unwrap_or(0);
        // Writing to a String does not fail.
        let _ = write!(
            facts,
            " {}:{}:{days}",
            kind.name(),
            policy.strength_bits(kind)
        );
    }
    format!("{facts} {}", policy.version())
}

fn write_decision(to: &mut Target<impl Write>, decision: &Decision) -> io::Result<()> {
    to.records(&[decision.id.number()], |id| id.to_le_bytes())?;
    let (pair, sides);
    let (joined, one, other): (u32, &[u32], &[u32]) = match &decision.said {
        Said::Joined { one, other } => {
            pair = ([*one], [*other]);
            (1, &pair.0, &pair.1)
        }
        Said::KeptApart { one, other } => {
            sides = (one, other);
            (0, sides.0, sides.1)
        }
    };
    to.word(joined | u32::from(decision.in_force) << 1)?;
    to.records(one, |report| report.to_le_bytes())?;
    to.records(other, |report| report.to_le_bytes())
}

fn read_decisions(
    from: &mut Source<impl Read>,
    reports: usize,
) -> Result<Decisions, SnapshotError> {
    let wrong = || SnapshotError::Contradiction("decisions");
    let mut decisions = Decisions::default();
    for _ in 0..from.word()? {
        let ids = from.records(i64::from_le_bytes)?;
        let how = from.word()?;
        let one = from.records(u32::from_le_bytes)?;
        let other = from.records(u32::from_le_bytes)?;
        let named = |side: &[u32]| side.iter().all(|report| (*report as usize) < reports);
        if how > 3 || !named(&one) || !named(&other) {
            return Err(wrong());
        }
        let (&[id], [first, ..], [second, ..]) = (&ids[..], &one[..], &other[..]) else {
            return Err(wrong());
        };
        let said = if how & 1 == 1 {
            Said::Joined {
                one: *first,
                other: *second,
            }
        } else {
            Said::KeptApart { one, other }
        };
        let fresh = decisions.add(Decision {
            id: DecisionId::new(id),
            in_force: how & 2 == 2,
            said,
        });
        if !fresh {
            return Err(wrong());
        }
    }
    Ok(decisions)
}

fn join(low: u32, high: u32) -> [u8; 8] {
    (u64::from(low) | u64::from(high) << 32).to_le_bytes()
}

fn split(all: [u8; 8]) -> (u32, u32) {
    let both = u64::from_le_bytes(all);
    let low = u32::try_from(both & u64::from(u32::MAX)).unwrap_or_default();
    let high = u32::try_from(both >> 32).unwrap_or_default();
    (low, high)
}

/// Eight bytes of a slice that has as many.
fn eight(bytes: &[u8]) -> [u8; 8] {
    bytes.try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests;
