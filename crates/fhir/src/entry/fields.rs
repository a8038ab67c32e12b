//! The fields of one JSON object, given one by one as they stand in the text.
//!
//! Every byte is checked to be JSON; nothing is copied but strings with escapes. Nesting must have
//! been bounded before, because the parser beneath recurses.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use sonic_rs::LazyValue;

use crate::plan::scan::Scan;

/// A JSON value as it stands in the text.
pub(super) type Raw<'a> = Cow<'a, str>;

/// Where a text stops to be JSON: bytes from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken(pub(super) usize);

/// Gives each field of the object to `take`, which tells whether it wants the value.
pub(super) fn each<'a>(
    text: &'a str,
    wanted: &[&str],
    mut take: impl FnMut(&str, Raw<'a>),
) -> Result<(), Broken> {
    let mut reader = sonic_rs::Deserializer::from_str(text);
    let visitor = Fields { wanted, take: &mut take };
    let read = de::Deserializer::deserialize_map(&mut reader, visitor);
    read.and_then(|()| reader.end()).map_err(|error| Broken(error.offset()))
}

/// The same in a fraction of the time, for a text in which nothing is unusual; where something is,
/// nothing comes of it and [`each`] must be asked. Bounds nesting itself.
pub(super) fn each_quickly<'a>(
    text: &'a str,
    wanted: &[&str],
    mut take: impl FnMut(&str, Raw<'a>),
) -> Option<()> {
    let mut scan = Scan::new(text);
    scan.expect(b'{').ok()?;
    let mut more = scan.token() != b'}';
    while more {
        if scan.token() != b'"' {
            return None;
        }
        let key = scan.string().ok().filter(|key| !key.escaped)?;
        scan.expect(b':').ok()?;
        scan.token();
        let from = scan.at();
        scan.skip(1).ok()?;
        let name = scan.slice(key.start, key.end);
        if let Some(wanted) = wanted.iter().find(|wanted| wanted.as_bytes() == name) {
            take(wanted, Cow::Borrowed(text.get(from..scan.at())?));
        }
        more = scan.token() == b',';
        if more {
            scan.advance(1);
        }
    }
    scan.expect(b'}').ok()?;
    scan.token();
    (scan.at() == text.len()).then_some(())
}

/// The items of an array.
pub(super) fn items(text: &str) -> Result<Vec<&str>, Broken> {
    let mut reader = sonic_rs::Deserializer::from_str(text);
    let read = de::Deserializer::deserialize_seq(&mut reader, Items);
    let items = read.and_then(|items| reader.end().map(|()| items));
    let items = items.map_err(|error| Broken(error.offset()))?;
    // Only a string with escapes is not a part of the text, and no resource is a string.
    Ok(items
        .into_iter()
        .map(|item| if let Cow::Borrowed(item) = item { item } else { "\"\"" })
        .collect())
}

/// The text of a JSON string; nothing for other values.
pub(super) fn string(raw: Raw<'_>) -> Option<Cow<'_, str>> {
    if !raw.starts_with('"') {
        return None;
    }
    if raw.contains('\\') {
        return sonic_rs::from_str::<String>(&raw).ok().map(Cow::Owned);
    }
    match raw {
        Cow::Borrowed(raw) => Some(Cow::Borrowed(raw.get(1..raw.len() - 1)?)),
        Cow::Owned(raw) => Some(Cow::Owned(raw.get(1..raw.len() - 1)?.to_owned())),
    }
}

struct Fields<'w, F> {
    wanted: &'w [&'w str],
    take: &'w mut F,
}

impl<'de, F: FnMut(&str, Raw<'de>)> Visitor<'de> for Fields<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(index) = map.next_key_seed(Key(self.wanted))? {
            match index.and_then(|index| self.wanted.get(index)) {
                Some(key) => {
                    let value: LazyValue<'de> = map.next_value()?;
                    (self.take)(key, value.as_raw_cow());
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Which of the wanted keys a key is.
struct Key<'w>(&'w [&'w str]);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: de::Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|wanted| *wanted == key))
    }
}

struct Items;

impl<'de> Visitor<'de> for Items {
    type Value = Vec<Raw<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<LazyValue<'de>>()? {
            items.push(item.as_raw_cow());
        }
        Ok(items)
    }
}
