//! Windows and rules over payments and sessions, giving findings with reasons.
//!
//! Events go into [`Partitioner`]s, come out ordered by account and time, and [`window::sweep`]
//! measures any set of windows over them in one pass. [`Live`] measures with the same code, one
//! transfer at a time.

mod acquaintance;
mod event;
pub mod graph;
mod live;
mod localtime;
pub mod money;
mod partition;
mod sides;
mod transfer;
pub mod typology;
pub mod window;

pub use model::{Country, Merchant, Relation};

pub use acquaintance::Acquaintances;
pub use event::{Change, Event, Marks, settle};
pub use live::{Applied, CORRECTIONS_MAX, Live};
pub use localtime::{Hours, LocalTimes};
pub use partition::{Ordered, Partition, Partitioner};
pub use sides::{
    NEW_PAYEE_HISTORY_MILLIS, NEW_PAYEE_MILLIS, Named, Party, RowWords, account_mention,
    mark_known, mark_new_payees, named,
};
pub use transfer::{Book, Channel, Flags, Transfer};
