//! An opened Watchfire: database, keys, blobs, policies and the one writer, ready to serve any
//! door.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use link::person::{NamePolicy, PersonPolicyError, PersonWeights};
use link::{IdentifierRules, LinkPolicy, StormPolicy};
use model::{Clock, CustodyEvent, Deed, Entropy, ReportId, Timestamp};
use store::{BadStoreUrl, Birth, Counter, Store, StoreFault, StoreUrl};
use tokio::sync::{Mutex, Notify};
use triage::{Calendar, Feedback, Policy, TableError};
use vault::{Blobs, EvidenceError, KeyError, Keys};

use crate::config::Config;
use crate::intake::{Committer, IntakeError, IntakeFault, Operation, Outcome};
use crate::logbook::{Disagreement, Logbook, LogbookError};
use crate::material::{Bank, Held, Looker, Material};
use crate::payments::LiveBook;

/// Report numbers fetched at a time. What a stopped process did not use is a gap in the numbers.
const REPORT_BLOCK: u32 = 1024;
/// The directory of the key files is nobody else's.
const KEYS_DIR_MODE: u32 = 0o700;

/// Why a Watchfire cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is nothing at the named place.
    #[error(
        "{path} holds no Watchfire: name the directory that `watchfire serve --data` was started \
         with"
    )]
    Missing {
        /// The directory.
        path: PathBuf,
    },
    /// The directory cannot be made or read.
    #[error("cannot use the directory {path}: check that it exists and that you may write there")]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// There is a database, but its keys are gone.
    #[error(
        "the keys of this database are not in {path}: put the key files back from their backup; \
         without them nothing sealed can be read"
    )]
    KeysMissing {
        /// The directory of the key files.
        path: PathBuf,
    },
    /// The key files belong to another database.
    #[error(
        "the key files in {path} belong to another database: put back the ones this database was \
         made with"
    )]
    WrongKeys {
        /// The directory of the key files.
        path: PathBuf,
    },
    /// The key files cannot be used.
    #[error(transparent)]
    Keys(KeyError),
    /// The database cannot be used.
    #[error(transparent)]
    Store(StoreFault),
    /// The blob directory cannot be used.
    #[error(transparent)]
    Blobs(EvidenceError),
    /// The log cannot be used.
    #[error(transparent)]
    Log(LogbookError),
    /// The database is named in a way that this program does not know.
    #[error(transparent)]
    Place(BadStoreUrl),
    /// A triage policy cannot be read.
    #[error("cannot read the policy {path}: check that it exists, is text, and may be read")]
    PolicyUnreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A triage policy cannot be used.
    #[error(transparent)]
    Policy(triage::PolicyError),
    /// The link policy cannot be used.
    #[error(transparent)]
    LinkPolicy(link::LinkPolicyError),
    /// The storm policy cannot be used.
    #[error(transparent)]
    StormPolicy(link::StormPolicyError),
    /// The policy for comparing persons cannot be used.
    #[error(transparent)]
    Persons(PersonPolicyError),
    /// The table of fields or the calendar cannot be used.
    #[error(transparent)]
    Table(TableError),
    /// The identifier rules cannot be used.
    #[error(transparent)]
    IdentifierRules(link::IdentifierRulesError),
    /// The typologies of payments cannot be used.
    #[error(transparent)]
    Typologies(screen::typology::PolicyError),
    /// The table of rates cannot be used.
    #[error(transparent)]
    Rates(screen::money::RatesError),
    /// The first event could not be kept.
    #[error(transparent)]
    First(IntakeError),
}

impl OpenError {
    /// The stable code, explained in docs/errors.md.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "station.missing",
            Self::Directory { .. } => "station.directory",
            Self::KeysMissing { .. } => "station.keys-missing",
            Self::WrongKeys { .. } => "station.wrong-keys",
            Self::Keys(error) => error.code(),
            Self::Store(fault) => fault.code(),
            Self::Blobs(error) => error.code(),
            Self::Log(error) => error.code(),
            Self::Place(error) => error.code(),
            Self::PolicyUnreadable { .. } => "station.policy-unreadable",
            Self::Policy(error) => error.code(),
            Self::LinkPolicy(error) => error.code(),
            Self::StormPolicy(error) => error.code(),
            Self::Persons(error) => error.code(),
            Self::Table(error) => error.code(),
            Self::IdentifierRules(error) => error.code(),
            Self::Typologies(error) => error.code(),
            Self::Rates(error) => error.code(),
            Self::First(_) => "station.first-event",
        }
    }
}

/// Whether a missing Watchfire is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMissing {
    /// Make one.
    Create,
    /// Refuse.
    Refuse,
}

/// What every part of an opened Watchfire uses.
pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) blobs: Blobs,
    pub(crate) link_policy: LinkPolicy,
    pub(crate) storm_policy: StormPolicy,
    pub(crate) names: NamePolicy,
    pub(crate) person_weights: PersonWeights,
    pub(crate) identifier_rules: IdentifierRules,
    pub(crate) triage_policy: Policy,
    /// What the log of this installation calls itself.
    pub(crate) log_origin: String,
    pub(crate) feedback: Feedback,
    pub(crate) calendar: Calendar,
    pub(crate) material: Material,
    pub(crate) live_book: LiveBook,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// An opened Watchfire.
#[derive(Clone)]
pub struct Station {
    core: Arc<Core>,
    committer: Committer,
    logbook: Arc<Logbook>,
    report_numbers: Arc<Mutex<std::ops::Range<i64>>>,
}

impl Station {
    /// Opens the Watchfire that `config` names, under the system's clock and randomness.
    pub async fn open(config: Config, if_missing: IfMissing) -> Result<Self, OpenError> {
        let clock = Arc::new(vault::SystemClock);
        Self::open_with(config, if_missing, clock, Arc::new(vault::SystemEntropy)).await
    }

    /// Opens the Watchfire that `config` names, under a given clock and source of randomness.
    pub async fn open_with(
        config: Config,
        if_missing: IfMissing,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        let triage_policy = policy_of(&config)?;
        let link_policy = LinkPolicy::builtin().map_err(OpenError::LinkPolicy)?;
        let storm_policy = StormPolicy::builtin().map_err(OpenError::StormPolicy)?;
        let names = NamePolicy::builtin().map_err(OpenError::Persons)?;
        let person_weights = PersonWeights::builtin().map_err(OpenError::Persons)?;
        let feedback = Feedback::builtin().map_err(OpenError::Table)?;
        let calendar = Calendar::builtin().map_err(OpenError::Table)?;
        let identifier_rules = IdentifierRules::builtin().map_err(OpenError::IdentifierRules)?;
        let (store, keys) = match if_missing {
            IfMissing::Refuse => open_existing(&config).await?,
            IfMissing::Create => open_or_create(&config, clock.as_ref(), entropy.as_ref()).await?,
        };
        let blobs = Blobs::local(&config.blobs_dir()).map_err(OpenError::Blobs)?;
        let logbook = Logbook::open(&config.log_dir(), &store, &keys).await;
        let logbook = Arc::new(logbook.map_err(OpenError::Log)?);
        let millis_per_point = triage_policy.ageing().millis_per_point;
        let aged = store.age_cases(millis_per_point).await;
        aged.map_err(OpenError::Store)?;
        let log_origin = store.birth().await.map_err(OpenError::Store)?.log_origin;
        let empty = store.log_head().await.map_err(OpenError::Store)?.size == 0;
        let typologies = screen::typology::Policy::builtin().map_err(OpenError::Typologies)?;
        let rates = Arc::new(rates_of(&config, typologies.currency())?);
        let live_book = LiveBook::new(Arc::new(typologies), rates);
        let material = Material {
            bank: Bank::new(),
            held: Held::new(),
            looker: Looker::new(&config),
        };
        let core = Arc::new(Core {
            config,
            store,
            keys,
            blobs,
            link_policy,
            storm_policy,
            names,
            person_weights,
            identifier_rules,
            triage_policy,
            log_origin,
            feedback,
            calendar,
            material,
            live_book,
            clock,
            entropy,
        });
        let written = Arc::new(Notify::new());
        let committer = Committer::start(core.clone(), written.clone());
        let station = Self {
            core,
            committer,
            logbook,
            report_numbers: Arc::new(Mutex::new(0..0)),
        };
        if empty {
            let event = CustodyEvent::new(station.now(), Deed::LogOpened, "operator");
            let opened = station.commit(Operation::Record(event)).await;
            opened.map_err(OpenError::First)?;
        }
        station.logbook.follow(station.core.clone(), written);
        Ok(station)
    }

    /// The present moment, by this Watchfire's clock.
    pub fn now(&self) -> Timestamp {
        self.core.clock.now()
    }

    /// The log of this Watchfire.
    pub fn logbook(&self) -> &Logbook {
        &self.logbook
    }

    /// The configuration it was opened with.
    pub fn config(&self) -> &Config {
        &self.core.config
    }

    /// Publishes what the log still owes and stops. Operations under way end first.
    pub async fn close(self) -> Result<(), LogbookError> {
        if let Err(error) = self.commit(Operation::Rest).await {
            tracing::warn!(%error, "the link index's snapshot was not written");
        }
        self.core.material.bank.rest(&self.core).await;
        let published = self.publish_log().await;
        self.logbook.rest();
        // SQLite puts its log back into the one file when the last connection closes.
        self.core.store.close().await;
        published
    }

    /// Publishes every committed entry of the log.
    pub async fn publish_log(&self) -> Result<(), LogbookError> {
        self.logbook
            .publish(&self.core.store, &self.core.keys)
            .await
    }

    /// Recomputes the whole log and compares it with its checkpoint and with the database.
    pub async fn verify_log(&self) -> Result<Result<u64, Disagreement>, LogbookError> {
        self.logbook.verify(&self.core.store).await
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    /// The same for a task that outlives the caller's borrow.
    pub(crate) fn shared_core(&self) -> Arc<Core> {
        self.core.clone()
    }

    pub(crate) async fn commit(&self, operation: Operation) -> Result<Outcome, IntakeError> {
        self.commit_at(operation, self.now()).await
    }

    /// Commits an operation that was prepared for the moment `at`.
    pub(crate) async fn commit_at(
        &self,
        operation: Operation,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        self.committer.commit(operation, at).await
    }

    /// Draws the number of a report that is to come.
    ///
    /// Who takes many at a time draws the numbers in the order of the input: a case is told in the
    /// words of its earliest report, and it shall not be chance which one that is. A number that
    /// is not used stays unused.
    pub async fn number_report(&self) -> Result<ReportId, IntakeError> {
        let mut numbers = self.report_numbers.lock().await;
        if numbers.is_empty() {
            *numbers = self
                .core
                .store
                .reserve(Counter::Report, REPORT_BLOCK)
                .await?;
        }
        let number = numbers.next().ok_or(IntakeFault::Unreadable {
            what: "report numbers",
        })?;
        Ok(ReportId::new(number))
    }
}

fn policy_of(config: &Config) -> Result<Policy, OpenError> {
    match &config.triage_policy {
        None => Policy::builtin().map_err(OpenError::Policy),
        Some(path) => read_policy(path),
    }
}

/// The table of rates that the configuration names; without one only amounts in the policy's own
/// currency are compared with limits.
fn rates_of(config: &Config, base: model::Currency) -> Result<screen::money::Rates, OpenError> {
    let Some(path) = &config.rates else {
        return Ok(screen::money::Rates::none(base));
    };
    let text = fs::read_to_string(path).map_err(|source| OpenError::PolicyUnreadable {
        path: path.clone(),
        source,
    })?;
    let name = path.display().to_string();
    screen::money::Rates::parse(&text, &name).map_err(OpenError::Rates)
}

/// Reads a triage policy from a file. No more is read than a policy can be long.
pub fn read_policy(path: &Path) -> Result<Policy, OpenError> {
    let unreadable = |source| OpenError::PolicyUnreadable {
        path: path.to_owned(),
        source,
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    let most = u64::try_from(triage::POLICY_BYTES_MAX + 1).unwrap_or(u64::MAX);
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    let text = if bytes.len() > triage::POLICY_BYTES_MAX {
        // Too long, whatever it says: the cut may have hit a letter.
        String::from_utf8_lossy(&bytes).into_owned()
    } else {
        String::from_utf8(bytes)
            .map_err(|error| unreadable(io::Error::new(io::ErrorKind::InvalidData, error)))?
    };
    Policy::parse(&text, &path.display().to_string()).map_err(OpenError::Policy)
}

/// Opens a Watchfire that must be there.
async fn open_existing(config: &Config) -> Result<(Store, Keys), OpenError> {
    let url = store_url(config)?;
    let missing = || OpenError::Missing {
        path: config.data.clone(),
    };
    if !config.data.is_dir() || matches!(&url, StoreUrl::Sqlite(path) if !path.is_file()) {
        return Err(missing());
    }
    let store = match open_migrated(&url).await {
        Err(StoreFault::SchemaMissing) => return Err(missing()),
        opened => opened.map_err(OpenError::Store)?,
    };
    let keys = keys_of(config, &store).await?;
    Ok((store, keys))
}

/// Opens a Watchfire, and makes it where there is none.
async fn open_or_create(
    config: &Config,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<(Store, Keys), OpenError> {
    let url = store_url(config)?;
    fs::create_dir_all(&config.data).map_err(|source| OpenError::Directory {
        path: config.data.clone(),
        source,
    })?;
    let absent = matches!(&url, StoreUrl::Sqlite(path) if !path.is_file());
    if !absent {
        match open_migrated(&url).await {
            Err(StoreFault::SchemaMissing) => {}
            opened => {
                let store = opened.map_err(OpenError::Store)?;
                let keys = keys_of(config, &store).await?;
                return Ok((store, keys));
            }
        }
    }
    // Keys first: a database is never born to keys that were not written down. Keys that a first
    // start left behind when it was cut off are used.
    let path = config.keys_dir();
    fs::DirBuilder::new()
        .recursive(true)
        .mode(KEYS_DIR_MODE)
        .create(&path)
        .map_err(|source| OpenError::Directory {
            path: path.clone(),
            source,
        })?;
    let keys = if path.join(vault::ROOT_KEY_FILE).exists() {
        Keys::open(&path)
    } else {
        Keys::create(&path, entropy)
    };
    let keys = keys.map_err(OpenError::Keys)?;
    let birth = Birth {
        key_check: keys.check_value(),
        log_origin: fresh_origin(entropy),
        created: clock.now(),
    };
    let store = Store::create(&url, &birth)
        .await
        .map_err(OpenError::Store)?;
    Ok((store, keys))
}

/// Opens a database; one that an older version made is brought up to date first.
async fn open_migrated(url: &StoreUrl) -> Result<Store, StoreFault> {
    match Store::open(url).await {
        Err(StoreFault::SchemaOld { found, known }) => {
            tracing::info!(found, known, "the database is brought up to date");
            Store::migrate(url).await?;
            Store::open(url).await
        }
        opened => opened,
    }
}

fn store_url(config: &Config) -> Result<StoreUrl, OpenError> {
    config.database_url().parse().map_err(OpenError::Place)
}

/// Opens the key files and checks that the database was born with them.
async fn keys_of(config: &Config, store: &Store) -> Result<Keys, OpenError> {
    let path = config.keys_dir();
    if !path.join(vault::ROOT_KEY_FILE).exists() {
        return Err(OpenError::KeysMissing { path });
    }
    let keys = Keys::open(&path).map_err(OpenError::Keys)?;
    let birth = store.birth().await.map_err(OpenError::Store)?;
    if birth.key_check != keys.check_value() {
        return Err(OpenError::WrongKeys { path });
    }
    Ok(keys)
}

/// A new log is named after random digits, so that no two logs share an origin.
fn fresh_origin(entropy: &dyn Entropy) -> String {
    let mut digits = [0; 8];
    entropy.fill(&mut digits);
    format!("watchfire.local/log/{}", model::hex(&digits))
}
