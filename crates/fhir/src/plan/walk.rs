//! The one walk over a resource: fills a [`Tree`] with the elements the shapes name.
//!
//! An exporter writes the keys of a type in one order, so after each key the walk first tries the
//! key that followed it last time, with one comparison. Keys no view needs are learnt as well, so
//! that they are recognised, and passed over, as quickly.

use super::scan::{DEPTH_MAX, Fault, Scan, unescape};
use super::shape::{ShapeId, Shapes};
use super::tree::{At, Form, NONE, Tree};

/// Keys remembered for one shape: one bit each in the word that tells what was seen.
const LEARNT_MAX: usize = 128;

/// What is done with the value of a key.
#[derive(Clone, Copy, Debug)]
enum Action {
    /// It is walked into a slot.
    Keep { slot: u16, target: ShapeId },
    /// It is passed over.
    Skip,
}

#[derive(Debug)]
struct Entry {
    /// `"name":`
    quoted: Box<[u8]>,
    /// The first eight bytes of it, and which bits of them count.
    word: u64,
    mask: u64,
    /// The last eight bytes of it, where it has more than eight.
    tail: u64,
    action: Action,
    /// For `_name` beside a kept primitive `name`: the bit of the latter.
    beside: u64,
}

impl Entry {
    fn new(name: &str, action: Action, beside: u64) -> Self {
        let quoted = format!("\"{name}\":").into_bytes();
        let mut first = [0; 8];
        let mut counts = [0; 8];
        for ((to, count), from) in first.iter_mut().zip(&mut counts).zip(&quoted) {
            (*to, *count) = (*from, 0xff);
        }
        let (word, mask) = (u64::from_le_bytes(first), u64::from_le_bytes(counts));
        let tail = quoted.last_chunk::<8>().map_or(0, |last| u64::from_le_bytes(*last));
        Self { quoted: quoted.into(), word, mask, tail, action, beside }
    }

    #[inline]
    fn name(&self) -> &[u8] {
        self.quoted.get(1..self.quoted.len().saturating_sub(2)).unwrap_or_default()
    }

    /// Whether the text goes on with this key and its colon.
    #[inline]
    fn stands_at(&self, rest: &[u8]) -> bool {
        let Some(first) = rest.first_chunk::<8>() else { return rest.starts_with(&self.quoted) };
        if (u64::from_le_bytes(*first) ^ self.word) & self.mask != 0 {
            return false;
        }
        let length = self.quoted.len();
        if length <= 8 {
            return true;
        }
        let Some(key) = rest.get(..length) else { return false };
        let tail = key.last_chunk::<8>().map(|last| u64::from_le_bytes(*last));
        tail == Some(self.tail) && (length <= 16 || key == &*self.quoted)
    }
}

/// The keys of one shape and in which order they come.
#[derive(Debug)]
struct Order {
    entries: Vec<Entry>,
    /// The entry that followed entry n - 1 last time; the first one for 0.
    follow: Vec<u16>,
    width: usize,
}

impl Order {
    /// Finds an entry by its name, or learns it; nothing when too many are known.
    fn find(&mut self, name: &[u8]) -> Option<u16> {
        let found = self.entries.iter().position(|entry| entry.name() == name);
        let at = match found {
            Some(at) => at,
            None if self.entries.len() >= LEARNT_MAX => return None,
            None => {
                let text = std::str::from_utf8(name).ok()?;
                // Names with quotes or backslashes must be written with escapes: never learnt.
                if text.contains(['"', '\\']) || text.chars().any(|c| c < ' ') {
                    return None;
                }
                let beside = self.beside(text);
                self.entries.push(Entry::new(text, Action::Skip, beside));
                self.follow.push(0);
                self.entries.len() - 1
            }
        };
        u16::try_from(at).ok()
    }

    /// The bit of the kept `name` if this is `_name`.
    fn beside(&self, name: &str) -> u64 {
        let Some(plain) = name.strip_prefix('_') else { return 0 };
        let kept = self.entries.get(..self.width).unwrap_or_default();
        let at = kept.iter().position(|entry| entry.name() == plain.as_bytes());
        at.map_or(0, |at| 1 << at)
    }
}

/// A walker: the orders it has learnt so far.
#[derive(Debug)]
pub(super) struct Walker {
    orders: Vec<Order>,
}

impl Walker {
    pub(super) fn new(shapes: &Shapes) -> Self {
        let order = |shape| {
            let keys = shapes.keys(shape);
            let entry = |(slot, key): (usize, &super::shape::Key)| {
                let slot = u16::try_from(slot).unwrap_or(u16::MAX);
                Entry::new(&key.name, Action::Keep { slot, target: key.target }, 0)
            };
            let entries: Vec<Entry> = keys.iter().enumerate().map(entry).collect();
            let follow = (0..=entries.len()).map(|at| u16::try_from(at).unwrap_or(0)).collect();
            let mut order = Order { follow, entries, width: keys.len() };
            for (at, key) in keys.iter().enumerate() {
                let beside = order.beside(&key.name);
                if let Some(entry) = order.entries.get_mut(at) {
                    entry.beside = beside;
                }
            }
            order
        };
        let count = ShapeId::try_from(shapes.len()).unwrap_or(ShapeId::MAX);
        Self { orders: (0..count).map(order).collect() }
    }

    /// Walks one resource; its element is [`super::tree::RESOURCE`].
    pub(super) fn walk(&mut self, text: &str, tree: &mut Tree) -> Result<(), Fault> {
        tree.clear();
        if u32::try_from(text.len()).is_err() {
            return Err(Fault::Unusual);
        }
        let mut walk = Walk { orders: &mut self.orders, scan: Scan::new(text), text, tree };
        walk.scan.expect(b'{')?;
        walk.object(super::shape::ROOT, 1)?;
        if walk.scan.token() != 0 || walk.scan.at() != text.len() {
            return Err(walk.scan.broken());
        }
        Ok(())
    }
}

struct Walk<'w> {
    orders: &'w mut [Order],
    scan: Scan<'w>,
    text: &'w str,
    tree: &'w mut Tree,
}

impl Walk<'_> {
    /// Walks an object whose brace has been passed; `depth` counts it already.
    fn object(&mut self, shape: ShapeId, depth: u32) -> Result<At, Fault> {
        if depth > DEPTH_MAX {
            return Err(Fault::TooDeep);
        }
        let width = self.orders.get(usize::from(shape)).map_or(0, |order| order.width);
        let (object, first_slot) = self.tree.add_object(width);
        if self.scan.token() == b'}' {
            self.scan.advance(1);
            return Ok(object);
        }
        let (mut seen, mut previous) = (0_u128, 0);
        // Bits of kept keys: arrays, and primitives that have a `_name` beside them.
        let (mut arrays, mut beside) = (0_u64, 0_u64);
        loop {
            let found = self.key(shape, previous)?;
            if found.bit & seen != 0 {
                return Err(Fault::Duplicate(self.scan.at()));
            }
            seen |= found.bit;
            beside |= found.beside;
            previous = found.follow;
            let first = self.scan.token();
            match found.action {
                Action::Keep { slot, target } => {
                    if first == b'[' {
                        arrays |= 1 << slot;
                    }
                    let child = self.value(target, depth)?;
                    self.tree.set_slot(first_slot + usize::from(slot), child);
                }
                Action::Skip => self.scan.skip(depth)?,
            }
            match self.scan.token() {
                b',' => self.scan.advance(1),
                b'}' => break,
                _ => return Err(self.scan.broken()),
            }
        }
        self.scan.advance(1);
        // Items of `_name` belong to the items of `name`, and may stand for ones without a value.
        if beside != 0 && (arrays & beside != 0 || u128::from(beside) & !seen != 0) {
            return Err(Fault::Unusual);
        }
        Ok(object)
    }

    /// Reads a key and its colon.
    #[inline]
    fn key(&mut self, shape: ShapeId, previous: usize) -> Result<Found, Fault> {
        self.scan.token();
        let order = self.orders.get_mut(usize::from(shape)).ok_or(Fault::Unusual)?;
        let guess = order.follow.get(previous).copied().unwrap_or(0);
        if let Some(entry) = order.entries.get(usize::from(guess))
            && entry.stands_at(self.scan.rest())
        {
            self.scan.advance(entry.quoted.len());
            return Ok(Found::of(guess, entry));
        }
        if self.scan.peek() != b'"' {
            return Err(self.scan.broken());
        }
        let quoted = self.scan.string()?;
        let name = self.scan.slice(quoted.start, quoted.end);
        self.scan.expect(b':')?;
        let entry = if quoted.escaped {
            let mut plain = String::new();
            unescape(self.text.get(quoted.start..quoted.end).unwrap_or_default(), &mut plain)
                .ok_or(Fault::Broken(quoted.start))?;
            order.find(plain.as_bytes())
        } else {
            order.find(name)
        };
        // Too many keys to remember: whether this one stands twice is for the careful reader.
        let Some(entry) = entry else { return Err(Fault::Unusual) };
        if let Some(follow) = order.follow.get_mut(previous) {
            *follow = entry;
        }
        let held = order.entries.get(usize::from(entry));
        held.map(|held| Found::of(entry, held)).ok_or(Fault::Unusual)
    }

    /// Walks a kept value: one element, or the items of an array.
    #[inline]
    fn value(&mut self, target: ShapeId, depth: u32) -> Result<At, Fault> {
        match self.scan.peek() {
            b'[' => self.array(target, depth + 1),
            _ => self.single(target, depth),
        }
    }

    fn array(&mut self, target: ShapeId, depth: u32) -> Result<At, Fault> {
        if depth > DEPTH_MAX {
            return Err(Fault::TooDeep);
        }
        self.scan.advance(1);
        if self.scan.token() == b']' {
            self.scan.advance(1);
            return Ok(NONE);
        }
        let (mut first, mut last) = (NONE, NONE);
        loop {
            self.scan.token();
            let item = self.single(target, depth)?;
            if first == NONE {
                first = item;
            } else {
                self.tree.set_next(last, item);
            }
            last = item;
            match self.scan.token() {
                b',' => self.scan.advance(1),
                b']' => break,
                _ => return Err(self.scan.broken()),
            }
        }
        self.scan.advance(1);
        Ok(first)
    }

    #[inline]
    fn single(&mut self, target: ShapeId, depth: u32) -> Result<At, Fault> {
        match self.scan.peek() {
            b'"' => self.text(),
            b'{' => {
                self.scan.advance(1);
                self.object(target, depth + 1)
            }
            b't' => self.scan.word(b"true").map(|()| self.tree.add(Form::True, 0, 0)),
            b'f' => self.scan.word(b"false").map(|()| self.tree.add(Form::False, 0, 0)),
            b'-' | b'0'..=b'9' => {
                let (start, end) = self.scan.number()?;
                Ok(self.tree.add(Form::Number, offset(start), offset(end)))
            }
            // A null, or an array in an array.
            b'n' | b'[' => Err(Fault::Unusual),
            _ => Err(self.scan.broken()),
        }
    }

    #[inline]
    fn text(&mut self) -> Result<At, Fault> {
        let quoted = self.scan.string()?;
        if quoted.escaped {
            return self.unescaped(quoted.start, quoted.end);
        }
        Ok(self.tree.add(Form::Text, offset(quoted.start), offset(quoted.end)))
    }

    #[cold]
    fn unescaped(&mut self, start: usize, end: usize) -> Result<At, Fault> {
        let from = self.tree.side.len();
        let text = self.text.get(start..end).unwrap_or_default();
        unescape(text, &mut self.tree.side).ok_or(Fault::Broken(start))?;
        let to = self.tree.side.len();
        Ok(self.tree.add(Form::Unescaped, offset(from), offset(to)))
    }
}

/// A key that was read.
struct Found {
    action: Action,
    bit: u128,
    beside: u64,
    /// Where the guess for the next key stands.
    follow: usize,
}

impl Found {
    #[inline]
    fn of(at: u16, entry: &Entry) -> Self {
        let follow = usize::from(at) + 1;
        Self { action: entry.action, bit: 1 << at, beside: entry.beside, follow }
    }
}

/// A place in the line; the walk refuses lines of 4 GiB.
#[inline]
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::tree::{Leaf, RESOURCE};
    use super::*;

    fn shapes(paths: &[&[&str]]) -> Shapes {
        let mut shapes = Shapes::new();
        for path in paths {
            let mut shape = super::super::shape::ROOT;
            for name in *path {
                (_, shape) = shapes.key(shape, name).unwrap();
            }
        }
        shapes
    }

    #[test]
    fn the_walk_keeps_what_is_named_and_passes_over_the_rest() {
        let shapes = shapes(&[&["status"], &["code", "coding", "code"], &["value"]]);
        let mut walker = Walker::new(&shapes);
        let mut tree = Tree::default();
        for (line, codes) in [
            (
                r#"{"x":{"status":1},"status":"final","code":{"coding":[{"code":"a"},{"code":"b"}]}}"#,
                "ab",
            ),
            (r#"{"code": { "coding" : {"code":"b"} } , "status" : "final" }"#, "b"),
            (r#"{"status":"final","code":{"text":"t","coding":[]}}"#, ""),
        ] {
            walker.walk(line, &mut tree).unwrap();
            let status = tree.child(RESOURCE, 0);
            assert_eq!(tree.leaf(line, status), Leaf::Text("final"));
            let mut coding = tree.child(tree.child(RESOURCE, 1), 0);
            let mut got = String::new();
            while coding != NONE {
                let Leaf::Text(code) = tree.leaf(line, tree.child(coding, 0)) else { panic!() };
                got.push_str(code);
                coding = tree.next(coding);
            }
            assert_eq!(got, codes, "{line}");
        }
    }

    #[test]
    fn what_the_walk_cannot_tell_goes_to_the_careful_reader() {
        let shapes = shapes(&[&["given"], &["birth"]]);
        let mut walker = Walker::new(&shapes);
        let mut tree = Tree::default();
        let mut fault = |line: &str| walker.walk(line, &mut tree).err();
        assert_eq!(fault(r#"{"given":["a"],"_given":[{}]}"#), Some(Fault::Unusual));
        assert_eq!(fault(r#"{"_given":[{}],"given":["a"]}"#), Some(Fault::Unusual));
        assert_eq!(fault(r#"{"_birth":{}}"#), Some(Fault::Unusual));
        assert_eq!(fault(r#"{"_birth":{},"birth":"2020"}"#), None);
        assert_eq!(fault(r#"{"given":[null]}"#), Some(Fault::Unusual));
        assert!(matches!(fault(r#"{"birth":"a","birth":"a"}"#), Some(Fault::Duplicate(_))));
        assert!(matches!(fault(r#"{"other":"a","other":"a"}"#), Some(Fault::Duplicate(_))));
        assert!(matches!(fault(r#"{"birth":"a"} x"#), Some(Fault::Broken(_))));
        assert!(matches!(fault(r#"{"birth":"a""#), Some(Fault::Broken(_))));
    }
}
