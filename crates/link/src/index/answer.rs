//! What the live index answers.

use model::{IdentifierKind, ReportId};

/// An identifier as the index knows it: never in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    /// The kind.
    pub kind: IdentifierKind,
    /// 64 bits of a keyed digest of kind and normal form. Among 14 million identifiers two share
    /// one by chance with a probability of 1 in 190,000.
    pub fingerprint: u64,
}

/// Where a report was placed. `moves` came first, then the report, then `merged`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The first report of its case: the report itself, if it opens one.
    pub founder: ReportId,
    /// Why it stands there, one per identifier and case that it shares it with, the strongest case
    /// first. An edge whose other end stands in a case that a decision keeps apart is listed too,
    /// because the decision may be undone; show only those within one case.
    pub edges: Vec<Edge>,
    /// Positions, in what the report carries, of identifiers that have come apart: shared by so
    /// many unconnected reports that they say nothing. Ascending.
    pub hubs: Vec<usize>,
    /// Cases that it was not tied to, with what speaks for it; the strongest first, at most
    /// [`super::SUGGESTIONS_MAX`].
    pub suggestions: Vec<Suggestion>,
    /// Reports that left their case because an identifier came apart; never the report itself.
    pub moves: Vec<Move>,
    /// Cases that the report made one: the founder that no longer is one, and the one that stays.
    pub merged: Vec<(ReportId, ReportId)>,
}

/// One identifier that a report shares with an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Position in what the report carries.
    pub identifier: usize,
    /// A carrier in that case: the nearest in time, or the first that was looked at.
    pub to: ReportId,
    /// What it said when the report came, in bits.
    pub bits: u8,
}

/// A case that a person may want to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// A report of that case: the carrier of the strongest identifier.
    pub to: ReportId,
    /// What speaks for it, in bits.
    pub bits: u32,
    /// Positions of the shared identifiers, the strongest first.
    pub identifiers: Vec<usize>,
    /// Why it was not tied.
    pub why: SuggestionWhy,
}

/// Why a case was suggested and not tied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuggestionWhy {
    /// What is shared is not enough.
    TooWeak,
    /// A person's decision keeps it apart from a case that the report belongs to.
    KeptApart,
    /// The report already made as many cases one as the policy lets a single report do.
    TooManyCases,
}

/// A report that changed its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// The report.
    pub report: ReportId,
    /// The first report of the case that it left.
    pub from: ReportId,
    /// The first report of the case that it is in now.
    pub to: ReportId,
}

/// What a decision changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Regrouping {
    /// Cases that became part of another as a whole: the old founder, and the new one.
    pub merged: Vec<(ReportId, ReportId)>,
    /// Reports that left a case of which others stayed, or went elsewhere.
    pub moves: Vec<Move>,
}
