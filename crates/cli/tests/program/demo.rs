//! The demo: the main job in half a minute, on a world in which nobody exists.

use crate::house::{House, keys, says, stopwatch, watchfire};

/// The demo ends within this time, in an unoptimised build on a machine that does other things too.
const SECONDS_MAX: u64 = 30;

#[test]
fn it_shows_the_top_of_the_queue_with_reasons() {
    let begun = stopwatch();
    let ran = watchfire(&["demo", "--no-serve", "--seed", "4", "--reports", "200"]).ended(0);
    assert!(
        begun.elapsed().as_secs() < SECONDS_MAX,
        "{:?}",
        begun.elapsed()
    );
    says(
        &ran.err,
        &[
            "A synthetic world of 200 reports (seed 4)",
            "Nobody in it exists.",
            "The top of the queue:",
        ],
    );
    let cases: Vec<_> = ran
        .out
        .lines()
        .filter(|line| line.starts_with("case "))
        .collect();
    assert_eq!(cases.len(), 10, "{}", ran.out);
    says(cases[0], &["danger ", "actionable ", "[live now]"]);
    let second = ran.out.lines().nth(1).unwrap();
    assert!(second.starts_with("    danger +"), "{second}");
}

#[test]
fn it_keeps_its_data_where_it_is_told() {
    let house = House::new();
    let data = house.data().display().to_string();
    let ran = watchfire(&[
        "demo",
        "--no-serve",
        "--reports",
        "60",
        "--json",
        "--data",
        &data,
    ])
    .ended(0);
    let shown = ran.objects();
    assert_eq!(shown.len(), 10);
    assert!(keys(&shown[0]).contains("reasons"));
    let queue = house.queue();
    let cases = |entries: &[serde_json::Value]| -> Vec<_> {
        entries.iter().map(|entry| entry["case"].clone()).collect()
    };
    assert_eq!(cases(&shown), cases(&queue[..10]));
    assert!(house.verify() > 120);
}
