//! Receives a file: hashed and sealed in the pass that stores it, then made part of its report.

use futures_util::TryStreamExt as _;
use model::{Digests, FileId, MaterialHash, ReportId, ReportState, limits};
use store::{Blind, FileRow, ReportRow, Sealed};
use tokio_util::io::StreamReader;
use vault::{DataKey, Reception};

use super::operation::{Actor, NewFile, Operation};
use super::prepare::{MeasuredFile, content_blind};
use super::{IntakeError, IntakeFault, IntakeRefusal};
use crate::material::{Look, exact_blinds};
use crate::sealed_names as names;
use crate::station::Station;

/// What an upload wrote and nobody touched for this long belongs to a process that is gone.
const LEFTOVER_MILLIS: i64 = 24 * 3600 * 1000;

/// An open report that belongs to the one who asks, with its key.
pub struct OpenReport {
    row: ReportRow,
    key: DataKey,
}

impl OpenReport {
    /// The report's number.
    pub fn id(&self) -> ReportId {
        self.row.id
    }

    pub(crate) fn revision(&self) -> i64 {
        self.row.rev
    }

    pub(crate) fn key(&self) -> &DataKey {
        &self.key
    }

    pub(crate) fn into_key(self) -> DataKey {
        self.key
    }

    pub(crate) fn seal(
        &self,
        context: &[u8],
        plain: &[u8],
        station: &Station,
    ) -> Result<Sealed, IntakeFault> {
        let entropy = station.core().entropy.as_ref();
        Ok(Sealed(vault::seal::seal(
            &self.key, context, plain, entropy,
        )?))
    }
}

/// A file on its way in. Dropping it before [`Upload::end`] leaves nothing behind.
pub struct Upload {
    file: FileId,
    key: DataKey,
    reception: Reception,
    size_bytes: u64,
}

/// A file that lies sealed in the blob store but belongs to no report yet.
pub struct Received {
    file: FileId,
    key: DataKey,
    blob: vault::Received,
}

impl Received {
    /// The digests of the bytes received.
    pub fn digests(&self) -> &Digests {
        &self.blob.digests
    }
}

impl Upload {
    /// Takes the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), IntakeError> {
        self.size_bytes += bytes.len() as u64;
        if self.size_bytes > limits::FILE_BYTES_MAX {
            return Err(IntakeRefusal::FileBody(format!(
                "the file is larger than {} bytes; send it in parts",
                limits::FILE_BYTES_MAX
            ))
            .into());
        }
        self.reception.write(bytes).await?;
        Ok(())
    }

    /// Ends the file: it is durable when this returns.
    pub async fn end(self) -> Result<Received, IntakeError> {
        let blob = self.reception.finish().await?;
        Ok(Received {
            file: self.file,
            key: self.key,
            blob,
        })
    }

    /// Gives the file up and removes what was written.
    pub async fn abort(self) -> Result<(), IntakeError> {
        Ok(self.reception.abort().await?)
    }
}

impl Station {
    /// An open report of `actor`, or the refusal that the protocol's state table says.
    pub async fn open_report(
        &self,
        actor: Actor,
        report: ReportId,
    ) -> Result<OpenReport, IntakeError> {
        let core = self.core();
        let row = core
            .store
            .report(report)
            .await?
            .ok_or(IntakeRefusal::NoSuchReport)?;
        if row.account != actor.account() {
            return Err(IntakeRefusal::NoSuchReport.into());
        }
        match row.state {
            ReportState::Open if row.is_due(self.now()) => {
                // The sweep has not come by yet; the committer closes it under the same clock.
                self.commit(Operation::Expire(report)).await?;
                return Err(IntakeRefusal::NoSuchReport.into());
            }
            ReportState::Open => {}
            ReportState::Finished | ReportState::Folded => {
                return Err(IntakeRefusal::Finished.into());
            }
            ReportState::Retracted => return Err(IntakeRefusal::Retracted.into()),
            ReportState::Expired => return Err(IntakeRefusal::NoSuchReport.into()),
        }
        let wrapped = row.data_key.as_ref().ok_or(IntakeFault::Unreadable {
            what: "a report's key",
        })?;
        let key = core.keys.unwrap(&wrapped.0, &names::record_key(report))?;
        Ok(OpenReport { row, key })
    }

    /// Begins to receive a file. It needs no report yet: senders may name it before or after the
    /// bytes.
    pub fn begin_upload(&self) -> Result<Upload, IntakeError> {
        let core = self.core();
        let entropy = core.entropy.as_ref();
        let mut token = [0; 16];
        entropy.fill(&mut token);
        let file = FileId::new(token);
        let key = DataKey::generate(entropy);
        let reception = core.blobs.begin(&key, &names::file_body(file), entropy)?;
        Ok(Upload {
            file,
            key,
            reception,
            size_bytes: 0,
        })
    }

    /// Makes a received file part of an open report.
    pub async fn add_file(
        &self,
        actor: Actor,
        open: OpenReport,
        received: Received,
        name: Option<String>,
        media_type: Option<String>,
    ) -> Result<(FileId, Digests), IntakeError> {
        let core = self.core();
        let Received {
            file,
            key,
            blob: received,
        } = received;
        let digests = received.digests;
        let measured = MeasuredFile {
            name,
            media_type,
            md5: model::hex(&digests.md5),
            sha1: model::hex(&digests.sha1),
            sha256: model::hex(&digests.sha256),
            size_bytes: received.size_bytes,
        };
        let reading = core
            .blobs
            .open(received.blob, &key, &names::file_body(file));
        let look = self.look_into(reading).await?;
        let look = serde_json::to_vec(&look).map_err(|_| IntakeFault::Unreadable {
            what: "a file's look",
        })?;
        let look = open.seal(&names::file_look(file), &look, self)?;
        let json = serde_json::to_vec(&measured).map_err(|_| IntakeFault::Unreadable {
            what: "a file's facts",
        })?;
        let facts = open.seal(&names::file_facts(file), &json, self)?;
        let wrapped = open
            .key
            .wrap(&key, &names::file_key(file), core.entropy.as_ref())?;
        let row = FileRow {
            id: file,
            report: open.id(),
            position: 0,
            blob: store::BlobId(received.blob.bytes()),
            content: content_blind(self, &digests),
            size_bytes: received.size_bytes,
            key: Some(Sealed(wrapped)),
            facts,
            created: self.now(),
        };
        let blob = received.blob;
        let new = NewFile {
            row,
            key: open.into_key(),
            sha256: digests.sha256,
            hashes: hashes_of(self, &digests),
            look: Some(look),
            actor,
        };
        match self.commit(Operation::AddFile(Box::new(new))).await {
            Ok(_) => Ok((file, digests)),
            Err(IntakeError::Refused(refusal)) => {
                // The report closed while the bytes came: no row points at them.
                core.blobs.delete(blob).await?;
                Err(refusal.into())
            }
            // The transaction may have been kept all the same; a stray blob is harmless, a lost one
            // is not.
            Err(fault) => Err(fault),
        }
    }

    /// What a sealed file looks like, and which earlier picture it is a near copy of.
    async fn look_into(&self, reading: vault::Reading) -> Result<Look, IntakeError> {
        let core = self.core();
        let source = StreamReader::new(reading.into_stream().map_err(std::io::Error::other));
        let mut look = core.material.looker.look(Box::pin(source)).await;
        if let Some(own) = look.first_hash() {
            core.material.held.follow(self).await?;
            look.lead_by(core.material.held.leader(&own));
        }
        Ok(look)
    }

    /// Removes what killed processes left of uploads, and says how many files it was.
    pub async fn sweep_blobs(&self) -> Result<usize, vault::EvidenceError> {
        let before = self.now().plus_millis(-LEFTOVER_MILLIS);
        self.core().blobs.sweep(before).await
    }

    /// Removes a received file that becomes part of no report.
    pub async fn discard(&self, received: Received) -> Result<(), IntakeError> {
        Ok(self.core().blobs.delete(received.blob.blob).await?)
    }
}

/// A file's exact hashes, as they are found when a list grows.
fn hashes_of(station: &Station, digests: &Digests) -> Vec<Blind> {
    let hashes = [
        MaterialHash::Md5(digests.md5),
        MaterialHash::Sha1(digests.sha1),
        MaterialHash::Sha256(digests.sha256),
    ];
    let blinds = exact_blinds(&station.core().keys, &hashes).into_iter();
    blinds.map(|(blind, _)| blind).collect()
}
