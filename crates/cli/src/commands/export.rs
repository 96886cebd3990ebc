//! `watchfire list export`: a list on standard output, in a format that others read.

use std::io::{self, Write as _};

use model::Timestamp;
use server::Actor;
use wire::lists::{Target, VicsVersion, Writer};

use super::open;
use crate::Verdict;
use crate::args::Place;
use crate::failure::Failure;
use crate::output;

/// The national model of VICS 2.0 unless said.
const MODEL_DEFAULT: &str = "Default";

pub(super) async fn run(
    name: &str,
    format: &str,
    model: Option<String>,
    place: &Place,
) -> Result<Verdict, Failure> {
    let station = open(place).await?;
    let mut writer = Writer::new(target(format, model, station.now()));
    let mut left_out = Vec::new();
    let mut broken = put(&writer.begin()).err();
    let exported = station
        .export_list(Actor::Operator, name, |entry| {
            if broken.is_some() {
                return;
            }
            match writer.entry(&entry) {
                Ok(text) => broken = put(&text).err(),
                Err(why) => left_out.push(why),
            }
        })
        .await;
    station.close().await?;
    exported?;
    if let Some(error) = broken {
        return Err(Failure::Output(error));
    }
    put(&writer.end()).map_err(Failure::Output)?;
    for why in &left_out {
        output::say(&why.to_string())?;
    }
    Ok(if left_out.is_empty() {
        Verdict::Done
    } else {
        Verdict::SomeRefused
    })
}

fn put(text: &str) -> io::Result<()> {
    io::stdout().lock().write_all(text.as_bytes())
}

fn target(format: &str, model: Option<String>, now: Timestamp) -> Target {
    let vics = |version, model| Target::Vics { version, model };
    match format {
        "vics" => vics(
            VicsVersion::V2_0,
            Some(model.unwrap_or_else(|| MODEL_DEFAULT.to_owned())),
        ),
        "vics-1.3" => vics(VicsVersion::V1_3, None),
        "icse" => Target::Icse,
        "stopncii" => Target::StopNcii { at: now },
        "tat" => Target::Tat {
            confidence_percent: 100,
        },
        _ => Target::Csv,
    }
}
