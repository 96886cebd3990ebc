//! What this process itself has used: processor time and memory.

use std::fs;

use crate::failure::Failure;

/// Clock ticks of /proc in a second: 100 on every Linux that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// Processor seconds of this process so far, user and system.
pub(crate) fn cpu_seconds() -> Result<f64, Failure> {
    let path = "/proc/self/stat";
    let stat = fs::read_to_string(path).map_err(Failure::at(path))?;
    // The name in parentheses may hold spaces; the fields after it do not.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = after.split_whitespace().skip(11).take(2);
    let ticks: f64 = ticks.filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS_PER_SECOND)
}

/// Memory of this process in megabytes: what it holds now, and the most it ever held.
pub(crate) fn memory_mb() -> Result<(f64, f64), Failure> {
    let path = "/proc/self/status";
    let status = fs::read_to_string(path).map_err(Failure::at(path))?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kib.and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1000.0 * 1.024
    };
    Ok((field("VmRSS:"), field("VmHWM:")))
}
