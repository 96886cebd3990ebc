//! Payments to test with, as files and as batches, and what the kernel alone says of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::Schema;
use columns::{Answers, Kind, Texts, Values, Writer};
use datafusion::arrow::compute::concat_batches;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use screen::window::{Marker, Request, Sweep, sweep};
use screen::{Country, Event, Ordered};

/// Every stat that there is.
pub(crate) const STATS: &str = "count,sum,min,max,mean,median,distinct:receiver,night,round,\
                                gap_mean,gap_median,gap_cv,trend,burst:1h";
/// Decimals of the amounts.
pub(crate) const DECIMALS: u32 = 2;
const COLUMNS: [(&str, Kind); 6] = [
    ("id", Kind::Whole),
    ("sender", Kind::Text),
    ("receiver", Kind::Whole),
    ("time", Kind::Time),
    ("amount", Kind::Decimal(2)),
    ("sender_country", Kind::Text),
];

/// A payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) sender: u32,
    pub(crate) time_millis: i64,
    pub(crate) id: i64,
    pub(crate) receiver: u32,
    pub(crate) amount: i64,
    pub(crate) country: &'static str,
}

/// Payments that look like some: the same every time.
pub(crate) fn rows(count: i64, senders: u64) -> Vec<Row> {
    let mut state = 7_u64;
    let mut draw = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut rows = Vec::new();
    for id in 0..count {
        // A few senders pay much more often than the others.
        let sender = draw(senders).min(draw(senders));
        let country = ["DE", "PH", "", "US"][usize::try_from(draw(4)).unwrap()];
        rows.push(Row {
            sender: u32::try_from(sender).unwrap(),
            time_millis: 1_700_000_000_000 + i64::try_from(draw(90 * 1440)).unwrap() * 60_000,
            id,
            receiver: u32::try_from(draw(40)).unwrap(),
            amount: i64::try_from(draw(400)).unwrap() * 25,
            country,
        });
    }
    rows
}

fn sender(row: &Row) -> String {
    format!("S{:07}", row.sender)
}

fn columns(rows: &[Row]) -> Vec<Values> {
    let mut senders = Texts::default();
    let mut countries = Texts::default();
    for row in rows {
        senders.push(&sender(row));
        countries.push(row.country);
    }
    vec![
        Values::Whole(rows.iter().map(|row| row.id).collect()),
        Values::Texts(senders),
        Values::Whole(rows.iter().map(|row| i64::from(row.receiver)).collect()),
        Values::Times(rows.iter().map(|row| row.time_millis).collect()),
        Values::Whole(rows.iter().map(|row| row.amount).collect()),
        Values::Texts(countries),
    ]
}

/// The schema of [`batch`].
pub(crate) fn schema() -> Arc<Schema> {
    let fields = COLUMNS.map(|(name, kind)| kind.field(name));
    Arc::new(Schema::new(fields.to_vec()))
}

/// Rows as Arrow has them.
pub(crate) fn batch(rows: &[Row]) -> RecordBatch {
    let arrays = columns(rows).into_iter().zip(COLUMNS);
    let arrays = arrays.map(|(values, (_, kind))| values.into_array(kind).unwrap());
    RecordBatch::try_new(schema(), arrays.collect()).unwrap()
}

/// Rows dealt out to so many files.
pub(crate) fn files(folder: &Path, rows: &[Row], count: usize) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for at in 0..count {
        let path = folder.join(format!("payments {at}.parquet"));
        let some: Vec<Row> = rows.iter().skip(at).step_by(count).copied().collect();
        let mut writer = Writer::create(&path, &COLUMNS).unwrap();
        writer.write(columns(&some)).unwrap();
        writer.finish().unwrap();
        paths.push(path);
    }
    paths
}

/// What the kernel says: rows by sender, time and id, and the arrays of their answers.
pub(crate) fn kernel(rows: &[Row], request: &Request) -> (Vec<Row>, Vec<ArrayRef>) {
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    let mut marker = Marker::new(request, DECIMALS);
    let events = rows.iter().zip(0..).map(|(row, number)| Event {
        time_millis: row.time_millis,
        amount: row.amount,
        account: row.sender,
        counterparty: row.receiver,
        row: number,
        marks: marker.marks(Country::parse(row.country), row.time_millis, row.amount),
    });
    let ordered = Ordered::of(events.collect());
    let mut answers = Answers::new(request, DECIMALS);
    let mut windows = Sweep::default();
    sweep(&ordered, request.plan(), &mut windows, |_, measures| {
        answers.push(request.values(measures));
    });
    let kinds = Answers::kinds(request, DECIMALS);
    let arrays = answers.take().into_iter().zip(kinds);
    let arrays = arrays.map(|(values, (_, kind))| values.into_array(kind).unwrap());
    (rows, arrays.collect())
}

/// Holds a file against the kernel, bit for bit.
pub(crate) fn check(path: &Path, rows: &[Row], request: &Request) {
    let file = std::fs::File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let schema = Arc::clone(reader.schema());
    let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
    let got = concat_batches(&schema, &batches).unwrap();
    let (rows, answers) = kernel(rows, request);
    let ids = Values::Whole(rows.iter().map(|row| row.id).collect());
    assert_eq!(got.column(0), &ids.into_array(Kind::Whole).unwrap());
    let names = schema.fields().iter().skip(1).zip(answers.iter());
    for (at, (field, answer)) in names.enumerate() {
        assert_eq!(got.column(at + 1), answer, "{}", field.name());
    }
    assert_eq!(got.num_columns(), answers.len() + 1);
}
