//! As much Markdown as the rules need: tables under a heading, links, headings as anchors.

/// A row of a table: its line number and its cells, trimmed.
pub(super) struct Row<'a> {
    pub(super) line: usize,
    cells: Vec<&'a str>,
}

impl<'a> Row<'a> {
    /// The cell of that column, or an empty one.
    pub(super) fn cell(&self, column: usize) -> &'a str {
        self.cells.get(column).copied().unwrap_or("")
    }
}

/// The body rows of the first table below the heading `## heading`.
pub(super) fn table<'a>(text: &'a str, heading: &str) -> Vec<Row<'a>> {
    let wanted = format!("## {heading}");
    text.lines()
        .enumerate()
        .skip_while(|(_, line)| *line != wanted)
        .skip(1)
        .take_while(|(_, line)| !line.starts_with("## "))
        .skip_while(|(_, line)| !line.starts_with('|'))
        .take_while(|(_, line)| line.starts_with('|'))
        // The heads of the columns, and the line under them.
        .skip(2)
        .map(|(index, line)| Row {
            line: index + 1,
            cells: line.trim_matches('|').split('|').map(str::trim).collect(),
        })
        .collect()
}

/// The words that stand in backticks.
pub(super) fn code_words(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The lines outside fenced blocks, each with its number.
pub(super) fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            return None;
        }
        (!fenced).then_some((index + 1, line))
    })
}

/// The targets of the inline links of one line.
pub(super) fn link_targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
}

/// The anchors of a document: its headings, spelled as the forges spell them.
pub(super) fn anchors(text: &str) -> Vec<String> {
    let headings = prose(text).filter(|(_, line)| line.starts_with('#'));
    headings
        .map(|(_, line)| anchor(line.trim_start_matches('#').trim()))
        .collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|sign| sign.is_alphanumeric() || " -_".contains(*sign));
    kept.flat_map(char::to_lowercase)
        .map(|sign| if sign == ' ' { '-' } else { sign })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# A
| not | this |
|---|---|
| x | y |

## Crates
Words.

| crate | may depend on |
|---|---|
| `model` | – |
| `wire` | `model`, `tlog` |

## Later
| `other` | – |
";

    #[test]
    fn a_table_is_found_below_its_heading() {
        let rows = table(TEXT, "Crates");
        assert_eq!(
            rows.iter().map(|row| row.line).collect::<Vec<_>>(),
            [11, 12]
        );
        let wire = rows.get(1).unwrap();
        assert_eq!(code_words(wire.cell(0)).collect::<Vec<_>>(), ["wire"]);
        assert_eq!(
            code_words(wire.cell(1)).collect::<Vec<_>>(),
            ["model", "tlog"]
        );
        assert_eq!(wire.cell(2), "");
    }

    #[test]
    fn links_in_fenced_blocks_are_no_links() {
        let text = "[a](b)\n```\n[c](d)\n```\n[e](f#g), [h](i)\n";
        let found: Vec<&str> = prose(text)
            .flat_map(|(_, line)| link_targets(line))
            .collect();
        assert_eq!(found, ["b", "f#g", "i"]);
    }

    #[test]
    fn anchors_are_spelled_as_the_forges_do() {
        let text = "# The way of a report\n## What's `sealed`, and why?\n";
        assert_eq!(
            anchors(text),
            ["the-way-of-a-report", "whats-sealed-and-why"]
        );
    }
}
