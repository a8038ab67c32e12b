//! Which Arrow type a column has, and which companions stand beside it.

use std::sync::Arc;

use arrow_schema::{DataType, Field, TimeUnit};
use vocab::{Issue, IssueCode, Place};

use crate::view::Column;

/// What one Arrow array of a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Boolean,
    Int32,
    Int64,
    Float32,
    Float64,
    /// Exact: digits in all, digits after the point.
    Decimal(u8, i8),
    /// A local day.
    Day,
    /// An instant.
    Instant,
}

/// How a column of a view is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One array.
    Plain(Kind),
    /// One array of lists.
    List(Kind),
    /// A number for maths and the exact text.
    Decimal,
    /// The text, its precision, the instants between which it lies, the local day.
    Date,
    /// Of a date the local day alone; nothing where the text is vaguer than a day.
    Day,
}

impl Kind {
    pub(super) fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Boolean => DataType::Boolean,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::Float32 => DataType::Float32,
            Self::Float64 => DataType::Float64,
            Self::Decimal(precision, scale) => DataType::Decimal128(precision, scale),
            Self::Day => DataType::Date32,
            Self::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }

    /// The kind for a FHIR type where no companions are wanted.
    fn of_fhir(fhir: &str) -> Self {
        match fhir {
            "boolean" => Self::Boolean,
            "integer" | "positiveInt" | "unsignedInt" => Self::Int32,
            "integer64" => Self::Int64,
            _ => Self::Text,
        }
    }

    /// The kind for a type of SQL as a tag `ansi/type` names it.
    fn of_ansi(ansi: &str) -> Option<Self> {
        let upper = ansi.trim().to_ascii_uppercase();
        let (name, arguments) = match upper.split_once('(') {
            Some((name, rest)) => {
                let (inside, after) = rest.split_once(')')?;
                // TIMESTAMP(6) WITH TIME ZONE
                (format!("{} {}", name.trim(), after.trim()), inside.to_owned())
            }
            None => (upper.clone(), String::new()),
        };
        Some(match name.trim() {
            "BOOLEAN" => Self::Boolean,
            "INTEGER" | "INT" | "SMALLINT" => Self::Int32,
            "BIGINT" => Self::Int64,
            "REAL" => Self::Float32,
            "DOUBLE PRECISION" | "DOUBLE" | "FLOAT" => Self::Float64,
            "DECIMAL" | "NUMERIC" | "DEC" => return Self::decimal(&arguments),
            "DATE" => Self::Day,
            "TIMESTAMP" | "TIMESTAMP WITH TIME ZONE" | "TIMESTAMP WITHOUT TIME ZONE" => {
                Self::Instant
            }
            "CHARACTER VARYING"
            | "VARCHAR"
            | "CHARACTER"
            | "CHAR"
            | "TEXT"
            | "STRING"
            | "CHARACTER LARGE OBJECT"
            | "CLOB" => Self::Text,
            _ => return None,
        })
    }

    fn decimal(arguments: &str) -> Option<Self> {
        let (precision, scale) = arguments.split_once(',').unwrap_or((arguments, "0"));
        let precision = if precision.is_empty() { 38 } else { precision.trim().parse().ok()? };
        let scale: i8 = scale.trim().parse().ok()?;
        let fits = (1..=38).contains(&precision) && (0..=38).contains(&scale);
        (fits && scale.unsigned_abs() <= precision).then_some(Self::Decimal(precision, scale))
    }
}

/// How a column is laid out; `inferred` is the FHIR type its expression has, for one that declares
/// none.
pub(super) fn shape(
    column: &Column,
    inferred: Option<&str>,
    companions: bool,
) -> Result<Shape, Issue> {
    let fhir = column.r#type.as_deref().or(inferred).unwrap_or("string");
    let ansi = match column.tag("ansi/type") {
        None => None,
        Some(tag) => Some(Kind::of_ansi(tag).ok_or_else(|| {
            let told = format!("column {:?}: {tag:?} is not a type of SQL known here", column.name);
            Issue::new(IssueCode::ViewElementInvalid, Place::at_path("tag"), told)
        })?),
    };
    if column.collection {
        return Ok(Shape::List(ansi.unwrap_or_else(|| Kind::of_fhir(fhir))));
    }
    Ok(match (companions, ansi, fhir) {
        (true, _, "decimal") => Shape::Decimal,
        (true, Some(Kind::Day), "date" | "dateTime" | "instant") => Shape::Day,
        (true, _, "date" | "dateTime" | "instant") => Shape::Date,
        (_, Some(kind), _) => Shape::Plain(kind),
        (_, None, fhir) => Shape::Plain(Kind::of_fhir(fhir)),
    })
}

/// The fields a column gives, its companions after it.
pub(super) fn fields(name: &str, shape: Shape) -> Vec<Field> {
    let field =
        |suffix: &str, kind: Kind| Field::new(format!("{name}{suffix}"), kind.arrow(), true);
    match shape {
        Shape::Plain(kind) => vec![field("", kind)],
        Shape::List(kind) => {
            let item = Arc::new(Field::new_list_field(kind.arrow(), true));
            vec![Field::new(name, DataType::List(item), true)]
        }
        Shape::Decimal => vec![field("", Kind::Float64), field("_text", Kind::Text)],
        Shape::Date => vec![
            field("", Kind::Text),
            field("_precision", Kind::Text),
            field("_low", Kind::Instant),
            field("_high", Kind::Instant),
            field("_day", Kind::Day),
        ],
        Shape::Day => vec![field("", Kind::Day)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_sql_are_read_with_their_lengths() {
        for (text, expect) in [
            ("decimal(18, 4)", Some(Kind::Decimal(18, 4))),
            ("CHARACTER VARYING(20)", Some(Kind::Text)),
            ("timestamp(6) with time zone", Some(Kind::Instant)),
            ("double precision", Some(Kind::Float64)),
            ("decimal(4, 9)", None),
            ("decimal(99)", None),
            ("geometry", None),
        ] {
            assert_eq!(Kind::of_ansi(text), expect, "{text}");
        }
    }
}
