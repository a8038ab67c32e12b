//! What an expression answers with.

use std::borrow::Cow;
use std::fmt;

use super::decimal::{self, Decimal};
use super::moment::Moment;
use crate::json::Node;
use crate::model;

/// The values of an expression.
///
/// # Order
/// As the standard says for each function; document order for elements.
pub type Collection<'a> = Vec<Value<'a>>;

/// One value.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// `System.Boolean`
    Boolean(bool),
    /// `System.Integer`
    Integer(i64),
    /// `System.Long`
    Long(i64),
    /// `System.Decimal`
    Decimal(Decimal),
    /// `System.String`
    String(Cow<'a, str>),
    /// `System.Date`, `System.DateTime` or `System.Time`
    Moment(Moment),
    /// `System.Quantity`
    Quantity(Quantity),
    /// What `type()` answers.
    Type(TypeInfo),
    /// An element of the resource, its text untouched.
    Element(Element<'a>),
}

/// An amount with a unit.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// The amount.
    pub amount: Decimal,
    /// UCUM, or a word of the calendar such as `days`.
    pub unit: String,
}

/// The name of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeInfo {
    /// `System` or `FHIR`.
    pub namespace: &'static str,
    /// `Integer`, `Patient`.
    pub name: &'static str,
}

/// One element of a resource.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    /// The JSON value; `Null` for a primitive that has only extensions.
    pub node: &'a Node,
    /// What JSON holds under `_name`: id and extensions of a primitive.
    pub beside: Option<&'a Node>,
    /// Its type, where known: a name of [`crate::model`].
    pub kind: Option<&'static str>,
}

pub(super) static NULL: Node = Node::Null;

impl<'a> Element<'a> {
    /// A resource, its type taken from `resourceType`.
    #[must_use]
    pub fn resource(node: &'a Node) -> Self {
        let kind = node.resource_type().and_then(model::type_named).map(|found| found.name);
        Self { node, beside: None, kind }
    }

    /// Whether it is a primitive that has a value.
    #[must_use]
    pub fn has_value(&self) -> bool {
        matches!(self.node, Node::Bool(_) | Node::Number(_) | Node::String(_))
    }

    /// The elements under a name; choices by the name without their type.
    #[must_use]
    pub fn children_named(&self, name: &str) -> Vec<Self> {
        let mut out = Vec::new();
        if let Some(known) = self.kind.and_then(model::type_named) {
            let Some(element) = known.child(name) else { return out };
            if element.choice {
                self.push_choices(known, element.name, &mut out);
            } else {
                self.push_children(name, element.only_type(), &mut out);
            }
        } else {
            self.push_children(name, None, &mut out);
        }
        out
    }

    /// Every child, in the order of the document.
    #[must_use]
    pub fn children(&self) -> Vec<Self> {
        let mut out = Vec::new();
        let known = self.kind.and_then(model::type_named);
        for (key, _) in self.node.as_object().into_iter().flat_map(|object| object.iter()) {
            let plain = key.strip_prefix('_').unwrap_or(key);
            // A key beside is looked at with its own; alone, it stands for an empty primitive.
            let alone = plain.len() == key.len() || self.node.get(plain).is_none();
            if key == "resourceType" || !alone {
                continue;
            }
            let kind = known.and_then(|known| known.child_by_key(plain)).map(|(_, kind)| kind);
            self.push_children(plain, kind, &mut out);
        }
        if !matches!(self.node, Node::Object(_))
            && let Some(beside) = self.beside
        {
            out.extend(Self { node: beside, beside: None, kind: Some("Element") }.children());
        }
        out
    }

    /// The children of a choice: looked for among the keys there are, which are few, rather than
    /// among the types there could be, which are up to fifty.
    fn push_choices(&self, known: &model::Type, name: &str, out: &mut Vec<Self>) {
        for (key, _) in self.node.as_object().into_iter().flat_map(|object| object.iter()) {
            let plain = key.strip_prefix('_').unwrap_or(key);
            let seen = plain.len() < key.len() && self.node.get(plain).is_some();
            if seen || !plain.starts_with(name) {
                continue;
            }
            match known.child_by_key(plain) {
                Some((element, kind)) if element.name == name => {
                    self.push_children(plain, Some(kind), out);
                }
                _ => {}
            }
        }
    }

    fn push_children(&self, key: &str, kind: Option<&'static str>, out: &mut Vec<Self>) {
        let holder = match self.node {
            // An object where a primitive belongs has no elements.
            Node::Object(_) if !self.kind.is_some_and(model::is_primitive) => self.node,
            // Only id and extensions can stand beside a primitive.
            _ => match self.beside {
                Some(beside) => beside,
                None => return,
            },
        };
        let node = holder.get(key);
        let beside = holder.get(&format!("_{key}"));
        match (node, beside) {
            (Some(Node::Array(items)), beside) => {
                let beside = beside.and_then(Node::as_array).unwrap_or_default();
                for index in 0..items.len().max(beside.len()) {
                    let item = items.get(index).unwrap_or(&NULL);
                    Self::push(item, beside.get(index), kind, out);
                }
            }
            (None, Some(Node::Array(beside))) => {
                beside.iter().for_each(|beside| Self::push(&NULL, Some(beside), kind, out));
            }
            (node, beside) => Self::push(node.unwrap_or(&NULL), beside, kind, out),
        }
    }

    fn push(
        node: &'a Node,
        beside: Option<&'a Node>,
        kind: Option<&'static str>,
        out: &mut Vec<Self>,
    ) {
        let beside = beside.filter(|beside| beside.as_object().is_some());
        if matches!(node, Node::Null) && beside.is_none() {
            return;
        }
        let resource = kind.is_none_or(|kind| model::is_subtype(kind, "Resource"));
        let told = node.resource_type().filter(|_| resource).and_then(model::type_named);
        let kind = told.map(|found| found.name).or(kind);
        out.push(Self { node, beside, kind });
    }

    /// The primitive or quantity as the system's own type; absent for other complex elements.
    #[must_use]
    pub fn system(&self) -> Option<Value<'a>> {
        let text = |text: &'a str| Value::String(Cow::Borrowed(text));
        match self.node {
            Node::Bool(value) => Some(Value::Boolean(*value)),
            Node::Number(number) => Some(number_value(number, self.kind).unwrap_or(text(number))),
            Node::String(string) => {
                let moment = match self.kind {
                    Some("date") => Moment::date(string),
                    Some("dateTime" | "instant") => Moment::date_time(string),
                    Some("time") => Moment::time(string),
                    _ => None,
                };
                Some(moment.map_or_else(|| text(string), Value::Moment))
            }
            Node::Object(_) if self.is_quantity() => self.quantity().map(Value::Quantity),
            _ => None,
        }
    }

    fn is_quantity(&self) -> bool {
        self.kind.is_some_and(|kind| model::is_subtype(kind, "Quantity"))
    }

    /// A quantity with a value and without a comparator: `<5 mg` is not an amount.
    fn quantity(&self) -> Option<Quantity> {
        if self.node.get("comparator").is_some() {
            return None;
        }
        let amount = decimal::parse(self.node.get("value")?.as_number()?)?;
        let text = |key: &str| self.node.get(key).and_then(Node::as_str);
        let unit = text("code").or_else(|| text("unit")).unwrap_or("1");
        Some(Quantity { amount, unit: unit.to_owned() })
    }

    /// The name `is` and `type()` know it by.
    #[must_use]
    pub fn type_info(&self) -> TypeInfo {
        let kind = self.kind.and_then(model::type_named);
        let name = kind.map_or("Element", |kind| match kind.kind {
            model::Kind::Backbone => kind.base.unwrap_or("BackboneElement"),
            _ => kind.name,
        });
        TypeInfo { namespace: "FHIR", name }
    }
}

fn number_value(number: &str, kind: Option<&'static str>) -> Option<Value<'static>> {
    let whole = match kind {
        Some("integer" | "positiveInt" | "unsignedInt") => true,
        Some("decimal") => false,
        _ => number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'),
    };
    let integer = whole.then(|| number.parse().ok().map(Value::Integer)).flatten();
    integer.or_else(|| decimal::parse(number).map(Value::Decimal))
}

impl<'a> Value<'a> {
    /// A resource as the focus of an expression.
    #[must_use]
    pub fn resource(node: &'a Node) -> Self {
        Self::Element(Element::resource(node))
    }

    /// A text.
    #[must_use]
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::String(text.into())
    }

    /// The value as one of the system's types where it is an element that has such a value.
    #[must_use]
    pub fn system(&self) -> Self {
        match self {
            Self::Element(element) => element.system().unwrap_or_else(|| self.clone()),
            other => other.clone(),
        }
    }

    /// The element, where it is one.
    #[must_use]
    pub fn as_element(&self) -> Option<&Element<'a>> {
        match self {
            Self::Element(element) => Some(element),
            _ => None,
        }
    }

    /// The type's name.
    #[must_use]
    pub fn type_info(&self) -> TypeInfo {
        use super::moment::Sort;
        let name = match self {
            Self::Boolean(_) => "Boolean",
            Self::Integer(_) => "Integer",
            Self::Long(_) => "Long",
            Self::Decimal(_) => "Decimal",
            Self::String(_) => "String",
            Self::Moment(moment) => match moment.sort {
                Sort::Date => "Date",
                Sort::DateTime => "DateTime",
                Sort::Time => "Time",
            },
            Self::Quantity(_) => "Quantity",
            Self::Type(_) => "SimpleTypeInfo",
            Self::Element(element) => return element.type_info(),
        };
        TypeInfo { namespace: "System", name }
    }

    /// The value as text, the way `toString()` gives it; absent for complex elements.
    ///
    /// A number or a date of the resource keeps the spelling it has there.
    #[must_use]
    pub fn to_text(&self) -> Option<Cow<'a, str>> {
        Some(match self {
            Self::String(text) => text.clone(),
            Self::Boolean(value) => value.to_string().into(),
            Self::Integer(value) | Self::Long(value) => value.to_string().into(),
            Self::Decimal(value) => value.to_plain_string().into(),
            Self::Moment(moment) => moment.to_string().into(),
            Self::Quantity(quantity) => quantity.to_string().into(),
            Self::Type(info) => format!("{}.{}", info.namespace, info.name).into(),
            Self::Element(element) => match element.node {
                Node::String(text) | Node::Number(text) => Cow::Borrowed(text),
                Node::Bool(value) => value.to_string().into(),
                _ => element.quantity().filter(|_| element.is_quantity())?.to_string().into(),
            },
        })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.amount.to_plain_string();
        if super::unit::calendar(&self.unit).is_some() {
            write!(f, "{amount} {}", self.unit)
        } else {
            write!(f, "{amount} '{}'", self.unit)
        }
    }
}
