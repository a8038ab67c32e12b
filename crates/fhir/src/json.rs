//! JSON as a tree that keeps what FHIR needs kept: the text of numbers, the order of keys.
//!
//! Reading is total: any text gives a [`Node`] or a [`JsonError`]. The walk that fills tables does
//! not build this tree; what it cannot do is answered here.

mod read;

use std::fmt;

use vocab::IssueCode;

/// How deeply a text may nest.
pub const DEPTH_MAX: usize = 512;

/// One JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it was written: `1.50` stays `1.50`.
    Number(Box<str>),
    /// A string, escapes resolved.
    String(Box<str>),
    /// An array.
    Array(Vec<Node>),
    /// An object.
    Object(Object),
}

/// A JSON object.
///
/// # Order
/// Keys stand as they were written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    entries: Vec<(Box<str>, Node)>,
}

impl Object {
    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|(name, _)| &**name == key).map(|(_, value)| value)
    }

    /// Every key with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.entries.iter().map(|(key, value)| (&**key, value))
    }

    /// How many keys it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Node {
    /// Reads a text that is one JSON value.
    ///
    /// ```
    /// let node = fhir::json::Node::parse(r#"{"value": 1.50}"#).unwrap();
    /// assert_eq!(node.get("value").and_then(|value| value.as_number()), Some("1.50"));
    /// ```
    ///
    /// # Errors
    /// When the text is not JSON, nests deeper than [`DEPTH_MAX`], or has a key twice in one
    /// object.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        read::read(text)
    }

    /// The value under a key, where this is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// The object, where this is one.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The items, where this is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The text, where this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number's text, where this is a number.
    #[must_use]
    pub fn as_number(&self) -> Option<&str> {
        match self {
            Self::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, where this is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The resource type, where this is a resource.
    #[must_use]
    pub fn resource_type(&self) -> Option<&str> {
        self.get("resourceType")?.as_str()
    }
}

/// Writes compact JSON; numbers as they came.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = |text: &str| sonic_rs::to_string(text).map_err(|_| fmt::Error);
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Number(text) => f.write_str(text),
            Self::String(text) => f.write_str(&quote(text)?),
            Self::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { '[' } else { ',' })?;
                }
                f.write_str(if items.is_empty() { "[]" } else { "]" })
            }
            Self::Object(object) => {
                for (index, (key, value)) in object.iter().enumerate() {
                    write!(f, "{}{}:{value}", if index == 0 { '{' } else { ',' }, quote(key)?)?;
                }
                f.write_str(if object.is_empty() { "{}" } else { "}" })
            }
        }
    }
}

/// Why a text is not a [`Node`].
///
/// The text itself is never part of the message: it may be a patient's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON.
    #[error("not valid JSON near byte {at}")]
    Broken {
        /// Where it stops to be JSON, as far as can be told.
        at: usize,
    },
    /// Nested deeper than [`DEPTH_MAX`].
    #[error("nested deeper than {DEPTH_MAX} levels")]
    TooDeep,
    /// A key stands twice in one object.
    #[error("the key {key:?} stands twice in one object")]
    DuplicateKey {
        /// Which.
        key: String,
    },
}

impl JsonError {
    /// The situation as an issue names it.
    #[must_use]
    pub fn code(&self) -> IssueCode {
        match self {
            Self::Broken { .. } => IssueCode::BrokenJson,
            Self::TooDeep => IssueCode::TooDeep,
            Self::DuplicateKey { .. } => IssueCode::DuplicateKey,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        let node = Node::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(node.to_string(), text);
    }

    #[test]
    fn what_is_read_is_written_again() {
        check(r#"{"b":1.50,"a":[null,true,"\u0001あ\"",{}],"c":[]}"#);
        check("-0.000");
        check("123456789012345678901234567890.123456789012345678901234567890");
        check("1E400");
        check(r#""text""#);
        assert_eq!(Node::parse(r#""\uD83D\uDE00""#).unwrap().as_str(), Some("😀"));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":}",
            "01",
            "1.",
            "-",
            "+1",
            "nul",
            "1 2",
            "{a:1}",
            "'a'",
            "\"\\uD83D\"",
            "\"\\x\"",
            "[1}",
            "\"a\nb\"",
            "NaN",
            ".5",
            "1e",
            "\u{feff}1",
            "[1",
            "\"a",
        ] {
            assert!(matches!(Node::parse(text), Err(JsonError::Broken { .. })), "{text}");
        }
    }

    #[test]
    fn depth_and_duplicates_are_told() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(Node::parse(&nested(DEPTH_MAX)).is_ok());
        assert_eq!(Node::parse(&nested(DEPTH_MAX + 1)), Err(JsonError::TooDeep));
        assert_eq!(Node::parse(&"[{\"a\":".repeat(100_000)), Err(JsonError::TooDeep));
        let twice = Err(JsonError::DuplicateKey { key: "a".into() });
        assert_eq!(Node::parse(r#"{"x":{"a":1,"b":2,"a":1}}"#), twice);
        assert_eq!(Node::parse(r#"{"a":1,"\u0061":1}"#), twice);
        let wide: Vec<_> = (0..50).map(|i| format!("\"k{i}\":{i}")).collect();
        assert!(Node::parse(&format!("{{{}}}", wide.join(","))).is_ok());
        let wide = format!("{{{},\"k7\":0}}", wide.join(","));
        assert_eq!(Node::parse(&wide), Err(JsonError::DuplicateKey { key: "k7".into() }));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_fail(text in ".{0,200}") {
            let _ = Node::parse(&text);
        }

        #[test]
        fn no_near_json_makes_the_reader_fail(text in r#"[\[\]{}:,"a0-9eE.\\u+ -]{0,60}"#) {
            if let Ok(node) = Node::parse(&text) {
                proptest::prop_assert_eq!(Node::parse(&node.to_string()), Ok(node));
            }
        }
    }
}
