//! Numbers.

use cohort::ast::{Counted, Operator, Statistic};
use cohort::eval::{Truth, age, between, bmi, statistic, year_of};

use super::{Scene, joined, stretch};
use crate::answer::plan::{Amount, ColumnId, Laid, Pick, Set, Side};
use crate::answer::table::{NEVER, Row};

/// How many are counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// Among certain members.
    pub(super) low: usize,
    /// Among all.
    pub(super) high: usize,
    /// Whether all members are certain.
    pub(super) all_certain: bool,
}

impl Scene<'_> {
    /// A number, where it is known.
    #[expect(clippy::cast_precision_loss, reason = "counts and ages are far below 2^53")]
    pub(super) fn amount(&self, amount: &Amount) -> Option<f64> {
        match amount {
            Amount::Unknown => None,
            Amount::Literal(value) => Some(*value),
            Amount::Field(pick, column) => self.field(pick, *column),
            Amount::Members(pick) => self.of_row(pick, |row| Some(f64::from(row.members))),
            Amount::Count(counted, column, set) => {
                let counts = self.counts(counted, *column, set);
                // A member that is not certain makes it unknown even where it would add nothing.
                let known = counts.low == counts.high && counts.all_certain;
                known.then_some(counts.low as f64)
            }
            Amount::Statistic(which, column, set) => self.statistic(*which, *column, set),
            Amount::Covered(laid, from, to) => self.share_covered(laid, from, to),
            Amount::Age(at, unit) => {
                age(self.known.birth?, self.moment(at)?, *unit).map(|age| age as f64)
            }
            Amount::Year(of) => year_of(self.moment(of)?),
            Amount::Between(from, to, unit) => between(self.moment(from)?, self.moment(to)?, *unit),
            Amount::Bmi(weight, kg, height, m) => {
                let weight = self.field(weight, *kg)?;
                bmi(weight, self.field(height, *m)?)
            }
            Amount::Arithmetic(operator, left, right) => {
                let (left, right) = (self.amount(left)?, self.amount(right)?);
                Some(match operator {
                    Operator::Add => left + right,
                    Operator::Subtract => left - right,
                    Operator::Multiply => left * right,
                    Operator::Divide => left / right,
                })
            }
            Amount::Least(parts) => self.known(parts).reduce(f64::min),
            Amount::Greatest(parts) => self.known(parts).reduce(f64::max),
            Amount::Else(left, right) => self.amount(left).or_else(|| self.amount(right)),
            Amount::Case(branches, otherwise) => {
                let branch = branches.iter().find(|(when, _)| self.ask(when) == Truth::True);
                self.amount(branch.map_or(otherwise, |(_, then)| then))
            }
            Amount::Converted(inner, conversion) => {
                let number = self.amount(inner).filter(|number| number.is_finite())?;
                Some(conversion.apply(number)).filter(|number| number.is_finite())
            }
        }
    }

    fn field(&self, pick: &Pick, column: ColumnId) -> Option<f64> {
        self.of_row(pick, |row| self.number_of(row, column))
    }

    fn known(&self, parts: &[Amount]) -> impl Iterator<Item = f64> {
        parts.iter().filter_map(|part| self.amount(part))
    }

    fn statistic(&self, which: Statistic, column: Option<ColumnId>, set: &Set) -> Option<f64> {
        let value_of = |row: &Row| match column {
            _ if !row.certain => None,
            Some(column) => self.number_of(row, column),
            None => Some(f64::from(row.members)),
        };
        // What needs neither all values nor their times is found as they come.
        let outermost = match which {
            Statistic::Lowest => Some(f64::min as fn(f64, f64) -> f64),
            Statistic::Highest => Some(f64::max as fn(f64, f64) -> f64),
            _ => None,
        };
        if let Some(of) = outermost {
            let mut best: Option<f64> = None;
            self.each_member(set, |row| {
                if let Some(value) = value_of(row) {
                    best = Some(best.map_or(value, |best| of(best, value)));
                }
                true
            });
            return best;
        }
        let mut complete = true;
        let mut values = Vec::new();
        self.each_member(set, |row| {
            let value = value_of(row);
            complete &= value.is_some();
            let start = (row.start.0 != NEVER).then_some(row.start.0);
            values.extend(value.map(|value| (start, value)));
            true
        });
        statistic(which, &values, complete)
    }

    #[expect(clippy::cast_precision_loss, reason = "days are far below 2^53")]
    fn share_covered(&self, laid: &Laid, from: &Side, to: &Side) -> Option<f64> {
        let (first, last) = self.days(from, to)?;
        let days = last.checked_sub(first)?.checked_add(1).filter(|days| *days > 0)?;
        let exposures = self.laid_out(laid);
        let inside = exposures.iter().map(|of| {
            let until = of.last_day.unwrap_or(i64::MAX / 86_400);
            (first.max(of.first_day), last.min(until))
        });
        let covered: i64 = joined(inside.collect()).iter().map(|(from, to)| to - from + 1).sum();
        Some(covered as f64 / days as f64)
    }

    /// What is counted in a set.
    pub(super) fn counts(&self, counted: &Counted, column: Option<ColumnId>, set: &Set) -> Counts {
        let mut counts = Counts { all_certain: true, ..Counts::default() };
        if *counted == Counted::Events {
            self.each_member(set, |row| {
                counts.high += 1;
                counts.low += usize::from(row.certain);
                counts.all_certain &= row.certain;
                true
            });
            return counts;
        }
        let (mut sure, mut all) = (Vec::new(), Vec::new());
        let mut alone = 0;
        self.each_member(set, |row| {
            let certain = is_certain(counted, row);
            counts.all_certain &= certain;
            self.each_key(counted, column, row, |key| match key {
                Some(key) => {
                    all.push(key);
                    if certain {
                        sure.push(key);
                    }
                }
                // What is known by nothing but itself is one of its own.
                None => alone += 1,
            });
            true
        });
        for keys in [&mut sure, &mut all] {
            keys.sort_unstable();
            keys.dedup();
        }
        Counts { low: sure.len(), high: all.len() + alone, ..counts }
    }

    /// As what a member counts; none: as itself, and then it is not certain.
    pub(super) fn each_key(
        &self,
        counted: &Counted,
        column: Option<ColumnId>,
        row: &Row,
        mut with: impl FnMut(Option<i64>),
    ) {
        match counted {
            Counted::Events => with(None),
            Counted::Days => with(known_day(row)),
            Counted::Visits if row.visit > 0 => with(Some(i64::from(row.visit))),
            Counted::Visits => {}
            Counted::Distinct(_) => {
                let table = self.known.tables.get(usize::from(row.table));
                let codes = column.zip(table).map(|(column, table)| table.codes(column, row.at));
                codes.unwrap_or_default().iter().for_each(|code| with(Some(i64::from(*code))));
            }
        }
    }
}

/// The day on which an event starts, where it can be only one.
pub(super) fn known_day(row: &Row) -> Option<i64> {
    stretch(row.start).and_then(cohort::eval::Stretch::known_day)
}

/// Whether a member counts for certain.
pub(super) fn is_certain(counted: &Counted, row: &Row) -> bool {
    row.certain && (*counted != Counted::Days || known_day(row).is_some())
}
