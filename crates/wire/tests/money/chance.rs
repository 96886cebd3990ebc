//! Any bytes, and examples that were spoilt at random, are read to an end: nothing panics, and
//! every record is either taken or rejected.

use crate::settings;
use proptest::prelude::*;
use wire::money::{Format, Mapping, Reader, Step};

const EXAMPLES: &[&[u8]] = &[
    include_bytes!("../../../../examples/money/pacs.008.xml"),
    include_bytes!("../../../../examples/money/pain.001.xml"),
    include_bytes!("../../../../examples/money/book.csv"),
    include_bytes!("../../../../examples/money/mt103.txt"),
    include_bytes!("../../../../examples/money/chain.jsonl"),
    include_bytes!("../../../../examples/money/chain.csv"),
];

fn formats() -> Vec<Format> {
    vec![
        Format::Iso20022,
        Format::Csv(Box::new(Mapping::canonical())),
        Format::Mt103,
        Format::Chain,
    ]
}

fn read(format: Format, bytes: &[u8], window: usize) {
    let input = std::io::BufReader::with_capacity(window, bytes);
    let mut reader = Reader::new(format, input, settings());
    let (mut taken, mut rejected) = (0, 0);
    for step in &mut reader {
        match step {
            Ok(Step::Payment(_, payment)) => {
                assert!(payment.amount_minor > 0);
                taken += 1;
            }
            Ok(Step::Rejected(_)) => rejected += 1,
            Err(_) => break,
        }
    }
    let total = reader.total();
    assert_eq!((total.taken, total.rejected), (taken, rejected));
    assert_eq!(total.records, taken + rejected);
    assert!(reader.next().is_none());
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for format in formats() {
            read(format, &bytes, 7);
        }
        let _ = wire::money::detect(&bytes);
        if let Some((header, rows)) = wire::money::sample(&bytes, 50) {
            let _ = wire::money::infer(&header, &rows, settings().now).to_toml();
        }
    }

    #[test]
    fn spoilt_examples_are_read_to_an_end(
        example in 0..EXAMPLES.len(),
        spoils in proptest::collection::vec(
            (any::<prop::sample::Index>(), any::<u8>(), 0..3),
            1..8,
        ),
        window in 1_usize..5000,
    ) {
        let mut bytes = EXAMPLES[example].to_vec();
        for (at, byte, way) in spoils {
            let at = at.index(bytes.len());
            match way {
                0 => bytes[at] = byte,
                // One byte always stays, or the next spoil would have no place to strike.
                1 if bytes.len() > 1 => { bytes.remove(at); }
                _ => bytes.truncate(at.max(1)),
            }
        }
        for format in formats() {
            read(format, &bytes, window);
        }
    }

    #[test]
    fn the_window_makes_no_difference(window in 1_usize..3000) {
        let formats = [0, 0, 1, 2, 3, 3].map(|at| formats().remove(at));
        for (at, format) in formats.into_iter().enumerate() {
            let whole: Vec<_> = Reader::new(format.clone(), EXAMPLES[at], settings())
                .map(Result::unwrap)
                .collect();
            let input = std::io::BufReader::with_capacity(window, EXAMPLES[at]);
            let pieces = Reader::new(format, input, settings());
            let pieces: Vec<_> = pieces.map(Result::unwrap).collect();
            prop_assert_eq!(whole, pieces);
        }
    }
}
