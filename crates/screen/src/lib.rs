//! Windows and rules over payments and sessions, giving findings with reasons.
//!
//! Events go into [`Partitioner`]s, come out ordered by account and time, and [`window::sweep`]
//! measures any set of windows over them in one pass. [`Live`] measures with the same code, one
//! transfer at a time.

mod event;
mod live;
mod partition;
pub mod window;

pub use event::{Change, Event, Marks, settle};
pub use live::{Applied, CORRECTIONS_MAX, Live};
pub use partition::{Ordered, Partition, Partitioner};
