//! The operator and the workers against the kernel in one process.

#[cfg(test)]
mod book;
#[cfg(test)]
mod operator;
#[cfg(test)]
mod workers;
