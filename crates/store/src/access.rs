//! Accounts, and who is signed in.

use model::{AccountId, Timestamp};

use crate::row::{AccountRow, Blind, SessionRow};
use crate::table::Record;
use crate::{Store, StoreFault, StoreRefusal, Tx};

impl Tx {
    /// Adds an account, unless one of its name is live; the transaction goes on either way.
    pub async fn insert_account(
        &mut self,
        row: &AccountRow,
    ) -> Result<Result<(), StoreRefusal>, StoreFault> {
        let tail = "ON CONFLICT (name_blind) WHERE revoked_ms IS NULL DO NOTHING";
        let rows = std::slice::from_ref(row);
        let written = self.connection().insert(rows.iter(), tail).await?;
        Ok(if written == 1 {
            Ok(())
        } else {
            Err(StoreRefusal::NameTaken)
        })
    }

    /// Revokes a live account and ends its sessions; says whether there was one.
    pub async fn revoke_account(
        &mut self,
        id: AccountId,
        now: Timestamp,
    ) -> Result<bool, StoreFault> {
        let mut connection = self.connection();
        let mut parameters = connection.parameters();
        parameters.int(id.number());
        parameters.time(now);
        let sql = "UPDATE account SET revoked_ms = $2 WHERE id = $1 AND revoked_ms IS NULL";
        let revoked = connection
            .execute("account", sql.to_owned(), parameters)
            .await?;
        let mut parameters = connection.parameters();
        parameters.int(id.number());
        let sql = "DELETE FROM session WHERE account_id = $1".to_owned();
        connection.execute("session", sql, parameters).await?;
        Ok(revoked == 1)
    }

    /// The account with this number, revoked or not.
    pub async fn account(&mut self, id: AccountId) -> Result<Option<AccountRow>, StoreFault> {
        let found = self.connection().among("id", &[id], "").await?;
        Ok(found.into_iter().next())
    }

    /// Adds sessions or links.
    pub async fn insert_sessions(&mut self, rows: &[SessionRow]) -> Result<(), StoreFault> {
        self.connection().insert(rows.iter(), "").await.map(drop)
    }

    /// Uses a link up: gives it the first time and `None` ever after, as for one that ended or
    /// never was.
    pub async fn use_link(
        &mut self,
        token: Blind,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, StoreFault> {
        let mut connection = self.connection();
        let mut parameters = connection.parameters();
        parameters.bytes(&token.0);
        parameters.time(now);
        let sql = format!(
            "UPDATE session SET used_ms = $2 WHERE token_digest = $1 AND kind = 'link' \
             AND used_ms IS NULL AND expires_ms > $2 RETURNING {}",
            SessionRow::COLUMNS
        );
        let rows = connection.rows("session", sql, parameters).await?;
        rows.first().map(|row| connection.record(row)).transpose()
    }

    /// Ends a session; says whether there was one.
    pub async fn delete_session(&mut self, token: Blind) -> Result<bool, StoreFault> {
        let mut connection = self.connection();
        let mut parameters = connection.parameters();
        parameters.bytes(&token.0);
        let sql = "DELETE FROM session WHERE token_digest = $1".to_owned();
        Ok(connection.execute("session", sql, parameters).await? == 1)
    }

    /// Forgets sessions and links that have ended; says how many.
    pub async fn delete_expired_sessions(&mut self, now: Timestamp) -> Result<u64, StoreFault> {
        let mut connection = self.connection();
        let mut parameters = connection.parameters();
        parameters.time(now);
        let sql = "DELETE FROM session WHERE expires_ms <= $1".to_owned();
        connection.execute("session", sql, parameters).await
    }
}

impl Store {
    /// Every account by number, revoked ones too.
    pub async fn accounts(&self) -> Result<Vec<AccountRow>, StoreFault> {
        let mut reader = self.reader("accounts").await?;
        let mut connection = reader.connection();
        let parameters = connection.parameters();
        connection.select("ORDER BY id", parameters).await
    }

    /// The account with this number, revoked or not.
    pub async fn account(&self, id: AccountId) -> Result<Option<AccountRow>, StoreFault> {
        let mut reader = self.reader("account").await?;
        let found = reader.connection().among("id", &[id], "").await?;
        Ok(found.into_iter().next())
    }

    /// The live account of this name.
    pub async fn account_by_name(&self, name: Blind) -> Result<Option<AccountRow>, StoreFault> {
        let mut reader = self.reader("account_by_name").await?;
        let tail = "AND revoked_ms IS NULL";
        let found = reader
            .connection()
            .among("name_blind", &[name], tail)
            .await?;
        Ok(found.into_iter().next())
    }

    /// The session or link of this token's digest, ended and used ones too.
    pub async fn session(&self, token: Blind) -> Result<Option<SessionRow>, StoreFault> {
        let mut reader = self.reader("session").await?;
        let found = reader
            .connection()
            .among("token_digest", &[token], "")
            .await?;
        Ok(found.into_iter().next())
    }
}
