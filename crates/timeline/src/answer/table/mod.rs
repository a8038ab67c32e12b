//! A table of events of one shard: the only way from the files to an event.
//!
//! Excluded and dead patients are left out here, and so are patients without a candidate, once
//! there are candidates.

mod columns;
mod filter;
mod filtration;
mod hits;
mod limits;
mod outermost;
mod reader;
mod zone;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use cohort::eval::{Days, Truth, World};

use super::look::Indexes;
use super::plan::{ColumnId, ColumnSpec, TableSpec};
use crate::Error;
use crate::format::{Damage, wide};
use crate::mask::Mask;
use crate::segment::{Run, RunPlace, Segment};

use self::columns::Data;
pub(super) use self::hits::{Hit, hits, hits_of_word};
pub(super) use self::limits::Limits;
use self::reader::Reader;
use self::zone::Truths;
pub(super) use self::zone::{Source, Zone, truths};

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
    /// Where it has only the first events of patients: how many each has.
    counts: Vec<u32>,
    /// Seconds of the longest start.
    longest: i64,
}

impl Table {
    /// How many seconds a start may be at most.
    pub(super) fn longest(&self) -> i64 {
        self.longest
    }

    /// How many events of a patient there are beside the first, which alone is there.
    pub(super) fn others(&self, patient: u16) -> u64 {
        let count = self.counts.get(usize::from(patient));
        count.map_or(0, |&count| u64::from(count.saturating_sub(1)))
    }

    /// Of what several runs have of a patient, only the first certain event stays, and what is not
    /// certain.
    fn leave_firsts(&mut self) {
        let (mut rows, mut from) = (Vec::new(), 0);
        for end in &mut self.ends {
            let mut has_first = false;
            let of = self.rows.get(wide(from)..wide(*end)).unwrap_or_default();
            rows.extend(
                of.iter().filter(|row| !row.certain || !std::mem::replace(&mut has_first, true)),
            );
            from = *end;
            *end = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        }
        self.rows = rows;
    }

    /// Cuts stretches of whole days to what of them lies within these days. One of which nothing does
    /// ends before it starts.
    pub(super) fn cut(&mut self, (first, last): Days) {
        let second = |day: i64| day.saturating_mul(86_400);
        let day = |day: i64| (second(day), second(day) + 86_399);
        for row in &mut self.rows {
            row.start = row.start.max(day(first));
            row.last = row.last.min(day(last));
        }
    }

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

/// Which events of every patient are wanted.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    All,
    /// The first certain one on a known day, and how many such there are.
    Entries,
    /// The first certain one, and all that are not certain.
    Firsts,
    /// Those that start on days from so many after an index to so many after it; where days are not
    /// known, others too.
    Around(&'a Indexes, Option<i64>, Option<i64>),
}

/// A table, which concepts it looks at, and which columns are wanted of it.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) number: u16,
    pub(super) spec: &'a TableSpec,
    pub(super) hits: &'a [Hit],
    pub(super) specs: &'a [ColumnSpec],
    pub(super) limits: &'a [Limits],
    pub(super) columns: &'a BTreeSet<ColumnId>,
    pub(super) part: Part<'a>,
    /// Whether anything asks to which visits events belong.
    pub(super) visits: bool,
}

/// The runs of a shard that were opened: several tables may look at the same ones.
pub(super) struct Runs<'a> {
    pub(super) segment: &'a Segment,
    pub(super) shard: u32,
    opened: RefCell<BTreeMap<u32, Option<Opened<'a>>>>,
}

type Opened<'a> = Rc<(RunPlace, Run<'a>)>;

impl<'a> Runs<'a> {
    pub(super) fn new(segment: &'a Segment, shard: u32) -> Self {
        Self { segment, shard, opened: RefCell::default() }
    }

    /// The runs of concepts, in their order, where the shard has them; each with its place among
    /// the concepts.
    fn of(&self, concepts: &[Hit]) -> Result<Vec<(usize, Opened<'a>)>, Error> {
        let mut opened = self.opened.borrow_mut();
        let is_new = |hit: &&Hit| !opened.contains_key(&hit.concept);
        let new: Vec<u32> = concepts.iter().filter(is_new).map(|hit| hit.concept).collect();
        let found: Vec<_> =
            new.into_iter().map(|of| (of, self.segment.find(of, self.shard))).collect();
        // All begin to come from memory before the first is waited for.
        let places = found.iter().filter_map(|(_, place)| place.as_ref());
        std::hint::black_box(places.fold(0, |sum, place| sum ^ self.segment.touch(place)));
        for (concept, place) in found {
            let run = match place {
                Some(place) => Some(Rc::new((place, self.segment.run(&place)?))),
                None => None,
            };
            opened.insert(concept, run);
        }
        let run = |hit: &Hit| opened.get(&hit.concept).cloned().flatten();
        let runs = concepts.iter().enumerate().map(|(place, hit)| Some((place, run(hit)?)));
        Ok(runs.flatten().collect())
    }

    /// The shard's first patient in the segment, and how many it has.
    pub(super) fn patients(&self) -> (u32, usize) {
        let shard = self.segment.shard(self.shard);
        shard.map_or((0, 0), |shard| (shard.first_patient, wide(shard.patients)))
    }
}

/// A shard, and the world in which its events are read.
#[derive(Clone, Copy)]
pub(super) struct Place<'a, 's> {
    pub(super) runs: &'a Runs<'s>,
    pub(super) world: &'a World<'a>,
}

impl Place<'_, '_> {
    /// Calls with a reader of each run of a table.
    fn each_run(
        &self,
        wanted: Wanted<'_>,
        mut with: impl FnMut(&Reader<'_>) -> Result<(), Damage>,
    ) -> Result<(), Error> {
        let (segment, world) = (self.runs.segment, self.world);
        let patients = self.runs.patients();
        for (at, opened) in self.runs.of(wanted.hits)? {
            let Some(hit) = wanted.hits.get(at) else { continue };
            let (place, run) = &*opened;
            let all = (0, run.events);
            let reader = Reader { segment, run, wanted, hit, world, patients, all };
            with(&reader).map_err(|damage| segment.damaged_run(place, damage))?;
        }
        Ok(())
    }
}

/// What was read of the runs of a table.
#[derive(Default)]
struct Found {
    rows: Vec<Row>,
    /// Whose they are, run by run: patients in order, with how many rows each has.
    whose: Vec<(u16, usize)>,
    columns: Vec<(ColumnId, Data)>,
    /// Where only the first are wanted: how many each patient has.
    counts: Vec<u32>,
}

/// Reads a table of a shard, of these patients.
pub(super) fn load(place: Place<'_, '_>, wanted: Wanted<'_>, shown: &Mask) -> Result<Table, Error> {
    let (_, patients) = place.runs.patients();
    let mut found = Found::default();
    for &id in wanted.columns {
        found.columns.extend(wanted.specs.get(id).map(|spec| (id, Data::of(spec))));
    }
    if matches!(wanted.part, Part::Entries) {
        found.counts.resize(patients, 0);
    }
    let mut runs = 0;
    place.each_run(wanted, |reader| {
        let before = found.rows.len();
        reader.read(shown, &mut found)?;
        runs += usize::from(found.rows.len() > before);
        Ok(())
    })?;
    let Found { rows, whose, columns, counts } = found;
    let ends = ends(&whose, patients);
    let lengths = rows.iter().filter(|row| row.start.0 != NEVER);
    let longest = lengths.map(|row| row.start.1 - row.start.0 + 1).max().unwrap_or(0);
    let mut table = Table { ends, rows, columns, counts, longest };
    if runs > 1 {
        table.rows = in_order(&table.rows, &whose, &table.ends);
        if matches!(wanted.part, Part::Entries | Part::Firsts) {
            table.leave_firsts();
        }
    }
    Ok(table)
}

/// Where the rows of each patient end.
fn ends(whose: &[(u16, usize)], patients: usize) -> Vec<u32> {
    let mut ends = vec![0_u32; patients];
    for (patient, count) in whose {
        if let Some(of) = ends.get_mut(usize::from(*patient)) {
            *of += u32::try_from(*count).unwrap_or(u32::MAX);
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    ends
}

/// Rows of several runs by patient, and in order. Columns stay as they were read; a row knows its
/// place in them.
fn in_order(rows: &[Row], whose: &[(u16, usize)], ends: &[u32]) -> Vec<Row> {
    let Some(any) = rows.first() else { return Vec::new() };
    let mut sorted = vec![*any; rows.len()];
    let mut next: Vec<u32> = std::iter::once(0).chain(ends.iter().copied()).collect();
    let mut rest = rows;
    for &(patient, count) in whose {
        let (of, after) = rest.split_at(count.min(rest.len()));
        rest = after;
        let Some(place) = next.get_mut(usize::from(patient)) else { continue };
        let from = wide(*place);
        if let Some(to) = sorted.get_mut(from..from + of.len()) {
            to.copy_from_slice(of);
        }
        *place += u32::try_from(of.len()).unwrap_or(u32::MAX);
    }
    let mut rest = sorted.as_mut_slice();
    let mut from = 0;
    for &end in ends {
        let (of, after) = rest.split_at_mut(wide(end - from).min(rest.len()));
        // Each run was in order: of most patients there is only one.
        if !of.is_sorted_by(|a, b| a.order(b).is_le()) {
            of.sort_unstable_by(Row::order);
        }
        (rest, from) = (after, end);
    }
    sorted
}

/// Which of these patients may have anything that certainly belongs to a table.
pub(super) fn presence(
    place: Place<'_, '_>,
    wanted: Wanted<'_>,
    among: &Mask,
) -> Result<Mask, Error> {
    let mut present = Mask::none();
    place.each_run(wanted, |reader| {
        for (patient, _) in reader.stays_where(Truths::may_hold, among)? {
            present.set(usize::from(patient));
        }
        Ok(())
    })?;
    Ok(present)
}

/// Between what a column's numbers lie, for every patient of a shard.
pub(super) fn zones(
    place: Place<'_, '_>,
    wanted: Wanted<'_>,
    column: ColumnId,
) -> Result<Vec<Zone>, Error> {
    let mut zones = vec![Zone::NONE; place.runs.patients().1];
    place.each_run(wanted, |reader| {
        reader.each_zone(column, |patient, zone| {
            if let Some(to) = zones.get_mut(usize::from(patient)) {
                *to = to.join(zone);
            }
        })
    })?;
    Ok(zones)
}
