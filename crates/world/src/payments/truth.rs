//! What is true of the accounts of a book.
//!
//! `docs/reference/book-truth.md` says the same to readers of the files.

use super::places::Country;
use super::row::Account;

/// What an account was planted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Pays facilitators abroad, at a pace of its own that stays.
    Payer,
    /// Pays oftener and more as time goes on; some travel at the end.
    EscalatingPayer,
    /// Pays, and buys tools to hide, to record or to watch beside it.
    CompanionPayer,
    /// Is paid by payers and by those who are extorted.
    Facilitator,
    /// Is extorted: a short series of small payments, then none. To be protected, never accused.
    SextortionVictim,
    /// Sends money home to one relative or several.
    FamilyRemittance,
    /// Collects from many donors, and pays many stipends.
    Charity,
    /// Pays the schooling of one child or several, from person to person.
    Sponsor,
    /// Pays wages abroad.
    Payroll,
    /// Lives on what several relatives send from several countries.
    Student,
    /// Sells small things to many abroad, or buys from several suppliers in one country.
    Trader,
    /// Travels, and pays small sums there to people met on the way.
    Tourist,
    /// Everybody else who has an account.
    Ordinary,
    /// No customer: a relative, worker, supplier, shop, who is paid or pays.
    Counterparty,
}

impl Group {
    /// Every group.
    pub const ALL: [Self; 14] = [
        Self::Payer,
        Self::EscalatingPayer,
        Self::CompanionPayer,
        Self::Facilitator,
        Self::SextortionVictim,
        Self::FamilyRemittance,
        Self::Charity,
        Self::Sponsor,
        Self::Payroll,
        Self::Student,
        Self::Trader,
        Self::Tourist,
        Self::Ordinary,
        Self::Counterparty,
    ];

    /// The name as files write it: `escalating_payer`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::EscalatingPayer => "escalating_payer",
            Self::CompanionPayer => "companion_payer",
            Self::Facilitator => "facilitator",
            Self::SextortionVictim => "sextortion_victim",
            Self::FamilyRemittance => "family_remittance",
            Self::Charity => "charity",
            Self::Sponsor => "sponsor",
            Self::Payroll => "payroll",
            Self::Student => "student",
            Self::Trader => "trader",
            Self::Tourist => "tourist",
            Self::Ordinary => "ordinary",
            Self::Counterparty => "counterparty",
        }
    }

    /// Whether a perfect analyst would look at it: who pays, who is paid, who is extorted.
    pub const fn is_planted(self) -> bool {
        self.position() < Self::FamilyRemittance.position()
    }

    /// Whether it pays for abuse.
    pub const fn is_payer(self) -> bool {
        self.position() < Self::Facilitator.position()
    }

    pub(super) const fn position(self) -> usize {
        self as usize
    }
}

/// What is true of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// The account.
    pub account: Account,
    /// What it was planted as.
    pub group: Group,
    /// Where it is.
    pub home: Country,
    /// The other end of its corridor, if it has one.
    pub partner: Option<Country>,
    /// What of a planted group's it did in this book. A planted account without any never came to
    /// act, and cannot be found.
    pub planted: Option<Planted>,
}

/// When a planted account did what it was planted for: payments to facilitators, or by payers and
/// those who are extorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planted {
    /// Time of the first such row.
    pub first_millis: i64,
    /// Time of the last.
    pub last_millis: i64,
    /// How many.
    pub rows: u32,
}

impl Planted {
    /// With one row more.
    pub(super) fn and(before: Option<Self>, time_millis: i64) -> Self {
        let before = before.unwrap_or(Self {
            first_millis: time_millis,
            last_millis: time_millis,
            rows: 0,
        });
        Self {
            first_millis: before.first_millis.min(time_millis),
            last_millis: before.last_millis.max(time_millis),
            rows: before.rows.saturating_add(1),
        }
    }
}
