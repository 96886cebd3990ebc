//! Pictures: decoded by content, turned upright, laid on white, within limits.

mod bmp;
mod canvas;
mod gif;
mod jpeg;
mod orientation;
mod png;
mod sheet;
mod tiff;
mod webp;

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

pub use orientation::Orientation;

use crate::{Kind, Raster};
use sheet::Sheet;

/// The longest side of a picture that is opened, in pixels. JPEG and GIF can state no more.
pub const SIDE_PIXELS_MAX: u32 = 65_535;
/// The most pixels of one picture. The largest cameras of telephones make 200 million.
pub const PIXELS_MAX: u64 = 1 << 28;
/// The most bytes that the decoded picture and the decoder's own buffers may take.
pub const DECODED_BYTES_MAX: u64 = 1 << 30;
/// The most frames of one animation that are looked at.
pub const FRAMES_MAX: u32 = 2_000;
/// The most pixels of all frames of one animation together.
pub const ANIMATION_PIXELS_MAX: u64 = 1 << 30;

/// How much of a picture is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureLimits {
    /// The longest side, in pixels.
    pub side_pixels_max: u32,
    /// The most pixels of one picture.
    pub pixels_max: u64,
    /// The most bytes that the decoded picture and the decoder's own buffers may take.
    pub decoded_bytes_max: u64,
    /// The most frames that are looked at; the rest of an animation is left.
    pub frames_max: u32,
    /// The most pixels of all frames together; the rest of an animation is left.
    pub animation_pixels_max: u64,
}

impl Default for PictureLimits {
    fn default() -> Self {
        Self {
            side_pixels_max: SIDE_PIXELS_MAX,
            pixels_max: PIXELS_MAX,
            decoded_bytes_max: DECODED_BYTES_MAX,
            frames_max: FRAMES_MAX,
            animation_pixels_max: ANIMATION_PIXELS_MAX,
        }
    }
}

/// What was seen of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// What the file is.
    pub kind: Kind,
    /// The first picture's pixels in a row, as shown.
    pub width: u32,
    /// The first picture's rows, as shown.
    pub height: u32,
    /// How the stored picture was turned to be shown.
    pub orientation: Orientation,
    /// How many pictures were handed on: 1 for a still.
    pub frames: u32,
    /// How long an animation or a video is, in milliseconds, as far as it was looked at; 0 for a
    /// still.
    pub duration_millis: u64,
    /// How the looking ended.
    pub ended: Ended,
}

/// How the looking ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// With the file.
    Whole,
    /// At [`PictureLimits::frames_max`], or the like for video.
    AtFramesMax,
    /// At [`PictureLimits::animation_pixels_max`].
    AtPixelsMax,
    /// When the processor time for it was spent; what came before was handed on.
    AtTimeMax,
    /// When the caller had enough.
    Stopped,
    /// Where the file is broken or cut short; what came before was handed on.
    Broken,
}

/// Why a file is not looked into. The file is at fault, not the machine.
///
/// No part of the file is repeated here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// By its content the file is no picture and no video.
    #[error("by its content ({}) this is no picture and no video", .kind.name())]
    NotMedia {
        /// What it is.
        kind: Kind,
    },
    /// A picture of a kind, or a variety of a kind, that nothing here decodes.
    #[error("a {} of this variety has no decoder here; match it by its exact hash", .kind.name())]
    NoDecoder {
        /// What it is.
        kind: Kind,
    },
    /// A picture that says it has no rows or no columns.
    #[error("the {} says that it has no rows or no columns", .kind.name())]
    Empty {
        /// What it is.
        kind: Kind,
    },
    /// A picture beyond the limits; nothing was allocated for it.
    #[error(
        "the {} says that it is {width} x {height} pixels, more than is opened here: raise the \
         limit if that is true",
        .kind.name()
    )]
    TooLarge {
        /// What it is.
        kind: Kind,
        /// Pixels in a row, as claimed.
        width: u64,
        /// Rows, as claimed.
        height: u64,
    },
    /// A file that is broken before its first picture ends.
    #[error("the {} is broken or cut short before its first picture is whole", .kind.name())]
    Broken {
        /// What it is.
        kind: Kind,
    },
    /// The decoder failed in a way that it should not: a defect of ours, held by the cage.
    #[error("the decoder of {} failed on this file, as it never should: report it", .kind.name())]
    DecoderFailed {
        /// What it is.
        kind: Kind,
    },
}

impl Refusal {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotMedia { .. } => "media.not-media",
            Self::NoDecoder { .. } => "media.no-decoder",
            Self::Empty { .. } => "media.empty",
            Self::TooLarge { .. } => "media.too-large",
            Self::Broken { .. } => "media.broken",
            Self::DecoderFailed { .. } => "media.decoder-failed",
        }
    }
}

/// Decodes a picture, or the frames of an animation, and hands each on.
///
/// This runs where it is called: outside a cage only for bytes that are trusted, and in tests.
///
/// # Errors
///
/// A [`Refusal`] if no picture came whole out of the file.
pub fn look(
    bytes: &[u8],
    limits: &PictureLimits,
    each: &mut dyn FnMut(&Raster<'_>) -> ControlFlow<()>,
) -> Result<Looked, Refusal> {
    let kind = Kind::of(bytes);
    let mut album = Album::new(kind, limits, each);
    let looked = match kind {
        Kind::Jpeg => jpeg::look(bytes, &mut album),
        Kind::Png => png::look(bytes, &mut album),
        Kind::Gif => gif::look(bytes, &mut album),
        Kind::WebP => webp::look(bytes, &mut album),
        Kind::Tiff => tiff::look(bytes, &mut album),
        Kind::Bmp => bmp::look(bytes, &mut album),
        kind if kind.is_picture() || kind.is_video() => Err(Refusal::NoDecoder { kind }),
        kind => Err(Refusal::NotMedia { kind }),
    };
    album.close(looked)
}

/// Where the decoders put their pictures.
struct Album<'a> {
    kind: Kind,
    limits: &'a PictureLimits,
    each: &'a mut dyn FnMut(&Raster<'_>) -> ControlFlow<()>,
    orientation: Orientation,
    first: Option<(u32, u32)>,
    frames: u32,
    pixels: u64,
    duration_millis: u64,
    ended: Ended,
}

impl<'a> Album<'a> {
    fn new(
        kind: Kind,
        limits: &'a PictureLimits,
        each: &'a mut dyn FnMut(&Raster<'_>) -> ControlFlow<()>,
    ) -> Self {
        Self {
            kind,
            limits,
            each,
            orientation: Orientation::Upright,
            first: None,
            frames: 0,
            pixels: 0,
            duration_millis: 0,
            ended: Ended::Whole,
        }
    }

    /// Whether a picture of this size is opened, to be asked before anything is allocated for it.
    /// `pixel_bytes` is what the decoder takes at its height for each pixel.
    fn admit(&self, width: u64, height: u64, pixel_bytes: u64) -> Result<(), Refusal> {
        let kind = self.kind;
        if width == 0 || height == 0 {
            return Err(Refusal::Empty { kind });
        }
        let side_max = u64::from(self.limits.side_pixels_max);
        let pixels = width.saturating_mul(height);
        let bytes = pixels.saturating_mul(pixel_bytes);
        let fits = width.max(height) <= side_max
            && pixels <= self.limits.pixels_max
            && bytes <= self.limits.decoded_bytes_max;
        if fits {
            Ok(())
        } else {
            Err(Refusal::TooLarge {
                kind,
                width,
                height,
            })
        }
    }

    /// What the decoder may allocate, as its own limit asks.
    fn bytes_max(&self) -> usize {
        usize::try_from(self.limits.decoded_bytes_max).unwrap_or(usize::MAX)
    }

    /// Hands a picture on. `Break` tells the decoder to leave the rest.
    fn show(&mut self, sheet: Sheet, time_millis: u64) -> ControlFlow<()> {
        if self.frames >= self.limits.frames_max {
            return self.end(Ended::AtFramesMax);
        }
        self.pixels += u64::from(sheet.width) * u64::from(sheet.height);
        if self.frames > 0 && self.pixels > self.limits.animation_pixels_max {
            return self.end(Ended::AtPixelsMax);
        }
        let sheet = self.orientation.turn(sheet);
        self.first.get_or_insert((sheet.width, sheet.height));
        let flow = (self.each)(&sheet.raster(self.frames, time_millis));
        self.frames += 1;
        if flow.is_break() {
            return self.end(Ended::Stopped);
        }
        ControlFlow::Continue(())
    }

    fn end(&mut self, ended: Ended) -> ControlFlow<()> {
        self.ended = ended;
        ControlFlow::Break(())
    }

    const fn refuse_broken(&self) -> Refusal {
        Refusal::Broken { kind: self.kind }
    }

    /// What came of it: a refusal after a picture is no more than an end, since that picture was
    /// handed on.
    fn close(self, looked: Result<(), Refusal>) -> Result<Looked, Refusal> {
        let Some((width, height)) = self.first else {
            return Err(looked.err().unwrap_or_else(|| self.refuse_broken()));
        };
        let ended = looked.map_or(Ended::Broken, |()| self.ended);
        Ok(Looked {
            kind: self.kind,
            width,
            height,
            orientation: self.orientation,
            frames: self.frames,
            duration_millis: self.duration_millis,
            ended,
        })
    }
}
