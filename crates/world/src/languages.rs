//! Languages and regions: where a report comes from and in which language it is written.
//!
//! Both are drawn from the report's number alone, never from what it is about: how urgent a report
//! is does not depend on them. So a difference that a ranker shows between them is the ranker's.

use wire::ispws::Country;

use crate::phrases::{self, Phrases};

/// A language of the world's reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Language {
    Arabic,
    English,
    French,
    Hindi,
    Portuguese,
    Romanian,
    Russian,
    Spanish,
    Tagalog,
    Thai,
    Ukrainian,
    Vietnamese,
}

impl Language {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 12] = [
        Self::Arabic,
        Self::English,
        Self::French,
        Self::Hindi,
        Self::Portuguese,
        Self::Romanian,
        Self::Russian,
        Self::Spanish,
        Self::Tagalog,
        Self::Thai,
        Self::Ukrainian,
        Self::Vietnamese,
    ];

    /// The tag of BCP 47: `uk`.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Arabic => "ar",
            Self::English => "en",
            Self::French => "fr",
            Self::Hindi => "hi",
            Self::Portuguese => "pt",
            Self::Romanian => "ro",
            Self::Russian => "ru",
            Self::Spanish => "es",
            Self::Tagalog => "tl",
            Self::Thai => "th",
            Self::Ukrainian => "uk",
            Self::Vietnamese => "vi",
        }
    }

    /// What senders say in it.
    pub(crate) const fn phrases(self) -> &'static Phrases {
        match self {
            Self::Arabic => &phrases::ARABIC,
            Self::English => &phrases::ENGLISH,
            Self::French => &phrases::FRENCH,
            Self::Hindi => &phrases::HINDI,
            Self::Portuguese => &phrases::PORTUGUESE,
            Self::Romanian => &phrases::ROMANIAN,
            Self::Russian => &phrases::RUSSIAN,
            Self::Spanish => &phrases::SPANISH,
            Self::Tagalog => &phrases::TAGALOG,
            Self::Thai => &phrases::THAI,
            Self::Ukrainian => &phrases::UKRAINIAN,
            Self::Vietnamese => &phrases::VIETNAMESE,
        }
    }
}

/// A region of the world, with the countries its people are in and the languages they report in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Region {
    /// The name as written in the truth.
    pub(crate) name: &'static str,
    pub(crate) countries: &'static [Country],
    pub(crate) languages: &'static [Language],
}

/// Every region; each is as frequent as the others.
pub(crate) const REGIONS: [Region; 8] = [
    Region {
        name: "north_america",
        countries: &[Country::US, Country::CA],
        languages: &[Language::English, Language::French, Language::Spanish],
    },
    Region {
        name: "latin_america",
        countries: &[Country::CO, Country::DO, Country::MX, Country::BR],
        languages: &[Language::Spanish, Language::Portuguese],
    },
    Region {
        name: "western_europe",
        countries: &[
            Country::GB,
            Country::FR,
            Country::DE,
            Country::NL,
            Country::SE,
        ],
        languages: &[Language::English, Language::French],
    },
    Region {
        name: "eastern_europe",
        countries: &[Country::RO, Country::UA, Country::MD],
        languages: &[Language::Romanian, Language::Ukrainian, Language::Russian],
    },
    Region {
        name: "middle_east_north_africa",
        countries: &[Country::MA, Country::EG, Country::JO, Country::TN],
        languages: &[Language::Arabic, Language::French],
    },
    Region {
        name: "sub_saharan_africa",
        countries: &[Country::ZA, Country::GH, Country::NG, Country::KE],
        languages: &[Language::English, Language::French],
    },
    Region {
        name: "south_asia",
        countries: &[Country::IN, Country::PK, Country::BD],
        languages: &[Language::Hindi, Language::English],
    },
    Region {
        name: "southeast_asia",
        countries: &[Country::PH, Country::TH, Country::VN, Country::ID],
        languages: &[
            Language::Tagalog,
            Language::Thai,
            Language::Vietnamese,
            Language::English,
        ],
    },
];

/// Where a report comes from, and in which language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Voice {
    pub(crate) region: &'static Region,
    pub(crate) language: Language,
}

impl Voice {
    /// What senders say in its language.
    pub(crate) const fn phrases(self) -> &'static Phrases {
        self.language.phrases()
    }
}

/// The region of a drawn number.
pub(crate) fn region(drawn: u64) -> &'static Region {
    static ALL: [Region; 8] = REGIONS;
    &ALL[index(drawn, ALL.len())]
}

/// A region other than `from`, each as likely as the others.
pub(crate) fn region_abroad(from: &'static Region, drawn: u64) -> &'static Region {
    let other = index(drawn, REGIONS.len() - 1);
    let home = REGIONS.iter().position(|one| one == from).unwrap_or(0);
    region(u64::try_from(if other < home { other } else { other + 1 }).unwrap_or(0))
}

impl Region {
    /// The language of a drawn number.
    pub(crate) fn language(&self, drawn: u64) -> Language {
        self.languages[index(drawn, self.languages.len())]
    }

    /// The country of a drawn number.
    pub(crate) fn country(&self, drawn: u64) -> Country {
        self.countries[index(drawn, self.countries.len())]
    }
}

fn index(drawn: u64, size: usize) -> usize {
    usize::try_from(drawn % u64::try_from(size.max(1)).unwrap_or(1)).unwrap_or(0)
}
