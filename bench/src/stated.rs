//! What users of peers state for comparable work: printed beside ours, not measured here.

use crate::Workload;
use crate::failure::Failure;
use crate::figure::Figure;

const DOOR: [Figure<'static>; 2] = [
    Figure {
        bench: "door",
        metric: "stated by users of OpenCTI: messages taken in, on 16 virtual processors",
        value: 3.0,
        unit: "1/s",
        n: 1,
        source: Some("a user's statement; no run of ours"),
    },
    Figure {
        bench: "door",
        metric: "stated by users of DFIR-IRIS: alerts taken in (10 in 50 s)",
        value: 0.2,
        unit: "1/s",
        n: 1,
        source: Some("a user's statement; no run of ours"),
    },
];

const SCREEN: [Figure<'static>; 2] = [
    Figure {
        bench: "screen",
        metric: "stated by Tazama: transfers, 33 rules, on a set-up for $1,000 a month",
        value: 45.0,
        unit: "1/s",
        n: 1,
        source: Some("its documentation of environments; other rules than ours"),
    },
    Figure {
        bench: "screen",
        metric: "stated by Tazama: transfers, 33 rules, on a set-up for $10,000 a month",
        value: 1_116.0,
        unit: "1/s",
        n: 1,
        source: Some("its documentation of environments; other rules than ours"),
    },
];

/// Prints the statements about work like that of `workload`.
pub(crate) fn print(workload: Workload) -> Result<(), Failure> {
    match workload {
        Workload::Door | Workload::ReportDir => DOOR.iter().try_for_each(Figure::print),
        Workload::Screen | Workload::ScreenLive => SCREEN.iter().try_for_each(Figure::print),
        Workload::Upload
        | Workload::QueuePage
        | Workload::Rank
        | Workload::Persons
        | Workload::Identifiers
        | Workload::Idle
        | Workload::LinkLive
        | Workload::LinkBulk
        | Workload::Decode
        | Workload::Video
        | Workload::ListImport
        | Workload::Growth
        | Workload::Typologies
        | Workload::PacsParse
        | Workload::OverMerge
        | Workload::HashLookup
        | Workload::Pdq
        | Workload::PdqConformance
        | Workload::Windows
        | Workload::Graph => Ok(()),
    }
}
