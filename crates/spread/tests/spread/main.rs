//! The operator and the workers against the kernel in one process.

mod book;
mod operator;
mod workers;
