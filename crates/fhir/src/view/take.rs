//! How elements are taken from JSON, with an issue for each that is not as it must be.

use sonic_rs::{JsonContainerTrait, JsonValueTrait, Object, Value};
use vocab::{Issue, IssueCode, Place};

use super::read::Reader;
use crate::model;

impl Reader {
    pub(super) fn tell(
        &mut self,
        code: IssueCode,
        path: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.issues.push(Issue::new(code, Place::at_path(path), detail));
    }

    pub(super) fn object<'v>(&mut self, value: &'v Value, at: &str) -> Option<&'v Object> {
        let object = value.as_object();
        if object.is_none() {
            self.tell(IssueCode::ViewElementInvalid, at, "must be an object");
        }
        object
    }

    /// Tells of keys that are unknown or stand twice.
    pub(super) fn keys(&mut self, object: &Object, at: &str, known: &[&str], more: &[&str]) {
        let mut seen: Vec<&str> = Vec::new();
        for (key, _) in object {
            if seen.contains(&key) {
                self.tell(IssueCode::DuplicateKey, join(at, key), "");
            }
            seen.push(key);
            if key == "modifierExtension" {
                let told = "changes the meaning of what it stands in, in a way not known here";
                self.tell(IssueCode::ViewElementInvalid, join(at, key), told);
                continue;
            }
            let bare = key.strip_prefix('_').unwrap_or(key);
            if !known.contains(&bare) && !more.contains(&bare) {
                let near = model::did_you_mean(key, known.iter().chain(more).copied());
                let told = format!("{}{near}", key.chars().take(64).collect::<String>());
                self.tell(IssueCode::UnknownKey, at, told);
            }
        }
    }

    pub(super) fn list<'v>(&mut self, object: &'v Object, at: &str, key: &str) -> Vec<&'v Value> {
        match object.get(&key) {
            None => Vec::new(),
            Some(value) => match value.as_array() {
                Some(array) => array.iter().collect(),
                None => {
                    self.tell(IssueCode::ViewElementInvalid, join(at, key), "must be an array");
                    Vec::new()
                }
            },
        }
    }

    pub(super) fn text(&mut self, object: &Object, at: &str, key: &str) -> Option<String> {
        let text = object.get(&key)?.as_str();
        match text {
            Some(text) if !text.trim().is_empty() => Some(text.to_owned()),
            _ => {
                let told = "must be a string that is not empty";
                self.tell(IssueCode::ViewElementInvalid, join(at, key), told);
                None
            }
        }
    }

    pub(super) fn required(&mut self, object: &Object, at: &str, key: &str) -> Option<String> {
        if object.get(&key).is_none() {
            self.tell(IssueCode::ViewElementMissing, join(at, key), "");
        }
        self.text(object, at, key)
    }

    pub(super) fn texts(&mut self, object: &Object, at: &str, key: &str) -> Vec<String> {
        let list = self.list(object, at, key).into_iter().enumerate();
        list.filter_map(|(index, value)| {
            let text = value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
            if text.is_none() {
                let told = "must be a string that is not empty";
                let place = format!("{}[{index}]", join(at, key));
                self.tell(IssueCode::ViewElementInvalid, place, told);
            }
            text
        })
        .collect()
    }

    pub(super) fn boolean(&mut self, object: &Object, at: &str, key: &str) -> Option<bool> {
        let value = object.get(&key)?;
        if value.as_bool().is_none() {
            let told = "must be true or false";
            self.tell(IssueCode::ViewElementInvalid, join(at, key), told);
        }
        value.as_bool()
    }
}

/// The path of an element within another.
pub(super) fn join(at: &str, key: &str) -> String {
    if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") }
}
