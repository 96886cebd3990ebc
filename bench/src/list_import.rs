//! Hash lists read as streams: speed, and that memory does not grow with the list.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::Path;

use model::{EntryKey, ListEntry, Material, MaterialHash, Pdq, Timestamp};
use wire::lists::{Format, Limits, Reader, Step, Target, VicsVersion, Writer};

use crate::failure::Failure;
use crate::figure::{per, print};
use crate::link_world::draw;
use crate::own_usage::{cpu_seconds, memory_mb};
use crate::stopwatch::Stopwatch;

const BENCH: &str = "list-import";
/// How much the file is read at a time.
const BUFFER_BYTES: usize = 64 << 10;

/// Writes lists of `entries` made-up entries into files and reads them.
pub(crate) fn run(place: &Path, entries: usize) -> Result<(), Failure> {
    let model = Some("US".to_owned());
    let version = VicsVersion::V2_0;
    let path = place.join("list.json");
    write(&path, Target::Vics { version, model }, entries)?;
    // What exporters add to each record and nobody here needs makes most of a real file.
    let padded = place.join("padded.json");
    pad(&path, &padded)?;
    for (name, path) in [("VICS 2.0", &path), ("VICS 2.0 with all fields", &padded)] {
        measure(name, Format::Vics, path, entries)?;
    }
    let path = place.join("list.csv");
    write(&path, Target::Csv, entries)?;
    measure("CSV", Format::Csv, &path, entries)
}

fn measure(name: &str, format: Format, path: &Path, entries: usize) -> Result<(), Failure> {
    let file = File::open(path).map_err(Failure::at(path))?;
    let bytes = file.metadata().map_err(Failure::at(path))?.len();
    let (_, peak_before) = memory_mb()?;
    let (cpu, watch) = (cpu_seconds()?, Stopwatch::start());
    let mut taken = 0;
    let input = BufReader::with_capacity(BUFFER_BYTES, file);
    for step in Reader::new(format, input, Limits::default()) {
        if let Step::Change(_) = step? {
            taken += 1;
        }
    }
    let (seconds, cpu) = (watch.seconds(), cpu_seconds()? - cpu);
    if taken != entries {
        return Err(Failure::Unexpected {
            what: "the list that was read",
        });
    }
    let (_, peak) = memory_mb()?;
    let megabytes = usize::try_from(bytes / 1_000_000).unwrap_or(usize::MAX);
    for (what, value, unit) in [
        ("entries", per(taken, seconds), "1/s"),
        ("entries by processor time", per(taken, cpu), "1/s"),
        ("bytes", per(megabytes, seconds), "MB/s"),
        ("memory at most", peak, "MB"),
        ("memory above that before", peak - peak_before, "MB"),
    ] {
        print(BENCH, &format!("{name}: {what}"), value, unit, taken)?;
    }
    Ok(())
}

fn write(path: &Path, target: Target, entries: usize) -> Result<(), Failure> {
    let mut out = BufWriter::new(File::create(path).map_err(Failure::at(path))?);
    let scheme = target.scheme();
    let mut writer = Writer::new(target);
    out.write_all(writer.begin().as_bytes())
        .map_err(Failure::at(path))?;
    for number in 0..u64::try_from(entries).unwrap_or(u64::MAX) {
        let text = writer.entry(&entry(number, scheme.clone()))?;
        out.write_all(text.as_bytes()).map_err(Failure::at(path))?;
    }
    out.write_all(writer.end().as_bytes())
        .map_err(Failure::at(path))?;
    out.flush().map_err(Failure::at(path))
}

/// Copies a list and puts into each record the fields that exporters write besides.
fn pad(from: &Path, to: &Path) -> Result<(), Failure> {
    use std::io::BufRead as _;
    const FIELDS: &str = "\"VictimIdentified\":\"false\",\"OffenderIdentified\":\"false\",\
        \"IsDistributed\":\"true\",\"IsPrecategorized\":false,\"IsSuspected\":\"false\",\
        \"SelfGenerated\":false,\"Series\":\"\",\"Tags\":\"example\",\"Comments\":\"\",\
        \"RelativeFilePath\":\"example\\\\path\\\\file.jpg\",\"MediaFiles\":[{\"FileName\":\
        \"file.jpg\",\"FilePath\":\"example\\\\path\",\"Unallocated\":\"false\"}],\
        \"Exifs\":[{\"PropertyName\":\"Example\",\"PropertyValue\":\"1\"}],";
    let input = BufReader::new(File::open(from).map_err(Failure::at(from))?);
    let mut out = BufWriter::new(File::create(to).map_err(Failure::at(to))?);
    for line in input.lines() {
        let line = line.map_err(Failure::at(from))?;
        let is_record = !line.contains("@odata.context");
        match line.strip_prefix('{').filter(|_| is_record) {
            Some(rest) => writeln!(out, "{{{FIELDS}{rest}"),
            None => writeln!(out, "{line}"),
        }
        .map_err(Failure::at(to))?;
    }
    out.flush().map_err(Failure::at(to))
}

/// A made-up entry: every hash drawn from its number.
fn entry(number: u64, scheme: Option<String>) -> ListEntry {
    let words = |count: u64| (0..count).map(move |word| draw(number, 100 + word));
    let mut bytes = words(13).flat_map(u64::to_be_bytes);
    let mut next = || bytes.next().unwrap_or_default();
    let mut pdq = [0; 32];
    for at in 0..16 {
        // As many ones as zeroes, as in real ones.
        (pdq[at], pdq[at + 16]) = (next(), 0);
        pdq[at + 16] = !pdq[at];
    }
    let label = scheme.as_ref().map(|_| (number % 4).to_string());
    ListEntry {
        key: EntryKey {
            member: String::new(),
            id: number.to_string(),
        },
        member_name: None,
        material: Material::Picture,
        hashes: vec![
            MaterialHash::Md5(std::array::from_fn(|_| next())),
            MaterialHash::Sha1(std::array::from_fn(|_| next())),
            MaterialHash::Sha256(std::array::from_fn(|_| next())),
            MaterialHash::Pdq(Pdq::new(pdq)),
            MaterialHash::Other {
                kind: "photodna".to_owned(),
                value: format!("{:016x}", draw(number, 200)).repeat(12),
            },
        ],
        scheme,
        label,
        size_bytes: Some(number),
        updated: Some(Timestamp::from_millis(1_767_323_045_000)),
        feedback: Vec::new(),
    }
}
