//! The order of the queue, measured on a synthetic world: how long a child in danger waits when ten
//! reports come in for each that can be read.
//!
//! A discrete-event queue over the world's reports, which come in at random (exponential gaps, 600
//! a day) and are tied as the world's truth ties them: what tying misses is another workload's
//! business. Four orders read the same reports at the same moments. Nothing here is a claim about
//! real risk: urgency is what the world planted.

mod desk;
mod stream;

use link::IdentifierRules;
use std::collections::BTreeMap;

use model::Override;
use triage::Policy;

use crate::failure::Failure;
use crate::figure::{Figure, percentile};
use desk::{Desk, Order, Read};
use stream::{DAY_MILLIS, JunkKind, Label, Stream};

const BENCH: &str = "rank";
const SOURCE: &str = "synthetic world, planted urgency; says nothing about real risk";
/// Worlds that no test and no rule was made on.
const SEEDS: [u64; 3] = [7_001, 7_002, 7_003];
/// Reports that come in for each that can be read.
const REPORTS_PER_READING: usize = 10;
/// Junk reports for each real one, in a flood.
const JUNK_PER_REPORT: usize = 100;
/// A flood is measured on the beginning of each stream: it holds a hundred times as many reports.
const FLOODED_REPORTS_MAX: usize = 4_000;
/// Who reads, reads until the last report came in. What comes in shortly before may find nobody
/// left and is not counted, in any order.
const UNCOUNTED_MILLIS: i64 = DAY_MILLIS;
/// Groups with fewer urgent reports are too small for a share to mean anything.
const GROUP_MIN: usize = 20;

pub(crate) fn run(size: usize) -> Result<(), Failure> {
    let policy = Policy::builtin().map_err(Failure::Policy)?;
    let rules = IdentifierRules::builtin()?;
    let streams: Vec<Stream> = SEEDS
        .map(|seed| Stream::new(seed, size, &policy, &rules))
        .into();
    print_streams(&streams)?;
    let mut recalls = Vec::new();
    for order in Order::ALL {
        recalls.push(print_order(&policy, &streams, order)?);
    }
    if let [danger_first, .., oracle] = recalls[..] {
        let metric = "urgent recall, danger first, of the oracle's";
        let urgent = streams.iter().map(|stream| stream.counted_urgent().count());
        say(metric, danger_first / oracle, "", urgent.sum())?;
    }
    print_gaps(&policy, &streams)?;
    print_flood(&policy, &rules, &streams)
}

/// What was read of one stream, by position of the arrival.
fn work(policy: &Policy, stream: &Stream, order: Order) -> Vec<Option<Read>> {
    let desk = Desk {
        order,
        ageing: policy.ageing(),
        every_millis: stream.ends_millis / wide(stream.reports / REPORTS_PER_READING).max(1),
        judged: &stream.judged,
    };
    desk.work(&stream.arrivals)
}

/// Of the urgent reports that are counted, those that were read while the stream lasted.
fn in_time(stream: &Stream, reads: &[Option<Read>]) -> usize {
    let read = |at: &usize| reads[*at].is_some_and(|read| read.at_millis <= stream.ends_millis);
    stream.counted_urgent().filter(read).count()
}

fn print_streams(streams: &[Stream]) -> Result<(), Failure> {
    let arrivals = || streams.iter().flat_map(|stream| &stream.arrivals);
    let reports = arrivals().count();
    let urgent = arrivals().filter(|arrival| arrival.urgent).count();
    say("urgent reports", share(urgent, reports), "", reports)?;
    let judged = || streams.iter().flat_map(|stream| &stream.judged);
    for raised in Override::ALL {
        let number = judged().filter(|judged| judged.rank.raised == Some(raised));
        let metric = format!("reports with the override {}", raised.name());
        say(&metric, share(number.count(), reports), "", reports)?;
    }
    let (mut sums, mut cases) = (0, 0);
    for stream in streams {
        for findings in stream.findings_by_case() {
            let sum = |score| {
                let of_score = findings.iter().filter(|finding| finding.score == score);
                of_score.map(|finding| finding.points).sum::<i64>()
            };
            let rank = model::rank(&findings);
            let sum = (sum(model::Score::Danger), sum(model::Score::Actionability));
            sums += usize::from((rank.danger, rank.actionability) == sum);
            cases += 1;
        }
    }
    say(
        "ranks that are the sum of their shown points",
        share(sums, cases),
        "",
        cases,
    )
}

/// Prints what one order does, and gives its recall of urgent reports.
fn print_order(policy: &Policy, streams: &[Stream], order: Order) -> Result<f64, Failure> {
    let (mut urgent, mut others, mut read_in_time) = (Vec::new(), Vec::new(), 0);
    for stream in streams {
        let reads = work(policy, stream, order);
        read_in_time += in_time(stream, &reads);
        urgent.extend(urgent_minutes(stream, &reads));
        for (arrival, read) in stream.arrivals.iter().zip(&reads) {
            let read = read.filter(|read| read.at_millis <= stream.ends_millis);
            let waited = read.filter(|_| !arrival.urgent);
            others.extend(waited.map(|read| minutes(read.at_millis - arrival.at_millis)));
        }
    }
    let name = order.name();
    urgent.sort_by(f64::total_cmp);
    others.sort_by(f64::total_cmp);
    for (what, part) in [("median", 50), ("p95", 95), ("max", 100)] {
        let metric = format!("urgent, to first action, {what}, {name}");
        say(&metric, percentile(&urgent, part), "min", urgent.len())?;
    }
    let metric = format!("others that were read, to first action, p99, {name}");
    say(&metric, percentile(&others, 99), "min", others.len())?;
    let recall = share(read_in_time, urgent.len());
    let metric = format!("urgent recall within capacity, {name}");
    say(&metric, recall, "", urgent.len())?;
    Ok(recall)
}

/// Minutes to first action of the urgent reports that are counted; all are read in the end.
fn urgent_minutes(stream: &Stream, reads: &[Option<Read>]) -> Vec<f64> {
    let waited = |at: usize| Some(reads[at]?.at_millis - stream.arrivals[at].at_millis);
    let urgent = stream.counted_urgent();
    urgent.filter_map(|at| waited(at).map(minutes)).collect()
}

/// The largest difference of urgent recall between groups of reports, danger first.
fn print_gaps(policy: &Policy, streams: &[Stream]) -> Result<(), Failure> {
    // By kind of label and label: urgent reports, and those read in time.
    let mut groups: BTreeMap<Label, (usize, usize)> = BTreeMap::new();
    for stream in streams {
        let reads = work(policy, stream, Order::Danger);
        for at in stream.counted_urgent() {
            let read = reads[at].is_some_and(|read| read.at_millis <= stream.ends_millis);
            for label in stream.arrivals[at].labels {
                let group = groups.entry(label).or_default();
                group.0 += 1;
                group.1 += usize::from(read);
            }
        }
    }
    for kind in ["language", "region", "channel"] {
        let of_kind = groups.iter().filter(|((of, _), _)| *of == kind);
        let large = of_kind.filter(|(_, (all, _))| *all >= GROUP_MIN);
        let mut recalls: Vec<f64> = large.map(|(_, (all, read))| share(*read, *all)).collect();
        recalls.sort_by(f64::total_cmp);
        let (Some(most), Some(least)) = (recalls.last(), recalls.first()) else {
            continue;
        };
        // Between fewer than two groups there is no gap to speak of.
        if recalls.len() < 2 {
            continue;
        }
        let gap = most - least;
        let metric = format!("largest gap of urgent recall between {kind}s");
        say(&metric, gap, "", recalls.len())?;
    }
    Ok(())
}

/// How far a flood moves the time to first action of urgent reports, danger first.
fn print_flood(
    policy: &Policy,
    rules: &IdentifierRules,
    streams: &[Stream],
) -> Result<(), Failure> {
    let (mut calm, mut flooded, mut claimed, mut urgent) = (Vec::new(), Vec::new(), 0, 0);
    for stream in streams {
        let stream = stream.beginning(FLOODED_REPORTS_MAX);
        let among = |kind| {
            let flood = stream.flooded(JUNK_PER_REPORT, kind, policy, rules);
            let reads = work(policy, &flood, Order::Danger);
            (flood, reads)
        };
        let reads = work(policy, &stream, Order::Danger);
        calm.extend(urgent_minutes(&stream, &reads));
        let (flood, reads) = among(JunkKind::Plain);
        flooded.extend(urgent_minutes(&flood, &reads));
        let (flood, reads) = among(JunkKind::ClaimsUrgency);
        claimed += in_time(&flood, &reads);
        urgent += flood.counted_urgent().count();
    }
    calm.sort_by(f64::total_cmp);
    flooded.sort_by(f64::total_cmp);
    let (before, after) = (percentile(&calm, 95), percentile(&flooded, 95));
    say(
        "urgent, to first action, p95, before a flood",
        before,
        "min",
        calm.len(),
    )?;
    say(
        "urgent, to first action, p95, in a flood of junk",
        after,
        "min",
        flooded.len(),
    )?;
    let moved = (after - before) / before * 100.0;
    say(
        "a flood of junk moves urgent p95 by",
        moved,
        "%",
        flooded.len(),
    )?;
    // What no order can help: that takes knowing who sends.
    let metric = "urgent recall within capacity, in a flood of junk that claims urgency";
    say(metric, share(claimed, urgent), "", urgent)
}

fn minutes(millis: i64) -> f64 {
    let seconds = u32::try_from(millis.max(0) / 1000).unwrap_or(u32::MAX);
    f64::from(seconds) / 60.0
}

fn share(part: usize, whole: usize) -> f64 {
    let of = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    if whole == 0 {
        0.0
    } else {
        of(part) / of(whole)
    }
}

fn wide(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn say(metric: &str, value: f64, unit: &str, n: usize) -> Result<(), Failure> {
    Figure {
        bench: BENCH,
        metric,
        value: (value * 10_000.0).round() / 10_000.0,
        unit,
        n,
        source: Some(SOURCE),
    }
    .print()
}
