//! The kinds of matter that the world is made of, and how much of it each is.

/// What an episode is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// A live session, reported while it goes on.
    Live,
    /// A payer abroad, one to three dens, their facilitators and children.
    Ring,
    /// One offender, reported again and again under several platforms.
    Repeat,
    /// One payer with many hosts.
    Payer,
    /// One den with many accounts.
    Den,
    /// One offender, tied by identifiers in the narratives alone.
    InWords,
    /// One offender, whose name stands in several spellings.
    Respelt,
    /// One offender who extorts several children.
    Sextortion,
    /// One account, one report.
    Single,
    /// One file, reported many times by many users.
    Storm,
    /// One picture, changed a little each time.
    NearStorm,
    /// One sentence with other numbers each time.
    Series,
    /// A burst of junk from one sender.
    Flood,
    /// Reports with hardly a field.
    Junk,
    /// Benign: one family, one phone.
    Household,
    /// Benign: a family picture in several albums.
    Album,
    /// Benign: money sent home to a family member.
    Support,
    /// Benign: one migrant who sends small sums to several relatives.
    Kin,
    /// One journalist's many tips about strangers.
    Journalist,
    /// A researcher's list of many strangers' pages.
    List,
    /// Two strangers with one screen name on two platforms.
    Namesakes,
    /// Strangers with one name.
    EqualNames,
    /// A phone number that was given to somebody else after years.
    Recycled,
    /// A carrier's gateway: one address, very many strangers.
    Gateway,
    /// A support number that very many unrelated reports name.
    Helpline,
    /// A newsroom's account that very many unrelated reports name.
    Newsroom,
}

/// How much of the world a kind is.
#[derive(Debug)]
pub(crate) struct Share {
    pub(crate) kind: Kind,
    /// Thousandths of all reports.
    pub(crate) per_mille: u64,
    /// The smallest world that holds the kind. What takes more than a form's fields or more
    /// reports than a small world has stays out of small worlds.
    pub(crate) world: u32,
    /// The fewest reports of one episode; an episode that is cut shorter is not begun.
    pub(crate) least: u32,
}

const fn share(kind: Kind, per_mille: u64, world: u32, least: u32) -> Share {
    Share {
        kind,
        per_mille,
        world,
        least,
    }
}

/// Worlds below this hold only what the fields of the form tie.
const PLAIN_WORLD: u32 = 400;
/// Worlds from this on hold identifiers that very many reports share.
const LARGE_WORLD: u32 = 2_000;

/// Every kind with its share.
pub(crate) const SHARES: [Share; 26] = [
    share(Kind::Live, 8, 0, 1),
    share(Kind::Ring, 50, 0, 1),
    share(Kind::Repeat, 55, 0, 1),
    share(Kind::Single, 395, 0, 1),
    share(Kind::Storm, 180, 0, 1),
    share(Kind::Junk, 100, 0, 1),
    share(Kind::Household, 12, 0, 1),
    share(Kind::Album, 15, 0, 1),
    share(Kind::Support, 15, 0, 1),
    share(Kind::Sextortion, 25, 0, 1),
    share(Kind::Namesakes, 10, 0, 2),
    share(Kind::Payer, 12, 120, 4),
    share(Kind::Den, 12, 120, 4),
    share(Kind::NearStorm, 20, 60, 3),
    share(Kind::Series, 12, 60, 3),
    share(Kind::Flood, 8, 60, 3),
    share(Kind::Respelt, 8, 60, 2),
    share(Kind::EqualNames, 5, 60, 2),
    share(Kind::Kin, 5, 60, 2),
    share(Kind::Journalist, 4, 60, 3),
    share(Kind::InWords, 12, PLAIN_WORLD, 2),
    share(Kind::Recycled, 4, PLAIN_WORLD, 2),
    share(Kind::List, 5, LARGE_WORLD, 25),
    share(Kind::Gateway, 10, LARGE_WORLD, 48),
    share(Kind::Helpline, 9, LARGE_WORLD, 48),
    share(Kind::Newsroom, 9, 8_000, 72),
];

impl Kind {
    /// The name as written in the truth.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Ring => "dens",
            Self::Repeat => "repeat_offenders",
            Self::Payer => "payers",
            Self::Den => "den_accounts",
            Self::InWords => "in_words",
            Self::Respelt => "respelt_names",
            Self::Sextortion => "sextortion",
            Self::Single => "singles",
            Self::Storm => "storms",
            Self::NearStorm => "near_copies",
            Self::Series => "series",
            Self::Flood => "floods",
            Self::Junk => "junk",
            Self::Household => "households",
            Self::Album => "family_pictures",
            Self::Support => "family_support",
            Self::Kin => "remittance_families",
            Self::Journalist => "journalists",
            Self::List => "lists",
            Self::Namesakes => "namesakes",
            Self::EqualNames => "equal_names",
            Self::Recycled => "recycled_phones",
            Self::Gateway => "gateways",
            Self::Helpline => "helplines",
            Self::Newsroom => "newsrooms",
        }
    }

    /// What the group is, for readers of the truth.
    pub(crate) const fn note(self) -> &'static str {
        match self {
            Self::Live => "A live session, reported while it goes on.",
            Self::Ring => {
                "A payer abroad and one to three dens: one case, across platforms and borders."
            }
            Self::Repeat => "One offender, reported again under several platforms: one case.",
            Self::Payer => "One payer with many hosts, each paid from the same account: one case.",
            Self::Den => "One den with many accounts under one mailbox or device: one case.",
            Self::InWords => {
                "One offender, tied only by what the narratives name, often in disguise: one case."
            }
            Self::Respelt => "One offender, whose name stands in several spellings: one case.",
            Self::Sextortion => "One offender and several children: one case.",
            Self::Single => "One account, one report.",
            Self::Storm => {
                "One file, reported about many accounts: the same bytes, no shared offender."
            }
            Self::NearStorm => {
                "One picture, saved again or changed a little each time: no shared offender."
            }
            Self::Series => "One sentence with other numbers each time: no shared offender.",
            Self::Flood => "A burst of junk from one sender.",
            Self::Junk => "Reports with hardly a field.",
            Self::Household => "Benign: one family with one phone or tablet; a tie, and no danger.",
            Self::Album => "Benign: a family picture in several albums; the same bytes, no danger.",
            Self::Support => "Benign: money sent home to a family.",
            Self::Kin => {
                "Benign: one migrant sends small sums to several relatives; a tie, and no danger."
            }
            Self::Journalist => {
                "One journalist's tips about strangers: the tips share who sent them, and no more."
            }
            Self::List => "A researcher's list of strangers' pages: it ties none of them.",
            Self::Namesakes => "Two strangers with one screen name on two platforms: not one case.",
            Self::EqualNames => "Strangers with one name: not one case.",
            Self::Recycled => {
                "A phone number that had another owner more than two years before: not one case."
            }
            Self::Gateway => {
                "Strangers behind one carrier's address; only address, port and minute tie two."
            }
            Self::Helpline => "Unrelated reports that name one support number: not one case.",
            Self::Newsroom => "Unrelated reports that name one newsroom's account: not one case.",
        }
    }

    /// Whether the reports of an episode are one case.
    pub(crate) const fn ties(self) -> bool {
        matches!(
            self,
            Self::Live
                | Self::Ring
                | Self::Repeat
                | Self::Payer
                | Self::Den
                | Self::InWords
                | Self::Respelt
                | Self::Sextortion
                | Self::Household
                | Self::Kin
        )
    }

    /// Whether nothing wrong is in it.
    pub(crate) const fn benign(self) -> bool {
        matches!(
            self,
            Self::Household | Self::Album | Self::Support | Self::Kin
        )
    }

    /// Whether it looks like a case or like a danger, and is not.
    pub(crate) const fn looks_alike(self) -> bool {
        self.benign()
            || matches!(
                self,
                Self::Journalist | Self::List | Self::Namesakes | Self::EqualNames
            )
    }

    /// Whether it is many reports of the same matter that say little new.
    pub(crate) const fn storms(self) -> bool {
        matches!(
            self,
            Self::Storm | Self::NearStorm | Self::Series | Self::Flood
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_thousandths() {
        assert_eq!(
            SHARES.iter().map(|share| share.per_mille).sum::<u64>(),
            1000
        );
    }

    #[test]
    fn each_kind_has_one_share_and_one_name() {
        let kinds: std::collections::BTreeSet<Kind> =
            SHARES.iter().map(|share| share.kind).collect();
        let names: std::collections::BTreeSet<&str> =
            kinds.iter().map(|kind| kind.name()).collect();
        assert_eq!((kinds.len(), names.len()), (SHARES.len(), SHARES.len()));
    }
}
