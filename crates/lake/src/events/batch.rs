//! Events in columns.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use cohort::ast::{Kind, Name, Rank};
use cohort::eval::{Coded, Measured, PatientEvent, Stretch};

use super::column::{Amounts, CodeSets, Coding, Keyed, Spans, Texts};

/// Events of one table: for each event a row in every column.
///
/// # Order
/// As the rows of the table came, which is by patient within a file.
///
/// # Units
/// Seconds are of the clock of the house, since 1970-01-01T00:00:00 (decision 0050).
///
/// # Nulls
/// What was not recorded; a column of which nothing was recorded is empty. A missing `last` beside a
/// `start`: it is still going on.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventBatch {
    /// Whose.
    pub(crate) patient: Vec<i64>,
    /// Of what kind; of every event.
    pub(crate) kind: Keyed<&'static str>,
    /// What names it among those of its kind and patient, `source/resource_key` and, for an element,
    /// `#` and its number; of every event.
    pub(crate) source_key: Texts,
    /// Its codes.
    pub(crate) codes: CodeSets,
    /// When it starts.
    pub(crate) start: Spans,
    /// Its last second.
    pub(crate) last: Spans,
    /// The visit, as `source_key` of it.
    pub(crate) visit: Texts,
    /// The order, as `source_key` of it.
    pub(crate) order: Texts,
    /// The department.
    pub(crate) department: Keyed<Coding>,
    /// The ward.
    pub(crate) ward: Keyed<String>,
    /// What was measured.
    pub(crate) value: Amounts,
    /// Its unit.
    pub(crate) unit: Keyed<String>,
    /// The reference range.
    pub(crate) lower_limit: Amounts,
    /// Its upper end.
    pub(crate) upper_limit: Amounts,
    /// A result that is a code.
    pub(crate) coded_value: Keyed<Coding>,
    /// The dose.
    pub(crate) dose: Amounts,
    /// Its unit.
    pub(crate) dose_unit: Keyed<String>,
    /// The route.
    pub(crate) route: Keyed<Coding>,
    /// For how many days it was given out.
    pub(crate) days_supply: Amounts,
    /// The kind of a visit, a word.
    pub(crate) visit_kind: Keyed<String>,
    /// Whether it is only suspected; empty where none is.
    pub(crate) suspected: Vec<bool>,
    /// Whether it is the main diagnosis; empty where none is.
    pub(crate) main: Vec<bool>,
    /// What stands under names of its own.
    pub(crate) attributes: Vec<(&'static str, Keyed<Coding>)>,
}

impl EventBatch {
    /// How many events.
    pub(crate) fn len(&self) -> usize {
        self.patient.len()
    }

    /// The rows of SQL: one for each code of each event, one for an event without codes.
    pub(super) fn rows(&self) -> Result<RecordBatch, ArrowError> {
        let (mut events, mut codes) = (Vec::new(), Vec::new());
        for event in 0..self.len() {
            let of_event = self.codes.of(event);
            events.extend(std::iter::repeat_n(event, of_event.len().max(1)));
            codes.extend(of_event.iter().map(Some));
            codes.resize(events.len(), None);
        }
        let rows = events.as_slice();
        let is_diagnosis = |at: usize| self.kind.at(at) == Some(&"diagnosis");
        let of_diagnosis = |flags: &[bool], words: [&'static str; 2]| -> ArrayRef {
            let word = |&at: &usize| {
                let flag = flags.get(at).copied().unwrap_or_default();
                is_diagnosis(at).then(|| if flag { words[0] } else { words[1] })
            };
            Arc::new(rows.iter().map(word).collect::<StringArray>())
        };
        let system = |code: &Option<&Coding>| code.and_then(|code| code.system.clone());
        let of_code = |code: &Option<&Coding>| code.map(|code| Arc::clone(&code.code));
        let patients = rows.iter().map(|&at| self.patient.get(at).copied());
        let columns: Vec<ArrayRef> = vec![
            Arc::new(patients.collect::<Int64Array>()),
            texts(&self.kind, rows, |kind| Some(kind)),
            Arc::new(self.source_key.column(rows)),
            Arc::new(codes.iter().map(system).collect::<StringArray>()),
            Arc::new(codes.iter().map(of_code).collect::<StringArray>()),
            moments(&self.start, rows),
            seconds(&self.start, rows),
            moments(&self.last, rows),
            seconds(&self.last, rows),
            Arc::new(self.visit.column(rows)),
            Arc::new(self.order.column(rows)),
            texts(&self.department, rows, |of| Some(&of.code)),
            texts(&self.ward, rows, |ward| Some(ward)),
            numbers(&self.value, rows),
            texts(&self.unit, rows, |unit| Some(unit)),
            numbers(&self.lower_limit, rows),
            numbers(&self.upper_limit, rows),
            texts(&self.coded_value, rows, |of| of.system.as_deref()),
            texts(&self.coded_value, rows, |of| Some(&of.code)),
            numbers(&self.dose, rows),
            texts(&self.dose_unit, rows, |unit| Some(unit)),
            texts(&self.route, rows, |of| Some(&of.code)),
            numbers(&self.days_supply, rows),
            texts(&self.visit_kind, rows, |kind| Some(kind)),
            of_diagnosis(&self.suspected, ["suspected", "confirmed"]),
            of_diagnosis(&self.main, ["main", "other"]),
        ];
        RecordBatch::try_new(schema(), columns)
    }

    /// An event as definitions are asked of it.
    pub(crate) fn event(&self, at: usize) -> PatientEvent {
        let coded = |coding: &Keyed<Coding>| coding.at(at).map(Coding::coded);
        let word = |words: &Keyed<String>| {
            words.at(at).map(|code| Coded { system: None, code: code.clone() })
        };
        let measured = |value: &Amounts, unit: &Keyed<String>| {
            Some(Measured { value: value.at(at)?, unit: unit.at(at).cloned() })
        };
        let text = |texts: &Texts| texts.at(at).map(str::to_owned);
        let kind = self.kind.at(at).map_or(Kind::Observation, |word| kind(word));
        let mut event = PatientEvent::new(kind, self.source_key.at(at).unwrap_or_default());
        (event.start, event.last) = (self.start.at(at), self.last.at(at));
        event.codes = self.codes.of(at).iter().map(Coding::coded).collect();
        (event.visit, event.order) = (text(&self.visit), text(&self.order));
        (event.department, event.ward) = (coded(&self.department), word(&self.ward));
        event.value = measured(&self.value, &self.unit);
        (event.lower_limit, event.upper_limit) = (self.lower_limit.at(at), self.upper_limit.at(at));
        event.coded_value = coded(&self.coded_value);
        event.dose = measured(&self.dose, &self.dose_unit);
        event.route = coded(&self.route);
        event.days_supply = self.days_supply.at(at);
        event.visit_kind = word(&self.visit_kind);
        event.suspected = self.suspected.get(at).copied().unwrap_or_default();
        event.rank = self.main.get(at).filter(|main| **main).map(|_| Rank::Main);
        let named = self
            .attributes
            .iter()
            .filter_map(|(name, column)| Some((Name::new(name).ok()?, column.at(at)?.coded())));
        event.attributes = named.collect();
        event
    }

    /// The first and the last local day on which events of each kind started, of those known to the
    /// day.
    pub(crate) fn days(&self) -> BTreeMap<&'static str, (i64, i64)> {
        let mut days: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        self.days_of(0..self.len(), &mut |kind, of_kind: (i64, i64)| {
            let days = days.entry(kind).or_insert(of_kind);
            *days = (days.0.min(of_kind.0), days.1.max(of_kind.1));
        });
        days
    }

    /// Calls with the first and the last local day of each kind among some events.
    pub(crate) fn days_of(
        &self,
        events: Range<usize>,
        call: &mut dyn FnMut(&'static str, (i64, i64)),
    ) {
        let mut of_kinds: Vec<Option<(i64, i64)>> = vec![None; self.kind.things.len()];
        for at in events {
            let day = self.start.at(at).and_then(Stretch::known_day);
            let of_kind = self.kind.key(at).and_then(|kind| of_kinds.get_mut(kind));
            if let (Some(day), Some(days)) = (day, of_kind) {
                *days = Some(days.map_or((day, day), |of| (of.0.min(day), of.1.max(day))));
            }
        }
        for (kind, days) in self.kind.things.iter().zip(of_kinds) {
            if let Some(days) = days {
                call(kind, days);
            }
        }
    }
}

/// The words of some rows.
fn texts<'k, T>(
    column: &'k Keyed<T>,
    rows: &[usize],
    text: impl Fn(&'k T) -> Option<&'k str>,
) -> ArrayRef {
    let texts = rows.iter().map(|row| column.at(*row).and_then(&text));
    Arc::new(texts.collect::<StringArray>())
}

fn numbers(column: &Amounts, rows: &[usize]) -> ArrayRef {
    Arc::new(rows.iter().map(|row| column.at(*row)).collect::<Float64Array>())
}

/// Seconds of the clock as SQL has them.
fn moments(column: &Spans, rows: &[usize]) -> ArrayRef {
    let moment = |row: &usize| {
        let at = column.at(*row)?;
        Some(at.first_second().saturating_mul(1_000_000))
    };
    Arc::new(rows.iter().map(moment).collect::<TimestampMicrosecondArray>())
}

fn seconds(column: &Spans, rows: &[usize]) -> ArrayRef {
    let seconds = |row: &usize| {
        column.seconds.get(*row).filter(|of| **of > 0).and_then(|of| i32::try_from(*of).ok())
    };
    Arc::new(rows.iter().map(seconds).collect::<Int32Array>())
}

/// A kind by its word, which a slice gave.
pub(super) fn kind(word: &str) -> Kind {
    cohort::eval::kind_of(word).unwrap_or(Kind::Observation)
}

/// The columns of a table of events.
pub(super) fn schema() -> SchemaRef {
    let moment = || DataType::Timestamp(TimeUnit::Microsecond, None);
    let columns = [
        ("patient_id", DataType::Int64),
        ("kind", DataType::Utf8),
        ("source_key", DataType::Utf8),
        ("code_system", DataType::Utf8),
        ("code", DataType::Utf8),
        ("start", moment()),
        ("start_seconds", DataType::Int32),
        ("last", moment()),
        ("last_seconds", DataType::Int32),
        ("encounter_id", DataType::Utf8),
        ("order_key", DataType::Utf8),
        ("department", DataType::Utf8),
        ("ward", DataType::Utf8),
        ("value", DataType::Float64),
        ("unit", DataType::Utf8),
        ("lower_limit", DataType::Float64),
        ("upper_limit", DataType::Float64),
        ("value_code_system", DataType::Utf8),
        ("value_code", DataType::Utf8),
        ("dose", DataType::Float64),
        ("dose_unit", DataType::Utf8),
        ("route", DataType::Utf8),
        ("days_supply", DataType::Float64),
        ("visit_kind", DataType::Utf8),
        ("certainty", DataType::Utf8),
        ("rank", DataType::Utf8),
    ];
    let fields = columns.map(|(name, kind)| Field::new(name, kind, true));
    Arc::new(Schema::new(fields.to_vec()))
}
