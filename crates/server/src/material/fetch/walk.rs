//! Which page of a service is asked for next, and what is kept of how far it came.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use wire::lists::ncmec::{Checkpoint, Fetch, FetchFault};
use wire::lists::{Format, Page, Pages, PagesFault, Service};

use super::source::ListService;

/// Where a service's list begins: before anything that it can have.
const START: Timestamp = Timestamp::from_millis(0);

/// How far a list was fetched, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Reached {
    /// A span of NCMEC's list.
    Span(Checkpoint),
    /// The cursor of a service that answers in pages.
    Cursor(Option<String>),
}

/// A list that is being fetched.
#[derive(Debug, Clone)]
pub(super) enum Walk {
    /// NCMEC's list.
    Span(Box<Fetch>),
    /// A list in pages.
    Pages(Service, Box<Pages>),
}

/// Why the next page is not asked for.
#[derive(Debug, thiserror::Error)]
pub enum WalkFault {
    /// NCMEC's next page cannot be asked for.
    #[error(transparent)]
    Span(#[from] FetchFault),
    /// Another service's next page cannot be asked for.
    #[error(transparent)]
    Pages(#[from] PagesFault),
}

impl WalkFault {
    /// The stable code, explained in docs/errors.md.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Span(fault) => fault.code(),
            Self::Pages(fault) => fault.code(),
        }
    }
}

impl Walk {
    /// Goes on from what was kept; from the start where that is nothing, or of another service.
    pub(super) fn from(service: ListService, reached: Option<Reached>, now: Timestamp) -> Self {
        let pages = |service| {
            let from = match &reached {
                Some(Reached::Cursor(from)) => from.clone(),
                _ => None,
            };
            Self::Pages(service, Box::new(Pages::new(service, from)))
        };
        match service {
            ListService::StopNcii => pages(Service::StopNcii),
            ListService::Tat => pages(Service::Tat),
            ListService::Ncmec => {
                let span = match reached {
                    Some(Reached::Span(checkpoint)) => checkpoint.continued(now),
                    _ => Checkpoint::new(START, now),
                };
                Self::Span(Box::new(Fetch::new(span)))
            }
        }
    }

    /// The format of the pages.
    pub(super) const fn format(&self) -> Format {
        match self {
            Self::Span(_) => Format::Ncmec,
            Self::Pages(service, _) => service.format(),
        }
    }

    /// The path and query of the next page; `None` after the last.
    pub(super) fn path(&self) -> Option<String> {
        match self {
            Self::Span(fetch) => fetch.request().map(|request| request.path),
            Self::Pages(_, pages) => pages.path(),
        }
    }

    /// Takes the end of a page, and says from where to go on once its entries are kept.
    pub(super) fn take(&mut self, page: &Page) -> Result<Reached, WalkFault> {
        match self {
            Self::Span(fetch) => {
                fetch.take(page)?;
                Ok(Reached::Span(fetch.checkpoint().clone()))
            }
            Self::Pages(_, pages) => {
                pages.take(page)?;
                Ok(Reached::Cursor(pages.resume_from().map(str::to_owned)))
            }
        }
    }

    /// Once the last page was read: whether a further span is to be read, since an earlier fetch
    /// had left the one that is now done. It ends no earlier than `now`.
    pub(super) fn goes_on(&mut self, now: Timestamp) -> bool {
        let Self::Span(fetch) = self else {
            return false;
        };
        let done = fetch.checkpoint();
        if done.to >= now {
            return false;
        }
        let further = done.clone().continued(now);
        **fetch = Fetch::new(further);
        true
    }

    /// Whether this is the end of a page of the service, and not of some other document that reads
    /// like an empty one.
    pub(super) const fn is_page(&self, page: &Page) -> bool {
        match self {
            // The root's name was checked.
            Self::Span(_) => true,
            Self::Pages(..) => {
                page.count.is_some() || page.next.is_some() || page.checkpoint.is_some()
            }
        }
    }
}
