//! One code: when it was used, for whom, with which values.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Float64Type};
use arrow_array::{Array as _, RecordBatch};
use arrow_schema::DataType;
use datafusion::logical_expr::{ident, lit};
use xxhash_rust::xxh3::xxh3_128;

use super::codings::{Codings, text};
use super::numbers::Numbers;
use super::profile::{most_frequent, texts};
use super::tally::{Cell, People, Tally, patients, year};
use super::{Reader, ReaderError};
use crate::tables::{PATIENT_ID, RESOURCE_KEY, SOURCE};

/// Which code is looked at, and where what belongs to it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeLook {
    /// Where the code stands.
    pub place: Codings,
    /// Its system, as the sender names it.
    pub system: String,
    /// The code.
    pub code: String,
    /// The table whose rows say when; the code's own table where it does.
    pub main: String,
    /// The columns of a number and its unit, in `main` or beside the code.
    pub number: Option<(String, String)>,
    /// The columns of results in codes or words, in `main` or beside the code.
    pub words: Vec<String>,
}

/// Where a person's year of birth and sex stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonLook {
    /// The table of people, one row or more each.
    pub table: String,
    /// The column of the date of birth, as text that begins with the year.
    pub birth: String,
    /// The column of the sex.
    pub sex: String,
}

/// What is known of a code.
#[derive(Clone, Debug)]
pub struct CodeProfile {
    /// All rows.
    pub whole: Tally,
    /// The rows of each year, ascending.
    pub years: Vec<(i16, Tally)>,
    /// People by age in tens of years at the first time, and sex; each person once.
    pub ages: Vec<((u8, String), Tally)>,
    /// Its numbers by unit, the most frequent unit first.
    pub numbers: Vec<(String, Numbers)>,
    /// Its results in codes or words, the most frequent first.
    pub words: Vec<(String, Tally)>,
}

/// Ages from this decade on are one.
const DECADE_MAX: i16 = 9;
/// So many units, and so many words, are told apart.
const KINDS_MAX: usize = 500;
const WORDS_KEPT_MAX: usize = 50;

impl Reader {
    /// Looks at one code.
    ///
    /// # Errors
    /// When a table or column is not there, or cannot be read within the limits.
    ///
    /// # Cost
    /// Reads the code's table once and, where that is another, the main table once.
    pub async fn code(
        &self,
        look: &CodeLook,
        people: &PersonLook,
    ) -> Result<CodeProfile, ReaderError> {
        let Codings { table, code, system, .. } = &look.place;
        let is_it = ident(code).eq(lit(look.code.as_str()));
        let of_system = match look.system.as_str() {
            "" => ident(system).is_null(),
            named => ident(system).eq(lit(named)),
        };
        let mut counting = Counting { known: self.people(people).await?, ..Counting::default() };
        let own = *table == look.main;
        let day = self.day(table).await?;
        let names = self.wanted(table, look).await?;
        let mut rows = self.scans.rows(table, &names, Some(is_it.and(of_system))).await?;
        let mut records = HashSet::new();
        while let Some(batch) = rows.next().await? {
            records.extend(keys(&batch));
            counting.add(day.as_deref(), look, &batch, None);
        }
        if !own {
            let told_beside = counting.has_values();
            let day = self.day(&look.main).await?;
            let main = self.wanted(&look.main, look).await?;
            counting.forget_when();
            let mut rows = self.scans.rows(&look.main, &main, None).await?;
            while let Some(batch) = rows.next().await? {
                counting.read_values = !told_beside;
                counting.add(day.as_deref(), look, &batch, Some(&records));
            }
        }
        Ok(counting.told())
    }

    async fn day(&self, table: &str) -> Result<Option<String>, ReaderError> {
        Ok(self.scans.tables.get(table).await?.and_then(|table| table.day.clone()))
    }

    /// The columns of a table that a look wants and that are there.
    async fn wanted(&self, table: &str, look: &CodeLook) -> Result<Vec<String>, ReaderError> {
        let mut names = [PATIENT_ID, SOURCE, RESOURCE_KEY].map(str::to_owned).to_vec();
        names.extend(self.day(table).await?);
        names.extend(look.number.iter().flat_map(|(number, unit)| [number.clone(), unit.clone()]));
        names.extend(look.words.iter().cloned());
        let columns = self.columns(table).await?;
        names.retain(|name| columns.as_ref().is_some_and(|all| all.index_of(name).is_ok()));
        Ok(names)
    }

    /// Year of birth and sex of everybody who may be seen.
    async fn people(
        &self,
        look: &PersonLook,
    ) -> Result<HashMap<i64, (Option<i16>, String)>, ReaderError> {
        let mut known = HashMap::new();
        let names = [PATIENT_ID, &look.birth, &look.sex].map(str::to_owned);
        let columns = self.columns(&look.table).await?;
        if !columns.is_some_and(|all| names.iter().all(|name| all.index_of(name).is_ok())) {
            return Ok(known);
        }
        let mut rows = self.scans.rows(&look.table, &names, None).await?;
        while let Some(batch) = rows.next().await? {
            let column = |name: &str| batch.column_by_name(name).and_then(texts);
            let (Some(births), Some(sexes)) = (column(&look.birth), column(&look.sex)) else {
                continue;
            };
            let (births, sexes) = (births.as_string::<i32>(), sexes.as_string::<i32>());
            for (at, patient) in patients(&batch, PATIENT_ID).iter().enumerate() {
                let Some(patient) = patient else { continue };
                let born = text(births, at).get(..4).and_then(|year| year.parse().ok());
                known.entry(patient).or_insert_with(|| (born, text(sexes, at).to_owned()));
            }
        }
        Ok(known)
    }
}

/// The records of a batch, by source and key.
fn keys(batch: &RecordBatch) -> Vec<u128> {
    let column = |name: &str| batch.column_by_name(name).and_then(texts);
    let (Some(sources), Some(keys)) = (column(SOURCE), column(RESOURCE_KEY)) else {
        return Vec::new();
    };
    let (sources, keys) = (sources.as_string::<i32>(), keys.as_string::<i32>());
    let key = |at| xxh3_128([text(sources, at), text(keys, at)].join("\u{1f}").as_bytes());
    (0..batch.num_rows()).map(key).collect()
}

/// A code while its rows are read.
#[derive(Default)]
struct Counting {
    known: HashMap<i64, (Option<i16>, String)>,
    people: People,
    whole: Cell,
    years: BTreeMap<i16, Cell>,
    /// The first year of each person.
    first: HashMap<i64, (u32, i16)>,
    numbers: HashMap<String, Numbers>,
    words: HashMap<String, Cell>,
    read_values: bool,
}

impl Counting {
    fn has_values(&self) -> bool {
        !self.numbers.is_empty() || !self.words.is_empty()
    }

    /// The code's own table said nothing of when; the main table does.
    fn forget_when(&mut self) {
        self.years.clear();
        self.first.clear();
    }

    fn add(
        &mut self,
        day: Option<&str>,
        look: &CodeLook,
        batch: &RecordBatch,
        records: Option<&HashSet<u128>>,
    ) {
        let patients = patients(batch, PATIENT_ID);
        let people = self.people.of(&patients);
        let wanted = records
            .map(|records| keys(batch).iter().map(|key| records.contains(key)).collect::<Vec<_>>());
        let is_wanted = |at: usize| wanted.as_ref().is_none_or(|all| all.get(at) == Some(&true));
        let days = day.and_then(|day| batch.column_by_name(day));
        let days = days.and_then(|days| days.as_primitive_opt::<Date32Type>());
        for (at, person) in people.iter().enumerate().filter(|(at, _)| is_wanted(*at)) {
            if records.is_none() {
                self.whole.add(1, *person);
            }
            let Some(days) = days.filter(|days| days.is_valid(at)) else { continue };
            let year = year(days.value(at));
            self.years.entry(year).or_default().add(1, *person);
            if patients.is_valid(at) {
                let first = self.first.entry(patients.value(at)).or_insert((*person, year));
                first.1 = first.1.min(year);
            }
        }
        if records.is_none() || self.read_values {
            self.add_numbers(look, batch, &people, &is_wanted);
            self.add_words(look, batch, &people, &is_wanted);
        }
    }

    fn add_numbers(
        &mut self,
        look: &CodeLook,
        batch: &RecordBatch,
        people: &[u32],
        is_wanted: &impl Fn(usize) -> bool,
    ) {
        let Some((number, unit)) = &look.number else { return };
        let Some(numbers) = batch.column_by_name(number) else { return };
        let Ok(numbers) = arrow::compute::cast(numbers, &DataType::Float64) else { return };
        let numbers = numbers.as_primitive::<Float64Type>();
        let units = batch.column_by_name(unit).and_then(texts);
        for (at, person) in people.iter().enumerate().filter(|(at, _)| is_wanted(*at)) {
            if numbers.is_null(at) {
                continue;
            }
            let unit = units.as_ref().map_or("", |units| text(units.as_string::<i32>(), at));
            if self.numbers.len() < KINDS_MAX || self.numbers.contains_key(unit) {
                let of_unit = self.numbers.entry(unit.to_owned()).or_default();
                of_unit.add(numbers.value(at), *person);
            }
        }
    }

    fn add_words(
        &mut self,
        look: &CodeLook,
        batch: &RecordBatch,
        people: &[u32],
        is_wanted: &impl Fn(usize) -> bool,
    ) {
        let columns: Vec<_> =
            look.words.iter().filter_map(|name| texts(batch.column_by_name(name)?)).collect();
        for (at, person) in people.iter().enumerate().filter(|(at, _)| is_wanted(*at)) {
            let mut said = columns.iter().map(|column| text(column.as_string::<i32>(), at));
            let Some(word) = said.find(|word| !word.is_empty()) else { continue };
            if self.words.len() < KINDS_MAX || self.words.contains_key(word) {
                self.words.entry(word.to_owned()).or_default().add(1, *person);
            }
        }
    }

    fn told(self) -> CodeProfile {
        let mut ages: BTreeMap<(u8, String), Cell> = BTreeMap::new();
        for (patient, (person, year)) in &self.first {
            let Some((Some(born), sex)) = self.known.get(patient) else { continue };
            let decade = ((year - born).max(0) / 10).min(DECADE_MAX);
            let decade = u8::try_from(decade).unwrap_or_default();
            ages.entry((decade, sex.clone())).or_default().add(1, *person);
        }
        let mut numbers: Vec<(String, Numbers)> = self.numbers.into_iter().collect();
        numbers.sort_by(|a, b| (b.1.whole().rows, &a.0).cmp(&(a.1.whole().rows, &b.0)));
        CodeProfile {
            whole: self.whole.tally(),
            years: self.years.iter().map(|(year, cell)| (*year, cell.tally())).collect(),
            ages: ages.into_iter().map(|(key, cell)| (key, cell.tally())).collect(),
            numbers,
            words: most_frequent(self.words, WORDS_KEPT_MAX),
        }
    }
}
