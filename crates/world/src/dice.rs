//! Seeded chance: every stream of dice is named, so that any part of the world can be drawn again
//! alone.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream of dice is for. Streams never overlap.
#[derive(Clone, Copy)]
pub(crate) enum Stream {
    /// The plan of episodes.
    Plan = 1,
    /// The order in which reports come in.
    Order = 2,
    /// The people of one episode.
    Cast = 3,
    /// What one report says.
    Telling = 4,
    /// One picture.
    Picture = 5,
    /// The constants that scatter numbers.
    Scatter = 6,
    /// What the reports of one episode have in common.
    Episode = 7,
    /// One day of a book of payments.
    BookDay = 8,
    /// What one planted account of a book does on one day.
    BookPlanted = 9,
}

/// A source of chance that is the same for the same seed, stream and number, on every machine.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The dice of `number` in `stream` in the world of `seed`.
    pub(crate) fn new(seed: u64, stream: Stream, number: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8] = stream as u8;
        key[16..24].copy_from_slice(&number.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number of `low..=high`; `low` if the range is empty.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        if low >= high {
            return low;
        }
        self.0.random_range(low..=high)
    }

    /// A number of milliseconds of `low..=high`; `low` if the range is empty.
    pub(crate) fn millis(&mut self, low: i64, high: i64) -> i64 {
        if low >= high {
            return low;
        }
        self.0.random_range(low..=high)
    }

    /// Whether an event of `per_mille` thousandths happens.
    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.between(0, 999) < per_mille
    }

    /// One of a list, which must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.0.random_range(0..list.len())]
    }

    /// Fills `bytes`.
    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    /// Brings a list into a random order.
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.0.random_range(0..=end));
        }
    }
}
