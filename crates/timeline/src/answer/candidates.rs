//! Steps 1 to 8 of a definition in one shard: its candidates, when each would end, and what the
//! rules say of them.

use std::cell::Cell;
use std::collections::BTreeMap;

use cohort::ast::{Choice, CohortDefinition, Span};
use cohort::eval::{
    Dropped, EndedBy, Ending, Stretch, Truth, day_of, last_second_of, offset_back, shift_second,
};

use super::bounds::{Gate, Zones};
use super::plan::{Ask, From, Plan, Set, compares_members};
use super::scene::{Coverage, Entry, Hand, Known, Picked, Scene};
use super::table::{NEVER, Row, Runs, Table};
use crate::event::BirthDate;
use crate::mask::Mask;

/// A candidate of which the rules are asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    /// The patient's place in the shard.
    pub(super) patient: u16,
    pub(super) entry: Entry,
    pub(super) index: Stretch,
    pub(super) ending: Ending,
}

/// How many candidates, and how many patients with at least one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) patients: u64,
    pub(super) candidates: u64,
}

impl Count {
    /// Adds those of a patient.
    pub(super) fn add(&mut self, candidates: u64) {
        self.patients += u64::from(candidates > 0);
        self.candidates += candidates;
    }

    /// Adds candidates that are each their patient's only one.
    pub(super) fn add_alone(&mut self, candidates: u64) {
        self.patients += candidates;
        self.candidates += candidates;
    }

    pub(super) fn plus(&mut self, other: Self) {
        self.patients += other.patients;
        self.candidates += other.candidates;
    }
}

/// The candidates of a shard that come to the rules, in order, and how many did not.
#[derive(Clone, Debug, Default)]
pub(super) struct Entered {
    pub(super) candidates: Vec<Candidate>,
    pub(super) all: Count,
    pub(super) dropped: BTreeMap<Dropped, Count>,
}

impl Entered {
    /// Adds those of the patients after these.
    pub(super) fn append(&mut self, other: Self) {
        self.candidates.extend(other.candidates);
        self.all.plus(other.all);
        for (reason, count) in other.dropped {
            self.dropped.entry(reason).or_default().plus(count);
        }
    }

    /// Counts a patient's candidates: how many, and why those that were dropped before the rules; so many
    /// others that were not read were dropped for a reason too.
    pub(super) fn count(
        &mut self,
        all: usize,
        mut dropped: Vec<Dropped>,
        (why, others): (Dropped, u64),
    ) {
        self.all.add(all as u64 + others);
        dropped.sort_unstable();
        let mut left = others;
        for same in dropped.chunk_by(|a, b| a == b) {
            if let Some(reason) = same.first() {
                let more = if *reason == why { std::mem::take(&mut left) } else { 0 };
                self.dropped.entry(*reason).or_default().add(same.len() as u64 + more);
            }
        }
        if left > 0 {
            self.dropped.entry(why).or_default().add(left);
        }
    }
}

/// A candidate while it is not known yet whether it comes to the rules.
pub(super) struct Way {
    row: Row,
    ways: u64,
    index: Option<Stretch>,
    dropped: Option<Dropped>,
}

impl Way {
    fn entry(&self) -> Entry {
        Entry { row: self.row, ways: self.ways }
    }
}

/// What stays the same in a shard.
pub(super) struct Shard<'a> {
    pub(super) runs: Runs<'a>,
    pub(super) first_patient: u32,
    pub(super) definition: &'a CohortDefinition,
    pub(super) plan: &'a Plan,
    pub(super) tables: Vec<Table>,
    pub(super) coverage: Coverage,
    pub(super) deaths: Table,
    pub(super) zones: Zones,
    pub(super) data: (i64, i64),
}

impl Shard<'_> {
    /// Room for what is the same for every candidate of a patient.
    fn unpicked(&self) -> Vec<Cell<Option<Picked>>> {
        self.plan.picks.iter().map(|_| Cell::new(None)).collect()
    }

    /// What is known of a patient.
    fn known<'k>(&'k self, patient: u16, picked: &'k [Cell<Option<Picked>>]) -> Known<'k> {
        picked.iter().for_each(|cell| cell.set(None));
        let person = self.runs.segment.person(self.first_patient + u32::from(patient));
        let birth = person.and_then(|person| person.birth).map(BirthDate::stretch);
        Known {
            tables: &self.tables,
            coverage: &self.coverage,
            deaths: &self.deaths,
            data: self.data,
            patient,
            birth,
            sex: person.map(|person| person.sex).unwrap_or_default(),
            picks: &self.plan.picks,
            picked,
        }
    }

    /// Of each alternative of the entry, what is asked of its events first.
    fn gates(&self) -> Vec<Option<Gate<'_>>> {
        let longest = |table: usize| self.tables.get(table).map_or(i64::MAX, Table::longest);
        let gate = |set| compared_in(set).map(|of| Gate::new(of, longest(of.0), &self.zones));
        self.plan.entry.iter().map(gate).collect()
    }

    /// Of these patients, those who have any event of the tables by which patients enter.
    pub(super) fn who_may_enter(&self, may: &Mask) -> Mask {
        let tables: Vec<&Table> = self
            .plan
            .entry
            .iter()
            .filter_map(|set| match set.from {
                From::Table(table) => self.tables.get(table),
                _ => None,
            })
            .collect();
        let mut with = Mask::none();
        for place in may.places() {
            let has_any = |patient: u16| tables.iter().any(|of| !of.of(patient).is_empty());
            if u16::try_from(place).is_ok_and(has_any) {
                with.set(place);
            }
        }
        with
    }

    /// Step 1 for these patients.
    pub(super) fn enter(&self, may: &Mask) -> Vec<(u16, Way)> {
        let mut all = Vec::new();
        let (mut ways, picked, gates) = (Vec::new(), self.unpicked(), self.gates());
        for patient in may.places().filter_map(|place| u16::try_from(place).ok()) {
            self.ways_of(&self.known(patient, &picked), &gates, &mut ways);
            all.extend(ways.drain(..).map(|way| (patient, way)));
        }
        all
    }

    /// Steps 2 to 6, and the endings of step 8. Of tables that have only the first events of
    /// patients, the others were not chosen.
    pub(super) fn dated(&self, mut ways: Vec<(u16, Way)>) -> Entered {
        let firsts: Vec<&Table> =
            self.plan.firsts.iter().filter_map(|table| self.tables.get(*table)).collect();
        let why = match self.definition.entry.says.choose {
            Choice::FirstInLife => Dropped::NotFirstInLife,
            _ => Dropped::NotChosen,
        };
        let (mut entered, picked) = (Entered::default(), self.unpicked());
        for of in ways.chunk_by_mut(|a, b| a.0 == b.0) {
            let Some(patient) = of.first().map(|(patient, _)| *patient) else { continue };
            let known = self.known(patient, &picked);
            self.date(of, &known);
            let others = firsts.iter().map(|table| table.others(patient)).sum();
            let dropped = of.iter().filter_map(|(_, way)| way.dropped).collect();
            entered.count(of.len(), dropped, (why, others));
            for (_, way) in of.iter().filter(|(_, way)| way.dropped.is_none()) {
                let Some(index) = way.index else { continue };
                let entry = way.entry();
                let hand = Hand { entry: Some(entry), index: Some(index), exit: None };
                let ending = self.ending(&Scene { known: &known, hand: &hand, frame: None });
                entered.candidates.push(Candidate { patient, entry, index, ending });
            }
        }
        entered
    }

    /// Step 1: the certain members of every alternative that start on a known day, in order.
    fn ways_of(&self, known: &Known<'_>, gates: &[Option<Gate<'_>>], ways: &mut Vec<Way>) {
        let scene = Scene { known, hand: &Hand::default(), frame: None };
        for (place, (set, gate)) in self.plan.entry.iter().zip(gates).enumerate() {
            let bit = 1_u64 << place.min(63);
            let before = ways.len();
            gate.iter().for_each(Gate::begin);
            // What is not certain already does not become so.
            let may = |row: &Row| {
                gate.iter().for_each(|gate| gate.meet(row));
                let has_day = row.start.0 != NEVER && day_of(row.start.0) == day_of(row.start.1);
                let may_be = |gate| self.may_be(known.patient, gate, row);
                row.certain && has_day && gate.as_ref().is_none_or(may_be)
            };
            scene.each_member_of(set, may, |row| {
                if !row.certain {
                    return true;
                }
                let others = ways.get_mut(..before).unwrap_or_default();
                match others.iter_mut().find(|other| other.row.is_same(row)) {
                    Some(same) => same.ways |= bit,
                    None => ways.push(Way { row: *row, ways: bit, index: None, dropped: None }),
                }
                true
            });
        }
        if self.plan.entry.len() > 1 {
            ways.sort_by(|a, b| a.row.order(&b.row));
        }
    }

    /// Whether a condition may hold of an event of a table, as far as its numbers tell.
    fn may_be(&self, patient: u16, gate: &Gate<'_>, row: &Row) -> bool {
        let of = self.tables.get(usize::from(row.table));
        let number = |column| of.and_then(|of| of.number(column, row.at));
        gate.may_hold((patient, row), &number)
    }

    /// Steps 2 to 6.
    fn date(&self, ways: &mut [(u16, Way)], known: &Known<'_>) {
        let definition = self.definition;
        let choice = definition.entry.says.choose;
        for (place, (_, way)) in ways.iter_mut().enumerate() {
            if choice == Choice::FirstInLife && place > 0 {
                way.dropped = Some(Dropped::NotFirstInLife);
            }
            let index = match &self.plan.index {
                Some(instant) => {
                    let hand = Hand { entry: Some(way.entry()), ..Hand::default() };
                    Scene { known, hand: &hand, frame: None }.moment(instant)
                }
                None => Stretch::new(way.row.start.0, way.row.start.1),
            };
            way.index = index.filter(|index| index.known_day().is_some());
        }
        drop_where(ways, Dropped::IndexUnknown, |way| way.index.is_none());
        if let Some(calendar) = &definition.calendar {
            let (first, last) = calendar.says;
            let days = i64::from(first.days())..=i64::from(last.days());
            drop_where(ways, Dropped::Calendar, |way| {
                !way.index.is_some_and(|index| days.contains(&index.first_day()))
            });
        }
        if let Some(washout) = &definition.washout {
            let starts: Vec<i64> = ways.iter().map(|(_, way)| way.row.start.0).collect();
            drop_where(ways, Dropped::Washout, |way| {
                is_washed_out(way.row.start.0, &starts, washout.says)
            });
        }
        choose(ways, choice);
    }

    /// Step 8: the earliest of all that may end a period.
    fn ending(&self, scene: &Scene<'_>) -> Ending {
        let exits = self.definition.exit.as_ref().map_or(0, |clause| clause.says.len());
        let covered = scene.covered().unwrap_or(self.data).1;
        let mut first = Ending { second: last_second_of(covered), by: EndedBy::Coverage };
        let mut take = |next: Ending| {
            if (next.second, next.by) < (first.second, first.by) {
                first = next;
            }
        };
        for (place, (instant, fine)) in self.plan.endings.iter().enumerate() {
            let Some(at) = scene.moment(instant).filter(|at| at.known_day().is_some()) else {
                continue;
            };
            let last = last_second_of(day_of(at.first_second()));
            let second = if *fine { at.last_second() } else { last };
            let by = match place.checked_sub(exits) {
                None => EndedBy::Exit(place),
                Some(place) => EndedBy::Censor(place),
            };
            take(Ending { second, by });
        }
        if let Some(day) = scene.death().and_then(Stretch::known_day) {
            take(Ending { second: last_second_of(day), by: EndedBy::Death });
        }
        first
    }

    /// Candidates that were held, with their entries as they lie in the tables at hand.
    pub(super) fn refreshed(&self, held: &[Candidate]) -> Vec<Candidate> {
        let mut fresh = Vec::with_capacity(held.len());
        let (mut ways, picked, gates) = (Vec::new(), self.unpicked(), self.gates());
        for of in held.chunk_by(|a, b| a.patient == b.patient) {
            let Some(patient) = of.first().map(|candidate| candidate.patient) else { continue };
            ways.clear();
            self.ways_of(&self.known(patient, &picked), &gates, &mut ways);
            fresh.extend(of.iter().map(|candidate| {
                let same = ways.iter().find(|way| way.row.is_same(&candidate.entry.row));
                Candidate { entry: same.map_or(candidate.entry, Way::entry), ..*candidate }
            }));
        }
        fresh
    }

    /// What a rule says of candidates, in order.
    pub(super) fn rule(&self, rule: &Ask, candidates: &[Candidate]) -> Bits {
        let (mut bits, picked) = (Bits::default(), self.unpicked());
        for of in candidates.chunk_by(|a, b| a.patient == b.patient) {
            let Some(patient) = of.first().map(|candidate| candidate.patient) else { continue };
            let known = self.known(patient, &picked);
            for candidate in of {
                let hand = Hand {
                    entry: Some(candidate.entry),
                    index: Some(candidate.index),
                    exit: Some(candidate.ending.second),
                };
                bits.push(Scene { known: &known, hand: &hand, frame: None }.ask(rule));
            }
        }
        bits
    }
}

/// What a rule says of candidates, two bits each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    count: usize,
    holds: Vec<u64>,
    unknown: Vec<u64>,
}

impl Bits {
    pub(super) fn push(&mut self, truth: Truth) {
        let (word, bit) = (self.count / 64, 1_u64 << (self.count % 64));
        if bit == 1 {
            self.holds.push(0);
            self.unknown.push(0);
        }
        let to = match truth {
            Truth::True => self.holds.get_mut(word),
            Truth::Unknown => self.unknown.get_mut(word),
            Truth::False => None,
        };
        if let Some(to) = to {
            *to |= bit;
        }
        self.count += 1;
    }

    /// Adds those of the candidates after these.
    pub(super) fn append(&mut self, other: &Self) {
        (0..other.count).for_each(|place| self.push(other.get(place)));
    }

    /// Of 64 candidates, those of which it holds, and of which it is unknown.
    pub(super) fn word(&self, number: usize) -> (u64, u64) {
        let word = |words: &[u64]| words.get(number).copied().unwrap_or(0);
        (word(&self.holds), word(&self.unknown))
    }

    pub(super) fn get(&self, place: usize) -> Truth {
        let bit = |words: &[u64]| words.get(place / 64).is_some_and(|w| w >> (place % 64) & 1 == 1);
        if bit(&self.holds) {
            Truth::True
        } else if bit(&self.unknown) {
            Truth::Unknown
        } else {
            Truth::False
        }
    }

    /// Bytes it holds.
    pub(super) fn weight(&self) -> usize {
        16 * self.holds.len()
    }
}

/// The table and condition of a set that compares numbers of an event with those of others.
fn compared_in(set: &Set) -> Option<(usize, &Ask)> {
    match (&set.from, set.with.as_deref()) {
        (From::Table(table), Some(with)) if compares_members(with) => Some((*table, with)),
        _ => None,
    }
}

fn is_washed_out(start: i64, starts: &[i64], washout: Span) -> bool {
    let since = day_of(shift_second(start, offset_back(washout)));
    // They are in order.
    let first = starts.partition_point(|&other| day_of(other) < since);
    starts.get(first).is_some_and(|&other| day_of(other) < day_of(start))
}

fn choose(ways: &mut [(u16, Way)], choice: Choice) {
    let left = || {
        let left = ways.iter().enumerate().filter(|(_, (_, way))| way.dropped.is_none());
        left.map(|(place, _)| place)
    };
    let chosen = match choice {
        Choice::All | Choice::FirstInLife => return,
        Choice::First => left().next(),
        Choice::Last => left().next_back(),
        Choice::Nth(nth) => {
            crate::format::wide(nth).checked_sub(1).and_then(|place| left().nth(place))
        }
    };
    for (place, (_, way)) in ways.iter_mut().enumerate() {
        if way.dropped.is_none() && Some(place) != chosen {
            way.dropped = Some(Dropped::NotChosen);
        }
    }
}

fn drop_where(ways: &mut [(u16, Way)], dropped: Dropped, test: impl Fn(&Way) -> bool) {
    for (_, way) in ways {
        if way.dropped.is_none() && test(way) {
            way.dropped = Some(dropped);
        }
    }
}
