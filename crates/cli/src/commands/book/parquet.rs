//! A Parquet file as a part of a book: its rows as payments, each taken or rejected.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use columns::{Column, Keys, ReadError, Reader, Rows, Wanted};
use model::{Payment, PaymentSide, Sensitive, Timestamp};
use wire::money::{ControlTotal, Decoded, Mapping, Settings, Step};

use super::{Digested, REJECTED_SHOWN_MAX, finish};
use crate::failure::Failure;
use crate::output;

const DAY_MILLIS: i64 = 24 * 3600 * 1000;
/// The columns that say who paid whom.
const PARTIES: [&str; 2] = ["sender", "receiver"];
/// The column that names each payment; a file may do without it.
const ID: &str = "id";

/// How a Parquet file begins.
const BEGINS: &[u8] = b"PAR1";

/// Whether a file is to be read as Parquet: by its first bytes, or by its name where it is broken.
pub(super) fn is_parquet(path: &Path, head: &[u8]) -> bool {
    let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    head.starts_with(BEGINS) || ending.is_some_and(|ending| ending == "parquet")
}

/// SHA-256 of a whole file.
pub(super) fn sha256_of(path: &Path) -> Result<String, Failure> {
    let unreadable = |source: io::Error| Failure::Read {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(unreadable)?;
    let digester = vault::Digester::new();
    let source = BufReader::with_capacity(1 << 20, Digested { file, digester });
    finish(source).map_err(unreadable)
}

/// Gives each payment to `take`, in the order of the file. A file that is cut or broken fails as a
/// whole: what follows its broken part has no numbers that anybody could go on from.
pub(super) fn read(
    path: &Path,
    mapping: Option<&Mapping>,
    settings: &Settings,
    tell: bool,
    take: &mut impl FnMut(Payment) -> Result<(), Failure>,
) -> Result<ControlTotal, Failure> {
    let reader = Reader::open(path)?;
    let mut wanted = Wanted::columns(&Column::ALL).keys(&PARTIES);
    let has_id = reader.columns().iter().any(|name| name == ID);
    if has_id {
        wanted = wanted.keys(&[ID]);
    }
    if let Some(currency) = mapping.and_then(|mapping| mapping.currency) {
        wanted = wanted.in_currency(currency);
    }
    reader.check(&wanted)?;
    let decoded = Decoded::new(settings.clone(), reader.rows()).map_err(Failure::Money)?;
    let mut walk = Walk {
        path,
        tell,
        told: 0,
        decoded,
        take,
    };
    for group in 0..reader.groups() {
        let mut failed = None;
        reader.group(group, &wanted, &mut |rows| {
            failed = walk.batch(&rows, has_id).err();
            failed.is_none()
        })?;
        if let Some(failure) = failed {
            return Err(failure);
        }
    }
    Ok(walk.decoded.finish())
}

struct Walk<'a, T> {
    path: &'a Path,
    tell: bool,
    told: u64,
    decoded: Decoded,
    take: &'a mut T,
}

impl<T: FnMut(Payment) -> Result<(), Failure>> Walk<'_, T> {
    fn batch(&mut self, rows: &Rows, has_id: bool) -> Result<(), Failure> {
        for rejected in &rows.rejected {
            self.decoded.count_rejected();
            self.say(&format!("{rejected} ({})", rejected.reason.code()))?;
        }
        for at in 0..rows.len() {
            // Every column of a batch has a value for each of its rows.
            let payment = payment(rows, at, has_id).ok_or_else(|| ReadError::Broken {
                path: self.path.to_owned(),
                group: 0,
                what: "columns of different lengths".to_owned(),
            })?;
            let row = rows.numbers.get(at).copied().unwrap_or_default() + 1;
            match self.decoded.take(row, &payment) {
                Step::Payment(_, payment) => (self.take)(*payment)?,
                Step::Rejected(rejected) => {
                    let (says, code) = (rejected.reason.says(), rejected.code());
                    self.say(&format!("row {row}: {says} ({code})"))?;
                }
            }
        }
        Ok(())
    }

    fn say(&mut self, text: &str) -> Result<(), Failure> {
        self.told += 1;
        if self.tell && self.told <= REJECTED_SHOWN_MAX {
            output::say(&format!("{}: {text}", self.path.display()))?;
        }
        Ok(())
    }
}

fn payment(rows: &Rows, at: usize, has_id: bool) -> Option<Payment> {
    let key = |column: usize| key(rows.keys.get(column)?, at);
    let said = rows.references.get(at).filter(|text| !text.is_empty());
    let side = |account: String, country: model::Country| PaymentSide {
        account: Sensitive::new(account),
        country,
        ..PaymentSide::default()
    };
    let time = *rows.times.get(at)?;
    Some(Payment {
        id: Sensitive::new(if has_id { key(2)? } else { String::new() }),
        time: Timestamp::from_millis(time),
        // Days are often written as their midnight; of that moment alone no hour is believed.
        has_clock: time.rem_euclid(DAY_MILLIS) != 0,
        sender: side(key(0)?, *rows.sender_countries.get(at)?),
        receiver: side(key(1)?, *rows.receiver_countries.get(at)?),
        amount_minor: *rows.amounts.get(at)?,
        currency: *rows.currencies.get(at)?,
        channel: *rows.channels.get(at)?,
        purpose: None,
        reference: said.map(|text| Sensitive::new(text.to_owned())),
        merchant: *rows.merchants.get(at)?,
        relation: *rows.relations.get(at)?,
    })
}

fn key(keys: &Keys, at: usize) -> Option<String> {
    match keys {
        Keys::Whole(values) => values.get(at).map(ToString::to_string),
        Keys::Text(texts) => texts.get(at).map(str::to_owned),
    }
}
