//! The link index beside the database: read from its snapshot, brought up to date from the rows,
//! thrown away after a fault.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::Path;

use link::{Carried, Index};
use model::{DecisionId, IdentifierKind, ReportId};
use store::{Blind, DecisionKind, DecisionRow, TiesRow, Tx, TyingRow};
use vault::Keys;

use super::IntakeFault;
use crate::station::Core;

/// Steps read from the database at a time.
const STEPS_PER_READ: usize = 5_000;
/// A snapshot is written when this many steps came since the last one, and a quarter of all.
const STEPS_PER_SNAPSHOT_MIN: u64 = 100_000;
/// At an orderly end a snapshot is written when this many steps came since the last one.
const STEPS_AT_REST_MIN: u64 = 2_000;
/// What a snapshot's file begins with, before the origin of its log.
const MAGIC: &[u8; 16] = b"watchfire-link-1";
/// The longest origin that is read back, in bytes.
const ORIGIN_BYTES_MAX: usize = 256;

/// The index, and how much of it lies in its snapshot.
pub(super) struct Linker {
    pub(super) index: Index,
    /// Made from the rows alone: what an older policy tied may stand otherwise in them.
    pub(super) anew: bool,
    saved: u64,
    last: LastStep,
}

/// The report and the decision of a step, 0 where it has none: enough to tell that a snapshot and a
/// database have the same history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct LastStep {
    report: i64,
    decision: i64,
}

impl LastStep {
    fn of(row: &TyingRow) -> Self {
        Self {
            report: row.report.map_or(0, ReportId::number),
            decision: row.decision.map_or(0, DecisionId::number),
        }
    }
}

impl Linker {
    /// The index as the database has it now. Call it with the log locked, so that it stays true
    /// until the commit.
    pub(super) async fn follow<'l>(
        core: &Core,
        tx: &mut Tx,
        slot: &'l mut Option<Self>,
    ) -> Result<&'l mut Self, IntakeFault> {
        let head = tx.tying_head().await?.unsigned_abs();
        let fits = match slot.as_ref() {
            Some(known) => known.index.position() <= head,
            None => false,
        };
        if !fits {
            *slot = Some(Self::load(core, tx, head).await?);
        }
        let linker = slot.as_mut().ok_or(UNREADABLE)?;
        linker.catch_up(&core.keys, tx, head).await?;
        Ok(linker)
    }

    /// Notes that the steps up to `last` are durable, and writes a snapshot when one is due.
    pub(super) fn committed(&mut self, core: &Core, last: Option<&TyingRow>) {
        if let Some(last) = last {
            self.last = LastStep::of(last);
        }
        let steps = self.index.position() - self.saved;
        if steps >= STEPS_PER_SNAPSHOT_MIN.max(self.saved / 4) {
            self.save(core);
        }
    }

    /// Writes the snapshot at an orderly end, if reading the steps again would take a while.
    pub(super) fn rest(&mut self, core: &Core) {
        if self.index.position() - self.saved >= STEPS_AT_REST_MIN {
            self.save(core);
        }
    }

    /// Writes the snapshot. One that cannot be written costs the next start some time, nothing
    /// else.
    fn save(&mut self, core: &Core) {
        if self.saved == self.index.position() {
            return;
        }
        match self.write(&core.config.link_index_file(), &core.log_origin) {
            Ok(()) => self.saved = self.index.position(),
            Err(error) => tracing::warn!(%error, "the link index's snapshot was not written"),
        }
    }

    async fn load(core: &Core, tx: &mut Tx, head: u64) -> Result<Self, IntakeFault> {
        let path = core.config.link_index_file();
        if let Some(linker) = Self::read(core, &path) {
            let position = i64::try_from(linker.index.position()).unwrap_or(i64::MAX);
            let step = tx.tying_after(position - 1, 1).await?;
            let known = step.first().map(LastStep::of) == Some(linker.last);
            if linker.index.position() <= head && (known || position == 0) {
                return Ok(linker);
            }
            tracing::warn!("the link index's snapshot is of another history; it is made anew");
        }
        Ok(Self {
            index: Index::new(core.link_policy.clone()),
            anew: true,
            saved: 0,
            last: LastStep::default(),
        })
    }

    fn read(core: &Core, path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let mut from = BufReader::with_capacity(1 << 20, file);
        let last = match read_head(&mut from, &core.log_origin) {
            Ok(Some(last)) => last,
            Ok(None) => return None,
            Err(error) => {
                tracing::warn!(%error, "the link index's snapshot is made anew");
                return None;
            }
        };
        match Index::read_snapshot(core.link_policy.clone(), &mut from) {
            Ok(index) => Some(Self {
                saved: index.position(),
                anew: false,
                index,
                last,
            }),
            Err(error) => {
                tracing::warn!(%error, "the link index's snapshot is made anew");
                None
            }
        }
    }

    fn write(&self, path: &Path, origin: &str) -> io::Result<()> {
        let fresh = path.with_extension("new");
        let mut to = BufWriter::with_capacity(1 << 20, File::create(&fresh)?);
        to.write_all(MAGIC)?;
        let length = u32::try_from(origin.len()).unwrap_or(u32::MAX);
        to.write_all(&length.to_le_bytes())?;
        to.write_all(origin.as_bytes())?;
        to.write_all(&self.last.report.to_le_bytes())?;
        to.write_all(&self.last.decision.to_le_bytes())?;
        self.index.write_snapshot(&mut to)?;
        let file = to.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    }

    /// Takes the steps that the database has and the index has not.
    async fn catch_up(&mut self, keys: &Keys, tx: &mut Tx, head: u64) -> Result<(), IntakeFault> {
        while self.index.position() < head {
            let position = i64::try_from(self.index.position()).unwrap_or(i64::MAX);
            let steps = tx.tying_after(position, STEPS_PER_READ).await?;
            let reports: Vec<_> = steps.iter().filter_map(|step| step.report).collect();
            let decisions: Vec<_> = steps.iter().filter_map(|step| step.decision).collect();
            let ties = tx.ties_of(&reports).await?;
            let decisions = tx.decisions(&decisions).await?;
            if steps.is_empty() {
                return Err(UNREADABLE);
            }
            for step in &steps {
                self.take(step, &ties, &decisions, keys)?;
                self.last = LastStep::of(step);
            }
        }
        Ok(())
    }

    fn take(
        &mut self,
        step: &TyingRow,
        ties: &[TiesRow],
        decisions: &[DecisionRow],
        keys: &Keys,
    ) -> Result<(), IntakeFault> {
        if let Some(report) = step.report {
            let from = ties.partition_point(|row| row.report < report);
            let mine = ties[from..].iter().take_while(|row| row.report == report);
            let mut carried = mine
                .map(|row| carried(&row.kind, row.blind))
                .collect::<Result<Vec<_>, _>>()?;
            carried.push(own(keys, report)?);
            let placed = self.index.place(report, step.about, &carried);
            return placed.map(drop).map_err(|_| UNREADABLE);
        }
        let decision = decisions
            .iter()
            .find(|row| Some(row.id) == step.decision)
            .ok_or(UNREADABLE)?;
        if step.undone {
            self.index.undo(decision.id)
        } else {
            decide(&mut self.index, decision)
        }
        .map(drop)
        .map_err(|_| UNREADABLE)
    }
}

const UNREADABLE: IntakeFault = IntakeFault::Unreadable {
    what: "the order in which reports were tied",
};

/// Makes a decision known to the index.
pub(super) fn decide(
    index: &mut Index,
    decision: &DecisionRow,
) -> Result<link::Regrouping, link::IndexRefusal> {
    match (decision.kind, decision.one.first(), decision.other.first()) {
        (DecisionKind::Join, Some(one), Some(other)) => index.join(decision.id, *one, *other),
        _ => index.keep_apart(decision.id, &decision.one, &decision.other),
    }
}

/// An identifier as the index takes it: its kind, and the first 64 bits of its keyed digest. Of 14
/// million identifiers two meet in these bits once in two hundred thousand installations.
pub(super) fn carried(kind: &str, blind: Blind) -> Result<Carried, IntakeFault> {
    let known = IdentifierKind::ALL
        .into_iter()
        .find(|known| known.name() == kind)
        .ok_or(UNREADABLE)?;
    let mut first = [0; 8];
    first.copy_from_slice(&blind.0[..8]);
    Ok(Carried {
        kind: known,
        fingerprint: u64::from_le_bytes(first),
    })
}

/// The number of a report as an identifier of its own: a later report that names it ties to it.
pub(super) fn own(keys: &Keys, report: ReportId) -> Result<Carried, IntakeFault> {
    let own = link::own_identifier(report);
    let kind = own.kind.name();
    carried(kind, Blind(keys.blind(kind, own.normal.expose())))
}

/// What stands before the index in a snapshot's file; `None` if the file is of another log.
fn read_head(from: &mut impl io::Read, origin: &str) -> io::Result<Option<LastStep>> {
    let mut magic = [0; MAGIC.len()];
    from.read_exact(&mut magic)?;
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if magic != *MAGIC || length > ORIGIN_BYTES_MAX {
        return Ok(None);
    }
    let mut found = vec![0; length];
    from.read_exact(&mut found)?;
    let mut numbers = [0; 16];
    from.read_exact(&mut numbers)?;
    let number = |at: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&numbers[at..at + 8]);
        i64::from_le_bytes(bytes)
    };
    Ok((found == origin.as_bytes()).then(|| LastStep {
        report: number(0),
        decision: number(8),
    }))
}
