//! What an expression becomes: look-ups by number over a [`Tree`](super::tree::Tree).
//!
//! Programs cover what data as FHIR defines them need. Where an element turns out otherwise at run
//! time (an object for a string, several values for one), the program stops with a [`Stop`], and
//! the general evaluator decides about the whole resource. So a program never has to know every
//! corner of FHIRPath, only the way that is right.

use std::cmp::Ordering;

use crate::model;

use super::tree::Form;

/// Elements reached from one element.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chain {
    /// Whether it begins at the resource and not at the focus.
    pub(super) from_resource: bool,
    /// Each but the last gives one element, from which the next goes on.
    pub(super) parts: Vec<Part>,
}

/// Steps and which of the elements they reach is taken.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) steps: Vec<Step>,
    pub(super) pick: Pick,
    /// Whether some step tests: then no item may be passed over, for its test may fail.
    pub(super) tests: bool,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// To the elements in a slot.
    Child(u16),
    /// To the elements in several slots: a choice element, whatever its type.
    AnyChild(Vec<u16>),
    /// Stays where the test is true.
    Where(Test),
}

/// Which elements are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// All.
    All,
    /// The first.
    First,
    /// The last.
    Last,
    /// The n-th, from 0.
    Nth(usize),
}

/// True, false or empty.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// Always this.
    Constant(bool),
    /// All are true.
    And(Vec<Test>),
    /// One is true.
    Or(Vec<Test>),
    /// Exactly one of two.
    Xor(Box<[Test; 2]>),
    /// If the first, then the second.
    Implies(Box<[Test; 2]>),
    /// The contrary.
    Not(Box<Test>),
    /// Some element is there.
    Exists(Chain),
    /// The one boolean the chain gives.
    Truth(Chain),
    /// A chain and a literal are the same (or, if so said, differ).
    Same { chain: Chain, literal: Operand, differ: bool },
    /// A chain is before or after a literal.
    Ordered { chain: Chain, literal: Operand, accept: Accept },
    /// How many elements there are, against a number.
    Counted { chain: Chain, number: i64, accept: Accept },
    /// What a string has at its beginning, end or somewhere.
    Text { chain: Chain, part: String, place: TextPlace },
    /// The two chains' single values are the same (or, if so said, differ).
    SameAs { chains: Box<[Chain; 2]>, differ: bool },
}

/// Where a part must stand in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextPlace {
    /// `startsWith`
    Start,
    /// `endsWith`
    End,
    /// `contains`
    Anywhere,
}

/// Which orders make a comparison true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Accept {
    pub(super) less: bool,
    pub(super) equal: bool,
    pub(super) greater: bool,
}

impl Accept {
    pub(super) fn takes(self, order: Ordering) -> bool {
        match order {
            Ordering::Less => self.less,
            Ordering::Equal => self.equal,
            Ordering::Greater => self.greater,
        }
    }
}

/// A literal to compare with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    /// A text.
    Text(String),
    /// A boolean.
    Bool(bool),
    /// A number, as written.
    Number(String),
}

/// What fills a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// The values of elements, which JSON must write in this form.
    Leaf(Chain, LeafForm),
    /// The value of the first of these elements that is there; each chain gives one at most.
    FirstOf(Vec<Chain>, LeafForm),
    /// A test.
    Test(Test),
    /// How many elements there are.
    Count(Chain),
    /// The key of the resource.
    ResourceKey,
    /// The keys to which References point, if they point to this type.
    ReferenceKey { chain: Chain, slots: ReferenceSlots, wanted: Option<String> },
    /// The texts of elements, one after another.
    Join { chain: Chain, separator: String },
    /// The number of the row in its `forEach`.
    RowIndex,
    /// Always this.
    Constant(Operand),
}

/// How JSON writes a primitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeafForm {
    /// `true` or `false`
    Bool,
    /// A number.
    Number,
    /// A number in a column of whole numbers.
    Whole,
    /// A string.
    Text,
}

impl LeafForm {
    /// The form of a primitive type of FHIR.
    pub(super) fn of(fhir: &str) -> Option<Self> {
        match fhir {
            "boolean" => Some(Self::Bool),
            "integer" | "positiveInt" | "unsignedInt" | "decimal" => Some(Self::Number),
            // Only constants and counts have it in R4.
            "integer64" => Some(Self::Number),
            fhir => model::is_primitive(fhir).then_some(Self::Text),
        }
    }

    /// Whether JSON wrote an element in this form.
    #[inline]
    pub(super) fn is(self, form: Form) -> bool {
        match self {
            Self::Text => matches!(form, Form::Text | Form::Unescaped),
            Self::Number | Self::Whole => form == Form::Number,
            Self::Bool => matches!(form, Form::True | Form::False),
        }
    }
}

/// Where a Reference keeps its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReferenceSlots {
    pub(super) reference: u16,
    pub(super) identifier: u16,
}

/// Why a program stopped: what it met is for the general evaluator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stop;
