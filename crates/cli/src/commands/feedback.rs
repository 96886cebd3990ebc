//! `watchfire list feedback`: what was made of a list's matches, for its keeper.

use model::EntryKey;
use serde::Serialize;
use server::{Actor, FeedbackSent, FetchLimits, MatchFeedback};
use wire::lists::Request;
use wire::lists::ncmec::FeedbackSubmission;

use super::open;
use crate::Verdict;
use crate::args::Feedback;
use crate::failure::Failure;
use crate::output;

/// A call to NCMEC's hash sharing.
#[derive(Serialize)]
struct Call<'a> {
    method: &'static str,
    path: &'a str,
    content_type: Option<&'static str>,
    body: Option<&'a str>,
}

pub(super) async fn run(args: Feedback) -> Result<Verdict, Failure> {
    if args.send {
        return send(args).await;
    }
    let station = open(&args.place).await?;
    let feedback = station.list_feedback(Actor::Operator, &args.name).await;
    station.close().await?;
    for said in feedback? {
        if args.format == "json" {
            output::json(&said)?;
        } else {
            call(said, args.reason.as_deref())?;
        }
    }
    Ok(Verdict::Done)
}

async fn send(args: Feedback) -> Result<Verdict, Failure> {
    let station = open(&args.place).await?;
    let (actor, limits) = (Actor::Operator, FetchLimits::default());
    let sent = station.send_feedback(actor, &args.name, args.reason.as_deref(), &limits);
    let sent = sent.await;
    station.close().await?;
    report(&sent?, args.json)
}

fn report(sent: &FeedbackSent, json: bool) -> Result<Verdict, Failure> {
    if json {
        output::json(sent)?;
    } else {
        for why in &sent.refused {
            output::say(&format!("{}: {why}", sent.list))?;
        }
        output::line(&format!(
            "{}: its keeper was told of {} hashes, {} not taken",
            sent.list,
            sent.told,
            sent.refused.len()
        ))?;
    }
    Ok(if sent.refused.is_empty() {
        Verdict::Done
    } else {
        Verdict::SomeRefused
    })
}

fn call(said: MatchFeedback, reason: Option<&str>) -> Result<(), Failure> {
    let submission = FeedbackSubmission::of(said.affirms, reason);
    let key = EntryKey {
        member: said.member,
        id: said.id,
    };
    let call = Request::feedback(&key, &said.kind, &submission);
    output::json(&Call {
        method: call.method,
        path: &call.path,
        content_type: call.content_type,
        body: call.body.as_deref(),
    })
}
