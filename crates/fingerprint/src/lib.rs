//! Exact and perceptual hashes of material, and the index that finds near ones exactly.

pub mod clip;
pub mod index;
pub mod pdq;
