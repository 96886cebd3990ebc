//! The cage with real processes: this test binary is its own inmate.

#[cfg(test)]
mod files;
#[cfg(test)]
mod films;
#[cfg(test)]
mod kept;
#[cfg(test)]
mod walls;
