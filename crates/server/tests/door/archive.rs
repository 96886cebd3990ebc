//! What a house has kept, read past the server: from its database, with its keys.

use std::path::{Path, PathBuf};

use model::{CaseId, CustodyEvent, Deed, FileId, ReportId, ReportState};
use store::{CaseRow, ReportRow, Store};
use vault::{DataKey, Keys};

use crate::house::House;

/// An open archive.
pub(crate) struct Archive {
    pub(crate) store: Store,
    keys: Keys,
    blobs: PathBuf,
}

impl Archive {
    /// The archive of a house.
    pub(crate) async fn of(house: &House) -> Self {
        let config = house.station.config();
        let url = config.database_url().parse().unwrap();
        Self {
            store: Store::open(&url).await.unwrap(),
            keys: Keys::open(&config.keys_dir()).unwrap(),
            blobs: config.blobs_dir(),
        }
    }

    /// Every custody event, in the log's order, each checked against its entry in the log.
    pub(crate) async fn events(&self) -> Vec<CustodyEvent> {
        let mut events = Vec::new();
        for entry in self.store.log_entries(0, 10_000).await.unwrap() {
            let key = match entry.row.report {
                None => self.keys.register_key().clone(),
                Some(report) => self.record_key(report).await,
            };
            let row = entry.row;
            events.push(vault::custody::open_event(&row.entry, &row.sealed.0, &key).unwrap());
        }
        events
    }

    /// What was done with a report, in order.
    pub(crate) async fn deeds_of(&self, report: i64) -> Vec<Deed> {
        let events = self.events().await.into_iter();
        events
            .filter(|event| event.report == Some(report))
            .map(|event| event.deed)
            .collect()
    }

    /// A report's row.
    pub(crate) async fn report(&self, report: i64) -> ReportRow {
        let row = self.store.report(ReportId::new(report)).await.unwrap();
        row.unwrap()
    }

    /// A report's state.
    pub(crate) async fn state(&self, report: i64) -> ReportState {
        self.report(report).await.state
    }

    /// The case that a report stands in.
    pub(crate) async fn case_of(&self, report: i64) -> CaseId {
        let case = self.report(report).await.case.unwrap();
        self.store.case(case).await.unwrap().unwrap().id
    }

    /// The bytes that a report was submitted with.
    pub(crate) async fn submission(&self, report: i64) -> String {
        let id = ReportId::new(report);
        let key = self.record_key(id).await;
        let row = self.store.submission(id).await.unwrap().unwrap();
        let context = format!("submission|{report}");
        let bytes = vault::seal::open(&key, context.as_bytes(), &row.body.0).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// What was measured and said of a file, as JSON.
    pub(crate) async fn facts(&self, file: &str) -> serde_json::Value {
        let id: FileId = file.parse().unwrap();
        let row = self.store.file(id).await.unwrap().unwrap();
        let key = self.record_key(row.report).await;
        let context = format!("file-facts|{file}");
        let json = vault::seal::open(&key, context.as_bytes(), &row.facts.0).unwrap();
        serde_json::from_slice(&json).unwrap()
    }

    /// The bytes of a file, opened from its blob.
    pub(crate) async fn file(&self, file: &str) -> Vec<u8> {
        let id: FileId = file.parse().unwrap();
        let row = self.store.file(id).await.unwrap().unwrap();
        let record = self.record_key(row.report).await;
        let wrapped = row.key.unwrap();
        let context = format!("file-key|{file}");
        let key = record.unwrap(&wrapped.0, context.as_bytes()).unwrap();
        let blobs = vault::Blobs::local(&self.blobs).unwrap();
        let context = format!("file|{file}");
        let blob = vault::BlobId::new(row.blob.0);
        let mut reading = blobs.open(blob, &key, context.as_bytes());
        let mut bytes = Vec::new();
        while let Some(piece) = reading.next().await.unwrap() {
            bytes.extend_from_slice(&piece);
        }
        bytes
    }

    /// How many files the blob directory holds, of whatever kind.
    pub(crate) fn blobs(&self) -> usize {
        files_under(&self.blobs)
    }

    async fn record_key(&self, report: ReportId) -> DataKey {
        let row = self.store.report(report).await.unwrap().unwrap();
        let wrapped = row.data_key.unwrap();
        let context = format!("record-key|{report}");
        match row.key_case {
            None => self.keys.unwrap(&wrapped.0, context.as_bytes()).unwrap(),
            Some(case) => {
                let found = self.store.cases(&[case]).await.unwrap();
                let key = self.case_key(&found[0]);
                key.unwrap(&wrapped.0, context.as_bytes()).unwrap()
            }
        }
    }

    fn case_key(&self, row: &CaseRow) -> DataKey {
        let context = format!("case-key|{}", row.id);
        let wrapped = row.key.as_ref().unwrap();
        self.keys.unwrap(&wrapped.0, context.as_bytes()).unwrap()
    }
}

fn files_under(dir: &Path) -> usize {
    let entries = std::fs::read_dir(dir).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { files_under(&path) } else { 1 })
        .sum()
}
