//! How time and memory grow with the rows of a book, each size in a process of its own, and a plot.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::failure::Failure;
use crate::figure::print;

const BENCH: &str = "growth";
/// Millions of rows.
const SIZES: [u32; 4] = [1, 5, 23, 100];
/// The workloads, and their colours.
const WORKLOADS: [(&str, &str); 2] = [("windows", "#0b5394"), ("screen", "#a64d00")];

/// A size, and what it took.
#[derive(Debug, Clone, Copy)]
struct Point {
    millions: u32,
    cpu_seconds: f64,
    peak_mb: f64,
}

#[derive(Deserialize)]
struct Line {
    metric: String,
    value: f64,
}

/// Measures each workload at each size up to `millions_max`, and writes `growth.svg` into `dir`.
pub(crate) fn run(dir: &Path, millions_max: u32) -> Result<(), Failure> {
    let mut curves = Vec::new();
    for (workload, colour) in WORKLOADS {
        let sizes = SIZES.into_iter();
        let sizes = sizes.filter(|millions| *millions <= millions_max);
        let points = sizes.map(|millions| point(dir, workload, millions));
        curves.push((workload, colour, points.collect::<Result<Vec<_>, _>>()?));
    }
    let path = dir.join("growth.svg");
    fs::write(&path, plot(&curves)).map_err(Failure::at(path))
}

fn point(dir: &Path, workload: &str, millions: u32) -> Result<Point, Failure> {
    let own = std::env::current_exe().map_err(Failure::at("this program"))?;
    let rows = millions * 1_000_000;
    let ran = Command::new(&own)
        .args([workload, "--size", &rows.to_string(), "--dir"])
        .arg(dir)
        .output();
    let ran = ran.map_err(|source| Failure::Run {
        program: own.display().to_string(),
        source,
    })?;
    if !ran.status.success() {
        return Err(Failure::Ended {
            what: format!("{workload} of {millions} million rows"),
            status: ran.status.to_string(),
        });
    }
    let text = String::from_utf8_lossy(&ran.stdout);
    let value = |metric: &str| {
        let lines = text.lines().map(serde_json::from_str::<Line>);
        let mut lines = lines.filter_map(Result::ok);
        let line = lines.find(|line| line.metric == metric);
        line.map(|line| line.value)
            .ok_or(Failure::Unexpected { what: "a workload" })
    };
    let point = Point {
        millions,
        cpu_seconds: value("cpu")?,
        peak_mb: value("peak memory")?,
    };
    let rows = rows as usize;
    print(
        BENCH,
        &format!("{workload}: cpu"),
        point.cpu_seconds,
        "s",
        rows,
    )?;
    print(
        BENCH,
        &format!("{workload}: peak memory"),
        point.peak_mb,
        "MB",
        rows,
    )?;
    Ok(point)
}

type Curve<'a> = (&'a str, &'a str, Vec<Point>);

/// Width and height of a panel, and what stands left of it and above.
const PANEL: (f64, f64) = (300.0, 220.0);
const LEFT: f64 = 60.0;
const TOP: f64 = 40.0;

/// Two panels, both axes by powers of ten: what is linear is as steep as the dashes.
fn plot(curves: &[Curve<'_>]) -> String {
    let mut out = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 310\" role=\"img\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<title>Time and memory by the rows of a \
         book</title>\n<rect width=\"760\" height=\"310\" fill=\"#fff\"/>\n",
    );
    panel(
        &mut out,
        LEFT,
        "seconds of processor",
        0.1,
        curves,
        |point| point.cpu_seconds,
    );
    panel(
        &mut out,
        LEFT + 370.0,
        "peak memory, MB",
        10.0,
        curves,
        |point| point.peak_mb,
    );
    for (place, (workload, colour, _)) in (0_u32..).zip(curves) {
        let x = LEFT + 10.0 + f64::from(place) * 110.0;
        line(&mut out, (x, 300.0), (x + 20.0, 300.0), colour, "");
        text(&mut out, (x + 26.0, 304.0), "start", workload);
    }
    text(&mut out, (700.0, 304.0), "end", "dashes: linear");
    out.push_str("</svg>\n");
    out
}

/// Four powers of ten from `least` up, two to the right from a million.
fn panel(
    out: &mut String,
    left: f64,
    name: &str,
    least: f64,
    curves: &[Curve<'_>],
    value: impl Fn(&Point) -> f64,
) {
    const DECADES: f64 = 3.0;
    let (width, height) = PANEL;
    let bottom = TOP + height;
    let x = |millions: f64| left + millions.log10() / 2.0 * width;
    let y = |value: f64| bottom - (value / least).log10() / DECADES * height;
    text(out, (left, TOP - 14.0), "start", name);
    for decade in 0..=3 {
        let value = least * 10_f64.powi(decade);
        line(out, (left, y(value)), (left + width, y(value)), "#ccc", "");
        text(out, (left - 6.0, y(value) + 4.0), "end", &value.to_string());
    }
    for millions in SIZES {
        let at = x(f64::from(millions));
        line(out, (at, TOP), (at, bottom), "#ccc", "");
        text(out, (at, bottom + 16.0), "middle", &format!("{millions} M"));
    }
    for (_, colour, points) in curves {
        let at = |point: &Point| (x(f64::from(point.millions)), y(value(point)));
        for pair in points.windows(2) {
            line(out, at(&pair[0]), at(&pair[1]), colour, "");
        }
        if let [first, .., last] = points.as_slice() {
            let times = f64::from(last.millions) / f64::from(first.millions);
            let linear = (at(last).0, y(value(first) * times));
            line(out, at(first), linear, colour, "4 4");
        }
    }
}

fn line(out: &mut String, from: (f64, f64), to: (f64, f64), colour: &str, dashes: &str) {
    let dashes = if dashes.is_empty() {
        String::new()
    } else {
        format!(" stroke-dasharray=\"{dashes}\"")
    };
    writeln!(
        out,
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\"{dashes}/>",
        from.0, from.1, to.0, to.1
    )
    .unwrap_or_default();
}

fn text(out: &mut String, (x, y): (f64, f64), anchor: &str, words: &str) {
    writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>"
    )
    .unwrap_or_default();
}
