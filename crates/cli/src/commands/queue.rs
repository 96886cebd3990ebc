//! `watchfire queue`: cases, the most endangered child first.

use std::fmt::Write as _;

use model::Score;
use server::{QueueEntry, Station};

use super::open;
use crate::Verdict;
use crate::args::Queue;
use crate::failure::Failure;
use crate::output;

/// Cases read from the database at a time.
const PAGE: usize = 100;

pub(super) async fn run(args: Queue) -> Result<Verdict, Failure> {
    let station = open(&args.place).await?;
    print_top(&station, args.limit, args.json).await?;
    station.close().await?;
    Ok(Verdict::Done)
}

/// Prints the first `limit` cases of the queue.
pub(super) async fn print_top(station: &Station, limit: usize, json: bool) -> Result<(), Failure> {
    let mut after = None;
    let mut left = limit;
    loop {
        let page = station.queue(after.as_ref(), left.min(PAGE)).await?;
        left = left.saturating_sub(page.entries.len());
        for entry in &page.entries {
            if json {
                output::json(entry)?;
            } else {
                output::line(&in_words(entry))?;
            }
        }
        after = page.next;
        if after.is_none() || left == 0 {
            return Ok(());
        }
    }
}

/// A case in words: its rank, and under it every reason.
pub(super) fn in_words(entry: &QueueEntry) -> String {
    let mut text = format!(
        "case {}  danger {}  actionable {}  {}{} {}",
        entry.case,
        entry.danger,
        entry.actionability,
        entry
            .raised
            .map_or(String::new(), |raised| format!("[{}]  ", raised.words())),
        entry.reports,
        if entry.reports == 1 {
            "report"
        } else {
            "reports"
        },
    );
    if let Some(storm) = &entry.storm {
        // Writing to a String cannot fail.
        write!(
            text,
            "\n    storm {}  stands for {} reports with the same {}, in {} cases",
            storm.storm, storm.reports, storm.kind, storm.cases
        )
        .unwrap_or_default();
    }
    if entry.waiting > 0 {
        write!(text, "\n    waiting {:+}", entry.waiting).unwrap_or_default();
    }
    let mut reasons: Vec<_> = entry.reasons.iter().collect();
    reasons.sort_by_key(|reason| (reason.score, -reason.points));
    for reason in reasons {
        let score = match reason.score {
            Score::Danger => "danger",
            Score::Actionability => "action",
        };
        // Writing to a String cannot fail.
        write!(text, "\n    {score} {:+4}  {}", reason.points, reason.text).unwrap_or_default();
    }
    text
}
