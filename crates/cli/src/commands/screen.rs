//! `watchfire screen`: a whole book of payments by typologies, each alert with its reasons.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::Clock as _;
use screen::Book;
use screen::money::{RATES_BYTES_MAX, Rates};
use screen::typology::{Alert, Judge, POLICY_BYTES_MAX, Policy, Screening, Work};
use serde::Serialize;
use server::payments::{Accounts, AlertDocument, AlertReason, BookRow, alert_document};
use server::{Actor, Station};

use super::book::{FileRead, Source, text_of};
use super::open_or_create;
use crate::Verdict;
use crate::args::{Place, Screen};
use crate::failure::Failure;
use crate::output;

#[derive(Serialize)]
struct AlertLine<'a> {
    account: &'a str,
    side: &'a str,
    route: &'a str,
    points: u32,
    at: model::Timestamp,
    reasons: Vec<ReasonLine<'a>>,
    payments: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<model::ReportId>,
}

#[derive(Serialize)]
struct ReasonLine<'a> {
    indicator: &'a str,
    version: &'a str,
    points: u32,
    text: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dated: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<&'a [(String, String)]>,
    rows: Vec<&'a str>,
}

#[derive(Serialize)]
struct RunLine<'a> {
    rows: u64,
    rejected: u64,
    accounts: usize,
    unconverted: u64,
    alerts: usize,
    alerts_per_100000_accounts: f64,
    policy: &'a str,
    files: &'a [FileRead],
}

#[derive(Serialize)]
struct ChangeLine {
    policy: String,
    alerts_before: usize,
    alerts_after: usize,
    only_before: usize,
    only_after: usize,
}

#[derive(Serialize)]
struct AblationLine<'a> {
    indicator: &'a str,
    alerts: usize,
    alerts_without: usize,
}

/// What one pass over the book gives.
struct Pass {
    accounts: Accounts,
    read: Vec<FileRead>,
    book: Book,
    unconverted: u64,
    alerts: Vec<Alert>,
}

pub(super) async fn run(args: Screen) -> Result<Verdict, Failure> {
    let policy = Arc::new(match &args.policy {
        None => Policy::builtin().map_err(Failure::Typologies)?,
        Some(dir) => policy_of(dir)?,
    });
    let rates = Arc::new(rates_of(args.rates.as_deref(), &policy)?);
    let now = vault::SystemClock.now();
    let source = Source::new(&args.files, args.mapping.as_deref(), now)?;
    let mut pass = read(&source, &policy)?;
    let kept = match (&args.data, &args.config) {
        _ if args.replay || args.ablate => None,
        (None, None) => None,
        (data, config) => {
            let (data, config) = (data.clone(), config.clone());
            Some(open_or_create(&Place { data, config }).await?)
        }
    };
    if let Some(station) = &kept {
        let known = station.known_accounts(&pass.accounts).await?;
        screen::mark_known(&mut pass.book, known);
    }
    (pass.alerts, pass.unconverted) = judged(&pass.book, &policy, &rates);
    if args.replay {
        let before = Arc::new(Policy::builtin().map_err(Failure::Typologies)?);
        return compare(&before, &policy, &rates, &pass, args.json);
    }
    if args.ablate {
        return ablate(&policy, &rates, &pass, args.json);
    }
    let documents = documents(&source, &pass)?;
    for document in &documents {
        let report = match &kept {
            Some(station) => Some(keep_alert(station, document).await?),
            None => None,
        };
        print(document, report, &args)?;
    }
    if let Some(station) = kept {
        station.close().await?;
    }
    finish(&pass, &policy, args.json)
}

async fn keep_alert(
    station: &Station,
    document: &AlertDocument,
) -> Result<model::ReportId, Failure> {
    let submitted = station.submit_alert(Actor::Operator, document).await?;
    Ok(submitted.report)
}

/// Reads the book once, and finds in it who is a new payee.
fn read(source: &Source, policy: &Policy) -> Result<Pass, Failure> {
    let mut accounts = Accounts::default();
    let mut book = Book::default();
    let read = source.read(true, |_, _, payment| {
        let transfer = accounts.transfer(&payment, policy);
        book.push(&transfer).ok_or(Failure::BookTooLarge)?;
        Ok(())
    })?;
    screen::mark_new_payees(&mut book);
    Ok(Pass {
        accounts,
        read,
        book,
        unconverted: 0,
        alerts: Vec::new(),
    })
}

/// The alerts over a book, judged on every core, and how many of its amounts have no rate.
fn judged(book: &Book, policy: &Arc<Policy>, rates: &Arc<Rates>) -> (Vec<Alert>, u64) {
    let mut screening = Screening::new(policy.clone(), rates.clone(), book.len());
    for (row, transfer) in book.rows() {
        screening.push(row, &transfer);
    }
    let unconverted = screening.unconverted();
    (judge(screening.finish()), unconverted)
}

/// The alerts of all parts, those with most points first.
fn judge(parts: Vec<Work>) -> Vec<Alert> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let parts = std::sync::Mutex::new(parts);
    let next = || {
        let mut parts = parts
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        parts.pop()
    };
    let mut alerts: Vec<Alert> = std::thread::scope(|scope| {
        let work = || {
            let mut judge = Judge::default();
            let mut alerts = Vec::new();
            while let Some(part) = next() {
                alerts.extend(part.judge(&mut judge));
            }
            alerts
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        // A worker that ended early is a bug of the engine, and ends the program too.
        let joined = workers.into_iter().map(|worker| match worker.join() {
            Ok(alerts) => alerts,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.flatten().collect()
    });
    alerts.sort_by_key(|alert| (std::cmp::Reverse(alert.points), alert.account, alert.row));
    alerts
}

/// The documents of the alerts: their rows are found again in a second reading, so that a book of
/// any size needs no memory for its words.
fn documents(source: &Source, pass: &Pass) -> Result<Vec<AlertDocument>, Failure> {
    let wanted: BTreeSet<u32> = pass.alerts.iter().flat_map(Alert::all_rows).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows: BTreeMap<u32, (PathBuf, BookRow)> = BTreeMap::new();
    source.read(false, |path, row, payment| {
        if wanted.contains(&row) {
            rows.insert(row, (path.to_owned(), BookRow { row, payment }));
        }
        Ok(())
    })?;
    let documents = pass.alerts.iter().map(|alert| {
        let found = alert.all_rows();
        let found: Vec<&(PathBuf, BookRow)> =
            found.iter().filter_map(|row| rows.get(row)).collect();
        let path = found.last().map_or(Path::new(""), |(path, _)| path);
        let name = path.display().to_string();
        let sha256 = pass.read.iter().find(|read| read.file == name);
        let own: Vec<BookRow> = found.iter().map(|(_, row)| row.clone()).collect();
        alert_document(
            alert,
            pass.accounts.name(alert.account),
            &own,
            &name,
            sha256.map_or("", |read| &read.sha256),
        )
    });
    Ok(documents.collect())
}

fn print(
    document: &AlertDocument,
    report: Option<model::ReportId>,
    args: &Screen,
) -> Result<(), Failure> {
    let reasons = document.reasons();
    if args.json {
        return output::json(&AlertLine {
            account: document.account().expose(),
            side: document.side(),
            route: document.route(),
            points: document.points(),
            at: document.at(),
            reasons: reasons.iter().map(|it| line(it, args.explain)).collect(),
            payments: document.rows().len(),
            report,
        });
    }
    let kept = report.map_or(String::new(), |report| format!("  report {report}"));
    output::line(&format!(
        "{}  {} points  as {}  for {}  at {}{kept}",
        document.account().expose(),
        document.points(),
        document.side(),
        document.route(),
        document.at()
    ))?;
    for reason in reasons {
        output::line(&format!(
            "  +{} {} {}: {}",
            reason.points, reason.indicator, reason.version, reason.text
        ))?;
        if args.explain {
            let numbers: Vec<String> = reason
                .parameters
                .iter()
                .map(|(name, value)| format!("{name} {value}"))
                .collect();
            output::line(&format!(
                "      {}: {}, {}; {}",
                reason.kind,
                reason.source,
                reason.dated,
                numbers.join(", ")
            ))?;
        }
    }
    Ok(())
}

fn line(reason: &AlertReason, explain: bool) -> ReasonLine<'_> {
    ReasonLine {
        indicator: &reason.indicator,
        version: &reason.version,
        points: reason.points,
        text: &reason.text,
        kind: &reason.kind,
        source: explain.then_some(reason.source.as_str()),
        dated: explain.then_some(reason.dated.as_str()),
        parameters: explain.then_some(reason.parameters.as_slice()),
        rows: reason.rows.iter().map(|id| id.expose().as_str()).collect(),
    }
}

fn finish(pass: &Pass, policy: &Policy, json: bool) -> Result<Verdict, Failure> {
    let rows: u64 = pass.read.iter().map(|read| read.taken).sum();
    let rejected: u64 = pass.read.iter().map(|read| read.rejected).sum();
    let broken = pass.read.iter().any(|read| read.broken.is_some());
    let accounts = pass.accounts.len();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rate = pass.alerts.len() as f64 * 100_000.0 / accounts.max(1) as f64;
    if json {
        output::json(&RunLine {
            rows,
            rejected,
            accounts,
            unconverted: pass.unconverted,
            alerts: pass.alerts.len(),
            alerts_per_100000_accounts: rate,
            policy: policy.version(),
            files: &pass.read,
        })?;
    } else {
        for read in &pass.read {
            output::say(&format!(
                "{}: {} records, {} taken, {} rejected; control total: {}",
                read.file, read.records, read.taken, read.rejected, read.reconciled
            ))?;
        }
        if pass.unconverted > 0 {
            output::say(&format!(
                "{} amounts are in currencies without a rate of their day (--rates): no test of \
                 amounts holds for them",
                pass.unconverted
            ))?;
        }
        output::say(&format!(
            "{} alerts over {accounts} accounts, {rate:.1} in 100,000, by policy {}",
            pass.alerts.len(),
            policy.version()
        ))?;
    }
    Ok(if rejected > 0 || broken {
        Verdict::SomeRefused
    } else {
        Verdict::Done
    })
}

/// What another policy would change.
fn compare(
    before: &Arc<Policy>,
    after: &Arc<Policy>,
    rates: &Arc<Rates>,
    pass: &Pass,
    json: bool,
) -> Result<Verdict, Failure> {
    let accounts = |alerts: &[Alert]| -> BTreeSet<(u32, bool)> {
        let side = |alert: &Alert| alert.side == screen::typology::Side::Sender;
        alerts.iter().map(|it| (it.account, side(it))).collect()
    };
    let old = accounts(&judged(&pass.book, before, rates).0);
    let new = accounts(&pass.alerts);
    let change = ChangeLine {
        policy: after.version().to_owned(),
        alerts_before: old.len(),
        alerts_after: new.len(),
        only_before: old.difference(&new).count(),
        only_after: new.difference(&old).count(),
    };
    if json {
        output::json(&change)?;
    } else {
        output::line(&format!(
            "accounts with an alert: {} before, {} after; {} no longer, {} newly",
            change.alerts_before, change.alerts_after, change.only_before, change.only_after
        ))?;
    }
    Ok(Verdict::Done)
}

/// How many alerts each indicator carries.
fn ablate(
    policy: &Arc<Policy>,
    rates: &Arc<Rates>,
    pass: &Pass,
    json: bool,
) -> Result<Verdict, Failure> {
    for indicator in policy.indicators().iter().filter(|it| it.enabled) {
        let without = Arc::new(policy.without(&indicator.id));
        let line = AblationLine {
            indicator: &indicator.id,
            alerts: pass.alerts.len(),
            alerts_without: judged(&pass.book, &without, rates).0.len(),
        };
        if json {
            output::json(&line)?;
        } else {
            output::line(&format!(
                "{}: {} alerts with it, {} without",
                line.indicator, line.alerts, line.alerts_without
            ))?;
        }
    }
    Ok(Verdict::Done)
}

fn rates_of(path: Option<&Path>, policy: &Policy) -> Result<Rates, Failure> {
    let Some(path) = path else {
        return Ok(Rates::none(policy.currency()));
    };
    let text = text_of(path, RATES_BYTES_MAX as u64)?;
    Rates::parse(&text, &path.display().to_string()).map_err(Failure::Rates)
}

/// Typologies from a directory of TOML files.
fn policy_of(dir: &Path) -> Result<Policy, Failure> {
    let unreadable = |source| Failure::Read {
        path: dir.to_owned(),
        source,
    };
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir)
        .map_err(unreadable)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    paths.sort();
    let mut files = Vec::with_capacity(paths.len());
    for path in &paths {
        let text = text_of(path, POLICY_BYTES_MAX as u64)?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        files.push((name, text));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect();
    Policy::parse(&files).map_err(Failure::Typologies)
}
