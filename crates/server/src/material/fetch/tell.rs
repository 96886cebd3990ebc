//! What persons made of a list's matches is sent back to the service that keeps the list.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use model::{EntryKey, ListId, MatchId, Timestamp};
use serde::Serialize;
use wire::lists::ncmec::{FeedbackReason, FeedbackSubmission, parse_feedback_reasons};
use wire::lists::{Request, stopncii};

use super::call::{CallError, Service};
use super::credentials::Errand;
use super::source::{ListService, ListSource};
use super::{FetchError, FetchLimits, Patience, UNREADABLE, service_of};
use crate::intake::{Actor, FeedbackTold, IntakeError, Operation};
use crate::material::MatchFeedback;
use crate::material::entry::EntryWords;
use crate::station::Station;

/// Hashes that are told between two notes of what was.
const TOLD_AT_ONCE: usize = 50;
/// The largest answer that lists reasons, in bytes.
const REASONS_BYTES_MAX: u64 = 1 << 20;

/// What came of sending feedback.
#[derive(Debug, Default, Serialize)]
pub struct FeedbackSent {
    /// The list.
    pub list: String,
    /// Hashes that the service was told of.
    pub told: u64,
    /// What the service did not take: which match, and what it answered. It is sent again the next
    /// time.
    pub refused: Vec<String>,
}

/// What is said of one hash of an entry, and the matches that say it.
struct Verdict {
    key: EntryKey,
    kind: String,
    value: String,
    affirms: bool,
    judged: Option<Timestamp>,
    matches: Vec<(MatchId, Option<Timestamp>)>,
}

impl Station {
    /// Tells the service that keeps a list what persons made of its matches, as far as it was not
    /// told yet. `NCMEC` wants a reason, one of those that it offers, with what was rejected:
    /// `reason`, or the one that the list's source has.
    ///
    /// # Errors
    ///
    /// A list without a source that takes feedback; a reason that is needed or not offered; a
    /// service that gives no answer. What was told is kept, and the next call goes on.
    pub async fn send_feedback(
        &self,
        actor: Actor,
        name: &str,
        reason: Option<&str>,
        limits: &FetchLimits,
    ) -> Result<FeedbackSent, FetchError> {
        let (list, _, source) = self.source_of(name).await?;
        if !source.service.takes_feedback() {
            let service = source.service.name();
            return Err(FetchError::TakesNoFeedback { service });
        }
        let mut sent = FeedbackSent {
            list: name.to_owned(),
            ..FeedbackSent::default()
        };
        let verdicts = verdicts(self.judged_of(&list, true).await?);
        if verdicts.is_empty() {
            return Ok(sent);
        }
        // That it leaves the house is in the log before it does.
        self.record_list_read(actor, &list, "feedback").await?;
        let reason = reason.or(source.reason.as_deref());
        let telling = Telling {
            station: self,
            actor,
            list: list.id,
            source: &source,
            service: service_of(&source, limits, Errand::Feedback)?,
            limits,
        };
        telling.check_reason(&verdicts, reason).await?;
        telling.all(&verdicts, reason, &mut sent).await?;
        Ok(sent)
    }
}

/// A service that is being told.
struct Telling<'a> {
    station: &'a Station,
    actor: Actor,
    list: ListId,
    source: &'a ListSource,
    service: Service,
    limits: &'a FetchLimits,
}

impl Telling<'_> {
    /// Tells one verdict after the other, and keeps what was told, however it ends.
    async fn all(
        &self,
        verdicts: &[Verdict],
        reason: Option<&str>,
        sent: &mut FeedbackSent,
    ) -> Result<(), FetchError> {
        let mut failure = None;
        for some in verdicts.chunks(TOLD_AT_ONCE) {
            let mut told = Vec::new();
            for verdict in some {
                match self.ask(self.request(verdict, reason)).await {
                    Ok(_) => {
                        sent.told += 1;
                        told.extend(&verdict.matches);
                    }
                    Err(FetchError::Call(error @ CallError::Status { .. })) => {
                        let first = verdict.matches.first();
                        let first = first.map(|(number, _)| number.to_string());
                        let first = first.unwrap_or_default();
                        sent.refused.push(format!("match {first}: {error}"));
                    }
                    Err(error) => {
                        failure = Some(error);
                        break;
                    }
                }
            }
            self.keep(told).await?;
            if let Some(failure) = failure {
                return Err(failure);
            }
        }
        Ok(())
    }

    async fn keep(&self, matches: Vec<(MatchId, Option<Timestamp>)>) -> Result<(), IntakeError> {
        if matches.is_empty() {
            return Ok(());
        }
        let (list, actor) = (self.list, self.actor);
        let told = FeedbackTold {
            list,
            matches,
            actor,
        };
        self.station.commit(Operation::FeedbackTold(told)).await?;
        Ok(())
    }

    fn request(&self, verdict: &Verdict, reason: Option<&str>) -> Request {
        if self.source.service == ListService::StopNcii {
            return stopncii::feedback(&verdict.value, verdict.affirms);
        }
        let submission = FeedbackSubmission::of(verdict.affirms, reason);
        Request::feedback(&verdict.key, &verdict.kind, &submission)
    }

    /// Whether the reason is one that the service offers for every kind that is told with it.
    async fn check_reason(
        &self,
        verdicts: &[Verdict],
        reason: Option<&str>,
    ) -> Result<(), FetchError> {
        if self.source.service != ListService::Ncmec {
            return Ok(());
        }
        let negative = verdicts.iter().filter(|verdict| !verdict.affirms);
        let kinds: BTreeSet<&str> = negative.map(|verdict| verdict.kind.as_str()).collect();
        for kind in kinds {
            let body = self.ask(Request::feedback_reasons(kind)).await?;
            let offered = parse_feedback_reasons(&body)
                .map_err(|_| self.service.not_a_page("another document"))?;
            if !offered.iter().any(|it| Some(it.guid.as_str()) == reason) {
                let kind = kind.to_owned();
                let offered = shown(&offered);
                return Err(FetchError::ReasonNeeded { kind, offered });
            }
        }
        Ok(())
    }

    /// Makes a request as often as it takes, and gives the body of the answer. Each says the whole
    /// of what is thought of a hash, so saying it twice does no harm.
    async fn ask(&self, request: Request) -> Result<Vec<u8>, FetchError> {
        let mut patience = Patience::new(self.limits);
        loop {
            let (service, request) = (self.service.clone(), request.clone());
            let now = self.station.now();
            let asking = tokio::task::spawn_blocking(move || {
                let answer = service.tell(&request, now)?;
                let mut body = Vec::new();
                let read = answer.take(REASONS_BYTES_MAX).read_to_end(&mut body);
                read.map_err(|error| service.failed(error.into()))?;
                Ok(body)
            });
            let asked: Result<Vec<u8>, CallError> =
                asking.await.map_err(|_| IntakeError::from(UNREADABLE))?;
            let error = match asked {
                Ok(body) => return Ok(body),
                Err(error) => error,
            };
            let wait = error.may_pass().then(|| patience.next(error.asks_for()));
            let Some(wait) = wait.flatten() else {
                return Err(error.into());
            };
            tokio::time::sleep(wait).await;
        }
    }
}

/// What is to be told: of matches with one hash, what was judged last.
fn verdicts(judged: Vec<(MatchFeedback, EntryWords)>) -> Vec<Verdict> {
    let mut verdicts: BTreeMap<(EntryKey, String), Verdict> = BTreeMap::new();
    for (said, words) in judged {
        let key = EntryKey {
            member: said.member,
            id: said.id,
        };
        let mut hashes = words.hashes.into_iter();
        let value = hashes.find(|(kind, _)| *kind == said.kind);
        let verdict = verdicts
            .entry((key.clone(), said.kind.clone()))
            .or_insert_with(|| Verdict {
                key,
                kind: said.kind,
                value: value.map_or_else(String::new, |(_, value)| value),
                affirms: said.affirms,
                judged: said.judged,
                matches: Vec::new(),
            });
        if said.judged >= verdict.judged {
            verdict.affirms = said.affirms;
            verdict.judged = said.judged;
        }
        verdict.matches.push((said.number, said.judged));
    }
    verdicts.into_values().collect()
}

/// The reasons as staff read them, as many as fit.
fn shown(offered: &[FeedbackReason]) -> String {
    const SHOWN_MAX: usize = 30;
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|letter| !letter.is_control());
        letters.take(80).collect()
    };
    let lines = offered.iter().take(SHOWN_MAX);
    let lines: Vec<_> = lines
        .map(|it| format!("{} ({})", plain(&it.guid), plain(&it.name)))
        .collect();
    if lines.is_empty() {
        return "none".to_owned();
    }
    lines.join(", ")
}
