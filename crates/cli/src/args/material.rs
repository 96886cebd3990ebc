//! The arguments of the commands about known material.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, Subcommand};
use model::{EntryId, ListPurpose, MatchId, MaterialHash, Timestamp};
use server::ListService;
use triage::Length;

use super::{Place, moment};

/// Print the hashes of files: MD5, SHA-1, SHA-256, and PDQ of what is in them.
///
/// Pictures and video are decoded in a cage: a process of its own without network and files. What
/// cannot be looked into has its exact hashes, and the reason. No database is needed.
#[derive(Debug, ClapArgs)]
pub(crate) struct Hash {
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print every PDQ hash: turned, mirrored, without borders, and of each key frame of a video.
    #[arg(long)]
    pub(crate) all: bool,
    /// Print one JSON object a line: file, md5, sha1, sha256, pdq, quality (and more).
    #[arg(long)]
    pub(crate) json: bool,
}

/// Ask the lists whether files or hashes are known. Exit code 1: none is.
///
/// A match is a reason for a person to look, never a verdict; no match does not mean harmless.
#[derive(Debug, ClapArgs)]
pub(crate) struct Match {
    /// The files.
    #[arg(value_name = "FILE", required_unless_present = "hash")]
    pub(crate) files: Vec<PathBuf>,
    /// A hash instead of a file, as KIND:VALUE with the kinds md5, sha1, sha256, pdq, or another
    /// that a list carries; - reads one a line from standard input, so that none stands in the
    /// shell's history.
    #[arg(long, value_name = "KIND:VALUE", value_parser = asked)]
    pub(crate) hash: Vec<Asked>,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print one JSON object a line: file or hash, matches, lists.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A hash that is asked about.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    /// Given as an argument.
    Hash(MaterialHash),
    /// Standard input has them.
    Input,
}

/// Reads `KIND:VALUE`.
pub(crate) fn hash(text: &str) -> Result<MaterialHash, String> {
    let (kind, value) = text.split_once(':').ok_or("write KIND:VALUE, as md5:…")?;
    MaterialHash::parse(kind, value).map_err(|error| error.to_string())
}

fn asked(text: &str) -> Result<Asked, String> {
    match text {
        "-" => Ok(Asked::Input),
        text => hash(text).map(Asked::Hash),
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum List {
    /// Add a list without entries.
    Add {
        /// Its name, as staff call it.
        name: String,
        /// What it is kept for. Lists of different purposes are never merged.
        #[arg(long, value_parser = purpose())]
        purpose: ListPurpose,
        /// Who keeps it.
        #[arg(long, default_value = "own")]
        owner: String,
        /// Who needs to know of it.
        #[arg(long, default_value = "agency")]
        compartment: String,
        #[command(flatten)]
        terms: Terms,
        #[command(flatten)]
        place: Place,
        /// Print the list as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Change when and how near a list matches, and where it is fetched from.
    Set {
        /// Its name.
        name: String,
        #[command(flatten)]
        terms: Terms,
        #[command(flatten)]
        source: FetchedFrom,
        /// Consult it from now on without an end.
        #[arg(long, conflicts_with_all = ["until", "off"])]
        on: bool,
        /// Consult it no more from now on.
        #[arg(long, conflicts_with = "until")]
        off: bool,
        #[command(flatten)]
        place: Place,
        /// Print the list as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print every list.
    Show {
        #[command(flatten)]
        place: Place,
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Read a list from a file. Broken records are set aside and named; the rest is taken.
    ///
    /// Importing the same file again changes nothing, so an import that was cut off is simply
    /// repeated. Files that are held already are compared with what is new.
    Import {
        /// The list's name.
        name: String,
        /// The file; - is standard input.
        file: PathBuf,
        /// Its format; by its first bytes unless said.
        #[arg(long, value_parser = PossibleValuesParser::new(FORMATS))]
        format: Option<String>,
        #[command(flatten)]
        place: Place,
        /// Print what came of it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Fetch what changed in lists from the services that keep them, over HTTPS.
    ///
    /// Each page is kept together with how far it came, so whatever breaks off goes on there.
    /// Broken records are set aside and named; the rest is taken.
    Fetch {
        /// The lists' names.
        #[arg(value_name = "NAME", required_unless_present = "all")]
        names: Vec<String>,
        /// Every list that has a source.
        #[arg(long, conflicts_with = "names")]
        all: bool,
        /// Read from the start again. What stands there already stays as it is.
        #[arg(long)]
        anew: bool,
        #[command(flatten)]
        place: Place,
        /// Print what came of each as one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Write a list to standard output.
    Export {
        /// The list's name.
        name: String,
        /// The format.
        #[arg(long, default_value = "csv", value_parser = PossibleValuesParser::new(EXPORTS))]
        format: String,
        /// For vics: the national model that the labels belong to, as US.
        #[arg(long)]
        model: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Print what was made of a list's matches, for its keeper, or send it there.
    Feedback(Feedback),
    /// Say that a match is right.
    Confirm {
        /// The match, as `watchfire case` prints it.
        number: MatchId,
        #[command(flatten)]
        place: Place,
        /// Print `match, state` as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say that a match is wrong: it speaks for nothing any more.
    Reject {
        /// The match, as `watchfire case` prints it.
        number: MatchId,
        #[command(flatten)]
        place: Place,
        /// Print `match, state` as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Let an entry match again that was held back because it matched too many files.
    Release {
        /// The entry, as `watchfire list show` prints it.
        entry: EntryId,
        #[command(flatten)]
        place: Place,
    },
    /// Destroy a list's key: its entries can never be read again, not even from a backup.
    Shred {
        /// The list's name.
        name: String,
        /// The list's name once more, so that it is meant.
        #[arg(long, value_name = "NAME")]
        really: String,
        #[command(flatten)]
        place: Place,
        /// Print the list as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What was made of a list's matches.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Feedback {
    /// The list's name.
    pub(crate) name: String,
    /// As JSON lines, or as the calls that NCMEC's hash sharing takes.
    #[arg(long, default_value = "json", value_parser = PossibleValuesParser::new(FEEDBACKS))]
    pub(crate) format: String,
    /// Send it to the service that the list is fetched from, as far as that was not told yet.
    #[arg(long, conflicts_with = "format")]
    pub(crate) send: bool,
    /// For NCMEC: the id of the reason that a rejected match is told with.
    #[arg(long, value_name = "GUID", required_if_eq("format", "ncmec"))]
    pub(crate) reason: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
    /// With --send: print what came of it as JSON.
    #[arg(long, requires = "send")]
    pub(crate) json: bool,
}

/// When and how near a list matches.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Terms {
    /// The largest distance of a near match in bits.
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=31), conflicts_with = "exact")]
    pub(crate) radius: Option<u8>,
    /// Match exactly alone.
    #[arg(long)]
    pub(crate) exact: bool,
    /// How far it is trusted, 0 to 100.
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) trust: Option<u8>,
    /// Consult it from this moment on (RFC 3339).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) from: Option<Timestamp>,
    /// Consult it no more from this moment on (RFC 3339).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) until: Option<Timestamp>,
}

/// Where a list is fetched from.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct FetchedFrom {
    /// The service that the list is fetched from; none: from nowhere any more.
    #[arg(long, value_name = "SERVICE", value_parser = service())]
    pub(crate) source: Option<Service>,
    /// The base address of the service's environment, as
    /// <https://report.cybertip.org/hashsharing>. Services with one address need none.
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// The file that has the secrets the service gave, which nobody else may read. It is read at
    /// each fetch, and stays where it is.
    #[arg(long, value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,
    /// A file of certificates (PEM) that are trusted beside those of the system.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// How often a running server fetches the list, in hours or days; never: only when told.
    #[arg(long, value_name = "TIME", value_parser = every)]
    pub(crate) every: Option<Every>,
    /// Whether a running server tells the service after each fetch what was made of its matches.
    #[arg(long, value_name = "HOW", value_parser = sends())]
    pub(crate) feedback: Option<bool>,
    /// For NCMEC: the id of the reason that a rejected match is told with.
    #[arg(long, value_name = "GUID")]
    pub(crate) reason: Option<String>,
}

/// What a list may be fetched from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Service {
    /// A service.
    Of(ListService),
    /// Nothing.
    None,
}

/// How often a list is fetched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Every(pub(crate) Option<Length>);

fn service() -> impl TypedValueParser<Value = Service> {
    let names = ListService::ALL.map(ListService::name);
    PossibleValuesParser::new(names.into_iter().chain(["none"])).map(|name| {
        let found = ListService::ALL.into_iter().find(|it| it.name() == name);
        found.map_or(Service::None, Service::Of)
    })
}

fn sends() -> impl TypedValueParser<Value = bool> {
    PossibleValuesParser::new(["send", "keep"]).map(|how| how == "send")
}

fn every(text: &str) -> Result<Every, String> {
    if text == "never" {
        return Ok(Every(None));
    }
    let length = text.parse().map_err(|_| "write 6h, 1d or never")?;
    Ok(Every(Some(length)))
}

/// The formats that are read, by name.
pub(crate) const FORMATS: [&str; 8] = [
    "ncmec",
    "vics",
    "icse",
    "stopncii",
    "tat",
    "csv",
    "hashes",
    "pdq-hashes",
];
/// The formats that are written, by name.
pub(crate) const EXPORTS: [&str; 6] = ["csv", "vics", "vics-1.3", "icse", "stopncii", "tat"];

/// The forms of feedback, by name.
const FEEDBACKS: [&str; 2] = ["json", "ncmec"];

fn purpose() -> impl TypedValueParser<Value = ListPurpose> {
    PossibleValuesParser::new(ListPurpose::ALL.map(ListPurpose::name))
        .try_map(|name| name.parse::<ListPurpose>())
}
