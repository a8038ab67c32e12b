//! Columns of a table: what was read of its events beside their times.

use cohort::ast::{CodeField, Name, NumberField, OneOf};
use cohort::eval::{Coded, Truth, World, reading};
use cohort::units::{Conversion, normal_unit};

use super::hits::Hit;
use crate::answer::plan::ColumnSpec;
use crate::event::{self, DOSE_UNIT, UNIT};
use crate::format::column::Column;
use crate::format::decimal::{Decimals, NONE};
use crate::format::{Damage, tag};
use crate::segment::{Run, Segment};

/// The values of a column, in the order in which rows were read.
#[derive(Clone, Debug)]
pub(super) enum Data {
    Numbers(Vec<f64>),
    Truths(Vec<Truth>),
    Integers(Vec<u32>),
    /// Which of several lists of codes.
    Codes(Vec<u32>, Vec<Vec<u32>>),
}

impl Data {
    /// Nothing yet.
    pub(super) fn of(spec: &ColumnSpec) -> Self {
        match spec {
            ColumnSpec::Number(..)
            | ColumnSpec::NormalValue
            | ColumnSpec::Egfr(_)
            | ColumnSpec::Recorded(_) => Self::Numbers(Vec::new()),
            ColumnSpec::Is(..) | ColumnSpec::HasCode(_) => Self::Truths(Vec::new()),
            ColumnSpec::Held(_) => Self::Codes(Vec::new(), Vec::new()),
            ColumnSpec::Ward | ColumnSpec::Department | ColumnSpec::Order => {
                Self::Integers(Vec::new())
            }
        }
    }

    /// Appends what another read.
    pub(super) fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Numbers(to), Self::Numbers(from)) => put(to, from),
            (Self::Truths(to), Self::Truths(from)) => put(to, from),
            (Self::Integers(to), Self::Integers(from)) => put(to, from),
            (Self::Codes(to, lists), Self::Codes(from, more)) => {
                let first = u32::try_from(lists.len()).unwrap_or(u32::MAX);
                to.extend(from.into_iter().map(|list| first.saturating_add(list)));
                lists.extend(more);
            }
            _ => {}
        }
    }
}

/// Nearly always it is the only run.
fn put<T>(to: &mut Vec<T>, from: Vec<T>) {
    if to.is_empty() {
        *to = from;
    } else {
        to.extend(from);
    }
}

/// Rows of a run that are wanted, as stretches, how many they are, and whose.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) stretches: &'a [(usize, usize)],
    pub(super) count: usize,
    /// Patients in order, with how many rows each has.
    pub(super) whose: &'a [(u16, usize)],
}

/// The values of a column.
pub(super) enum Values {
    /// One in every row.
    Same(i64),
    /// One after the other.
    Each(Vec<i64>),
}

impl Values {
    /// The value of a row that is there.
    pub(super) fn get(&self, row: usize) -> i64 {
        match self {
            Self::Same(value) => *value,
            Self::Each(values) => values.get(row).copied().unwrap_or(0),
        }
    }

    /// All values, of so many rows.
    pub(super) fn all(self, count: usize) -> Vec<i64> {
        match self {
            Self::Same(value) => vec![value; count],
            Self::Each(values) => values,
        }
    }
}

impl Rows<'_> {
    /// The values of a column.
    pub(super) fn gather(self, column: &Column<'_>) -> Result<Values, Damage> {
        if let Some(value) = column.is_constant() {
            return Ok(Values::Same(value));
        }
        let mut cursor = column.cursor();
        let mut values = Vec::with_capacity(self.count);
        for &(from, to) in self.stretches {
            cursor.read(from, to - from, &mut values)?;
        }
        Ok(Values::Each(values))
    }

    fn numbers(self, numbers: Option<Decimals<'_>>) -> Result<Vec<f64>, Damage> {
        let Some(numbers) = numbers else { return Ok(vec![NONE; self.count]) };
        let mut cursor = numbers.cursor();
        let (mut scratch, mut values) = (Vec::new(), Vec::with_capacity(self.count));
        for &(from, to) in self.stretches {
            numbers.read_part(&mut cursor, (from, to - from), &mut scratch, &mut values)?;
        }
        Ok(values)
    }
}

/// A run of which columns are read.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) segment: &'a Segment,
    pub(super) run: &'a Run<'a>,
    pub(super) hit: &'a Hit,
    pub(super) world: &'a World<'a>,
    /// The place in the segment of the shard's first patient.
    pub(super) first_patient: u32,
    pub(super) rows: Rows<'a>,
}

impl<'a> Of<'a> {
    /// Reads a column.
    pub(super) fn read(self, spec: &ColumnSpec) -> Result<Data, Damage> {
        let quantity = self.hit.quantity;
        Ok(match spec {
            ColumnSpec::Number(field, asked) => {
                self.number(field, Some(asked.as_deref()), quantity)?
            }
            ColumnSpec::Recorded(field) => self.number(field, None, None)?,
            ColumnSpec::NormalValue => {
                let asked = quantity.map(|quantity| Some(normal_unit(quantity)));
                self.number(&NumberField::Value, asked, quantity)?
            }
            ColumnSpec::Egfr(equation) => self.filtration(*equation)?,
            ColumnSpec::Is(field, one_of) => {
                Data::Truths(self.truths(field, &|code| self.is_one_of(code, one_of))?)
            }
            ColumnSpec::HasCode(field) => {
                let truths = self.truths(field, &|_| true)?;
                Data::Truths(truths.into_iter().map(|has| Truth::from(has.is_known())).collect())
            }
            ColumnSpec::Held(field) => self.held(field)?,
            ColumnSpec::Ward => self.integers(&self.run.words(event::CodeField::Ward.place())?)?,
            ColumnSpec::Department => {
                self.integers(&self.run.words(event::CodeField::Department.place())?)?
            }
            ColumnSpec::Order => self.integers(&self.run.events_column(tag::ORDER)?)?,
        })
    }

    fn integers(self, column: &Column<'_>) -> Result<Data, Damage> {
        let values = self.rows.gather(column)?.all(self.rows.count);
        let values = values.into_iter().map(|value| u32::try_from(value).unwrap_or(0));
        Ok(Data::Integers(values.collect()))
    }

    /// The numbers of a field; as recorded where no unit is asked, not even none.
    pub(super) fn number(
        self,
        field: &NumberField,
        asked: Option<Option<&str>>,
        quantity: Option<cohort::ast::Quantity>,
    ) -> Result<Data, Damage> {
        use event::NumberField as Column;
        let run = self.run;
        let of_value = |numbers: Column| Ok::<_, Damage>((run.numbers(numbers.place())?, true));
        let (numbers, is_result) = match field {
            NumberField::Value => of_value(Column::Value)?,
            NumberField::UpperLimit => of_value(Column::UpperLimit)?,
            NumberField::LowerLimit => of_value(Column::LowerLimit)?,
            NumberField::Dose => (run.numbers(Column::Dose.place())?, false),
            NumberField::DaysSupply => (run.numbers(Column::DaysSupply.place())?, false),
            NumberField::Members => (None, false),
            NumberField::Attribute(name) => match self.attribute(name, tag::ATTRIBUTE_NUMBER) {
                Some(word) => (run.attribute_numbers(word)?, false),
                None => (None, false),
            },
        };
        let mut values = self.rows.numbers(numbers)?;
        let Some(asked) = asked else { return Ok(Data::Numbers(values)) };
        let default = self.hit.default.as_deref().filter(|_| is_result);
        let quantity = quantity.filter(|_| is_result);
        let conversion = |unit: i64| {
            let unit = u32::try_from(unit).ok().filter(|&unit| unit > 0);
            let unit = unit.and_then(|unit| self.segment.word(unit));
            reading(unit, default, (asked, quantity))
        };
        let mut known: Vec<(i64, Option<Conversion>)> = Vec::new();
        match self.units_of(field)? {
            Units::One(unit) => {
                let conversion = conversion(unit);
                if conversion != Some(Conversion::default()) {
                    for value in &mut values {
                        *value = convert(*value, conversion.as_ref());
                    }
                }
            }
            Units::Each(units) => {
                for (value, unit) in values.iter_mut().zip(units) {
                    if known.iter().all(|known| known.0 != unit) {
                        known.push((unit, conversion(unit)));
                    }
                    let of = known.iter().find(|known| known.0 == unit);
                    *value = convert(*value, of.and_then(|known| known.1.as_ref()));
                }
            }
        }
        Ok(Data::Numbers(values))
    }

    /// In which units the numbers of a field were recorded. Limits have that of the value, if there
    /// is one.
    fn units_of(self, field: &NumberField) -> Result<Units, Damage> {
        let column = match field {
            NumberField::Value | NumberField::UpperLimit | NumberField::LowerLimit => {
                Some(self.run.words(UNIT)?)
            }
            NumberField::Dose => Some(self.run.words(DOSE_UNIT)?),
            NumberField::Attribute(name) => match self.attribute(name, tag::ATTRIBUTE_UNIT) {
                Some(word) => self.run.attribute_words(tag::ATTRIBUTE_UNIT, word)?,
                None => None,
            },
            NumberField::DaysSupply | NumberField::Members => None,
        };
        let Some(column) = column else { return Ok(Units::One(0)) };
        let is_limit = matches!(field, NumberField::UpperLimit | NumberField::LowerLimit);
        let one = column.is_constant();
        if let Some(unit) = one.filter(|unit| !is_limit || *unit == 0) {
            return Ok(Units::One(unit));
        }
        let mut units = self.rows.gather(&column)?.all(self.rows.count);
        if is_limit {
            self.without_value(|row| units.get_mut(row).into_iter().for_each(|unit| *unit = 0))?;
        }
        Ok(Units::Each(units))
    }

    /// Calls with the rows that have no value: what unit they have is none.
    fn without_value(self, mut with: impl FnMut(usize)) -> Result<(), Damage> {
        let values = self.run.numbers(event::NumberField::Value.place())?;
        let values = self.rows.numbers(values)?;
        let none = values.iter().enumerate().filter(|(_, value)| !value.is_finite());
        none.for_each(|(row, _)| with(row));
        Ok(())
    }

    /// The word of an attribute that the run has.
    fn attribute(self, name: &Name, of: u8) -> Option<u32> {
        let mut attributes = self.run.attributes();
        let is = |word: u32| self.segment.word(word) == Some(name.as_str());
        attributes.find(|&(tag, word)| tag == of && is(word)).map(|(_, word)| word)
    }

    /// The column of a code of events; none where no event has it. Units are words, the others are
    /// codes + 1.
    fn code_column(self, field: &CodeField) -> Result<Option<Column<'a>>, Damage> {
        use event::CodeField as Field;
        let place = match field {
            CodeField::Code => return Ok(None),
            CodeField::Attribute(name) => {
                let word = self.attribute(name, tag::ATTRIBUTE_WORD);
                return match word {
                    Some(word) => self.run.attribute_words(tag::ATTRIBUTE_WORD, word),
                    None => Ok(None),
                };
            }
            CodeField::CodedValue => Field::CodedValue.place(),
            CodeField::Route => Field::Route.place(),
            CodeField::Department => Field::Department.place(),
            CodeField::Ward => Field::Ward.place(),
            CodeField::VisitKind => Field::VisitKind.place(),
            CodeField::Unit => UNIT,
        };
        self.run.words(place).map(Some)
    }

    /// What a number of a code column stands for.
    fn coded(self, field: &CodeField, number: i64) -> Option<Coded> {
        let number = u32::try_from(number).ok().filter(|&number| number > 0)?;
        match field {
            CodeField::Unit => self.segment.word(number).map(Coded::word),
            _ => self.segment.coded(number - 1),
        }
    }

    /// Of each row, whether any of its codes is; unknown where it has none. Of a unit, whether the
    /// value has one: a unit without a value is none.
    fn truths(self, field: &CodeField, is: &dyn Fn(&Coded) -> bool) -> Result<Vec<Truth>, Damage> {
        let count = self.rows.count;
        if *field == CodeField::Code {
            let mut codes = self.hit.codes.iter().filter_map(|code| self.segment.coded(*code));
            let none = self.hit.codes.is_empty();
            let is = if none { Truth::Unknown } else { Truth::from(codes.any(|code| is(&code))) };
            return Ok(vec![is; count]);
        }
        let Some(column) = self.code_column(field)? else { return Ok(vec![Truth::Unknown; count]) };
        let mut known: Vec<(i64, Truth)> = Vec::new();
        let mut truths = Vec::with_capacity(count);
        for number in self.rows.gather(&column)?.all(count) {
            let truth = match known.iter().find(|known| known.0 == number) {
                Some((_, truth)) => *truth,
                None => {
                    let truth = Truth::from(self.coded(field, number).map(|code| is(&code)));
                    known.push((number, truth));
                    truth
                }
            };
            truths.push(truth);
        }
        if *field == CodeField::Unit {
            let unknown = |truth: &mut Truth| *truth = Truth::Unknown;
            self.without_value(|row| truths.get_mut(row).into_iter().for_each(unknown))?;
        }
        Ok(truths)
    }

    fn is_one_of(self, code: &Coded, one_of: &OneOf) -> bool {
        match one_of {
            OneOf::Words(words) => {
                let written = code.written();
                words.iter().any(|word| *word == code.code || *word == written)
            }
            OneOf::Codes(names) => code.system.as_deref().is_some_and(|system| {
                let mut sets = names.iter().filter_map(|name| self.world.codes.get(name));
                sets.any(|set| set.line(system, &code.code).is_some())
            }),
        }
    }

    /// The codes that the concept sets hold, told apart by how they are written.
    fn held(self, field: &CodeField) -> Result<Data, Damage> {
        let count = self.rows.count;
        if *field == CodeField::Code {
            let list = self.hit.held.iter().map(|code| self.segment.written_as(*code)).collect();
            return Ok(Data::Codes(vec![0; count], vec![list]));
        }
        let mut lists = vec![Vec::new()];
        let mut of = vec![0_u32; count];
        let Some(column) = self.code_column(field)? else { return Ok(Data::Codes(of, lists)) };
        let mut known: Vec<(i64, u32)> = vec![(0, 0)];
        for (list, number) in of.iter_mut().zip(self.rows.gather(&column)?.all(count)) {
            if known.iter().all(|known| known.0 != number) {
                let code = u32::try_from(number - 1).map_err(|_| Damage::Number)?;
                let code = match field {
                    CodeField::Unit => code,
                    _ => self.segment.written_as(code),
                };
                known.push((number, u32::try_from(lists.len()).unwrap_or(u32::MAX)));
                lists.push(vec![code]);
            }
            *list = known.iter().find(|known| known.0 == number).map_or(0, |known| known.1);
        }
        if *field == CodeField::Unit {
            self.without_value(|row| of.get_mut(row).into_iter().for_each(|list| *list = 0))?;
        }
        Ok(Data::Codes(of, lists))
    }
}

/// In which units numbers were recorded; words, 0 is none.
enum Units {
    One(i64),
    Each(Vec<i64>),
}

fn convert(value: f64, conversion: Option<&Conversion>) -> f64 {
    let converted = conversion.map_or(NONE, |conversion| conversion.apply(value));
    if converted.is_finite() { converted } else { NONE }
}
