//! `watchfire simulate`: writes a synthetic world to a directory.

mod payments;

use std::fs;
use std::path::Path;

use indicatif::ProgressIterator as _;
use model::Clock as _;
use world::World;

use super::report::progress;
use crate::Verdict;
use crate::args::{Simulate, SimulateWhat};
use crate::failure::Failure;
use crate::output;

pub(super) fn run(args: &Simulate) -> Result<Verdict, Failure> {
    match (&args.what, &args.out) {
        (Some(SimulateWhat::Payments(book)), _) => payments::run(book),
        (None, Some(out)) => run_reports(args, out),
        // The parser sees to it that this is not so.
        (None, None) => Ok(Verdict::No),
    }
}

fn run_reports(args: &Simulate, out: &Path) -> Result<Verdict, Failure> {
    let now = args.now.unwrap_or_else(|| vault::SystemClock.now());
    let world = World::new(args.seed, args.reports, now);
    let reports = out.join("reports");
    let files = out.join("files");
    expect_empty(out)?;
    make_dir(&reports)?;
    make_dir(&files)?;
    let bar = progress(args.reports);
    let mut file_count = 0_u64;
    for report in world.reports().progress_with(bar) {
        write(&reports.join(&report.name), report.xml.as_bytes())?;
        if report.files.is_empty() {
            continue;
        }
        let own = files.join(report.name.trim_end_matches(".xml"));
        make_dir(&own)?;
        for file in &report.files {
            write(&own.join(&file.name), &file.bytes)?;
            file_count += 1;
        }
    }
    let truth = serde_json::to_string_pretty(&world.truth())
        .map_err(|error| Failure::Output(std::io::Error::other(error)))?;
    write(&out.join("truth.json"), truth.as_bytes())?;
    if args.json {
        output::json(&serde_json::json!({
            "out": out, "seed": args.seed, "reports": args.reports, "files": file_count,
        }))?;
    } else {
        output::say(&format!(
            "Wrote {} reports and {file_count} files to {}",
            args.reports,
            out.display()
        ))?;
    }
    Ok(Verdict::Done)
}

pub(super) fn expect_empty(dir: &Path) -> Result<(), Failure> {
    match fs::read_dir(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(Failure::Read {
            path: dir.to_owned(),
            source,
        }),
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Failure::NotEmpty {
                path: dir.to_owned(),
            }),
        },
    }
}

fn make_dir(dir: &Path) -> Result<(), Failure> {
    fs::create_dir_all(dir).map_err(|source| Failure::Write {
        path: dir.to_owned(),
        source,
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|source| Failure::Write {
        path: path.to_owned(),
        source,
    })
}
