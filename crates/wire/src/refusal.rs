//! Why a document was not taken, and where: told to its sender, never with a value from the
//! document.

/// A document that was not taken.
///
/// The message follows the manner of the Xerces validator that senders know from the original
/// service. It names elements and attributes, and what was expected there; it never repeats a
/// value, because values are personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {line})")]
pub struct Refusal {
    /// What is wrong.
    pub reason: Reason,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The elements that lead to the place, joined by `/`; empty outside the root element.
    pub path: String,
    /// What is wrong and what was expected, in one sentence, for the sender.
    pub message: String,
}

impl Refusal {
    /// The class of the refusal.
    pub const fn kind(&self) -> RefusalKind {
        self.reason.kind()
    }

    /// The stable name of the reason, `wire.…`.
    pub const fn code(&self) -> &'static str {
        self.reason.code()
    }

    /// The ispws response code: 4110 malformed, 4100 invalid, 4000 beyond a limit.
    pub const fn response_code(&self) -> i32 {
        match self.kind() {
            RefusalKind::Malformed => 4110,
            RefusalKind::Invalid => 4100,
            RefusalKind::TooLarge => 4000,
        }
    }
}

/// The class of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// Not well-formed, or in a form that no door takes.
    Malformed,
    /// Well-formed, but against the schema or a rule of the protocol.
    Invalid,
    /// Beyond a limit of [`model::limits`].
    TooLarge,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident: $kind:ident, $code:literal;)*) => {
        /// What is wrong with a refused document.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The class of the reason.
            pub const fn kind(self) -> RefusalKind {
                match self { $(Self::$name => RefusalKind::$kind,)* }
            }

            /// The stable name of the reason.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

reasons! {
    /// An attribute that is required is missing.
    AttributeMissing: Invalid, "wire.attribute-missing";
    /// An element has more attributes than any door takes.
    AttributesTooMany: TooLarge, "wire.attributes-too-many";
    /// An attribute that does not belong on its element.
    AttributeUnexpected: Invalid, "wire.attribute-unexpected";
    /// A document type declaration: refused always, since it can define entities.
    DoctypeForbidden: Malformed, "wire.doctype-forbidden";
    /// The document has more bytes than any door takes.
    DocumentTooLarge: TooLarge, "wire.document-too-large";
    /// Nested deeper than any door takes.
    DocumentTooDeep: TooLarge, "wire.document-too-deep";
    /// An element's content ends before all that is required was there.
    ElementMissing: Invalid, "wire.element-missing";
    /// The document has more elements than any door takes.
    ElementsTooMany: TooLarge, "wire.elements-too-many";
    /// An element that does not belong where it stands.
    ElementUnexpected: Invalid, "wire.element-unexpected";
    /// Bytes that are not text in the document's encoding.
    EncodingBroken: Malformed, "wire.encoding-broken";
    /// An encoding that no door takes.
    EncodingUnsupported: Malformed, "wire.encoding-unsupported";
    /// An entity other than the five that XML itself defines.
    EntityForbidden: Malformed, "wire.entity-forbidden";
    /// Rules that the protocol checks when a report is finished.
    FileRuleBroken: Invalid, "wire.file-rule-broken";
    /// A key that occurs twice in one JSON object.
    KeyRepeated: Malformed, "wire.key-repeated";
    /// Not well-formed.
    NotWellFormed: Malformed, "wire.not-well-formed";
    /// Text where only elements, or nothing, may stand.
    TextUnexpected: Invalid, "wire.text-unexpected";
    /// A value other than the one that is fixed.
    ValueFixed: Invalid, "wire.value-fixed";
    /// A value that does not have the form of its type.
    ValueMalformed: Invalid, "wire.value-malformed";
    /// A value that is not among those listed.
    ValueUnlisted: Invalid, "wire.value-unlisted";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_stable_kebab_and_unique() {
        let codes: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        for code in codes {
            let name = code.strip_prefix("wire.").expect("room");
            assert!(
                name.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                "{code}"
            );
        }
    }
}
