//! Who can be meant at all, where numbers of one event are compared with those of others.

use super::plan::{Amount, Ask, ColumnId, From, Pick};
use super::table::{Source, Zone, truths};
use crate::mask::Mask;

/// Between what the numbers of a table's column lie, for every patient of a shard.
#[derive(Default)]
pub(super) struct Zones(Vec<((usize, ColumnId), Vec<Zone>)>);

impl Zones {
    pub(super) fn has(&self, place: (usize, ColumnId)) -> bool {
        self.0.iter().any(|(of, _)| *of == place)
    }

    pub(super) fn put(&mut self, place: (usize, ColumnId), zones: Vec<Zone>) {
        self.0.push((place, zones));
    }

    /// Of a patient; anything where it was not asked for.
    fn get(&self, place: Option<(usize, ColumnId)>, patient: usize) -> Zone {
        let of = place.and_then(|place| self.0.iter().find(|(of, _)| *of == place));
        of.map_or(Zone::ANY, |(_, of)| of.get(patient).copied().unwrap_or(Zone::NONE))
    }
}

/// Whose numbers they are: a set's table, or that of the event at hand.
fn place_of(table: usize, source: Source<'_>) -> Option<(usize, ColumnId)> {
    match source {
        Source::Field(Pick::Frame(0), column) => Some((table, column)),
        Source::Field(..) => None,
        Source::Members(set, column) => match set.from {
            From::Table(of) => Some((of, column)),
            _ => None,
        },
    }
}

/// The columns of which a condition on an event of a table asks.
pub(super) fn zones_asked(table: usize, ask: &Ask) -> Vec<(usize, ColumnId)> {
    fn of_ask(ask: &Ask, found: &mut dyn FnMut(Source<'_>)) {
        match ask {
            Ask::Compare(left, _, right) => {
                of_amount(left, found);
                of_amount(right, found);
            }
            Ask::KnownNumber(number) => of_amount(number, found),
            Ask::Known(inner) | Ask::Not(inner) => of_ask(inner, found),
            Ask::Else(left, right) => {
                of_ask(left, found);
                of_ask(right, found);
            }
            Ask::Of(_, parts) => parts.iter().for_each(|part| of_ask(part, found)),
            _ => {}
        }
    }
    fn of_amount(amount: &Amount, found: &mut dyn FnMut(Source<'_>)) {
        match amount {
            Amount::Field(pick, column) => found(Source::Field(pick, *column)),
            Amount::Statistic(_, Some(column), set) => found(Source::Members(set, *column)),
            Amount::Arithmetic(_, left, right) | Amount::Else(left, right) => {
                of_amount(left, found);
                of_amount(right, found);
            }
            Amount::Converted(inner, _) => of_amount(inner, found),
            _ => {}
        }
    }
    let mut asked = Vec::new();
    of_ask(ask, &mut |source| asked.extend(place_of(table, source)));
    asked.sort_unstable();
    asked.dedup();
    asked
}

/// Of these patients, those who may have an event of a table of which a condition holds.
pub(super) fn may_hold((table, ask): (usize, &Ask), zones: &Zones, among: &Mask) -> Mask {
    let mut may = Mask::none();
    for patient in among.places() {
        let zone = |source: Source<'_>| zones.get(place_of(table, source), patient);
        if truths(ask, &zone).may_hold() {
            may.set(patient);
        }
    }
    may
}

/// Whether a condition may hold of one event at hand, as far as numbers tell.
pub(super) fn may_hold_of(
    (table, ask): (usize, &Ask),
    (zones, patient): (&Zones, u16),
    number: &dyn Fn(ColumnId) -> Option<f64>,
) -> bool {
    let zone = |source: Source<'_>| match source {
        Source::Field(Pick::Frame(0), column) => {
            number(column).map_or(Zone::NONE, |value| Zone::between(value, value, false))
        }
        source => zones.get(place_of(table, source), usize::from(patient)),
    };
    truths(ask, &zone).may_hold()
}
