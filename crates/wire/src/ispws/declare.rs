//! The macros of the one declaration: type, table, reader and printer at once.
//!
//! - `sequence!`: a struct of attributes and of elements in order. A field's Rust type says how
//!   often it occurs: `T` once, `Option<T>` at most once, `Vec<T>` any number, `OneOrMore<T>` at
//!   least once. A field `Option<C> = choice` holds one of the elements of the `choice!` type `C`.
//! - `text!`: a struct of attributes around a text.
//! - `marks!`: a struct of yes-marks in any order.
//! - `choice!`: an enum of elements of which one stands; `choice_only!` a type that is such a
//!   choice and no more.
//! - `enumeration!`: an enum of listed texts.
//! - `document!`: a type that may be a root element.
//!
//! `Debug` of the structs shows no field: most of them are personal data.

macro_rules! sequence {
    (
        $(#[$doc:meta])*
        pub struct $type:ident = $name:literal {
            $(attributes { $($(#[$adoc:meta])* $afield:ident: $atype:ty = $aname:literal,)* })?
            $(elements { $($(#[$edoc:meta])* $efield:ident: $etype:ty = $ename:tt,)* })?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Default)]
        pub struct $type {
            $($($(#[$adoc])* pub $afield: $atype,)*)?
            $($($(#[$edoc])* pub $efield: $etype,)*)?
        }

        redacted_node!($type, $crate::ispws::schema::Shape {
            name: $name,
            attributes: &[$($(attribute!($aname, $atype),)*)?],
            body: $crate::ispws::schema::Body::Sequence(&[$($(particle!($ename, $etype),)*)?]),
        });

        impl $type {
            fn read_parts<S: $crate::ispws::binding::Source>(
                mut reading: $crate::ispws::binding::Reading<'_, S>,
            ) -> Result<Self, $crate::Refusal> {
                let value = Self {
                    $($($afield: reading.attribute()?,)*)?
                    $($($efield: read_particle!(reading, $ename),)*)?
                };
                reading.close()?;
                Ok(value)
            }

            fn print_parts<P: $crate::ispws::binding::Printer>(
                &self,
                mut printing: $crate::ispws::binding::Printing<'_, P>,
            ) {
                $($(printing.attribute(&self.$afield);)*)?
                $($(print_particle!(printing, $ename, &self.$efield);)*)?
            }
        }
    };
}

macro_rules! text {
    (
        $(#[$doc:meta])*
        pub struct $type:ident = $name:literal {
            attributes { $($(#[$adoc:meta])* $afield:ident: $atype:ty = $aname:literal,)* }
            $(#[$vdoc:meta])* $vfield:ident: $vtype:ty = text,
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Default)]
        pub struct $type {
            $($(#[$adoc])* pub $afield: $atype,)*
            $(#[$vdoc])* pub $vfield: $vtype,
        }

        redacted_node!($type, $crate::ispws::schema::Shape {
            name: $name,
            attributes: &[$(attribute!($aname, $atype),)*],
            body: $crate::ispws::schema::Body::Text(
                <$vtype as $crate::ispws::binding::Simple>::TYPE,
            ),
        });

        impl $type {
            fn read_parts<S: $crate::ispws::binding::Source>(
                mut reading: $crate::ispws::binding::Reading<'_, S>,
            ) -> Result<Self, $crate::Refusal> {
                Ok(Self {
                    $($afield: reading.attribute()?,)*
                    $vfield: reading.text()?,
                })
            }

            fn print_parts<P: $crate::ispws::binding::Printer>(
                &self,
                mut printing: $crate::ispws::binding::Printing<'_, P>,
            ) {
                $(printing.attribute(&self.$afield);)*
                printing.text(&self.$vfield);
            }
        }
    };
}

macro_rules! marks {
    (
        $(#[$doc:meta])*
        pub struct $type:ident = $name:literal {
            $($(#[$fdoc:meta])* $field:ident = $ename:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $type {
            $($(#[$fdoc])* pub $field: bool,)*
        }

        complex_node!($type, $crate::ispws::schema::Shape {
            name: $name,
            attributes: &[],
            body: $crate::ispws::schema::Body::All(&[
                $(particle!($ename, Option<$crate::ispws::lexical::Yes>),)*
            ]),
        });

        impl $type {
            fn read_parts<S: $crate::ispws::binding::Source>(
                reading: $crate::ispws::binding::Reading<'_, S>,
            ) -> Result<Self, $crate::Refusal> {
                let mut marks = reading.marks()?;
                Ok(Self { $($field: marks.take(),)* })
            }

            fn print_parts<P: $crate::ispws::binding::Printer>(
                &self,
                mut printing: $crate::ispws::binding::Printing<'_, P>,
            ) {
                $(printing.field(&self.$field.then_some($crate::ispws::lexical::Yes));)*
            }
        }
    };
}

macro_rules! choice {
    (
        $(#[$doc:meta])*
        pub enum $type:ident {
            $($(#[$vdoc:meta])* $variant:ident($vtype:ty) = $ename:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub enum $type { $($(#[$vdoc])* $variant($vtype),)* }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $(Self::$variant(_) => stringify!($variant),)* })
            }
        }

        impl $crate::ispws::binding::Choice for $type {
            const ELEMENTS: &'static [$crate::ispws::schema::Element] =
                &[$(element!($ename, $vtype),)*];

            fn read_one<S: $crate::ispws::binding::Source>(
                source: &mut S,
                open: &mut S::Open,
                index: usize,
            ) -> Result<Option<Self>, $crate::Refusal> {
                let mut elements = Self::ELEMENTS.iter();
                $(
                    if let Some(element) = elements.next()
                        && source.enter(open, index, element)?
                    {
                        let value = <$vtype as $crate::ispws::binding::Node>::read(source)?;
                        return Ok(Some(Self::$variant(value)));
                    }
                )*
                Ok(None)
            }

            fn print_one<P: $crate::ispws::binding::Printer>(&self, printer: &mut P) {
                let mut elements = Self::ELEMENTS.iter();
                $(
                    if let Some(element) = elements.next()
                        && let Self::$variant(value) = self
                    {
                        printer.start(element, false);
                        $crate::ispws::binding::Node::print(value, printer);
                        printer.end(element);
                    }
                )*
            }
        }
    };
}

macro_rules! choice_only {
    ($type:ident = $name:literal) => {
        complex_node!(
            $type,
            $crate::ispws::schema::Shape {
                name: $name,
                attributes: &[],
                body: $crate::ispws::schema::Body::Sequence(&[$crate::ispws::schema::Particle {
                    elements: <$type as $crate::ispws::binding::Choice>::ELEMENTS,
                    occurs: $crate::ispws::schema::Occurs::Once,
                }]),
            }
        );

        impl $type {
            fn read_parts<S: $crate::ispws::binding::Source>(
                mut reading: $crate::ispws::binding::Reading<'_, S>,
            ) -> Result<Self, $crate::Refusal> {
                let value = reading.one_of()?;
                reading.close()?;
                Ok(value)
            }

            fn print_parts<P: $crate::ispws::binding::Printer>(
                &self,
                mut printing: $crate::ispws::binding::Printing<'_, P>,
            ) {
                printing.one_of(Some(self));
            }
        }
    };
}

macro_rules! enumeration {
    (
        $(#[$doc:meta])*
        pub enum $type:ident = $name:literal {
            $(#[$fdoc:meta])* $first:ident = $ftext:literal,
            $($(#[$vdoc:meta])* $variant:ident = $text:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub enum $type {
            $(#[$fdoc])*
            #[default]
            $first,
            $($(#[$vdoc])* $variant,)*
        }

        impl $type {
            /// Every value, in the order of the schema.
            pub const ALL: &'static [Self] = &[Self::$first, $(Self::$variant,)*];
            const TEXTS: &'static [&'static str] = &[$ftext, $($text,)*];

            /// The text on the wire.
            pub const fn text(self) -> &'static str {
                match self {
                    Self::$first => $ftext,
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl $crate::ispws::binding::Simple for $type {
            const TYPE: &'static $crate::ispws::schema::SimpleType =
                &$crate::ispws::schema::SimpleType {
                    name: $name,
                    rule: $crate::ispws::schema::Rule::OneOf(Self::TEXTS),
                };

            fn from_text(text: &str) -> Option<Self> {
                match text {
                    $ftext => Some(Self::$first),
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }

            fn to_text(&self) -> std::borrow::Cow<'_, str> {
                std::borrow::Cow::Borrowed(self.text())
            }
        }
    };
}

macro_rules! document {
    ($type:ident = $name:literal) => {
        impl $crate::ispws::binding::Document for $type {
            const ROOT: &'static $crate::ispws::schema::Element = &element!($name, $type);
        }
    };
}

macro_rules! redacted_node {
    ($type:ident, $shape:expr) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type)).finish_non_exhaustive()
            }
        }

        complex_node!($type, $shape);
    };
}

macro_rules! complex_node {
    ($type:ident, $shape:expr) => {
        impl $type {
            /// The table of this type.
            pub const SHAPE: &'static $crate::ispws::schema::Shape = &$shape;
        }

        impl $crate::ispws::binding::Node for $type {
            const KIND: $crate::ispws::schema::Kind =
                $crate::ispws::schema::Kind::Complex(Self::SHAPE);

            fn read<S: $crate::ispws::binding::Source>(
                source: &mut S,
            ) -> Result<Self, $crate::Refusal> {
                Self::read_parts($crate::ispws::binding::Reading::open(source, Self::SHAPE)?)
            }

            fn print<P: $crate::ispws::binding::Printer>(&self, printer: &mut P) {
                self.print_parts($crate::ispws::binding::Printing::new(printer, Self::SHAPE));
            }
        }
    };
}

macro_rules! element {
    ($name:literal, $type:ty) => {
        $crate::ispws::schema::Element {
            name: $name,
            kind: <$type as $crate::ispws::binding::Node>::KIND,
        }
    };
}

macro_rules! particle {
    (choice, $type:ty) => {
        $crate::ispws::schema::Particle {
            elements: <$type as $crate::ispws::binding::OptionalChoice>::ELEMENTS,
            occurs: $crate::ispws::schema::Occurs::Optional,
        }
    };
    ($name:literal, $type:ty) => {
        $crate::ispws::schema::Particle {
            elements: &[element!(
                $name,
                <$type as $crate::ispws::binding::Field>::Item
            )],
            occurs: <$type as $crate::ispws::binding::Field>::OCCURS,
        }
    };
}

macro_rules! attribute {
    ($name:literal, $type:ty) => {
        $crate::ispws::schema::Attribute {
                            name: $name,
                            value: <
                                <$type as $crate::ispws::binding::AttributeField>::Item
                                as $crate::ispws::binding::Simple
                            >::TYPE,
                            required: <$type as $crate::ispws::binding::AttributeField>::REQUIRED,
                        }
    };
}

macro_rules! read_particle {
    ($reading:ident, choice) => {
        $reading.optional_one_of()?
    };
    ($reading:ident, $name:literal) => {
        $reading.field()?
    };
}

macro_rules! print_particle {
    ($printing:ident, choice, $field:expr) => {
        $printing.one_of($field.as_ref())
    };
    ($printing:ident, $name:literal, $field:expr) => {
        $printing.field($field)
    };
}
