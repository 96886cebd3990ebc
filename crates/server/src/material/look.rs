//! What a file looks like: perceptual hashes that are computed in the cage, where its pixels stay.

use fingerprint::pdq::{Dihedral, Hasher, Part, Query, Turns};
use media::cage::{Answer, Cage, CageConfig, CageError, Opened, WhenMissing};
use media::picture::Ended;
use media::{Pixels, Raster};
use model::{Pdq, PdqInput};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncRead;
use tokio::sync::Semaphore;

use crate::config::Config;

/// Files that are looked into at a time.
const LOOKS_AT_ONCE: usize = 4;
/// Frames of a video or an animation that are kept.
const FRAMES_MAX: usize = 4_000;

/// What a file looks like, or why that is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Look {
    /// What it is, by its content: `jpeg`, `mp4`, …; empty where it is nothing known.
    pub kind: String,
    /// Pixels in a row of the first frame.
    pub width: u32,
    /// Rows of the first frame.
    pub height: u32,
    /// A picture has one, an animation or a video several.
    pub frames: Vec<FrameLook>,
    /// Why it was not looked into, or not to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_looked: Option<String>,
    /// The code of the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The first picture of the group of near copies that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) leader: Option<String>,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameLook {
    /// When it is shown, in milliseconds from the beginning.
    pub at_millis: u64,
    /// Its PDQ hash at full size, as 64 hexadecimal digits.
    pub pdq: String,
    /// The quality of the hash, 0 to 100.
    pub quality: u8,
    /// Further hashes of the same frame: turned, mirrored, without its border, resized first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OtherLook>,
}

/// Another hash of a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherLook {
    /// How it was seen.
    pub seen: String,
    /// The hash.
    pub pdq: String,
    /// Its quality.
    pub quality: u8,
}

/// What the inmate says of one frame.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    pdq: String,
    quality: u8,
    others: Vec<OtherLook>,
}

/// Becomes the inmate of a cage: hashes what is decoded, and tells the hashes alone. Returns when
/// the one file is done.
pub fn inmate() -> Result<(), media::cage::InmateError> {
    let mut hasher = Hasher::new();
    media::cage::serve(move |raster| {
        let told = tell(&mut hasher, raster);
        // Strings and numbers always serialise; an empty answer reads as a broken protocol.
        serde_json::to_vec(&told).unwrap_or_default()
    })
}

fn tell(hasher: &mut Hasher, raster: &Raster<'_>) -> Option<Told> {
    let (bytes, layout) = match raster.pixels {
        Pixels::Grey(bytes) => (bytes, fingerprint::pdq::Layout::Grey),
        Pixels::Rgb(bytes) => (bytes, fingerprint::pdq::Layout::Rgb),
    };
    let width = usize::try_from(raster.width).ok()?;
    let height = usize::try_from(raster.height).ok()?;
    let pixels = fingerprint::pdq::Pixels::new(bytes, layout, width, height).ok()?;
    // A still is asked about in every way it may be turned; of the many frames of a video, the
    // mirror image is enough.
    let turns = if raster.index == 0 {
        Turns::All
    } else {
        Turns::Mirror
    };
    let queries = hasher.queries(&pixels, PdqInput::Full, turns);
    let mut others: Vec<OtherLook> = queries.iter().skip(1).map(other).collect();
    if raster.index == 0 {
        let resized = hasher.hash(&pixels, PdqInput::Resized512);
        others.push(OtherLook {
            seen: "resized to 512 first".to_owned(),
            pdq: resized.hash.to_string(),
            quality: resized.quality,
        });
    }
    let first = queries.first()?.answer;
    Some(Told {
        pdq: first.hash.to_string(),
        quality: first.quality,
        others,
    })
}

fn other(query: &Query) -> OtherLook {
    let turned = match query.way {
        Dihedral::Upright => "as it is",
        way => way.name(),
    };
    let seen = match query.part {
        Part::Whole => turned.to_owned(),
        Part::WithoutBorder(_) => format!("without its border, {turned}"),
    };
    OtherLook {
        seen,
        pdq: query.answer.hash.to_string(),
        quality: query.answer.quality,
    }
}

/// Looks into files.
pub(crate) struct Looker {
    cage: Option<Cage>,
    at_once: Semaphore,
}

impl Looker {
    pub(crate) fn new(config: &Config) -> Self {
        let mut cage = config.cage.clone();
        if let (Some(cage), true) = (&mut cage, config.allow_weaker_cage) {
            cage.when_missing = WhenMissing::Allow;
        }
        Self {
            cage: cage.map(Cage::new),
            at_once: Semaphore::new(LOOKS_AT_ONCE),
        }
    }

    /// Looks into a file. What cannot be looked into is told, never a fault: it is kept, and
    /// matched by its exact hashes.
    pub(crate) async fn look(&self, source: impl AsyncRead + Unpin) -> Look {
        let Some(cage) = &self.cage else {
            return Look::not_looked("", "no decoder is configured", "cage.none");
        };
        // The semaphore is never closed.
        let _permit = self.at_once.acquire().await;
        let mut frames = Vec::new();
        let opened = cage
            .open_until(source, |answer| {
                frames.push(answer);
                if frames.len() < FRAMES_MAX {
                    std::ops::ControlFlow::Continue(())
                } else {
                    std::ops::ControlFlow::Break(())
                }
            })
            .await;
        Look::of(opened, &frames)
    }
}

impl Look {
    fn of(opened: Result<Opened, CageError>, answers: &[Answer]) -> Self {
        let mut look = Self {
            width: answers.first().map_or(0, |answer| answer.width),
            height: answers.first().map_or(0, |answer| answer.height),
            frames: answers.iter().filter_map(frame).collect(),
            ..Self::default()
        };
        match opened {
            Ok(Opened::Looked { looked, .. }) => {
                looked.kind.name().clone_into(&mut look.kind);
                look.not_looked = unfinished(looked.ended).map(str::to_owned);
            }
            Ok(Opened::Stopped { kind, .. }) => {
                kind.name().clone_into(&mut look.kind);
                look.not_looked =
                    Some(format!("only its first {FRAMES_MAX} frames were looked at"));
            }
            Ok(Opened::NotLookedInto { kind, reason }) => {
                return Self::not_looked(kind.name(), reason, "cage.no-player");
            }
            Err(error) => {
                if !error.is_of_the_file() {
                    tracing::warn!(code = error.code(), "a file could not be looked into");
                }
                look.not_looked = Some(error.to_string());
                look.code = Some(error.code().to_owned());
            }
        }
        look
    }

    fn not_looked(kind: &str, reason: &str, code: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            not_looked: Some(reason.to_owned()),
            code: Some(code.to_owned()),
            ..Self::default()
        }
    }

    /// Whether the file is a picture or a video at all, as far as its content tells.
    pub fn is_media(&self) -> bool {
        self.code.as_deref() != Some("media.not-media")
    }
}

/// What of a file was not looked at.
const fn unfinished(ended: Ended) -> Option<&'static str> {
    match ended {
        Ended::Whole | Ended::Stopped => None,
        Ended::AtFramesMax => Some("it has more frames than are looked at; the first were"),
        Ended::AtTimeMax => {
            Some("it took longer than a file may; what was decoded by then was looked at")
        }
        Ended::AtPixelsMax => Some("it has more pixels than are looked at; the first were"),
        Ended::Broken => Some("it is broken or cut short; what comes before that was looked at"),
    }
}

fn frame(answer: &Answer) -> Option<FrameLook> {
    // An inmate that was taken over may say anything: what does not read as a hash is no look.
    let told: Told = serde_json::from_slice(&answer.blob).ok()?;
    let is_hash = |text: &String| text.parse::<Pdq>().is_ok();
    (is_hash(&told.pdq) && told.others.iter().all(|other| is_hash(&other.pdq))).then_some(
        FrameLook {
            at_millis: answer.time_millis,
            pdq: told.pdq,
            quality: told.quality,
            others: told.others,
        },
    )
}

/// How the program that runs looks into files: by being started again with `args`.
pub fn cage_of_this_program(args: Vec<String>) -> std::io::Result<CageConfig> {
    Ok(CageConfig::new(std::env::current_exe()?, args))
}
