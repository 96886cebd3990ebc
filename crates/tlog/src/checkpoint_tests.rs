//! Checkpoints: shapes, hostile input, what may follow what.
