//! Two sides of one crime: whom the rows of an alert name, as mentions that link to reports.

use std::collections::{BTreeSet, HashMap};

use model::limits::MENTIONS_PER_REPORT_MAX;
use model::{Mention, MentionKind, Part, Sensitive};

use crate::transfer::{Book, Flags};
use crate::typology::{Alert, Side};

/// What a book says of one side of a row, verbatim.
#[derive(Debug, Clone, Default)]
pub struct Party {
    /// The account: a number, an IBAN, a wallet, a phone or an address on a chain.
    pub account: Option<Sensitive<String>>,
    /// The phone that the account belongs to.
    pub phone: Option<Sensitive<String>>,
    /// The name of the holder.
    pub name: Option<Sensitive<String>>,
}

/// What a book says of one row in words.
#[derive(Debug, Clone, Default)]
pub struct RowWords {
    /// Who pays.
    pub sender: Party,
    /// Who is paid.
    pub receiver: Party,
    /// The text of the payment.
    pub reference: Option<Sensitive<String>>,
}

/// Whom an alert's rows name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// Accounts, phones and handles, each once, at most [`MENTIONS_PER_REPORT_MAX`].
    pub mentions: Vec<Mention>,
    /// Names of holders, each once.
    pub names: Vec<(Part, Sensitive<String>)>,
    /// Texts of payments, each once, for a search for identifiers in free words.
    pub texts: Vec<Sensitive<String>>,
}

/// Whom the rows of an alert name; `words` knows what a row says. The account that is alerted is
/// the one reported, unless the alert protects it: then it is the victim.
pub fn named(alert: &Alert, words: impl Fn(u32) -> Option<RowWords>) -> Named {
    let mut gathered = Gathered::default();
    let holder = match alert.route {
        crate::typology::Route::Review => Part::Reported,
        crate::typology::Route::Protection => Part::Victim,
    };
    let other = match alert.side {
        Side::Sender => Part::Recipient,
        Side::Receiver => Part::Associated,
    };
    let (sender, receiver) = match alert.side {
        Side::Sender => (holder, other),
        Side::Receiver => (other, holder),
    };
    for row in alert.all_rows() {
        let Some(words) = words(row) else {
            continue;
        };
        gathered.party(&words.sender, sender, "payment/sender");
        gathered.party(&words.receiver, receiver, "payment/receiver");
        if let Some(text) = words.reference {
            for handle in handles(text.expose()) {
                let kind = MentionKind::Handle;
                gathered.mention(kind, Part::Incident, handle, None, "payment/reference");
            }
            if gathered.texts.insert(text.clone()) {
                gathered.named.texts.push(text);
            }
        }
    }
    gathered.named
}

#[derive(Debug, Default)]
struct Gathered {
    named: Named,
    mentions: BTreeSet<(MentionKind, Part, String)>,
    names: BTreeSet<(Part, Sensitive<String>)>,
    texts: BTreeSet<Sensitive<String>>,
}

impl Gathered {
    fn party(&mut self, party: &Party, part: Part, place: &str) {
        if let Some(account) = &party.account {
            let (kind, qualifier) = account_kind(account.expose());
            self.mention(
                kind,
                part,
                account.expose(),
                qualifier,
                &format!("{place}/account"),
            );
        }
        if let Some(phone) = &party.phone {
            let kind = MentionKind::Phone;
            self.mention(kind, part, phone.expose(), None, &format!("{place}/phone"));
        }
        if let Some(name) = &party.name
            && self.names.insert((part, name.clone()))
        {
            self.named.names.push((part, name.clone()));
        }
    }

    fn mention(
        &mut self,
        kind: MentionKind,
        part: Part,
        text: &str,
        qualifier: Option<&str>,
        place: &str,
    ) {
        let text = text.trim();
        if text.is_empty()
            || self.named.mentions.len() >= MENTIONS_PER_REPORT_MAX
            || !self.mentions.insert((kind, part, text.to_owned()))
        {
            return;
        }
        let mention = mentioned(kind, part, text, qualifier, place);
        self.named.mentions.push(mention);
    }
}

/// An account as a report would mention it, to be found among what reports say.
pub fn account_mention(account: &str, part: Part) -> Mention {
    let (kind, qualifier) = account_kind(account);
    mentioned(kind, part, account.trim(), qualifier, "payment/account")
}

fn mentioned(
    kind: MentionKind,
    part: Part,
    text: &str,
    qualifier: Option<&str>,
    place: &str,
) -> Mention {
    Mention {
        kind,
        part,
        text: Sensitive::new(text.to_owned()),
        qualifier: qualifier.map(str::to_owned),
        port: None,
        at: None,
        place: place.to_owned(),
    }
}

/// What an account looks like. Checksums are the linker's: here only the shape says where it goes.
fn account_kind(text: &str) -> (MentionKind, Option<&'static str>) {
    let text = text.trim();
    let plain: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let letters = |count: usize| {
        plain
            .bytes()
            .take(count)
            .all(|byte| byte.is_ascii_alphabetic())
    };
    let length = plain.len();
    let word = plain.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain.contains('@') {
        (MentionKind::Email, None)
    } else if plain
        .strip_prefix('+')
        .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    {
        (MentionKind::Phone, None)
    } else if length == 42 && plain.starts_with("0x") {
        (MentionKind::AccountNumber, Some("evm"))
    } else if length == 34 && plain.starts_with('T') && word {
        (MentionKind::AccountNumber, Some("tron"))
    } else if plain.starts_with("bc1") || ((26..=35).contains(&length) && begins_btc(&plain, word))
    {
        (MentionKind::AccountNumber, Some("btc"))
    } else if (15..=34).contains(&length) && word && letters(2) && !letters(3) {
        (MentionKind::AccountNumber, Some("iban"))
    } else {
        (MentionKind::AccountNumber, None)
    }
}

fn begins_btc(plain: &str, word: bool) -> bool {
    let mixed = plain.bytes().any(|byte| byte.is_ascii_lowercase());
    word && mixed && (plain.starts_with('1') || plain.starts_with('3'))
}

/// Every `@name` of a text that is not the middle of an email address, without its mark.
fn handles(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('@').filter_map(|(at, _)| {
        let after = &text[at + 1..];
        let end =
            after.find(|next: char| !next.is_ascii_alphanumeric() && next != '_' && next != '.');
        let name = after[..end.unwrap_or(after.len())].trim_end_matches('.');
        let before = text[..at].chars().next_back();
        (name.len() >= 3 && !before.is_some_and(char::is_alphanumeric)).then_some(name)
    })
}

/// Marks every row of a book that has a known account on either side, and every further row with an
/// account that has dealt with a known one. How many rows of each.
pub fn mark_known(book: &mut Book, known: impl IntoIterator<Item = u32>) -> (usize, usize) {
    let known: BTreeSet<u32> = known.into_iter().collect();
    let accounts = book
        .rows()
        .map(|(_, row)| row.sender.max(row.receiver))
        .max();
    let mut hops = vec![u8::MAX; accounts.map_or(0, |highest| highest as usize + 1)];
    for account in known {
        if let Some(hop) = hops.get_mut(account as usize) {
            *hop = 0;
        }
    }
    let mut first = Vec::new();
    for (row, transfer) in book.rows() {
        let (sender, receiver) = (transfer.sender as usize, transfer.receiver as usize);
        if hops[sender] == 0 || hops[receiver] == 0 {
            first.push(row);
            hops[sender] = hops[sender].min(1);
            hops[receiver] = hops[receiver].min(1);
        }
    }
    let near = |transfer: &crate::Transfer| {
        hops[transfer.sender as usize].min(hops[transfer.receiver as usize]) == 1
    };
    let second = book.rows().filter(|(_, transfer)| near(transfer));
    let second: Vec<u32> = second.map(|(row, _)| row).collect();
    for row in &first {
        book.mark(*row, Flags::KNOWN);
    }
    for row in &second {
        book.mark(*row, Flags::KNOWN_HOP);
    }
    (first.len(), second.len())
}

/// Payments to somebody first paid so lately are payments to a new payee.
pub const NEW_PAYEE_MILLIS: i64 = 3 * DAY_MILLIS;
/// What comes before this in a book is somebody's history: nobody is new in it.
pub const NEW_PAYEE_HISTORY_MILLIS: i64 = 30 * DAY_MILLIS;
const DAY_MILLIS: i64 = 86_400_000;

/// Marks every row across a border to somebody whom its sender first paid within
/// [`NEW_PAYEE_MILLIS`] before it, and says how many. In the first
/// [`NEW_PAYEE_HISTORY_MILLIS`] of a book nobody is new: their histories lie before it.
pub fn mark_new_payees(book: &mut Book) -> usize {
    let abroad = |transfer: &crate::Transfer| transfer.sender_country != transfer.receiver_country;
    let pair = |transfer: &crate::Transfer| (transfer.sender, transfer.receiver);
    let Some(begins) = book.rows().map(|(_, row)| row.time_millis).min() else {
        return 0;
    };
    let mut first_paid: HashMap<(u32, u32), i64> = HashMap::new();
    for (_, transfer) in book.rows().filter(|(_, transfer)| abroad(transfer)) {
        let first = first_paid.entry(pair(&transfer)).or_insert(i64::MAX);
        *first = transfer.time_millis.min(*first);
    }
    let is_new = |transfer: &crate::Transfer| {
        let first = first_paid.get(&pair(transfer)).copied();
        first.is_some_and(|first| {
            first - begins >= NEW_PAYEE_HISTORY_MILLIS
                && transfer.time_millis - first < NEW_PAYEE_MILLIS
        })
    };
    let new = book.rows().filter(|(_, row)| abroad(row) && is_new(row));
    let new: Vec<u32> = new.map(|(row, _)| row).collect();
    for row in &new {
        book.mark(*row, Flags::NEW_PAYEE);
    }
    new.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typology::Route;
    use crate::{Channel, Country, Transfer};

    fn alert(side: Side, route: Route) -> Alert {
        Alert {
            account: 1,
            side,
            route,
            row: 2,
            time_millis: 0,
            first_row: 1,
            last_row: 2,
            last_millis: 0,
            rows: 2,
            points: 60,
            version: "1".to_owned(),
            reasons: vec![reason(vec![2, 1]), reason(vec![2])],
        }
    }

    fn reason(rows: Vec<u32>) -> crate::typology::Reason {
        crate::typology::Reason {
            indicator: "A1".to_owned(),
            version: "1".to_owned(),
            points: 30,
            kind: crate::typology::Kind::Inferred,
            source: "s".to_owned(),
            dated: "2026".to_owned(),
            parameters: Vec::new(),
            measured: crate::typology::Measured {
                count: 1,
                counterparties: 0,
                sum: 1,
                median: None,
                share_percent: None,
            },
            text: "t".to_owned(),
            rows,
        }
    }

    fn words(row: u32) -> RowWords {
        let some = |text: &str| Some(Sensitive::new(text.to_owned()));
        RowWords {
            sender: Party {
                account: some("GB82 WEST 1234 5698 7654 32"),
                phone: some("+1 202 555 0100"),
                name: some("Opaque Forty"),
            },
            receiver: Party {
                account: some(&format!("wallet-{row}")),
                ..Party::default()
            },
            reference: some("for @opaque_41, ask desk@example.com"),
        }
    }

    #[test]
    fn an_alert_names_each_account_phone_and_handle_once() {
        let named = named(&alert(Side::Sender, Route::Review), |row| Some(words(row)));
        let told: Vec<String> = named
            .mentions
            .iter()
            .map(|one| {
                let (text, place) = (one.text.expose(), &one.place);
                format!(
                    "{:?} {:?} {text} {:?} {place}",
                    one.kind, one.part, one.qualifier
                )
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"));
        assert_eq!((named.names.len(), named.texts.len()), (1, 1));
        assert_eq!(named.names[0].0, Part::Reported);
    }

    #[test]
    fn who_is_protected_is_the_victim_and_who_is_paid_the_recipient() {
        let parts = |side, route| {
            let named = named(&alert(side, route), |row| Some(words(row)));
            (named.mentions[0].part, named.mentions[2].part)
        };
        assert_eq!(
            parts(Side::Sender, Route::Protection),
            (Part::Victim, Part::Recipient)
        );
        assert_eq!(
            parts(Side::Receiver, Route::Review),
            (Part::Associated, Part::Reported)
        );
    }

    #[test]
    fn accounts_go_by_their_shape() {
        let shape = |text| account_kind(text);
        let number = MentionKind::AccountNumber;
        assert_eq!(shape("+12025550100"), (MentionKind::Phone, None));
        assert_eq!(shape("opaque@example.com"), (MentionKind::Email, None));
        let evm = "0x52908400098527886E0F7030069857D2E4169EE7";
        assert_eq!(shape(evm), (number, Some("evm")));
        assert_eq!(
            shape("1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
            (number, Some("btc"))
        );
        assert_eq!(shape("DE89370400440532013000"), (number, Some("iban")));
        assert_eq!(shape("81723"), (number, None));
        assert_eq!(
            handles("a@example.com @ab @abc. x").collect::<Vec<_>>(),
            ["abc"]
        );
    }

    #[test]
    fn rows_are_marked_by_how_far_they_are_from_a_known_account() {
        let mut book = Book::default();
        let usd = crate::money::Currency::parse("USD").unwrap();
        for (sender, receiver) in [(0, 1), (1, 2), (2, 3), (3, 4)] {
            book.push(&Transfer {
                time_millis: 0,
                sender,
                receiver,
                amount: crate::money::Money {
                    minor: 1,
                    currency: usd,
                },
                sender_country: Country::UNKNOWN,
                receiver_country: Country::UNKNOWN,
                channel: Channel::Unknown,
                flags: Flags::NONE,
            });
        }
        assert_eq!(mark_known(&mut book, [0, 77]), (1, 1));
        let flags = |row| book.get(row).unwrap().flags;
        assert!(flags(0).has(Flags::KNOWN));
        assert_eq!(flags(1), Flags::KNOWN_HOP);
        assert_eq!(flags(2), Flags::NONE);
    }

    #[test]
    fn a_payee_is_new_for_three_days_and_only_across_a_border_and_after_a_month_of_history() {
        let usd = model::Currency::parse("USD").unwrap();
        let [home, away] = ["AU", "PH"].map(|code| Country::parse(code).unwrap());
        let later = NEW_PAYEE_HISTORY_MILLIS;
        let rows = [
            (0, 1, away),
            (later - 1, 2, away),
            (later + NEW_PAYEE_MILLIS - 1, 2, away),
            // Out of order: the first payment to 3 comes last in the book.
            (later + NEW_PAYEE_MILLIS, 3, away),
            (later + 1, 4, home),
            (later + NEW_PAYEE_MILLIS - 1, 3, away),
            (later, 3, away),
        ];
        let mut book = Book::default();
        for (time_millis, receiver, receiver_country) in rows {
            book.push(&Transfer {
                time_millis,
                sender: 0,
                receiver,
                amount: crate::money::Money {
                    minor: 1,
                    currency: usd,
                },
                sender_country: home,
                receiver_country,
                channel: Channel::Unknown,
                flags: Flags::NONE,
            });
        }
        assert_eq!(mark_new_payees(&mut book), 2);
        let new = book
            .rows()
            .filter(|(_, row)| row.flags.has(Flags::NEW_PAYEE));
        let new: Vec<u32> = new.map(|(row, _)| row).collect();
        assert_eq!(new, [5, 6]);
        assert_eq!(mark_new_payees(&mut Book::default()), 0);
    }
}
