//! What leaves in a list parses back to the same entries.

use model::{
    EntryFeedback, EntryKey, ListChange, ListEntry, Material, MaterialHash, Pdq, Timestamp,
};
use proptest::prelude::*;
use wire::lists::ncmec::print_page;
use wire::lists::{Format, Step, Target, Unwritable, VicsVersion, Writer};

use crate::{md5, pdq, puts, read_whole};

/// A whole list of these entries.
fn written(target: &Target, entries: &[ListEntry]) -> String {
    let mut writer = Writer::new(target.clone());
    let mut list = writer.begin();
    for entry in entries {
        list += &writer.entry(entry).unwrap();
    }
    list + &writer.end()
}

fn vics(version: VicsVersion, model: Option<&str>) -> Target {
    let model = model.map(str::to_owned);
    Target::Vics { version, model }
}

fn at() -> Timestamp {
    Timestamp::parse("2026-01-02T03:04:05Z").unwrap()
}

/// Two neutral entries that every format can say.
fn entries(target: Option<&Target>) -> Vec<ListEntry> {
    let scheme = target.and_then(Target::scheme);
    let hash = |kind, value: &str| MaterialHash::parse(kind, value).unwrap();
    let entry = |id: &str, material, hashes| ListEntry {
        key: EntryKey {
            member: String::new(),
            id: id.to_owned(),
        },
        member_name: None,
        material,
        hashes,
        scheme: scheme.clone(),
        label: scheme.as_ref().map(|_| "1".to_owned()),
        size_bytes: None,
        updated: Some(at()),
        feedback: Vec::new(),
    };
    vec![
        entry(
            "1",
            Material::Picture,
            vec![
                hash("md5", &md5(1)),
                hash("sha1", &"1a".repeat(20)),
                hash("photodna", &"QUJD".repeat(48)),
                hash("sha256", &"2b".repeat(32)),
                hash("pdq", &pdq(3)),
            ],
        ),
        entry(
            "2",
            Material::Video,
            vec![hash("md5", &md5(2)), hash("tmk", "QUJD")],
        ),
    ]
}

#[test]
fn each_format_is_written_as_its_snapshot_says() {
    for (name, target) in [
        ("written-vics-2.0", vics(VicsVersion::V2_0, Some("US"))),
        ("written-vics-1.3", vics(VicsVersion::V1_3, None)),
        ("written-icse", Target::Icse),
        ("written-csv", Target::Csv),
        ("written-stopncii", Target::StopNcii { at: at() }),
        (
            "written-tat",
            Target::Tat {
                confidence_percent: 75,
            },
        ),
    ] {
        insta::assert_snapshot!(name, written(&target, &entries(Some(&target))));
    }
    let mut changes: Vec<_> = entries(None)
        .into_iter()
        .map(|mut entry| {
            entry.key.member = "42".to_owned();
            entry.member_name = Some("Example member".to_owned());
            (entry.scheme, entry.label) = (Some("ncmec".to_owned()), Some("A2".to_owned()));
            entry.feedback = vec![
                opinion("43", true, None),
                opinion("44", false, Some("Example")),
            ];
            ListChange::Put(Box::new(entry))
        })
        .collect();
    changes.push(ListChange::Remove(EntryKey {
        member: "42".to_owned(),
        id: "3".to_owned(),
    }));
    let page = print_page(&changes, Some("/v2/entries?from=a&to=b&start=1")).unwrap();
    insta::assert_snapshot!("written-ncmec", page);
}

fn opinion(member: &str, affirms: bool, reason: Option<&str>) -> EntryFeedback {
    EntryFeedback {
        member: member.to_owned(),
        affirms,
        kind: "md5".to_owned(),
        reason: reason.map(str::to_owned),
    }
}

#[test]
fn what_a_format_cannot_say_is_refused_and_others_go_on() {
    let refused = |target: &Target, change: fn(&mut ListEntry)| {
        let mut writer = Writer::new(target.clone());
        let mut bad = entries(Some(target)).remove(0);
        change(&mut bad);
        let refusal = writer.entry(&bad).unwrap_err();
        // The one after it is written as if nothing had been.
        let good = &entries(Some(target))[1];
        let list = writer.begin() + &writer.entry(good).unwrap() + &writer.end();
        assert_eq!(list, written(target, std::slice::from_ref(good)));
        refusal
    };
    let us = vics(VicsVersion::V2_0, Some("US"));
    let codes = [
        refused(&us, |entry| entry.key.id = "007".to_owned()),
        refused(&us, |entry| drop(entry.hashes.remove(0))),
        refused(&us, |entry| {
            entry.scheme = Some("projectvic-2.0/UK".to_owned());
        }),
        refused(&us, |entry| entry.scheme = None),
        refused(&us, |entry| entry.label = Some("A1".to_owned())),
        refused(&us, |entry| entry.key.member = "m".repeat(1025)),
        refused(&Target::Icse, |entry| entry.hashes.truncate(0)),
        refused(&Target::StopNcii { at: at() }, |entry| {
            entry.hashes.truncate(1);
        }),
    ]
    .map(|refusal| refusal.code());
    insta::assert_debug_snapshot!(codes);
    let mut other = entries(None).remove(0);
    other.material = Material::Other;
    let changes = [ListChange::Put(Box::new(other))];
    let id = "1".to_owned();
    assert_eq!(
        print_page(&changes, None),
        Err(Unwritable::MaterialForeign { id })
    );
}

/// Neutral words with everything in them that a format might trip over.
fn text() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9 ;,\"'<>&\\\\=/\u{e4}\u{4e16}:|#-]{0,18}[a-z]"
}

fn telling() -> impl Strategy<Value = MaterialHash> {
    any::<[u8; 16]>().prop_map(|half| {
        let mut bytes = [0; 32];
        for (at, byte) in half.into_iter().enumerate() {
            (bytes[at], bytes[at + 16]) = (byte, !byte);
        }
        MaterialHash::Pdq(Pdq::new(bytes))
    })
}

fn other(kind: &'static str) -> impl Strategy<Value = MaterialHash> {
    "[A-Za-z0-9+/]{4,60}=?".prop_map(move |value| MaterialHash::Other {
        kind: kind.to_owned(),
        value,
    })
}

/// Hashes of different kinds, an MD5 among them, sorted.
fn hashes() -> impl Strategy<Value = Vec<MaterialHash>> {
    let some = |strategy: BoxedStrategy<MaterialHash>| prop::option::of(strategy);
    (
        any::<[u8; 16]>().prop_map(MaterialHash::Md5),
        some(any::<[u8; 20]>().prop_map(MaterialHash::Sha1).boxed()),
        some(any::<[u8; 32]>().prop_map(MaterialHash::Sha256).boxed()),
        some(telling().boxed()),
        some(other("photodna").boxed()),
        some(other("tmk").boxed()),
    )
        .prop_map(|(md5, sha1, sha256, pdq, photo_dna, tmk)| {
            let others = [sha1, sha256, pdq, photo_dna, tmk].into_iter().flatten();
            let mut all: Vec<_> = std::iter::once(md5).chain(others).collect();
            all.sort();
            all
        })
}

fn feedback() -> impl Strategy<Value = Vec<EntryFeedback>> {
    let one = (text(), any::<bool>(), prop::option::of(text()));
    let one =
        one.prop_map(|(member, affirms, reason)| opinion(&member, affirms, reason.as_deref()));
    prop::collection::vec(one, 0..5)
}

/// An entry with everything; each format's test takes away what it has no place for.
fn entry() -> impl Strategy<Value = ListEntry> {
    (
        (1..1_000_000_u32, text(), prop::option::of(text())),
        0..3_u8,
        hashes(),
        prop::option::of((text(), 0..9_u8)),
        (
            prop::option::of(0..1_u64 << 50),
            prop::option::of(0..4_000_000_000_i64),
        ),
        feedback(),
    )
        .prop_map(
            |((id, member, name), _material, hashes, label, (size, at), feedback)| {
                let material = [Material::Picture, Material::Video, Material::Other];
                let material = material[usize::from(id % 3 == 0) + usize::from(id % 2 == 0)];
                let (scheme, label) = label.unzip();
                ListEntry {
                    key: EntryKey {
                        member,
                        id: id.to_string(),
                    },
                    member_name: name,
                    material,
                    hashes,
                    scheme,
                    label: label.map(|label| label.to_string()),
                    size_bytes: size,
                    updated: at.map(|seconds| Timestamp::from_millis(seconds * 1000)),
                    feedback,
                }
            },
        )
}

/// Entries with different ids, each changed so that a format can say it.
fn entries_of(change: fn(&mut ListEntry)) -> impl Strategy<Value = Vec<ListEntry>> {
    prop::collection::vec(entry(), 0..6).prop_map(move |mut entries| {
        for (entry, number) in entries.iter_mut().zip(1..) {
            entry.key.id = format!("{number}{}", entry.key.id);
            change(entry);
        }
        entries
    })
}

fn read_back(format: Format, list: &str) -> Vec<ListEntry> {
    let steps = read_whole(format, list.as_bytes());
    let set_aside = crate::set_aside(&steps);
    assert!(set_aside.is_empty(), "{set_aside:?}");
    let sorted = |entry: &ListEntry| {
        let mut entry = entry.clone();
        entry.hashes.sort();
        entry
    };
    puts(&steps).into_iter().map(sorted).collect()
}

proptest! {
    #[test]
    fn inv_11_vics_parses_back(
        entries in entries_of(|entry| {
            (entry.key.member, entry.member_name) = (String::new(), None);
            entry.feedback.clear();
        }),
        model in prop::option::of("[A-Z][a-z]{1,8}"),
        old in any::<bool>(),
    ) {
        let version = if old { VicsVersion::V1_3 } else { VicsVersion::V2_0 };
        let target = vics(version, model.as_deref());
        let scheme = target.scheme();
        let mut entries = entries;
        for entry in &mut entries {
            entry.scheme = entry.label.as_ref().and(scheme.clone());
        }
        prop_assert_eq!(read_back(Format::Vics, &written(&target, &entries)), entries);
    }

    #[test]
    fn inv_11_icse_parses_back(entries in entries_of(|entry| {
        (entry.key.member, entry.member_name) = (String::new(), None);
        (entry.size_bytes, entry.updated) = (None, None);
        entry.feedback.clear();
        entry.hashes.retain(|hash| ["md5", "sha1", "photodna"].contains(&hash.kind()));
        entry.scheme = entry.label.as_ref().map(|_| "interpol-baseline".to_owned());
    })) {
        prop_assert_eq!(read_back(Format::Icse, &written(&Target::Icse, &entries)), entries);
    }

    #[test]
    fn inv_11_csv_parses_back(entries in entries_of(|entry| entry.feedback.clear())) {
        prop_assert_eq!(read_back(Format::Csv, &written(&Target::Csv, &entries)), entries);
    }

    #[test]
    fn inv_11_stopncii_parses_back(entries in entries_of(|entry| {
        (entry.key.member, entry.member_name) = (String::new(), None);
        (entry.scheme, entry.label, entry.size_bytes) = (None, None, None);
        entry.updated = entry.updated.or(Some(at()));
        entry.material = Material::Video;
        entry.hashes.retain(|hash| hash.kind() == "md5");
        for feedback in &mut entry.feedback {
            (feedback.member, feedback.kind) = (String::new(), String::new());
        }
    })) {
        let list = written(&Target::StopNcii { at: at() }, &entries);
        let mut back = read_back(Format::StopNcii, &list);
        for (back, entry) in back.iter_mut().zip(&entries) {
            // The hash is the key there; the id is made of it.
            back.key.clone_from(&entry.key);
        }
        prop_assert_eq!(back, entries);
    }

    #[test]
    fn inv_11_tat_parses_back(entries in entries_of(|entry| {
        entry.hashes.retain(|hash| ["md5", "sha256", "pdq", "tmk"].contains(&hash.kind()));
    })) {
        let list = written(&Target::Tat { confidence_percent: 50 }, &entries);
        let back = read_back(Format::Tat, &list);
        let back: Vec<_> = back.into_iter().flat_map(|entry| entry.hashes).collect();
        let sent: Vec<_> = entries.into_iter().flat_map(|entry| entry.hashes).collect();
        prop_assert_eq!(back, sent);
    }

    #[test]
    fn inv_11_ncmec_parses_back(
        entries in entries_of(|entry| {
            entry.size_bytes = None;
            entry.scheme = entry.label.as_ref().map(|_| "ncmec".to_owned());
            if entry.material == Material::Other {
                entry.material = Material::Picture;
            }
            for feedback in &mut entry.feedback {
                // Who agrees gives no reason there.
                feedback.reason = feedback.reason.take().filter(|_| !feedback.affirms);
            }
        }),
        removed in prop::collection::vec((text(), text()), 0..3),
        next in prop::option::of(text()),
    ) {
        // Pictures come before videos there.
        let mut entries = entries;
        entries.sort_by_key(|entry| entry.material == Material::Video);
        let puts = entries.iter().cloned().map(|entry| ListChange::Put(Box::new(entry)));
        let removed: Vec<_> = removed
            .into_iter()
            .map(|(member, id)| ListChange::Remove(EntryKey { member, id }))
            .collect();
        let changes: Vec<_> = puts.chain(removed.clone()).collect();
        let list = print_page(&changes, next.as_deref()).unwrap();
        prop_assert_eq!(read_back(Format::Ncmec, &list), entries);
        let steps = read_whole(Format::Ncmec, list.as_bytes());
        let is_removed = |step: &Step| match step {
            Step::Change(change @ ListChange::Remove(_)) => Some(change.clone()),
            _ => None,
        };
        let back: Vec<_> = steps.iter().filter_map(is_removed).collect();
        prop_assert_eq!(back, removed);
        let is_there = matches!(steps.last(), Some(Step::Page(page)) if page.next == next);
        prop_assert!(is_there);
    }

    #[test]
    fn a_written_list_is_recognised(entries in entries_of(|_| {})) {
        let list = written(&Target::Csv, &entries);
        prop_assert_eq!(wire::lists::detect(list.as_bytes()), Some(Format::Csv));
    }
}
