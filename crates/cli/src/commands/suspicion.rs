//! `watchfire suspicion`: an alert as a report for a financial-intelligence unit.

use std::path::{Path, PathBuf};

use model::ReportId;
use screen::money::{RATES_BYTES_MAX, Rates};
use serde::Serialize;
use server::payments::{SuspicionAsked, SuspicionError, SuspicionForm, WrittenSuspicion};
use server::{Actor, Station};
use wire::suspicion::{Profile, Reporter};

use super::book::text_of;
use super::open;
use crate::Verdict;
use crate::args::{Suspicion, SuspicionFormName};
use crate::failure::Failure;
use crate::output;
use crate::whole_file::{self, WholeFile};

/// The largest settings file or profile, in bytes.
const SETTINGS_BYTES_MAX: u64 = model::limits::MONEY_MAPPING_BYTES_MAX as u64;

/// The keys are what scripts rely on.
#[derive(Serialize)]
struct Summary<'a> {
    report: ReportId,
    form: &'static str,
    transactions: usize,
    sha256: &'a str,
    out: &'a Path,
}

pub(super) async fn run(args: Suspicion) -> Result<Verdict, Failure> {
    if let Some(out) = &args.out {
        whole_file::expect_free(out, args.replace)?;
    }
    let asked = asked(&args)?;
    let station = open(&args.place).await?;
    let written = write(&station, &args, &asked).await;
    station.close().await?;
    let Some((report, written)) = written? else {
        return Ok(Verdict::No);
    };
    let Some(out) = &args.out else {
        output::line(written.xml.expose())?;
        return Ok(Verdict::Done);
    };
    let mut file = WholeFile::begin(out, args.replace)?;
    file.put(written.xml.expose())?;
    file.put("\n")?;
    file.finish()?;
    let summary = Summary {
        report,
        form: args.form.name(),
        transactions: written.transactions,
        sha256: &written.sha256,
        out,
    };
    if args.json {
        output::json(&summary)?;
    } else {
        output::say(&format!(
            "Wrote report {report} as {} with {} transactions to {}",
            summary.form,
            summary.transactions,
            out.display()
        ))?;
    }
    Ok(Verdict::Done)
}

async fn write(
    station: &Station,
    args: &Suspicion,
    asked: &SuspicionAsked,
) -> Result<Option<(ReportId, WrittenSuspicion)>, Failure> {
    let Some(report) = alert(station, args).await? else {
        return Ok(None);
    };
    let written = station
        .write_suspicion(Actor::Operator, report, asked)
        .await;
    let written = written.map_err(|error| told(error, &args.entity))?;
    if written.is_none() {
        output::say(&format!(
            "there is no report {report}: `watchfire screen --data` prints the numbers of alerts"
        ))?;
    }
    Ok(written.map(|written| (report, written)))
}

/// The alert that was asked for; `None` if there is none, which was said.
async fn alert(station: &Station, args: &Suspicion) -> Result<Option<ReportId>, Failure> {
    let Some(case) = args.case else {
        return Ok(args.alert);
    };
    let Some(alerts) = station.alerts_of_case(case).await? else {
        output::say(&format!("there is no case {case}: see `watchfire queue`"))?;
        return Ok(None);
    };
    match &alerts[..] {
        [alert] => Ok(Some(*alert)),
        [] => {
            output::say(&format!("case {case} has no alert of payments"))?;
            Ok(None)
        }
        several => {
            let numbers: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Failure::SeveralAlerts {
                case,
                alerts: numbers.join(", "),
            })
        }
    }
}

/// What failed, with where to say what is missing.
fn told(error: SuspicionError, entity: &Path) -> Failure {
    let SuspicionError::Lacks { fields } = error else {
        return Failure::Suspicion(error);
    };
    let entity = entity.display();
    let hint = |field: &&str| match *field {
        "branch" => format!("branch: say `branch` under [entity] in {entity}"),
        "indicators" => {
            format!("indicators: name codes of the unit's list with --indicator, or in {entity}")
        }
        "action" => format!("action: say what was done as `action` in {entity}"),
        "clients" => format!(
            "clients: describe the customer whose account it is in a [[client]] of {entity}"
        ),
        "local_currency" => format!("local_currency: this form is in AUD; say so in {entity}"),
        other => format!("{other}: the alert holds none"),
    };
    let hints: Vec<String> = fields.iter().map(hint).collect();
    Failure::SuspicionLacks {
        hints: hints.join("\n  "),
    }
}

fn asked(args: &Suspicion) -> Result<SuspicionAsked, Failure> {
    let (text, name) = text_and_name(&args.entity, SETTINGS_BYTES_MAX)?;
    let mut reporter = Reporter::parse(&text, &name).map_err(Failure::SuspicionSettings)?;
    reporter.indicators.extend(args.indicators.iter().cloned());
    let rates = match &args.rates {
        None => Rates::none(reporter.local_currency),
        Some(path) => {
            let (text, name) = text_and_name(path, RATES_BYTES_MAX as u64)?;
            Rates::parse(&text, &name).map_err(Failure::Rates)?
        }
    };
    let form = match args.form {
        SuspicionFormName::Smr => SuspicionForm::Smr,
        SuspicionFormName::Goaml => SuspicionForm::Goaml {
            profile: Box::new(profile(&args.profile)?),
            kind: args.kind.clone(),
        },
    };
    Ok(SuspicionAsked {
        form,
        reporter,
        rates,
        reference: args.reference.clone(),
    })
}

/// A profile that is built in, or that of a file.
fn profile(name: &str) -> Result<Profile, Failure> {
    if let Some(known) = Profile::builtin(name) {
        return known.map_err(Failure::SuspicionSettings);
    }
    let path = PathBuf::from(name);
    let is_file = path.extension().is_some_and(|ending| ending == "toml");
    if !is_file {
        return Err(Failure::ProfileUnknown {
            name: name.to_owned(),
            known: Profile::NAMES.join(", "),
        });
    }
    let (text, name) = text_and_name(&path, SETTINGS_BYTES_MAX)?;
    Profile::parse(&text, &name).map_err(Failure::SuspicionSettings)
}

fn text_and_name(path: &Path, bytes_max: u64) -> Result<(String, String), Failure> {
    Ok((text_of(path, bytes_max)?, path.display().to_string()))
}
