//! A definition as a plan: which tables of events are needed, and what is asked of them.
//!
//! Names are followed, units are chosen and codes are looked up once, here; what is left is asked
//! candidate by candidate of columns. What has no form here is *not planned*: the evaluator of
//! `cohort` answers it for the patients concerned, so that there is no third meaning of anything
//! rare.

mod condition;
mod firsts;
mod names;
mod need;
mod number;
mod set;
mod stays;

use std::collections::BTreeSet;

use cohort::ast::{
    CodeField, CohortDefinition, Comparison, Count, Counted, Equation, Kind, NumberField, Offset,
    OneOf, Operator, Records, Relation, Same, Share, Span, Statistic, Supply, TakeFrom, TimeOrder,
    TimeUnit,
};
use cohort::eval::{Stretch, Truth};
use cohort::units::Conversion;

pub(super) use self::need::{Need, compares_members};
pub(super) use self::set::plain;

use self::names::{At as Where, Planner};
use super::table::Limits;

/// The place of a column among the plan's.
pub(super) type ColumnId = usize;

/// What is read of events beside their times.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ColumnSpec {
    /// A number in a unit.
    Number(NumberField, Option<String>),
    /// The value in the normal unit of its quantity, or as recorded where it has none.
    NormalValue,
    /// The rate of filtration, of the value as creatinine.
    Egfr(Equation),
    /// A number as recorded, whatever its unit.
    Recorded(NumberField),
    /// Whether a code is one of these; unknown where there is none.
    Is(CodeField, OneOf),
    /// Whether there is a code.
    HasCode(CodeField),
    /// The codes that the concept sets hold, to tell different ones apart.
    Held(CodeField),
    /// A code, or the order, as a number; 0 is none.
    Ward,
    Department,
    Order,
}

/// A table of events that a plan looks at.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TableSpec {
    pub(super) records: Records,
    /// What `with` asks of an event alone: of columns of the event at hand, and nothing else.
    pub(super) filters: Vec<Ask>,
}

/// A set of events.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Set {
    pub(super) from: From,
    pub(super) window: Option<When>,
    /// What is asked of each; the event at hand is the innermost frame.
    pub(super) with: Option<Box<Ask>>,
}

/// Where the events of a set come from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum From {
    Table(usize),
    Named(Box<Set>),
    /// One event or none; where it is unknown which, these, uncertain.
    Event(Box<Pick>, Option<Box<Set>>),
    Union(Vec<Set>),
    Take(TakeFrom, usize, Box<Set>),
    Episodes(Box<Set>, Span),
    Era(Laid, Span),
}

/// Exposures laid out on days.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Laid {
    pub(super) of: Box<Set>,
    pub(super) supply: Supply,
    /// The recorded days of supply.
    pub(super) days: ColumnId,
    pub(super) carry: bool,
}

/// A window.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct When {
    pub(super) relation: Relation,
    pub(super) fine: bool,
    pub(super) from: Side,
    pub(super) to: Side,
}

/// A side of a window.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Side {
    Ever,
    Closed(Instant),
    Open(Instant),
}

/// A moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Instant {
    pub(super) at: At,
    pub(super) offset: Option<Offset>,
}

/// Where a moment hangs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum At {
    Index,
    Exit,
    Birth,
    Death,
    CoverageStart,
    CoverageEnd,
    CoverageStartOf(Box<Pick>),
    CoverageEndOf(Box<Pick>),
    Fixed(Stretch),
    Start(Box<Pick>),
    End(Box<Pick>),
    Moment(Box<Instant>),
    Earliest(Vec<Instant>),
    Latest(Vec<Instant>),
    Else(Box<Instant>, Box<Instant>),
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pick {
    /// That of an enclosing set, so many levels out.
    Frame(usize),
    Entry,
    /// The entry, where it came by any of these alternatives; they are bits.
    Way(u64),
    Select(How, Box<Set>),
    /// One of the plan's: the same for every candidate of a patient, and picked once.
    Held(usize),
}

/// Which.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum How {
    First,
    Last,
    Nth(u32),
    FirstInLife,
    Highest(ColumnId),
    Lowest(ColumnId),
    Nearest(Box<Instant>, bool),
}

/// A number in the unit that is asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Amount {
    Unknown,
    Literal(f64),
    Field(Pick, ColumnId),
    Members(Pick),
    Count(Counted, Option<ColumnId>, Set),
    Statistic(Statistic, Option<ColumnId>, Set),
    Covered(Laid, Side, Side),
    Age(Instant, TimeUnit),
    Year(Instant),
    Between(Instant, Instant, TimeUnit),
    Bmi(Pick, ColumnId, Pick, ColumnId),
    Arithmetic(Operator, Box<Amount>, Box<Amount>),
    Least(Vec<Amount>),
    Greatest(Vec<Amount>),
    Else(Box<Amount>, Box<Amount>),
    Case(Vec<(Ask, Amount)>, Box<Amount>),
    Converted(Box<Amount>, Conversion),
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ask {
    Truth(Truth),
    Found(Pick),
    Has {
        count: Count,
        counted: Counted,
        column: Option<ColumnId>,
        of: Set,
        spanning: Option<Span>,
    },
    Compare(Amount, Comparison, Amount),
    Order(Instant, TimeOrder, Instant, bool),
    /// What holds for unknown sex, male, female, other.
    Sex([Truth; 4]),
    /// A column of truths.
    Is(Pick, ColumnId),
    /// In which of the bands between cuts a number lies: what holds for each, below all cuts first.
    Band(Amount, Vec<f64>, Vec<Truth>),
    /// The first of these of which the first is true.
    Case(Vec<(Ask, Ask)>, Box<Ask>),
    Same(Same, Pick, Pick, Option<ColumnId>),
    Observed(Vec<Kind>, Side, Side),
    Known(Box<Ask>),
    KnownNumber(Amount),
    KnownMoment(Instant),
    Else(Box<Ask>, Box<Ask>),
    Of(Share, Vec<Ask>),
    Not(Box<Ask>),
}

/// A definition as far as it has a form here.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) tables: Vec<TableSpec>,
    pub(super) columns: Vec<ColumnSpec>,
    /// Of each number with which tables compare rates of filtration.
    pub(super) limits: Vec<Limits>,
    /// Events that are the same for every candidate of a patient.
    pub(super) picks: Vec<Pick>,
    /// The alternatives of the entry.
    pub(super) entry: Vec<Set>,
    pub(super) index: Option<Instant>,
    /// The tables of the entry of which only the first certain event of each patient on a known day can
    /// become a candidate: nothing else looks at them.
    pub(super) firsts: BTreeSet<usize>,
    /// The rules; none is asked of the evaluator.
    pub(super) rules: Vec<Option<Ask>>,
    /// The moments of `exit` and `censor`, in order, and whether each counts in seconds.
    pub(super) endings: Vec<(Instant, bool)>,
}

/// Plans a definition; none where its entry, index or exit has no form here.
pub(super) fn plan(definition: &CohortDefinition, held: &BTreeSet<&str>) -> Option<Plan> {
    let mut planner = Planner::new(definition, held);
    let alternatives = &definition.entry.says.alternatives;
    // The alternatives of a candidate are bits of a word.
    if alternatives.len() > 63 {
        return None;
    }
    let nowhere = planner.before_entry();
    let entry = alternatives.iter().map(|way| planner.set(&nowhere, &way.of));
    let entry = entry.collect::<Option<Vec<_>>>()?;
    let at_entry = Where { has_way: true, ..nowhere };
    let index = match &definition.index {
        Some(clause) => Some(planner.instant(&at_entry, &clause.says)?),
        None => None,
    };
    let at_index = Where { has_index: true, ..at_entry };
    let clauses = definition.exit.iter().chain(&definition.censor).flat_map(|clause| &clause.says);
    let endings = clauses.map(|moment| {
        planner.instant(&at_index, moment).map(|instant| (instant, moment.is_fine()))
    });
    let endings = endings.collect::<Option<Vec<_>>>()?;
    let at_rules = Where { has_exit: true, ..at_index };
    let rules = cohort::eval::rules(definition)
        .map(|rule| planner.condition(&at_rules, &rule.when))
        .collect();
    let (tables, columns, picks) = planner.made();
    let limits = Limits::all(&tables, &columns);
    let firsts = BTreeSet::new();
    let mut plan = Plan { tables, columns, limits, picks, entry, index, firsts, rules, endings };
    plan.read_firsts(definition);
    Some(plan)
}
