//! An entry while it is being read: what every format asks of hashes and texts.

use std::collections::HashMap;

use model::limits::{
    LIST_FEEDBACK_PER_ENTRY_MAX, LIST_HASH_BYTES_MAX, LIST_HASHES_PER_ENTRY_MAX,
    LIST_TEXT_BYTES_MAX,
};
use model::{EntryFeedback, EntryKey, ListChange, ListEntry, Material, MaterialHash, Timestamp};
use sha2::{Digest as _, Sha256};

use super::loose::Loose;
use super::step::{Defect, Place, Quarantined, Step};

/// An entry that is being put together.
#[derive(Debug)]
pub(super) struct Draft {
    place: Place,
    /// What is known so far.
    pub(super) entry: ListEntry,
    defects: Vec<(Defect, String)>,
    elsewhere: Vec<String>,
    fatal: bool,
}

impl Draft {
    pub(super) fn new(place: Place) -> Self {
        Self {
            place,
            entry: ListEntry {
                key: EntryKey::default(),
                member_name: None,
                material: Material::Other,
                hashes: Vec::new(),
                scheme: None,
                label: None,
                size_bytes: None,
                updated: None,
                feedback: Vec::new(),
            },
            defects: Vec::new(),
            elsewhere: Vec::new(),
            fatal: false,
        }
    }

    /// Adds a hash, unless the value is empty. What cannot be used is set aside by itself.
    pub(super) fn hash(&mut self, kind: &str, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        let kind = kind_of(kind);
        if !is_kind(&kind) {
            return self.defect(Defect::HashMalformed, "kind");
        }
        match usable(&kind, value) {
            Ok(hash) if self.entry.hashes.contains(&hash) => {}
            Ok(_) if self.entry.hashes.len() == LIST_HASHES_PER_ENTRY_MAX => {
                self.fail(Defect::HashesTooMany, "");
            }
            Ok(hash) => self.entry.hashes.push(hash),
            Err(defect) => self.defect(defect, &kind),
        }
    }

    /// Adds a hash from a JSON scalar.
    pub(super) fn loose_hash(&mut self, kind: &str, value: &Loose<'_>) {
        match value.text() {
            Ok(text) => self.hash(kind, &text),
            Err(()) => self.defect(Defect::HashMalformed, kind),
        }
    }

    /// A text from a JSON scalar.
    pub(super) fn loose_text(&mut self, field: &str, value: &Loose<'_>) -> Option<String> {
        if let Ok(text) = value.text() {
            self.text(field, &text)
        } else {
            self.defect(Defect::ValueMalformed, field);
            None
        }
    }

    /// Notes that a fingerprint has to be asked for.
    pub(super) fn elsewhere(&mut self, kind: &str) {
        if self.elsewhere.len() < LIST_HASHES_PER_ENTRY_MAX {
            self.elsewhere.push(kind_of(kind));
        }
    }

    /// Adds feedback.
    pub(super) fn feedback(&mut self, feedback: EntryFeedback) {
        if self.entry.feedback.len() == LIST_FEEDBACK_PER_ENTRY_MAX {
            self.defect_once(Defect::FeedbackTooMany);
        } else {
            self.entry.feedback.push(feedback);
        }
    }

    /// A text without white space at its ends; `None` if there is nothing, or it is too long.
    pub(super) fn text(&mut self, field: &str, text: &str) -> Option<String> {
        if text.trim().len() > LIST_TEXT_BYTES_MAX {
            self.defect(Defect::TextTooLong, field);
            return None;
        }
        Some(clean(text)).filter(|text| !text.is_empty())
    }

    /// A time.
    pub(super) fn time(&mut self, field: &str, text: &str) -> Option<Timestamp> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let at = moment(text);
        if at.is_none() {
            self.defect(Defect::ValueMalformed, field);
        }
        at
    }

    /// Sets a part aside and keeps the rest.
    pub(super) fn defect(&mut self, defect: Defect, field: &str) {
        if !self.fatal && self.defects.len() <= LIST_HASHES_PER_ENTRY_MAX {
            let cut: String = field.chars().take(64).collect();
            self.defects.push((defect, clean(&cut)));
        }
    }

    /// Sets the whole record aside.
    pub(super) fn fail(&mut self, defect: Defect, field: &str) {
        if !self.fatal {
            self.defects.clear();
            self.defect(defect, field);
            self.fatal = true;
        }
    }

    /// Sets the id. Where a list uses a hash as its id, one derived from the hashes takes its
    /// place: ids are shown, and hashes are secret.
    pub(super) fn set_id(&mut self, id: String) {
        self.entry.key.id = if is_like_hash(&id) && !self.entry.hashes.is_empty() {
            self.derived_id()
        } else {
            id
        };
    }

    /// An id of the hashes themselves, from which no hash can be told: the same for the same
    /// hashes.
    pub(super) fn derived_id(&self) -> String {
        let mut digest = Sha256::new();
        for hash in &self.entry.hashes {
            digest.update(hash.kind().as_bytes());
            digest.update([0]);
            digest.update(hash.value().as_bytes());
            digest.update([0]);
        }
        let digest = digest.finalize();
        model::hex(&digest[..12])
    }

    /// The steps of the record; says whether there is a change among them.
    pub(super) fn put(mut self, steps: &mut impl Extend<Step>) -> bool {
        let empty = self.entry.hashes.is_empty() && self.elsewhere.is_empty();
        if empty && self.defects.is_empty() {
            self.defect(Defect::HashMissing, "");
        }
        let put = !self.fatal && !self.entry.hashes.is_empty();
        let id = &self.entry.key.id;
        let key = (!id.is_empty() && !is_like_hash(id)).then(|| self.entry.key.clone());
        let place = self.place;
        steps.extend(self.defects.into_iter().map(|(reason, field)| {
            Step::Quarantined(Quarantined {
                place,
                key: key.clone(),
                reason,
                field,
                kept: put,
            })
        }));
        if !self.fatal && !self.elsewhere.is_empty() {
            let (key, kinds) = (self.entry.key.clone(), self.elsewhere);
            steps.extend([Step::Elsewhere { key, kinds }]);
        }
        if put {
            steps.extend([Step::Change(ListChange::Put(Box::new(self.entry)))]);
        }
        put
    }

    /// The steps of a record that removes its entry.
    pub(super) fn remove(self, steps: &mut impl Extend<Step>) -> bool {
        if self.fatal {
            return self.put(steps);
        }
        steps.extend([Step::Change(ListChange::Remove(self.entry.key))]);
        true
    }

    fn defect_once(&mut self, defect: Defect) {
        if !self.defects.iter().any(|(known, _)| *known == defect) {
            self.defect(defect, "");
        }
    }
}

/// A record that is set aside before anything of it is known.
pub(super) fn set_aside(place: Place, reason: Defect) -> Step {
    Step::Quarantined(Quarantined {
        place,
        key: None,
        reason,
        field: String::new(),
        kept: false,
    })
}

/// The name of a kind of hash: one name where lists have several.
pub(super) fn kind_of(name: &str) -> String {
    let name = name.trim().to_ascii_lowercase();
    match name.as_str() {
        "sha-1" => "sha1".to_owned(),
        "sha-256" | "sha2-256" => "sha256".to_owned(),
        "sha-512" => "sha512".to_owned(),
        "pdna" | "photo_dna" | "photo dna" => "photodna".to_owned(),
        _ => clean(&name.chars().take(64).collect::<String>()),
    }
}

/// Whether a text can be the name of a kind of hash, and is no hash that stands in its place.
fn is_kind(name: &str) -> bool {
    const BYTES_MAX: usize = 31;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=BYTES_MAX).contains(&name.len()) && name.bytes().all(plain)
}

/// Whether a text may be the value of a hash.
fn is_like_hash(text: &str) -> bool {
    text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A text without control characters, a space stands for each, and without space at its ends.
fn clean(text: &str) -> String {
    let text = text.trim();
    if text.contains(char::is_control) {
        text.replace(char::is_control, " ").trim().to_owned()
    } else {
        text.to_owned()
    }
}

fn usable(kind: &str, value: &str) -> Result<MaterialHash, Defect> {
    if value.len() > LIST_HASH_BYTES_MAX || value.contains(char::is_control) {
        return Err(Defect::HashMalformed);
    }
    let hash = MaterialHash::parse(kind, value)?;
    let of_nothing = match &hash {
        MaterialHash::Md5(bytes) => is_nothing(bytes, MD5_OF_NOTHING),
        MaterialHash::Sha1(bytes) => is_nothing(bytes, SHA1_OF_NOTHING),
        MaterialHash::Sha256(bytes) => is_nothing(bytes, SHA256_OF_NOTHING),
        MaterialHash::Pdq(pdq) if !pdq.is_telling() => return Err(Defect::HashFlat),
        MaterialHash::Pdq(_) | MaterialHash::Other { .. } => false,
    };
    if of_nothing {
        return Err(Defect::HashOfNothing);
    }
    Ok(hash)
}

/// The first 16 bytes of the hashes of no bytes.
const MD5_OF_NOTHING: u128 = 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e;
const SHA1_OF_NOTHING: u128 = 0xda39_a3ee_5e6b_4b0d_3255_bfef_9560_1890;
const SHA256_OF_NOTHING: u128 = 0xe3b0_c442_98fc_1c14_9afb_f4c8_996f_b924;

fn is_nothing(bytes: &[u8], of_nothing: u128) -> bool {
    let first = bytes.first_chunk().map(|first| u128::from_be_bytes(*first));
    first == Some(of_nothing) || bytes.iter().all(|byte| *byte == 0)
}

/// A time as lists write it: RFC 3339, the same without an offset (then UTC), or a bare date.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|| {
        let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
        Timestamp::parse(&format!("{date}T{time}Z"))
    })
}

/// The numbers that ids had so far, in memory that does not grow with their count as long as
/// they are as dense as a database's.
#[derive(Debug, Default)]
pub(super) struct SeenIds(HashMap<u64, Box<[u64; WORDS]>>);

const WORDS: usize = 128;
/// How many blocks of 8,192 neighbouring ids are remembered, in at most 16 MB. Beyond them, a
/// repeated id is not noticed: the later entry takes the earlier one's place, as in the format.
const BLOCKS_MAX: usize = 16_384;

impl SeenIds {
    /// Whether an id is new.
    pub(super) fn is_new(&mut self, id: u64) -> bool {
        let (block, bit) = (id / 8192, id % 8192);
        if self.0.len() >= BLOCKS_MAX && !self.0.contains_key(&block) {
            return true;
        }
        let words = self.0.entry(block).or_insert_with(|| Box::new([0; WORDS]));
        let at = usize::try_from(bit / 64).unwrap_or(0);
        let mask = 1 << (bit % 64);
        let new = words[at] & mask == 0;
        words[at] |= mask;
        new
    }
}
