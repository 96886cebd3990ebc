//! How each row stands in its table: the columns, and the words for states, doors, roles and kinds.

use model::{Door, Override, Rank, ReportId, ReportState, Role};

use crate::StoreFault;
use crate::connection::{Columns, Parameters};
use crate::row::{
    AccountRow, BlobId, CaseRow, DetailRow, FileRow, LinkKind, LinkRow, LogEntry, LogRow,
    MentionRow, ReportRow, SecretHash, SessionKind, SessionRow, SubmissionRow,
};
use crate::table::Record;

impl Record for AccountRow {
    const TABLE: &'static str = "account";
    const COLUMNS: &'static str =
        "id, name_blind, name_sealed, role, secret_hash, created_ms, revoked_ms";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.id.number());
        to.bytes(&self.name.0);
        to.bytes(&self.name_sealed.0);
        to.text(self.role.name());
        to.text(&self.secret.0);
        to.time(self.created);
        to.maybe_int(self.revoked.map(model::Timestamp::millis));
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            id: columns.account()?,
            name: columns.blind()?,
            name_sealed: columns.sealed()?,
            role: columns
                .text()?
                .parse::<Role>()
                .map_err(|_| columns.unreadable("a role"))?,
            secret: SecretHash(columns.text()?.to_owned()),
            created: columns.time()?,
            revoked: columns.maybe_time()?,
        })
    }
}

impl Record for LogEntry {
    const TABLE: &'static str = "log_entry";
    const COLUMNS: &'static str = "idx, report_id, entry, sealed";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.index);
        to.maybe_int(self.row.report.map(ReportId::number));
        to.bytes(&self.row.entry);
        to.bytes(&self.row.sealed.0);
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            index: columns.int()?,
            row: LogRow {
                report: columns.maybe_int()?.map(ReportId::new),
                entry: columns.array("a log entry of 33 bytes")?,
                sealed: columns.sealed()?,
            },
        })
    }
}

impl Record for SubmissionRow {
    const TABLE: &'static str = "submission";
    const COLUMNS: &'static str =
        "report_id, account_id, door, opened_ms, digest_blind, body_sealed, source_sealed";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.report.number());
        to.int(self.account.number());
        to.text(self.door.name());
        to.time(self.opened);
        to.bytes(&self.digest.0);
        to.bytes(&self.body.0);
        to.maybe_bytes(self.source.as_ref());
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            report: columns.report()?,
            account: columns.account()?,
            door: door(columns)?,
            opened: columns.time()?,
            digest: columns.blind()?,
            body: columns.sealed()?,
            source: columns.maybe_sealed()?,
        })
    }
}

fn door(columns: &mut Columns<'_>) -> Result<Door, StoreFault> {
    let word = columns.text()?;
    [Door::Ispws, Door::CommandLine, Door::Payments]
        .into_iter()
        .find(|door| door.name() == word)
        .ok_or_else(|| columns.unreadable("a door"))
}

impl Record for ReportRow {
    const TABLE: &'static str = "report";
    const COLUMNS: &'static str = "id, account_id, state, opened_ms, changed_ms, finished_ms, rev, \
         twin_of, data_key, key_case, case_id, findings_sealed, storm_id, news, material_sealed";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.id.number());
        to.int(self.account.number());
        to.text(state_word(self.state));
        to.time(self.opened);
        to.time(self.changed);
        to.maybe_int(self.finished.map(model::Timestamp::millis));
        to.int(self.rev);
        to.maybe_int(self.twin_of.map(ReportId::number));
        to.maybe_bytes(self.data_key.as_ref());
        to.maybe_int(self.key_case.map(model::CaseId::number));
        to.maybe_int(self.case.map(model::CaseId::number));
        to.maybe_bytes(self.findings.as_ref());
        to.maybe_int(self.storm.map(model::StormId::number));
        to.int(i64::from(self.news));
        to.maybe_bytes(self.material.as_ref());
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            id: columns.report()?,
            account: columns.account()?,
            state: state(columns)?,
            opened: columns.time()?,
            changed: columns.time()?,
            finished: columns.maybe_time()?,
            rev: columns.int()?,
            twin_of: columns.maybe_int()?.map(ReportId::new),
            data_key: columns.maybe_sealed()?,
            key_case: columns.maybe_case()?,
            case: columns.maybe_case()?,
            findings: columns.maybe_sealed()?,
            storm: columns.maybe_int()?.map(model::StormId::new),
            news: columns.int()? != 0,
            material: columns.maybe_sealed()?,
        })
    }
}

const STATES: [(ReportState, &str); 5] = [
    (ReportState::Open, "open"),
    (ReportState::Finished, "finished"),
    (ReportState::Retracted, "retracted"),
    (ReportState::Expired, "expired"),
    (ReportState::Folded, "folded"),
];

const fn state_word(state: ReportState) -> &'static str {
    match state {
        ReportState::Open => "open",
        ReportState::Finished => "finished",
        ReportState::Retracted => "retracted",
        ReportState::Expired => "expired",
        ReportState::Folded => "folded",
    }
}

/// Reads a report's state.
pub(crate) fn state(columns: &mut Columns<'_>) -> Result<ReportState, StoreFault> {
    let word = columns.text()?;
    STATES
        .into_iter()
        .find_map(|(state, name)| (name == word).then_some(state))
        .ok_or_else(|| columns.unreadable("a report's state"))
}

impl Record for FileRow {
    const TABLE: &'static str = "file";
    const COLUMNS: &'static str = "report_id, position, id, blob, content_blind, size_bytes, \
         key_wrapped, facts_sealed, created_ms";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.report.number());
        to.int(self.position);
        to.bytes(&self.id.bytes());
        to.bytes(&self.blob.0);
        to.bytes(&self.content.0);
        // No file is anywhere near 2^63 bytes (`model::limits::FILE_BYTES_MAX`).
        to.int(i64::try_from(self.size_bytes).unwrap_or(i64::MAX));
        to.maybe_bytes(self.key.as_ref());
        to.bytes(&self.facts.0);
        to.time(self.created);
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            report: columns.report()?,
            position: columns.int()?,
            id: columns.file()?,
            blob: columns.array("a blob id of 16 bytes").map(BlobId)?,
            content: columns.blind()?,
            size_bytes: u64::try_from(columns.int()?)
                .map_err(|_| columns.unreadable("a size that is not negative"))?,
            key: columns.maybe_sealed()?,
            facts: columns.sealed()?,
            created: columns.time()?,
        })
    }
}

impl Record for DetailRow {
    const TABLE: &'static str = "file_detail";
    const COLUMNS: &'static str = "report_id, file_id, seq, details_sealed, created_ms";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.report.number());
        to.bytes(&self.file.bytes());
        to.int(self.seq);
        to.bytes(&self.details.0);
        to.time(self.created);
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            report: columns.report()?,
            file: columns.file()?,
            seq: columns.int()?,
            details: columns.sealed()?,
            created: columns.time()?,
        })
    }
}

impl Record for MentionRow {
    const TABLE: &'static str = "mention";
    const COLUMNS: &'static str = "report_id, position, kind, blind, sealed, ties";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.report.number());
        to.int(self.position);
        to.text(&self.kind);
        to.bytes(&self.blind.0);
        to.bytes(&self.sealed.0);
        to.int(i64::from(self.ties));
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            report: columns.report()?,
            position: columns.int()?,
            kind: columns.text()?.to_owned(),
            blind: columns.blind()?,
            sealed: columns.sealed()?,
            ties: columns.int()? != 0,
        })
    }
}

impl Record for LinkRow {
    const TABLE: &'static str = "link";
    const COLUMNS: &'static str =
        "from_report, position, to_report, case_id, why_sealed, kind, bits";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.from.number());
        to.int(self.position);
        to.int(self.to.number());
        to.int(self.case.number());
        to.bytes(&self.why.0);
        to.text(self.kind.name());
        to.int(self.bits);
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            from: columns.report()?,
            position: columns.int()?,
            to: columns.report()?,
            case: columns.case()?,
            why: columns.sealed()?,
            kind: link_kind(columns)?,
            bits: columns.int()?,
        })
    }
}

fn link_kind(columns: &mut Columns<'_>) -> Result<LinkKind, StoreFault> {
    let word = columns.text()?;
    LinkKind::ALL
        .into_iter()
        .find(|kind| kind.name() == word)
        .ok_or_else(|| columns.unreadable("what a link says"))
}

impl Record for CaseRow {
    const TABLE: &'static str = "cases";
    const COLUMNS: &'static str = "id, opened_ms, changed_ms, standing, danger, actionability, \
         reports, key_wrapped, merged_into, reasons_sealed, policy_version, founder, urgency, \
         storm_id";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.id.number());
        to.time(self.opened);
        to.time(self.changed);
        to.int(Override::standing(self.rank.raised));
        to.int(self.rank.danger);
        to.int(self.rank.actionability);
        to.int(self.reports);
        to.maybe_bytes(self.key.as_ref());
        to.maybe_int(self.merged_into.map(model::CaseId::number));
        to.bytes(&self.reasons.0);
        to.text(&self.policy_version);
        to.maybe_int(self.founder.map(ReportId::number));
        to.int(self.urgency);
        to.maybe_int(self.storm.map(model::StormId::number));
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            id: columns.case()?,
            opened: columns.time()?,
            changed: columns.time()?,
            rank: Rank {
                raised: standing(columns)?,
                danger: columns.int()?,
                actionability: columns.int()?,
            },
            reports: columns.int()?,
            key: columns.maybe_sealed()?,
            merged_into: columns.maybe_case()?,
            reasons: columns.sealed()?,
            policy_version: columns.text()?.to_owned(),
            founder: columns.maybe_int()?.map(ReportId::new),
            urgency: columns.int()?,
            storm: columns.maybe_int()?.map(model::StormId::new),
        })
    }
}

/// An override that is not known must not read as none: that would lower a live-danger signal
/// (invariant 6).
fn standing(columns: &mut Columns<'_>) -> Result<Option<Override>, StoreFault> {
    let stored = columns.int()?;
    let raised = Override::of_standing(stored);
    if Override::standing(raised) == stored {
        Ok(raised)
    } else {
        Err(columns.unreadable("an override's standing"))
    }
}

impl SessionKind {
    const fn word(self) -> &'static str {
        match self {
            Self::SignInLink => "link",
            Self::Session => "session",
        }
    }
}

impl Record for SessionRow {
    const TABLE: &'static str = "session";
    const COLUMNS: &'static str = "token_digest, kind, account_id, who_sealed, expires_ms, used_ms";

    fn bind(&self, to: &mut Parameters) {
        to.bytes(&self.token.0);
        to.text(self.kind.word());
        to.maybe_int(self.account.map(model::AccountId::number));
        to.maybe_bytes(self.who.as_ref());
        to.time(self.expires);
        to.maybe_int(self.used.map(model::Timestamp::millis));
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            token: columns.blind()?,
            kind: match columns.text()? {
                "link" => SessionKind::SignInLink,
                "session" => SessionKind::Session,
                _ => return Err(columns.unreadable("a session's kind")),
            },
            account: columns.maybe_int()?.map(model::AccountId::new),
            who: columns.maybe_sealed()?,
            expires: columns.time()?,
            used: columns.maybe_time()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_one_word() {
        for (state, word) in STATES {
            assert_eq!(state_word(state), word);
        }
    }

    #[test]
    fn inv_08_sealed_bytes_are_not_shown() {
        assert_eq!(
            format!("{:?}", crate::Sealed(b"maria".to_vec())),
            "[sealed, 5 B]"
        );
    }
}
