//! A wrapper that keeps personal data out of log lines, error bodies, metrics and URLs (invariant
//! 8).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value about a person. `Debug` never shows it, `Display` does not exist: call
/// [`Sensitive::expose`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the few places that may show, seal or compare it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, for the few places that may show, seal or compare it.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[sensitive]")
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inv_08_debug_does_not_show_personal_data() {
        let shown = format!("{:?}", Sensitive::new("maria@example.org"));
        assert_eq!(shown, "[sensitive]");
    }
}
