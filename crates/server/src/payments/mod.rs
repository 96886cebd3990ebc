//! Payments: screened by typologies, and their alerts as reports like any other.
//!
//! An alert is a reason for a person to look at an account, never a verdict. Its document, with the
//! rows, rules and numbers that reproduce it, is kept sealed as a submission; the accounts, phones
//! and handles that its rows name tie it to reports about the same people.

mod alert;
mod book;
mod known;
mod live;
mod live_known;
mod suspicion;

pub use alert::{AlertDocument, AlertReason, PaymentRow};
pub(crate) use alert::{is_alert, parse_alert};
pub use book::{Accounts, BookRow, alert_document, words_of};
pub(crate) use live::LiveBook;
pub use live::{ScreenedTransfer, TransferAlert, TransferAsked, TransferReason};
pub use suspicion::{SuspicionAsked, SuspicionError, SuspicionForm, WrittenSuspicion};
