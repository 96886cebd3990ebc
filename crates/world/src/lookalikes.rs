//! What looks like a case or like a danger and is neither: families, namesakes, journalists,
//! researchers.

use wire::ispws::{CaptureEvent, IncidentType};

use crate::bulk::{incident, ordinary_shot, past, stranger};
use crate::cast::token;
use crate::dice::{Dice, Stream};
use crate::names::{Name, SPELLINGS};
use crate::plan::Episode;
use crate::platforms::{REMITTER, SOCIAL, TIP_LINE};
use crate::scene::{MINUTE_MILLIS, Scene};
use crate::telling::{Linked, Party, Shot, Telling};

/// A family picture in an album.
pub(crate) fn album(scene: &Scene, dice: &mut Dice, episode: &Episode, serial: u32) -> Telling {
    let person = scene.person(serial, 0);
    let at = past(scene, dice);
    let platform = dice.pick(&SOCIAL);
    let voice = scene.voice(serial);
    let mut telling = Telling::new(voice, platform, IncidentType::AbuseMaterial, at);
    let mut party = Party::of(person.account(platform));
    party.place(&person);
    party.see(&person, CaptureEvent::Upload, at, 1);
    telling.reported.push(party);
    telling.say(|phrases| phrases.private_album, &[]);
    telling.shots.push(Shot {
        picture: u64::from(episode.first) * 16 + 15,
        viewed: Some(dice.chance(500)),
        public: Some(false),
        ..Shot::default()
    });
    telling
}

/// Money sent home to one family member.
pub(crate) fn support(scene: &Scene, dice: &mut Dice, serial: u32) -> Telling {
    let (payer, family) = (scene.person(serial, 0), scene.person(serial, 1));
    let at = past(scene, dice);
    let incident = IncidentType::Trafficking;
    let mut telling = Telling::new(scene.voice(serial), REMITTER, incident, at);
    let mut party = Party::of(payer.account(REMITTER));
    party.place(&payer);
    let paid_at = at.plus_millis(-5 * MINUTE_MILLIS);
    party.see(&payer, CaptureEvent::Purchase, paid_at, 1);
    party.name = Some(Name::label("Person", payer.label));
    party.linked.push(Linked {
        account: Some(family.account(REMITTER)),
        email: None,
        phone: None,
        billing: true,
    });
    telling.reported.push(party);
    let (transfers, dollars) = (dice.between(6, 30), dice.between(4, 30) * 10);
    let (transfers, dollars) = (transfers.to_string(), dollars.to_string());
    telling.say(|phrases| phrases.transfers, &[&transfers, &dollars]);
    telling
}

/// Two strangers with one screen name on two platforms.
pub(crate) fn namesake(scene: &Scene, dice: &mut Dice, episode: &Episode, member: u32) -> Telling {
    let serial = episode.first + member;
    let person = scene.person(serial, 0);
    let handle = format!("player_{}", token(episode.first));
    // Neighbours in the list of platforms are never the same platform.
    let first = usize::try_from(episode.first).unwrap_or(0);
    let platform = SOCIAL[(first + usize::from(member % 2 == 1)) % SOCIAL.len()];
    let at = past(scene, dice);
    let mut telling = Telling::new(scene.voice(serial), platform, incident(dice), at);
    let mut party = Party::of(person.account_called(platform, handle));
    party.place(&person);
    party.see(&person, CaptureEvent::Login, at, 1);
    telling.reported.push(party);
    telling.shots.push(ordinary_shot(dice, serial, 0, false));
    telling
}

/// Strangers with one name, spelt in one way or in several.
pub(crate) fn equal_name(
    scene: &Scene,
    dice: &mut Dice,
    episode: &Episode,
    member: u32,
) -> Telling {
    let serial = episode.first + member;
    let mut telling = stranger(scene, dice, serial);
    let named = scene.person(episode.first, 8);
    let same_spelling = scene.dice(Stream::Episode, episode.first).chance(500);
    let spelling = if same_spelling { 1 } else { member % SPELLINGS };
    let person = scene.person(serial, 0);
    if let Some(party) = telling.reported.first_mut() {
        party.name = Some(named.spelt_name(spelling));
        party.age = Some(person.age);
        party.emails.push(person.email(0));
    }
    telling
}

/// One of a journalist's many tips, each about a stranger. The tipster stands where senders stand.
pub(crate) fn tip_of_journalist(
    scene: &Scene,
    dice: &mut Dice,
    episode: &Episode,
    member: u32,
) -> Telling {
    let mut telling = stranger(scene, dice, episode.first + member);
    let journalist = scene.person(episode.first, 8);
    telling.sender = TIP_LINE;
    telling.tipster = Some(Party {
        name: Some(Name::label("Person", journalist.label)),
        emails: vec![journalist.email(0)],
        ..Party::default()
    });
    telling.say(|phrases| phrases.journalist, &[]);
    telling
}

/// One of the strangers of a researcher's list, or, as the last report, the list.
pub(crate) fn list(scene: &Scene, dice: &mut Dice, episode: &Episode, member: u32) -> Telling {
    let listed = episode.size - 1;
    let serial = episode.first + member;
    if member < listed {
        return stranger(scene, dice, serial);
    }
    let at = past(scene, dice);
    let incident = IncidentType::AbuseMaterial;
    let mut telling = Telling::new(scene.voice(serial), TIP_LINE, incident, at);
    let researcher = scene.person(serial, 8);
    telling.tipster = Some(Party {
        name: Some(Name::label("Person", researcher.label)),
        emails: vec![researcher.email(0)],
        ..Party::default()
    });
    telling.pages = (0..listed)
        .filter_map(|member| {
            let serial = episode.first + member;
            // The page of the account that its report is about.
            let told = stranger(scene, &mut scene.dice(Stream::Telling, serial), serial);
            let party = told.reported.into_iter().next()?;
            party.account.map(|account| account.profile_url)
        })
        .collect();
    let count = telling.pages.len().to_string();
    telling.say(|phrases| phrases.researcher, &[&count]);
    telling
}
