//! Walks JSON and remembers where it is, so that every complaint names its place.

use serde_json::{Map, Value};

/// What is wrong with a Circe expression, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {what}")]
pub struct NotRead {
    /// The JSON path, `$.PrimaryCriteria.CriteriaList[0]`.
    pub path: String,
    /// What is wrong there.
    pub what: String,
}

/// A value of JSON with its path.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub(super) path: String,
    pub(super) value: &'a Value,
}

/// The fields of an object, all of them known.
pub(super) struct Fields<'a> {
    path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { path: "$".to_owned(), value }
    }

    pub(super) fn wrong(&self, what: impl Into<String>) -> NotRead {
        NotRead { path: self.path.clone(), what: what.into() }
    }

    /// An object with no fields but these.
    pub(super) fn object(&self, known: &[&str]) -> Result<Fields<'a>, NotRead> {
        let map = self.value.as_object().ok_or_else(|| self.wrong("an object is expected"))?;
        if let Some(key) = map.keys().find(|key| !known.contains(&key.as_str())) {
            let path = format!("{}.{key}", self.path);
            return Err(NotRead { path, what: "this field is not known to Circe".to_owned() });
        }
        Ok(Fields { path: self.path.clone(), map })
    }

    /// An object with exactly one field: its name and what it holds.
    pub(super) fn tagged(&self) -> Result<(&'a str, Node<'a>), NotRead> {
        let map = self.value.as_object().ok_or_else(|| self.wrong("an object is expected"))?;
        let mut entries = map.iter();
        match (entries.next(), entries.next()) {
            (Some((key, value)), None) => {
                Ok((key, Node { path: format!("{}.{key}", self.path), value }))
            }
            _ => Err(self.wrong("an object with one field is expected")),
        }
    }

    pub(super) fn items(&self) -> Result<Vec<Node<'a>>, NotRead> {
        let list = self.value.as_array().ok_or_else(|| self.wrong("a list is expected"))?;
        let node = |(at, value)| Node { path: format!("{}[{at}]", self.path), value };
        Ok(list.iter().enumerate().map(node).collect())
    }

    pub(super) fn text(&self) -> Result<&'a str, NotRead> {
        self.value.as_str().ok_or_else(|| self.wrong("a text is expected"))
    }

    pub(super) fn integer(&self) -> Result<i64, NotRead> {
        self.value.as_i64().ok_or_else(|| self.wrong("a whole number is expected"))
    }

    pub(super) fn count(&self) -> Result<u32, NotRead> {
        let number = self.integer()?;
        u32::try_from(number).map_err(|_| self.wrong("a number that is not below zero is expected"))
    }

    /// A number of days; bounded, so that no arithmetic with days can overflow.
    pub(super) fn days(&self) -> Result<i32, NotRead> {
        let days = i32::try_from(self.integer()?).ok().filter(|days| LIMITS.contains(days));
        days.ok_or_else(|| self.wrong("at most 1,000,000 days can be counted"))
    }

    pub(super) fn number(&self) -> Result<f64, NotRead> {
        self.value.as_f64().ok_or_else(|| self.wrong("a number is expected"))
    }

    pub(super) fn truth(&self) -> Result<bool, NotRead> {
        self.value.as_bool().ok_or_else(|| self.wrong("true or false is expected"))
    }
}

/// More days than any life or record.
const LIMITS: std::ops::RangeInclusive<i32> = -1_000_000..=1_000_000;

impl<'a> Fields<'a> {
    /// The field, where it is there and not null: Circe's reader takes both alike.
    pub(super) fn get(&self, key: &str) -> Option<Node<'a>> {
        let value = self.map.get(key).filter(|value| !value.is_null())?;
        Some(Node { path: format!("{}.{key}", self.path), value })
    }

    pub(super) fn need(&self, key: &str) -> Result<Node<'a>, NotRead> {
        self.get(key).ok_or_else(|| NotRead {
            path: format!("{}.{key}", self.path),
            what: "this field is missing".to_owned(),
        })
    }

    /// What the field holds, or the default of the type.
    pub(super) fn or_default<T: Default>(
        &self,
        key: &str,
        read: impl FnOnce(&Node<'a>) -> Result<T, NotRead>,
    ) -> Result<T, NotRead> {
        self.get(key).map_or_else(|| Ok(T::default()), |node| read(&node))
    }

    /// What the field holds, if anything.
    pub(super) fn optional<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Node<'a>) -> Result<T, NotRead>,
    ) -> Result<Option<T>, NotRead> {
        self.get(key).map(|node| read(&node)).transpose()
    }

    /// Every item of a list; none where the field is missing.
    pub(super) fn list<T>(
        &self,
        key: &str,
        read: impl Fn(&Node<'a>) -> Result<T, NotRead>,
    ) -> Result<Vec<T>, NotRead> {
        self.or_default(key, |node| node.items()?.iter().map(&read).collect())
    }
}
