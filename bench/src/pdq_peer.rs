//! The Python package `pdqhash`, C++ inside, hashing the same pixels in a process of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use fingerprint::pdq::Layout;

use crate::failure::Failure;
use crate::pictures::Picture;
use crate::place::Place;
use crate::venv;

/// The script that runs the peer.
const SCRIPT: &str = include_str!("../peers/pdq.py");
/// What it needs from the package index.
const PACKAGES: [&str; 2] = ["pdqhash==0.2.8", "numpy"];
/// Fields of a line of its answers.
const FIELDS: usize = 14;

/// The running peer.
pub(crate) struct Peer {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What it makes of a picture.
#[derive(Debug)]
pub(crate) struct PeerAnswer {
    /// CPU time of the plain hash at full size.
    pub(crate) cpu_millis: f64,
    /// Hash and quality at full size.
    pub(crate) full: (String, u8),
    /// Hash and quality as the C++ tool has them.
    pub(crate) resized: (String, u8),
    /// The dihedral call's quality, and its eight hashes.
    pub(crate) turned: (Vec<String>, u8),
}

impl Peer {
    pub(crate) fn start(place: &Place) -> Result<Self, Failure> {
        let mut process = venv::python(place.dir(), "pdq.py", SCRIPT, &PACKAGES)?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(unable("python"))?;
        let pipes = process.stdin.take().zip(process.stdout.take());
        let (input, output) = pipes.ok_or(Failure::Generator)?;
        Ok(Self {
            process,
            input,
            output: BufReader::new(output),
        })
    }

    pub(crate) fn hash(&mut self, picture: &Picture) -> Result<PeerAnswer, Failure> {
        let channels = match picture.layout {
            Layout::Grey => 1,
            Layout::Rgb => 3_u32,
        };
        let header = [picture.width, picture.height, channels].map(u32::to_le_bytes);
        let mut line = String::new();
        self.input
            .write_all(header.as_flattened())
            .and_then(|()| self.input.write_all(&picture.bytes))
            .and_then(|()| self.input.flush())
            .and_then(|()| self.output.read_line(&mut line))
            .map_err(unable("pdq.py"))?;
        read(&line).ok_or(Failure::Unexpected { what: "pdq.py" })
    }

    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        drop(self.input);
        let status = self.process.wait().map_err(unable("pdq.py"))?;
        ended("pdq.py", status)
    }
}

fn read(line: &str) -> Option<PeerAnswer> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    if fields.len() != FIELDS {
        return None;
    }
    let pair = |at: usize| Some((fields[at].to_owned(), fields[at + 1].parse().ok()?));
    Some(PeerAnswer {
        cpu_millis: fields[0].parse().ok()?,
        full: pair(1)?,
        resized: pair(3)?,
        turned: (
            fields[6..].iter().map(|hash| (*hash).to_owned()).collect(),
            fields[5].parse().ok()?,
        ),
    })
}

fn ended(program: &str, status: std::process::ExitStatus) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::Ended {
        what: program.to_owned(),
        status: status.to_string(),
    })
}

fn unable(program: &str) -> impl FnOnce(std::io::Error) -> Failure {
    let program = program.to_owned();
    move |source| Failure::Run { program, source }
}
