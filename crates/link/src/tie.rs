//! Which cases a report joins, by which identifiers, given what is known of each.

use std::collections::BTreeSet;

use model::{CaseId, Identifier, ReportId};

use crate::LinkPolicy;

/// What is already known of one identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The case of the reports that carry it.
    pub case: CaseId,
    /// The latest report that carries it.
    pub last_report: ReportId,
    /// How many reports carry it.
    pub reports: u64,
}

/// One reason why two reports stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TieLink {
    /// Position in the identifiers that were asked about.
    pub identifier: usize,
    /// The earlier report that carries the same identifier.
    pub to: ReportId,
}

/// The answer for one report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tie {
    /// The cases it belongs to, ascending: none = a new case, the first survives, several become
    /// one.
    pub cases: Vec<CaseId>,
    /// Why, one per identifier that ties, in the order of the identifiers.
    pub links: Vec<TieLink>,
    /// Positions of identifiers that too many reports carry, or that reach past the policy's
    /// `cases_max`: they tie nothing, and a person may want to know.
    pub shared_by_many: Vec<usize>,
}

/// Decides which cases `report` joins. `known[i]` says what is known of `identifiers[i]`, before
/// this report is counted; where `known` is shorter, nothing is known of the rest.
pub fn tie(
    policy: &LinkPolicy,
    report: ReportId,
    identifiers: &[Identifier],
    known: &[Option<Known>],
) -> Tie {
    let mut cases = BTreeSet::new();
    let mut answer = Tie::default();
    for (position, (identifier, known)) in identifiers.iter().zip(known).enumerate() {
        let Some(known) = known.filter(|_| identifier.ties) else {
            continue;
        };
        let one_too_many = cases.len() >= policy.cases_max() && !cases.contains(&known.case);
        if known.reports >= policy.reports_max(identifier.kind) || one_too_many {
            answer.shared_by_many.push(position);
            continue;
        }
        cases.insert(known.case);
        if known.last_report != report {
            answer.links.push(TieLink {
                identifier: position,
                to: known.last_report,
            });
        }
    }
    answer.cases = cases.into_iter().collect();
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::own_identifier;
    use proptest::prelude::*;

    fn policy() -> LinkPolicy {
        LinkPolicy::builtin().unwrap()
    }

    fn known(case: i64, report: i64, reports: u64) -> Known {
        Known {
            case: CaseId::new(case),
            last_report: ReportId::new(report),
            reports,
        }
    }

    fn named(kind: model::IdentifierKind) -> Identifier {
        Identifier {
            kind,
            ..own_identifier(ReportId::new(1))
        }
    }

    #[test]
    fn the_oldest_case_survives_a_merge() {
        let mine = vec![named(model::IdentifierKind::Email); 4];
        let seen = [
            Some(known(9, 20, 1)),
            None,
            Some(known(3, 4, 2)),
            Some(known(9, 21, 1)),
        ];
        let answer = tie(&policy(), ReportId::new(30), &mine, &seen);
        assert_eq!(answer.cases, [CaseId::new(3), CaseId::new(9)]);
        let links: Vec<_> = answer
            .links
            .iter()
            .map(|link| (link.identifier, link.to.number()))
            .collect();
        assert_eq!(links, [(0, 20), (2, 4), (3, 21)]);
        assert!(answer.shared_by_many.is_empty());
    }

    #[test]
    fn a_report_is_not_linked_to_itself() {
        let mine = [named(model::IdentifierKind::Email)];
        let answer = tie(
            &policy(),
            ReportId::new(30),
            &mine,
            &[Some(known(9, 30, 1))],
        );
        assert_eq!(answer.cases, [CaseId::new(9)]);
        assert!(answer.links.is_empty());
    }

    #[test]
    fn what_may_not_tie_does_not_tie() {
        let mut mine = named(model::IdentifierKind::Ip);
        mine.ties = false;
        let answer = tie(
            &policy(),
            ReportId::new(30),
            &[mine],
            &[Some(known(9, 20, 1))],
        );
        assert_eq!(answer, Tie::default());
    }

    #[test]
    fn inv_10_reports_max_holds_at_the_limit_and_one_past_it() {
        let policy = policy();
        for kind in model::IdentifierKind::ALL {
            let max = policy.reports_max(kind);
            let ask = |reports| {
                let seen = [Some(known(9, 20, reports))];
                tie(&policy, ReportId::new(30), &[named(kind)], &seen)
            };
            assert_eq!(ask(max - 1).cases.len(), 1, "{kind:?}");
            assert_eq!(ask(max).cases.len(), 0, "{kind:?}");
            assert_eq!(ask(max).shared_by_many, [0], "{kind:?}");
        }
    }

    #[test]
    fn inv_10_one_report_fuses_no_more_than_cases_max_cases() {
        let policy = policy();
        let max = policy.cases_max();
        let mine = vec![named(model::IdentifierKind::Email); max + 2];
        let mut seen: Vec<_> = (1..)
            .take(max + 1)
            .map(|n| Some(known(n, 100 + n, 1)))
            .collect();
        // One more identifier of a case that is already in still ties.
        seen.push(Some(known(1, 101, 1)));
        let answer = tie(&policy, ReportId::new(999), &mine, &seen);
        assert_eq!(answer.cases.len(), max);
        assert_eq!(answer.shared_by_many, [max]);
        assert_eq!(answer.links.len(), max + 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_case_but_ones_own_has_a_link_and_cases_ascend(
            rows in prop::collection::vec((1_i64..6, 1_i64..50, 1_u64..3000, any::<bool>()), 0..40)
        ) {
            let mine: Vec<_> = rows
                .iter()
                .map(|row| Identifier { ties: row.3, ..named(model::IdentifierKind::Email) })
                .collect();
            let seen: Vec<_> = rows.iter().map(|row| Some(known(row.0, row.1, row.2))).collect();
            let answer = tie(&policy(), ReportId::new(100), &mine, &seen);
            prop_assert!(answer.cases.is_sorted_by(|a, b| a < b));
            for case in &answer.cases {
                let linked = |link: &TieLink| CaseId::new(rows[link.identifier].0) == *case;
                prop_assert!(answer.links.iter().any(linked));
            }
            for link in &answer.links {
                prop_assert!(rows[link.identifier].3);
                prop_assert!(!answer.shared_by_many.contains(&link.identifier));
            }
        }
    }
}
