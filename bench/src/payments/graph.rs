//! Fans, scatter-gather and cycles in time of each payment: ours, and snapml in batches.

use std::fs;
use std::path::Path;

use screen::graph::{CYCLE_HOPS_MAX, Edge, Graph, GraphWindows};
use serde::Deserialize;

use super::book::Dice;
use super::{float, peer};
use crate::failure::Failure;
use crate::figure::{per, print};
use crate::own_usage;

const BENCH: &str = "graph";
const ACCOUNTS: u64 = 10_000;
const DAY: i64 = 86_400_000;
/// So many payments the peer also takes one by one, to compare its fans with ours.
const FIRST: usize = 2_000;
const PEERS: [&str; 2] = ["snapml==1.17.2", "numpy"];
const PEER_SCRIPT: (&str, &str) = (
    "graph_snapml.py",
    include_str!("../../peers/graph_snapml.py"),
);

#[derive(Debug, Deserialize)]
struct Peer {
    batch: usize,
    with: String,
    edges: usize,
    cpu_seconds: f64,
    /// The fans of all edges added up, at the end of each edge's batch.
    fans: f64,
}

/// So many payments of ten thousand accounts in thirty days.
pub(crate) fn run(dir: &Path, payments: usize, seed: u64, peers: bool) -> Result<(), Failure> {
    let mut dice = Dice::new(seed);
    let all = (0..payments).map(|at| edge(&mut dice, at, payments));
    let edges: Vec<Edge> = all.collect();
    let before = own_usage::cpu_seconds()?;
    // Small loads are repeated, so that the clock of the processor counts enough ticks.
    let rounds = (2_000_000 / payments.max(1)).max(1);
    let mut closed = Closed::default();
    for _ in 0..rounds {
        closed = Closed::by(&edges);
    }
    let rate = per(payments * rounds, own_usage::cpu_seconds()? - before);
    print(BENCH, "edges, one by one", rate, "1/cpu-s", payments)?;
    for (what, value, unit) in [
        ("fans added up", closed.fans, "accounts"),
        (
            "fans of the first 2000 added up",
            closed.first_fans,
            "accounts",
        ),
        ("edges that gather", closed.gathered, "edges"),
        ("cycles closed", closed.cycles, "cycles"),
        ("edges whose search was cut", closed.cut, "edges"),
    ] {
        print(BENCH, what, float(value), unit, payments)?;
    }
    if peers {
        run_peer(dir, &edges, closed.first_fans)?;
    }
    Ok(())
}

/// What all edges together close.
#[derive(Debug, Default)]
struct Closed {
    fans: u64,
    first_fans: u64,
    gathered: u64,
    cycles: u64,
    cut: u64,
}

impl Closed {
    fn by(edges: &[Edge]) -> Self {
        let mut graph = Graph::new(GraphWindows {
            fan_millis: 30 * DAY,
            scatter_gather_millis: 7 * DAY,
            cycle_millis: 7 * DAY,
            cycle_hops: CYCLE_HOPS_MAX,
        });
        let mut all = Self::default();
        for (edge, at) in edges.iter().zip(0..) {
            if at == FIRST {
                all.first_fans = all.fans;
            }
            let Some(closed) = graph.push(edge) else {
                continue;
            };
            all.fans += u64::from(closed.from.fan_out) + u64::from(closed.to.fan_in);
            all.gathered += u64::from(closed.scatter_gather > 1);
            all.cycles += closed.cycles.iter().map(|one| u64::from(*one)).sum::<u64>();
            all.cut += u64::from(closed.cut);
        }
        all
    }
}

fn run_peer(dir: &Path, edges: &[Edge], first_fans: u64) -> Result<(), Failure> {
    let file = dir.join("edges.csv");
    let lines = edges.iter().zip(0..).map(|(edge, id)| {
        let (seconds, amount) = (edge.time_millis / 1000, edge.amount);
        format!("{id},{},{},{seconds},{amount}\n", edge.from, edge.to)
    });
    fs::write(&file, lines.collect::<String>()).map_err(Failure::at(&file))?;
    let last = peer(dir, &PEERS, PEER_SCRIPT, &[&file.to_string_lossy()])?;
    let figures: Vec<Peer> = serde_json::from_str(&last).map_err(|_| Failure::Unexpected {
        what: "graph_snapml.py",
    })?;
    for one in figures {
        let what = format!("snapml, {}, batches of {}", one.with, one.batch);
        let speed = per(one.edges, one.cpu_seconds);
        print(BENCH, &what, speed, "1/cpu-s", one.edges)?;
        let fans = format!("{what}: fans added up");
        print(BENCH, &fans, one.fans, "accounts", one.edges)?;
        if one.batch == 1 && (one.fans - float(first_fans)).abs() > 0.5 {
            return Err(Failure::Unexpected {
                what: "snapml, one by one: its fans differ from ours, which",
            });
        }
    }
    Ok(())
}

fn edge(dice: &mut Dice, at: usize, payments: usize) -> Edge {
    let share = 30 * i128::from(DAY) * at as i128 / payments.max(1) as i128;
    let account = |number: u64| u32::try_from(number).unwrap_or_default();
    let from = dice.below(ACCOUNTS);
    // Never to itself.
    let to = (from + 1 + dice.below(ACCOUNTS - 1)) % ACCOUNTS;
    Edge {
        // The peer knows whole seconds.
        time_millis: i64::try_from(share).unwrap_or_default() / 1000 * 1000,
        from: account(from),
        to: account(to),
        amount: i64::try_from(dice.below(100_000)).unwrap_or_default(),
    }
}
