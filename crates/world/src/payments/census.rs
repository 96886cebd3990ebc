//! Who holds accounts: every person and every trait of theirs is reckoned from a number, so that no
//! list of people is kept.

use super::chance::{Shuffle, below, happens, mixed, weighed};
use super::places::{COUNTRIES, Country, PAID, RECEIVERS, SENDERS};
use super::row::{Account, Merchant};
use super::truth::Group;

/// How many rows a customer has in the mean.
pub const ROWS_PER_CUSTOMER: u64 = 20;
/// The most rows of a book; a larger number is cut to this.
pub const ROWS_MAX: u64 = 5_000_000_000;
/// The most planted accounts in 100,000 customers; a larger number is cut to this.
pub const PLANTED_PER_100_000_MAX: u32 = 5_000;

/// Of twenty planted accounts, how many are of each group.
const PLANTED: [(Group, u64); 5] = [
    (Group::Payer, 5),
    (Group::EscalatingPayer, 3),
    (Group::CompanionPayer, 2),
    (Group::Facilitator, 7),
    (Group::SextortionVictim, 3),
];
/// Of 100,000 customers, how many are of each group of look-alikes.
const LOOKALIKES: [(Group, u64); 7] = [
    (Group::FamilyRemittance, 15_000),
    (Group::Charity, 30),
    (Group::Sponsor, 100),
    (Group::Payroll, 150),
    (Group::Student, 2_000),
    (Group::Trader, 5_000),
    (Group::Tourist, 5_000),
];

/// The most relatives, workers and so on of one customer.
pub(super) const RELATIVES: u32 = 6;
pub(super) const WORKERS: u32 = 64;
pub(super) const BENEFICIARIES: u32 = 40;
pub(super) const SPONSORED: u32 = 6;
pub(super) const KIN: u32 = 5;
pub(super) const SUPPLIERS: u32 = 8;
/// Facilitators who share payers and a country.
const RING: u32 = 6;
/// Neighbours, who mostly live in one country, and are each other's friends.
const BLOCK: u32 = 16;
/// Remitters who are siblings, or at least come from one place.
pub(super) const SIBLINGS: u32 = 5;

/// What a hash is for. No two are equal.
#[derive(Clone, Copy)]
pub(super) enum Trait {
    Accounts = 1,
    Rank,
    Home,
    Block,
    Zone,
    Ring,
    Origin,
    Shared,
    Relatives,
    Habit,
    Night,
    Told,
    Amount,
    Route,
    Partner,
    Joined,
    Taste,
    Plan,
    Pace,
    Paid,
    Host,
    Trip,
    Rhythm,
}

/// An end of a payment: the inner number of an account, and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Party {
    pub(super) number: u32,
    pub(super) country: Country,
}

/// Inner numbers: customers by group first, then everybody else by kind.
#[derive(Debug, Clone)]
pub(super) struct Census {
    pub(super) seed: u64,
    /// The first number of each group, and of what comes after it.
    starts: [u32; Group::ALL.len() + 1],
    workers: u32,
    beneficiaries: u32,
    sponsored: u32,
    kin: u32,
    suppliers: u32,
    hosts: u32,
    shops: u32,
    /// How many shops of one kind a country has.
    shops_each: u32,
    accounts: u32,
    numbers: Shuffle,
    ranks: Shuffle,
}

impl Census {
    pub(super) fn new(seed: u64, rows: u64, planted_per_100_000: u32) -> Self {
        let customers = rows.min(ROWS_MAX).div_ceil(ROWS_PER_CUSTOMER);
        let mut starts = [0; Group::ALL.len() + 1];
        let planted = share(customers, u64::from(planted_per_100_000), 100_000);
        let (mut of_twenty, mut at) = (0, 0_u64);
        for (group, count) in PLANTED {
            of_twenty += count;
            at = share(planted, of_twenty, 20);
            starts[group.position() + 1] = narrow(at);
        }
        for (group, count) in LOOKALIKES {
            at = (at + share(customers, count, 100_000)).min(customers);
            starts[group.position() + 1] = narrow(at);
        }
        starts[Group::Ordinary.position() + 1] = narrow(customers);
        let count = |group: Group| starts[group.position() + 1] - starts[group.position()];
        let relatives = narrow(customers);
        let workers = relatives + count(Group::FamilyRemittance) * RELATIVES;
        let beneficiaries = workers + count(Group::Payroll) * WORKERS;
        let sponsored = beneficiaries + count(Group::Charity) * BENEFICIARIES;
        let kin = sponsored + count(Group::Sponsor) * SPONSORED;
        let suppliers = kin + count(Group::Student) * KIN;
        let hosts = suppliers + count(Group::Trader) * SUPPLIERS;
        // As many in each country, so that a host's number tells the country.
        let shops = hosts + COUNTRIES * (narrow(customers) / (8 * COUNTRIES) + 1);
        let shops_each = (narrow(customers) / 40_000).clamp(1, 64);
        let kinds = SHOP_KINDS * COUNTRIES;
        let accounts = shops + kinds * shops_each;
        starts[Group::Counterparty.position() + 1] = accounts;
        Self {
            seed,
            starts,
            workers,
            beneficiaries,
            sponsored,
            kin,
            suppliers,
            hosts,
            shops,
            shops_each,
            accounts,
            numbers: Shuffle::new(seed, Trait::Accounts as u64, accounts),
            ranks: Shuffle::new(seed, Trait::Rank as u64, narrow(customers)),
        }
    }

    /// All accounts, customers or not.
    pub(super) const fn accounts(&self) -> u32 {
        self.accounts
    }

    pub(super) const fn customers(&self) -> u32 {
        self.starts[Group::Counterparty.position()]
    }

    pub(super) const fn count(&self, group: Group) -> u32 {
        self.starts[group.position() + 1] - self.starts[group.position()]
    }

    /// Member `nth` of a group.
    pub(super) const fn member(&self, group: Group, nth: u32) -> u32 {
        self.starts[group.position()] + nth
    }

    /// The number's group, and its place in it.
    pub(super) fn group(&self, number: u32) -> (Group, u32) {
        let mut from_last = Group::ALL.into_iter().rev();
        // Ordinary customers are most, and nearly last.
        let group = from_last.find(|group| self.starts[group.position()] <= number);
        let group = group.unwrap_or(Group::Payer);
        (group, number - self.starts[group.position()])
    }

    /// The number that the world sees.
    pub(super) fn account(&self, number: u32) -> Account {
        Account(self.numbers.place(number))
    }

    /// The customer who is at this place by how much they do; groups are spread evenly over it.
    pub(super) fn by_rank(&self, rank: u32) -> u32 {
        self.ranks.place(rank)
    }

    /// Bits of a person that never change.
    pub(super) fn bits(&self, of: Trait, number: u32) -> u64 {
        mixed(self.seed, of as u64, u64::from(number))
    }

    pub(super) fn is(&self, of: Trait, number: u32, per_mille: u32) -> bool {
        happens(self.bits(of, number), per_mille)
    }

    /// Where a customer is.
    pub(super) fn home(&self, number: u32) -> Country {
        let (group, nth) = self.group(number);
        // Four of five live where their neighbours do.
        let own = self.bits(Trait::Home, number);
        let place = if below(own, 5) == 0 {
            own.rotate_left(29)
        } else {
            self.bits(Trait::Block, number / BLOCK)
        };
        match group {
            Group::Facilitator => self.ring_country(nth % self.rings()),
            Group::Student if own & 1 == 0 => weighed(place, &RECEIVERS),
            Group::Trader if nth < self.sellers() => weighed(place, &RECEIVERS),
            Group::Ordinary if self.is(Trait::Partner, number / BLOCK, 150) => {
                weighed(place, &RECEIVERS)
            }
            _ => weighed(place, &SENDERS),
        }
    }

    /// Where any account is.
    pub(super) fn country(&self, number: u32) -> Country {
        let owner = |group, first: u32, each: u32| {
            self.partner(self.member(group, (number - first) / each))
        };
        match number {
            it if it < self.customers() => self.home(it),
            it if it < self.workers => owner(Group::FamilyRemittance, self.customers(), RELATIVES),
            it if it < self.beneficiaries => owner(Group::Payroll, self.workers, WORKERS),
            it if it < self.sponsored => owner(Group::Charity, self.beneficiaries, BENEFICIARIES),
            it if it < self.kin => owner(Group::Sponsor, self.sponsored, SPONSORED),
            it if it < self.suppliers => weighed(self.bits(Trait::Home, it), &SENDERS),
            it if it < self.hosts => owner(Group::Trader, self.suppliers, SUPPLIERS),
            it if it < self.shops => Country::numbered((it - self.hosts) % COUNTRIES),
            it => Country::numbered((it - self.shops) / (SHOP_KINDS * self.shops_each)),
        }
    }

    /// In how many thousandths of cases this person pays at night: one in five works late.
    pub(super) fn nights(&self, number: u32) -> u32 {
        if self.is(Trait::Night, number, 200) {
            LATE_NIGHTS
        } else {
            NIGHTS
        }
    }

    pub(super) fn customer(&self, number: u32) -> Party {
        Party {
            number,
            country: self.home(number),
        }
    }

    /// A neighbour.
    pub(super) fn friend(&self, number: u32, which: u32) -> Party {
        let block = number / BLOCK * BLOCK;
        let size = BLOCK.min(self.customers() - block);
        self.customer(block + (number - block + 1 + which) % size)
    }

    /// Traders who sell; the others buy.
    pub(super) const fn sellers(&self) -> u32 {
        self.count(Group::Trader) / 2
    }

    pub(super) fn rings(&self) -> u32 {
        (self.count(Group::Facilitator) / RING).max(1)
    }

    pub(super) fn ring_country(&self, ring: u32) -> Country {
        weighed(self.bits(Trait::Ring, ring), &PAID)
    }

    /// Facilitator `which` of a ring, if there is any.
    pub(super) fn facilitator(&self, ring: u32, which: u32) -> Option<Party> {
        let (all, rings) = (self.count(Group::Facilitator), self.rings());
        let in_ring = all.checked_sub(ring)?.div_ceil(rings);
        let nth = ring + rings * which.checked_rem(in_ring)?;
        Some(Party {
            number: self.member(Group::Facilitator, nth),
            country: self.ring_country(ring),
        })
    }

    /// Where a customer's money goes: the country of all their relatives, workers, suppliers.
    pub(super) fn partner(&self, number: u32) -> Country {
        let (group, nth) = self.group(number);
        let of = match group {
            Group::FamilyRemittance => nth / SIBLINGS,
            _ => number,
        };
        weighed(self.bits(Trait::Origin, of), &RECEIVERS)
    }

    /// Relative `which` of remitter `nth`; siblings may share their parents.
    pub(super) fn relative(&self, nth: u32, which: u32) -> Party {
        let siblings = nth / SIBLINGS;
        let shared = which == 0 && self.is(Trait::Shared, siblings, 400);
        let of = if shared { siblings * SIBLINGS } else { nth };
        self.outside(
            Group::FamilyRemittance,
            nth,
            self.customers() + of * RELATIVES + which,
        )
    }

    pub(super) fn worker(&self, nth: u32, which: u32) -> Party {
        self.outside(Group::Payroll, nth, self.workers + nth * WORKERS + which)
    }

    pub(super) fn beneficiary(&self, nth: u32, which: u32) -> Party {
        let number = self.beneficiaries + nth * BENEFICIARIES + which;
        self.outside(Group::Charity, nth, number)
    }

    pub(super) fn sponsored(&self, nth: u32, which: u32) -> Party {
        self.outside(
            Group::Sponsor,
            nth,
            self.sponsored + nth * SPONSORED + which,
        )
    }

    pub(super) fn supplier(&self, nth: u32, which: u32) -> Party {
        self.outside(Group::Trader, nth, self.suppliers + nth * SUPPLIERS + which)
    }

    fn outside(&self, group: Group, nth: u32, number: u32) -> Party {
        let country = self.partner(self.member(group, nth));
        Party { number, country }
    }

    /// Who sends to student `nth`: each relative works in a country of their own.
    pub(super) fn kin(&self, nth: u32, which: u32) -> Party {
        let number = self.kin + nth * KIN + which;
        Party {
            number,
            country: weighed(self.bits(Trait::Home, number), &SENDERS),
        }
    }

    /// One of those in a country who are paid by passers-by and friends abroad.
    pub(super) fn host(&self, country: Country, bits: u64) -> Party {
        // Hosts are dealt to countries in turn, so that each has its own.
        let turns = (self.shops - self.hosts) / COUNTRIES;
        Party {
            number: self.hosts + below(bits, turns) * COUNTRIES + country.number(),
            country,
        }
    }

    /// A shop of this kind in a country.
    pub(super) fn shop(&self, country: Country, kind: Merchant, bits: u64) -> Party {
        let (first, many) = match kind {
            Merchant::Everyday => (0, EVERYDAY_SHOPS),
            other => (EVERYDAY_SHOPS - 1 + other as u32, 1),
        };
        let kinds = (country.number() * SHOP_KINDS + first) * self.shops_each;
        Party {
            number: self.shops + kinds + below(bits, many * self.shops_each),
            country,
        }
    }
}

/// How often a payment is made at night, in thousandths, by those who sleep then.
const NIGHTS: u32 = 150;
/// The same by those who work late.
const LATE_NIGHTS: u32 = 600;

/// Shops for everyday things, for each of another kind.
const EVERYDAY_SHOPS: u32 = 8;
/// Kinds of shops, everyday ones so many times.
const SHOP_KINDS: u32 = EVERYDAY_SHOPS + 11;

/// `of` times `part` / `whole`, rounded.
const fn share(of: u64, part: u64, whole: u64) -> u64 {
    (of * part + whole / 2) / whole
}

/// Counts here are below 2^32: [`ROWS_MAX`] sees to it.
fn narrow(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
