//! Figures: one JSON object a line on stdout.

use std::io::{self, Write as _};

use clap::ValueEnum;
use serde::Serialize;

use crate::failure::Failure;

/// One figure.
#[derive(Debug, Serialize)]
pub(crate) struct Figure<'a> {
    pub(crate) bench: &'a str,
    pub(crate) metric: &'a str,
    pub(crate) value: f64,
    pub(crate) unit: &'a str,
    /// How many observations stand behind it.
    pub(crate) n: usize,
    /// Where a figure comes from that was not measured here, or what its data are if they are no
    /// load of the real program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<&'a str>,
}

impl Figure<'_> {
    /// Prints it at once, so that a long run shows what it has.
    pub(crate) fn print(&self) -> Result<(), Failure> {
        let mut line = serde_json::to_string(self)
            .map_err(|error| Failure::Output(io::Error::other(error)))?;
        line.push('\n');
        io::stdout()
            .lock()
            .write_all(line.as_bytes())
            .map_err(Failure::Output)
    }
}

/// Prints a measured figure, rounded to three decimals.
pub(crate) fn print(
    bench: &str,
    metric: &str,
    value: f64,
    unit: &str,
    n: usize,
) -> Result<(), Failure> {
    let value = (value * 1000.0).round() / 1000.0;
    Figure {
        bench,
        metric,
        value,
        unit,
        n,
        source: None,
    }
    .print()
}

/// Prints the median and the 99th percentile of times in milliseconds.
pub(crate) fn print_times(bench: &str, what: &str, millis: &mut [f64]) -> Result<(), Failure> {
    millis.sort_by(f64::total_cmp);
    for (name, part) in [("p50", 50), ("p99", 99)] {
        let metric = format!("{what} {name}");
        print(bench, &metric, percentile(millis, part), "ms", millis.len())?;
    }
    Ok(())
}

/// The nearest-rank percentile of sorted values; 0 of none.
pub(crate) fn percentile(sorted: &[f64], part: usize) -> f64 {
    let rank = (sorted.len() * part).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// `count` for each of `seconds`.
pub(crate) fn per(count: usize, seconds: f64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / seconds
}

/// Prints the names of the workloads.
pub(crate) fn list(workloads: &[impl ValueEnum]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    for value in workloads.iter().filter_map(ValueEnum::to_possible_value) {
        let help = value.get_help().map(ToString::to_string);
        let line = format!("{}\t{}", value.get_name(), help.unwrap_or_default());
        writeln!(out, "{line}").map_err(Failure::Output)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<f64> = (1..=200).map(f64::from).collect();
        assert!((percentile(&values, 50) - 100.0).abs() < f64::EPSILON);
        assert!((percentile(&values, 99) - 198.0).abs() < f64::EPSILON);
        assert!((percentile(&values[..1], 99) - 1.0).abs() < f64::EPSILON);
        assert!(percentile(&[], 99).abs() < f64::EPSILON);
    }
}
