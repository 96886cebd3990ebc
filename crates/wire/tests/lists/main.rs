//! Hash lists: what is taken, what is set aside and how, and that a broken list loses nothing.

#[cfg(test)]
mod chance;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod export;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod service;
#[cfg(test)]
mod shield;
#[cfg(test)]
mod traps;

use std::path::PathBuf;

use model::{ListChange, ListEntry};
use wire::lists::{Format, Limits, ListFault, Quarantined, Reader, Step};

/// The path of an example.
pub(crate) fn example(name: &str) -> Vec<u8> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/lists");
    std::fs::read(root.join(name)).unwrap_or_default()
}

/// Reads a list to its end or its fault.
pub(crate) fn read(format: Format, list: &[u8]) -> (Vec<Step>, Option<ListFault>) {
    let mut steps = Vec::new();
    for step in Reader::new(format, list, Limits::default()) {
        match step {
            Ok(step) => steps.push(step),
            Err(fault) => return (steps, Some(fault)),
        }
    }
    (steps, None)
}

/// Reads a list that has no fault.
pub(crate) fn read_whole(format: Format, list: &[u8]) -> Vec<Step> {
    let (steps, fault) = read(format, list);
    assert!(fault.is_none(), "{fault:?}");
    steps
}

/// The entries that were put.
pub(crate) fn puts(steps: &[Step]) -> Vec<&ListEntry> {
    let mut entries = Vec::new();
    for step in steps {
        if let Step::Change(ListChange::Put(entry)) = step {
            entries.push(&**entry);
        }
    }
    entries
}

/// What was set aside.
pub(crate) fn set_aside(steps: &[Step]) -> Vec<&Quarantined> {
    let mut quarantined = Vec::new();
    for step in steps {
        if let Step::Quarantined(one) = step {
            quarantined.push(one);
        }
    }
    quarantined
}

/// A PDQ hash with 128 ones.
pub(crate) fn pdq(salt: u8) -> String {
    format!("{salt:02x}{:02x}", !salt).repeat(16)
}

/// An MD5 made up from a number.
pub(crate) fn md5(number: u32) -> String {
    format!("{:032x}", u128::from(number) + (1 << 100))
}
