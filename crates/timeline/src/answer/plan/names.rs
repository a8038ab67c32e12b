//! What is at hand where an expression stands, and what its names mean.

use std::collections::BTreeSet;

use cohort::ast::{
    Anchor, Bound, Code, CohortDefinition, Condition, Event, EventSet, Moment, Name, Node, Number,
    Source, Step, Value, Window,
};
use cohort::eval::{Stretch, name_of};

use super::{At as Hangs, ColumnId, ColumnSpec, How, Instant, Pick, Side, TableSpec, When};

/// Parts of a plan, at most; a definition with more is asked of the evaluator.
const PARTS_MAX: usize = 50_000;
/// How deep they are nested.
const DEPTH_MAX: usize = 200;

/// Where an expression stands.
#[derive(Clone, Debug)]
pub(super) struct At {
    pub(super) has_way: bool,
    pub(super) has_index: bool,
    pub(super) has_exit: bool,
    /// The names of the sets around, outermost first.
    pub(super) frames: Vec<Option<Name>>,
    /// How many names of the definition are bound.
    pub(super) bound: usize,
}

/// A plan in the making.
pub(super) struct Planner<'a> {
    pub(super) definition: &'a CohortDefinition,
    /// The concept sets that are held.
    held: &'a BTreeSet<&'a str>,
    lets: Vec<&'a Value>,
    tables: Vec<TableSpec>,
    columns: Vec<ColumnSpec>,
    picks: Vec<Pick>,
    parts: usize,
    depth: usize,
}

impl<'a> Planner<'a> {
    pub(super) fn new(definition: &'a CohortDefinition, held: &'a BTreeSet<&'a str>) -> Self {
        let before = definition.before.iter().map(|clause| &clause.says);
        let steps = definition.steps.iter().filter_map(|clause| match &clause.says {
            Step::Let(value) => Some(value),
            Step::Rule(_) => None,
        });
        Self {
            definition,
            held,
            lets: before.chain(steps).collect(),
            tables: Vec::new(),
            columns: Vec::new(),
            picks: Vec::new(),
            parts: 0,
            depth: 0,
        }
    }

    pub(super) fn before_entry(&self) -> At {
        At {
            has_way: false,
            has_index: false,
            has_exit: false,
            frames: Vec::new(),
            bound: self.lets.len(),
        }
    }

    pub(super) fn made(self) -> (Vec<TableSpec>, Vec<ColumnSpec>, Vec<Pick>) {
        (self.tables, self.columns, self.picks)
    }

    /// A pick, held where it is the same for every candidate of a patient.
    fn hold(&mut self, pick: Pick) -> Pick {
        if !super::stays::the_same(&pick) {
            return pick;
        }
        if let Some(place) = self.picks.iter().position(|held| *held == pick) {
            return Pick::Held(place);
        }
        self.picks.push(pick);
        Pick::Held(self.picks.len() - 1)
    }

    /// Makes a part inside another, unless there are too many.
    pub(super) fn part<T>(&mut self, make: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.parts += 1;
        if self.parts > PARTS_MAX || self.depth > DEPTH_MAX {
            return None;
        }
        self.depth += 1;
        let made = make(self);
        self.depth -= 1;
        made
    }

    pub(super) fn table(&mut self, spec: TableSpec) -> Option<usize> {
        if spec.records.codes.iter().any(|name| !self.held.contains(name.as_str())) {
            return None;
        }
        if let Some(place) = self.tables.iter().position(|table| *table == spec) {
            return Some(place);
        }
        self.tables.push(spec);
        Some(self.tables.len() - 1)
    }

    pub(super) fn column(&mut self, spec: ColumnSpec) -> ColumnId {
        if let Some(place) = self.columns.iter().position(|column| *column == spec) {
            return place;
        }
        self.columns.push(spec);
        self.columns.len() - 1
    }

    pub(super) fn holds(&self, name: &Name) -> bool {
        self.held.contains(name.as_str())
    }

    /// What a name was given to by `let`, and where that stands.
    pub(super) fn named(&self, at: &At, name: &Name) -> Option<(&'a Value, At)> {
        let place = self.lets.iter().take(at.bound).position(|value| name_of(value) == name)?;
        let value = *self.lets.get(place)?;
        Some((value, At { frames: Vec::new(), bound: place, ..at.clone() }))
    }

    /// The event of an enclosing set, or of an alternative of the entry.
    pub(super) fn event_named(&self, at: &At, name: &Name) -> Option<Pick> {
        let inner = at.frames.iter().rev().position(|frame| frame.as_ref() == Some(name));
        if let Some(levels) = inner {
            return Some(Pick::Frame(levels));
        }
        let ways = self.definition.entry.says.alternatives.iter().enumerate();
        let named = ways.filter(|(_, way)| way.of.name.as_ref() == Some(name));
        let ways = named.fold(0, |ways, (place, _)| ways | 1_u64 << place.min(63));
        (at.has_way && ways != 0).then_some(Pick::Way(ways))
    }

    /// One event.
    pub(super) fn pick(&mut self, at: &At, event: &Event) -> Option<Pick> {
        self.part(|planner| match event {
            Event::This => (!at.frames.is_empty()).then_some(Pick::Frame(0)),
            Event::Entry => at.has_way.then_some(Pick::Entry),
            Event::Named(name) => match planner.event_named(at, name) {
                Some(pick) => Some(pick),
                None => match planner.named(at, name)? {
                    (Value::Event(_, event), at) => planner.pick(&at, event),
                    _ => None,
                },
            },
            Event::Select(select, set) => {
                use cohort::ast::Selection;
                let how = match select {
                    Selection::First => How::First,
                    Selection::Last => How::Last,
                    Selection::Nth(nth) => How::Nth(*nth),
                    Selection::FirstInLife => How::FirstInLife,
                    Selection::Highest => How::Highest(planner.column(ColumnSpec::NormalValue)),
                    Selection::Lowest => How::Lowest(planner.column(ColumnSpec::NormalValue)),
                    Selection::Nearest(moment) => {
                        let instant = planner.instant(at, moment)?;
                        How::Nearest(Box::new(instant), moment.is_fine())
                    }
                };
                let set = Box::new(planner.set(at, set)?);
                Some(planner.hold(Pick::Select(how, set)))
            }
        })
    }

    /// A window; nothing inside for `ever`.
    pub(super) fn window(&mut self, at: &At, window: &Window) -> Option<Option<When>> {
        if window.from == Bound::Ever && window.to == Bound::Ever {
            return Some(None);
        }
        Some(Some(When {
            relation: window.relation,
            fine: window.counts_seconds(),
            from: self.side(at, &window.from)?,
            to: self.side(at, &window.to)?,
        }))
    }

    pub(super) fn side(&mut self, at: &At, bound: &Bound) -> Option<Side> {
        Some(match bound {
            Bound::Ever => Side::Ever,
            Bound::Closed(moment) => Side::Closed(self.instant(at, moment)?),
            Bound::Open(moment) => Side::Open(self.instant(at, moment)?),
        })
    }

    pub(super) fn instant(&mut self, at: &At, moment: &Moment) -> Option<Instant> {
        let hangs = self.part(|planner| planner.anchor(at, &moment.anchor))?;
        Some(Instant { at: hangs, offset: moment.offset })
    }

    fn instants(&mut self, at: &At, moments: &[Moment]) -> Option<Vec<Instant>> {
        moments.iter().map(|moment| self.instant(at, moment)).collect()
    }

    fn anchor(&mut self, at: &At, anchor: &Anchor) -> Option<Hangs> {
        let calendar = self.definition.calendar.as_ref().map(|clause| clause.says);
        let day = |date: cohort::ast::LocalDate| Hangs::Fixed(Stretch::day(i64::from(date.days())));
        Some(match anchor {
            Anchor::Birth => Hangs::Birth,
            Anchor::Death => Hangs::Death,
            Anchor::Date(date) => day(*date),
            Anchor::StudyStart => day(calendar?.0),
            Anchor::StudyEnd => day(calendar?.1),
            Anchor::Index if at.has_index => Hangs::Index,
            Anchor::Exit if at.has_exit && self.sees_exit(at) => Hangs::Exit,
            Anchor::CoverageStart if at.has_index => Hangs::CoverageStart,
            Anchor::CoverageEnd if at.has_index => Hangs::CoverageEnd,
            Anchor::CoverageStartOf(event) => {
                Hangs::CoverageStartOf(Box::new(self.pick(at, event)?))
            }
            Anchor::CoverageEndOf(event) => Hangs::CoverageEndOf(Box::new(self.pick(at, event)?)),
            Anchor::Start(event) => Hangs::Start(Box::new(self.pick(at, event)?)),
            Anchor::End(event) => Hangs::End(Box::new(self.pick(at, event)?)),
            Anchor::Named(name) => match self.named(at, name)? {
                (Value::Moment(_, moment), at) => {
                    Hangs::Moment(Box::new(self.instant(&at, moment)?))
                }
                _ => return None,
            },
            Anchor::Earliest(moments) => Hangs::Earliest(self.instants(at, moments)?),
            Anchor::Latest(moments) => Hangs::Latest(self.instants(at, moments)?),
            Anchor::Else(known, other) => {
                let known = Box::new(self.instant(at, known)?);
                Hangs::Else(known, Box::new(self.instant(at, other)?))
            }
            Anchor::Index
            | Anchor::Exit
            | Anchor::CoverageStart
            | Anchor::CoverageEnd
            | Anchor::IntervalStart
            | Anchor::IntervalEnd => return None,
        })
    }

    /// Whether all that the exit refers to is bound where it is asked for.
    fn sees_exit(&self, at: &At) -> bool {
        let definition = self.definition;
        let clauses = definition.exit.iter().chain(&definition.censor);
        let later: Vec<&Name> =
            self.lets.iter().skip(at.bound).map(|value| name_of(value)).collect();
        let mut sees = true;
        for moment in clauses.flat_map(|clause| &clause.says) {
            Node::Moment(moment).walk(&mut |node| {
                sees &= !name_in(node).is_some_and(|name| later.contains(&name));
            });
        }
        sees
    }
}

/// The name that a part of an expression is.
fn name_in(node: Node<'_>) -> Option<&Name> {
    match node {
        Node::Set(EventSet { from: Source::Named(name), .. })
        | Node::Event(Event::Named(name))
        | Node::Number(Number::Named(name))
        | Node::Moment(Moment { anchor: Anchor::Named(name), .. })
        | Node::Code(Code::Named(name))
        | Node::Condition(Condition::Named(name)) => Some(name),
        _ => None,
    }
}
