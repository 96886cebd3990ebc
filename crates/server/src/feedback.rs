//! What senders learn of their own reports, and what staff see of senders.

use model::{AccountId, Finding, ReportId, ReportOutcome, ReportState, Role, Timestamp};
use serde::Serialize;
use store::{LedgerRow, ReportRow};
use triage::ledger::{Counter, Ledger, Summary, WEEKS_SHOWN_MAX, Week, week_of};
use triage::{Help, Missing};

use crate::intake::{Actor, IntakeError, IntakeFault, IntakeRefusal};
use crate::sealed_names as names;
use crate::station::Station;

/// The name under which the reports of the command line stand.
pub const OPERATOR_NAME: &str = "operator";

const WEEK_MILLIS: i64 = 7 * 24 * 3600 * 1000;

/// What a sender learns of one of its reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportFeedback {
    /// The report.
    pub report: ReportId,
    /// How much of what any sender can fill in was filled in, 0 to 100.
    pub completeness: i64,
    /// What is missing, the most helpful first.
    pub missing: Vec<Missing>,
    /// The earlier report that it repeats, files included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeated_of: Option<ReportId>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ReportOutcome>,
}

/// The ledger of one sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SenderLedger {
    /// The sender's name; left out of what the sender itself reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// The last four weeks beside the four before.
    pub summary: Summary,
    /// Every week in which anything came, the latest first.
    pub weeks: Vec<Week>,
}

impl Station {
    /// What the sender of a finished report learns of it.
    ///
    /// A report of somebody else, an expired one and one that was shredded answer as one that does
    /// not exist; an open or retracted one is refused as not finished.
    pub async fn report_feedback(
        &self,
        actor: Actor,
        report: ReportId,
    ) -> Result<ReportFeedback, IntakeError> {
        let store = &self.core().store;
        let row = store.report(report).await?;
        let own = row.filter(|row| row.account == actor.account());
        let row = own.ok_or(IntakeRefusal::NoSuchReport)?;
        match row.state {
            ReportState::Finished | ReportState::Folded => {}
            ReportState::Open | ReportState::Retracted => {
                return Err(IntakeRefusal::NotFinished.into());
            }
            ReportState::Expired => return Err(IntakeRefusal::NoSuchReport.into()),
        }
        let repeated_of = row.twin_of.filter(|_| row.state == ReportState::Folded);
        // A folded report says what the first one says, whose findings stand for both.
        let spoken = match repeated_of {
            None => row,
            Some(first) => {
                let first = store.report(first).await?;
                first.ok_or(IntakeRefusal::NoSuchReport)?
            }
        };
        let Help {
            completeness,
            missing,
            ..
        } = self.help_of(&spoken).await?;
        Ok(ReportFeedback {
            report,
            completeness,
            missing,
            repeated_of,
            outcome: store.outcome_of(report).await?.map(|row| row.outcome),
        })
    }

    /// What would have helped, from the findings that were made when the report was finished.
    async fn help_of(&self, row: &ReportRow) -> Result<Help, IntakeError> {
        let keys = self.record_keys(std::slice::from_ref(row)).await?;
        let (Some(key), Some(sealed)) = (keys.get(&row.id), &row.findings) else {
            return Err(IntakeRefusal::NoSuchReport.into());
        };
        let json = vault::seal::open(key, &names::findings(row.id), &sealed.0)?;
        let findings: Vec<Finding> = serde_json::from_slice(&json)
            .map_err(|_| IntakeFault::Unreadable { what: "findings" })?;
        let core = self.core();
        Ok(triage::help(&core.triage_policy, &core.feedback, &findings))
    }

    /// The ledger of one account, as its sender reads it.
    pub async fn own_ledger(&self, account: AccountId) -> Result<SenderLedger, IntakeError> {
        let rows = self.core().store.ledger_of(account, self.ledger_start());
        self.sender_ledger(None, &rows.await?)
    }

    /// The ledgers of all senders, by the order in which they were added: accounts of role sender,
    /// revoked ones included, and after them the command line's reports if there are any.
    pub async fn ledgers(&self) -> Result<Vec<SenderLedger>, IntakeError> {
        let rows = self.core().store.ledgers(self.ledger_start()).await?;
        let of = |account: AccountId| -> Vec<LedgerRow> {
            let own = rows.iter().filter(|row| row.account == account);
            own.cloned().collect()
        };
        let mut ledgers = Vec::new();
        for account in self.accounts().await? {
            if account.role == Role::Sender {
                ledgers.push(self.sender_ledger(Some(&account.name), &of(account.id))?);
            }
        }
        let operators = of(Actor::Operator.account());
        if !operators.is_empty() {
            ledgers.push(self.sender_ledger(Some(OPERATOR_NAME), &operators)?);
        }
        Ok(ledgers)
    }

    /// The first week that is read.
    fn ledger_start(&self) -> Timestamp {
        let weeks = i64::try_from(WEEKS_SHOWN_MAX).unwrap_or(i64::MAX);
        week_of(self.now()).plus_millis(weeks.saturating_sub(1).saturating_mul(-WEEK_MILLIS))
    }

    fn sender_ledger(
        &self,
        sender: Option<&str>,
        rows: &[LedgerRow],
    ) -> Result<SenderLedger, IntakeError> {
        let core = self.core();
        let mut ledger = Ledger::default();
        for row in rows {
            let counter = Counter::parse(&row.counter);
            let counter = counter.ok_or(IntakeFault::Unreadable {
                what: "a sender's ledger",
            })?;
            ledger.add(row.week_start, counter, row.amount);
        }
        Ok(SenderLedger {
            sender: sender.map(str::to_owned),
            summary: ledger.summary(self.now(), &core.triage_policy, &core.feedback),
            weeks: ledger.weeks(&core.triage_policy, &core.feedback),
        })
    }
}
