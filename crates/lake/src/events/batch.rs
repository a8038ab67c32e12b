//! Events in columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::compute::take;
use arrow_array::builder::{Float64Builder, Int32Builder, Int64Builder, StringBuilder};
use arrow_array::{
    Array as _, ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, UInt32Array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use cohort::ast::{Kind, Name, Rank};
use cohort::eval::{Coded, Measured, PatientEvent, Stretch};

/// A column of codes: a code, or none, for each event. A word has no system.
#[derive(Clone, Debug)]
pub struct Coding {
    /// The systems, by short name or address.
    pub system: StringArray,
    /// The codes.
    pub code: StringArray,
}

/// What stands under a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeValue {
    /// A code with its system, or a word.
    Code(Option<String>, String),
}

/// Events of one table: for each event a row in every column.
///
/// # Order
/// As the rows of the table came, which is by patient within a file.
///
/// # Units
/// Seconds are of the clock of the house, since 1970-01-01T00:00:00 (decision 0050).
///
/// # Nulls
/// What was not recorded. A missing `last` beside a `start`: it is still going on.
#[derive(Clone, Debug)]
pub struct EventBatch {
    /// Whose; never null.
    pub patient: Int64Array,
    /// Of what kind; never null.
    pub kind: StringArray,
    /// What names it among those of its kind and patient, `source/resource_key` and, for an element,
    /// `#` and its number; never null.
    pub source_key: StringArray,
    /// Where the codes of each event end in `codes`; they begin where those before end.
    pub code_ends: Vec<u32>,
    /// The codes of all events, one after the other, each once an event; never null.
    pub codes: Coding,
    /// The earliest second of the start.
    pub start: Int64Array,
    /// How many seconds the start may be.
    pub start_seconds: Int32Array,
    /// The earliest of the last second.
    pub last: Int64Array,
    /// How many seconds the last second may be.
    pub last_seconds: Int32Array,
    /// The visit, as `source_key` of it.
    pub visit: StringArray,
    /// The order, as `source_key` of it.
    pub order: StringArray,
    /// The department.
    pub department: Coding,
    /// The ward.
    pub ward: StringArray,
    /// What was measured.
    pub value: Float64Array,
    /// Its unit.
    pub unit: StringArray,
    /// The reference range.
    pub lower_limit: Float64Array,
    /// Its upper end.
    pub upper_limit: Float64Array,
    /// A result that is a code.
    pub coded_value: Coding,
    /// The dose.
    pub dose: Float64Array,
    /// Its unit.
    pub dose_unit: StringArray,
    /// The route.
    pub route: Coding,
    /// For how many days it was given out.
    pub days_supply: Float64Array,
    /// The kind of a visit, a word.
    pub visit_kind: StringArray,
    /// Whether it is only suspected.
    pub suspected: Vec<bool>,
    /// Whether it is the main diagnosis.
    pub main: Vec<bool>,
    /// What stands under names of its own: the event, the name, the value; in order of events.
    pub attributes: Vec<(u32, &'static str, AttributeValue)>,
}

impl EventBatch {
    /// How many events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.patient.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patient.is_empty()
    }

    /// The codes of an event, by their places in `codes`.
    #[must_use]
    pub fn codes_of(&self, event: usize) -> std::ops::Range<usize> {
        let end = |at: usize| self.code_ends.get(at).map_or(0, |end| *end as usize);
        let start = event.checked_sub(1).map_or(0, end);
        start..end(event)
    }

    /// The rows of SQL: one for each code of each event, one for an event without codes.
    pub(super) fn rows(&self) -> Result<RecordBatch, ArrowError> {
        let (mut events, mut codes) = (Vec::new(), Vec::new());
        for event in 0..self.len() {
            let row = u32::try_from(event).unwrap_or(u32::MAX);
            let of_event = self.codes_of(event);
            if of_event.is_empty() {
                events.push(row);
                codes.push(None);
            }
            for code in of_event {
                events.push(row);
                codes.push(u32::try_from(code).ok());
            }
        }
        let (events, codes) = (UInt32Array::from(events), UInt32Array::from(codes));
        let certainty = |suspected: &bool| if *suspected { "suspected" } else { "confirmed" };
        let rank = |main: &bool| if *main { "main" } else { "other" };
        let is_diagnosis = |at: usize| self.kind.value(at) == "diagnosis";
        let of_diagnoses = |words: Vec<&'static str>| -> StringArray {
            let words = words.into_iter().enumerate();
            words.map(|(at, word)| is_diagnosis(at).then_some(word)).collect()
        };
        let certainty = of_diagnoses(self.suspected.iter().map(certainty).collect());
        let rank = of_diagnoses(self.main.iter().map(rank).collect());
        let of_event: [(&dyn arrow_array::Array, usize); 24] = [
            (&self.patient, 0),
            (&self.kind, 1),
            (&self.source_key, 2),
            (&moments(&self.start), 5),
            (&self.start_seconds, 6),
            (&moments(&self.last), 7),
            (&self.last_seconds, 8),
            (&self.visit, 9),
            (&self.order, 10),
            (&self.department.code, 11),
            (&self.ward, 12),
            (&self.value, 13),
            (&self.unit, 14),
            (&self.lower_limit, 15),
            (&self.upper_limit, 16),
            (&self.coded_value.system, 17),
            (&self.coded_value.code, 18),
            (&self.dose, 19),
            (&self.dose_unit, 20),
            (&self.route.code, 21),
            (&self.days_supply, 22),
            (&self.visit_kind, 23),
            (&certainty, 24),
            (&rank, 25),
        ];
        let mut columns: BTreeMap<usize, ArrayRef> = BTreeMap::new();
        for (column, place) in of_event {
            columns.insert(place, take(column, &events, None)?);
        }
        columns.insert(3, take(&self.codes.system, &codes, None)?);
        columns.insert(4, take(&self.codes.code, &codes, None)?);
        RecordBatch::try_new(schema(), columns.into_values().collect())
    }

    /// An event as definitions are asked of it.
    pub(crate) fn event(&self, at: usize) -> PatientEvent {
        let text = |column: &StringArray| column.is_valid(at).then(|| column.value(at).to_owned());
        let number = |column: &Float64Array| column.is_valid(at).then(|| column.value(at));
        let coded = |coding: &Coding| {
            let code = text(&coding.code)?;
            Some(Coded { system: text(&coding.system), code })
        };
        let word = |column: &StringArray| text(column).map(|code| Coded { system: None, code });
        let measured = |value: &Float64Array, unit: &StringArray| {
            Some(Measured { value: number(value)?, unit: text(unit) })
        };
        let mut event = PatientEvent::new(kind(self.kind.value(at)), self.source_key.value(at));
        (event.start, event.last) = (self.start_of(at), self.last_of(at));
        event.codes = self.codes_of(at).map(|code| self.code(code)).collect();
        (event.visit, event.order) = (text(&self.visit), text(&self.order));
        (event.department, event.ward) = (coded(&self.department), word(&self.ward));
        event.value = measured(&self.value, &self.unit);
        (event.lower_limit, event.upper_limit) =
            (number(&self.lower_limit), number(&self.upper_limit));
        event.coded_value = coded(&self.coded_value);
        event.dose = measured(&self.dose, &self.dose_unit);
        event.route = coded(&self.route);
        event.days_supply = number(&self.days_supply);
        event.visit_kind = word(&self.visit_kind);
        event.suspected = self.suspected.get(at).copied().unwrap_or_default();
        event.rank = self.main.get(at).filter(|main| **main).map(|_| Rank::Main);
        event.attributes = self.named_of(at);
        event
    }

    /// The first and the last local day on which events of each kind started, of those known to the
    /// day.
    pub(crate) fn days(&self) -> BTreeMap<&str, (i64, i64)> {
        let mut days: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for at in 0..self.len() {
            if let Some(day) = self.start_of(at).and_then(Stretch::known_day) {
                let of_kind = days.entry(self.kind.value(at)).or_insert((day, day));
                *of_kind = (of_kind.0.min(day), of_kind.1.max(day));
            }
        }
        days
    }

    fn code(&self, at: usize) -> Coded {
        let Coding { system, code } = &self.codes;
        let system = system.is_valid(at).then(|| system.value(at).to_owned());
        Coded { system, code: code.value(at).to_owned() }
    }

    fn named_of(&self, event: usize) -> BTreeMap<Name, Coded> {
        let named = self.attributes_of(event).filter_map(|(name, value)| {
            let AttributeValue::Code(system, code) = value;
            Some((Name::new(name).ok()?, Coded { system: system.clone(), code: code.clone() }))
        });
        named.collect()
    }

    /// What an event has under names of its own.
    pub(crate) fn attributes_of(
        &self,
        event: usize,
    ) -> impl Iterator<Item = (&'static str, &AttributeValue)> {
        let place = u32::try_from(event).unwrap_or(u32::MAX);
        let from = self.attributes.partition_point(|(event, ..)| *event < place);
        let of_event = self.attributes.iter().skip(from);
        of_event.take_while(move |(at, ..)| *at == place).map(|(_, name, value)| (*name, value))
    }

    /// When an event starts, as far as it is known.
    pub(crate) fn start_of(&self, event: usize) -> Option<Stretch> {
        stretch(&self.start, &self.start_seconds, event)
    }

    /// Its last second; none where it is still going on, or not known.
    pub(crate) fn last_of(&self, event: usize) -> Option<Stretch> {
        stretch(&self.last, &self.last_seconds, event)
    }
}

fn stretch(first: &Int64Array, seconds: &Int32Array, at: usize) -> Option<Stretch> {
    let first = first.is_valid(at).then(|| first.value(at))?;
    Stretch::new(first, first + i64::from(seconds.value(at)) - 1)
}

/// Seconds of the clock as SQL has them.
fn moments(seconds: &Int64Array) -> TimestampMicrosecondArray {
    seconds.iter().map(|second| second.map(|second| second.saturating_mul(1_000_000))).collect()
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

/// A batch while it is filled.
#[derive(Default)]
pub(super) struct Filling {
    pub(super) patient: Int64Builder,
    pub(super) kind: StringBuilder,
    pub(super) source_key: StringBuilder,
    pub(super) code_ends: Vec<u32>,
    pub(super) codes: CodingBuilder,
    pub(super) start: SpanBuilder,
    pub(super) last: SpanBuilder,
    pub(super) visit: StringBuilder,
    pub(super) order: StringBuilder,
    pub(super) department: CodingBuilder,
    pub(super) ward: StringBuilder,
    pub(super) value: AmountBuilder,
    pub(super) lower_limit: Float64Builder,
    pub(super) upper_limit: Float64Builder,
    pub(super) coded_value: CodingBuilder,
    pub(super) dose: AmountBuilder,
    pub(super) route: CodingBuilder,
    pub(super) days_supply: Float64Builder,
    pub(super) visit_kind: StringBuilder,
    pub(super) suspected: Vec<bool>,
    pub(super) main: Vec<bool>,
    pub(super) attributes: Vec<(u32, &'static str, AttributeValue)>,
}

#[derive(Default)]
pub(super) struct CodingBuilder {
    system: StringBuilder,
    code: StringBuilder,
}

impl CodingBuilder {
    pub(super) fn append(&mut self, coded: Option<(Option<&str>, &str)>) {
        self.system.append_option(coded.and_then(|(system, _)| system));
        self.code.append_option(coded.map(|(_, code)| code));
    }

    fn finish(mut self) -> Coding {
        Coding { system: self.system.finish(), code: self.code.finish() }
    }
}

#[derive(Default)]
pub(super) struct SpanBuilder {
    first: Int64Builder,
    seconds: Int32Builder,
}

impl SpanBuilder {
    pub(super) fn append(&mut self, stretch: Option<super::time::Stretch>) {
        self.first.append_option(stretch.map(|stretch| stretch.first));
        self.seconds.append_option(stretch.map(super::time::Stretch::seconds));
    }
}

#[derive(Default)]
pub(super) struct AmountBuilder {
    number: Float64Builder,
    unit: StringBuilder,
}

impl AmountBuilder {
    pub(super) fn append(&mut self, amount: Option<(f64, Option<&str>)>) {
        self.number.append_option(amount.map(|(number, _)| number));
        self.unit.append_option(amount.and_then(|(_, unit)| unit));
    }
}

impl Filling {
    /// How many events there are so far.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.code_ends.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn finish(mut self) -> EventBatch {
        EventBatch {
            patient: self.patient.finish(),
            kind: self.kind.finish(),
            source_key: self.source_key.finish(),
            code_ends: self.code_ends,
            codes: self.codes.finish(),
            start: self.start.first.finish(),
            start_seconds: self.start.seconds.finish(),
            last: self.last.first.finish(),
            last_seconds: self.last.seconds.finish(),
            visit: self.visit.finish(),
            order: self.order.finish(),
            department: self.department.finish(),
            ward: self.ward.finish(),
            value: self.value.number.finish(),
            unit: self.value.unit.finish(),
            lower_limit: self.lower_limit.finish(),
            upper_limit: self.upper_limit.finish(),
            coded_value: self.coded_value.finish(),
            dose: self.dose.number.finish(),
            dose_unit: self.dose.unit.finish(),
            route: self.route.finish(),
            days_supply: self.days_supply.finish(),
            visit_kind: self.visit_kind.finish(),
            suspected: self.suspected,
            main: self.main,
            attributes: self.attributes,
        }
    }
}
