//! Kills under load: whatever was acknowledged is there afterwards, once, with its custody events.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use futures_util::future::join_all;
use model::{FileId, ReportId, Timestamp};
use server::sender::{SendError, Sender};
use world::{World, WorldReport};

use crate::house::{House, on_a_thread};

const ROUNDS: u64 = 6;
const SENDERS: usize = 8;

/// What a sender was told of one report.
#[derive(Debug, Default)]
struct Told {
    files: Vec<FileId>,
    /// Acknowledged calls: each is one custody event.
    calls: i64,
    finished: bool,
    /// A call on this report was under way when the server died: it may have been done or not.
    cut: bool,
}

type Acknowledged = Mutex<BTreeMap<ReportId, Told>>;

#[test]
fn inv_01_a_kill_loses_nothing_that_was_acknowledged() {
    for house in [House::new(), House::on_postgres()] {
        let secret = house.account("acme", "sender");
        let now = Timestamp::parse("2026-01-02T03:04:05Z").unwrap();
        let world = World::new(9, 100_000, now);
        let reports = Mutex::new(world.reports());
        let acknowledged = Acknowledged::default();
        on_a_thread(async {
            for round in 0..ROUNDS {
                let serving = house.serve();
                let mut load = Vec::with_capacity(SENDERS);
                for _ in 0..SENDERS {
                    let sender = serving.sender("acme", &secret).await;
                    load.push(send_until_cut(sender, &reports, &acknowledged));
                }
                let before = acknowledged.lock().unwrap().len();
                let kill = async {
                    // Once all are at work, at moments that differ from round to round.
                    while acknowledged.lock().unwrap().len() < before + 2 * SENDERS {
                        tokio::time::sleep(Duration::from_millis(2)).await;
                    }
                    tokio::time::sleep(Duration::from_millis(23 * round)).await;
                    serving.kill();
                };
                tokio::join!(join_all(load), kill);
            }
        });
        let told = acknowledged.into_inner().unwrap();
        assert!(told.len() > 60, "only {} reports were taken", told.len());
        assert!(told.values().filter(|report| report.finished).count() > 30);
        expect_kept(&house, &told);
        expect_finishable(&house, &secret, &told);
        expect_shown(&house, &told);
        let (entries, rows): (i64, i64) =
            house.rows("SELECT size, (SELECT COUNT(*) FROM log_entry) FROM log_head")[0];
        assert_eq!(entries, rows);
        assert_eq!(house.verify(), u64::try_from(entries).unwrap());
    }
}

/// Sends report after report until the server dies.
async fn send_until_cut(
    mut sender: Sender,
    reports: &Mutex<impl Iterator<Item = WorldReport>>,
    acknowledged: &Acknowledged,
) {
    loop {
        let report = reports.lock().unwrap().next().unwrap();
        let Ok(id) = sender.submit(&report.xml).await else {
            return;
        };
        let earlier = acknowledged.lock().unwrap().insert(
            id,
            Told {
                calls: 1,
                ..Told::default()
            },
        );
        assert!(earlier.is_none(), "report {id} was given out twice");
        if let Err(error) = send_rest(&mut sender, id, &report, acknowledged).await {
            let died = matches!(error, SendError::Broken(_) | SendError::Unreachable { .. });
            assert!(died, "{error}");
            acknowledged.lock().unwrap().get_mut(&id).unwrap().cut = true;
            return;
        }
    }
}

async fn send_rest(
    sender: &mut Sender,
    id: ReportId,
    report: &WorldReport,
    acknowledged: &Acknowledged,
) -> Result<(), SendError> {
    let told = |change: &dyn Fn(&mut Told)| {
        let mut all = acknowledged.lock().unwrap();
        let told = all.get_mut(&id).unwrap();
        told.calls += 1;
        change(told);
    };
    for file in &report.files {
        let token = sender
            .upload(id, &file.name, file.media_type, &file.bytes)
            .await?;
        told(&|report| report.files.push(token));
        let details = file.details_xml(id.number(), &token.to_string());
        sender.describe(&details).await?;
        told(&|_| ());
    }
    sender.finish(id).await?;
    told(&|report| report.finished = true);
    Ok(())
}

/// Holds the rows, the blobs and the custody events against what the senders were told.
fn expect_kept(house: &House, told: &BTreeMap<ReportId, Told>) {
    let states: Vec<(i64, String)> = house.rows("SELECT id, state FROM report");
    let states: BTreeMap<_, _> = states.into_iter().collect();
    let counted =
        "SELECT report_id, COUNT(*) FROM log_entry WHERE report_id IS NOT NULL GROUP BY report_id";
    let events: BTreeMap<i64, i64> = house.rows(counted).into_iter().collect();
    let files: Vec<(i64, Vec<u8>, Vec<u8>, i64)> =
        house.rows("SELECT report_id, id, blob, size_bytes FROM file ORDER BY report_id, position");
    let mut spare_events = 0;
    for (id, report) in told {
        let number = id.number();
        let state = states
            .get(&number)
            .unwrap_or_else(|| panic!("report {id} is lost"));
        if report.finished {
            assert!(
                state == "finished" || state == "folded",
                "{id} is {state}: {report:?}"
            );
        } else {
            assert!(state == "open" || report.cut, "{id} is {state}: {report:?}");
        }
        let kept: Vec<_> = files.iter().filter(|row| row.0 == number).collect();
        let tokens: Vec<_> = report
            .files
            .iter()
            .map(|file| file.bytes().to_vec())
            .collect();
        let rows: Vec<_> = kept.iter().map(|row| row.1.clone()).collect();
        assert!(rows.starts_with(&tokens), "{id} lost a file: {report:?}");
        let extra = rows.len() - tokens.len();
        assert!(
            extra == 0 || (extra == 1 && report.cut),
            "{id} has a file too many"
        );
        let spare = events[&number] - report.calls;
        assert!(spare >= 0, "{id} lost a custody event: {report:?}");
        spare_events += spare - i64::from(report.finished) - 2 * i64::from(report.cut);
        for (_, _, blob, size_bytes) in kept {
            let name = model::hex(blob);
            let path = house.data().join("blobs").join(&name[..2]).join(&name);
            let sealed = std::fs::metadata(&path).unwrap();
            assert!(
                sealed.len() > u64::try_from(*size_bytes).unwrap(),
                "{} is cut",
                path.display()
            );
        }
    }
    // A finish may rank its case anew, and leaves an event for each case that went into another.
    let merged: Vec<(i64, i64)> =
        house.rows("SELECT COUNT(*), COUNT(*) FROM cases WHERE merged_into IS NOT NULL");
    assert!(
        spare_events <= merged[0].0,
        "{spare_events} custody events too many"
    );
    // What was never acknowledged may be there too, but at most one call of each sender and round.
    let unknown = states.len() - told.len();
    assert!(unknown <= SENDERS * usize::try_from(ROUNDS).unwrap());
}

/// Reports that were open when the server died go on where they were.
fn expect_finishable(house: &House, secret: &str, told: &BTreeMap<ReportId, Told>) {
    let serving = house.serve();
    on_a_thread(async {
        let mut sender = serving.sender("acme", secret).await;
        for (id, report) in told.iter().filter(|(_, report)| !report.finished) {
            let files = match sender.finish(*id).await {
                Ok(files) => files,
                Err(SendError::Refused { code: 5102, .. }) if report.cut => continue,
                Err(error) => panic!("report {id} cannot be finished: {error}"),
            };
            for file in &report.files {
                assert!(files.contains(&file.to_string()), "{id} lost {file}");
            }
        }
    });
    assert_eq!(serving.stop(), Some(0));
}

/// The queue shows every finished report in exactly one case.
fn expect_shown(house: &House, told: &BTreeMap<ReportId, Told>) {
    let rows = "SELECT id, case_id FROM report WHERE state = 'finished'";
    let members: Vec<(i64, i64)> = house.rows(rows);
    let queue = house.queue();
    let shown: BTreeSet<_> = queue
        .iter()
        .map(|entry| entry["case"].as_i64().unwrap())
        .collect();
    let in_a_storms_row: Vec<(i64, i64)> =
        house.rows("SELECT id, storm_id FROM cases WHERE storm_id IS NOT NULL");
    let gathered: BTreeSet<i64> = in_a_storms_row.iter().map(|(case, _)| *case).collect();
    assert!(shown.is_disjoint(&gathered));
    let stands = |case: &i64| shown.contains(case) || gathered.contains(case);
    assert!(members.iter().all(|(_, case)| stands(case)));
    let counts = queue.iter().map(|entry| entry["reports"].as_u64().unwrap());
    assert_eq!(counts.sum::<u64>(), members.len() as u64);
    assert!(members.len() <= told.len() + SENDERS * usize::try_from(ROUNDS).unwrap());
    for entry in queue.iter().take(10) {
        let case = house.case(entry);
        let mut seen = BTreeSet::new();
        for member in case["members"].as_array().unwrap() {
            let id = ReportId::new(member["report"].as_i64().unwrap());
            assert!(seen.insert(id), "{id} is shown twice");
            if let Some(report) = told.get(&id).filter(|report| !report.cut) {
                let items = case["evidence"].as_array().unwrap().iter();
                let own = items.filter(|item| item["report"] == id.number());
                assert_eq!(own.count(), report.files.len());
            }
        }
    }
}
