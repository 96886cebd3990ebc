//! The simulation's own idea of what a database holds: plain collections, no cleverness.

use std::collections::BTreeMap;

use model::limits::{IDLE_REPORT_MILLIS_MAX, OPEN_REPORT_MILLIS_MAX};
use model::{AccountId, CaseId, FileId, Override, ReportId, ReportState, Timestamp};
use store::{
    AccountRow, Blind, CaseRow, ChildRow, DetailRow, FileRow, LinkRow, LogRow, MentionRow,
    ReportRow, SessionKind, SessionRow, StormKeyRow, StormMarkRow, SubmissionRow,
};

use crate::operation::Operation;

/// What a database should hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Picture {
    pub(crate) log: Vec<LogRow>,
    pub(crate) published: i64,
    pub(crate) accounts: BTreeMap<AccountId, AccountRow>,
    pub(crate) submissions: BTreeMap<ReportId, SubmissionRow>,
    pub(crate) reports: BTreeMap<ReportId, ReportRow>,
    pub(crate) files: BTreeMap<(ReportId, i64), FileRow>,
    pub(crate) details: BTreeMap<(ReportId, FileId, i64), DetailRow>,
    pub(crate) mentions: BTreeMap<(ReportId, i64), MentionRow>,
    pub(crate) storm_keys: BTreeMap<Blind, StormKeyRow>,
    pub(crate) storm_marks: BTreeMap<(Blind, ReportId), StormMarkRow>,
    pub(crate) children: BTreeMap<Blind, ChildRow>,
    pub(crate) cases: BTreeMap<CaseId, CaseRow>,
    pub(crate) links: BTreeMap<(ReportId, i64), LinkRow>,
    pub(crate) sessions: BTreeMap<Blind, SessionRow>,
}

/// What a method answered, as far as it answers anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Nothing,
    Number(i64),
    Did(bool),
    Session(Option<SessionRow>),
}

impl Picture {
    /// What is left of an operation when rows are taken out that no caller may write: those whose
    /// key is taken (in the database or earlier in the same list) or that point at nothing.
    pub(crate) fn admit(&self, operation: Operation) -> Operation {
        match operation {
            Operation::Submissions(rows) => Operation::Submissions(fresh(
                rows,
                |row| row.report,
                |key| self.submissions.contains_key(key),
            )),
            Operation::Reports(mut rows) => {
                rows.retain(|row| self.submissions.contains_key(&row.id));
                for row in &mut rows {
                    // Neither ever changes.
                    row.account = self.submissions[&row.id].account;
                    row.opened = self.submissions[&row.id].opened;
                }
                Operation::Reports(rows)
            }
            Operation::Files(mut rows) => {
                rows.retain(|row| self.reports.contains_key(&row.report));
                let rows = fresh(
                    rows,
                    |row| (row.report, row.position),
                    |key| self.files.contains_key(key),
                );
                Operation::Files(fresh(rows, |row| row.id, |key| self.file(*key).is_some()))
            }
            Operation::Details(mut rows) => {
                rows.retain_mut(|row| match self.file(row.file) {
                    Some(file) => {
                        row.report = file.report;
                        true
                    }
                    None => false,
                });
                let key = |row: &DetailRow| (row.report, row.file, row.seq);
                Operation::Details(fresh(rows, key, |key| self.details.contains_key(key)))
            }
            Operation::Mentions(rows) => {
                let key = |row: &MentionRow| (row.report, row.position);
                Operation::Mentions(fresh(rows, key, |key| self.mentions.contains_key(key)))
            }
            Operation::Links(rows) => {
                let key = |row: &LinkRow| (row.from, row.position);
                Operation::Links(fresh(rows, key, |key| self.links.contains_key(key)))
            }
            Operation::Account(mut row) => {
                let next = self
                    .accounts
                    .keys()
                    .last()
                    .map_or(1, |last| last.number() + 1);
                row.id = AccountId::new(next);
                Operation::Account(row)
            }
            Operation::Sessions(rows) => Operation::Sessions(fresh(
                rows,
                |row| row.token,
                |key| self.sessions.contains_key(key),
            )),
            other => other,
        }
    }

    /// Does what an admitted operation does.
    pub(crate) fn apply(&mut self, operation: &Operation) -> Answer {
        match operation {
            Operation::Log(rows) => {
                let first = self.log.len();
                self.log.extend(rows.iter().cloned());
                return Answer::Number(i64::try_from(first).unwrap_or(i64::MAX));
            }
            Operation::Published(size) => {
                if *size > self.published && self.log.len() >= usize::try_from(*size).unwrap_or(0) {
                    self.published = *size;
                }
            }
            Operation::Submissions(rows) => put(&mut self.submissions, rows, |row| row.report),
            Operation::Reports(rows) => put(&mut self.reports, rows, |row| row.id),
            Operation::Files(rows) => put(&mut self.files, rows, |row| (row.report, row.position)),
            Operation::Details(rows) => {
                put(&mut self.details, rows, |row| {
                    (row.report, row.file, row.seq)
                });
            }
            Operation::Mentions(rows) => {
                put(&mut self.mentions, rows, |row| (row.report, row.position));
            }
            Operation::StormKeys(rows) => put(&mut self.storm_keys, rows, |row| row.blind),
            Operation::StormMarks(rows) => {
                put(&mut self.storm_marks, rows, |row| (row.blind, row.report));
            }
            Operation::Children(rows) => {
                for row in rows {
                    self.children.entry(row.blind).or_insert(*row);
                }
            }
            Operation::Cases(rows) => put(&mut self.cases, rows, |row| row.id),
            Operation::Links(rows) => put(&mut self.links, rows, |row| (row.from, row.position)),
            Operation::MoveLinks(from, to) => {
                for link in self
                    .links
                    .values_mut()
                    .filter(|row| from.contains(&row.from))
                {
                    link.case = *to;
                }
            }
            Operation::MoveMembers(from, to) => {
                for link in self.links.values_mut().filter(|row| row.case == *from) {
                    link.case = *to;
                }
                let moved = self
                    .reports
                    .values_mut()
                    .filter(|row| row.case == Some(*from));
                return Answer::Number(moved.map(|row| row.case = Some(*to)).map(|()| 1).sum());
            }
            Operation::Account(row) => return self.add_account(row),
            Operation::Revoke(id, at) => return self.revoke(*id, *at),
            Operation::Sessions(rows) => put(&mut self.sessions, rows, |row| row.token),
            Operation::UseLink(token, at) => return self.use_link(*token, *at),
            Operation::DeleteSession(token) => {
                return Answer::Did(self.sessions.remove(token).is_some());
            }
            Operation::ForgetSessions(now) => {
                let before = self.sessions.len();
                self.sessions.retain(|_, row| row.expires > *now);
                let gone = before - self.sessions.len();
                return Answer::Number(i64::try_from(gone).unwrap_or(i64::MAX));
            }
        }
        Answer::Nothing
    }

    fn add_account(&mut self, row: &AccountRow) -> Answer {
        let free = self.live_account(row.name).is_none();
        if free {
            self.accounts.insert(row.id, row.clone());
        }
        Answer::Did(free)
    }

    fn revoke(&mut self, id: AccountId, at: Timestamp) -> Answer {
        self.sessions.retain(|_, row| row.account != Some(id));
        match self.accounts.get_mut(&id) {
            Some(row) if row.revoked.is_none() => {
                row.revoked = Some(at);
                Answer::Did(true)
            }
            _ => Answer::Did(false),
        }
    }

    fn use_link(&mut self, token: Blind, at: Timestamp) -> Answer {
        let good = self.sessions.get_mut(&token).filter(|row| {
            row.kind == SessionKind::SignInLink && row.used.is_none() && row.expires > at
        });
        Answer::Session(good.map(|row| {
            row.used = Some(at);
            row.clone()
        }))
    }

    pub(crate) fn file(&self, id: FileId) -> Option<&FileRow> {
        self.files.values().find(|row| row.id == id)
    }

    pub(crate) fn live_account(&self, name: Blind) -> Option<&AccountRow> {
        self.accounts
            .values()
            .find(|row| row.name == name && row.revoked.is_none())
    }

    /// The case that a case has become.
    pub(crate) fn standing_case(&self, id: CaseId) -> Option<&CaseRow> {
        let row = self.cases.get(&id)?;
        match row.merged_into {
            Some(into) => self.standing_case(into),
            None => Some(row),
        }
    }

    /// The queue, first case first.
    pub(crate) fn queue(&self) -> Vec<CaseRow> {
        let mut queue: Vec<_> = self
            .cases
            .values()
            .filter(|row| row.merged_into.is_none() && row.storm.is_none())
            .cloned()
            .collect();
        queue.sort_by_key(|row| {
            let rank = &row.rank;
            let standing = Override::standing(rank.raised);
            (-standing, -row.urgency, -rank.actionability, row.id)
        });
        queue
    }

    /// Open reports past both limits, longest idle first.
    pub(crate) fn expired(&self, now: Timestamp) -> Vec<ReportRow> {
        let mut expired: Vec<_> = self
            .reports
            .values()
            .filter(|row| {
                row.state == ReportState::Open
                    && now.millis_since(row.opened) > OPEN_REPORT_MILLIS_MAX
                    && now.millis_since(row.changed) > IDLE_REPORT_MILLIS_MAX
            })
            .cloned()
            .collect();
        expired.sort_by_key(|row| (row.changed, row.id));
        expired
    }
}

fn put<K: Ord, T: Clone>(into: &mut BTreeMap<K, T>, rows: &[T], key: impl Fn(&T) -> K) {
    into.extend(rows.iter().map(|row| (key(row), row.clone())));
}

fn fresh<T, K: Ord>(rows: Vec<T>, key: impl Fn(&T) -> K, taken: impl Fn(&K) -> bool) -> Vec<T> {
    let mut unique = BTreeMap::new();
    for row in rows {
        let key = key(&row);
        if !taken(&key) {
            unique.entry(key).or_insert(row);
        }
    }
    unique.into_values().collect()
}
