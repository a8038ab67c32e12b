//! An expression as text again: the same meaning, in one spelling.

use std::fmt;

use super::ast::{Expr, Kind, Literal, Op, TypeName, TypeOp};
use super::parse::{is_calendar_unit, is_reserved};

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Empty => f.write_str("{}"),
            Kind::Literal(literal) => literal.fmt(f),
            Kind::This => f.write_str("$this"),
            Kind::Index => f.write_str("$index"),
            Kind::Total => f.write_str("$total"),
            Kind::External(name) => write!(f, "%{}", Name(name)),
            Kind::Member { base, name } => {
                base_and_point(f, base.as_deref())?;
                Name(name).fmt(f)
            }
            Kind::Call { base, name, arguments } => {
                base_and_point(f, base.as_deref())?;
                write!(f, "{}(", Name(name))?;
                for (index, argument) in arguments.iter().enumerate() {
                    write!(f, "{}{argument}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
            Kind::Item { base, index } => write!(f, "{}[{index}]", Operand(base, 12)),
            Kind::Sign { negative, of } => {
                write!(f, "{}{}", if *negative { "-" } else { "+" }, Operand(of, 12))
            }
            Kind::Binary { op, left, right } => {
                let binding = op.binding();
                write!(f, "{} {} {}", Operand(left, binding), op, Operand(right, binding + 1))
            }
            Kind::TypeTest { test, of, type_name } => {
                let word = if *test == TypeOp::Is { "is" } else { "as" };
                write!(f, "{} {word} {type_name}", Operand(of, 8))
            }
        }
    }
}

fn base_and_point(f: &mut fmt::Formatter<'_>, base: Option<&Expr>) -> fmt::Result {
    match base {
        Some(base) => write!(f, "{}.", Operand(base, 12)),
        None => Ok(()),
    }
}

/// An operand, in brackets where it binds less tightly than its place asks.
struct Operand<'a>(&'a Expr, u8);

impl fmt::Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binding = match &self.0.kind {
            Kind::Binary { op, .. } => op.binding(),
            Kind::TypeTest { .. } => 8,
            Kind::Sign { .. } => 11,
            _ => 12,
        };
        if binding < self.1 { write!(f, "({})", self.0) } else { self.0.fmt(f) }
    }
}

/// A name, in back-ticks where it needs them.
struct Name<'a>(&'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.0.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && self.0.starts_with(|c: char| !c.is_ascii_digit())
            && !is_reserved(self.0);
        if plain { f.write_str(self.0) } else { quoted(f, self.0, '`') }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str, quote: char) -> fmt::Result {
    write!(f, "{quote}")?;
    for c in text.chars() {
        match c {
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{c}' => f.write_str("\\f")?,
            '\\' => f.write_str("\\\\")?,
            c if c == quote => write!(f, "\\{c}")?,
            c => write!(f, "{c}")?,
        }
    }
    write!(f, "{quote}")
}

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{}.", Name(namespace))?;
        }
        Name(&self.name).fmt(f)
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(f),
            Self::String(text) => quoted(f, text, '\''),
            Self::Integer(value) => value.fmt(f),
            Self::Long(value) => write!(f, "{value}L"),
            Self::Decimal(text) => f.write_str(text),
            Self::Date(text) | Self::DateTime(text) => write!(f, "@{text}"),
            Self::Time(text) => write!(f, "@T{text}"),
            Self::Quantity(number, unit) if is_calendar_unit(unit) => write!(f, "{number} {unit}"),
            Self::Quantity(number, unit) => {
                write!(f, "{number} ")?;
                quoted(f, unit, '\'')
            }
        }
    }
}

impl Op {
    /// How tightly it binds; more is tighter.
    fn binding(self) -> u8 {
        match self {
            Self::Multiply | Self::Divide | Self::Div | Self::Mod => 10,
            Self::Add | Self::Subtract | Self::Concatenate => 9,
            Self::Union => 7,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 6,
            Self::Equal | Self::NotEqual | Self::Equivalent | Self::NotEquivalent => 5,
            Self::In | Self::Contains => 4,
            Self::And => 3,
            Self::Or | Self::Xor => 2,
            Self::Implies => 1,
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Div => "div",
            Self::Mod => "mod",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Concatenate => "&",
            Self::Union => "|",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Equivalent => "~",
            Self::NotEquivalent => "!~",
            Self::In => "in",
            Self::Contains => "contains",
            Self::And => "and",
            Self::Or => "or",
            Self::Xor => "xor",
            Self::Implies => "implies",
        })
    }
}
