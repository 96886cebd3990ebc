//! How urgent a report is does not depend on its language, its region or its channel: so what a
//! ranker shows of that is the ranker's own.

use std::collections::BTreeMap;

use super::small;
use crate::{About, Truth};

/// Of each value: how many reports, and how many urgent ones.
fn counts(truth: &Truth, of: fn(&About) -> &'static str) -> BTreeMap<&'static str, (u32, u32)> {
    let mut counts = BTreeMap::new();
    for about in truth.reports.values() {
        let (all, urgent) = counts.entry(of(about)).or_insert((0, 0));
        *all += 1;
        *urgent += u32::from(about.urgent);
    }
    counts
}

/// Each value's share of the urgent reports is its share of all reports, as far as chance goes.
fn expect_even(counts: &BTreeMap<&'static str, (u32, u32)>) {
    let all: u32 = counts.values().map(|(all, _)| all).sum();
    let urgent: u32 = counts.values().map(|(_, urgent)| urgent).sum();
    assert!(urgent > 200, "{urgent}");
    for (value, (some, found)) in counts {
        let expected = f64::from(urgent) * f64::from(*some) / f64::from(all);
        let off = (f64::from(*found) - expected).abs();
        // Four standard deviations, and a live session may give two reports.
        assert!(
            off < 5.7 * expected.sqrt(),
            "{value}: {found}, expected {expected}"
        );
    }
}

#[test]
fn urgency_depends_on_no_language_and_no_region() {
    let truth = small(21, 20_000).truth();
    let (languages, regions) = (
        counts(&truth, |about| about.language),
        counts(&truth, |about| about.region),
    );
    assert_eq!((languages.len(), regions.len()), (12, 8));
    expect_even(&languages);
    expect_even(&regions);
    for (region, (all, _)) in regions {
        assert!((2_000..3_000).contains(&all), "{region}: {all}");
    }
}

#[test]
fn urgency_depends_on_no_channel_but_by_its_nature() {
    let truth = small(22, 20_000).truth();
    let channels = counts(&truth, |about| about.channel);
    assert_eq!(channels.len(), 9);
    for never in ["bulk", "remitter"] {
        assert_eq!(channels[never].1, 0, "{never}");
    }
    let (all, urgent) = channels["panic_button"];
    assert_eq!(all, urgent);
    // A storm is all of one platform, by chance: so urgent reports are counted, not their share.
    let platforms = ["chat", "video", "social", "storage", "game"];
    let urgent: Vec<u32> = platforms.iter().map(|name| channels[name].1).collect();
    let even = f64::from(urgent.iter().sum::<u32>()) / 5.0;
    for (name, urgent) in platforms.iter().zip(urgent) {
        let off = (f64::from(urgent) - even).abs();
        assert!(off < 5.7 * even.sqrt(), "{name}: {urgent}, expected {even}");
    }
    let (tips, urgent) = channels["public_tip"];
    let platforms: (u32, u32) = platforms.iter().fold((0, 0), |sum, name| {
        (sum.0 + channels[name].0, sum.1 + channels[name].1)
    });
    let expected = f64::from(tips) * f64::from(platforms.1) / f64::from(platforms.0);
    let off = (f64::from(urgent) - expected).abs();
    assert!(
        off < 5.7 * expected.sqrt(),
        "{urgent} urgent tips, expected {expected}"
    );
}
