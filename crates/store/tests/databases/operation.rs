//! What the simulation does to a database, drawn at random from small ranges so that things meet.

use model::{
    AccountId, CaseId, Door, FileId, Override, Rank, ReportId, ReportState, Role, StormId,
    Timestamp,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use store::{
    AccountRow, Blind, BlobId, CaseRow, ChildRow, DetailRow, FileRow, LinkKind, LinkRow, LogRow,
    MentionRow, ReportRow, Sealed, SecretHash, SessionKind, SessionRow, StormKeyRow, StormMarkRow,
    SubmissionRow,
};

/// One call of a transaction's method.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    Log(Vec<LogRow>),
    Published(i64),
    Submissions(Vec<SubmissionRow>),
    Reports(Vec<ReportRow>),
    Files(Vec<FileRow>),
    Details(Vec<DetailRow>),
    Mentions(Vec<MentionRow>),
    StormKeys(Vec<StormKeyRow>),
    StormMarks(Vec<StormMarkRow>),
    Children(Vec<ChildRow>),
    Cases(Vec<CaseRow>),
    Links(Vec<LinkRow>),
    MoveLinks(Vec<ReportId>, CaseId),
    MoveMembers(CaseId, CaseId),
    Account(AccountRow),
    Revoke(AccountId, Timestamp),
    Sessions(Vec<SessionRow>),
    UseLink(Blind, Timestamp),
    DeleteSession(Blind),
    ForgetSessions(Timestamp),
}

/// A transaction: what it does, and whether it commits or is dropped.
pub(crate) type Plan = (Vec<Operation>, bool);

/// Several transactions, one after the other; every fourth or so is dropped.
pub(crate) fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let commits = prop_oneof![3 => Just(true), 1 => Just(false)];
    vec((vec(operation(), 1..8), commits), 1..8)
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        vec(log_row(), 0..150).prop_map(Operation::Log),
        (0_i64..300).prop_map(Operation::Published),
        vec(submission(), 0..12).prop_map(Operation::Submissions),
        vec(submission(), 0..12).prop_map(Operation::Submissions),
        vec(report_row(), 0..30).prop_map(Operation::Reports),
        vec(report_row(), 0..30).prop_map(Operation::Reports),
        vec(file(), 0..20).prop_map(Operation::Files),
        vec(detail(), 0..20).prop_map(Operation::Details),
        vec(mention(), 0..150).prop_map(Operation::Mentions),
        vec(storm_key(), 0..100).prop_map(Operation::StormKeys),
        vec(storm_mark(), 0..100).prop_map(Operation::StormMarks),
        vec(child(), 0..30).prop_map(Operation::Children),
        vec(case_row(), 0..20).prop_map(Operation::Cases),
        vec(link(), 0..30).prop_map(Operation::Links),
        (vec(report(), 0..5), case()).prop_map(|(from, to)| Operation::MoveLinks(from, to)),
        (case(), case()).prop_map(|(from, to)| Operation::MoveMembers(from, to)),
        account().prop_map(Operation::Account),
        (3_i64..20, time()).prop_map(|(id, at)| Operation::Revoke(AccountId::new(id), at)),
        vec(session(), 0..6).prop_map(Operation::Sessions),
        (token(), time()).prop_map(|(token, at)| Operation::UseLink(token, at)),
        token().prop_map(Operation::DeleteSession),
        time().prop_map(Operation::ForgetSessions),
    ]
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0_i64..200).prop_map(|half_hours| Timestamp::from_millis(half_hours * 1_800_000))
}

fn report() -> impl Strategy<Value = ReportId> {
    (1_i64..25).prop_map(ReportId::new)
}

fn case() -> impl Strategy<Value = CaseId> {
    (1_i64..12).prop_map(CaseId::new)
}

fn blind() -> impl Strategy<Value = Blind> {
    (0_u8..40).prop_map(|byte| Blind([byte; 32]))
}

/// Few, so that links are used twice.
fn token() -> impl Strategy<Value = Blind> {
    (0_u8..5).prop_map(|byte| Blind([byte; 32]))
}

fn sealed() -> impl Strategy<Value = Sealed> {
    vec(any::<u8>(), 0..20).prop_map(Sealed)
}

fn log_row() -> impl Strategy<Value = LogRow> {
    (option::of(report()), any::<u8>(), sealed()).prop_map(|(report, byte, sealed)| LogRow {
        report,
        entry: [byte; 33],
        sealed,
    })
}

fn submission() -> impl Strategy<Value = SubmissionRow> {
    let account = (1_i64..3).prop_map(AccountId::new);
    let door = prop_oneof![Just(Door::Ispws), Just(Door::CommandLine)];
    (
        report(),
        account,
        door,
        time(),
        0_u8..5,
        sealed(),
        option::of(sealed()),
    )
        .prop_map(
            |(report, account, door, opened, digest, body, source)| SubmissionRow {
                report,
                account,
                door,
                opened,
                digest: Blind([digest; 32]),
                body,
                source,
            },
        )
}

fn report_row() -> impl Strategy<Value = ReportRow> {
    let state = prop_oneof![
        3 => Just(ReportState::Open),
        1 => Just(ReportState::Finished),
        1 => Just(ReportState::Retracted),
        1 => Just(ReportState::Expired),
        1 => Just(ReportState::Folded),
    ];
    let standing = (
        report(),
        state,
        time(),
        time(),
        option::of(time()),
        0_i64..9,
    );
    let keys = (
        option::of(report()),
        option::of(sealed()),
        option::of(case()),
        option::of(case()),
        option::of(sealed()),
        storm(),
        any::<bool>(),
    );
    (standing, keys).prop_map(|(standing, keys)| {
        let (id, state, opened, changed, finished, rev) = standing;
        let (twin_of, data_key, key_case, case, findings, storm, news) = keys;
        ReportRow {
            id,
            account: AccountId::new(1),
            state,
            opened,
            changed,
            finished,
            rev,
            twin_of,
            data_key,
            key_case,
            case,
            findings,
            storm,
            news,
            material: None,
        }
    })
}

fn file() -> impl Strategy<Value = FileRow> {
    (
        0_u8..60,
        report(),
        0_i64..6,
        blind(),
        0_u64..9_000_000_000,
        option::of(sealed()),
        time(),
    )
        .prop_map(
            |(id, report, position, content, size_bytes, key, created)| FileRow {
                id: FileId::new([id; 16]),
                report,
                position,
                blob: BlobId([id; 16]),
                content,
                size_bytes,
                key,
                facts: Sealed(vec![id; 5]),
                created,
            },
        )
}

fn detail() -> impl Strategy<Value = DetailRow> {
    (0_u8..60, 0_i64..4, sealed(), time()).prop_map(|(file, seq, details, created)| DetailRow {
        file: FileId::new([file; 16]),
        seq,
        report: ReportId::new(1), // becomes the file's
        details,
        created,
    })
}

fn mention() -> impl Strategy<Value = MentionRow> {
    let ties = any::<bool>();
    (report(), 0_i64..40, "[a-z]{1,8}", blind(), sealed(), ties).prop_map(
        |(report, position, kind, blind, sealed, ties)| MentionRow {
            report,
            position,
            kind,
            blind,
            sealed,
            ties,
        },
    )
}

fn storm() -> impl Strategy<Value = Option<StormId>> {
    option::weighted(0.2, (1_i64..5).prop_map(StormId::new))
}

fn storm_key() -> impl Strategy<Value = StormKeyRow> {
    (any::<u8>(), 1_i64..9, storm()).prop_map(|(blind, reports, storm)| StormKeyRow {
        blind: Blind([blind; 32]),
        kind: "file".to_owned(), // never changes
        reports,
        storm,
    })
}

fn storm_mark() -> impl Strategy<Value = StormMarkRow> {
    (blind(), report()).prop_map(|(blind, report)| StormMarkRow { blind, report })
}

fn child() -> impl Strategy<Value = ChildRow> {
    (blind(), report(), time()).prop_map(|(blind, first_report, about)| ChildRow {
        blind,
        first_report,
        about,
    })
}

fn case_row() -> impl Strategy<Value = CaseRow> {
    let raised = prop_oneof![
        2 => Just(None),
        1 => Just(Some(Override::Escalated)),
        1 => Just(Some(Override::LiveNow)),
    ];
    let rank = (raised, 0_i64..3, 0_i64..3).prop_map(|(raised, danger, actionability)| Rank {
        raised,
        danger,
        actionability,
    });
    let place = (option::of(report()), -3_i64..3, storm());
    // A case is only ever merged into an older one, so that merges end.
    let merged = option::weighted(0.2, 1_i64..12);
    let opened = (0_i64..3).prop_map(Timestamp::from_millis);
    (
        case(),
        opened,
        time(),
        rank,
        0_i64..9,
        option::of(sealed()),
        merged,
        sealed(),
        "[0-9.]{1,6}",
        place,
    )
        .prop_map(
            |(id, opened, changed, rank, reports, key, merged, reasons, policy_version, place)| {
                CaseRow {
                    id,
                    opened,
                    changed,
                    rank,
                    reports,
                    key,
                    merged_into: merged.filter(|into| *into < id.number()).map(CaseId::new),
                    reasons,
                    policy_version,
                    founder: place.0,
                    urgency: place.1,
                    storm: place.2,
                }
            },
        )
}

fn link() -> impl Strategy<Value = LinkRow> {
    let said = (0_usize..4, 0_i64..20);
    (report(), 0_i64..6, report(), case(), sealed(), said).prop_map(
        |(from, position, to, case, why, (kind, bits))| LinkRow {
            from,
            position,
            to,
            case,
            why,
            kind: LinkKind::ALL[kind],
            bits,
        },
    )
}

fn account() -> impl Strategy<Value = AccountRow> {
    (0_u8..4, sealed(), 0_usize..4, "[a-z$=]{1,20}", time()).prop_map(
        |(name, name_sealed, role, secret, created)| AccountRow {
            id: AccountId::new(0), // becomes the next one
            name: Blind([name; 32]),
            name_sealed,
            role: Role::ALL[role],
            secret: SecretHash(secret),
            created,
            revoked: None,
        },
    )
}

fn session() -> impl Strategy<Value = SessionRow> {
    let kind = prop_oneof![Just(SessionKind::SignInLink), Just(SessionKind::Session)];
    let account = option::of((3_i64..20).prop_map(AccountId::new));
    (token(), kind, account, option::of(sealed()), time()).prop_map(
        |(token, kind, account, who, expires)| SessionRow {
            token,
            kind,
            account,
            who,
            expires,
            used: None,
        },
    )
}
