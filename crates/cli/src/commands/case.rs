//! `watchfire case`: one case, whole.

use server::{Actor, FoundInCase};

use super::{calendar, open, queue};
use crate::Verdict;
use crate::args::Case;
use crate::failure::Failure;
use crate::output;

pub(super) async fn run(args: Case) -> Result<Verdict, Failure> {
    let station = open(&args.place).await?;
    let found = station.case(Actor::Operator, args.id).await?;
    station.close().await?;
    let Some(casefile) = found else {
        output::say(&format!(
            "there is no case {}: see `watchfire queue`",
            args.id
        ))?;
        return Ok(Verdict::No);
    };
    if args.json {
        output::json(&casefile)?;
        return Ok(Verdict::Done);
    }
    output::line(&queue::in_words(&casefile.entry))?;
    for member in &casefile.members {
        output::line(&format!(
            "report {}  came by {}",
            member.report, member.source
        ))?;
    }
    for link in &casefile.links {
        output::line(&format!("link {} – {}: {}", link.from, link.to, link.why))?;
    }
    for suggestion in &casefile.suggestions {
        output::line(&format!(
            "may belong to case {} ({} – {}): {}",
            suggestion.case, suggestion.report, suggestion.to, suggestion.why
        ))?;
    }
    for remark in &casefile.remarks {
        output::line(&format!("report {}: {}", remark.report, remark.text))?;
    }
    for decision in &casefile.decisions {
        output::line(&format!(
            "decision {decision} stands: see `watchfire decisions`"
        ))?;
    }
    for item in &casefile.evidence {
        let kind = item.media_type.as_deref().unwrap_or("type not said");
        let line = format!(
            "file {}  {} B  {kind}  of report {}",
            item.sha256, item.size, item.report
        );
        output::line(&line)?;
        output::line(&format!("    looked into: {}", item.look.in_words()))?;
        for known in &item.matches {
            output::line(&format!("    {}", known_in_words(known)))?;
        }
    }
    for due in &casefile.clocks {
        output::line(&format!("clock {}", calendar::in_words(due)))?;
    }
    Ok(Verdict::Done)
}

/// A match with what a person needs for judging it, and its number for saying so.
fn known_in_words(known: &FoundInCase) -> String {
    let found = &known.found;
    let entry = [Some(&found.id), found.scheme.as_ref(), found.label.as_ref()];
    let entry: Vec<&str> = entry.into_iter().flatten().map(String::as_str).collect();
    let entry = entry.join(" ");
    let near = match found.distance {
        0 => "equal".to_owned(),
        bits => format!("{bits} bits apart, {}", found.seen),
    };
    let held_back = match known.entry_state {
        "listed" => "",
        _ => "; the entry matches no more",
    };
    format!(
        "match {} ({}): list {} of {} ({}), entry {entry}, {} {near}{held_back}",
        known.number,
        known.state,
        found.list,
        found.owner,
        found.purpose.name(),
        found.algorithm
    )
}
