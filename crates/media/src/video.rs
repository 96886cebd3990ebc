//! Video.

use std::fs::File;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::path::Path;

use crate::picture::{Looked, PictureLimits, Refusal};
use crate::{Kind, Raster};

/// How video is looked into.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VideoConfig {}

pub(crate) fn become_player(
    program: &Path,
    args: &[String],
    descriptors: Vec<OwnedFd>,
) -> std::io::Error {
    let _later = (program, args, descriptors);
    std::io::ErrorKind::Unsupported.into()
}

pub(crate) fn read_frames(
    kind: Kind,
    pipe: File,
    notes: &File,
    limits: &PictureLimits,
    each: &mut dyn FnMut(&Raster<'_>) -> ControlFlow<()>,
) -> Result<Looked, Refusal> {
    let _later = (kind, pipe, notes, limits, each);
    Err(Refusal::NoDecoder { kind })
}
