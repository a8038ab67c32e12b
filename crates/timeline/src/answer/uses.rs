//! What a part of a plan looks at, so that nothing else is read.

use std::collections::{BTreeMap, BTreeSet};

use cohort::ast::{Count, Counted, Kind, Same};

use super::look::Look;
use super::plan::{
    Amount, Ask, At, ColumnId, From, How, Instant, Laid, Pick, Plan, Set, Side, When,
};

/// Tables, by their place, with the columns that are wanted of each; and the rest.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses {
    pub(super) tables: BTreeMap<usize, BTreeSet<ColumnId>>,
    /// Which events of them are looked at.
    looks: BTreeMap<usize, Look>,
    /// The kinds whose coverage is asked.
    pub(super) coverage: BTreeSet<Kind>,
    pub(super) deaths: bool,
    /// Whether more is asked of the entry than when it was.
    pub(super) entry: bool,
    /// Whether it is asked to which visits events belong.
    pub(super) visits: bool,
}

impl Uses {
    /// Adds those of another.
    pub(super) fn add(&mut self, other: &Self) {
        for (table, columns) in &other.tables {
            self.tables.entry(*table).or_default().extend(columns);
        }
        for (table, look) in &other.looks {
            self.look(*table, *look);
        }
        self.coverage.extend(other.coverage.iter().cloned());
        self.deaths |= other.deaths;
        self.entry |= other.entry;
        self.visits |= other.visits;
    }

    fn look(&mut self, table: usize, look: Look) {
        self.looks.entry(table).and_modify(|of| *of = of.and(look)).or_insert(look);
    }

    /// Which events of a table are looked at.
    pub(super) fn look_at(&self, table: usize) -> Look {
        self.looks.get(&table).copied().unwrap_or(Look::All)
    }
}

/// Walks a plan.
pub(super) struct Walk<'p> {
    plan: &'p Plan,
    uses: Uses,
    /// The tables of the events of the sets around.
    frames: Vec<Vec<usize>>,
}

impl<'p> Walk<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        Self { plan, uses: Uses::default(), frames: Vec::new() }
    }

    /// What the ways in look at.
    pub(super) fn of_entry(plan: &'p Plan) -> Uses {
        let mut walk = Self::new(plan);
        plan.entry.iter().for_each(|set| walk.set(set));
        walk.uses
    }

    /// What index and endings look at.
    pub(super) fn of_dates(plan: &'p Plan) -> Uses {
        let mut walk = Self::new(plan);
        // Every ending asks for the death and the end of coverage.
        walk.uses.coverage.insert(Kind::Visit);
        walk.uses.deaths = true;
        plan.index.iter().for_each(|instant| walk.instant(instant));
        plan.endings.iter().for_each(|(instant, _)| walk.instant(instant));
        walk.uses
    }

    /// What a rule looks at.
    pub(super) fn of_rule(plan: &'p Plan, rule: &Ask) -> Uses {
        let mut walk = Self::new(plan);
        walk.ask(rule);
        walk.uses
    }

    /// What all ways into a set look at.
    pub(super) fn of_set(plan: &'p Plan, set: &Set) -> Uses {
        let mut walk = Self::new(plan);
        walk.set(set);
        walk.uses
    }

    fn set(&mut self, set: &Set) {
        self.members_of(set, set.window.as_ref(), Look::All);
    }

    /// A set of which only the first certain member is wanted, or whether there is any.
    fn first_of(&mut self, set: &Set, window: Option<&When>) {
        self.members_of(set, window, Look::First);
    }

    /// A set through a window, of whose members so much is looked at.
    fn members_of(&mut self, set: &Set, window: Option<&When>, look: Look) {
        // Which members a window or a condition leaves is not known when they are read.
        let look = match (window.map(Look::of_window), &set.with, look) {
            (Some(of_window @ Look::Around(..)), _, _) => of_window,
            (Some(_), _, Look::First) | (_, Some(_), Look::First) => Look::All,
            (_, _, look) => look,
        };
        match &set.from {
            From::Table(table) => {
                self.uses.tables.entry(*table).or_default();
                self.uses.look(*table, look);
            }
            From::Named(of) => self.members_of(of, of.window.as_ref(), look),
            From::Union(sets) => {
                sets.iter().for_each(|of| self.members_of(of, of.window.as_ref(), look));
            }
            From::Take(_, _, of) | From::Episodes(of, _) => self.set(of),
            From::Event(pick, any) => {
                self.pick(pick);
                // Any of them may be it only where none is certain.
                any.iter().for_each(|of| self.first_of(of, of.window.as_ref()));
            }
            From::Era(laid, _) => self.laid(laid),
        }
        if let Some(When { from, to, .. }) = &set.window {
            self.side(from);
            self.side(to);
        }
        if let Some(with) = &set.with {
            let tables = self.tables_of(set);
            self.frames.push(tables);
            self.ask(with);
            self.frames.pop();
        }
    }

    fn laid(&mut self, laid: &Laid) {
        self.set(&laid.of);
        let tables = self.tables_of(&laid.of);
        self.column(&tables, laid.days);
    }

    /// The tables that the events of a set come from.
    fn tables_of(&mut self, set: &Set) -> Vec<usize> {
        match &set.from {
            From::Table(table) => vec![*table],
            From::Named(of) | From::Take(_, _, of) | From::Episodes(of, _) => self.tables_of(of),
            From::Era(laid, _) => self.tables_of(&laid.of),
            From::Union(sets) => sets.iter().flat_map(|set| self.tables_of(set)).collect(),
            From::Event(pick, any) => {
                let mut tables = self.tables_of_pick(pick);
                tables.extend(any.iter().flat_map(|of| self.tables_of(of)));
                tables
            }
        }
    }

    fn tables_of_pick(&mut self, pick: &Pick) -> Vec<usize> {
        match pick {
            Pick::Frame(levels) => {
                let place = self.frames.len().checked_sub(levels + 1);
                place.and_then(|place| self.frames.get(place)).cloned().unwrap_or_default()
            }
            Pick::Entry | Pick::Way(_) => {
                self.uses.entry = true;
                let plan = self.plan;
                plan.entry.iter().flat_map(|set| self.tables_of(set)).collect()
            }
            Pick::Select(_, set) => self.tables_of(set),
            Pick::Held(place) => {
                let plan = self.plan;
                plan.picks.get(*place).map(|pick| self.tables_of_pick(pick)).unwrap_or_default()
            }
        }
    }

    fn column(&mut self, tables: &[usize], column: ColumnId) {
        for table in tables {
            self.uses.tables.entry(*table).or_default().insert(column);
        }
    }

    /// A column of an event.
    fn read(&mut self, pick: &Pick, column: ColumnId) {
        self.pick(pick);
        let tables = self.tables_of_pick(pick);
        self.column(&tables, column);
    }

    fn pick(&mut self, pick: &Pick) {
        let plan = self.plan;
        let pick = match pick {
            Pick::Held(place) => plan.picks.get(*place).unwrap_or(pick),
            pick => pick,
        };
        let Pick::Select(how, set) = pick else {
            return;
        };
        match how {
            How::First => self.first_of(set, set.window.as_ref()),
            // Its window is held against the first of all.
            How::FirstInLife => self.first_of(set, None),
            _ => self.set(set),
        }
        match how {
            How::Highest(column) | How::Lowest(column) => {
                let tables = self.tables_of(set);
                self.column(&tables, *column);
            }
            How::Nearest(instant, _) => self.instant(instant),
            How::First | How::Last | How::Nth(_) | How::FirstInLife => {}
        }
    }

    fn side(&mut self, side: &Side) {
        match side {
            Side::Ever => {}
            Side::Closed(instant) | Side::Open(instant) => self.instant(instant),
        }
    }

    fn instant(&mut self, instant: &Instant) {
        match &instant.at {
            At::Death => self.uses.deaths = true,
            At::CoverageStart | At::CoverageEnd => {
                self.uses.coverage.insert(Kind::Visit);
            }
            At::CoverageStartOf(pick) | At::CoverageEndOf(pick) => {
                self.uses.coverage.insert(Kind::Visit);
                self.pick(pick);
            }
            At::Start(pick) | At::End(pick) => self.pick(pick),
            At::Moment(inner) => self.instant(inner),
            At::Earliest(moments) | At::Latest(moments) => {
                moments.iter().for_each(|moment| self.instant(moment));
            }
            At::Else(known, other) => {
                self.instant(known);
                self.instant(other);
            }
            At::Index | At::Exit | At::Birth | At::Fixed(_) => {}
        }
    }

    fn counted(&mut self, column: Option<ColumnId>, set: &Set) {
        self.set(set);
        if let Some(column) = column {
            let tables = self.tables_of(set);
            self.column(&tables, column);
        }
    }

    fn amount(&mut self, amount: &Amount) {
        match amount {
            Amount::Unknown | Amount::Literal(_) => {}
            Amount::Field(pick, column) => self.read(pick, *column),
            Amount::Members(pick) => self.members(pick),
            Amount::Bmi(weight, kg, height, m) => {
                self.read(weight, *kg);
                self.read(height, *m);
            }
            Amount::Age(at, _) | Amount::Year(at) => self.instant(at),
            Amount::Between(from, to, _) => {
                self.instant(from);
                self.instant(to);
            }
            Amount::Count(counted, column, set) => {
                self.uses.visits |= *counted == Counted::Visits;
                self.counted(*column, set);
            }
            Amount::Statistic(_, column, set) => self.counted(*column, set),
            Amount::Covered(laid, from, to) => {
                self.laid(laid);
                self.side(from);
                self.side(to);
            }
            Amount::Arithmetic(_, left, right) | Amount::Else(left, right) => {
                self.amount(left);
                self.amount(right);
            }
            Amount::Least(parts) | Amount::Greatest(parts) => {
                parts.iter().for_each(|part| self.amount(part));
            }
            Amount::Case(branches, otherwise) => {
                for (when, then) in branches {
                    self.ask(when);
                    self.amount(then);
                }
                self.amount(otherwise);
            }
            Amount::Converted(inner, _) => self.amount(inner),
        }
    }

    /// More than the times of an event.
    fn members(&mut self, pick: &Pick) {
        self.pick(pick);
        self.tables_of_pick(pick);
    }

    fn ask(&mut self, ask: &Ask) {
        match ask {
            Ask::Truth(_) | Ask::Sex(_) => {}
            Ask::Found(pick) => self.pick(pick),
            Ask::Has {
                count: Count::AtLeast(1) | Count::AtMost(0) | Count::Exactly(0),
                counted: Counted::Events,
                column: None,
                of,
                spanning: None,
            } => self.first_of(of, of.window.as_ref()),
            Ask::Has { counted, column, of, .. } => {
                self.uses.visits |= *counted == Counted::Visits;
                self.counted(*column, of);
            }
            Ask::Compare(left, _, right) => {
                self.amount(left);
                self.amount(right);
            }
            Ask::Order(left, _, right, _) => {
                self.instant(left);
                self.instant(right);
            }
            Ask::Is(pick, column) => self.read(pick, *column),
            Ask::Same(what, left, right, column) => {
                self.uses.visits |= *what == Same::Visit;
                for pick in [left, right] {
                    match column {
                        Some(column) => self.read(pick, *column),
                        None => self.members(pick),
                    }
                }
            }
            Ask::Observed(kinds, from, to) => {
                self.uses.coverage.extend(kinds.iter().cloned());
                self.side(from);
                self.side(to);
            }
            Ask::Band(amount, ..) | Ask::KnownNumber(amount) => self.amount(amount),
            Ask::KnownMoment(instant) => self.instant(instant),
            Ask::Known(inner) | Ask::Not(inner) => self.ask(inner),
            Ask::Else(left, right) => {
                self.ask(left);
                self.ask(right);
            }
            Ask::Case(branches, otherwise) => {
                for (when, then) in branches {
                    self.ask(when);
                    self.ask(then);
                }
                self.ask(otherwise);
            }
            Ask::Of(_, parts) => parts.iter().for_each(|part| self.ask(part)),
        }
    }
}

/// The columns that a filter asks of.
pub(super) fn columns_of_filter(ask: &Ask, out: &mut Vec<ColumnId>) {
    match ask {
        Ask::Is(_, column) => out.push(*column),
        Ask::Compare(left, _, right) => {
            columns_of_amount(left, out);
            columns_of_amount(right, out);
        }
        Ask::KnownNumber(amount) => columns_of_amount(amount, out),
        Ask::Known(inner) | Ask::Not(inner) => columns_of_filter(inner, out),
        Ask::Else(left, right) => {
            columns_of_filter(left, out);
            columns_of_filter(right, out);
        }
        Ask::Of(_, parts) => parts.iter().for_each(|part| columns_of_filter(part, out)),
        _ => {}
    }
}

pub(super) fn columns_of_amount(amount: &Amount, out: &mut Vec<ColumnId>) {
    match amount {
        Amount::Field(_, column) => out.push(*column),
        Amount::Arithmetic(_, left, right) | Amount::Else(left, right) => {
            columns_of_amount(left, out);
            columns_of_amount(right, out);
        }
        Amount::Converted(inner, _) => columns_of_amount(inner, out),
        _ => {}
    }
}
