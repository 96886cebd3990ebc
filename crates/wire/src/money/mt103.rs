//! SWIFT MT103, single customer credit transfers, one or many in a file.
//!
//! The blocks and tags are those of the
//! [standards](https://www.swift.com/standards/data-standards/mt); the fields that say nothing of
//! who pays whom how much are passed over.

use std::io::BufRead;

use memchr::memmem;
use model::limits::MONEY_RECORD_BYTES_MAX;
use model::{Channel, Country};

use super::amount::{Decimal, Writing};
use super::clerk::Clerk;
use super::dates::DateStyle;
use super::draft::{Draft, DraftSide, currency, text};
use super::input::Input;
use super::step::{FaultKind, Flaw, MoneyFault, Reason, Step};

/// Amounts have a comma before their decimals.
const COMMA: Writing = Writing {
    point: b',',
    grouping: 0,
};

/// What ends the text of a message.
const TEXT_END: &[u8] = b"\n-}";

/// A file that is being read.
#[derive(Debug)]
pub(super) struct Mt<R> {
    pub(super) input: Input<R>,
    begun: bool,
}

/// A block of a message: its name and what it holds, as ranges of the window.
struct Block {
    name: u8,
    from: usize,
    to: usize,
}

/// What the window begins with, after so many bytes.
enum Found {
    Block(Block, usize),
    Open,
    Broken,
}

impl<R: BufRead> Mt<R> {
    pub(super) const fn new(input: R) -> Self {
        Self {
            input: Input::new(input),
            begun: false,
        }
    }

    /// Reads one message; `false` at the end.
    pub(super) fn advance(
        &mut self,
        clerk: &mut Clerk,
        steps: &mut Vec<Step>,
    ) -> Result<bool, MoneyFault> {
        if !self.begun {
            self.begun = true;
            self.input.begin()?;
        }
        if !self.skip_between()? {
            return Ok(false);
        }
        let place = self.input.place();
        let mut blocks: Vec<Block> = Vec::new();
        let mut at = 0;
        let flaw = loop {
            let rest = self.input.rest();
            // What stands between the blocks of one message: nothing, or line ends.
            let gap = rest[at..]
                .iter()
                .take_while(|byte| is_between(**byte))
                .count();
            match block(rest, at + gap) {
                Found::Block(block, _) if block.name == b'1' && !blocks.is_empty() => break None,
                Found::Block(block, end) => {
                    blocks.push(block);
                    at = end;
                }
                Found::Open if rest.len() > MONEY_RECORD_BYTES_MAX => {
                    break Some(Reason::RecordTooLong);
                }
                Found::Open => {
                    let ended = !self.input.more()?;
                    let rest = &self.input.rest()[at..];
                    let nothing = rest.iter().all(|byte| is_between(*byte));
                    if ended && nothing {
                        break None;
                    }
                    if ended {
                        return Err(self.input.fault_at(FaultKind::Cut, place));
                    }
                }
                Found::Broken if blocks.is_empty() => {
                    return Err(self.input.fault_at(FaultKind::FrameBroken, place));
                }
                Found::Broken => break Some(Reason::RecordMalformed),
            }
        };
        let flaw = flaw.or((at > MONEY_RECORD_BYTES_MAX).then_some(Reason::RecordTooLong));
        let step = match flaw {
            Some(reason) => clerk.reject(place, None, reason.of("")),
            None => match draft(self.input.rest(), &blocks, clerk) {
                Ok(draft) => clerk.settle(place, draft, "message"),
                Err(flaw) => clerk.reject(place, None, flaw),
            },
        };
        self.input.records += 1;
        steps.push(step);
        self.input.advance(at);
        if flaw.is_some() {
            self.skip_to_message()?;
        }
        Ok(true)
    }

    /// Skips what stands between messages; `false` at the end.
    fn skip_between(&mut self) -> Result<bool, MoneyFault> {
        loop {
            let rest = self.input.rest();
            let gap = rest.iter().take_while(|byte| is_between(**byte)).count();
            let more = gap < rest.len();
            self.input.advance(gap);
            if more {
                return Ok(true);
            }
            if !self.input.more()? {
                return Ok(false);
            }
        }
    }

    /// Skips to where a line begins with a message.
    fn skip_to_message(&mut self) -> Result<(), MoneyFault> {
        const BEGIN: &[u8] = b"\n{1:";
        loop {
            let rest = self.input.rest();
            if let Some(at) = memmem::find(rest, BEGIN) {
                self.input.advance(at + 1);
                return Ok(());
            }
            let keep = rest.len().min(BEGIN.len() - 1);
            self.input.advance(rest.len() - keep);
            if !self.input.more()? {
                let rest = self.input.rest().len();
                self.input.advance(rest);
                return Ok(());
            }
        }
    }
}

/// White space, and what archives put between messages.
const fn is_between(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'$' | 1 | 3)
}

/// The block at a place of the window.
fn block(rest: &[u8], at: usize) -> Found {
    let head = rest.get(at..).unwrap_or_default();
    let name = match head {
        [b'{', name, b':', ..] if name.is_ascii_alphanumeric() => *name,
        [] | [b'{'] | [b'{', _] => return Found::Open,
        _ => return Found::Broken,
    };
    let from = at + 3;
    let body = &rest[from..];
    let is_text = match body {
        [] if name == b'4' => return Found::Open,
        [b'\r' | b'\n' | b':', ..] => name == b'4',
        _ => false,
    };
    if is_text {
        return match memmem::find(body, TEXT_END) {
            Some(length) => {
                let to = from + length;
                Found::Block(Block { name, from, to }, to + TEXT_END.len())
            }
            None => Found::Open,
        };
    }
    let mut depth = 1_usize;
    for (length, byte) in body.iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let to = from + length;
            return Found::Block(Block { name, from, to }, to + 1);
        }
    }
    Found::Open
}

fn draft(window: &[u8], blocks: &[Block], clerk: &Clerk) -> Result<Draft, Flaw> {
    let block = |name: u8| {
        let found = blocks.iter().find(|block| block.name == name)?;
        window.get(found.from..found.to)
    };
    let foreign = Reason::MessageForeign.of("");
    let application = block(b'2').ok_or(foreign)?;
    let is_input = match application {
        [b'I', b'1', b'0', b'3', ..] => true,
        [b'O', b'1', b'0', b'3', ..] => false,
        _ => return Err(foreign),
    };
    let body = block(b'4').ok_or(foreign)?;
    let mut draft = Draft {
        channel: Channel::Bank,
        ..Draft::default()
    };
    // The terminals: our own in block 1, the other one in block 2.
    let own = block(b'1').and_then(|block| block.get(3..11));
    let other = application.get(if is_input { 4..12 } else { 14..22 });
    let (sender, receiver) = if is_input { (own, other) } else { (other, own) };
    for (side, agent) in [(&mut draft.sender, sender), (&mut draft.receiver, receiver)] {
        side.take_bic(agent.unwrap_or_default());
    }
    for (tag, value) in fields(body) {
        if let Err(flaw) = take(&mut draft, tag, value, clerk) {
            draft.blame(flaw);
        }
    }
    if let Some(uetr) = block(b'3').and_then(|block| inner(block, b"{121:")) {
        draft.id = text(uetr, "id")?;
    }
    Ok(draft)
}

/// What a block in a block holds.
fn inner<'a>(block: &'a [u8], begin: &[u8]) -> Option<&'a [u8]> {
    let from = memmem::find(block, begin)? + begin.len();
    let rest = &block[from..];
    let length = rest.iter().position(|byte| *byte == b'}')?;
    Some(&rest[..length])
}

/// The fields of a text: each begins with its tag between colons at the start of a line.
fn fields(body: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = body.trim_ascii_start();
    std::iter::from_fn(move || {
        let (tag, after) = tag(rest)?;
        let mut length = 0;
        loop {
            let line = after.get(length..)?;
            let Some(end) = memchr::memchr(b'\n', line) else {
                length = after.len();
                break;
            };
            length += end + 1;
            if tag_of(after.get(length..).unwrap_or_default()) {
                break;
            }
        }
        let (value, next) = after.split_at(length);
        rest = next;
        Some((tag, value.trim_ascii_end()))
    })
}

fn tag_of(line: &[u8]) -> bool {
    tag(line).is_some()
}

/// `:20:` or `:50K:`, and what comes after.
fn tag(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = match line {
        [b':', a, b, b':', ..] if a.is_ascii_digit() && b.is_ascii_digit() => 2,
        [b':', a, b, c, b':', ..]
            if a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_uppercase() =>
        {
            3
        }
        _ => return None,
    };
    Some((&line[1..=length], &line[length + 2..]))
}

fn take(draft: &mut Draft, tag: &[u8], value: &[u8], clerk: &Clerk) -> Result<(), Flaw> {
    match tag {
        b"20" => draft.id = text(value, "id")?,
        b"32A" => {
            let (date, rest) = value.split_at_checked(6).unwrap_or((value, b""));
            let read = clerk.calendar().read(date, DateStyle::Compact);
            let read = read.map_err(|reason| reason.of("time"))?;
            draft.time = Some((read.at, false));
            let (amount, code) = money(rest)?;
            (draft.amount, draft.currency) = (Some(amount), Some(code));
        }
        b"33B" => {
            let (amount, code) = money(value)?;
            (draft.instructed, draft.instructed_currency) = (Some(amount), Some(code));
        }
        b"50A" | b"50F" | b"50K" => {
            draft
                .sender
                .party(value, tag[2], ["sender", "sender_name", "sender_country"])?;
        }
        b"59" | b"59A" | b"59F" => {
            let option = tag.get(2).copied().unwrap_or(b'K');
            let names = ["receiver", "receiver_name", "receiver_country"];
            draft.receiver.party(value, option, names)?;
        }
        b"52A" => draft.sender.take_bic(last_line(value)),
        b"57A" => draft.receiver.take_bic(last_line(value)),
        b"70" => {
            let lines = value.split(|byte| *byte == b'\n');
            for line in lines {
                if let Some(line) = text(line, "reference")? {
                    draft.add_reference(&line)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn money(value: &[u8]) -> Result<(Decimal, model::Currency), Flaw> {
    let (code, number) = value.split_at_checked(3).unwrap_or((value, b""));
    let amount = Decimal::read(number, COMMA).map_err(|reason| reason.of("amount"))?;
    Ok((amount, currency(code)?))
}

fn last_line(value: &[u8]) -> &[u8] {
    let line = value.rsplit(|byte| *byte == b'\n').next();
    line.unwrap_or_default().trim_ascii()
}

impl DraftSide {
    /// Takes an institution's BIC, if it is one.
    fn take_bic(&mut self, bic: &[u8]) {
        let is_bic = matches!(bic.len(), 8 | 11) && bic.iter().all(u8::is_ascii_alphanumeric);
        if let (true, Ok(bic)) = (is_bic, std::str::from_utf8(bic)) {
            self.agent = Some(bic.to_owned());
            self.agent_is_bic = true;
        }
    }

    /// Takes a customer: an account, then a BIC (`A`), numbered lines (`F`) or name and address.
    fn party(&mut self, value: &[u8], option: u8, names: [&'static str; 3]) -> Result<(), Flaw> {
        let [account_field, name_field, country_field] = names;
        let mut lines = value
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::trim_ascii)
            .peekable();
        let first = lines.peek().copied().unwrap_or_default();
        if let Some(account) = first.strip_prefix(b"/") {
            // A code of the scheme may stand before the account: `//CH123456`.
            let account = account.strip_prefix(b"/").unwrap_or(account);
            self.account = text(account, account_field)?;
            self.is_iban = self.account.as_deref().is_some_and(seems_iban);
            lines.next();
        } else if option == b'F' {
            // A party's identifier such as `CCPT/GB/12345`.
            self.other = text(first, account_field)?;
            lines.next();
        }
        match option {
            b'A' => {
                let bic = text(lines.next().unwrap_or_default(), account_field)?;
                self.other = self.other.take().or(bic);
            }
            b'F' => {
                for line in lines {
                    match line {
                        [b'1', b'/', name @ ..] if self.name.is_none() => {
                            self.name = text(name, name_field)?;
                        }
                        [b'3', b'/', first, second, ..] => {
                            let code = [*first, *second];
                            let known = std::str::from_utf8(&code).ok().and_then(Country::parse);
                            let unknown = Reason::CountryUnknown.of(country_field);
                            self.country = Some(known.ok_or(unknown)?);
                        }
                        _ => {}
                    }
                }
            }
            _ => self.name = text(lines.next().unwrap_or_default(), name_field)?,
        }
        Ok(())
    }
}

/// Two letters of a country and two digits: what an IBAN begins with.
fn seems_iban(account: &str) -> bool {
    let bytes = account.as_bytes();
    matches!(bytes, [a, b, c, d, ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase()
        && c.is_ascii_digit() && d.is_ascii_digit())
        && (15..=34).contains(&bytes.len())
}
