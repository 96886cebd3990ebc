//! Lists are fetched from the services that keep them, page after page, so that whatever breaks
//! off goes on where it was: what a page says and how far that came are kept together.

mod call;
mod credentials;
mod schedule;
mod source;
mod tell;
mod walk;

use std::time::Duration;

use serde::Serialize;
use store::{ListRow, ListSourceRow};
use wire::lists::{FaultKind, ListFault, Page};

use super::import::{Document, ImportProgress, Imported};
use crate::intake::{
    Actor, IntakeError, IntakeFault, Operation, Outcome, PageEnd, SourceChange, SourceOrder,
};
use crate::sealed_names as names;
use crate::station::Station;
use call::{Answer, Service};
use credentials::{Credentials, Errand};
use walk::{Reached, Walk};

pub use call::CallError;
pub use credentials::CredentialsError;
pub use schedule::FetchedDue;
pub(crate) use schedule::watch;
pub use source::{ListService, ListSource, SourceSettings, SourceSummary};
pub use tell::FeedbackSent;
pub use walk::WalkFault;

/// What a fetch takes at most, and how it tries again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchLimits {
    /// How often a request is made before the fetch gives up.
    pub tries_max: u32,
    /// The wait before the second try in milliseconds; each further one is twice as long.
    pub wait_millis: u64,
    /// The longest wait that a service may ask for, in seconds; the fetch gives up if it is longer.
    pub wait_seconds_max: u64,
    /// How long a service may take to begin its answer, and to send anything more of it, in
    /// milliseconds.
    pub answer_millis_max: u64,
    /// How long one page may take to come, in milliseconds.
    pub page_millis_max: u64,
    /// The largest page, in bytes.
    pub page_bytes_max: u64,
    /// The most pages of one fetch; the next one goes on.
    pub pages_max: u64,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            tries_max: 5,
            wait_millis: 1_000,
            wait_seconds_max: 600,
            answer_millis_max: 60_000,
            page_millis_max: 900_000,
            // A page of 800 of the largest hashes has 280 MB.
            page_bytes_max: 512 << 20,
            pages_max: 100_000,
        }
    }
}

/// How far a fetch is.
#[derive(Debug, Clone, Copy, Default)]
pub struct FetchProgress {
    /// Pages read to their end.
    pub pages: u64,
    /// Entries read.
    pub entries: u64,
    /// How long the service is left alone before the next try, in milliseconds; 0: it is asked.
    pub waits_millis: u64,
}

/// Why a list was not fetched to its end.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The list has no source.
    #[error(
        "the list {list} has no source: say where it is fetched from with `watchfire list set`"
    )]
    NoSource {
        /// The list.
        list: String,
    },
    /// The secrets cannot be used.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The service did not give what it was asked for.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The next page cannot be asked for.
    #[error("{host}: {fault}; what was read is kept, `--anew` reads from the start")]
    Walk {
        /// The service's host.
        host: String,
        /// Why.
        fault: WalkFault,
    },
    /// A page cannot be read.
    #[error("{host}, page {page}: {fault}")]
    Page {
        /// The service's host.
        host: String,
        /// The page of this fetch, from 1.
        page: u64,
        /// Why.
        fault: ListFault,
    },
    /// The service gives page after page.
    #[error("{host} gave {pages} pages and has more: what was read is kept; fetch again to go on")]
    TooManyPages {
        /// The service's host.
        host: String,
        /// How many were read.
        pages: u64,
    },
    /// The service takes no feedback that this program can write.
    #[error(
        "{service} takes no feedback: `watchfire list feedback` without --send prints it, so that \
         it can go another way"
    )]
    TakesNoFeedback {
        /// The service.
        service: &'static str,
    },
    /// What was rejected has to be told with a reason that the service offers.
    #[error(
        "what was rejected of kind {kind} is told with a reason: name one with --reason; the \
         service offers {offered}. Nothing was sent"
    )]
    ReasonNeeded {
        /// The kind of hash.
        kind: String,
        /// What it offers: id and words.
        offered: String,
    },
    /// Something failed underneath.
    #[error(transparent)]
    Intake(#[from] IntakeError),
}

impl FetchError {
    /// The stable code, explained in docs/errors.md.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSource { .. } => "fetch.no-source",
            Self::Credentials(error) => error.code(),
            Self::Call(error) => error.code(),
            Self::Walk { fault, .. } => fault.code(),
            Self::Page { fault, .. } => fault.code(),
            Self::TooManyPages { .. } => "fetch.too-many-pages",
            Self::TakesNoFeedback { .. } => "fetch.takes-no-feedback",
            Self::ReasonNeeded { .. } => "fetch.reason-needed",
            Self::Intake(IntakeError::Refused(refusal)) => refusal.code(),
            Self::Intake(IntakeError::Fault(fault)) => fault.code(),
        }
    }

    /// Whether the network, the service or this machine failed, and nothing that the caller said.
    pub const fn is_elsewhere(&self) -> bool {
        match self {
            Self::Call(error) => error.is_elsewhere(),
            Self::Intake(IntakeError::Fault(_)) | Self::Page { .. } | Self::TooManyPages { .. } => {
                true
            }
            _ => false,
        }
    }
}

/// What came of a fetch.
#[derive(Debug, Default, Serialize)]
pub struct Fetched {
    /// The list.
    pub list: String,
    /// Pages read to their end.
    pub pages: u64,
    /// What they said; `broken` and `code` tell why the list was not read to its end.
    #[serde(flatten)]
    pub imported: Imported,
    /// The same, with its causes.
    #[serde(skip)]
    pub failure: Option<FetchError>,
}

/// One fetch that is under way.
struct Fetching<'a, P> {
    station: &'a Station,
    actor: Actor,
    list: ListRow,
    turn: i64,
    walk: Walk,
    service: Service,
    limits: &'a FetchLimits,
    fetched: Fetched,
    progress: P,
}

impl Station {
    /// Asks a list's service for everything that changed since the last fetch, and keeps it. What
    /// breaks the fetch off is told in the answer; the next one goes on from there.
    ///
    /// `anew` forgets how far the list was read. What stands there already stays as it is.
    ///
    /// # Errors
    ///
    /// A list without a source, secrets that cannot be used, and a database that fails: nothing was
    /// asked for.
    pub async fn fetch_list(
        &self,
        actor: Actor,
        name: &str,
        anew: bool,
        limits: &FetchLimits,
        progress: impl Fn(FetchProgress),
    ) -> Result<Fetched, FetchError> {
        let (list, standing, source) = self.source_of(name).await?;
        let turn = standing.turn;
        let change = SourceChange::Begin { turn, anew };
        let Outcome::Source(row) = self.order_source(actor, &list, change).await? else {
            return Err(IntakeError::from(UNREADABLE).into());
        };
        let turn = row.turn;
        let mut fetched = Fetched {
            list: name.to_owned(),
            ..Fetched::default()
        };
        match service_of(&source, limits, Errand::Fetch) {
            Err(error) => fetched.failure = Some(error),
            Ok(service) => {
                let reached = match &row.checkpoint {
                    Some(sealed) => self.open_reached(&list, &sealed.0)?,
                    None => None,
                };
                let mut fetching = Fetching {
                    station: self,
                    actor,
                    list: list.clone(),
                    turn,
                    walk: Walk::from(source.service, reached, self.now()),
                    service,
                    limits,
                    fetched,
                    progress,
                };
                let failure = fetching.every_page().await.err();
                fetched = fetching.fetched;
                fetched.failure = failure;
            }
        }
        let settled = self.settle_import(actor, &mut fetched.imported);
        settled.await?;
        let code = fetched.failure.as_ref().map_or("", FetchError::code);
        if let Some(failure) = &fetched.failure {
            fetched.imported.broken = Some(failure.to_string());
            fetched.imported.code = Some(code.to_owned());
        }
        let failure = code.to_owned();
        let end = SourceChange::End { turn, failure };
        match self.order_source(actor, &list, end).await {
            // The later fetch has the word.
            Err(IntakeError::Refused(_)) if fetched.failure.is_some() => {}
            ended => drop(ended?),
        }
        Ok(fetched)
    }

    /// A list, how far it was fetched, and where from.
    async fn source_of(
        &self,
        name: &str,
    ) -> Result<(ListRow, ListSourceRow, ListSource), FetchError> {
        let list = self.find_list(name).await?;
        let standing = self.core().store.list_source(list.id).await;
        let standing = standing.map_err(IntakeError::from)?;
        let Some(standing) = standing else {
            let list = name.to_owned();
            return Err(FetchError::NoSource { list });
        };
        let source = self.open_source(&list, &standing)?;
        Ok((list, standing, source))
    }

    async fn order_source(
        &self,
        actor: Actor,
        list: &ListRow,
        change: SourceChange,
    ) -> Result<Outcome, IntakeError> {
        let order = SourceOrder {
            list: list.id,
            change,
            actor,
        };
        self.commit(Operation::ChangeSource(order)).await
    }

    /// How far a list was fetched. What an earlier program wrote and this one does not know is
    /// read from the start again.
    fn open_reached(&self, list: &ListRow, sealed: &[u8]) -> Result<Option<Reached>, IntakeError> {
        let core = self.core();
        let Some(key) = core.material.bank.key(core, list)? else {
            return Ok(None);
        };
        let json = vault::seal::open(&key, &names::list_checkpoint(list.id), sealed)?;
        Ok(serde_json::from_slice(&json).ok())
    }
}

fn service_of(
    source: &ListSource,
    limits: &FetchLimits,
    errand: Errand,
) -> Result<Service, FetchError> {
    let credentials = Credentials::read(&source.credentials, source.service, errand)?;
    Ok(Service::new(source, credentials, limits)?)
}

/// How often a request is made again, and after what wait.
struct Patience {
    tries_left: u32,
    wait_millis: u64,
    wait_seconds_max: u64,
}

impl Patience {
    fn new(limits: &FetchLimits) -> Self {
        Self {
            tries_left: limits.tries_max.saturating_sub(1),
            wait_millis: limits.wait_millis,
            wait_seconds_max: limits.wait_seconds_max,
        }
    }

    /// How long to wait before the next try, where the service asks for so many seconds; `None`:
    /// there is none.
    fn next(&mut self, asked_seconds: u64) -> Option<Duration> {
        if self.tries_left == 0 || asked_seconds > self.wait_seconds_max {
            return None;
        }
        self.tries_left -= 1;
        let wait_millis = self.wait_millis.max(asked_seconds.saturating_mul(1000));
        self.wait_millis = self.wait_millis.saturating_mul(2);
        Some(Duration::from_millis(wait_millis))
    }
}

/// What came of trying one page.
enum Tried {
    /// It was read to its end and is kept.
    Kept,
    /// It may do better after a wait of so many seconds.
    MayPass(FetchError, u64),
}

impl<P: Fn(FetchProgress)> Fetching<'_, P> {
    /// Page after page, and span after span, until the service has no more.
    async fn every_page(&mut self) -> Result<(), FetchError> {
        let began = self.station.now();
        loop {
            while let Some(path) = self.walk.path() {
                if self.fetched.pages >= self.limits.pages_max {
                    return Err(FetchError::TooManyPages {
                        host: self.service.host().to_owned(),
                        pages: self.fetched.pages,
                    });
                }
                self.page(&path).await?;
                self.fetched.pages += 1;
                self.tell(0);
            }
            if !self.walk.goes_on(began) {
                return Ok(());
            }
        }
    }

    /// One page, as often as it takes.
    async fn page(&mut self, path: &str) -> Result<(), FetchError> {
        let mut patience = Patience::new(self.limits);
        loop {
            let (error, asked_seconds) = match self.try_page(path).await? {
                Tried::Kept => return Ok(()),
                Tried::MayPass(error, asked_seconds) => (error, asked_seconds),
            };
            let Some(wait) = patience.next(asked_seconds) else {
                return Err(error);
            };
            self.tell(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
            tokio::time::sleep(wait).await;
        }
    }

    async fn try_page(&mut self, path: &str) -> Result<Tried, FetchError> {
        let answer = match self.ask(path).await {
            Ok(answer) => answer,
            Err(FetchError::Call(error)) if error.may_pass() => {
                let asked = error.asks_for();
                return Ok(Tried::MayPass(error.into(), asked));
            }
            Err(error) => return Err(error),
        };
        // The walk moves on only once the page is kept.
        let mut walk = self.walk.clone();
        let mut refused: Option<FetchError> = None;
        let (station, turn) = (self.station, self.turn);
        let page = self.fetched.pages + 1;
        let (list, service) = (&self.list, &self.service);
        let end = |page: &Page| match end_of(station, list, service, &mut walk, turn, page) {
            Ok(end) => Some(end),
            Err(error) => {
                refused = Some(error);
                None
            }
        };
        let document = Document {
            format: self.walk.format(),
            source: answer,
            within: format!("page {page}, "),
        };
        let before = counted(&self.fetched.imported);
        let (pages, told) = (self.fetched.pages, &self.progress);
        let step = |seen: ImportProgress| {
            told(FetchProgress {
                pages,
                entries: before + seen.entries,
                waits_millis: 0,
            });
        };
        let imported = &mut self.fetched.imported;
        let quarantined = (imported.quarantined, imported.set_aside.len());
        let taken = station.take_document(self.actor, list, document, imported, step, end);
        let taken = taken.await?;
        if let Some(error) = refused {
            return Err(error);
        }
        let Some(fault) = taken else {
            self.walk = walk;
            return Ok(Tried::Kept);
        };
        let (may_pass, error) = self.broken(page, fault);
        if may_pass {
            // The page is read again: what it set aside is counted once.
            imported_back(&mut self.fetched.imported, quarantined);
            return Ok(Tried::MayPass(error, 0));
        }
        Err(error)
    }

    async fn ask(&mut self, path: &str) -> Result<Answer, FetchError> {
        let (mut service, path) = (self.service.clone(), path.to_owned());
        let now = self.station.now();
        let asking = tokio::task::spawn_blocking(move || {
            let answer = service.get(&path, now);
            (service, answer)
        });
        let (service, answer) = asking.await.map_err(|_| IntakeError::from(UNREADABLE))?;
        // It may have a token by now.
        self.service = service;
        Ok(answer?)
    }

    /// What a page that broke off tells, and whether it may be whole the next time.
    fn broken(&self, page: u64, fault: ListFault) -> (bool, FetchError) {
        let host = self.service.host().to_owned();
        match fault.kind {
            FaultKind::Cut => (true, FetchError::Page { host, page, fault }),
            FaultKind::Read => {
                let source = fault.source.map(ureq::Error::from);
                let Some(source) = source else {
                    return (true, CallError::TooSlow { host }.into());
                };
                let error = self.service.failed(source);
                (error.may_pass(), error.into())
            }
            _ => (false, FetchError::Page { host, page, fault }),
        }
    }

    fn tell(&self, waits_millis: u64) {
        (self.progress)(FetchProgress {
            pages: self.fetched.pages,
            entries: counted(&self.fetched.imported),
            waits_millis,
        });
    }
}

const fn counted(imported: &Imported) -> u64 {
    imported.put + imported.removed + imported.unchanged
}

fn imported_back(imported: &mut Imported, (quarantined, shown): (u64, usize)) {
    imported.quarantined = quarantined;
    imported.set_aside.truncate(shown);
}

/// What is kept of how far a list was read, once this page is.
fn end_of(
    station: &Station,
    list: &ListRow,
    service: &Service,
    walk: &mut Walk,
    turn: i64,
    page: &Page,
) -> Result<PageEnd, FetchError> {
    if !walk.is_page(page) {
        return Err(service.not_a_page("another document").into());
    }
    let reached = walk.take(page).map_err(|fault| FetchError::Walk {
        host: service.host().to_owned(),
        fault,
    })?;
    let core = station.core();
    let key = core.material.bank.key(core, list);
    let key = key.map_err(IntakeError::from)?.ok_or(UNREADABLE);
    let key = key.map_err(IntakeError::from)?;
    let json = serde_json::to_vec(&reached).map_err(|_| IntakeError::from(UNREADABLE))?;
    let context = names::list_checkpoint(list.id);
    let sealed = vault::seal::seal(&key, &context, &json, core.entropy.as_ref());
    let checkpoint = store::Sealed(sealed.map_err(IntakeError::from)?);
    Ok(PageEnd { turn, checkpoint })
}

const UNREADABLE: IntakeFault = IntakeFault::Unreadable {
    what: "how far a list was fetched",
};
