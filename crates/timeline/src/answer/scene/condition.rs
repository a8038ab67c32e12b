//! Conditions.

use cohort::ast::{Count, Counted, Kind, Same, Share, Span, TimeOrder};
use cohort::eval::{
    Stretch, Truth, compare, day_after, day_of, holds, offset, share_count, shift_second,
};

use super::number::is_certain;
use super::{Picked, Range, Scene, pair};
use crate::answer::plan::{Ask, ColumnId, Instant, Pick, Set, Side};
use crate::answer::table::NEVER;
use crate::event::Sex;

impl Scene<'_> {
    /// Whether a condition holds.
    pub(in crate::answer) fn ask(&self, ask: &Ask) -> Truth {
        match ask {
            Ask::Truth(truth) => *truth,
            Ask::Found(pick) => match self.pick(pick) {
                Picked::Found(_) => Truth::True,
                Picked::Absent => Truth::False,
                Picked::Unknown => Truth::Unknown,
            },
            Ask::Has { count, counted, column, of, spanning } => {
                self.has(*count, (counted, *column), of, *spanning)
            }
            Ask::Compare(left, is, right) => compare(self.amount(left), *is, self.amount(right)),
            Ask::Order(left, is, right, fine) => self.order(left, *is, right, *fine),
            Ask::Sex(says) => {
                let [unknown, male, female, other] = says;
                *match self.known.sex {
                    Sex::Unknown => unknown,
                    Sex::Male => male,
                    Sex::Female => female,
                    Sex::Other => other,
                }
            }
            Ask::Is(pick, column) => {
                let says = self.of_row(pick, |row| {
                    let table = self.known.tables.get(usize::from(row.table));
                    table.map(|table| table.truth(*column, row.at))
                });
                says.unwrap_or(Truth::Unknown)
            }
            Ask::Band(amount, cuts, says) => {
                let Some(number) = self.amount(amount) else { return Truth::Unknown };
                let place = cuts.iter().take_while(|cut| **cut <= number).count();
                says.get(place).copied().unwrap_or(Truth::Unknown)
            }
            Ask::Case(branches, otherwise) => {
                let branch = branches.iter().find(|(when, _)| self.ask(when) == Truth::True);
                self.ask(branch.map_or(otherwise, |(_, then)| then))
            }
            Ask::Same(what, left, right, column) => self.same((*what, *column), left, right),
            Ask::Observed(kinds, from, to) => self.observed(kinds, from, to),
            Ask::Known(ask) => Truth::from(self.ask(ask).is_known()),
            Ask::KnownNumber(amount) => Truth::from(self.amount(amount).is_some()),
            Ask::KnownMoment(moment) => {
                Truth::from(self.moment(moment).and_then(Stretch::known_day).is_some())
            }
            Ask::Else(left, right) => match self.ask(left) {
                Truth::Unknown => self.ask(right),
                known => known,
            },
            Ask::Of(Share::All, parts) => {
                least(parts.iter().map(|part| self.ask(part)), Truth::False)
            }
            Ask::Of(Share::Any, parts) => {
                least(parts.iter().map(|part| self.ask(part).not()), Truth::False).not()
            }
            Ask::Of(share, parts) => self.share(*share, parts),
            Ask::Not(ask) => self.ask(ask).not(),
        }
    }

    fn share(&self, share: Share, parts: &[Ask]) -> Truth {
        let (mut low, mut high) = (0, 0);
        for part in parts {
            let truth = self.ask(part);
            low += usize::from(truth == Truth::True);
            high += usize::from(truth != Truth::False);
        }
        let all = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        holds(share_count(share, all), low, high)
    }

    fn has(
        &self,
        count: Count,
        (counted, column): (&Counted, Option<ColumnId>),
        of: &Set,
        spanning: Option<Span>,
    ) -> Truth {
        // Nearly always it is only whether there are any, or so many.
        if let (Count::AtLeast(least), Counted::Events, None) = (count, counted, spanning) {
            return self.has_at_least(crate::format::wide(least), of);
        }
        let counts = self.counts(counted, column, of);
        let enough = holds(count, counts.low, counts.high);
        let Some(span) = spanning else { return enough };
        let (mut certain, mut all) = (Ends::default(), Ends::default());
        self.each_member(of, |row| {
            let mut is_counted = false;
            self.each_key(counted, column, row, |_| is_counted = true);
            if is_counted && row.start.0 != NEVER {
                all.add(row.start.0);
                if is_certain(counted, row) {
                    certain.add(row.start.0);
                }
            }
            true
        });
        enough.and(Truth::sure(certain.spans(span), !all.spans(span)))
    }

    fn has_at_least(&self, least: usize, of: &Set) -> Truth {
        let (mut low, mut high) = (0, 0);
        if least == 0 {
            return Truth::True;
        }
        self.each_member(of, |row| {
            high += 1;
            low += usize::from(row.certain);
            low < least
        });
        Truth::sure(low >= least, high < least)
    }

    fn order(&self, left: &Instant, is: TimeOrder, right: &Instant, fine: bool) -> Truth {
        let moments = self.moment(left).zip(self.moment(right));
        let Some((left, right)) = moments else { return Truth::Unknown };
        let (left, right) = (Range::of(pair(left), fine), Range::of(pair(right), fine));
        match is {
            TimeOrder::Before => left.before(right),
            TimeOrder::NotAfter => left.not_after(right),
            TimeOrder::Same => left.same(right),
            TimeOrder::NotBefore => right.not_after(left),
            TimeOrder::After => right.before(left),
        }
    }

    fn same(&self, (what, column): (Same, Option<ColumnId>), left: &Pick, right: &Pick) -> Truth {
        let (Picked::Found(left), Picked::Found(right)) = (self.pick(left), self.pick(right))
        else {
            return Truth::Unknown;
        };
        let number = |row: &crate::answer::table::Row| match column {
            Some(column) => {
                let table = self.known.tables.get(usize::from(row.table));
                table.map_or(0, |table| table.integer(column, row.at))
            }
            None => row.visit,
        };
        if what == Same::Event {
            return Truth::from(left.is_same(&right));
        }
        match (number(&left), number(&right)) {
            (0, _) | (_, 0) => Truth::Unknown,
            (left, right) => Truth::from(left == right),
        }
    }

    fn observed(&self, kinds: &[Kind], from: &Side, to: &Side) -> Truth {
        if matches!(from, Side::Ever) || matches!(to, Side::Ever) {
            return Truth::False;
        }
        let Some((first, last)) = self.days(from, to) else { return Truth::Unknown };
        let mut observed = Truth::True;
        for kind in kinds {
            let holds = |(from, to): &(i64, i64)| *from <= first && last <= *to;
            observed = observed.and(match (self.one_stretch(kind), first > last) {
                (Some(stretch), false) => Truth::from(holds(&stretch)),
                _ => match self.stretches(kind) {
                    None => Truth::Unknown,
                    Some(stretches) => Truth::from(first > last || stretches.iter().any(holds)),
                },
            });
        }
        observed
    }
}

/// The least of truths, as far as it must be known.
fn least(truths: impl Iterator<Item = Truth>, enough: Truth) -> Truth {
    let mut least = Truth::True;
    for truth in truths {
        least = least.and(truth);
        if least == enough {
            break;
        }
    }
    least
}

/// The first and the last of several seconds.
#[derive(Clone, Copy, Default)]
struct Ends(Option<(i64, i64)>);

impl Ends {
    fn add(&mut self, second: i64) {
        let (first, last) = self.0.unwrap_or((second, second));
        self.0 = Some((first.min(second), last.max(second)));
    }

    /// Whether the last is at least so long after the first.
    fn spans(self, span: Span) -> bool {
        let Some((first, last)) = self.0 else { return false };
        if span.unit.is_finer_than_a_day() {
            last >= shift_second(first, offset(span))
        } else {
            day_of(last) >= day_after(day_of(first), span)
        }
    }
}
