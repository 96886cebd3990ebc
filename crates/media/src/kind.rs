//! What a file is by its content; names and claimed types do not count.

use serde::{Deserialize, Serialize};

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// JPEG.
    Jpeg,
    /// PNG, animated or not.
    Png,
    /// GIF.
    Gif,
    /// WebP.
    WebP,
    /// TIFF.
    Tiff,
    /// Windows bitmap.
    Bmp,
    /// HEIF with HEVC (`.heic`).
    Heic,
    /// HEIF with AV1.
    Avif,
    /// JPEG XL.
    JpegXl,
    /// MP4, `QuickTime` and their kin.
    Mp4,
    /// Matroska and `WebM`.
    Matroska,
    /// AVI.
    Avi,
    /// An MPEG transport stream.
    MpegTs,
    /// An MPEG programme stream.
    MpegPs,
    /// Flash video.
    Flv,
    /// Windows Media.
    Asf,
    /// Ogg.
    Ogg,
    /// PDF.
    Pdf,
    /// ZIP, and what is packed in it (office documents, apps).
    Zip,
    /// Text of a mark-up language: HTML, XML, SVG.
    Markup,
    /// None of these.
    Unknown,
}

/// How many bytes [`Kind::of`] looks at.
pub(crate) const HEAD_BYTES: usize = 64;

impl Kind {
    /// What the file that begins with `head` is. The first 64 bytes are enough.
    pub fn of(head: &[u8]) -> Self {
        let at = |offset: usize, magic: &[u8]| {
            head.get(offset..)
                .is_some_and(|rest| rest.starts_with(magic))
        };
        match head {
            [0xFF, 0xD8, 0xFF, ..] => Self::Jpeg,
            _ if at(0, b"\x89PNG\r\n\x1a\n") => Self::Png,
            _ if at(0, b"GIF87a") || at(0, b"GIF89a") => Self::Gif,
            _ if at(0, b"RIFF") && at(8, b"WEBP") => Self::WebP,
            _ if at(0, b"RIFF") && at(8, b"AVI ") => Self::Avi,
            _ if at(0, b"II*\0") || at(0, b"MM\0*") => Self::Tiff,
            _ if at(0, b"II+\0") || at(0, b"MM\0+") => Self::Tiff,
            _ if at(0, b"BM") => Self::Bmp,
            _ if at(0, b"\xFF\x0A") || at(4, b"JXL \r\n\x87\n") => Self::JpegXl,
            _ if at(4, b"ftyp") => Self::of_brand(head),
            _ if MOV_ATOMS.iter().any(|atom| at(4, *atom)) => Self::Mp4,
            _ if at(0, b"\x1A\x45\xDF\xA3") => Self::Matroska,
            _ if at(0, b"\0\0\x01\xBA") => Self::MpegPs,
            _ if at(0, b"FLV\x01") => Self::Flv,
            _ if at(0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11") => Self::Asf,
            _ if at(0, b"OggS") => Self::Ogg,
            _ if at(0, b"%PDF-") => Self::Pdf,
            _ if at(0, b"PK\x03\x04") || at(0, b"PK\x05\x06") => Self::Zip,
            // Blu-ray discs put four bytes of time before each packet of 188.
            [0x47, _, _, third, ..] if third & 0x10 != 0 => Self::MpegTs,
            [_, _, _, _, 0x47, ..] if at(0, b"\0\0") => Self::MpegTs,
            _ if is_markup(head) => Self::Markup,
            _ => Self::Unknown,
        }
    }

    /// The kind of a file of the ISO base media format, by its main and compatible brands.
    fn of_brand(head: &[u8]) -> Self {
        let brands = head.get(8..).unwrap_or_default().as_chunks::<4>().0;
        let has = |wanted: &[&[u8; 4]]| brands.iter().any(|brand| wanted.contains(&brand));
        if has(&[b"avif", b"avis"]) {
            Self::Avif
        } else if has(&[b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"]) {
            Self::Heic
        } else {
            Self::Mp4
        }
    }

    /// Whether it is a picture or an animation, whether or not there is a decoder for it.
    pub const fn is_picture(self) -> bool {
        matches!(
            self,
            Self::Jpeg
                | Self::Png
                | Self::Gif
                | Self::WebP
                | Self::Tiff
                | Self::Bmp
                | Self::Heic
                | Self::Avif
                | Self::JpegXl
        )
    }

    /// Whether it is a video.
    pub const fn is_video(self) -> bool {
        matches!(
            self,
            Self::Mp4
                | Self::Matroska
                | Self::Avi
                | Self::MpegTs
                | Self::MpegPs
                | Self::Flv
                | Self::Asf
                | Self::Ogg
        )
    }

    /// The kind's usual name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Gif => "GIF",
            Self::WebP => "WebP",
            Self::Tiff => "TIFF",
            Self::Bmp => "BMP",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
            Self::JpegXl => "JPEG XL",
            Self::Mp4 => "MP4",
            Self::Matroska => "Matroska",
            Self::Avi => "AVI",
            Self::MpegTs => "MPEG-TS",
            Self::MpegPs => "MPEG-PS",
            Self::Flv => "FLV",
            Self::Asf => "ASF",
            Self::Ogg => "Ogg",
            Self::Pdf => "PDF",
            Self::Zip => "ZIP",
            Self::Markup => "mark-up",
            Self::Unknown => "unknown",
        }
    }
}

/// The first box of `QuickTime` files that are older than `ftyp`.
const MOV_ATOMS: [&[u8; 4]; 5] = [b"moov", b"mdat", b"wide", b"free", b"skip"];

fn is_markup(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let [b'<', next, ..] = head.trim_ascii_start() else {
        return false;
    };
    matches!(next, b'!' | b'?') || next.is_ascii_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn a_file_is_what_it_begins_with() {
        let cases: [(&[u8], Kind); 16] = [
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF", Kind::Jpeg),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Kind::Png),
            (b"GIF89a\x01\0", Kind::Gif),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Kind::WebP),
            (b"RIFF\x10\0\0\0AVI LIST", Kind::Avi),
            (b"II*\0\x08\0\0\0", Kind::Tiff),
            (b"BM\x46\0\0\0", Kind::Bmp),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Kind::Heic),
            (b"\0\0\0\x1cftypavif\0\0\0\0mif1avif", Kind::Avif),
            (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", Kind::Mp4),
            (b"\0\0\0\x08wide\0\0\0\0mdat", Kind::Mp4),
            (b"\x1A\x45\xDF\xA3\x93\x42\x82\x88matroska", Kind::Matroska),
            (b"PK\x03\x04\x14\0", Kind::Zip),
            (b"%PDF-1.7", Kind::Pdf),
            (b"\xEF\xBB\xBF  <svg xmlns=", Kind::Markup),
            (b"", Kind::Unknown),
        ];
        for (head, kind) in cases {
            assert_eq!(Kind::of(head), kind, "{}", kind.name());
        }
    }
}
