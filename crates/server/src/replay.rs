//! Ranks explained, verified and replayed: computed again from the sealed submissions, under the
//! policy at hand or under another one before it is adopted.
//!
//! Every reading is in the custody log before anything is read (invariant 7): one event for an
//! explained case, one for a replay as a whole.

use model::{
    CaseId, CustodyEvent, Deed, Finding, Identifier, Override, ReportId, ReportState, Timestamp,
};
use serde::Serialize;
use store::{CaseRow, ReportRow, Sealed};
use triage::replay::{
    Change, Comparison, Mismatch, Ranked, Reasons, Summary, Told, Verification, Verified,
};
use triage::{Context, Material, Policy};
use vault::DataKey;

use crate::casefile::open_reasons;
use crate::intake::{Actor, IntakeError, IntakeFault, Operation, open_details, words};
use crate::sealed_names as names;
use crate::station::Station;

/// Cases read from the database at a time.
const CASES_AT_ONCE: usize = 200;
/// Reports of a case read from the database at a time.
const REPORTS_AT_ONCE: usize = 200;
/// How often a case is read again that got a report while it was being verified.
const TRIES_MAX: usize = 5;
/// How long a top of the queue a replay looks at: what a shift can read.
const TOP: usize = 60;

/// Why a case stands where it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The case.
    pub case: CaseId,
    /// The sum of the danger points.
    pub danger: i64,
    /// The sum of the actionability points.
    pub actionability: i64,
    /// The override that stands above every score.
    #[serde(rename = "override")]
    pub raised: Option<Override>,
    /// The points for waiting; they count in the queue beside danger, below any override.
    pub waiting: i64,
    /// What the policy says of waiting.
    pub waiting_text: String,
    /// Where the points for waiting come from.
    pub waiting_source: String,
    /// The findings that were added up, each with its source.
    pub reasons: Vec<Reason>,
    /// The version of the policy at hand.
    pub policy: String,
    /// The version that the case was last ranked under.
    pub ranked_under: String,
}

/// A finding, and where its rule comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// The rule's source; `None` if the finding was made under a version that is not at hand.
    pub source: Option<String>,
}

/// A case that another policy would rank otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplayedCase {
    /// The case, as it stands and as it would stand.
    #[serde(flatten)]
    pub change: Change,
    /// What would speak for it, and what no longer.
    pub reasons: Reasons,
}

/// What another policy would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// The cases that change most, at most as many as were asked for.
    pub cases: Vec<ReplayedCase>,
    /// The sums over all cases.
    pub summary: Summary,
    /// Cases that hold a shredded report, which nobody can read again; they are not compared.
    pub unreadable: usize,
}

/// Whether every stored rank replays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RanksVerified {
    /// The version of the policy at hand.
    pub policy: String,
    /// Cases looked at.
    pub cases: usize,
    /// Reports whose findings were made anew from what was sent.
    pub replayed: usize,
    /// Reports that were judged under a version that is not at hand; their sums were checked.
    pub other_version: usize,
    /// The cases that do not agree, with what does not.
    pub failed: Vec<FailedCase>,
}

/// A case whose stored rank does not replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedCase {
    /// The case.
    pub case: CaseId,
    /// What does not agree.
    pub mismatches: Vec<Mismatch>,
}

/// A finished report, opened.
pub(crate) struct Testimony {
    number: ReportId,
    pub(crate) words: model::Report,
    pub(crate) identifiers: Vec<Identifier>,
    finished: Timestamp,
    findings: Vec<Finding>,
    material: Material,
}

impl Testimony {
    fn told(&self) -> Told<'_> {
        Told {
            number: self.number,
            words: &self.words,
            identifiers: &self.identifiers,
            context: Context::behind(&self.findings, self.material),
            finished: self.finished,
        }
    }
}

impl Testimony {
    /// What a policy says of it, with what the lists say now.
    pub(crate) fn findings_under(&self, policy: &Policy, material: Material) -> Vec<Finding> {
        let told = Told {
            context: Context::behind(&self.findings, material),
            ..self.told()
        };
        told.findings(policy)
    }
}

impl Station {
    /// Says for one case what its rank is made of. Returns `None` if there is no such case; a case
    /// that became part of another is explained as that one.
    pub async fn explain(
        &self,
        actor: Actor,
        id: CaseId,
    ) -> Result<Option<Explanation>, IntakeError> {
        let Some(row) = self.core().store.case(id).await? else {
            return Ok(None);
        };
        let mut event = CustodyEvent::new(self.now(), Deed::CaseRead, actor.to_string());
        event.case = Some(row.id.number());
        event.note = Some("to explain its rank".to_owned());
        self.commit(Operation::Record(event)).await?;
        let policy = &self.core().triage_policy;
        let entry = self.open_entry(&row, &[])?;
        let waiting = policy.ageing().waiting(row.opened, self.now());
        let reasons = entry.reasons.into_iter().map(|finding| {
            let at_hand = finding.version == policy.version();
            let rule = policy.rule(&finding.rule).filter(|_| at_hand);
            let source = rule.map(|rule| rule.source().to_owned());
            Reason { finding, source }
        });
        Ok(Some(Explanation {
            case: entry.case,
            danger: entry.danger,
            actionability: entry.actionability,
            raised: entry.raised,
            waiting: waiting.points,
            waiting_text: waiting.text,
            waiting_source: policy.ageing().source().to_owned(),
            reasons: reasons.collect(),
            policy: policy.version().to_owned(),
            ranked_under: row.policy_version,
        }))
    }

    /// Ranks every case anew under another policy, and says what that would change: the `shown`
    /// gravest changes, and the sums over all. Nothing is changed.
    pub async fn replay_ranks(
        &self,
        actor: Actor,
        under: &Policy,
        shown: usize,
    ) -> Result<Replay, IntakeError> {
        let version = under.version();
        self.record_replay(actor, format!("to see what policy {version} would change"))
            .await?;
        let at_hand = &self.core().triage_policy;
        let mut comparison = Comparison::new(at_hand.ageing(), under.ageing());
        let mut unreadable = 0;
        let mut cases = Cases::default();
        while let Some(row) = cases.next(self).await? {
            match self.ranked_under(&row, under).await? {
                Some(after) => comparison.add(row.id, row.opened, &self.stored(&row)?, &after),
                None => unreadable += 1,
            }
        }
        let (changes, summary) = comparison.finish(TOP);
        let mut replayed = Vec::with_capacity(changes.len().min(shown));
        for change in changes.into_iter().take(shown) {
            // Read once more rather than kept: a policy may change every case there is.
            let rows = self.core().store.cases(&[change.case]).await?;
            let row = rows
                .first()
                .ok_or(IntakeFault::Unreadable { what: "a case" })?;
            let after = self.ranked_under(row, under).await?.unwrap_or_default();
            let reasons = Reasons::between(&self.stored(row)?.findings, &after.findings);
            replayed.push(ReplayedCase { change, reasons });
        }
        Ok(Replay {
            cases: replayed,
            summary,
            unreadable,
        })
    }

    /// Checks for every case that its stored rank is what its reports and the policy at hand give.
    pub async fn verify_ranks(&self, actor: Actor) -> Result<RanksVerified, IntakeError> {
        let policy = &self.core().triage_policy;
        let why = "to verify that stored ranks replay".to_owned();
        self.record_replay(actor, why).await?;
        let mut verified = RanksVerified {
            policy: policy.version().to_owned(),
            ..RanksVerified::default()
        };
        let mut cases = Cases::default();
        while let Some(row) = cases.next(self).await? {
            let (case, of_case) = (row.id, self.verify_case(row).await?);
            verified.cases += 1;
            verified.replayed += of_case.replayed;
            verified.other_version += of_case.other_version;
            if !of_case.mismatches.is_empty() {
                verified.failed.push(FailedCase {
                    case,
                    mismatches: of_case.mismatches,
                });
            }
        }
        Ok(verified)
    }

    async fn record_replay(&self, actor: Actor, why: String) -> Result<(), IntakeError> {
        let mut event = CustodyEvent::new(self.now(), Deed::RanksReplayed, actor.to_string());
        event.note = Some(format!(
            "{why}: submissions, files' descriptions, identifiers and findings of every case"
        ));
        self.commit(Operation::Record(event)).await?;
        Ok(())
    }

    async fn verify_case(&self, mut row: CaseRow) -> Result<Verified, IntakeError> {
        let mut tries = 0;
        loop {
            let stored = self.stored(&row)?;
            let policy = &self.core().triage_policy;
            let mut verification = Verification::new(policy, &row.policy_version);
            let complete = self
                .hear(row.id, |testimony| {
                    verification.add(testimony.told(), &testimony.findings);
                })
                .await?;
            let verified = verification.finish(&stored, complete);
            tries += 1;
            if verified.mismatches.is_empty() || tries == TRIES_MAX {
                return Ok(verified);
            }
            // On a running server the case may have grown in between.
            let rows = self.core().store.cases(&[row.id]).await?;
            match rows.into_iter().next() {
                // Now part of another case, where its reports are verified.
                Some(now) if now.merged_into.is_some() => return Ok(Verified::default()),
                Some(now) if now != row => row = now,
                _ => return Ok(verified),
            }
        }
    }

    /// The rank that a policy gives to a case; `None` if not all of its reports can be read.
    async fn ranked_under(
        &self,
        row: &CaseRow,
        policy: &Policy,
    ) -> Result<Option<Ranked>, IntakeError> {
        let mut findings = Vec::new();
        let complete = self
            .hear(row.id, |testimony| {
                let of_report = testimony.told().findings(policy);
                findings = triage::combine(&findings, &of_report);
            })
            .await?;
        Ok(complete.then(|| Ranked::of([findings])))
    }

    fn stored(&self, row: &CaseRow) -> Result<Ranked, IntakeError> {
        let findings = open_reasons(row, &self.open_case_key(row)?)?;
        let rank = row.rank;
        Ok(Ranked { findings, rank })
    }

    /// Opens the finished reports of a case one after the other; says whether all could be read.
    async fn hear(
        &self,
        case: CaseId,
        mut each: impl FnMut(&Testimony),
    ) -> Result<bool, IntakeError> {
        let store = &self.core().store;
        let (mut after, mut complete) = (None, true);
        loop {
            let members = store.members_of(case, after, REPORTS_AT_ONCE).await?;
            let keys = self.record_keys(&members).await?;
            for member in &members {
                // A folded report said nothing that its first had not.
                if member.state != ReportState::Finished {
                    continue;
                }
                match keys.get(&member.id) {
                    Some(key) => each(&self.testimony(member, key).await?),
                    None => complete = false,
                }
            }
            after = members.last().map(|member| member.id);
            if members.len() < REPORTS_AT_ONCE {
                return Ok(complete);
            }
        }
    }

    pub(crate) async fn testimony(
        &self,
        row: &ReportRow,
        key: &DataKey,
    ) -> Result<Testimony, IntakeError> {
        let store = &self.core().store;
        let unreadable = |what| IntakeFault::Unreadable { what };
        let contents = store.contents_of(row.id).await?;
        let submission = contents.submission;
        let submission = submission.ok_or_else(|| unreadable("a submission"))?;
        let said = open_details(key, &contents.details)?;
        let mentions = store.mentions_of(row.id).await?;
        let identifiers = mentions.iter().enumerate().map(|(position, mention)| {
            let context = names::identifier(row.id, position);
            open_json(key, &context, &mention.sealed, "an identifier")
        });
        let findings = match &row.findings {
            Some(sealed) => open_json(key, &names::findings(row.id), sealed, "findings")?,
            None => Vec::new(),
        };
        Ok(Testimony {
            number: row.id,
            words: words(key, &submission, &contents.files, &said)?,
            identifiers: identifiers.collect::<Result<_, IntakeFault>>()?,
            finished: row.finished.ok_or_else(|| unreadable("a report's end"))?,
            findings,
            material: match &row.material {
                Some(sealed) => open_json(key, &names::material(row.id), sealed, "a comparison")?,
                None => Material::default(),
            },
        })
    }
}

fn open_json<T: serde::de::DeserializeOwned>(
    key: &DataKey,
    context: &[u8],
    sealed: &Sealed,
    what: &'static str,
) -> Result<T, IntakeFault> {
    let json = vault::seal::open(key, context, &sealed.0)?;
    serde_json::from_slice(&json).map_err(|_| IntakeFault::Unreadable { what })
}

/// Every case that stands for itself, those in a storm's row too, by number.
#[derive(Default)]
struct Cases {
    page: std::vec::IntoIter<CaseRow>,
    after: Option<CaseId>,
    ended: bool,
}

impl Cases {
    async fn next(&mut self, station: &Station) -> Result<Option<CaseRow>, IntakeError> {
        loop {
            if let Some(row) = self.page.next() {
                self.after = Some(row.id);
                return Ok(Some(row));
            }
            if self.ended {
                return Ok(None);
            }
            let store = &station.core().store;
            let rows = store.standing_cases(self.after, CASES_AT_ONCE).await?;
            self.ended = rows.len() < CASES_AT_ONCE;
            self.page = rows.into_iter();
        }
    }
}
