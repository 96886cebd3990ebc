//! Who may come in: the roles of accounts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A machine or organisation that sends reports.
    Sender,
    /// A person who reads the queue and works on cases.
    Analyst,
    /// A person who also approves disclosure, deletion and opening of media.
    Supervisor,
    /// A person who also manages accounts and configuration.
    Admin,
}

impl Role {
    /// Every role, from least to most.
    pub const ALL: [Self; 4] = [Self::Sender, Self::Analyst, Self::Supervisor, Self::Admin];

    /// The name as written on the command line and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Analyst => "analyst",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Text that is not a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a role: expected sender, analyst, supervisor or admin")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.name() == text)
            .ok_or(UnknownRole)
    }
}
