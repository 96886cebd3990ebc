//! One batch of operations in memory: state machine, ties and ranks, over rows that were loaded for
//! it.
//!
//! Nothing here touches the database: `committer` loads what a batch needs, lets the operations run
//! in their order, and writes what came of it in one transaction.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use model::{
    CaseId, Clock, CustodyEvent, DecisionId, Deed, Entropy, FileId, Finding, ReportId, ReportState,
    StormId, Timestamp, hex,
};
use store::{
    AccountRow, Blind, CaseRow, ChildRow, DecisionRow, DetailRow, FileHashRow, FileRow, LinkRow,
    LogRow, LookRow, MentionRow, PersonKeyRow, ReportRow, Sealed, StormKeyRow, StormMarkRow,
    StormNamedRow, StormRow, SubmissionRow, Tx, TyingRow,
};
use triage::ledger::Counter;
use vault::{DataKey, Keys};

use super::counting::Tally;
use super::linker::Linker;
use super::operation::{Actor, Description, Finishing, NewFile, Operation, Outcome, Submission};
use super::{IntakeError, IntakeFault, IntakeRefusal};
use crate::sealed_names as names;

/// Reports about one child whose moments lie no further apart than this tell of one incident.
const SAME_INCIDENT_MILLIS_MAX: i64 = 24 * 3600 * 1000;

/// What a batch may use, none of which changes while it runs.
pub(super) struct Tools<'a> {
    pub(super) keys: &'a Keys,
    pub(super) entropy: &'a dyn Entropy,
    pub(super) clock: &'a dyn Clock,
    pub(super) triage_policy: &'a triage::Policy,
    pub(super) storm_policy: &'a link::StormPolicy,
    /// Files that an entry matches before it waits for a person.
    pub(super) matches_per_entry_max: i64,
}

/// A case with its key and its findings opened.
pub(super) struct OpenCase {
    pub(super) row: CaseRow,
    pub(super) key: DataKey,
    pub(super) findings: Vec<Finding>,
}

/// The rows a batch works on, and what it adds.
pub(super) struct Batch<'a> {
    pub(super) tools: Tools<'a>,
    pub(super) reports: HashMap<ReportId, ReportRow>,
    pub(super) latest: HashMap<Blind, (ReportId, ReportState)>,
    pub(super) files: HashMap<ReportId, Vec<FileRow>>,
    pub(super) children: HashMap<Blind, ChildRow>,
    pub(super) decisions: HashMap<DecisionId, DecisionRow>,
    pub(super) storm_keys: HashMap<Blind, StormKeyRow>,
    pub(super) storms: HashMap<StormId, StormRow>,
    /// Children and places that storms have named, as far as they were asked about.
    pub(super) storm_named: HashSet<Blind>,
    pub(super) cases: HashMap<CaseId, OpenCase>,
    /// The case of each founder that was asked for.
    pub(super) founded: HashMap<ReportId, CaseId>,
    /// Numbers for new cases, fetched in blocks.
    pub(super) case_numbers: &'a mut Range<i64>,
    /// The link index, if any operation of the batch needs it.
    pub(super) linker: Option<&'a mut Linker>,
    /// The index or the database is ahead of what is written: a fault now ends the whole batch.
    pub(super) unsettled: bool,
    /// The last change to any list, if an operation of the batch asked.
    pub(super) material_rev: Option<i64>,
    pub(super) tally: Tally,
    pub(super) written: Written,
}

/// What a batch adds to the database.
#[derive(Default)]
pub(super) struct Written {
    pub(super) submissions: Vec<SubmissionRow>,
    pub(super) reports: BTreeSet<ReportId>,
    pub(super) files: Vec<FileRow>,
    pub(super) file_hashes: Vec<FileHashRow>,
    pub(super) looks: Vec<LookRow>,
    pub(super) details: Vec<DetailRow>,
    pub(super) mentions: Vec<MentionRow>,
    pub(super) tying: Vec<TyingRow>,
    pub(super) children: Vec<ChildRow>,
    pub(super) persons: Vec<PersonKeyRow>,
    pub(super) decisions: BTreeSet<DecisionId>,
    pub(super) storm_keys: BTreeSet<Blind>,
    pub(super) storm_marks: Vec<StormMarkRow>,
    pub(super) storm_named: Vec<StormNamedRow>,
    pub(super) storms: BTreeSet<StormId>,
    pub(super) cases: BTreeSet<CaseId>,
    pub(super) links: Vec<LinkRow>,
    pub(super) accounts: Vec<AccountRow>,
    pub(super) revoked: Vec<(model::AccountId, Timestamp)>,
    pub(super) log: Vec<LogRow>,
}

impl Batch<'_> {
    /// Runs one operation. A refusal leaves the batch as it was, but for custody events; so does a
    /// fault, unless the batch is [`Batch::unsettled`] after it.
    pub(super) async fn run(
        &mut self,
        tx: &mut Tx,
        operation: Operation,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        match operation {
            Operation::Submit(submission) => self.submit(*submission, at),
            Operation::AddFile(file) => self.add_file(*file, at),
            Operation::Describe(description) => self.describe(*description, at),
            Operation::Finish(finishing) => self.finish(tx, *finishing, at).await,
            Operation::SubmitWhole(submission, finishing) => {
                self.submit_whole(tx, *submission, *finishing, at).await
            }
            Operation::Retract(report, actor) => self.retract(report, actor, at),
            Operation::Expire(report) => self.expire(report, at),
            Operation::RecordOutcome(report, outcome, actor) => {
                self.record_outcome(report, outcome, actor, at)
            }
            Operation::StopClock(row, event) => self.stop_clock(row, &event),
            Operation::AddAccount(row, event) => {
                self.record_unbound(&event)?;
                self.written.accounts.push(*row);
                Ok(Outcome::Done)
            }
            Operation::RevokeAccount(account, event) => {
                self.record_unbound(&event)?;
                self.written.revoked.push((account, at));
                Ok(Outcome::Done)
            }
            Operation::Record(event) => {
                self.record_unbound(&event)?;
                Ok(Outcome::Done)
            }
            Operation::Rest => Ok(Outcome::Done),
            Operation::Decide(decision, actor) => self.decide(tx, *decision, actor, at).await,
            Operation::Undo(decision, actor) => self.undo(tx, decision, actor, at).await,
            Operation::PutList(row, event) => self.put_list(tx, *row, &event).await,
            Operation::PutEntries(entries) => self.put_entries(tx, *entries, at).await,
            Operation::ChangeSource(order) => self.change_source(tx, order, at).await,
            Operation::ReleaseEntry(entry, actor) => self.release_entry(tx, entry, actor, at).await,
            Operation::JudgeMatch(id, state, actor) => {
                self.judge_match(tx, id, state, actor, at).await
            }
            Operation::FeedbackTold(told) => self.feedback_told(tx, told, at).await,
            Operation::Rematch(rematch) => self.rematch(tx, *rematch, at).await,
            Operation::HeldMatched(rev) => Self::held_matched(tx, rev).await,
        }
    }

    /// Keeps a submission, or recognises that it came before (invariant 4).
    ///
    /// The same bytes of the same sender while the first report is open are a repeated call: the
    /// answer is the first report. After it was finished they open a new session of the protocol,
    /// which is folded into the first at `finish` if its files are the same too.
    fn submit(&mut self, new: Submission, at: Timestamp) -> Result<Outcome, IntakeError> {
        let digest = new.row.digest;
        let earlier = self.latest.get(&digest).copied();
        if let Some((report, ReportState::Open)) = earlier
            && self.expire_if_due(report, at)? == ReportState::Open
        {
            let key = self.record_key(report)?;
            let mut event = CustodyEvent::new(at, Deed::SubmissionRepeated, new.actor.to_string());
            event.report = Some(report.number());
            event.sha256 = Some(hex(&new.sha256));
            self.record(&event, report, &key)?;
            self.count(new.row.account, at, Counter::Repeated);
            return Ok(Outcome::Submitted {
                report,
                repeated: true,
            });
        }
        let report = new.row.report;
        let mut event = CustodyEvent::new(at, Deed::ReportSubmitted, new.actor.to_string());
        event.report = Some(report.number());
        event.sha256 = Some(hex(&new.sha256));
        self.record(&event, report, &new.key)?;
        let twin = earlier.and_then(|(earlier, state)| {
            matches!(state, ReportState::Finished | ReportState::Folded).then_some(earlier)
        });
        self.reports.insert(
            report,
            ReportRow {
                id: report,
                account: new.row.account,
                state: ReportState::Open,
                opened: at,
                changed: at,
                finished: None,
                rev: 0,
                twin_of: twin.map(|twin| self.first_of(twin)),
                data_key: Some(Sealed(new.key_wrapped)),
                key_case: None,
                case: None,
                findings: None,
                storm: None,
                news: false,
                material: None,
            },
        );
        self.latest.insert(digest, (report, ReportState::Open));
        self.written.reports.insert(report);
        self.written.submissions.push(new.row);
        Ok(Outcome::Submitted {
            report,
            repeated: false,
        })
    }

    /// The report that a folded one stands for, or the report itself.
    fn first_of(&self, report: ReportId) -> ReportId {
        match self.reports.get(&report) {
            Some(row) if row.state == ReportState::Folded => row.twin_of.unwrap_or(report),
            _ => report,
        }
    }

    async fn submit_whole(
        &mut self,
        tx: &mut Tx,
        submission: Submission,
        finishing: Finishing,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        let earlier = self.latest.get(&submission.row.digest).copied();
        if let Some((report, ReportState::Finished | ReportState::Folded)) = earlier {
            let report = self.first_of(report);
            let key = self.record_key(report)?;
            let mut event =
                CustodyEvent::new(at, Deed::SubmissionRepeated, submission.actor.to_string());
            event.report = Some(report.number());
            event.sha256 = Some(hex(&submission.sha256));
            self.record(&event, report, &key)?;
            self.count(submission.row.account, at, Counter::Repeated);
            return Ok(Outcome::Submitted {
                report,
                repeated: true,
            });
        }
        let outcome = self.submit(submission, at)?;
        if matches!(
            outcome,
            Outcome::Submitted {
                repeated: false,
                ..
            }
        ) {
            self.finish(tx, finishing, at).await?;
        }
        Ok(outcome)
    }

    fn add_file(&mut self, new: NewFile, at: Timestamp) -> Result<Outcome, IntakeError> {
        let report = new.row.report;
        self.expect_open(report, new.actor, at)?;
        let files = self.files.entry(report).or_default();
        if files.len() >= model::limits::FILES_PER_REPORT_MAX {
            return Err(IntakeRefusal::FileBody(format!(
                "this report has {} files, which is the most; open another report",
                model::limits::FILES_PER_REPORT_MAX
            ))
            .into());
        }
        let mut row = new.row;
        row.position = i64::try_from(files.len()).unwrap_or(i64::MAX);
        files.push(row.clone());
        let mut event = CustodyEvent::new(at, Deed::FileReceived, new.actor.to_string());
        event.report = Some(report.number());
        event.file = Some(row.id.to_string());
        event.sha256 = Some(hex(&new.sha256));
        self.record(&event, report, &new.key)?;
        self.keep_look(report, row.id, new.hashes, new.look);
        self.written.files.push(row);
        self.touch(report, at);
        Ok(Outcome::Done)
    }

    fn describe(&mut self, new: Description, at: Timestamp) -> Result<Outcome, IntakeError> {
        self.expect_open(new.report, new.actor, at)?;
        let known = self
            .files
            .get(&new.report)
            .is_some_and(|files| files.iter().any(|file| file.id == new.file));
        if !known {
            return Err(IntakeRefusal::NoSuchFile.into());
        }
        let mut event = CustodyEvent::new(at, Deed::FileDescribed, new.actor.to_string());
        event.report = Some(new.report.number());
        event.file = Some(new.file.to_string());
        self.record(&event, new.report, &new.key)?;
        let revision = self.touch(new.report, at);
        self.written.details.push(DetailRow {
            file: new.file,
            // The report's revision grows with every change, so it orders a file's descriptions.
            seq: revision,
            report: new.report,
            details: new.details_sealed,
            created: at,
        });
        Ok(Outcome::Done)
    }

    async fn finish(
        &mut self,
        tx: &mut Tx,
        mut new: Finishing,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        let report = new.report;
        let row = self.expect_open(report, new.actor, at)?;
        let twin_of = row.twin_of;
        if row.rev != new.revision || self.is_outdated(tx, &new).await? {
            return Ok(Outcome::Stale);
        }
        let files: Vec<FileId> = self
            .files
            .get(&report)
            .into_iter()
            .flatten()
            .map(|file| file.id)
            .collect();
        if let Some(first) = twin_of
            && let Some(case) = self.case_of(first)
            && self.contents(report) == self.contents(first)
        {
            self.fold(&new, first, case, at)?;
            self.count(new.actor.account(), at, Counter::Folded);
            return Ok(Outcome::Finished { files, case });
        }
        self.recognise_children(&mut new);
        let case = self.tie(tx, &new, at).await?;
        let mut event = CustodyEvent::new(at, Deed::ReportFinished, new.actor.to_string());
        event.report = Some(report.number());
        self.record(&event, report, &new.key)?;
        self.rank(&new, case, at)?;
        self.rewrap(report, &new.key, case)?;
        self.count_finished(&new, at);
        let findings = std::mem::take(&mut new.judged.sealed);
        self.update(report, |row| {
            row.state = ReportState::Finished;
            row.finished = Some(at);
            row.changed = at;
            row.rev += 1;
            row.case = Some(case);
            row.findings = Some(findings);
            row.material = new.material.as_ref().map(|it| it.sealed.clone());
        });
        if let Some(material) = &new.material {
            self.keep_matches(tx, report, material, new.actor, at)
                .await?;
        }
        let said = self.written.links.iter().filter(|row| row.from == report);
        let position = said.count();
        self.gather(tx, &new, case, position, at).await?;
        self.written.persons.append(&mut new.persons);
        for (position, prepared) in new.identifiers.into_iter().enumerate() {
            self.written.mentions.push(MentionRow {
                report,
                position: i64::try_from(position).unwrap_or(i64::MAX),
                kind: prepared.identifier.kind.name().to_owned(),
                blind: prepared.blind,
                sealed: prepared.sealed,
                ties: prepared.identifier.ties,
            });
        }
        self.unsettled = false;
        Ok(Outcome::Finished { files, case })
    }

    /// A child that an earlier report of another incident told of makes the findings others.
    fn recognise_children(&mut self, new: &mut Finishing) {
        let mut known = false;
        for blind in &new.children {
            match self.children.entry(*blind) {
                Entry::Occupied(seen) => {
                    let apart_millis = new.about.millis_since(seen.get().about).abs();
                    known |= apart_millis > SAME_INCIDENT_MILLIS_MAX;
                }
                Entry::Vacant(unseen) => {
                    let row = ChildRow {
                        blind: *blind,
                        first_report: new.report,
                        about: new.about,
                    };
                    self.written.children.push(*unseen.insert(row));
                }
            }
        }
        if let (true, Some(judged)) = (known, new.judged_known.take()) {
            new.judged = judged;
        }
    }

    fn retract(
        &mut self,
        report: ReportId,
        actor: Actor,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        self.expect_open(report, actor, at)?;
        self.close(
            report,
            ReportState::Retracted,
            Deed::ReportRetracted,
            actor,
            at,
        )?;
        Ok(Outcome::Done)
    }

    fn expire(&mut self, report: ReportId, at: Timestamp) -> Result<Outcome, IntakeError> {
        self.expire_if_due(report, at)?;
        Ok(Outcome::Done)
    }

    /// The state of a report at `at`; an open report past its time expires now.
    fn expire_if_due(
        &mut self,
        report: ReportId,
        at: Timestamp,
    ) -> Result<ReportState, IntakeError> {
        let Some(row) = self.reports.get(&report) else {
            return Err(IntakeRefusal::NoSuchReport.into());
        };
        if row.state != ReportState::Open || !row.is_due(at) {
            return Ok(row.state);
        }
        self.close(
            report,
            ReportState::Expired,
            Deed::ReportExpired,
            Actor::Clock,
            at,
        )?;
        Ok(ReportState::Expired)
    }

    fn close(
        &mut self,
        report: ReportId,
        state: ReportState,
        deed: Deed,
        actor: Actor,
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        let key = self.record_key(report)?;
        let mut event = CustodyEvent::new(at, deed, actor.to_string());
        event.report = Some(report.number());
        self.record(&event, report, &key)?;
        if let Some(account) = self.reports.get(&report).map(|row| row.account) {
            let expired = state == ReportState::Expired;
            let counter = if expired {
                Counter::Expired
            } else {
                Counter::Retracted
            };
            self.count(account, at, counter);
        }
        self.update(report, |row| {
            row.state = state;
            row.changed = at;
            row.rev += 1;
        });
        Ok(())
    }

    /// The report, if it is open and the actor's own; otherwise the refusal of the protocol's state
    /// table.
    fn expect_open(
        &mut self,
        report: ReportId,
        actor: Actor,
        at: Timestamp,
    ) -> Result<&ReportRow, IntakeError> {
        let owner = self.reports.get(&report).map(|row| row.account);
        if owner != Some(actor.account()) {
            return Err(IntakeRefusal::NoSuchReport.into());
        }
        match self.expire_if_due(report, at)? {
            ReportState::Open => {}
            ReportState::Finished | ReportState::Folded => {
                return Err(IntakeRefusal::Finished.into());
            }
            ReportState::Retracted => return Err(IntakeRefusal::Retracted.into()),
            ReportState::Expired => return Err(IntakeRefusal::NoSuchReport.into()),
        }
        self.reports
            .get(&report)
            .ok_or_else(|| IntakeRefusal::NoSuchReport.into())
    }

    fn touch(&mut self, report: ReportId, at: Timestamp) -> i64 {
        self.update(report, |row| {
            row.changed = at;
            row.rev += 1;
        });
        self.reports.get(&report).map_or(0, |row| row.rev)
    }

    pub(super) fn update(&mut self, report: ReportId, change: impl FnOnce(&mut ReportRow)) {
        if let Some(row) = self.reports.get_mut(&report) {
            change(row);
            let state = row.state;
            self.written.reports.insert(report);
            for latest in self.latest.values_mut().filter(|latest| latest.0 == report) {
                latest.1 = state;
            }
        }
    }

    /// The data key of a loaded report, from under the agency's or its case's key.
    pub(super) fn record_key(&self, report: ReportId) -> Result<DataKey, IntakeError> {
        let missing = IntakeFault::Unreadable {
            what: "a report's key",
        };
        let row = self.reports.get(&report).ok_or_else(|| missing.clone())?;
        let wrapped = row.data_key.as_ref().ok_or_else(|| missing.clone())?;
        let context = names::record_key(report);
        Ok(match row.key_case {
            None => self.tools.keys.unwrap(&wrapped.0, &context)?,
            Some(case) => {
                let case = self.cases.get(&case).ok_or(missing)?;
                case.key.unwrap(&wrapped.0, &context)?
            }
        })
    }

    pub(super) fn rewrap(
        &mut self,
        report: ReportId,
        key: &DataKey,
        case: CaseId,
    ) -> Result<(), IntakeError> {
        let entropy = self.tools.entropy;
        let wrapped = self
            .open(case)?
            .key
            .wrap(key, &names::record_key(report), entropy)?;
        self.update(report, |row| {
            row.data_key = Some(Sealed(wrapped));
            row.key_case = Some(case);
        });
        Ok(())
    }

    pub(super) fn seal(
        &self,
        key: &DataKey,
        context: &[u8],
        plain: &[u8],
    ) -> Result<Sealed, IntakeFault> {
        Ok(Sealed(vault::seal::seal(
            key,
            context,
            plain,
            self.tools.entropy,
        )?))
    }

    /// Appends an event about a report, sealed under that report's key.
    pub(super) fn record(
        &mut self,
        event: &CustodyEvent,
        report: ReportId,
        key: &DataKey,
    ) -> Result<(), IntakeError> {
        let entry = vault::custody::record(event, key, self.tools.entropy).map_err(|_| {
            IntakeFault::Unreadable {
                what: "a custody event",
            }
        })?;
        self.written.log.push(LogRow {
            report: Some(report),
            entry: entry.log,
            sealed: Sealed(entry.sealed),
        });
        Ok(())
    }

    /// Appends an event about no report, sealed under the register's key.
    pub(super) fn record_unbound(&mut self, event: &CustodyEvent) -> Result<(), IntakeError> {
        let entry =
            vault::custody::record(event, self.tools.keys.register_key(), self.tools.entropy)
                .map_err(|_| IntakeFault::Unreadable {
                    what: "a custody event",
                })?;
        self.written.log.push(LogRow {
            report: None,
            entry: entry.log,
            sealed: Sealed(entry.sealed),
        });
        Ok(())
    }
}
