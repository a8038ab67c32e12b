//! What is the same for every candidate of a patient: what refers to no entry, index or exit, and to
//! no event of a set around it.

use super::{Amount, Ask, At, From, How, Instant, Pick, Set, Side};

/// Whether an event is the same for every candidate of a patient.
pub(super) fn the_same(pick: &Pick) -> bool {
    of_pick(pick, 0)
}

/// `depth` is how many sets of the pick itself are around.
fn of_pick(pick: &Pick, depth: usize) -> bool {
    match pick {
        Pick::Frame(levels) => *levels < depth,
        Pick::Entry | Pick::Way(_) => false,
        Pick::Held(_) => true,
        Pick::Select(how, set) => {
            let how = match how {
                How::Nearest(instant, _) => of_instant(instant, depth),
                _ => true,
            };
            how && of_set(set, depth)
        }
    }
}

fn of_set(set: &Set, depth: usize) -> bool {
    let from = match &set.from {
        From::Table(_) => true,
        From::Named(of) | From::Take(_, _, of) | From::Episodes(of, _) => of_set(of, depth),
        From::Era(laid, _) => of_set(&laid.of, depth),
        From::Union(sets) => sets.iter().all(|set| of_set(set, depth)),
        From::Event(pick, any) => of_pick(pick, depth) && any.iter().all(|any| of_set(any, depth)),
    };
    let window = set.window.iter().flat_map(|window| [&window.from, &window.to]);
    from && window.into_iter().all(|side| of_side(side, depth))
        && set.with.iter().all(|with| of_ask(with, depth + 1))
}

fn of_side(side: &Side, depth: usize) -> bool {
    match side {
        Side::Ever => true,
        Side::Closed(instant) | Side::Open(instant) => of_instant(instant, depth),
    }
}

fn of_instant(instant: &Instant, depth: usize) -> bool {
    match &instant.at {
        At::Birth | At::Death | At::Fixed(_) => true,
        // Coverage is that around the index.
        At::Index | At::Exit | At::CoverageStart | At::CoverageEnd => false,
        At::CoverageStartOf(pick) | At::CoverageEndOf(pick) | At::Start(pick) | At::End(pick) => {
            of_pick(pick, depth)
        }
        At::Moment(inner) => of_instant(inner, depth),
        At::Earliest(of) | At::Latest(of) => of.iter().all(|of| of_instant(of, depth)),
        At::Else(known, other) => of_instant(known, depth) && of_instant(other, depth),
    }
}

fn of_amount(amount: &Amount, depth: usize) -> bool {
    match amount {
        Amount::Unknown | Amount::Literal(_) => true,
        Amount::Field(pick, _) | Amount::Members(pick) => of_pick(pick, depth),
        Amount::Count(_, _, set) | Amount::Statistic(_, _, set) => of_set(set, depth),
        Amount::Age(at, _) | Amount::Year(at) => of_instant(at, depth),
        Amount::Between(from, to, _) => of_instant(from, depth) && of_instant(to, depth),
        Amount::Arithmetic(_, left, right) | Amount::Else(left, right) => {
            of_amount(left, depth) && of_amount(right, depth)
        }
        Amount::Converted(inner, _) => of_amount(inner, depth),
        // Rare enough to be asked every time.
        Amount::Covered(..)
        | Amount::Bmi(..)
        | Amount::Least(_)
        | Amount::Greatest(_)
        | Amount::Case(..) => false,
    }
}

fn of_ask(ask: &Ask, depth: usize) -> bool {
    match ask {
        Ask::Truth(_) | Ask::Sex(_) => true,
        Ask::Found(pick) | Ask::Is(pick, _) => of_pick(pick, depth),
        Ask::Has { of, .. } => of_set(of, depth),
        Ask::Compare(left, _, right) => of_amount(left, depth) && of_amount(right, depth),
        Ask::Order(left, _, right, _) => of_instant(left, depth) && of_instant(right, depth),
        Ask::Same(_, left, right, _) => of_pick(left, depth) && of_pick(right, depth),
        Ask::Known(inner) | Ask::Not(inner) => of_ask(inner, depth),
        Ask::KnownNumber(amount) => of_amount(amount, depth),
        Ask::KnownMoment(instant) => of_instant(instant, depth),
        Ask::Else(left, right) => of_ask(left, depth) && of_ask(right, depth),
        Ask::Of(_, parts) => parts.iter().all(|part| of_ask(part, depth)),
        // Rare enough to be asked every time.
        Ask::Band(..) | Ask::Case(..) | Ask::Observed(..) => false,
    }
}
