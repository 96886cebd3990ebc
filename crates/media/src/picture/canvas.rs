//! The canvas on which the frames of an animation are laid one over the other.

use super::sheet::{Sheet, over};

/// Where on the canvas a frame lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// What becomes of a frame's place before the next one is laid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disposal {
    Keep,
    Clear,
    Restore,
}

/// Pixels of red, green, blue and alpha, at first all transparent.
pub(super) struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<[u8; 4]>,
    /// What has to be done before the next frame, and what lay there.
    pending: Option<(Place, Disposal, Vec<[u8; 4]>)>,
}

impl Canvas {
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            pixels: vec![[0; 4]; width as usize * height as usize],
            pending: None,
        }
    }

    /// Lays a frame on the canvas; what reaches beyond is cut off. With `replaces`, transparent
    /// parts replace what lay there, else they let it through.
    pub(super) fn lay(
        &mut self,
        place: Place,
        frame: &[[u8; 4]],
        replaces: bool,
        disposal: Disposal,
    ) {
        self.dispose();
        let saved = match disposal {
            Disposal::Restore => self.pixels.clone(),
            Disposal::Keep | Disposal::Clear => Vec::new(),
        };
        self.pending = Some((place, disposal, saved));
        let visible = self.visible_columns(place);
        for (row, source) in frame.chunks_exact(place.width.max(1) as usize).enumerate() {
            let Some(target) = self.row(place, row) else {
                break;
            };
            for (under, upper) in target.iter_mut().zip(&source[..visible]) {
                *under = if replaces {
                    *upper
                } else {
                    blend(*upper, *under)
                };
            }
        }
    }

    /// The canvas as it is shown, on white.
    pub(super) fn sheet(&self) -> Option<Sheet> {
        let bytes = self.pixels.as_flattened().to_vec();
        Sheet::of_samples(self.width, self.height, 4, bytes)
    }

    fn dispose(&mut self) {
        let Some((place, disposal, saved)) = self.pending.take() else {
            return;
        };
        match disposal {
            Disposal::Keep => {}
            Disposal::Restore => self.pixels = saved,
            Disposal::Clear => {
                for row in 0..place.height as usize {
                    let Some(target) = self.row(place, row) else {
                        break;
                    };
                    target.fill([0; 4]);
                }
            }
        }
    }

    fn visible_columns(&self, place: Place) -> usize {
        self.width.saturating_sub(place.left).min(place.width) as usize
    }

    /// The part of the canvas under a row of a frame. `None` below the canvas.
    fn row(&mut self, place: Place, row: usize) -> Option<&mut [[u8; 4]]> {
        let visible = self.visible_columns(place);
        let y = place.top as usize + row;
        if y >= self.height as usize || visible == 0 {
            return None;
        }
        let start = y * self.width as usize + place.left as usize;
        self.pixels.get_mut(start..start + visible)
    }
}

/// One pixel over another, both with alpha that is not multiplied in.
fn blend(upper: [u8; 4], under: [u8; 4]) -> [u8; 4] {
    match (upper[3], under[3]) {
        (255, _) | (_, 0) => upper,
        (0, _) => under,
        (alpha, 255) => {
            let mut mixed = [255; 4];
            for (channel, sample) in mixed[..3].iter_mut().enumerate() {
                *sample = over(upper[channel], under[channel], alpha);
            }
            mixed
        }
        (alpha, below) => {
            let (alpha, below) = (u32::from(alpha), u32::from(below));
            let rest = below * (255 - alpha) / 255;
            let sum = alpha + rest;
            let mut mixed = [u8::try_from(sum).unwrap_or(u8::MAX); 4];
            for (channel, sample) in mixed[..3].iter_mut().enumerate() {
                let parts = u32::from(upper[channel]) * alpha + u32::from(under[channel]) * rest;
                *sample = u8::try_from(parts / sum).unwrap_or(u8::MAX);
            }
            mixed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Canvas, Disposal, Place};

    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 255];
    const CLEAR: [u8; 4] = [0; 4];

    fn place(left: u32, top: u32, width: u32, height: u32) -> Place {
        Place {
            left,
            top,
            width,
            height,
        }
    }

    #[test]
    fn what_lay_there_is_kept_cleared_or_restored() {
        for (disposal, first) in [
            (Disposal::Keep, BLUE),
            (Disposal::Clear, CLEAR),
            (Disposal::Restore, RED),
        ] {
            let mut canvas = Canvas::new(2, 1);
            canvas.lay(place(0, 0, 2, 1), &[RED, RED], false, Disposal::Keep);
            canvas.lay(place(0, 0, 1, 1), &[BLUE], false, disposal);
            canvas.lay(place(1, 0, 1, 1), &[CLEAR], false, Disposal::Keep);
            assert_eq!(canvas.pixels, [first, RED], "{disposal:?}");
        }
    }

    #[test]
    fn a_frame_that_reaches_beyond_the_canvas_is_cut_off() {
        let mut canvas = Canvas::new(2, 2);
        canvas.lay(place(1, 1, 3, 3), &[RED; 9], true, Disposal::Clear);
        assert_eq!(canvas.pixels, [CLEAR, CLEAR, CLEAR, RED]);
        canvas.lay(place(9, 9, 1, 1), &[BLUE], true, Disposal::Keep);
        assert_eq!(canvas.pixels, [CLEAR; 4]);
        canvas.lay(place(0, 0, 0, 0), &[], true, Disposal::Keep);
        canvas.lay(place(0, 0, 1, 1), &[BLUE], false, Disposal::Keep);
        assert_eq!(canvas.pixels, [BLUE, CLEAR, CLEAR, CLEAR]);
    }
}
