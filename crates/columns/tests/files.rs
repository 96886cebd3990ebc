//! Files of payments as others write them: whole, rude, cut.
#![expect(
    clippy::unwrap_used,
    reason = "a test and its scaffold fail by panicking"
)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BinaryArray, Decimal128Array, DictionaryArray, Float64Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray, TimestampNanosecondArray, UInt64Array,
};
use columns::{Column, Keys, Kind, ReadError, Reader, Rows, Texts, Values, Wanted, Writer};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use screen::{Country, Merchant, Relation};
use tempfile::TempDir;

const DAY: i64 = 86_400_000;
/// Two columns of three rows, as pyarrow 26.0.1 writes them with `write_page_checksum=True` and
/// without compression: bytes in hexadecimal digits.
const CHECKSUMS: &str = "\
    50415231150415401540158c8894da063c150415001200000c0000004558414d504c452d303030310c00\
    00004558414d504c452d3030303215001512151215ffb3f5d7051c15061510150615061c000000020000\
    00060101030415041530153015e8e5a1fd0e3c15061500120000e2040000000000001e00000000000000\
    630000000000000015001514151415a4968fde0a1c15061510150615061c000000020000000601020324\
    001504193c35001806736368656d61150400150c2502180673656e64657225004c1c0000001504250218\
    06616d6f756e74001606191c192c26001c150c193500061019180673656e6465721500160616ac0116ac\
    0126702608292c15041500150200150015101502003c164819061926000600000026001c150419350006\
    10191806616d6f756e7415001606169e01169e01268c0226b401292c1504150015020015001510150200\
    3c29061926000600000016ca021606260816ca02002820706172717565742d6370702d6172726f772076\
    657273696f6e2032362e302e31192c1c00001c000000e700000050415231";

fn parquet(folder: &TempDir, columns: Vec<(&str, ArrayRef)>, group_rows: usize) -> PathBuf {
    let path = folder.path().join("book.parquet");
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    );
    let batch = batch.unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group_rows));
    let file = File::create(&path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    path
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn all(path: &Path, wanted: &Wanted, threads: usize) -> Result<Rows, ReadError> {
    let reader = Reader::open(path)?;
    let mut whole = Rows::default();
    reader.scan(wanted, threads, |rows| -> Result<(), ReadError> {
        whole.numbers.extend(&rows.numbers);
        whole.times.extend(&rows.times);
        whole.amounts.extend(&rows.amounts);
        whole.currencies.extend(&rows.currencies);
        whole.sender_countries.extend(&rows.sender_countries);
        whole.rejected.extend(rows.rejected);
        if whole.keys.is_empty() {
            whole.keys = rows.keys;
        } else {
            for (held, keys) in whole.keys.iter_mut().zip(&rows.keys) {
                held.extend(keys).unwrap();
            }
        }
        Ok(())
    })?;
    Ok(whole)
}

fn told(rows: &Rows) -> Vec<String> {
    rows.rejected.iter().map(ToString::to_string).collect()
}

#[test]
fn each_bad_row_is_named_and_the_others_are_taken() {
    let folder = TempDir::new().unwrap();
    let micros = |millis: i64| Some(millis * 1000);
    let times = vec![
        micros(0),
        None,
        micros(DAY),
        micros(9_000_000 * DAY),
        micros(1),
        micros(2),
    ];
    let amounts = [1.5, 1.0, f64::NAN, 1.0, -1.0, 2.25];
    let path = parquet(
        &folder,
        vec![
            ("id", Arc::new(Int64Array::from_iter_values(1..=6))),
            ("time", Arc::new(TimestampMicrosecondArray::from(times))),
            (
                "sender",
                texts(&[Some("a"), Some("b"), Some("a"), Some("a"), Some("a"), None]),
            ),
            ("amount", Arc::new(Float64Array::from(amounts.to_vec()))),
        ],
        2,
    );
    let wanted = Wanted::columns(&[Column::Time, Column::Amount]).keys(&["id", "sender"]);
    for threads in [1, 2, 9] {
        let rows = all(&path, &wanted.clone().decimals(2), threads).unwrap();
        assert_eq!(
            (rows.numbers.as_slice(), rows.amounts.as_slice()),
            (&[0][..], &[150][..])
        );
        assert_eq!(
            told(&rows),
            [
                "row 2: `time` is missing",
                "row 3: `amount` is not finite",
                "row 4: `time` is before 1900 or after 2199",
                "row 5: `amount` is negative",
                "row 6: `sender` is missing",
            ]
        );
    }
    let refused = all(&path, &wanted, 1).unwrap_err();
    assert_eq!(refused.code(), "columns.no-currency");
}

#[test]
fn amounts_come_in_the_minor_units_of_their_currency() {
    let folder = TempDir::new().unwrap();
    let decimals = Decimal128Array::from(vec![12_340_i128, 5_000, 1_001]);
    let codes: DictionaryArray<Int32Type> = vec!["EUR", "JPY", "JPY"].into_iter().collect();
    let path = parquet(
        &folder,
        vec![
            (
                "time",
                Arc::new(TimestampNanosecondArray::from(vec![-1, 0, 1])),
            ),
            (
                "amount",
                Arc::new(decimals.with_precision_and_scale(20, 3).unwrap()),
            ),
            ("currency", Arc::new(codes)),
            ("sender_country", texts(&[Some("PH"), None, Some("ZZ")])),
        ],
        100,
    );
    let wanted = [Column::Time, Column::Amount, Column::SenderCountry];
    let rows = all(&path, &Wanted::columns(&wanted), 1).unwrap();
    assert_eq!(rows.amounts, [1234, 5]);
    assert_eq!(rows.times, [-1, 0]);
    let philippines = Country::parse("PH").unwrap();
    assert_eq!(rows.sender_countries, [philippines, Country::UNKNOWN]);
    assert_eq!(told(&rows), ["row 3: `amount` has more than 0 decimals"]);
    assert_eq!(Reader::open(&path).unwrap().decimals(), Some(3));
}

#[test]
fn a_file_that_cannot_be_used_is_refused_whole() {
    let folder = TempDir::new().unwrap();
    let path = parquet(
        &folder,
        vec![
            ("time", Arc::new(Float64Array::from(vec![1.0]))),
            ("id", Arc::new(UInt64Array::from(vec![u64::MAX]))),
            ("amount", Arc::new(Int64Array::from(vec![1]))),
        ],
        100,
    );
    let code = |path: &Path, wanted: &Wanted| all(path, wanted, 2).unwrap_err().code();
    let time = Wanted::columns(&[Column::Time]);
    assert_eq!(code(&path, &time), "columns.type");
    let sender = Wanted::default().keys(&["sender"]);
    assert_eq!(code(&path, &sender), "columns.no-column");
    let rows = all(&path, &Wanted::default().keys(&["id"]), 1).unwrap();
    assert_eq!(
        told(&rows),
        ["row 1: `id` is larger than 2^63 - 1: write it as text"]
    );

    let whole = fs::read(&path).unwrap();
    let (cut, none) = (
        folder.path().join("cut.parquet"),
        folder.path().join("none.txt"),
    );
    for end in [0, 1, 4, whole.len() / 2, whole.len() - 1] {
        fs::write(&cut, &whole[..end]).unwrap();
        assert_eq!(code(&cut, &time), "columns.footer", "{end}");
    }
    assert_eq!(code(&none, &time), "columns.format");
    assert_eq!(code(&none.with_extension("csv"), &time), "columns.open");
    assert_eq!(code(folder.path(), &time), "columns.format");
}

#[test]
fn no_flipped_byte_makes_it_panic_or_lose_a_row_in_silence() {
    let folder = TempDir::new().unwrap();
    let path = parquet(
        &folder,
        vec![
            ("id", Arc::new(Int64Array::from_iter_values(0..40))),
            (
                "sender",
                Arc::new(StringArray::from_iter_values(
                    (0..40).map(|row| format!("a{row}")),
                )),
            ),
        ],
        20,
    );
    let whole = fs::read(&path).unwrap();
    let wanted = Wanted::default().keys(&["id", "sender"]);
    for at in (0..whole.len()).step_by(3) {
        let mut bent = whole.clone();
        bent[at] ^= 0x55;
        fs::write(&path, &bent).unwrap();
        let Ok(rows) = all(&path, &wanted, 2) else {
            continue;
        };
        let said = Reader::open(&path).unwrap().rows();
        assert_eq!((rows.len() + rows.rejected.len()) as u64, said, "byte {at}");
    }
}

#[test]
fn csv_is_read_as_it_is_written_by_hand() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("book.csv");
    let lines = "\u{feff}time,id,amount,sender,note\r\n\
                 2026-01-02,1,\"12.5\",\"a \"\"b\"\", c\",\r\n\
                 2026-01-02T03:04:05Z,2,,x,\n\
                 02/01/26,3,1,x,\n\
                 2026-01-02,4,1,x\n\
                 2026-01-02,5,\"1,000\",x,\n\
                 2026-01-02,6,7,y,\"two\nlines\"\n";
    let mut bytes = lines.as_bytes().to_vec();
    bytes.extend(b"2026-01-02,7,1,\xff,\n");
    fs::write(&path, bytes).unwrap();
    let wanted = Wanted::columns(&[Column::Time, Column::Amount]).keys(&["id", "sender"]);
    let rows = all(&path, &wanted.clone().decimals(2), 2).unwrap();
    assert_eq!(rows.numbers, [0, 5]);
    assert_eq!(rows.amounts, [1250, 700]);
    let mut senders = Texts::default();
    senders.extend(["a \"b\", c", "y"]);
    assert_eq!(rows.keys[1], Keys::Text(senders));
    assert_eq!(
        told(&rows),
        [
            "row 2: `amount` is missing",
            "row 3: `time` is no date or time with an offset, such as 2026-01-02T03:04:05Z",
            "row 4: 4 fields where the header has 5",
            "row 5: `amount` is not a plain decimal number such as 12.50",
            "row 7: not UTF-8",
        ]
    );
    fs::write(&path, format!("time\n\"{}", "x".repeat(1 << 20))).unwrap();
    let longest = all(&path, &Wanted::columns(&[Column::Time]), 1).unwrap();
    assert_eq!(longest.rejected.len(), 1);
    for (text, code) in [
        (String::new(), "columns.no-header"),
        ("time,time\n".to_owned(), "columns.twice"),
        (
            format!("time\n\"{}", "x".repeat((1 << 20) + 1)),
            "columns.row-too-long",
        ),
    ] {
        fs::write(&path, text).unwrap();
        let refused = all(&path, &Wanted::columns(&[Column::Time]), 1).unwrap_err();
        assert_eq!(refused.code(), code);
    }
}

#[test]
fn what_is_written_reads_back_and_appears_only_when_it_is_whole() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("out.parquet");
    let columns = [
        ("id", Kind::Text),
        ("time", Kind::Time),
        ("amount", Kind::Decimal(2)),
        ("mean", Kind::Ratio),
        ("count", Kind::Whole),
    ];
    let mut ids = Texts::default();
    ids.extend(["x", ""]);
    let values = || {
        vec![
            Values::Texts(ids.clone()),
            Values::Times(vec![0, -5]),
            Values::Wholes(vec![Some(12_345), None]),
            Values::Ratios(vec![Some(0.5), None]),
            Values::Whole(vec![1, i64::MIN]),
        ]
    };
    fs::write(&path, "what stood there").unwrap();
    let mut writer = Writer::create(&path, &columns).unwrap();
    writer.write(values()).unwrap();
    let wrong = writer.write(vec![Values::Times(vec![1]); 5]).unwrap_err();
    assert_eq!(wrong.code(), "columns.shape");
    drop(writer);
    assert_eq!(fs::read_to_string(&path).unwrap(), "what stood there");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    let mut writer = Writer::create(&path, &columns).unwrap();
    writer.write(values()).unwrap();
    writer.write(values()).unwrap();
    writer.finish().unwrap();
    let wanted = Wanted::columns(&[Column::Time, Column::Amount]).keys(&["id", "count"]);
    let rows = all(&path, &wanted.decimals(2), 1).unwrap();
    assert_eq!(rows.amounts, [12_345, 12_345]);
    assert_eq!(rows.times, [0, 0]);
    assert_eq!(told(&rows)[1], "row 4: `amount` is missing");
    let gone = folder.path().join("gone/out.parquet");
    assert_eq!(
        Writer::create(&gone, &columns).err().unwrap().code(),
        "columns.disk"
    );
}

#[test]
fn a_changed_byte_is_noticed_where_the_writer_left_checksums() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("book.parquet");
    let digits = CHECKSUMS.as_bytes().chunks_exact(2);
    let byte = |pair: &[u8]| {
        let text = std::str::from_utf8(pair).unwrap();
        u8::from_str_radix(text, 16).unwrap()
    };
    let whole: Vec<u8> = digits.map(byte).collect();
    let wanted = Wanted::default().keys(&["sender", "amount"]);
    fs::write(&path, &whole).unwrap();
    let rows = all(&path, &wanted, 1).unwrap();
    assert_eq!(rows.keys[1], Keys::Whole(vec![1250, 30, 99]));
    let name = b"EXAMPLE-0002";
    let at = whole.windows(name.len()).position(|found| found == name);
    for byte in at.unwrap()..at.unwrap() + name.len() {
        let mut spoilt = whole.clone();
        spoilt[byte] ^= 1;
        fs::write(&path, &spoilt).unwrap();
        let error = all(&path, &wanted, 1).unwrap_err();
        assert_eq!(error.code(), "columns.broken", "{byte}: {error}");
    }
}

#[test]
fn bytes_that_are_no_text_spoil_their_row_alone() {
    let folder = TempDir::new().unwrap();
    let bytes = |values: &[&[u8]]| -> ArrayRef { Arc::new(BinaryArray::from(values.to_vec())) };
    let columns = vec![
        (
            "sender",
            bytes(&[b"S1", b"\xff\xfe", "Zo\u{eb}".as_bytes()]),
        ),
        ("currency", bytes(&[b"USD", b"USD", b"US"])),
        ("amount", bytes(&[b"1.50", b"2", b"3"])),
    ];
    let path = parquet(&folder, columns, 100);
    let wanted = Wanted::columns(&[Column::Amount]).keys(&["sender"]);
    let rows = all(&path, &wanted, 1).unwrap();
    assert_eq!(rows.amounts, [150]);
    let told = told(&rows);
    assert_eq!(told[0], "row 2: not UTF-8");
    assert!(told[1].starts_with("row 3: `currency`"), "{told:?}");
}

#[test]
fn a_compression_that_is_not_read_is_named() {
    let folder = TempDir::new().unwrap();
    let path = parquet(&folder, vec![("sender", texts(&[Some("S1")]))], 100);
    let mut bytes = fs::read(&path).unwrap();
    // The metadata is in Thrift: field 4, an i32 of zigzag, is the codec. 0 is none, 7 is LZ4_RAW.
    let at = bytes
        .windows(3)
        .rposition(|found| found == [0x15, 0x00, 0x16]);
    bytes[at.unwrap() + 1] = 14;
    fs::write(&path, bytes).unwrap();
    let error = Reader::open(&path).unwrap_err();
    assert_eq!(error.code(), "columns.codec");
    assert!(error.to_string().contains("LZ4_RAW"), "{error}");
}

#[test]
fn categories_that_are_not_known_say_nothing() {
    let folder = TempDir::new().unwrap();
    let words = texts(&[Some("exchange"), Some("Example Shop"), None, Some("")]);
    let relations = texts(&[None, Some("family"), Some("FAMILY"), Some("friend")]);
    let columns = vec![("merchant", words), ("relation", relations)];
    let path = parquet(&folder, columns, 100);
    let reader = Reader::open(&path).unwrap();
    let wanted = Wanted::columns(&[Column::Merchant, Column::Relation]);
    let visit = &mut |rows: Rows| {
        assert_eq!(rows.merchants, [Some(Merchant::Exchange), None, None, None]);
        let friend = Some(Relation::Friend);
        assert_eq!(rows.relations, [None, Some(Relation::Family), None, friend]);
        assert!(rows.rejected.is_empty());
        true
    };
    reader.group(0, &wanted, visit).unwrap();
}

#[test]
fn what_is_written_as_csv_reads_back_and_replaces_nothing_unasked() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("book.CSV");
    let path = path.as_path();
    let columns = [
        ("time", Kind::Time),
        ("amount", Kind::Decimal(2)),
        ("sender", Kind::Text),
    ];
    let write = |mut writer: Writer| {
        let mut senders = Texts::default();
        senders.extend(["a,b", "say \"no\""]);
        let times = vec![DAY + 1, 2 * DAY];
        let amounts = vec![1250, 7];
        let values = vec![
            Values::Times(times),
            Values::Whole(amounts),
            Values::Texts(senders),
        ];
        writer.write(values).unwrap();
        writer.finish()
    };
    write(Writer::create_new(path, &columns).unwrap()).unwrap();
    let text = fs::read_to_string(path).unwrap();
    assert!(text.starts_with("time,amount,sender\n1970-01-02T00:00:00.001Z,12.50,"));
    let wanted = Wanted::columns(&[Column::Time, Column::Amount]);
    let wanted = wanted.decimals(2).keys(&["sender"]);
    let rows = all(path, &wanted, 1).unwrap();
    assert_eq!(
        (&rows.times[..], &rows.amounts[..]),
        (&[DAY + 1, 2 * DAY][..], &[1250, 7][..])
    );
    let mut senders = Texts::default();
    senders.extend(["a,b", "say \"no\""]);
    assert_eq!(rows.keys[0], Keys::Text(senders));
    let refused = Writer::create_new(path, &columns).unwrap_err();
    assert_eq!(refused.code(), "columns.exists");
    // Nor what came to stand there meanwhile.
    fs::remove_file(path).unwrap();
    let late = Writer::create_new(path, &columns).unwrap();
    fs::write(path, "mine").unwrap();
    assert_eq!(write(late).unwrap_err().code(), "columns.exists");
    assert_eq!(fs::read_to_string(path).unwrap(), "mine");
    write(Writer::create(path, &columns).unwrap()).unwrap();
    assert_eq!(fs::read_to_string(path).unwrap(), text);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
