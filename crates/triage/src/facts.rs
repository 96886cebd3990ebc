//! What a rule may ask of a report: named facts, and how each is read from it.

use std::collections::BTreeSet;

use model::{
    Finding, Identifier, IdentifierKind, IncidentKind, Mark, Mention, MentionKind, Override, Part,
    Report, Sensitive, Subject, Timestamp,
};
use serde::de::IntoDeserializer;
use serde::de::value::{Error as NameError, StrDeserializer};
use serde::{Deserialize, Serialize};

/// A named fact about one report. Policies name facts by [`Fact::parse`]'s names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// `escalated`: the sender said why the report is urgent; any text at all.
    Escalated,
    /// `incident_…`: the kind of incident, by its name in the model (`incident_enticement`).
    Incident(IncidentKind),
    /// `mark_…`: a mark on the report or on any of its files, by its name in the model
    /// (`mark_live_streaming`).
    Marked(Mark),
    /// `incident_recent`: the incident lies at most `within_hours` before the report was finished.
    /// Unsaid where the time has no offset or lies in the future.
    IncidentRecent,
    /// `victim_under_age`: a child is known to be younger than `under_years`. Unsaid where some
    /// child's age is.
    VictimUnderAge,
    /// `file_prepubescent`: a file is of class A1 or A2. Unsaid where some file's class is.
    FilePrepubescent,
    /// `victim_present`: the report tells of a child apart from the files.
    VictimPresent,
    /// `several_victims`: more than one.
    SeveralVictims,
    /// `victim_known`: something that points at a child of this report pointed at a child of an
    /// earlier report of another incident. The archive says it, not the sender ([`Context`]).
    VictimKnown,
    /// `victim_identified`: a child's name, address, number or account is given.
    VictimIdentified,
    /// `cross_border`: a child and the person reported are in different countries.
    CrossBorder,
    /// `place_known`: a country is given for anyone in the report.
    PlaceKnown,
    /// `ip_with_port_and_time`: an address with port and second-accurate time.
    IpWithPortAndTime,
    /// `ip_with_time`: an address with its time.
    IpWithTime,
    /// `email`: an email address of someone involved.
    Email,
    /// `phone`: a phone number of someone involved, with its country.
    Phone,
    /// `account_number`: a platform's own number of an account.
    AccountNumber,
    /// `handle_on_platform`: a screen name with its platform.
    HandleOnPlatform,
    /// `device`: a device id.
    Device,
    /// `group`: a group or room on a platform.
    Group,
    /// `url`: the address of a page, more than a bare host.
    Url,
    /// `prior_report`: an earlier report is named.
    PriorReport,
    /// `narrative`: somebody tells in words what happened.
    Narrative,
    /// `files_reported`: files came with the report.
    FilesReported,
    /// `file_viewed`: the sender viewed a file itself.
    FileViewed,
    /// `file_public`: a file was publicly available.
    FilePublic,
    /// `file_listed`: a file is in a list of material of child abuse, exactly or nearly, and in no
    /// list of harmless material. The archive says it ([`Context`]).
    FileListed,
    /// `file_unlisted`: every file was compared with such lists, the pictures by what they look
    /// like, and none is in them. The archive says it.
    FileUnlisted,
    /// `points_at_nobody`: nothing in the report points at a person, account, device or place.
    PointsAtNobody,
}

/// Facts without an argument of their own, by name.
const PLAIN: [(&str, Fact); 27] = [
    ("escalated", Fact::Escalated),
    ("incident_recent", Fact::IncidentRecent),
    ("victim_under_age", Fact::VictimUnderAge),
    ("file_prepubescent", Fact::FilePrepubescent),
    ("victim_present", Fact::VictimPresent),
    ("several_victims", Fact::SeveralVictims),
    ("victim_known", Fact::VictimKnown),
    ("victim_identified", Fact::VictimIdentified),
    ("cross_border", Fact::CrossBorder),
    ("place_known", Fact::PlaceKnown),
    ("ip_with_port_and_time", Fact::IpWithPortAndTime),
    ("ip_with_time", Fact::IpWithTime),
    ("email", Fact::Email),
    ("phone", Fact::Phone),
    ("account_number", Fact::AccountNumber),
    ("handle_on_platform", Fact::HandleOnPlatform),
    ("device", Fact::Device),
    ("group", Fact::Group),
    ("url", Fact::Url),
    ("prior_report", Fact::PriorReport),
    ("narrative", Fact::Narrative),
    ("files_reported", Fact::FilesReported),
    ("file_viewed", Fact::FileViewed),
    ("file_public", Fact::FilePublic),
    ("file_listed", Fact::FileListed),
    ("file_unlisted", Fact::FileUnlisted),
    ("points_at_nobody", Fact::PointsAtNobody),
];

impl Fact {
    /// The fact of a name; `None` for a name that is none.
    pub fn parse(name: &str) -> Option<Self> {
        if let Some((_, fact)) = PLAIN.iter().find(|(plain, _)| *plain == name) {
            return Some(*fact);
        }
        if let Some(mark) = name.strip_prefix("mark_") {
            return Mark::deserialize(named(mark)).ok().map(Self::Marked);
        }
        let kind = name.strip_prefix("incident_")?;
        IncidentKind::deserialize(named(kind))
            .ok()
            .map(Self::Incident)
    }

    /// Whether the fact alone says that a child may be in danger at this moment.
    pub const fn is_live_danger(self) -> bool {
        matches!(self, Self::Escalated | Self::Marked(Mark::LiveStreaming))
    }

    /// Whether the fact is a detail (when, how old) that a sender may leave unsaid without meaning
    /// "no".
    pub const fn is_detail(self) -> bool {
        matches!(
            self,
            Self::IncidentRecent | Self::VictimUnderAge | Self::FilePrepubescent
        )
    }

    /// Whether danger may rest on the fact. What depends on how much a sender filled in may not: a
    /// fuller form is not a greater danger.
    pub const fn may_show_danger(self) -> bool {
        self.is_detail()
            || matches!(
                self,
                Self::Escalated
                    | Self::Incident(_)
                    | Self::Marked(_)
                    | Self::VictimKnown
                    | Self::FileUnlisted
            )
    }

    /// Whether the fact may withhold points: marks of volume and of drawn or generated content,
    /// nothing else.
    pub const fn may_withhold(self) -> bool {
        matches!(
            self,
            Self::Marked(
                Mark::Spam
                    | Mark::ViralBatch
                    | Mark::Drawing
                    | Mark::PotentialMeme
                    | Mark::Viral
                    | Mark::GenerativeAi
            )
        )
    }
}

fn named(name: &str) -> StrDeserializer<'_, NameError> {
    name.into_deserializer()
}

/// Whether a fact holds. Unsaid is never No.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    Yes,
    No,
    Unsaid,
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// The numbers that a rule sets beside its facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bounds {
    pub(crate) within_hours: Option<i64>,
    pub(crate) under_years: Option<i64>,
}

/// What the archive knew about a report at the moment it was finished: what no report can say of
/// itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Context {
    /// An identifier in the victim part of this report stood before in the victim part of an
    /// earlier report of another incident.
    pub victim_seen_before: bool,
    /// What the lists of known material said of its files.
    pub material: Material,
}

/// What lists of known material said of a report's files when it was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Material {
    /// A file is in a list of material of child abuse, and in no list of harmless material.
    pub listed: bool,
    /// Every file was compared with such lists and none is in them.
    pub unlisted: bool,
}

impl Context {
    /// The context that a report was judged in, read back from its findings and from what was kept
    /// of the lists' answer: a policy must raise [`Override::KnownChild`] for every child seen
    /// before, and may raise it for nothing else.
    pub fn behind(findings: &[Finding], material: Material) -> Self {
        Self {
            victim_seen_before: findings
                .iter()
                .any(|finding| finding.raises == Some(Override::KnownChild)),
            material,
        }
    }
}

/// One report, as the facts read it.
pub(crate) struct Matter<'a> {
    pub(crate) report: &'a Report,
    context: Context,
    /// What points at someone: a lookup, since a report may carry ten thousand mentions.
    pointing: BTreeSet<(IdentifierKind, &'a Sensitive<String>)>,
    now: Timestamp,
}

/// How far a sender's clock may run ahead of ours before its time is not believed, in milliseconds.
const CLOCK_AHEAD_MILLIS_MAX: i64 = 24 * HOUR_MILLIS;
const HOUR_MILLIS: i64 = 3600 * 1000;
/// The highest age that is believed; the protocol documents 0 to 150.
const AGE_YEARS_MAX: i64 = 150;

impl<'a> Matter<'a> {
    pub(crate) fn new(
        report: &'a Report,
        identifiers: &'a [Identifier],
        context: Context,
        now: Timestamp,
    ) -> Self {
        let pointing = identifiers
            .iter()
            .filter(|found| found.ties)
            .map(|found| (found.kind, &found.text))
            .collect();
        Self {
            report,
            context,
            pointing,
            now,
        }
    }

    /// Whether the report says that a child may be in danger at this moment.
    pub(crate) fn is_live_danger(&self) -> bool {
        self.is_escalated() || self.report.marks.contains(&Mark::LiveStreaming)
    }

    pub(crate) fn truth(&self, fact: Fact, bounds: Bounds) -> Truth {
        let report = self.report;
        match fact {
            Fact::Escalated => self.is_escalated().into(),
            Fact::Incident(kind) => (report.incident == kind).into(),
            Fact::Marked(mark) => report.marks.contains(&mark).into(),
            Fact::IncidentRecent => match (self.hours_since_incident(), bounds.within_hours) {
                (Some(hours), Some(within)) => (hours < within).into(),
                _ => Truth::Unsaid,
            },
            Fact::VictimUnderAge => self.victim_under(bounds.under_years),
            Fact::FilePrepubescent => self.file_prepubescent(),
            Fact::VictimPresent => (self.victims().count() > 0).into(),
            Fact::SeveralVictims => (self.victims().count() > 1).into(),
            Fact::VictimKnown => self.context.victim_seen_before.into(),
            Fact::VictimIdentified => self.victim_identified().into(),
            Fact::CrossBorder => self.cross_border(),
            Fact::PlaceKnown => report
                .subjects
                .iter()
                .any(|s| !s.countries.is_empty())
                .into(),
            Fact::IpWithPortAndTime => self
                .pointers(MentionKind::Ip)
                .any(|ip| ip.port.is_some_and(|port| port != 0) && has_seconds(ip))
                .into(),
            Fact::IpWithTime => self.has(MentionKind::Ip),
            Fact::Email => self.has(MentionKind::Email),
            Fact::Phone => self.has(MentionKind::Phone),
            Fact::AccountNumber => self.has(MentionKind::AccountNumber),
            Fact::HandleOnPlatform => self.has(MentionKind::Handle),
            Fact::Device => self.has(MentionKind::Device),
            Fact::Group => self.has(MentionKind::Group),
            Fact::Url => self.has(MentionKind::Url),
            Fact::PriorReport => self.has(MentionKind::PriorReport),
            // The words of a payment are its purpose; nobody tells in them what happened.
            Fact::Narrative => (report.incident != IncidentKind::PaymentPattern
                && !report.narratives.is_empty())
            .into(),
            Fact::FilesReported => (!report.files.is_empty()).into(),
            Fact::FileViewed => report
                .files
                .iter()
                .any(|f| f.viewed_by_sender == Some(true))
                .into(),
            Fact::FilePublic => report
                .files
                .iter()
                .any(|f| f.publicly_available == Some(true))
                .into(),
            Fact::FileListed => self.context.material.listed.into(),
            Fact::FileUnlisted => self.context.material.unlisted.into(),
            Fact::PointsAtNobody => (!self.points_at_anyone()).into(),
        }
    }

    /// Whole hours from the incident to now; `None` where the time has no offset or cannot be
    /// right.
    pub(crate) fn hours_since_incident(&self) -> Option<i64> {
        let millis = self.now.millis_since(self.report.incident_at.utc?);
        (millis >= -CLOCK_AHEAD_MILLIS_MAX).then(|| millis.max(0) / HOUR_MILLIS)
    }

    /// The age of the youngest child whose age is known, in years.
    pub(crate) fn youngest_years(&self) -> Option<i64> {
        self.victims()
            .filter_map(|victim| age_years(victim, self.now))
            .min()
    }

    pub(crate) fn victims(&self) -> impl Iterator<Item = &'a Subject> {
        self.report
            .subjects
            .iter()
            .filter(|subject| subject.part == Part::Victim)
    }

    fn is_escalated(&self) -> bool {
        let said = self.report.escalation.as_ref();
        said.is_some_and(|why| !why.expose().trim().is_empty())
    }

    fn victim_under(&self, years: Option<i64>) -> Truth {
        let Some(years) = years else {
            return Truth::Unsaid;
        };
        let ages: Vec<Option<i64>> = self.victims().map(|v| age_years(v, self.now)).collect();
        if ages.iter().flatten().any(|age| *age < years) {
            Truth::Yes
        } else if ages.is_empty() || ages.contains(&None) {
            Truth::Unsaid
        } else {
            Truth::No
        }
    }

    fn file_prepubescent(&self) -> Truth {
        let classes = || {
            self.report
                .files
                .iter()
                .map(|file| file.industry_class.as_deref())
        };
        if classes().flatten().any(|class| class.starts_with('A')) {
            Truth::Yes
        } else if self.report.files.is_empty() || classes().any(|class| class.is_none()) {
            Truth::Unsaid
        } else {
            Truth::No
        }
    }

    fn victim_identified(&self) -> bool {
        let points = |mention: &Mention| mention.part == Part::Victim && self.is_pointer(mention);
        self.victims().any(|victim| victim.name.is_some())
            || self.report.mentions.iter().any(points)
    }

    /// A report's number points at a report, not at anyone.
    fn points_at_anyone(&self) -> bool {
        self.pointing
            .iter()
            .any(|(kind, _)| *kind != IdentifierKind::PriorReport)
    }

    fn cross_border(&self) -> Truth {
        let reported: BTreeSet<&String> = self
            .report
            .subjects
            .iter()
            .filter(|subject| subject.part == Part::Reported)
            .flat_map(|subject| &subject.countries)
            .collect();
        let apart = |victim: &Subject| {
            !victim.countries.is_empty()
                && !victim
                    .countries
                    .iter()
                    .any(|country| reported.contains(country))
        };
        (!reported.is_empty() && self.victims().any(apart)).into()
    }

    fn has(&self, kind: MentionKind) -> Truth {
        self.pointers(kind).next().is_some().into()
    }

    /// Mentions of a kind that became an identifier which points at someone.
    fn pointers(&self, kind: MentionKind) -> impl Iterator<Item = &'a Mention> {
        let mentions = self.report.mentions.iter();
        mentions.filter(move |mention| mention.kind == kind && self.is_pointer(mention))
    }

    fn is_pointer(&self, mention: &Mention) -> bool {
        mention.part.ties()
            && self
                .pointing
                .contains(&(becomes(mention.kind), &mention.text))
    }
}

/// The kind of identifier that a mention becomes.
const fn becomes(kind: MentionKind) -> IdentifierKind {
    match kind {
        MentionKind::Email => IdentifierKind::Email,
        MentionKind::Phone => IdentifierKind::Phone,
        MentionKind::Url => IdentifierKind::Url,
        MentionKind::Ip => IdentifierKind::Ip,
        MentionKind::Handle | MentionKind::AccountNumber => IdentifierKind::Handle,
        MentionKind::Device => IdentifierKind::Device,
        MentionKind::Group => IdentifierKind::Group,
        MentionKind::PriorReport => IdentifierKind::PriorReport,
    }
}

fn has_seconds(mention: &Mention) -> bool {
    mention.at.as_ref().is_some_and(|at| {
        let time = at
            .text
            .split_once(['T', ' '])
            .map_or("", |(_, time)| time.trim());
        at.utc.is_some() && time.as_bytes().get(5) == Some(&b':')
    })
}

/// A person's age in whole years, said or reckoned from the birth date; the lower where both are
/// given.
fn age_years(person: &Subject, now: Timestamp) -> Option<i64> {
    let said = person.age_years;
    let reckoned = person
        .born
        .as_ref()
        .and_then(|born| years_between(born.expose(), &now.to_string()));
    let believed = |years: &i64| (0..=AGE_YEARS_MAX).contains(years);
    said.filter(believed)
        .into_iter()
        .chain(reckoned.filter(believed))
        .min()
}

/// Whole years between two dates that begin `YYYY-MM-DD`.
fn years_between(from: &str, to: &str) -> Option<i64> {
    let (from_year, from_day) = year_and_day(from)?;
    let (to_year, to_day) = year_and_day(to)?;
    Some(to_year - from_year - i64::from(to_day < from_day))
}

/// The year, and month and day as they compare.
fn year_and_day(date: &str) -> Option<(i64, &str)> {
    let date = date.trim();
    let (year, day) = (date.get(..4)?, date.get(5..10)?);
    let shaped = date.as_bytes().get(4) == Some(&b'-') && day.as_bytes().get(2) == Some(&b'-');
    year.parse().ok().filter(|_| shaped).map(|year| (year, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_have_names() {
        assert_eq!(Fact::parse("escalated"), Some(Fact::Escalated));
        assert_eq!(
            Fact::parse("mark_live_streaming"),
            Some(Fact::Marked(Mark::LiveStreaming))
        );
        assert_eq!(
            Fact::parse("incident_travel"),
            Some(Fact::Incident(IncidentKind::Travel))
        );
        assert_eq!(Fact::parse("incident_recent"), Some(Fact::IncidentRecent));
        for bad in [
            "",
            "mark_",
            "mark_LiveStreaming",
            "incident_",
            "Escalated",
            "nationality",
        ] {
            assert_eq!(Fact::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn no_fact_asks_for_wealth_language_or_nationality() {
        const NEVER: [&str; 12] = [
            "wealth",
            "income",
            "poverty",
            "language",
            "tongue",
            "nation",
            "country",
            "origin",
            "race",
            "religion",
            "postcode",
            "platform_name",
        ];
        for (name, fact) in PLAIN {
            assert!(!NEVER.iter().any(|word| name.contains(word)), "{name}");
            // What reads a country may help to act, never to call a child endangered.
            let reads_country = matches!(fact, Fact::CrossBorder | Fact::PlaceKnown);
            assert!(!(reads_country && fact.may_show_danger()), "{name}");
            assert!(!(reads_country && fact.may_withhold()), "{name}");
        }
    }

    #[test]
    fn an_age_is_reckoned_from_a_birth_date() {
        for (born, expected) in [
            ("2014-11-23", Some(12)),
            ("2014-11-24", Some(11)),
            ("2014-11-23Z", Some(12)),
            ("2014", None),
            ("2014/11/23", None),
            ("yesterday…", None),
        ] {
            assert_eq!(
                years_between(born, "2026-11-23T10:00:00Z"),
                expected,
                "{born}"
            );
        }
    }
}
