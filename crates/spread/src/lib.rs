//! The windows as an operator of Apache DataFusion, spread over worker processes.
//!
//! Behind the feature `engine`; without it this crate is empty and compiles nothing. A `Job`
//! names files of payments and a `Task`, the engine reads them on all workers, brings each
//! account's rows together on one of them, and `WindowExec` measures them there with the same
//! kernel, `screen::window`, as `watchfire windows` does. Answers agree to the last bit, however
//! many workers there are and whichever of them die.
#![cfg(feature = "engine")]

mod channels;
mod cluster;
mod codec;
mod failure;
mod job;
mod measuring;
mod node;
mod operator;
mod task;
mod worker;

pub use cluster::{Cluster, PARTITIONS_MAX, WORKERS_MAX};
pub use codec::WindowCodec;
pub use failure::SpreadError;
pub use job::{Job, Summary};
pub use node::{WindowNode, WindowPlanner};
pub use operator::WindowExec;
pub use task::{DECIMALS_MAX, Task};
pub use worker::Worker;
