//! A file that stands under its name only when it is whole, and never in place of another unless
//! that was asked for.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::failure::Failure;

/// A file as it is written, beside the place where it will stand, readable by its owner alone.
pub(crate) struct WholeFile {
    path: PathBuf,
    replace: bool,
    out: BufWriter<NamedTempFile>,
}

impl WholeFile {
    /// Begins a file. Unless `replace` is said, nothing may stand at its place.
    pub(crate) fn begin(path: &Path, replace: bool) -> Result<Self, Failure> {
        expect_free(path, replace)?;
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let file = tempfile::Builder::new()
            .prefix(".watchfire-")
            .suffix(".part")
            .tempfile_in(folder.unwrap_or(Path::new(".")));
        Ok(Self {
            path: path.to_owned(),
            replace,
            out: BufWriter::new(file.map_err(|source| unwritten(path, source))?),
        })
    }

    /// Writes text.
    pub(crate) fn put(&mut self, text: &str) -> Result<(), Failure> {
        let written = self.out.write_all(text.as_bytes());
        written.map_err(|source| unwritten(&self.path, source))
    }

    /// Waits until it is on the disk, and gives it its name.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let Self { path, replace, out } = self;
        let disk = |source| unwritten(&path, source);
        let file = out.into_inner();
        let file = file.map_err(|error| disk(error.into_error()))?;
        file.as_file().sync_all().map_err(disk)?;
        let named = if replace {
            file.persist(&path)
        } else {
            file.persist_noclobber(&path)
        };
        named.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => Failure::Exists { path: path.clone() },
            _ => disk(error.error),
        })?;
        Ok(())
    }
}

/// Refuses a place where something stands; one that may be replaced is no directory.
pub(crate) fn expect_free(path: &Path, replace: bool) -> Result<(), Failure> {
    match path.symlink_metadata() {
        Ok(there) if replace && there.is_dir() => {
            Err(unwritten(path, io::ErrorKind::IsADirectory.into()))
        }
        Ok(_) if !replace => Err(Failure::Exists {
            path: path.to_owned(),
        }),
        _ => Ok(()),
    }
}

fn unwritten(path: &Path, source: io::Error) -> Failure {
    Failure::Write {
        path: path.to_owned(),
        source,
    }
}
