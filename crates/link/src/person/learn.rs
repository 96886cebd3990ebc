//! Learning the weights from a roster itself, without anyone saying which pairs are one person.
//!
//! u is counted between records drawn at random, nearly all of whom are different persons. m comes
//! from pairs that share a key, most of whom are one person or are not, by expectation and
//! maximisation (Dempster, Laird and Rubin, Journal of the Royal Statistical Society B 39, 1977;
//! for linkage: Winkler 1988). A session over one kind of key learns only the fields that are no
//! part of that key. Everything is deterministic.

use super::blocking::KeyKind;
use super::levels::Levels;
use super::roster::PersonRoster;
use super::weights::{FIELDS, LEVELS_MAX, MISSING, PersonField, PersonWeights};

/// How many random pairs u is counted on.
const RANDOM_PAIRS: u64 = 1_000_000;
/// How many pairs a session learns from at most.
const SESSION_PAIRS_MAX: usize = 400_000;
/// How many pairs the weights that are started from count for.
const START_PAIRS: f64 = 50.0;
/// The most rounds of a session …
const ROUNDS_MAX: usize = 60;
/// … which ends when no chance changes by more than this.
const CHANGE_MIN: f64 = 1e-5;
/// With fewer matches than this, the prior is not learned.
const MATCHES_MIN: f64 = 500.0;

/// Learns m, u and the prior from a roster. `start` gives everything else, and what a roster too
/// small to learn from cannot say.
pub fn learn(roster: &PersonRoster, start: &PersonWeights) -> PersonWeights {
    let mut learned = start.clone();
    learned.version = format!("{}, learned", start.version);
    if roster.len() < 2 {
        return learned;
    }
    learned.u = chances_at_random(roster, start);
    let names = Session::run(roster, &learned, KeyKind::Names);
    let email = Session::run(roster, &learned, KeyKind::Email);
    let birth = Session::run(roster, &learned, KeyKind::BirthInitial);
    for field in PersonField::ALL {
        let at = field as usize;
        let mut counts = start.m[at].map(|m| m * START_PAIRS);
        for session in [&names, &email, &birth] {
            for (count, more) in counts.iter_mut().zip(session.counts[at]) {
                *count += more;
            }
        }
        let all: f64 = counts[..=field.different()].iter().sum();
        learned.m[at] = counts.map(|count| (count / all).max(CHANCE_MIN));
        if !learned.speaks_forwards(field) {
            (learned.m[at], learned.u[at]) = (start.m[at], start.u[at]);
        }
    }
    // Matches that share an email, over the chance that a match does, are all matches.
    let sharing = [(&email, PersonField::Email), (&birth, PersonField::Birth)];
    let enough = sharing
        .into_iter()
        .find(|(session, _)| session.matches >= MATCHES_MIN);
    if let Some((session, field)) = enough {
        let share = learned.m[field as usize][0] * names.present(field);
        let matches = session.matches / share.max(CHANCE_MIN);
        let records = f64::from(u32::try_from(roster.len()).unwrap_or(u32::MAX));
        let match_share = matches / (records * (records - 1.0) / 2.0);
        learned.prior_bits = match_share.log2().clamp(-60.0, 0.0);
        learned.take_matches_out_of_u(match_share.min(1.0));
    }
    learned
}

impl PersonWeights {
    /// Random pairs hold a few matches, which are most of those that agree in something rare.
    fn take_matches_out_of_u(&mut self, match_share: f64) {
        for (u, m) in self
            .u
            .as_flattened_mut()
            .iter_mut()
            .zip(self.m.as_flattened())
        {
            *u = (*u - match_share * m).max(*u * UNMATCHED_SHARE_MIN);
        }
    }
}

/// Of the random pairs at a level, at least this share are reckoned no matches.
const UNMATCHED_SHARE_MIN: f64 = 0.1;
/// No chance is reckoned smaller.
const CHANCE_MIN: f64 = 1e-9;

/// Counts the levels between random records.
fn chances_at_random(roster: &PersonRoster, start: &PersonWeights) -> [[f64; LEVELS_MAX]; FIELDS] {
    let mut counts = [[0.0; LEVELS_MAX]; FIELDS];
    let records = roster.len() as u64;
    let mut count = |one: u64, other: u64| {
        let row = |number: u64| {
            usize::try_from(number)
                .ok()
                .and_then(|at| roster.rows.get(at))
        };
        if let (Some(one), Some(other)) = (row(one), row(other)) {
            tally(&mut counts, roster.levels(one, other), 1.0);
        }
    };
    if records * (records - 1) / 2 <= RANDOM_PAIRS {
        for one in 0..records {
            (one + 1..records).for_each(|other| count(one, other));
        }
    } else {
        let mut state = 0;
        for _ in 0..RANDOM_PAIRS {
            let (one, other) = (draw(&mut state) % records, draw(&mut state) % records);
            if one != other {
                count(one, other);
            }
        }
    }
    let mut u = start.u;
    for field in PersonField::ALL {
        let (at, levels) = (field as usize, field.levels().len());
        let all: f64 = counts[at].iter().sum();
        for level in 0..levels {
            // Whatever was not seen may still happen once in as many pairs.
            let seen = counts[at][level] + 1.0;
            u[at][level] = seen / (all + f64::from(u32::try_from(levels).unwrap_or(0)));
        }
        if let Some(same) = roster.same_by_chance(field) {
            u[at][0] = same.max(CHANCE_MIN);
        }
    }
    u
}

fn tally(counts: &mut [[f64; LEVELS_MAX]; FIELDS], levels: Levels, weight: f64) {
    for (field, level) in levels
        .of
        .iter()
        .enumerate()
        .filter(|(_, level)| **level != MISSING)
    {
        counts[field][usize::from(*level)] += weight;
    }
}

/// What one kind of key taught.
struct Session {
    /// Expected matches at each level of each field, 0 for fields that are part of the key.
    counts: [[f64; LEVELS_MAX]; FIELDS],
    /// Expected matches at each level of each field, whatever the key.
    all_counts: [[f64; LEVELS_MAX]; FIELDS],
    /// Expected matches among the pairs learned from.
    learned_from: f64,
    /// Expected matches among all pairs that share a key.
    matches: f64,
}

impl Session {
    fn run(roster: &PersonRoster, weights: &PersonWeights, kind: KeyKind) -> Self {
        let (patterns, pairs) = patterns(roster, kind);
        let free: Vec<PersonField> = PersonField::ALL
            .into_iter()
            .filter(|field| !is_in_key(kind, *field))
            .collect();
        let mut m = weights.m;
        let mut match_share = 0.5;
        let mut session = Self::expect(&patterns, &m, weights, match_share, &free);
        for _ in 0..ROUNDS_MAX {
            let sampled: f64 = patterns.iter().map(|(_, count)| count).sum();
            if sampled == 0.0 {
                break;
            }
            let mut change: f64 = 0.0;
            let share = (session.learned_from / sampled).clamp(CHANCE_MIN, 1.0 - CHANCE_MIN);
            change = change.max((share - match_share).abs());
            match_share = share;
            for field in &free {
                let at = *field as usize;
                let started = weights.m[at].map(|m| m * START_PAIRS);
                let all: f64 = session.counts[at].iter().sum::<f64>() + START_PAIRS;
                for level in 0..field.levels().len() {
                    let seen = session.counts[at][level] + started[level];
                    let new = (seen / all).max(CHANCE_MIN);
                    change = change.max((new - m[at][level]).abs());
                    m[at][level] = new;
                }
            }
            session = Self::expect(&patterns, &m, weights, match_share, &free);
            if change < CHANGE_MIN {
                break;
            }
        }
        let sampled: f64 = patterns.iter().map(|(_, count)| count).sum();
        session.matches = session.learned_from * pairs / sampled.max(1.0);
        session
    }

    /// How many of the pairs are expected to be matches, by level.
    fn expect(
        patterns: &[(Levels, f64)],
        m: &[[f64; LEVELS_MAX]; FIELDS],
        weights: &PersonWeights,
        match_share: f64,
        free: &[PersonField],
    ) -> Self {
        let mut session = Self {
            counts: [[0.0; LEVELS_MAX]; FIELDS],
            all_counts: [[0.0; LEVELS_MAX]; FIELDS],
            learned_from: 0.0,
            matches: 0.0,
        };
        for (levels, count) in patterns {
            let mut odds = match_share / (1.0 - match_share);
            for field in free {
                let level = levels.of[*field as usize];
                if level != MISSING {
                    let (at, level) = (*field as usize, usize::from(level));
                    odds *= m[at][level] / weights.u[at][level];
                }
            }
            let expected = count * odds / (1.0 + odds);
            session.learned_from += expected;
            tally(&mut session.all_counts, *levels, expected);
        }
        for field in free {
            session.counts[*field as usize] = session.all_counts[*field as usize];
        }
        session
    }

    /// The share of the expected matches in which both records have a field.
    fn present(&self, field: PersonField) -> f64 {
        let present: f64 = self.all_counts[field as usize].iter().sum();
        present / self.learned_from.max(1.0)
    }
}

const fn is_in_key(kind: KeyKind, field: PersonField) -> bool {
    match kind {
        KeyKind::Names => matches!(field, PersonField::Given | PersonField::Family),
        KeyKind::Phone => matches!(field, PersonField::Phone),
        KeyKind::Email => matches!(field, PersonField::Email),
        KeyKind::BirthInitial => matches!(field, PersonField::Birth),
        KeyKind::Year => {
            matches!(
                field,
                PersonField::Birth | PersonField::Given | PersonField::Family
            )
        }
        KeyKind::Place => {
            matches!(
                field,
                PersonField::Place | PersonField::Given | PersonField::Family
            )
        }
    }
}

/// The different level patterns of the pairs that share a key, with how often each stands in a
/// sample; and how many pairs there are in all.
fn patterns(roster: &PersonRoster, kind: KeyKind) -> (Vec<(Levels, f64)>, f64) {
    let entries = roster.entries(kind);
    let mut found = Vec::new();
    let mut pairs = 0_u32;
    // Blocks come in the order of their digests, which is as good as random.
    roster.each_pair(&entries, &mut |one, other| {
        pairs = pairs.saturating_add(1);
        if found.len() < SESSION_PAIRS_MAX {
            let rows = &roster.rows;
            found.push(roster.levels(&rows[one as usize], &rows[other as usize]));
        }
    });
    found.sort_unstable_by_key(|levels| levels.of);
    let counted = found.chunk_by(|one, other| one.of == other.of).map(|same| {
        (
            same[0],
            f64::from(u32::try_from(same.len()).unwrap_or(u32::MAX)),
        )
    });
    (counted.collect(), f64::from(pairs))
}

/// The next number of the sequence splitmix64 (Steele, Lea and Flood 2014).
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
#[path = "learn_tests.rs"]
mod tests;
