//! Reports of a synthetic world, judged, as they come in over days.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use link::IdentifierRules;
use model::{FileId, Finding, Rank, Report, ReportId, Sensitive, Timestamp, rank};
use triage::{Context, Policy, combine, report_findings};
use wire::ispws::FileSaid;
use world::{PictureSize, Truth, World, WorldReport};

use super::{UNCOUNTED_MILLIS, wide};

pub(crate) const DAY_MILLIS: i64 = 86_400_000;
/// What a tip centre's analyst meets in a day.
const REPORTS_PER_DAY: i64 = 600;
/// The present of the worlds.
const NOW: &str = "2026-06-01T12:00:00Z";

/// A kind of label, and the label.
pub(crate) type Label = (&'static str, &'static str);

/// A report on its way in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) at_millis: i64,
    pub(crate) case: usize,
    pub(crate) urgent: bool,
    /// Language, region and channel, of which no rule knows anything.
    pub(crate) labels: [Label; 3],
    /// Position in [`Stream::judged`].
    pub(crate) judged: usize,
}

/// What triage says of one report.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    pub(crate) findings: Vec<Finding>,
    pub(crate) rank: Rank,
}

/// What a flood is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JunkKind {
    /// As the world's junk is: hardly a field.
    Plain,
    /// The same, and each claims to be urgent: what no order can tell apart without reading.
    ClaimsUrgency,
}

/// Reports in the order they come in.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    pub(crate) arrivals: Vec<Arrival>,
    pub(crate) judged: Vec<Judged>,
    /// Reports without the flood, …
    pub(crate) reports: usize,
    /// … and when the last of them comes in.
    pub(crate) ends_millis: i64,
    junk: Vec<Report>,
    seed: u64,
}

impl Stream {
    /// The world of a seed, each report judged at the world's present as it comes in.
    pub(crate) fn new(seed: u64, reports: usize, policy: &Policy, rules: &IdentifierRules) -> Self {
        let now = Timestamp::parse(NOW).unwrap_or(Timestamp::from_millis(0));
        let world = World::new(seed, reports, now).with_pictures(PictureSize::Empty);
        let truth = world.truth();
        let case_of = case_of(&truth);
        let (mut arrivals, mut judged, mut junk) = (Vec::new(), Vec::new(), Vec::new());
        let is_junk = junk_names(&truth);
        let mut gaps = Gaps(seed);
        let mut at_millis = 0;
        for (at, report) in world.reports().enumerate() {
            at_millis += gaps.next_millis(DAY_MILLIS / REPORTS_PER_DAY);
            let words = words(&report);
            judged.push(judge(policy, rules, &words, at, now));
            arrivals.push(Arrival {
                at_millis,
                case: case_of.get(report.name.as_str()).copied().unwrap_or(0),
                urgent: truth
                    .reports
                    .get(&report.name)
                    .is_some_and(|about| about.urgent),
                labels: labels(&truth, &report),
                judged: at,
            });
            if is_junk.contains(report.name.as_str()) {
                junk.push(words);
            }
        }
        Self {
            arrivals,
            judged,
            reports,
            ends_millis: at_millis,
            junk,
            seed,
        }
    }

    /// The first reports of the stream.
    pub(crate) fn beginning(&self, reports: usize) -> Self {
        let mut beginning = self.clone();
        beginning.arrivals.truncate(reports);
        beginning.reports = beginning.arrivals.len();
        let last = beginning.arrivals.last();
        beginning.ends_millis = last.map_or(0, |arrival| arrival.at_millis);
        beginning
    }

    /// The urgent reports that are counted, by position.
    pub(crate) fn counted_urgent(&self) -> impl Iterator<Item = usize> {
        let until = self.ends_millis - UNCOUNTED_MILLIS;
        let counted = move |arrival: &Arrival| arrival.urgent && arrival.at_millis <= until;
        let arrivals = self.arrivals.iter().enumerate();
        arrivals.filter_map(move |(at, arrival)| counted(arrival).then_some(at))
    }

    /// The same stream among `per_report` times as much junk, which comes in at random.
    pub(crate) fn flooded(
        &self,
        per_report: usize,
        kind: JunkKind,
        policy: &Policy,
        rules: &IdentifierRules,
    ) -> Self {
        let mut flooded = self.clone();
        let now = Timestamp::parse(NOW).unwrap_or(Timestamp::from_millis(0));
        let patterns = flooded.judged.len();
        for (at, junk) in self.junk.iter().enumerate() {
            let mut junk = junk.clone();
            if kind == JunkKind::ClaimsUrgency {
                junk.escalation = Some(Sensitive::new("Urgent.".to_owned()));
            }
            flooded.judged.push(judge(policy, rules, &junk, at, now));
        }
        let cases = self.arrivals.iter().map(|arrival| arrival.case + 1).max();
        let (first_case, mut at_millis) = (cases.unwrap_or(0), 0);
        let mut gaps = Gaps(self.seed ^ u64::MAX);
        let every = DAY_MILLIS / REPORTS_PER_DAY / wide(per_report);
        for number in 0..self.arrivals.len() * per_report {
            at_millis += gaps.next_millis(every);
            flooded.arrivals.push(Arrival {
                at_millis,
                case: first_case + number,
                urgent: false,
                labels: [("junk", "junk"); 3],
                judged: patterns + number % self.junk.len().max(1),
            });
        }
        flooded.arrivals.sort_by_key(|arrival| arrival.at_millis);
        flooded
    }

    /// The findings of each case, all of its reports together.
    pub(crate) fn findings_by_case(&self) -> impl Iterator<Item = Vec<Finding>> {
        let mut cases: BTreeMap<usize, Vec<Finding>> = BTreeMap::new();
        for arrival in &self.arrivals {
            let case = cases.entry(arrival.case).or_default();
            *case = combine(case, &self.judged[arrival.judged].findings);
        }
        cases.into_values()
    }
}

/// The labels by which recall is compared. The one place that knows how the world names them.
fn labels(truth: &Truth, report: &WorldReport) -> [Label; 3] {
    let about = truth.reports.get(&report.name);
    let of = |kind, label: Option<&'static str>| (kind, label.unwrap_or("unknown"));
    [
        of("language", about.map(|about| about.language)),
        of("region", about.map(|about| about.region)),
        of("channel", about.map(|about| about.channel)),
    ]
}

fn case_of(truth: &Truth) -> BTreeMap<&str, usize> {
    let numbered = truth.cases.iter().enumerate();
    numbered
        .flat_map(|(case, names)| names.iter().map(move |name| (name.as_str(), case)))
        .collect()
}

fn junk_names(truth: &Truth) -> BTreeSet<&str> {
    let groups = ["junk", "floods"].iter();
    groups
        .filter_map(|group| truth.groups.get(group))
        .flat_map(|group| group.matters.iter().flatten())
        .map(String::as_str)
        .collect()
}

fn words(report: &WorldReport) -> Report {
    let files: Vec<FileSaid<'_>> = (0..)
        .zip(&report.files)
        .map(|(number, file)| FileSaid {
            file: FileId::new([number; 16]),
            size_bytes: 1,
            sha256: [number; 32],
            details: std::slice::from_ref(&file.details),
        })
        .collect();
    wire::ispws::to_model(&report.report, &files)
}

fn judge(
    policy: &Policy,
    rules: &IdentifierRules,
    words: &Report,
    at: usize,
    now: Timestamp,
) -> Judged {
    let identifiers = link::identifiers(words, rules);
    let number = ReportId::new(wide(at) + 1);
    let context = Context::default();
    let findings = report_findings(policy, words, number, &identifiers, context, now);
    let rank = rank(&findings);
    Judged { findings, rank }
}

/// Gaps between arrivals of a Poisson process, from a seed of its own.
struct Gaps(u64);

impl Gaps {
    fn next_millis(&mut self, mean_millis: i64) -> i64 {
        // SplitMix64 (Steele, Lea, Flood 2014), its upper 32 bits as a number in (0, 1].
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let upper = u32::try_from((bits ^ (bits >> 31)) >> 32).unwrap_or(u32::MAX);
        let uniform = (f64::from(upper) + 1.0) / (f64::from(u32::MAX) + 1.0);
        let mean = Duration::from_millis(mean_millis.unsigned_abs());
        let gap = mean.mul_f64(-uniform.ln()).as_millis();
        i64::try_from(gap).unwrap_or(i64::MAX)
    }
}
