//! What ties each Rust type to its table in the schema: how it is read from any form and printed
//! in any form.

use std::borrow::Cow;

use super::schema::{Attribute, Element, Kind, Occurs, Particle, Shape, SimpleType};
use crate::Refusal;

/// A type of text as a Rust type.
pub(crate) trait Simple: Sized {
    /// Its table.
    const TYPE: &'static SimpleType;

    /// Reads it; `None` if the text does not belong to the type.
    fn from_text(text: &str) -> Option<Self>;

    /// Its text.
    fn to_text(&self) -> Cow<'_, str>;
}

/// What an element holds, as a Rust type.
pub(crate) trait Node: Sized {
    /// Its table.
    const KIND: Kind;

    /// Reads it from a source that stands at the element.
    fn read<S: Source>(source: &mut S) -> Result<Self, Refusal>;

    /// Prints it inside of an element that the printer has started.
    fn print<P: Printer>(&self, printer: &mut P);
}

impl<T: Simple> Node for T {
    const KIND: Kind = Kind::Simple(T::TYPE);

    fn read<S: Source>(source: &mut S) -> Result<Self, Refusal> {
        source.simple()
    }

    fn print<P: Printer>(&self, printer: &mut P) {
        printer.text(T::TYPE, &self.to_text());
    }
}

/// A root element.
pub(crate) trait Document: Node {
    /// The element.
    const ROOT: &'static Element;
}

/// Where documents are read from: XML or JSON. It stands at one element at a time.
pub(crate) trait Source {
    /// An element that has been entered.
    type Open;

    /// Reads the element as text.
    fn simple<T: Simple>(&mut self) -> Result<T, Refusal>;

    /// Enters the element.
    fn open(&mut self, shape: &'static Shape) -> Result<Self::Open, Refusal>;

    /// Takes an attribute of an entered element.
    fn attribute<T: Simple>(
        &mut self,
        open: &mut Self::Open,
        attribute: &'static Attribute,
    ) -> Result<Option<T>, Refusal>;

    /// The refusal of an element without an attribute that must be there.
    fn attribute_missing(&self, open: &Self::Open, attribute: &'static Attribute) -> Refusal;

    /// Reads the text of an entered element and leaves it.
    fn text<T: Simple>(&mut self, open: Self::Open) -> Result<T, Refusal>;

    /// Stands at the next child if it is `element`, in the particle of this index.
    fn enter(
        &mut self,
        open: &mut Self::Open,
        index: usize,
        element: &'static Element,
    ) -> Result<bool, Refusal>;

    /// The refusal of a content without the particle of this index.
    fn missing(&self, open: &Self::Open, index: usize) -> Refusal;

    /// Reads an `All` of marks and leaves the element.
    fn marks(&mut self, open: Self::Open) -> Result<Marks, Refusal>;

    /// Leaves the element; refuses what is left in it.
    fn close(&mut self, open: Self::Open) -> Result<(), Refusal>;
}

/// Where documents are printed to: XML or JSON.
pub(crate) trait Printer {
    /// Starts an element.
    fn start(&mut self, element: &'static Element, repeats: bool);

    /// Adds an attribute to the element just started.
    fn attribute(&mut self, attribute: &'static Attribute, text: &str);

    /// Adds the text of the element.
    fn text(&mut self, kind: &'static SimpleType, text: &str);

    /// Ends the element.
    fn end(&mut self, element: &'static Element);
}

/// A field of a sequence: one element, or a choice, with its number of occurrences.
pub(crate) trait Field: Sized {
    /// What stands there.
    type Item: Node;
    /// How often.
    const OCCURS: Occurs;

    /// Reads all occurrences.
    fn read<S: Source>(
        source: &mut S,
        open: &mut S::Open,
        index: usize,
        element: &'static Element,
    ) -> Result<Self, Refusal>;

    /// All occurrences.
    fn items(&self) -> impl Iterator<Item = &Self::Item>;
}

impl<T: Node> Field for T {
    type Item = T;
    const OCCURS: Occurs = Occurs::Once;

    fn read<S: Source>(
        source: &mut S,
        open: &mut S::Open,
        index: usize,
        element: &'static Element,
    ) -> Result<Self, Refusal> {
        if source.enter(open, index, element)? {
            T::read(source)
        } else {
            Err(source.missing(open, index))
        }
    }

    fn items(&self) -> impl Iterator<Item = &T> {
        std::iter::once(self)
    }
}

impl<T: Node> Field for Option<T> {
    type Item = T;
    const OCCURS: Occurs = Occurs::Optional;

    fn read<S: Source>(
        source: &mut S,
        open: &mut S::Open,
        index: usize,
        element: &'static Element,
    ) -> Result<Self, Refusal> {
        if source.enter(open, index, element)? {
            T::read(source).map(Some)
        } else {
            Ok(None)
        }
    }

    fn items(&self) -> impl Iterator<Item = &T> {
        self.iter()
    }
}

impl<T: Node> Field for Vec<T> {
    type Item = T;
    const OCCURS: Occurs = Occurs::Any;

    fn read<S: Source>(
        source: &mut S,
        open: &mut S::Open,
        index: usize,
        element: &'static Element,
    ) -> Result<Self, Refusal> {
        let mut items = Self::new();
        while source.enter(open, index, element)? {
            items.push(T::read(source)?);
        }
        Ok(items)
    }

    fn items(&self) -> impl Iterator<Item = &T> {
        self.iter()
    }
}

/// One or more of something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OneOrMore<T> {
    /// The first.
    pub first: T,
    /// The others.
    pub more: Vec<T>,
}

impl<T> OneOrMore<T> {
    /// Just one.
    pub const fn one(first: T) -> Self {
        Self {
            first,
            more: Vec::new(),
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(&self.more)
    }
}

impl<T: Node> Field for OneOrMore<T> {
    type Item = T;
    const OCCURS: Occurs = Occurs::Some;

    fn read<S: Source>(
        source: &mut S,
        open: &mut S::Open,
        index: usize,
        element: &'static Element,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            first: <T as Field>::read(source, open, index, element)?,
            more: Vec::read(source, open, index, element)?,
        })
    }

    fn items(&self) -> impl Iterator<Item = &T> {
        self.iter()
    }
}

/// A field that is an attribute.
pub(crate) trait AttributeField: Sized {
    /// The type of its value.
    type Item: Simple;
    /// Whether it must be there.
    const REQUIRED: bool;

    /// Reads it.
    fn read<S: Source>(
        source: &mut S,
        open: &mut S::Open,
        attribute: &'static Attribute,
    ) -> Result<Self, Refusal>;

    /// Its value, if it is there.
    fn item(&self) -> Option<&Self::Item>;
}

impl<T: Simple> AttributeField for T {
    type Item = T;
    const REQUIRED: bool = true;

    fn read<S: Source>(
        source: &mut S,
        open: &mut S::Open,
        attribute: &'static Attribute,
    ) -> Result<Self, Refusal> {
        source
            .attribute(open, attribute)?
            .ok_or_else(|| source.attribute_missing(open, attribute))
    }

    fn item(&self) -> Option<&T> {
        Some(self)
    }
}

impl<T: Simple> AttributeField for Option<T> {
    type Item = T;
    const REQUIRED: bool = false;

    fn read<S: Source>(
        source: &mut S,
        open: &mut S::Open,
        attribute: &'static Attribute,
    ) -> Result<Self, Refusal> {
        source.attribute(open, attribute)
    }

    fn item(&self) -> Option<&T> {
        self.as_ref()
    }
}

/// One of several elements.
pub(crate) trait Choice: Sized {
    /// The elements.
    const ELEMENTS: &'static [Element];

    /// Reads the one that stands next, if it is one of them.
    fn read_one<S: Source>(
        source: &mut S,
        open: &mut S::Open,
        index: usize,
    ) -> Result<Option<Self>, Refusal>;

    /// Prints the element.
    fn print_one<P: Printer>(&self, printer: &mut P);
}

/// An optional choice, as a field's type.
pub(crate) trait OptionalChoice {
    /// The elements.
    const ELEMENTS: &'static [Element];
}

impl<C: Choice> OptionalChoice for Option<C> {
    const ELEMENTS: &'static [Element] = C::ELEMENTS;
}

/// Marks that were read, to be taken in the order of the table.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Marks {
    bits: u32,
    taken: u32,
}

impl Marks {
    /// Sets the mark of this index; `false` if it was set.
    pub(crate) const fn set(&mut self, index: usize) -> bool {
        let was = self.bits;
        self.bits |= 1 << index;
        was != self.bits
    }

    /// Whether the mark of this index is set.
    pub(crate) const fn has(self, index: usize) -> bool {
        self.bits >> index & 1 == 1
    }

    /// The next mark.
    pub(crate) const fn take(&mut self) -> bool {
        self.taken += 1;
        self.bits >> (self.taken - 1) & 1 == 1
    }
}

/// A complex type that is being read, field by field in the order of its table.
pub(crate) struct Reading<'s, S: Source> {
    source: &'s mut S,
    open: S::Open,
    shape: &'static Shape,
    attributes: usize,
    particles: usize,
}

impl<'s, S: Source> Reading<'s, S> {
    /// Enters the element at which the source stands.
    pub(crate) fn open(source: &'s mut S, shape: &'static Shape) -> Result<Self, Refusal> {
        let open = source.open(shape)?;
        Ok(Self {
            source,
            open,
            shape,
            attributes: 0,
            particles: 0,
        })
    }

    /// Reads the next attribute.
    pub(crate) fn attribute<A: AttributeField>(&mut self) -> Result<A, Refusal> {
        let attribute = &self.shape.attributes[self.attributes];
        self.attributes += 1;
        A::read(self.source, &mut self.open, attribute)
    }

    /// Reads the next element or elements.
    pub(crate) fn field<F: Field>(&mut self) -> Result<F, Refusal> {
        let index = self.next_particle();
        let element = &self.shape.body.particles()[index].elements[0];
        F::read(self.source, &mut self.open, index, element)
    }

    /// Reads one of several elements, which must be there.
    pub(crate) fn one_of<C: Choice>(&mut self) -> Result<C, Refusal> {
        let index = self.next_particle();
        C::read_one(self.source, &mut self.open, index)?
            .ok_or_else(|| self.source.missing(&self.open, index))
    }

    /// Reads one of several elements, if it is there.
    pub(crate) fn optional_one_of<C: Choice>(&mut self) -> Result<Option<C>, Refusal> {
        let index = self.next_particle();
        C::read_one(self.source, &mut self.open, index)
    }

    /// Reads the text and leaves the element.
    pub(crate) fn text<T: Simple>(self) -> Result<T, Refusal> {
        self.source.text(self.open)
    }

    /// Reads the marks and leaves the element.
    pub(crate) fn marks(self) -> Result<Marks, Refusal> {
        self.source.marks(self.open)
    }

    /// Leaves the element.
    pub(crate) fn close(self) -> Result<(), Refusal> {
        self.source.close(self.open)
    }

    const fn next_particle(&mut self) -> usize {
        self.particles += 1;
        self.particles - 1
    }
}

/// A complex type that is being printed, field by field in the order of its table.
pub(crate) struct Printing<'p, P: Printer> {
    printer: &'p mut P,
    attributes: std::slice::Iter<'static, Attribute>,
    particles: std::slice::Iter<'static, Particle>,
}

impl<'p, P: Printer> Printing<'p, P> {
    /// Starts with the first field.
    pub(crate) fn new(printer: &'p mut P, shape: &'static Shape) -> Self {
        Self {
            printer,
            attributes: shape.attributes.iter(),
            particles: shape.body.particles().iter(),
        }
    }

    /// Prints the next attribute.
    pub(crate) fn attribute<A: AttributeField>(&mut self, field: &A) {
        if let (Some(attribute), Some(value)) = (self.attributes.next(), field.item()) {
            self.printer.attribute(attribute, &value.to_text());
        }
    }

    /// Prints the next element or elements.
    pub(crate) fn field<F: Field>(&mut self, field: &F) {
        let Some([element, ..]) = self.particles.next().map(|particle| particle.elements) else {
            return;
        };
        for item in field.items() {
            self.printer.start(element, F::OCCURS.repeats());
            item.print(self.printer);
            self.printer.end(element);
        }
    }

    /// Prints one of several elements, if it is there.
    pub(crate) fn one_of<C: Choice>(&mut self, field: Option<&C>) {
        self.particles.next();
        if let Some(chosen) = field {
            chosen.print_one(self.printer);
        }
    }

    /// Prints the text.
    pub(crate) fn text<T: Simple>(&mut self, field: &T) {
        self.printer.text(T::TYPE, &field.to_text());
    }
}
