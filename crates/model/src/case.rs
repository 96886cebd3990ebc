//! A case's rank: exactly the sum of its shown points (invariant 5), below any override.

use serde::{Deserialize, Serialize};

use crate::{Finding, Override, ReportId, Score};

/// Where a case stands: first the override, then danger. Actionability is shown beside them and
/// never mixed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rank {
    /// The highest override raised.
    #[serde(rename = "override")]
    pub raised: Option<Override>,
    /// The sum of the danger points.
    pub danger: i64,
    /// The sum of the actionability points.
    pub actionability: i64,
}

/// Adds findings up.
pub fn rank(findings: &[Finding]) -> Rank {
    let sum = |score| {
        findings
            .iter()
            .filter(|f| f.score == score)
            .map(|f| f.points)
            .sum()
    };
    Rank {
        raised: findings.iter().filter_map(|finding| finding.raises).max(),
        danger: sum(Score::Danger),
        actionability: sum(Score::Actionability),
    }
}

/// Why two reports stand in one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The later report.
    pub from: ReportId,
    /// The earlier report.
    pub to: ReportId,
    /// A sentence that says what they share.
    pub why: String,
}
