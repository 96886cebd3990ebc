//! A rule's sentence and the parameters in its braces.

use crate::PolicyProblem;
use crate::facts::{Bounds, Fact, Matter};

/// A sentence in pieces, with parameters of the kind `P`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template<P>(Vec<Piece<P>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece<P> {
    Words(String),
    Parameter(P),
}

impl<P: Copy> Template<P> {
    /// Reads a sentence; `parameter` knows the names that it may use.
    pub(crate) fn parse(
        text: &str,
        parameter: impl Fn(&str) -> Option<P>,
    ) -> Result<Self, PolicyProblem> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(brace) = rest.find(['{', '}']) {
            let (words, from_brace) = rest.split_at(brace);
            let inside = from_brace
                .strip_prefix('{')
                .ok_or(PolicyProblem::LooseBrace)?;
            let (name, after) = inside.split_once('}').ok_or(PolicyProblem::LooseBrace)?;
            let known = parameter(name).ok_or_else(|| PolicyProblem::UnknownParameter {
                name: name.to_owned(),
            })?;
            pieces.push(Piece::Words(words.to_owned()));
            pieces.push(Piece::Parameter(known));
            rest = after;
        }
        pieces.push(Piece::Words(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// The sentence, with the value of each parameter; a parameter without one shows as `?`.
    pub(crate) fn fill(&self, value: impl Fn(P) -> Option<i64>) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Words(words) => text.push_str(words),
                Piece::Parameter(parameter) => match value(*parameter) {
                    Some(value) => text.push_str(&value.to_string()),
                    None => text.push('?'),
                },
            }
        }
        text
    }
}

/// A rule's sentence about one report.
pub(crate) type Sentence = Template<Parameter>;

impl Sentence {
    /// Reads the sentence of a rule that asks for the facts in `when`.
    pub(crate) fn of_rule(text: &str, when: &[Fact]) -> Result<Self, PolicyProblem> {
        Self::parse(text, |name| {
            Parameter::parse(name).filter(|parameter| parameter.fits(when))
        })
    }

    /// Reads the sentence for a detail that is unsaid: values of the report are not there to name.
    pub(crate) fn of_rule_unsaid(text: &str, when: &[Fact]) -> Result<Self, PolicyProblem> {
        Self::parse(text, |name| {
            Parameter::parse(name)
                .filter(|parameter| parameter.is_of_the_rule() && parameter.fits(when))
        })
    }

    /// The sentence for one report. A parameter that fits has a value where its rule fired.
    pub(crate) fn about(&self, matter: &Matter<'_>, bounds: Bounds) -> String {
        self.fill(|parameter| parameter.value(matter, bounds))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
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
