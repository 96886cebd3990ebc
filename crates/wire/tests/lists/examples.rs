//! The examples of every format, read whole.

use wire::lists::{Format, Step, detect};

use crate::{example, puts, read_whole};

const EXAMPLES: [(&str, Format); 12] = [
    ("ncmec.xml", Format::Ncmec),
    ("ncmec-empty.xml", Format::Ncmec),
    ("vics-2.0.json", Format::Vics),
    ("vics-1.3.json", Format::Vics),
    ("vics-1.2.json", Format::Vics),
    ("vics-cases.json", Format::Vics),
    ("icse.csv", Format::Icse),
    ("stopncii.json", Format::StopNcii),
    ("tat.json", Format::Tat),
    ("tat-verification.json", Format::Tat),
    ("list.csv", Format::Csv),
    ("hashes.txt", Format::Hashes { pdq: false }),
];

#[test]
fn every_example_reads_as_its_snapshot_says() {
    for (name, format) in EXAMPLES {
        let steps = read_whole(format, &example(name));
        insta::assert_debug_snapshot!(name, steps);
    }
}

#[test]
fn every_example_is_recognised_by_its_first_bytes() {
    for (name, format) in EXAMPLES {
        let bytes = example(name);
        assert_eq!(detect(&bytes), Some(format), "{name}");
        let marked = [b"\xef\xbb\xbf", bytes.as_slice()].concat();
        assert_eq!(detect(&marked), Some(format), "{name} with a mark");
    }
    for foreign in [
        "",
        " ",
        "{}",
        "[]",
        "<a/>",
        "name,age\n",
        "%PDF-1.7",
        "\u{0}",
    ] {
        assert_eq!(detect(foreign.as_bytes()), None, "{foreign}");
    }
}

#[test]
fn hashes_arrive_with_their_values() {
    let steps = read_whole(Format::Vics, &example("vics-2.0.json"));
    let hashes = &puts(&steps)[0].hashes;
    let text = String::from_utf8(example("vics-2.0.json"))
        .unwrap()
        .to_lowercase();
    let kinds: Vec<_> = hashes.iter().map(model::MaterialHash::kind).collect();
    assert_eq!(kinds, ["md5", "sha1", "photodna", "sha256", "pdq"]);
    assert!(
        hashes
            .iter()
            .all(|hash| text.contains(&hash.value().to_lowercase()))
    );
}

#[test]
fn inv_08_no_step_of_a_list_shows_a_hash() {
    for (name, format) in EXAMPLES {
        let steps = read_whole(format, &example(name));
        let shown = format!("{steps:?}");
        let said = steps.iter().filter_map(|step| match step {
            Step::Quarantined(quarantined) => Some(quarantined.to_string()),
            _ => None,
        });
        let shown = said.fold(shown, |shown, said| shown + &said);
        for entry in puts(&steps) {
            for hash in &entry.hashes {
                assert!(!shown.contains(&hash.value()), "{name}");
            }
        }
    }
}
