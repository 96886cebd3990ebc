//! Most of what comes in: single accounts and junk.

use model::Timestamp;
use wire::ispws::{CaptureEvent, FileAnnotations, FileClassification, IncidentType};

use crate::cast::{Person, token};
use crate::dice::Dice;
use crate::names::Name;
use crate::plan::Episode;
use crate::platforms::{JUNK, SOCIAL};
use crate::scene::{DAY_MILLIS, HOUR_MILLIS, Scene};
use crate::telling::{Capture, Party, Shot, SpeltPhone, Telling, Written, host_of};

/// Unknown numbers of earlier reports start here, far above any number a new receiver gives out.
const PRIOR_REPORTS_FROM: i64 = 900_000_000;

const INCIDENTS: [IncidentType; 12] = [
    IncidentType::AbuseMaterial,
    IncidentType::AbuseMaterial,
    IncidentType::AbuseMaterial,
    IncidentType::AbuseMaterial,
    IncidentType::AbuseMaterial,
    IncidentType::AbuseMaterial,
    IncidentType::AbuseMaterial,
    IncidentType::Enticement,
    IncidentType::Enticement,
    IncidentType::UnsolicitedMaterial,
    IncidentType::MisleadingContent,
    IncidentType::Travel,
];

/// How senders write the time: mostly in UTC, some in their own, a few without saying which.
const OFFSETS_MINUTES: [Option<i16>; 8] = [
    Some(0),
    Some(0),
    Some(0),
    Some(0),
    Some(480),
    Some(-300),
    Some(330),
    None,
];

/// A moment of the past three months, to the second.
pub(crate) fn past(scene: &Scene, dice: &mut Dice) -> Timestamp {
    let ago = dice.millis(2 * HOUR_MILLIS, 88 * DAY_MILLIS);
    scene.now.plus_millis(-ago / 1000 * 1000)
}

/// A kind of incident, as often as senders choose it.
pub(crate) fn incident(dice: &mut Dice) -> IncidentType {
    dice.pick(&INCIDENTS)
}

/// A report about an account holder who has nothing to do with any other report, with a picture or
/// none: what hides among strangers is added to it.
pub(crate) fn stranger(scene: &Scene, dice: &mut Dice, serial: u32) -> Telling {
    let person = scene.person(serial, 0);
    let platform = dice.pick(&SOCIAL);
    let at = past(scene, dice);
    let mut telling = Telling::new(scene.voice(serial), platform, incident(dice), at);
    let mut party = Party::of(person.account(platform));
    if dice.chance(500) {
        party.place(&person);
    }
    if dice.chance(400) {
        party.see(&person, CaptureEvent::Upload, at, 1);
    }
    telling.reported.push(party);
    if dice.chance(600) {
        telling.shots.push(ordinary_shot(dice, serial, 0, false));
    }
    telling
}

/// One account, one report.
pub(crate) fn single(scene: &Scene, dice: &mut Dice, episode: &Episode, serial: u32) -> Telling {
    let person = scene.person(serial, 0);
    let platform = dice.pick(&SOCIAL);
    let at = past(scene, dice);
    let mut telling = Telling::new(scene.voice(serial), platform, incident(dice), at);
    telling.at.offset_minutes = dice.pick(&OFFSETS_MINUTES);
    let mut party = Party::of(person.account(platform));
    say_where(scene, dice, episode, &person, at, &mut party);
    say_who(dice, &person, &mut party);
    party
        .phones
        .extend(episode.phone().as_ref().map(SpeltPhone::international));
    if dice.chance(20) {
        party.prior_report = Some(PRIOR_REPORTS_FROM + i64::from(serial));
    }
    if dice.chance(400) {
        party.disabled_at = Some(at.plus_millis(HOUR_MILLIS));
    }
    party.elsewhere = dice.chance(30);
    telling.reported.push(party);

    if dice.chance(100) {
        let recipient = scene.person(serial, 1).account(platform);
        telling.recipients.push(Party::of(recipient));
    }
    let place = token(person.label);
    if dice.chance(150) {
        let host = host_of(platform);
        telling.pages.push(format!("https://{host}/p/{place}"));
    }
    if dice.chance(300) {
        telling.room = Some(format!("room-{place}"));
    }
    match dice.between(0, 9) {
        0..3 => telling.say(|phrases| phrases.hash_match, &[]),
        3 => telling.say(|phrases| phrases.by_user, &[]),
        _ => {}
    }
    // Said clearly, and long enough ago.
    let over = telling.at.offset_minutes.is_some() && scene.now.millis_since(at) > 3 * DAY_MILLIS;
    if dice.chance(850) {
        telling
            .shots
            .extend((0..dice.between(1, 3)).map(|shot| ordinary_shot(dice, serial, shot, over)));
    }
    telling
}

/// Where the account was seen and where it seems to be, as far as it is known.
fn say_where(
    scene: &Scene,
    dice: &mut Dice,
    episode: &Episode,
    person: &Person,
    at: Timestamp,
    party: &mut Party,
) {
    if dice.chance(500) {
        party.place(person);
    }
    if dice.chance(700) {
        party.see(person, CaptureEvent::Upload, at, 1);
    }
    if dice.chance(400) {
        let registered = at.plus_millis(-200 * DAY_MILLIS);
        party.see(person, CaptureEvent::Registration, registered, 2);
    }
    if let Some(lease) = episode.lease() {
        let minute = dice.between(0, 719);
        party
            .captures
            .push(Capture::leased(lease, scene.now, minute, Some(person.port)));
    }
}

/// Whose the account is, as far as it is known.
fn say_who(dice: &mut Dice, person: &Person, party: &mut Party) {
    if dice.chance(400) {
        party.emails.push(person.email(0));
    }
    if dice.chance(150) {
        party.devices.push(person.device());
    }
    if dice.chance(150) {
        party.name = Some(Name::label("Person", person.label));
        party.age = Some(person.age);
    }
    if dice.chance(40) {
        party.group = Some(person.group());
    }
}

/// A picture such as most reports have; only a matter that is `over` may show a session.
pub(crate) fn ordinary_shot(dice: &mut Dice, serial: u32, shot: u32, over: bool) -> Shot {
    Shot {
        picture: u64::from(serial) * 16 + u64::from(shot),
        viewed: dice.pick(&[None, None, Some(true), Some(false)]),
        public: dice.pick(&[None, None, Some(true), Some(false)]),
        class: dice.chance(150).then(|| dice.pick(FileClassification::ALL)),
        marks: FileAnnotations {
            // A recording of a session that is long over: not live now.
            live_streaming: over && shot == 0 && dice.chance(25),
            generative_ai: dice.chance(50),
            ..FileAnnotations::default()
        },
        supplemental: shot > 0 && dice.chance(200),
        ..Shot::default()
    }
}

/// A report with hardly a field.
pub(crate) fn junk(scene: &Scene, dice: &mut Dice, serial: u32) -> Telling {
    // Each report has a moment of its own, so that two are never the same submission.
    let step = (85 * DAY_MILLIS / i64::from(scene.reports.max(1))).max(1);
    let ago = 2 * HOUR_MILLIS + i64::from(serial) * step + dice.millis(0, step - 1);
    let sender = if dice.chance(850) {
        dice.pick(&JUNK)
    } else {
        dice.pick(&SOCIAL)
    };
    let at = scene.now.plus_millis(-ago);
    let mut telling = Telling::new(scene.voice(serial), sender, incident(dice), at);
    telling.at = Written {
        offset_minutes: dice.chance(700).then_some(0),
        ..telling.at
    };
    telling.names_platform = dice.chance(500);
    telling.names_contact = dice.chance(300);
    telling.marks.spam = dice.chance(50);
    if dice.chance(200) {
        let mut account = scene.person(serial, 0).account(sender);
        account.number = None;
        telling.reported.push(Party::of(account));
    }
    if dice.chance(400) {
        telling.say(|phrases| phrases.automated, &[]);
    }
    telling
}
