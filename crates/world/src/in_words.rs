//! Matters whose reports are tied by what their narratives name, and by nothing else: mailboxes and
//! pages in the disguises that people write them in, and wallets.

use wire::ispws::IncidentType;

use crate::cast::token;
use crate::chain::{escalate, moment, pictures, platform_after};
use crate::dice::Stream;
use crate::plan::Episode;
use crate::scene::Scene;
use crate::telling::{Party, Telling, host_of};
use crate::wallets::wallet;

/// What two successive reports name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Email,
    Page,
    Wallet,
}

impl Named {
    const fn why(self) -> &'static str {
        match self {
            Self::Email => "The same email address in the words of both, once in disguise.",
            Self::Page => "The same page in the words of both, once in disguise.",
            Self::Wallet => "The same wallet in the words of both.",
        }
    }

    /// What report `serial` and the report after it name.
    fn text(self, scene: &Scene, serial: u32) -> String {
        match self {
            Self::Email => scene.person(serial, 2).email(0),
            Self::Page => {
                let place = usize::try_from(serial).unwrap_or(0);
                let label = scene.person(serial, 2).label;
                format!("https://{}/g/{}", host_of(place % 5), token(label))
            }
            Self::Wallet => wallet(scene.seed, serial),
        }
    }

    /// The same as people write it so that no machine shall open it.
    fn disguised(self, text: &str, way: u32) -> String {
        match (self, way % 2) {
            (Self::Email, 0) => text.replace('@', " [at] ").replace('.', " [dot] "),
            (Self::Email, _) => text.replace('@', "(at)").replace('.', "[.]"),
            (Self::Page, 0) => text.replace("https", "hxxps").replace('.', "[.]"),
            (Self::Page, _) => text.replace("://", "[://]").replace('.', "[.]"),
            (Self::Wallet, _) => text.to_owned(),
        }
    }
}

/// What report `member` of such a matter says.
pub(crate) fn tell(scene: &Scene, episode: &Episode, member: u32) -> Telling {
    let mut of_matter = scene.dice(Stream::Episode, episode.first);
    let escalates = of_matter.chance(60);
    let urgent = escalates && of_matter.between(0, episode.size - 1) == member;
    let named = |serial: u32| {
        let mut dice = scene.dice(Stream::Episode, serial);
        dice.pick(&[Named::Email, Named::Page, Named::Wallet])
    };

    let serial = episode.first + member;
    let mut dice = scene.dice(Stream::Telling, serial);
    let at = moment(scene, &mut dice, episode.kind, urgent);
    let platform = platform_after(&mut dice, None);
    let voice = scene.voice_from(scene.region(episode.first), serial);
    let mut telling = Telling::new(voice, platform, IncidentType::AbuseMaterial, at);
    let account = scene.person(serial, 0).account(platform);
    // The account that the form names too: words and fields agree.
    let mut values = vec![format!("@{} ({})", account.handle, sender_name(platform))];
    let mut party = Party::of(account);
    party.place(&scene.person(episode.first, 0));
    telling.reported.push(party);
    if member + 1 < episode.size {
        values.push(named(serial).text(scene, serial));
    }
    if let Some(before) = member.checked_sub(1) {
        let earlier = episode.first + before;
        let what = named(earlier);
        values.push(what.disguised(&what.text(scene, earlier), serial));
        telling.tie = Some((before, what.why()));
    }
    telling.say(|phrases| phrases.also_names, &[&values.join(" ; ")]);
    pictures(&mut dice, episode.kind, serial, &mut telling);
    if urgent {
        escalate(scene, &mut dice, episode.kind, &mut telling);
    }
    telling
}

fn sender_name(platform: usize) -> &'static str {
    crate::platforms::PLATFORMS[platform % crate::platforms::PLATFORMS.len()].name
}
