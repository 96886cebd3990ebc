//! Which accounts of a book the reports of other doors name: the other way round of tying an alert
//! to reports.

use std::collections::{BTreeSet, HashMap};

use model::{Door, IncidentKind, Moment, Part, Report, ReportId};
use screen::account_mention;
use store::Blind;

use super::Accounts;
use crate::intake::{IntakeError, identifier_blind};
use crate::station::{Core, Station};

/// What reports mention, read at a time.
const MENTIONS_PER_READ: usize = 10_000;

impl Station {
    /// The numbers of the accounts that reports name and tie by, rising. Alerts of payments do not
    /// count: an account is not known for having been alerted before.
    pub async fn known_accounts(&self, accounts: &Accounts) -> Result<Vec<u32>, IntakeError> {
        let core = self.core();
        let mut after = (ReportId::new(0), -1);
        let mut asked: Option<HashMap<Blind, u32>> = None;
        let mut known: BTreeSet<u32> = BTreeSet::new();
        loop {
            let read = core
                .store
                .ties_but_of(Door::Payments, after, MENTIONS_PER_READ);
            let named = read.await?;
            let Some((end, _)) = named.last() else {
                return Ok(known.into_iter().collect());
            };
            after = *end;
            // Where no report says anything, no account is looked at.
            let asked = asked.get_or_insert_with(|| blinds_of(core, accounts));
            let numbers = named.iter().filter_map(|(_, blind)| asked.get(blind));
            known.extend(numbers);
        }
    }
}

/// The accounts by the keyed digests of what they identify.
fn blinds_of(core: &Core, accounts: &Accounts) -> HashMap<Blind, u32> {
    let keys = AccountKeys::of_house(core);
    let mut blinds = HashMap::with_capacity(accounts.len());
    for (number, account) in (0..).zip(accounts.names()) {
        blinds.extend(keys.of(account).into_iter().map(|blind| (blind, number)));
    }
    blinds
}

/// The keyed digests of what accounts identify.
pub(super) struct AccountKeys<'a> {
    core: &'a Core,
}

impl<'a> AccountKeys<'a> {
    pub(super) const fn of_house(core: &'a Core) -> Self {
        Self { core }
    }

    /// Those of one account.
    pub(super) fn of(&self, account: &str) -> Vec<Blind> {
        let report = Report {
            incident: IncidentKind::PaymentPattern,
            incident_at: Moment {
                text: String::new(),
                utc: None,
            },
            platform: None,
            escalation: None,
            marks: BTreeSet::new(),
            subjects: Vec::new(),
            mentions: vec![account_mention(account, Part::Reported)],
            files: Vec::new(),
            narratives: Vec::new(),
            findings: Vec::new(),
        };
        let identifiers = link::identifiers(&report, &self.core.identifier_rules);
        let ties = identifiers.into_iter().filter(|identifier| identifier.ties);
        ties.map(|identifier| identifier_blind(&self.core.keys, &identifier))
            .collect()
    }
}
