//! The table of types, read once.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// What sort of type it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `Patient`
    Resource,
    /// `Resource`, `DomainResource`
    AbstractResource,
    /// `HumanName`
    Complex,
    /// `Element`, `BackboneElement`
    Abstract,
    /// `Patient.contact`: a type that exists at one place only.
    Backbone,
    /// `string`
    Primitive,
}

/// One type and the elements it adds to those of its base.
#[derive(Debug)]
pub struct Type {
    /// Its name; a backbone's is its path.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The type it descends from; none for `Element` and `Resource`.
    pub base: Option<&'static str>,
    /// Its own elements, in the order of the definition.
    pub elements: Vec<Element>,
    by_name: HashMap<&'static str, usize>,
    by_key: HashMap<String, (usize, usize)>,
}

/// One element of a type.
#[derive(Debug)]
pub struct Element {
    /// Its name; a choice's is without `[x]`.
    pub name: &'static str,
    /// Whether JSON holds an array.
    pub list: bool,
    /// Whether it is a choice (`value[x]`), whose JSON keys carry the type.
    pub choice: bool,
    /// The types it may have.
    ///
    /// # Shape
    /// Names that [`super::type_named`] knows: `Resource` where any resource may stand, a path
    /// such as `Questionnaire.item` where the element is or repeats a backbone.
    pub types: Vec<&'static str>,
}

impl Type {
    /// An element by its FHIRPath name, inherited ones too.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&'static Element> {
        let own = |found: &'static Type| {
            found.by_name.get(name).and_then(|index| found.elements.get(*index))
        };
        super::type_named(self.name).and_then(own).or_else(|| self.chain().find_map(own))
    }

    /// An element by its JSON key, with the type the key tells: `valueQuantity` is `value`, a
    /// `Quantity`. Not for the `_name` keys beside primitives.
    #[must_use]
    pub fn child_by_key(&self, key: &str) -> Option<(&'static Element, &'static str)> {
        let own = |found: &'static Type| {
            let (element, kind) = found.by_key.get(key)?;
            let element = found.elements.get(*element)?;
            Some((element, element.types.get(*kind).copied()?))
        };
        super::type_named(self.name).and_then(own).or_else(|| self.chain().find_map(own))
    }

    /// Every element, inherited ones first.
    pub fn children(&self) -> impl Iterator<Item = &'static Element> {
        let mut chain: Vec<&'static Type> = self.chain().collect();
        chain.reverse();
        chain.extend(super::type_named(self.name));
        chain.into_iter().flat_map(|found| &found.elements)
    }

    /// The types it descends from, nearest first.
    pub fn chain(&self) -> impl Iterator<Item = &'static Type> {
        let base = |found: &Type| found.base.and_then(super::type_named);
        std::iter::successors(base(self), move |found| base(found))
    }
}

impl Element {
    /// The type, where there is only one.
    #[must_use]
    pub fn only_type(&self) -> Option<&'static str> {
        match self.types.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The keys under which JSON holds it, each with its type: one, or one for each type of a
    /// choice.
    ///
    /// ```
    /// let observation = fhir::model::type_named("Observation").unwrap();
    /// let keys = observation.child("value").unwrap().json_keys();
    /// assert_eq!(keys.first(), Some(&("valueQuantity".to_owned(), "Quantity")));
    /// ```
    #[must_use]
    pub fn json_keys(&self) -> Vec<(String, &'static str)> {
        self.types.iter().map(|kind| (self.json_key(kind), *kind)).collect()
    }

    /// The key under which JSON holds it when it has this type.
    #[must_use]
    pub fn json_key(&self, kind: &str) -> String {
        if !self.choice {
            return self.name.to_owned();
        }
        let mut letters = kind.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        self.name.chars().chain(first).chain(letters).collect()
    }
}

pub(super) struct Table {
    pub(super) types: BTreeMap<&'static str, Type>,
}

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| read(include_str!("r4.txt")));

/// Reads the table; lines it does not understand are passed over, which a test rules out.
fn read(text: &'static str) -> Table {
    let mut types = BTreeMap::new();
    let mut current: Option<Type> = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(line) = line.strip_prefix(' ') {
            if let (Some(current), Some(element)) = (current.as_mut(), element(line)) {
                current.add(element);
            }
        } else if let Some(next) = head(line) {
            types.extend(current.replace(next).map(|done| (done.name, done)));
        }
    }
    types.extend(current.map(|done| (done.name, done)));
    Table { types }
}

impl Type {
    fn add(&mut self, element: Element) {
        let index = self.elements.len();
        self.by_name.insert(element.name, index);
        for (kind, (key, _)) in element.json_keys().into_iter().enumerate() {
            self.by_key.entry(key).or_insert((index, kind));
        }
        self.elements.push(element);
    }
}

fn head(line: &'static str) -> Option<Type> {
    let mut words = line.split(' ');
    let kind = match words.next()? {
        "resource" => Kind::Resource,
        "abstract-resource" => Kind::AbstractResource,
        "complex" => Kind::Complex,
        "abstract" => Kind::Abstract,
        "backbone" => Kind::Backbone,
        "primitive" => Kind::Primitive,
        _ => return None,
    };
    Some(Type {
        name: words.next()?,
        kind,
        base: words.next().filter(|base| *base != "-"),
        elements: Vec::new(),
        by_name: HashMap::new(),
        by_key: HashMap::new(),
    })
}

fn element(line: &'static str) -> Option<Element> {
    let (name, types) = line.split_once(' ')?;
    let (name, list) = name.strip_suffix('*').map_or((name, false), |name| (name, true));
    let (name, choice) = name.strip_suffix("[x]").map_or((name, false), |name| (name, true));
    Some(Element { name, list, choice, types: types.split(' ').collect() })
}

#[cfg(test)]
mod tests {
    use super::super::*;

    #[test]
    fn every_line_of_the_table_is_understood_and_names_types_that_exist() {
        let text = include_str!("r4.txt");
        let heads = text.lines().filter(|line| !line.starts_with([' ', '#'])).count();
        let elements = text.lines().filter(|line| line.starts_with(' ')).count();
        assert_eq!(types().count(), heads);
        assert_eq!(types().map(|found| found.elements.len()).sum::<usize>(), elements);
        for found in types() {
            assert!(found.base.is_none_or(|base| type_named(base).is_some()), "{}", found.name);
            for element in &found.elements {
                assert!(!element.types.is_empty());
                for kind in &element.types {
                    assert!(type_named(kind).is_some(), "{}.{}: {kind}", found.name, element.name);
                }
            }
        }
        assert_eq!(types().filter(|found| found.kind == Kind::Resource).count(), 146);
        assert!(text.lines().next().is_some_and(|line| line.contains("cargo xtask r4-model")));
    }

    #[test]
    fn elements_are_found_through_bases_paths_and_choices() {
        let patient = type_named("Patient").unwrap();
        assert_eq!(patient.child("id").unwrap().types, ["id"]);
        assert_eq!(patient.child("extension").unwrap().types, ["Extension"]);
        assert!(patient.child("given").is_none());
        let (value, kind) =
            type_named("Observation").unwrap().child_by_key("valueQuantity").unwrap();
        assert_eq!((value.name, value.choice, kind), ("value", true, "Quantity"));
        assert!(element_at("Patient", "contact.name.given").unwrap().list);
        assert_eq!(element_at("Questionnaire", "item.item.item.linkId").unwrap().types, ["string"]);
        assert_eq!(element_at("Observation", "valueQuantity.code").unwrap().types, ["code"]);
        assert!(element_at("Observation", "value.code").is_none());
        assert_eq!(patient.children().next().unwrap().name, "id");
    }

    #[test]
    fn descent_follows_the_definitions() {
        assert!(is_subtype("Age", "Quantity") && is_subtype("uuid", "Element"));
        assert!(is_subtype("Patient.contact", "BackboneElement"));
        assert!(!is_subtype("Bundle", "DomainResource") && is_subtype("Bundle", "Resource"));
        assert!(is_resource("Patient") && !is_resource("Resource") && !is_resource("HumanName"));
        assert!(is_primitive("code") && !is_primitive("Coding"));
        assert_eq!(
            did_you_mean("brithDate", ["birthDate"].into_iter()),
            "; did you mean birthDate?"
        );
    }
}
