//! Constants: values a view names once and uses in its expressions as `%name`.

use vocab::FhirDate;
use vocab::date::Zone;

use crate::path::ast::Literal;

/// A value with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Its name, without the `%`.
    pub name: String,
    /// The FHIR type it was declared with, such as `code`.
    pub r#type: &'static str,
    /// The value, as expressions have it.
    pub value: Literal,
}

/// What a key `value[x]` of a constant needs: JSON's kind of value and the FHIR type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Boolean,
    /// A whole number from the first to the second.
    Whole(i64, i64),
    Long,
    Decimal,
    Date,
    DateTime,
    Instant,
    Time,
    Text,
}

/// The keys a constant's value may have, each with its FHIR type and form.
///
/// # Source
/// SQL-on-FHIR 3.0.0-ballot, `ViewDefinition.constant.value[x]`.
pub(super) const VALUE_KEYS: [(&str, &str, Form); 19] = {
    let int = (i32::MIN as i64, i32::MAX as i64);
    [
        ("valueBase64Binary", "base64Binary", Form::Text),
        ("valueBoolean", "boolean", Form::Boolean),
        ("valueCanonical", "canonical", Form::Text),
        ("valueCode", "code", Form::Text),
        ("valueDate", "date", Form::Date),
        ("valueDateTime", "dateTime", Form::DateTime),
        ("valueDecimal", "decimal", Form::Decimal),
        ("valueId", "id", Form::Text),
        ("valueInstant", "instant", Form::Instant),
        ("valueInteger", "integer", Form::Whole(int.0, int.1)),
        ("valueInteger64", "integer64", Form::Long),
        ("valueOid", "oid", Form::Text),
        ("valuePositiveInt", "positiveInt", Form::Whole(1, int.1)),
        ("valueString", "string", Form::Text),
        ("valueTime", "time", Form::Time),
        ("valueUnsignedInt", "unsignedInt", Form::Whole(0, int.1)),
        ("valueUri", "uri", Form::Text),
        ("valueUrl", "url", Form::Text),
        ("valueUuid", "uuid", Form::Text),
    ]
};

/// What JSON gave for a constant.
#[derive(Clone, Copy, Debug)]
pub(super) enum Given<'a> {
    Boolean(bool),
    /// A number, as it was written.
    Number(&'a str),
    Text(&'a str),
    Other,
}

/// Makes the literal, or says what would be right.
pub(super) fn literal(form: Form, given: Given<'_>) -> Result<Literal, String> {
    match (form, given) {
        (Form::Boolean, Given::Boolean(value)) => Ok(Literal::Boolean(value)),
        (Form::Boolean, _) => Err("must be true or false".to_owned()),
        (Form::Whole(least, most), Given::Number(text)) => match text.parse::<i64>() {
            Ok(value) if (least..=most).contains(&value) => Ok(Literal::Integer(value)),
            _ => Err(format!("must be a whole number from {least} to {most}")),
        },
        (Form::Whole(..), _) => Err("must be a whole number".to_owned()),
        // JSON's numbers do not hold 64 bits everywhere, so FHIR writes this type as a string.
        (Form::Long, Given::Number(text) | Given::Text(text)) => {
            text.parse().map(Literal::Long).map_err(|_| "must be a 64-bit whole number".to_owned())
        }
        (Form::Decimal, Given::Number(text)) => decimal(text),
        (Form::Long | Form::Decimal, _) => Err("must be a number".to_owned()),
        (Form::Text, Given::Text("")) => Err("must not be empty".to_owned()),
        (Form::Text, Given::Text(text)) => Ok(Literal::String(text.to_owned())),
        (Form::Date | Form::DateTime | Form::Instant | Form::Time, Given::Text(text)) => {
            moment(form, text)
        }
        (Form::Text | Form::Date | Form::DateTime | Form::Instant | Form::Time, _) => {
            Err("must be a string".to_owned())
        }
    }
}

/// A decimal keeps its text; an exponent, which a literal cannot have, is written out.
fn decimal(text: &str) -> Result<Literal, String> {
    if !text.contains(['e', 'E']) {
        return Ok(Literal::Decimal(text.to_owned()));
    }
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().map_err(|_| "has an exponent out of range".to_owned())?;
    if !(-40..=40).contains(&exponent) {
        return Err("has an exponent out of range".to_owned());
    }
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let places = exponent.unsigned_abs() as usize;
    let shifted = if exponent >= 0 {
        let part = format!("{part:0<places$}");
        let (moved, rest) = part.split_at(places);
        format!("{whole}{moved}.{rest}")
    } else {
        let whole = format!("{}{whole}", "0".repeat(places));
        let (rest, moved) = whole.split_at(whole.len() - places);
        format!("{rest}.{moved}{part}")
    };
    let shifted = shifted.trim_end_matches('.');
    let trimmed = shifted.trim_start_matches('0');
    let zero = if trimmed.is_empty() || trimmed.starts_with('.') { "0" } else { "" };
    Ok(Literal::Decimal(format!("{sign}{zero}{trimmed}")))
}

/// A date or time, checked against the calendar and the clock.
fn moment(form: Form, text: &str) -> Result<Literal, String> {
    let owned = || text.to_owned();
    let in_calendar = || FhirDate::parse(text, &Zone::tokyo()).is_ok();
    match form {
        Form::Date if !text.contains('T') && in_calendar() => Ok(Literal::Date(owned())),
        Form::Date => Err("must be a FHIR date such as 2024-05 or 2024-05-17".to_owned()),
        Form::DateTime if in_calendar() => Ok(Literal::DateTime(owned())),
        Form::DateTime => Err("must be a FHIR dateTime such as 2024-05-17T09:30:00Z".to_owned()),
        Form::Instant if has_offset(text) && in_calendar() => Ok(Literal::DateTime(owned())),
        Form::Instant => Err("must be a FHIR instant such as 2024-05-17T09:30:00Z".to_owned()),
        _ if is_time(text) => Ok(Literal::Time(owned())),
        _ => Err("must be a FHIR time such as 09:30:00".to_owned()),
    }
}

fn has_offset(text: &str) -> bool {
    text.split_once('T').is_some_and(|(_, time)| time.contains(['Z', '+', '-']))
}

fn is_time(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let parts: Vec<&str> = clock.split(':').collect();
    let limits = [23, 59, 59];
    let in_range = |(part, limit): (&&str, &u8)| {
        part.len() == 2
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u8>().is_ok_and(|value| value <= *limit)
    };
    parts.len() == 3
        && parts.iter().zip(&limits).all(in_range)
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Result<Literal, String> {
        literal(Form::Decimal, Given::Number(text))
    }

    #[test]
    fn a_decimal_keeps_its_text_and_writes_exponents_out() {
        let decimal = |text: &str| Ok(Literal::Decimal(text.to_owned()));
        assert_eq!(number("1.50"), decimal("1.50"));
        assert_eq!(number("1.5e3"), decimal("1500"));
        assert_eq!(number("-1.25E1"), decimal("-12.5"));
        assert_eq!(number("1.5e-3"), decimal("0.0015"));
        assert_eq!(number("0e0"), decimal("0"));
        assert!(number("1e999999").is_err());
    }

    #[test]
    fn dates_that_are_not_in_the_calendar_are_refused() {
        let date = |form, text| literal(form, Given::Text(text));
        assert!(date(Form::Date, "2023-02-30").is_err());
        assert!(date(Form::Date, "2024-02").is_ok());
        assert!(date(Form::Instant, "2024-02-03T10:00:00").is_err());
        assert!(date(Form::Time, "18:12:00").is_ok());
        assert!(date(Form::Time, "24:00:00").is_err());
        assert!(date(Form::Time, "18:12").is_err());
    }

    #[test]
    fn whole_numbers_have_their_types_range() {
        let (_, _, positive) = VALUE_KEYS[12];
        assert!(literal(positive, Given::Number("0")).is_err());
        assert!(literal(positive, Given::Number("1.0")).is_err());
        assert_eq!(literal(positive, Given::Number("7")), Ok(Literal::Integer(7)));
        assert_eq!(
            literal(Form::Long, Given::Text("9007199254740993")),
            Ok(Literal::Long(9_007_199_254_740_993))
        );
    }
}
