//! The senders: eight platforms and a tip line that do not exist. Their own contact data is the
//! same in each of their reports and must never tie two of them.

/// What kind of sender a report came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// A platform for chats and calls.
    Chat,
    /// A platform for videos and streams.
    Video,
    /// A social network.
    Social,
    /// A host of files.
    Storage,
    /// A game.
    Game,
    /// A service that sends money.
    Remitter,
    /// An automated sender of very many reports that say hardly anything.
    Bulk,
    /// A panic button pressed in a call; each such report is urgent.
    PanicButton,
    /// The public form of a tip line.
    PublicTip,
}

impl Channel {
    /// The name as written in the truth.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Video => "video",
            Self::Social => "social",
            Self::Storage => "storage",
            Self::Game => "game",
            Self::Remitter => "remitter",
            Self::Bulk => "bulk",
            Self::PanicButton => "panic_button",
            Self::PublicTip => "public_tip",
        }
    }
}

/// A platform that sends reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// The name of its account with the receiver: `lumi-chat`.
    pub account: &'static str,
    /// Its name: `Lumi Chat`.
    pub name: &'static str,
    /// The host of its pages: `lumi-chat.example.com`.
    pub host: &'static str,
    /// What kind of sender it is.
    pub channel: Channel,
    /// Its own contact phone.
    pub(crate) phone: &'static str,
    /// Its standing text.
    pub(crate) template: &'static str,
    /// Whether it writes account numbers.
    pub(crate) numbers_accounts: bool,
}

/// Every platform, by its number.
pub const PLATFORMS: [Platform; 9] = [
    Platform {
        account: "lumi-chat",
        name: "Lumi Chat",
        host: "lumi-chat.example.com",
        channel: Channel::Chat,
        phone: "+12025550101",
        template: "Lumi Chat keeps account data for one year. Legal: legal@lumi-chat.example.com.",
        numbers_accounts: true,
    },
    Platform {
        account: "harbor-video",
        name: "Harbor Video",
        host: "harbor-video.example.net",
        channel: Channel::Video,
        phone: "+12025550102",
        template: "Harbor Video answers emergency requests at any hour by the contact above.",
        numbers_accounts: true,
    },
    Platform {
        account: "meadow-social",
        name: "Meadow Social",
        host: "meadow-social.example.org",
        channel: Channel::Social,
        phone: "+12025550103",
        template: "Meadow Social preserves reported accounts for one year from the report.",
        numbers_accounts: true,
    },
    Platform {
        account: "cumulus-box",
        name: "Cumulus Box",
        host: "cumulus-box.example.com",
        channel: Channel::Storage,
        phone: "+12025550104",
        template: "Cumulus Box stores files for its users. Serve legal process on its Legal Desk.",
        numbers_accounts: false,
    },
    Platform {
        account: "orchard-games",
        name: "Orchard Games",
        host: "orchard-games.example.net",
        channel: Channel::Game,
        phone: "+12025550105",
        template: "Orchard Games keeps session records for 180 days.",
        numbers_accounts: true,
    },
    Platform {
        account: "relay-pay",
        name: "Relay Pay",
        host: "relay-pay.example.org",
        channel: Channel::Remitter,
        phone: "+12025550106",
        template: "Relay Pay is a remitter. Payment records are kept for seven years.",
        numbers_accounts: true,
    },
    Platform {
        account: "quick-flag",
        name: "Quick Flag",
        host: "quick-flag.example.com",
        channel: Channel::Bulk,
        phone: "+12025550107",
        template: "Sent by an automated system.",
        numbers_accounts: false,
    },
    Platform {
        account: "bulk-line",
        name: "Bulk Line",
        host: "bulk-line.example.net",
        channel: Channel::Bulk,
        phone: "+12025550108",
        template: "Sent by an automated system. Do not reply.",
        numbers_accounts: false,
    },
    Platform {
        account: "open-line",
        name: "Open Line",
        host: "open-line.example.org",
        channel: Channel::PublicTip,
        phone: "+12025550109",
        template: "Open Line passes on what the public reports by its form.",
        numbers_accounts: false,
    },
];

/// The platforms on which people have accounts.
pub(crate) const SOCIAL: [usize; 5] = [0, 1, 2, 3, 4];
/// The remitter.
pub(crate) const REMITTER: usize = 5;
/// The senders whose reports hold hardly anything.
pub(crate) const JUNK: [usize; 2] = [6, 7];
/// The tip line.
pub(crate) const TIP_LINE: usize = 8;
