//! The triage policy: rules as data, read strictly, refused with the line and the reason.

use std::collections::BTreeMap;

use model::{Mark, Override, Score};
use serde::Deserialize;
use toml::Spanned;

use crate::ageing::{AGEING_RULE, Ageing, Waited};
use crate::facts::{Bounds, Fact};
use crate::supersession::{Named, close_over};
use crate::text::{Sentence, Template};
use crate::{PolicyError, PolicyProblem};

/// The longest policy text that is read, in bytes.
pub const POLICY_BYTES_MAX: usize = 1 << 20;
/// The most rules of a policy.
pub const RULES_MAX: usize = 1000;
/// The most points of one rule: beyond it one rule would drown all others.
pub const POINTS_MAX: i64 = 1000;
/// The longest text of a rule, in bytes.
pub const TEXT_BYTES_MAX: usize = 500;

/// The policy that is built in.
const BUILTIN: &str = include_str!("../../../policy/triage.toml");

/// A longest time that still can be called recent: one year, in hours.
const WITHIN_HOURS_MAX: i64 = 24 * 366;
/// The age from which a person is no child, in years.
const UNDER_YEARS_MAX: i64 = 18;
/// The slowest ageing: within a year a case gains a point. Slower is no ageing.
pub const HOURS_PER_POINT_MAX: i64 = 24 * 366;

/// The rules, under one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    version: String,
    title: String,
    ageing: Ageing,
    rules: Vec<Rule>,
}

/// One rule: if all of `when` hold and none of `unless`, it says its text and adds its points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub(crate) id: String,
    pub(crate) score: Score,
    pub(crate) points: i64,
    pub(crate) raises: Option<Override>,
    pub(crate) when: Vec<Fact>,
    pub(crate) unless: Vec<Fact>,
    pub(crate) bounds: Bounds,
    pub(crate) text: Sentence,
    pub(crate) text_unsaid: Option<Sentence>,
    /// The ids of all rules that it replaces, directly or through others, ascending.
    pub(crate) supersedes: Vec<String>,
    source: String,
}

impl Policy {
    /// Reads a policy. `file_name` only serves the error.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, PolicyError> {
        let refuse = |at: usize, problem| PolicyError {
            file: file_name.to_owned(),
            line: line_of(text, at),
            problem,
        };
        read(text).map_err(|(at, problem)| refuse(at, problem))
    }

    /// The policy that is built in.
    pub fn builtin() -> Result<Self, PolicyError> {
        Self::parse(BUILTIN, "policy/triage.toml")
    }

    /// The version, as recorded with each finding.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What the policy calls itself.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// How a case gains by waiting.
    pub const fn ageing(&self) -> &Ageing {
        &self.ageing
    }

    /// The rules, in the order of the file.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of an id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

impl Rule {
    /// The rule's id, unique in its policy.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Which number it adds to.
    pub const fn score(&self) -> Score {
        self.score
    }

    /// How many points it adds.
    pub const fn points(&self) -> i64 {
        self.points
    }

    /// The ids of all rules that it replaces where both hold, ascending.
    pub fn supersedes(&self) -> &[String] {
        &self.supersedes
    }

    /// Where the rule comes from.
    pub fn source(&self) -> &str {
        &self.source
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicy {
    version: Spanned<String>,
    title: Spanned<String>,
    ageing: RawAgeing,
    #[serde(rename = "rule", default)]
    rules: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAgeing {
    hours_per_point: Spanned<i64>,
    text: Spanned<String>,
    source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: Spanned<String>,
    score: Score,
    points: Spanned<i64>,
    #[serde(rename = "override")]
    raises: Option<Spanned<Override>>,
    when: Spanned<Vec<Spanned<String>>>,
    unless: Option<Spanned<Vec<Spanned<String>>>>,
    within_hours: Option<Spanned<i64>>,
    under_years: Option<Spanned<i64>>,
    #[serde(default)]
    supersedes: Vec<Spanned<String>>,
    text: Spanned<String>,
    text_unsaid: Option<Spanned<String>>,
    source: Spanned<String>,
}

/// A problem and the byte where it is.
pub(crate) type Found = (usize, PolicyProblem);

fn read(text: &str) -> Result<Policy, Found> {
    if text.len() > POLICY_BYTES_MAX {
        return Err((0, PolicyProblem::TooLong));
    }
    let raw: RawPolicy = toml::from_str(text).map_err(|source| {
        let at = source.span().map_or(0, |span| span.start);
        let reason = source.message().to_owned();
        (at, PolicyProblem::Syntax { reason })
    })?;
    let version = stated(&raw.version, "version")?;
    let title = stated(&raw.title, "title")?;
    let ageing = ageing(&raw.ageing, &version)?;
    let mut first_of: BTreeMap<String, usize> = BTreeMap::new();
    let mut rules = Vec::with_capacity(raw.rules.len());
    let mut named: Vec<Named> = Vec::with_capacity(raw.rules.len());
    for raw_rule in raw.rules {
        let at = raw_rule.id.span().start;
        if rules.len() == RULES_MAX {
            return Err((at, PolicyProblem::TooManyRules));
        }
        named.push(names(&raw_rule.supersedes));
        let rule = rule(raw_rule)?;
        if let Some(first) = first_of.insert(rule.id.clone(), at) {
            let (id, first_line) = (rule.id, line_of(text, first));
            return Err((at, PolicyProblem::DuplicateId { id, first_line }));
        }
        rules.push(rule);
    }
    close_over(&mut rules, &named)?;
    check_floor(&rules).map_err(|problem| (text.len(), problem))?;
    Ok(Policy {
        version,
        title,
        ageing,
        rules,
    })
}

fn ageing(raw: &RawAgeing, version: &str) -> Result<Ageing, Found> {
    let hours = *raw.hours_per_point.get_ref();
    if !(1..=HOURS_PER_POINT_MAX).contains(&hours) {
        let at = raw.hours_per_point.span().start;
        return Err((at, PolicyProblem::AgeingOutOfRange));
    }
    Ok(Ageing {
        millis_per_point: Ageing::millis_of_hours(hours),
        text: template(&raw.text, "text", |text| {
            Template::parse(text, Waited::parse)
        })?,
        source: stated(&raw.source, "source")?,
        version: version.to_owned(),
    })
}

/// Names with their places in the file.
fn names(raw: &[Spanned<String>]) -> Named {
    let named = |name: &Spanned<String>| (name.span().start, name.get_ref().clone());
    raw.iter().map(named).collect()
}

fn rule(raw: RawRule) -> Result<Rule, Found> {
    let id = id(&raw.id)?;
    let points = *raw.points.get_ref();
    if !(0..=POINTS_MAX).contains(&points) {
        return Err((raw.points.span().start, PolicyProblem::PointsOutOfRange));
    }
    if let Some(raises) = raw.raises.as_ref().filter(|_| raw.score != Score::Danger) {
        return Err((raises.span().start, PolicyProblem::OverrideWithoutDanger));
    }
    let when = when(&raw)?;
    if let Some(raises) = raw.raises.as_ref()
        && *raises.get_ref() == Override::KnownChild
        && !when.contains(&Fact::VictimKnown)
    {
        return Err((raises.span().start, PolicyProblem::KnownChildUnasked));
    }
    let unless = unless(&raw, &when)?;
    let bounds = bounds(&raw, &when)?;
    let text = template(&raw.text, "text", |text| Sentence::of_rule(text, &when))?;
    let text_unsaid = text_unsaid(&raw, &when)?;
    Ok(Rule {
        id,
        score: raw.score,
        points,
        raises: raw.raises.map(Spanned::into_inner),
        when,
        unless,
        bounds,
        text,
        text_unsaid,
        supersedes: Vec::new(),
        source: stated(&raw.source, "source")?,
    })
}

fn id(raw: &Spanned<String>) -> Result<String, Found> {
    let id = raw.get_ref();
    if id == AGEING_RULE {
        return Err((raw.span().start, PolicyProblem::IdTaken));
    }
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if id.is_empty() || id.len() > 64 || !id.bytes().all(fits) {
        return Err((raw.span().start, PolicyProblem::BadId));
    }
    Ok(id.clone())
}

fn when(raw: &RawRule) -> Result<Vec<Fact>, Found> {
    if raw.when.get_ref().is_empty() {
        return Err((raw.when.span().start, PolicyProblem::WhenEmpty));
    }
    facts(raw.when.get_ref(), |fact, name| {
        if raw.score == Score::Danger && !fact.may_show_danger() {
            return Err(PolicyProblem::FactShowsNoDanger { name });
        }
        Ok(())
    })
}

fn unless(raw: &RawRule, when: &[Fact]) -> Result<Vec<Fact>, Found> {
    let Some(unless) = &raw.unless else {
        return Ok(Vec::new());
    };
    if raw.raises.is_some() || when.iter().any(|fact| fact.is_live_danger()) {
        return Err((unless.span().start, PolicyProblem::UnlessOnLiveDanger));
    }
    facts(unless.get_ref(), |fact, name| {
        if fact.may_withhold() {
            Ok(())
        } else {
            Err(PolicyProblem::FactWithholdsNothing { name })
        }
    })
}

fn facts(
    names: &[Spanned<String>],
    check: impl Fn(Fact, String) -> Result<(), PolicyProblem>,
) -> Result<Vec<Fact>, Found> {
    names
        .iter()
        .map(|written| {
            let name = written.get_ref().clone();
            let unknown = PolicyProblem::UnknownFact { name: name.clone() };
            Fact::parse(&name)
                .ok_or(unknown)
                .and_then(|fact| check(fact, name).map(|()| fact))
                .map_err(|problem| (written.span().start, problem))
        })
        .collect()
}

fn bounds(raw: &RawRule, when: &[Fact]) -> Result<Bounds, Found> {
    let bound = |value: &Option<Spanned<i64>>, key, fact: Fact, name, max| {
        let at = value
            .as_ref()
            .map_or(raw.when.span().start, |value| value.span().start);
        match (when.contains(&fact), value) {
            (false, None) => Ok(None),
            (false, Some(_)) => Err((at, PolicyProblem::BoundIdle { fact: name, key })),
            (true, Some(value)) if (1..=max).contains(value.get_ref()) => {
                Ok(Some(*value.get_ref()))
            }
            (true, _) => Err((
                at,
                PolicyProblem::BoundMissing {
                    fact: name,
                    key,
                    max,
                },
            )),
        }
    };
    Ok(Bounds {
        within_hours: bound(
            &raw.within_hours,
            "within_hours",
            Fact::IncidentRecent,
            "incident_recent",
            WITHIN_HOURS_MAX,
        )?,
        under_years: bound(
            &raw.under_years,
            "under_years",
            Fact::VictimUnderAge,
            "victim_under_age",
            UNDER_YEARS_MAX,
        )?,
    })
}

fn text_unsaid(raw: &RawRule, when: &[Fact]) -> Result<Option<Sentence>, Found> {
    let needed = raw.score == Score::Danger && when.iter().any(|fact| fact.is_detail());
    match &raw.text_unsaid {
        None if needed => Err((raw.text.span().start, PolicyProblem::UnsaidTextMissing)),
        None => Ok(None),
        Some(text) if !needed => Err((text.span().start, PolicyProblem::UnsaidTextIdle)),
        Some(text) => template(text, "text_unsaid", |text| {
            Sentence::of_rule_unsaid(text, when)
        })
        .map(Some),
    }
}

fn template<P>(
    raw: &Spanned<String>,
    key: &'static str,
    parse: impl Fn(&str) -> Result<Template<P>, PolicyProblem>,
) -> Result<Template<P>, Found> {
    parse(&stated(raw, key)?).map_err(|problem| (raw.span().start, problem))
}

fn stated(raw: &Spanned<String>, key: &'static str) -> Result<String, Found> {
    let text = raw.get_ref().trim();
    if text.is_empty() || text.len() > TEXT_BYTES_MAX {
        return Err((raw.span().start, PolicyProblem::Unstated { key }));
    }
    Ok(text.to_owned())
}

/// Whatever else a policy says: reports of live abuse, escalated ones, those about self-harm and
/// those about a known child stand above all scores.
fn check_floor(rules: &[Rule]) -> Result<(), PolicyProblem> {
    let raised_by = |which: Override, enough: &[Fact]| {
        rules.iter().any(|rule| {
            let high_enough = rule.raises >= Some(which);
            high_enough && rule.when.iter().all(|fact| enough.contains(fact))
        })
    };
    let live = [Fact::Marked(Mark::LiveStreaming), Fact::IncidentRecent];
    let self_harm = [Fact::Marked(Mark::SadisticExploitation)];
    if !raised_by(Override::Escalated, &[Fact::Escalated]) {
        Err(PolicyProblem::EscalatedNotRaised)
    } else if !raised_by(Override::LiveNow, &live) {
        Err(PolicyProblem::LiveNotRaised)
    } else if !raised_by(Override::SelfHarm, &self_harm) {
        Err(PolicyProblem::SelfHarmNotRaised)
    } else if !known_child_is_marked(rules) {
        Err(PolicyProblem::KnownChildNotRaised)
    } else {
        Ok(())
    }
}

/// Exactly this override, so that findings say whether the child was known (`Context::behind`).
fn known_child_is_marked(rules: &[Rule]) -> bool {
    let marks = |rule: &Rule| {
        rule.raises == Some(Override::KnownChild)
            && rule.when.iter().all(|fact| *fact == Fact::VictimKnown)
    };
    rules.iter().any(marks)
}

/// The line, from 1, of a byte position.
fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
