//! A page of entries as NCMEC's service answers it: for members that we give our list to.

use std::fmt::Write as _;

use model::{EntryFeedback, EntryKey, ListChange, ListEntry, Material, MaterialHash};

use super::{NAMESPACE, SCHEME};
use crate::lists::step::Unwritable;
use crate::lists::write::{check_scheme, check_texts, shown};
use crate::xml::{escaped_attribute, escaped_text, is_name};

/// A page with these changes, and where the next page is. The file's size has no place in it,
/// and no reason of those who agree.
///
/// # Errors
///
/// An entry that the format cannot say: it is neither picture nor video, lacks a member or an id,
/// its label is of another scale, or the name of one of its hashes is no name of an element.
pub fn print_page(changes: &[ListChange], next: Option<&str>) -> Result<String, Unwritable> {
    let mut out =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<queryResult xmlns=\"{NAMESPACE}\">");
    for (section, videos) in [("images", false), ("videos", true)] {
        let here: Vec<_> = changes
            .iter()
            .filter(|change| is_video(change) == videos)
            .collect();
        write!(out, "\n <{section} count=\"{}\"", here.len()).unwrap_or_default();
        let latest = here.iter().filter_map(|change| match change {
            ListChange::Put(entry) => entry.updated,
            ListChange::Remove(_) => None,
        });
        if let Some(latest) = latest.max() {
            write!(out, " maxTimestamp=\"{latest}\"").unwrap_or_default();
        }
        out.push('>');
        for change in here {
            match change {
                ListChange::Put(entry) => print_entry(&mut out, entry)?,
                ListChange::Remove(key) => {
                    out.push_str("\n  <deletedImage>");
                    print_member(&mut out, key, None);
                    element(&mut out, "id", &key.id);
                    out.push_str("</deletedImage>");
                }
            }
        }
        write!(out, "\n </{section}>").unwrap_or_default();
    }
    if let Some(next) = next {
        out.push_str("\n <paging>");
        element(&mut out, "next", next);
        out.push_str("</paging>");
    }
    out.push_str("\n</queryResult>\n");
    Ok(out)
}

fn is_video(change: &ListChange) -> bool {
    match change {
        ListChange::Put(entry) => entry.material == Material::Video,
        // The removal of either has the same meaning: the key is all that counts.
        ListChange::Remove(_) => false,
    }
}

fn print_entry(out: &mut String, entry: &ListEntry) -> Result<(), Unwritable> {
    check_texts(entry)?;
    check_scheme(entry, Some(SCHEME))?;
    let id = shown(entry);
    let name = match entry.material {
        Material::Picture => "image",
        Material::Video => "video",
        Material::Other => return Err(Unwritable::MaterialForeign { id }),
    };
    if entry.key.member.is_empty() || entry.key.id.is_empty() {
        return Err(Unwritable::IdForeign { id });
    }
    write!(out, "\n  <{name}>").unwrap_or_default();
    print_member(out, &entry.key, entry.member_name.as_deref());
    if let Some(updated) = entry.updated {
        element(out, "timestamp", &updated.to_string());
    }
    element(out, "id", &entry.key.id);
    if let Some(label) = &entry.label {
        element(out, "classification", label);
    }
    out.push_str("<fingerprints>");
    for hash in &entry.hashes {
        let kind = element_of(hash);
        if !is_name(kind) || kind.contains(':') {
            return Err(Unwritable::HashForeign { id });
        }
        element(out, kind, &hash.value());
    }
    out.push_str("</fingerprints>");
    print_feedback(out, &entry.feedback);
    write!(out, "</{name}>").unwrap_or_default();
    Ok(())
}

/// The element of a kind of hash.
fn element_of(hash: &MaterialHash) -> &str {
    match hash.kind() {
        "photodna" => "pdna",
        kind => kind,
    }
}

/// A kind as feedback writes it: `Md5`, `Pdna`, …
fn feedback_type(kind: &str) -> String {
    let kind = if kind == "photodna" { "pdna" } else { kind };
    let mut letters = kind.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Neighbours that say the same are one element, so that they come back in their order.
fn print_feedback(out: &mut String, feedback: &[EntryFeedback]) {
    if feedback.is_empty() {
        return;
    }
    out.push_str("<feedback>");
    let same = |a: &EntryFeedback, b: &EntryFeedback| {
        (a.affirms, &a.kind, &a.reason) == (b.affirms, &b.kind, &b.reason)
    };
    for chunk in feedback.chunk_by(same) {
        let Some(first) = chunk.first() else { continue };
        let name = if first.affirms {
            "affirmativeFeedback"
        } else {
            "negativeFeedback"
        };
        write!(out, "<{name} type=\"").unwrap_or_default();
        escaped_attribute(out, &feedback_type(&first.kind));
        out.push_str("\">");
        if !first.affirms {
            out.push_str("<reasons>");
        }
        if let Some(reason) = first.reason.as_ref().filter(|_| !first.affirms) {
            out.push_str("<reason name=\"");
            escaped_attribute(out, reason);
            out.push_str("\"/>");
        }
        out.push_str("<members>");
        for member in chunk {
            out.push_str("<member id=\"");
            escaped_attribute(out, &member.member);
            out.push_str("\"/>");
        }
        out.push_str("</members>");
        if !first.affirms {
            out.push_str("</reasons>");
        }
        write!(out, "</{name}>").unwrap_or_default();
    }
    out.push_str("</feedback>");
}

fn print_member(out: &mut String, key: &EntryKey, name: Option<&str>) {
    out.push_str("<member id=\"");
    escaped_attribute(out, &key.member);
    out.push_str("\">");
    escaped_text(out, name.unwrap_or_default());
    out.push_str("</member>");
}

fn element(out: &mut String, name: &str, text: &str) {
    write!(out, "<{name}>").unwrap_or_default();
    escaped_text(out, text);
    write!(out, "</{name}>").unwrap_or_default();
}
