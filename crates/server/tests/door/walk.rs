//! A long walk of random calls by several senders under a moving clock, held against a model.

use model::limits::{IDLE_REPORT_MILLIS_MAX, OPEN_REPORT_MILLIS_MAX};

use crate::archive::Archive;
use crate::documents::{file_details, report_number};
use crate::house::{Caller, House, on_both};

/// Calls of one walk.
const STEPS: usize = 300;
/// Documents that a sender chooses from: few, so that submissions repeat.
const DOCUMENTS: usize = 3;
/// Files that a sender chooses from.
const FILES: [&[u8]; 2] = [b"one", b"two"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Finished,
    Retracted,
    Expired,
}

/// What the protocol says of one report.
#[derive(Debug)]
struct Expected {
    report: i64,
    owner: usize,
    document: usize,
    state: State,
    opened: i64,
    changed: i64,
    files: Vec<(String, usize)>,
    /// The earlier report that its submission repeats.
    twin: Option<i64>,
    /// It repeats that report, files included.
    folded: bool,
}

/// What the protocol says of everything.
#[derive(Default)]
struct Model {
    now: i64,
    reports: Vec<Expected>,
}

impl Model {
    fn expire(&mut self) {
        for report in &mut self.reports {
            let limit = (report.opened + OPEN_REPORT_MILLIS_MAX)
                .max(report.changed + IDLE_REPORT_MILLIS_MAX);
            if report.state == State::Open && self.now > limit {
                report.state = State::Expired;
            }
        }
    }

    /// The code of a call on a report, and the report if the call may change it.
    fn call(&mut self, caller: usize, number: i64) -> (i32, Option<&mut Expected>) {
        self.expire();
        let found = self.reports.iter_mut().find(|known| known.report == number);
        let Some(report) = found.filter(|known| known.owner == caller) else {
            return (5001, None);
        };
        match report.state {
            State::Open => (0, Some(report)),
            State::Finished => (5102, None),
            State::Retracted => (5101, None),
            State::Expired => (5001, None),
        }
    }

    /// The report that a submission repeats while it is open.
    fn open_repetition(&mut self, caller: usize, document: usize) -> Option<i64> {
        self.expire();
        let mut known = self.reports.iter();
        known
            .find(|known| {
                (known.owner, known.document, known.state) == (caller, document, State::Open)
            })
            .map(|known| known.report)
    }

    /// The report that a new submission repeats: the last one of its kind, if that was finished, or
    /// the one that it was itself folded into.
    fn twin(&self, caller: usize, document: usize) -> Option<i64> {
        let kind = (caller, document);
        let mut earlier = self.reports.iter().rev();
        let last = earlier.find(|known| (known.owner, known.document) == kind)?;
        match last.state {
            State::Finished if last.folded => last.twin,
            State::Finished => Some(last.report),
            _ => None,
        }
    }

    /// Whether finishing a report folds it into its twin.
    fn folds(&self, report: &Expected) -> bool {
        let mut known = self.reports.iter();
        let twin = known.find(|known| Some(known.report) == report.twin);
        twin.is_some_and(|twin| contents(twin) == contents(report))
    }

    /// Reports that stand in cases by themselves.
    fn counted(&self) -> usize {
        let finished = self.reports.iter();
        finished
            .filter(|report| report.state == State::Finished && !report.folded)
            .count()
    }
}

/// The contents of a report's files, in no order.
fn contents(report: &Expected) -> Vec<usize> {
    let mut contents: Vec<_> = report.files.iter().map(|(_, content)| *content).collect();
    contents.sort_unstable();
    contents
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % end
    }
}

async fn submit(model: &mut Model, sender: &Caller<'_>, caller: usize, document: usize) {
    let expected = model.open_repetition(caller, document);
    let report = sender.open(&report_number(caller * 100 + document)).await;
    if let Some(expected) = expected {
        assert_eq!(report, expected);
        return;
    }
    assert!(model.reports.iter().all(|known| known.report < report));
    let twin = model.twin(caller, document);
    model.reports.push(Expected {
        report,
        owner: caller,
        document,
        state: State::Open,
        opened: model.now,
        changed: model.now,
        files: Vec::new(),
        twin,
        folded: false,
    });
}

async fn upload(
    model: &mut Model,
    sender: &Caller<'_>,
    caller: usize,
    report: i64,
    content: usize,
) {
    let answer = sender.upload(report, FILES[content]).await;
    let now = model.now;
    let (code, open) = model.call(caller, report);
    assert_eq!(answer.code(), code, "upload to {report}");
    if let Some(open) = open {
        open.files.push((answer.file(), content));
        open.changed = now;
    }
}

async fn describe(model: &mut Model, sender: &Caller<'_>, caller: usize, report: i64, file: &str) {
    let answer = sender.describe(&file_details(report, file, "")).await;
    let now = model.now;
    let (mut code, open) = model.call(caller, report);
    if let Some(open) = open {
        if open.files.iter().any(|(known, _)| known == file) {
            open.changed = now;
        } else {
            code = 5002;
        }
    }
    assert_eq!(answer.code(), code, "fileinfo on {report}");
}

async fn finish(model: &mut Model, sender: &Caller<'_>, caller: usize, report: i64) {
    let done = sender.finish(report).await.done();
    let (code, open) = model.call(caller, report);
    assert_eq!((done.response_code, done.report_id), (code, report));
    if open.is_none() {
        assert!(done.files.file_id.is_empty());
        return;
    }
    let place = model
        .reports
        .iter()
        .position(|known| known.report == report);
    let place = place.unwrap();
    let files = model.reports[place].files.iter();
    assert!(files.map(|(file, _)| file).eq(&done.files.file_id));
    let folded = model.folds(&model.reports[place]);
    model.reports[place].folded = folded;
    model.reports[place].state = State::Finished;
}

async fn walk(house: &House, seed: u64) {
    let mut dice = Dice(seed);
    let mut model = Model::default();
    let senders = [
        house.sender(&format!("platform {seed}")).await,
        house.sender(&format!("another platform {seed}")).await,
    ];
    for _ in 0..STEPS {
        let caller = dice.below(senders.len());
        let sender = &senders[caller];
        // Mostly a report that is young, sometimes any, sometimes none.
        let young = model.reports.len().saturating_sub(dice.below(4) + 1);
        let report = match (dice.below(10), model.reports.get(young)) {
            (0, _) | (_, None) => 17,
            (_, Some(known)) => known.report,
        };
        match dice.below(20) {
            0..4 => submit(&mut model, sender, caller, dice.below(DOCUMENTS)).await,
            4..9 => {
                let content = dice.below(FILES.len());
                upload(&mut model, sender, caller, report, content).await;
            }
            9..12 => {
                let files: Vec<_> = model
                    .reports
                    .iter()
                    .flat_map(|known| &known.files)
                    .collect();
                let near = files.len().saturating_sub(dice.below(3) + 1);
                let file = files
                    .get(near)
                    .map_or_else(|| "0".repeat(32), |file| file.0.clone());
                describe(&mut model, sender, caller, report, &file).await;
            }
            12..16 => finish(&mut model, sender, caller, report).await,
            16 => {
                let answer = sender.retract(report).await;
                let (code, open) = model.call(caller, report);
                assert_eq!(answer.code(), code, "retract of {report}");
                if let Some(open) = open {
                    open.state = State::Retracted;
                }
            }
            _ => {
                let hours = i64::try_from(dice.below(12)).unwrap();
                let millis = hours * IDLE_REPORT_MILLIS_MAX / 4;
                house.clock.advance_millis(millis);
                model.now += millis;
            }
        }
    }
    let queue = house.station.queue(None, 500).await.unwrap().entries;
    let reports: i64 = queue.iter().map(|entry| entry.reports).sum();
    assert_eq!(usize::try_from(reports).unwrap(), model.counted());
    let files: usize = model.reports.iter().map(|known| known.files.len()).sum();
    assert_eq!(Archive::of(house).await.blobs(), files);
    let states = [
        State::Open,
        State::Finished,
        State::Retracted,
        State::Expired,
    ];
    for state in states {
        assert!(
            model.reports.iter().any(|known| known.state == state),
            "{state:?}"
        );
    }
    assert!(model.reports.iter().any(|known| known.folded));
}

#[tokio::test]
async fn a_walk_of_random_calls_agrees_with_the_protocol_at_every_step() {
    on_both(async |house| walk(house, 0x9e37_79b9_7f4a_7c15).await).await;
}
