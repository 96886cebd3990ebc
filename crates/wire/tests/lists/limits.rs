//! Every limit of a list, at it and one past it.

use std::io::{self, BufReader, Read};

use model::limits::{
    LIST_FEEDBACK_PER_ENTRY_MAX, LIST_HASH_BYTES_MAX, LIST_HASHES_PER_ENTRY_MAX,
    LIST_HEADER_BYTES_MAX, LIST_RECORD_BYTES_MAX, LIST_RECORD_DEPTH_MAX, LIST_TEXT_BYTES_MAX,
};
use wire::lists::{Defect, FaultKind, Format, Limits, Reader, Step};

use crate::{md5, puts, read, read_whole, set_aside};

/// A text, then one byte over and over, then another text: of any size, and none of it held.
struct Long<'a> {
    before: &'a [u8],
    byte: u8,
    count: usize,
    after: &'a [u8],
}

impl Read for Long<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.before.is_empty() && self.count > 0 {
            let count = into.len().min(self.count);
            into[..count].fill(self.byte);
            self.count -= count;
            return Ok(count);
        }
        if self.before.is_empty() {
            return self.after.read(into);
        }
        self.before.read(into)
    }
}

fn reasons(steps: &[Step]) -> Vec<Defect> {
    set_aside(steps).iter().map(|one| one.reason).collect()
}

fn vics_of(record: &str) -> Vec<Step> {
    let list = format!(
        r#"{{"value":[{record},{{"MediaID":2,"MD5":"{}"}}]}}"#,
        md5(2)
    );
    let steps = read_whole(Format::Vics, list.as_bytes());
    // Whatever a record is, the next one is read.
    assert_eq!(puts(&steps).last().unwrap().key.id, "2");
    steps
}

#[test]
fn inv_10_bytes_of_a_record() {
    let start = format!(r#"{{"MediaID":1,"MD5":"{}","Comments":""#, md5(1));
    let rest = LIST_RECORD_BYTES_MAX - start.len() - 2;
    assert_eq!(
        puts(&vics_of(&format!("{start}{}\"}}", "c".repeat(rest)))).len(),
        2
    );
    let steps = vics_of(&format!("{start}{}\"}}", "c".repeat(rest + 1)));
    assert_eq!(reasons(&steps), [Defect::RecordTooLong]);

    let start = format!("{},", md5(1));
    for (more, bad) in [(0, 0), (1, 1)] {
        let cell = "c".repeat(LIST_RECORD_BYTES_MAX - start.len() + more);
        let list = format!("md5,name\n{start}{cell}\n{start}\n");
        let steps = read_whole(Format::Csv, list.as_bytes());
        assert_eq!((puts(&steps).len(), reasons(&steps).len()), (2 - bad, bad));
    }

    let start = format!(
        "<image><member id=\"1\"/><id>1</id><fingerprints><md5>{}</md5></fingerprints><c>",
        md5(1)
    );
    for (more, bad) in [(0, 0), (1, 1)] {
        let inside = "c".repeat(LIST_RECORD_BYTES_MAX - start.len() - 12 + more);
        let image = format!("{start}{inside}</c></image>");
        assert_eq!(image.len(), LIST_RECORD_BYTES_MAX + more);
        let list =
            format!("<queryResult><images>{image}{start}</c></image></images></queryResult>");
        let steps = read_whole(Format::Ncmec, list.as_bytes());
        assert_eq!((puts(&steps).len(), reasons(&steps).len()), (2 - bad, bad));
    }
}

#[test]
fn inv_10_nesting_of_a_record() {
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        format!(
            r#"{{"MediaID":1,"MD5":"{}","Exifs":{open}{close}}}"#,
            md5(1)
        )
    };
    assert_eq!(puts(&vics_of(&nested(LIST_RECORD_DEPTH_MAX))).len(), 2);
    for depth in [LIST_RECORD_DEPTH_MAX + 1, 1000, 100_000] {
        assert_eq!(reasons(&vics_of(&nested(depth))), [Defect::RecordTooDeep]);
    }
    let deep = |depth: usize| {
        let list = format!(
            "<queryResult><images><image><member id=\"1\"/><id>1</id><fingerprints><md5>{}</md5>\
             </fingerprints>{}{}</image></images></queryResult>",
            md5(1),
            "<c>".repeat(depth),
            "</c>".repeat(depth)
        );
        read_whole(Format::Ncmec, list.as_bytes())
    };
    let depth = model::limits::XML_DEPTH_MAX - 2;
    assert_eq!(puts(&deep(depth)).len(), 1);
    assert_eq!(reasons(&deep(depth + 1)), [Defect::RecordTooDeep]);
}

#[test]
fn inv_10_hashes_of_an_entry() {
    let record = |count: usize| {
        let hash = |number| format!(r#"{{"HashName":"MD5","HashValue":"{}"}}"#, md5(number));
        let count = u32::try_from(count).unwrap();
        let hashes: Vec<_> = (0..count).map(hash).collect();
        format!(
            r#"{{"MediaID":1,"AlternativeHashes":[{}]}}"#,
            hashes.join(",")
        )
    };
    let steps = vics_of(&record(LIST_HASHES_PER_ENTRY_MAX));
    assert_eq!(puts(&steps)[0].hashes.len(), LIST_HASHES_PER_ENTRY_MAX);
    let steps = vics_of(&record(LIST_HASHES_PER_ENTRY_MAX + 1));
    assert_eq!(reasons(&steps), [Defect::HashesTooMany]);
}

#[test]
fn inv_10_feedback_of_an_entry() {
    let page = |count: usize| {
        let members = "<member id=\"7\"/>".repeat(count);
        let list = format!(
            "<queryResult><images><image><member id=\"1\"/><id>1</id><fingerprints><md5>{}</md5>\
             </fingerprints><feedback><affirmativeFeedback type=\"Md5\"><members>{members}\
             </members></affirmativeFeedback></feedback></image></images></queryResult>",
            md5(1)
        );
        read_whole(Format::Ncmec, list.as_bytes())
    };
    let steps = page(LIST_FEEDBACK_PER_ENTRY_MAX);
    assert!(reasons(&steps).is_empty());
    for more in [1, 20] {
        let steps = page(LIST_FEEDBACK_PER_ENTRY_MAX + more);
        assert_eq!(reasons(&steps), [Defect::FeedbackTooMany]);
        assert_eq!(puts(&steps)[0].feedback.len(), LIST_FEEDBACK_PER_ENTRY_MAX);
    }
}

#[test]
fn inv_10_bytes_of_a_text_and_of_a_hash() {
    let id = |length: usize| {
        format!(
            r#"{{"MediaID":"{}","MD5":"{}"}}"#,
            "i".repeat(length),
            md5(1)
        )
    };
    assert!(reasons(&vics_of(&id(LIST_TEXT_BYTES_MAX))).is_empty());
    let steps = vics_of(&id(LIST_TEXT_BYTES_MAX + 1));
    assert_eq!(reasons(&steps), [Defect::TextTooLong, Defect::IdMissing]);

    let hash = |length: usize| {
        format!(
            r#"{{"MediaID":1,"MD5":"{}","PhotoDNA":"{}"}}"#,
            md5(1),
            "A".repeat(length)
        )
    };
    assert!(reasons(&vics_of(&hash(LIST_HASH_BYTES_MAX))).is_empty());
    let steps = vics_of(&hash(LIST_HASH_BYTES_MAX + 1));
    assert_eq!(reasons(&steps), [Defect::HashMalformed]);
}

#[test]
fn inv_10_bytes_outside_of_the_records() {
    let list = |length: usize| format!(r#"{{"a":"{}","value":[]}}"#, "a".repeat(length));
    let at = LIST_HEADER_BYTES_MAX - 2;
    assert!(read(Format::Vics, list(at).as_bytes()).1.is_none());
    let fault = read(Format::Vics, list(at + 1).as_bytes()).1.unwrap();
    assert_eq!(fault.kind, FaultKind::FrameTooLong);

    let list = |length: usize| format!("<queryResult><a>{}</a></queryResult>", "a".repeat(length));
    let at = LIST_HEADER_BYTES_MAX - 7;
    assert!(read(Format::Ncmec, list(at).as_bytes()).1.is_none());
    let fault = read(Format::Ncmec, list(at + 1).as_bytes()).1.unwrap();
    assert_eq!(fault.kind, FaultKind::FrameTooLong);
}

#[test]
fn inv_10_a_line_without_an_end_is_one_bad_record() {
    let count = 64 * LIST_RECORD_BYTES_MAX;
    let good = format!(r#"{{"MediaID":1,"MD5":"{}"}}"#, md5(1));
    for (format, before, after) in [
        (
            Format::Vics,
            format!(r#"{{"value":[{good},{{"Comments":""#),
            format!(r#""}},{good}]}}"#),
        ),
        (
            Format::Csv,
            format!("md5,a\n{},", md5(1)),
            format!("\n{}\n", md5(2)),
        ),
    ] {
        let long = Long {
            before: before.as_bytes(),
            byte: b'c',
            count,
            after: after.as_bytes(),
        };
        let reader = Reader::new(format, BufReader::new(long), Limits::default());
        let steps: Vec<_> = reader.map(Result::unwrap).collect();
        let bad = reasons(&steps);
        assert!(bad.contains(&Defect::RecordTooLong), "{bad:?}");
        assert!(!puts(&steps).is_empty());
    }
}
