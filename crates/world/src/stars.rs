//! Matters with one middle: a payer with many hosts, a den with many accounts, a migrant with many
//! relatives, a person whose name is spelt in many ways. Each report shares one thing with the
//! first.

use wire::ispws::{CaptureEvent, IncidentType};

use crate::bulk::past;
use crate::cast::Person;
use crate::chain::{children, escalate, moment, pictures, respelt};
use crate::dice::{Dice, Stream};
use crate::kinds::Kind;
use crate::names::SPELLINGS;
use crate::plan::Episode;
use crate::platforms::{REMITTER, SOCIAL};
use crate::scene::{MINUTE_MILLIS, Scene};
use crate::telling::{Linked, Party, Telling};

/// What report `member` of a payer's or a den's matter says.
pub(crate) fn tell(scene: &Scene, episode: &Episode, member: u32) -> Telling {
    let mut of_star = scene.dice(Stream::Episode, episode.first);
    let escalates = of_star.chance(300);
    // It is a host that is in danger, not the payer, who stands first.
    let drawn = of_star.between(1, episode.size - 1);
    let by_mail = of_star.chance(500);
    let urgent = escalates && drawn == member;

    let serial = episode.first + member;
    let mut dice = scene.dice(Stream::Telling, serial);
    let middle = scene.person(episode.first, 0);
    let mut telling = match episode.kind {
        Kind::Payer if member == 0 => paid(scene, &mut dice, &middle, serial),
        Kind::Payer => {
            let mut telling = host(scene, &mut dice, serial, episode, urgent);
            let payer = Linked {
                account: Some(middle.account(REMITTER)),
                email: None,
                phone: None,
                billing: true,
            };
            add_to_reported(&mut telling, |party| party.linked.push(payer));
            telling.tie = Some((0, "The same payer's account with the remitter."));
            telling
        }
        _ => {
            let mut telling = host(scene, &mut dice, serial, episode, urgent);
            let why = share_den(&middle, member, by_mail, &mut telling);
            telling.tie = member.checked_sub(1).map(|_| (0, why));
            telling
        }
    };
    if urgent {
        escalate(scene, &mut dice, episode.kind, &mut telling);
    }
    telling
}

fn add_to_reported(telling: &mut Telling, add: impl FnOnce(&mut Party)) {
    if let Some(party) = telling.reported.first_mut() {
        add(party);
    }
}

/// The remitter's own report about the payer.
fn paid(scene: &Scene, dice: &mut Dice, payer: &Person, serial: u32) -> Telling {
    let at = past(scene, dice);
    let incident = IncidentType::Trafficking;
    let mut telling = Telling::new(scene.voice(serial), REMITTER, incident, at);
    let mut party = Party::of(payer.account(REMITTER));
    party.place(payer);
    let paid_at = at.plus_millis(-5 * MINUTE_MILLIS);
    party.see(payer, CaptureEvent::Purchase, paid_at, 1);
    telling.reported.push(party);
    telling.say(|phrases| phrases.one_payer, &[]);
    telling
}

/// A report about a host under an account of its own.
fn host(scene: &Scene, dice: &mut Dice, serial: u32, episode: &Episode, urgent: bool) -> Telling {
    let kind = episode.kind;
    // The accounts of a den are of one place, the hosts of a payer are not.
    let home = if kind == Kind::Den {
        episode.first
    } else {
        serial
    };
    let at = moment(scene, dice, kind, urgent);
    let platform = dice.pick(&SOCIAL);
    let voice = scene.voice_from(scene.region(home), serial);
    let mut telling = Telling::new(voice, platform, IncidentType::Trafficking, at);
    let account_holder = scene.person(serial, 1);
    let mut party = Party::of(account_holder.account(platform));
    party.place(&scene.person(home, 1));
    let seen_at = at.plus_millis(-dice.millis(0, 3 * MINUTE_MILLIS));
    party.see(&account_holder, CaptureEvent::Login, seen_at, 1);
    telling.reported.push(party);
    telling.victims.extend(children(&scene.person(home, 1)));
    telling.say(|phrases| phrases.arranging, &[]);
    pictures(dice, kind, serial, &mut telling);
    telling
}

/// Names the mailbox or the device of the den, in one spelling or another.
fn share_den(den: &Person, member: u32, by_mail: bool, telling: &mut Telling) -> &'static str {
    let plain = member.is_multiple_of(2);
    if by_mail {
        let email = den.email(0);
        let email = if plain { email } else { respelt(&email) };
        add_to_reported(telling, |party| party.emails.push(email));
    } else {
        let device = den.device();
        let device = if plain { device } else { device.to_uppercase() };
        add_to_reported(telling, |party| party.devices.push(device));
    }
    if member > 0 {
        telling.say(|phrases| phrases.many_accounts, &[]);
    }
    if by_mail {
        "The same email address of one den."
    } else {
        "The same device of one den."
    }
}

/// What report `member` says of a migrant who sends small sums to several relatives.
pub(crate) fn kin(scene: &Scene, episode: &Episode, member: u32) -> Telling {
    let serial = episode.first + member;
    let mut dice = scene.dice(Stream::Telling, serial);
    let migrant = scene.person(episode.first, 0);
    let at = past(scene, &mut dice);
    let voice = scene.voice_from(scene.region(episode.first), serial);
    let mut telling = Telling::new(voice, REMITTER, IncidentType::Trafficking, at);
    let mut party = Party::of(migrant.account(REMITTER));
    party.place(&migrant);
    party.see(
        &migrant,
        CaptureEvent::Purchase,
        at,
        u16::try_from(member + 1).unwrap_or(1),
    );
    party.linked.push(Linked {
        account: Some(scene.person(serial, 1).account(REMITTER)),
        email: None,
        phone: None,
        billing: true,
    });
    telling.reported.push(party);
    telling.say(|phrases| phrases.small_transfers, &[]);
    telling.tie = member
        .checked_sub(1)
        .map(|_| (0, "The same migrant's account with the remitter."));
    telling
}

/// What report `member` says of an offender whose name each platform spells in its own way.
pub(crate) fn respelt_name(scene: &Scene, episode: &Episode, member: u32) -> Telling {
    let serial = episode.first + member;
    let mut dice = scene.dice(Stream::Telling, serial);
    let person = scene.person(episode.first, 0);
    let urgent_share = scene.dice(Stream::Episode, episode.first).chance(60);
    let urgent = urgent_share && member == 0;
    let at = moment(scene, &mut dice, episode.kind, urgent);
    let platform = dice.pick(&SOCIAL);
    let voice = scene.voice_from(scene.region(episode.first), serial);
    let mut telling = Telling::new(voice, platform, IncidentType::AbuseMaterial, at);
    let mut party = Party::of(scene.person(serial, 1).account(platform));
    party.place(&person);
    party.name = Some(person.spelt_name((member + person.label) % SPELLINGS));
    party.age = Some(person.age);
    let email = person.email(0);
    let plain = member.is_multiple_of(2);
    party
        .emails
        .push(if plain { email } else { respelt(&email) });
    telling.reported.push(party);
    telling.tie = member
        .checked_sub(1)
        .map(|_| (0, "The same email address, in another letter case."));
    pictures(&mut dice, episode.kind, serial, &mut telling);
    if urgent {
        escalate(scene, &mut dice, episode.kind, &mut telling);
    }
    telling
}
