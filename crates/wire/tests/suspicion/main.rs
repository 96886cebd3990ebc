//! Reports of suspicion: what is written reads back, passes its schema by libxml2, and says why it
//! is not written where it is not.

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod samples;

#[cfg(test)]
use samples::{code, payment, profile, report, terms};
