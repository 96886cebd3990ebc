//! `watchfire case`: one case, whole.

use server::Actor;

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
    }
    for due in &casefile.clocks {
        output::line(&format!("clock {}", calendar::in_words(due)))?;
    }
    Ok(Verdict::Done)
}
