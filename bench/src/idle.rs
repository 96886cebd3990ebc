//! What a server costs that nobody uses: the size of the program, the first answer, memory at rest.

use std::fs;
use std::time::Duration;

use crate::failure::Failure;
use crate::figure::print;
use crate::http::Connection;
use crate::place::Place;
use crate::program::{Serving, watchfire};

const BENCH: &str = "idle";
/// Starts that the median is taken of, after the first, which also makes database and keys.
const STARTS: usize = 5;
const REST: Duration = Duration::from_secs(5);

pub(crate) fn run(place: &Place) -> Result<(), Failure> {
    let program = watchfire()?;
    let size_bytes = fs::metadata(&program).map_err(Failure::at(program))?.len();
    let size_mb = Duration::from_micros(size_bytes).as_secs_f64();
    print(BENCH, "program", size_mb, "MB", 1)?;
    let (first, serving) = first_answer(place)?;
    print(BENCH, "first answer, new directory", first, "ms", 1)?;
    serving.stop()?;
    let mut starts = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let (millis, serving) = first_answer(place)?;
        starts.push(millis);
        serving.stop()?;
    }
    starts.sort_by(f64::total_cmp);
    print(BENCH, "first answer", starts[STARTS / 2], "ms", STARTS)?;
    let (_, serving) = first_answer(place)?;
    std::thread::sleep(REST);
    print(
        BENCH,
        "resident after 5 s",
        serving.usage()?.rss_mb,
        "MB",
        1,
    )?;
    serving.stop()
}

/// Milliseconds from the start of the process to an answer over HTTP.
fn first_answer(place: &Place) -> Result<(f64, Serving), Failure> {
    let serving = Serving::start(place)?;
    // Nobody is signed in, and to be told so is an answer.
    Connection::open(serving.address)?
        .get("/", "")?
        .expect(401, "a first request")?;
    Ok((serving.started.millis(), serving))
}
