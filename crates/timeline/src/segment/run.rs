//! A run: the columns of one concept in one shard.

use std::cell::OnceCell;

use crate::event::{NUMBER_COLUMNS, WORD_COLUMNS};
use crate::format::column::Column;
use crate::format::decimal::Decimals;
use crate::format::{Damage, tag, varint};

/// A run as it lies in the file.
pub(crate) struct Run<'a> {
    pub(crate) events: usize,
    pub(crate) patients: usize,
    /// Columns by tag, up to the numbers.
    columns: [Option<&'a [u8]>; COLUMNS],
    /// Attributes: tag, name, column.
    attributes: Vec<(u8, u32, &'a [u8])>,
    /// What was read of it once, for whoever asks again.
    whose: OnceCell<Vec<(u16, usize)>>,
    outermost: OnceCell<Option<Outermost>>,
}

/// The least and the largest value of each patient.
pub(crate) type Outermost = (Vec<f64>, Vec<f64>);

const COLUMNS: usize = tag::LARGEST as usize + 1;
const _: () = assert!(tag::NUMBERS as usize + NUMBER_COLUMNS <= tag::LEAST as usize);

/// The columns of when.
pub(crate) struct TimeColumns<'a> {
    pub(crate) day: Column<'a>,
    pub(crate) second: Column<'a>,
    pub(crate) length: Column<'a>,
    pub(crate) end: Column<'a>,
    pub(crate) end_length: Column<'a>,
}

impl<'a> Run<'a> {
    /// Reads the heads of the columns.
    pub(crate) fn read(
        mut bytes: &'a [u8],
        events: usize,
        patients: usize,
    ) -> Result<Self, Damage> {
        let mut columns = [None; COLUMNS];
        let mut attributes = Vec::new();
        while let Some((&tag, rest)) = bytes.split_first() {
            bytes = rest;
            let name =
                if tag >= tag::ATTRIBUTE_WORD { Some(varint::read(&mut bytes)?) } else { None };
            let length = crate::format::index(varint::read(&mut bytes)?)?;
            let payload = varint::take(&mut bytes, length)?;
            match name {
                Some(name) if tag <= tag::ATTRIBUTE_UNIT => {
                    let name = u32::try_from(name).map_err(|_| Damage::Number)?;
                    attributes.push((tag, name, payload));
                }
                Some(_) => return Err(Damage::Number),
                None => {
                    *columns.get_mut(usize::from(tag)).ok_or(Damage::Number)? = Some(payload);
                }
            }
        }
        let (whose, outermost) = (OnceCell::new(), OnceCell::new());
        Ok(Self { events, patients, columns, attributes, whose, outermost })
    }

    /// A column, or one that has nothing.
    fn column(&self, tag: u8, count: usize) -> Result<Column<'a>, Damage> {
        match self.columns.get(usize::from(tag)).copied().flatten() {
            Some(bytes) => Column::read(bytes, count),
            None => Ok(Column::constant(0, count)),
        }
    }

    /// Adds what each column weighs.
    pub(crate) fn weigh(&self, columns: &mut std::collections::BTreeMap<u8, usize>) {
        for (tag, bytes) in (0_u8..).zip(self.columns) {
            *columns.entry(tag).or_default() += bytes.map_or(0, <[u8]>::len);
        }
    }

    /// A column of events.
    pub(crate) fn events_column(&self, tag: u8) -> Result<Column<'a>, Damage> {
        self.column(tag, self.events)
    }

    /// Calls with each patient within the shard and where its events begin and end, in order.
    pub(crate) fn each_patient(
        &self,
        patients_max: usize,
        mut with: impl FnMut(usize, usize, usize) -> Result<(), Damage>,
    ) -> Result<(), Damage> {
        let (mut gaps, mut counts) = (Vec::new(), Vec::new());
        self.column(tag::PATIENT, self.patients)?.read_all(&mut gaps)?;
        self.column(tag::ROWS, self.patients)?.read_all(&mut counts)?;
        let (mut next, mut row) = (0_usize, 0_usize);
        for (gap, count) in gaps.into_iter().zip(counts) {
            let gap = usize::try_from(gap).map_err(|_| Damage::Number)?;
            let count = usize::try_from(count).map_err(|_| Damage::Number)?;
            let patient = next.checked_add(gap).filter(|&patient| patient < patients_max);
            let patient = patient.ok_or(Damage::Number)?;
            let end = row.checked_add(count).filter(|&end| end <= self.events && count > 0);
            let end = end.ok_or(Damage::Number)?;
            with(patient, row, end)?;
            (next, row) = (patient + 1, end);
        }
        if row == self.events { Ok(()) } else { Err(Damage::Number) }
    }

    /// Its patients within the shard, in order, with how many events each has.
    pub(crate) fn whose(&self, patients_max: usize) -> Result<&[(u16, usize)], Damage> {
        if let Some(whose) = self.whose.get() {
            return Ok(whose);
        }
        let mut whose = Vec::with_capacity(self.patients);
        self.each_patient(patients_max, |patient, from, to| {
            whose.push((u16::try_from(patient).map_err(|_| Damage::Number)?, to - from));
            Ok(())
        })?;
        Ok(self.whose.get_or_init(|| whose))
    }

    /// The columns of when.
    pub(crate) fn times(&self) -> Result<TimeColumns<'a>, Damage> {
        Ok(TimeColumns {
            day: self.events_column(tag::START_DAY)?,
            second: self.events_column(tag::START_SECOND)?,
            length: self.events_column(tag::START_LENGTH)?,
            end: self.events_column(tag::END)?,
            end_length: self.events_column(tag::END_LENGTH)?,
        })
    }

    /// A column of words, by its place.
    pub(crate) fn words(&self, place: usize) -> Result<Column<'a>, Damage> {
        let place = u8::try_from(place.min(WORD_COLUMNS)).map_err(|_| Damage::Number)?;
        self.events_column(tag::WORDS + place)
    }

    /// A column of decimals, by its place; none where no event has the number.
    pub(crate) fn numbers(&self, place: usize) -> Result<Option<Decimals<'a>>, Damage> {
        let at = usize::from(tag::NUMBERS) + place;
        let bytes = self.columns.get(at).copied().flatten();
        bytes.map(|bytes| Decimals::read(bytes, self.events)).transpose()
    }

    /// The least and the largest value of each patient, where they are kept.
    pub(crate) fn outermost(&self) -> Result<Option<&Outermost>, Damage> {
        if let Some(outermost) = self.outermost.get() {
            return Ok(outermost.as_ref());
        }
        let read = |tag: u8| {
            let bytes = self.columns.get(usize::from(tag)).copied().flatten();
            let numbers = bytes.map(|bytes| Decimals::read(bytes, self.patients)).transpose()?;
            numbers.map(|numbers| numbers.read_all()).transpose()
        };
        let outermost = read(tag::LEAST)?.zip(read(tag::LARGEST)?);
        Ok(self.outermost.get_or_init(|| outermost).as_ref())
    }

    /// The names of its attributes, with the tag of each.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (u8, u32)> + '_ {
        self.attributes.iter().map(|(tag, name, _)| (*tag, *name))
    }

    fn attribute(&self, tag: u8, name: u32) -> Option<&'a [u8]> {
        self.attributes.iter().find(|of| of.0 == tag && of.1 == name).map(|of| of.2)
    }

    /// A column of an attribute's words or units.
    pub(crate) fn attribute_words(&self, tag: u8, name: u32) -> Result<Option<Column<'a>>, Damage> {
        self.attribute(tag, name).map(|bytes| Column::read(bytes, self.events)).transpose()
    }

    /// A column of an attribute's numbers.
    pub(crate) fn attribute_numbers(&self, name: u32) -> Result<Option<Decimals<'a>>, Damage> {
        let bytes = self.attribute(tag::ATTRIBUTE_NUMBER, name);
        bytes.map(|bytes| Decimals::read(bytes, self.events)).transpose()
    }
}
