//! Names that never change, each with what it says: one table makes the enum and both.

macro_rules! named {
    (
        $(#[$top:meta])* $type:ident {
            $($(#[$doc:meta])* $name:ident: $code:literal, $says:literal;)*
        }
    ) => {
        $(#[$top])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type { $($(#[$doc])* $name,)* }

        impl $type {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What is wrong, in words.
            pub const fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)* }
            }

            /// The stable name.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}
