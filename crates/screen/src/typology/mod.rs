//! Typologies of payments for abuse, as data: what is tested, with which numbers, by whose word.
//!
//! An indicator is a test of a row and a test of a window over the rows that pass it. No indicator
//! is an alert: several must hold together, one of them about amounts or a pattern in time.

mod alert;
mod evaluate;
mod example;
mod live;
mod marker;
mod policy;
mod problem;
mod raw;
mod reference;
mod screening;
mod tests_of;

pub use alert::{Alert, Measured, REASON_ROWS_MAX, Reason};
pub use example::{Example, ExampleProblem};
pub use live::LiveScreening;
pub use policy::{Class, INDICATORS_MAX, Indicator, Kind, POLICY_BYTES_MAX, Policy, Route, Side};
pub use problem::{PolicyError, PolicyProblem};
pub use screening::{Judge, Screening, Work};
