//! What the columns of a table hold, counted in one pass through the gate.

use std::collections::{BTreeMap, HashMap};

use arrow::compute::cast;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Float64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;

use super::numbers::Numbers;
use super::tally::{Cell, People, Tally, patients, year};
use super::{Reader, ReaderError};
use crate::tables::PATIENT_ID;

/// How a column is to be looked at, beyond counting the rows that have a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// Not at all: free text and keys.
    Filled,
    /// Which values occur.
    Values,
    /// How its numbers lie, by the unit in another column where there is one.
    Numbers {
        /// The column of the unit.
        unit: Option<String>,
    },
    /// Which years its days fall into.
    Years,
}

/// One column to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnLook {
    /// Its name.
    pub name: String,
    /// How.
    pub look: Look,
}

/// What a table holds.
#[derive(Clone, Debug)]
pub struct TableProfile {
    /// The column that says when, where there is one.
    pub day: Option<String>,
    /// All rows.
    pub whole: Tally,
    /// The rows of each year, ascending; rows without a day are in none.
    pub years: Vec<(i16, Tally)>,
    /// The columns, in the order asked.
    pub columns: Vec<ColumnProfile>,
}

/// What a column holds.
#[derive(Clone, Debug)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// The rows with a value.
    pub filled: Tally,
    /// The rows with a value in each year of the table.
    pub by_year: Vec<Tally>,
    /// The values that occur, the most frequent first; see [`Look::Values`].
    pub values: Vec<(String, Tally)>,
    /// Whether more values occur than are kept.
    pub more_values: bool,
    /// The numbers by unit, the most frequent unit first; see [`Look::Numbers`].
    pub numbers: Vec<(String, Numbers)>,
    /// The rows of each year of this column's days; see [`Look::Years`].
    pub days: Vec<(i16, Tally)>,
}

/// So many different values of a column are counted; after these, new ones are not.
const VALUES_COUNTED_MAX: usize = 20_000;
/// So many are kept, the most frequent.
const VALUES_KEPT_MAX: usize = 200;
/// So many units of a column are told apart.
const UNITS_MAX: usize = 500;

impl Reader {
    /// Looks at these columns of a table; a column that is not there is left out.
    ///
    /// # Errors
    /// When there is no such table, or it cannot be read within the limits.
    ///
    /// # Cost
    /// Reads every row once; memory grows with the number of different values and people.
    pub async fn profile(
        &self,
        table: &str,
        looks: &[ColumnLook],
    ) -> Result<TableProfile, ReaderError> {
        let unknown = || ReaderError::UnknownTable { name: table.to_owned(), near: Vec::new() };
        let known = self.scans.tables.get(table).await?.ok_or_else(unknown)?;
        let there_are = known.columns();
        let there = |look: &&ColumnLook| there_are.index_of(&look.name).is_ok();
        let mut counting = Counting::new(known.day.clone(), looks.iter().filter(there));
        let mut names = vec![PATIENT_ID.to_owned()];
        names.extend(known.day.clone());
        for column in &counting.columns {
            names.push(column.name.clone());
            if let Look::Numbers { unit: Some(unit) } = &column.look {
                names.push(unit.clone());
            }
        }
        names.retain(|name| there_are.index_of(name).is_ok());
        let mut rows = self.scans.rows(table, &names, None).await?;
        while let Some(batch) = rows.next().await? {
            counting.add(&batch);
        }
        Ok(counting.told())
    }
}

/// A table while it is read.
struct Counting {
    day: Option<String>,
    people: People,
    whole: Cell,
    years: BTreeMap<i16, (usize, Cell)>,
    columns: Vec<Column>,
}

/// A column while it is read.
struct Column {
    name: String,
    look: Look,
    filled: Cell,
    by_year: Vec<Cell>,
    values: HashMap<String, Cell>,
    more_values: bool,
    numbers: HashMap<String, Numbers>,
    days: BTreeMap<i16, Cell>,
}

/// Rows of one person and one year that lie together.
struct Run {
    start: usize,
    rows: usize,
    person: u32,
    year: Option<usize>,
}

impl Counting {
    fn new<'a>(day: Option<String>, looks: impl Iterator<Item = &'a ColumnLook>) -> Self {
        let column = |look: &ColumnLook| Column {
            name: look.name.clone(),
            look: look.look.clone(),
            filled: Cell::default(),
            by_year: Vec::new(),
            values: HashMap::new(),
            more_values: false,
            numbers: HashMap::new(),
            days: BTreeMap::new(),
        };
        let (people, whole, years) = (People::default(), Cell::default(), BTreeMap::new());
        Self { day, people, whole, years, columns: looks.map(column).collect() }
    }

    fn add(&mut self, batch: &RecordBatch) {
        let people = self.people.of(&patients(batch, PATIENT_ID));
        let runs = self.runs(batch, &people);
        let places = self.years.len();
        for column in &mut self.columns {
            let Some(array) = batch.column_by_name(&column.name) else { continue };
            if array.null_count() < array.len() {
                column.by_year.resize_with(places, Cell::default);
                column.count_filled(array, &runs);
                column.look_at(array, batch, &people);
            }
        }
    }

    fn runs(&mut self, batch: &RecordBatch, people: &[u32]) -> Vec<Run> {
        let days = self.day.as_ref().and_then(|day| batch.column_by_name(day));
        let days = days.and_then(|days| days.as_primitive_opt::<Date32Type>());
        let mut runs: Vec<Run> = Vec::new();
        for (at, person) in people.iter().enumerate() {
            let year_of_row =
                days.filter(|days| days.is_valid(at)).map(|days| year(days.value(at)));
            let next = self.years.len();
            let place = year_of_row.map(|year| {
                let (place, cell) =
                    self.years.entry(year).or_insert_with(|| (next, Cell::default()));
                cell.add(1, *person);
                *place
            });
            self.whole.add(1, *person);
            match runs.last_mut() {
                Some(run) if run.person == *person && run.year == place => run.rows += 1,
                _ => runs.push(Run { start: at, rows: 1, person: *person, year: place }),
            }
        }
        runs
    }

    fn told(self) -> TableProfile {
        let places: Vec<usize> = self.years.values().map(|(place, _)| *place).collect();
        TableProfile {
            day: self.day,
            whole: self.whole.tally(),
            years: self.years.iter().map(|(year, (_, cell))| (*year, cell.tally())).collect(),
            columns: self.columns.into_iter().map(|column| column.told(&places)).collect(),
        }
    }
}

impl Column {
    fn count_filled(&mut self, array: &ArrayRef, runs: &[Run]) {
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        for run in runs {
            let missing = nulls.map_or(0, |nulls| nulls.slice(run.start, run.rows).null_count());
            let rows = (run.rows - missing) as u64;
            if rows > 0 {
                self.filled.add(rows, run.person);
                if let Some(cell) = run.year.and_then(|year| self.by_year.get_mut(year)) {
                    cell.add(rows, run.person);
                }
            }
        }
    }

    fn look_at(&mut self, array: &ArrayRef, batch: &RecordBatch, people: &[u32]) {
        match &self.look {
            Look::Filled => {}
            Look::Values => self.add_values(array, people),
            Look::Numbers { unit } => {
                let unit = unit.as_ref().and_then(|unit| batch.column_by_name(unit)).cloned();
                self.add_numbers(array, unit.as_ref(), people);
            }
            Look::Years => {
                let Some(days) = array.as_primitive_opt::<Date32Type>() else { return };
                for (day, person) in days.iter().zip(people) {
                    if let Some(day) = day {
                        self.days.entry(year(day)).or_default().add(1, *person);
                    }
                }
            }
        }
    }

    fn add_values(&mut self, array: &ArrayRef, people: &[u32]) {
        let Some(texts) = texts(array) else { return };
        for (value, person) in texts.as_string::<i32>().iter().zip(people) {
            let Some(value) = value else { continue };
            if let Some(cell) = self.values.get_mut(value) {
                cell.add(1, *person);
            } else if self.values.len() < VALUES_COUNTED_MAX {
                self.values.entry(value.to_owned()).or_default().add(1, *person);
            } else {
                self.more_values = true;
            }
        }
    }

    fn add_numbers(&mut self, array: &ArrayRef, unit: Option<&ArrayRef>, people: &[u32]) {
        let Ok(numbers) = cast(array, &DataType::Float64) else { return };
        let numbers = numbers.as_primitive::<Float64Type>();
        let units = unit.and_then(texts);
        let units = units.as_ref().map(|units| units.as_string::<i32>());
        for (at, (number, person)) in numbers.iter().zip(people).enumerate() {
            let Some(number) = number else { continue };
            let unit = units.filter(|units| units.is_valid(at)).map_or("", |units| units.value(at));
            if let Some(known) = self.numbers.get_mut(unit) {
                known.add(number, *person);
            } else if self.numbers.len() < UNITS_MAX {
                self.numbers.entry(unit.to_owned()).or_default().add(number, *person);
            }
        }
    }

    fn told(mut self, places: &[usize]) -> ColumnProfile {
        self.by_year.resize_with(places.len(), Cell::default);
        let by_year = places.iter().filter_map(|place| self.by_year.get(*place)).map(Cell::tally);
        let more_values = self.more_values || self.values.len() > VALUES_KEPT_MAX;
        let mut numbers: Vec<(String, Numbers)> = self.numbers.into_iter().collect();
        numbers.sort_by(|a, b| (b.1.whole().rows, &a.0).cmp(&(a.1.whole().rows, &b.0)));
        ColumnProfile {
            by_year: by_year.collect(),
            filled: self.filled.tally(),
            values: most_frequent(self.values, VALUES_KEPT_MAX),
            more_values,
            numbers,
            days: self.days.iter().map(|(year, cell)| (*year, cell.tally())).collect(),
            name: self.name,
        }
    }
}

/// A column as text, where its type can be written so.
pub(super) fn texts(array: &ArrayRef) -> Option<ArrayRef> {
    let writable = matches!(
        array.data_type(),
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 | DataType::Boolean
    ) || array.data_type().is_integer();
    writable.then(|| cast(array, &DataType::Utf8).ok()).flatten()
}

/// The cells with the most rows, those first; of two the same, by name.
pub(super) fn most_frequent(cells: HashMap<String, Cell>, most: usize) -> Vec<(String, Tally)> {
    let mut all: Vec<(String, Tally)> =
        cells.into_iter().map(|(value, cell)| (value, cell.tally())).collect();
    all.sort_by(|a, b| (b.1.rows, &a.0).cmp(&(a.1.rows, &b.0)));
    all.truncate(most);
    all
}
