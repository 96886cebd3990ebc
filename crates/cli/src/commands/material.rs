//! `watchfire hash` and `watchfire match`: what a file hashes to, and whether the lists know it.

use std::io::BufRead as _;
use std::path::Path;

use model::MaterialHash;
use serde::Serialize;
use server::{Actor, Comparison, FrameLook, Hashed, Hashing};

use super::{open, with_cage};
use crate::Verdict;
use crate::args::{Asked, Hash, Match, hash as parse};
use crate::failure::Failure;
use crate::output;

#[derive(Serialize)]
struct HashLine<'a> {
    file: String,
    #[serde(flatten)]
    hashed: &'a Hashed,
    /// What it is, by its content.
    #[serde(rename = "type", skip_serializing_if = "str::is_empty")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_looked: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frames: Option<&'a [FrameLook]>,
}

#[derive(Serialize)]
struct Unread {
    file: String,
    refused: &'static str,
    message: String,
}

#[derive(Serialize)]
struct MatchLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<&'a str>,
    #[serde(flatten)]
    answer: &'a Comparison,
}

pub(super) async fn hash(args: Hash) -> Result<Verdict, Failure> {
    let hashing = Hashing::new(&with_cage(server::Config::embedded("."))?);
    let mut verdict = Verdict::Done;
    for path in &args.files {
        match hashing.file(path).await {
            Ok(hashed) => print_hashed(path, &hashed, &args)?,
            Err(error) => {
                unread(path, &error, args.json)?;
                verdict = Verdict::SomeRefused;
            }
        }
    }
    Ok(verdict)
}

fn print_hashed(path: &Path, hashed: &Hashed, args: &Hash) -> Result<(), Failure> {
    let look = &hashed.look;
    if args.json {
        return output::json(&HashLine {
            file: path.display().to_string(),
            hashed,
            kind: &look.kind,
            not_looked: look.not_looked.as_deref(),
            frames: args.all.then_some(look.frames.as_slice()),
        });
    }
    output::line(&path.display().to_string())?;
    let exact = [
        ("md5", &hashed.md5),
        ("sha1", &hashed.sha1),
        ("sha256", &hashed.sha256),
    ];
    for (kind, value) in exact {
        output::line(&format!("  {kind:<7} {value}"))?;
    }
    let frames = if args.all { look.frames.len() } else { 1 };
    for frame in look.frames.iter().take(frames) {
        let at = if look.frames.len() > 1 {
            format!("  at {} ms", frame.at_millis)
        } else {
            String::new()
        };
        output::line(&format!(
            "  pdq     {}  quality {}{at}",
            frame.pdq, frame.quality
        ))?;
        if args.all {
            for other in &frame.others {
                output::line(&format!(
                    "          {}  quality {}  {}",
                    other.pdq, other.quality, other.seen
                ))?;
            }
        }
    }
    if let Some(why) = &look.not_looked {
        output::line(&format!("  not looked into: {why}"))?;
    }
    Ok(())
}

fn unread(path: &Path, error: &std::io::Error, json: bool) -> Result<(), Failure> {
    let message = format!("cannot be read: {error}");
    if json {
        return output::json(&Unread {
            file: path.display().to_string(),
            refused: "file.unreadable",
            message,
        });
    }
    output::say(&format!("{}: {message}", path.display()))
}

pub(super) async fn compare(args: Match) -> Result<Verdict, Failure> {
    let asked_about = match asked(&args.hash)? {
        Ok(asked_about) => asked_about,
        Err(refusal) => {
            output::say(&refusal)?;
            return Ok(Verdict::SomeRefused);
        }
    };
    let station = open(&args.place).await?;
    let mut known = false;
    let mut refused = false;
    for path in &args.files {
        match station.match_file(Actor::Operator, path).await? {
            Ok((hashed, answer)) => {
                known |= !answer.matches.is_empty();
                let name = path.display().to_string();
                print_answer(Some(name), None, &answer, args.json)?;
                if let (Some(why), false) = (&hashed.look.not_looked, args.json) {
                    output::line(&format!("  compared by its exact hashes alone: {why}"))?;
                }
            }
            Err(error) => {
                unread(path, &error, args.json)?;
                refused = true;
            }
        }
    }
    if !asked_about.is_empty() {
        let answers = station.match_hashes(Actor::Operator, &asked_about).await?;
        for (hash, answer) in asked_about.iter().zip(&answers) {
            known |= !answer.matches.is_empty();
            print_answer(None, Some(hash), answer, args.json)?;
        }
    }
    station.close().await?;
    Ok(match (refused, known) {
        (true, _) => Verdict::SomeRefused,
        (false, true) => Verdict::Done,
        (false, false) => Verdict::No,
    })
}

/// The hashes that are asked about; a line of the input that is none is named by its number alone,
/// since what stands there may be secret.
fn asked(asked: &[Asked]) -> Result<Result<Vec<MaterialHash>, String>, Failure> {
    let mut hashes = Vec::new();
    for one in asked {
        match one {
            Asked::Hash(hash) => hashes.push(hash.clone()),
            Asked::Input => {
                for (number, line) in (1..).zip(std::io::stdin().lock().lines()) {
                    let line = line.map_err(|source| Failure::Read {
                        path: "-".into(),
                        source,
                    })?;
                    if line.trim().is_empty() {
                        continue;
                    }
                    match parse(line.trim()) {
                        Ok(hash) => hashes.push(hash),
                        Err(why) => return Ok(Err(format!("line {number}: {why}"))),
                    }
                }
            }
        }
    }
    Ok(Ok(hashes))
}

fn print_answer(
    file: Option<String>,
    hash: Option<&MaterialHash>,
    answer: &Comparison,
    json: bool,
) -> Result<(), Failure> {
    if json {
        let kind = hash.map(MaterialHash::kind);
        return output::json(&MatchLine {
            file,
            hash: kind,
            answer,
        });
    }
    let what = file.unwrap_or_else(|| hash.map_or(String::new(), |it| it.kind().to_owned()));
    let count = match answer.matches.len() {
        0 => format!("in none of {} lists", answer.lists),
        1 => "1 match".to_owned(),
        many => format!("{many} matches"),
    };
    output::line(&format!("{what}: {count}"))?;
    for found in &answer.matches {
        output::line(&format!("  {}", sentence(found)))?;
    }
    Ok(())
}

/// A match in one line.
pub(super) fn sentence(found: &server::Found) -> String {
    let near = match found.distance {
        0 => "equal".to_owned(),
        bits => format!("{bits} bits away"),
    };
    let label = match (&found.label, &found.scheme) {
        (Some(label), Some(scheme)) => format!(", {label} ({scheme})"),
        (Some(label), None) => format!(", {label}"),
        _ => String::new(),
    };
    let at = found
        .at_millis
        .map_or(String::new(), |at| format!(", at {at} ms"));
    format!(
        "list {} ({}), entry {}{label}: {} {near}, {}{at}",
        found.list,
        found.purpose.name(),
        found.id,
        found.algorithm,
        found.seen
    )
}
