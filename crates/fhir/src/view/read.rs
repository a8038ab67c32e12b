//! From the bytes of a ViewDefinition to a [`View`] and what is wrong with it.

use serde::Deserialize;
use sonic_rs::{JsonContainerTrait, JsonType, JsonValueTrait, Object, Value};
use vocab::{Issue, IssueCode, Place};

use super::constant::{self, Constant, Given};
use super::take::join;
use super::{Column, Each, SELECT_DEPTH_MAX, Select, VIEW_BYTES_MAX, VIEW_DEPTH_MAX, View, Where};
use super::{check, elements, expression, keys};
use crate::entry::depth;
use crate::path::Expr;

/// Reads a ViewDefinition; the view is there when no issue is an error.
///
/// The place of each issue is the path of the element, such as `select[0].column[3].path`.
///
/// ```
/// let bytes = br#"{"resourceType": "ViewDefinition", "name": "patient", "status": "active",
///     "resource": "Patient",
///     "select": [{"column": [{"name": "id", "path": "getResourceKey()", "type": "id"}]}]}"#;
/// let (view, issues) = fhir::view::read(bytes);
/// assert!(issues.is_empty(), "{issues:?}");
/// assert_eq!(view.unwrap().columns().len(), 1);
/// ```
#[must_use]
pub fn read(bytes: &[u8]) -> (Option<View>, Vec<Issue>) {
    let mut reader = Reader::default();
    let mut view = match parse(bytes) {
        Ok(root) => reader.view(&root),
        Err(told) => {
            reader.issues.push(Issue::new(IssueCode::NotAView, Place::default(), told));
            None
        }
    };
    if let Some(view) = &mut view {
        check::check(view, &mut reader.issues);
        elements::check(view, &mut reader.issues);
    }
    let sound = reader.issues.iter().all(|issue| issue.severity() == vocab::Severity::Warning);
    (view.filter(|_| sound), reader.issues)
}

fn parse(bytes: &[u8]) -> Result<Value, String> {
    if bytes.len() > VIEW_BYTES_MAX {
        return Err(format!("larger than {VIEW_BYTES_MAX} bytes"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = simdutf8::basic::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())?;
    if depth::deeper_than(text, VIEW_DEPTH_MAX) {
        return Err("nested too deeply".to_owned());
    }
    let mut deserializer = sonic_rs::Deserializer::from_str(text).use_rawnumber();
    let value = Value::deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| format!("not JSON from line {} on", error.line()))?;
    Ok(value)
}

/// A view being read.
#[derive(Default)]
pub(super) struct Reader {
    /// What is wrong so far.
    pub(super) issues: Vec<Issue>,
    constants: Vec<Constant>,
}

impl Reader {
    fn view(&mut self, root: &Value) -> Option<View> {
        let Some(object) = root.as_object() else {
            self.tell(IssueCode::NotAView, "", "not a JSON object");
            return None;
        };
        match object.get(&"resourceType") {
            Some(given) if given.as_str() != Some("ViewDefinition") => {
                let given = given.as_str().unwrap_or("not a string");
                self.tell(IssueCode::NotAView, "resourceType", given.to_owned());
                return None;
            }
            Some(_) => {}
            None => self.tell(IssueCode::ViewElementAdvised, "resourceType", ""),
        }
        self.keys(object, "", keys::VIEW, &[]);
        for (index, constant) in self.list(object, "", "constant").into_iter().enumerate() {
            let at = format!("constant[{index}]");
            let made = self.constant(constant, &at);
            self.constants.extend(made);
        }
        let wheres = self.list(object, "", "where");
        let wheres = wheres.into_iter().enumerate();
        let wheres = wheres.filter_map(|(index, value)| self.one_where(value, index)).collect();
        let selects = self.selects(object, "", "select", 1);
        if selects.is_empty() && object.get(&"select").is_none_or(|given| given.is_array()) {
            self.tell(IssueCode::ViewElementMissing, "select", "");
        }
        let view = View {
            url: self.text(object, "", "url"),
            name: self.text(object, "", "name"),
            title: self.text(object, "", "title"),
            description: self.text(object, "", "description"),
            status: self.text(object, "", "status"),
            resource: self.required(object, "", "resource").unwrap_or_default(),
            fhir_version: self.texts(object, "", "fhirVersion"),
            profile: self.texts(object, "", "profile"),
            wheres,
            selects,
            constants: std::mem::take(&mut self.constants),
        };
        Some(view)
    }

    fn constant(&mut self, value: &Value, at: &str) -> Option<Constant> {
        let object = self.object(value, at)?;
        let value_keys: Vec<&str> = constant::VALUE_KEYS.iter().map(|(key, ..)| *key).collect();
        self.keys(object, at, keys::CONSTANT, &value_keys);
        let name = self.required(object, at, "name")?;
        let mut found = constant::VALUE_KEYS
            .iter()
            .filter_map(|(key, fhir_type, form)| Some((*key, *fhir_type, *form, object.get(key)?)));
        let (first, more) = (found.next(), found.next());
        let Some((key, fhir_type, form, given)) = first else {
            self.tell(IssueCode::ViewElementMissing, format!("{at}.value[x]"), "");
            return None;
        };
        if let Some((other, ..)) = more {
            let told = format!("beside {key}; a constant has one value");
            self.tell(IssueCode::ViewElementInvalid, format!("{at}.{other}"), told);
        }
        let number = given.as_raw_number();
        let given = match given.get_type() {
            JsonType::Boolean => Given::Boolean(given.is_true()),
            JsonType::Number => number.as_ref().map_or(Given::Other, |n| Given::Number(n.as_str())),
            JsonType::String => given.as_str().map_or(Given::Other, Given::Text),
            JsonType::Null | JsonType::Object | JsonType::Array => Given::Other,
        };
        match constant::literal(form, given) {
            Ok(value) => Some(Constant { name, r#type: fhir_type, value }),
            Err(told) => {
                self.tell(IssueCode::ViewElementInvalid, format!("{at}.{key}"), told);
                None
            }
        }
    }

    fn one_where(&mut self, value: &Value, index: usize) -> Option<Where> {
        let at = format!("where[{index}]");
        let object = self.object(value, &at)?;
        self.keys(object, &at, keys::WHERE, &[]);
        let text = self.required(object, &at, "path")?;
        let path = self.expression(&text, &format!("{at}.path"))?;
        Some(Where { path, text })
    }

    fn selects(&mut self, object: &Object, at: &str, key: &str, depth: usize) -> Vec<Select> {
        if depth > SELECT_DEPTH_MAX {
            let told = format!("nested more than {SELECT_DEPTH_MAX} deep");
            self.tell(IssueCode::ViewElementInvalid, join(at, key), told);
            return Vec::new();
        }
        let list = self.list(object, at, key).into_iter().enumerate();
        list.filter_map(|(index, value)| {
            self.select(value, &format!("{}[{index}]", join(at, key)), depth)
        })
        .collect()
    }

    fn select(&mut self, value: &Value, at: &str, depth: usize) -> Option<Select> {
        let object = self.object(value, at)?;
        self.keys(object, at, keys::SELECT, &[]);
        let each = self.each(object, at);
        let columns = self.list(object, at, "column").into_iter().enumerate();
        let columns = columns
            .filter_map(|(index, value)| self.column(value, &format!("{at}.column[{index}]")))
            .collect();
        let selects = self.selects(object, at, "select", depth + 1);
        let union_all = self.selects(object, at, "unionAll", depth + 1);
        Some(Select { each, columns, selects, union_all })
    }

    fn each(&mut self, object: &Object, at: &str) -> Each {
        let present = ["forEach", "forEachOrNull", "repeat"];
        let present: Vec<&str> =
            present.into_iter().filter(|key| object.get(key).is_some()).collect();
        if let [first, others @ ..] = present.as_slice() {
            for other in others {
                let told = format!("beside {first}; a select has at most one of them");
                self.tell(IssueCode::ViewElementInvalid, join(at, other), told);
            }
        }
        let mut one = |key: &str| {
            let text = self.text(object, at, key)?;
            self.expression(&text, &join(at, key))
        };
        if let Some(expr) = one("forEach") {
            return Each::ForEach(expr);
        }
        if let Some(expr) = one("forEachOrNull") {
            return Each::ForEachOrNull(expr);
        }
        let texts = self.texts(object, at, "repeat").into_iter().enumerate();
        let paths: Vec<Expr> = texts
            .filter_map(|(index, text)| self.expression(&text, &format!("{at}.repeat[{index}]")))
            .collect();
        if paths.is_empty() { Each::None } else { Each::Repeat(paths) }
    }

    fn column(&mut self, value: &Value, at: &str) -> Option<Column> {
        let object = self.object(value, at)?;
        self.keys(object, at, keys::COLUMN, &[]);
        let name = self.required(object, at, "name");
        let path_text = self.required(object, at, "path")?;
        let path = self.expression(&path_text, &format!("{at}.path"));
        let r#type = self.text(object, at, "type").map(|text| short_type(&text));
        let collection = self.boolean(object, at, "collection").unwrap_or(false);
        let description = self.text(object, at, "description");
        let tags = ["tag", "tags"].into_iter().flat_map(|key| self.tags(object, at, key));
        let tags = tags.collect();
        let (name, path) = (name?, path?);
        Some(Column { name, path, path_text, r#type, collection, description, tags })
    }

    fn tags(&mut self, object: &Object, at: &str, key: &str) -> Vec<(String, String)> {
        let list = self.list(object, at, key).into_iter().enumerate();
        list.filter_map(|(index, value)| {
            let at = format!("{at}.{key}[{index}]");
            let object = self.object(value, &at)?;
            self.keys(object, &at, keys::TAG, &[]);
            Some((self.required(object, &at, "name")?, self.required(object, &at, "value")?))
        })
        .collect()
    }

    fn expression(&mut self, text: &str, at: &str) -> Option<Expr> {
        match expression::read(text, &self.constants) {
            Ok(expr) => Some(expr),
            Err((code, told)) => {
                self.tell(code, at, told);
                None
            }
        }
    }
}

/// A type's name without the prefix that FHIR's own types have.
fn short_type(text: &str) -> String {
    let prefixes = ["http://hl7.org/fhir/StructureDefinition/", "http://hl7.org/fhirpath/System."];
    let short = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
    short.unwrap_or(text).to_owned()
}
