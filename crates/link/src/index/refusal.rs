//! What the live index refuses, and why.

use model::{DecisionId, ReportId};

use super::CARRIED_MAX;

/// A call that was refused; nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexRefusal {
    /// A report is placed once.
    #[error("report {0} was placed before")]
    ReportPlaced(ReportId),
    /// A decision names a report that was never placed.
    #[error("report {0} was never placed: name reports of the case")]
    ReportUnknown(ReportId),
    /// More than [`CARRIED_MAX`] identifiers on one report.
    #[error("report {0} carries more than {CARRIED_MAX} identifiers: place it with fewer")]
    CarriedTooMany(ReportId),
    /// The numbers of 32 bits are used up.
    #[error("the index holds as much as it can number: split it by agency")]
    Full,
    /// A decision's id serves once, also after it was undone.
    #[error("decision {0} was made before: take another id")]
    DecisionUsed(DecisionId),
    /// There is no such decision.
    #[error("there is no decision {0}")]
    DecisionUnknown(DecisionId),
    /// A decision is undone once.
    #[error("decision {0} was undone before")]
    DecisionUndone(DecisionId),
    /// One report cannot be joined with itself.
    #[error("report {0} is on both sides: name two reports")]
    SidesOverlap(ReportId),
    /// A side without reports.
    #[error("a side names no report: name at least one on each")]
    SideEmpty,
    /// What is to be kept apart is no one case.
    #[error("report {0} stands in another case: it is apart already")]
    SidesOfTwoCases(ReportId),
    /// The two are kept apart by an earlier decision.
    #[error("decision {0} keeps the two apart: undo it first")]
    KeptApart(DecisionId),
    /// The two were joined by an earlier decision.
    #[error("decision {0} holds the two together: undo it first")]
    Joined(DecisionId),
}

impl IndexRefusal {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ReportPlaced(_) => "link-index.report-placed",
            Self::ReportUnknown(_) => "link-index.report-unknown",
            Self::CarriedTooMany(_) => "link-index.carried-too-many",
            Self::Full => "link-index.full",
            Self::DecisionUsed(_) => "link-index.decision-used",
            Self::DecisionUnknown(_) => "link-index.decision-unknown",
            Self::DecisionUndone(_) => "link-index.decision-undone",
            Self::SidesOverlap(_) => "link-index.sides-overlap",
            Self::SideEmpty => "link-index.side-empty",
            Self::SidesOfTwoCases(_) => "link-index.sides-of-two-cases",
            Self::KeptApart(_) => "link-index.kept-apart",
            Self::Joined(_) => "link-index.joined",
        }
    }
}
