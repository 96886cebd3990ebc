//! What stands in the reference of a payment: the neutral words of remittance forms.

use std::fmt;

/// A language of references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    French,
    German,
    Romanian,
    Spanish,
    Swedish,
    Tagalog,
    Thai,
}

/// What a reference says a payment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    FamilySupport,
    SchoolFees,
    Uniform,
    Medical,
    Gift,
    Rent,
    Lodging,
    Groceries,
    Invoice,
    Order,
    Salary,
    Donation,
    Loan,
    Thanks,
}

const PURPOSES: usize = 14;
const PURPOSES_U16: u16 = 14;

/// By language, then by purpose, in the order of the enums.
const PHRASES: [[&str; PURPOSES]; 8] = [
    [
        "family support",
        "school fees",
        "uniform",
        "medical bills",
        "gift",
        "rent",
        "accommodation",
        "groceries",
        "invoice",
        "order",
        "salary",
        "donation",
        "loan",
        "thanks",
    ],
    [
        "aide familiale",
        "frais scolaires",
        "uniforme",
        "frais médicaux",
        "cadeau",
        "loyer",
        "logement",
        "courses",
        "facture",
        "commande",
        "salaire",
        "don",
        "prêt",
        "merci",
    ],
    [
        "Familienhilfe",
        "Schulgeld",
        "Schuluniform",
        "Arztkosten",
        "Geschenk",
        "Miete",
        "Unterkunft",
        "Einkauf",
        "Rechnung",
        "Bestellung",
        "Gehalt",
        "Spende",
        "Darlehen",
        "Danke",
    ],
    [
        "ajutor familie",
        "taxe școlare",
        "uniformă",
        "cheltuieli medicale",
        "cadou",
        "chirie",
        "cazare",
        "cumpărături",
        "factură",
        "comandă",
        "salariu",
        "donație",
        "împrumut",
        "mulțumesc",
    ],
    [
        "apoyo familiar",
        "colegio",
        "uniforme",
        "gastos médicos",
        "regalo",
        "renta",
        "alojamiento",
        "compras",
        "factura",
        "pedido",
        "salario",
        "donación",
        "préstamo",
        "gracias",
    ],
    [
        "familjestöd",
        "skolavgift",
        "skoluniform",
        "läkarkostnader",
        "present",
        "hyra",
        "boende",
        "matvaror",
        "faktura",
        "beställning",
        "lön",
        "gåva",
        "lån",
        "tack",
    ],
    [
        "tulong sa pamilya",
        "matrikula",
        "uniporme",
        "gamot",
        "regalo",
        "upa",
        "tirahan",
        "pamalengke",
        "resibo",
        "order",
        "sahod",
        "donasyon",
        "utang",
        "salamat",
    ],
    [
        "เงินช่วยครอบครัว",
        "ค่าเทอม",
        "ชุดนักเรียน",
        "ค่ารักษา",
        "ของขวัญ",
        "ค่าเช่า",
        "ค่าที่พัก",
        "ค่าอาหาร",
        "ใบแจ้งหนี้",
        "คำสั่งซื้อ",
        "เงินเดือน",
        "บริจาค",
        "เงินกู้",
        "ขอบคุณ",
    ],
];

/// Syllables of made-up handles: rocks and trees.
const HANDLES: [&str; 16] = [
    "alder", "amber", "basalt", "birch", "cedar", "cobalt", "coral", "fern", "garnet", "hazel",
    "larch", "maple", "opal", "quartz", "reed", "willow",
];

/// The reference of a payment, often empty; printing it allocates nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Reference {
    /// 0 for none; otherwise the place in all phrases, counted from 1.
    phrase: u16,
    tail: Tail,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
enum Tail {
    #[default]
    Nothing,
    Number(u16),
    Handle(u16),
}

impl Reference {
    /// Nothing was written.
    pub(super) const NONE: Self = Self {
        phrase: 0,
        tail: Tail::Nothing,
    };

    pub(super) const fn of(language: Language, purpose: Purpose) -> Self {
        Self {
            phrase: language as u16 * PURPOSES_U16 + purpose as u16 + 1,
            tail: Tail::Nothing,
        }
    }

    /// With the number of an invoice or an order.
    pub(super) const fn numbered(self, number: u16) -> Self {
        Self {
            tail: Tail::Number(number),
            ..self
        }
    }

    /// With the handle of somebody on a social platform.
    pub(super) const fn with_handle(self, number: u16) -> Self {
        Self {
            tail: Tail::Handle(number),
            ..self
        }
    }

    /// The words alone, without number or handle; empty if there are none.
    pub fn phrase(self) -> &'static str {
        let at = usize::from(self.phrase).checked_sub(1);
        at.map_or("", |at| PHRASES[at / PURPOSES][at % PURPOSES])
    }

    /// Whether a handle stands there.
    pub const fn has_handle(self) -> bool {
        matches!(self.tail, Tail::Handle(_))
    }

    /// Whether nothing stands there.
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }
}

impl fmt::Display for Reference {
    /// `school fees`, `invoice 4711`, `gift @cedar118`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.phrase())?;
        if self.phrase != 0 && self.tail != Tail::Nothing {
            f.write_str(" ")?;
        }
        match self.tail {
            Tail::Nothing => Ok(()),
            Tail::Number(number) => write!(f, "{number}"),
            Tail::Handle(number) => {
                let word = HANDLES[usize::from(number) % HANDLES.len()];
                write!(f, "@{word}{}", number / 16)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_read_as_written_on_forms() {
        let fees = Reference::of(Language::English, Purpose::SchoolFees);
        assert_eq!(fees.to_string(), "school fees");
        let invoice = Reference::of(Language::Swedish, Purpose::Invoice).numbered(47);
        assert_eq!(invoice.to_string(), "faktura 47");
        let gift = Reference::of(Language::Thai, Purpose::Gift).with_handle(84);
        assert_eq!(gift.to_string(), "ของขวัญ @cedar5");
        let thanks = Reference::of(Language::Thai, Purpose::Thanks);
        assert_eq!(thanks.to_string(), "ขอบคุณ");
        assert_eq!(Reference::NONE.with_handle(0).to_string(), "@alder0");
        assert_eq!(Reference::NONE.to_string(), "");
        assert_eq!((gift.phrase(), gift.has_handle()), ("ของขวัญ", true));
        assert_eq!((invoice.phrase(), invoice.has_handle()), ("faktura", false));
        assert!(Reference::default().is_empty());
    }
}
