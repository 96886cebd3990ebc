//! Files of reports are compared with lists as they come, and again when a list has grown.

use std::io::Cursor;

use model::{CaseId, Deed, ListPurpose, MatchId};
use server::{Actor, Config, EvidenceItem, Imported, ListSettings, MatchState};
use wire::lists::Format;

use crate::archive::Archive;
use crate::custody::{page, signed_in};
use crate::documents::{ReportXml, report_number};
use crate::house::{Caller, FORM, House, inside, inside_with, on_both};

/// A picture of waves that no two seeds share, as a BMP file; `noise` changes it a little.
pub(crate) fn picture(seed: u32, noise: u32) -> Vec<u8> {
    const SIDE: u32 = 96;
    let mut file = Vec::new();
    file.extend(b"BM");
    file.extend((54 + SIDE * SIDE * 3).to_le_bytes());
    file.extend([0; 4]);
    file.extend(54_u32.to_le_bytes());
    file.extend(40_u32.to_le_bytes());
    file.extend(SIDE.to_le_bytes());
    file.extend(SIDE.to_le_bytes());
    file.extend([1, 0, 24, 0]);
    file.extend([0; 24]);
    let wave = |x: u32, y: u32, nth: u32| {
        let turn = |shift: u32| f64::from((seed * 2_654_435 + nth * 40_503) >> shift & 255) / 800.0;
        (turn(3) * f64::from(x) + turn(11) * f64::from(y) + f64::from(nth)).sin()
    };
    for y in 0..SIDE {
        for x in 0..SIDE {
            let sum: f64 = (1..8).map(|nth| wave(x, y, nth)).sum();
            let grain = f64::from((x * 7 + y * 13 + noise * 31) % (noise * 2 + 1));
            let level = (127.0 + sum * 17.0 + grain).clamp(0.0, 255.0);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 to 255"
            )]
            file.extend([level as u8; 3]);
        }
    }
    file
}

pub(crate) fn settings(purpose: ListPurpose) -> ListSettings {
    ListSettings {
        owner: "example member".to_owned(),
        compartment: "agency".to_owned(),
        purpose,
        trust: 50,
        radius: Some(31),
        from: None,
        until: None,
    }
}

/// Adds a list of plain CSV.
pub(crate) async fn list(
    house: &House,
    name: &str,
    settings: &ListSettings,
    csv: &str,
) -> Imported {
    let station = &house.station;
    let added = station.add_list(Actor::Operator, name, settings).await;
    assert_eq!(added.unwrap().entries, 0);
    import(house, name, csv).await
}

pub(crate) async fn import(house: &House, name: &str, csv: &str) -> Imported {
    let source = Cursor::new(csv.to_owned());
    let station = &house.station;
    let imported = station.import_list(Actor::Operator, name, Format::Csv, source, |_| ());
    imported.await.unwrap()
}

pub(crate) fn md5_of(bytes: &[u8]) -> String {
    model::hex(&vault::Digester::of(bytes).md5)
}

/// The PDQ hash of a file, from the cage.
pub(crate) async fn pdq_of(house: &House, bytes: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let hashing = server::Hashing::new(house.station.config());
    hashing.file(file.path()).await.unwrap().pdq.unwrap()
}

pub(crate) async fn report(sender: &Caller<'_>, number: usize, file: &[u8]) -> i64 {
    let report = sender.open(&report_number(number)).await;
    assert!(!sender.upload(report, file).await.file().is_empty());
    assert_eq!(sender.finish(report).await.code(), 0);
    report
}

/// The evidence of a report's case, and the rules that its rank names.
pub(crate) async fn case(house: &House, report: i64) -> (CaseId, Vec<EvidenceItem>, Vec<String>) {
    let case = Archive::of(house).await.case_of(report).await;
    let file = house.station.case(Actor::Operator, case).await.unwrap();
    let file = file.unwrap();
    let rules = file.entry.reasons.into_iter().map(|found| found.rule);
    (case, file.evidence, rules.collect())
}

fn has(rules: &[String], rule: &str) -> bool {
    rules.iter().any(|found| found == rule)
}

#[tokio::test]
async fn a_known_file_is_recognised_as_it_comes() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let (known, unknown) = (b"a known pattern".as_slice(), b"another".as_slice());
        let csv = format!("id,md5,label,scheme\n17,{},A1,industry\n", md5_of(known));
        let imported = list(house, "known", &settings(ListPurpose::Abuse), &csv).await;
        assert_eq!(
            (imported.put, imported.quarantined, imported.reopened),
            (1, 0, 0)
        );
        let one = report(&sender, 1, known).await;
        let two = report(&sender, 2, unknown).await;
        let (_, evidence, rules) = case(house, one).await;
        let [found] = &evidence[0].matches[..] else {
            panic!("{evidence:?}");
        };
        assert_eq!(
            (found.found.algorithm.as_str(), found.found.distance),
            ("md5", 0)
        );
        assert_eq!(found.found.id, "17");
        assert_eq!(found.found.label.as_deref(), Some("A1"));
        assert_eq!((found.state, found.entry_state), ("open", "listed"));
        assert!(has(&rules, "file-listed"));
        let why = evidence[0].look.not_looked.as_deref().unwrap();
        assert!(why.contains("no picture"), "{why}");
        let archive = Archive::of(house).await;
        assert!(archive.deeds_of(one).await.contains(&Deed::MaterialMatched));
        let (_, evidence, rules) = case(house, two).await;
        assert!(evidence[0].matches.is_empty());
        // What was not looked into may be a copy all the same: nothing says that it is new.
        assert!(!has(&rules, "file-listed") && !has(&rules, "unlisted-file"));
    })
    .await;
}

#[tokio::test]
async fn a_near_copy_is_recognised_and_a_new_picture_stands_out() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let hash = pdq_of(house, &picture(1, 0)).await;
        let csv = format!("id,pdq\n1,{hash}\n");
        list(house, "known", &settings(ListPurpose::Abuse), &csv).await;
        let near = report(&sender, 1, &picture(1, 9)).await;
        let new = report(&sender, 2, &picture(2, 0)).await;
        let (_, evidence, rules) = case(house, near).await;
        let found = &evidence[0].matches[0].found;
        assert_eq!(found.algorithm, "pdq");
        assert!((1..=31).contains(&found.distance), "{}", found.distance);
        assert!(found.quality.unwrap() >= 50);
        assert!(has(&rules, "file-listed") && !has(&rules, "unlisted-file"));
        let (_, evidence, rules) = case(house, new).await;
        assert_eq!(evidence[0].look.looks_like.as_deref(), Some("BMP"));
        assert!(evidence[0].matches.is_empty());
        assert!(has(&rules, "unlisted-file"));
    })
    .await;
}

#[tokio::test]
async fn a_list_that_grows_reopens_the_cases_that_hold_what_it_names() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let by_bytes = report(&sender, 1, b"held already").await;
        let by_look = report(&sender, 2, &picture(3, 5)).await;
        let other = report(&sender, 3, &picture(4, 0)).await;
        list(house, "known", &settings(ListPurpose::Abuse), "id,md5\n").await;
        let hash = pdq_of(house, &picture(3, 0)).await;
        let csv = format!("id,md5,pdq\n1,{},\n2,,{hash}\n", md5_of(b"held already"));
        let imported = import(house, "known", &csv).await;
        assert_eq!((imported.put, imported.reopened), (2, 2));
        for report in [by_bytes, by_look] {
            let (case, evidence, rules) = case(house, report).await;
            assert_eq!(evidence[0].matches.len(), 1);
            assert!(has(&rules, "file-listed"), "{rules:?}");
            let events = Archive::of(house).await.events().await;
            let reopened = |event: &&model::CustodyEvent| {
                event.deed == Deed::CaseReopened && event.case == Some(case.number())
            };
            assert_eq!(events.iter().filter(reopened).count(), 1);
        }
        assert!(!has(&case(house, other).await.2, "file-listed"));
        // The same list again is nothing new.
        let again = import(house, "known", &csv).await;
        assert_eq!((again.put, again.unchanged, again.reopened), (0, 2, 0));
        let verified = house.station.verify_ranks(Actor::Operator).await.unwrap();
        assert!(verified.failed.is_empty(), "{verified:?}");
    })
    .await;
}

#[tokio::test]
async fn an_import_that_is_cut_off_leaves_nothing_uncompared() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let file = b"a pattern that is held already";
        report(&sender, 1, file).await;
        list(house, "known", &settings(ListPurpose::Abuse), "id,md5\n").await;
        let station = house.station.clone();
        let csv = Cursor::new(format!("id,md5\n1,{}\n", md5_of(file)));
        let cut = tokio::spawn(async move {
            let cut_off = |_| panic!("the import ends here, its first entries kept");
            let imported = station.import_list(Actor::Operator, "known", Format::Csv, csv, cut_off);
            imported.await.unwrap()
        });
        assert!(cut.await.unwrap_err().is_panic());
        assert_eq!(house.station.lists().await.unwrap()[0].entries, 1);
        let next = import(house, "known", "id,md5\n").await;
        assert_eq!((next.put, next.reopened), (0, 1));
        assert_eq!(import(house, "known", "id,md5\n").await.reopened, 0);
    })
    .await;
}

#[tokio::test]
async fn a_rejected_match_speaks_for_nothing_and_a_confirmed_one_again() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let csv = format!("id,md5\n1,{}\n", md5_of(b"known"));
        list(house, "known", &settings(ListPurpose::Abuse), &csv).await;
        let report = report(&sender, 1, b"known").await;
        let number = case(house, report).await.1[0].matches[0].number;
        let judge = async |state| {
            let judged = house.station.judge_match(Actor::Operator, number, state);
            judged.await.unwrap();
            let (_, evidence, rules) = case(house, report).await;
            (evidence[0].matches[0].state, has(&rules, "file-listed"))
        };
        assert_eq!(judge(MatchState::Rejected).await, ("rejected", false));
        assert_eq!(judge(MatchState::Confirmed).await, ("confirmed", true));
        let none =
            house
                .station
                .judge_match(Actor::Operator, MatchId::new(99), MatchState::Confirmed);
        assert!(none.await.is_err());
        let verified = house.station.verify_ranks(Actor::Operator).await.unwrap();
        assert!(verified.failed.is_empty());
    })
    .await;
}

/// What the log says of a list after the first `before` events.
async fn said_of_lists(house: &House, before: usize) -> Vec<String> {
    let events = Archive::of(house).await.events().await;
    let changes = events.into_iter().skip(before);
    let changes = changes.filter(|event| event.deed == Deed::ListChanged);
    changes.filter_map(|event| event.note).collect()
}

#[tokio::test]
async fn an_entry_that_matches_too_many_files_waits_for_a_person() {
    let limited = |config: &mut Config| config.matches_per_entry_max = 4.try_into().unwrap();
    inside_with(limited, async |house| {
        let sender = house.sender("platform").await;
        let station = &house.station;
        let flat = b"a flat picture that many files are";
        let csv = format!("id,md5\n1,{}\n", md5_of(flat));
        list(house, "known", &settings(ListPurpose::Abuse), &csv).await;
        let send = async |number: usize, files: usize| {
            let report = sender.open(&report_number(number)).await;
            for _ in 0..files {
                assert!(!sender.upload(report, flat).await.file().is_empty());
            }
            assert_eq!(sender.finish(report).await.code(), 0);
            let (_, evidence, _) = case(house, report).await;
            let matched = evidence.iter().filter(|file| !file.matches.is_empty());
            (matched.count(), evidence.len())
        };
        assert_eq!(send(1, 3).await, (3, 3));
        assert!(station.lists().await.unwrap()[0].held_back.is_empty());
        let before = Archive::of(house).await.events().await.len();
        assert_eq!(send(2, 1).await, (1, 1));
        let held_back = station.lists().await.unwrap()[0].held_back.clone();
        assert_eq!(held_back.len(), 1);
        let said = said_of_lists(house, before).await;
        assert_eq!(said.len(), 1);
        assert!(
            said[0].contains("matched 4 files and waits for a person"),
            "{said:?}"
        );
        // It matches nothing until a person has looked.
        assert_eq!(send(3, 1).await, (0, 1));
        let entry = held_back[0];
        station.release_entry(Actor::Operator, entry).await.unwrap();
        // What came meanwhile is found, and what was found before counts no second time.
        assert!(station.lists().await.unwrap()[0].held_back.is_empty());
        assert_eq!(send(4, 1).await, (1, 1));
        assert!(station.release_entry(Actor::Operator, entry).await.is_err());
        let third = case(house, 1_000_003).await.1;
        assert_eq!(third[0].matches.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_known_to_be_harmless_is_not_called_known_material() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let csv = format!("id,md5\n1,{}\n", md5_of(b"a logo"));
        list(house, "known", &settings(ListPurpose::Abuse), &csv).await;
        list(house, "logos", &settings(ListPurpose::Benign), &csv).await;
        let report = report(&sender, 1, b"a logo").await;
        let (_, evidence, rules) = case(house, report).await;
        // Both matches are shown; the finding is not made.
        assert_eq!(evidence[0].matches.len(), 2);
        assert!(!has(&rules, "file-listed"));
    })
    .await;
}

#[tokio::test]
async fn near_copies_of_one_picture_share_a_row_like_equal_files() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        for number in 0..7_u32 {
            let document = ReportXml {
                incident_type: "Child Pornography (possession, manufacture, and distribution)",
                people: format!(
                    "<personOrUserReported><personOrUserReportedPerson>\
                     <email>account-{number}@example.com</email></personOrUserReportedPerson>\
                     </personOrUserReported>"
                ),
                ..ReportXml::default()
            };
            let report = sender.open(&document.xml()).await;
            sender.upload(report, &picture(5, number)).await;
            assert_eq!(sender.finish(report).await.code(), 0);
        }
        let queue = house.station.queue(None, 500).await.unwrap().entries;
        assert_eq!(queue.len(), 1, "{queue:?}");
        let storm = queue[0].storm.as_ref().unwrap();
        assert_eq!((storm.kind.as_str(), storm.reports), ("picture", 7));
    })
    .await;
}

#[tokio::test]
async fn a_match_is_shown_and_judged_on_the_cases_page() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let csv = format!(
            "id,md5,label,scheme\nabc-1,{},B1,industry\n",
            md5_of(b"known")
        );
        list(house, "known", &settings(ListPurpose::Abuse), &csv).await;
        let report = report(&sender, 1, b"known").await;
        let (case, evidence, _) = case(house, report).await;
        let number = evidence[0].matches[0].number;
        let cookie = signed_in(house).await;
        let path = format!("/cases/{case}");
        let shown = page(house, &path, &cookie).await.body;
        for words in [
            "Known material",
            "known (abuse), entry abc-1",
            "B1 (industry)",
            "md5, equal; as it is",
            "is right</button>",
        ] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        let judge = async |fields: &str| {
            let mut line = house.line().await;
            let head = format!(
                "POST {path}/judge HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\n\
                 Content-Type: {FORM}\r\nContent-Length: {}\r\n\r\n{fields}",
                fields.len()
            );
            line.send(head.as_bytes()).await;
            line.answer().await.status
        };
        assert_eq!(judge(&format!("match={number}&state=rejected")).await, 303);
        let shown = page(house, &path, &cookie).await.body;
        assert!(shown.contains("<td>rejected</td>"), "{shown}");
        for bad in [
            "match=x&state=rejected",
            "match=1&state=maybe",
            "match=99&state=rejected",
        ] {
            assert_eq!(judge(bad).await, 400, "{bad}");
        }
    })
    .await;
}

/// A GIF of eight pictures, half a second each, that begins after `intro` strange ones.
fn film(intro: u32) -> Vec<u8> {
    const SIDE: u16 = 96;
    let mut file = b"GIF89a".to_vec();
    file.extend(SIDE.to_le_bytes());
    file.extend(SIDE.to_le_bytes());
    file.extend([0xf7, 0, 0]);
    for level in 0..=255_u8 {
        file.extend([level; 3]);
    }
    for number in (0..intro).map(|it| 40 + it).chain(10..18) {
        let bmp = picture(number, 0);
        let levels: Vec<u8> = bmp[54..].chunks(3).map(|pixel| pixel[0]).collect();
        file.extend([0x21, 0xf9, 4, 0, 50, 0, 0, 0, 0x2c, 0, 0, 0, 0]);
        file.extend(SIDE.to_le_bytes());
        file.extend(SIDE.to_le_bytes());
        file.extend([0, 8]);
        file.extend(uncompressed_lzw(&levels));
    }
    file.push(0x3b);
    file
}

/// Codes of nine bits each, with a clear code often enough that they never grow.
fn uncompressed_lzw(levels: &[u8]) -> Vec<u8> {
    let (mut bytes, mut bits, mut filled) = (Vec::new(), 0_u32, 0);
    let mut put = |code: u32| {
        bits |= code << filled;
        filled += 9;
        while filled >= 8 {
            bytes.push(bits.to_le_bytes()[0]);
            bits >>= 8;
            filled -= 8;
        }
    };
    for run in levels.chunks(200) {
        put(256);
        for level in run {
            put(u32::from(*level));
        }
    }
    put(257);
    put(0);
    let mut blocks = Vec::new();
    for block in bytes.chunks(255) {
        blocks.push(u8::try_from(block.len()).unwrap());
        blocks.extend(block);
    }
    blocks.push(0);
    blocks
}

#[tokio::test]
async fn a_film_with_a_longer_intro_is_found_again_from_when_to_when() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let first = report(&sender, 1, &film(0)).await;
        let second = report(&sender, 2, &film(3)).await;
        let (_, evidence, _) = case(house, second).await;
        let look = &evidence[0].look;
        let [clip] = &look.clips[..] else {
            panic!("{look:?}");
        };
        assert_eq!(clip.report.number(), first);
        // Three pictures of half a second come before it.
        assert_eq!((clip.start_millis, clip.other_start_millis), (1500, 0));
        assert!(
            clip.end_millis >= 4500 && clip.share_percent >= 70,
            "{clip:?}"
        );
        // It is found in the first one's case too.
        assert_eq!(case(house, first).await.1[0].look.clips.len(), 1);
    })
    .await;
}
