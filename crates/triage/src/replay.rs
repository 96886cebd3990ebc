//! Ranks computed again from what was told: to verify that they replay, and to see what another
//! policy would change before it is adopted.

use std::collections::BTreeMap;

use model::{CaseId, Finding, Identifier, Rank, Report, ReportId, Score, Timestamp, rank};
use serde::Serialize;

use crate::{Ageing, Context, Policy, QueueKey, combine, report_findings};

/// A finished report, as it was judged.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Its number.
    pub number: ReportId,
    /// What it says.
    pub words: &'a Report,
    /// The identifiers that its mentions became.
    pub identifiers: &'a [Identifier],
    /// What the archive knew then.
    pub context: Context,
    /// When it was finished.
    pub finished: Timestamp,
}

impl Told<'_> {
    /// What a policy says of it.
    pub fn findings(&self, policy: &Policy) -> Vec<Finding> {
        let (words, identifiers) = (self.words, self.identifiers);
        let (number, context) = (self.number, self.context);
        report_findings(policy, words, number, identifiers, context, self.finished)
    }
}

/// A case's reasons and their sums.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ranked {
    /// The findings, in the order of [`combine`].
    pub findings: Vec<Finding>,
    /// What they add up to.
    pub rank: Rank,
}

impl Ranked {
    /// The rank of a case whose reports were judged one by one.
    pub fn of(reports: impl IntoIterator<Item = Vec<Finding>>) -> Self {
        let mut findings = Vec::new();
        for of_report in reports {
            findings = combine(&findings, &of_report);
        }
        let rank = rank(&findings);
        Self { findings, rank }
    }

    /// The rank that a policy gives to a case of these reports.
    pub fn under<'a>(policy: &Policy, members: impl IntoIterator<Item = Told<'a>>) -> Self {
        Self::of(members.into_iter().map(|told| told.findings(policy)))
    }
}

/// How a stored rank fails to replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "mismatch", rename_all = "snake_case")]
pub enum Mismatch {
    /// The stored numbers are not the sums of the stored reasons.
    Sums,
    /// The stored reasons are not those of the case's reports together.
    Reasons,
    /// The policy of the findings' own version gives other findings for a report: the policy was
    /// changed without a new version, or somebody changed what is stored.
    Findings {
        /// The report.
        report: ReportId,
    },
}

/// What a verification of one case found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// Reports whose findings were made anew.
    pub replayed: usize,
    /// Reports that were judged under a version that is not at hand; only their sums were checked.
    pub other_version: usize,
    /// Everything that does not agree.
    pub mismatches: Vec<Mismatch>,
}

/// Checks that a stored rank is what its reports and its policy give, report by report.
#[derive(Debug)]
pub struct Verification<'a> {
    policy: &'a Policy,
    ranked_under: &'a str,
    together: Vec<Finding>,
    verified: Verified,
}

impl<'a> Verification<'a> {
    /// Of a case that was last ranked under the version `ranked_under`, with `policy` at hand.
    pub fn new(policy: &'a Policy, ranked_under: &'a str) -> Self {
        Self {
            policy,
            ranked_under,
            together: Vec::new(),
            verified: Verified::default(),
        }
    }

    /// Takes one of the case's reports in, with its stored findings.
    pub fn add(&mut self, told: Told<'_>, stored: &[Finding]) {
        self.together = combine(&self.together, stored);
        let of_version = match stored.first() {
            Some(finding) => finding.version.as_str(),
            None => self.ranked_under,
        };
        if of_version != self.policy.version() {
            self.verified.other_version += 1;
            return;
        }
        self.verified.replayed += 1;
        if told.findings(self.policy) != stored {
            let report = told.number;
            let mismatch = Mismatch::Findings { report };
            self.verified.mismatches.push(mismatch);
        }
    }

    /// Compares all of them with what is stored of the case. `complete` says whether every report
    /// could be read: of a shredded one there is nothing to add up any more.
    pub fn finish(mut self, stored: &Ranked, complete: bool) -> Verified {
        let mismatches = &mut self.verified.mismatches;
        if rank(&stored.findings) != stored.rank {
            mismatches.push(Mismatch::Sums);
        }
        if complete && self.together != stored.findings {
            mismatches.push(Mismatch::Reasons);
        }
        self.verified
    }
}

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Its rank.
    #[serde(flatten)]
    pub rank: Rank,
    /// Its place in the queue, from 1.
    pub place: usize,
}

/// A case that another policy ranks otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The case.
    pub case: CaseId,
    /// As it stands.
    pub before: Standing,
    /// As it would stand.
    pub after: Standing,
}

impl Change {
    /// The gravest first: overrides, then danger, then places moved, then the case's number.
    fn gravity(&self) -> impl Ord + use<> {
        let standing = |of: Standing| model::Override::standing(of.rank.raised);
        let (before, after) = (self.before, self.after);
        std::cmp::Reverse((
            standing(before).abs_diff(standing(after)),
            before.rank.danger.abs_diff(after.rank.danger),
            before.place.abs_diff(after.place),
            std::cmp::Reverse(self.case),
        ))
    }
}

/// What another policy would change, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Summary {
    /// Cases compared.
    pub cases: usize,
    /// Cases with another rank or other reasons.
    pub changed: usize,
    /// Cases at another place in the queue.
    pub moved: usize,
    /// Cases with another override.
    pub override_changed: usize,
    /// Cases that get an override and had none.
    pub urgent_gained: usize,
    /// Cases that had an override and lose it.
    pub urgent_lost: usize,
    /// How long the top of the queue is that `top_changed` looks at.
    pub top: usize,
    /// Cases that enter the top of the queue, which is as many as leave it.
    pub top_changed: usize,
}

/// Compares the queue under two policies, case by case.
#[derive(Debug)]
pub struct Comparison<'a> {
    before: &'a Ageing,
    after: &'a Ageing,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    case: CaseId,
    ranks: [Rank; 2],
    keys: [QueueKey; 2],
    reasons_changed: bool,
}

impl<'a> Comparison<'a> {
    /// Between a policy that ages cases as `before` and one that does as `after`.
    pub const fn new(before: &'a Ageing, after: &'a Ageing) -> Self {
        let rows = Vec::new();
        Self {
            before,
            after,
            rows,
        }
    }

    /// Takes one case in, as it stands and as it would stand.
    pub fn add(&mut self, case: CaseId, opened: Timestamp, before: &Ranked, after: &Ranked) {
        let reasons = Reasons::between(&before.findings, &after.findings);
        self.rows.push(Row {
            case,
            ranks: [before.rank, after.rank],
            keys: [
                self.before.queue_key(before.rank, opened, case),
                self.after.queue_key(after.rank, opened, case),
            ],
            reasons_changed: !reasons.is_empty(),
        });
    }

    /// The cases whose rank or reasons change, the gravest change first, and the sums; `top` is how
    /// long a top of the queue to look at.
    pub fn finish(self, top: usize) -> (Vec<Change>, Summary) {
        let places = [places(&self.rows, 0), places(&self.rows, 1)];
        let mut summary = Summary {
            cases: self.rows.len(),
            top,
            ..Summary::default()
        };
        let mut changes = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let [before, after] = [0, 1].map(|side| Standing {
                rank: row.ranks[side],
                place: places[side][at],
            });
            let raised = (before.rank.raised, after.rank.raised);
            summary.moved += usize::from(before.place != after.place);
            summary.override_changed += usize::from(raised.0 != raised.1);
            summary.urgent_gained += usize::from(raised.0.is_none() && raised.1.is_some());
            summary.urgent_lost += usize::from(raised.0.is_some() && raised.1.is_none());
            summary.top_changed += usize::from(before.place > top && after.place <= top);
            if row.reasons_changed || before.rank != after.rank {
                let case = row.case;
                changes.push(Change {
                    case,
                    before,
                    after,
                });
            }
        }
        summary.changed = changes.len();
        changes.sort_by_key(Change::gravity);
        (changes, summary)
    }
}

/// The place in the queue of each row, from 1.
fn places(rows: &[Row], side: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_unstable_by_key(|at| rows[*at].keys[side]);
    let mut places = vec![0; rows.len()];
    for (place, at) in (1..).zip(order) {
        places[at] = place;
    }
    places
}

/// What differs between two lists of findings. Versions alone are no difference.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Reasons {
    /// Findings of rules that did not speak before.
    pub added: Vec<Finding>,
    /// Findings of rules that do not speak any more.
    pub removed: Vec<Finding>,
    /// Findings of one rule with other points, override or words.
    pub changed: Vec<Altered>,
}

/// One rule's finding, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Altered {
    /// As it stands.
    pub before: Finding,
    /// As it would stand.
    pub after: Finding,
}

impl Reasons {
    /// The differences, in the order of scores and rules.
    pub fn between(before: &[Finding], after: &[Finding]) -> Self {
        let mut reasons = Self::default();
        let (mut old, new) = (by_rule(before), by_rule(after));
        for (key, of_rule) in new {
            let mut earlier = old.remove(&key).unwrap_or_default().into_iter();
            for finding in of_rule {
                match earlier.next() {
                    None => reasons.added.push(finding.clone()),
                    Some(known) if says_the_same(known, finding) => {}
                    Some(known) => reasons.changed.push(Altered {
                        before: known.clone(),
                        after: finding.clone(),
                    }),
                }
            }
            reasons.removed.extend(earlier.cloned());
        }
        reasons.removed.extend(old.into_values().flatten().cloned());
        reasons
    }

    /// Whether nothing differs.
    pub const fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

fn by_rule(findings: &[Finding]) -> BTreeMap<(Score, &str), Vec<&Finding>> {
    let mut by_rule: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for finding in findings {
        let key = (finding.score, finding.rule.as_str());
        by_rule.entry(key).or_default().push(finding);
    }
    by_rule
}

fn says_the_same(a: &Finding, b: &Finding) -> bool {
    (a.points, a.raises, &a.text) == (b.points, b.raises, &b.text)
}

#[cfg(test)]
#[path = "replay_tests.rs"]
mod tests;
