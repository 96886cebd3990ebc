//! Report text with planted truth: neutral sentences in several languages, identifiers of every
//! kind in the spellings of people, and decoys.

mod values;

use std::ops::Range;

use values::Dice;

/// A text and what was planted in it, in order.
pub(crate) struct Planted {
    pub(crate) text: String,
    pub(crate) truth: Vec<Truth>,
}

/// One planted identifier.
pub(crate) struct Truth {
    pub(crate) kind: &'static str,
    pub(crate) normal: String,
    pub(crate) text: Range<usize>,
}

/// Sentences of reports that name nothing.
const PROSE: &[&str] = &[
    "The report was received in the evening and passed on to the desk on duty.",
    "Our trust and safety team reviewed the account and closed it on the same day.",
    "The sender says that the conversation began in a public room and went on in private.",
    "No further data are held; the retention period of the log ended in March.",
    "The account was created in 2025 and had been used from one city only.",
    "Two earlier reports of the same platform are attached, with their dates and numbers.",
    "A member of the family asked for help and will be available in the morning.",
    "La cuenta fue cerrada y los datos se conservan por noventa días.",
    "El informe llegó por la tarde y fue enviado a la unidad competente.",
    "Ang ulat ay natanggap kahapon at ipinasa sa tanggapan ng pulisya.",
    "Le signalement a été transmis au service compétent le lendemain matin.",
    "Die Meldung ging am Abend ein und wurde an die zuständige Stelle weitergegeben.",
    "O relatório foi recebido pela manhã e encaminhado à equipe responsável.",
    "Сообщение поступило вечером и было передано дежурному сотруднику.",
    "Laporan diterima pada sore hari dan diteruskan kepada petugas.",
    "تم استلام البلاغ مساءً وأُحيل إلى الفريق المختص في اليوم نفسه.",
    "रिपोर्ट शाम को मिली और उसी दिन संबंधित दल को भेज दी गई।",
    "报告于当晚收到，并在同一天转交给值班人员。",
    "報告は夕方に届き、同じ日に担当者へ引き継がれました。",
    "รายงานถูกส่งถึงเจ้าหน้าที่ในวันเดียวกัน",
];

/// Sentences around an identifier, which stands at `{}`.
const AROUND: &[&str] = &[
    "The account holder gave {} as a contact.",
    "Also seen: {}, twice in one week.",
    "The log of that evening names {}.",
    "({})",
    "Contact: {}",
    "It was written as \"{}\" in the profile.",
    "Según el informe, se usó {} varias veces.",
    "Nabanggit din ang {} sa ulat.",
    "D'après le dossier, {} figure deux fois.",
    "Im Bericht steht {}; mehr ist nicht bekannt.",
    "No relatório consta {}.",
    "В отчёте указано: {}.",
    "ورد في البلاغ {} مرتين.",
    "रिपोर्ट में {} लिखा है।",
    "报告中提到 {} 。",
];

/// A text of about `bytes` bytes: the same for the same seed.
pub(crate) fn text(bytes: usize, seed: u64) -> Planted {
    let mut dice = Dice::new(seed);
    let mut planted = Planted {
        text: String::with_capacity(bytes + 4096),
        truth: Vec::new(),
    };
    while planted.text.len() < bytes {
        for _ in 0..dice.below(6) + 2 {
            planted.text.push_str(dice.pick(PROSE));
            planted.text.push(' ');
        }
        match dice.below(4) {
            0 => planted.decoy(&mut dice),
            _ => planted.identifier(&mut dice),
        }
        planted.text.push('\n');
    }
    planted
}

impl Planted {
    fn identifier(&mut self, dice: &mut Dice) {
        let value = values::any(dice);
        // A value that brings its own words stands as it is.
        let around = if value.words {
            "{}."
        } else {
            dice.pick(AROUND)
        };
        let (before, after) = around.split_once("{}").unwrap_or((around, ""));
        self.text.push_str(before);
        let start = self.text.len() + value.at;
        self.text.push_str(&value.text);
        self.truth.push(Truth {
            kind: value.kind,
            normal: value.normal,
            text: start..start + value.length,
        });
        self.text.push_str(after);
    }

    fn decoy(&mut self, dice: &mut Dice) {
        let decoy = values::decoy(dice);
        self.text.push_str(&decoy);
        self.text.push('.');
    }
}
