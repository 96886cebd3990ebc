//! A rule's sentence and the parameters in its braces.

use crate::PolicyProblem;
use crate::facts::{Bounds, Fact, Matter};

/// A sentence, in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Parameter(Parameter),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parameter {
    AgeYears,
    Days,
    Files,
    Hours,
    UnderYears,
    Victims,
    WithinDays,
    WithinHours,
}

impl Parameter {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "age_years" => Self::AgeYears,
            "days" => Self::Days,
            "files" => Self::Files,
            "hours" => Self::Hours,
            "under_years" => Self::UnderYears,
            "victims" => Self::Victims,
            "within_days" => Self::WithinDays,
            "within_hours" => Self::WithinHours,
            _ => return None,
        })
    }

    /// Whether it has a value whenever all of `when` holds.
    fn fits(self, when: &[Fact]) -> bool {
        match self {
            Self::AgeYears | Self::UnderYears => when.contains(&Fact::VictimUnderAge),
            Self::Days | Self::Hours | Self::WithinDays | Self::WithinHours => {
                when.contains(&Fact::IncidentRecent)
            }
            Self::Files | Self::Victims => true,
        }
    }

    /// Whether the value comes from the rule, so that it exists even where the report says nothing.
    const fn is_of_the_rule(self) -> bool {
        matches!(
            self,
            Self::UnderYears | Self::WithinDays | Self::WithinHours
        )
    }

    fn value(self, matter: &Matter<'_>, bounds: Bounds) -> Option<i64> {
        let count = |number: usize| i64::try_from(number).ok();
        match self {
            Self::AgeYears => matter.youngest_years(),
            Self::Days => matter.hours_since_incident().map(|hours| hours / 24),
            Self::Files => count(matter.report.files.len()),
            Self::Hours => matter.hours_since_incident(),
            Self::UnderYears => bounds.under_years,
            Self::Victims => count(matter.victims().count()),
            Self::WithinDays => bounds.within_hours.map(|hours| hours / 24),
            Self::WithinHours => bounds.within_hours,
        }
    }
}

impl Template {
    /// Reads the text of a rule with these facts.
    pub(crate) fn parse(text: &str, when: &[Fact]) -> Result<Self, PolicyProblem> {
        Self::read(text, |parameter| parameter.fits(when))
    }

    /// Reads the text for when a detail is unsaid: what the report would have said has no value
    /// then.
    pub(crate) fn parse_unsaid(text: &str, when: &[Fact]) -> Result<Self, PolicyProblem> {
        Self::read(text, |parameter| {
            parameter.is_of_the_rule() && parameter.fits(when)
        })
    }

    fn read(text: &str, allowed: impl Fn(Parameter) -> bool) -> Result<Self, PolicyProblem> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            let (words, tail) = rest.split_at(open);
            let inside = tail.strip_prefix('{').ok_or(PolicyProblem::LooseBrace)?;
            let (name, after) = inside.split_once('}').ok_or(PolicyProblem::LooseBrace)?;
            let parameter = Parameter::parse(name)
                .filter(|parameter| allowed(*parameter))
                .ok_or_else(|| PolicyProblem::UnknownParameter {
                    name: name.to_owned(),
                })?;
            pieces.push(Piece::Words(words.to_owned()));
            pieces.push(Piece::Parameter(parameter));
            rest = after;
        }
        pieces.push(Piece::Words(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// The sentence for one report.
    pub(crate) fn fill(&self, matter: &Matter<'_>, bounds: Bounds) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Words(words) => text.push_str(words),
                // A parameter that passed `fits` has a value where its rule fired.
                Piece::Parameter(parameter) => match parameter.value(matter, bounds) {
                    Some(value) => text.push_str(&value.to_string()),
                    None => text.push('?'),
                },
            }
        }
        text
    }
}
