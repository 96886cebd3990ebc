//! The only ambient clock and the only ambient randomness in the house.

use aws_lc_rs::rand;
use model::{Clock, Entropy, Timestamp};

/// The operating system's random bytes, through the cryptographic library's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        if rand::fill(bytes).is_err() {
            // A machine without randomness would seal with guessable keys: worse than not running.
            std::process::abort();
        }
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where ambient time enters; all else takes a `model::Clock`"
        )]
        let now = std::time::SystemTime::now();
        let since_epoch = |span: std::time::Duration| {
            // Milliseconds reach past 64 bits only after 292 million years.
            i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
        };
        match now.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => Timestamp::from_millis(since_epoch(after)),
            Err(before) => Timestamp::from_millis(-since_epoch(before.duration())),
        }
    }
}

/// Entropy that a test can foresee: SHA-256 over a counter.
#[cfg(test)]
#[derive(Debug, Default)]
pub(crate) struct ForeseenEntropy(std::sync::atomic::AtomicU64);

#[cfg(test)]
impl Entropy for ForeseenEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(32) {
            let count = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let block = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &count.to_be_bytes());
            piece.copy_from_slice(&block.as_ref()[..piece.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        let (mut a, mut b) = ([0; 32], [0; 32]);
        SystemEntropy.fill(&mut a);
        SystemEntropy.fill(&mut b);
        assert_ne!(a, b);
        assert_ne!(a, [0; 32]);
    }

    #[test]
    fn the_clock_is_past_this_codes_year_and_moves_on() {
        let first = SystemClock.now();
        assert!(first > Timestamp::parse("2026-01-01T00:00:00Z").unwrap());
        assert!(SystemClock.now() >= first);
    }
}
