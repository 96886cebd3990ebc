//! Who has dealt with whom so far: the marks that a transfer gets before it is released.

use std::collections::HashMap;

use crate::sides::{NEW_PAYEE_HISTORY_MILLIS, NEW_PAYEE_MILLIS};
use crate::transfer::{Flags, Transfer};

/// An account that nobody near is known of.
const FAR: u8 = u8::MAX;

/// The accounts that reports name, who has dealt with them, and whom each sender first paid when,
/// as far as transfers have passed.
///
/// The marks mean what [`crate::mark_known`] and [`crate::mark_new_payees`] mean by them in a
/// book, said at the moment at which a transfer comes: what comes later changes none of them. Of
/// each pair across a border some 30 bytes are kept, and of each account one.
#[derive(Debug, Default)]
pub struct Acquaintances {
    /// Of each account how far the next known one is: 0 itself, 1 one that it dealt with.
    hops: Vec<u8>,
    first_paid: HashMap<(u32, u32), i64>,
    begins: Option<i64>,
}

impl Acquaintances {
    /// From now on the account is one that reports name.
    pub fn know(&mut self, account: u32) {
        *self.hop(account) = 0;
    }

    /// The marks of a transfer, which is remembered.
    pub fn meet(&mut self, transfer: &Transfer) -> Flags {
        self.near(transfer).and(self.new_payee(transfer))
    }

    fn near(&mut self, transfer: &Transfer) -> Flags {
        let (sender, receiver) = (transfer.sender, transfer.receiver);
        let nearest = (*self.hop(sender)).min(*self.hop(receiver));
        if nearest == 0 {
            for account in [sender, receiver] {
                let hop = self.hop(account);
                *hop = 1.min(*hop);
            }
            Flags::KNOWN
        } else if nearest == 1 {
            Flags::KNOWN_HOP
        } else {
            Flags::NONE
        }
    }

    fn new_payee(&mut self, transfer: &Transfer) -> Flags {
        let time = transfer.time_millis;
        let begins = *self
            .begins
            .insert(self.begins.map_or(time, |begins| begins.min(time)));
        if transfer.sender_country == transfer.receiver_country {
            return Flags::NONE;
        }
        let pair = (transfer.sender, transfer.receiver);
        let first = self.first_paid.entry(pair).or_insert(time);
        *first = time.min(*first);
        let is_new =
            *first - begins >= NEW_PAYEE_HISTORY_MILLIS && time - *first < NEW_PAYEE_MILLIS;
        if is_new {
            Flags::NEW_PAYEE
        } else {
            Flags::NONE
        }
    }

    fn hop(&mut self, account: u32) -> &mut u8 {
        let at = account as usize;
        if at >= self.hops.len() {
            self.hops.resize(at + 1, FAR);
        }
        &mut self.hops[at]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::{Currency, Money};
    use crate::{Book, Channel, Country, mark_known, mark_new_payees};

    const DAY: i64 = 86_400_000;

    fn transfer((days, sender, receiver, abroad): (i64, u32, u32, bool)) -> Transfer {
        let [home, away] = ["AU", "PH"].map(|code| Country::parse(code).unwrap());
        Transfer {
            time_millis: days * DAY,
            sender,
            receiver,
            amount: Money {
                minor: 1,
                currency: Currency::parse("USD").unwrap(),
            },
            sender_country: home,
            receiver_country: if abroad { away } else { home },
            channel: Channel::Unknown,
            flags: Flags::NONE,
        }
    }

    /// Day, sender, receiver, whether across a border.
    fn any_row() -> impl Strategy<Value = (i64, u32, u32, bool)> {
        (0..80_i64, 0..6_u32, 0..6_u32, any::<bool>())
    }

    proptest! {
        /// In the order of time the marks are those that a book gets that ends with the transfer.
        #[test]
        fn a_transfer_is_marked_as_the_last_row_of_its_book(
            mut rows in prop::collection::vec(any_row(), 1..40),
            known in prop::collection::btree_set(0..6_u32, 0..3),
        ) {
            rows.sort_by_key(|row| row.0);
            let mut live = Acquaintances::default();
            for account in &known {
                live.know(*account);
            }
            let mut book = Book::default();
            for (place, row) in (0..).zip(rows) {
                let transfer = transfer(row);
                let marks = live.meet(&transfer);
                book.push(&transfer);
                let mut whole = book.clone();
                mark_known(&mut whole, known.iter().copied());
                mark_new_payees(&mut whole);
                prop_assert_eq!(marks, whole.get(place).unwrap().flags);
            }
        }
    }

    #[test]
    fn an_account_that_becomes_known_is_known_from_then_on() {
        let mut live = Acquaintances::default();
        let pays = |sender, receiver| transfer((0, sender, receiver, false));
        assert_eq!(live.meet(&pays(0, 1)), Flags::NONE);
        live.know(1);
        assert_eq!(live.meet(&pays(0, 1)), Flags::KNOWN);
        assert_eq!(live.meet(&pays(0, 2)), Flags::KNOWN_HOP);
        assert_eq!(live.meet(&pays(2, 3)), Flags::NONE);
    }
}
