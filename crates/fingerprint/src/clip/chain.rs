//! Chains of alike frames that keep time in both videos.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::ClipRules;

/// The most chains that go on in one bucket: in a still scene every shift has one.
const CHAINS_PER_BUCKET_MAX: usize = 8;

/// A frame of the video that looks like a frame of a known one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    pub(super) at_millis: i64,
    pub(super) known_millis: i64,
    pub(super) distance: u32,
}

impl Hit {
    /// By how much the known video is ahead.
    const fn shift(&self) -> i64 {
        self.known_millis.saturating_sub(self.at_millis)
    }
}

/// Hits that follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) first: Hit,
    pub(super) last: Hit,
    /// Frames of the video asked about.
    pub(super) frames: usize,
    /// Frames of the known video.
    pub(super) known_frames: usize,
    pub(super) distance_least: u32,
}

impl Chain {
    const fn new(hit: Hit) -> Self {
        Self {
            first: hit,
            last: hit,
            frames: 1,
            known_frames: 1,
            distance_least: hit.distance,
        }
    }

    /// Whether `hit` can come next: later, after no long gap, and where it belongs in time, seen
    /// from the last frame and from the first. Several frames may look like one frame of the known
    /// video, as far as the slack goes.
    fn reaches(&self, hit: &Hit, rules: &ClipRules) -> bool {
        let step = hit.at_millis.saturating_sub(self.last.at_millis);
        let since = hit.at_millis.saturating_sub(self.first.at_millis);
        step > 0
            && step <= rules.gap_millis_max
            && hit.known_millis >= self.last.known_millis
            && moved(&self.last, hit) <= rules.slack_millis.saturating_add(drift(step, rules))
            && moved(&self.first, hit)
                <= rules
                    .slack_millis
                    .saturating_mul(2)
                    .saturating_add(drift(since, rules))
    }

    /// Frames that match, in the video that has fewer of them.
    fn size(&self) -> usize {
        self.frames.min(self.known_frames)
    }

    fn with(&self, hit: Hit) -> Self {
        let is_next = hit.known_millis > self.last.known_millis;
        Self {
            first: self.first,
            last: hit,
            frames: self.frames + 1,
            known_frames: self.known_frames + usize::from(is_next),
            distance_least: self.distance_least.min(hit.distance),
        }
    }
}

/// How far the shift of one hit is from that of another.
const fn moved(one: &Hit, two: &Hit) -> i64 {
    two.shift().saturating_sub(one.shift()).saturating_abs()
}

/// What a copy may gain or lose in a span of time.
const fn drift(span_millis: i64, rules: &ClipRules) -> i64 {
    span_millis.saturating_mul(rules.drift_permille) / 1000
}

/// The chains that go on, by the shift at which they stand.
///
/// A bucket is as wide as one step can move the shift, so the chain that a hit goes on with stands
/// in the hit's own bucket or beside it.
struct Open<'a> {
    rules: &'a ClipRules,
    width: i64,
    buckets: BTreeMap<i64, Vec<Chain>>,
    done: Vec<Chain>,
}

impl<'a> Open<'a> {
    fn new(rules: &'a ClipRules) -> Self {
        let step = drift(rules.gap_millis_max, rules);
        Self {
            rules,
            width: rules.slack_millis.saturating_add(step).max(1),
            buckets: BTreeMap::new(),
            done: Vec::new(),
        }
    }

    /// Takes the hits of one frame: each goes on with the best chain that it can, or begins one.
    fn take(&mut self, hits: &[Hit]) {
        let mut grown = Vec::new();
        let mut parents = BTreeSet::new();
        // All look at the chains that ended before this frame.
        for hit in hits {
            let bucket = hit.shift().div_euclid(self.width);
            let parent = self.parent(bucket, hit);
            parents.extend(parent);
            let chain = parent.map(|(bucket, at)| self.buckets[&bucket][at]);
            let chain = chain.map_or_else(|| Chain::new(*hit), |chain| chain.with(*hit));
            grown.push((bucket, chain));
        }
        // From behind, so that places stay what they were.
        for (bucket, at) in parents.into_iter().rev() {
            self.buckets.entry(bucket).or_default().remove(at);
        }
        for (bucket, chain) in grown {
            self.put(bucket, chain);
        }
    }

    /// Where the best chain stands that `hit` can go on with.
    fn parent(&self, bucket: i64, hit: &Hit) -> Option<(i64, usize)> {
        let beside = bucket.saturating_sub(1)..=bucket.saturating_add(1);
        let chains = self.buckets.range(beside).flat_map(|(bucket, chains)| {
            let places = chains.iter().enumerate();
            places.map(|(at, chain)| ((*bucket, at), chain))
        });
        let reaching = chains.filter(|(_, chain)| chain.reaches(hit, self.rules));
        let best = reaching.max_by_key(|(_, chain)| {
            let strayed = moved(&chain.last, hit);
            (chain.size(), chain.frames, i64::MAX - strayed)
        });
        best.map(|(place, _)| place)
    }

    fn put(&mut self, bucket: i64, chain: Chain) {
        let chains = self.buckets.entry(bucket).or_default();
        chains.push(chain);
        if chains.len() > CHAINS_PER_BUCKET_MAX {
            let gap = self.rules.gap_millis_max;
            let now = chain.last.at_millis;
            let is_over = |chain: &Chain| now.saturating_sub(chain.last.at_millis) > gap;
            let key = |chain: &Chain| (!is_over(chain), chain.size(), chain.frames);
            let least = (0..chains.len()).min_by_key(|at| key(&chains[*at]));
            self.done.extend(least.map(|at| chains.remove(at)));
        }
    }
}

/// The chains that a video shares with one known video; the longest first. `telling` is the number
/// of frames that were looked up.
pub(super) fn longest(mut hits: Vec<Hit>, telling: usize, rules: &ClipRules) -> Vec<Chain> {
    hits.sort_unstable();
    let mut open = Open::new(rules);
    for frame in hits.chunk_by(|one, two| one.at_millis == two.at_millis) {
        open.take(frame);
    }
    let mut chains = open.done;
    chains.extend(open.buckets.into_values().flatten());
    let frames_min = rules.frames_min.min(telling).max(1);
    chains.retain(|chain| chain.size() >= frames_min);
    apart(chains)
}

/// The longest chains, without those that lie for the better half over a longer one.
fn apart(mut chains: Vec<Chain>) -> Vec<Chain> {
    chains.sort_by_key(|chain| {
        let size = Reverse((chain.size(), chain.frames));
        (size, chain.distance_least, chain.first, chain.last)
    });
    let mut kept: Vec<Chain> = Vec::new();
    for chain in chains {
        let (start, end) = (chain.first.at_millis, chain.last.at_millis);
        let span = end.saturating_sub(start);
        let is_under = |longer: &Chain| {
            let from = start.max(longer.first.at_millis);
            let over = end.min(longer.last.at_millis).saturating_sub(from);
            over >= 0 && over.saturating_mul(2) >= span
        };
        if !kept.iter().any(is_under) {
            kept.push(chain);
        }
    }
    kept
}
