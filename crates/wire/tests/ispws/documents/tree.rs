//! A document as a tree that can also be wrong, and how it is written down.

use super::Chance;

/// An element.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) items: Vec<Item>,
}

/// What is in an element.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    Element(Tree),
    /// Text, written with escapes.
    Text(String),
    /// Written as it is.
    Raw(String),
}

/// How a document is dressed without changing what it says.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Dress {
    /// On one line, nothing more.
    Plain,
    /// Declaration, indents, comments, processing instructions, literal sections, references, both
    /// quotes.
    Fancy,
}

impl Tree {
    /// An element with nothing in it.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            attributes: Vec::new(),
            items: Vec::new(),
        }
    }

    /// Its child elements.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.items.iter().filter_map(|item| match item {
            Item::Element(tree) => Some(tree),
            _ => None,
        })
    }

    /// Its text.
    pub(crate) fn text(&self) -> String {
        let texts = self.items.iter().filter_map(|item| match item {
            Item::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// How many elements there are, this one among them.
    pub(crate) fn count(&self) -> usize {
        1 + self.elements().map(Self::count).sum::<usize>()
    }

    /// The n-th element in document order.
    pub(crate) fn nth(&mut self, n: usize) -> Option<&mut Self> {
        if n == 0 {
            return Some(self);
        }
        let mut left = n - 1;
        for item in &mut self.items {
            if let Item::Element(child) = item {
                let count = child.count();
                if left < count {
                    return child.nth(left);
                }
                left -= count;
            }
        }
        None
    }

    /// The document as text.
    pub(crate) fn written(&self, dress: Dress, chance: &mut Chance) -> String {
        let mut out = String::new();
        if matches!(dress, Dress::Fancy) {
            let starts = [
                "",
                "\u{feff}",
                "<?xml version=\"1.0\"?>",
                "<?xml version='1.0' encoding='utf-8' standalone=\"no\" ?>\n<!-- before -->",
                "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
                "<?pi before?>\n",
            ];
            out.push_str(chance.word(&starts));
        }
        self.write(&mut out, dress, chance);
        if matches!(dress, Dress::Fancy) {
            out.push_str(chance.word(&["", "\n", "<!-- after --> ", "<?after?>"]));
        }
        out
    }

    fn write(&self, out: &mut String, dress: Dress, chance: &mut Chance) {
        let fancy = matches!(dress, Dress::Fancy);
        let space = |chance: &mut Chance| {
            if fancy {
                chance.word(&["", "", " ", "\n"])
            } else {
                ""
            }
        };
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            let quote = if fancy { *chance.of(&['"', '\'']) } else { '"' };
            out.push_str(if fancy {
                chance.word(&[" ", "\n\t", "  "])
            } else {
                " "
            });
            out.extend([name, space(chance), "=", space(chance)]);
            out.push(quote);
            value
                .chars()
                .for_each(|letter| out.push_str(&escaped(letter, true, fancy, chance)));
            out.push(quote);
        }
        out.push_str(space(chance));
        if self.items.is_empty() && (!fancy || chance.below(2) == 0) {
            out.push_str("/>");
            return;
        }
        out.push('>');
        let between = fancy && self.elements().next().is_some();
        for item in &self.items {
            if between {
                out.push_str(chance.word(&[
                    "",
                    " ",
                    "\r\n  ",
                    "<!-- between -->",
                    "<?pi between?>",
                    "&#32;",
                ]));
            }
            match item {
                Item::Element(tree) => tree.write(out, dress, chance),
                Item::Raw(raw) => out.push_str(raw),
                Item::Text(text) => write_text(out, text, fancy, chance),
            }
        }
        if between {
            out.push_str(chance.word(&["", "\t", "<!-- last -->"]));
        }
        out.extend(["</", &self.name, space(chance), ">"]);
    }
}

fn write_text(out: &mut String, text: &str, fancy: bool, chance: &mut Chance) {
    if fancy && !text.contains("]]>") && !text.contains('\r') && chance.below(5) == 0 {
        out.extend(["<![CDATA[", text, "]]>"]);
        return;
    }
    for letter in text.chars() {
        if fancy && chance.below(40) == 0 {
            out.push_str(chance.word(&["<!-- inside -->", "<?pi inside?>"]));
        }
        out.push_str(&escaped(letter, false, fancy, chance));
    }
}

fn escaped(letter: char, attribute: bool, fancy: bool, chance: &mut Chance) -> String {
    match letter {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&apos;".to_owned(),
        '\r' => "&#13;".to_owned(),
        '\n' | '\t' if attribute => format!("&#{};", u32::from(letter)),
        _ if fancy && chance.below(30) == 0 => format!("&#x{:x};", u32::from(letter)),
        _ => letter.to_string(),
    }
}
