//! Opens pictures and video in a cage: own process, no network, no files, limits.
//!
//! [`cage::Cage`] is the keeper: it starts a process for each file, feeds it, hears its answers.
//! [`cage::serve`] is what that process runs: it shuts itself in, decodes, and hands each picture's
//! pixels to a function of the caller's, whose answers alone leave the cage.

pub mod cage;
mod kind;
pub mod picture;
mod raster;
pub mod video;

pub use kind::Kind;
pub use raster::{Pixels, Raster};
