//! What the program says: data to stdout, words to stderr, one JSON object a line where asked.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::failure::Failure;

/// Writes one line of data.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    writeln!(io::stdout().lock(), "{text}").map_err(Failure::Output)
}

/// Writes one JSON object on a line of its own.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let mut text =
        serde_json::to_string(value).map_err(|error| Failure::Output(io::Error::other(error)))?;
    text.push('\n');
    io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .map_err(Failure::Output)
}

/// Writes words for a person.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    writeln!(io::stderr().lock(), "{text}").map_err(Failure::Output)
}

/// Says why a command failed, with every cause underneath.
pub(crate) fn complain(failure: &Failure) {
    if matches!(failure, Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe) {
        return;
    }
    let mut text = format!("watchfire: {failure}");
    let mut source = std::error::Error::source(failure);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}\n  because: {cause_text}");
        }
        source = cause.source();
    }
    // Nothing is left to tell when stderr is gone; the exit code still speaks.
    writeln!(io::stderr().lock(), "{text}").unwrap_or_default();
}
