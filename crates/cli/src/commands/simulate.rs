//! `watchfire simulate`: writes a synthetic world to a directory.

use std::fs;
use std::path::Path;

use indicatif::ProgressIterator as _;
use model::Clock as _;
use world::World;

use super::report::progress;
use crate::Verdict;
use crate::args::Simulate;
use crate::failure::Failure;
use crate::output;

pub(super) fn run(args: &Simulate) -> Result<Verdict, Failure> {
    let now = args.now.unwrap_or_else(|| vault::SystemClock.now());
    let world = World::new(args.seed, args.reports, now);
    let reports = args.out.join("reports");
    let files = args.out.join("files");
    expect_empty(&args.out)?;
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
    write(&args.out.join("truth.json"), truth.as_bytes())?;
    if args.json {
        output::json(&serde_json::json!({
            "out": args.out, "seed": args.seed, "reports": args.reports, "files": file_count,
        }))?;
    } else {
        output::say(&format!(
            "Wrote {} reports and {file_count} files to {}",
            args.reports,
            args.out.display()
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
