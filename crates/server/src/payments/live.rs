//! Transfers, screened before they are released, by the same windows and rules as a book.
//!
//! What is screened is remembered in memory alone, from the start of the process: feed the recent
//! past first. Accounts that reports name are known within seconds of the report.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{Channel, Country, Currency, Merchant, Relation, Timestamp};
use screen::money::{Money, Rates};
use screen::typology::{Alert, LiveScreening, Policy, Route, Side};
use screen::{Acquaintances, Flags, Transfer};
use serde::{Deserialize, Serialize};

use super::book::{Accounts, flags_of};
use super::known::AccountKeys;
use super::live_known::LiveKnown;
use crate::intake::IntakeError;
use crate::station::Station;

/// How late a transfer may come after later ones: three days.
const LATE_MILLIS: i64 = 3 * 24 * 3600 * 1000;
/// How far a transfer may lie in the future: a day, for clocks that run ahead.
const AHEAD_MILLIS: i64 = 24 * 3600 * 1000;

/// A transfer as it is asked about.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferAsked {
    /// The sender's own id of it.
    pub id: String,
    /// When, as RFC 3339 with an offset.
    pub time: String,
    /// The account that pays.
    pub sender: String,
    /// The account that is paid.
    pub receiver: String,
    /// A decimal number, as text.
    pub amount: String,
    /// ISO 4217, or a coin.
    pub currency: String,
    /// ISO 3166, two letters.
    #[serde(default)]
    pub sender_country: String,
    /// ISO 3166, two letters.
    #[serde(default)]
    pub receiver_country: String,
    /// `bank`, `remittance`, `wallet`, …
    #[serde(default)]
    pub channel: String,
    /// What the payer wrote.
    #[serde(default)]
    pub reference: String,
    /// What the payee sells: `exchange`, `travel`, …; other words say nothing.
    #[serde(default)]
    pub merchant: String,
    /// What is known of the two: `family`, `friend`, `business`; other words say nothing.
    #[serde(default)]
    pub relation: String,
}

/// What is said of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScreenedTransfer {
    /// The sender's own id of it.
    pub id: String,
    /// One for each of its two accounts at most.
    pub alerts: Vec<TransferAlert>,
    /// Why it could not be screened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected: Option<String>,
}

/// Reasons to look at an account before a transfer is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TransferAlert {
    /// The account.
    pub account: String,
    /// `sender` or `receiver`.
    pub side: &'static str,
    /// `review`, or `protection` where the account holder may be a victim.
    pub route: &'static str,
    /// The sum of the reasons' points.
    pub points: u32,
    /// Every indicator that held.
    pub reasons: Vec<TransferReason>,
}

/// One indicator that held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TransferReason {
    /// Its id.
    pub indicator: String,
    /// The version of its file.
    pub version: String,
    /// What it adds.
    pub points: u32,
    /// A sentence that a person understands.
    pub text: String,
    /// Whose word it is.
    pub source: String,
}

/// The recent past of all accounts that were screened.
pub(crate) struct LiveBook {
    policy: Arc<Policy>,
    state: Mutex<State>,
}

pub(super) struct State {
    screening: LiveScreening,
    accounts: Accounts,
    pub(super) acquaintances: Acquaintances,
    pub(super) known: LiveKnown,
    next_row: u32,
}

impl LiveBook {
    pub(crate) fn new(policy: Arc<Policy>, rates: Arc<Rates>) -> Self {
        Self {
            state: Mutex::new(State {
                screening: LiveScreening::new(policy.clone(), rates, LATE_MILLIS),
                accounts: Accounts::default(),
                acquaintances: Acquaintances::default(),
                known: LiveKnown::default(),
                next_row: 0,
            }),
            policy,
        }
    }

    /// What is remembered, for as long as the guard lives.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn screen(
        &self,
        asked: &TransferAsked,
        keys: &AccountKeys<'_>,
        now: Timestamp,
    ) -> ScreenedTransfer {
        let mut state = self.lock();
        let state = &mut *state;
        let met = state.accounts.len();
        let mut transfer = match self.parse(asked, &mut state.accounts, now) {
            Ok(transfer) => transfer,
            Err(why) => {
                return ScreenedTransfer {
                    id: asked.id.clone(),
                    alerts: Vec::new(),
                    rejected: Some(why.to_owned()),
                };
            }
        };
        for number in met..state.accounts.len() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let name = state.accounts.name(number);
            if state.known.meet(number, name, keys) {
                state.acquaintances.know(number);
            }
        }
        let marks = state.acquaintances.meet(&transfer);
        transfer.flags = transfer.flags.and(marks);
        let row = state.next_row;
        // After four thousand million transfers numbers begin again; by then the first are long
        // past every window.
        state.next_row = row.wrapping_add(1);
        let alerts = state.screening.screen(row, &transfer);
        let accounts = &state.accounts;
        ScreenedTransfer {
            id: asked.id.clone(),
            alerts: alerts.iter().map(|it| told(it, accounts)).collect(),
            rejected: None,
        }
    }

    fn parse(
        &self,
        asked: &TransferAsked,
        accounts: &mut Accounts,
        now: Timestamp,
    ) -> Result<Transfer, &'static str> {
        let time =
            Timestamp::parse(&asked.time).ok_or("the time is not RFC 3339 with an offset")?;
        if time.millis_since(now) > AHEAD_MILLIS {
            return Err("the time lies in the future");
        }
        let currency = Currency::parse(&asked.currency).ok_or("the currency is not known")?;
        let amount =
            Money::parse(&asked.amount, currency).map_err(|_| "the amount is no decimal")?;
        if amount.minor <= 0 {
            return Err("the amount is not above zero");
        }
        if asked.sender.is_empty() || asked.receiver.is_empty() {
            return Err("an account is missing");
        }
        let country = |code: &str| match code {
            "" => Ok(Country::UNKNOWN),
            code => Country::parse(code).ok_or("a country is not two letters of ISO 3166"),
        };
        let channel = match asked.channel.as_str() {
            "" => Channel::Unknown,
            name => Channel::parse(name).ok_or("the channel is not known")?,
        };
        let flags = match asked.reference.as_str() {
            "" => Flags::NONE,
            text => self.policy.reference_flags(text),
        };
        let sender_country = country(&asked.sender_country)?;
        let receiver_country = country(&asked.receiver_country)?;
        let told = flags_of(
            Relation::parse(&asked.relation),
            Merchant::parse(&asked.merchant),
            sender_country != receiver_country,
        );
        Ok(Transfer {
            time_millis: time.millis(),
            sender_country,
            receiver_country,
            sender: accounts.number(&asked.sender),
            receiver: accounts.number(&asked.receiver),
            amount,
            channel,
            flags: flags.and(told),
        })
    }
}

fn told(alert: &Alert, accounts: &Accounts) -> TransferAlert {
    TransferAlert {
        account: accounts.name(alert.account).to_owned(),
        side: match alert.side {
            Side::Sender => "sender",
            Side::Receiver => "receiver",
        },
        route: match alert.route {
            Route::Review => "review",
            Route::Protection => "protection",
        },
        points: alert.points,
        reasons: alert
            .reasons
            .iter()
            .map(|reason| TransferReason {
                indicator: reason.indicator.clone(),
                version: reason.version.clone(),
                points: reason.points,
                text: reason.text.clone(),
                source: reason.source.clone(),
            })
            .collect(),
    }
}

impl Station {
    /// Screens transfers in their order, each before it is released.
    pub async fn screen_transfers(
        &self,
        asked: &[TransferAsked],
    ) -> Result<Vec<ScreenedTransfer>, IntakeError> {
        self.follow_reports().await?;
        let (core, now) = (self.core(), self.now());
        let keys = AccountKeys::of_house(core);
        let screened = asked
            .iter()
            .map(|one| core.live_book.screen(one, &keys, now));
        Ok(screened.collect())
    }
}
