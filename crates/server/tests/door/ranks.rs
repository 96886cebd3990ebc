//! Ranks say what they are made of, come out the same again, and show what another policy would
//! change.

use std::fs;
use std::path::Path;

use model::{CaseId, Deed, Override, Score};
use server::{Actor, read_policy};

use crate::archive::Archive;
use crate::documents::{ReportXml, file_details, report_number, smallest_report};
use crate::house::{House, inside, on_both};

/// Reports with files and without, two in one case, one folded, one a day later.
async fn fill(house: &House) -> i64 {
    let sender = house.sender("platform").await;
    let other = house.sender("another platform").await;
    sender.file(&report_number(1)).await;
    other.file(&report_number(1)).await;
    let live = ReportXml {
        incident: "<escalateToHighPriority>The call is still on.</escalateToHighPriority>"
            .to_owned(),
        ..ReportXml::default()
    };
    let urgent = sender.open(&live.xml()).await;
    let file = sender.upload(urgent, b"harmless bytes").await.file();
    let viewed = "<fileViewedByEsp>true</fileViewedByEsp>";
    let described = sender.describe(&file_details(urgent, &file, viewed)).await;
    assert_eq!(described.code(), 0, "{described:?}");
    assert_eq!(sender.finish(urgent).await.code(), 0);
    sender.file(&smallest_report()).await;
    // The same once more, which is folded, and as much later as a rule looks back.
    sender.file(&smallest_report()).await;
    house.clock.advance_millis(23 * 3_600_000);
    sender.file(&report_number(2)).await;
    urgent
}

/// The built-in policy with one thing changed, as a file.
fn policy_file(folder: &Path, from: &str, to: &str) -> triage::Policy {
    let built_in = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policy/triage.toml");
    let text = fs::read_to_string(built_in).unwrap();
    assert!(text.contains(from), "{from}");
    let path = folder.join("changed.toml");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    read_policy(&path).unwrap()
}

#[tokio::test]
async fn inv_05_every_stored_rank_replays() {
    on_both(async |house| {
        fill(house).await;
        let verified = house.station.verify_ranks(Actor::Operator).await.unwrap();
        assert_eq!(verified.failed, []);
        assert_eq!((verified.cases, verified.replayed), (4, 5));
        assert_eq!(verified.other_version, 0);
    })
    .await;
}

#[tokio::test]
async fn a_rank_is_explained_to_the_source_of_each_point() {
    inside(async |house| {
        let urgent = fill(house).await;
        let case = Archive::of(house).await.case_of(urgent).await;
        house.clock.advance_millis(49 * 3_600_000);
        let explained = house.station.explain(Actor::Operator, case).await;
        let explained = explained.unwrap().unwrap();
        assert_eq!(explained.raised, Some(Override::LiveNow));
        let sum = |score| {
            let reasons = explained.reasons.iter().map(|reason| &reason.finding);
            let of_score = reasons.filter(|finding| finding.score == score);
            of_score.map(|finding| finding.points).sum::<i64>()
        };
        assert_eq!(explained.danger, sum(Score::Danger));
        assert_eq!(explained.actionability, sum(Score::Actionability));
        assert!(explained.danger > 0 && explained.actionability > 0);
        for reason in &explained.reasons {
            assert!(
                reason
                    .source
                    .as_ref()
                    .is_some_and(|source| !source.is_empty())
            );
            assert_eq!(reason.finding.version, explained.policy);
        }
        assert_eq!(explained.policy, explained.ranked_under);
        assert_eq!(explained.waiting, 3);
        assert!(explained.waiting_text.contains("3 days"));
        let none = house.station.explain(Actor::Operator, CaseId::new(999));
        assert_eq!(none.await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn another_policy_shows_what_it_would_change_and_changes_nothing() {
    inside(async |house| {
        fill(house).await;
        let before = house.station.queue(None, 500).await.unwrap().entries;
        let other = policy_file(
            &house.station.config().data,
            "id = \"enticement\"\nscore = \"danger\"\npoints = 30",
            "id = \"enticement\"\nscore = \"danger\"\npoints = 31",
        );
        let replay = house.station.replay_ranks(Actor::Operator, &other, 2).await;
        let replay = replay.unwrap();
        // Every report of this test is about enticement.
        assert_eq!(replay.summary.changed, 4);
        assert_eq!(replay.cases.len(), 2);
        for case in &replay.cases {
            let (before, after) = (case.change.before.rank, case.change.after.rank);
            assert_eq!(before.danger + 1, after.danger);
            assert_eq!(case.reasons.changed.len(), 1);
        }
        let summary = (replay.summary.override_changed, replay.summary.top_changed);
        assert_eq!((summary, replay.unreadable), ((0, 0), 0));
        let after = house.station.queue(None, 500).await.unwrap().entries;
        assert_eq!(before, after);
    })
    .await;
}

#[tokio::test]
async fn inv_07_a_replay_is_on_record_with_its_reason() {
    inside(async |house| {
        fill(house).await;
        let archive = Archive::of(house).await;
        let known = archive.events().await.len();
        house.station.verify_ranks(Actor::Operator).await.unwrap();
        let other = policy_file(
            &house.station.config().data,
            "version = \"",
            "version = \"x",
        );
        let replay = house.station.replay_ranks(Actor::Operator, &other, 9).await;
        assert_eq!(replay.unwrap().summary.changed, 0);
        house
            .station
            .explain(Actor::Operator, CaseId::new(1))
            .await
            .unwrap();
        let events = archive.events().await;
        let new: Vec<_> = events[known..].iter().map(|event| event.deed).collect();
        assert_eq!(
            new,
            [Deed::RanksReplayed, Deed::RanksReplayed, Deed::CaseRead]
        );
        for (event, why) in events[known..]
            .iter()
            .zip(["verify", other.version(), "explain"])
        {
            assert_eq!(event.who, "operator");
            assert!(event.note.as_ref().unwrap().contains(why), "{event:?}");
        }
    })
    .await;
}
