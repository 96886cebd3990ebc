//! What very many strangers share: a carrier's gateway, a support number, a newsroom's account, a
//! phone number that was given on. Whoever shares one of these is not one case for that.

use model::Timestamp;
use wire::ispws::CaptureEvent;

use crate::bulk::stranger;
use crate::dice::{Dice, Stream};
use crate::kinds::Kind;
use crate::plan::Episode;
use crate::platforms::PLATFORMS;
use crate::scene::{DAY_MILLIS, Scene};
use crate::telling::{Capture, Linked, Party, SpeltPhone, Telling};

/// Reports behind a gateway stand in blocks of this many; the last two of a block came by one line.
const BLOCK: u32 = 12;

/// An identifier that reports share without being one case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shared {
    /// The kind, as the truth has it.
    pub(crate) kind: &'static str,
    /// The identifier in its normal form.
    pub(crate) identifier: String,
}

/// What report `member` of strangers with something in common says.
pub(crate) fn tell(scene: &Scene, episode: &Episode, member: u32) -> Telling {
    let serial = episode.first + member;
    let mut dice = scene.dice(Stream::Telling, serial);
    let mut telling = stranger(scene, &mut dice, serial);
    match episode.kind {
        Kind::Gateway => behind_gateway(scene, &mut dice, episode, member, &mut telling),
        Kind::Helpline => name_helpline(episode, member, &mut telling),
        Kind::Newsroom => name_newsroom(scene, episode, &mut telling),
        _ => name_old_phone(scene, &mut dice, episode, member, &mut telling),
    }
    telling
}

/// What report `member` shares with strangers.
pub(crate) fn shared(scene: &Scene, episode: &Episode, member: u32) -> Option<Shared> {
    match episode.kind {
        Kind::Gateway => {
            let (address, days_ago) = episode.gateway()?;
            let day = day_before(scene.now, days_ago + day_of(member)).to_string();
            let day = day.split('T').next().unwrap_or_default().to_owned();
            Some(Shared {
                kind: "ip",
                identifier: format!("{address} {day}"),
            })
        }
        Kind::Helpline | Kind::Recycled => Some(Shared {
            kind: "phone",
            identifier: episode.phone()?.international(),
        }),
        Kind::Newsroom => {
            let (platform, handle) = newsroom(scene, episode);
            Some(Shared {
                kind: "handle",
                identifier: format!("{handle} ({})", PLATFORMS[platform % PLATFORMS.len()].name),
            })
        }
        _ => None,
    }
}

/// Midnight, so many days before today.
fn day_before(now: Timestamp, days_ago: i64) -> Timestamp {
    let today = now.millis().div_euclid(DAY_MILLIS);
    Timestamp::from_millis((today - days_ago) * DAY_MILLIS)
}

/// On which of the two days: whole blocks are of one day.
fn day_of(member: u32) -> i64 {
    i64::from(member / BLOCK % 2) * 2
}

fn behind_gateway(
    scene: &Scene,
    dice: &mut Dice,
    episode: &Episode,
    member: u32,
    telling: &mut Telling,
) {
    let Some((address, days_ago)) = episode.gateway() else {
        return;
    };
    let place = member % BLOCK;
    // Two of a block give port and minute too, the same ones: that is one line.
    let mut of_line = scene.dice(Stream::Episode, episode.first + member / BLOCK);
    let line_minute = i64::from(of_line.between(6 * 60, 18 * 60));
    let line_port = of_line.between(1024, 65_535);
    let (minute, port) = if place + 2 >= BLOCK {
        (line_minute, i32::try_from(line_port).ok())
    } else {
        (i64::from(dice.between(6 * 60, 18 * 60)), None)
    };
    let at = day_before(scene.now, days_ago + day_of(member)).plus_millis(minute * 60_000);
    if let Some(party) = telling.reported.first_mut() {
        party.captures.push(Capture {
            address,
            event: CaptureEvent::Login,
            at,
            port,
        });
    }
    if place + 1 == BLOCK {
        telling.tie = Some((
            member - 1,
            "The same IP address and port in the same minute.",
        ));
    }
}

/// Three of four name it in a field of the form, the fourth in words.
fn name_helpline(episode: &Episode, member: u32, telling: &mut Telling) {
    let Some(phone) = episode.phone() else {
        return;
    };
    if member.is_multiple_of(4) {
        telling.say(|phrases| phrases.helpline, &[&phone.international()]);
    } else if let Some(party) = telling.reported.first_mut() {
        let spelt = if member.is_multiple_of(2) {
            SpeltPhone::national(&phone)
        } else {
            SpeltPhone::international(&phone)
        };
        party.linked.push(Linked {
            account: None,
            email: None,
            phone: Some(spelt),
            billing: false,
        });
    }
}

fn newsroom(scene: &Scene, episode: &Episode) -> (usize, String) {
    let newsroom = scene.person(episode.first, 8);
    let platform = 2;
    (platform, newsroom.account(platform).handle)
}

fn name_newsroom(scene: &Scene, episode: &Episode, telling: &mut Telling) {
    let (platform, _) = newsroom(scene, episode);
    let mut account = scene.person(episode.first, 8).account(platform);
    // Only its name is known.
    account.number = None;
    if let Some(party) = telling.reported.first_mut() {
        party.linked.push(Linked {
            account: Some(account),
            email: None,
            phone: None,
            billing: false,
        });
    }
}

/// The first owner was reported long ago, the second lately.
fn name_old_phone(
    scene: &Scene,
    dice: &mut Dice,
    episode: &Episode,
    member: u32,
    telling: &mut Telling,
) {
    if member == 0 {
        let ago = dice.millis(850 * DAY_MILLIS, 1_250 * DAY_MILLIS);
        let at = scene.now.plus_millis(-ago / 1000 * 1000);
        let late = telling.at.at.millis_since(at);
        telling.at.at = at;
        for capture in telling
            .reported
            .iter_mut()
            .flat_map(|party: &mut Party| &mut party.captures)
        {
            capture.at = capture.at.plus_millis(-late);
        }
    }
    let phone = episode.phone();
    if let Some(party) = telling.reported.first_mut() {
        party
            .phones
            .extend(phone.as_ref().map(SpeltPhone::international));
    }
}
