//! PDQ against the reference's values, against its plain description, and against itself.

#[path = "tests/golden.rs"]
mod golden;
#[path = "tests/plain.rs"]
mod plain;

use proptest::prelude::*;

use super::patterns::{Pattern, draw};
use super::*;
use golden::{GOLDEN, TURNED_HILLS};

const PATTERNS: [Pattern; 6] = [
    Pattern::Gradient,
    Pattern::Checkerboard,
    Pattern::Circles,
    Pattern::Plasma,
    Pattern::Noise,
    Pattern::Hills,
];

fn pixels(bytes: &[u8], layout: Layout, width: usize, height: usize) -> Pixels<'_> {
    Pixels::new(bytes, layout, width, height).unwrap()
}

#[test]
fn generated_pictures_have_the_hash_and_quality_of_the_reference() {
    let mut hasher = Hasher::new();
    for golden in &GOLDEN {
        let (pattern, layout, width, height) = golden.picture;
        let bytes = draw(pattern, layout, width, height);
        let picture = pixels(&bytes, layout, width, height);
        let of = |answer: PdqAnswer| (answer.hash.to_string(), answer.quality);
        let full = of(hasher.hash(&picture, PdqInput::Full));
        let resized = of(hasher.hash(&picture, PdqInput::Resized512));
        let what = format!("{:?}", golden.picture);
        assert_eq!((full.0.as_str(), full.1), golden.full, "{what}");
        assert_eq!((resized.0.as_str(), resized.1), golden.resized, "{what}");
    }
}

#[test]
fn the_turned_hashes_are_those_of_the_reference() {
    let bytes = draw(Pattern::Hills, Layout::Grey, 31, 17);
    let picture = pixels(&bytes, Layout::Grey, 31, 17);
    let turned = Hasher::new().dihedral(&picture, PdqInput::Full);
    let printed = turned.hashes.map(|hash| hash.to_string());
    assert_eq!(printed.each_ref().map(String::as_str), TURNED_HILLS);
}

#[test]
fn an_answer_says_what_it_was_made_by_and_of() {
    let bytes = draw(Pattern::Noise, Layout::Grey, 20, 20);
    let answer = Hasher::new().hash(&pixels(&bytes, Layout::Grey, 20, 20), PdqInput::Resized512);
    assert_eq!(answer.input, PdqInput::Resized512);
    assert_eq!((answer.algorithm, answer.version), ("pdq", 1));
}

#[test]
fn a_picture_below_five_pixels_has_no_hash() {
    let zero = Pdq::new([0; 32]);
    let mut hasher = Hasher::new();
    for (width, height) in [(0, 0), (0, 9), (1, 1), (4, 900), (900, 4)] {
        let bytes = vec![77; width * height];
        for input in [PdqInput::Full, PdqInput::Resized512] {
            let picture = pixels(&bytes, Layout::Grey, width, height);
            let turned = hasher.dihedral(&picture, input);
            assert_eq!((turned.upright.hash, turned.upright.quality), (zero, 0));
            assert_eq!(turned.hashes, [zero; 8]);
        }
    }
    let bytes = draw(Pattern::Noise, Layout::Grey, 5, 5);
    let five = hasher.hash(&pixels(&bytes, Layout::Grey, 5, 5), PdqInput::Full);
    assert!(five.hash.is_telling() && five.quality > 0);
}

#[test]
fn a_flat_picture_tells_nothing() {
    let mut hasher = Hasher::new();
    for (width, height) in [(64, 64), (5, 5), (333, 77)] {
        let bytes = vec![128; width * height * 3];
        let picture = pixels(&bytes, Layout::Rgb, width, height);
        assert_eq!(hasher.hash(&picture, PdqInput::Full).quality, 0);
    }
    let black = vec![0; 100 * 100];
    let answer = hasher.hash(&pixels(&black, Layout::Grey, 100, 100), PdqInput::Full);
    assert_eq!((answer.hash, answer.quality), (Pdq::new([0; 32]), 0));
}

#[test]
fn a_mirrored_picture_is_found_by_the_mirror_query() {
    let (width, height) = (300, 200);
    for pattern in [Pattern::Hills, Pattern::Plasma, Pattern::Circles] {
        let bytes = draw(pattern, Layout::Rgb, width, height);
        let mut mirrored = bytes.clone();
        for row in mirrored.chunks_mut(width * 3) {
            row.as_chunks_mut::<3>().0.reverse();
        }
        let mut hasher = Hasher::new();
        let known = hasher.hash(&pixels(&bytes, Layout::Rgb, width, height), PdqInput::Full);
        let picture = pixels(&mirrored, Layout::Rgb, width, height);
        let queries = hasher.queries(&picture, PdqInput::Full, Turns::Mirror);
        let mirror = queries.iter().find(|query| query.way == Dihedral::FlipY);
        let distance = mirror.unwrap().answer.hash.distance(&known.hash);
        assert!(distance <= 8, "{pattern:?}: {distance}");
    }
}

#[test]
fn every_way_of_turning_names_what_it_does() {
    let side = 96;
    let bytes = draw(Pattern::Hills, Layout::Grey, side, side);
    let mut hasher = Hasher::new();
    let picture = pixels(&bytes, Layout::Grey, side, side);
    let all = hasher.queries(&picture, PdqInput::Full, Turns::All);
    let last = side - 1;
    let from = |way, x: usize, y: usize| match way {
        Dihedral::Upright => (x, y),
        Dihedral::Rotate90 => (last - y, x),
        Dihedral::Rotate180 => (last - x, last - y),
        Dihedral::Rotate270 => (y, last - x),
        Dihedral::FlipX => (x, last - y),
        Dihedral::FlipY => (last - x, y),
        Dihedral::FlipPlus1 => (y, x),
        Dihedral::FlipMinus1 => (last - y, last - x),
    };
    for query in all.iter().filter(|query| query.part == Part::Whole) {
        let mut turned = Vec::new();
        for (y, x) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
            let (x, y) = from(query.way, x, y);
            turned.push(bytes[y * side + x]);
        }
        let truly = hasher.hash(&pixels(&turned, Layout::Grey, side, side), PdqInput::Full);
        let distance = truly.hash.distance(&query.answer.hash);
        assert!(distance <= 8, "{}: {distance}", query.way.name());
    }
}

#[test]
fn a_border_is_asked_about_without_it() {
    let (width, height) = (320, 180);
    let bytes = draw(Pattern::Plasma, Layout::Rgb, width, height);
    let mut hasher = Hasher::new();
    let known = hasher.hash(&pixels(&bytes, Layout::Rgb, width, height), PdqInput::Full);
    let mut boxed = vec![9; width * 3 * 40];
    boxed.extend(&bytes);
    boxed.extend(vec![4; width * 3 * 38]);
    let picture = pixels(&boxed, Layout::Rgb, width, height + 78);
    let queries = hasher.queries(&picture, PdqInput::Full, Turns::Upright);
    let crop = Crop {
        left: 0,
        top: 40,
        width,
        height,
    };
    assert_eq!(queries[0].part, Part::Whole);
    assert!(queries[0].answer.hash.distance(&known.hash) > model::PDQ_DISTANCE);
    assert_eq!(queries[1].part, Part::WithoutBorder(crop));
    assert_eq!(queries[1].answer, known);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_filters_agree_bit_for_bit_with_their_description(
        width in 5_usize..300,
        height in 5_usize..300,
        pattern in proptest::sample::select(&PATTERNS[..]),
    ) {
        let bytes = draw(pattern, Layout::Rgb, width, height);
        let picture = pixels(&bytes, Layout::Rgb, width, height);
        let mut luma = vec![0.0; width * height];
        luma::row(&bytes, Layout::Rgb, Arithmetic::Exact, &mut luma);
        let mut tent = Tent::default();
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let expected = bits(&plain::samples(&luma, width, height));
        // Twice: the second finds the buffers used.
        for _ in 0..2 {
            let image = tent.image64(&picture, Arithmetic::Exact);
            prop_assert!(bits(image.as_flattened()) == expected);
        }
    }

    #[test]
    fn any_picture_has_a_hash_and_buffers_carry_nothing_over(
        sides in proptest::collection::vec((0_usize..300, 0_usize..40, any::<bool>()), 1..4),
        pattern in proptest::sample::select(&PATTERNS[..]),
    ) {
        let mut kept = Hasher::new();
        for (long, short, is_upright) in sides {
            let (width, height) = if is_upright { (short, long) } else { (long, short) };
            let bytes = draw(pattern, Layout::Grey, width, height);
            let picture = pixels(&bytes, Layout::Grey, width, height);
            for input in [PdqInput::Full, PdqInput::Resized512] {
                let answer = kept.dihedral(&picture, input);
                prop_assert_eq!(&answer, &Hasher::new().dihedral(&picture, input));
                prop_assert!(answer.upright.quality <= 100);
            }
        }
    }

    #[test]
    fn turning_twice_is_turning_once(values in proptest::collection::vec(-99.0_f32..99.0, 4096)) {
        let image: Image64 = std::array::from_fn(|y| std::array::from_fn(|x| values[y * 64 + x]));
        let block = Block::of(&image);
        for way in DIHEDRALS {
            let back = match way {
                Dihedral::Rotate90 => Dihedral::Rotate270,
                Dihedral::Rotate270 => Dihedral::Rotate90,
                other => other,
            };
            prop_assert_eq!(&block.turned(way).turned(back), &block);
        }
        let quarter = block.turned(Dihedral::Rotate90);
        prop_assert_eq!(quarter.turned(Dihedral::Rotate90), block.turned(Dihedral::Rotate180));
        let mirrored = block.turned(Dihedral::FlipX).turned(Dihedral::FlipY);
        prop_assert_eq!(mirrored, block.turned(Dihedral::Rotate180));
    }
}
