//! The document of an alert: what is kept, and the report that is made of it.

use std::collections::BTreeSet;

use model::{
    Door, Finding, IncidentKind, Mention, Moment, Narrative, Part, Report, ReportId, Score,
    Sensitive, Subject, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::intake::{
    Actor, IntakeError, IntakeFault, IntakeRefusal, Judging, Operation, Origin, Submitted,
    submitted,
};
use crate::station::Station;

/// How an alert's document begins, so that it is told from those of other doors.
const BEGINS: &[u8] = b"{\"payment_alert\":";
/// What a point of an alert is worth in danger, in percent: payments tell less of a child's danger
/// than words about it do, and an alert of 60 to 120 points is to stand among reports of 20 to 40.
const DANGER_PERCENT: i64 = 33;
/// Rows of an alert that its document repeats.
pub(super) const ROWS_MAX: usize = 1_000;

/// An alert as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertDocument {
    payment_alert: Kept,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    /// The account that is looked at.
    pub(super) account: Sensitive<String>,
    /// `sender` or `receiver`.
    pub(super) side: String,
    /// `review`, or `protection` where the account holder may be a victim.
    pub(super) route: String,
    /// The time of the row at which most points held.
    pub(super) at: Timestamp,
    pub(super) points: u32,
    pub(super) policy: String,
    /// Where the rows came from.
    pub(super) source: String,
    /// SHA-256 of the file of the rows, as 64 hexadecimal digits; empty for single transfers.
    pub(super) input_sha256: String,
    pub(super) reasons: Vec<AlertReason>,
    pub(super) rows: Vec<PaymentRow>,
    pub(super) mentions: Vec<Mention>,
    pub(super) names: Vec<(Part, Sensitive<String>)>,
    pub(super) texts: Vec<Sensitive<String>>,
}

/// One indicator that held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertReason {
    /// Its id.
    pub indicator: String,
    /// The version of its file.
    pub version: String,
    /// What it adds.
    pub points: u32,
    /// A sentence that a person understands.
    pub text: String,
    /// By whose word it stands: published, summarised, inferred.
    pub kind: String,
    /// Whose word.
    pub source: String,
    /// Of which date.
    pub dated: String,
    /// The numbers that it tests by.
    pub parameters: Vec<(String, String)>,
    /// How many payments its window held.
    pub payments: u32,
    /// How many counterparties, if it asks for them.
    pub counterparties: u32,
    /// The ids of its rows.
    pub rows: Vec<Sensitive<String>>,
}

/// A payment of an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRow {
    /// The source's id of it.
    pub id: Sensitive<String>,
    /// When.
    pub time: Timestamp,
    /// Who pays.
    pub sender: Sensitive<String>,
    /// Who is paid.
    pub receiver: Sensitive<String>,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// In which currency.
    pub currency: String,
    /// Where the receiver is; empty where nothing says so.
    pub receiver_country: String,
    /// Where the sender is; empty where nothing says so.
    #[serde(default)]
    pub sender_country: String,
    /// How it moved; empty where nothing says so.
    #[serde(default)]
    pub channel: String,
    /// The beginning of what the payer wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Sensitive<String>>,
    /// The sender's name, where the source gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_name: Option<Sensitive<String>>,
    /// The receiver's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver_name: Option<Sensitive<String>>,
    /// The sender's institution, where the source gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_agent: Option<String>,
    /// The receiver's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver_agent: Option<String>,
}

impl AlertDocument {
    pub(super) const fn new(kept: Kept) -> Self {
        Self {
            payment_alert: kept,
        }
    }

    /// The account that is looked at.
    pub const fn account(&self) -> &Sensitive<String> {
        &self.payment_alert.account
    }

    /// `sender` or `receiver`: whose payments are looked at.
    pub fn side(&self) -> &str {
        &self.payment_alert.side
    }

    /// `review` or `protection`.
    pub fn route(&self) -> &str {
        &self.payment_alert.route
    }

    /// The sum of the reasons' points.
    pub const fn points(&self) -> u32 {
        self.payment_alert.points
    }

    /// When it held most.
    pub const fn at(&self) -> Timestamp {
        self.payment_alert.at
    }

    /// Every indicator that held.
    pub fn reasons(&self) -> &[AlertReason] {
        &self.payment_alert.reasons
    }

    /// The payments, in order of time.
    pub fn rows(&self) -> &[PaymentRow] {
        &self.payment_alert.rows
    }

    /// The version of the typologies that it was made by.
    pub fn policy(&self) -> &str {
        &self.payment_alert.policy
    }

    /// SHA-256 of the file of its rows, if they came from one.
    pub(crate) fn input_sha256(&self) -> &str {
        &self.payment_alert.input_sha256
    }

    /// The report that it is.
    pub(crate) fn to_report(&self) -> Report {
        let kept = &self.payment_alert;
        let finding = |reason: &AlertReason| Finding {
            score: Score::Danger,
            rule: format!("payments/{}", reason.indicator),
            version: reason.version.clone(),
            points: (i64::from(reason.points) * DANGER_PERCENT + 99) / 100,
            text: reason.text.clone(),
            raises: None,
            refs: Vec::new(),
            supersedes: Vec::new(),
        };
        let subject = |(part, name): &(Part, Sensitive<String>)| Subject {
            part: *part,
            name: Some(name.clone()),
            age_years: None,
            born: None,
            countries: BTreeSet::new(),
            third_party: true,
        };
        let narrative = |text: &Sensitive<String>| Narrative {
            part: Part::Incident,
            place: "payment/reference".to_owned(),
            text: text.clone(),
        };
        Report {
            incident: IncidentKind::PaymentPattern,
            incident_at: Moment {
                text: kept.at.to_string(),
                utc: Some(kept.at),
            },
            platform: None,
            escalation: None,
            marks: BTreeSet::new(),
            subjects: kept.names.iter().map(subject).collect(),
            mentions: kept.mentions.clone(),
            files: Vec::new(),
            narratives: kept.texts.iter().map(narrative).collect(),
            findings: kept.reasons.iter().map(finding).collect(),
        }
    }
}

/// Whether a submission is an alert's document.
pub(crate) fn is_alert(body: &[u8]) -> bool {
    body.starts_with(BEGINS)
}

/// Reads a document that was kept.
pub(crate) fn parse_alert(body: &[u8]) -> Result<AlertDocument, IntakeFault> {
    serde_json::from_slice(body).map_err(|_| IntakeFault::Unreadable { what: "an alert" })
}

impl Station {
    /// Keeps an alert as a report that is finished at once: tied and ranked like any other. The
    /// same alert of the same rows again is one report.
    pub async fn submit_alert(
        &self,
        actor: Actor,
        alert: &AlertDocument,
    ) -> Result<Submitted, IntakeError> {
        let document =
            serde_json::to_vec(alert).map_err(|_| IntakeFault::Unreadable { what: "an alert" })?;
        if document.len() > model::limits::DOCUMENT_BYTES_MAX {
            let text = "The alert's document is too long: screen fewer rows at a time.";
            return Err(IntakeRefusal::Request(text.to_owned()).into());
        }
        let origin = Origin {
            door: Door::Payments,
            source: Some(&alert.payment_alert.source),
        };
        let number = self.number_report().await?;
        let submission = self.prepare_submission(actor, origin, number, &document)?;
        let at = self.now();
        let judging = Judging {
            actor,
            report: submission.row.report,
            revision: 0,
            key: submission.key.clone(),
            at,
            material: None,
        };
        let finishing = self.judge(judging, &alert.to_report())?;
        let operation = Operation::SubmitWhole(Box::new(submission), Box::new(finishing));
        submitted(&self.commit_at(operation, at).await?)
    }

    /// The payments behind a report that is an alert's; `None` for any other.
    pub(crate) async fn alert_of(
        &self,
        report: ReportId,
        key: &vault::DataKey,
    ) -> Result<Option<AlertDocument>, IntakeError> {
        let body = self.alert_body_of(report, key).await?;
        body.map(|body| Ok(parse_alert(&body)?)).transpose()
    }

    /// An alert's document as it was kept.
    pub(super) async fn alert_body_of(
        &self,
        report: ReportId,
        key: &vault::DataKey,
    ) -> Result<Option<Vec<u8>>, IntakeError> {
        let Some(row) = self.core().store.submission(report).await? else {
            return Ok(None);
        };
        if row.door != Door::Payments {
            return Ok(None);
        }
        let context = crate::sealed_names::submission(report);
        Ok(Some(vault::seal::open(key, &context, &row.body.0)?))
    }
}
