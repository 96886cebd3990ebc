//! Persons of other cases who may be persons of this one: suggestions that a person confirms.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use link::person::{PersonRecord, blocking_keys, compare};
use model::{CaseId, CustodyEvent, Deed, Identifier, Report, ReportId};
use store::{Blind, PersonKeyRow, ReportRow};
use vault::DataKey;

use crate::casefile::CaseSuggestion;
use crate::intake::{Actor, IntakeError, Operation};
use crate::station::{Core, Station};

/// Members of a case whose persons are compared.
const MEMBERS_COMPARED_MAX: usize = 50;
/// Reports of other cases that are opened for the comparison, those with most in common first.
const STRANGERS_COMPARED_MAX: usize = 50;
/// Reports under one key: more share it than it can tell apart.
const REPORTS_PER_KEY_MAX: usize = 200;

/// The keys under which the persons of a report are found again, blinded.
pub(crate) fn person_keys(
    core: &Core,
    report: ReportId,
    words: &Report,
    identifiers: &[Identifier],
) -> Vec<PersonKeyRow> {
    let persons = PersonRecord::of_report(words, identifiers, &core.names);
    let mut rows = Vec::new();
    for (position, person) in persons {
        for key in blocking_keys(&person) {
            rows.push(PersonKeyRow {
                blind: Blind(core.keys.blind("person", key.expose())),
                report,
                position: i64::try_from(position).unwrap_or(i64::MAX),
            });
        }
    }
    rows
}

impl Station {
    /// Compares the persons of a case with those of other cases that share a key with them. What is
    /// opened for it is in the custody log first (invariant 7).
    pub(crate) async fn persons_like(
        &self,
        actor: Actor,
        case: CaseId,
        members: &[ReportRow],
        keys: &HashMap<ReportId, DataKey>,
    ) -> Result<Vec<CaseSuggestion>, IntakeError> {
        let mut own: Vec<(ReportId, PersonRecord)> = Vec::new();
        for member in members.iter().take(MEMBERS_COMPARED_MAX) {
            if let Some(key) = keys.get(&member.id) {
                let persons = self.persons_of(member, key).await?;
                own.extend(persons.into_iter().map(|person| (member.id, person)));
            }
        }
        let strangers = self.strangers(case, &own).await?;
        if strangers.is_empty() {
            return Ok(Vec::new());
        }
        let mut event = CustodyEvent::new(self.now(), Deed::PersonsCompared, actor.to_string());
        event.case = Some(case.number());
        let numbers: Vec<String> = strangers.iter().map(|row| row.id.to_string()).collect();
        event.note = Some(format!("with those of reports {}", numbers.join(", ")));
        self.commit(Operation::Record(event)).await?;
        let other_keys = self.record_keys(&strangers).await?;
        let weights = &self.core().person_weights;
        let mut suggestions = Vec::new();
        for stranger in &strangers {
            let (Some(key), Some(other)) = (other_keys.get(&stranger.id), stranger.case) else {
                continue;
            };
            let persons = self.persons_of(stranger, key).await?;
            let best = own
                .iter()
                .flat_map(|(report, one)| {
                    let found = persons
                        .iter()
                        .map(move |other| compare(one, other, weights));
                    found.map(move |found| (*report, found))
                })
                .max_by_key(|(_, found)| found.millibits);
            if let Some((report, found)) = best.filter(|(_, found)| weights.suggests(found)) {
                suggestions.push(CaseSuggestion {
                    report,
                    to: stranger.id,
                    case: other,
                    why: format!("They may tell of one person. {}", found.why().join(" ")),
                });
            }
        }
        Ok(suggestions)
    }

    async fn persons_of(
        &self,
        row: &ReportRow,
        key: &DataKey,
    ) -> Result<Vec<PersonRecord>, IntakeError> {
        let told = self.testimony(row, key).await?;
        let names = &self.core().names;
        let persons = PersonRecord::of_report(&told.words, &told.identifiers, names);
        Ok(persons.into_iter().map(|(_, person)| person).collect())
    }

    /// Finished reports of other cases that share a key of a person, those that share most first.
    async fn strangers(
        &self,
        case: CaseId,
        own: &[(ReportId, PersonRecord)],
    ) -> Result<Vec<ReportRow>, IntakeError> {
        let core = self.core();
        let blinds: BTreeSet<Blind> = own
            .iter()
            .flat_map(|(_, person)| blocking_keys(person))
            .map(|key| Blind(core.keys.blind("person", key.expose())))
            .collect();
        let mut shared: BTreeMap<ReportId, usize> = BTreeMap::new();
        for blind in blinds {
            let rows = core
                .store
                .person_keys(blind, REPORTS_PER_KEY_MAX + 1)
                .await?;
            if rows.len() <= REPORTS_PER_KEY_MAX {
                for row in rows {
                    *shared.entry(row.report).or_default() += 1;
                }
            }
        }
        let ids: Vec<ReportId> = shared.keys().copied().collect();
        let mut rows = core.store.reports(&ids).await?;
        rows.retain(|row| row.case.is_some_and(|other| other != case));
        rows.sort_by_key(|row| (std::cmp::Reverse(shared.get(&row.id).copied()), row.id));
        rows.truncate(STRANGERS_COMPARED_MAX);
        Ok(rows)
    }
}
