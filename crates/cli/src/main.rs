//! The `watchfire` program.
fn main() {}
