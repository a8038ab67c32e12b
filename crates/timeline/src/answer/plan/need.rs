//! Who can have a candidate at all, from who has which events.

use cohort::ast::{Count, Share, Statistic};

use super::{Amount, Ask, From, Pick, Plan, Set};
use crate::answer::uses::Walk;
use crate::mask::Mask;

/// What there must be of a patient.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::answer) enum Need {
    Nothing,
    /// An event that may belong to a table; whether that asks more of it than to be there.
    Table(usize, bool),
    /// An event of a table of which something may hold, as far as numbers tell.
    Holds(usize, Box<Ask>),
    Any(Vec<Need>),
    All(Vec<Need>),
}

impl Need {
    /// What an entry needs; nothing where asking for it would be no shorter than reading.
    pub(in crate::answer) fn of_entry(plan: &Plan) -> Self {
        let of_set = |set| of_set(plan, set);
        let need = Self::Any(plan.entry.iter().map(of_set).collect());
        let mut read = Vec::new();
        let looks_at = Walk::of_entry(plan).tables;
        let is_all = need.is_any_of(&mut read) && looks_at.keys().all(|table| read.contains(table));
        if need.is_shorter() && !is_all { need } else { Self::Nothing }
    }

    /// Whether it is no more than an event of any of some tables, which are told.
    fn is_any_of(&self, tables: &mut Vec<usize>) -> bool {
        match self {
            Self::Table(table, _) => {
                tables.push(*table);
                true
            }
            Self::Any(parts) => parts.iter().all(|part| part.is_any_of(tables)),
            Self::Nothing | Self::Holds(..) | Self::All(_) => false,
        }
    }

    /// The conditions of which it is asked whether they may hold, with their tables.
    pub(in crate::answer) fn conditions(&self) -> Vec<(usize, &Ask)> {
        match self {
            Self::Nothing | Self::Table(..) => Vec::new(),
            Self::Holds(table, ask) => vec![(*table, ask)],
            Self::Any(parts) | Self::All(parts) => {
                parts.iter().flat_map(Self::conditions).collect()
            }
        }
    }

    /// Whether anything is asked of a patient beside one table.
    fn is_shorter(&self) -> bool {
        match self {
            Self::Nothing | Self::Table(_, false) => false,
            Self::Table(_, true) | Self::Holds(..) => true,
            Self::Any(parts) => parts.iter().any(Self::is_shorter),
            Self::All(parts) => {
                parts.iter().filter(|part| **part != Self::Nothing).count() > 1
                    || parts.iter().any(Self::is_shorter)
            }
        }
    }

    /// Of these patients, those who have it.
    pub(in crate::answer) fn met<E>(
        &self,
        among: &Mask,
        have: &mut dyn FnMut(&Self, &Mask) -> Result<Mask, E>,
    ) -> Result<Mask, E> {
        Ok(match self {
            Self::Nothing => among.clone(),
            Self::Table(..) | Self::Holds(..) => have(self, among)?,
            Self::Any(parts) => {
                let mut met = Mask::none();
                for part in parts {
                    met.or(&part.met(among, have)?);
                }
                met
            }
            Self::All(parts) => {
                let mut met = among.clone();
                for part in parts {
                    met = part.met(&met, have)?;
                }
                met
            }
        })
    }
}

/// What a set needs to have a certain member.
fn of_set(plan: &Plan, set: &Set) -> Need {
    let of_set = |set| of_set(plan, set);
    let from = match &set.from {
        From::Table(table) => {
            let is_filtered = plan.tables.get(*table).is_some_and(|spec| !spec.filters.is_empty());
            Need::Table(*table, is_filtered)
        }
        From::Named(of) | From::Take(_, _, of) | From::Episodes(of, _) => of_set(of),
        From::Era(laid, _) => of_set(&laid.of),
        From::Union(sets) => Need::Any(sets.iter().map(of_set).collect()),
        From::Event(pick, _) => match &**pick {
            Pick::Select(_, of) => of_set(of),
            Pick::Held(place) => of_held(plan, *place),
            Pick::Frame(_) | Pick::Entry | Pick::Way(_) => Need::Nothing,
        },
    };
    let Some(with) = set.with.as_deref() else { return from };
    let mut parts = vec![from];
    if let From::Table(table) = set.from
        && compares_members(with)
    {
        parts.push(Need::Holds(table, Box::new(with.clone())));
    }
    match of_ask(plan, with) {
        Need::Nothing => {}
        Need::All(more) => parts.extend(more),
        with => parts.push(with),
    }
    if parts.len() == 1 { parts.pop().unwrap_or(Need::Nothing) } else { Need::All(parts) }
}

fn of_held(plan: &Plan, place: usize) -> Need {
    match plan.picks.get(place) {
        Some(Pick::Select(_, of)) => of_set(plan, of),
        _ => Need::Nothing,
    }
}

/// Whether numbers of an event are compared with those of others.
pub(in crate::answer) fn compares_members(ask: &Ask) -> bool {
    let of_others = |amount: &Amount| -> bool {
        let mut left = vec![amount];
        while let Some(amount) = left.pop() {
            match amount {
                Amount::Statistic(Statistic::Lowest | Statistic::Highest, Some(_), of) => {
                    if matches!(of.from, From::Table(_)) {
                        return true;
                    }
                }
                Amount::Arithmetic(_, a, b) => left.extend([&**a, &**b]),
                Amount::Converted(inner, _) => left.push(inner),
                _ => {}
            }
        }
        false
    };
    match ask {
        Ask::Compare(left, _, right) => of_others(left) || of_others(right),
        Ask::Of(Share::All, parts) => parts.iter().any(compares_members),
        Ask::Of(Share::Any, parts) => parts.iter().all(compares_members),
        _ => false,
    }
}

/// What a condition needs to be true.
fn of_ask(plan: &Plan, ask: &Ask) -> Need {
    let of_ask = |ask| of_ask(plan, ask);
    match ask {
        Ask::Has { count: Count::AtLeast(1..) | Count::Exactly(1..), of, .. } => of_set(plan, of),
        Ask::Found(Pick::Select(_, of)) => of_set(plan, of),
        Ask::Found(Pick::Held(place)) => of_held(plan, *place),
        Ask::Of(Share::All, parts) => {
            Need::All(parts.iter().map(of_ask).filter(|need| *need != Need::Nothing).collect())
        }
        Ask::Of(Share::Any, parts) => {
            let parts: Vec<Need> = parts.iter().map(of_ask).collect();
            if parts.contains(&Need::Nothing) { Need::Nothing } else { Need::Any(parts) }
        }
        _ => Need::Nothing,
    }
}
