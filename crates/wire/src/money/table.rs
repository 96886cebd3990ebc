//! Payments as lines of a table, read through a mapping.
//!
//! A quoted cell may run on to further lines. A quote that has no end spoils its own line and never
//! the rest of the file: reading then goes on with the next line.

use std::io::BufRead;

use memchr::{memchr, memchr_iter};
use model::limits::{MONEY_COLUMNS_MAX, MONEY_TOKEN_BYTES_MAX};
use model::{Country, Merchant, Relation};

use super::amount::Decimal;
use super::clerk::Clerk;
use super::draft::{Draft, currency, text};
use super::input::Input;
use super::mapping::{Field, Mapping, NEEDED};
use super::step::{FaultKind, Flaw, MoneyFault, Place, Reason, Rejected, Step};
use crate::cells::Cells;

/// A table that is being read.
#[derive(Debug)]
pub(super) struct Table<R> {
    pub(super) input: Input<R>,
    mapping: Mapping,
    cells: Cells,
    /// How many columns the first line has, and the index of each field's column.
    width: usize,
    columns: Vec<(Field, usize)>,
    begun: bool,
}

/// The lines of one record, without their end.
pub(super) enum Lines {
    /// So many bytes of the window, and how many to go on by.
    Whole(usize, usize),
    /// A line that is too long: what of it is in the window is to be skipped.
    TooLong,
    End,
}

impl<R: BufRead> Input<R> {
    /// Sees to it that the next line is in the window, after so many bytes of it.
    pub(super) fn line(&mut self, from: usize) -> Result<Lines, MoneyFault> {
        let mut searched = from;
        loop {
            let rest = self.rest();
            if let Some(at) = memchr(b'\n', rest.get(searched..).unwrap_or_default()) {
                let end = searched + at;
                let carriage = usize::from(end > from && rest[end - 1] == b'\r');
                if end - from > MONEY_TOKEN_BYTES_MAX {
                    return Ok(Lines::TooLong);
                }
                return Ok(Lines::Whole(end - carriage, end + 1));
            }
            searched = rest.len();
            if searched - from > MONEY_TOKEN_BYTES_MAX {
                return Ok(Lines::TooLong);
            }
            if !self.more()? {
                let length = self.rest().len();
                return Ok(if length > from {
                    Lines::Whole(length, length)
                } else {
                    Lines::End
                });
            }
        }
    }

    /// Goes on to the line after this one, however long it is.
    pub(super) fn skip_line(&mut self) -> Result<(), MoneyFault> {
        loop {
            let rest = self.rest();
            if let Some(at) = memchr(b'\n', rest) {
                self.advance(at + 1);
                return Ok(());
            }
            self.advance(rest.len());
            if !self.more()? {
                return Ok(());
            }
        }
    }
}

impl<R: BufRead> Table<R> {
    pub(super) fn new(input: R, mapping: Mapping) -> Self {
        Self {
            input: Input::new(input),
            mapping,
            cells: Cells::new(b','),
            width: 0,
            columns: Vec::new(),
            begun: false,
        }
    }

    /// Reads one record; `false` at the end.
    pub(super) fn advance(
        &mut self,
        clerk: &mut Clerk,
        steps: &mut Vec<Step>,
    ) -> Result<bool, MoneyFault> {
        if !self.begun {
            self.begun = true;
            self.input.begin()?;
            self.header()?;
        }
        let (length, taken) = match self.input.line(0)? {
            Lines::End => return Ok(false),
            Lines::Whole(length, taken) => (length, taken),
            Lines::TooLong => {
                let place = self.input.place();
                self.input.skip_line()?;
                self.input.records += 1;
                steps.push(clerk.reject(place, None, Reason::RecordTooLong.of("")));
                return Ok(true);
            }
        };
        if self.input.rest()[..length].trim_ascii().is_empty() {
            self.input.advance(taken);
            return Ok(true);
        }
        let place = self.input.place();
        let (split, taken) = self.split(length, taken)?;
        self.input.records += 1;
        let step = match split {
            Ok(()) => self.settle(place, clerk),
            Err(reason) => clerk.reject(place, None, reason.of("")),
        };
        steps.push(step);
        self.input.advance(taken);
        Ok(true)
    }

    /// Splits a record into its cells: a line, or several if a cell in quotes runs on.
    fn split(
        &mut self,
        length: usize,
        taken: usize,
    ) -> Result<(Result<(), Reason>, usize), MoneyFault> {
        let (mut end, mut go_on) = (length, taken);
        let quotes = |bytes: &[u8]| memchr_iter(b'"', bytes).count();
        let mut open = quotes(&self.input.rest()[..end]) % 2 == 1;
        while open && end < MONEY_TOKEN_BYTES_MAX {
            match self.input.line(go_on)? {
                Lines::Whole(next, after) => {
                    open ^= quotes(&self.input.rest()[go_on..next]) % 2 == 1;
                    (end, go_on) = (next, after);
                }
                Lines::TooLong | Lines::End => break,
            }
        }
        let several = go_on != taken;
        let whole = !open && self.cells.split(&self.input.rest()[..end]);
        if whole && self.cells.len() == self.width {
            return Ok((Ok(()), go_on));
        }
        // A quote without an end: only its own line is spoilt.
        let reason = if several || !whole {
            Reason::RecordMalformed
        } else {
            Reason::CellsMiscounted
        };
        Ok((Err(reason), taken))
    }

    fn header(&mut self) -> Result<(), MoneyFault> {
        let (place, length, taken) = loop {
            let place = self.input.place();
            match self.input.line(0)? {
                Lines::Whole(length, taken) => {
                    if !self.input.rest()[..length].trim_ascii().is_empty() {
                        break (place, length, taken);
                    }
                    self.input.advance(taken);
                }
                Lines::TooLong => return Err(self.input.fault(FaultKind::FrameTooLong)),
                Lines::End => return Err(self.input.fault(FaultKind::HeaderUnknown)),
            }
        };
        let line = &self.input.rest()[..length];
        let delimiter = self.mapping.delimiter.unwrap_or_else(|| delimiter_of(line));
        self.cells = Cells::new(delimiter);
        let unknown = self.input.fault_at(FaultKind::HeaderUnknown, place);
        if !self.cells.split(line) || self.cells.len() > MONEY_COLUMNS_MAX {
            return Err(unknown);
        }
        let plain = |name: &[u8]| String::from_utf8_lossy(name).trim().to_lowercase();
        let names: Vec<String> = self.cells.iter().map(plain).collect();
        self.width = names.len();
        for (field, wanted) in &self.mapping.columns {
            let wanted = wanted.trim().to_lowercase();
            let mut at = names
                .iter()
                .enumerate()
                .filter(|(_, name)| **name == wanted);
            if let Some((column, _)) = at.next() {
                self.columns.push((*field, column));
            }
            if at.next().is_some() {
                return Err(self.input.fault_at(FaultKind::HeaderRepeated, place));
            }
        }
        let has = |field: &Field| self.columns.iter().any(|(known, _)| known == field);
        let currency = self.mapping.currency.is_some() || has(&Field::Currency);
        if !NEEDED.iter().all(has) || !currency {
            return Err(unknown);
        }
        self.input.advance(taken);
        Ok(())
    }

    fn settle(&self, place: Place, clerk: &mut Clerk) -> Step {
        let mut draft = Draft {
            currency: self.mapping.currency,
            channel: self.mapping.channel,
            ..Draft::default()
        };
        draft.sender.country = self.mapping.sender_country;
        draft.receiver.country = self.mapping.receiver_country;
        let mut when: (&[u8], &[u8]) = (b"", b"");
        let cells: Vec<&[u8]> = self.cells.iter().collect();
        for (field, column) in &self.columns {
            let cell = cells.get(*column).copied().unwrap_or_default().trim_ascii();
            match field {
                Field::Time => when.0 = cell,
                Field::Clock => when.1 = cell,
                _ if cell.is_empty() => {}
                _ => {
                    if let Err(flaw) = self.take(*field, cell, &mut draft) {
                        draft.blame(flaw);
                    }
                }
            }
        }
        match self.time(when, clerk) {
            Ok(time) => draft.time = Some(time),
            Err(reason) => draft.blame(reason.of(Field::Time.name())),
        }
        let column = |field: &str| {
            let mut columns = self.columns.iter();
            let found = columns.find(|(known, _)| known.name() == field);
            found.map(|(_, column)| column + 1)
        };
        match clerk.settle(place, draft, "row") {
            Step::Rejected(rejected) => Step::Rejected(Rejected {
                column: column(rejected.field),
                ..rejected
            }),
            step @ Step::Payment(..) => step,
        }
    }

    fn time(
        &self,
        (date, clock): (&[u8], &[u8]),
        clerk: &Clerk,
    ) -> Result<(model::Timestamp, bool), Reason> {
        let mut calendar = clerk.calendar();
        if let Some(zone) = &self.mapping.zone {
            calendar.zone = zone;
        }
        let joined;
        let text = if clock.is_empty() {
            date
        } else {
            joined = [date, b" ", clock].concat();
            &joined
        };
        let read = calendar.read(text, self.mapping.dates)?;
        Ok((read.at, read.has_clock))
    }

    fn take(&self, field: Field, cell: &[u8], draft: &mut Draft) -> Result<(), Flaw> {
        let name = field.name();
        match field {
            Field::Amount => {
                let amount = Decimal::read(cell, self.mapping.writing());
                draft.amount = Some(amount.map_err(|reason| reason.of(name))?);
            }
            Field::Currency => draft.currency = Some(currency(cell)?),
            Field::SenderCountry => draft.sender.country = Some(country(cell, name)?),
            Field::ReceiverCountry => draft.receiver.country = Some(country(cell, name)?),
            Field::Channel => {
                let word = text(cell, name)?.unwrap_or_default();
                let channel = self.mapping.channel_of(&word);
                draft.channel = channel.ok_or(Reason::ChannelUnknown.of(name))?;
            }
            Field::Id => draft.id = text(cell, name)?,
            Field::Sender => draft.sender.account = text(cell, name)?,
            Field::Receiver => draft.receiver.account = text(cell, name)?,
            Field::Reference => draft.reference = text(cell, name)?,
            Field::SenderName => draft.sender.name = text(cell, name)?,
            Field::ReceiverName => draft.receiver.name = text(cell, name)?,
            Field::Purpose => draft.purpose = text(cell, name)?,
            Field::Merchant => {
                let word = text(cell, name)?.unwrap_or_default().to_lowercase();
                draft.merchant = Merchant::parse(&word);
            }
            Field::Relation => {
                let word = text(cell, name)?.unwrap_or_default().to_lowercase();
                draft.relation = Relation::parse(&word);
            }
            Field::Time | Field::Clock => {}
        }
        Ok(())
    }
}

fn country(cell: &[u8], field: &'static str) -> Result<Country, Flaw> {
    let known = std::str::from_utf8(cell).ok().and_then(Country::parse);
    known.ok_or(Reason::CountryUnknown.of(field))
}

/// What parts the cells of a first line: the sign that it has most of.
pub(super) fn delimiter_of(line: &[u8]) -> u8 {
    let count = |byte: &u8| memchr_iter(*byte, line).count();
    [b'|', b';', b'\t', b',']
        .into_iter()
        .max_by_key(count)
        .unwrap_or(b',')
}
