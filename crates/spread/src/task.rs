//! What is asked, in words that travel to the workers.

use columns::{Answers, Kind, Wanted};
use screen::window::Request;
use serde::{Deserialize, Serialize};

use crate::failure::SpreadError;

/// The most decimals of amounts: a decimal of 64 bits holds 18 digits.
pub const DECIMALS_MAX: u32 = 18;
/// Of what [`Task::to_bytes`] writes. Another one is refused.
const VERSION: u32 = 1;

/// A window, its stats, and by whom it is measured.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Task {
    span: String,
    stats: String,
    by: String,
    decimals: u32,
}

/// A task on the wire.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Letter {
    version: u32,
    span: String,
    stats: String,
    by: String,
    decimals: u32,
}

impl Task {
    /// A span and stats as [`Request::parse`] reads them, over the rows that share a value of the
    /// column `by`; amounts are read in units of so many decimals.
    pub fn new(span: &str, stats: &str, by: &str, decimals: u32) -> Result<Self, SpreadError> {
        if decimals > DECIMALS_MAX {
            return Err(SpreadError::Decimals { asked: decimals });
        }
        Request::parse(span, stats)?;
        Ok(Self {
            span: span.to_owned(),
            stats: stats.to_owned(),
            by: by.to_owned(),
            decimals,
        })
    }

    /// The column whose values are the accounts.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// In units of how many decimals amounts are read.
    pub const fn decimals(&self) -> u32 {
        self.decimals
    }

    /// The windows and their stats.
    pub fn request(&self) -> Result<Request, SpreadError> {
        Ok(Request::parse(&self.span, &self.stats)?)
    }

    /// The columns that are read.
    pub fn wanted(&self) -> Result<Wanted, SpreadError> {
        Ok(columns::wanted_by(
            &self.request()?,
            &self.by,
            self.decimals,
        ))
    }

    /// The columns that the operator adds, and what they hold.
    pub(crate) fn kinds(&self, request: &Request) -> Vec<(String, Kind)> {
        let kinds = Answers::kinds(request, self.decimals).into_iter();
        kinds.map(|(name, kind)| (name.to_owned(), kind)).collect()
    }

    /// As workers are sent it.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SpreadError> {
        let letter = Letter {
            version: VERSION,
            span: self.span.clone(),
            stats: self.stats.clone(),
            by: self.by.clone(),
            decimals: self.decimals,
        };
        serde_json::to_vec(&letter).map_err(|source| SpreadError::Task { source })
    }

    /// From what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SpreadError> {
        let read = serde_json::from_slice(bytes);
        let letter: Letter = read.map_err(|source| SpreadError::Task { source })?;
        if letter.version != VERSION {
            let what = format!("version {} and not {VERSION}", letter.version);
            let source = serde::de::Error::custom(what);
            return Err(SpreadError::Task { source });
        }
        Self::new(&letter.span, &letter.stats, &letter.by, letter.decimals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_task_travels_and_a_strange_one_is_refused() {
        let task = Task::new("30d", "count,distinct:receiver", "sender", DECIMALS_MAX).unwrap();
        let bytes = task.to_bytes().unwrap();
        assert_eq!(Task::from_bytes(&bytes).unwrap(), task);
        let text = String::from_utf8(bytes).unwrap();
        for (from, to, code) in [
            ("\"version\":1", "\"version\":2", "spread.task"),
            ("{", "{\"more\":1,", "spread.task"),
            ("30d", "30", "screen.span"),
            ("18", "19", "spread.decimals"),
        ] {
            let strange = text.replacen(from, to, 1);
            let refused = Task::from_bytes(strange.as_bytes()).unwrap_err();
            assert_eq!(refused.code(), code, "{strange}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Task::from_bytes(&bytes);
        }

        #[test]
        fn what_is_written_is_read_back(by in ".{0,20}", decimals in 0..=DECIMALS_MAX) {
            let task = Task::new("1h", "sum,burst:5m", &by, decimals).unwrap();
            prop_assert_eq!(Task::from_bytes(&task.to_bytes().unwrap()).unwrap(), task);
        }
    }
}
