//! From the format's documents to the words that engines understand.

use std::collections::BTreeSet;

use model::{FileFacts, FileId, IncidentKind, Mark, Part, Relevance, Sensitive, Subject};

use super::mentions::mentions;
use super::narratives::narratives;
use super::{
    Address, AssociatedAccount, Country, EstimatedLocation, FileAnnotations, FileClassification,
    FileDetails, FileMarking, FileRelevance, IncidentType, Person, Report,
};
use crate::{Reason, Refusal};

/// A file of a report, and all that was said of it.
#[derive(Debug, Clone, Copy)]
pub struct FileSaid<'a> {
    /// The file.
    pub file: FileId,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Its content address.
    pub sha256: [u8; 32],
    /// What was said of it, in the order it was said. Later sayings override earlier ones field by
    /// field.
    pub details: &'a [FileDetails],
}

/// The report in the model's words.
///
/// Of its mentions at most [`model::limits::MENTIONS_PER_REPORT_MAX`] are taken, those of the
/// incident and its people before those of the sender.
pub fn to_model(report: &Report, files: &[FileSaid<'_>]) -> model::Report {
    let summary = &report.incident_summary;
    let merged: Vec<_> = files
        .iter()
        .map(|said| (said, merged(said.details)))
        .collect();
    let said = || files.iter().flat_map(|said| said.details);
    model::Report {
        incident: incident(summary.incident_type),
        incident_at: summary.incident_date_time.moment(),
        platform: told(summary.platform.as_ref()).map(str::to_owned),
        escalation: told(summary.escalate_to_high_priority.as_ref())
            .map(|reason| Sensitive::new(reason.to_owned())),
        marks: marks(report, merged.iter().map(|(_, details)| details)),
        subjects: subjects(report),
        mentions: mentions(report, merged.iter().map(|(_, details)| details)),
        files: merged
            .iter()
            .map(|(said, details)| facts(said, details))
            .collect(),
        narratives: narratives(report, said()),
        findings: Vec::new(),
    }
}

/// The rule that the protocol checks only at a finish: a file that gives context is not classified.
pub fn check_at_finish(details: &FileDetails) -> Result<(), Refusal> {
    if details.file_relevance != Some(FileRelevance::SupplementalReported) {
        return Ok(());
    }
    let wrong = if details.industry_classification.is_some() {
        "industryClassification"
    } else if is_potential_meme(details) {
        "potentialMeme"
    } else {
        return Ok(());
    };
    Err(Refusal {
        reason: Reason::FileRuleBroken,
        line: 1,
        column: 1,
        path: format!("fileDetails/{wrong}"),
        message: format!(
            "A file whose 'fileRelevance' is 'Supplemental Reported' must not carry '{wrong}'."
        ),
    })
}

/// A text that says something.
pub(super) fn told<T: AsRef<str>>(text: Option<&T>) -> Option<&str> {
    text.map(AsRef::as_ref)
        .filter(|text| !text.trim().is_empty())
}

fn is_potential_meme(details: &FileDetails) -> bool {
    match &details.marking {
        Some(FileMarking::PotentialMeme(meme)) => *meme,
        Some(FileMarking::Annotations(annotations)) => annotations.potential_meme,
        None => false,
    }
}

/// All that was said of a file, the last word on each field.
fn merged(sayings: &[FileDetails]) -> FileDetails {
    let mut merged = FileDetails::default();
    for said in sayings.iter().cloned() {
        merged = FileDetails {
            report_id: said.report_id,
            file_id: said.file_id,
            file_name: said.file_name.or(merged.file_name),
            original_file_name: said.original_file_name.or(merged.original_file_name),
            uploaded_to_esp_timestamp: said
                .uploaded_to_esp_timestamp
                .or(merged.uploaded_to_esp_timestamp),
            location_of_file: said.location_of_file.or(merged.location_of_file),
            file_viewed_by_esp: said.file_viewed_by_esp.or(merged.file_viewed_by_esp),
            exif_viewed_by_esp: said.exif_viewed_by_esp.or(merged.exif_viewed_by_esp),
            publicly_available: said.publicly_available.or(merged.publicly_available),
            file_relevance: said.file_relevance.or(merged.file_relevance),
            marking: said.marking.or(merged.marking),
            industry_classification: said
                .industry_classification
                .or(merged.industry_classification),
            original_file_hash: later(merged.original_file_hash, said.original_file_hash),
            ip_capture_event: said.ip_capture_event.or(merged.ip_capture_event),
            device_id: later(merged.device_id, said.device_id),
            details: later(merged.details, said.details),
            additional_info: later(merged.additional_info, said.additional_info),
        };
    }
    merged
}

fn later<T>(earlier: Vec<T>, later: Vec<T>) -> Vec<T> {
    if later.is_empty() { earlier } else { later }
}

fn facts(said: &FileSaid<'_>, details: &FileDetails) -> FileFacts {
    let name = told(details.file_name.as_ref()).or(told(details.original_file_name.as_ref()));
    FileFacts {
        relevance: match details.file_relevance {
            Some(FileRelevance::SupplementalReported) => Relevance::Supplemental,
            Some(FileRelevance::Reported) | None => Relevance::Reported,
        },
        viewed_by_sender: details.file_viewed_by_esp,
        publicly_available: details.publicly_available,
        industry_class: details
            .industry_classification
            .map(FileClassification::text)
            .map(str::to_owned),
        name: name.map(|name| Sensitive::new(name.to_owned())),
        perceptual: perceptual(details),
        ..FileFacts::unsaid(said.file, said.size_bytes, &said.sha256)
    }
}

/// The hashes among those that a sender gave which stay the same when a picture is encoded anew.
fn perceptual(details: &FileDetails) -> Vec<String> {
    const KINDS: [&str; 6] = ["pdq", "photodna", "phash", "tmk", "vpdq", "netclean"];
    details
        .original_file_hash
        .iter()
        .map(|hash| (plain(&hash.hash_type), plain(&hash.value)))
        .filter(|(kind, value)| KINDS.contains(&kind.as_str()) && !value.is_empty())
        .map(|(kind, value)| format!("{kind}:{value}"))
        .collect()
}

/// Letters and digits only, in lower case: `PDQ` and `pdq`, grouped or not.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

const fn incident(kind: IncidentType) -> IncidentKind {
    match kind {
        IncidentType::AbuseMaterial => IncidentKind::AbuseMaterial,
        IncidentType::Trafficking => IncidentKind::Trafficking,
        IncidentType::Travel => IncidentKind::Travel,
        IncidentType::Molestation => IncidentKind::Molestation,
        IncidentType::MisleadingDomain => IncidentKind::MisleadingDomain,
        IncidentType::MisleadingContent => IncidentKind::MisleadingContent,
        IncidentType::Enticement => IncidentKind::Enticement,
        IncidentType::UnsolicitedMaterial => IncidentKind::UnsolicitedMaterial,
    }
}

fn marks<'a>(report: &Report, files: impl Iterator<Item = &'a FileDetails>) -> BTreeSet<Mark> {
    let annotations = report
        .incident_summary
        .report_annotations
        .unwrap_or_default();
    let mut marks: BTreeSet<_> = [
        (annotations.sextortion, Mark::Sextortion),
        (annotations.csam_solicitation, Mark::Solicitation),
        (annotations.minor_to_minor_interaction, Mark::MinorToMinor),
        (annotations.spam, Mark::Spam),
        (
            annotations.sadistic_online_exploitation,
            Mark::SadisticExploitation,
        ),
        (report.batched_report.is_some(), Mark::ViralBatch),
    ]
    .into_iter()
    .filter_map(|(set, mark)| set.then_some(mark))
    .collect();
    for details in files {
        match &details.marking {
            Some(FileMarking::PotentialMeme(true)) => {
                marks.insert(Mark::PotentialMeme);
            }
            Some(FileMarking::Annotations(annotations)) => marks.extend(file_marks(*annotations)),
            Some(FileMarking::PotentialMeme(false)) | None => {}
        }
    }
    marks
}

fn file_marks(annotations: FileAnnotations) -> impl Iterator<Item = Mark> {
    [
        (annotations.anime_drawing_virtual_hentai, Mark::Drawing),
        (annotations.potential_meme, Mark::PotentialMeme),
        (annotations.viral, Mark::Viral),
        (
            annotations.possible_self_production,
            Mark::PossibleSelfProduction,
        ),
        (annotations.physical_harm, Mark::PhysicalHarm),
        (annotations.violence_gore, Mark::ViolenceGore),
        (annotations.bestiality, Mark::Bestiality),
        (annotations.live_streaming, Mark::LiveStreaming),
        (annotations.infant, Mark::Infant),
        (annotations.generative_ai, Mark::GenerativeAi),
    ]
    .into_iter()
    .filter_map(|(set, mark)| set.then_some(mark))
}

fn subjects(report: &Report) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for reported in &report.person_or_user_reported {
        subjects.push(Subject {
            third_party: reported.third_party_user_reported == Some(true),
            ..subject(
                Part::Reported,
                reported.person.as_ref(),
                reported.estimated_location.as_ref(),
            )
        });
        subjects.extend(reported.associated_account.iter().map(associate));
    }
    for recipient in &report.intended_recipient {
        subjects.push(subject(
            Part::Recipient,
            recipient.person.as_ref(),
            recipient.estimated_location.as_ref(),
        ));
    }
    for victim in &report.victim {
        subjects.push(subject(
            Part::Victim,
            Some(&victim.person),
            victim.estimated_location.as_ref(),
        ));
        subjects.extend(victim.associated_account.iter().map(associate));
    }
    subjects
}

fn subject(part: Part, person: Option<&Person>, place: Option<&EstimatedLocation>) -> Subject {
    let addresses = person.map_or(&[][..], |person| &person.address);
    let names = person.map(|person| [&person.first_name, &person.last_name]);
    Subject {
        part,
        name: full_name(names.iter().flatten().copied()),
        age_years: person.and_then(|person| person.age).map(i64::from),
        born: person
            .and_then(|person| person.date_of_birth.as_ref())
            .map(|date| Sensitive::new(date.as_str().to_owned())),
        countries: countries(addresses, place),
        third_party: false,
    }
}

fn associate(account: &AssociatedAccount) -> Subject {
    Subject {
        part: Part::Associated,
        name: full_name(
            [
                &account.first_name,
                &account.middle_name,
                &account.last_name,
            ]
            .into_iter(),
        ),
        age_years: account.approximate_age.map(i64::from),
        born: account
            .date_of_birth
            .as_ref()
            .map(|date| Sensitive::new(date.as_str().to_owned())),
        countries: countries(&account.address, None),
        third_party: account
            .platform
            .as_ref()
            .is_some_and(|platform| platform.third_party_user == Some(true)),
    }
}

fn full_name<'a>(names: impl Iterator<Item = &'a Option<String>>) -> Option<Sensitive<String>> {
    let names: Vec<_> = names
        .filter_map(|name| told(name.as_ref()).map(str::trim))
        .collect();
    (!names.is_empty()).then(|| Sensitive::new(names.join(" ")))
}

fn countries(addresses: &[Address], place: Option<&EstimatedLocation>) -> BTreeSet<String> {
    addresses
        .iter()
        .filter_map(|address| address.country)
        .chain(place.and_then(|place| place.country_code))
        .filter(|country| *country != Country::Unsaid)
        .map(|country| country.text().to_owned())
        .collect()
}
