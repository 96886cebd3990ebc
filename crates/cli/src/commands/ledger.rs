//! `watchfire ledger` and `watchfire outcome`: what senders' reports were like, and what came of
//! one.

use std::fmt::Write as _;

use serde::Serialize;
use server::{Actor, SenderLedger};
use triage::ledger::Period;

use super::open;
use crate::Verdict;
use crate::args::{Ledger, Outcome};
use crate::failure::Failure;
use crate::output;

/// A sender in the list of all: the summary without the weeks.
#[derive(Serialize)]
struct Listed<'a> {
    sender: Option<&'a str>,
    #[serde(flatten)]
    summary: &'a triage::ledger::Summary,
}

pub(super) async fn run(args: Ledger) -> Result<Verdict, Failure> {
    let station = open(&args.place).await?;
    let ledgers = station.ledgers().await?;
    station.close().await?;
    let Some(name) = &args.sender else {
        for ledger in &ledgers {
            list(ledger, args.json)?;
        }
        return Ok(Verdict::Done);
    };
    // A name may have been given again after its account was revoked: each has a ledger.
    let mut named = ledgers
        .iter()
        .filter(|ledger| ledger.sender.as_ref() == Some(name))
        .peekable();
    if named.peek().is_none() {
        output::say("there is no sender of that name: see `watchfire ledger`")?;
        return Ok(Verdict::No);
    }
    for ledger in named {
        print(ledger, args.json)?;
    }
    Ok(Verdict::Done)
}

pub(super) async fn outcome(args: Outcome) -> Result<Verdict, Failure> {
    let station = open(&args.place).await?;
    let recorded = station
        .record_outcome(Actor::Operator, args.report, args.code)
        .await;
    station.close().await?;
    recorded?;
    if args.json {
        output::json(&serde_json::json!({ "report": args.report, "outcome": args.code }))?;
    } else {
        let words = format!("Recorded of report {}: {}", args.report, args.code);
        output::line(&words)?;
    }
    Ok(Verdict::Done)
}

fn list(ledger: &SenderLedger, json: bool) -> Result<(), Failure> {
    let sender = ledger.sender.as_deref();
    let summary = &ledger.summary;
    if json {
        return output::json(&Listed { sender, summary });
    }
    output::line(&format!(
        "{}\tlast {} weeks: {}; trend {}",
        sender.unwrap_or_default(),
        summary.weeks,
        in_words(&summary.recent),
        summary.trend.direction.name()
    ))
}

fn print(ledger: &SenderLedger, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(ledger);
    }
    list(ledger, false)?;
    for week in &ledger.weeks {
        let words = in_words(&week.period);
        output::line(&format!("week of {}: {words}", day(week.week_start)))?;
    }
    let missing = &ledger.summary.recent.missing;
    if !missing.is_empty() {
        output::line("What would have helped most:")?;
    }
    for gap in missing {
        output::line(&format!("    {} (missing in {})", gap.field, gap.reports))?;
    }
    Ok(())
}

fn in_words(period: &Period) -> String {
    let percent = |share: Option<i64>| share.map_or("–".to_owned(), |share| format!("{share} %"));
    let mut words = format!(
        "{} reports, complete {}, duplicates {}",
        period.reports,
        percent(period.completeness),
        percent(period.duplicate_percent)
    );
    for (name, times) in [
        ("urgent", period.urgent),
        ("pointing at nobody", period.points_at_nobody),
        ("retracted", period.retracted),
        ("expired", period.expired),
    ] {
        if times > 0 {
            // Writing to a String cannot fail.
            write!(words, ", {times} {name}").unwrap_or_default();
        }
    }
    for (outcome, times) in &period.outcomes {
        write!(words, ", {times} {outcome}").unwrap_or_default();
    }
    words
}

/// The date of a moment.
fn day(at: model::Timestamp) -> String {
    at.to_string().chars().take("2026-01-02".len()).collect()
}
