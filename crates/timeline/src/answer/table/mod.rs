//! A table of events of one shard: the only way from the files to an event.
//!
//! Excluded and dead patients are left out here, and so are patients without a candidate, once
//! there are candidates.

mod columns;
mod hits;
mod reader;

use std::collections::BTreeSet;

use cohort::eval::{Truth, World};

use super::plan::{ColumnId, ColumnSpec, TableSpec};
use crate::Error;
use crate::format::wide;
use crate::mask::Mask;
use crate::segment::Segment;

use self::columns::Data;
pub(super) use self::hits::{Hit, hits, hits_of_word};
use self::reader::Reader;

/// No time.
pub(super) const NEVER: i64 = i64::MAX;

/// An event, as far as plans look at it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    /// The stretch of the start, both ends belonging to it; [`NEVER`] where there is none.
    pub(super) start: (i64, i64),
    /// The stretch of the last second; [`NEVER`] where it is still going on.
    pub(super) last: (i64, i64),
    /// The rank of its kind among all kinds, by text.
    pub(super) kind: u32,
    pub(super) tie: u32,
    /// The visit within the patient; 0 is none.
    pub(super) visit: u32,
    /// How many events it joins.
    pub(super) members: u32,
    /// Where its columns are: of joined ones, those of the first.
    pub(super) at: u32,
    pub(super) table: u16,
    pub(super) certain: bool,
}

impl Row {
    fn place(&self) -> ((i64, i64), (i64, i64), u32, u32) {
        (self.start, self.last, self.kind, self.tie)
    }

    /// Whether two rows are one event of a patient.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.place() == other.place()
    }

    /// The order of 0050: start, last second (none last), kind, tie.
    pub(super) fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.place().cmp(&other.place())
    }
}

/// The events of a shard's patients, by patient and in order.
#[derive(Debug, Default)]
pub(super) struct Table {
    ends: Vec<u32>,
    rows: Vec<Row>,
    columns: Vec<(ColumnId, Data)>,
}

impl Table {
    /// The events of a patient.
    pub(super) fn of(&self, patient: u16) -> &[Row] {
        let patient = usize::from(patient);
        let end = |place: usize| self.ends.get(place).map_or(0, |&end| wide(end));
        let from = patient.checked_sub(1).map_or(0, end);
        self.rows.get(from..end(patient)).unwrap_or_default()
    }

    fn column(&self, column: ColumnId) -> Option<&Data> {
        self.columns.iter().find(|(id, _)| *id == column).map(|(_, data)| data)
    }

    /// What a column of numbers has at a place, where it is known.
    pub(super) fn number(&self, column: ColumnId, at: u32) -> Option<f64> {
        match self.column(column)? {
            Data::Numbers(of) => of.get(wide(at)).copied().filter(|number| number.is_finite()),
            _ => None,
        }
    }

    /// What a column of truths has.
    pub(super) fn truth(&self, column: ColumnId, at: u32) -> Truth {
        match self.column(column) {
            Some(Data::Truths(of)) => of.get(wide(at)).copied().unwrap_or(Truth::Unknown),
            _ => Truth::Unknown,
        }
    }

    /// What a column of integers has; 0 is none.
    pub(super) fn integer(&self, column: ColumnId, at: u32) -> u32 {
        match self.column(column) {
            Some(Data::Integers(of)) => of.get(wide(at)).copied().unwrap_or(0),
            _ => 0,
        }
    }

    /// The codes that a column holds.
    pub(super) fn codes(&self, column: ColumnId, at: u32) -> &[u32] {
        match self.column(column) {
            Some(Data::Codes(of, lists)) => {
                let list = of.get(wide(at)).and_then(|&list| lists.get(wide(list)));
                list.map_or(&[], Vec::as_slice)
            }
            _ => &[],
        }
    }
}

/// A table, which concepts it looks at, and which columns are wanted of it.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) number: u16,
    pub(super) spec: &'a TableSpec,
    pub(super) hits: &'a [Hit],
    pub(super) specs: &'a [ColumnSpec],
    pub(super) columns: &'a BTreeSet<ColumnId>,
}

/// Reads a table of a shard, of these patients.
pub(super) fn load(
    (segment, shard): (&Segment, u32),
    wanted: Wanted<'_>,
    world: &World<'_>,
    shown: &Mask,
) -> Result<Table, Error> {
    let patients = segment.shard(shard).map_or(0, |shard| wide(shard.patients));
    let mut found: Vec<(u16, Row)> = Vec::new();
    let mut columns: Vec<(ColumnId, Data)> = Vec::new();
    for &id in wanted.columns {
        columns.extend(wanted.specs.get(id).map(|spec| (id, Data::of(spec))));
    }
    let mut runs = 0;
    for hit in wanted.hits {
        let Some(place) = segment.find(hit.concept, shard) else { continue };
        let run = segment.run(&place)?;
        let before = found.len();
        let reader = Reader { segment, run: &run, wanted, hit, world };
        let read = reader.read((patients, shown), &mut found, &mut columns);
        read.map_err(|damage| segment.damaged_run(&place, damage))?;
        runs += usize::from(found.len() > before);
    }
    if runs > 1 {
        // Columns stay as they were read; a row knows its place in them.
        found.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.order(&b.1)));
    }
    let mut ends = vec![0_u32; patients];
    for (patient, _) in &found {
        if let Some(count) = ends.get_mut(usize::from(*patient)) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    Ok(Table { ends, rows: found.into_iter().map(|(_, row)| row).collect(), columns })
}

/// Which patients of a shard have anything that a table may look at.
pub(super) fn presence(segment: &Segment, shard: u32, hits: &[Hit]) -> Result<Mask, Error> {
    let patients = segment.shard(shard).map_or(0, |shard| wide(shard.patients));
    let mut present = Mask::none();
    for hit in hits {
        let Some(place) = segment.find(hit.concept, shard) else { continue };
        let run = segment.run(&place)?;
        let read = run.each_patient(patients, |patient, _, _| {
            present.set(patient);
            Ok(())
        });
        read.map_err(|damage| segment.damaged_run(&place, damage))?;
    }
    Ok(present)
}
