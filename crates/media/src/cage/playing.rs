//! Video: one inmate becomes the player, another takes its frames; the keeper hears the second.

use std::fs::File;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{MemfdFlags, SealFlags};
use rustix::pipe::PipeFlags;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::failure::{CageError, Limit};
use super::keeper::{Answer, CHUNK_BYTES, Cage, Heard, Inmate, Opened, hear, next, within};
use super::limits::CageLimits;
use super::messages::{Enforced, Landlock, Order};
use crate::Kind;
use crate::picture::{Ended, Looked, Orientation, Refusal};
use crate::video::{Sampling, arguments};

/// How much of a frame lies between player and reader.
const PIPE_BYTES: usize = 1 << 20;

pub(super) async fn open(
    cage: &Cage,
    kind: Kind,
    source: impl AsyncRead + Unpin,
    each: &mut impl FnMut(Answer) -> ControlFlow<()>,
) -> Result<Opened, CageError> {
    let config = &cage.config.video;
    let Some(player) = &config.player else {
        return Ok(Opened::NotLookedInto {
            kind,
            reason: "FFmpeg is not installed here, so no frame of this video was looked at",
        });
    };
    let limits = config.limits;
    within(&limits, async {
        let film = hold(source, limits.source_bytes_max).await?;
        let theatre = Theatre {
            cage,
            player,
            kind,
            film,
            limits,
        };
        theatre.look(config.gap_millis_max, each).await
    })
    .await
}

/// One video, and what it is played with.
struct Theatre<'a> {
    cage: &'a Cage,
    player: &'a Path,
    kind: Kind,
    film: OwnedFd,
    limits: CageLimits,
}

impl Theatre<'_> {
    /// Key frames, and where they are too far apart, scenes.
    async fn look(
        &self,
        gap_millis_max: u64,
        each: &mut impl FnMut(Answer) -> ControlFlow<()>,
    ) -> Result<Opened, CageError> {
        let mut last_millis = 0;
        let mut gap_millis = 0;
        let mut frames = 0;
        let first = self
            .play(Sampling::KeyFrames, &mut |answer| {
                gap_millis = gap_millis.max(answer.time_millis.saturating_sub(last_millis));
                last_millis = last_millis.max(answer.time_millis);
                frames = answer.index + 1;
                each(answer)
            })
            .await?;
        let Opened::Looked { looked, enforced } = first else {
            return Ok(first);
        };
        // A recording that was never closed does not know how long it is: more than one key frame
        // tells how far apart they are, and one tells nothing.
        let tail_millis = match looked.duration_millis {
            0 if looked.frames < 2 => u64::MAX,
            duration_millis => duration_millis.saturating_sub(last_millis),
        };
        gap_millis = gap_millis.max(tail_millis);
        if gap_millis <= gap_millis_max || looked.ended != Ended::Whole {
            return Ok(first);
        }
        let sampling = Sampling::Scenes {
            gap_millis: gap_millis_max,
        };
        let second = self
            .play(sampling, &mut |answer| {
                each(Answer {
                    index: frames + answer.index,
                    ..answer
                })
            })
            .await?;
        Ok(match second {
            Opened::Looked { looked: more, .. } => Opened::Looked {
                looked: Looked {
                    frames: looked.frames + more.frames,
                    ended: more.ended,
                    ..looked
                },
                enforced,
            },
            Opened::Stopped { frames: more, .. } => Opened::Stopped {
                kind: self.kind,
                frames: looked.frames + more,
                enforced,
            },
            other @ Opened::NotLookedInto { .. } => other,
        })
    }

    /// Starts a reader, and a player that plays for it.
    async fn begin(&self, sampling: Sampling) -> Result<Playing, CageError> {
        let (kind, limits) = (self.kind, self.limits);
        let when_missing = self.cage.config.when_missing;
        let (from_player, to_reader) =
            rustix::pipe::pipe_with(PipeFlags::CLOEXEC).map_err(machine("a pipe"))?;
        // Where the user has too many large pipes already, a small one serves.
        let _size = rustix::pipe::fcntl_setpipe_size(&to_reader, PIPE_BYTES);
        let notes =
            rustix::fs::memfd_create("notes", MemfdFlags::CLOEXEC).map_err(machine("memory"))?;

        let mut reader = self.cage.inmate()?;
        let order = Order::Frames { limits, kind };
        reader
            .order(&order, &[from_player.as_fd(), notes.as_fd()])
            .await?;
        drop(from_player);
        let walls = reader.enforced(when_missing).await?;

        let mut player = self.cage.inmate()?;
        let order = Order::Player {
            limits,
            program: self.player.to_owned(),
            args: arguments(kind, sampling, limits.picture.pixels_max),
        };
        let descriptors = [self.film.as_fd(), to_reader.as_fd(), notes.as_fd()];
        player.order(&order, &descriptors).await?;
        drop(to_reader);
        let enforced = weaker(walls, player.enforced(when_missing).await?);
        // The socket is closed when the player begins; a word more means that it does not.
        if next(&mut player.socket, 0xFF).await?.is_some() {
            return Err(CageError::Start {
                program: self.player.to_owned(),
                source: io::ErrorKind::NotFound.into(),
            });
        }
        Ok(Playing {
            reader,
            player,
            enforced,
        })
    }

    /// Plays once.
    async fn play(
        &self,
        sampling: Sampling,
        each: &mut impl FnMut(Answer) -> ControlFlow<()>,
    ) -> Result<Opened, CageError> {
        let (kind, limits) = (self.kind, self.limits);
        let Playing {
            mut reader,
            mut player,
            enforced,
        } = self.begin(sampling).await?;
        let mut seen: Option<Looked> = None;
        let mut each = |answer: Answer| {
            let so_far = seen.get_or_insert(Looked {
                kind,
                width: answer.width,
                height: answer.height,
                orientation: Orientation::Upright,
                frames: 0,
                duration_millis: 0,
                ended: Ended::AtTimeMax,
            });
            so_far.frames += 1;
            each(answer)
        };
        let heard = hear(&mut reader.socket, limits.answer_bytes_max, &mut each).await?;
        match heard {
            // A player that is killed at its limit may leave half a frame: what ended it counts.
            Heard::Looked(looked) if matches!(looked.ended, Ended::Whole | Ended::Broken) => {
                let ended = match player.end().await {
                    None => looked.ended,
                    // FFmpeg catches the signal of its limit, and ends with status 255.
                    Some(
                        CageError::Limit(_)
                        | CageError::Crashed {
                            status: Some(255), ..
                        },
                    ) => Ended::AtTimeMax,
                    Some(_) => Ended::Broken,
                };
                let looked = Looked { ended, ..looked };
                Ok(Opened::Looked { looked, enforced })
            }
            Heard::Looked(looked) => Ok(Opened::Looked { looked, enforced }),
            // Without a frame it is the player who knows why.
            Heard::Refused(refusal @ Refusal::Broken { .. }) => match player.end().await {
                Some(limit @ CageError::Limit(_)) => Err(limit),
                Some(CageError::Crashed {
                    signal: signal @ Some(_),
                    status,
                }) => Err(CageError::Crashed { signal, status }),
                _ => Err(refusal.into()),
            },
            Heard::Refused(refusal) => Err(refusal.into()),
            Heard::Stopped(frames) => Ok(Opened::Stopped {
                kind,
                frames,
                enforced,
            }),
            Heard::NoPlayer => Err(CageError::Protocol("a reader speaks of a player")),
            Heard::Silence => match (reader.died().await, seen) {
                // The handler takes time too: what it said before all was spent holds.
                (CageError::Limit(Limit::Cpu), Some(looked)) => {
                    Ok(Opened::Looked { looked, enforced })
                }
                (error, _) => Err(error),
            },
        }
    }
}

/// A video that is being played.
struct Playing {
    reader: Inmate,
    player: Inmate,
    enforced: Enforced,
}

/// The walls that both have.
fn weaker(one: Enforced, other: Enforced) -> Enforced {
    Enforced {
        landlock: match (one.landlock, other.landlock) {
            (Landlock::Absent, _) | (_, Landlock::Absent) => Landlock::Absent,
            (Landlock::FilesOnly, _) | (_, Landlock::FilesOnly) => Landlock::FilesOnly,
            (Landlock::Full, Landlock::Full) => Landlock::Full,
        },
        seccomp: one.seccomp && other.seccomp,
        rlimits: one.rlimits && other.rlimits,
        single_thread: one.single_thread && other.single_thread,
    }
}

/// Takes a file into memory that nobody can change any more.
async fn hold(source: impl AsyncRead + Unpin, bytes_max: u64) -> Result<OwnedFd, CageError> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let memory = rustix::fs::memfd_create("film", flags).map_err(machine("memory"))?;
    let mut memory = File::from(memory);
    let mut source = source.take(bytes_max + 1);
    let mut chunk = Vec::with_capacity(CHUNK_BYTES);
    let mut bytes = 0;
    loop {
        chunk.clear();
        if source
            .read_buf(&mut chunk)
            .await
            .map_err(CageError::Source)?
            == 0
        {
            break;
        }
        bytes += chunk.len() as u64;
        if bytes > bytes_max {
            return Err(CageError::Limit(Limit::Source));
        }
        memory
            .write_all(&chunk)
            .map_err(|source| CageError::Machine {
                what: "memory",
                source,
            })?;
    }
    let seals = SealFlags::GROW | SealFlags::SHRINK | SealFlags::WRITE | SealFlags::SEAL;
    rustix::fs::fcntl_add_seals(&memory, seals).map_err(machine("a seal"))?;
    Ok(memory.into())
}

fn machine(what: &'static str) -> impl Fn(rustix::io::Errno) -> CageError {
    move |errno| CageError::Machine {
        what,
        source: errno.into(),
    }
}
