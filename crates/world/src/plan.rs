//! The plan: which episodes the world holds, how many reports each gives, and in which order they
//! come in.
//!
//! A plan is a few dozen bytes per report; everything else is drawn again from the seed when it is
//! asked for.

use crate::dice::{Dice, Stream};
use crate::reserved::{LEASES, Lease, PHONES, Phone};

/// What an episode is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// A live session, reported while it goes on.
    Live,
    /// A payer abroad, one to three dens, their facilitators and children.
    Ring,
    /// One offender, reported again and again under several platforms.
    Repeat,
    /// One account, one report.
    Single,
    /// One file, reported many times by many users.
    Storm,
    /// Reports with hardly a field.
    Junk,
    /// Benign: one family, one phone.
    Household,
    /// Benign: a family picture in several albums.
    Album,
    /// Benign: money sent home to a family.
    Support,
    /// One offender who extorts several children.
    Sextortion,
    /// Two strangers with one screen name on two platforms.
    Namesakes,
}

/// Each kind with its thousandths of all reports.
const SHARES: [(Kind, u64); 11] = [
    (Kind::Live, 8),
    (Kind::Ring, 60),
    (Kind::Repeat, 60),
    (Kind::Single, 430),
    (Kind::Storm, 230),
    (Kind::Junk, 130),
    (Kind::Household, 10),
    (Kind::Album, 15),
    (Kind::Support, 20),
    (Kind::Sextortion, 25),
    (Kind::Namesakes, 12),
];

/// A small world begins with one of each that matters, so that a demo of ten reports shows them.
const OVERTURE: [Kind; 6] = [
    Kind::Live,
    Kind::Ring,
    Kind::Repeat,
    Kind::Single,
    Kind::Storm,
    Kind::Junk,
];

impl Kind {
    /// The name as written in the truth.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Ring => "dens",
            Self::Repeat => "repeat_offenders",
            Self::Single => "singles",
            Self::Storm => "storms",
            Self::Junk => "junk",
            Self::Household => "households",
            Self::Album => "family_pictures",
            Self::Support => "family_support",
            Self::Sextortion => "sextortion",
            Self::Namesakes => "namesakes",
        }
    }

    /// What the group is, for readers of the truth.
    pub(crate) const fn note(self) -> &'static str {
        match self {
            Self::Live => "A live session, reported while it goes on.",
            Self::Ring => {
                "A payer abroad and one to three dens: one case, across platforms and borders."
            }
            Self::Repeat => "One offender, reported again under several platforms: one case.",
            Self::Single => "One account, one report.",
            Self::Storm => {
                "One file, reported about many accounts: the same bytes, no shared offender."
            }
            Self::Junk => "Reports with hardly a field.",
            Self::Household => "Benign: one family with one phone; a tie, and no danger.",
            Self::Album => "Benign: a family picture in several albums; the same bytes, no danger.",
            Self::Support => "Benign: money sent home to a family.",
            Self::Sextortion => "One offender and several children: one case.",
            Self::Namesakes => "Two strangers with one screen name on two platforms: not one case.",
        }
    }

    /// Whether the reports of an episode are one case.
    pub(crate) const fn ties(self) -> bool {
        matches!(
            self,
            Self::Live | Self::Ring | Self::Repeat | Self::Household | Self::Sextortion
        )
    }
}

/// One episode: `size` reports that come of one matter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Episode {
    pub(crate) kind: Kind,
    /// How many reports came before it in the plan; unique per episode.
    pub(crate) first: u32,
    pub(crate) size: u32,
    phone: Option<u32>,
    lease: Option<u32>,
}

impl Episode {
    /// The phone that belongs to nobody outside this episode.
    pub(crate) fn phone(&self) -> Option<Phone> {
        self.phone.map(Phone::nth)
    }

    /// The address and day that belong to nobody outside this episode.
    pub(crate) fn lease(&self) -> Option<Lease> {
        self.lease.map(Lease::nth)
    }
}

/// The reports of the world, in the order they come in.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) episodes: Vec<Episode>,
    /// Per report: its episode, and its place in the episode.
    pub(crate) slots: Vec<(u32, u32)>,
}

impl Plan {
    pub(crate) fn new(seed: u64, reports: u32) -> Self {
        let mut dice = Dice::new(seed, Stream::Plan, 0);
        let mut phones = Pool::new(&mut dice, PHONES);
        let mut leases = Pool::new(&mut dice, LEASES);
        let mut episodes = Vec::new();
        let mut placed = [0_u64; SHARES.len()];
        let mut first = 0;
        while first < reports {
            let kind = next_kind(&placed, episodes.len(), u64::from(first));
            let size = size(&mut dice, kind, reports).min(reports - first);
            episodes.push(Episode {
                kind,
                first,
                size,
                phone: if dice.chance(phone_share(kind)) {
                    phones.take()
                } else {
                    None
                },
                lease: if dice.chance(lease_share(kind)) {
                    leases.take()
                } else {
                    None
                },
            });
            for (at, (other, _)) in SHARES.iter().enumerate() {
                if *other == kind {
                    placed[at] += u64::from(size);
                }
            }
            first += size;
        }
        let mut slots: Vec<(u32, u32)> = (0_u32..)
            .zip(&episodes)
            .flat_map(|(at, episode)| (0..episode.size).map(move |member| (at, member)))
            .collect();
        Dice::new(seed, Stream::Order, 0).shuffle(&mut slots);
        Self { episodes, slots }
    }
}

/// The kind that is furthest behind its share, after the overture.
fn next_kind(placed: &[u64; SHARES.len()], episodes: usize, reports: u64) -> Kind {
    if let Some(kind) = OVERTURE.get(episodes) {
        return *kind;
    }
    SHARES
        .iter()
        .zip(placed)
        .max_by_key(|((_, share), placed)| {
            // How far behind, in reports of the share's own size: rare kinds are not starved.
            let due = i128::from(share * (reports + 1)) - i128::from(*placed * 1000);
            due * 1000 / i128::from(*share)
        })
        .map_or(Kind::Single, |((kind, _), _)| *kind)
}

/// How many reports an episode gives in a world of `reports`.
fn size(dice: &mut Dice, kind: Kind, reports: u32) -> u32 {
    // No matter may fill a small world.
    let most = (reports / 3).max(1);
    match kind {
        Kind::Single | Kind::Support => 1,
        Kind::Live => dice.between(1, 2),
        Kind::Ring => dice.between(3, 12),
        Kind::Repeat => dice.between(2, 6),
        Kind::Household => dice.between(2, 3),
        Kind::Album => dice.between(1, 3),
        Kind::Sextortion => dice.between(1, 4),
        Kind::Namesakes => 2,
        Kind::Junk => dice.between(1, (reports / 30).clamp(1, 40)),
        Kind::Storm => {
            // Heavy-tailed: most storms are small, a few are thousands of reports.
            let most = (reports / 8).clamp(2, 5000);
            let doublings = dice.between(1, 10);
            dice.between(1 << doublings, 5 << doublings).min(most)
        }
    }
    .min(most)
}

/// Thousandths of the episodes of a kind in which somebody has a phone.
const fn phone_share(kind: Kind) -> u32 {
    match kind {
        Kind::Household => 1000,
        Kind::Ring => 700,
        Kind::Repeat => 400,
        Kind::Sextortion => 200,
        Kind::Single => 8,
        _ => 0,
    }
}

/// Thousandths of the episodes of a kind in which somebody came by IPv4.
const fn lease_share(kind: Kind) -> u32 {
    match kind {
        Kind::Ring | Kind::Repeat => 600,
        Kind::Sextortion | Kind::Namesakes => 300,
        Kind::Single => 150,
        _ => 0,
    }
}

/// Hands out numbers below `size`, each once, in an order of the seed's own.
struct Pool {
    size: u32,
    step: u32,
    start: u32,
    taken: u32,
}

impl Pool {
    fn new(dice: &mut Dice, size: u32) -> Self {
        let mut step = dice.between(size / 4, size / 2);
        while common_divisor(step, size) != 1 {
            step += 1;
        }
        Self {
            size,
            step,
            start: dice.between(0, size - 1),
            taken: 0,
        }
    }

    fn take(&mut self) -> Option<u32> {
        if self.taken == self.size {
            return None;
        }
        let walked = u64::from(self.start) + u64::from(self.step) * u64::from(self.taken);
        self.taken += 1;
        u32::try_from(walked % u64::from(self.size)).ok()
    }
}

fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn shares_are_thousandths() {
        assert_eq!(SHARES.iter().map(|(_, share)| share).sum::<u64>(), 1000);
    }

    #[test]
    fn a_pool_hands_each_number_out_once() {
        let mut pool = Pool::new(&mut Dice::new(5, Stream::Plan, 0), 762);
        let taken: BTreeSet<u32> = std::iter::from_fn(|| pool.take()).collect();
        assert_eq!(taken.len(), 762);
        assert_eq!(taken.last(), Some(&761));
    }

    #[test]
    fn a_large_plan_keeps_the_shares() {
        let plan = Plan::new(3, 20_000);
        assert_eq!(plan.slots.len(), 20_000);
        for (kind, share) in SHARES {
            let placed: u64 = plan
                .episodes
                .iter()
                .filter(|episode| episode.kind == kind)
                .map(|episode| u64::from(episode.size))
                .sum();
            let expected = share * 20;
            assert!(
                placed.abs_diff(expected) < expected / 3 + 40,
                "{kind:?}: {placed} of {expected}"
            );
        }
    }
}
