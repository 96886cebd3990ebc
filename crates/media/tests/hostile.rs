//! Hostile pictures: each ends in a clear answer, and takes no more than it may.

#[cfg(test)]
mod bad {
    use std::borrow::Cow;
    use std::ops::ControlFlow;
    use std::path::Path;

    use media::Kind;
    use media::picture::{Ended, Looked, PictureLimits, Refusal, look};
    use proptest::prelude::*;

    const FIXTURES: [&str; 16] = [
        "rgb.jpg",
        "progressive.jpg",
        "cmyk.jpg",
        "ycck.jpg",
        "rgb.png",
        "palette.png",
        "animated.png",
        "animated.gif",
        "lossy.webp",
        "lossless.webp",
        "animated.webp",
        "lzw.tiff",
        "fax.tiff",
        "pages.tiff",
        "rgb.bmp",
        "palette.bmp",
    ];

    fn fixture(name: &str) -> Vec<u8> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        std::fs::read(folder.join(name)).expect("a fixture")
    }

    /// Looks, and holds what always has to hold. Gives also how many pictures were handed on.
    fn looked_at(bytes: &[u8], limits: &PictureLimits) -> Result<Looked, Refusal> {
        let mut frames = 0;
        let looked = look(bytes, limits, &mut |raster| {
            let pixels = u64::from(raster.width) * u64::from(raster.height);
            let samples = raster.pixels.bytes().len() as u64;
            assert!(samples == pixels || samples == pixels * 3);
            assert!(pixels > 0 && pixels <= limits.pixels_max);
            assert_eq!(raster.index, frames);
            frames += 1;
            ControlFlow::Continue(())
        });
        match &looked {
            Ok(looked) => assert_eq!(looked.frames, frames),
            Err(_) => assert_eq!(frames, 0),
        }
        looked
    }

    fn usual(bytes: &[u8]) -> Result<Looked, Refusal> {
        looked_at(bytes, &PictureLimits::default())
    }

    #[test]
    fn files_cut_short_anywhere_end_in_a_clear_answer() {
        for name in FIXTURES {
            let bytes = fixture(name);
            let step = (bytes.len() / 97).max(1);
            for end in (0..bytes.len())
                .step_by(step)
                .chain(bytes.len() - 9..bytes.len())
            {
                match usual(&bytes[..end]) {
                    // The end of a GIF or of a bitmap's last row may be missing unseen.
                    Ok(looked) => assert!(looked.frames > 0, "{name} at {end}"),
                    Err(Refusal::Broken { .. } | Refusal::NotMedia { .. }) => {}
                    Err(other) => panic!("{name} at {end}: {other:?}"),
                }
            }
        }
    }

    #[test]
    fn a_jpeg_that_lacks_its_end_says_so() {
        for name in ["rgb.jpg", "progressive.jpg"] {
            let bytes = fixture(name);
            let looked = usual(&bytes[..bytes.len() * 2 / 3]).expect("most of it is there");
            assert_eq!(looked.ended, Ended::Broken, "{name}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn spoiled_files_end_in_a_clear_answer(
            at in any::<prop::sample::Index>(),
            places in proptest::collection::vec(any::<(prop::sample::Index, u8)>(), 1..8),
        ) {
            let mut bytes = fixture(FIXTURES[at.index(FIXTURES.len())]);
            for (place, value) in places {
                let place = place.index(bytes.len());
                bytes[place] = value;
            }
            let _answer = usual(&bytes);
        }
    }

    /// Each kind's smallest header that claims a size.
    fn claims(kind: Kind, width: u32, height: u32) -> Vec<u8> {
        let short = |side: u32| u16::try_from(side).expect("a short side");
        match kind {
            Kind::Png => {
                let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
                bytes.extend(width.to_be_bytes());
                bytes.extend(height.to_be_bytes());
                bytes.extend(b"\x08\x06\0\0\0\0\0\0\0");
                bytes
            }
            Kind::Gif => {
                let mut bytes = b"GIF89a".to_vec();
                bytes.extend(short(width).to_le_bytes());
                bytes.extend(short(height).to_le_bytes());
                bytes.extend(b"\x80\0\0\0\0\0\xFF\xFF\xFF,\0\0\0\0");
                bytes.extend(short(width).to_le_bytes());
                bytes.extend(short(height).to_le_bytes());
                bytes.extend(b"\0\x02\x02\x44\x01\0;");
                bytes
            }
            Kind::Bmp => {
                let mut bytes = fixture("rgb.bmp");
                bytes[18..22].copy_from_slice(&width.to_le_bytes());
                bytes[22..26].copy_from_slice(&height.to_le_bytes());
                bytes
            }
            Kind::Jpeg => {
                let mut bytes = fixture("rgb.jpg");
                let at = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]);
                let at = at.expect("a frame") + 5;
                bytes[at..at + 2].copy_from_slice(&short(height).to_be_bytes());
                bytes[at + 2..at + 4].copy_from_slice(&short(width).to_be_bytes());
                bytes
            }
            Kind::Tiff => {
                let mut bytes = fixture("lzw.tiff");
                // The directory's entries of 12 bytes: the first two are width and height.
                let start: [u8; 4] = bytes[4..8].try_into().expect("four");
                let start = u32::from_le_bytes(start) as usize + 2;
                for (entry, side) in [width, height].into_iter().enumerate() {
                    let at = start + entry * 12;
                    bytes[at + 2..at + 4].copy_from_slice(&4_u16.to_le_bytes());
                    bytes[at + 8..at + 12].copy_from_slice(&side.to_le_bytes());
                }
                bytes
            }
            other => panic!("{other:?} cannot claim that"),
        }
    }

    const CLAIMING: [Kind; 5] = [Kind::Png, Kind::Gif, Kind::Bmp, Kind::Jpeg, Kind::Tiff];

    #[test]
    fn inv_10_a_picture_that_claims_to_be_huge_is_refused_before_anything_is_allocated() {
        for kind in CLAIMING {
            let refused = usual(&claims(kind, 65_535, 65_535));
            let too_large = Err(Refusal::TooLarge {
                kind,
                width: 65_535,
                height: 65_535,
            });
            // A TIFF says besides how many strips it has, and is caught in the lie before.
            let broken = Err(Refusal::Broken { kind: Kind::Tiff });
            assert!(refused == too_large || refused == broken, "{refused:?}");
        }
        let refused = usual(&claims(Kind::Png, u32::MAX, u32::MAX));
        assert!(
            matches!(refused, Err(Refusal::TooLarge { .. })),
            "{refused:?}"
        );
    }

    #[test]
    fn a_picture_without_rows_or_columns_is_refused() {
        for kind in CLAIMING {
            for (width, height) in [(0, 0), (0, 9), (9, 0)] {
                let refused = usual(&claims(kind, width, height));
                let broken = Err(Refusal::Broken { kind });
                assert!(
                    refused == Err(Refusal::Empty { kind }) || refused == broken,
                    "{kind:?} {width} {height}: {refused:?}"
                );
            }
        }
    }

    #[test]
    fn inv_10_pictures_are_opened_up_to_each_limit_and_no_further() {
        let limits = PictureLimits::default();
        let rgb = fixture("rgb.png");
        let open = |limits: PictureLimits| looked_at(&rgb, &limits).is_ok();
        for (side_pixels_max, opens) in [(96, true), (95, false)] {
            assert_eq!(
                open(PictureLimits {
                    side_pixels_max,
                    ..limits
                }),
                opens
            );
        }
        for (pixels_max, opens) in [(96 * 72, true), (96 * 72 - 1, false)] {
            assert_eq!(
                open(PictureLimits {
                    pixels_max,
                    ..limits
                }),
                opens
            );
        }
        // The decoder keeps its window of 32 KiB beside the pixels.
        for (decoded_bytes_max, opens) in [(1 << 20, true), (96 * 72 * 4 - 1, false)] {
            assert_eq!(
                open(PictureLimits {
                    decoded_bytes_max,
                    ..limits
                }),
                opens
            );
        }
    }

    fn gif(width: u16, height: u16, frames: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let palette = [0, 0, 0, 255, 255, 255];
        let mut encoder = gif::Encoder::new(&mut bytes, width, height, &palette).expect("memory");
        encoder.set_repeat(gif::Repeat::Infinite).expect("memory");
        let pixels = vec![1; usize::from(width) * usize::from(height)];
        for _ in 0..frames {
            let frame = gif::Frame {
                width,
                height,
                buffer: Cow::Borrowed(&pixels),
                ..gif::Frame::default()
            };
            encoder.write_frame(&frame).expect("memory takes it");
        }
        drop(encoder);
        bytes
    }

    #[test]
    fn inv_10_endless_animations_are_left_at_the_limit() {
        let limits = PictureLimits {
            frames_max: 40,
            animation_pixels_max: 30 * 64,
            ..PictureLimits::default()
        };
        for (side, frames, ended, seen) in [
            (1, 40, Ended::Whole, 40),
            (1, 41, Ended::AtFramesMax, 40),
            (8, 30, Ended::Whole, 30),
            (8, 31, Ended::AtPixelsMax, 30),
        ] {
            let looked = looked_at(&gif(side, side, frames), &limits).expect("it opens");
            assert_eq!((looked.ended, looked.frames), (ended, seen), "{frames}");
        }
    }

    #[test]
    fn a_directory_that_follows_itself_ends() {
        let mut bytes = fixture("lzw.tiff");
        let start: [u8; 4] = bytes[4..8].try_into().expect("four");
        let at = u32::from_le_bytes(start) as usize;
        let entries = usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
        let next = at + 2 + entries * 12;
        bytes[next..next + 4].copy_from_slice(&start);
        assert_eq!(usual(&bytes), Err(Refusal::Broken { kind: Kind::Tiff }));
    }

    #[test]
    fn text_that_unpacks_to_gigabytes_is_not_unpacked() {
        let rgb = fixture("rgb.png");
        let mut text = b"zTXtbomb\0\0".to_vec();
        // 64 MiB of zeros.
        text.extend(deflated_zeros(64 << 20));
        let mut bytes = rgb[..33].to_vec();
        let length = u32::try_from(text.len() - 4).expect("packed small");
        bytes.extend(length.to_be_bytes());
        bytes.extend(&text);
        bytes.extend([0; 4]);
        bytes.extend(&rgb[33..]);
        // The sum of the chunk is wrong too; a chunk that is not needed is passed over.
        let answer = looked_at(
            &bytes,
            &PictureLimits {
                decoded_bytes_max: 1 << 20,
                ..PictureLimits::default()
            },
        );
        assert!(answer.is_ok(), "{answer:?}");
    }

    /// Zeros, packed by the encoder of PNG and taken out of its picture.
    fn deflated_zeros(bytes: u32) -> Vec<u8> {
        let mut packed = Vec::new();
        let mut encoder = png::Encoder::new(&mut packed, 1 << 16, bytes >> 16);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_filter(png::Filter::NoFilter);
        let mut writer = encoder.write_header().expect("memory takes it");
        writer
            .write_image_data(&vec![0; bytes as usize])
            .expect("memory takes it");
        writer.finish().expect("memory takes it");
        let start = packed
            .windows(4)
            .position(|name| name == b"IDAT")
            .expect("data");
        packed[start + 4..packed.len() - 16].to_vec()
    }

    #[test]
    fn a_picture_that_is_also_something_else_is_a_picture() {
        let archive = b"PK\x03\x04\x14\0\0\0\0\0 and a whole archive behind it PK\x05\x06";
        for (name, kind) in [
            ("rgb.jpg", Kind::Jpeg),
            ("rgb.png", Kind::Png),
            ("lossy.webp", Kind::WebP),
            ("animated.gif", Kind::Gif),
            ("lzw.tiff", Kind::Tiff),
            ("rgb.bmp", Kind::Bmp),
        ] {
            let mut bytes = fixture(name);
            let before = usual(&bytes);
            bytes.extend(archive);
            assert_eq!(usual(&bytes), before, "{name}");
            assert_eq!(before.expect("it opens").kind, kind);
        }
    }

    #[test]
    fn a_header_of_another_kind_is_believed_and_found_broken() {
        let mut bytes = fixture("rgb.jpg");
        bytes[..8].copy_from_slice(b"\x89PNG\r\n\x1a\n");
        assert_eq!(usual(&bytes), Err(Refusal::Broken { kind: Kind::Png }));
        let mut bytes = fixture("rgb.png");
        bytes[..4].copy_from_slice(b"\xFF\xD8\xFF\xE0");
        assert_eq!(usual(&bytes), Err(Refusal::Broken { kind: Kind::Jpeg }));
    }

    /// The decoder panicked on the second: it took the frame's word for the picture's size.
    #[test]
    fn a_webp_frame_that_lies_about_its_picture_is_broken() {
        let still = fixture("alpha.webp");
        let canvas: [u8; 6] = *still[24..].first_chunk().expect("a canvas");
        let lossy = &still[62..];
        assert!(lossy.starts_with(b"VP8 "));
        let chunk = |name: &[u8; 4], contents: &[u8]| {
            let size = u32::try_from(contents.len()).expect("small");
            [name.as_slice(), &size.to_le_bytes(), contents].concat()
        };
        let told = |canvas: [u8; 6]| {
            let mut frame = vec![0; 6];
            frame.extend(canvas);
            frame.extend([40, 0, 0, 0]);
            // Uncompressed, so that it fits a smaller frame as well.
            frame.extend(chunk(b"ALPH", &vec![0; 1 << 16]));
            frame.extend(lossy);
            let extended = [&[0x12, 0, 0, 0], still[24..30].as_ref()].concat();
            let body = [
                b"WEBP".to_vec(),
                chunk(b"VP8X", &extended),
                chunk(b"ANIM", &[0; 6]),
                chunk(b"ANMF", &frame),
            ];
            chunk(b"RIFF", &body.concat())
        };
        assert_eq!(usual(&told(canvas)).expect("it opens").frames, 1);
        for side in [0, 3] {
            let mut smaller = canvas;
            smaller[side] -= 1;
            let broken = Refusal::Broken { kind: Kind::WebP };
            assert_eq!(usual(&told(smaller)), Err(broken));
        }
    }
    /// Such a file was refused as too large though its first picture had been handed on.
    #[test]
    fn an_animation_that_grows_too_large_ends_there() {
        let frame = |height: u16| {
            let mut bytes = vec![0x2c, 0, 0, 0, 0, 1, 0];
            bytes.extend(height.to_le_bytes());
            // No table of its own, codes of two bits: clear, the first colour, the end.
            bytes.extend([0, 2, 2, 0x44, 0x01, 0]);
            bytes
        };
        let mut bytes = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0".to_vec();
        bytes.extend(frame(1));
        bytes.extend(frame(u16::MAX));
        bytes.push(0x3b);
        let limits = PictureLimits {
            side_pixels_max: 1000,
            ..PictureLimits::default()
        };
        let looked = looked_at(&bytes, &limits).expect("its first picture is whole");
        assert_eq!((looked.frames, looked.ended), (1, Ended::Broken));
    }
}
