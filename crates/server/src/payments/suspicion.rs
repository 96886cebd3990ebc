//! An alert as a report of suspicion: what a financial-intelligence unit asks for, from what is
//! kept.

use std::collections::BTreeSet;

use model::{
    CaseId, Channel, Country, Currency, CustodyEvent, Deed, Payment, PaymentSide, ReportId,
    Sensitive, Timestamp,
};
use screen::money::{Money, Rates};
use wire::suspicion::{KeyTerms, Profile, ReportedTransaction, Reporter, SuspicionReport};

use super::alert::{AlertDocument, AlertReason, PaymentRow, parse_alert};
use crate::casefile::CASE_ROWS_MAX;
use crate::intake::{Actor, IntakeError, Operation};
use crate::station::Station;

const DAY_MILLIS: i64 = 24 * 3600 * 1000;
/// The longest id of a payment that a unit takes, in characters; of a longer one its digest.
const ID_CHARS_MAX: usize = 100;
/// The most characters of all grounds together: the forms take 4,000, key terms and digests
/// included.
const GROUNDS_CHARS_MAX: usize = 3_500;
/// What stands where a text has a letter that XML cannot have.
const UNPRINTABLE: char = '\u{fffd}';

/// The form that a unit takes.
#[derive(Debug, Clone)]
pub enum SuspicionForm {
    /// goAML, by a unit's profile.
    Goaml {
        /// The unit's codes and mandatory fields.
        profile: Box<Profile>,
        /// One of the profile's kinds of reports; its first unless said.
        kind: Option<String>,
    },
    /// AUSTRAC's suspicious-matter report, in its draft shape.
    Smr,
}

impl SuspicionForm {
    /// The form in words.
    fn says(&self) -> String {
        match self {
            Self::Goaml { profile, .. } => {
                format!("goAML by profile {} {}", profile.name(), profile.version())
            }
            Self::Smr => "suspicious-matter report, draft".to_owned(),
        }
    }
}

/// What is asked for beside the alert.
#[derive(Debug, Clone)]
pub struct SuspicionAsked {
    /// The form.
    pub form: SuspicionForm,
    /// Who reports.
    pub reporter: Reporter,
    /// What currencies were worth.
    pub rates: Rates,
    /// The reporting entity's own reference; made from the report's number unless said.
    pub reference: Option<String>,
}

/// A report of suspicion that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenSuspicion {
    /// The document.
    pub xml: Sensitive<String>,
    /// SHA-256 of it, as the custody log has it.
    pub sha256: String,
    /// How many transactions it has.
    pub transactions: usize,
}

/// Why no report of suspicion was written.
#[derive(Debug, thiserror::Error)]
pub enum SuspicionError {
    /// The alert cannot be read.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The report is none of payments.
    #[error(
        "report {report} is no alert of payments: `watchfire screen --data` prints the numbers of \
         those that are"
    )]
    NotAlert {
        /// The report.
        report: ReportId,
    },
    /// The form demands what neither the alert nor the settings hold.
    #[error("the form demands what nothing says: {}", .fields.join(", "))]
    Lacks {
        /// The names of all such fields.
        fields: Vec<&'static str>,
    },
    /// An amount cannot be told in the local currency.
    #[error(
        "nothing says what {currency} was worth in {local} on {day}: name a table of rates that \
         does"
    )]
    NoRate {
        /// The currency of a payment.
        currency: Currency,
        /// That of the form.
        local: Currency,
        /// The day.
        day: String,
    },
    /// A value does not fit the form.
    #[error(transparent)]
    Unreportable(#[from] wire::suspicion::Unreportable),
    /// The key terms that are built in cannot be read: a defect.
    #[error(transparent)]
    KeyTerms(#[from] wire::suspicion::ProfileError),
}

impl SuspicionError {
    /// The stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Intake(IntakeError::Refused(refusal)) => refusal.code(),
            Self::Intake(IntakeError::Fault(fault)) => fault.code(),
            Self::NotAlert { .. } => "suspicion.no-alert",
            Self::Lacks { .. } => "suspicion.lacks",
            Self::NoRate { .. } => "suspicion.no-rate",
            Self::Unreportable(error) => error.code(),
            Self::KeyTerms(error) => error.code(),
        }
    }
}

impl Station {
    /// The reports of a case that are alerts of payments; `None` if there is no such case.
    pub async fn alerts_of_case(&self, case: CaseId) -> Result<Option<Vec<ReportId>>, IntakeError> {
        let store = &self.core().store;
        let Some(row) = store.case(case).await? else {
            return Ok(None);
        };
        let mut alerts = Vec::new();
        for member in store.members_of(row.id, None, CASE_ROWS_MAX).await? {
            let submission = store.submission(member.id).await?;
            if submission.is_some_and(|it| it.door == model::Door::Payments) {
                alerts.push(member.id);
            }
        }
        Ok(Some(alerts))
    }

    /// Writes an alert as a report of suspicion; what was written, by its digest, is in the
    /// custody log before it is given (invariant 7). `None` if there is no such report.
    pub async fn write_suspicion(
        &self,
        actor: Actor,
        report: ReportId,
        asked: &SuspicionAsked,
    ) -> Result<Option<WrittenSuspicion>, SuspicionError> {
        let row = self.core().store.report(report).await;
        let Some(row) = row.map_err(IntakeError::from)? else {
            return Ok(None);
        };
        let case = row.case;
        let keys = self.record_keys(&[row]).await?;
        // A shredded report has no key any more: there is nothing to be written.
        let Some(key) = keys.get(&report) else {
            return Err(SuspicionError::NotAlert { report });
        };
        let Some(body) = self.alert_body_of(report, key).await? else {
            return Err(SuspicionError::NotAlert { report });
        };
        let alert = parse_alert(&body).map_err(IntakeError::from)?;
        let suspicion = suspicion(&alert, &body, (report, self.now()), asked)?;
        let xml = written(&suspicion, &asked.form)?;
        let sha256 = model::hex(&vault::sha256(xml.as_bytes()));
        let mut event = CustodyEvent::new(self.now(), Deed::SuspicionWritten, actor.to_string());
        event.report = Some(report.number());
        event.case = case.map(CaseId::number);
        event.sha256 = Some(sha256.clone());
        event.note = Some(asked.form.says());
        self.commit(Operation::Record(event)).await?;
        Ok(Some(WrittenSuspicion {
            xml: Sensitive::new(xml),
            sha256,
            transactions: suspicion.transactions.len(),
        }))
    }
}

fn written(report: &SuspicionReport, form: &SuspicionForm) -> Result<String, SuspicionError> {
    let terms = KeyTerms::builtin()?;
    let fields = match form {
        SuspicionForm::Goaml { profile, .. } => report.lacks_for_goaml(profile),
        SuspicionForm::Smr => report.lacks_for_smr(),
    };
    if !fields.is_empty() {
        return Err(SuspicionError::Lacks { fields });
    }
    Ok(match form {
        SuspicionForm::Goaml { profile, kind } => {
            let document = report.to_goaml(profile, kind.as_deref(), &terms)?;
            document.to_xml()
        }
        SuspicionForm::Smr => report.to_smr(&terms)?.to_xml(),
    })
}

fn suspicion(
    alert: &AlertDocument,
    body: &[u8],
    (report, written): (ReportId, Timestamp),
    asked: &SuspicionAsked,
) -> Result<SuspicionReport, SuspicionError> {
    let reporter = &asked.reporter;
    let transactions = alert.rows().iter().map(|row| transaction(row, asked));
    let transactions = transactions.collect::<Result<Vec<_>, _>>()?;
    let accounts: BTreeSet<&str> = transactions
        .iter()
        .flat_map(|held| [&held.payment.sender, &held.payment.receiver])
        .map(|side| side.account.expose().as_str())
        .collect();
    let clients = reporter.clients.iter();
    let clients = clients.filter(|client| accounts.contains(client.account.expose().as_str()));
    let clients = clients.cloned().collect();
    let reference = asked.reference.clone();
    let input = digest(alert.input_sha256());
    Ok(SuspicionReport {
        entity: reporter.entity.clone(),
        reference: reference.unwrap_or_else(|| format!("watchfire-{report}")),
        written,
        local_currency: reporter.local_currency,
        clients,
        transactions,
        grounds: grounds(alert),
        action: reporter.action.clone(),
        indicators: reporter.indicators.clone(),
        key_terms: key_terms(alert)?,
        evidence: input.into_iter().chain([vault::sha256(body)]).collect(),
    })
}

/// The terms by which a unit finds reports of this kind: the holder pays, or may be extorted.
fn key_terms(alert: &AlertDocument) -> Result<BTreeSet<String>, SuspicionError> {
    let topic = match alert.route() {
        "protection" => "sextortion",
        _ => "online_child_exploitation",
    };
    let terms = KeyTerms::builtin()?;
    Ok(terms.of(topic).map(|term| term.id.clone()).collect())
}

/// Why, in sentences: who, then each reason with its version and source, as many as the forms take.
fn grounds(alert: &AlertDocument) -> Vec<Sensitive<String>> {
    let mut grounds = vec![format!(
        "Account {} as {}: {} points by typologies of version {}. These are reasons for a person \
         to look, not a verdict.",
        alert.account().expose(),
        alert.side(),
        alert.points(),
        alert.policy()
    )];
    if alert.route() == "protection" {
        grounds.push("The account's holder may be a victim: protect first.".to_owned());
    }
    let reasons = alert.reasons();
    let mut left = GROUNDS_CHARS_MAX.saturating_sub(grounds.iter().map(String::len).sum());
    for (at, reason) in reasons.iter().enumerate() {
        let sentence = in_words(reason);
        let Some(less) = left.checked_sub(sentence.chars().count() + 1) else {
            let more = reasons.len() - at;
            grounds.push(format!("{more} more reasons are in the evidence."));
            break;
        };
        left = less;
        grounds.push(sentence);
    }
    let said = grounds.iter().map(|text| printable(text));
    said.map(Sensitive::new).collect()
}

fn in_words(reason: &AlertReason) -> String {
    format!(
        "{} of version {}, {} points: {} Source ({}, {}): {}.",
        reason.indicator,
        reason.version,
        reason.points,
        reason.text,
        reason.kind,
        reason.dated,
        reason.source
    )
}

fn transaction(
    row: &PaymentRow,
    asked: &SuspicionAsked,
) -> Result<ReportedTransaction, SuspicionError> {
    let payment = payment(row)?;
    let local = asked.reporter.local_currency;
    let money = Money {
        minor: payment.amount_minor,
        currency: payment.currency,
    };
    let day = i32::try_from(payment.time.millis().div_euclid(DAY_MILLIS)).unwrap_or(i32::MAX);
    let worth = asked.rates.convert_to(money, local, day);
    let local_minor = worth.ok_or_else(|| SuspicionError::NoRate {
        currency: payment.currency,
        local,
        day: payment.time.to_string().chars().take(10).collect(),
    })?;
    Ok(ReportedTransaction {
        payment,
        local_minor,
    })
}

fn payment(row: &PaymentRow) -> Result<Payment, SuspicionError> {
    let unreadable = crate::intake::IntakeFault::Unreadable {
        what: "an alert's payment",
    };
    let currency = Currency::parse(&row.currency);
    let country = |code: &str| Country::parse(code).unwrap_or_default();
    let text = |text: &Sensitive<String>| Sensitive::new(printable(text.expose()));
    let name = |name: &Option<Sensitive<String>>| name.as_ref().map(text);
    Ok(Payment {
        id: Sensitive::new(id_of(row.id.expose())),
        time: row.time,
        has_clock: true,
        sender: PaymentSide {
            account: text(&row.sender),
            name: name(&row.sender_name),
            agent: row.sender_agent.clone(),
            country: country(&row.sender_country),
        },
        receiver: PaymentSide {
            account: text(&row.receiver),
            name: name(&row.receiver_name),
            agent: row.receiver_agent.clone(),
            country: country(&row.receiver_country),
        },
        amount_minor: row.amount_minor,
        currency: currency.ok_or_else(|| IntakeError::from(unreadable))?,
        channel: Channel::parse(&row.channel).unwrap_or_default(),
        purpose: None,
        reference: name(&row.reference),
        merchant: None,
        relation: None,
    })
}

/// An id as a unit takes it.
fn id_of(id: &str) -> String {
    let id = printable(id);
    if id.chars().count() <= ID_CHARS_MAX {
        return id;
    }
    format!("sha256:{}", model::hex(&vault::sha256(id.as_bytes())))
}

/// A text without the letters that XML cannot have, or that a reader would change.
fn printable(text: &str) -> String {
    let letter = |letter: char| match letter {
        '\n' => '\n',
        '\t' => ' ',
        '\u{fffe}' | '\u{ffff}' => UNPRINTABLE,
        letter if letter.is_control() => UNPRINTABLE,
        letter => letter,
    };
    text.chars().map(letter).collect()
}

/// The digest that 64 hexadecimal digits are.
fn digest(hex: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if hex.len() != 64 {
        return None;
    }
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(digest)
}
