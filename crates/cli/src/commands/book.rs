//! A book of payments as it is read: file after file, each record taken or rejected.

mod parquet;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use model::{Entropy as _, Payment, Timestamp};
use serde::Serialize;
use wire::money::{
    ControlTotal, DETECT_BYTES, Format, Mapping, Reader, Reconciled, Settings, Step, detect,
};

use crate::failure::Failure;
use crate::output;

/// Rejected records that are named one by one; all are counted.
const REJECTED_SHOWN_MAX: u64 = 100;
/// The longest mapping that is read, in bytes.
const MAPPING_BYTES_MAX: u64 = 64 << 10;

/// What was read of one file.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FileRead {
    pub(super) file: String,
    /// SHA-256 of the whole file.
    pub(super) sha256: String,
    pub(super) records: u64,
    pub(super) taken: u64,
    pub(super) rejected: u64,
    /// The sum of what was taken, by currency, in minor units.
    pub(super) sums_minor: Vec<(String, String)>,
    /// Whether this is what the file says of itself.
    pub(super) reconciled: &'static str,
    /// Why the file could not be read to its end; what came before counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) broken: Option<String>,
}

/// The files of a book.
pub(super) struct Source {
    files: Vec<PathBuf>,
    mapping: Option<Mapping>,
    settings: Settings,
}

impl Source {
    pub(super) fn new(
        files: &[PathBuf],
        mapping: Option<&Path>,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let mapping = match mapping {
            None => None,
            Some(path) => {
                let text = text_of(path, MAPPING_BYTES_MAX)?;
                let name = path.display().to_string();
                Some(Mapping::parse(&text, &name).map_err(Failure::Mapping)?)
            }
        };
        let mut salt = [0; 8];
        vault::SystemEntropy.fill(&mut salt);
        Ok(Self {
            files: files.to_vec(),
            mapping,
            settings: Settings::new(now, u64::from_le_bytes(salt)),
        })
    }

    /// Gives every payment of the book to `each`, with its file and its number in the book, and
    /// says what was read. The same files give the same numbers again.
    pub(super) fn read(
        &self,
        tell: bool,
        mut each: impl FnMut(&Path, u32, Payment) -> Result<(), Failure>,
    ) -> Result<Vec<FileRead>, Failure> {
        let mut read = Vec::with_capacity(self.files.len());
        let mut row = 0_u32;
        for path in &self.files {
            let mut take = |payment: Payment| {
                let number = row;
                row = row.checked_add(1).ok_or(Failure::BookTooLarge)?;
                each(path, number, payment)
            };
            read.push(self.read_file(path, tell, &mut take)?);
        }
        Ok(read)
    }

    fn read_file(
        &self,
        path: &Path,
        tell: bool,
        take: &mut impl FnMut(Payment) -> Result<(), Failure>,
    ) -> Result<FileRead, Failure> {
        let unreadable = |source| Failure::Read {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(unreadable)?;
        let digester = vault::Digester::new();
        let mut source = BufReader::with_capacity(1 << 20, Digested { file, digester });
        let head = source.fill_buf().map_err(unreadable)?;
        let head = head.get(..DETECT_BYTES).unwrap_or(head);
        if parquet::is_parquet(path, head) {
            drop(source);
            let mapping = self.mapping.as_ref();
            let total = parquet::read(path, mapping, &self.settings, tell, take)?;
            // The second reading of a book needs no digest.
            let sha256 = if tell {
                parquet::sha256_of(path)?
            } else {
                String::new()
            };
            return Ok(FileRead::of(path, sha256, &total, None));
        }
        let format = match (&self.mapping, detect(head)) {
            (Some(mapping), Some(Format::Csv(_)) | None) => Format::Csv(Box::new(mapping.clone())),
            (_, Some(format)) => format,
            (None, None) => {
                return Err(Failure::FormatUnknown {
                    path: path.to_owned(),
                });
            }
        };
        let mut broken = None;
        let mut reader = Reader::new(format, &mut source, self.settings.clone());
        let mut told = 0;
        for step in reader.by_ref() {
            match step {
                Ok(Step::Payment(_, payment)) => take(*payment)?,
                Ok(Step::Rejected(rejected)) => {
                    told += 1;
                    if tell && told <= REJECTED_SHOWN_MAX {
                        output::say(&format!("{}: {rejected}", path.display()))?;
                    }
                }
                Err(fault) => broken = Some(fault.to_string()),
            }
        }
        let total = reader.total().clone();
        drop(reader);
        let sha256 = finish(source).map_err(unreadable)?;
        if let (Some(broken), true) = (&broken, tell) {
            output::say(&format!("{}: {broken}", path.display()))?;
        }
        Ok(FileRead::of(path, sha256, &total, broken))
    }
}

impl FileRead {
    fn of(path: &Path, sha256: String, total: &ControlTotal, broken: Option<String>) -> Self {
        let sums = total.sums_minor.iter();
        Self {
            file: path.display().to_string(),
            sha256,
            records: total.records,
            taken: total.taken,
            rejected: total.rejected,
            sums_minor: sums
                .map(|(currency, sum)| (currency.code().to_owned(), sum.to_string()))
                .collect(),
            reconciled: match total.reconciled() {
                Reconciled::NothingDeclared => "nothing declared",
                Reconciled::Holds => "holds",
                Reconciled::CountDiffers => "count differs",
                Reconciled::SumDiffers => "sum differs",
                Reconciled::SumUnknown => "sum unknown",
            },
            broken,
        }
    }
}

/// The text of a file of at most so many bytes.
pub(super) fn text_of(path: &Path, bytes_max: u64) -> Result<String, Failure> {
    let unreadable = |source| Failure::Read {
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(bytes_max + 1)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    if text.len() as u64 > bytes_max {
        return Err(Failure::TooLarge {
            name: path.display().to_string(),
            bytes_max,
        });
    }
    Ok(text)
}

/// A file whose bytes are digested as they are read.
struct Digested {
    file: File,
    digester: vault::Digester,
}

impl Read for Digested {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(into)?;
        self.digester.update(into.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// Digests what the reader left of the file too.
fn finish(mut source: BufReader<Digested>) -> io::Result<String> {
    io::copy(&mut source, &mut io::sink())?;
    Ok(model::hex(&source.into_inner().digester.finish().sha256))
}
