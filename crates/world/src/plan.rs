//! The plan: which episodes the world holds, how many reports each gives, and in which order they
//! come in.
//!
//! A plan is a few dozen bytes per report; everything else is drawn again from the seed when it is
//! asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::dice::{Dice, Stream};
use crate::kinds::{Kind, SHARES, Share};
use crate::reserved::{GATEWAYS, LEASES, Lease, PHONES, Phone, gateway};

/// Pairs of days on which a gateway is one carrier's: even days, as leases have the odd ones.
const GATEWAY_DAY_PAIRS: u32 = 20;

/// A small world begins with one of each that matters, so that a demo of ten reports shows them.
const OVERTURE: [Kind; 6] = [
    Kind::Live,
    Kind::Ring,
    Kind::Repeat,
    Kind::Single,
    Kind::Storm,
    Kind::Junk,
];

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
        self.lease
            .filter(|_| self.kind != Kind::Gateway)
            .map(Lease::nth)
    }

    /// The address that the episode's strangers share on two days, and how many whole UTC days
    /// before today the later of them is.
    pub(crate) fn gateway(&self) -> Option<(IpAddr, i64)> {
        let taken = self.lease.filter(|_| self.kind == Kind::Gateway)?;
        let days_ago = i64::from(taken / GATEWAYS % GATEWAY_DAY_PAIRS) * 4 + 2;
        Some((gateway(taken % GATEWAYS), days_ago))
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
        let mut gateways = Pool::new(&mut dice, GATEWAYS * GATEWAY_DAY_PAIRS);
        let mut episodes = Vec::new();
        let mut placed = [0_u64; SHARES.len()];
        let mut first = 0;
        while first < reports {
            let kind = next_kind(&placed, episodes.len(), first, reports);
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
                lease: if kind == Kind::Gateway {
                    gateways.take()
                } else if dice.chance(lease_share(kind)) {
                    leases.take()
                } else {
                    None
                },
            });
            for (placed, share) in placed.iter_mut().zip(&SHARES) {
                if share.kind == kind {
                    *placed += u64::from(size);
                }
            }
            first += size;
        }
        let mut slots: Vec<(u32, u32)> = (0_u32..)
            .zip(&episodes)
            .flat_map(|(at, episode)| (0..episode.size).map(move |member| (at, member)))
            .collect();
        Dice::new(seed, Stream::Order, 0).shuffle(&mut slots);
        let mut slots = floods_come_at_once(&episodes, slots);
        lists_come_last(&episodes, &mut slots);
        Self { episodes, slots }
    }
}

fn kind_at(episodes: &[Episode], at: u32) -> Option<Kind> {
    let episode = usize::try_from(at).ok().and_then(|at| episodes.get(at));
    episode.map(|episode| episode.kind)
}

/// The reports of a flood follow one another, from where the first of them stood.
fn floods_come_at_once(episodes: &[Episode], slots: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    let mut come = BTreeSet::new();
    let mut ordered = Vec::with_capacity(slots.len());
    for (at, member) in slots {
        if kind_at(episodes, at) != Some(Kind::Flood) {
            ordered.push((at, member));
        } else if come.insert(at) {
            let size = usize::try_from(at).map_or(0, |at| episodes[at].size);
            ordered.extend((0..size).map(|member| (at, member)));
        }
    }
    ordered
}

/// A list names what was reported before it: its report changes places with the last of those.
fn lists_come_last(episodes: &[Episode], slots: &mut [(u32, u32)]) {
    let mut last_of = BTreeMap::new();
    for (at, (episode, member)) in slots.iter().enumerate() {
        if kind_at(episodes, *episode) == Some(Kind::List) {
            let (list, latest) = last_of.entry(*episode).or_insert((at, at));
            *latest = at;
            let size = usize::try_from(*episode).map_or(0, |at| episodes[at].size);
            if member + 1 == size {
                *list = at;
            }
        }
    }
    for (list, latest) in last_of.into_values() {
        slots.swap(list, latest);
    }
}

/// The kind that is furthest behind its share, after the overture.
fn next_kind(placed: &[u64; SHARES.len()], episodes: usize, first: u32, reports: u32) -> Kind {
    if let Some(kind) = OVERTURE.get(episodes) {
        return *kind;
    }
    let fits = |share: &Share| share.world <= reports && share.least <= reports - first;
    SHARES
        .iter()
        .zip(placed)
        .filter(|(share, _)| fits(share))
        .max_by_key(|(share, placed)| {
            // How far behind, in reports of the share's own size: rare kinds are not starved.
            let due =
                i128::from(share.per_mille) * (i128::from(first) + 1) - i128::from(**placed) * 1000;
            due * 1000 / i128::from(share.per_mille)
        })
        .map_or(Kind::Single, |(share, _)| share.kind)
}

/// How many reports an episode gives in a world of `reports`.
fn size(dice: &mut Dice, kind: Kind, reports: u32) -> u32 {
    // No matter may fill a small world.
    let most = (reports / 3).max(1);
    match kind {
        Kind::Single | Kind::Support => 1,
        Kind::Live => dice.between(1, 2),
        Kind::Ring => dice.between(3, 12),
        Kind::Repeat | Kind::Kin => dice.between(2, 6),
        Kind::Payer | Kind::Den => dice.between(4, (reports / 40).clamp(4, 24)),
        Kind::InWords | Kind::Respelt => dice.between(2, 4),
        Kind::EqualNames => dice.between(2, 3),
        Kind::Household => dice.between(2, 5),
        Kind::Journalist => dice.between(3, 8),
        Kind::NearStorm => dice.between(3, (reports / 40).clamp(4, 400)),
        Kind::Series => dice.between(3, (reports / 60).clamp(4, 300)),
        Kind::Flood => dice.between(3, (reports / 80).clamp(4, 400)),
        Kind::List => dice.between(25, 40),
        // Never so few that one could take them for one case.
        Kind::Gateway | Kind::Helpline => dice.between(48, (reports / 200).clamp(60, 600)),
        Kind::Newsroom => dice.between(72, (reports / 200).clamp(80, 600)),
        Kind::Album => dice.between(1, 3),
        Kind::Sextortion => dice.between(1, 4),
        Kind::Namesakes | Kind::Recycled => 2,
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
        Kind::Household | Kind::Recycled | Kind::Helpline => 1000,
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
    use super::*;

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
        for share in SHARES {
            let placed: u64 = plan
                .episodes
                .iter()
                .filter(|episode| episode.kind == share.kind)
                .map(|episode| u64::from(episode.size))
                .sum();
            let expected = share.per_mille * 20;
            assert!(
                placed.abs_diff(expected) < expected / 3 + 100,
                "{:?}: {placed} of {expected}",
                share.kind
            );
        }
    }

    #[test]
    fn what_many_share_is_shared_by_many_or_left_out() {
        for reports in [1, 10, 119, 399, 1_999, 2_000, 2_060, 8_000, 9_999] {
            for episode in Plan::new(11, reports).episodes {
                let share = SHARES
                    .iter()
                    .find(|share| share.kind == episode.kind)
                    .unwrap();
                assert!(share.world <= reports, "{:?} in {reports}", episode.kind);
                assert!(episode.size >= share.least, "{episode:?} in {reports}");
            }
        }
    }

    #[test]
    fn a_flood_comes_at_once_and_nothing_is_lost() {
        let plan = Plan::new(5, 6_000);
        let every: BTreeSet<(u32, u32)> = plan.slots.iter().copied().collect();
        assert_eq!(every.len(), 6_000);
        let mut floods = 0;
        for (at, episode) in (0..).zip(&plan.episodes) {
            if episode.kind == Kind::Flood {
                let first = plan.slots.iter().position(|slot| *slot == (at, 0)).unwrap();
                let burst = plan.slots[first..].iter().take_while(|slot| slot.0 == at);
                assert_eq!(burst.count(), usize::try_from(episode.size).unwrap());
                floods += 1;
            }
        }
        assert!(floods > 1);
    }

    #[test]
    fn a_list_comes_after_what_it_names() {
        let plan = Plan::new(4, 6_000);
        let lists: Vec<(u32, u32)> = (0..)
            .zip(&plan.episodes)
            .filter(|(_, episode)| episode.kind == Kind::List)
            .map(|(at, episode)| (at, episode.size - 1))
            .collect();
        assert!(!lists.is_empty());
        for (list, last) in lists {
            let mut of_list = plan
                .slots
                .iter()
                .rev()
                .filter(|(episode, _)| *episode == list);
            assert_eq!(of_list.next(), Some(&(list, last)));
        }
    }
}
