//! Patterns against their definitions, written down naively.

use std::collections::BTreeSet;

use super::*;
use proptest::prelude::*;

fn windows() -> impl Strategy<Value = GraphWindows> {
    (0_i64..20, 0_i64..20, 0_i64..20, 2_usize..6).prop_map(|(fan, scatter, cycle, hops)| {
        GraphWindows {
            fan_millis: fan,
            scatter_gather_millis: scatter,
            cycle_millis: cycle,
            cycle_hops: hops,
        }
    })
}

fn edges() -> impl Strategy<Value = Vec<Edge>> {
    prop::collection::vec((0_i64..3, 0_u32..6, 0_u32..6, -5_i64..50), 1..60).prop_map(|steps| {
        let mut time_millis = 0;
        let edge = |(wait, from, to, amount)| {
            time_millis += wait;
            Edge {
                time_millis,
                from,
                to,
                amount,
            }
        };
        steps.into_iter().map(edge).collect()
    })
}

fn naive(edges: &[Edge], windows: &GraphWindows) -> EdgeFeatures {
    let (new, before) = edges.split_last().unwrap();
    let within = |millis: i64| {
        let oldest = new.time_millis - millis;
        edges.iter().filter(move |edge| edge.time_millis >= oldest)
    };
    let vertex = |account| {
        let of = |out: bool| {
            let mine = within(windows.fan_millis).filter(move |edge| {
                if out {
                    edge.from == account
                } else {
                    edge.to == account
                }
            });
            let mine: Vec<&Edge> = mine.collect();
            let others = mine
                .iter()
                .map(|edge| if out { edge.to } else { edge.from });
            let fan = others.collect::<BTreeSet<u32>>().len();
            let sum = mine
                .iter()
                .map(|edge| i128::from(edge.amount))
                .sum::<i128>();
            (
                u32::try_from(fan).unwrap(),
                u32::try_from(mine.len()).unwrap(),
                sum,
            )
        };
        let ((fan_out, degree_out, sum_out), (fan_in, degree_in, sum_in)) = (of(true), of(false));
        Vertex {
            fan_out,
            degree_out,
            sum_out,
            fan_in,
            degree_in,
            sum_in,
        }
    };
    let mut features = EdgeFeatures {
        from: vertex(new.from),
        to: vertex(new.to),
        ..EdgeFeatures::default()
    };
    if windows.scatter_gather_millis > 0 {
        let recent: Vec<&Edge> = within(windows.scatter_gather_millis).collect();
        let sources = recent
            .iter()
            .filter(|edge| edge.to == new.from)
            .map(|edge| edge.from);
        for source in sources.filter(|source| ![new.to, new.from].contains(source)) {
            let through = |middle: &u32| {
                recent.iter().any(|first| {
                    first.from == source
                        && first.to == *middle
                        && recent.iter().any(|second| {
                            second.from == *middle
                                && second.to == new.to
                                && first.time_millis <= second.time_millis
                        })
                })
            };
            let middles = (0..6).filter(|middle| *middle != new.to).filter(through);
            let middles = u32::try_from(middles.count()).unwrap();
            features.scatter_gather = features.scatter_gather.max(middles);
        }
    }
    if windows.cycle_millis > 0 && new.from != new.to {
        let oldest = new.time_millis - windows.cycle_millis;
        let recent = before.iter().filter(|edge| edge.time_millis >= oldest);
        let recent: Vec<&Edge> = recent.collect();
        // Ways forward from the paid, each the accounts passed and the last time.
        let mut ways = vec![(vec![new.to], i64::MIN)];
        for hops in 2..=windows.cycle_hops {
            let mut longer = Vec::new();
            for (accounts, last) in &ways {
                for edge in recent.iter().filter(|edge| edge.from == accounts[hops - 2]) {
                    let follows = edge.time_millis > *last && edge.time_millis < new.time_millis;
                    if follows && edge.to == new.from {
                        features.cycles[hops] += 1;
                    } else if follows && !accounts.contains(&edge.to) {
                        let mut accounts = accounts.clone();
                        accounts.push(edge.to);
                        longer.push((accounts, edge.time_millis));
                    }
                }
            }
            ways = longer;
        }
    }
    features
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_payment_closes_what_the_definition_says(edges in edges(), windows in windows()) {
        let mut graph = Graph::new(windows);
        for seen in 1..=edges.len() {
            let features = graph.push(&edges[seen - 1]).unwrap();
            prop_assert_eq!(features, naive(&edges[..seen], &windows));
        }
    }
}

fn week() -> GraphWindows {
    GraphWindows {
        fan_millis: 7,
        scatter_gather_millis: 7,
        cycle_millis: 7,
        cycle_hops: CYCLE_HOPS_MAX,
    }
}

#[test]
fn a_payment_older_than_the_newest_changes_nothing() {
    let mut graph = Graph::new(week());
    let edge = |time_millis, from, to| Edge {
        time_millis,
        from,
        to,
        amount: 1,
    };
    assert!(graph.push(&edge(5, 0, 1)).is_some());
    assert_eq!(graph.push(&edge(4, 0, 2)), None);
    assert_eq!(graph.push(&edge(5, 0, 3)).unwrap().from.fan_out, 2);
}

#[test]
fn around_a_busy_account_a_search_is_cut_and_says_so() {
    let mut graph = Graph::new(week());
    let edge = |from, to| Edge {
        time_millis: 0,
        from,
        to,
        amount: 1,
    };
    for payer in 10..10 + STEPS_MAX - 2 {
        assert!(!graph.push(&edge(payer, 1)).unwrap().cut);
    }
    assert!(!graph.push(&edge(2, 1)).unwrap().cut);
    assert!(graph.push(&edge(3, 1)).unwrap().cut);
}
