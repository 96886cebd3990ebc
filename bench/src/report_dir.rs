//! A directory of report files without evidence through `watchfire report DIR`.

use std::fs;

use model::Clock as _;
use world::{PictureSize, World};

use crate::failure::Failure;
use crate::figure::{per, print};
use crate::place::Place;
use crate::program::{self, command, measured};

const BENCH: &str = "report-dir";

pub(crate) fn run(place: &Place, reports: usize) -> Result<(), Failure> {
    let dir = place.path("reports");
    fs::create_dir_all(&dir).map_err(Failure::at(&dir))?;
    let world = World::new(1, reports, vault::SystemClock.now()).with_pictures(PictureSize::Empty);
    for report in world.reports() {
        let path = dir.join(&report.name);
        fs::write(&path, &report.xml).map_err(Failure::at(path))?;
    }
    let mut command = command(&["report"])?;
    command.arg(&dir).args(place.arguments());
    let (seconds, usage) = measured(command, "watchfire report")?;
    print(BENCH, "reports", per(reports, seconds), "1/s", reports)?;
    let cpu_ms = usage.cpu_seconds * 1000.0 / per(reports, 1.0);
    print(BENCH, "processor per report", cpu_ms, "ms", reports)?;
    print(BENCH, "resident at most", usage.rss_peak_mb, "MB", 1)?;
    program::verify_log(place)
}
