//! Accounts by number: whole numbers or texts, numbered from 0 in the order they are met.

use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::rows::{Keys, Texts};

/// The numbers of accounts.
#[derive(Debug, Default)]
pub struct Accounts {
    hasher: RandomState,
    whole: HashTable<(i64, u32)>,
    /// The place of each text in `texts` and `numbers`.
    text: HashTable<u32>,
    texts: Texts,
    numbers: Vec<u32>,
    /// The two kinds share one range of numbers.
    next: u32,
}

/// The room for so many keys is kept when they are forgotten.
const KEPT: usize = 256;

/// More accounts than 32 bits have numbers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than 4294967295 accounts: split the file")]
pub struct TooManyAccounts;

impl Accounts {
    /// How many there are.
    pub const fn len(&self) -> usize {
        self.next as usize
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.next == 0
    }

    /// Puts the number of each key behind `numbers`. Equal keys have equal numbers, in this call
    /// and in others.
    pub fn number(&mut self, keys: &Keys, numbers: &mut Vec<u32>) -> Result<(), TooManyAccounts> {
        numbers.reserve(keys.len());
        match keys {
            Keys::Whole(values) => {
                for value in values {
                    numbers.push(self.of_whole(*value)?);
                }
            }
            Keys::Text(texts) => {
                for text in texts.iter() {
                    numbers.push(self.of_text(text)?);
                }
            }
        }
        Ok(())
    }

    /// The number of one key, by its position; 0 when there is none there.
    #[inline]
    pub fn number_at(&mut self, keys: &Keys, at: usize) -> Result<u32, TooManyAccounts> {
        match keys {
            Keys::Whole(values) => values.get(at).map_or(Ok(0), |value| self.of_whole(*value)),
            Keys::Text(texts) => texts.get(at).map_or(Ok(0), |text| self.of_text(text)),
        }
    }

    /// Forgets every key, and most of the memory if they were many.
    pub fn clear(&mut self) {
        if self.len() > KEPT {
            *self = Self::default();
            return;
        }
        self.whole.clear();
        self.text.clear();
        self.texts = Texts::default();
        self.numbers.clear();
        self.next = 0;
    }

    #[inline]
    fn of_whole(&mut self, value: i64) -> Result<u32, TooManyAccounts> {
        let hasher = &self.hasher;
        let entry = self.whole.entry(
            hasher.hash_one(value),
            |(held, _)| *held == value,
            |(held, _)| hasher.hash_one(held),
        );
        match entry {
            hashbrown::hash_table::Entry::Occupied(held) => Ok(held.get().1),
            hashbrown::hash_table::Entry::Vacant(free) => {
                let number = self.next;
                self.next = number.checked_add(1).ok_or(TooManyAccounts)?;
                free.insert((value, number));
                Ok(number)
            }
        }
    }

    #[inline]
    fn of_text(&mut self, text: &str) -> Result<u32, TooManyAccounts> {
        let (hasher, texts) = (&self.hasher, &self.texts);
        let entry = self.text.entry(
            hasher.hash_one(text),
            |at| texts.get(*at as usize) == Some(text),
            |at| hasher.hash_one(texts.get(*at as usize).unwrap_or_default()),
        );
        match entry {
            hashbrown::hash_table::Entry::Occupied(held) => Ok(self.numbers[*held.get() as usize]),
            hashbrown::hash_table::Entry::Vacant(free) => {
                let number = self.next;
                self.next = number.checked_add(1).ok_or(TooManyAccounts)?;
                // No more texts than numbers were given.
                free.insert(u32::try_from(self.numbers.len()).map_err(|_| TooManyAccounts)?);
                self.texts.push(text);
                self.numbers.push(number);
                Ok(number)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_have_equal_numbers_and_kinds_are_told_apart() {
        let mut accounts = Accounts::default();
        let mut texts = Texts::default();
        texts.extend(["a", "7", "a", ""]);
        let mut numbers = Vec::new();
        accounts
            .number(&Keys::Whole(vec![7, -1, 7]), &mut numbers)
            .unwrap();
        accounts.number(&Keys::Text(texts), &mut numbers).unwrap();
        accounts
            .number(&Keys::Whole(vec![-1]), &mut numbers)
            .unwrap();
        assert_eq!(numbers, [0, 1, 0, 2, 3, 2, 4, 1]);
        assert_eq!(accounts.len(), 5);
        let minus = Keys::Whole(vec![8, -1]);
        assert_eq!(accounts.number_at(&minus, 1), Ok(1));
        assert_eq!(accounts.number_at(&minus, 2), Ok(0));
        accounts.clear();
        assert!(accounts.is_empty());
        assert_eq!(accounts.number_at(&minus, 1), Ok(0));
    }

    #[test]
    fn many_keys_keep_their_numbers_as_the_table_grows() {
        let mut accounts = Accounts::default();
        let keys = Keys::Whole((0..100_000).map(|key| key * 1_000_003).collect());
        let mut texts = Texts::default();
        for key in 0..100_000 {
            texts.push(&format!("A{key:09}"));
        }
        let texts = Keys::Text(texts);
        let (mut first, mut again) = (Vec::new(), Vec::new());
        for numbers in [&mut first, &mut again] {
            accounts.number(&keys, numbers).unwrap();
            accounts.number(&texts, numbers).unwrap();
        }
        assert_eq!(first, again);
        assert_eq!(first, (0..200_000).collect::<Vec<u32>>());
        accounts.clear();
        assert_eq!(accounts.number_at(&texts, 99_999), Ok(0));
        assert_eq!(accounts.len(), 1);
    }
}
