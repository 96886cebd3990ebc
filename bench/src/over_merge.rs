//! What strangers share must not tie them: a gateway's address, a helpline's number.

use std::collections::BTreeMap;

use link::{Carried, Index, LinkPolicy};
use model::{IdentifierKind, ReportId};

use crate::failure::Failure;
use crate::figure::{per, print};
use crate::link_world::{at, draw, fingerprint, id};
use crate::own_usage::cpu_seconds;

const BENCH: &str = "over-merge";
/// Reports of each true case.
const PER_CASE: u64 = 3;
/// Of a million reports: those that name the gateway's address, and those that name the helpline.
const GATEWAY_PER_MILLION: u64 = 100_000;
const HELPLINE_PER_MILLION: u64 = 10_000;

/// Places `reports`, three to a true case, and counts what was fused and what was missed.
pub(crate) fn run(reports: usize) -> Result<(), Failure> {
    let cases = u64::try_from(reports).unwrap_or(u64::MAX) / PER_CASE;
    let all = cases * PER_CASE;
    let mut index = Index::new(LinkPolicy::builtin()?);
    let cpu = cpu_seconds()?;
    let (mut gateway, mut helpline) = (0, 0);
    let mut moved = 0;
    for report in 0..all {
        let mut carried = of_case(report, cases);
        if draw(report, 10) % 1_000_000 < GATEWAY_PER_MILLION {
            carried.push(shared(IdentifierKind::Ip, 8));
            gateway += 1;
        }
        if draw(report, 11) % 1_000_000 < HELPLINE_PER_MILLION {
            carried.push(shared(IdentifierKind::Phone, 9));
            helpline += 1;
        }
        moved += index.place(id(report), at(report), &carried)?.moves.len();
    }
    print(BENCH, "processor", cpu_seconds()? - cpu, "s", reports)?;
    print(
        BENCH,
        "reports that name one gateway's address",
        per(gateway, 1.0),
        "reports",
        reports,
    )?;
    print(
        BENCH,
        "reports that name one helpline's number",
        per(helpline, 1.0),
        "reports",
        reports,
    )?;
    print(
        BENCH,
        "reports moved when these came apart",
        per(moved, 1.0),
        "reports",
        reports,
    )?;
    verdict(&index, cases, all)
}

/// The case that a report truly belongs to: cases come one after the other, and are spread in time.
const fn truth(report: u64, cases: u64) -> u64 {
    report % cases
}

/// Which of its case's two identifiers a report names: the account, both, or the number.
fn names(report: u64) -> (bool, bool) {
    let which = draw(report, 12) % 3;
    (which < 2, which > 0)
}

/// What a report names of its case, and an address of its own.
fn of_case(report: u64, cases: u64) -> Vec<Carried> {
    let case = truth(report, cases);
    let (account, number) = names(report);
    let named = [
        account.then_some((IdentifierKind::Handle, 1, case)),
        number.then_some((IdentifierKind::Phone, 2, case)),
        Some((IdentifierKind::Ip, 3, report)),
    ];
    let named = named.into_iter().flatten();
    let carried = named.map(|(kind, family, number)| Carried {
        kind,
        fingerprint: fingerprint(family, number),
    });
    carried.collect()
}

fn shared(kind: IdentifierKind, family: u64) -> Carried {
    Carried {
        kind,
        fingerprint: fingerprint(family, 0),
    }
}

fn verdict(index: &Index, cases: u64, reports: u64) -> Result<(), Failure> {
    let mut truths: BTreeMap<ReportId, Vec<u64>> = BTreeMap::new();
    let (mut ties, mut kept) = (0, 0);
    for report in 0..reports {
        let Some(founder) = index.founder_of(id(report)) else {
            return Err(Failure::Unexpected { what: "the index" });
        };
        truths
            .entry(founder)
            .or_default()
            .push(truth(report, cases));
        // The case's report before this one stands `cases` earlier. They are tied if both name the
        // account, or both the number.
        let Some(before) = report.checked_sub(cases) else {
            continue;
        };
        let ((account, number), (its_account, its_number)) = (names(report), names(before));
        if account && its_account || number && its_number {
            ties += 1;
            kept += usize::from(index.founder_of(id(before)) == Some(founder));
        }
    }
    let mut fused = 0;
    for within in truths.values_mut() {
        within.sort_unstable();
        within.dedup();
        fused += within.len() * (within.len() - 1) / 2;
    }
    let all = usize::try_from(reports).unwrap_or(usize::MAX);
    print(
        BENCH,
        "true cases",
        per(usize::try_from(cases).unwrap_or(0), 1.0),
        "cases",
        all,
    )?;
    print(
        BENCH,
        "pairs of true cases fused",
        per(fused, 1.0),
        "pairs",
        all,
    )?;
    print(
        BENCH,
        "true ties kept",
        per(kept, per(ties, 1.0)),
        "of 1",
        ties,
    )
}
