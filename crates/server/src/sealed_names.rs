//! The contexts that sealed values and wrapped keys are bound to: a value moved elsewhere does not
//! open.

use model::{CaseId, EntryId, FileId, ListId, ReportId};

/// The data key of a report.
pub(crate) fn record_key(report: ReportId) -> Vec<u8> {
    format!("record-key|{report}").into_bytes()
}

/// The key of a case.
pub(crate) fn case_key(case: CaseId) -> Vec<u8> {
    format!("case-key|{case}").into_bytes()
}

/// The key of a file.
pub(crate) fn file_key(file: FileId) -> Vec<u8> {
    format!("file-key|{file}").into_bytes()
}

/// The bytes of a file.
pub(crate) fn file_body(file: FileId) -> Vec<u8> {
    format!("file|{file}").into_bytes()
}

/// What was measured and said of a file as it came.
pub(crate) fn file_facts(file: FileId) -> Vec<u8> {
    format!("file-facts|{file}").into_bytes()
}

/// A description of a file. Descriptions of one file are told apart by their own sealed salt.
pub(crate) fn file_details(file: FileId) -> Vec<u8> {
    format!("file-details|{file}").into_bytes()
}

/// The bytes of a submission.
pub(crate) fn submission(report: ReportId) -> Vec<u8> {
    format!("submission|{report}").into_bytes()
}

/// Where a submission came from.
pub(crate) fn source(report: ReportId) -> Vec<u8> {
    format!("source|{report}").into_bytes()
}

/// A report's own findings.
pub(crate) fn findings(report: ReportId) -> Vec<u8> {
    format!("findings|{report}").into_bytes()
}

/// One identifier of a report.
pub(crate) fn identifier(report: ReportId, position: usize) -> Vec<u8> {
    format!("identifier|{report}|{position}").into_bytes()
}

/// Why a report is tied to another.
pub(crate) fn link(report: ReportId, position: usize) -> Vec<u8> {
    format!("link|{report}|{position}").into_bytes()
}

/// What the lists of known material said of a report.
pub(crate) fn material(report: ReportId) -> Vec<u8> {
    format!("material|{report}").into_bytes()
}

/// What a file looks like.
pub(crate) fn file_look(file: FileId) -> Vec<u8> {
    format!("file-look|{file}").into_bytes()
}

/// How a file matched an entry of a list.
pub(crate) fn file_match(file: FileId, entry: EntryId) -> Vec<u8> {
    format!("file-match|{file}|{entry}").into_bytes()
}

/// The key of a list's entries.
pub(crate) fn list_key(list: ListId) -> Vec<u8> {
    format!("list-key|{list}").into_bytes()
}

/// Where a list is fetched from.
pub(crate) fn list_source(list: ListId) -> Vec<u8> {
    format!("list-source|{list}").into_bytes()
}

/// How far a list was fetched.
pub(crate) fn list_checkpoint(list: ListId) -> Vec<u8> {
    format!("list-checkpoint|{list}").into_bytes()
}

/// An entry of a list, by list, member and id blinded.
pub(crate) fn list_entry(key: &store::Blind) -> Vec<u8> {
    format!("list-entry|{}", model::hex(&key.0)).into_bytes()
}

/// A case's reasons.
pub(crate) fn reasons(case: CaseId) -> Vec<u8> {
    format!("reasons|{case}").into_bytes()
}

/// Who decided, and why.
pub(crate) fn decision(decision: model::DecisionId) -> Vec<u8> {
    format!("decision|{decision}").into_bytes()
}

/// The name of an account.
pub(crate) fn account_name(account: model::AccountId) -> Vec<u8> {
    format!("account-name|{account}").into_bytes()
}
