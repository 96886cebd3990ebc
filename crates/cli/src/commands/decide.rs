//! `watchfire merge`, `split`, `undo` and `decisions`: what a person decides about cases.

use server::{Actor, Decided, IntakeError};

use super::open;
use crate::Verdict;
use crate::args::{Decisions, Merge, Split, Undo};
use crate::failure::Failure;
use crate::output;

pub(super) async fn merge(args: Merge) -> Result<Verdict, Failure> {
    let station = open(&args.place).await?;
    let actor = Actor::Operator;
    let decided = station
        .merge_cases(actor, args.one, args.other, &args.reason)
        .await;
    station.close().await?;
    print(decided, args.json)
}

pub(super) async fn split(args: Split) -> Result<Verdict, Failure> {
    let station = open(&args.place).await?;
    let actor = Actor::Operator;
    let decided = station
        .split_case(actor, args.case, &args.reports, &args.reason)
        .await;
    station.close().await?;
    print(decided, args.json)
}

pub(super) async fn undo(args: Undo) -> Result<Verdict, Failure> {
    let station = open(&args.place).await?;
    let decided = station.undo(Actor::Operator, args.decision).await;
    station.close().await?;
    print(decided, args.json)
}

pub(super) async fn list(args: Decisions) -> Result<Verdict, Failure> {
    let station = open(&args.place).await?;
    let decisions = station.decisions(args.limit).await;
    station.close().await?;
    for decision in decisions? {
        if args.json {
            output::json(&decision)?;
            continue;
        }
        let undone = decision
            .undone
            .map_or(String::new(), |at| format!("  undone {at}"));
        output::line(&format!(
            "decision {}  {}  {}{undone}\n    {}\n    reports {} | {}",
            decision.decision,
            decision.kind,
            decision.made,
            decision.reason,
            numbers(&decision.one),
            numbers(&decision.other),
        ))?;
    }
    Ok(Verdict::Done)
}

fn print(decided: Result<Decided, IntakeError>, json: bool) -> Result<Verdict, Failure> {
    let decided = decided?;
    if json {
        output::json(&decided)?;
    } else {
        output::line(&format!(
            "decision {}: its reports stand in {} {} now",
            decided.decision,
            if decided.cases.len() == 1 {
                "case"
            } else {
                "cases"
            },
            numbers(&decided.cases),
        ))?;
    }
    Ok(Verdict::Done)
}

fn numbers(ids: &[impl ToString]) -> String {
    let numbers: Vec<String> = ids.iter().map(ToString::to_string).collect();
    numbers.join(", ")
}
