//! Ways to spoil a document. A spoiled document may still be valid: the referee decides.

use super::{Chance, Item, Tree};

/// A way to spoil an element inside of its document.
pub(crate) type Spoiling = fn(&mut Tree, &mut Chance);

/// All ways.
pub(crate) const SPOILINGS: &[Spoiling] = &[
    drop_child,
    repeat_child,
    swap_children,
    move_child_to_end,
    rename,
    rename_as_known,
    add_child,
    nest_itself,
    odd_text,
    add_text,
    add_markup,
    drop_attribute,
    odd_attribute,
    add_attribute,
    empty,
    namespace,
];

/// Texts that are odd for one type or another.
const ODD_TEXTS: &[&str] = &[
    "",
    " ",
    "\n",
    "x",
    "true",
    "false",
    "TRUE",
    "1",
    "0",
    " true ",
    "yes",
    "-1",
    "+1",
    "--1",
    "1.0",
    "2147483648",
    "-2147483649",
    "9223372036854775808",
    " 7 ",
    "7 ",
    "7 7",
    "1e5",
    "1e",
    ".",
    "-.5",
    "INF",
    " INF",
    "INF ",
    "+INF",
    "NaN",
    "nan",
    "999",
    "2026-01-02",
    "2026-01-02 ",
    " 2026-01-02",
    "2026-02-30",
    "0000-01-01",
    "02026-01-01",
    "2026-1-2",
    "2026-01-02Z",
    "2026-01-02+14:01",
    "2026-01-02T03:04:05",
    "2026-01-02T03:04:05Z",
    " 2026-01-02T03:04:05Z",
    "2026-01-02T03:04:05Z ",
    "2026-01-02T24:00:00Z",
    "2026-01-02T24:00:01Z",
    "2026-01-02T25:00:00Z",
    "2026-01-02T03:60:05Z",
    "2026-01-02T03:04:60Z",
    "2026-01-02T03:04:05.Z",
    "2026-01-02t03:04:05Z",
    "2026-01-02T03:04:05+1400",
    "2026-01-02 03:04:05",
    "20260102T030405Z",
    "Home",
    "home",
    " Home",
    "Home ",
    "A1",
    "a1",
    "US",
    "us",
    "UK",
    "GB",
    "XK",
    "CA",
    "AS",
    "Reported",
    "Supplemental Reported",
    "EXIF",
    "exif",
    "Login",
    "+1",
    "+1234",
    "1234",
    "٣",
    "\u{a0}1",
    "Online Enticement of Children for Sexual Act",
    "VIRAL_POTENTIAL_MEME",
    "Parent/Guardian",
];

const NAMES: &[&str] = &[
    "report",
    "incidentSummary",
    "reporter",
    "additionalInfo",
    "address",
    "email",
    "phone",
    "viral",
    "spam",
    "potentialMeme",
    "fileAnnotations",
    "priorCTReport",
    "priorCTReports",
    "espIdentifier",
    "screenName",
    "ipCaptureEvent",
    "deviceId",
    "value",
    "name",
    "undefined",
    "informational",
    "ageAssertionDiscrepancy",
    "Report",
    "x:report",
    "é",
    "a.b-c",
];

fn child_indexes(tree: &Tree) -> Vec<usize> {
    let is_element = |index: &usize| matches!(tree.items[*index], Item::Element(_));
    (0..tree.items.len()).filter(is_element).collect()
}

fn drop_child(tree: &mut Tree, chance: &mut Chance) {
    let children = child_indexes(tree);
    if !children.is_empty() {
        tree.items.remove(*chance.of(&children));
    }
}

fn repeat_child(tree: &mut Tree, chance: &mut Chance) {
    let children = child_indexes(tree);
    if !children.is_empty() {
        let index = *chance.of(&children);
        tree.items.insert(index, tree.items[index].clone());
    }
}

fn swap_children(tree: &mut Tree, chance: &mut Chance) {
    let children = child_indexes(tree);
    if children.len() > 1 {
        let (one, other) = (*chance.of(&children), *chance.of(&children));
        tree.items.swap(one, other);
    }
}

fn move_child_to_end(tree: &mut Tree, chance: &mut Chance) {
    let children = child_indexes(tree);
    if !children.is_empty() {
        let moved = tree.items.remove(*chance.of(&children));
        tree.items.push(moved);
    }
}

fn rename(tree: &mut Tree, chance: &mut Chance) {
    let letter = chance.word(&["x", "_", "-", "1"]);
    tree.name.push_str(letter);
}

fn rename_as_known(tree: &mut Tree, chance: &mut Chance) {
    tree.name = chance.word(NAMES).to_owned();
}

fn add_child(tree: &mut Tree, chance: &mut Chance) {
    let child = Tree::new(chance.word(NAMES));
    let at = chance.below(tree.items.len() + 1);
    tree.items.insert(at, Item::Element(child));
}

fn nest_itself(tree: &mut Tree, chance: &mut Chance) {
    let at = chance.below(tree.items.len() + 1);
    tree.items.insert(at, Item::Element(tree.clone()));
}

fn odd_text(tree: &mut Tree, chance: &mut Chance) {
    tree.items = vec![Item::Text(chance.word(ODD_TEXTS).to_owned())];
}

fn add_text(tree: &mut Tree, chance: &mut Chance) {
    let at = chance.below(tree.items.len() + 1);
    let text = chance.word(&["x", " ", "\n", "\u{a0}", "0"]).to_owned();
    tree.items.insert(at, Item::Text(text));
}

fn add_markup(tree: &mut Tree, chance: &mut Chance) {
    let at = chance.below(tree.items.len() + 1);
    let raw = chance.word(&[
        "<!-- c -->",
        "<!---->",
        "<?pi?>",
        "<?pi  data ?>",
        "<![CDATA[]]>",
        "<![CDATA[ ]]>",
        "<![CDATA[true]]>",
        "<![CDATA[<x>&]]>",
        "&#32;",
        "&#x9;",
        "&lt;",
        "&undefined;",
        "&#0;",
        "&#xFFFE;",
        "&",
        "]]>",
        "<!-- -- -->",
        "<?xml version='1.0'?>",
        "<!DOCTYPE x>",
        "<",
        "</x>",
        "\u{1}",
        "\u{85}",
        "\u{2028}",
        "\u{fffe}",
        "<![cdata[]]>",
    ]);
    tree.items.insert(at, Item::Raw(raw.to_owned()));
}

fn drop_attribute(tree: &mut Tree, _chance: &mut Chance) {
    tree.attributes.pop();
}

fn odd_attribute(tree: &mut Tree, chance: &mut Chance) {
    if let Some((_, value)) = tree.attributes.last_mut() {
        *value = chance.word(ODD_TEXTS).to_owned();
    }
}

fn add_attribute(tree: &mut Tree, chance: &mut Chance) {
    let names = [
        "type",
        "verified",
        "reason",
        "hashType",
        "timestamp",
        "fleaCountry",
        "accountType",
        "thirdPartyUser",
        "x",
        "xml:lang",
        "xmlns:x",
        "x:y",
        "xmlns",
    ];
    let name = chance.word(&names).to_owned();
    let value = match name.as_str() {
        "xmlns" | "xmlns:x" => "https://example.com/x",
        _ => chance.word(ODD_TEXTS),
    };
    tree.attributes.push((name, value.to_owned()));
}

fn empty(tree: &mut Tree, _chance: &mut Chance) {
    tree.items.clear();
}

fn namespace(tree: &mut Tree, chance: &mut Chance) {
    if chance.below(2) == 0 {
        tree.attributes
            .push(("xmlns:n".to_owned(), "https://example.com/n".to_owned()));
    }
    tree.name = format!("n:{}", tree.name);
}

/// Spoils an element of a document.
pub(crate) fn spoil(tree: &mut Tree, chance: &mut Chance) {
    let at = chance.below(tree.count());
    let way = chance.of(SPOILINGS);
    if let Some(element) = tree.nth(at) {
        way(element, chance);
    }
}

/// Spoils the written document.
pub(crate) fn spoil_text(text: &str, chance: &mut Chance) -> String {
    let letters: Vec<char> = text.chars().collect();
    let at = chance.below(letters.len());
    let (before, after) = (letters[..at].iter(), letters[at..].iter());
    let put = chance.word(&[
        "<", ">", "&", "\"", "'", "/", "=", "?", "!", "[", "]", "-", "\0", "\u{b}", " ", "x", ";",
        "#",
    ]);
    match chance.below(4) {
        0 => before.collect(),
        1 => before.chain(after.skip(1)).collect(),
        2 => before
            .copied()
            .chain(put.chars())
            .chain(after.copied())
            .collect(),
        _ => before
            .copied()
            .chain(put.chars())
            .chain(after.copied().skip(1))
            .collect(),
    }
}
