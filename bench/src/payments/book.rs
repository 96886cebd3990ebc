//! A book of transfers that is made up, written as Parquet and read back in columns.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int32Type, Int64Type, TimestampMillisecondType, UInt32Type};
use arrow_array::{
    Array as _, ArrayRef, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray, UInt32Array,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use screen::money::{Currency, Money};
use screen::{Channel, Country, Flags, Transfer};

use crate::failure::Failure;

/// The first moment, in July 2017, and how long the book goes on.
pub(super) const START_MILLIS: i64 = 1_500_000_000_000;
pub(super) const SPAN_MILLIS: i64 = 2_130 * 86_400_000;
const SENDERS: f64 = 1_200_000.0;
const RECEIVERS: u64 = 4_000_000;
const GROUP_ROWS: usize = 1_000_000;
const BATCH_ROWS: usize = 65_536;

/// From, to, currency. The first two are high-risk in the workload `windows`.
pub(super) const CORRIDORS: [(&str, &str, &str); 12] = [
    ("AU", "PH", "AUD"),
    ("AU", "TH", "AUD"),
    ("AU", "GB", "AUD"),
    ("AU", "US", "AUD"),
    ("AU", "NZ", "AUD"),
    ("AU", "CN", "AUD"),
    ("AU", "VN", "AUD"),
    ("AU", "DE", "AUD"),
    ("GB", "FR", "GBP"),
    ("SE", "DE", "SEK"),
    ("US", "CA", "USD"),
    ("DE", "IT", "EUR"),
];

/// What some rows say beside: one in a hundred each, family one in five.
const FLAGS: [Flags; 7] = [
    Flags::FAMILY,
    Flags::PURPOSE,
    Flags::HANDLE,
    Flags::ANONYMISER,
    Flags::TRAVEL,
    Flags::NEW_PAYEE,
    Flags::EXCHANGE,
];

/// Numbers by xorshift64.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) const fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 11) % bound
    }

    /// From 0 to below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub(super) const fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A row in small numbers, as it is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Made {
    pub(super) time_millis: i64,
    pub(super) sender: u32,
    pub(super) receiver: u32,
    pub(super) minor: i64,
    pub(super) corridor: usize,
    pub(super) channel: usize,
    pub(super) flags: i32,
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the products lie below their bounds"
)]
pub(super) fn made(dice: &mut Dice, row: usize, rows: usize) -> Made {
    let share = i128::from(SPAN_MILLIS) * row as i128 / rows.max(1) as i128;
    let units = (dice.unit() * dice.unit() * 2_000.0) as i64 + 1;
    let cents = if dice.below(3) == 0 {
        0
    } else {
        dice.below(100).cast_signed()
    };
    let flags = match dice.below(100) {
        0..20 => 1,
        said @ 20..26 => 1 << (said - 19),
        _ => 0,
    };
    Made {
        time_millis: START_MILLIS + i64::try_from(share).unwrap_or(SPAN_MILLIS),
        sender: (dice.unit().powi(3) * SENDERS) as u32,
        receiver: dice.below(RECEIVERS) as u32,
        minor: units * 100 + cents,
        corridor: dice.below(12) as usize,
        channel: dice.below(10) as usize,
        flags,
    }
}

/// Writes so many rows, in order of time.
pub(super) fn write(path: &Path, rows: usize, seed: u64) -> Result<(), Failure> {
    let schema = Arc::new(Schema::new(fields(&DataType::Utf8)));
    let zstd = ZstdLevel::try_new(3).map_err(Failure::Parquet)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(zstd))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .build();
    let file = File::create(path).map_err(Failure::at(path))?;
    let mut writer =
        ArrowWriter::try_new(file, schema.clone(), Some(properties)).map_err(Failure::Parquet)?;
    let mut dice = Dice::new(seed);
    let mut next = 0;
    while next < rows {
        let end = (next + BATCH_ROWS).min(rows);
        let batch: Vec<Made> = (next..end).map(|row| made(&mut dice, row, rows)).collect();
        let columns = columns(&batch, next);
        let batch = RecordBatch::try_new(schema.clone(), columns).map_err(Failure::Arrow)?;
        writer.write(&batch).map_err(Failure::Parquet)?;
        next = end;
    }
    writer.close().map_err(Failure::Parquet)?;
    Ok(())
}

fn fields(text: &DataType) -> Vec<Field> {
    let millis = DataType::Timestamp(TimeUnit::Millisecond, None);
    let columns = [
        ("id", DataType::Int64),
        ("time", millis),
        ("sender", DataType::UInt32),
        ("receiver", DataType::UInt32),
        ("amount_minor", DataType::Int64),
        ("currency", text.clone()),
        ("sender_country", text.clone()),
        ("receiver_country", text.clone()),
        ("channel", text.clone()),
        ("flags", DataType::Int32),
    ];
    let field = |(name, kind): (&str, DataType)| Field::new(name, kind, false);
    columns.into_iter().map(field).collect()
}

fn columns(batch: &[Made], first: usize) -> Vec<ArrayRef> {
    let ids = (0_i64..).skip(first).take(batch.len());
    let text = |of: &dyn Fn(&Made) -> &'static str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(batch.iter().map(of)))
    };
    let times = batch.iter().map(|row| row.time_millis);
    let channels = Channel::ALL;
    vec![
        Arc::new(Int64Array::from_iter_values(ids)),
        Arc::new(TimestampMillisecondArray::from_iter_values(times)),
        Arc::new(UInt32Array::from_iter_values(
            batch.iter().map(|row| row.sender),
        )),
        Arc::new(UInt32Array::from_iter_values(
            batch.iter().map(|row| row.receiver),
        )),
        Arc::new(Int64Array::from_iter_values(
            batch.iter().map(|row| row.minor),
        )),
        text(&|row| CORRIDORS[row.corridor].2),
        text(&|row| CORRIDORS[row.corridor].0),
        text(&|row| CORRIDORS[row.corridor].1),
        text(&|row| channels[row.channel].name()),
        Arc::new(Int32Array::from_iter_values(
            batch.iter().map(|row| row.flags),
        )),
    ]
}

/// A file opened to be read by several threads.
pub(super) struct Reader {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
}

impl Reader {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let file = File::open(path).map_err(Failure::at(path))?;
        // Texts are read as numbers into a dictionary: each is looked at once a batch.
        let text = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let schema = Arc::new(Schema::new(fields(&text)));
        let options = ArrowReaderOptions::new().with_schema(schema);
        let metadata = ArrowReaderMetadata::load(&file, options).map_err(Failure::Parquet)?;
        Ok(Self {
            path: path.to_owned(),
            metadata,
        })
    }

    /// The row groups, in `parts` runs of about one length.
    pub(super) fn parts(&self, parts: usize) -> Vec<Vec<usize>> {
        let groups: Vec<usize> = (0..self.metadata.metadata().num_row_groups()).collect();
        let length = groups.len().div_ceil(parts).max(1);
        groups.chunks(length).map(<[usize]>::to_vec).collect()
    }

    /// Reads some columns of some row groups, batch by batch.
    pub(super) fn read(
        &self,
        groups: Vec<usize>,
        columns: &[&str],
        mut take: impl FnMut(&Batch<'_>),
    ) -> Result<(), Failure> {
        // Opened anew: a clone of a file shares its position with the other threads' clones.
        let file = File::open(&self.path).map_err(Failure::at(&self.path))?;
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let names = columns.iter().copied();
        let mask = ProjectionMask::columns(builder.parquet_schema(), names);
        let reader = builder
            .with_projection(mask)
            .with_row_groups(groups)
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(Failure::Parquet)?;
        for batch in reader {
            take(&Batch(&batch.map_err(Failure::Arrow)?));
        }
        Ok(())
    }
}

/// Columns of some rows, by name. One that was not asked for is empty.
pub(super) struct Batch<'a>(&'a RecordBatch);

impl Batch<'_> {
    fn of(&self, name: &str) -> Option<&ArrayRef> {
        self.0.column_by_name(name)
    }

    pub(super) fn ids(&self) -> &[i64] {
        let column = self
            .of("id")
            .and_then(|one| one.as_primitive_opt::<Int64Type>());
        column.map_or(&[], |column| column.values())
    }

    pub(super) fn times(&self) -> &[i64] {
        let column = self.of("time");
        let column = column.and_then(|one| one.as_primitive_opt::<TimestampMillisecondType>());
        column.map_or(&[], |column| column.values())
    }

    pub(super) fn accounts(&self, name: &str) -> &[u32] {
        let column = self
            .of(name)
            .and_then(|one| one.as_primitive_opt::<UInt32Type>());
        column.map_or(&[], |column| column.values())
    }

    pub(super) fn minors(&self) -> &[i64] {
        let column = self.of("amount_minor");
        let column = column.and_then(|one| one.as_primitive_opt::<Int64Type>());
        column.map_or(&[], |column| column.values())
    }

    /// A text column: each row's number, and what `read` makes of each text.
    pub(super) fn texts<T>(&self, name: &str, read: impl Fn(&str) -> T) -> (&[i32], Vec<T>) {
        let column = self.of(name).map(arrow_array::Array::as_any);
        let column = column.and_then(|one| one.downcast_ref::<DictionaryArray<Int32Type>>());
        let Some(column) = column else {
            return (&[], Vec::new());
        };
        let values = column.values().as_string::<i32>();
        let values = (0..values.len()).map(|at| read(values.value(at)));
        (column.keys().values(), values.collect())
    }

    /// The rows as transfers, with their numbers.
    pub(super) fn transfers(&self, mut take: impl FnMut(u32, &Transfer)) {
        let (ids, times, minors) = (self.ids(), self.times(), self.minors());
        let (senders, receivers) = (self.accounts("sender"), self.accounts("receiver"));
        let country = |code: &str| Country::parse(code).unwrap_or_default();
        let (from, froms) = self.texts("sender_country", country);
        let (to, tos) = self.texts("receiver_country", country);
        let (currency, currencies) = self.texts("currency", Currency::parse);
        let channel_of = |name: &str| Channel::parse(name).unwrap_or_default();
        let (channel, channels) = self.texts("channel", channel_of);
        let flags = self
            .of("flags")
            .and_then(|one| one.as_primitive_opt::<Int32Type>());
        let flags = flags.map_or(&[][..], |column| column.values());
        let at = |number: i32| usize::try_from(number).unwrap_or_default();
        for row in 0..self.0.num_rows() {
            let Some(currency) = currencies[at(currency[row])] else {
                continue;
            };
            let minor = minors[row];
            let transfer = Transfer {
                time_millis: times[row],
                sender: senders[row],
                receiver: receivers[row],
                amount: Money { minor, currency },
                sender_country: froms[at(from[row])],
                receiver_country: tos[at(to[row])],
                channel: channels[at(channel[row])],
                flags: told(flags[row]),
            };
            take(u32::try_from(ids[row]).unwrap_or_default(), &transfer);
        }
    }
}

fn told(bits: i32) -> Flags {
    if bits == 0 {
        return Flags::NONE;
    }
    let set = FLAGS
        .iter()
        .enumerate()
        .filter(|(at, _)| bits >> at & 1 == 1);
    set.fold(Flags::NONE, |flags, (_, flag)| flags.and(*flag))
}

/// A transfer as the book has it, without the detour through a file.
pub(super) fn transfer(made: &Made) -> Option<Transfer> {
    let (from, to, currency) = CORRIDORS[made.corridor];
    Some(Transfer {
        time_millis: made.time_millis,
        sender: made.sender,
        receiver: made.receiver,
        amount: Money {
            minor: made.minor,
            currency: Currency::parse(currency)?,
        },
        sender_country: Country::parse(from)?,
        receiver_country: Country::parse(to)?,
        channel: Channel::ALL[made.channel],
        flags: told(made.flags),
    })
}
