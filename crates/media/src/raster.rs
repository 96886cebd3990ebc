//! Decoded pixels, as a hash takes them.

/// One decoded picture: a still, or a frame of an animation or a video.
///
/// It lies as a viewer shows it: turned as its EXIF orientation asks, transparent parts on white,
/// eight bits a channel. Colour profiles are not applied, as makers of hash lists do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raster<'a> {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The pixels, row after row from the top, without gaps.
    pub pixels: Pixels<'a>,
    /// Which frame this is, from 0.
    pub index: u32,
    /// When the frame is shown, in milliseconds from the beginning.
    pub time_millis: u64,
}

/// The pixels of a raster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pixels<'a> {
    /// One byte a pixel: how light it is.
    Grey(&'a [u8]),
    /// Three bytes a pixel: red, green, blue.
    Rgb(&'a [u8]),
}

impl Pixels<'_> {
    /// The bytes, whichever way they are laid out.
    pub const fn bytes(&self) -> &[u8] {
        match self {
            Self::Grey(bytes) | Self::Rgb(bytes) => bytes,
        }
    }
}
