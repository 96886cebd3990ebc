//! `watchfire account`: who may come in.

use serde::Serialize;

use super::{open, open_or_create};
use crate::Verdict;
use crate::args::Account;
use crate::failure::Failure;
use crate::output;

#[derive(Serialize)]
struct Added<'a> {
    name: &'a str,
    role: model::Role,
    secret: &'a str,
}

#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    role: model::Role,
    created: model::Timestamp,
    revoked: Option<model::Timestamp>,
}

impl<'a> Listed<'a> {
    fn of(account: &'a server::Account) -> Self {
        Self {
            name: &account.name,
            role: account.role,
            created: account.created,
            revoked: account.revoked,
        }
    }

    fn line(&self) -> String {
        match self.revoked {
            None => format!("{}\t{}\tadded {}", self.name, self.role, self.created),
            Some(at) => format!(
                "{}\t{}\tadded {}, revoked {at}",
                self.name, self.role, self.created
            ),
        }
    }
}

pub(super) async fn run(args: Account) -> Result<Verdict, Failure> {
    match args {
        Account::Add {
            name,
            role,
            place,
            json,
        } => {
            let station = open_or_create(&place).await?;
            let (account, secret) = station.add_account(&name, role).await?;
            station.close().await?;
            let secret = secret.expose();
            if json {
                output::json(&Added {
                    name: &account.name,
                    role,
                    secret,
                })?;
            } else {
                output::say(&format!(
                    "Added {} as {role}. Its secret is shown this once:",
                    account.name
                ))?;
                output::line(secret)?;
            }
        }
        Account::List { place, json } => {
            let station = open(&place).await?;
            for account in station.accounts().await? {
                let listed = Listed::of(&account);
                print(&listed, json)?;
            }
            station.close().await?;
        }
        Account::Revoke { name, place, json } => {
            let station = open(&place).await?;
            let account = station.revoke_account(&name).await?;
            station.close().await?;
            let listed = Listed::of(&account);
            print(&listed, json)?;
        }
    }
    Ok(Verdict::Done)
}

fn print(listed: &Listed<'_>, json: bool) -> Result<(), Failure> {
    if json {
        output::json(listed)
    } else {
        output::line(&listed.line())
    }
}
