//! Storms and floods: very many reports of one thing. In a storm one member may tell of something
//! new, and must be looked at as if it stood alone.

use model::Timestamp;
use wire::ispws::{CaptureEvent, FileAnnotations, IncidentType};

use crate::bulk::past;
use crate::cast::years;
use crate::dice::{Dice, Stream};
use crate::kinds::Kind;
use crate::plan::Episode;
use crate::platforms::{JUNK, SOCIAL};
use crate::scene::{DAY_MILLIS, HOUR_MILLIS, MINUTE_MILLIS, Scene};
use crate::telling::{Party, Shot, Telling, Written};

/// Copies from which on one may tell of something new.
const REOPENS_FROM: u32 = 12;

/// What one copy of a storm tells that the others do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// A child, known and at risk.
    Child,
    /// A session that goes on now.
    Session,
    /// A place that was not known.
    Place,
}

/// What the copies of a storm have in common.
struct Storm {
    start: Timestamp,
    platform: usize,
    marked: bool,
    batched: bool,
    /// Whether the platform gives a perceptual hash, which is the same for all near copies.
    hashed: bool,
    news: Option<News>,
}

impl Storm {
    fn new(scene: &Scene, episode: &Episode) -> Self {
        let mut dice = scene.dice(Stream::Episode, episode.first);
        let start = past(scene, &mut dice);
        let platform = dice.pick(&SOCIAL);
        // Some senders mark their storms, some batch them, some do neither.
        let (marked, batched) = dice.pick(&[(true, false), (true, true), (false, false)]);
        let tells = episode.size >= REOPENS_FROM && dice.chance(500);
        let news = dice.pick(&[News::Child, News::Child, News::Session, News::Place]);
        Self {
            start,
            platform,
            marked,
            batched,
            hashed: dice.chance(600),
            news: tells.then_some(news),
        }
    }
}

/// What copy `member` of a storm says.
pub(crate) fn storm(scene: &Scene, dice: &mut Dice, episode: &Episode, member: u32) -> Telling {
    let storm = Storm::new(scene, episode);
    let serial = episode.first + member;
    let news = storm.news.filter(|_| member == episode.size / 2);
    let person = scene.person(serial, 0);
    // It breaks out and ebbs away within two days, and never after the present.
    let late = dice
        .millis(0, 2 * DAY_MILLIS)
        .min(dice.millis(0, 2 * DAY_MILLIS));
    let latest = scene.now.plus_millis(-HOUR_MILLIS);
    let at = match news {
        Some(News::Session) => {
            let ago = dice.millis(2 * MINUTE_MILLIS, 50 * MINUTE_MILLIS);
            scene.now.plus_millis(-ago / 1000 * 1000)
        }
        _ => storm.start.plus_millis(late / 1000 * 1000).min(latest),
    };
    let incident = IncidentType::AbuseMaterial;
    let voice = match episode.kind {
        Kind::Series => scene.voice_like(episode.first, serial),
        _ => scene.voice(serial),
    };
    let mut telling = Telling::new(voice, storm.platform, incident, at);
    let mut party = Party::of(person.account(storm.platform));
    if dice.chance(600) {
        party.see(&person, CaptureEvent::Upload, at, 1);
    }
    if dice.chance(300) {
        party.place(&person);
    }
    telling.reported.push(party);
    if episode.kind == Kind::Series {
        // Numbers of its own, so that no two messages are the same words.
        let number = (u64::from(serial) * 7 + 1_000).to_string();
        telling.say(|phrases| phrases.series, &[&number]);
    } else {
        telling.batched = storm.batched;
        telling.shots.push(Shot {
            picture: u64::from(episode.first) * 16 + 15,
            copy: if episode.kind == Kind::NearStorm {
                member
            } else {
                0
            },
            hashed: storm.hashed && episode.kind == Kind::NearStorm,
            viewed: dice.pick(&[None, Some(true), Some(false)]),
            public: Some(true),
            marks: FileAnnotations {
                viral: storm.marked,
                potential_meme: storm.marked,
                ..FileAnnotations::default()
            },
            ..Shot::default()
        });
    }
    if let Some(news) = news {
        tell_news(scene, news, serial, episode.size, &mut telling);
    }
    telling
}

fn tell_news(scene: &Scene, news: News, serial: u32, copies: u32, telling: &mut Telling) {
    let child = scene.person(serial, 9);
    telling.news = Some(news);
    match news {
        News::Child => {
            telling
                .victims
                .push(Party::child(child.label, years(4 + child.label % 12)));
            telling.escalation = Some(telling.voice.phrases().child_known);
            telling.urgent = Some(format!(
                "Escalated: the child is known and at risk now, in one of {copies} copies."
            ));
        }
        News::Session => {
            telling.escalation = Some(telling.voice.phrases().live_now);
            telling.urgent = Some(format!(
                "Live now: a session that goes on, in one of {copies} copies."
            ));
            for shot in &mut telling.shots {
                shot.marks.live_streaming = true;
            }
        }
        News::Place => {
            let mut party = Party::child(child.label, years(4 + child.label % 12));
            party.place(&child);
            telling.victims.push(party);
            telling.say(|phrases| phrases.new_place, &[]);
        }
    }
}

/// What report `member` of a burst says: nothing, a second after the one before.
pub(crate) fn flood(scene: &Scene, episode: &Episode, member: u32) -> Telling {
    let mut dice = scene.dice(Stream::Episode, episode.first);
    let start = past(scene, &mut dice);
    let sender = dice.pick(&JUNK);
    let serial = episode.first + member;
    // Milliseconds too, so that no other flood says the same.
    let late = i64::from(member) * 1_000 + i64::from(serial % 1_000);
    let at = start.plus_millis(late).min(scene.now);
    let incident = IncidentType::AbuseMaterial;
    let voice = scene.voice_like(episode.first, serial);
    let mut telling = Telling::new(voice, sender, incident, at);
    telling.at = Written::utc(at);
    telling.names_contact = false;
    telling.marks.spam = dice.chance(300);
    telling.say(|phrases| phrases.automated, &[]);
    telling
}
