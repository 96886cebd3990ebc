//! Writing lists, entry by entry: what leaves parses back to the same entry, but for what the
//! format has no place for.

use std::fmt::Write as _;

use model::limits::LIST_TEXT_BYTES_MAX;
use model::{ListEntry, Material, MaterialHash, Timestamp};
use serde_json::{Map, Value, json};

use super::step::Unwritable;
use super::table::ICSE_SCHEME;

/// A version of Project VIC's data model that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VicsVersion {
    /// 1.3.
    V1_3,
    /// 2.0.
    V2_0,
}

impl VicsVersion {
    const fn number(self) -> &'static str {
        match self {
            Self::V1_3 => "1.3",
            Self::V2_0 => "2.0",
        }
    }
}

/// What a list is written as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Project VIC's hash set. Needs ids that are whole numbers and an MD5 in each entry; has no
    /// place for members and feedback.
    Vics {
        /// The version.
        version: VicsVersion,
        /// The national model that the categories belong to (`US`, `UK`, `Default`); 1.3 has none.
        model: Option<String>,
    },
    /// Interpol's ICSE export. Has a place for one MD5, one SHA-1 and one PhotoDNA hash, the id,
    /// the material and the baseline category.
    Icse,
    /// Plain CSV. Has a place for all but feedback.
    Csv,
    /// What `SubmitHashes` of StopNCII takes: one record for each hash, with what was made of it.
    StopNcii {
        /// The time of entries that have none.
        at: Timestamp,
    },
    /// What Tech Against Terrorism takes for verification: one record for each hash.
    Tat {
        /// How sure the sender is, 0 to 100.
        confidence_percent: u8,
    },
}

impl Target {
    /// The scale that the target's labels belong to; `None` if it has a place for every scale, or
    /// none for labels.
    pub fn scheme(&self) -> Option<String> {
        match self {
            Self::Vics { version, model } => {
                let version = version.number();
                Some(match model {
                    Some(model) => format!("projectvic-{version}/{model}"),
                    None => format!("projectvic-{version}"),
                })
            }
            Self::Icse => Some(ICSE_SCHEME.to_owned()),
            Self::Csv | Self::StopNcii { .. } | Self::Tat { .. } => None,
        }
    }
}

/// A list that is being written: [`Writer::begin`], an [`Writer::entry`] for each, and
/// [`Writer::end`], one after the other, are the list.
#[derive(Debug)]
pub struct Writer {
    target: Target,
    scheme: Option<String>,
    records: u64,
}

const CSV_HEADER: &str = "member,member_name,id,material,scheme,label,size_bytes,updated,\
                          md5,sha1,sha256,pdq,photodna,hashes\n";
const ICSE_HEADER: &str = "MD5;SHA1;PhotoDNA;Image ID;Is distributed;Victim identified;\
                           Offender identified;Series name;Number of submissions;File Available;\
                           Media Type;Baseline\n";

impl Writer {
    /// Starts a list.
    pub fn new(target: Target) -> Self {
        let scheme = target.scheme();
        Self {
            target,
            scheme,
            records: 0,
        }
    }

    /// What stands before the entries.
    pub fn begin(&self) -> String {
        match &self.target {
            Target::Vics { version, model } => {
                let (key, address) = vics_root(*version, model.as_deref());
                format!("{{{}:{},\"value\":[", json!(key), json!(address))
            }
            Target::Icse => ICSE_HEADER.to_owned(),
            Target::Csv => CSV_HEADER.to_owned(),
            Target::StopNcii { .. } => "{\"hashRecords\":[".to_owned(),
            Target::Tat { .. } => "[".to_owned(),
        }
    }

    /// An entry.
    ///
    /// # Errors
    ///
    /// An entry that the format cannot say. Others may be written after it.
    pub fn entry(&mut self, entry: &ListEntry) -> Result<String, Unwritable> {
        check_texts(entry)?;
        check_scheme(entry, self.scheme.as_deref())?;
        let records = match &self.target {
            Target::Vics { .. } => vec![vics(entry)?],
            Target::Icse => return icse(entry),
            Target::Csv => return csv(entry),
            Target::StopNcii { at } => stopncii(entry, *at)?,
            Target::Tat { confidence_percent } => tat(entry, *confidence_percent)?,
        };
        let mut out = String::new();
        for record in records {
            out.push_str(if self.records == 0 { "\n" } else { ",\n" });
            self.records += 1;
            write!(out, "{record}").unwrap_or_default();
        }
        Ok(out)
    }

    /// What stands after the entries.
    pub fn end(self) -> String {
        match self.target {
            Target::Vics { .. } => "\n]}\n".to_owned(),
            Target::StopNcii { .. } => format!("\n],\"count\":{}}}\n", self.records),
            Target::Tat { .. } => "\n]\n".to_owned(),
            Target::Icse | Target::Csv => String::new(),
        }
    }
}

fn vics_root(version: VicsVersion, model: Option<&str>) -> (&'static str, String) {
    match version {
        VicsVersion::V2_0 => {
            let model = model.map(|model| format!("{model}/")).unwrap_or_default();
            let base = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/";
            ("@odata.context", format!("{base}{model}$metadata#Media"))
        }
        VicsVersion::V1_3 => {
            let model = model.map(|model| format!("/{model}/")).unwrap_or_default();
            let base = "http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml";
            ("odata.metadata", format!("{base}{model}#Media"))
        }
    }
}

/// The entry's id as it is shown in a message.
pub(super) fn shown(entry: &ListEntry) -> String {
    entry.key.id.chars().take(64).collect()
}

/// Holds the texts against what readers take.
pub(super) fn check_texts(entry: &ListEntry) -> Result<(), Unwritable> {
    let texts = [&entry.member_name, &entry.scheme, &entry.label];
    let of_feedback = entry.feedback.iter().flat_map(|feedback| {
        let reason = feedback.reason.as_deref().unwrap_or_default();
        [feedback.member.as_str(), reason]
    });
    let all = texts.into_iter().flatten().map(String::as_str);
    let all = all.chain([entry.key.id.as_str(), entry.key.member.as_str()]);
    if all
        .chain(of_feedback)
        .any(|text| text.len() > LIST_TEXT_BYTES_MAX)
    {
        return Err(Unwritable::TextTooLong { id: shown(entry) });
    }
    Ok(())
}

/// Holds the label against the one scale that the target has.
pub(super) fn check_scheme(entry: &ListEntry, scheme: Option<&str>) -> Result<(), Unwritable> {
    if entry.label.is_some() && scheme.is_some() && entry.scheme.as_deref() != scheme {
        return Err(Unwritable::SchemeForeign { id: shown(entry) });
    }
    Ok(())
}

fn first<'a>(entry: &'a ListEntry, kind: &str) -> Option<&'a MaterialHash> {
    entry.hashes.iter().find(|hash| hash.kind() == kind)
}

fn vics(entry: &ListEntry) -> Result<Value, Unwritable> {
    let id = shown(entry);
    let number = |text: &str| {
        let number = text.parse::<i64>().ok();
        number.filter(|number| number.to_string() == text)
    };
    let Some(media_id) = number(&entry.key.id) else {
        return Err(Unwritable::IdForeign { id });
    };
    let Some(md5) = first(entry, "md5") else {
        return Err(Unwritable::HashNeeded { id, kind: "md5" });
    };
    let mut media = Map::new();
    media.insert("MediaID".to_owned(), json!(media_id));
    if let Some(label) = &entry.label {
        let Some(category) = number(label) else {
            return Err(Unwritable::SchemeForeign { id });
        };
        media.insert("Category".to_owned(), json!(category));
    }
    media.insert("MD5".to_owned(), json!(md5.value().to_uppercase()));
    let sha1 = first(entry, "sha1");
    let photo_dna = first(entry, "photodna");
    if let Some(sha1) = sha1 {
        media.insert("SHA1".to_owned(), json!(sha1.value().to_uppercase()));
    }
    if let Some(photo_dna) = photo_dna {
        media.insert("PhotoDNA".to_owned(), json!(photo_dna.value()));
    }
    if let Some(size) = entry.size_bytes {
        media.insert("MediaSize".to_owned(), json!(size));
    }
    if let Some(updated) = entry.updated {
        media.insert("DateUpdated".to_owned(), json!(updated.to_string()));
    }
    if let Some(kind) = media_type(entry.material) {
        media.insert("MimeType".to_owned(), json!(kind));
    }
    let named = [Some(md5), sha1, photo_dna];
    let others = entry
        .hashes
        .iter()
        .filter(|hash| !named.contains(&Some(*hash)));
    let others: Vec<_> = others
        .map(|hash| json!({"HashName": hash_name(hash), "HashValue": hash.value()}))
        .collect();
    if !others.is_empty() {
        media.insert("AlternativeHashes".to_owned(), Value::Array(others));
    }
    Ok(Value::Object(media))
}

/// A media type that says no more than is known.
const fn media_type(material: Material) -> Option<&'static str> {
    match material {
        Material::Picture => Some("image/x-unknown"),
        Material::Video => Some("video/x-unknown"),
        Material::Other => None,
    }
}

fn hash_name(hash: &MaterialHash) -> String {
    match hash {
        MaterialHash::Other { kind, .. } => kind.clone(),
        known => known.kind().to_ascii_uppercase(),
    }
}

fn icse(entry: &ListEntry) -> Result<String, Unwritable> {
    let hashes = ["md5", "sha1", "photodna"].map(|kind| first(entry, kind));
    if hashes.iter().all(Option::is_none) {
        return Err(Unwritable::HashForeign { id: shown(entry) });
    }
    let [md5, sha1, photo_dna] = hashes.map(|hash| hash.map(MaterialHash::value));
    let material = match entry.material {
        Material::Picture => "Image",
        Material::Video => "Video",
        Material::Other => "",
    };
    let nothing = String::new;
    let cells = [
        md5.unwrap_or_default(),
        sha1.unwrap_or_default(),
        photo_dna.unwrap_or_default(),
        entry.key.id.clone(),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        material.to_owned(),
        entry.label.clone().unwrap_or_default(),
    ];
    Ok(line(&cells, ';'))
}

fn csv(entry: &ListEntry) -> Result<String, Unwritable> {
    let columns = ["md5", "sha1", "sha256", "pdq", "photodna"];
    let named = columns.map(|kind| first(entry, kind));
    let mut others = Vec::new();
    for hash in entry
        .hashes
        .iter()
        .filter(|hash| !named.contains(&Some(*hash)))
    {
        let (kind, value) = (hash.kind(), hash.value());
        if kind.contains([':', ' ']) || value.contains(char::is_whitespace) {
            return Err(Unwritable::HashForeign { id: shown(entry) });
        }
        others.push(format!("{kind}:{value}"));
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut cells = vec![
        entry.key.member.clone(),
        text(&entry.member_name),
        entry.key.id.clone(),
        entry.material.name().to_owned(),
        text(&entry.scheme),
        text(&entry.label),
        entry
            .size_bytes
            .map(|size| size.to_string())
            .unwrap_or_default(),
        entry.updated.map(|at| at.to_string()).unwrap_or_default(),
    ];
    let named = named
        .iter()
        .map(|hash| hash.map(MaterialHash::value).unwrap_or_default());
    cells.extend(named);
    cells.push(others.join(" "));
    Ok(line(&cells, ','))
}

/// A line of a table. Control characters, line breaks among them, become spaces.
fn line(cells: &[String], delimiter: char) -> String {
    let mut out = String::new();
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(delimiter);
        }
        let cell = cell.replace(char::is_control, " ");
        if cell.contains([delimiter, '"', ';', ',']) {
            write!(out, "\"{}\"", cell.replace('"', "\"\"")).unwrap_or_default();
        } else {
            out.push_str(&cell);
        }
    }
    out.push('\n');
    out
}

fn stopncii(entry: &ListEntry, at: Timestamp) -> Result<Vec<Value>, Unwritable> {
    let seconds = entry.updated.unwrap_or(at).millis().div_euclid(1000);
    let feedbacks: Vec<_> = entry
        .feedback
        .iter()
        .map(|feedback| {
            let tags: Vec<_> = feedback.reason.iter().collect();
            let verdict = if feedback.affirms {
                "Blocked"
            } else {
                "NotBlocked"
            };
            json!({"tags": tags, "feedbackValue": verdict})
        })
        .collect();
    let record = |hash: &MaterialHash| {
        let signal = match (hash.kind(), entry.material) {
            ("pdq", _) => "ImagePDQ",
            ("md5", Material::Video) => "VideoMD5",
            ("tmk", _) => "VideoTMK",
            ("text", _) => "Text",
            ("url", _) => "URL",
            _ => return None,
        };
        Some(json!({
            "lastModtimestamp": seconds,
            "signalType": signal,
            "hashValue": hash.value(),
            "CSPFeedbacks": feedbacks,
        }))
    };
    some_of(entry, entry.hashes.iter().filter_map(record).collect())
}

fn tat(entry: &ListEntry, confidence_percent: u8) -> Result<Vec<Value>, Unwritable> {
    let confidence = f64::from(confidence_percent.min(100)) / 100.0;
    let record = |hash: &MaterialHash| {
        let kind = match hash.kind() {
            "md5" => "MD5",
            "sha256" => "SHA256",
            "sha512" => "SHA512",
            "pdq" => "PDQ",
            "tmk" => "TMK",
            _ => return None,
        };
        Some(json!({"hash_value": hash.value(), "hash_type": kind, "confidence": confidence}))
    };
    some_of(entry, entry.hashes.iter().filter_map(record).collect())
}

fn some_of(entry: &ListEntry, records: Vec<Value>) -> Result<Vec<Value>, Unwritable> {
    if records.is_empty() {
        return Err(Unwritable::HashForeign { id: shown(entry) });
    }
    Ok(records)
}
