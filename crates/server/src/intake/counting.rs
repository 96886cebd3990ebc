//! The part of a batch that keeps the ledger of senders and what came of reports. It only adds:
//! nothing that ties or ranks reads what is written here.

use std::collections::{BTreeMap, HashMap};

use model::{AccountId, CustodyEvent, Deed, ReportId, ReportOutcome, ReportState, Timestamp};
use store::{ClockDoneRow, LedgerRow, OutcomeRow, Tx};
use triage::ledger::{Counter, finished, week_of};

use super::batch::Batch;
use super::operation::{Actor, Finishing, Operation, Outcome};
use super::{IntakeError, IntakeFault, IntakeRefusal};

/// What a batch adds to the ledger, and what it has to know for that.
#[derive(Default)]
pub(super) struct Tally {
    /// What was recorded of the reports that the batch records something of.
    pub(super) outcomes: HashMap<ReportId, OutcomeRow>,
    sums: BTreeMap<(AccountId, Timestamp, Counter), i64>,
    recorded: Vec<OutcomeRow>,
    clocks: Vec<ClockDoneRow>,
}

impl Tally {
    /// Loads what the operations need to know.
    pub(super) async fn load(
        tx: &mut Tx,
        operations: &[(Operation, Timestamp)],
    ) -> Result<Self, IntakeFault> {
        let wanted: Vec<ReportId> = operations
            .iter()
            .filter_map(|(operation, _)| match operation {
                Operation::RecordOutcome(report, ..) => Some(*report),
                _ => None,
            })
            .collect();
        let rows = tx.outcomes(&wanted).await?;
        Ok(Self {
            outcomes: rows.into_iter().map(|row| (row.report, row)).collect(),
            ..Self::default()
        })
    }

    /// Writes what was added.
    pub(super) async fn save(self, tx: &mut Tx) -> Result<(), IntakeFault> {
        let rows: Vec<LedgerRow> = self
            .sums
            .into_iter()
            .map(|((account, week_start, counter), amount)| LedgerRow {
                account,
                week_start,
                counter: counter.name(),
                amount,
            })
            .collect();
        tx.add_to_ledger(&rows).await?;
        tx.put_outcomes(&self.recorded).await?;
        tx.insert_clocks_done(&self.clocks).await?;
        Ok(())
    }

    fn add(&mut self, account: AccountId, at: Timestamp, counter: Counter, amount: i64) {
        let sum = self.sums.entry((account, week_of(at), counter));
        *sum.or_default() += amount;
    }
}

impl Batch<'_> {
    /// Counts one event of a sender.
    pub(super) fn count(&mut self, account: AccountId, at: Timestamp, counter: Counter) {
        self.tally.add(account, at, counter, 1);
    }

    /// Counts a finished report that stands for itself.
    pub(super) fn count_finished(&mut self, new: &Finishing, at: Timestamp) {
        for (counter, amount) in finished(&new.help) {
            self.tally.add(new.actor.account(), at, counter, amount);
        }
    }

    /// Records what came of a finished report. The ledger has it in the week in which the report
    /// was finished, and has only what was recorded last.
    pub(super) fn record_outcome(
        &mut self,
        report: ReportId,
        outcome: ReportOutcome,
        actor: Actor,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        let Some(row) = self.reports.get(&report) else {
            return Err(IntakeRefusal::NoSuchReport.into());
        };
        let (account, finished) = match (row.state, row.finished) {
            (ReportState::Finished | ReportState::Folded, Some(at)) => (row.account, at),
            _ => return Err(IntakeRefusal::NotFinished.into()),
        };
        let key = self.record_key(report)?;
        let mut event = CustodyEvent::new(at, Deed::OutcomeRecorded, actor.to_string());
        event.report = Some(report.number());
        event.note = Some(outcome.name().to_owned());
        self.record(&event, report, &key)?;
        let recorded = OutcomeRow {
            report,
            outcome,
            recorded: at,
        };
        if let Some(before) = self.tally.outcomes.insert(report, recorded) {
            let counter = Counter::Outcome(before.outcome);
            self.tally.add(account, finished, counter, -1);
        }
        let counter = Counter::Outcome(outcome);
        self.tally.add(account, finished, counter, 1);
        self.tally.recorded.push(recorded);
        Ok(Outcome::Done)
    }

    /// Stops a clock of a case.
    pub(super) fn stop_clock(
        &mut self,
        row: ClockDoneRow,
        event: &CustodyEvent,
    ) -> Result<Outcome, IntakeError> {
        self.record_unbound(event)?;
        self.tally.clocks.push(row);
        Ok(Outcome::Done)
    }
}
