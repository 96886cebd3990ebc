//! `watchfire storm`: many reports of one thing, each with where it came from.

use server::Actor;

use super::open;
use crate::Verdict;
use crate::args::Storm;
use crate::failure::Failure;
use crate::output;

pub(super) async fn run(args: Storm) -> Result<Verdict, Failure> {
    let station = open(&args.place).await?;
    let found = station.storm(Actor::Operator, args.id).await;
    station.close().await?;
    let Some(storm) = found? else {
        let text = format!("there is no storm {}: see `watchfire queue`", args.id);
        output::say(&text)?;
        return Ok(Verdict::No);
    };
    if args.json {
        output::json(&storm)?;
        return Ok(Verdict::Done);
    }
    output::line(&format!(
        "storm {}  {} reports with the same {}  {} cases in one row, led by case {}",
        storm.summary.storm,
        storm.summary.reports,
        storm.summary.kind,
        storm.summary.cases,
        storm.lead
    ))?;
    for member in &storm.members {
        let news = if member.news {
            "  brought news: its case has a row of its own"
        } else {
            ""
        };
        output::line(&format!(
            "report {}  case {}  came by {}{news}",
            member.report, member.case, member.source
        ))?;
    }
    Ok(Verdict::Done)
}
