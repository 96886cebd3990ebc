//! ISO 20022 credit transfers: pacs.008 and pain.001 in every version, by names without namespaces.
//!
//! Of several hundred paths about forty are looked at: those of the payment itself. The
//! [catalogue](https://www.iso20022.org/iso-20022-message-definitions) has them all.

mod path;

use std::io::BufRead;
use std::ops::Range;

use model::limits::{MONEY_DEPTH_MAX, MONEY_RECORD_BYTES_MAX, MONEY_TEXT_BYTES_MAX};
use model::{Channel, Country, Timestamp};

use super::amount::{Decimal, PLAIN};
use super::clerk::Clerk;
use super::control::Declared;
use super::dates::DateStyle;
use super::draft::{Draft, DraftSide, currency, str_of, text};
use super::markup::{Markup, Piece, attribute, local, resolve};
use super::step::{FaultKind, Flaw, MoneyFault, Place, Reason, Step};
use path::{Leaf, Node, RECORD, Who, child};

/// A record that is being read.
#[derive(Debug)]
struct Open {
    place: Place,
    depth: usize,
    draft: Draft,
    ids: Ids,
}

/// The best id so far.
#[derive(Debug, Default)]
struct Ids {
    rank: u8,
    best: String,
}

impl Ids {
    /// Takes an id that says more than the one before. The payer's own says least, and nothing at
    /// all if it is `NOTPROVIDED`.
    fn take(&mut self, leaf: Leaf, value: &[u8]) -> Result<(), Flaw> {
        let rank = match leaf {
            Leaf::Uetr => 4,
            Leaf::TransactionId => 3,
            Leaf::InstructionId => 2,
            _ => 1,
        };
        let value = str_of(value, "id")?;
        if rank > self.rank && !value.is_empty() && (rank > 1 || value != "NOTPROVIDED") {
            self.rank = rank;
            self.best.clear();
            self.best.push_str(value);
        }
        Ok(())
    }

    /// The id, once in a file: what the payer gave is so only in its batch.
    fn id(self, batch: &str) -> Option<String> {
        match self.rank {
            0 => None,
            1 | 2 if !batch.is_empty() => Some(format!("{batch}/{}", self.best)),
            _ => Some(self.best),
        }
    }
}

/// A file that is being read.
#[derive(Debug)]
pub(super) struct Iso<R> {
    pub(super) markup: Markup<R>,
    /// The open elements, and where each one's name begins in `names`.
    stack: Vec<(Node, usize)>,
    names: Vec<u8>,
    /// The text of the leaf that is open.
    value: Vec<u8>,
    value_flaw: Option<Reason>,
    amount_currency: Vec<u8>,
    message_id: String,
    batch_id: String,
    created: Option<Timestamp>,
    /// The dates of the message and of the batch, and the sender of the batch.
    header_time: Option<(Timestamp, bool)>,
    batch_time: Option<(Timestamp, bool)>,
    batch_sender: DraftSide,
    batch_flaw: Option<Flaw>,
    header_flaw: Option<Flaw>,
    declared: Option<Declared>,
    messages: u64,
    open: Option<Open>,
    /// Elements beyond the depth that is read, in a record.
    too_deep: usize,
}

impl<R: BufRead> Iso<R> {
    pub(super) const fn new(input: R) -> Self {
        Self {
            markup: Markup::new(input),
            stack: Vec::new(),
            names: Vec::new(),
            value: Vec::new(),
            value_flaw: None,
            amount_currency: Vec::new(),
            message_id: String::new(),
            batch_id: String::new(),
            created: None,
            header_time: None,
            batch_time: None,
            batch_sender: DraftSide {
                account: None,
                is_iban: false,
                other: None,
                name: None,
                agent: None,
                agent_is_bic: false,
                country: None,
            },
            batch_flaw: None,
            header_flaw: None,
            declared: None,
            messages: 0,
            open: None,
            too_deep: 0,
        }
    }

    /// Reads to the end of the next record; `false` at the end of the file.
    pub(super) fn advance(
        &mut self,
        clerk: &mut Clerk,
        steps: &mut Vec<Step>,
    ) -> Result<bool, MoneyFault> {
        while steps.is_empty() {
            let from = self.stack.last().map_or(0, |(_, from)| *from);
            match self.markup.next(&self.names[from..])? {
                Piece::Text(range) => self.add(range, false),
                Piece::Literal(range) => self.add(range, true),
                Piece::Start {
                    name,
                    local,
                    attributes,
                    empty,
                } => {
                    self.start((name, local), attributes, clerk, steps)?;
                    if empty {
                        self.end(clerk, steps);
                    }
                }
                Piece::End => self.end(clerk, steps),
                Piece::OtherEnd { name } => self.other_end(name, clerk, steps)?,
                Piece::Broken => self.broken()?,
                Piece::Eof if !self.stack.is_empty() => {
                    return Err(self.markup.input.fault(FaultKind::Cut));
                }
                Piece::Eof if self.messages == 0 => {
                    return Err(self.markup.input.fault(FaultKind::FrameBroken));
                }
                Piece::Eof => return Ok(false),
            }
        }
        Ok(true)
    }

    fn start(
        &mut self,
        (name, local): (Range<usize>, usize),
        attributes: Range<usize>,
        clerk: &mut Clerk,
        steps: &mut Vec<Step>,
    ) -> Result<(), MoneyFault> {
        let is_record = &self.markup.bytes()[local..name.end] == RECORD;
        if is_record && self.open.is_some() {
            // The record before has no end of its own.
            self.blame(Reason::RecordMalformed.of(""));
            self.leave_record(clerk, steps);
        }
        let parent = self.stack.last().map_or(Node::Outside, |(node, _)| *node);
        let bytes = self.markup.bytes();
        let node = child(parent, &bytes[local..name.end]);
        let names_before = self.names.len();
        if self.stack.len() < MONEY_DEPTH_MAX {
            self.names.extend_from_slice(&bytes[name]);
            self.stack.push((node, names_before));
        } else if self.open.is_some() {
            self.too_deep += 1;
            self.blame(Reason::RecordTooDeep.of(""));
            return Ok(());
        } else {
            return Err(self.markup.input.fault(FaultKind::FrameTooDeep));
        }
        match node {
            Node::Message => {
                self.messages += 1;
                self.declared = Some(Declared::begin(&clerk.total));
                self.message_id.clear();
                (self.created, self.header_time, self.header_flaw) = (None, None, None);
                self.leave_batch();
            }
            Node::Batch => self.leave_batch(),
            Node::Record => self.enter_record(),
            Node::Leaf(leaf) => {
                self.value.clear();
                self.value_flaw = None;
                if matches!(leaf, Leaf::Amount | Leaf::Instructed) {
                    let attributes = &self.markup.bytes()[attributes];
                    self.amount_currency.clear();
                    if let Some(code) = attribute(attributes, b"Ccy") {
                        self.amount_currency.extend_from_slice(code);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn enter_record(&mut self) {
        let place = self.markup.input.place();
        let draft = Draft {
            sender: self.batch_sender.clone(),
            time: self.batch_time.or(self.header_time),
            channel: Channel::Bank,
            flaw: self.header_flaw.or(self.batch_flaw),
            ..Draft::default()
        };
        self.open = Some(Open {
            place,
            depth: self.stack.len(),
            draft,
            ids: Ids::default(),
        });
    }

    fn leave_batch(&mut self) {
        self.batch_id.clear();
        self.batch_sender = DraftSide::default();
        self.batch_time = None;
        self.batch_flaw = None;
    }

    /// Adds to the value of an open leaf.
    fn add(&mut self, range: Range<usize>, literal: bool) {
        if !matches!(self.stack.last(), Some((Node::Leaf(_), _))) || self.too_deep > 0 {
            return;
        }
        if self.value.len() + range.len() > MONEY_TEXT_BYTES_MAX * 2 {
            self.value_flaw.get_or_insert(Reason::TextTooLong);
            return;
        }
        let text = &self.markup.input.rest()[range];
        if literal {
            self.value.extend_from_slice(text);
        } else if let Err(reason) = resolve(&mut self.value, text) {
            self.value_flaw.get_or_insert(reason);
        }
    }

    /// An end tag that is not of the element that is open.
    fn other_end(
        &mut self,
        name: Range<usize>,
        clerk: &mut Clerk,
        steps: &mut Vec<Step>,
    ) -> Result<(), MoneyFault> {
        let name = &self.markup.bytes()[name];
        let is_record = local(name) == RECORD;
        if self.too_deep > 0 && !is_record {
            self.too_deep -= 1;
            return Ok(());
        }
        let from = self.stack.last().map(|(_, from)| *from);
        if from.is_some_and(|from| &self.names[from..] == name) {
            self.end(clerk, steps);
        } else if self.open.is_none() {
            return Err(self.markup.input.fault(FaultKind::FrameBroken));
        } else {
            self.blame(Reason::RecordMalformed.of(""));
            if is_record {
                self.leave_record(clerk, steps);
            }
        }
        Ok(())
    }

    /// The element that is open ends.
    fn end(&mut self, clerk: &mut Clerk, steps: &mut Vec<Step>) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(&(node, from)) = self.stack.last() else {
            return;
        };
        match node {
            Node::Record => return self.leave_record(clerk, steps),
            Node::Message => {
                if let Some(declared) = self.declared.take() {
                    declared.end(&mut clerk.total);
                }
            }
            Node::Batch => self.leave_batch(),
            Node::Leaf(leaf) => {
                if let Err(flaw) = self.leaf(leaf, clerk) {
                    self.blame(flaw);
                }
                self.value.clear();
            }
            _ => {}
        }
        self.names.truncate(from);
        self.stack.pop();
    }

    /// What is no XML spoils the record that it stands in.
    fn broken(&mut self) -> Result<(), MoneyFault> {
        if self.open.is_none() {
            return Err(self.markup.input.fault(FaultKind::FrameBroken));
        }
        self.blame(Reason::RecordMalformed.of(""));
        Ok(())
    }

    /// Remembers what is wrong with the record, or with all records of the batch or the message.
    fn blame(&mut self, flaw: Flaw) {
        let in_batch = self.stack.iter().any(|(node, _)| *node == Node::Batch);
        match &mut self.open {
            Some(open) => open.draft.blame(flaw),
            None if in_batch => {
                self.batch_flaw.get_or_insert(flaw);
            }
            None => {
                self.header_flaw.get_or_insert(flaw);
            }
        }
    }

    /// The record is read: a payment, or rejected.
    fn leave_record(&mut self, clerk: &mut Clerk, steps: &mut Vec<Step>) {
        let Some(open) = self.open.take() else {
            return;
        };
        if let Some((_, from)) = self.stack.get(open.depth - 1) {
            self.names.truncate(*from);
        }
        self.stack.truncate(open.depth - 1);
        self.too_deep = 0;
        let mut draft = open.draft;
        let length = self.markup.input.offset() - open.place.offset_bytes;
        if length > MONEY_RECORD_BYTES_MAX as u64 {
            draft.flaw = Some(Reason::RecordTooLong.of(""));
        }
        draft.id = open.ids.id(&self.batch_id);
        if draft.time.is_none() {
            draft.time = self.created.map(|at| (at, false));
        }
        self.markup.input.records += 1;
        steps.push(clerk.settle(open.place, draft, &self.message_id));
    }

    /// Takes the value of a leaf.
    fn leaf(&mut self, leaf: Leaf, clerk: &Clerk) -> Result<(), Flaw> {
        let field = leaf.field();
        if let Some(reason) = self.value_flaw.take() {
            return Err(reason.of(field));
        }
        match leaf {
            Leaf::Count | Leaf::Sum => {
                self.declare(leaf);
                return Ok(());
            }
            Leaf::Date | Leaf::Accepted | Leaf::Created => return self.date(leaf, clerk),
            Leaf::Amount | Leaf::Instructed => return self.amount(leaf),
            Leaf::Uetr | Leaf::TransactionId | Leaf::InstructionId | Leaf::EndToEndId => {
                return match &mut self.open {
                    Some(open) => open.ids.take(leaf, &self.value),
                    None => Ok(()),
                };
            }
            _ => {}
        }
        let Some(value) = text(&self.value, field)? else {
            return Ok(());
        };
        match (leaf, &mut self.open) {
            (Leaf::MessageId, _) => self.message_id = value,
            (Leaf::BatchId, _) => self.batch_id = value,
            (Leaf::Purpose, Some(open)) => open.draft.purpose = Some(value),
            (Leaf::Reference, Some(open)) => open.draft.add_reference(&value)?,
            (leaf, Some(open)) => {
                let side = match leaf.side() {
                    Some(Who::Receiver) => &mut open.draft.receiver,
                    _ => &mut open.draft.sender,
                };
                side.take(leaf, value)?;
            }
            (leaf, None) => self.batch_sender.take(leaf, value)?,
        }
        Ok(())
    }

    fn declare(&mut self, leaf: Leaf) {
        let Some(declared) = &mut self.declared else {
            return;
        };
        let number = Decimal::read(&self.value, PLAIN);
        match (leaf, number) {
            (Leaf::Count, Ok(number)) if number.scale == 0 => {
                declared.records = u64::try_from(number.digits).ok();
                declared.unreadable |= declared.records.is_none();
            }
            (Leaf::Sum, Ok(number)) => declared.sum = Some(number),
            _ => declared.unreadable = true,
        }
    }

    fn date(&mut self, leaf: Leaf, clerk: &Clerk) -> Result<(), Flaw> {
        if self.value.trim_ascii().is_empty() {
            // A date in a choice: its child has given it.
            return Ok(());
        }
        let read = clerk.calendar().read(&self.value, DateStyle::Iso);
        let read = read.map_err(|reason| reason.of("time"))?;
        if leaf == Leaf::Created {
            self.created = Some(read.at);
            return Ok(());
        }
        let time = Some((read.at, read.has_clock));
        let in_batch = self.stack.iter().any(|(node, _)| *node == Node::Batch);
        match &mut self.open {
            Some(open) => {
                // The time at which it was accepted says most.
                let has_clock = open.draft.time.is_some_and(|(_, has_clock)| has_clock);
                if leaf == Leaf::Accepted || !has_clock {
                    open.draft.time = time;
                }
            }
            None if in_batch => self.batch_time = time,
            None => self.header_time = time,
        }
        Ok(())
    }

    fn amount(&mut self, leaf: Leaf) -> Result<(), Flaw> {
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        let amount = Decimal::read(&self.value, PLAIN).map_err(|reason| reason.of("amount"))?;
        let held = match leaf {
            Leaf::Instructed => &mut open.draft.instructed,
            _ => &mut open.draft.amount,
        };
        if held.replace(amount).is_some() {
            return Err(Reason::FieldRepeated.of("amount"));
        }
        let currency = Some(currency(&self.amount_currency)?);
        match leaf {
            Leaf::Instructed => open.draft.instructed_currency = currency,
            _ => open.draft.currency = currency,
        }
        Ok(())
    }
}

impl DraftSide {
    /// Takes what is said of this side.
    fn take(&mut self, leaf: Leaf, value: String) -> Result<(), Flaw> {
        match leaf {
            Leaf::Name(_) => self.name = Some(value),
            Leaf::Country(_) => {
                let unknown = Reason::CountryUnknown.of(leaf.field());
                self.country = Some(Country::parse(&value).ok_or(unknown)?);
            }
            Leaf::Iban(_) => {
                self.account = Some(value);
                self.is_iban = true;
            }
            Leaf::OtherAccount(_) => {
                self.account = Some(value);
                self.is_iban = false;
            }
            Leaf::OtherId(_) => self.other = Some(value),
            Leaf::Bic(_) => {
                self.agent = Some(value);
                self.agent_is_bic = true;
            }
            Leaf::Member(_) if self.agent.is_none() => self.agent = Some(value),
            _ => {}
        }
        Ok(())
    }
}
