//! `watchfire log`: the custody log's checkpoint, and whether everything agrees with it.

use std::error::Error;

use serde::Serialize;
use server::{LogbookError, OpenError};

use super::open;
use crate::Verdict;
use crate::args::{Log, Place};
use crate::failure::Failure;
use crate::output;

#[derive(Serialize)]
struct Checkpoint {
    origin: String,
    size: u64,
    root: String,
}

#[derive(Serialize)]
struct Verification {
    #[serde(rename = "verified")]
    agrees: bool,
    size: u64,
    message: String,
}

pub(super) async fn run(args: Log) -> Result<Verdict, Failure> {
    match args {
        Log::Checkpoint { place, json } => {
            let station = open(&place).await?;
            station.publish_log().await?;
            let Some((checkpoint, note)) = station.logbook().checkpoint().await else {
                output::say("the log has no checkpoint yet")?;
                return Ok(Verdict::No);
            };
            if json {
                output::json(&Checkpoint {
                    origin: checkpoint.origin().to_owned(),
                    size: checkpoint.size(),
                    root: checkpoint.root().to_string(),
                })?;
            } else {
                output::line(note.trim_end())?;
                output::say(&format!(
                    "verified by {}",
                    station.logbook().verifying_key()
                ))?;
            }
            Ok(Verdict::Done)
        }
        Log::Verify { place, json } => {
            let (agrees, size, message) = match verify(&place).await? {
                Ok(size) => (true, size, format!("{size} entries verified")),
                Err(disagreement) => (false, 0, disagreement),
            };
            if json {
                output::json(&Verification {
                    agrees,
                    size,
                    message,
                })?;
            } else {
                output::line(&message)?;
            }
            Ok(if agrees { Verdict::Done } else { Verdict::No })
        }
    }
}

/// The number of entries that agree, or what does not.
async fn verify(place: &Place) -> Result<Result<u64, String>, Failure> {
    let station = match open(place).await {
        // Opening looks at the newest files of the log and finds some of the damage by itself.
        Err(Failure::Open(OpenError::Log(LogbookError::Publish(error)))) if error.is_damage() => {
            let mut message = error.to_string();
            let mut source = error.source();
            while let Some(cause) = source {
                message = format!("{message}: {cause}");
                source = cause.source();
            }
            return Ok(Err(message));
        }
        opened => opened?,
    };
    let found = station.verify_log().await?;
    Ok(found.map_err(|disagreement| disagreement.to_string()))
}
