//! Names of people in several spellings, built from syllables by number: they are nobody's.
//!
//! A name is written in its own script (Cyrillic or Arabic), or in Latin letters by one of several
//! customs, as forms and border posts of different countries do.

/// How a name may be written.
pub(crate) const SPELLINGS: u32 = 4;

/// A given and a family name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) given: String,
    pub(crate) family: String,
}

impl Name {
    /// `Person 17`.
    pub(crate) fn label(what: &str, number: u32) -> Self {
        Self {
            given: what.to_owned(),
            family: number.to_string(),
        }
    }

    /// Given and family name with a space between.
    pub(crate) fn whole(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}

/// A syllable in its own script and by three customs of Latin letters.
type Syllable = [&'static str; 4];

/// Own script; English custom (BGN/PCGN); ISO 9:1995 with its marks; French custom.
const CYRILLIC: [Syllable; 41] = [
    ["жа", "zha", "ža", "ja"],
    ["жу", "zhu", "žu", "jou"],
    ["жо", "zho", "žo", "jo"],
    ["ха", "kha", "ha", "kha"],
    ["ху", "khu", "hu", "khou"],
    ["хо", "kho", "ho", "kho"],
    ["ца", "tsa", "ca", "tsa"],
    ["цо", "tso", "co", "tso"],
    ["цу", "tsu", "cu", "tsou"],
    ["ча", "cha", "ča", "tcha"],
    ["чо", "cho", "čo", "tcho"],
    ["чу", "chu", "ču", "tchou"],
    ["ша", "sha", "ša", "cha"],
    ["шо", "sho", "šo", "cho"],
    ["шу", "shu", "šu", "chou"],
    ["юра", "yura", "ûra", "ioura"],
    ["юла", "yula", "ûla", "ioula"],
    ["яро", "yaro", "âro", "iaro"],
    ["яму", "yamu", "âmu", "iamou"],
    ["ба", "ba", "ba", "ba"],
    ["бу", "bu", "bu", "bou"],
    ["ва", "va", "va", "va"],
    ["ву", "vu", "vu", "vou"],
    ["га", "ga", "ga", "ga"],
    ["гу", "gu", "gu", "gou"],
    ["да", "da", "da", "da"],
    ["ду", "du", "du", "dou"],
    ["за", "za", "za", "za"],
    ["зу", "zu", "zu", "zou"],
    ["ка", "ka", "ka", "ka"],
    ["ку", "ku", "ku", "kou"],
    ["ла", "la", "la", "la"],
    ["лу", "lu", "lu", "lou"],
    ["ма", "ma", "ma", "ma"],
    ["му", "mu", "mu", "mou"],
    ["на", "na", "na", "na"],
    ["ну", "nu", "nu", "nou"],
    ["ра", "ra", "ra", "ra"],
    ["ру", "ru", "ru", "rou"],
    ["та", "ta", "ta", "ta"],
    ["ту", "tu", "tu", "tou"],
];

/// Own script; English custom; a learned custom with marks; French custom.
const ARABIC: [Syllable; 41] = [
    ["با", "ba", "bā", "ba"],
    ["بو", "bu", "bū", "bou"],
    ["بي", "bi", "bī", "by"],
    ["تا", "ta", "tā", "ta"],
    ["تو", "tu", "tū", "tou"],
    ["تي", "ti", "tī", "ty"],
    ["جا", "ja", "ǧā", "dja"],
    ["جو", "ju", "ǧū", "djou"],
    ["جي", "ji", "ǧī", "dji"],
    ["خا", "kha", "ḫā", "kha"],
    ["خو", "khu", "ḫū", "khou"],
    ["خي", "khi", "ḫī", "khy"],
    ["دا", "da", "dā", "da"],
    ["دو", "du", "dū", "dou"],
    ["دي", "di", "dī", "dy"],
    ["را", "ra", "rā", "ra"],
    ["رو", "ru", "rū", "rou"],
    ["ري", "ri", "rī", "ry"],
    ["زا", "za", "zā", "za"],
    ["زو", "zu", "zū", "zou"],
    ["زي", "zi", "zī", "zy"],
    ["شا", "sha", "šā", "cha"],
    ["شو", "shu", "šū", "chou"],
    ["شي", "shi", "šī", "chi"],
    ["غا", "gha", "ġā", "gha"],
    ["غو", "ghu", "ġū", "ghou"],
    ["غي", "ghi", "ġī", "ghy"],
    ["قا", "qa", "qā", "ka"],
    ["قو", "qu", "qū", "kou"],
    ["قي", "qi", "qī", "ky"],
    ["لا", "la", "lā", "la"],
    ["لو", "lu", "lū", "lou"],
    ["لي", "li", "lī", "ly"],
    ["ما", "ma", "mā", "ma"],
    ["مو", "mu", "mū", "mou"],
    ["مي", "mi", "mī", "my"],
    ["نا", "na", "nā", "na"],
    ["نو", "nu", "nū", "nou"],
    ["ني", "ni", "nī", "ny"],
    ["وا", "wa", "wā", "oua"],
    ["وي", "wi", "wī", "oui"],
];

/// The name of a number, by one of [`SPELLINGS`]: 0 is its own script. Different numbers have
/// different names.
pub(crate) fn spelt(number: u32, spelling: u32) -> Name {
    // Six syllables of 41: more than 2^32 names, so that no two numbers meet.
    let script = if number.is_multiple_of(2) {
        &CYRILLIC
    } else {
        &ARABIC
    };
    let custom = usize::try_from(spelling % SPELLINGS).unwrap_or(0);
    let mut rest = number;
    let mut part = || {
        let mut text = String::new();
        for _ in 0..3 {
            text.push_str(script[usize::try_from(rest % 41).unwrap_or(0)][custom]);
            rest /= 41;
        }
        capital(&text)
    };
    Name {
        given: part(),
        family: part(),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn different_numbers_have_different_names() {
        let numbers = (0..40_000).chain((0..40_000).map(|one| u32::MAX - one * 97_003));
        let numbers: BTreeSet<u32> = numbers.collect();
        for spelling in 0..SPELLINGS {
            let names: BTreeSet<String> = numbers
                .iter()
                .map(|number| spelt(*number, spelling).whole())
                .collect();
            // Latin customs may run two syllables together; the own script never does.
            let distinct = names.len() * 1000 / numbers.len();
            assert!(
                distinct >= if spelling == 0 { 1000 } else { 990 },
                "{distinct}"
            );
        }
    }

    #[test]
    fn one_name_has_several_spellings() {
        let of = |number| (0..SPELLINGS).map(move |spelling| spelt(number, spelling).whole());
        assert_eq!(
            of(1_000_000).collect::<Vec<_>>(),
            [
                "Чонубу Шужажа",
                "Chonubu Shuzhazha",
                "Čonubu Šužaža",
                "Tchonoubou Choujaja"
            ]
        );
        assert_eq!(
            of(2_000_003).collect::<Vec<_>>(),
            [
                "شيلوبا قيبابا",
                "Shiluba Qibaba",
                "Šīlūbā Qībābā",
                "Chilouba Kybaba"
            ]
        );
    }
}
