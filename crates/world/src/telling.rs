//! What a report will say, before it is put into a form: plain values, no format.

use std::net::IpAddr;

use model::Timestamp;
use wire::ispws::{
    CaptureEvent, Country, FileAnnotations, FileClassification, IncidentType, ReportAnnotations,
};

use crate::cast::{Account, Person};
use crate::languages::Voice;
use crate::names::Name;
use crate::phrases::{Phrases, fill};
use crate::platforms::{Channel, PLATFORMS, TIP_LINE};
use crate::reserved::{Lease, Phone};
use crate::storms::News;

/// What one report says.
#[derive(Debug, Clone)]
pub(crate) struct Telling {
    /// Where it comes from and its language.
    pub(crate) voice: Voice,
    /// Who sends it.
    pub(crate) sender: usize,
    /// Where it happened: the sender, unless the public sends it.
    pub(crate) platform: usize,
    /// Who tells the sender, if a person does.
    pub(crate) tipster: Option<Party>,
    pub(crate) incident: IncidentType,
    pub(crate) at: Written,
    pub(crate) escalation: Option<&'static str>,
    /// The channel, where it is not simply the sender's.
    pub(crate) through: Option<Channel>,
    pub(crate) marks: ReportAnnotations,
    /// The report stands for a batch of viral copies.
    pub(crate) batched: bool,
    /// Whether the platform is named at all.
    pub(crate) names_platform: bool,
    /// Whether the sender adds its contact and its standing text.
    pub(crate) names_contact: bool,
    pub(crate) pages: Vec<String>,
    /// Chat room, if it happened in a chat or call.
    pub(crate) room: Option<String>,
    pub(crate) reported: Vec<Party>,
    pub(crate) recipients: Vec<Party>,
    pub(crate) victims: Vec<Party>,
    pub(crate) narrative: Option<String>,
    pub(crate) shots: Vec<Shot>,
    /// Why the report is urgent, for the truth.
    pub(crate) urgent: Option<String>,
    /// What a copy of a storm tells that the others do not, so that it must be looked at by itself.
    pub(crate) news: Option<News>,
    /// The earlier report of the episode that this one is tied to, and why, for the truth.
    pub(crate) tie: Option<(u32, &'static str)>,
}

impl Telling {
    /// A report of which only sender, kind and moment are said.
    pub(crate) fn new(voice: Voice, sender: usize, incident: IncidentType, at: Timestamp) -> Self {
        Self {
            voice,
            sender,
            platform: sender,
            tipster: None,
            incident,
            at: Written::utc(at),
            escalation: None,
            through: None,
            marks: ReportAnnotations::default(),
            batched: false,
            names_platform: true,
            names_contact: true,
            pages: Vec::new(),
            room: None,
            reported: Vec::new(),
            recipients: Vec::new(),
            victims: Vec::new(),
            narrative: None,
            shots: Vec::new(),
            urgent: None,
            news: None,
            tie: None,
        }
    }

    /// Says a sentence in the report's language.
    pub(crate) fn say(&mut self, sentence: impl Fn(&Phrases) -> &'static str, values: &[&str]) {
        let said = fill(sentence(self.voice.phrases()), values);
        match &mut self.narrative {
            Some(narrative) => {
                narrative.push(' ');
                narrative.push_str(&said);
            }
            None => self.narrative = Some(said),
        }
    }

    /// The public sends it, and not the platform where it happened.
    pub(crate) fn by_public(&mut self) {
        self.sender = TIP_LINE;
        if self.narrative.is_none() {
            self.say(|phrases| phrases.by_user, &[]);
        }
    }

    /// What kind of sender it came by.
    pub(crate) fn channel(&self) -> Channel {
        self.through
            .unwrap_or(PLATFORMS[self.sender % PLATFORMS.len()].channel)
    }
}

/// A moment as it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Written {
    pub(crate) at: Timestamp,
    /// Offset from UTC in minutes; `None` leaves the offset out, as careless senders do.
    pub(crate) offset_minutes: Option<i16>,
}

impl Written {
    pub(crate) const fn utc(at: Timestamp) -> Self {
        Self {
            at,
            offset_minutes: Some(0),
        }
    }

    /// RFC 3339, or the same without an offset.
    pub(crate) fn text(self) -> String {
        let minutes = self.offset_minutes.unwrap_or(0);
        let mut text = self.at.plus_millis(i64::from(minutes) * 60_000).to_string();
        if self.offset_minutes == Some(0) {
            return text;
        }
        text.pop();
        if self.offset_minutes.is_some() {
            let sign = if minutes < 0 { '-' } else { '+' };
            let minutes = minutes.unsigned_abs();
            let (hours, minutes) = (minutes / 60, minutes % 60);
            return format!("{text}{sign}{hours:02}:{minutes:02}");
        }
        text
    }
}

/// A person or account in a report, with as much as the sender says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Party {
    /// Always opaque, such as `Child` and `12`.
    pub(crate) name: Option<Name>,
    pub(crate) age: Option<i32>,
    pub(crate) account: Option<Account>,
    pub(crate) emails: Vec<String>,
    pub(crate) phones: Vec<SpeltPhone>,
    pub(crate) devices: Vec<String>,
    pub(crate) captures: Vec<Capture>,
    pub(crate) country: Option<Country>,
    pub(crate) town: Option<u32>,
    pub(crate) group: Option<String>,
    pub(crate) prior_report: Option<i64>,
    pub(crate) disabled_at: Option<Timestamp>,
    /// A third party's user, of whom the sender knows no more.
    pub(crate) elsewhere: bool,
    pub(crate) linked: Vec<Linked>,
    pub(crate) note: Option<&'static str>,
}

impl Party {
    /// An account holder of whom only the account is said.
    pub(crate) fn of(account: Account) -> Self {
        Self {
            account: Some(account),
            ..Self::default()
        }
    }

    /// A child, of whom nothing but a number and an age is said.
    pub(crate) fn child(label: u32, age: i32) -> Self {
        Self {
            name: Some(Name::label("Child", label)),
            age: Some(age),
            ..Self::default()
        }
    }

    /// Says the country and the town the platform believes the account is in.
    pub(crate) fn place(&mut self, person: &Person) {
        self.country = Some(person.country);
        self.town = Some(person.town);
    }

    /// Says that the account was seen at the person's own address.
    pub(crate) fn see(&mut self, person: &Person, event: CaptureEvent, at: Timestamp, host: u16) {
        self.captures.push(Capture {
            address: person.address(host),
            event,
            at,
            port: Some(person.port),
        });
    }
}

/// A phone number as it is written.
#[derive(Debug, Clone)]
pub(crate) struct SpeltPhone {
    pub(crate) text: String,
    /// Set only where the text is a national number.
    pub(crate) calling_code: Option<&'static str>,
}

impl SpeltPhone {
    pub(crate) fn international(phone: &Phone) -> Self {
        Self {
            text: phone.international(),
            calling_code: None,
        }
    }

    pub(crate) fn national(phone: &Phone) -> Self {
        Self {
            text: phone.national(),
            calling_code: Some(phone.calling_code),
        }
    }
}

/// An address at a moment.
#[derive(Debug, Clone)]
pub(crate) struct Capture {
    pub(crate) address: IpAddr,
    pub(crate) event: CaptureEvent,
    pub(crate) at: Timestamp,
    pub(crate) port: Option<i32>,
}

impl Capture {
    /// A login during a lease; `minute` of the lease's twelve hours.
    pub(crate) fn leased(lease: Lease, now: Timestamp, minute: u32, port: Option<i32>) -> Self {
        const DAY_MILLIS: i64 = 86_400_000;
        let today = now.millis().div_euclid(DAY_MILLIS);
        // From 06:00 to 18:00, so that leases of one address stay far apart.
        let minutes = 6 * 60 + i64::from(minute % (12 * 60));
        Self {
            address: lease.address,
            event: CaptureEvent::Login,
            at: Timestamp::from_millis((today - lease.days_ago) * DAY_MILLIS + minutes * 60_000),
            port,
        }
    }
}

/// An account that the sender associates with the one reported.
#[derive(Debug, Clone)]
pub(crate) struct Linked {
    pub(crate) account: Option<Account>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<SpeltPhone>,
    /// Whether the account pays or is paid, rather than belongs to the same person.
    pub(crate) billing: bool,
}

/// A picture with what the sender says of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shot {
    /// Equal numbers are equal pictures, and equal bytes if the copy is equal too.
    pub(crate) picture: u64,
    /// 0 is the picture itself; other numbers are copies that were saved again or changed a little.
    pub(crate) copy: u32,
    /// Whether the sender gives a perceptual hash.
    pub(crate) hashed: bool,
    pub(crate) viewed: Option<bool>,
    pub(crate) public: Option<bool>,
    pub(crate) class: Option<FileClassification>,
    pub(crate) marks: FileAnnotations,
    pub(crate) supplemental: bool,
}

/// The host of a platform's pages.
pub(crate) fn host_of(platform: usize) -> &'static str {
    PLATFORMS[platform % PLATFORMS.len()].host
}
