//! Lists that end in the middle or are something else: the fault names the place, and an import
//! goes on after the last record.

use std::io::{self, BufReader, Read};

use wire::lists::{FaultKind, Format, Limits, Reader, Step};

use crate::{example, md5, puts, read, read_whole};

/// Gives bytes a few at a time, with an interruption in between.
struct Trickle<'a> {
    bytes: &'a [u8],
    interrupted: bool,
}

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = into.len().min(3).min(self.bytes.len());
        into[..count].copy_from_slice(&self.bytes[..count]);
        self.bytes = &self.bytes[count..];
        Ok(count)
    }
}

const EXAMPLES: [(&str, Format); 8] = [
    ("ncmec.xml", Format::Ncmec),
    ("vics-2.0.json", Format::Vics),
    ("vics-cases.json", Format::Vics),
    ("icse.csv", Format::Icse),
    ("stopncii.json", Format::StopNcii),
    ("tat.json", Format::Tat),
    ("list.csv", Format::Csv),
    ("hashes.txt", Format::Hashes { pdq: false }),
];

#[test]
fn a_list_that_trickles_in_reads_the_same() {
    for (name, format) in EXAMPLES {
        let bytes = example(name);
        for capacity in [1, 2, 7, 64] {
            let trickle = Trickle {
                bytes: &bytes,
                interrupted: false,
            };
            let input = BufReader::with_capacity(capacity, trickle);
            let steps: Vec<Step> = Reader::new(format, input, Limits::default())
                .collect::<Result<_, _>>()
                .unwrap();
            assert_eq!(steps, read_whole(format, &bytes), "{name} by {capacity}");
        }
    }
}

#[test]
fn inv_10_a_list_cut_anywhere_says_so_and_resumes_without_loss() {
    for (name, format) in EXAMPLES {
        let bytes = example(name);
        let whole = read_whole(format, &bytes);
        let lines = matches!(format, Format::Icse | Format::Csv | Format::Hashes { .. });
        let end = bytes.trim_ascii_end().len();
        for cut in (0..end).step_by(3) {
            let (mut steps, fault) = read(format, &bytes[..cut]);
            let Some(fault) = fault else {
                // A table cut at any place is a table; its last line may be short.
                assert!(lines, "{name} cut at {cut}");
                continue;
            };
            assert!(
                matches!(fault.kind, FaultKind::Cut | FaultKind::HeaderUnknown),
                "{name}"
            );
            assert!(fault.good <= fault.records);
            let again = Reader::new(format, bytes.as_slice(), Limits::default());
            steps.extend(again.resume_after(fault.records).map(Result::unwrap));
            let changes = |steps: &[Step]| {
                let change = |step: &Step| matches!(step, Step::Change(_)).then(|| step.clone());
                steps.iter().filter_map(change).collect::<Vec<_>>()
            };
            assert_eq!(changes(&steps), changes(&whole), "{name} cut at {cut}");
        }
    }
}

#[test]
fn an_import_resumes_after_any_step() {
    for (name, format) in EXAMPLES {
        let bytes = example(name);
        let whole = read_whole(format, &bytes);
        let mut reader = Reader::new(format, bytes.as_slice(), Limits::default());
        let mut given = 0;
        while let Some(step) = reader.next() {
            step.unwrap();
            given += 1;
            let again = Reader::new(format, bytes.as_slice(), Limits::default());
            let rest: Vec<_> = again
                .resume_after(reader.records())
                .map(Result::unwrap)
                .collect();
            let left = whole.len() - given;
            assert!(rest.len() >= left, "{name}");
            assert_eq!(rest, whole[whole.len() - rest.len()..], "{name}");
        }
    }
}

#[test]
fn a_cut_names_the_line_of_the_record_and_how_many_were_good() {
    let list = format!(
        "{{\"value\":[\n{{\"MediaID\":1,\"MD5\":\"{0}\"}},\n17,\n{{\"MediaID\":3,\n\"MD5\":\"{0}",
        md5(1)
    );
    let (steps, fault) = read(Format::Vics, list.as_bytes());
    let fault = fault.unwrap();
    assert_eq!(puts(&steps).len(), 1);
    assert_eq!((fault.kind, fault.line), (FaultKind::Cut, 4));
    assert_eq!((fault.records, fault.good), (2, 1));
    assert_eq!(fault.code(), "list.cut");
    insta::assert_snapshot!(fault.to_string());
}

#[test]
fn what_is_another_thing_is_refused() {
    for (format, text, kind) in [
        (Format::Vics, "<a/>", FaultKind::FrameBroken),
        (Format::Vics, "{\"value\":[]} more", FaultKind::FrameBroken),
        (Format::Vics, "{value:[]}", FaultKind::FrameBroken),
        (Format::Vics, "{\"value\":[}]}", FaultKind::FrameBroken),
        (Format::Vics, "{\"value\" []}", FaultKind::FrameBroken),
        (Format::Vics, "", FaultKind::Cut),
        (Format::Csv, "", FaultKind::Cut),
        (Format::Icse, "\n \n", FaultKind::Cut),
        (Format::Ncmec, "{}", FaultKind::FrameBroken),
        (Format::Ncmec, "<other/>", FaultKind::FrameBroken),
        (Format::Ncmec, "<!DOCTYPE a>", FaultKind::FrameBroken),
        (
            Format::Ncmec,
            "<queryResult></queryResult><a/>",
            FaultKind::FrameBroken,
        ),
        (
            Format::Ncmec,
            "<queryResult>text</queryResult>",
            FaultKind::FrameBroken,
        ),
        (
            Format::Ncmec,
            "<?xml version='1.0' encoding='utf-16'?><queryResult/>",
            FaultKind::EncodingUnsupported,
        ),
        (Format::Csv, "name;age\n", FaultKind::HeaderUnknown),
        (Format::Icse, "\"MD5;SHA1\n", FaultKind::HeaderUnknown),
    ] {
        let (_, fault) = read(format, text.as_bytes());
        assert_eq!(fault.map(|fault| fault.kind), Some(kind), "{text}");
    }
    for mark in [b"\xff\xfe{".as_slice(), b"\xfe\xff", b"\0{", b"\xef\xbb{"] {
        for (_, format) in EXAMPLES {
            let (_, fault) = read(format, mark);
            let kind = fault.map(|fault| fault.kind);
            assert_eq!(kind, Some(FaultKind::EncodingUnsupported));
        }
    }
}

#[test]
fn a_source_that_fails_is_named_as_the_cause() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("no disk"))
        }
    }
    for (_, format) in EXAMPLES {
        let mut reader = Reader::new(format, BufReader::new(Broken), Limits::default());
        let fault = reader.next().unwrap().unwrap_err();
        assert_eq!(fault.code(), "list.read");
        let source = std::error::Error::source(&fault).unwrap();
        assert_eq!(source.to_string(), "no disk");
        assert!(reader.next().is_none());
    }
}
