//! Tables of the entry of which the first events suffice.

use cohort::ast::{Choice, CohortDefinition, Kind};
use cohort::eval::is_of_kind;

use super::{From, Plan, Set};
use crate::answer::uses::{Uses, Walk};

impl Plan {
    /// Where the entry chooses the first event of all, gives ways in that are all events of a table a
    /// table of their own, of which only the first events are read, unless it is theirs already.
    pub(super) fn read_firsts(&mut self, definition: &CohortDefinition) {
        let chooses_first = match definition.entry.says.choose {
            Choice::FirstInLife => true,
            Choice::First => {
                self.index.is_none()
                    && definition.washout.is_none()
                    && definition.calendar.is_none()
            }
            Choice::All | Choice::Last | Choice::Nth(_) => false,
        };
        if !chooses_first {
            return;
        }
        let mut later = Walk::of_dates(self);
        for rule in &self.rules {
            // What has no plan is asked of whole patients.
            rule.iter().for_each(|rule| later.add(&Walk::of_rule(self, rule)));
        }
        let of_ways: Vec<Uses> = self.entry.iter().map(|set| Walk::of_set(self, set)).collect();
        let mut own = Vec::new();
        for (way, set) in self.entry.iter().enumerate() {
            let &Set { from: From::Table(table), window: None, with: None } = set else { continue };
            let others = || of_ways.iter().enumerate().filter(|(other, _)| *other != way);
            // An event that came by two ways is one candidate: those that are not read are counted.
            if others().all(|(_, of)| of.tables.keys().all(|&other| !self.may_share(table, other)))
            {
                own.push((way, table, later.tables.contains_key(&table)));
            }
        }
        for (way, table, is_shared) in own {
            let mut of = table;
            if let Some(spec) = self.tables.get(table).filter(|_| is_shared).cloned()
                && let Some(set) = self.entry.get_mut(way)
            {
                of = self.tables.len();
                self.tables.push(spec);
                set.from = From::Table(of);
            }
            self.firsts.insert(of);
        }
    }

    /// Whether two tables may have an event in common.
    fn may_share(&self, table: usize, other: usize) -> bool {
        let kind = |table: usize| self.tables.get(table).map(|spec| &spec.records.kind);
        let share = |(one, other): (&Kind, &Kind)| is_of_kind(one, other) || is_of_kind(other, one);
        kind(table).zip(kind(other)).is_none_or(share)
    }
}
