//! The codes of countries and of states of the USA.

/// An enumeration of codes, each a variant of its own name.
macro_rules! codes {
    (
        $(#[$doc:meta])*
        pub enum $type:ident = $name:literal {
            $(#[$udoc:meta])* $unsaid:ident = "",
            $($code:ident)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[expect(missing_docs, reason = "each code is its own name")]
        pub enum $type {
            $(#[$udoc])*
            #[default]
            $unsaid,
            $($code,)*
        }

        impl $type {
            /// Every value, in the order of the schema.
            pub const ALL: &'static [Self] = &[Self::$unsaid, $(Self::$code,)*];
            const TEXTS: &'static [&'static str] = &["", $(stringify!($code),)*];

            /// The text on the wire.
            pub const fn text(self) -> &'static str {
                match self {
                    Self::$unsaid => "",
                    $(Self::$code => stringify!($code),)*
                }
            }
        }

        impl super::binding::Simple for $type {
            const TYPE: &'static super::schema::SimpleType = &super::schema::SimpleType {
                name: $name,
                rule: super::schema::Rule::OneOf(Self::TEXTS),
            };

            fn from_text(text: &str) -> Option<Self> {
                let index = Self::TEXTS.binary_search(&text).ok()?;
                Self::ALL.get(index).copied()
            }

            fn to_text(&self) -> std::borrow::Cow<'_, str> {
                std::borrow::Cow::Borrowed(self.text())
            }
        }
    };
}

codes! {
    /// A country: ISO 3166-1 alpha-2 and eight more codes that senders use; `GB`, never `UK`.
    pub enum Country = "country" {
        /// The empty text: not said.
        Unsaid = "",
        A1 A2 AD AE AF AG AI AL AM AN AO AP AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ
        BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX
        CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET EU FI FJ FK FM FO FR FX GA GB GD GE GF GG
        GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT
        JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD
        ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP
        NR NU NZ O1 OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD
        SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR
        TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    }
}

codes! {
    /// A state of the USA, or `DC`, `GU`, `PR`, `VI`.
    pub enum State = "state" {
        /// The empty text: not said.
        Unsaid = "",
        AK AL AR AZ CA CO CT DC DE FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC
        ND NE NH NJ NM NV NY OH OK OR PA PR RI SC SD TN TX UT VA VI VT WA WI WV WY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ispws::binding::Simple;

    #[test]
    fn every_code_reads_back() {
        assert_eq!((Country::ALL.len(), State::ALL.len()), (258, 55));
        for country in Country::ALL {
            assert_eq!(Country::from_text(country.text()), Some(*country));
        }
        for state in State::ALL {
            assert_eq!(State::from_text(state.text()), Some(*state));
        }
        for wrong in ["UK", "us", "USA", " "] {
            assert_eq!(Country::from_text(wrong), None);
        }
        for wrong in ["AS", "MP", "ca"] {
            assert_eq!(State::from_text(wrong), None);
        }
    }
}
