//! Runs the guide: each command of docs/guide.md, in order, with the program that was just built.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::failure::Failure;
use crate::house::{House, demand, spelled, started};
use crate::postgres::Cluster;

/// The document whose commands have to work.
const GUIDE: &str = "docs/guide.md";

/// What the guide says for a real machine, and what stands in its place here.
const STAND_INS: [(&str, &str); 4] = [
    ("/var/lib/watchfire", "data"),
    ("/srv/watchfire", "larger"),
    ("/etc/watchfire/keys", "keys"),
    ("127.0.0.1:8420", "127.0.0.1:0"),
];

/// The database address of the guide; here it is a private cluster's.
const DATABASE: &str = "postgres://watchfire:PASSWORD@127.0.0.1:5432/watchfire";

/// How long a server that has said its address may take for its first answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Something that a reader of the guide does.
#[derive(Debug, PartialEq, Eq)]
enum Act {
    /// A line behind `$ ` in a `console` block.
    Run(String),
    /// A block whose first line is `# NAME`: a file of that name.
    Write(String, String),
}

/// Follows the guide in an empty folder.
pub(crate) fn run(house: &House) -> Result<(), Failure> {
    let path = house.root.join(GUIDE);
    let text = std::fs::read_to_string(&path).map_err(|source| Failure::File {
        doing: "read",
        path,
        source,
    })?;
    let cluster = Cluster::start()?;
    let folder = Folder::create(house)?;
    copy_examples(house, "ispws", "report-", &folder.0.join("reports"))?;
    copy_examples(house, "lists", "", &folder.0.join("lists"))?;
    copy_examples(house, "money", "", &folder.0.join("money"))?;
    copy_examples(house, "suspicion", "", &folder.0.join("suspicion"))?;
    // A reader has copied the policy that the guide speaks of.
    let policy = house.root.join("policy/triage.toml");
    std::fs::copy(&policy, folder.0.join("triage.toml"))
        .map_err(|source| failed("read", &policy, source))?;
    for act in acts(&text.replace(DATABASE, &cluster.url)) {
        match act {
            Act::Run(command) => {
                println!("$ {command}");
                perform(house, &folder.0, &command)?;
            }
            Act::Write(name, text) => write(&folder.0.join(name), &text)?,
        }
    }
    Ok(())
}

/// What a reader does, in order, with our stand-ins for the places of a real machine.
fn acts(guide: &str) -> Vec<Act> {
    let guide = STAND_INS
        .iter()
        .fold(guide.to_owned(), |text, (theirs, ours)| {
            text.replace(theirs, ours)
        });
    let mut acts = Vec::new();
    for block in guide.split("\n```").skip(1).step_by(2) {
        let (kind, body) = block.split_once('\n').unwrap_or((block, ""));
        if kind == "console" {
            let commands = body.lines().filter_map(|line| line.strip_prefix("$ "));
            acts.extend(commands.map(|command| Act::Run(command.to_owned())));
        } else if let Some((name, text)) = body
            .strip_prefix("# ")
            .and_then(|named| named.split_once('\n'))
        {
            acts.push(Act::Write(name.to_owned(), format!("{text}\n")));
        }
    }
    acts
}

fn perform(house: &House, folder: &Path, command: &str) -> Result<(), Failure> {
    let mut words = command.split(' ');
    let mut ours = if words.next() == Some("watchfire") {
        Command::new(house.watchfire())
    } else {
        let what = format!("{GUIDE} has a command that is not watchfire's: {command}");
        return Err(Failure::Broken(what));
    };
    ours.args(words).current_dir(folder).stdin(Stdio::null());
    if command.starts_with("watchfire serve") {
        if !command.contains("--config") {
            ours.args(["--listen", "127.0.0.1:0"]);
        }
        serve_and_stop(&mut ours)
    } else {
        demand(&mut ours)
    }
}

/// Waits for a server's first word and its first answer, and then ends it as an operator does.
fn serve_and_stop(command: &mut Command) -> Result<(), Failure> {
    let spawned = command.stdout(Stdio::piped()).spawn();
    let mut server = spawned.map_err(|source| started(command, source))?;
    let mut word = String::new();
    if let Some(stdout) = server.stdout.take() {
        let read = BufReader::new(stdout).read_line(&mut word);
        read.map_err(|source| started(command, source))?;
    }
    let answer = answer_at(word.trim_end());
    demand(Command::new("kill").arg(server.id().to_string()))?;
    let status = server.wait().map_err(|source| started(command, source))?;
    if !status.success() {
        return Err(Failure::Ended {
            program: spelled(command),
            status,
        });
    }
    answer.map_err(|error| {
        Failure::Broken(format!(
            "`{}` said its address and did not answer: {error}",
            spelled(command)
        ))
    })
}

/// Asks at the address of `url` and waits for an answer, whatever it is.
fn answer_at(url: &str) -> std::io::Result<()> {
    let address = url.split('/').nth(2).unwrap_or_default();
    let mut connection = TcpStream::connect(address)?;
    connection.set_read_timeout(Some(ANSWER_WITHIN))?;
    connection.write_all(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    connection.read_exact(&mut [0])
}

/// Copies the examples of a kind whose names begin with `start`.
fn copy_examples(house: &House, kind: &str, start: &str, to: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(to).map_err(|source| failed("create", to, source))?;
    let from = house.root.join("examples").join(kind);
    let entries = std::fs::read_dir(&from).map_err(|source| failed("read", &from, source))?;
    for file in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
        let name = file.file_name().unwrap_or_default();
        if name.to_string_lossy().starts_with(start) {
            std::fs::copy(&file, to.join(name)).map_err(|source| failed("read", &file, source))?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|source| failed("write", path, source))
}

fn failed(doing: &'static str, path: &Path, source: std::io::Error) -> Failure {
    Failure::File {
        doing,
        path: path.to_path_buf(),
        source,
    }
}

/// An empty folder for one run, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn create(house: &House) -> Result<Self, Failure> {
        let path = house.scratch("guide");
        if path.exists() {
            std::fs::remove_dir_all(&path).map_err(|source| failed("remove", &path, source))?;
        }
        std::fs::create_dir_all(&path).map_err(|source| failed("create", &path, source))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("xtask: cannot remove {}: {error}", self.0.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_files_are_read_in_their_order() {
        let guide = "Words.\n\n```console\n$ watchfire queue --data /var/lib/watchfire\n1 case\n\
                     ```\n\n```toml\n# a.toml\nb = 1\n```\n\n```text\nno act\n```\n";
        let expected = [
            Act::Run("watchfire queue --data data".to_owned()),
            Act::Write("a.toml".to_owned(), "b = 1\n".to_owned()),
        ];
        assert_eq!(acts(guide), expected);
    }
}
