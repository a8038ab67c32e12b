//! The small parts of Circe: ranges, lists of concepts, windows.

use super::read::{Node, NotRead};

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `lt`
    Less,
    /// `lte`
    AtMost,
    /// `eq`
    Equal,
    /// `!eq`
    NotEqual,
    /// `gte`
    AtLeast,
    /// `gt`
    Greater,
    /// `bt`: both ends included.
    Between,
    /// `!bt`
    NotBetween,
}

/// The words of [`Op`], in its order.
const OPS: [(&str, Op); 8] = [
    ("lt", Op::Less),
    ("lte", Op::AtMost),
    ("eq", Op::Equal),
    ("!eq", Op::NotEqual),
    ("gte", Op::AtLeast),
    ("gt", Op::Greater),
    ("bt", Op::Between),
    ("!bt", Op::NotBetween),
];

impl Op {
    /// The word of Circe.
    #[must_use]
    pub fn word(self) -> &'static str {
        OPS.iter().find(|(_, op)| *op == self).map_or("", |(word, _)| word)
    }

    fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let word = node.text()?;
        let op = OPS.iter().find(|(known, _)| *known == word).map(|(_, op)| *op);
        op.ok_or_else(|| node.wrong(format!("there is no operator {word:?}")))
    }

    fn is_range(self) -> bool {
        matches!(self, Self::Between | Self::NotBetween)
    }
}

/// A range of numbers or of days: a value, and its other end for `bt` and `!bt`.
#[derive(Clone, Debug, PartialEq)]
pub struct Range<T> {
    /// How it is compared.
    pub op: Op,
    /// With what, or from what.
    pub value: T,
    /// To what.
    pub extent: Option<T>,
}

/// `NumericRange`
pub type NumericRange = Range<f64>;
/// `DateRange`; days are written `2024-05-17`.
pub type DateRange = Range<String>;

impl<T> Range<T> {
    fn read_with(
        node: &Node<'_>,
        read: impl Fn(&Node<'_>) -> Result<T, NotRead>,
    ) -> Result<Self, NotRead> {
        let fields = node.object(&["Value", "Op", "Extent"])?;
        let op = Op::read(&fields.need("Op")?)?;
        let value = read(&fields.need("Value")?)?;
        // The other end means something only for a range; Circe keeps what was typed there before.
        let extent = if op.is_range() { Some(read(&fields.need("Extent")?)?) } else { None };
        Ok(Self { op, value, extent })
    }
}

impl NumericRange {
    pub(super) fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        Self::read_with(node, |node| node.number())
    }
}

impl DateRange {
    pub(super) fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        Self::read_with(node, |node| Ok(node.text()?.to_owned()))
    }
}

/// `TextFilter`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFilter {
    /// What is looked for.
    pub text: String,
    /// `contains`, `startsWith`, `endsWith`, or one of these with `!`.
    pub op: String,
}

impl TextFilter {
    pub(super) fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let fields = node.object(&["Text", "Op"])?;
        let text = fields.or_default("Text", |node| Ok(node.text()?.to_owned()))?;
        Ok(Self { text, op: fields.need("Op")?.text()?.to_owned() })
    }
}

/// `Concept`, as far as it means something: the rest is for readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concept {
    /// `CONCEPT_ID`
    pub id: i64,
    /// `CONCEPT_NAME`
    pub name: String,
    /// `CONCEPT_CODE`
    pub code: String,
    /// `VOCABULARY_ID`
    pub vocabulary: String,
    /// `DOMAIN_ID`
    pub domain: String,
}

/// Every field of a concept; those that are not kept say again what the vocabulary says.
const CONCEPT_FIELDS: [&str; 10] = [
    "CONCEPT_ID",
    "CONCEPT_NAME",
    "CONCEPT_CODE",
    "VOCABULARY_ID",
    "DOMAIN_ID",
    "STANDARD_CONCEPT",
    "STANDARD_CONCEPT_CAPTION",
    "INVALID_REASON",
    "INVALID_REASON_CAPTION",
    "CONCEPT_CLASS_ID",
];

impl Concept {
    pub(super) fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let fields = node.object(&CONCEPT_FIELDS)?;
        let text = |key| fields.or_default(key, |node: &Node<'_>| Ok(node.text()?.to_owned()));
        Ok(Self {
            id: fields.need("CONCEPT_ID")?.integer()?,
            name: text("CONCEPT_NAME")?,
            code: text("CONCEPT_CODE")?,
            vocabulary: text("VOCABULARY_ID")?,
            domain: text("DOMAIN_ID")?,
        })
    }
}

/// `ConceptSetSelection`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConceptSetSelection {
    /// `CodesetId`; none asks whether there is any concept.
    pub codeset_id: Option<i64>,
    /// `IsExclusion`
    pub is_exclusion: bool,
}

impl ConceptSetSelection {
    pub(super) fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let fields = node.object(&["CodesetId", "IsExclusion"])?;
        let codeset_id = fields.optional("CodesetId", Node::integer)?;
        Ok(Self { codeset_id, is_exclusion: fields.or_default("IsExclusion", Node::truth)? })
    }
}

/// `Period`: two days, either of which may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// `StartDate`
    pub start: Option<String>,
    /// `EndDate`
    pub end: Option<String>,
}

impl Period {
    pub(super) fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let fields = node.object(&["StartDate", "EndDate"])?;
        let day = |key| fields.optional(key, |node: &Node<'_>| Ok(node.text()?.to_owned()));
        Ok(Self { start: day("StartDate")?, end: day("EndDate")? })
    }
}

/// One end of a [`Window`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// `Days`; none is as far as the observation period goes.
    pub days: Option<i32>,
    /// `Coeff` is -1: before.
    pub is_before: bool,
}

impl Endpoint {
    fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let fields = node.object(&["Days", "Coeff"])?;
        let coefficient = fields.need("Coeff")?;
        let is_before = match coefficient.integer()? {
            -1 => true,
            1 => false,
            _ => return Err(coefficient.wrong("-1 (before) or 1 (after) is expected")),
        };
        Ok(Self { days: fields.optional("Days", Node::days)?, is_before })
    }

    /// Days after the anchor, below zero before it.
    #[must_use]
    pub fn offset(self) -> Option<i32> {
        self.days.map(|days| if self.is_before { -days } else { days })
    }
}

/// `Window`: from when until when, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// `Start`
    pub start: Endpoint,
    /// `End`
    pub end: Endpoint,
    /// `UseIndexEnd`: days are counted from the end of the index event.
    pub use_index_end: bool,
    /// `UseEventEnd`: the end of the event is looked at; what is not said is said by the field that
    /// holds the window.
    pub use_event_end: Option<bool>,
}

impl Window {
    pub(super) fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let fields = node.object(&["Start", "End", "UseIndexEnd", "UseEventEnd"])?;
        Ok(Self {
            start: Endpoint::read(&fields.need("Start")?)?,
            end: Endpoint::read(&fields.need("End")?)?,
            use_index_end: fields.or_default("UseIndexEnd", Node::truth)?,
            use_event_end: fields.optional("UseEventEnd", Node::truth)?,
        })
    }
}
