//! GIF: every frame, laid over those before it.

use gif::{ColorOutput, DecodeOptions, DisposalMethod, MemoryLimit};

use super::canvas::{Canvas, Disposal, Place};
use super::{Album, Refusal};
use crate::Kind;

const KIND: Kind = Kind::Gif;
/// The canvas, a saved one, the frame, and what is shown.
const PIXEL_BYTES: u64 = 16;

pub(super) fn look(bytes: &[u8], album: &mut Album<'_>) -> Result<(), Refusal> {
    let broken = Refusal::Broken { kind: KIND };
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    options.check_frame_consistency(false);
    options.allow_unknown_blocks(true);
    let limit = album.limits.decoded_bytes_max / 4;
    if let Some(limit) = std::num::NonZeroU64::new(limit) {
        options.set_memory_limit(MemoryLimit::Bytes(limit));
    }
    let mut decoder = options.read_info(bytes).map_err(|_| broken)?;
    let (width, height) = (decoder.width(), decoder.height());
    album.admit(width.into(), height.into(), PIXEL_BYTES)?;

    let mut canvas = Canvas::new(width.into(), height.into());
    let mut time_millis = 0;
    loop {
        let (size, control) = match decoder.next_frame_info() {
            Ok(Some(frame)) => ((frame.width, frame.height), frame.clone()),
            Ok(None) => return Ok(()),
            Err(_) => return Err(broken),
        };
        if size.0 == 0 || size.1 == 0 {
            return Err(broken);
        }
        album.admit(size.0.into(), size.1.into(), PIXEL_BYTES)?;
        let mut samples = vec![0; decoder.buffer_size()];
        if decoder.read_into_buffer(&mut samples).is_err() {
            return Err(broken);
        }
        let place = Place {
            left: control.left.into(),
            top: control.top.into(),
            width: size.0.into(),
            height: size.1.into(),
        };
        let disposal = match control.dispose {
            DisposalMethod::Any | DisposalMethod::Keep => Disposal::Keep,
            DisposalMethod::Background => Disposal::Clear,
            DisposalMethod::Previous => Disposal::Restore,
        };
        canvas.lay(place, samples.as_chunks::<4>().0, false, disposal);
        let sheet = canvas.sheet().ok_or(broken)?;
        if album.show(sheet, time_millis).is_break() {
            return Ok(());
        }
        time_millis += u64::from(control.delay) * 10;
        album.duration_millis = time_millis;
    }
}
