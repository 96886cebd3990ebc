//! The cage: a process for each hostile file, shut in before it reads a byte of it.
//!
//! The *keeper* ([`Cage`]) lives in the program that has to survive. The *inmate* ([`serve`]) is
//! the same program, or any other, started again for one file. Between them is one socket: an order
//! and the file go in, what the inmate's handler made of each picture comes out. Pixels stay in.
//!
//! An inmate has no file system (Landlock, and system calls refused), no network, no other process
//! (system calls refused), and little memory and time (the kernel's limits, and the keeper's
//! clock). It tries its walls before it begins, and tells what held; a keeper that was not told
//! otherwise refuses to go on with less than the whole.

mod failure;
mod inmate;
mod keeper;
mod limits;
mod messages;
mod playing;
mod syscalls;
mod walls;

pub use failure::{CageError, InmateError, Limit};
pub use inmate::serve;
pub use keeper::{Answer, Cage, CageConfig, Opened, WhenMissing};
pub use limits::{
    ANSWER_BYTES_MAX, CPU_SECONDS_MAX, CageLimits, MEMORY_BYTES_MAX, PICTURE_BYTES_MAX,
    WALL_MILLIS_MAX,
};
pub use messages::{Enforced, Landlock};
