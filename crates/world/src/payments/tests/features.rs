//! No single feature of an account tells what it is: each threshold that finds more than half of a
//! planted kind is wrong in most cases, though a hundred times as many are planted as one expects.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::scene::HOUR_MILLIS;

/// What one can count of an account without knowing anything.
#[derive(Debug, Default, Clone)]
struct Counts {
    sent: u32,
    received: u32,
    abroad: u32,
    to_listed: u32,
    from_abroad: u32,
    in_band: u32,
    round: u32,
    utc_night: u32,
    handles: u32,
    with_words: u32,
    tools: u32,
    travel: u32,
    by_remitter_or_wallet: u32,
    no_family: u32,
    receivers_abroad: BTreeSet<Account>,
    senders_abroad: BTreeSet<Account>,
    days_abroad: BTreeMap<i64, u32>,
    cents_abroad: Vec<i64>,
}

const LISTED: [&str; 13] = [
    "PH", "TH", "CO", "DO", "GH", "UA", "RO", "JM", "RU", "MX", "IN", "ZA", "CU",
];

impl Counts {
    fn send(&mut self, row: &Row) {
        self.sent += 1;
        let cents = i128::from(row.amount_minor) * i128::from(row.currency.nano_usd()) * 100
            / 10_i128.pow(row.currency.exponent())
            / 1_000_000_000;
        let cents = i64::try_from(cents).unwrap();
        self.in_band += u32::from((1_000..22_000).contains(&cents));
        self.round += u32::from(row.amount_minor % row.currency.step() == 0);
        self.utc_night += u32::from(row.time_millis / HOUR_MILLIS % 24 < 8);
        self.handles += u32::from(row.reference.to_string().contains('@'));
        self.with_words += u32::from(!row.reference.is_empty());
        let tool = [
            Merchant::Anonymiser,
            Merchant::Recording,
            Merchant::StreamTokens,
        ];
        self.tools += u32::from(row.merchant.is_some_and(|it| tool.contains(&it)));
        self.travel += u32::from(row.merchant == Some(Merchant::Travel));
        let hidden = [Channel::Remittance, Channel::Wallet, Channel::PeerToPeer];
        self.by_remitter_or_wallet += u32::from(hidden.contains(&row.channel));
        if row.sender_country != row.receiver_country && row.merchant.is_none() {
            self.abroad += 1;
            self.no_family += u32::from(row.relation != Some(Relation::Family));
            self.to_listed += u32::from(LISTED.contains(&row.receiver_country.code()));
            self.receivers_abroad.insert(row.receiver);
            *self
                .days_abroad
                .entry(row.time_millis / (48 * HOUR_MILLIS))
                .or_default() += 1;
            self.cents_abroad.push(cents);
        }
    }

    fn receive(&mut self, row: &Row) {
        self.received += 1;
        if row.sender_country != row.receiver_country {
            self.from_abroad += 1;
            self.senders_abroad.insert(row.sender);
        }
    }

    /// Each feature and its value, in thousandths where it is a share.
    fn features(&mut self) -> Vec<(&'static str, i64)> {
        let share = |some: u32, all: u32| i64::from(some) * 1000 / i64::from(all.max(1));
        self.cents_abroad.sort_unstable();
        let median = self.cents_abroad.get(self.cents_abroad.len() / 2);
        vec![
            ("sent", i64::from(self.sent)),
            ("received", i64::from(self.received)),
            ("abroad", i64::from(self.abroad)),
            ("share abroad", share(self.abroad, self.sent)),
            ("to listed countries", i64::from(self.to_listed)),
            ("without family", i64::from(self.no_family)),
            ("share in the band", share(self.in_band, self.sent)),
            ("in the band", i64::from(self.in_band)),
            ("share round", share(self.round, self.sent)),
            ("round", i64::from(self.round)),
            ("share at night", share(self.utc_night, self.sent)),
            ("at night", i64::from(self.utc_night)),
            ("handles", i64::from(self.handles)),
            ("share with words", share(self.with_words, self.sent)),
            ("tools", i64::from(self.tools)),
            ("travel", i64::from(self.travel)),
            (
                "share by remitter or wallet",
                share(self.by_remitter_or_wallet, self.sent),
            ),
            ("receivers abroad", count(&self.receivers_abroad)),
            ("from abroad", i64::from(self.from_abroad)),
            ("senders abroad", count(&self.senders_abroad)),
            (
                "most in two days",
                self.days_abroad
                    .values()
                    .max()
                    .map_or(0, |most| i64::from(*most)),
            ),
            ("median abroad", median.map_or(i64::MAX, |median| *median)),
        ]
    }
}

fn count(set: &BTreeSet<Account>) -> i64 {
    i64::try_from(set.len()).unwrap()
}

/// The best precision of any threshold from either side that finds more than half.
fn best(mut values: Vec<(i64, bool)>) -> (f64, f64) {
    let all = values.iter().filter(|(_, planted)| *planted).count();
    let mut best = (0.0, 0.0);
    for _ in 0..2 {
        values.sort_by_key(|(value, _)| *value);
        let (mut taken, mut found) = (0_u32, 0_u32);
        for tied in values.chunk_by(|one, next| one.0 == next.0) {
            taken += u32::try_from(tied.len()).unwrap();
            found += u32::try_from(tied.iter().filter(|one| one.1).count()).unwrap();
            let precision = f64::from(found) / f64::from(taken);
            let recall = f64::from(found) / f64::from(u32::try_from(all).unwrap());
            if recall > 0.5 && precision > best.0 {
                best = (precision, recall);
            }
        }
        for (value, _) in &mut values {
            *value = -value.saturating_add(1);
        }
    }
    best
}

type IsKind = fn(Group) -> bool;

#[test]
fn no_single_feature_tells_who_is_who() {
    let book = Generator::with_planted(8, 500_000, now(), 2_000);
    let labels: BTreeMap<Account, Label> =
        book.truth().map(|label| (label.account, label)).collect();
    let mut counts: BTreeMap<Account, Counts> = BTreeMap::new();
    for row in book {
        counts.entry(row.sender).or_default().send(&row);
        counts.entry(row.receiver).or_default().receive(&row);
    }
    let kinds: [(&str, IsKind); 3] = [
        ("payers", Group::is_payer),
        ("facilitators", |group| group == Group::Facilitator),
        ("extorted", |group| group == Group::SextortionVictim),
    ];
    let mut table: BTreeMap<(&str, &str), Vec<(i64, bool)>> = BTreeMap::new();
    for (account, counts) in &mut counts {
        let label = &labels[account];
        for (feature, value) in counts.features() {
            for (kind, is) in kinds {
                // Other planted kinds stand on neither side.
                if is(label.group) || !label.group.is_planted() {
                    let values = table.entry((kind, feature)).or_default();
                    values.push((value, is(label.group)));
                }
            }
        }
    }
    let mut telling = 0;
    let mut lines = Vec::new();
    for ((kind, feature), values) in table {
        let (precision, recall) = best(values);
        telling += u32::from(precision >= 0.5);
        lines.push(format!(
            "{kind} by {feature}: {precision:.2} at {recall:.2}"
        ));
    }
    assert_eq!(telling, 0, "{lines:#?}");
}
