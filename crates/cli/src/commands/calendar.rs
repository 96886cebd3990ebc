//! `watchfire calendar`: what runs out, and stopping a clock.

use server::{Actor, CaseClock, ClockError};

use super::open;
use crate::Verdict;
use crate::args::{Calendar, CalendarAct};
use crate::failure::Failure;
use crate::output;

pub(super) async fn run(args: Calendar) -> Result<Verdict, Failure> {
    if let Some(CalendarAct::Done {
        case,
        clock,
        place,
        json,
    }) = args.act
    {
        let station = open(&place).await?;
        let stopped = station.stop_clock(Actor::Operator, case, &clock).await;
        station.close().await?;
        return match stopped {
            Ok(stopped) => {
                print(&stopped, json)?;
                Ok(Verdict::Done)
            }
            Err(ClockError::Intake(error)) => Err(error.into()),
            Err(refusal) => {
                output::say(&refusal.to_string())?;
                Ok(Verdict::No)
            }
        };
    }
    let station = open(&args.place).await?;
    let clocks = station.calendar(args.within).await?;
    station.close().await?;
    for clock in &clocks {
        print(clock, args.json)?;
    }
    Ok(Verdict::Done)
}

fn print(clock: &CaseClock, json: bool) -> Result<(), Failure> {
    if json {
        output::json(clock)
    } else {
        let CaseClock { case, due } = clock;
        output::line(&format!("case {case}  {}", in_words(due)))
    }
}

/// A clock in words.
pub(super) fn in_words(due: &triage::Due) -> String {
    format!(
        "{} ({})  {}  until {}  {}",
        due.clock,
        due.kind.name(),
        due.state.name(),
        due.due,
        due.text
    )
}
