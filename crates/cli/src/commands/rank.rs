//! `watchfire rank`: why a case stands where it does, and whether and how ranks come out anew.

use std::fmt::Write as _;
use std::path::Path;

use model::{CaseId, Finding, Override, Score};
use serde::Serialize;
use server::{
    Actor, Explanation, Mismatch, RanksVerified, Replay, ReplaySummary, ReplayedCase, Station,
};

use super::open;
use crate::Verdict;
use crate::args::Rank;
use crate::failure::Failure;
use crate::output;

pub(super) async fn run(args: Rank) -> Result<Verdict, Failure> {
    // A bad policy is refused before anything is read.
    let policy = args
        .policy
        .as_deref()
        .map(server::read_policy)
        .transpose()?;
    let station = open(&args.place).await?;
    let verdict = match (args.explain, policy, &args.policy) {
        (Some(case), ..) => explain(&station, case, args.json).await?,
        (None, Some(policy), Some(path)) => {
            let replay = station
                .replay_ranks(Actor::Operator, &policy, args.limit)
                .await?;
            print_replay(&replay, policy.version(), path, args.json)?;
            Verdict::Done
        }
        _ => print_verified(&station.verify_ranks(Actor::Operator).await?, args.json)?,
    };
    station.close().await?;
    Ok(verdict)
}

async fn explain(station: &Station, case: CaseId, json: bool) -> Result<Verdict, Failure> {
    let Some(explanation) = station.explain(Actor::Operator, case).await? else {
        output::say(&format!("there is no case {case}: see `watchfire queue`"))?;
        return Ok(Verdict::No);
    };
    if json {
        output::json(&explanation)?;
    } else {
        output::line(&in_words(&explanation))?;
    }
    if explanation.policy != explanation.ranked_under {
        output::say(&format!(
            "case {} was ranked under policy {}; the policy at hand is {}, so that sources of \
             rules are shown only where both versions agree",
            explanation.case, explanation.ranked_under, explanation.policy
        ))?;
    }
    Ok(Verdict::Done)
}

/// The rank as a sum: what stands above it, each summand with its source, the totals.
fn in_words(explanation: &Explanation) -> String {
    let mut text = format!(
        "case {}  ranked under policy {}\n{}",
        explanation.case,
        explanation.ranked_under,
        match explanation.raised {
            Some(raised) => format!("override  {}: above every score", raised.words()),
            None => "override  none".to_owned(),
        }
    );
    for (score, name, sum) in [
        (Score::Danger, "danger", explanation.danger),
        (
            Score::Actionability,
            "actionability",
            explanation.actionability,
        ),
    ] {
        // Writing to a String cannot fail.
        write!(text, "\n{name} {sum}, the sum of").unwrap_or_default();
        for reason in &explanation.reasons {
            let finding = &reason.finding;
            if finding.score != score {
                continue;
            }
            let raises = finding
                .raises
                .map_or(String::new(), |raised| format!("  [{}]", raised.words()));
            let source = reason.source.as_deref();
            write!(
                text,
                "\n    {:+4}  {}{raises}\n          rule {}, policy {}\n          source: {}",
                finding.points,
                finding.text,
                finding.rule,
                finding.version,
                source.unwrap_or("that version is not at hand"),
            )
            .unwrap_or_default();
        }
    }
    write!(
        text,
        "\nwaiting {:+}, beside danger in the queue\n          {}\n          source: {}",
        explanation.waiting, explanation.waiting_text, explanation.waiting_source,
    )
    .unwrap_or_default();
    text
}

/// The last line of a replay in JSON.
#[derive(Serialize)]
struct Total<'a> {
    policy: &'a str,
    #[serde(flatten)]
    summary: ReplaySummary,
    unreadable: usize,
}

fn print_replay(replay: &Replay, policy: &str, path: &Path, json: bool) -> Result<(), Failure> {
    if json {
        for case in &replay.cases {
            output::json(case)?;
        }
        return output::json(&Total {
            policy,
            summary: replay.summary,
            unreadable: replay.unreadable,
        });
    }
    for case in &replay.cases {
        output::line(&change_in_words(case))?;
    }
    let ReplaySummary {
        cases,
        changed,
        moved,
        override_changed,
        urgent_gained,
        urgent_lost,
        top,
        top_changed,
    } = replay.summary;
    output::line(&format!(
        "under policy {policy} ({}), of {cases} cases {changed} have another rank or other \
         reasons, and {moved} another place\n\
         overrides: {override_changed} cases change theirs, {urgent_gained} gain one that had \
         none, {urgent_lost} lose theirs\n\
         top {top}: {top_changed} cases enter it, and as many leave it",
        path.display(),
    ))?;
    if replay.unreadable > 0 {
        output::say(&format!(
            "{} cases hold a shredded report and cannot be ranked anew",
            replay.unreadable
        ))?;
    }
    Ok(())
}

fn change_in_words(case: &ReplayedCase) -> String {
    let (before, after) = (case.change.before, case.change.after);
    let raised = |raised: Option<Override>| raised.map_or("no override", Override::words);
    let mut text = format!(
        "case {}  place {} → {}  danger {} → {}  actionable {} → {}  [{} → {}]",
        case.change.case,
        before.place,
        after.place,
        before.rank.danger,
        after.rank.danger,
        before.rank.actionability,
        after.rank.actionability,
        raised(before.rank.raised),
        raised(after.rank.raised),
    );
    let mut add = |sign: &str, points: String, finding: &Finding| {
        let score = match finding.score {
            Score::Danger => "danger",
            Score::Actionability => "action",
        };
        let line = format!(
            "\n  {sign} {score} {points}  {}  {}",
            finding.rule, finding.text
        );
        text.push_str(&line);
    };
    for finding in &case.reasons.added {
        add("new ", format!("{:+}", finding.points), finding);
    }
    for finding in &case.reasons.removed {
        add("gone", format!("{:+}", finding.points), finding);
    }
    for altered in &case.reasons.changed {
        let points = format!("{:+} → {:+}", altered.before.points, altered.after.points);
        add("now ", points, &altered.after);
    }
    text
}

/// What a verification found, in JSON.
#[derive(Serialize)]
struct Found<'a> {
    verified: bool,
    #[serde(flatten)]
    found: &'a RanksVerified,
}

fn print_verified(found: &RanksVerified, json: bool) -> Result<Verdict, Failure> {
    let verified = found.failed.is_empty();
    if json {
        output::json(&Found { verified, found })?;
    } else {
        for failed in &found.failed {
            for mismatch in &failed.mismatches {
                output::line(&format!(
                    "case {}: {}",
                    failed.case,
                    mismatch_in_words(*mismatch)
                ))?;
            }
        }
        output::line(&format!(
            "{} of {} cases replay under policy {}; the findings of {} reports were made anew",
            found.cases - found.failed.len(),
            found.cases,
            found.policy,
            found.replayed,
        ))?;
    }
    if found.other_version > 0 {
        output::say(&format!(
            "{} reports were judged under another version of the policy, which is not at hand: \
             that their points add up was checked, how they were found was not",
            found.other_version
        ))?;
    }
    Ok(if verified { Verdict::Done } else { Verdict::No })
}

fn mismatch_in_words(mismatch: Mismatch) -> String {
    match mismatch {
        Mismatch::Sums => "its numbers are not the sums of its reasons".to_owned(),
        Mismatch::Reasons => "its reasons are not those of its reports".to_owned(),
        Mismatch::Findings { report } => format!(
            "report {report} gives other findings now: the policy was changed without a new \
             version, or somebody changed what is stored"
        ),
    }
}
