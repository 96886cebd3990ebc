//! Group commit: takes every operation that waits, runs them as one batch, and makes them durable
//! in one transaction together with their custody events. Only then is any caller answered
//! (invariants 1 and 2).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use model::{CaseId, DecisionId, ReportId, ReportState, Timestamp};
use store::{Blind, Store, Tx};
use tokio::sync::{Notify, mpsc, oneshot};

use super::batch::{Batch, Tools, Written};
use super::counting::Tally;
use super::linker::Linker;
use super::operation::{Operation, Order, Outcome};
use super::{IntakeError, IntakeFault};
use crate::station::Core;

/// Operations waiting at most; beyond it callers wait to be let in.
const WAITING_MAX: usize = 4096;
/// Operations in one transaction at most.
const BATCH_MAX: usize = 512;
/// Tries of a batch whose transaction met a fault that may pass.
const TRIES_MAX: u32 = 3;

/// The way to the one task that writes.
#[derive(Clone)]
pub(crate) struct Committer {
    orders: mpsc::Sender<Order>,
}

impl Committer {
    /// Starts the writer. `written` is notified after each commit, for the publisher of the log.
    pub(crate) fn start(core: Arc<Core>, written: Arc<Notify>) -> Self {
        let (orders, waiting) = mpsc::channel(WAITING_MAX);
        tokio::spawn(write(core, waiting, written));
        Self { orders }
    }

    /// Hands an operation over and waits until it is durable, or refused.
    pub(crate) async fn commit(
        &self,
        operation: Operation,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        let (answer, answered) = oneshot::channel();
        let order = Order {
            operation,
            at,
            answer,
        };
        self.orders
            .send(order)
            .await
            .map_err(|_| IntakeFault::Stopping)?;
        answered.await.map_err(|_| IntakeFault::Stopping)?
    }
}

async fn write(core: Arc<Core>, mut waiting: mpsc::Receiver<Order>, written: Arc<Notify>) {
    let mut case_numbers = 0..0;
    let mut linker: Option<Linker> = None;
    let mut orders = Vec::with_capacity(BATCH_MAX);
    while waiting.recv_many(&mut orders, BATCH_MAX).await > 0 {
        gather(&mut waiting, &mut orders).await;
        let ends = |order: &mut Order| matches!(order.operation, Operation::Rest);
        for order in orders.extract_if(.., ends) {
            if let Some(linker) = &mut linker {
                linker.rest(&core);
            }
            hand_back(order.answer, Ok(Outcome::Done));
        }
        if orders.is_empty() {
            continue;
        }
        let (operations, answers): (Vec<_>, Vec<_>) = orders
            .drain(..)
            .map(|order| ((order.operation, order.at), order.answer))
            .unzip();
        let outcomes = commit_batch(&core, &mut case_numbers, &mut linker, operations).await;
        written.notify_one();
        match outcomes {
            Ok(outcomes) => {
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    hand_back(answer, outcome);
                }
            }
            Err(fault) => {
                // The index may be ahead of what was kept, and numbers were given back: the next
                // batch fetches both again.
                linker = None;
                case_numbers = 0..0;
                tracing::error!(
                    code = fault.code(),
                    causes = causes(&fault),
                    "a batch was not saved"
                );
                for answer in answers {
                    hand_back(answer, Err(fault.clone().into()));
                }
            }
        }
    }
}

/// Lets the tasks that can run now run first, as long as they bring further orders: the larger a
/// batch, the less each order costs. On an idle machine nobody is there to wait for.
async fn gather(waiting: &mut mpsc::Receiver<Order>, orders: &mut Vec<Order>) {
    loop {
        let before = orders.len();
        tokio::task::yield_now().await;
        while orders.len() < BATCH_MAX
            && let Ok(order) = waiting.try_recv()
        {
            orders.push(order);
        }
        if orders.len() == before {
            return;
        }
    }
}

/// A fault with everything underneath it. Causes name tables and systems, never values.
fn causes(fault: &IntakeFault) -> String {
    let mut text = fault.to_string();
    let mut source = std::error::Error::source(fault);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn hand_back(
    answer: oneshot::Sender<Result<Outcome, IntakeError>>,
    outcome: Result<Outcome, IntakeError>,
) {
    if answer.send(outcome).is_err() {
        // The caller hung up; what it asked for is done all the same, and a repeated call finds it
        // so.
        tracing::debug!("a caller left before its answer");
    }
}

/// Runs the operations in their order and commits what came of them.
///
/// The operations are consumed by running them; a transaction that fails at its end is therefore
/// not run again here: its callers are told, and repeat.
async fn commit_batch(
    core: &Core,
    case_numbers: &mut Range<i64>,
    linker: &mut Option<Linker>,
    operations: Vec<(Operation, Timestamp)>,
) -> Result<Vec<Result<Outcome, IntakeError>>, IntakeFault> {
    let mut tx = begin(&core.store).await?;
    tx.lock_log().await?;
    let linker = if operations.iter().any(|(operation, _)| operation.ties()) {
        Some(Linker::follow(core, &mut tx, linker).await?)
    } else {
        None
    };
    let mut batch = load(core, &mut tx, &operations, case_numbers, linker).await?;
    batch.reconcile(&mut tx, core.link_policy.version()).await?;
    let mut outcomes = Vec::with_capacity(operations.len());
    for (operation, at) in operations {
        let outcome = batch.run(&mut tx, operation, at).await;
        if let (Err(IntakeError::Fault(fault)), true) = (&outcome, batch.unsettled) {
            return Err(fault.clone());
        }
        outcomes.push(outcome);
    }
    let last_step = batch.written.tying.last().copied();
    let linker = batch.linker.take();
    save(&mut tx, batch).await?;
    tx.commit().await?;
    if let Some(linker) = linker {
        linker.committed(core, last_step.as_ref());
    }
    Ok(outcomes)
}

async fn begin(store: &Store) -> Result<Tx, IntakeFault> {
    let mut tries = 1;
    loop {
        match store.begin("intake").await {
            Ok(tx) => return Ok(tx),
            Err(fault) if fault.is_retryable() && tries < TRIES_MAX => tries += 1,
            Err(fault) => return Err(fault.into()),
        }
    }
}

/// Loads every row that the operations may look at, in a handful of bulk reads.
async fn load<'a>(
    core: &'a Core,
    tx: &mut Tx,
    operations: &[(Operation, Timestamp)],
    case_numbers: &'a mut Range<i64>,
    linker: Option<&'a mut Linker>,
) -> Result<Batch<'a>, IntakeFault> {
    let wanted = Wanted::of(operations);
    let latest: HashMap<Blind, (ReportId, ReportState)> = tx
        .latest_by_digest(&wanted.digests)
        .await?
        .into_iter()
        .map(|(digest, report, state)| (digest, (report, state)))
        .collect();
    let mut ids = wanted.reports;
    ids.extend(latest.values().map(|(report, _)| *report));
    let mut reports = HashMap::new();
    // A second round fetches the reports that the first ones repeat.
    while !ids.is_empty() {
        let asked: Vec<_> = std::mem::take(&mut ids).into_iter().collect();
        for row in tx.reports(&asked).await? {
            ids.extend(row.twin_of.filter(|twin| !reports.contains_key(twin)));
            reports.insert(row.id, row);
        }
        ids.retain(|id| !reports.contains_key(id) && !asked.contains(id));
    }
    let with_files: Vec<_> = reports.keys().copied().collect();
    let mut files: HashMap<ReportId, Vec<_>> = HashMap::new();
    for row in tx.files_of(&with_files).await? {
        files.entry(row.report).or_default().push(row);
    }
    let children = tx.children(&wanted.children).await?;
    let decisions = tx.decisions(&wanted.decisions).await?;
    let storm_keys = tx.storm_keys(&wanted.storm_keys).await?;
    let mut case_ids: BTreeSet<CaseId> = reports.values().filter_map(|row| row.case).collect();
    case_ids.extend(reports.values().filter_map(|row| row.key_case));
    let tally = Tally::load(tx, operations).await?;
    let mut batch = Batch {
        tools: Tools {
            keys: &core.keys,
            entropy: core.entropy.as_ref(),
            clock: core.clock.as_ref(),
            triage_policy: &core.triage_policy,
            storm_policy: &core.storm_policy,
            matches_per_entry_max: core.config.matches_per_entry_max.get().into(),
        },
        reports,
        latest,
        files,
        children: children.into_iter().map(|row| (row.blind, row)).collect(),
        decisions: decisions.into_iter().map(|row| (row.id, row)).collect(),
        storm_keys: storm_keys.into_iter().map(|row| (row.blind, row)).collect(),
        storms: HashMap::new(),
        storm_named: HashSet::new(),
        cases: HashMap::new(),
        founded: HashMap::new(),
        case_numbers,
        linker,
        unsettled: false,
        material_rev: None,
        tally,
        written: Written::default(),
    };
    let case_ids: Vec<_> = case_ids.into_iter().collect();
    for row in tx.cases(&case_ids).await? {
        batch.keep_case(row)?;
    }
    Ok(batch)
}

/// Writes what the batch added. The order satisfies the references between tables.
async fn save(tx: &mut Tx, mut batch: Batch<'_>) -> Result<(), IntakeFault> {
    let written = std::mem::take(&mut batch.written);
    let cases: Vec<_> = written
        .cases
        .iter()
        .filter_map(|id| batch.cases.get(id).map(|open| open.row.clone()))
        .collect();
    tx.put_cases(&cases).await?;
    tx.insert_submissions(&written.submissions).await?;
    let reports: Vec<_> = written
        .reports
        .iter()
        .filter_map(|id| batch.reports.get(id).cloned())
        .collect();
    tx.put_reports(&reports).await?;
    tx.insert_files(&written.files).await?;
    tx.insert_file_hashes(&written.file_hashes).await?;
    super::material::save_looks(tx, written.looks).await?;
    tx.insert_details(&written.details).await?;
    tx.insert_mentions(&written.mentions).await?;
    tx.insert_links(&written.links).await?;
    let decisions: Vec<_> = written
        .decisions
        .iter()
        .filter_map(|id| batch.decisions.get(id).cloned())
        .collect();
    tx.put_decisions(&decisions).await?;
    tx.append_tying(&written.tying).await?;
    tx.insert_children(&written.children).await?;
    tx.insert_person_keys(&written.persons).await?;
    let storms: Vec<_> = written
        .storms
        .iter()
        .filter_map(|id| batch.storms.get(id).cloned())
        .collect();
    tx.put_storms(&storms).await?;
    let keys: Vec<_> = written
        .storm_keys
        .iter()
        .filter_map(|blind| batch.storm_keys.get(blind).cloned())
        .collect();
    tx.put_storm_keys(&keys).await?;
    tx.insert_storm_marks(&written.storm_marks).await?;
    tx.insert_storm_named(&written.storm_named).await?;
    for account in &written.accounts {
        // Two processes adding one name at once: the unique index decides, and this batch is run
        // again.
        if tx.insert_account(account).await?.is_err() {
            return Err(IntakeFault::NameTaken);
        }
    }
    for (account, at) in &written.revoked {
        tx.revoke_account(*account, *at).await?;
    }
    batch.tally.save(tx).await?;
    tx.append_log(&written.log).await?;
    Ok(())
}

/// What a batch has to load.
#[derive(Default)]
struct Wanted {
    reports: BTreeSet<ReportId>,
    digests: Vec<Blind>,
    children: Vec<Blind>,
    storm_keys: Vec<Blind>,
    decisions: Vec<DecisionId>,
}

impl Wanted {
    fn of(operations: &[(Operation, Timestamp)]) -> Self {
        let mut wanted = Self::default();
        for (operation, _) in operations {
            match operation {
                Operation::Submit(new) | Operation::SubmitWhole(new, _) => {
                    wanted.digests.push(new.row.digest);
                }
                Operation::AddFile(new) => {
                    wanted.reports.insert(new.row.report);
                }
                Operation::Describe(new) => {
                    wanted.reports.insert(new.report);
                }
                Operation::Finish(new) => {
                    wanted.reports.insert(new.report);
                }
                Operation::Retract(report, _)
                | Operation::Expire(report)
                | Operation::RecordOutcome(report, ..) => {
                    wanted.reports.insert(*report);
                }
                Operation::Undo(decision, _) => wanted.decisions.push(*decision),
                Operation::StopClock(..)
                | Operation::AddAccount(..)
                | Operation::RevokeAccount(..)
                | Operation::Record(_)
                | Operation::Rest
                | Operation::PutList(..)
                | Operation::PutEntries(_)
                | Operation::ChangeSource(_)
                | Operation::ReleaseEntry(..)
                | Operation::HeldMatched(_)
                | Operation::JudgeMatch(..)
                | Operation::FeedbackTold(..)
                | Operation::Decide(..) => {}
                Operation::Rematch(new) => {
                    wanted.reports.insert(new.report);
                }
            }
            if let Some(finishing) = operation.finishing() {
                wanted.children.extend(&finishing.children);
                let keys = finishing.storm.keys.iter();
                wanted.storm_keys.extend(keys.map(|(_, blind)| *blind));
            }
        }
        wanted
    }
}
