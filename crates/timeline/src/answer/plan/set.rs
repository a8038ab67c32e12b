//! Sets of events.

use cohort::ast::{
    Condition, Event, EventSet, Name, NumberField, Records, Share, Source, Supply, Value,
};

use super::names::{At, Planner};
use super::{Amount, Ask, ColumnSpec, From, Laid, Pick, Set, TableSpec};

impl Planner<'_> {
    /// A set.
    pub(super) fn set(&mut self, at: &At, set: &EventSet) -> Option<Set> {
        self.part(|planner| planner.set_of(at, set))
    }

    fn set_of(&mut self, at: &At, set: &EventSet) -> Option<Set> {
        let window = match &set.window {
            Some(window) => self.window(at, window)?,
            None => None,
        };
        let mut with = match &set.with {
            Some(with) => Some(self.with(at, set.name.as_ref(), with)?),
            None => None,
        };
        let from = match &set.from {
            Source::Records(records) => {
                let filters = with.as_mut().map(filters).unwrap_or_default();
                From::Table(self.table(TableSpec { records: records.clone(), filters })?)
            }
            Source::Named(name) => self.set_named(at, name)?,
            Source::AnyOf(sets) => {
                From::Union(sets.iter().map(|set| self.set(at, set)).collect::<Option<_>>()?)
            }
            Source::Take(take) => {
                let count = usize::try_from(take.count).unwrap_or(usize::MAX);
                From::Take(take.from, count, Box::new(self.set(at, &take.of)?))
            }
            Source::Episodes(episodes) => {
                From::Episodes(Box::new(self.set(at, &episodes.of)?), episodes.gap)
            }
            Source::Era(era) => From::Era(self.laid(at, &era.of, era.supply, era.carry)?, era.gap),
            // Periods of other cohorts and rows of lists lie elsewhere.
            Source::Cohort(_) | Source::List(_) => return None,
        };
        let with = with.and_then(|mut parts| match parts.len() {
            0 => None,
            1 => parts.pop().map(Box::new),
            _ => Some(Box::new(Ask::Of(Share::All, parts))),
        });
        Some(Set { from, window, with })
    }

    /// What `with` asks, as parts that must all hold.
    fn with(&mut self, at: &At, name: Option<&Name>, with: &Condition) -> Option<Vec<Ask>> {
        let mut inside = at.clone();
        inside.frames.push(name.cloned());
        let mut parts = Vec::new();
        flatten(self.condition(&inside, with)?, &mut parts);
        Some(parts)
    }

    fn set_named(&mut self, at: &At, name: &Name) -> Option<From> {
        if let Some(pick) = self.event_named(at, name) {
            return Some(From::Event(Box::new(pick), None));
        }
        match self.named(at, name)? {
            (Value::Events(_, set), at) => {
                let set = self.set(&at, set)?;
                Some(match set {
                    // A set that asks nothing is its source.
                    Set { from, window: None, with: None } => from,
                    set => From::Named(Box::new(set)),
                })
            }
            (Value::Event(_, event), at) => {
                let pick = Box::new(self.pick(&at, event)?);
                // Where it cannot be told which, any of them may be it.
                let any = match event {
                    Event::Select(_, set) => Some(Box::new(self.set(&at, set)?)),
                    _ => None,
                };
                Some(From::Event(pick, any))
            }
            _ => None,
        }
    }

    pub(super) fn laid(
        &mut self,
        at: &At,
        of: &EventSet,
        supply: Supply,
        carry: bool,
    ) -> Option<Laid> {
        let days = self.column(ColumnSpec::Number(NumberField::DaysSupply, None));
        Some(Laid { of: Box::new(self.set(at, of)?), supply, days, carry })
    }
}

/// The parts of an *and*; it is the least of them, so they may be asked in any order.
fn flatten(ask: Ask, parts: &mut Vec<Ask>) {
    match ask {
        Ask::Of(Share::All, inner) => inner.into_iter().for_each(|ask| flatten(ask, parts)),
        ask => parts.push(ask),
    }
}

/// Takes out what asks only columns of the event at hand, and adds what follows for these from the rest:
/// of an event of which that does not hold, the rest does not hold either.
fn filters(parts: &mut Vec<Ask>) -> Vec<Ask> {
    let mut filters: Vec<Ask> = parts.extract_if(.., |part| is_filter(part)).collect();
    filters.extend(parts.iter().filter_map(implied));
    filters
}

/// What asks only columns of the event at hand and is at least as true as an ask.
fn implied(ask: &Ask) -> Option<Ask> {
    match ask {
        ask if is_filter(ask) => Some(ask.clone()),
        Ask::Of(Share::All, parts) => {
            let parts: Vec<Ask> = parts.iter().filter_map(implied).collect();
            (!parts.is_empty()).then_some(Ask::Of(Share::All, parts))
        }
        Ask::Of(Share::Any, parts) => {
            let parts: Option<Vec<Ask>> = parts.iter().map(implied).collect();
            parts.map(|parts| Ask::Of(Share::Any, parts))
        }
        _ => None,
    }
}

fn is_filter(ask: &Ask) -> bool {
    match ask {
        Ask::Truth(_) | Ask::Is(Pick::Frame(0), _) => true,
        Ask::Compare(left, _, right) => is_column(left) && is_column(right),
        Ask::KnownNumber(number) => is_column(number),
        Ask::Known(inner) | Ask::Not(inner) => is_filter(inner),
        Ask::Else(left, right) => is_filter(left) && is_filter(right),
        Ask::Of(_, parts) => parts.iter().all(is_filter),
        _ => false,
    }
}

fn is_column(amount: &Amount) -> bool {
    match amount {
        Amount::Unknown | Amount::Literal(_) | Amount::Field(Pick::Frame(0), _) => true,
        Amount::Arithmetic(_, left, right) | Amount::Else(left, right) => {
            is_column(left) && is_column(right)
        }
        Amount::Converted(inner, _) => is_column(inner),
        _ => false,
    }
}

/// Records without anything asked of them.
pub(in crate::answer) fn plain(kind: cohort::ast::Kind) -> TableSpec {
    use cohort::ast::Certainty;
    let records = Records { kind, certainty: Certainty::Confirmed, rank: None, codes: Vec::new() };
    TableSpec { records, filters: Vec::new() }
}
