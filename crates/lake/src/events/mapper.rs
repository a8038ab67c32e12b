//! From gated rows of a table to events.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::compute::filter_record_batch;
use arrow_array::{Array as _, BooleanArray, Int64Array, RecordBatch};
use arrow_schema::{ArrowError, Schema};
use vocab::date::Zone;

use super::amounts::{Measure, days_supply, limits};
use super::batch::EventBatch;
use super::codes::{codings, sets};
use super::column::{Coding, Keyed, Spans, Texts};
use super::time;
use super::values::{Dates, Rows, Said};
use super::{CodeOf, EventsOf, Keep, KindOf, Publishing, Says, SystemOf, When};
use crate::tables::{PATIENT_ID, RESOURCE_KEY, SOURCE};

/// Makes events of the rows of one table.
#[derive(Clone, Debug)]
pub(crate) struct Mapper {
    of: &'static EventsOf,
    publishing: Arc<Publishing>,
}

/// How much of an event is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it.
    All,
    /// Kind and times.
    Times,
}

impl Mapper {
    pub(crate) fn new(of: &'static EventsOf, publishing: Arc<Publishing>) -> Self {
        Self { of, publishing }
    }

    /// The table whose rows it maps.
    pub(crate) fn table(&self) -> &'static str {
        self.of.table
    }

    /// The kinds its events may have.
    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        self.of.kind.kinds()
    }

    /// The columns it reads, by their places in the table.
    pub(crate) fn columns(&self, table: &Schema, wanted: Wanted) -> Vec<usize> {
        let names = names(self.of, wanted);
        let fields = table.fields().iter().enumerate();
        fields.filter(|(_, field)| names.contains(field.name())).map(|(place, _)| place).collect()
    }

    /// The columns it reads, by name.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        self.of.columns()
    }

    /// Whether a column it reads has few different texts, as its users take it.
    pub(crate) fn has_few_words(&self, column: &str) -> bool {
        let keys = [self.of.element, self.of.visit, self.of.order];
        column != RESOURCE_KEY && !keys.contains(&Some(column))
    }

    /// The events of these rows. A row without a patient has none: nobody's events are asked for.
    pub(crate) fn map(&self, batch: &RecordBatch) -> Result<EventBatch, ArrowError> {
        let Some(patients) = Rows(batch).whole(PATIENT_ID)? else {
            return Ok(EventBatch::default());
        };
        let kept = kept(self.of, Rows(batch), &patients)?;
        if kept.true_count() == batch.num_rows() {
            return self.columns_of(Rows(batch), patients.values().to_vec());
        }
        let batch = filter_record_batch(batch, &kept)?;
        let patients = Rows(&batch).whole(PATIENT_ID)?;
        let patients = patients.map(|patients| patients.values().to_vec());
        self.columns_of(Rows(&batch), patients.unwrap_or_default())
    }

    fn columns_of(&self, rows: Rows<'_>, patient: Vec<i64>) -> Result<EventBatch, ArrowError> {
        let of = self.of;
        let publishing = self.publishing.as_ref();
        let codes = |list: &[CodeOf]| -> Result<Vec<Keyed<Coding>>, ArrowError> {
            list.iter().map(|one| codings(rows, *one, publishing)).collect()
        };
        let first = |list: &[CodeOf]| Ok::<_, ArrowError>(Keyed::first_of(codes(list)?));
        let (start, last) = times(of.when, rows, &publishing.zone)?;
        let source = rows.words(SOURCE)?;
        let value = of.value.map(|value| Measure::new(rows, value)).transpose()?;
        let [lower_limit, upper_limit] = limits(of, rows, value.as_ref())?;
        let (value, unit) = value.map(|value| value.numbers(rows.count())).unwrap_or_default();
        let dose = of.dose.map(|dose| Measure::new(rows, dose)).transpose()?;
        let (dose, dose_unit) = dose.map(|dose| dose.numbers(rows.count())).unwrap_or_default();
        let mut attributes = Vec::new();
        for (name, coded) in of.attributes {
            let column = first(coded)?;
            if !column.is_empty() {
                attributes.push((*name, column));
            }
        }
        Ok(EventBatch {
            patient,
            kind: kinds(&of.kind, rows)?,
            source_key: source_keys(of, rows, &source)?,
            codes: sets(&codes(of.codes)?, rows.count()),
            start,
            last,
            visit: of_source(of.visit, rows, &source)?,
            order: of_source(of.order, rows, &source)?,
            department: first(of.department)?,
            ward: rows.words(of.ward.unwrap_or_default())?,
            value,
            unit,
            lower_limit,
            upper_limit,
            coded_value: first(of.coded_value)?,
            dose,
            dose_unit,
            route: first(of.route)?,
            days_supply: days_supply(of, rows)?,
            visit_kind: visit_kinds(of, rows)?,
            suspected: said(of.suspected, rows)?,
            main: said(of.main, rows)?,
            attributes,
        })
    }
}

/// The columns from which events of a table are made.
pub(super) fn names(of: &EventsOf, wanted: Wanted) -> BTreeSet<String> {
    let mut names: BTreeSet<String> =
        [PATIENT_ID, SOURCE, RESOURCE_KEY].into_iter().map(str::to_owned).collect();
    let mut add = |name: &str| {
        names.insert(name.to_owned());
    };
    if let KindOf::ByWord { column, .. } = of.kind {
        add(column);
    }
    for keep in of.keep {
        match keep {
            Keep::NoneOf(column, _) | Keep::NotTrue(column) => add(column),
            Keep::Said(columns) => columns.iter().for_each(|column| add(column)),
        }
    }
    for when in of.when {
        when.unless.iter().for_each(|column| add(column));
        for date in [when.start].iter().chain(when.ends.unwrap_or_default()) {
            for ending in ["_low", "_high", "_precision"] {
                add(&[date, ending].concat());
            }
        }
    }
    if wanted == Wanted::All {
        rest(of, &mut add);
    }
    names
}

/// The columns of everything but kind and times.
fn rest(of: &EventsOf, add: &mut dyn FnMut(&str)) {
    let lists = [of.codes, of.department, of.coded_value, of.route];
    let codes = lists.into_iter().flatten().copied();
    for coded in codes.chain(of.attributes.iter().flat_map(|(_, coded)| *coded).copied()) {
        add(coded.code);
        if let SystemOf::Column(system) = coded.system {
            add(system);
        }
    }
    for amount in [of.value, of.dose, of.days_supply].into_iter().flatten() {
        amount.numbers.iter().for_each(|number| add(number));
        [amount.unit_code, amount.unit].into_iter().for_each(&mut *add);
        amount.unit_system.into_iter().for_each(&mut *add);
    }
    if let Some(limits) = of.limits {
        [limits.low.0, limits.low.1, limits.high.0, limits.high.1].into_iter().for_each(&mut *add);
    }
    let plain = [of.element, of.visit, of.order, of.ward];
    plain.into_iter().flatten().for_each(&mut *add);
    of.visit_kind.iter().for_each(|renamed| add(renamed.column));
    of.suspected.iter().chain(of.main).for_each(|says| add(says.column));
}

/// Which rows are published.
fn kept(of: &EventsOf, rows: Rows<'_>, patients: &Int64Array) -> Result<BooleanArray, ArrowError> {
    enum Test {
        Words(Keyed<bool>),
        NotTrue(Said),
        Said(Vec<Said>),
    }
    let mut tests = Vec::new();
    for keep in of.keep {
        tests.push(match keep {
            Keep::NoneOf(column, words) => {
                let is_one = |word: String| words.contains(&word.as_str());
                Test::Words(rows.words(column)?.map(is_one))
            }
            Keep::NotTrue(column) => Test::NotTrue(rows.said(column)),
            Keep::Said(columns) => {
                Test::Said(columns.iter().map(|column| rows.said(column)).collect())
            }
        });
    }
    let passes = |test: &Test, row: usize| match test {
        Test::Words(words) => words.at(row) != Some(&true),
        Test::NotTrue(truth) => !truth.at(row),
        Test::Said(columns) => columns.iter().any(|column| column.at(row)),
    };
    let keeps = |row: usize| patients.is_valid(row) && tests.iter().all(|test| passes(test, row));
    Ok((0..rows.count()).map(|row| Some(keeps(row))).collect())
}

fn kinds(of: &KindOf, rows: Rows<'_>) -> Result<Keyed<&'static str>, ArrowError> {
    let (column, words, otherwise) = match *of {
        KindOf::Always(kind) => ("", &[][..], kind),
        KindOf::ByWord { column, words, otherwise } => (column, words, otherwise),
    };
    let kind = |list: String| {
        let mut kinds = list.split(',').filter_map(|said| {
            words.iter().find(|(word, _)| *word == said.trim()).map(|(_, kind)| *kind)
        });
        kinds.next().unwrap_or(otherwise)
    };
    let known = rows.words(column)?.map(kind);
    let others = Keyed { keys: vec![0; rows.count()], things: vec![otherwise] };
    Ok(Keyed::first_of(vec![known, others]))
}

/// Keys are unlike others of their source only, and a person may have records of several.
fn source_keys(of: &EventsOf, rows: Rows<'_>, source: &Keyed<String>) -> Result<Texts, ArrowError> {
    let (keys, elements) = (rows.texts(RESOURCE_KEY)?, rows.texts(of.element.unwrap_or_default())?);
    let mark = if of.element.is_some() { "#" } else { "" };
    Ok(Texts::of(rows.count(), |row| {
        let (key, element) = (keys.at(row).unwrap_or_default(), elements.at(row));
        let source = source.at(row).map(String::as_str).unwrap_or_default();
        Some([source, "/", key, mark, element.unwrap_or_default()])
    }))
}

/// Keys that refer to resources of the same source.
fn of_source(
    column: Option<&str>,
    rows: Rows<'_>,
    source: &Keyed<String>,
) -> Result<Texts, ArrowError> {
    let keys = rows.texts(column.unwrap_or_default())?;
    if keys.is_empty() {
        return Ok(Texts::default());
    }
    Ok(Texts::of(rows.count(), |row| {
        let source = source.at(row).map(String::as_str).unwrap_or_default();
        Some([source, "/", keys.at(row)?, "", ""])
    }))
}

/// Starts and last seconds: of the first alternative that has a start, else of the first that has an
/// end.
fn times(when: &[When], rows: Rows<'_>, zone: &Zone) -> Result<(Spans, Spans), ArrowError> {
    struct Alternative {
        start: Dates,
        /// None where it is over at once.
        ends: Option<Vec<Dates>>,
        unless: Vec<Said>,
    }
    let mut alternatives = Vec::new();
    for when in when {
        let ends = when.ends.map(|ends| ends.iter().map(|end| rows.dates(end)).collect());
        let one = Alternative {
            start: rows.dates(when.start)?,
            ends: ends.transpose()?,
            unless: when.unless.iter().map(|column| rows.said(column)).collect(),
        };
        let ends = one.ends.iter().flatten();
        if !one.start.is_empty() || ends.clone().any(|end| !end.is_empty()) {
            alternatives.push(one);
        }
    }
    let of_row = |row: usize| {
        let mut ended = None;
        for of in &alternatives {
            if of.unless.iter().any(|column| column.at(row)) {
                continue;
            }
            let start = of.start.at(row, zone);
            let mut ends = of.ends.iter().flatten();
            let end = ends.find_map(|end| end.end_at(row, zone));
            if start.is_some() {
                let last = if of.ends.is_some() { time::last(start, end) } else { start };
                return (start, last);
            }
            ended = ended.or(end);
        }
        (None, ended)
    };
    let (mut start, mut last) = (Spans::default(), Spans::default());
    for row in 0..rows.count() {
        let (from, to) = of_row(row);
        start.push(from);
        last.push(to);
    }
    Ok((start, last))
}

fn visit_kinds(of: &EventsOf, rows: Rows<'_>) -> Result<Keyed<String>, ArrowError> {
    let Some(renamed) = of.visit_kind else { return Ok(Keyed::default()) };
    Ok(rows.words(renamed.column)?.map(|said| {
        let name = renamed.words.iter().find(|(word, _)| *word == said);
        name.map_or(said, |(_, name)| (*name).to_owned())
    }))
}

/// The rows in which any of this is said; no rows at all where none does.
fn said(of: &[Says], rows: Rows<'_>) -> Result<Vec<bool>, ArrowError> {
    let mut columns = Vec::new();
    for says in of {
        let is_said = |list: String| list.split(',').any(|word| says.words.contains(&word.trim()));
        let column = rows.words(says.column)?.map(is_said);
        if column.things.contains(&true) {
            columns.push(column);
        }
    }
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let is_said = |row| columns.iter().any(|column| column.at(row) == Some(&true));
    Ok((0..rows.count()).map(is_said).collect())
}
