//! A synthetic world of reports with planted truth, for demos, training, tests and benchmarks.
//!
//! Everything in it is made of numbers: no name, address, phone or picture is anybody's. Mail and
//! pages are at documentation domains (RFC 2606), internet addresses in documentation ranges (RFC
//! 5737, RFC 3849), phones in ranges kept for fiction, children are opaque subjects ("Child 12"),
//! pictures are landscapes and patterns.
//!
//! The same seed, size and present give the same bytes on every machine. A result found on this
//! world says nothing about the risk of real people.

mod bulk;
mod cast;
mod chain;
mod dice;
mod form;
mod hubs;
mod in_words;
mod kinds;
mod languages;
mod lookalikes;
mod names;
pub mod payments;
mod phrases;
mod picture;
mod plan;
mod platforms;
mod png;
mod reserved;
mod scene;
mod stars;
mod storms;
mod telling;
#[cfg(test)]
mod tests;
mod truth;
mod wallets;

use model::Timestamp;
use wire::ispws::{FileDetails, Report};

pub use picture::PictureSize;
pub use platforms::{Channel, PLATFORMS, Platform};
pub use truth::{About, Group, Hub, Lookalike, Named, PlantedTie, Storm, Truth};

use dice::Stream;
use kinds::Kind;
use plan::{Episode, Plan};
use platforms::SOCIAL;
use scene::Scene;
use telling::Telling;

/// The most reports of one world; a larger number is cut to this.
pub const REPORTS_MAX: usize = 1 << 25;

/// A world: a plan of some 30 bytes per report, from which every report can be made again.
#[derive(Debug, Clone)]
pub struct World {
    scene: Scene,
    plan: Plan,
    pictures: PictureSize,
}

/// A report of the world, with its files.
#[derive(Debug, Clone)]
pub struct WorldReport {
    /// The name of its file: `000001.xml`.
    pub name: String,
    /// The document.
    pub xml: String,
    /// The same as a value.
    pub report: Report,
    /// Index of its sender in [`PLATFORMS`].
    pub sender: usize,
    /// Its files.
    pub files: Vec<WorldFile>,
}

/// A file of a report.
#[derive(Debug, Clone)]
pub struct WorldFile {
    /// The name: `000001-1.png`.
    pub name: String,
    /// `image/png`.
    pub media_type: &'static str,
    /// The bytes; empty if the world was asked for no pictures.
    pub bytes: Vec<u8>,
    /// What its sender says of it, without the numbers that only the receiver can give.
    pub details: FileDetails,
}

impl WorldFile {
    /// The `fileDetails` document under the receiver's numbers.
    pub fn details_xml(&self, report_id: i64, file_id: &str) -> String {
        let mut details = self.details.clone();
        details.report_id = report_id;
        details.file_id = wire::ispws::Token::new(file_id).unwrap_or_default();
        details.to_xml()
    }
}

impl World {
    /// The world of a seed, with `reports` reports (at most [`REPORTS_MAX`]) that came in until
    /// `now`.
    pub fn new(seed: u64, reports: usize, now: Timestamp) -> Self {
        let reports = u32::try_from(reports.min(REPORTS_MAX)).unwrap_or(u32::MAX);
        Self {
            scene: Scene::new(seed, now, reports),
            plan: Plan::new(seed, reports),
            pictures: PictureSize::default(),
        }
    }

    /// The same world with pictures of another size.
    #[must_use]
    pub const fn with_pictures(mut self, pictures: PictureSize) -> Self {
        self.pictures = pictures;
        self
    }

    /// The reports in the order they come in, each made when it is asked for.
    pub fn reports(&self) -> impl ExactSizeIterator<Item = WorldReport> + '_ {
        (0..self.plan.slots.len()).map(|at| self.report(at))
    }

    /// What is true of it.
    pub fn truth(&self) -> Truth {
        truth::truth(&self.scene, &self.plan)
    }

    fn report(&self, at: usize) -> WorldReport {
        let (episode, member) = self.plan.slots[at];
        let episode = &self.plan.episodes[usize::try_from(episode).unwrap_or(0)];
        let telling = tell(&self.scene, episode, member);
        let report = form::report(&telling);
        WorldReport {
            name: report_name(at),
            xml: report.to_xml(),
            report,
            sender: telling.sender,
            files: self.files(at, &telling),
        }
    }

    fn files(&self, at: usize, telling: &Telling) -> Vec<WorldFile> {
        (1..)
            .zip(&telling.shots)
            .map(|(number, shot)| {
                let name = format!("{:06}-{number}.png", at + 1);
                WorldFile {
                    media_type: "image/png",
                    bytes: picture::picture(
                        self.scene.seed,
                        shot.picture,
                        shot.copy,
                        self.pictures,
                    ),
                    details: form::file_details(self.scene.seed, shot, &name),
                    name,
                }
            })
            .collect()
    }
}

/// What report `member` of an episode says.
fn tell(scene: &Scene, episode: &Episode, member: u32) -> Telling {
    let serial = episode.first + member;
    let mut telling = tell_kind(scene, episode, member);
    // Whatever a platform might have sent may come by the public instead, urgent or not.
    if SOCIAL.contains(&telling.sender) && telling.through.is_none() && scene.is_public_tip(serial)
    {
        telling.by_public();
    }
    telling
}

fn tell_kind(scene: &Scene, episode: &Episode, member: u32) -> Telling {
    let serial = episode.first + member;
    let dice = &mut scene.dice(Stream::Telling, serial);
    match episode.kind {
        Kind::Live | Kind::Ring | Kind::Repeat | Kind::Sextortion | Kind::Household => {
            chain::tell(scene, episode, member)
        }
        Kind::Payer | Kind::Den => stars::tell(scene, episode, member),
        Kind::Kin => stars::kin(scene, episode, member),
        Kind::Respelt => stars::respelt_name(scene, episode, member),
        Kind::InWords => in_words::tell(scene, episode, member),
        Kind::Single => bulk::single(scene, dice, episode, serial),
        Kind::Junk => bulk::junk(scene, dice, serial),
        Kind::Storm | Kind::NearStorm | Kind::Series => storms::storm(scene, dice, episode, member),
        Kind::Flood => storms::flood(scene, episode, member),
        Kind::Album => lookalikes::album(scene, dice, episode, serial),
        Kind::Support => lookalikes::support(scene, dice, serial),
        Kind::Namesakes => lookalikes::namesake(scene, dice, episode, member),
        Kind::EqualNames => lookalikes::equal_name(scene, dice, episode, member),
        Kind::Journalist => lookalikes::tip_of_journalist(scene, dice, episode, member),
        Kind::List => lookalikes::list(scene, dice, episode, member),
        Kind::Gateway | Kind::Helpline | Kind::Newsroom | Kind::Recycled => {
            hubs::tell(scene, episode, member)
        }
    }
}

/// The file name of the report at an index.
fn report_name(at: usize) -> String {
    format!("{:06}.xml", at + 1)
}
