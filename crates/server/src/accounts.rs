//! Accounts: who may come in, proved by a secret that is stored only as a hash.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{AccountId, CustodyEvent, Deed, Role, Timestamp};
use store::{AccountRow, Blind, Counter, Sealed, SecretHash};
use tokio::sync::Semaphore;
use vault::secret::{Secret, SecretError};

use crate::intake::{IntakeError, IntakeFault, Operation};
use crate::sealed_names as names;
use crate::station::Station;

/// The list of accounts is read anew after this long, so that a revocation takes hold everywhere.
const LIST_MILLIS: i64 = 1_000;
/// Secrets checked with Argon2 at a time: a flood of guesses must not take the processor.
const CHECKS_AT_ONCE: usize = 2;
/// The longest account name, in characters.
pub const ACCOUNT_NAME_CHARS_MAX: usize = 100;

/// An account as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// When it was added.
    pub created: Timestamp,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
}

/// Why an account is not added or revoked.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The name is empty, too long, or cannot be carried by Basic authentication.
    #[error("the name cannot be used: 1 to 100 characters, no colon, no control characters")]
    BadName,
    /// There is an account of that name.
    #[error("there is an account of that name already: choose another, or revoke that one first")]
    Taken,
    /// There is no account of that name.
    #[error("there is no live account of that name: see `watchfire account list`")]
    Unknown,
    /// The secret could not be hashed.
    #[error(transparent)]
    Unhashable(SecretError),
    /// Something failed underneath.
    #[error(transparent)]
    Intake(#[from] IntakeError),
}

impl AccountError {
    /// The stable code, explained in docs/errors.md.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadName => "account.bad-name",
            Self::Taken => "account.taken",
            Self::Unknown => "account.unknown",
            Self::Unhashable(error) => error.code(),
            Self::Intake(_) => "account.fault",
        }
    }
}

impl Station {
    /// Adds an account and gives its secret, which is shown this once.
    pub async fn add_account(
        &self,
        name: &str,
        role: Role,
    ) -> Result<(Account, Secret), AccountError> {
        let usable = (1..=ACCOUNT_NAME_CHARS_MAX).contains(&name.chars().count())
            && !name.contains(|c: char| c == ':' || c.is_control())
            && name.trim() == name;
        if !usable {
            return Err(AccountError::BadName);
        }
        if self
            .accounts()
            .await?
            .iter()
            .any(|live| live.name == name && live.revoked.is_none())
        {
            return Err(AccountError::Taken);
        }
        let core = self.core();
        let entropy = core.entropy.as_ref();
        let mut numbers = core
            .store
            .reserve(Counter::Account, 1)
            .await
            .map_err(IntakeError::from)?;
        let id = numbers.next().map(AccountId::new);
        let id = id.ok_or(IntakeFault::Unreadable {
            what: "account numbers",
        });
        let id = id.map_err(IntakeError::from)?;
        let secret = Secret::generate(entropy);
        let key = core.keys.register_key();
        let context = names::account_name(id);
        let sealed_name = vault::seal::seal(key, &context, name.as_bytes(), entropy)
            .map_err(IntakeError::from)?;
        let hash =
            vault::secret::hash(secret.expose(), entropy).map_err(AccountError::Unhashable)?;
        let row = AccountRow {
            id,
            name: Blind(core.keys.blind("account", name)),
            name_sealed: Sealed(sealed_name),
            role,
            secret: SecretHash(hash),
            created: self.now(),
            revoked: None,
        };
        let mut event = CustodyEvent::new(self.now(), Deed::AccountAdded, "operator");
        event.note = Some(format!("account:{id} as {role}"));
        let account = Account {
            id,
            name: name.to_owned(),
            role,
            created: row.created,
            revoked: None,
        };
        self.commit(Operation::AddAccount(Box::new(row), event))
            .await?;
        Ok((account, secret))
    }

    /// Revokes the live account of this name.
    pub async fn revoke_account(&self, name: &str) -> Result<Account, AccountError> {
        let accounts = self.accounts().await?;
        let found = accounts
            .into_iter()
            .find(|live| live.name == name && live.revoked.is_none());
        let mut account = found.ok_or(AccountError::Unknown)?;
        let mut event = CustodyEvent::new(self.now(), Deed::AccountRevoked, "operator");
        event.note = Some(format!("account:{}", account.id));
        account.revoked = Some(self.now());
        self.commit(Operation::RevokeAccount(account.id, event))
            .await?;
        Ok(account)
    }

    /// Every account, revoked ones included, in the order they were added.
    pub async fn accounts(&self) -> Result<Vec<Account>, IntakeError> {
        let rows = self.core().store.accounts().await?;
        rows.iter().map(|row| self.open_account(row)).collect()
    }

    fn open_account(&self, row: &AccountRow) -> Result<Account, IntakeError> {
        let context = names::account_name(row.id);
        let key = self.core().keys.register_key();
        let unreadable = || IntakeFault::Unreadable {
            what: "an account's name",
        };
        let name =
            vault::seal::open(key, &context, &row.name_sealed.0).map_err(|_| unreadable())?;
        Ok(Account {
            id: row.id,
            name: String::from_utf8(name).map_err(|_| unreadable())?,
            role: row.role,
            created: row.created,
            revoked: row.revoked,
        })
    }
}

/// Proves accounts by name and secret, fast for those that proved themselves before.
pub(crate) struct Doorkeeper {
    /// Secrets that were found right, each with the hash it was held against: Argon2 runs once for
    /// an account and not with every call, and a flood of guesses delays nobody who is known.
    proofs: Mutex<HashMap<[u8; 32], (AccountId, SecretHash)>>,
    list: tokio::sync::Mutex<List>,
    /// One check at a time for each account: guesses at one account queue up behind each other and
    /// not in front of the other accounts.
    turns: Mutex<HashMap<AccountId, Arc<tokio::sync::Mutex<()>>>>,
    checks: Semaphore,
    /// Drawn at start: what is remembered of secrets is worth nothing outside this process.
    salt: [u8; 32],
}

#[derive(Default)]
struct List {
    accounts: HashMap<AccountId, AccountRow>,
    names: HashMap<Blind, AccountId>,
    read: Option<Timestamp>,
}

/// An account that proved itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Proved {
    pub(crate) account: AccountId,
    pub(crate) role: Role,
}

impl Proved {
    const fn of(row: &AccountRow) -> Self {
        Self {
            account: row.id,
            role: row.role,
        }
    }
}

impl Doorkeeper {
    pub(crate) fn new(station: &Station) -> Self {
        let mut salt = [0; 32];
        station.core().entropy.fill(&mut salt);
        Self {
            proofs: Mutex::default(),
            list: tokio::sync::Mutex::default(),
            turns: Mutex::default(),
            checks: Semaphore::new(CHECKS_AT_ONCE),
            salt,
        }
    }

    /// The account of this name, if the secret is its own and it is not revoked.
    pub(crate) async fn prove(
        &self,
        station: &Station,
        name: &str,
        secret: &str,
    ) -> Result<Option<Proved>, IntakeFault> {
        let proof = vault::sha256(&[&self.salt, name.as_bytes(), b":", secret.as_bytes()].concat());
        if let Some((account, hash)) = self.remembered(&proof) {
            let row = self
                .account(station, |list| list.accounts.get(&account).cloned())
                .await?;
            return Ok(row
                .filter(|row| row.secret == hash)
                .map(|row| Proved::of(&row)));
        }
        if !vault::secret::looks_real(secret) {
            return Ok(None);
        }
        let blind = Blind(station.core().keys.blind("account", name));
        let found = self
            .account(station, |list| {
                list.names
                    .get(&blind)
                    .and_then(|id| list.accounts.get(id))
                    .cloned()
            })
            .await?;
        let found = match found {
            Some(row) => Some(row),
            None => self.added_just_now(station, blind).await?,
        };
        let Some(row) = found else { return Ok(None) };
        let turn = self.turn_of(row.id);
        let _turn = turn.lock().await;
        if self.remembered(&proof).is_some() {
            // The same caller proved itself while this call of its waited.
            return Ok(Some(Proved::of(&row)));
        }
        let Ok(_permit) = self.checks.acquire().await else {
            return Err(IntakeFault::Stopping);
        };
        let (secret, hash) = (secret.to_owned(), row.secret.0.clone());
        let right = tokio::task::spawn_blocking(move || vault::secret::verify(&secret, &hash))
            .await
            .map_err(|_| IntakeFault::Stopping)?
            .map_err(|_| IntakeFault::Unreadable {
                what: "an account's secret",
            })?;
        if !right {
            return Ok(None);
        }
        let proved = Proved::of(&row);
        self.proofs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(proof, (row.id, row.secret));
        Ok(Some(proved))
    }

    fn remembered(&self, proof: &[u8; 32]) -> Option<(AccountId, SecretHash)> {
        let proofs = self.proofs.lock().unwrap_or_else(PoisonError::into_inner);
        proofs.get(proof).cloned()
    }

    fn turn_of(&self, account: AccountId) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.entry(account).or_default().clone()
    }

    /// An account that the list does not have yet. It is looked for by itself, so that a made-up
    /// name costs no reading of all accounts.
    async fn added_just_now(
        &self,
        station: &Station,
        name: Blind,
    ) -> Result<Option<AccountRow>, IntakeFault> {
        let found = station.core().store.account_by_name(name).await?;
        if found.is_some() {
            self.list.lock().await.read = None;
        }
        Ok(found)
    }

    /// The name of a live account.
    pub(crate) async fn name(
        &self,
        station: &Station,
        account: AccountId,
    ) -> Result<Option<String>, IntakeError> {
        let row = self
            .account(station, |list| list.accounts.get(&account).cloned())
            .await?;
        row.map(|row| Ok(station.open_account(&row)?.name))
            .transpose()
    }

    async fn account(
        &self,
        station: &Station,
        find: impl Fn(&List) -> Option<AccountRow>,
    ) -> Result<Option<AccountRow>, IntakeFault> {
        let now = station.now();
        let mut list = self.list.lock().await;
        let fresh = list
            .read
            .is_some_and(|read| now.millis_since(read) < LIST_MILLIS);
        if fresh {
            return Ok(find(&list));
        }
        let rows = station.core().store.accounts().await?;
        let live = rows.into_iter().filter(|row| row.revoked.is_none());
        list.accounts = live.map(|row| (row.id, row)).collect();
        list.names = list
            .accounts
            .values()
            .map(|row| (row.name, row.id))
            .collect();
        list.read = Some(now);
        Ok(find(&list))
    }
}
