//! `watchfire simulate payments`: a book of payments with planted accounts, and the truth about it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use columns::{Kind, ReadError, Texts, Values, Writer};
use model::Clock as _;
use serde::Serialize;
use world::payments::{Currency, Generator, Group, Label, Planted, Row};

use super::super::windows;
use crate::Verdict;
use crate::args::SimulatePayments;
use crate::failure::Failure;
use crate::output;
use crate::whole_file::{self, WholeFile};

/// Rows that are written at a time.
const PAGE_ROWS: usize = 32_768;
/// Decimals of all amounts; no currency of the book has more.
const DECIMALS: u8 = 2;
/// A rate stands in the table for every so many days; it holds for ten.
const RATE_DAYS: i64 = 7;
const DAY_MILLIS: i64 = 24 * 3600 * 1000;
/// Digits of a rate behind the point.
const RATE_DECIMALS: usize = 9;

const COLUMNS: [(&str, Kind); 12] = [
    ("id", Kind::Whole),
    ("time", Kind::Time),
    ("sender", Kind::Text),
    ("receiver", Kind::Text),
    ("amount", Kind::Decimal(DECIMALS)),
    ("currency", Kind::Text),
    ("sender_country", Kind::Text),
    ("receiver_country", Kind::Text),
    ("channel", Kind::Text),
    ("reference", Kind::Text),
    ("merchant", Kind::Text),
    ("relation", Kind::Text),
];

/// The keys are what scripts rely on.
#[derive(Serialize)]
struct Summary<'a> {
    book: &'a Path,
    truth: &'a Path,
    rates: &'a Path,
    #[serde(flatten)]
    about: About,
}

/// The first line of the truth.
#[derive(Serialize)]
struct Head {
    book: About,
}

#[derive(Serialize)]
struct About {
    seed: u64,
    rows: u64,
    customers: u32,
    accounts: u32,
    planted: u64,
    start: model::Timestamp,
    split: model::Timestamp,
    end: model::Timestamp,
}

/// A line of the truth: one customer.
#[derive(Serialize)]
struct Line {
    account: String,
    group: &'static str,
    home: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    planted: Option<Acts>,
}

#[derive(Serialize)]
struct Acts {
    first: model::Timestamp,
    last: model::Timestamp,
    rows: u32,
}

pub(crate) fn run(args: &SimulatePayments) -> Result<Verdict, Failure> {
    let now = args.now.unwrap_or_else(|| vault::SystemClock.now());
    let (book, truth) = (&args.out, beside(&args.out, ".truth.jsonl"));
    let rates = beside(&args.out, ".rates.csv");
    expect_table(book)?;
    for path in [book, &truth, &rates] {
        whole_file::expect_free(path, args.replace)?;
    }
    let generator = Generator::with_planted(args.seed, args.rows, now, args.planted);
    // Everything is begun before the long work, and named after it, the book last: a book that is
    // there has its truth beside it.
    let mut truth_file = WholeFile::begin(&truth, args.replace)?;
    let mut rates_file = WholeFile::begin(&rates, args.replace)?;
    let create = if args.replace {
        Writer::create
    } else {
        Writer::create_new
    };
    let writer = create(book, &COLUMNS)?;
    let about = write_truth(&generator, args, &mut truth_file)?;
    write_rates(&generator, &mut rates_file)?;
    let writer = write_book(generator, writer)?;
    truth_file.finish()?;
    rates_file.finish()?;
    writer.finish()?;
    tell(
        &Summary {
            book,
            truth: &truth,
            rates: &rates,
            about,
        },
        args.json,
    )?;
    Ok(Verdict::Done)
}

/// Refuses a name that would not say what is in the file.
fn expect_table(path: &Path) -> Result<(), Failure> {
    let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    if ending.is_some_and(|ending| ending == "csv" || ending == "parquet") {
        return Ok(());
    }
    Err(Failure::Table(ReadError::Format {
        path: path.to_owned(),
    }))
}

/// The name of a file that belongs to another: `book.parquet.truth.jsonl`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

fn write_truth(
    generator: &Generator,
    args: &SimulatePayments,
    file: &mut WholeFile,
) -> Result<About, Failure> {
    let customers = || generator.truth().take(generator.customers() as usize);
    let planted = customers().filter(|label| label.group.is_planted()).count();
    let about = About {
        seed: args.seed,
        rows: args.rows,
        customers: generator.customers(),
        accounts: generator.accounts(),
        planted: planted as u64,
        start: generator.start(),
        split: generator.split(),
        end: generator.end(),
    };
    let head = Head { book: about };
    file.put(&json_line(&head)?)?;
    for label in customers() {
        file.put(&json_line(&line_of(&label))?)?;
    }
    Ok(head.book)
}

fn line_of(label: &Label) -> Line {
    let time = model::Timestamp::from_millis;
    let acts = |planted: Planted| Acts {
        first: time(planted.first_millis),
        last: time(planted.last_millis),
        rows: planted.rows,
    };
    Line {
        account: label.account.to_string(),
        group: Group::name(label.group),
        home: label.home.code(),
        partner: label.partner.map(world::payments::Country::code),
        planted: label.planted.map(acts),
    }
}

fn json_line(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(value);
    let mut text = text.map_err(|error| Failure::Output(std::io::Error::other(error)))?;
    text.push('\n');
    Ok(text)
}

/// What the book's currencies are worth, as `watchfire screen --rates` reads it.
fn write_rates(generator: &Generator, file: &mut WholeFile) -> Result<(), Failure> {
    file.put("date,currency,USD\n")?;
    let mut millis = generator.start().millis();
    while millis < generator.end().millis() {
        let day = model::Timestamp::from_millis(millis).to_string();
        let day = day.get(..10).unwrap_or_default();
        for currency in Currency::all().filter(|currency| currency.code() != "USD") {
            let digits = format!("{:0width$}", currency.nano_usd(), width = RATE_DECIMALS + 1);
            let (whole, part) = digits.split_at(digits.len() - RATE_DECIMALS);
            let code = currency.code();
            file.put(&format!("{day},{code},{whole}.{part}\n"))?;
        }
        millis += RATE_DAYS * DAY_MILLIS;
    }
    Ok(())
}

fn write_book(generator: Generator, mut writer: Writer) -> Result<Writer, Failure> {
    let bar = windows::progress(generator.len() as u64);
    let mut page = Page::default();
    for row in generator {
        page.push(&row);
        if page.ids.len() == PAGE_ROWS {
            bar.inc(PAGE_ROWS as u64);
            writer.write(std::mem::take(&mut page).columns())?;
        }
    }
    writer.write(page.columns())?;
    bar.finish_and_clear();
    Ok(writer)
}

/// Some rows in columns.
#[derive(Default)]
struct Page {
    ids: Vec<i64>,
    times: Vec<i64>,
    amounts: Vec<i64>,
    /// Sender, receiver.
    accounts: [Texts; 2],
    /// All that follow the amount.
    words: [Texts; 7],
    text: String,
}

impl Page {
    fn push(&mut self, row: &Row) {
        self.ids.push(i64::try_from(row.id).unwrap_or(i64::MAX));
        self.times.push(row.time_millis);
        let finer = u32::from(DECIMALS).saturating_sub(row.currency.exponent());
        let amount = row.amount_minor.saturating_mul(10_i64.pow(finer));
        self.amounts.push(amount);
        let reference = row.reference.to_string();
        let words = [
            row.currency.code(),
            row.sender_country.code(),
            row.receiver_country.code(),
            row.channel.name(),
            &reference,
            row.merchant.map_or("", |merchant| merchant.name()),
            row.relation.map_or("", |relation| relation.name()),
        ];
        for (column, word) in self.words.iter_mut().zip(words) {
            column.push(word);
        }
        for (column, account) in self.accounts.iter_mut().zip([row.sender, row.receiver]) {
            use std::fmt::Write as _;
            self.text.clear();
            // Writing into a `String` never fails.
            write!(self.text, "{account}").unwrap_or_default();
            column.push(&self.text);
        }
    }

    fn columns(self) -> Vec<Values> {
        let mut columns = vec![Values::Whole(self.ids), Values::Times(self.times)];
        columns.extend(self.accounts.map(Values::Texts));
        columns.push(Values::Whole(self.amounts));
        columns.extend(self.words.map(Values::Texts));
        columns
    }
}

fn tell(summary: &Summary<'_>, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(summary);
    }
    let (book, truth, rates) = (
        summary.book.display(),
        summary.truth.display(),
        summary.rates.display(),
    );
    let About {
        rows,
        customers,
        planted,
        ..
    } = summary.about;
    output::say(&format!(
        "Wrote {rows} payments of {customers} customers to {book}, the truth about them ({planted} \
         are planted) to {truth}, and what their currencies are worth to {rates}"
    ))
}
