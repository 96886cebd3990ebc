//! Takes reports in, whatever door they come by: every call prepares one operation and waits until
//! the committer has made it durable.

mod batch;
mod committer;
mod counting;
mod decide;
mod fetching;
mod linker;
mod material;
mod operation;
mod prepare;
mod refusal;
mod regroup;
mod storm;
mod tying;
mod upload;

use model::{Door, FileId, ReportId, ReportOutcome};
use triage::Help;

pub use decide::{Decided, Decision, REASON_BYTES_MAX};
pub use operation::Actor;
pub use refusal::{IntakeError, IntakeFault, IntakeRefusal};
pub use upload::{OpenReport, Received, Upload};

pub(crate) use committer::Committer;
pub(crate) use fetching::{FeedbackTold, PageEnd, SourceChange, SourceOrder};
pub(crate) use material::{EntryBatch, EntryChange, EntryPut, Rematch};
pub(crate) use operation::{Operation, Outcome};
pub(crate) use prepare::{Judging, MeasuredFile, identifier_blind, open_details, words};

use crate::sealed_names as names;
use crate::station::Station;
use operation::Description;

/// Open reports that one sweep expires at most; the next sweep takes the rest.
const EXPIRED_AT_ONCE: usize = 1000;

/// What a door knows of a document's origin.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The door.
    pub door: Door,
    /// The file the document was read from, for the command line.
    pub source: Option<&'a str>,
}

/// A report that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submitted {
    /// Its number.
    pub report: ReportId,
    /// The same submission was there before; nothing was added but a custody event.
    pub repeated: bool,
}

/// A report that was finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Its files.
    pub files: Vec<FileId>,
    /// What would have helped.
    pub help: Help,
}

impl Station {
    /// Keeps an XML `report` document and opens the report.
    pub async fn submit(
        &self,
        actor: Actor,
        origin: Origin<'_>,
        document: &[u8],
    ) -> Result<Submitted, IntakeError> {
        wire::ispws::parse_report(document).map_err(IntakeRefusal::Document)?;
        let report = self.number_report().await?;
        let submission = self.prepare_submission(actor, origin, report, document)?;
        let operation = Operation::Submit(Box::new(submission));
        submitted(&self.commit(operation).await?)
    }

    /// Keeps a parsed report that has no files, and finishes it at once. `document` is the bytes it
    /// was parsed from, `number` a drawn one ([`Station::number_report`]). Says too what would have
    /// helped.
    pub async fn submit_whole(
        &self,
        actor: Actor,
        origin: Origin<'_>,
        number: ReportId,
        document: &[u8],
        report: &wire::ispws::Report,
    ) -> Result<(Submitted, Help), IntakeError> {
        let submission = self.prepare_submission(actor, origin, number, document)?;
        let words = wire::ispws::to_model(report, &[]);
        let key = submission.key.clone();
        let at = self.now();
        let judging = Judging {
            actor,
            report: submission.row.report,
            revision: 0,
            key,
            at,
            material: None,
        };
        let finishing = self.judge(judging, &words)?;
        let help = finishing.help.clone();
        let operation = Operation::SubmitWhole(Box::new(submission), Box::new(finishing));
        Ok((submitted(&self.commit_at(operation, at).await?)?, help))
    }

    /// Keeps an XML `fileDetails` document about a file of an open report.
    pub async fn describe(
        &self,
        actor: Actor,
        document: &[u8],
    ) -> Result<(ReportId, FileId), IntakeError> {
        let details = wire::ispws::parse_file_details(document).map_err(IntakeRefusal::Document)?;
        let report = ReportId::new(details.report_id);
        let open = self.open_report(actor, report).await?;
        let file: FileId = details
            .file_id
            .as_str()
            .parse()
            .map_err(|_| IntakeRefusal::NoSuchFile)?;
        let details_sealed = open.seal(&names::file_details(file), document, self)?;
        let description = Description {
            report,
            file,
            details_sealed,
            key: open.into_key(),
            actor,
        };
        self.commit(Operation::Describe(Box::new(description)))
            .await?;
        Ok((report, file))
    }

    /// Finishes a report: ties it, ranks its case, and gives the files it holds and what would have
    /// helped.
    pub async fn finish(&self, actor: Actor, report: ReportId) -> Result<Finished, IntakeError> {
        loop {
            let at = self.now();
            let finishing = self.prepare_finishing(actor, report, at).await?;
            let help = finishing.help.clone();
            let operation = Operation::Finish(Box::new(finishing));
            if let Outcome::Finished { files, .. } = self.commit_at(operation, at).await? {
                return Ok(Finished { files, help });
            }
            // A file came in between; look again. Each round means that another call got ahead.
            tracing::debug!("a report changed while it was being finished");
        }
    }

    /// Retracts an open report. Its evidence and custody stay.
    pub async fn retract(&self, actor: Actor, report: ReportId) -> Result<(), IntakeError> {
        self.commit(Operation::Retract(report, actor)).await?;
        Ok(())
    }

    /// Records what came of a finished report, for its sender and for the ledger.
    pub async fn record_outcome(
        &self,
        actor: Actor,
        report: ReportId,
        outcome: ReportOutcome,
    ) -> Result<(), IntakeError> {
        self.commit(Operation::RecordOutcome(report, outcome, actor))
            .await?;
        Ok(())
    }

    /// Expires every open report whose time has passed, and says how many.
    pub async fn expire_due(&self) -> Result<usize, IntakeError> {
        let due = self
            .core()
            .store
            .expired(self.now(), EXPIRED_AT_ONCE)
            .await?;
        for report in &due {
            self.commit(Operation::Expire(report.id)).await?;
        }
        Ok(due.len())
    }
}

pub(crate) fn submitted(outcome: &Outcome) -> Result<Submitted, IntakeError> {
    match *outcome {
        Outcome::Submitted { report, repeated } => Ok(Submitted { report, repeated }),
        _ => Err(IntakeFault::Unreadable {
            what: "the committer's answer",
        }
        .into()),
    }
}
