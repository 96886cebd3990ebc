//! The counterparties of one account, numbered from 0 in the order they are met.

/// Up to so many keys are searched one by one: that is faster than any table.
const SCANNED: usize = 16;

/// Numbers for keys, and the number of each event's key.
#[derive(Debug, Default)]
pub(super) struct Roster {
    keys: Vec<u64>,
    of_event: Vec<u32>,
    /// Open addressing: 0, or one more than a key's number. Empty until there are many keys.
    table: Vec<u32>,
}

impl Roster {
    pub(super) fn clear(&mut self) {
        self.keys.clear();
        self.of_event.clear();
        self.table.clear();
    }

    /// How many events have a number.
    pub(super) fn events(&self) -> usize {
        self.of_event.len()
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn push_event(&mut self, key: u64) {
        let number = self.number(key);
        self.of_event.push(number);
    }

    /// The number of an event's key; events are asked for only after they were pushed.
    #[inline]
    pub(super) fn of_event(&self, event: usize) -> usize {
        self.of_event[event] as usize
    }

    fn number(&mut self, key: u64) -> u32 {
        if self.table.is_empty() {
            if let Some(at) = self.keys.iter().position(|known| *known == key) {
                return number_of(at);
            }
            self.keys.push(key);
            if self.keys.len() > SCANNED {
                self.tabulate();
            }
            return number_of(self.keys.len() - 1);
        }
        let mut at = self.slot(key);
        loop {
            match self.table[at] {
                0 => break,
                held if self.keys[held as usize - 1] == key => return held - 1,
                _ => at = (at + 1) & (self.table.len() - 1),
            }
        }
        self.keys.push(key);
        self.table[at] = number_of(self.keys.len());
        if self.keys.len() * 2 > self.table.len() {
            self.tabulate();
        }
        number_of(self.keys.len() - 1)
    }

    fn tabulate(&mut self) {
        let slots = (self.keys.len() * 4).next_power_of_two();
        self.table.clear();
        self.table.resize(slots, 0);
        for number in 0..self.keys.len() {
            let mut at = self.slot(self.keys[number]);
            while self.table[at] != 0 {
                at = (at + 1) & (slots - 1);
            }
            self.table[at] = number_of(number + 1);
        }
    }

    fn slot(&self, key: u64) -> usize {
        // Fibonacci hashing: the upper bits of a product with 2^64 / phi.
        let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        usize::try_from(mixed >> 32).unwrap_or(0) & (self.table.len() - 1)
    }
}

/// An account has fewer counterparties than there are accounts, which are numbered in 32 bits.
fn number_of(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
