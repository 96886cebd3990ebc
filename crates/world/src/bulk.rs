//! Everything else, which is most of what comes in: single accounts, storms, junk, and what only
//! looks alike.

use model::Timestamp;
use wire::ispws::{CaptureEvent, FileAnnotations, FileClassification, IncidentType};

use crate::cast::{Person, token, years};
use crate::dice::{Dice, Stream};
use crate::plan::{Episode, Kind};
use crate::platforms::{JUNK, REMITTER, SOCIAL};
use crate::scene::{DAY_MILLIS, HOUR_MILLIS, MINUTE_MILLIS, Scene};
use crate::telling::{Capture, Linked, Party, Shot, SpeltPhone, Telling, Written, host_of};

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

/// What report `member` of a matter says whose reports are not one case.
pub(crate) fn tell(scene: &Scene, episode: &Episode, member: u32) -> Telling {
    let serial = episode.first + member;
    let mut dice = scene.dice(Stream::Telling, serial);
    match episode.kind {
        Kind::Storm => storm(scene, &mut dice, episode, member),
        Kind::Junk => junk(scene, &mut dice, serial),
        Kind::Album => album(scene, &mut dice, episode, serial),
        Kind::Support => support(scene, &mut dice, serial),
        Kind::Namesakes => namesake(scene, &mut dice, episode, member),
        _ => single(scene, &mut dice, episode, serial),
    }
}

/// A moment of the past three months, to the second.
fn past(scene: &Scene, dice: &mut Dice) -> Timestamp {
    let ago = dice.millis(2 * HOUR_MILLIS, 88 * DAY_MILLIS);
    scene.now.plus_millis(-ago / 1000 * 1000)
}

fn single(scene: &Scene, dice: &mut Dice, episode: &Episode, serial: u32) -> Telling {
    let person = scene.person(serial, 0);
    let platform = dice.pick(&SOCIAL);
    let at = past(scene, dice);
    let mut telling = Telling::new(platform, dice.pick(&INCIDENTS), at);
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
    telling.narrative = dice
        .chance(300)
        .then(|| "Found by hash match at upload; the account was reviewed.".to_owned());
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
            .push(Capture::leased(lease, scene.now, minute, person.port));
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
        party.name = Some(("Person", person.label));
        party.age = Some(person.age);
    }
    if dice.chance(40) {
        party.group = Some(person.group());
    }
}

/// A picture such as most reports have; only a matter that is `over` may show a session.
fn ordinary_shot(dice: &mut Dice, serial: u32, shot: u32, over: bool) -> Shot {
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
    }
}

fn storm(scene: &Scene, dice: &mut Dice, episode: &Episode, member: u32) -> Telling {
    let mut of_storm = scene.dice(Stream::Episode, episode.first);
    let start = past(scene, &mut of_storm);
    let platform = of_storm.pick(&SOCIAL);
    // Some senders mark their storms, some batch them, some do neither.
    let (marked, batched) = of_storm.pick(&[(true, false), (true, true), (false, false)]);
    let holds_a_child_at_risk = episode.size >= 12 && of_storm.chance(400);

    let serial = episode.first + member;
    let person = scene.person(serial, 0);
    // It breaks out and ebbs away within two days, and never after the present.
    let late = dice
        .millis(0, 2 * DAY_MILLIS)
        .min(dice.millis(0, 2 * DAY_MILLIS));
    let latest = scene.now.plus_millis(-HOUR_MILLIS);
    let at = start.plus_millis(late / 1000 * 1000).min(latest);
    let mut telling = Telling::new(platform, IncidentType::AbuseMaterial, at);
    let mut party = Party::of(person.account(platform));
    if dice.chance(600) {
        party.see(&person, CaptureEvent::Upload, at, 1);
    }
    if dice.chance(300) {
        party.place(&person);
    }
    telling.reported.push(party);
    telling.batched = batched;
    telling.shots.push(Shot {
        picture: u64::from(episode.first) * 16 + 15,
        viewed: dice.pick(&[None, Some(true), Some(false)]),
        public: Some(true),
        marks: FileAnnotations {
            viral: marked,
            potential_meme: marked,
            ..FileAnnotations::default()
        },
        ..Shot::default()
    });
    if holds_a_child_at_risk && member == episode.size / 2 {
        let child = scene.person(serial, 9);
        telling
            .victims
            .push(Party::child(child.label, years(4 + child.label % 12)));
        telling.escalation = Some(
            "The reporting platform identified the child and states that the child is at risk now.",
        );
        telling.urgent = Some(format!(
            "Escalated: the child is known and at risk now, in one of {} copies of a file.",
            episode.size
        ));
    }
    telling
}

fn junk(scene: &Scene, dice: &mut Dice, serial: u32) -> Telling {
    // Each report has a moment of its own, so that two are never the same submission.
    let step = (85 * DAY_MILLIS / i64::from(scene.reports.max(1))).max(1);
    let ago = 2 * HOUR_MILLIS + i64::from(serial) * step + dice.millis(0, step - 1);
    let sender = if dice.chance(850) {
        dice.pick(&JUNK)
    } else {
        dice.pick(&SOCIAL)
    };
    let mut telling = Telling::new(sender, dice.pick(&INCIDENTS), scene.now.plus_millis(-ago));
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
    telling.narrative = dice
        .chance(400)
        .then(|| "Automated detection. No further information.".to_owned());
    telling
}

fn album(scene: &Scene, dice: &mut Dice, episode: &Episode, serial: u32) -> Telling {
    let person = scene.person(serial, 0);
    let at = past(scene, dice);
    let platform = dice.pick(&[2, 3]);
    let mut telling = Telling::new(platform, IncidentType::AbuseMaterial, at);
    let mut party = Party::of(person.account(platform));
    party.place(&person);
    party.see(&person, CaptureEvent::Upload, at, 1);
    telling.reported.push(party);
    telling.narrative =
        Some("Private album. The account holder states that it is a family picture.".to_owned());
    telling.shots.push(Shot {
        picture: u64::from(episode.first) * 16 + 15,
        viewed: Some(dice.chance(500)),
        public: Some(false),
        ..Shot::default()
    });
    telling
}

fn support(scene: &Scene, dice: &mut Dice, serial: u32) -> Telling {
    let (payer, family) = (scene.person(serial, 0), scene.person(serial, 1));
    let at = past(scene, dice);
    let mut telling = Telling::new(REMITTER, IncidentType::Trafficking, at);
    let mut party = Party::of(payer.account(REMITTER));
    party.place(&payer);
    let paid_at = at.plus_millis(-5 * MINUTE_MILLIS);
    party.see(&payer, CaptureEvent::Purchase, paid_at, 1);
    party.name = Some(("Person", payer.label));
    party.linked.push(Linked {
        account: Some(family.account(REMITTER)),
        email: None,
        phone: None,
        billing: true,
    });
    telling.reported.push(party);
    telling.narrative = Some(format!(
        "{} monthly transfers of {} USD to one family member; the relationship is documented.",
        dice.between(6, 30),
        dice.between(4, 30) * 10
    ));
    telling
}

fn namesake(scene: &Scene, dice: &mut Dice, episode: &Episode, member: u32) -> Telling {
    let person = scene.person(episode.first + member, 0);
    let handle = format!("player_{}", token(episode.first));
    // Neighbours in the list of platforms are never the same platform.
    let first = usize::try_from(episode.first).unwrap_or(0);
    let platform = SOCIAL[(first + usize::from(member % 2 == 1)) % SOCIAL.len()];
    let at = past(scene, dice);
    let mut telling = Telling::new(platform, dice.pick(&INCIDENTS), at);
    let mut party = Party::of(person.account_called(platform, handle));
    party.place(&person);
    party.see(&person, CaptureEvent::Login, at, 1);
    telling.reported.push(party);
    telling
        .shots
        .push(ordinary_shot(dice, episode.first + member, 0, false));
    telling
}
