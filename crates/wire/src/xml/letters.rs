//! Which characters XML 1.0 allows, where; and where in a text an offset lies.

/// Whether XML 1.0 forbids a character everywhere, even as a reference.
pub(crate) const fn forbidden(letter: char) -> bool {
    matches!(letter,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether a name may start with a character. A colon is one to XML; namespaces are looked at
/// later.
pub(crate) const fn starts_name(letter: char) -> bool {
    matches!(letter,
        ':' | 'A'..='Z' | '_' | 'a'..='z'
        | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}'
        | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

/// Whether a name may go on with a character.
pub(crate) const fn continues_name(letter: char) -> bool {
    starts_name(letter)
        || matches!(letter,
            '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// The line and column, both from 1, of a byte offset.
pub(crate) fn place_of(text: &[u8], offset: usize) -> (u32, u32) {
    let before = &text[..offset.min(text.len())];
    let ends_line = |at: &usize| match before[*at] {
        b'\n' => true,
        b'\r' => text.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    let (mut lines, mut line_start) = (1_usize, 0);
    for at in (0..before.len()).filter(ends_line) {
        lines += 1;
        line_start = at + 1;
    }
    // Bytes that continue a UTF-8 character do not count as columns.
    let columns = before[line_start..]
        .iter()
        .filter(|byte| **byte & 0xc0 != 0x80)
        .count()
        + 1;
    let bounded = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    (bounded(lines), bounded(columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_any_of_the_three_breaks() {
        let text = "a\nb\r\nc\rdé!".as_bytes();
        let at = |mark: char| {
            let offset = std::str::from_utf8(text).unwrap().find(mark).unwrap();
            place_of(text, offset)
        };
        assert_eq!(at('a'), (1, 1));
        assert_eq!(at('b'), (2, 1));
        assert_eq!(at('c'), (3, 1));
        assert_eq!(at('!'), (4, 3));
        assert_eq!(place_of(b"", 9), (1, 1));
    }
}
