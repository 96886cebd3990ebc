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
    ArrayRef, Decimal128Array, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, TimestampNanosecondArray, UInt64Array,
};
use columns::{Column, Keys, Kind, ReadError, Reader, Rows, Texts, Values, Wanted, Writer};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use screen::Country;
use tempfile::TempDir;

const DAY: i64 = 86_400_000;

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
