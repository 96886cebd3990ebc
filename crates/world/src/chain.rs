//! Matters that are one case: each report shares one identifier with the report before it, often in
//! another spelling, and nothing else that a machine could match. So the first reports of a matter
//! are tied as well as all.

use model::Timestamp;
use wire::ispws::{CaptureEvent, FileAnnotations, FileClassification, IncidentType};

use crate::cast::{Person, token, years};
use crate::dice::{Dice, Stream};
use crate::kinds::Kind;
use crate::names::Name;
use crate::phrases::Phrases;
use crate::plan::Episode;
use crate::platforms::{Channel, PLATFORMS, REMITTER, SOCIAL};
use crate::scene::{DAY_MILLIS, HOUR_MILLIS, MINUTE_MILLIS, Scene};
use crate::telling::{Capture, Linked, Party, Shot, SpeltPhone, Telling};

/// What two successive reports share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tie {
    Email,
    Phone,
    Device,
    Account,
    Address,
}

impl Tie {
    const fn why(self) -> &'static str {
        match self {
            Self::Email => "The same email address, in another letter case.",
            Self::Phone => "The same phone number, once international and once national.",
            Self::Device => "The same device id, in another letter case.",
            Self::Account => "The same account on the same platform.",
            Self::Address => "The same IP address and port on the same day.",
        }
    }
}

/// One report of the chain: whom it is about, on which platform, and what ties it to the report
/// before.
#[derive(Debug, Clone, Copy)]
struct Step {
    subject: usize,
    platform: usize,
    tie: Tie,
}

/// Index of the payer among the people of a ring; the others are facilitators.
const PAYER: usize = 1;

struct Chain {
    kind: Kind,
    people: Vec<Person>,
    steps: Vec<Step>,
    /// The report that is escalated with ongoing danger, if any; all are, if live.
    urgent: Option<u32>,
}

impl Chain {
    fn new(scene: &Scene, episode: &Episode) -> Self {
        let mut dice = scene.dice(Stream::Episode, episode.first);
        let people = people(scene, &mut dice, episode);
        let mut steps: Vec<Step> = Vec::new();
        for _ in 0..episode.size {
            let step = next_step(&mut dice, episode, people.len(), steps.last());
            steps.push(step);
        }
        let urgent_share = match episode.kind {
            Kind::Ring => 400,
            Kind::Sextortion => 120,
            Kind::Repeat => 60,
            _ => 0,
        };
        let escalates = dice.chance(urgent_share);
        let drawn = dice.between(0, episode.size - 1);
        // It is a den that is in danger, not its payer; every ring begins with a den.
        let of_payer = |member: &u32| {
            let step = usize::try_from(*member).ok().and_then(|at| steps.get(at));
            episode.kind == Kind::Ring && step.is_some_and(|step| step.subject == PAYER)
        };
        let urgent = escalates.then(|| Some(drawn).filter(|member| !of_payer(member)).unwrap_or(0));
        Self {
            kind: episode.kind,
            people,
            steps,
            urgent,
        }
    }

    fn is_urgent(&self, member: u32) -> bool {
        self.kind == Kind::Live || self.urgent == Some(member)
    }
}

fn people(scene: &Scene, dice: &mut Dice, episode: &Episode) -> Vec<Person> {
    let count = match episode.kind {
        Kind::Ring => 1 + dice.between(1, 3),
        Kind::Household => episode.size,
        _ => 1,
    };
    let mut people: Vec<Person> = (0..count)
        .map(|which| scene.person(episode.first, which))
        .collect();
    if episode.kind == Kind::Ring
        && let Some(payer) = people.get_mut(PAYER)
    {
        // The pair always crosses a border.
        payer.country = scene.region_abroad(episode.first).country(dice.bits());
    }
    people
}

fn next_step(dice: &mut Dice, episode: &Episode, people: usize, last: Option<&Step>) -> Step {
    let subject = match (episode.kind, last) {
        (Kind::Ring, Some(last)) => {
            let drawn = usize::try_from(dice.between(0, 999)).unwrap_or(0) % people;
            // Hosts do not know each other: between two of them stands the payer.
            let strangers = last.subject != PAYER && drawn != last.subject;
            if strangers || last.subject == 0 && episode.size < 5 {
                PAYER
            } else {
                drawn
            }
        }
        (Kind::Household, Some(last)) => last.subject + 1,
        _ => 0,
    };
    let platform = if episode.kind == Kind::Ring && subject == PAYER && dice.chance(500) {
        REMITTER
    } else {
        platform_after(dice, last.map(|last| last.platform))
    };
    Step {
        subject,
        platform,
        tie: next_tie(dice, episode, subject, last),
    }
}

/// A platform on which people have accounts, but never that of the report before.
pub(crate) fn platform_after(dice: &mut Dice, last: Option<usize>) -> usize {
    let others = SOCIAL.iter().filter(|platform| Some(**platform) != last);
    let others: Vec<usize> = others.copied().collect();
    dice.pick(&others)
}

fn next_tie(dice: &mut Dice, episode: &Episode, subject: usize, last: Option<&Step>) -> Tie {
    let owner = last.map_or(0, |last| last.subject);
    if episode.kind == Kind::Household {
        return match episode.phone() {
            // One in five shares a tablet instead.
            Some(_) if dice.chance(800) => Tie::Phone,
            Some(_) => Tie::Device,
            None => Tie::Email,
        };
    }
    let mut ties = vec![Tie::Email, Tie::Account];
    if owner == 0 && episode.phone().is_some() {
        ties.extend([Tie::Phone; 3]);
    }
    if owner == subject {
        ties.push(Tie::Device);
        if owner == 0 && episode.lease().is_some() {
            ties.push(Tie::Address);
        }
    }
    dice.pick(&ties)
}

/// What report `member` of a tied matter says.
pub(crate) fn tell(scene: &Scene, episode: &Episode, member: u32) -> Telling {
    let chain = Chain::new(scene, episode);
    let mut dice = scene.dice(Stream::Telling, episode.first + member);
    let at = usize::try_from(member).unwrap_or(0);
    let step = chain.steps[at];
    let subject = &chain.people[step.subject];
    let urgent = chain.is_urgent(member);
    let moment = moment(scene, &mut dice, chain.kind, urgent);

    let serial = episode.first + member;
    let region = if chain.kind == Kind::Ring && step.subject == PAYER {
        scene.region_abroad(episode.first)
    } else {
        scene.region(episode.first)
    };
    let voice = scene.voice_from(region, serial);
    let mut telling = Telling::new(voice, step.platform, incident(chain.kind), moment);
    let mut party = Party::of(subject.account(step.platform));
    party.place(subject);
    if dice.chance(800) || urgent {
        let host = u16::try_from(member + 1).unwrap_or(1);
        let seen_at = moment.plus_millis(-dice.millis(0, 3 * MINUTE_MILLIS));
        party.see(subject, CaptureEvent::Login, seen_at, host);
    }
    if dice.chance(300) {
        party.name = Some(Name::label("Person", subject.label));
        party.age = Some(subject.age);
    }
    if let Some(next) = chain.steps.get(at + 1) {
        show(
            scene, &mut dice, episode, &chain, member, next.tie, &mut party,
        );
    }
    if let Some(before) = member.checked_sub(1) {
        echo(scene, &mut dice, episode, &chain, before, &mut party);
        telling.tie = Some((before, step.tie.why()));
    }
    telling.reported.push(party);
    setting(scene, &mut dice, &chain, step, serial, &mut telling);
    pictures(&mut dice, chain.kind, serial, &mut telling);
    if urgent {
        escalate(scene, &mut dice, chain.kind, &mut telling);
    }
    telling
}

/// When it happened: minutes ago if live, hours ago if urgent, days ago if not.
pub(crate) fn moment(scene: &Scene, dice: &mut Dice, kind: Kind, urgent: bool) -> Timestamp {
    let ago = match (kind, urgent) {
        (Kind::Live, _) => dice.millis(2 * MINUTE_MILLIS, 50 * MINUTE_MILLIS),
        (_, true) => dice.millis(HOUR_MILLIS, 20 * HOUR_MILLIS),
        // Long enough ago that a picture of a session is not one of a session that may go on.
        (_, false) => dice.millis(3 * DAY_MILLIS, 88 * DAY_MILLIS),
    };
    scene.now.plus_millis(-ago / 1000 * 1000)
}

const fn incident(kind: Kind) -> IncidentType {
    match kind {
        Kind::Ring => IncidentType::Trafficking,
        Kind::Sextortion => IncidentType::Enticement,
        _ => IncidentType::AbuseMaterial,
    }
}

/// Mentions, in its first spelling, what the next report will share with this one.
fn show(
    scene: &Scene,
    dice: &mut Dice,
    episode: &Episode,
    chain: &Chain,
    member: u32,
    tie: Tie,
    party: &mut Party,
) {
    let subject = &chain.people[chain.steps[usize::try_from(member).unwrap_or(0)].subject];
    match tie {
        // A household's mail and phone are the family's.
        Tie::Email if chain.kind == Kind::Household => party.emails.push(chain.people[0].email(0)),
        Tie::Email => party.emails.push(subject.email((member + 1) % 3)),
        Tie::Phone => {
            let phone = episode.phone();
            party
                .phones
                .extend(phone.as_ref().map(SpeltPhone::international));
        }
        Tie::Device if chain.kind == Kind::Household => {
            party.devices.push(chain.people[0].device());
        }
        Tie::Device => party.devices.push(subject.device()),
        // The account is always there.
        Tie::Account => {}
        Tie::Address => party.captures.extend(leased(scene, dice, episode, subject)),
    }
}

/// Mentions, in another spelling, what this report shares with report `before`.
fn echo(
    scene: &Scene,
    dice: &mut Dice,
    episode: &Episode,
    chain: &Chain,
    before: u32,
    party: &mut Party,
) {
    let at = usize::try_from(before).unwrap_or(0);
    let (last, step) = (chain.steps[at], chain.steps[at + 1]);
    let owner = &chain.people[last.subject];
    let own = last.subject == step.subject || chain.kind == Kind::Household;
    let mut linked = Linked {
        account: None,
        email: None,
        phone: None,
        billing: !own,
    };
    match step.tie {
        Tie::Email => {
            let email = if chain.kind == Kind::Household {
                chain.people[0].email(0)
            } else {
                owner.email((before + 1) % 3)
            };
            let email = respelt(&email);
            if own {
                party.emails.push(email);
            } else {
                linked.email = Some(email);
            }
        }
        Tie::Phone => {
            let phone = episode.phone().as_ref().map(SpeltPhone::national);
            if own {
                // One spelling is enough where the next report shares the phone too.
                party.phones.clear();
                party.phones.extend(phone);
            } else {
                linked.phone = phone;
            }
        }
        Tie::Device => {
            let device = if chain.kind == Kind::Household {
                chain.people[0].device()
            } else {
                owner.device()
            };
            party.devices.clear();
            party.devices.push(device.to_uppercase());
        }
        Tie::Account => linked.account = Some(owner.account(last.platform)),
        Tie::Address => {
            party.captures.retain(|capture| capture.address.is_ipv6());
            party.captures.extend(leased(scene, dice, episode, owner));
        }
    }
    if linked.account.is_some() || linked.email.is_some() || linked.phone.is_some() {
        party.linked.push(linked);
    }
}

fn leased(scene: &Scene, dice: &mut Dice, episode: &Episode, person: &Person) -> Option<Capture> {
    let minute = dice.between(0, 719);
    episode
        .lease()
        .map(|lease| Capture::leased(lease, scene.now, minute, Some(person.port)))
}

/// Another letter case, as another platform's form gives it.
pub(crate) fn respelt(email: &str) -> String {
    email
        .split_inclusive(['.', '@', '-'])
        .map(|part| {
            let mut letters = part.chars();
            letters
                .next()
                .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string())
                + letters.as_str()
        })
        .collect()
}

/// Adds what the kind of matter brings along: children, rooms, words.
fn setting(
    scene: &Scene,
    dice: &mut Dice,
    chain: &Chain,
    step: Step,
    serial: u32,
    telling: &mut Telling,
) {
    match chain.kind {
        Kind::Ring if step.subject == PAYER => {
            let payments = [
                dice.between(3, 40),
                dice.between(10, 30),
                dice.between(35, 180),
                90,
            ];
            let payments = payments.map(|number| number.to_string());
            telling.say(
                |phrases| phrases.payments,
                &payments.each_ref().map(String::as_str),
            );
        }
        Kind::Ring => {
            telling
                .victims
                .extend(children(&chain.people[step.subject]));
            telling.room = Some(format!("room-{}", token(serial * 16)));
            telling.say(|phrases| phrases.arranging, &[]);
        }
        Kind::Sextortion => {
            let child = scene.person(serial, 9);
            let mut party = Party::child(child.label, years(13 + child.label % 5));
            party.account = Some(child.account(step.platform));
            telling.victims.push(party);
            telling.marks.sextortion = true;
            telling.say(|phrases| phrases.threatened, &[]);
        }
        Kind::Live => {
            telling.room = Some(format!("call-{}", token(serial * 16)));
            telling.victims.push(Party::child(
                scene.person(serial, 9).label,
                years(dice.between(5, 15)),
            ));
        }
        Kind::Household => {
            telling.say(|phrases| phrases.family_occasion, &[]);
        }
        _ => {
            if dice.chance(500) {
                telling.say(|phrases| phrases.closed_before, &[]);
            }
        }
    }
    let disabled = chain.kind != Kind::Household && dice.chance(600);
    if let Some(party) = telling.reported.first_mut().filter(|_| disabled) {
        let at = telling.at.at.plus_millis(20 * MINUTE_MILLIS);
        party.disabled_at = Some(at.min(scene.now));
    }
}

/// One to three children of a den, the same in each report about it.
pub(crate) fn children(den: &Person) -> impl Iterator<Item = Party> {
    let first = den.label * 3 + 1;
    (first..first + 1 + den.label % 3).map(|child| Party::child(child, years(4 + child * 7 % 12)))
}

/// None to two pictures; a remitter has none to send.
pub(crate) fn pictures(dice: &mut Dice, kind: Kind, serial: u32, telling: &mut Telling) {
    if telling.sender == REMITTER {
        return;
    }
    let viewed = [None, Some(true), Some(true), Some(false)];
    telling.shots.extend((0..dice.between(0, 2)).map(|shot| {
        Shot {
            picture: u64::from(serial) * 16 + u64::from(shot),
            viewed: dice.pick(&viewed),
            public: dice.chance(300).then_some(false),
            class: (!kind.benign() && dice.chance(300)).then(|| dice.pick(FileClassification::ALL)),
            // Some pictures are of sessions long over.
            marks: FileAnnotations {
                live_streaming: kind == Kind::Ring && dice.chance(300),
                ..FileAnnotations::default()
            },
            ..Shot::default()
        }
    }));
}

/// Says that a child is in danger now, as the sender's form has it.
pub(crate) fn escalate(scene: &Scene, dice: &mut Dice, kind: Kind, telling: &mut Telling) {
    let minutes = scene.now.millis_since(telling.at.at) / MINUTE_MILLIS;
    let hours = minutes / 60;
    let platform = PLATFORMS[telling.platform % PLATFORMS.len()].name;
    if kind == Kind::Live && dice.chance(500) {
        telling.through = Some(Channel::PanicButton);
    }
    let (reason, why): (fn(&Phrases) -> &'static str, _) = match kind {
        Kind::Live if telling.through.is_some() => (
            |phrases| phrases.panic_button,
            format!("Live now: a panic button was pressed on {platform} {minutes} minutes before."),
        ),
        Kind::Live => (
            |phrases| phrases.live_now,
            format!(
                "Live now: {platform} reported a live session {minutes} minutes after it was seen."
            ),
        ),
        Kind::Ring | Kind::Den | Kind::Payer => (
            |phrases| phrases.den_active,
            format!("Escalated: the den was active on {platform} {hours} hours before."),
        ),
        _ => (
            |phrases| phrases.at_risk,
            format!(
                "Escalated: {platform} states immediate risk; last active {hours} hours before."
            ),
        ),
    };
    telling.escalation = Some(reason(telling.voice.phrases()));
    telling.urgent = Some(why);
    if matches!(kind, Kind::Live | Kind::Ring | Kind::Den | Kind::Payer) {
        for shot in &mut telling.shots {
            shot.marks.live_streaming = true;
            shot.viewed = Some(true);
        }
    }
}
