//! Reading the whole of what changed, page by page, so that nothing is lost however it breaks off.
//!
//! The state says which request is next and takes the answer; the requests themselves are the
//! shell's. Entries come in no order: the latest time that was seen becomes the start of the next
//! span only after the last page. A page's address is good only for the span that it belongs to,
//! so the two are kept together.

use std::io::BufRead;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::lists::Request;
use crate::lists::{Format, Limits, ListFault, Page, Reader, Step};

/// How far a list was read: what is kept between two runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The span's start.
    pub from: Timestamp,
    /// The span's end.
    pub to: Timestamp,
    /// The page to be read next; `None` for the first.
    pub next: Option<String>,
    /// The latest time seen so far. It counts only when the span is done.
    pub latest: Option<Timestamp>,
    /// Whether the last page was read.
    pub done: bool,
}

impl Checkpoint {
    /// A span of which nothing was read.
    pub const fn new(from: Timestamp, to: Timestamp) -> Self {
        Self {
            from,
            to,
            next: None,
            latest: None,
            done: false,
        }
    }

    /// The span to read now: the same one as long as it is not done, then the one that starts
    /// with the latest time seen. A quiet list is asked from the same start again.
    #[must_use]
    pub fn continued(self, now: Timestamp) -> Self {
        if !self.done {
            return self;
        }
        let latest = self.latest.unwrap_or(self.from);
        let from = latest.clamp(self.from, self.to.max(self.from));
        Self::new(from, now.max(from))
    }
}

/// Why a page was not taken. The checkpoint stands where it stood.
#[derive(Debug, thiserror::Error)]
pub enum FetchFault {
    /// The page cannot be read to its end.
    #[error("the page cannot be read: ask for it again")]
    List(#[from] ListFault),
    /// The next page's address is none of this service.
    #[error("the next page's address is not one of the service's entries: nothing was asked there")]
    NextForeign,
    /// The pages go around in a circle.
    #[error("the service names a page again that was read: ask for the span anew, or report it")]
    NextRepeated,
    /// The span is done.
    #[error("the last page was read: go on with the next span")]
    Done,
}

impl FetchFault {
    /// The stable name of what failed.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::List(fault) => fault.code(),
            Self::NextForeign => "list.next-foreign",
            Self::NextRepeated => "list.next-repeated",
            Self::Done => "list.fetch-done",
        }
    }
}

/// A span that is being read.
#[derive(Debug, Clone)]
pub struct Fetch {
    checkpoint: Checkpoint,
    /// An earlier page, taken anew after 1, 2, 4, 8, … pages: who comes to it walks in a circle.
    waymark: Option<String>,
    pages: u64,
}

impl Fetch {
    /// Goes on from a checkpoint.
    pub const fn new(checkpoint: Checkpoint) -> Self {
        Self {
            checkpoint,
            waymark: None,
            pages: 0,
        }
    }

    /// The request to make next; `None` when the last page was read.
    pub fn request(&self) -> Option<Request> {
        let Checkpoint { from, to, .. } = self.checkpoint;
        match &self.checkpoint.next {
            _ if self.checkpoint.done => None,
            None => Some(Request::entries(from, to)),
            Some(next) => Some(Request::get(next.clone())),
        }
    }

    /// What to keep, together with the changes of the pages taken so far.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Takes the body of the answer; gives each step to `each`.
    ///
    /// # Errors
    ///
    /// A page that cannot be read to its end, or whose next page cannot be asked for. What was
    /// given before holds; the request stays the same.
    pub fn take_body(
        &mut self,
        body: impl BufRead,
        limits: Limits,
        mut each: impl FnMut(Step),
    ) -> Result<(), FetchFault> {
        let mut end = Page::default();
        for step in Reader::new(Format::Ncmec, body, limits) {
            match step? {
                Step::Page(page) => end = page,
                step => each(step),
            }
        }
        self.take(&end)
    }

    /// Takes the end of a page whose steps were read elsewhere.
    ///
    /// # Errors
    ///
    /// A next page that cannot be asked for.
    pub fn take(&mut self, page: &Page) -> Result<(), FetchFault> {
        if self.checkpoint.done {
            return Err(FetchFault::Done);
        }
        let next = page.next.as_deref().map(path_of).transpose()?;
        if next.is_some() && (next == self.checkpoint.next || next == self.waymark) {
            return Err(FetchFault::NextRepeated);
        }
        self.checkpoint.latest = self.checkpoint.latest.max(page.max_timestamp);
        self.checkpoint.done = next.is_none();
        self.pages += 1;
        if self.pages.is_power_of_two() {
            self.waymark.clone_from(&next);
        }
        self.checkpoint.next = next;
        Ok(())
    }
}

/// The next page's path: relative to the base, under `/v2/` once, and about entries.
///
/// An address of another host would get the credentials, so none is taken.
fn path_of(next: &str) -> Result<String, FetchFault> {
    const LENGTH_MAX: usize = 4096;
    let rest = next.strip_prefix("/v2").unwrap_or(next);
    let is_plain = rest.bytes().all(|byte| byte.is_ascii_graphic());
    if !rest.starts_with("/entries?") || !is_plain || rest.len() > LENGTH_MAX {
        return Err(FetchFault::NextForeign);
    }
    Ok(format!("/v2{rest}"))
}
