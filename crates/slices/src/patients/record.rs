//! One patient's rows, asked under a permit for that patient.

use std::sync::Arc;

use desk::Refusal;
use jiff::civil::Date;
use lake::{Answer, Parameter, Reader, Row};

use super::rules::{Measured, Supply, last_day};

/// A time as it is written: its day where it has one, else the text that says less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct When {
    /// The day, or the first day of the month or year that is told.
    pub(crate) day: Date,
    /// What is told, where it is less than a day: `2012`, `2020-10`.
    pub(crate) vague: Option<String>,
}

impl When {
    /// From the text and the local day of a column. Nothing where neither tells a year.
    pub(crate) fn read(row: &Row<'_>, name: &str) -> Option<Self> {
        Self::new(row.text(name), row.day(&format!("{name}_day")))
    }

    fn new(text: Option<&str>, day: Option<Date>) -> Option<Self> {
        if let Some(day) = day {
            return Some(Self { day, vague: None });
        }
        let text = text?;
        let head = text.split('T').next().unwrap_or_default();
        let mut parts = head.split('-');
        let year = parts.next()?.parse().ok()?;
        let month = parts.next().and_then(|month| month.parse().ok()).unwrap_or(1);
        let day = Date::new(year, month, 1).ok()?;
        Some(Self { day, vague: Some(head.to_owned()) })
    }
}

/// One coming to the hospital.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) is_stay: bool,
    pub(crate) is_emergency: bool,
    pub(crate) was_cancelled: bool,
    pub(crate) is_over: bool,
    pub(crate) department: Option<String>,
    pub(crate) from: Date,
    pub(crate) to: Option<Date>,
}

/// One disease as written down.
#[derive(Clone, Debug)]
pub(crate) struct Diagnosis {
    pub(crate) name: String,
    pub(crate) icd10: Option<String>,
    pub(crate) is_suspected: bool,
    pub(crate) is_main: bool,
    pub(crate) outcome: Option<String>,
    pub(crate) from: When,
    pub(crate) to: Option<When>,
}

/// One thing that was done or found on a day.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(crate) name: String,
    pub(crate) when: When,
    /// What a report concluded.
    pub(crate) conclusion: Option<String>,
}

/// Something a patient does not bear.
#[derive(Clone, Debug)]
pub(crate) struct Allergy {
    pub(crate) name: String,
    pub(crate) is_severe: bool,
    pub(crate) is_confirmed: bool,
    pub(crate) reaction: Option<String>,
}

/// A document about a patient.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) source: String,
    pub(crate) key: String,
    pub(crate) kind: String,
    pub(crate) department: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) has_text: bool,
    pub(crate) when: Option<When>,
}

/// What the table of patients says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    pub(crate) gender: Option<String>,
    pub(crate) is_deceased: bool,
    pub(crate) died: Option<Date>,
}

/// Everything the page shows of one patient.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) visits: Vec<Visit>,
    pub(crate) diagnoses: Vec<Diagnosis>,
    pub(crate) supplies: Vec<Supply>,
    pub(crate) values: Vec<Measured>,
    /// Values in words, and values beyond the limit of an analyser: `(1+)`, `< 0.5`.
    pub(crate) words: Vec<(Date, String, String)>,
    pub(crate) procedures: Vec<Done>,
    pub(crate) reports: Vec<Done>,
    pub(crate) allergies: Vec<Allergy>,
    pub(crate) notes: Vec<Note>,
}

/// What the table of patients says of this one; nothing when no row may be seen.
pub(crate) async fn body(reader: &Reader) -> Result<Option<Body>, Refusal> {
    Ok(person(&reader.ask(include_str!("sql/person.sql"), &[]).await?))
}

/// What the page shows of a patient, but for the values of some days.
pub(crate) struct Known {
    /// What the table of patients says; nothing when no row may be seen.
    pub(crate) body: Option<Body>,
    /// The first and the last day anything is known of.
    pub(crate) extent: Option<(Date, Date)>,
    /// The record without values.
    pub(crate) record: Record,
}

/// Everything but the values, whose days hang on the rest.
pub(crate) async fn known(reader: &Arc<Reader>) -> Result<Known, Refusal> {
    let questions = [
        include_str!("sql/extent.sql"),
        include_str!("sql/visits.sql"),
        include_str!("sql/diagnoses.sql"),
        include_str!("sql/prescriptions.sql"),
        include_str!("sql/given.sql"),
        include_str!("sql/procedures.sql"),
        include_str!("sql/reports.sql"),
        include_str!("sql/notes.sql"),
        include_str!("sql/allergies.sql"),
        include_str!("sql/person.sql"),
    ];
    let answers = reader.ask_all(questions.map(|question| (question, Vec::new()))).await?;
    let [days, came, found, prescribed, given, operated, reported, written, borne, body] = answers;
    Ok(Known {
        body: person(&body),
        extent: extent(&days),
        record: Record {
            visits: visits(&came),
            diagnoses: diagnoses(&found),
            supplies: supplies(&prescribed, &given),
            procedures: done(&operated),
            reports: done(&reported),
            allergies: allergies(&borne),
            notes: documents(&written),
            ..Record::default()
        },
    })
}

fn person(answer: &Answer) -> Option<Body> {
    answer.rows().next().map(|row| Body {
        gender: row.text("gender").map(str::to_owned),
        is_deceased: row.is("is_deceased") || row.text("died").is_some(),
        died: row.day("died_day"),
    })
}

fn extent(answer: &Answer) -> Option<(Date, Date)> {
    let row = answer.rows().next()?;
    row.day("first_day").zip(row.day("last_day"))
}

fn owned(row: &Row<'_>, name: &str) -> Option<String> {
    row.text(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn visits(answer: &Answer) -> Vec<Visit> {
    let visit = |row: Row<'_>| {
        let status = row.text("status").unwrap_or_default();
        Some(Visit {
            is_stay: matches!(row.text("class_code"), Some("IMP" | "ACUTE" | "NONAC")),
            is_emergency: row.text("class_code") == Some("EMER"),
            was_cancelled: matches!(status, "cancelled" | "planned"),
            is_over: status == "finished" || row.text("ends").is_some(),
            department: owned(&row, "department"),
            from: When::read(&row, "starts")?.day,
            to: When::read(&row, "ends").map(|when| when.day),
        })
    };
    answer.rows().filter_map(visit).collect()
}

fn diagnoses(answer: &Answer) -> Vec<Diagnosis> {
    let diagnosis = |row: Row<'_>| {
        Some(Diagnosis {
            name: owned(&row, "name")?,
            icd10: owned(&row, "icd10"),
            is_suspected: row.is("is_suspected"),
            is_main: row.is("is_main"),
            outcome: owned(&row, "outcome"),
            from: When::read(&row, "starts")?,
            to: When::read(&row, "ends"),
        })
    };
    answer.rows().filter_map(diagnosis).collect()
}

fn supplies(prescribed: &Answer, given: &Answer) -> Vec<Supply> {
    let supply = |row: Row<'_>| {
        let name = owned(&row, "name")?;
        let from = When::read(&row, "starts")?.day;
        let to = row.day("ends_day").filter(|to| *to >= from);
        Some(Supply {
            drug: owned(&row, "drug").unwrap_or_else(|| name.clone()),
            name,
            dosage: owned(&row, "dosage").unwrap_or_default(),
            from,
            to: to.unwrap_or_else(|| last_day(from, row.number("days"))),
        })
    };
    prescribed.rows().chain(given.rows()).filter_map(supply).collect()
}

/// Numbers, and values in words.
type Values = (Vec<Measured>, Vec<(Date, String, String)>);

/// What was measured on these days.
pub(crate) async fn values(reader: &Reader, days: (Date, Date)) -> Result<Values, Refusal> {
    let bound = [("first_day", Parameter::Day(days.0)), ("last_day", Parameter::Day(days.1))];
    let answer = reader.ask(include_str!("sql/values.sql"), &bound).await?;
    let (mut values, mut words) = (Vec::new(), Vec::new());
    for row in answer.rows() {
        let (Some(name), Some(day)) = (owned(&row, "name"), row.day("day")) else { continue };
        let unit = owned(&row, "unit").unwrap_or_default();
        match (row.number("value"), row.text("comparator")) {
            (Some(value), None) if value.is_finite() => values.push(Measured {
                code: owned(&row, "code").unwrap_or_else(|| name.clone()),
                name,
                unit,
                day,
                value,
                limits: (row.number("low"), row.number("high")),
            }),
            (Some(value), Some(sign)) => words.push((day, name, format!("{sign} {value} {unit}"))),
            _ => words.extend(owned(&row, "word").map(|word| (day, name, word))),
        }
    }
    Ok((values, words))
}

fn done(answer: &Answer) -> Vec<Done> {
    let one = |row: Row<'_>| {
        Some(Done {
            name: owned(&row, "name")?,
            when: When::read(&row, "starts")?,
            conclusion: owned(&row, "conclusion"),
        })
    };
    answer.rows().filter_map(one).collect()
}

fn allergies(answer: &Answer) -> Vec<Allergy> {
    let allergy = |row: Row<'_>| {
        Some(Allergy {
            name: owned(&row, "name")?,
            is_severe: row.text("criticality") == Some("high"),
            is_confirmed: row.is("is_confirmed"),
            reaction: owned(&row, "reaction"),
        })
    };
    answer.rows().filter_map(allergy).collect()
}

/// The documents about a patient, the newest first.
pub(crate) async fn notes(reader: &Reader) -> Result<Vec<Note>, Refusal> {
    Ok(documents(&reader.ask(include_str!("sql/notes.sql"), &[]).await?))
}

fn documents(answer: &Answer) -> Vec<Note> {
    let note = |row: Row<'_>| {
        Some(Note {
            source: owned(&row, "source")?,
            key: owned(&row, "resource_key")?,
            kind: owned(&row, "kind").unwrap_or_default(),
            department: owned(&row, "department"),
            title: owned(&row, "title"),
            content_type: owned(&row, "content_type"),
            has_text: row.is("has_text"),
            when: When::read(&row, "written"),
        })
    };
    answer.rows().filter_map(note).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_time_that_tells_less_than_a_day_says_so() {
        let check = |text, day, expect: Option<(Date, Option<&str>)>| {
            let when = When::new(text, day).map(|when| (when.day, when.vague));
            assert_eq!(when, expect.map(|(day, vague)| (day, vague.map(str::to_owned))));
        };
        let known = date(2024, 5, 17);
        check(Some("2024-05-17T23:30:00Z"), Some(known), Some((known, None)));
        check(Some("2012"), None, Some((date(2012, 1, 1), Some("2012"))));
        check(Some("2020-10"), None, Some((date(2020, 10, 1), Some("2020-10"))));
        check(Some("long ago"), None, None);
        check(None, None, None);
    }
}
