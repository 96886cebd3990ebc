//! Which buckets a search looks into: the pigeonhole bound, spent where buckets are thin.

use super::row::CHUNKS;

/// A chunk's share of the radius, plus one: 0 is not looked at, 1 takes the equal bucket, 2 those
/// that differ in one bit, 3 in two.
pub(super) type Shares = [u8; CHUNKS];

/// The largest share: buckets two bits away.
pub(super) const SHARE_MAX: usize = 3;
/// The largest radius that shares can add up to; a search that is wider looks at every row.
pub(super) const RADIUS_MAX: u32 = 47;

/// What it costs to look into one bucket, in sketches looked at: measured, most of it is waiting
/// for memory.
const BUCKET_COST: u32 = 40;
/// What it costs to compare a row with a query, in sketches looked at: measured.
const ROW_COST: u64 = 6;

/// What looking costs, by chunk and share.
pub(super) struct Costs {
    by_share: [[u64; SHARE_MAX + 1]; CHUNKS],
}

const _: () = assert!(RADIUS_MAX as usize + 1 == CHUNKS * SHARE_MAX);

/// How to search one segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    /// Every row.
    Scan,
    /// The buckets within each chunk's share.
    Buckets(Shares),
}

impl Costs {
    pub(super) fn new() -> Self {
        Self {
            by_share: [[0; SHARE_MAX + 1]; CHUNKS],
        }
    }

    /// Notes that `buckets` hold `rows` within `share` of `chunk`.
    pub(super) fn note(&mut self, chunk: usize, share: usize, rows: u32, buckets: usize) {
        let buckets = u32::try_from(buckets).unwrap_or(u32::MAX);
        self.by_share[chunk][share] = u64::from(rows) + u64::from(buckets * BUCKET_COST);
    }

    /// What the given shares cost.
    pub(super) fn of(&self, shares: &Shares) -> u64 {
        let costs = self.by_share.iter().zip(shares);
        costs
            .map(|(by_share, share)| by_share[usize::from(*share)])
            .sum()
    }

    /// The cheapest shares up to `share_max` that add up to `sum`; none if they cannot.
    ///
    /// The best for each sum over the chunks so far, one chunk more at a time.
    pub(super) fn cheapest(&self, sum: usize, share_max: usize) -> Option<Shares> {
        const IMPOSSIBLE: u64 = u64::MAX / 2;
        const SUMS: usize = CHUNKS * SHARE_MAX + 1;
        let mut best = [IMPOSSIBLE; SUMS];
        best[0] = 0;
        let mut taken = [[0_u8; SUMS]; CHUNKS];
        for (by_share, taken) in self.by_share.iter().zip(&mut taken) {
            let before = best;
            best = [IMPOSSIBLE; SUMS];
            for (reached, (best, taken)) in best.iter_mut().zip(taken).enumerate().take(sum + 1) {
                for (share, cost) in (0_u8..).zip(&by_share[..=share_max]) {
                    let Some(rest) = reached.checked_sub(usize::from(share)) else {
                        break;
                    };
                    let cost = before[rest] + cost;
                    if cost < *best {
                        (*best, *taken) = (cost, share);
                    }
                }
            }
        }
        if *best.get(sum)? >= IMPOSSIBLE {
            return None;
        }
        let mut shares = [0; CHUNKS];
        let mut left = sum;
        for (share, taken) in shares.iter_mut().zip(&taken).rev() {
            *share = taken[left];
            left -= usize::from(*share);
        }
        Some(shares)
    }
}

/// Whether looking at all of `rows` is cheaper.
pub(super) fn is_scan_cheaper(cost: u64, rows: usize) -> bool {
    cost > rows as u64 * ROW_COST
}
