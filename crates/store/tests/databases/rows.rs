//! Rows for tests that need some and do not care which.

use model::{AccountId, CaseId, Door, Rank, ReportId, ReportState, Role, Timestamp};
use store::{AccountRow, Blind, CaseRow, LogRow, ReportRow, Sealed, SecretHash, SubmissionRow};

/// The moment that these rows were made at.
pub(crate) const NOON: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// A sender.
pub(crate) fn account(id: i64) -> AccountRow {
    AccountRow {
        id: AccountId::new(id),
        name: digest(id),
        name_sealed: Sealed(vec![1; 30]),
        role: Role::Sender,
        secret: SecretHash("$argon2id$".to_owned()),
        created: NOON,
        revoked: None,
    }
}

/// A submission by account 1.
pub(crate) fn submission(id: i64) -> SubmissionRow {
    SubmissionRow {
        report: ReportId::new(id),
        account: AccountId::new(1),
        door: Door::Ispws,
        opened: NOON,
        digest: digest(id),
        body: Sealed(vec![2; 300]),
        source: None,
    }
}

/// An open report by account 1.
pub(crate) fn report(id: i64) -> ReportRow {
    ReportRow {
        id: ReportId::new(id),
        account: AccountId::new(1),
        state: ReportState::Open,
        opened: NOON,
        changed: NOON,
        finished: None,
        rev: 0,
        twin_of: None,
        data_key: Some(Sealed(vec![3; 60])),
        key_case: None,
        case: None,
        findings: None,
        storm: None,
        news: false,
        material: None,
    }
}

/// A case without a rank.
pub(crate) fn case(id: i64) -> CaseRow {
    CaseRow {
        id: CaseId::new(id),
        opened: NOON,
        changed: NOON,
        rank: Rank::default(),
        reports: 1,
        key: Some(Sealed(vec![4; 60])),
        merged_into: None,
        reasons: Sealed(vec![5; 20]),
        policy_version: "1".to_owned(),
        founder: None,
        urgency: 0,
        storm: None,
    }
}

/// A custody event.
pub(crate) fn event(number: u8) -> LogRow {
    LogRow {
        report: number
            .is_multiple_of(2)
            .then(|| ReportId::new(i64::from(number))),
        entry: [number; 33],
        sealed: Sealed(vec![number; 40]),
    }
}

/// A digest of its own for each number.
pub(crate) fn digest(number: i64) -> Blind {
    let mut bytes = [0xd1; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Blind(bytes)
}
