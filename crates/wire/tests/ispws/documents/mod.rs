//! Makes documents from the schema's tables: minimal, maximal, random, and around one element of
//! each place.

use wire::ispws::schema::{Body, Element, Kind, Particle, Rule, Shape, SimpleType};

mod chance;
mod spoil;
mod tree;

pub(crate) use chance::Chance;
pub(crate) use spoil::{SPOILINGS, spoil, spoil_text};
pub(crate) use tree::{Dress, Item, Tree};

/// How much of what may be there is there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Amount {
    /// Only what must be there.
    Minimal,
    /// Everything, twice where it repeats.
    Maximal,
    /// Each optional thing with a chance of one in so many.
    OneIn(usize),
}

/// A place in the schema: the particles, and the elements in them, that lead there from the root.
pub(crate) type Route = Vec<(usize, usize)>;

/// Makes documents. `turn` walks through listed values and choices.
pub(crate) struct Maker<'c> {
    pub(crate) chance: &'c mut Chance,
    pub(crate) amount: Amount,
    pub(crate) turn: usize,
}

impl Maker<'_> {
    /// A valid document, with the element at the end of `route` in it.
    pub(crate) fn document(&mut self, root: &'static Element, route: &[(usize, usize)]) -> Tree {
        let mut tree = Tree::new(root.name);
        match root.kind {
            Kind::Simple(kind) => tree.items = text_items(self.text(kind)),
            Kind::Complex(shape) => self.fill(&mut tree, shape, route),
        }
        tree
    }

    fn fill(&mut self, tree: &mut Tree, shape: &'static Shape, route: &[(usize, usize)]) {
        for attribute in shape.attributes {
            if attribute.required || self.wants() {
                tree.attributes
                    .push((attribute.name.to_owned(), self.text(attribute.value)));
            }
        }
        match shape.body {
            Body::Text(kind) => tree.items = text_items(self.text(kind)),
            Body::Sequence(particles) | Body::All(particles) => {
                for (index, particle) in particles.iter().enumerate() {
                    self.particle(tree, index, particle, route);
                }
                if matches!(shape.body, Body::All(_)) {
                    self.chance.shuffle(&mut tree.items);
                }
            }
        }
    }

    fn particle(
        &mut self,
        tree: &mut Tree,
        index: usize,
        particle: &Particle,
        route: &[(usize, usize)],
    ) {
        let on_route = route.first().filter(|step| step.0 == index);
        if on_route.is_none() && !particle.occurs.required() && !self.wants() {
            return;
        }
        let times = match self.amount {
            _ if !particle.occurs.repeats() => 1,
            Amount::Minimal => 1,
            Amount::Maximal => 2,
            Amount::OneIn(_) => 1 + self.chance.below(3),
        };
        for time in 0..times {
            let step = on_route.filter(|_| time == 0);
            let chosen = step.map_or_else(|| self.pick(particle.elements.len()), |step| step.1);
            let rest = if step.is_some() { &route[1..] } else { &[] };
            let child = self.document(&particle.elements[chosen], rest);
            tree.items.push(Item::Element(child));
        }
    }

    fn wants(&mut self) -> bool {
        match self.amount {
            Amount::Minimal => false,
            Amount::Maximal => true,
            Amount::OneIn(odds) => self.chance.below(odds) == 0,
        }
    }

    fn pick(&mut self, count: usize) -> usize {
        match self.amount {
            Amount::OneIn(_) => self.chance.below(count),
            _ => self.turn % count,
        }
    }

    /// A text that belongs to a type.
    pub(crate) fn text(&mut self, kind: &SimpleType) -> String {
        let texts: &[&str] = match kind.rule {
            Rule::OneOf(texts) => return texts[self.pick(texts.len())].to_owned(),
            Rule::Text => &[
                "",
                "a text",
                " <&>\"' ]] ",
                "é 漢 🙂",
                "two\nlines\r\tand\ttabs",
                "  ",
            ],
            Rule::Token => &["a", "e6cb48fbb2b565e69ccded9b9cda62fb", " spaced  out "],
            Rule::Boolean => &["true", "false", "1", "0", " true\n"],
            Rule::True => &["", "true"],
            Rule::Int => &["0", "17", "-1", "2147483647", "-2147483648", "007", "+5"],
            Rule::Long => &[
                "1",
                "9223372036854775807",
                "-9223372036854775808",
                "123456789",
            ],
            Rule::Double => &[
                "0", "-33.86", "1e2", "INF", "-INF", "NaN", "999", " 1.5 ", ".5", "5.",
            ],
            Rule::Date => &[
                "2008-02-29",
                "2010-12-31Z",
                "2011-01-01+14:00",
                "-0001-01-01",
            ],
            Rule::DateTime => &[
                "2026-01-02T03:04:05Z",
                "2026-01-02T03:04:05.123-05:00",
                "2026-01-02T24:00:00",
                "2024-02-29T23:59:59+14:00 ",
                "12026-01-02T03:04:05",
            ],
            Rule::Pattern(pattern) if pattern.starts_with('\\') => &["+1", "+44", "+598"],
            Rule::Pattern(_) => &["1", "0042"],
        };
        texts[self.chance.below(texts.len())].to_owned()
    }
}

/// The route to each element of each type, once.
pub(crate) fn routes(root: &'static Element) -> Vec<Route> {
    let mut found = Vec::new();
    let mut seen = Vec::new();
    walk(root, &mut Vec::new(), &mut seen, &mut found);
    found
}

fn walk(
    element: &'static Element,
    route: &mut Route,
    seen: &mut Vec<&'static str>,
    found: &mut Vec<Route>,
) {
    let Kind::Complex(shape) = element.kind else {
        return;
    };
    if seen.contains(&shape.name) {
        return;
    }
    seen.push(shape.name);
    for (index, particle) in shape.body.particles().iter().enumerate() {
        for (chosen, child) in particle.elements.iter().enumerate() {
            route.push((index, chosen));
            found.push(route.clone());
            walk(child, route, seen, found);
            route.pop();
        }
    }
}

/// The element at the end of a route: the first child of that name.
pub(crate) fn at<'t>(
    tree: &'t mut Tree,
    root: &'static Element,
    route: &[(usize, usize)],
) -> &'t mut Tree {
    let Some(((particle, chosen), rest)) = route.split_first() else {
        return tree;
    };
    let Kind::Complex(shape) = root.kind else {
        return tree;
    };
    let element = &shape.body.particles()[*particle].elements[*chosen];
    let child = tree.items.iter_mut().find_map(|item| match item {
        Item::Element(child) if child.name == element.name => Some(child),
        _ => None,
    });
    at(child.expect("the maker put it there"), element, rest)
}

/// Every `type/element`, `type/@attribute` and `type=value` of the documents with this root.
pub(crate) fn places(root: &'static Element) -> std::collections::BTreeSet<String> {
    let mut places = std::collections::BTreeSet::new();
    collect(root, &mut places);
    places
}

fn collect(element: &'static Element, places: &mut std::collections::BTreeSet<String>) {
    let values = |kind: &SimpleType, places: &mut std::collections::BTreeSet<String>| {
        if let Rule::OneOf(texts) = kind.rule {
            places.extend(texts.iter().map(|text| format!("{}={text}", kind.name)));
        }
    };
    match element.kind {
        Kind::Simple(kind) => values(kind, places),
        Kind::Complex(shape) => {
            for attribute in shape.attributes {
                places.insert(format!("{}/@{}", shape.name, attribute.name));
                values(attribute.value, places);
            }
            for child in shape
                .body
                .particles()
                .iter()
                .flat_map(|particle| particle.elements)
            {
                places.insert(format!("{}/{}", shape.name, child.name));
                collect(child, places);
            }
        }
    }
}

/// The places that a valid document of this root has.
pub(crate) fn places_of(
    tree: &Tree,
    element: &'static Element,
    places: &mut std::collections::BTreeSet<String>,
) {
    let value = |kind: &SimpleType, text: &str, places: &mut std::collections::BTreeSet<String>| {
        if matches!(kind.rule, Rule::OneOf(_)) {
            places.insert(format!("{}={text}", kind.name));
        }
    };
    match element.kind {
        Kind::Simple(kind) => value(kind, &tree.text(), places),
        Kind::Complex(shape) => {
            for (name, text) in &tree.attributes {
                places.insert(format!("{}/@{name}", shape.name));
                let attribute = shape
                    .attributes
                    .iter()
                    .find(|known| known.name == name)
                    .unwrap();
                value(attribute.value, text, places);
            }
            for child in tree.elements() {
                places.insert(format!("{}/{}", shape.name, child.name));
                let known = shape
                    .body
                    .particles()
                    .iter()
                    .flat_map(|particle| particle.elements)
                    .find(|known| known.name == child.name)
                    .unwrap();
                places_of(child, known, places);
            }
        }
    }
}

fn text_items(text: String) -> Vec<Item> {
    if text.is_empty() {
        Vec::new()
    } else {
        vec![Item::Text(text)]
    }
}
