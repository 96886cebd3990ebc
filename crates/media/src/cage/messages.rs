//! What keeper and inmate say to each other.
//!
//! Both ways a message is its length in four bytes (least first) and its content. An order is JSON.
//! A report is a tag of one byte, then JSON, or for an answer 20 bytes of numbers and the blob.

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::limits::CageLimits;
use crate::picture::{Looked, Refusal};
use crate::{Kind, Raster};

/// The longest order, in bytes.
pub(crate) const ORDER_BYTES_MAX: usize = 64 << 10;

/// What an inmate is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// Decode the picture that follows on the socket.
    Picture {
        /// How much it may cost.
        limits: CageLimits,
    },
    /// Read the frames that a player sends through a pipe. Two descriptors come along: the pipe,
    /// and the player's notes.
    Frames {
        /// How much it may cost.
        limits: CageLimits,
        /// What is being played.
        kind: Kind,
    },
    /// Become the player. Three descriptors come along: the video, the pipe, the notes.
    Player {
        /// How much it may cost.
        limits: CageLimits,
        /// The player's program.
        program: PathBuf,
        /// Its arguments.
        args: Vec<String>,
    },
}

/// How far Landlock holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Landlock {
    /// Files, network and signals.
    Full,
    /// Files; the kernel is too old for the rest, which seccomp holds.
    FilesOnly,
    /// Not at all.
    Absent,
}

/// What walls an inmate has, and has tried, before it reads a byte of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enforced {
    /// No file can be opened.
    pub landlock: Landlock,
    /// Only the few system calls that decoding takes are let through.
    pub seccomp: bool,
    /// Memory, time, descriptors and processes are limited.
    pub rlimits: bool,
    /// There is no other thread. A test that is its own inmate has one, that sleeps; it is behind
    /// seccomp and the limits, and not behind Landlock.
    pub single_thread: bool,
}

impl Enforced {
    /// Whether every wall stands.
    pub const fn is_whole(&self) -> bool {
        !matches!(self.landlock, Landlock::Absent) && self.seccomp && self.rlimits
    }
}

impl fmt::Display for Enforced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = |held: bool| if held { "holds" } else { "missing" };
        let landlock = match self.landlock {
            Landlock::Full => "holds",
            Landlock::FilesOnly => "holds for files",
            Landlock::Absent => "missing",
        };
        write!(
            f,
            "Landlock: {landlock}, seccomp: {}, limits: {}",
            held(self.seccomp),
            held(self.rlimits),
        )
    }
}

/// What the handler said of one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Which frame, from 0.
    pub index: u32,
    /// When it is shown, in milliseconds from the beginning.
    pub time_millis: u64,
    /// Its pixels in a row.
    pub width: u32,
    /// Its rows.
    pub height: u32,
    /// What the handler gave.
    pub blob: Vec<u8>,
}

/// What an inmate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Report {
    Enforced(Enforced),
    Answer(Answer),
    Looked(Looked),
    Refused(Refusal),
    /// The player's program could not be started.
    NoPlayer,
}

/// Bytes of an answer before its blob.
const ANSWER_HEAD_BYTES: usize = 20;

impl Report {
    /// The report of what was tagged and sent. `None` if no inmate says so.
    pub(crate) fn read(content: &[u8]) -> Option<Self> {
        let (tag, rest) = content.split_first()?;
        match tag {
            b'E' => serde_json::from_slice(rest).ok().map(Self::Enforced),
            b'L' => serde_json::from_slice(rest).ok().map(Self::Looked),
            b'R' => serde_json::from_slice(rest).ok().map(Self::Refused),
            b'N' => Some(Self::NoPlayer),
            b'A' => {
                let (head, blob) = rest.split_first_chunk::<ANSWER_HEAD_BYTES>()?;
                let (index, head) = head.split_first_chunk::<4>()?;
                let (width, head) = head.split_first_chunk::<4>()?;
                let (height, time) = head.split_first_chunk::<4>()?;
                Some(Self::Answer(Answer {
                    index: u32::from_le_bytes(*index),
                    width: u32::from_le_bytes(*width),
                    height: u32::from_le_bytes(*height),
                    time_millis: u64::from_le_bytes(time.try_into().ok()?),
                    blob: blob.to_vec(),
                }))
            }
            _ => None,
        }
    }

    /// Writes the report, its length first.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Enforced(enforced) => write(out, b'E', &[&serde_json::to_vec(enforced)?]),
            Self::Looked(looked) => write(out, b'L', &[&serde_json::to_vec(looked)?]),
            Self::Refused(refusal) => write(out, b'R', &[&serde_json::to_vec(refusal)?]),
            Self::NoPlayer => write(out, b'N', &[]),
            Self::Answer(answer) => {
                let [index, width, height] =
                    [answer.index, answer.width, answer.height].map(u32::to_le_bytes);
                let time = answer.time_millis.to_le_bytes();
                write(out, b'A', &[&index, &width, &height, &time, &answer.blob])
            }
        }
    }

    pub(crate) fn of_answer(raster: &Raster<'_>, blob: Vec<u8>) -> Self {
        Self::Answer(Answer {
            index: raster.index,
            time_millis: raster.time_millis,
            width: raster.width,
            height: raster.height,
            blob,
        })
    }
}

fn write(out: &mut impl Write, tag: u8, parts: &[&[u8]]) -> io::Result<()> {
    let content: usize = 1 + parts.iter().map(|part| part.len()).sum::<usize>();
    let length = u32::try_from(content).map_err(io::Error::other)?;
    let mut message = Vec::with_capacity(4 + content);
    message.extend_from_slice(&length.to_le_bytes());
    message.push(tag);
    for part in parts {
        message.extend_from_slice(part);
    }
    out.write_all(&message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Answer, Enforced, Landlock, Report};
    use crate::Kind;
    use crate::picture::{Ended, Looked, Orientation, Refusal};

    #[test]
    fn every_report_is_read_as_it_was_written() {
        let reports = [
            Report::Enforced(Enforced {
                landlock: Landlock::FilesOnly,
                seccomp: true,
                rlimits: false,
                single_thread: true,
            }),
            Report::Looked(Looked {
                kind: Kind::Gif,
                width: 3,
                height: 4,
                orientation: Orientation::Transposed,
                frames: 7,
                duration_millis: 90,
                ended: Ended::Broken,
            }),
            Report::Refused(Refusal::TooLarge {
                kind: Kind::Bmp,
                width: u64::MAX,
                height: 1,
            }),
            Report::Answer(Answer {
                index: 9,
                time_millis: 1 << 40,
                width: 640,
                height: 480,
                blob: b"blob".to_vec(),
            }),
            Report::NoPlayer,
        ];
        for report in reports {
            let mut written = Vec::new();
            report.write(&mut written).expect("memory takes it");
            let (length, content) = written.split_first_chunk().expect("a length");
            assert_eq!(u32::from_le_bytes(*length) as usize, content.len());
            assert_eq!(Report::read(content), Some(report));
        }
    }

    proptest! {
        #[test]
        fn what_no_inmate_says_is_none(content in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Some(report) = Report::read(&content) {
                prop_assert!(matches!(report, Report::Answer(_) | Report::NoPlayer));
            }
        }
    }
}
