//! How good alerts about a book are, once its truth is known: at a budget of alerts that people can
//! look at, and what it costs those who only look alike.

use std::collections::BTreeMap;

use super::places::Country;
use super::row::Account;
use super::truth::{Group, Label};

/// So many alerts in 100,000 customers are looked at, unless said.
pub const BUDGET_PER_100_000: u32 = 20;
/// A corridor with fewer customers is shown, and does not count for the largest gap.
pub const CORRIDOR_CUSTOMERS_MIN: u64 = 1_000;

/// What the alerts are worth. Where alerts of one score would not all fit the budget, each counts
/// by the chance that it is looked at if they are drawn; so counts may be fractions.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Customers.
    pub customers: u64,
    /// Accounts with an alert.
    pub alerts: u64,
    /// Alerts that are looked at: the budget, or all if there are fewer.
    pub looked_at: f64,
    /// The lowest score that is looked at.
    pub score_min: Option<u32>,
    /// Those looked at that are about somebody planted who acted at any time.
    pub right: f64,
    /// Planted accounts that acted in the time that is measured.
    pub planted: u64,
    /// Those of them that are looked at.
    pub found: f64,
    /// By group, in the order of [`Group::ALL`].
    pub groups: Vec<GroupFigure>,
    /// By corridor of the customers who have one, in order.
    pub corridors: Vec<CorridorFigure>,
}

/// What it means for one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupFigure {
    /// The group.
    pub group: Group,
    /// Its accounts.
    pub accounts: u64,
    /// Those that acted in the time that is measured, if it is planted.
    pub planted: u64,
    /// Accounts of it with an alert, within the budget or not.
    pub alerts: u64,
    /// Alerts about it that are looked at.
    pub looked_at: f64,
    /// Those that acted in the time that is measured and are looked at.
    pub found: f64,
}

/// What it means for the customers of one corridor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CorridorFigure {
    /// Where they are.
    pub from: Country,
    /// Where their money goes.
    pub to: Country,
    /// How many.
    pub customers: u64,
    /// Alerts about them that are looked at.
    pub looked_at: f64,
    /// Those of them that are right.
    pub right: f64,
}

impl Evaluation {
    /// Of the alerts looked at, the share that is right; `None` if none is.
    pub fn precision(&self) -> Option<f64> {
        part(self.right, self.looked_at)
    }

    /// Of the planted accounts that acted, the share found; `None` if none acted.
    pub fn recall(&self) -> Option<f64> {
        part(self.found, float(self.planted))
    }

    /// Between the corridors of at least [`CORRIDOR_CUSTOMERS_MIN`] customers, how far false
    /// alerts per 100,000 customers lie apart; the corridors with the most and the fewest.
    pub fn largest_gap(&self) -> Option<(f64, CorridorFigure, CorridorFigure)> {
        let large = self.corridors.iter();
        let mut large: Vec<_> = large
            .filter(|one| one.customers >= CORRIDOR_CUSTOMERS_MIN)
            .collect();
        large.sort_by(|one, other| {
            one.false_per_100_000()
                .total_cmp(&other.false_per_100_000())
        });
        let (fewest, most) = (*large.first()?, *large.last()?);
        let gap = most.false_per_100_000() - fewest.false_per_100_000();
        Some((gap, *most, *fewest))
    }
}

impl GroupFigure {
    /// Alerts looked at in 100,000 accounts of the group: false ones, unless it is planted.
    pub fn per_100_000(&self) -> f64 {
        part(self.looked_at * 100_000.0, float(self.accounts)).unwrap_or_default()
    }

    /// Of those that acted, the share found.
    pub fn recall(&self) -> Option<f64> {
        part(self.found, float(self.planted))
    }
}

impl CorridorFigure {
    /// False alerts looked at in 100,000 customers.
    pub fn false_per_100_000(&self) -> f64 {
        let wrong = self.looked_at - self.right;
        part(wrong * 100_000.0, float(self.customers)).unwrap_or_default()
    }

    /// Of the alerts looked at, the share that is right.
    pub fn precision(&self) -> Option<f64> {
        part(self.right, self.looked_at)
    }
}

/// Holds alerts against the truth. `scores` has the highest score of each account with an alert,
/// `from_millis` is when the time that is measured begins: [`super::Generator::split`].
pub fn evaluate(
    truth: impl IntoIterator<Item = Label>,
    scores: &BTreeMap<Account, u32>,
    from_millis: i64,
    budget_per_100_000: u32,
) -> Evaluation {
    let mut sum = Evaluation {
        customers: 0,
        alerts: 0,
        looked_at: 0.0,
        score_min: None,
        right: 0.0,
        planted: 0,
        found: 0.0,
        groups: Group::ALL.map(GroupFigure::none).to_vec(),
        corridors: Vec::new(),
    };
    let mut corridors = BTreeMap::new();
    let mut alerted: Vec<(u32, Label)> = Vec::new();
    for label in truth {
        let acted = acted(&label, from_millis);
        let group = &mut sum.groups[label.group.position()];
        group.accounts += 1;
        group.planted += u64::from(acted);
        sum.planted += u64::from(acted);
        sum.customers += u64::from(label.group != Group::Counterparty);
        if let Some(to) = label.partner {
            let none = CorridorFigure {
                from: label.home,
                to,
                customers: 0,
                looked_at: 0.0,
                right: 0.0,
            };
            corridors.entry((label.home, to)).or_insert(none).customers += 1;
        }
        if let Some(score) = scores.get(&label.account) {
            group.alerts += 1;
            alerted.push((*score, label));
        }
    }
    alerted.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    sum.alerts = u64::try_from(alerted.len()).unwrap_or(u64::MAX);
    let mut left = sum.customers * u64::from(budget_per_100_000) / 100_000;
    for tied in alerted.chunk_by(|one, next| one.0 == next.0) {
        if left == 0 {
            break;
        }
        let count = u64::try_from(tied.len()).unwrap_or(u64::MAX);
        let chance = float(left.min(count)) / float(count);
        left -= left.min(count);
        sum.score_min = tied.first().map(|(score, _)| *score);
        for (_, label) in tied {
            sum.look_at(label, chance, from_millis, &mut corridors);
        }
    }
    sum.corridors = corridors.into_values().collect();
    sum
}

impl Evaluation {
    fn look_at(
        &mut self,
        label: &Label,
        chance: f64,
        from_millis: i64,
        corridors: &mut BTreeMap<(Country, Country), CorridorFigure>,
    ) {
        let right = if label.planted.is_some() { chance } else { 0.0 };
        let found = if acted(label, from_millis) {
            chance
        } else {
            0.0
        };
        self.looked_at += chance;
        self.right += right;
        self.found += found;
        let group = &mut self.groups[label.group.position()];
        group.looked_at += chance;
        group.found += found;
        let corridor = label.partner.map(|to| (label.home, to));
        if let Some(corridor) = corridor.and_then(|key| corridors.get_mut(&key)) {
            corridor.looked_at += chance;
            corridor.right += right;
        }
    }
}

impl GroupFigure {
    const fn none(group: Group) -> Self {
        Self {
            group,
            accounts: 0,
            planted: 0,
            alerts: 0,
            looked_at: 0.0,
            found: 0.0,
        }
    }
}

fn acted(label: &Label, from_millis: i64) -> bool {
    label
        .planted
        .is_some_and(|planted| planted.last_millis >= from_millis)
}

fn part(some: f64, all: f64) -> Option<f64> {
    (all > 0.0).then(|| some / all)
}

/// Counts of accounts are below 2^32, which a double holds exactly.
fn float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payments::Planted;

    fn country(code: &str) -> Country {
        Country::all().find(|known| known.code() == code).unwrap()
    }

    /// 100,000 customers: ten payers who acted late, ten who acted early, families, the others.
    fn truth() -> impl Iterator<Item = Label> {
        (0..100_100_u32).map(|number| {
            let acted = |last_millis| {
                Some(Planted {
                    first_millis: 0,
                    last_millis,
                    rows: 3,
                })
            };
            let (group, planted, to) = match number {
                0..10 => (Group::Payer, acted(1000), Some("PH")),
                10..20 => (Group::Payer, acted(999), Some("PH")),
                20..4_020 => (Group::FamilyRemittance, None, Some("PH")),
                4_020..6_020 => (Group::FamilyRemittance, None, Some("MX")),
                6_020..100_000 => (Group::Ordinary, None, None),
                _ => (Group::Counterparty, None, None),
            };
            Label {
                account: Account(number),
                group,
                home: country("US"),
                partner: to.map(country),
                planted,
            }
        })
    }

    fn close(value: Option<f64>, expected: f64) {
        let value = value.unwrap();
        assert!((value - expected).abs() < 1e-9, "{value}, not {expected}");
    }

    #[test]
    fn a_budget_is_spent_on_the_highest_scores() {
        // 5 who acted late, 1 who acted early, 6 families at 90; 40 others at 60.
        let mut scores = BTreeMap::new();
        scores.extend((0..5).map(|number| (Account(number), 100)));
        scores.insert(Account(10), 95);
        scores.extend((20..24).map(|number| (Account(number), 90)));
        scores.extend((4_020..4_022).map(|number| (Account(number), 90)));
        scores.extend((50_000..50_040).map(|number| (Account(number), 60)));
        let sum = evaluate(truth(), &scores, 1000, 20);
        assert_eq!((sum.customers, sum.alerts, sum.planted), (100_000, 52, 10));
        assert_eq!(sum.score_min, Some(60));
        // 12 above, 8 of the 40.
        close(Some(sum.looked_at), 20.0);
        close(sum.precision(), 6.0 / 20.0);
        close(sum.recall(), 5.0 / 10.0);
        let group = |wanted| {
            let mut groups = sum.groups.iter();
            *groups.find(|one| one.group == wanted).unwrap()
        };
        close(group(Group::Payer).recall(), 0.5);
        close(Some(group(Group::FamilyRemittance).per_100_000()), 100.0);
        close(Some(group(Group::Ordinary).looked_at), 8.0);
        assert_eq!(group(Group::Ordinary).alerts, 40);
        assert_eq!(group(Group::Counterparty).accounts, 100);
        // False ones: 4 of 4,020 to one country, 2 of 2,000 to the other.
        let (gap, most, fewest) = sum.largest_gap().unwrap();
        assert_eq!((most.to.code(), fewest.to.code()), ("MX", "PH"));
        close(Some(gap), 100.0 - 400_000.0 / 4_020.0);
        close(fewest.precision(), 0.6);
    }

    #[test]
    fn alerts_fewer_than_the_budget_are_all_looked_at() {
        let scores = BTreeMap::from([(Account(0), 60), (Account(99), 61)]);
        let sum = evaluate(truth(), &scores, 1000, 20);
        close(sum.precision(), 0.5);
        close(sum.recall(), 0.1);
        assert_eq!(sum.score_min, Some(60));
    }

    #[test]
    fn without_alerts_or_budget_nothing_is_precise() {
        let sum = evaluate(truth(), &BTreeMap::new(), 1000, 20);
        assert_eq!((sum.precision(), sum.score_min), (None, None));
        close(sum.recall(), 0.0);
        let scores = BTreeMap::from([(Account(0), 60)]);
        let sum = evaluate(truth(), &scores, 1000, 0);
        assert_eq!((sum.precision(), sum.alerts), (None, 1));
        let nobody = evaluate([], &scores, 0, 20);
        assert_eq!((nobody.recall(), nobody.largest_gap()), (None, None));
    }
}
