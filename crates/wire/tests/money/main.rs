//! Payments in: every format, its limits, its faults, and what leaves of a rejection.

#[cfg(test)]
mod chance;
#[cfg(test)]
mod csv;
#[cfg(test)]
mod decoded;
#[cfg(test)]
mod infer;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod pacs;
#[cfg(test)]
mod telling;

#[cfg(test)]
use telling::{reconciled, settings, steps, told};
