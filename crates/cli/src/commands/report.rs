//! `watchfire report`: the command-line door. Goes on past every refusal, and names each.

use std::fs;
use std::path::{Path, PathBuf};

use futures_util::{StreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use model::{Door, ReportId, limits};
use serde::Serialize;
use server::{Actor, IntakeError, IntakeRefusal, Origin, Station};

use super::open_or_create;
use crate::Verdict;
use crate::args::Report;
use crate::failure::Failure;
use crate::output;

/// Reports under way at a time: enough to fill a transaction, few enough to stay small in memory.
const UNDER_WAY: usize = 256;

/// A file to take, and the name it is kept under.
struct Item {
    path: PathBuf,
    source: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Line {
    Taken {
        file: String,
        report: ReportId,
        repeated: bool,
        /// Completeness, and what would have helped.
        #[serde(flatten)]
        help: triage::Help,
    },
    Refused {
        file: String,
        line: Option<u32>,
        refused: String,
        message: String,
    },
}

pub(super) async fn run(args: Report) -> Result<Verdict, Failure> {
    let items = list(&args.paths)?;
    let station = open_or_create(&args.place).await?;
    let bar = progress(items.len());
    let mut taken = stream::iter(items)
        // Numbered in the order of the input, before any task can be quicker than another.
        .then(|item| async {
            let number = station.number_report().await;
            (item, number)
        })
        // Tasks of their own, so that parsing and sealing use every core.
        .map(|(item, number)| {
            let station = station.clone();
            tokio::spawn(async move { take(&station, item, number?).await })
        })
        .buffered(UNDER_WAY)
        .boxed_local();
    let (mut kept, mut repeated_count, mut refused) = (0_u64, 0_u64, 0_u64);
    while let Some(line) = taken.next().await {
        let line = line.map_err(Failure::Task)??;
        bar.inc(1);
        match &line {
            Line::Taken { repeated: true, .. } => repeated_count += 1,
            Line::Taken { .. } => kept += 1,
            Line::Refused {
                file,
                line,
                message,
                ..
            } => {
                refused += 1;
                if !args.json {
                    let place = line.map_or(file.clone(), |line| format!("{file}:{line}"));
                    bar.suspend(|| output::say(&format!("{place}: {message}")))?;
                }
            }
        }
        if args.json {
            bar.suspend(|| output::json(&line))?;
        }
    }
    bar.finish_and_clear();
    drop(taken);
    station.close().await?;
    if !args.json {
        output::line(&format!(
            "{kept} taken, {repeated_count} known already, {refused} refused"
        ))?;
    }
    Ok(if refused > 0 {
        Verdict::SomeRefused
    } else {
        Verdict::Done
    })
}

/// A progress bar on a terminal, nothing elsewhere.
pub(super) fn progress(count: usize) -> ProgressBar {
    let bar = ProgressBar::new(count as u64);
    let style =
        ProgressStyle::with_template("{wide_bar} {pos}/{len} reports  {per_sec}  {eta} left");
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

async fn take(station: &Station, item: Item, number: ReportId) -> Result<Line, Failure> {
    let document = match read(&item.path) {
        Ok(document) => document,
        Err(message) => {
            let refused = "report.unreadable".to_owned();
            return Ok(Line::Refused {
                file: shown(&item.path),
                line: None,
                refused,
                message,
            });
        }
    };
    let is_json = item
        .path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("json"));
    let parsed = if is_json {
        wire::ispws::parse_report_json(&document)
    } else {
        wire::ispws::parse_report(&document)
    };
    let report = match parsed {
        Ok(report) => report,
        Err(refusal) => {
            return Ok(Line::Refused {
                file: shown(&item.path),
                line: Some(refusal.line),
                refused: refusal.code().to_owned(),
                message: refusal.message.clone(),
            });
        }
    };
    let origin = Origin {
        door: Door::CommandLine,
        source: Some(&item.source),
    };
    match station
        .submit_whole(Actor::Operator, origin, number, &document, &report)
        .await
    {
        Ok((submitted, help)) => Ok(Line::Taken {
            file: shown(&item.path),
            report: submitted.report,
            repeated: submitted.repeated,
            help,
        }),
        Err(IntakeError::Refused(refusal)) => Ok(refused(&item.path, &refusal)),
        Err(fault) => Err(fault.into()),
    }
}

fn refused(path: &Path, refusal: &IntakeRefusal) -> Line {
    Line::Refused {
        file: shown(path),
        line: None,
        refused: refusal.code().to_owned(),
        message: refusal.to_string(),
    }
}

/// The bytes of a file within the door's limit, or why not.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let size_bytes = fs::metadata(path)
        .map_err(|error| format!("cannot be read: {error}"))?
        .len();
    if size_bytes > limits::DOCUMENT_BYTES_MAX as u64 {
        return Err(format!(
            "is larger than {} bytes, which is the most a report may have",
            limits::DOCUMENT_BYTES_MAX
        ));
    }
    fs::read(path).map_err(|error| format!("cannot be read: {error}"))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Every file to take, in order: files as named, directories by the names of their files.
fn list(paths: &[PathBuf]) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    for path in paths {
        let unreadable = |source| Failure::Read {
            path: path.clone(),
            source,
        };
        if fs::metadata(path).map_err(unreadable)?.is_dir() {
            list_dir(path, path, &mut items)?;
        } else {
            let name = path.file_name().unwrap_or(path.as_os_str());
            let source = name.to_string_lossy().into_owned();
            items.push(Item {
                path: path.clone(),
                source,
            });
        }
    }
    Ok(items)
}

fn list_dir(root: &Path, dir: &Path, items: &mut Vec<Item>) -> Result<(), Failure> {
    let unreadable = |source| Failure::Read {
        path: dir.to_owned(),
        source,
    };
    let mut entries = fs::read_dir(dir)
        .map_err(unreadable)?
        .collect::<Result<Vec<_>, _>>()
        .map_err(unreadable)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // Links inside a directory are not followed: they could lead in circles or out of it.
        let kind = entry.file_type().map_err(unreadable)?;
        let is_report = path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("xml") || end.eq_ignore_ascii_case("json"));
        if kind.is_dir() {
            list_dir(root, &path, items)?;
        } else if kind.is_file() && is_report {
            let source = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .display()
                .to_string();
            items.push(Item { path, source });
        }
    }
    Ok(())
}
