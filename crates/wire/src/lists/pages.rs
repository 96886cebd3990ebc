//! Services that answer in pages of JSON: which request is next, and from where to go on.
//!
//! As with [`super::ncmec::Fetch`] the state is pure; the requests are the shell's.

use serde::{Deserialize, Serialize};

use super::Format;
use super::ncmec::encoded;
use super::step::Page;

/// How many records of one page are asked for: as many as StopNCII's own clients ask for.
const PAGE_RECORDS: u32 = 800;
/// The longest cursor that is sent back.
const CURSOR_BYTES_MAX: usize = 4096;

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// StopNCII v1; paths are relative to `https://api.stopncii.org/v1`.
    StopNcii,
    /// Tech Against Terrorism; paths are relative to `https://app.terrorismanalytics.org`.
    Tat,
}

impl Service {
    /// The format of its pages.
    pub const fn format(self) -> Format {
        match self {
            Self::StopNcii => Format::StopNcii,
            Self::Tat => Format::Tat,
        }
    }
}

/// Why the next page is not asked for. What was read holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PagesFault {
    /// The cursor is absurdly long.
    #[error("the service's cursor is longer than {CURSOR_BYTES_MAX} bytes: it is not sent back")]
    CursorTooLong,
    /// The same cursor again.
    #[error("the service gives the same cursor again: start anew, or report it")]
    CursorRepeated,
}

impl PagesFault {
    /// The stable name of what failed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CursorTooLong => "list.cursor-too-long",
            Self::CursorRepeated => "list.cursor-repeated",
        }
    }
}

/// A list that is being read from a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    service: Service,
    /// From where to go on after a restart.
    from: Option<String>,
    /// A cursor that is good for this run alone.
    cursor: Option<String>,
    done: bool,
    /// An earlier cursor, taken anew after 1, 2, 4, 8, … pages: who comes to it walks in a circle.
    waymark: Option<String>,
    /// Pages taken so far.
    taken: u64,
}

impl Pages {
    /// Starts from what [`Pages::resume_from`] gave the last time, or from the beginning.
    pub const fn new(service: Service, from: Option<String>) -> Self {
        Self {
            service,
            from,
            cursor: None,
            done: false,
            waymark: None,
            taken: 0,
        }
    }

    /// What to keep, together with the changes of the pages taken so far: from there nothing is
    /// missed, and at most what was read is read again.
    ///
    /// A StopNCII cursor does not live long and its time counts only after the last page, so a
    /// run that breaks off starts where it started; Tech Against Terrorism's list is in order, so
    /// each page counts.
    pub fn resume_from(&self) -> Option<&str> {
        self.from.as_deref()
    }

    /// The path and query of the request to make next; `None` when the last page was read.
    pub fn path(&self) -> Option<String> {
        if self.done {
            return None;
        }
        let query = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter();
            let pairs: Vec<_> = pairs
                .map(|(name, value)| format!("{name}={}", encoded(value)))
                .collect();
            pairs.join("&")
        };
        let size = PAGE_RECORDS.to_string();
        let from = self.from.as_deref();
        Some(match self.service {
            Service::StopNcii => {
                let mut pairs = vec![
                    ("startTimestamp", from.unwrap_or("0")),
                    ("pageSize", size.as_str()),
                ];
                pairs.extend(
                    self.cursor
                        .as_deref()
                        .map(|cursor| ("nextPageToken", cursor)),
                );
                format!("/FetchHashes?{}", query(&pairs))
            }
            Service::Tat => {
                let mut pairs = vec![
                    ("ideology", "all"),
                    ("limit", size.as_str()),
                    ("order", "asc"),
                ];
                pairs.extend(from.map(|from| ("after", from)));
                format!("/api/hash-list/v2/all?{}", query(&pairs))
            }
        })
    }

    /// Takes the end of a page.
    ///
    /// # Errors
    ///
    /// A cursor that cannot be followed. What was taken before holds.
    pub fn take(&mut self, page: &Page) -> Result<(), PagesFault> {
        let both = [&page.next, &page.checkpoint];
        if both
            .into_iter()
            .flatten()
            .any(|text| text.len() > CURSOR_BYTES_MAX)
        {
            return Err(PagesFault::CursorTooLong);
        }
        let last = page.next.is_none();
        match self.service {
            Service::StopNcii => {
                if !last && (page.next == self.cursor || page.next == self.waymark) {
                    return Err(PagesFault::CursorRepeated);
                }
                self.cursor.clone_from(&page.next);
                if last && page.checkpoint.is_some() {
                    self.from.clone_from(&page.checkpoint);
                }
            }
            Service::Tat => {
                let known = [&None, &self.from, &self.waymark].contains(&&page.checkpoint);
                if !last && known {
                    return Err(PagesFault::CursorRepeated);
                }
                if page.checkpoint.is_some() {
                    self.from.clone_from(&page.checkpoint);
                }
            }
        }
        self.taken += 1;
        if self.taken.is_power_of_two() {
            self.waymark.clone_from(match self.service {
                Service::StopNcii => &self.cursor,
                Service::Tat => &self.from,
            });
        }
        self.done = last;
        Ok(())
    }
}
