//! Where a JSON value ends, found without keeping or unescaping it.

use memchr::memchr3;

/// The longest name of a key that the scan has to know.
const KEY_BYTES_MAX: usize = 16;

/// What is looked for inside of a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// The most bytes that are kept.
    pub(super) bytes_max: usize,
    /// The deepest nesting that is kept.
    pub(super) depth_max: usize,
    /// A key of the outermost object whose value is not kept: `null` stands in its place.
    pub(super) dropped: &'static [u8],
    /// A key of the outermost object whose value is an array of records.
    pub(super) nested: &'static [u8],
}

/// How far a piece took the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The value goes on.
    More,
    /// The value ended.
    Done,
    /// The array of records inside of the value began.
    Nested,
}

/// The state of a scan.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a separate fact of the value; none excludes another"
)]
pub(super) struct Scan {
    depth: usize,
    /// The open brackets, the innermost lowest: 1 for an object.
    kinds: u128,
    in_string: bool,
    escaped: bool,
    dropping: bool,
    nested_next: bool,
    key: Key,
    pub(super) too_long: bool,
    pub(super) too_deep: bool,
    pub(super) broken: bool,
}

/// The latest string of the outermost object, as far as it may be a key that matters.
#[derive(Debug, Default)]
struct Key {
    bytes: [u8; KEY_BYTES_MAX],
    /// Counts on beyond what is kept, so that a longer string equals no key.
    length: usize,
}

impl Key {
    fn add(&mut self, piece: &[u8]) {
        let room = self.bytes.get_mut(self.length..).unwrap_or_default();
        for (to, from) in room.iter_mut().zip(piece) {
            *to = *from;
        }
        self.length = self.length.saturating_add(piece.len());
    }

    fn is(&self, name: &[u8]) -> bool {
        !name.is_empty() && self.bytes.get(..self.length) == Some(name)
    }
}

impl Scan {
    /// Goes on in an object after the array of records in it ended; nothing more is kept.
    pub(super) fn rest_of_object() -> Self {
        Self {
            depth: 1,
            kinds: 1,
            too_long: true,
            ..Self::default()
        }
    }

    /// Takes a piece; gives how many bytes of it belong to the value.
    pub(super) fn take(
        &mut self,
        piece: &[u8],
        wanted: &Wanted,
        kept: &mut Vec<u8>,
    ) -> (usize, Stop) {
        let (mut at, mut from) = (0, 0);
        let stop = loop {
            if self.in_string {
                at = self.string(piece, at);
                if !self.in_string && self.depth == 0 {
                    break Stop::Done;
                }
            }
            let Some(byte) = piece.get(at).copied() else {
                break Stop::More;
            };
            if self.depth == 0 && ends_scalar(byte) {
                break Stop::Done;
            }
            match byte {
                b'"' => {
                    self.in_string = true;
                    self.key.length = 0;
                }
                b'{' | b'[' => {
                    if self.nested_next && byte == b'[' {
                        at += 1;
                        break Stop::Nested;
                    }
                    self.enter(byte == b'{', wanted);
                }
                b'}' | b']' => {
                    if self.dropping && self.depth == 1 {
                        self.stop_dropping(kept);
                        from = at;
                    }
                    if !self.leave(byte == b'}') {
                        break Stop::Done;
                    }
                    if self.depth == 0 {
                        at += 1;
                        break Stop::Done;
                    }
                }
                b':' if self.depth == 1 => {
                    self.nested_next = self.key.is(wanted.nested);
                    if self.key.is(wanted.dropped) && !self.dropping {
                        self.keep(&piece[from..=at], wanted, kept);
                        self.dropping = true;
                        from = at + 1;
                    }
                }
                b',' if self.depth == 1 && self.dropping => {
                    self.stop_dropping(kept);
                    from = at;
                }
                _ => {}
            }
            if !is_space_or_colon(byte) {
                self.nested_next = false;
            }
            at += 1;
        };
        self.keep(&piece[from..at], wanted, kept);
        (at, stop)
    }

    /// Skips what belongs to a string; a raw line break ends a broken one.
    fn string(&mut self, piece: &[u8], mut at: usize) -> usize {
        let from = at;
        while at < piece.len() {
            if self.escaped {
                self.escaped = false;
                at += 1;
                continue;
            }
            let rest = &piece[at..];
            let Some(length) = memchr3(b'"', b'\\', b'\n', rest) else {
                at = piece.len();
                break;
            };
            at += length + 1;
            match rest[length] {
                b'\\' => self.escaped = true,
                end => {
                    self.broken |= end == b'\n';
                    self.in_string = false;
                    break;
                }
            }
        }
        if self.depth == 1 {
            let end = at - usize::from(!self.in_string);
            self.key.add(&piece[from..end]);
        }
        at
    }

    fn enter(&mut self, object: bool, wanted: &Wanted) {
        self.depth = self.depth.saturating_add(1);
        self.too_deep |= self.depth > wanted.depth_max.min(128);
        self.kinds = self.kinds << 1 | u128::from(object);
    }

    /// Closes a bracket, and those inside of it that lack their ends; `false` if none is its own.
    fn leave(&mut self, object: bool) -> bool {
        if self.too_deep {
            self.depth = self.depth.saturating_sub(1);
            return true;
        }
        while self.depth > 0 {
            let own = (self.kinds & 1 == 1) == object;
            self.kinds >>= 1;
            self.depth -= 1;
            if own {
                return true;
            }
            self.broken = true;
        }
        self.broken = true;
        false
    }

    fn stop_dropping(&mut self, kept: &mut Vec<u8>) {
        self.dropping = false;
        if !self.too_long {
            kept.extend_from_slice(b"null");
        }
    }

    fn keep(&mut self, bytes: &[u8], wanted: &Wanted, kept: &mut Vec<u8>) {
        if self.dropping || self.too_long {
            return;
        }
        if kept.len() + bytes.len() > wanted.bytes_max {
            self.too_long = true;
            kept.clear();
        } else {
            kept.extend_from_slice(bytes);
        }
    }
}

const fn ends_scalar(byte: u8) -> bool {
    matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r')
}

const fn is_space_or_colon(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b':')
}
