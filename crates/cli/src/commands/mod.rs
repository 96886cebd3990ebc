//! The commands, one a file.

mod account;
mod book;
mod calendar;
mod case;
mod decide;
mod demo;
mod export;
mod feedback;
mod fetch;
mod identifiers;
mod ledger;
mod list;
mod log;
mod material;
mod queue;
mod rank;
mod report;
mod schema;
mod screen;
mod serve;
mod simulate;
mod storm;
mod suspicion;
mod windows;

use server::{Config, IfMissing, Station};

use crate::Verdict;
use crate::args::{Args, Command, Place};
use crate::failure::Failure;

/// Runs the command that the arguments name.
pub(crate) async fn run(args: Args) -> Result<Verdict, Failure> {
    match args.command {
        Command::Demo(args) => demo::run(args).await,
        Command::Serve(args) => serve::run(args).await,
        Command::Account(args) => account::run(args).await,
        Command::Report(args) => report::run(args).await,
        Command::Queue(args) => queue::run(args).await,
        Command::Case(args) => case::run(args).await,
        Command::Merge(args) => decide::merge(args).await,
        Command::Split(args) => decide::split(args).await,
        Command::Undo(args) => decide::undo(args).await,
        Command::Decisions(args) => decide::list(args).await,
        Command::Storm(args) => storm::run(args).await,
        Command::Rank(args) => rank::run(args).await,
        Command::Calendar(args) => calendar::run(args).await,
        Command::Outcome(args) => ledger::outcome(args).await,
        Command::Ledger(args) => ledger::run(args).await,
        Command::Log(args) => log::run(args).await,
        Command::Simulate(args) => simulate::run(&args),
        Command::SignIn(args) => serve::sign_in(args).await,
        Command::Identifiers(args) => identifiers::run(&args),
        Command::Windows(args) => windows::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Hash(args) => material::hash(args).await,
        Command::Match(args) => material::compare(args).await,
        Command::List(args) => list::run(args).await,
        Command::Screen(args) => screen::run(args).await,
        Command::Suspicion(args) => suspicion::run(args).await,
        // `main` never comes here with it.
        Command::Cage => Ok(Verdict::No),
    }
}

/// The configuration of a place.
fn config(place: &Place) -> Result<Config, Failure> {
    let config = match (&place.data, &place.config) {
        (_, Some(file)) => Config::read(file)?,
        (Some(data), None) => Config::embedded(data),
        (None, None) => Config::embedded("."),
    };
    with_cage(config)
}

/// Files are looked into by this program, started again as `watchfire cage`.
fn with_cage(mut config: Config) -> Result<Config, Failure> {
    let cage = server::cage_of_this_program(vec!["cage".to_owned()]);
    config.cage = Some(cage.map_err(Failure::Runtime)?);
    Ok(config)
}

/// Opens the Watchfire at a place, which must be there.
async fn open(place: &Place) -> Result<Station, Failure> {
    Ok(Station::open(config(place)?, IfMissing::Refuse).await?)
}

/// Opens the Watchfire at a place, and makes one where there is none.
async fn open_or_create(place: &Place) -> Result<Station, Failure> {
    Ok(Station::open(config(place)?, IfMissing::Create).await?)
}
