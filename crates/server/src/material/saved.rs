//! The index of lists beside the database, sealed: read at the first question, so that ten million
//! entries need not be opened one by one.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};

use fingerprint::index::Index;
use model::EntryId;
use store::Blind;
use vault::seal::{Opener, Sealer};

use crate::intake::IntakeFault;
use crate::station::Core;

/// What the file is sealed for.
const CONTEXT: &[u8] = b"material-index";
/// Bytes that are sealed or opened at a time.
const PIECE_BYTES: usize = 1 << 20;

/// How far an index has followed the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Reached {
    /// The last change.
    pub(super) rev: i64,
    /// The newest entry and what it says, blinded: tells whether a database has the same history.
    pub(super) newest: Option<(EntryId, Blind)>,
}

/// Writes the index down.
pub(super) fn save(core: &Core, index: &Index, reached: Reached) -> io::Result<()> {
    let Some((entry, content)) = reached.newest else {
        return Ok(());
    };
    let path = core.config.material_index_file();
    let unfinished = path.with_extension("index.new");
    let file = BufWriter::with_capacity(PIECE_BYTES, File::create(&unfinished)?);
    let mut sealing = Sealing::new(core, file)?;
    sealing.write_all(&entry.number().to_le_bytes())?;
    sealing.write_all(&content.0)?;
    index.write_snapshot(reached.rev.unsigned_abs(), &mut sealing)?;
    let file = sealing.finish()?;
    file.into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()?;
    fs::rename(unfinished, path)
}

/// Reads the index, if there is one that this database goes on from; otherwise nothing: it is made
/// from the rows.
pub(super) async fn load(core: &Core) -> Result<Option<(Index, Reached)>, IntakeFault> {
    let file = match File::open(core.config.material_index_file()) {
        Ok(file) => file,
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(%error, "the index of lists cannot be read; it is made anew");
            }
            return Ok(None);
        }
    };
    let (index, reached) = match read(core, file) {
        Ok(read) => read,
        Err(error) => {
            tracing::warn!(%error, "the index of known material is damaged; it is made anew");
            return Ok(None);
        }
    };
    let Some((entry, content)) = reached.newest else {
        return Ok(None);
    };
    let row = core.store.entries(&[entry]).await?.into_iter().next();
    let same = row.is_some_and(|row| row.content == content);
    let last = core.store.last_rev().await?;
    Ok((same && reached.rev <= last).then_some((index, reached)))
}

fn read(core: &Core, file: File) -> io::Result<(Index, Reached)> {
    let mut opening = Opening::new(core, BufReader::with_capacity(PIECE_BYTES, file));
    let mut number = [0; 8];
    let mut content = [0; 32];
    opening.read_exact(&mut number)?;
    opening.read_exact(&mut content)?;
    let (index, mark) = Index::read_snapshot(&mut opening).map_err(io::Error::other)?;
    let entry = EntryId::new(i64::from_le_bytes(number));
    let reached = Reached {
        rev: i64::try_from(mark).map_err(io::Error::other)?,
        newest: Some((entry, Blind(content))),
    };
    Ok((index, reached))
}

/// Seals what is written.
struct Sealing<W> {
    to: W,
    sealer: Sealer,
    sealed: Vec<u8>,
}

impl<W: Write> Sealing<W> {
    fn new(core: &Core, to: W) -> io::Result<Self> {
        let mut head = Vec::new();
        let entropy = core.entropy.as_ref();
        let sealer = Sealer::new(core.keys.register_key(), CONTEXT, entropy, &mut head);
        Ok(Self {
            to,
            sealer: sealer.map_err(io::Error::other)?,
            sealed: head,
        })
    }

    fn finish(mut self) -> io::Result<W> {
        self.sealer
            .finish(&mut self.sealed)
            .map_err(io::Error::other)?;
        self.to.write_all(&self.sealed)?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = bytes.get(..PIECE_BYTES).unwrap_or(bytes);
        self.sealer
            .update(piece, &mut self.sealed)
            .map_err(io::Error::other)?;
        if self.sealed.len() >= PIECE_BYTES {
            self.to.write_all(&self.sealed)?;
            self.sealed.clear();
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Opens what is read. The index's own checksum tells whether its end is there.
struct Opening<R> {
    from: R,
    opener: Option<Opener>,
    plain: Vec<u8>,
    taken: usize,
    piece: Vec<u8>,
}

impl<R: Read> Opening<R> {
    fn new(core: &Core, from: R) -> Self {
        Self {
            from,
            opener: Some(Opener::new(core.keys.register_key(), CONTEXT)),
            plain: Vec::new(),
            taken: 0,
            piece: vec![0; PIECE_BYTES],
        }
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.plain.len() {
            self.plain.clear();
            self.taken = 0;
            let Some(opener) = &mut self.opener else {
                return Ok(0);
            };
            let count = self.from.read(&mut self.piece)?;
            if count > 0 {
                let piece = self.piece.get(..count).unwrap_or_default();
                opener
                    .update(piece, &mut self.plain)
                    .map_err(io::Error::other)?;
            } else if let Some(opener) = self.opener.take() {
                opener.finish(&mut self.plain).map_err(io::Error::other)?;
            }
        }
        let ready = self.plain.get(self.taken..).unwrap_or_default();
        let count = ready.len().min(into.len());
        if let (Some(into), Some(ready)) = (into.get_mut(..count), ready.get(..count)) {
            into.copy_from_slice(ready);
        }
        self.taken += count;
        Ok(count)
    }
}
