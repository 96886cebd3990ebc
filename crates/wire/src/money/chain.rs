//! Transfers on chains (Bitcoin, EVM, Tron) as CSV or as JSON lines, under the names that explorers
//! and nodes give their fields.
//!
//! Addresses are looked at for their shape alone; `link` holds their check digits. An amount finer
//! than what is kept of its coin (wei, of which gwei are kept) loses the rest.

use std::io::BufRead;

use model::limits::MONEY_COLUMNS_MAX;
use model::{Channel, Currency};
use serde_json::Value;

use super::amount::{Decimal, PLAIN};
use super::clerk::Clerk;
use super::dates::{Calendar, DateStyle};
use super::draft::{Draft, str_of, text};
use super::input::Input;
use super::step::{FaultKind, Flaw, MoneyFault, Place, Reason, Step};
use super::table::{Lines, delimiter_of};
use crate::cells::Cells;

/// A chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Chain {
    /// Bitcoin.
    Bitcoin,
    /// Ethereum and what has its addresses.
    Evm,
    /// Tron.
    Tron,
}

impl Chain {
    fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "btc" | "bitcoin" => Self::Bitcoin,
            "eth" | "ethereum" | "evm" | "polygon" | "bsc" | "arbitrum" | "base" | "optimism" => {
                Self::Evm
            }
            "trx" | "tron" => Self::Tron,
            _ => return None,
        })
    }

    /// The chain that has addresses of this shape.
    fn of_address(address: &str) -> Option<Self> {
        let rest = address.as_bytes();
        let alphanumeric = rest.iter().all(u8::is_ascii_alphanumeric);
        match rest {
            [b'0', b'x', digits @ ..] if digits.len() == 40 => digits
                .iter()
                .all(u8::is_ascii_hexdigit)
                .then_some(Self::Evm),
            [b'T', ..] if rest.len() == 34 && alphanumeric => Some(Self::Tron),
            [b'b', b'c', b'1', ..] if (14..=90).contains(&rest.len()) && alphanumeric => {
                Some(Self::Bitcoin)
            }
            [b'1' | b'3', ..] if (26..=35).contains(&rest.len()) && alphanumeric => {
                Some(Self::Bitcoin)
            }
            _ => None,
        }
    }

    /// Its own coin.
    const fn coin(self) -> &'static str {
        match self {
            Self::Bitcoin => "BTC",
            Self::Evm => "ETH",
            Self::Tron => "TRX",
        }
    }
}

/// A field of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Chain,
    Id,
    /// The number of the event or output in its transaction.
    Index,
    Time,
    From,
    To,
    /// The amount in whole coins.
    Amount,
    /// The amount in the smallest unit.
    Value,
    Asset,
    Decimals,
    Failed,
    Status,
    Memo,
}

const FIELDS: usize = 13;

impl Field {
    fn named(name: &str) -> Option<Self> {
        let plain = |letter: &char| letter.is_ascii_alphanumeric();
        let short: String = name.chars().filter(plain).take(32).collect();
        Some(match short.to_ascii_lowercase().as_str() {
            "chain" | "network" => Self::Chain,
            "id" | "txid" | "hash" | "txhash" | "transactionhash" | "transactionid" => Self::Id,
            "index" | "logindex" | "vout" | "outputindex" => Self::Index,
            "time" | "timestamp" | "blocktimestamp" | "blocktime" => Self::Time,
            "from" | "sender" | "fromaddress" => Self::From,
            "to" | "receiver" | "toaddress" => Self::To,
            "amount" => Self::Amount,
            "value" | "valuesat" | "amountsat" | "satoshis" => Self::Value,
            "asset" | "symbol" | "tokensymbol" | "currency" => Self::Asset,
            "decimals" | "tokendecimal" | "tokendecimals" => Self::Decimals,
            "iserror" => Self::Failed,
            "status" => Self::Status,
            "memo" | "reference" => Self::Memo,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Id | Self::Index => "id",
            Self::Time => "time",
            Self::From => "sender",
            Self::To => "receiver",
            Self::Amount | Self::Value | Self::Decimals => "amount",
            Self::Asset => "currency",
            Self::Failed | Self::Status => "status",
            Self::Memo => "reference",
        }
    }
}

/// The fields of one transfer, as they are written.
#[derive(Debug, Default)]
struct Row([Vec<u8>; FIELDS]);

impl Row {
    fn clear(&mut self) {
        for value in &mut self.0 {
            value.clear();
        }
    }

    /// Puts a value, unless an earlier name of the same field gave one.
    fn put(&mut self, field: Field, value: &[u8]) {
        let held = &mut self.0[field as usize];
        if held.is_empty() {
            held.extend_from_slice(value.trim_ascii());
        }
    }

    fn get(&self, field: Field) -> &[u8] {
        &self.0[field as usize]
    }
}

/// A file of transfers that is being read.
#[derive(Debug)]
pub(super) struct Transfers<R> {
    pub(super) input: Input<R>,
    shape: Shape,
    row: Row,
}

/// How the file writes its transfers.
#[derive(Debug)]
enum Shape {
    Unknown,
    Json,
    Csv {
        cells: Box<Cells>,
        width: usize,
        columns: Vec<(Field, usize)>,
    },
}

impl<R: BufRead> Transfers<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input: Input::new(input),
            shape: Shape::Unknown,
            row: Row::default(),
        }
    }

    /// Reads one line; `false` at the end.
    pub(super) fn advance(
        &mut self,
        clerk: &mut Clerk,
        steps: &mut Vec<Step>,
    ) -> Result<bool, MoneyFault> {
        if matches!(self.shape, Shape::Unknown) {
            self.input.begin()?;
        }
        let (length, taken) = match self.input.line(0)? {
            Lines::End if matches!(self.shape, Shape::Unknown) => {
                return Err(self.input.fault(FaultKind::HeaderUnknown));
            }
            Lines::End => return Ok(false),
            Lines::Whole(length, taken) => (length, taken),
            Lines::TooLong if matches!(self.shape, Shape::Unknown) => {
                return Err(self.input.fault(FaultKind::FrameTooLong));
            }
            Lines::TooLong => {
                let place = self.input.place();
                self.input.skip_line()?;
                self.input.records += 1;
                steps.push(clerk.reject(place, None, Reason::RecordTooLong.of("")));
                return Ok(true);
            }
        };
        let line = self.input.rest()[..length].trim_ascii();
        if !line.is_empty() {
            if matches!(self.shape, Shape::Unknown) {
                self.begin(length)?;
                if matches!(self.shape, Shape::Csv { .. }) {
                    self.input.advance(taken);
                    return Ok(true);
                }
            }
            let place = self.input.place();
            let step = self.record(place, length, clerk);
            self.input.records += 1;
            steps.push(step);
        }
        self.input.advance(taken);
        Ok(true)
    }

    /// Tells the shape by the first line.
    fn begin(&mut self, length: usize) -> Result<(), MoneyFault> {
        let line = self.input.rest()[..length].trim_ascii();
        if line.starts_with(b"{") {
            self.shape = Shape::Json;
            return Ok(());
        }
        let mut cells = Cells::new(delimiter_of(line));
        let whole = cells.split(line) && cells.len() <= MONEY_COLUMNS_MAX;
        let mut columns = Vec::new();
        for (column, name) in cells.iter().enumerate() {
            if let Some(field) = Field::named(&String::from_utf8_lossy(name)) {
                columns.push((field, column));
            }
        }
        let has = |wanted: Field| columns.iter().any(|(field, _)| *field == wanted);
        let needed = [Field::Time, Field::From, Field::To].into_iter().all(has);
        if !whole || !needed || !(has(Field::Amount) || has(Field::Value)) {
            return Err(self.input.fault(FaultKind::HeaderUnknown));
        }
        let width = cells.len();
        self.shape = Shape::Csv {
            cells: Box::new(cells),
            width,
            columns,
        };
        Ok(())
    }

    fn record(&mut self, place: Place, length: usize, clerk: &mut Clerk) -> Step {
        let line = &self.input.rest()[..length];
        self.row.clear();
        let read = match &mut self.shape {
            Shape::Csv {
                cells,
                width,
                columns,
            } => of_cells(&mut self.row, line, cells, *width, columns),
            Shape::Json | Shape::Unknown => of_json(&mut self.row, line),
        };
        let drafted = read
            .map_err(|reason| reason.of(""))
            .and_then(|()| draft(&self.row, clerk.calendar()));
        match drafted {
            Ok(draft) => clerk.settle(place, draft, "line"),
            Err(flaw) => clerk.reject(place, id(&self.row), flaw),
        }
    }
}

fn of_cells(
    row: &mut Row,
    line: &[u8],
    cells: &mut Cells,
    width: usize,
    columns: &[(Field, usize)],
) -> Result<(), Reason> {
    if !cells.split(line) {
        return Err(Reason::RecordMalformed);
    }
    if cells.len() != width {
        return Err(Reason::CellsMiscounted);
    }
    for (at, cell) in cells.iter().enumerate() {
        for (field, _) in columns.iter().filter(|(_, column)| *column == at) {
            row.put(*field, cell);
        }
    }
    Ok(())
}

fn of_json(row: &mut Row, line: &[u8]) -> Result<(), Reason> {
    let value: Value = serde_json::from_slice(line).map_err(|_| Reason::RecordMalformed)?;
    let Value::Object(object) = value else {
        return Err(Reason::RecordMalformed);
    };
    // TronGrid and others keep what is said of the token in an object of its own.
    let inner = object.get("token_info").and_then(Value::as_object);
    for (name, value) in object.iter().chain(inner.into_iter().flatten()) {
        let Some(field) = Field::named(name) else {
            continue;
        };
        match value {
            Value::String(text) => row.put(field, text.as_bytes()),
            Value::Number(number) => row.put(field, number.to_string().as_bytes()),
            Value::Bool(is) => row.put(field, if *is { b"1" } else { b"0" }),
            Value::Null | Value::Array(_) | Value::Object(_) => {}
        }
    }
    Ok(())
}

/// The transaction, and the event in it.
fn id(row: &Row) -> Option<String> {
    let transaction = str_of(row.get(Field::Id), "id").ok()?;
    let index = str_of(row.get(Field::Index), "id").ok()?;
    let both = match (transaction, index) {
        ("", _) => return None,
        (transaction, "") => transaction.to_owned(),
        (transaction, index) => format!("{transaction}:{index}"),
    };
    Some(both)
}

fn draft(row: &Row, calendar: Calendar<'_>) -> Result<Draft, Flaw> {
    let said = |field: Field| text(row.get(field), field.name());
    let failed = [Field::Failed, Field::Status].into_iter().any(|field| {
        let word = row.get(field).to_ascii_lowercase();
        let is_error = field == Field::Failed && word == b"1";
        is_error || matches!(&word[..], b"failed" | b"reverted" | b"0x0")
    });
    if failed {
        return Err(Reason::TransferFailed.of("status"));
    }
    let mut draft = Draft {
        channel: Channel::VirtualAsset,
        id: id(row),
        reference: said(Field::Memo)?,
        ..Draft::default()
    };
    draft.time = Some(time(row.get(Field::Time), calendar)?);
    draft.sender.account = said(Field::From)?;
    draft.receiver.account = said(Field::To)?;
    let mut chain = match said(Field::Chain)? {
        Some(name) => Some(Chain::parse(&name).ok_or(Reason::AddressMalformed.of("chain"))?),
        None => None,
    };
    for (side, field) in [(&draft.sender, Field::From), (&draft.receiver, Field::To)] {
        let Some(address) = &side.account else {
            continue;
        };
        let of_address = Chain::of_address(address);
        let fits = of_address.is_some() && (chain.is_none() || chain == of_address);
        if !fits {
            return Err(Reason::AddressMalformed.of(field.name()));
        }
        chain = of_address;
    }
    let asset = said(Field::Asset)?.map(|asset| asset.to_ascii_uppercase());
    let code = asset.as_deref().or_else(|| chain.map(Chain::coin));
    let code = code.ok_or(Reason::CurrencyMissing.of("currency"))?;
    let currency = Currency::parse(code).ok_or(Reason::CurrencyUnknown.of("currency"))?;
    draft.currency = Some(currency);
    draft.amount = Some(amount(row, currency).map_err(|reason| reason.of("amount"))?);
    Ok(draft)
}

fn time(value: &[u8], calendar: Calendar<'_>) -> Result<(model::Timestamp, bool), Flaw> {
    let digits = value.iter().all(u8::is_ascii_digit);
    let style = match value.len() {
        13 if digits => DateStyle::EpochMillis,
        1..13 if digits => DateStyle::EpochSeconds,
        _ => DateStyle::Iso,
    };
    let read = calendar
        .read(value, style)
        .map_err(|reason| reason.of("time"))?;
    Ok((read.at, read.has_clock))
}

/// The amount to the decimals that are kept of its currency; what is finer falls away.
fn amount(row: &Row, currency: Currency) -> Result<Decimal, Reason> {
    let (whole, smallest) = (row.get(Field::Amount), row.get(Field::Value));
    if !whole.is_empty() {
        return Decimal::read(whole, PLAIN).map(|amount| amount.cut(currency.exponent()));
    }
    let value = Decimal::read(smallest, PLAIN)?;
    if value.scale > 0 {
        return Err(Reason::AmountMalformed);
    }
    let decimals = row.get(Field::Decimals);
    let scale = match (decimals, currency.code()) {
        (b"", "ETH") => 18,
        (b"", _) => currency.exponent(),
        (text, _) => {
            let text = std::str::from_utf8(text).map_err(|_| Reason::AmountMalformed)?;
            let scale = text.parse().ok().filter(|scale| *scale <= 36);
            scale.ok_or(Reason::AmountMalformed)?
        }
    };
    let amount = Decimal { scale, ..value };
    Ok(amount.cut(currency.exponent()))
}
