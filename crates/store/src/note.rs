//! Notes that the database keeps about itself: under which policies its rows were made.

use crate::connection::Connection;
use crate::{Store, StoreFault, Tx};

/// A note of the database about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// How many milliseconds of waiting weigh as much as one point of danger, in the urgency of
    /// cases.
    AgeingMillisPerPoint,
    /// The version of the link policy under which reports were tied.
    LinkPolicy,
}

impl Note {
    const fn key(self) -> &'static str {
        match self {
            Self::AgeingMillisPerPoint => "ageing_millis_per_point",
            Self::LinkPolicy => "link_policy",
        }
    }
}

impl Tx {
    /// What a note says; `None` if it was never written.
    pub async fn note(&mut self, note: Note) -> Result<Option<String>, StoreFault> {
        read(&mut self.connection(), note).await
    }

    /// Writes a note.
    pub async fn set_note(&mut self, note: Note, value: &str) -> Result<(), StoreFault> {
        let mut connection = self.connection();
        let mut parameters = connection.parameters();
        parameters.text(note.key());
        parameters.text(value);
        let sql = "INSERT INTO meta (key, value) VALUES ($1, $2) \
                   ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        connection
            .execute("meta", sql.to_owned(), parameters)
            .await
            .map(drop)
    }
}

impl Store {
    /// Sets the urgency of every case anew, if it was set under another ageing, and says whether it
    /// was: `millis_per_point` of waiting weigh as much as one point of danger.
    pub async fn age_cases(&self, millis_per_point: i64) -> Result<bool, StoreFault> {
        let stated = millis_per_point.to_string();
        let mut reader = self.reader("age_cases").await?;
        let found = read(&mut reader.connection(), Note::AgeingMillisPerPoint).await?;
        drop(reader);
        if found.as_ref() == Some(&stated) {
            return Ok(false);
        }
        let mut tx = self.begin("age_cases").await?;
        let mut connection = tx.connection();
        let mut parameters = connection.parameters();
        parameters.int(millis_per_point);
        let sql = "UPDATE cases SET urgency = danger * $1 - opened_ms".to_owned();
        connection.execute("cases", sql, parameters).await?;
        tx.set_note(Note::AgeingMillisPerPoint, &stated).await?;
        tx.commit().await?;
        Ok(true)
    }
}

async fn read(connection: &mut Connection<'_>, note: Note) -> Result<Option<String>, StoreFault> {
    let mut parameters = connection.parameters();
    parameters.text(note.key());
    let sql = "SELECT value FROM meta WHERE key = $1".to_owned();
    let rows = connection.rows("meta", sql, parameters).await?;
    connection.first_text(&rows, "meta")
}
