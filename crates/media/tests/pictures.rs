//! Pictures of every kind against the pattern that they were made from.

#[cfg(test)]
mod decoded {
    use std::ops::ControlFlow;
    use std::path::Path;

    use media::picture::{Ended, Looked, Orientation, PictureLimits, Refusal, look};
    use media::{Kind, Pixels};

    /// A picture as it came out: sides, samples of red, green and blue, time.
    struct Shown {
        size: (u32, u32),
        rgb: Vec<u8>,
        time_millis: u64,
    }

    fn fixture(name: &str) -> Vec<u8> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        std::fs::read(folder.join(name)).expect("a fixture")
    }

    fn opened(bytes: &[u8], limits: &PictureLimits) -> (Result<Looked, Refusal>, Vec<Shown>) {
        let mut shown = Vec::new();
        let looked = look(bytes, limits, &mut |raster| {
            let rgb = match raster.pixels {
                Pixels::Grey(bytes) => bytes.iter().flat_map(|grey| [*grey; 3]).collect(),
                Pixels::Rgb(bytes) => bytes.to_vec(),
            };
            let pixels = raster.width as usize * raster.height as usize;
            assert_eq!(rgb.len(), pixels * 3);
            shown.push(Shown {
                size: (raster.width, raster.height),
                rgb,
                time_millis: raster.time_millis,
            });
            ControlFlow::Continue(())
        });
        (looked, shown)
    }

    fn shown(name: &str) -> (Looked, Vec<Shown>) {
        let (looked, shown) = opened(&fixture(name), &PictureLimits::default());
        (
            looked.unwrap_or_else(|refusal| panic!("{name}: {refusal}")),
            shown,
        )
    }

    /// The mean difference of the samples of two pictures of one size.
    fn difference(one: &Shown, other: &Shown) -> f64 {
        assert_eq!(one.size, other.size);
        let pairs = one.rgb.iter().zip(&other.rgb);
        let sum: u64 = pairs
            .map(|(one, other)| u64::from(one.abs_diff(*other)))
            .sum();
        let count = u32::try_from(one.rgb.len()).expect("a small picture");
        f64::from(u32::try_from(sum).expect("a small picture")) / f64::from(count)
    }

    fn assert_alike(name: &str, original: &str, difference_max: f64) -> Looked {
        let (looked, pictures) = shown(name);
        let (_, originals) = shown(original);
        let found = difference(&pictures[0], &originals[0]);
        assert!(found <= difference_max, "{name}: differs by {found}");
        assert_eq!(looked.ended, Ended::Whole, "{name}");
        looked
    }

    #[test]
    fn every_kind_and_colour_shows_the_pattern() {
        let cases = [
            ("rgb.jpg", "rgb.png", 3.0, Kind::Jpeg),
            ("progressive.jpg", "rgb.png", 3.0, Kind::Jpeg),
            ("cmyk.jpg", "rgb.png", 3.0, Kind::Jpeg),
            ("ycck.jpg", "rgb.png", 3.0, Kind::Jpeg),
            ("grey.jpg", "grey.png", 2.0, Kind::Jpeg),
            ("palette.png", "rgb.png", 14.0, Kind::Png),
            ("grey-16.png", "grey.png", 0.0, Kind::Png),
            ("alpha.png", "alpha-on-white.png", 0.6, Kind::Png),
            ("lossy.webp", "rgb.png", 5.0, Kind::WebP),
            ("lossless.webp", "rgb.png", 0.0, Kind::WebP),
            ("alpha.webp", "alpha-on-white.png", 5.0, Kind::WebP),
            ("lzw.tiff", "rgb-small.png", 0.0, Kind::Tiff),
            ("deflate.tiff", "rgb.png", 0.0, Kind::Tiff),
            ("cmyk.tiff", "rgb-small.png", 4.0, Kind::Tiff),
            ("fax.tiff", "one-bit.png", 0.0, Kind::Tiff),
            ("grey.bmp", "grey.png", 0.0, Kind::Bmp),
            ("rgb.bmp", "rgb-small.png", 0.0, Kind::Bmp),
            ("palette.bmp", "rgb.png", 25.0, Kind::Bmp),
            ("one-bit.bmp", "one-bit.png", 0.0, Kind::Bmp),
        ];
        for (name, original, difference_max, kind) in cases {
            let looked = assert_alike(name, original, difference_max);
            assert_eq!(looked.kind, kind, "{name}");
            assert_eq!((looked.frames, looked.duration_millis), (1, 0), "{name}");
        }
    }

    #[test]
    fn a_one_bit_picture_is_black_and_white() {
        let (_, pictures) = shown("one-bit.png");
        assert!(
            pictures[0]
                .rgb
                .iter()
                .all(|sample| matches!(sample, 0 | 255))
        );
        assert!(pictures[0].rgb.contains(&0) && pictures[0].rgb.contains(&255));
    }

    #[test]
    fn grey_with_alpha_lies_on_white() {
        let (_, pictures) = shown("grey-alpha.png");
        let (_, on_white) = shown("alpha-on-white.png");
        // At the left edge nothing is left of either, at the right everything.
        assert_eq!(pictures[0].rgb[..3], [255; 3]);
        assert_eq!(on_white[0].rgb[..3], [255; 3]);
    }

    #[test]
    fn progressive_and_baseline_are_the_same_picture() {
        assert_alike("progressive.jpg", "rgb.jpg", 0.0);
    }

    #[test]
    fn inks_without_adobes_mark_are_the_same_picture() {
        let mut bytes = fixture("cmyk.jpg");
        let mark = b"\xFF\xEE\x00\x0EAdobe";
        let at = bytes.windows(mark.len()).position(|window| window == mark);
        let at = at.expect("it has the mark");
        bytes.drain(at..at + 16);
        let (_, pictures) = opened(&bytes, &PictureLimits::default());
        let (_, originals) = shown("cmyk.jpg");
        assert!(difference(&pictures[0], &originals[0]) < 0.01);
    }

    #[test]
    fn every_orientation_is_turned_upright() {
        for (name, orientation) in [
            ("orientation-3.jpg", Orientation::Turned180),
            ("orientation-5.jpg", Orientation::Transposed),
            ("orientation-6.jpg", Orientation::Turned90),
            ("orientation-7.jpg", Orientation::Transversed),
            ("orientation-8.jpg", Orientation::Turned270),
        ] {
            let looked = assert_alike(name, "rgb.png", 3.0);
            assert_eq!(looked.orientation, orientation, "{name}");
            assert_eq!((looked.width, looked.height), (96, 72));
        }
    }

    #[test]
    fn every_frame_of_an_animation_is_shown_with_its_time() {
        for (name, difference_max) in [
            ("animated.png", 0.0),
            ("animated.webp", 5.0),
            ("animated.gif", 12.0),
        ] {
            let (looked, pictures) = shown(name);
            assert_eq!((looked.frames, looked.duration_millis), (3, 300), "{name}");
            for (picture, original) in pictures.iter().zip(["rgb", "frame-1", "frame-2"]) {
                let (_, originals) = shown(&format!("{original}.png"));
                let found = difference(picture, &originals[0]);
                assert!(
                    found <= difference_max,
                    "{name}: {original} differs by {found}"
                );
            }
            let times: Vec<u64> = pictures.iter().map(|picture| picture.time_millis).collect();
            assert_eq!(times, [0, 100, 200], "{name}");
        }
    }

    #[test]
    fn every_page_is_shown() {
        let (looked, pictures) = shown("pages.tiff");
        assert_eq!(looked.frames, 2);
        assert!(difference(&pictures[0], &pictures[1]) < 0.01);
    }

    #[test]
    fn what_has_no_decoder_is_refused_as_that() {
        let rewritten = |marker: [u8; 2], precision: u8| {
            let mut bytes = fixture("rgb.jpg");
            let at = bytes
                .windows(2)
                .position(|pair| pair == [0xFF, 0xC0])
                .expect("a frame");
            bytes[at..at + 2].copy_from_slice(&marker);
            bytes[at + 4] = precision;
            bytes
        };
        let cases = [
            (rewritten([0xFF, 0xC1], 12), Kind::Jpeg),
            (rewritten([0xFF, 0xC9], 8), Kind::Jpeg),
            (rewritten([0xFF, 0xC3], 8), Kind::Jpeg),
            (fixture("palette.tiff"), Kind::Tiff),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), Kind::Heic),
            (b"\0\0\0\x1cftypavif\0\0\0\0mif1avif".to_vec(), Kind::Avif),
            (b"\xFF\x0A\xFA\x1F".to_vec(), Kind::JpegXl),
        ];
        for (bytes, kind) in cases {
            let (looked, pictures) = opened(&bytes, &PictureLimits::default());
            assert_eq!(looked, Err(Refusal::NoDecoder { kind }));
            assert!(pictures.is_empty());
        }
    }
}
