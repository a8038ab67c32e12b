//! What a FHIRPath expression is, once read.
//!
//! # Source
//! FHIRPath 3.0.0 (HL7), grammar of the normative part; SQL-on-FHIR 3.0.0-ballot for `%name`
//! constants and `%rowIndex`.

/// One expression, with the place where each part began for messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: Kind,
    /// Byte offset in the text where it begins.
    pub at: usize,
}

/// The forms an expression takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `{}`
    Empty,
    /// A literal.
    Literal(Literal),
    /// `$this`
    This,
    /// `$index`
    Index,
    /// `$total`
    Total,
    /// `%name`, `` %`name` `` or `%'name'`: a constant or an environment variable.
    External(String),
    /// A member name or type name: `name`, or `base.name`.
    Member {
        /// What it is taken from; the focus when absent.
        base: Option<Box<Expr>>,
        /// The name, without back-ticks.
        name: String,
    },
    /// A call: `name(…)`, or `base.name(…)`.
    Call {
        /// What it is called on; the focus when absent.
        base: Option<Box<Expr>>,
        /// The function's name.
        name: String,
        /// The arguments, not evaluated.
        arguments: Vec<Expr>,
    },
    /// `base[index]`
    Item {
        /// The collection.
        base: Box<Expr>,
        /// The index, counted from 0.
        index: Box<Expr>,
    },
    /// `+x` or `-x`
    Sign {
        /// Whether it is a minus.
        negative: bool,
        /// What it applies to.
        of: Box<Expr>,
    },
    /// `left op right`
    Binary {
        /// The operator.
        op: Op,
        /// Left side.
        left: Box<Expr>,
        /// Right side.
        right: Box<Expr>,
    },
    /// `x is Type` or `x as Type`
    TypeTest {
        /// Whether it is `is` (a test) or `as` (a cast).
        test: TypeOp,
        /// What is tested.
        of: Box<Expr>,
        /// The type's name, with its namespace where one was written.
        type_name: TypeName,
    },
}

/// A literal as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `true` or `false`
    Boolean(bool),
    /// `'text'`, escapes resolved.
    String(String),
    /// `1` or `-1`
    Integer(i64),
    /// `1L`
    Long(i64),
    /// `1.50`, the text kept.
    Decimal(String),
    /// `@2024-05`, without the `@`.
    Date(String),
    /// `@2024-05-17T10:00`, without the `@`.
    DateTime(String),
    /// `@T10:00`, without the `@T`.
    Time(String),
    /// `4 days` or `5.0 'mg'`: the number's text and the unit without quotes.
    Quantity(String, String),
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `div`
    Div,
    /// `mod`
    Mod,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `&`
    Concatenate,
    /// `|`
    Union,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `~`
    Equivalent,
    /// `!~`
    NotEquivalent,
    /// `in`
    In,
    /// `contains`
    Contains,
    /// `and`
    And,
    /// `or`
    Or,
    /// `xor`
    Xor,
    /// `implies`
    Implies,
}

/// `is` or `as`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeOp {
    /// Asks.
    Is,
    /// Casts.
    As,
}

/// A type's name: `FHIR.Patient`, `System.String`, `Quantity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// `FHIR` or `System`, where written.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}
