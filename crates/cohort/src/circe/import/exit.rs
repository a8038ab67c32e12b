//! How long people stay.

use super::Importer;
use super::around::Index;
use super::event::{attribute, last_day};
use super::say::{all, code_of, else_moment, end_of, first, in_set, later, records, start_of};
use crate::ast::{
    Anchor, Bound, CodeField, Episodes, Era, Event, EventSet, Kind, Moment, Name, Relation, Source,
    Span, Supply, TimeUnit, Window,
};
use crate::circe::domain::Ends;
use crate::circe::expression::{Criterion, EndStrategy};

/// An alternative of the entry, as far as the exit needs it.
pub(in crate::circe) struct Way {
    pub(in crate::circe) name: Option<Name>,
    pub(in crate::circe) ends: Ends,
}

impl Importer {
    /// The moments of `exit`; none where it is the end of the observation period. An event that
    /// would end before it starts `may_skip` to another end or another event.
    pub(in crate::circe) fn exit(
        &mut self,
        strategy: Option<&EndStrategy>,
        ways: &[Way],
        may_skip: bool,
    ) -> Vec<Moment> {
        match strategy.cloned() {
            None => Vec::new(),
            Some(EndStrategy::DateOffset { from_end, offset }) => {
                if offset < 0 && (may_skip || !from_end) {
                    let path = "$.EndStrategy.DateOffset.Offset";
                    self.missing(path, "an exit before the index, from which others are chosen");
                }
                if !from_end {
                    return vec![later(Moment::at(Anchor::Index), offset)];
                }
                if ways.iter().any(|way| way.ends == Ends::Recorded) {
                    self.assume("$.EndStrategy.DateOffset.DateField", ENTRIES_END);
                }
                vec![later(entry_end(ways), offset)]
            }
            Some(EndStrategy::CustomEra {
                drug_codeset_id,
                gap_days,
                offset,
                days_supply_override,
            }) => {
                let path = "$.EndStrategy.CustomEra";
                let joined = u32::try_from(gap_days.saturating_add(offset)).ok();
                let supply = days_supply_override.map(|days| u32::try_from(days.saturating_add(1)));
                let (Some(gap), true) = (joined, offset >= 0 && gap_days >= 0) else {
                    self.missing(path, "a gap or an offset below zero");
                    return Vec::new();
                };
                let supply = match supply {
                    None => None,
                    Some(Ok(days)) if days > 0 => Some(days),
                    Some(_) => {
                        self.missing(&format!("{path}.DaysSupplyOverride"), "days below zero");
                        return Vec::new();
                    }
                };
                let id_path = format!("{path}.DrugCodesetId");
                let Some(set) = self.set_by_id(drug_codeset_id, &id_path) else {
                    return Vec::new();
                };
                if supply.is_none() {
                    self.assume(path, DRUGS_END);
                }
                let window = Window {
                    relation: Relation::Overlaps,
                    from: Bound::Closed(later(Moment::at(Anchor::Index), -offset)),
                    to: Bound::Closed(Moment::at(Anchor::Index)),
                };
                let eras = eras(set, gap, supply, window);
                vec![later(end_of(first(eras)), offset)]
            }
        }
    }

    /// The moments of `censor`: the first event of each criterion, from the index on.
    pub(in crate::circe) fn censor(&mut self, criteria: &[Criterion]) -> Vec<Moment> {
        let mut moments = Vec::new();
        for (at, criterion) in criteria.iter().enumerate() {
            let path = format!("$.CensoringCriteria[{at}].{}", criterion.domain.name);
            let (mut set, mut conditions) = self.events(criterion, &path, true);
            if let Some(group) = &criterion.correlated {
                let name = set.name.get_or_insert_with(|| self.names.fresh()).clone();
                let around = Index::named(&name, criterion.domain);
                let path = format!("{path}.CorrelatedCriteria");
                let nested = super::around::unwrapped(self.group(group, &path, &around, true));
                let start = start_of(Event::This);
                conditions.push(super::say::observed(start.clone(), start));
                conditions.push(nested);
            }
            set.with = all(conditions);
            set.window = Some(Window {
                relation: Relation::Starts,
                from: Bound::Closed(Moment::at(Anchor::Index)),
                to: Bound::Ever,
            });
            moments.push(start_of(first(set)));
        }
        moments
    }
}

const ENTRIES_END: &str = "every stay, drug exposure and era has an end, as OMOP demands; Circe leaves \
                           out an entry event without one";
const DRUGS_END: &str = "every drug exposure has an end, as OMOP demands since version 5.3; Circe \
                         takes the days of supply or one day where there is none";

/// Drug exposures joined to eras.
fn eras(set: Name, gap: u32, supply: Option<u32>, window: Window) -> EventSet {
    let by_source = {
        let code = code_of(CodeField::Attribute(attribute("source_concept")));
        let with = Some(Box::new(in_set(code, set.clone())));
        EventSet { with, ..records(Kind::Drug, Vec::new()) }
    };
    let either = vec![records(Kind::Drug, vec![set]), by_source];
    let of =
        Box::new(EventSet { name: None, from: Source::AnyOf(either), with: None, window: None });
    let days = |count| Span { count, unit: TimeUnit::Day };
    let from = match supply {
        None => Source::Episodes(Episodes { of, gap: days(gap) }),
        Some(supply) => Source::Era(Era {
            of,
            gap: days(gap),
            supply: Supply::Fixed(days(supply)),
            carry: false,
        }),
    };
    EventSet { name: None, from, with: None, window: Some(window) }
}

/// The last day of the entry event: that of its way in, where ways differ.
pub(in crate::circe) fn entry_end(ways: &[Way]) -> Moment {
    let mut kinds: Vec<Ends> = ways.iter().map(|way| way.ends).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let kind = kinds.pop().unwrap_or(Ends::Recorded);
    if kinds.is_empty() {
        return last_day(&Event::Entry, kind);
    }
    // Of the ways in that the entry did not take, no day is known.
    let day = |way: &Way| Some(last_day(&Event::Named(way.name.clone()?), way.ends));
    let days = ways.iter().filter_map(day).rev();
    days.reduce(|other, day| else_moment(day, other)).unwrap_or(Moment::at(Anchor::Index))
}
