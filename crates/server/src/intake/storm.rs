//! The part of a batch that gathers many reports of one thing into one row of the queue, and keeps
//! apart what is news.

use std::collections::BTreeSet;

use link::{StormFacts, StormKind};
use model::{CaseId, CustodyEvent, Deed, Override, ReportId, ReportState, StormId, Timestamp};
use store::{
    Blind, Counter, LinkKind, LinkRow, StormKeyRow, StormMarkRow, StormNamedRow, StormRow, Tx,
};
use vault::Keys;

use super::batch::Batch;
use super::operation::{Actor, Finishing};
use super::{IntakeError, IntakeFault};
use crate::sealed_names as names;

/// Cases with more reports than this keep a row of their own without looking at each report.
const REPORTS_GATHERED_MAX: i64 = 50;

/// What a report has in common with others, blinded.
pub(crate) struct PreparedStorm {
    pub(crate) keys: Vec<(StormKind, Blind)>,
    /// The keys of each file.
    files: Vec<Vec<Blind>>,
    pub(crate) facts: StormFacts,
}

impl PreparedStorm {
    /// Blinds what is compared.
    pub(super) fn new(keys: &Keys, facts: StormFacts) -> Self {
        let blinded = |key: &link::StormKey| {
            let kind = format!("storm|{}", key.kind.name());
            (key.kind, Blind(keys.blind(&kind, key.value.expose())))
        };
        let of_file = |keys: &Vec<link::StormKey>| {
            let blinds = keys.iter().map(|key| blinded(key).1);
            blinds.collect::<Vec<Blind>>()
        };
        Self {
            keys: facts.keys.iter().map(blinded).collect(),
            files: facts.files.iter().map(of_file).collect(),
            facts,
        }
    }
}

impl Batch<'_> {
    /// Counts a finished report among those that have the same in common, and puts its case into
    /// their row if it brings nothing new.
    pub(super) async fn gather(
        &mut self,
        tx: &mut Tx,
        new: &Finishing,
        case: CaseId,
        position: usize,
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        self.load_storms(tx, &new.storm).await?;
        for (kind, blind) in &new.storm.keys {
            self.count_key(new.report, *kind, *blind);
        }
        for (kind, blind) in &new.storm.keys {
            self.begin_storm(tx, *kind, *blind, new.report, new.actor, at)
                .await?;
        }
        let raised = new
            .judged
            .findings
            .iter()
            .any(|found| found.raises.is_some());
        let stays_open = new.storm.facts.stays_open || raised;
        let Some(storm) = self.storm_of(&new.storm) else {
            let news = stays_open || !new.storm.facts.named.is_empty();
            self.update(new.report, |row| row.news = news);
            return self.leave_row(tx, case, at).await;
        };
        let unnamed = self.name(tx, storm, &new.storm.facts).await?;
        let is_unknown = |keys: &Vec<Blind>| {
            let mut keys = keys.iter();
            keys.all(|blind| self.storm_by_key(*blind).is_none())
        };
        let other_files = new.storm.files.iter().any(is_unknown);
        let news = stays_open || unnamed || other_files;
        self.update(new.report, |row| {
            row.storm = Some(storm);
            row.news = news;
        });
        self.change_storm(storm, at, |row| row.reports += 1);
        if news {
            self.remark_news(new, case, storm, position, stays_open)?;
            return self.leave_row(tx, case, at).await;
        }
        self.gather_case(tx, case, storm, at).await
    }

    /// A case that became part of another stands in no row any more; the other has its own, unless
    /// both stood in one.
    pub(super) async fn merge_rows(
        &mut self,
        tx: &mut Tx,
        from: CaseId,
        into: CaseId,
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        let led = self.led_by(tx, from).await?;
        for storm in led {
            self.change_storm(storm, at, |row| row.lead = into);
        }
        self.leave_row(tx, from, at).await?;
        self.leave_row(tx, into, at).await
    }

    /// Gives a case a row of its own.
    pub(super) async fn leave_row(
        &mut self,
        tx: &mut Tx,
        case: CaseId,
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        let Some(storm) = self.open(case)?.row.storm.take() else {
            return Ok(());
        };
        self.written.cases.insert(case);
        self.load_storm_rows(tx, &[storm]).await?;
        self.change_storm(storm, at, |row| row.cases -= 1);
        Ok(())
    }

    async fn load_storms(&mut self, tx: &mut Tx, new: &PreparedStorm) -> Result<(), IntakeError> {
        let blinds: Vec<Blind> = new
            .keys
            .iter()
            .map(|(_, blind)| *blind)
            .filter(|blind| !self.storm_keys.contains_key(blind))
            .collect();
        for row in tx.storm_keys(&blinds).await? {
            self.storm_keys.insert(row.blind, row);
        }
        let storms: BTreeSet<StormId> = new
            .keys
            .iter()
            .filter_map(|(_, blind)| self.storm_by_key(*blind))
            .collect();
        let storms: Vec<StormId> = storms.into_iter().collect();
        self.load_storm_rows(tx, &storms).await
    }

    async fn load_storm_rows(&mut self, tx: &mut Tx, ids: &[StormId]) -> Result<(), IntakeError> {
        let absent: Vec<StormId> = ids
            .iter()
            .copied()
            .filter(|id| !self.storms.contains_key(id))
            .collect();
        for row in tx.storms(&absent).await? {
            self.storms.insert(row.id, row);
        }
        Ok(())
    }

    fn count_key(&mut self, report: ReportId, kind: StormKind, blind: Blind) {
        let row = self.storm_keys.entry(blind).or_insert_with(|| StormKeyRow {
            blind,
            kind: kind.name().to_owned(),
            reports: 0,
            storm: None,
        });
        row.reports += 1;
        self.written.storm_keys.insert(blind);
        self.written
            .storm_marks
            .push(StormMarkRow { blind, report });
    }

    /// Makes a storm when enough reports have a thing in common, of those that came before too.
    async fn begin_storm(
        &mut self,
        tx: &mut Tx,
        kind: StormKind,
        blind: Blind,
        newest: ReportId,
        actor: Actor,
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        let enough = self.tools.storm_policy.reports_min(kind);
        let Some(row) = self.storm_keys.get_mut(&blind) else {
            return Ok(());
        };
        if row.storm.is_some() || row.reports < enough {
            return Ok(());
        }
        let id = StormId::new(tx.reserve(Counter::Storm, 1).await?.start);
        row.storm = Some(id);
        let mut marks = tx.storm_marks(&[blind]).await?;
        marks.extend(
            self.written
                .storm_marks
                .iter()
                .filter(|mark| mark.blind == blind),
        );
        let earlier: BTreeSet<ReportId> = marks.iter().map(|mark| mark.report).collect();
        let earlier: Vec<ReportId> = earlier.into_iter().filter(|it| *it != newest).collect();
        self.load_reports(tx, &earlier).await?;
        self.storms.insert(
            id,
            StormRow {
                id,
                kind: kind.name().to_owned(),
                lead: CaseId::new(0),
                reports: 0,
                cases: 0,
                opened: at,
                changed: at,
            },
        );
        let mut event = CustodyEvent::new(at, Deed::StormGathered, actor.to_string());
        event.note = Some(format!("storm {id}: reports with the same {}", kind.name()));
        self.record_unbound(&event)?;
        for report in earlier {
            let free = self
                .reports
                .get(&report)
                .is_some_and(|row| row.storm.is_none());
            if !free {
                continue;
            }
            self.update(report, |row| row.storm = Some(id));
            self.change_storm(id, at, |row| row.reports += 1);
            let quiet = self.reports.get(&report).is_some_and(|row| !row.news);
            if let (true, Some(case)) = (quiet, self.case_of(report)) {
                self.load_cases(tx, &[case]).await?;
                self.gather_case(tx, case, id, at).await?;
            }
        }
        Ok(())
    }

    /// The storm of a thing.
    fn storm_by_key(&self, blind: Blind) -> Option<StormId> {
        self.storm_keys.get(&blind)?.storm
    }

    /// The largest storm that a report belongs to.
    fn storm_of(&self, new: &PreparedStorm) -> Option<StormId> {
        new.keys
            .iter()
            .filter_map(|(_, blind)| self.storm_by_key(*blind))
            .max_by_key(|storm| {
                let reports = self.storms.get(storm).map_or(0, |row| row.reports);
                (reports, std::cmp::Reverse(*storm))
            })
    }

    /// Notes the children and places that a report names, and says whether its storm had not named
    /// one of them.
    async fn name(
        &mut self,
        tx: &mut Tx,
        storm: StormId,
        facts: &StormFacts,
    ) -> Result<bool, IntakeError> {
        let kind = format!("storm-named|{storm}");
        let blinds: Vec<Blind> = facts
            .named
            .iter()
            .map(|named| Blind(self.tools.keys.blind(&kind, named.expose())))
            .collect();
        for row in tx.storm_named(&blinds).await? {
            self.storm_named.insert(row.blind);
        }
        let mut news = false;
        for blind in blinds {
            if self.storm_named.insert(blind) {
                news = true;
                self.written
                    .storm_named
                    .push(StormNamedRow { blind, storm });
            }
        }
        Ok(news)
    }

    fn change_storm(&mut self, storm: StormId, at: Timestamp, change: impl FnOnce(&mut StormRow)) {
        if let Some(row) = self.storms.get_mut(&storm) {
            change(row);
            row.changed = at;
            self.written.storms.insert(storm);
        }
    }

    /// Puts a case into a storm's row, if none of its reports brings news; the most endangered case
    /// leads the row, so that nothing in it stands lower than it would alone (invariant 6).
    async fn gather_case(
        &mut self,
        tx: &mut Tx,
        case: CaseId,
        storm: StormId,
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        let row = &self.open(case)?.row;
        if row.storm.is_some() || row.merged_into.is_some() || row.reports > REPORTS_GATHERED_MAX {
            return Ok(());
        }
        if row.reports > 1 {
            self.load_members(tx, case).await?;
        }
        let quiet = |row: &&store::ReportRow| row.storm.is_some() && !row.news;
        let members = self
            .reports
            .values()
            .filter(|row| row.case == Some(case) && row.state == ReportState::Finished);
        let (all, gathered) = members.fold((0, 0), |(all, gathered), row| {
            (all + 1, gathered + usize::from(quiet(&row)))
        });
        if all != gathered {
            return Ok(());
        }
        let lead = self.storms.get(&storm).map_or(0, |row| row.lead.number());
        let lead = CaseId::new(lead);
        if lead == case {
            return Ok(());
        }
        self.change_storm(storm, at, |row| row.cases += 1);
        if lead.number() == 0 {
            self.change_storm(storm, at, |row| row.lead = case);
            return Ok(());
        }
        self.load_cases(tx, &[lead]).await?;
        let stands = |batch: &mut Self, id: CaseId| -> Result<(i64, i64), IntakeError> {
            let rank = batch.open(id)?.row.rank;
            Ok((Override::standing(rank.raised), rank.danger))
        };
        let follower = if stands(self, case)? > stands(self, lead)? {
            self.change_storm(storm, at, |row| row.lead = case);
            lead
        } else {
            case
        };
        self.open(follower)?.row.storm = Some(storm);
        self.written.cases.insert(follower);
        Ok(())
    }

    /// Says on the case why a copy of what many sent has a row of its own.
    fn remark_news(
        &mut self,
        new: &Finishing,
        case: CaseId,
        storm: StormId,
        position: usize,
        stays_open: bool,
    ) -> Result<(), IntakeFault> {
        let kind = self
            .storms
            .get(&storm)
            .map_or("thing", |row| row.kind.as_str());
        let news = if stays_open {
            "it speaks of danger now"
        } else {
            "it names a child, a place or a file that the others do not"
        };
        let why =
            format!("It belongs to storm {storm}, many reports with the same {kind}, but {news}.");
        let why = self.seal(&new.key, &names::link(new.report, position), why.as_bytes())?;
        self.written.links.push(LinkRow {
            from: new.report,
            position: i64::try_from(position).unwrap_or(i64::MAX),
            to: new.report,
            case,
            why,
            kind: LinkKind::Storm,
            bits: 0,
        });
        Ok(())
    }

    /// The storms whose rows a case leads.
    async fn led_by(&mut self, tx: &mut Tx, case: CaseId) -> Result<Vec<StormId>, IntakeError> {
        for row in tx.storms_led_by(case).await? {
            self.storms.entry(row.id).or_insert(row);
        }
        let led = self.storms.values().filter(|row| row.lead == case);
        Ok(led.map(|row| row.id).collect())
    }
}
