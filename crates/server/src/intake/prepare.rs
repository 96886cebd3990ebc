//! The part of each call that needs no order among reports: sealing, parsing, normalising, judging.

use model::{Digests, Identifier, Part, ReportId, Timestamp, limits};
use serde::{Deserialize, Serialize};
use store::{Blind, DetailRow, FileRow, Sealed, SubmissionRow};
use vault::{DataKey, Keys};
use wire::ispws::{FileDetails, FileSaid};

use super::operation::{Actor, Finishing, Judged, PreparedIdentifier, Submission};
use super::storm::PreparedStorm;
use super::{IntakeError, IntakeFault, IntakeRefusal, Origin};
use crate::material::{Look, PreparedMaterial, files_compared, open_looks};
use crate::sealed_names as names;
use crate::station::{Core, Station};

/// What was measured of a file, sealed beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MeasuredFile {
    /// The name its sender gave it.
    pub(crate) name: Option<String>,
    /// The media type its sender gave it.
    pub(crate) media_type: Option<String>,
    pub(crate) md5: String,
    pub(crate) sha1: String,
    pub(crate) sha256: String,
    pub(crate) size_bytes: u64,
}

/// A report that is about to be judged.
pub(crate) struct Judging {
    pub(crate) actor: Actor,
    pub(crate) report: ReportId,
    /// The revision that was read.
    pub(crate) revision: i64,
    pub(crate) key: DataKey,
    /// The moment at which it is finished.
    pub(crate) at: Timestamp,
    /// What the lists say of its files.
    pub(crate) material: Option<PreparedMaterial>,
}

impl Station {
    /// Seals a submission under a fresh key of its own.
    pub(crate) fn prepare_submission(
        &self,
        actor: Actor,
        origin: Origin<'_>,
        report: ReportId,
        document: &[u8],
    ) -> Result<Submission, IntakeError> {
        let core = self.core();
        let sha256 = vault::sha256(document);
        let key = DataKey::generate(core.entropy.as_ref());
        let entropy = core.entropy.as_ref();
        let key_wrapped = core.keys.wrap(&key, &names::record_key(report), entropy)?;
        let body = vault::seal::seal(&key, &names::submission(report), document, entropy)?;
        let source = origin.source.map(|source| {
            vault::seal::seal(&key, &names::source(report), source.as_bytes(), entropy).map(Sealed)
        });
        let row = SubmissionRow {
            report,
            account: actor.account(),
            door: origin.door,
            opened: self.now(),
            digest: submission_blind(self, actor, &sha256),
            body: Sealed(body),
            source: source.transpose()?,
        };
        Ok(Submission {
            row,
            key,
            key_wrapped,
            sha256,
            actor,
        })
    }

    /// Reads an open report back, whole, and judges it as it is at `at`, the moment at which it
    /// will have been finished: a rank replays only if both are the same.
    pub(super) async fn prepare_finishing(
        &self,
        actor: Actor,
        report: ReportId,
        at: Timestamp,
    ) -> Result<Finishing, IntakeError> {
        let open = self.open_report(actor, report).await?;
        let store = &self.core().store;
        let contents = store.contents_of(report).await?;
        let submission = contents.submission.ok_or(IntakeFault::Unreadable {
            what: "a submission",
        })?;
        let files = contents.files;
        let said = open_details(open.key(), &contents.details)?;
        for details in said.iter().flat_map(|(_, details)| details) {
            wire::ispws::check_at_finish(details).map_err(IntakeRefusal::Document)?;
        }
        let mut words = words(open.key(), &submission, &files, &said)?;
        let looks = open_looks(open.key(), contents.looks)?;
        let compared = files_compared(open.key(), &files, &looks)?;
        let material = self.prepare_material(report, open.key(), &compared).await?;
        for (row, said) in files.iter().zip(&mut words.files) {
            let leader = looks.get(&row.id).and_then(Look::leader);
            // Near copies of one picture have the same leader, so that a storm gathers them.
            said.perceptual
                .extend(leader.map(|leader| format!("pdq:{leader}")));
        }
        let judging = Judging {
            actor,
            report,
            revision: open.revision(),
            key: open.into_key(),
            at,
            material,
        };
        self.judge(judging, &words)
    }

    /// Normalises what a report mentions and finds what speaks for danger and for actionability.
    pub(crate) fn judge(
        &self,
        judging: Judging,
        words: &model::Report,
    ) -> Result<Finishing, IntakeError> {
        let Judging {
            actor,
            report,
            revision,
            key,
            at,
            material,
        } = judging;
        let core = self.core();
        let listed = material.as_ref().map(|it| it.context).unwrap_or_default();
        let entropy = core.entropy.as_ref();
        let identifiers = link::identifiers(words, &core.identifier_rules);
        let judged = |victim_seen_before| -> Result<Judged, IntakeFault> {
            let context = triage::Context {
                victim_seen_before,
                material: listed,
            };
            let policy = &core.triage_policy;
            let findings =
                triage::report_findings(policy, words, report, &identifiers, context, at);
            let json = serde_json::to_vec(&findings)
                .map_err(|_| IntakeFault::Unreadable { what: "findings" })?;
            let sealed = vault::seal::seal(&key, &names::findings(report), &json, entropy)?;
            Ok(Judged {
                findings,
                sealed: Sealed(sealed),
            })
        };
        let children = children(core, &identifiers);
        let judged_known = if children.is_empty() {
            None
        } else {
            Some(judged(true)?)
        };
        let judged = judged(false)?;
        let facts = link::storm_facts(&core.storm_policy, words, &identifiers, &judged.findings);
        let storm = PreparedStorm::new(&core.keys, facts);
        let persons = crate::persons::person_keys(core, report, words, &identifiers);
        let help = triage::help(&core.triage_policy, &core.feedback, &judged.findings);
        let identifiers = sealed_identifiers(core, report, &key, identifiers)?;
        Ok(Finishing {
            report,
            revision,
            key,
            about: words.incident_at.utc.unwrap_or(at),
            identifiers,
            children,
            storm,
            persons,
            judged,
            judged_known,
            help,
            material,
            actor,
        })
    }
}

/// What identifies the children themselves, blinded apart from all other identifiers.
fn children(core: &Core, identifiers: &[Identifier]) -> Vec<Blind> {
    identifiers
        .iter()
        .filter(|identifier| identifier.ties && identifier.part == Part::Victim)
        .map(|identifier| {
            let kind = format!("child|{}", identifier.kind.name());
            Blind(core.keys.blind(&kind, identifier.normal.expose()))
        })
        .collect()
}

fn sealed_identifiers(
    core: &Core,
    report: ReportId,
    key: &DataKey,
    identifiers: Vec<Identifier>,
) -> Result<Vec<PreparedIdentifier>, IntakeFault> {
    identifiers
        .into_iter()
        .take(limits::MENTIONS_PER_REPORT_MAX)
        .enumerate()
        .map(|(position, identifier)| {
            let json = serde_json::to_vec(&identifier).map_err(|_| IntakeFault::Unreadable {
                what: "an identifier",
            })?;
            let context = names::identifier(report, position);
            let entropy = core.entropy.as_ref();
            let sealed = Sealed(vault::seal::seal(key, &context, &json, entropy)?);
            let blind = identifier_blind(&core.keys, &identifier);
            Ok(PreparedIdentifier {
                identifier,
                blind,
                sealed,
            })
        })
        .collect()
}

/// The keyed digest by which an identifier is found among what reports mention.
pub(crate) fn identifier_blind(keys: &Keys, identifier: &Identifier) -> Blind {
    Blind(keys.blind(identifier.kind.name(), identifier.normal.expose()))
}

/// The blind index of a submission's content: the same bytes of the same sender.
fn submission_blind(station: &Station, actor: Actor, sha256: &[u8; 32]) -> Blind {
    let content = format!("{}|{}", actor.account(), model::hex(sha256));
    Blind(station.core().keys.blind("submission", &content))
}

/// The blind index of a file's content.
pub(super) fn content_blind(station: &Station, digests: &Digests) -> Blind {
    Blind(
        station
            .core()
            .keys
            .blind("content", &model::hex(&digests.sha256)),
    )
}

fn sha256_of(measured: &MeasuredFile) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(measured.sha256.as_bytes().chunks(2)) {
        // Our own hexadecimal digits, sealed and opened again.
        *byte = std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .unwrap_or_default();
    }
    bytes
}

/// A file, and what was said of it in the order it came.
pub(crate) type SaidOfFile = (model::FileId, Vec<FileDetails>);

/// What a report says, read from what is kept under its key.
pub(crate) fn words(
    key: &DataKey,
    submission: &SubmissionRow,
    files: &[FileRow],
    said: &[SaidOfFile],
) -> Result<model::Report, IntakeFault> {
    let body = unseal(key, &names::submission(submission.report), &submission.body)?;
    if crate::payments::is_alert(&body) {
        return Ok(crate::payments::parse_alert(&body)?.to_report());
    }
    // The command line takes reports as JSON too; an XML document begins otherwise.
    let document = if body.trim_ascii_start().starts_with(b"{") {
        wire::ispws::parse_report_json(&body)
    } else {
        wire::ispws::parse_report(&body)
    };
    let document = document.map_err(|_| IntakeFault::Unreadable {
        what: "a submission",
    })?;
    let measured = open_facts(key, files)?;
    let files: Vec<FileSaid<'_>> = files
        .iter()
        .zip(&measured)
        .map(|(row, measured)| FileSaid {
            file: row.id,
            size_bytes: measured.size_bytes,
            sha256: sha256_of(measured),
            details: said
                .iter()
                .find(|(file, _)| *file == row.id)
                .map_or(&[], |(_, details)| details.as_slice()),
        })
        .collect();
    Ok(wire::ispws::to_model(&document, &files))
}

/// What was said of a report's files.
pub(crate) fn open_details(
    key: &DataKey,
    rows: &[DetailRow],
) -> Result<Vec<SaidOfFile>, IntakeFault> {
    let mut said: Vec<SaidOfFile> = Vec::new();
    for row in rows {
        let document = unseal(key, &names::file_details(row.file), &row.details)?;
        let details =
            wire::ispws::parse_file_details(&document).map_err(|_| IntakeFault::Unreadable {
                what: "a file's description",
            })?;
        match said.iter_mut().find(|(file, _)| *file == row.file) {
            Some((_, list)) => list.push(details),
            None => said.push((row.file, vec![details])),
        }
    }
    Ok(said)
}

fn open_facts(key: &DataKey, rows: &[FileRow]) -> Result<Vec<MeasuredFile>, IntakeFault> {
    rows.iter()
        .map(|row| {
            let json = unseal(key, &names::file_facts(row.id), &row.facts)?;
            serde_json::from_slice(&json).map_err(|_| IntakeFault::Unreadable {
                what: "a file's facts",
            })
        })
        .collect()
}

fn unseal(key: &DataKey, context: &[u8], sealed: &Sealed) -> Result<Vec<u8>, IntakeFault> {
    vault::seal::open(key, context, &sealed.0)
        .map_err(|_| IntakeFault::Unreadable { what: "a report" })
}
