//! The keeper: starts an inmate for each file, feeds it, hears it, and ends it.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::pin::pin;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use super::failure::{CageError, Limit};
use super::limits::CageLimits;
pub use super::messages::Answer;
use super::messages::{Enforced, Order, Report};
use crate::Kind;
use crate::kind::HEAD_BYTES;
use crate::picture::{Looked, Refusal};

/// The longest report beside an answer, in bytes.
const REPORT_BYTES_MAX: u64 = 4096;
/// How much of a file is passed on at once, in bytes.
pub(super) const CHUNK_BYTES: usize = 256 << 10;

/// What to do where the kernel does not give the whole cage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenMissing {
    /// Open nothing.
    #[default]
    Refuse,
    /// Open all the same: only for an operator who says so and knows why.
    Allow,
}

/// How cages are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CageConfig {
    /// The program that calls [`serve`](super::serve): usually the running one.
    pub program: PathBuf,
    /// What it is to be called with.
    pub args: Vec<String>,
    /// What one picture file may cost.
    pub limits: CageLimits,
    /// What to do where the kernel does not give the whole cage.
    pub when_missing: WhenMissing,
    /// How video is looked into.
    pub video: crate::video::VideoConfig,
}

impl CageConfig {
    /// The usual limits, a whole cage or none, and video through the FFmpeg that is installed.
    pub fn new(program: PathBuf, args: Vec<String>) -> Self {
        Self {
            program,
            args,
            limits: CageLimits::default(),
            when_missing: WhenMissing::Refuse,
            video: crate::video::VideoConfig::default(),
        }
    }
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It was looked at, as far as [`Looked::ended`] says.
    Looked {
        /// What was seen.
        looked: Looked,
        /// The walls behind which.
        enforced: Enforced,
    },
    /// It was looked at until the caller had enough.
    Stopped {
        /// What it is.
        kind: Kind,
        /// How many answers there were.
        frames: u32,
        /// The walls behind which.
        enforced: Enforced,
    },
    /// Nothing here can look into it. It is kept and matched by its exact hash, and that is to be
    /// told to whoever decides about it.
    NotLookedInto {
        /// What it is.
        kind: Kind,
        /// Why, for a person.
        reason: &'static str,
    },
}

/// Opens files, each in a process of its own.
///
/// One process is always started beforehand, so that a file does not wait for it.
#[derive(Debug)]
pub struct Cage {
    pub(super) config: CageConfig,
    spare: Mutex<Option<Inmate>>,
}

impl Cage {
    /// A cage; no process is started yet.
    pub const fn new(config: CageConfig) -> Self {
        Self {
            config,
            spare: Mutex::new(None),
        }
    }

    /// How it was made.
    pub const fn config(&self) -> &CageConfig {
        &self.config
    }

    /// Opens a file, and gives all answers.
    ///
    /// # Errors
    ///
    /// Why the file was not looked into; [`CageError::is_of_the_file`] tells whether to ask again.
    pub async fn open(
        &self,
        source: impl AsyncRead + Unpin,
    ) -> Result<(Opened, Vec<Answer>), CageError> {
        let mut answers = Vec::new();
        let opened = self
            .open_until(source, |answer| {
                answers.push(answer);
                ControlFlow::Continue(())
            })
            .await?;
        Ok((opened, answers))
    }

    /// Opens a file, and gives each answer as it comes, until `each` has enough.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open). Answers that came before hold.
    pub async fn open_until(
        &self,
        mut source: impl AsyncRead + Unpin,
        mut each: impl FnMut(Answer) -> ControlFlow<()>,
    ) -> Result<Opened, CageError> {
        let mut head = Vec::with_capacity(HEAD_BYTES);
        let mut start = (&mut source).take(HEAD_BYTES as u64);
        while start.read_buf(&mut head).await.map_err(CageError::Source)? > 0 {}
        let kind = Kind::of(&head);
        let source = head.as_slice().chain(source);
        if kind.is_video() {
            return super::playing::open(self, kind, source, &mut each).await;
        }
        if !kind.is_picture() {
            return Err(Refusal::NotMedia { kind }.into());
        }
        let limits = self.config.limits;
        within(&limits, self.open_picture(kind, source, &mut each)).await
    }

    async fn open_picture(
        &self,
        kind: Kind,
        source: impl AsyncRead + Unpin,
        each: &mut impl FnMut(Answer) -> ControlFlow<()>,
    ) -> Result<Opened, CageError> {
        let limits = self.config.limits;
        let mut inmate = self.inmate()?;
        inmate.order(&Order::Picture { limits }, &[]).await?;
        let enforced = inmate.enforced(self.config.when_missing).await?;
        let (reading, writing) = inmate.socket.split();
        let heard = {
            let mut feeding = pin!(feed(source, writing, limits.source_bytes_max));
            let mut hearing = pin!(hear(reading, limits.answer_bytes_max, each));
            let mut is_fed = false;
            loop {
                tokio::select! {
                    heard = &mut hearing => break heard?,
                    fed = &mut feeding, if !is_fed => {
                        fed?;
                        is_fed = true;
                    }
                }
            }
        };
        match heard {
            Heard::Looked(looked) => Ok(Opened::Looked { looked, enforced }),
            Heard::Refused(refusal) => Err(refusal.into()),
            Heard::Stopped(frames) => Ok(Opened::Stopped {
                kind,
                frames,
                enforced,
            }),
            Heard::NoPlayer => Err(CageError::Protocol("a decoder speaks of a player")),
            Heard::Silence => Err(inmate.died().await),
        }
    }

    /// An inmate that waits for its order. The next one is started at once.
    pub(super) fn inmate(&self) -> Result<Inmate, CageError> {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let ready = match spare.take().and_then(Inmate::alive) {
            Some(inmate) => inmate,
            None => Inmate::start(&self.config)?,
        };
        *spare = Some(Inmate::start(&self.config)?);
        Ok(ready)
    }
}

/// Holds the keeper's clock over a file. What is dropped at its end kills its process.
pub(super) async fn within<T>(
    limits: &CageLimits,
    opening: impl Future<Output = Result<T, CageError>>,
) -> Result<T, CageError> {
    let wall = Duration::from_millis(limits.wall_millis_max);
    let opened = tokio::time::timeout(wall, opening).await;
    opened.unwrap_or(Err(CageError::Limit(Limit::Wall)))
}

/// A process that waits for its order, or is at work. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Inmate {
    child: Child,
    pub(super) socket: UnixStream,
}

impl Inmate {
    fn start(config: &CageConfig) -> Result<Self, CageError> {
        let machine = |what| move |source| CageError::Machine { what, source };
        let (ours, theirs) = StdUnixStream::pair().map_err(machine("a socket"))?;
        ours.set_nonblocking(true).map_err(machine("a socket"))?;
        let socket = UnixStream::from_std(ours).map_err(machine("a socket"))?;
        let child = Command::new(&config.program)
            .args(&config.args)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| CageError::Start {
                program: config.program.clone(),
                source,
            })?;
        Ok(Self { child, socket })
    }

    fn alive(mut self) -> Option<Self> {
        matches!(self.child.try_wait(), Ok(None)).then_some(self)
    }

    /// Sends the order, and with its first bytes the descriptors.
    pub(super) async fn order(
        &mut self,
        order: &Order,
        descriptors: &[BorrowedFd<'_>],
    ) -> Result<(), CageError> {
        let failed = |source| CageError::Machine {
            what: "an order",
            source,
        };
        let content = serde_json::to_vec(order).map_err(|error| failed(error.into()))?;
        let length =
            u32::try_from(content.len()).map_err(|error| failed(io::Error::other(error)))?;
        let length = length.to_le_bytes();
        let socket = &self.socket;
        let sent = socket
            .async_io(Interest::WRITABLE, || {
                let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
                let mut ancillary = SendAncillaryBuffer::new(&mut space);
                if !descriptors.is_empty() {
                    ancillary.push(SendAncillaryMessage::ScmRights(descriptors));
                }
                let parts = [IoSlice::new(&length)];
                Ok(rustix::net::sendmsg(
                    socket.as_fd(),
                    &parts,
                    &mut ancillary,
                    SendFlags::NOSIGNAL,
                )?)
            })
            .await;
        let sent = sent.map_err(failed)?;
        let mut rest = length[sent..].to_vec();
        rest.extend_from_slice(&content);
        self.socket.write_all(&rest).await.map_err(failed)
    }

    /// What the inmate says of its walls. Less than the whole is an error unless it is allowed.
    pub(super) async fn enforced(
        &mut self,
        when_missing: WhenMissing,
    ) -> Result<Enforced, CageError> {
        match next(&mut self.socket, REPORT_BYTES_MAX).await? {
            Some(Report::Enforced(enforced)) if enforced.is_whole() => Ok(enforced),
            Some(Report::Enforced(enforced)) => match when_missing {
                WhenMissing::Refuse => Err(CageError::NotCaged(enforced)),
                WhenMissing::Allow => Ok(enforced),
            },
            Some(_) => Err(CageError::Protocol("a file was spoken of before the walls")),
            None => Err(self.died().await),
        }
    }

    /// Waits for the end, and tells it: `None` if it ended well.
    pub(super) async fn end(&mut self) -> Option<CageError> {
        let status = match self.child.wait().await {
            Ok(status) => status,
            Err(source) => {
                return Some(CageError::Machine {
                    what: "the end of a process",
                    source,
                });
            }
        };
        match status.signal() {
            None if status.success() => None,
            Some(libc::SIGXCPU | libc::SIGKILL) => Some(CageError::Limit(Limit::Cpu)),
            // So ends a Rust program that gets no memory; a panic is caught and told.
            Some(libc::SIGABRT) => Some(CageError::Limit(Limit::Memory)),
            signal => Some(CageError::Crashed {
                signal,
                status: status.code(),
            }),
        }
    }

    /// Why an inmate fell silent.
    pub(super) async fn died(&mut self) -> CageError {
        let ended = self.end().await;
        ended.unwrap_or(CageError::Protocol("it ended before its last word"))
    }
}

/// Passes the file on, and then the end of it.
async fn feed(
    source: impl AsyncRead + Unpin,
    mut writing: tokio::net::unix::WriteHalf<'_>,
    bytes_max: u64,
) -> Result<(), CageError> {
    let mut source = source.take(bytes_max + 1);
    let mut chunk = Vec::with_capacity(CHUNK_BYTES);
    let mut bytes = 0;
    loop {
        chunk.clear();
        while chunk.len() < CHUNK_BYTES {
            if source
                .read_buf(&mut chunk)
                .await
                .map_err(CageError::Source)?
                == 0
            {
                break;
            }
        }
        bytes += chunk.len() as u64;
        if bytes > bytes_max {
            return Err(CageError::Limit(Limit::Source));
        }
        // One that has heard enough closes its end; what it said is still there to be heard.
        if chunk.is_empty() || writing.write_all(&chunk).await.is_err() {
            let _closed = writing.shutdown().await;
            return Ok(());
        }
    }
}

/// What an inmate's last word was.
pub(super) enum Heard {
    Looked(Looked),
    Refused(Refusal),
    Stopped(u32),
    NoPlayer,
    Silence,
}

/// Hears answers until the last word.
pub(super) async fn hear(
    mut reading: impl AsyncRead + Unpin,
    answer_bytes_max: u64,
    each: &mut impl FnMut(Answer) -> ControlFlow<()>,
) -> Result<Heard, CageError> {
    let mut bytes_left = answer_bytes_max;
    let mut frames = 0;
    loop {
        match next(&mut reading, bytes_left + REPORT_BYTES_MAX).await? {
            Some(Report::Answer(answer)) => {
                frames += 1;
                let bytes = answer.blob.len() as u64;
                bytes_left = bytes_left
                    .checked_sub(bytes)
                    .ok_or(CageError::Limit(Limit::Answer))?;
                if each(answer).is_break() {
                    return Ok(Heard::Stopped(frames));
                }
            }
            Some(Report::Looked(looked)) => return Ok(Heard::Looked(looked)),
            Some(Report::Refused(refusal)) => return Ok(Heard::Refused(refusal)),
            Some(Report::NoPlayer) => return Ok(Heard::NoPlayer),
            Some(Report::Enforced(_)) => {
                return Err(CageError::Protocol("the walls were spoken of twice"));
            }
            None => return Ok(Heard::Silence),
        }
    }
}

/// The next report. `None` if the inmate fell silent.
pub(super) async fn next(
    reading: &mut (impl AsyncRead + Unpin),
    bytes_max: u64,
) -> Result<Option<Report>, CageError> {
    let mut length = [0; 4];
    if reading.read_exact(&mut length).await.is_err() {
        return Ok(None);
    }
    let length = u32::from_le_bytes(length);
    if u64::from(length) > bytes_max {
        return Err(CageError::Limit(Limit::Answer));
    }
    // Grows as it comes, so that a length alone takes no memory.
    let mut content = Vec::new();
    let read = reading.take(length.into()).read_to_end(&mut content).await;
    if read.is_err() || content.len() != length as usize {
        return Ok(None);
    }
    let report = Report::read(&content);
    report
        .map(Some)
        .ok_or(CageError::Protocol("a report that no inmate makes"))
}
