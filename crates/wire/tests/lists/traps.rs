//! The traps that real lists set, each by its name.

use model::{ListChange, Material};
use wire::lists::{Defect, Format, Limits, Reader, Step};

use crate::{md5, pdq, puts, read_whole, set_aside};

fn vics(records: &str) -> Vec<Step> {
    let root = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/UK/$metadata#Media";
    let text = format!(r#"{{"@odata.context":"{root}","value":[{records}]}}"#);
    read_whole(Format::Vics, text.as_bytes())
}

fn ncmec(inside: &str) -> Vec<Step> {
    let space = "https://hashsharing.ncmec.org/hashsharing/v2";
    let text = format!(r#"<queryResult xmlns="{space}">{inside}</queryResult>"#);
    read_whole(Format::Ncmec, text.as_bytes())
}

fn image(id: &str, inside: &str) -> String {
    format!(r#"<image><member id="42">Example</member><id>{id}</id>{inside}</image>"#)
}

fn fingerprints(inside: &str) -> String {
    format!("<fingerprints>{inside}</fingerprints>")
}

fn reasons(steps: &[Step]) -> Vec<(u64, Defect, bool)> {
    let set_aside = set_aside(steps).into_iter();
    set_aside
        .map(|one| (one.place.record, one.reason, one.kept))
        .collect()
}

#[test]
fn vics_a_byte_order_mark_is_skipped() {
    let text = format!(
        "\u{feff}{{\"value\":[{{\"MediaID\":1,\"MD5\":\"{}\"}}]}}",
        md5(1)
    );
    assert_eq!(puts(&read_whole(Format::Vics, text.as_bytes())).len(), 1);
}

#[test]
fn vics_booleans_and_numbers_as_text_are_taken() {
    let steps = vics(&format!(
        r#"{{"MediaID":"7","Category":"2","MD5":"{}","MediaSize":"1000","IsDistributed":"true",
        "VictimIdentified":"false","IsSuspected":true}}"#,
        md5(1)
    ));
    let entry = puts(&steps)[0];
    assert_eq!((entry.key.id.as_str(), entry.size_bytes), ("7", Some(1000)));
    assert_eq!(entry.label.as_deref(), Some("2"));
    assert_eq!(steps.len(), 1);
}

#[test]
fn vics_a_missing_md5_leaves_the_other_hashes() {
    let sha1 = "a".repeat(40);
    let steps = vics(&format!(
        r#"{{"MediaID":1,"SHA1":"{sha1}"}},{{"MediaID":2,"MD5":null}},{{"MediaID":3,"MD5":"{}"}}"#,
        md5(3)
    ));
    assert_eq!(puts(&steps).len(), 2);
    assert_eq!(reasons(&steps), [(2, Defect::HashMissing, false)]);
    assert_eq!(set_aside(&steps)[0].key.as_ref().unwrap().id, "2");
}

#[test]
fn vics_the_md5_of_the_files_stands_in_for_a_missing_one() {
    let steps = vics(&format!(
        r#"{{"MediaID":1,"MediaFiles":[{{"MD5":"{0}","FileName":"a"}},{{"MD5":"{0}"}}]}}"#,
        md5(1)
    ));
    assert_eq!(puts(&steps)[0].hashes.len(), 1);
}

#[test]
fn vics_a_repeated_id_is_named_and_nothing_is_lost() {
    let record = |number| format!(r#"{{"MediaID":5,"MD5":"{}"}}"#, md5(number));
    let steps = vics(&[record(1), record(2), record(2)].join(","));
    let ids: Vec<_> = puts(&steps)
        .iter()
        .map(|entry| entry.key.id.clone())
        .collect();
    assert_eq!(ids[0], "5");
    assert!(ids[1].starts_with("5~") && ids[1] == ids[2]);
    let kept = true;
    assert_eq!(
        reasons(&steps),
        [(2, Defect::IdRepeated, kept), (3, Defect::IdRepeated, kept)]
    );
}

#[test]
fn vics_a_repeated_id_is_noticed_across_a_resumed_import() {
    let record = |number| format!(r#"{{"MediaID":5,"MD5":"{}"}}"#, md5(number));
    let list = format!(r#"{{"value":[{},{}]}}"#, record(1), record(2));
    let whole = read_whole(Format::Vics, list.as_bytes());
    let again = Reader::new(Format::Vics, list.as_bytes(), Limits::default());
    let rest: Vec<_> = again.resume_after(1).map(Result::unwrap).collect();
    assert_eq!(rest, whole[1..]);
    assert_eq!(rest.len(), 2);
}

#[test]
fn vics_a_missing_id_is_named_and_the_entry_is_kept() {
    let steps = vics(&format!(r#"{{"MD5":"{}"}}"#, md5(1)));
    assert_eq!(puts(&steps).len(), 1);
    assert_eq!(reasons(&steps), [(1, Defect::IdMissing, true)]);
}

#[test]
fn vics_a_category_names_the_model_of_its_root() {
    let steps = vics(&format!(
        r#"{{"MediaID":1,"Category":0,"MD5":"{}"}}"#,
        md5(1)
    ));
    let entry = puts(&steps)[0];
    assert_eq!(entry.scheme.as_deref(), Some("projectvic-2.0/UK"));
    assert_eq!(entry.label.as_deref(), Some("0"));
}

#[test]
fn vics_a_miniature_is_dropped_unread() {
    // Larger than a record may be, and with escapes and brackets in it.
    let picture = r#"\"]}\\ "#.repeat(300_000);
    let steps = vics(&format!(
        r#"{{"MediaID":1,"Miniature":"{picture}","MD5":"{0}"}},
        {{"MediaID":2,"MD5":"{0}","Miniature" : {{"a":["{picture}"]}} }},
        {{"Miniature":"","MediaID":3,"MD5":"{0}"}}"#,
        md5(1)
    ));
    let ids: Vec<_> = puts(&steps)
        .iter()
        .map(|entry| entry.key.id.as_str())
        .collect();
    assert_eq!((ids, steps.len()), (vec!["1", "2", "3"], 3));
}

#[test]
fn vics_media_inside_of_cases_are_entries() {
    let comments = "c".repeat(2_000_000);
    let media = |id| format!(r#"{{"MediaID":{id},"MD5":"{}"}}"#, md5(id));
    let steps = vics(&format!(
        r#"{{"CaseID":"1","Comments":"{comments}","Media":[{},{}],"ContactPhone":"555-0100"}},
        {{"CaseID":"2","TotalMediaFiles":"0"}},{{"Media" : [ ]}},{{"Media":[{}]}}"#,
        media(1),
        media(2),
        media(3)
    ));
    assert_eq!((puts(&steps).len(), steps.len()), (3, 3));
    assert!(!format!("{steps:?}").contains("555"));
}

#[test]
fn vics_a_record_that_is_no_record_is_set_aside_alone() {
    let good = format!(r#"{{"MediaID":1,"MD5":"{}"}}"#, md5(1));
    for bad in [
        "7",
        "null",
        "\"text\"",
        "[]",
        "[[{}]]",
        r#"{"MediaID":2,"MD5":["a"]}"#,
        r#"{"MediaID":2,"MD5":"00"}"#,
        r#"{"MediaID":2,}"#,
        r#"{"MediaID":2,"MD5":"a","MD5":"b"}"#,
        r"{MediaID:2}",
        "\"no end\n{}",
    ] {
        let steps = vics(&format!("{good},{bad},{good}"));
        assert_eq!(puts(&steps).len(), 2, "{bad}");
        assert!(
            set_aside(&steps).iter().all(|one| one.place.record >= 2),
            "{bad}"
        );
        assert!(set_aside(&steps).iter().any(|one| !one.kept), "{bad}");
    }
}

#[test]
fn vics_a_record_that_lacks_a_bracket_inside_is_set_aside_alone() {
    let good = |id| format!(r#"{{"MediaID":{id},"MD5":"{}"}}"#, md5(id));
    for bad in [
        r#"{"Exifs":[{"a":1},"MediaID":9}"#,
        r#"{"Exifs":[[[],"MediaID":9}"#,
    ] {
        let steps = vics(&[&good(1), bad, &good(3)].join(","));
        assert_eq!(puts(&steps).len(), 2, "{bad}");
        assert_eq!(reasons(&steps), [(2, Defect::RecordMalformed, false)]);
    }
    // Nothing tells where the last one ends but the array's own bracket.
    let steps = vics(&format!("{},{{\"MediaID\":2", good(1)));
    assert_eq!(reasons(&steps), [(2, Defect::RecordMalformed, false)]);
}

#[test]
fn vics_a_bad_hash_is_set_aside_and_the_good_ones_are_kept() {
    let steps = vics(&format!(
        r#"{{"MediaID":1,"MD5":"{}","SHA1":"zz","AlternativeHashes":[
        {{"HashName":"PDQ","HashValue":"{}"}},{{"HashName":"PDQ","HashValue":"{}"}},
        {{"HashName":"SHA256","HashValue":"{}"}},{{"HashName":"","HashValue":"a"}},
        {{"HashName":"PDQ","HashValue":"{}"}}]}}"#,
        md5(1),
        "0".repeat(64),
        "0".repeat(32),
        "0".repeat(64),
        pdq(3),
    ));
    let kinds: Vec<_> = puts(&steps)[0]
        .hashes
        .iter()
        .map(|hash| hash.kind().to_owned())
        .collect();
    assert_eq!(kinds, ["md5", "pdq"]);
    let kept = true;
    assert_eq!(
        reasons(&steps),
        [
            (1, Defect::HashMalformed, kept),
            (1, Defect::HashFlat, kept),
            (1, Defect::HashMalformed, kept),
            (1, Defect::HashOfNothing, kept),
            (1, Defect::ValueMalformed, kept),
        ]
    );
}

#[test]
fn the_hash_of_an_empty_file_would_match_strangers_and_is_set_aside() {
    for nothing in [
        "d41d8cd98f00b204e9800998ecf8427e",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ] {
        let steps = read_whole(Format::Hashes { pdq: false }, nothing.as_bytes());
        assert_eq!(reasons(&steps), [(1, Defect::HashOfNothing, false)]);
    }
}

#[test]
fn ncmec_images_without_entries_have_no_latest_time() {
    let steps = ncmec(r#"<images count="0"/><videos count="0"></videos>"#);
    let [Step::Page(page)] = steps.as_slice() else {
        panic!("{steps:?}");
    };
    assert_eq!((page.max_timestamp, page.count), (None, Some(0)));
}

#[test]
fn ncmec_an_entry_is_known_by_its_member_and_its_id() {
    let md5 = fingerprints(&format!("<md5>{}</md5>", md5(1)));
    let steps = ncmec(&format!(
        "<images>{}<image><id>a</id>{md5}</image>{}</images>",
        image("a", &md5),
        image("", &md5)
    ));
    let key = &puts(&steps)[0].key;
    assert_eq!((key.member.as_str(), key.id.as_str()), ("42", "a"));
    let lost = false;
    assert_eq!(
        reasons(&steps),
        [(2, Defect::IdMissing, lost), (3, Defect::IdMissing, lost)]
    );
}

#[test]
fn ncmec_large_fingerprints_are_noted_and_their_address_is_not_kept() {
    let steps = ncmec(&format!(
        "<videos>{}</videos>",
        image(
            "a",
            &fingerprints(
                r#"<videntifier rel="self" href="/v2/entries/42/a"/><new_kind>x</new_kind>"#
            )
        )
    ));
    assert!(matches!(&steps[0], Step::Elsewhere { kinds, .. } if kinds == &["videntifier"]));
    assert_eq!(puts(&steps)[0].hashes[0].kind(), "new_kind");
    assert!(!format!("{steps:?}").contains("/v2/entries"));
}

#[test]
fn ncmec_an_empty_feedback_and_an_absent_classification_are_nothing_special() {
    let inside = format!(
        "{}<feedback/>",
        fingerprints(&format!("<md5>{}</md5>", md5(1)))
    );
    let steps = ncmec(&format!("<images>{}</images>", image("a", &inside)));
    let entry = puts(&steps)[0];
    assert!(entry.feedback.is_empty() && entry.label.is_none() && entry.scheme.is_none());
    assert_eq!(entry.material, Material::Picture);
}

#[test]
fn ncmec_a_prefixed_namespace_is_read_like_the_default_one() {
    let text = format!(
        "<?xml version=\"1.0\"?><!-- <image> --><n:queryResult xmlns:n=\"urn:example\">\
         <n:images><n:image><n:member id='1'/><n:id><![CDATA[<image>]]></n:id>\
         <n:fingerprints><n:md5>{}</n:md5></n:fingerprints></n:image></n:images>\
         </n:queryResult>\n",
        md5(1)
    );
    let steps = read_whole(Format::Ncmec, text.as_bytes());
    assert_eq!(puts(&steps)[0].key.id, "<image>");
}

#[test]
fn ncmec_a_broken_entry_is_set_aside_and_the_page_goes_on() {
    let good = image("good", &fingerprints(&format!("<md5>{}</md5>", md5(1))));
    for bad in [
        "<image>&entity;</image>",
        "<image><id></image>",
        "<image><id></fingerprints></image>",
        "<image a='1' a='2'/>",
        "<other/>",
        "<image>\u{1}</image>",
        "<x:image/>",
        "stray words",
        "</fingerprints>",
        "<![CDATA[<image>]]>",
    ] {
        let steps = ncmec(&format!(
            "<images>{good}{bad}{good}</images><paging><next>/v2/x</next></paging>"
        ));
        assert_eq!(puts(&steps).len(), 2, "{bad}");
        assert_eq!(reasons(&steps).len(), 1, "{bad}");
        assert!(matches!(steps.last(), Some(Step::Page(page)) if page.next.is_some()));
    }
}

#[test]
fn ncmec_a_section_closed_too_early_or_never_loses_nothing() {
    let image = |id| image(id, &fingerprints(&format!("<md5>{}</md5>", md5(1))));
    let steps = ncmec(&format!("<images></images>{}", image("a")));
    assert_eq!(puts(&steps).len(), 1);
    let steps = ncmec(&format!(
        "<images>{}<videos>{}</videos>",
        image("a"),
        image("b")
    ));
    assert_eq!((puts(&steps).len(), reasons(&steps).len()), (2, 0));
}

#[test]
fn a_hash_in_the_place_of_a_kind_or_an_id_is_never_shown() {
    let hash = "0123456789abcdef0123456789abcdef";
    let steps = vics(&format!(
        r#"{{"MediaID":"{hash}","MD5":"{}","AlternativeHashes":[
        {{"HashName":"{hash}","HashValue":"SHA256"}}]}},{{"MediaID":"{hash}"}}"#,
        md5(1)
    ));
    assert_eq!(puts(&steps).len(), 1);
    assert_eq!(
        reasons(&steps),
        [
            (1, Defect::HashMalformed, true),
            (2, Defect::HashMissing, false)
        ]
    );
    let csv = format!("id,md5\n{hash},{}\n", md5(1));
    let steps = [steps, read_whole(Format::Csv, csv.as_bytes())];
    assert!(!format!("{steps:?}").contains(&hash[..16]));
}

#[test]
fn icse_columns_are_found_by_their_names() {
    let list = format!("Baseline;Image ID;ignored;md5\n1;77;x;{}\n", md5(1));
    let steps = read_whole(Format::Icse, list.as_bytes());
    let entry = puts(&steps)[0];
    assert_eq!(entry.key.id, "77");
    assert_eq!(entry.scheme.as_deref(), Some("interpol-baseline"));
}

#[test]
fn csv_a_stray_quote_spoils_its_line_alone() {
    let list = format!(
        "id,md5\n1,\"{0}\n2,{0}\n\n3,\"{0}\"\n4\n5,{0},more,cells\n",
        md5(1)
    );
    let steps = read_whole(Format::Csv, list.as_bytes());
    let ids: Vec<_> = puts(&steps)
        .iter()
        .map(|entry| entry.key.id.as_str())
        .collect();
    assert_eq!(ids, ["2", "3", "5"]);
    let bad: Vec<_> = set_aside(&steps)
        .iter()
        .map(|bad| (bad.place.line, bad.reason))
        .collect();
    assert_eq!(
        bad,
        [(2, Defect::RecordMalformed), (6, Defect::HashMissing)]
    );
}

#[test]
fn csv_lines_may_end_in_any_way_and_be_no_text() {
    let list = [
        format!("id\tmd5\r\n1\t{0}\r\n2\t{0}", md5(1)).as_bytes(),
        b"\xff\n\xff\t",
    ]
    .concat();
    let steps = read_whole(Format::Csv, &list);
    assert_eq!(puts(&steps).len(), 1);
    let encoding = |record| (record, Defect::EncodingBroken, false);
    assert_eq!(reasons(&steps), [encoding(2), encoding(3)]);
}

#[test]
fn a_list_hash_of_128_bits_is_no_pdq() {
    let list = format!("id,pdq\n1,{}\n2,{}\n", "0".repeat(32), "f".repeat(64));
    let steps = read_whole(Format::Csv, list.as_bytes());
    let gone = false;
    assert_eq!(
        reasons(&steps),
        [
            (1, Defect::HashMalformed, gone),
            (2, Defect::HashFlat, gone)
        ]
    );
}

#[test]
fn bare_hashes_of_64_digits_are_what_the_caller_says() {
    let line = pdq(1);
    for (named, expected) in [(true, "pdq"), (false, "sha256")] {
        let read = read_whole(Format::Hashes { pdq: named }, line.as_bytes());
        assert_eq!(puts(&read)[0].hashes[0].kind(), expected);
    }
}

#[test]
fn stopncii_what_is_withdrawn_or_deleted_is_removed_under_the_same_key() {
    let record = |status: &str| {
        format!(
            r#"{{"hashRecords":[{{"signalType":"ImagePDQ","hashValue":"{}","hashStatus":"{status}",
            "lastModtimestamp":1}}],"hasMoreRecords":"false","nextPageToken":"x"}}"#,
            pdq(1)
        )
    };
    let active = read_whole(Format::StopNcii, record("Active").as_bytes());
    for status in ["Withdrawn", "Deleted"] {
        let steps = read_whole(Format::StopNcii, record(status).as_bytes());
        let key = puts(&active)[0].key.clone();
        assert_eq!(steps[0], Step::Change(ListChange::Remove(key)));
        assert!(matches!(&steps[1], Step::Page(page) if page.next.is_none()));
    }
    let steps = read_whole(Format::StopNcii, record("New").as_bytes());
    assert_eq!(reasons(&steps), [(1, Defect::StatusUnknown, false)]);
}

#[test]
fn stopncii_a_malformed_record_does_not_stop_the_checkpoint() {
    let list = r#"{"hashRecords":[{"signalType":"ImagePDQ","hashValue":"00"},17],
        "nextSetTimestamp":1767322000,"hasMoreRecords":true,"nextPageToken":"t","count":"2"}"#;
    let steps = read_whole(Format::StopNcii, list.as_bytes());
    assert_eq!(reasons(&steps).len(), 2);
    let Some(Step::Page(page)) = steps.last() else {
        panic!("{steps:?}");
    };
    assert_eq!(page.checkpoint.as_deref(), Some("1767322000"));
    assert_eq!((page.next.as_deref(), page.count), (Some("t"), Some(2)));
}

#[test]
fn tat_a_deleted_hash_is_removed_by_its_id() {
    let list =
        r#"{"results":[{"id":7,"deleted":"true"},{"deleted":true},{"id":8,"deleted":"perhaps"}]}"#;
    let steps = read_whole(Format::Tat, list.as_bytes());
    assert!(matches!(&steps[0], Step::Change(ListChange::Remove(key)) if key.id == "7"));
    assert_eq!(
        reasons(&steps),
        [
            (2, Defect::IdMissing, false),
            (3, Defect::ValueMalformed, false)
        ]
    );
}
