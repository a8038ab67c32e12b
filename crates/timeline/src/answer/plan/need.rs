//! Who can have a candidate at all, from who has which events.

use cohort::ast::{Count, Share};

use super::{Ask, From, Pick, Plan, Set};
use crate::mask::Mask;

/// What there must be of a patient.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::answer) enum Need {
    Nothing,
    /// An event that a table may look at.
    Table(usize),
    Any(Vec<Need>),
    All(Vec<Need>),
}

impl Need {
    /// What an entry needs; nothing where asking for it would be no shorter than reading.
    pub(in crate::answer) fn of_entry(plan: &Plan) -> Self {
        let need = Self::Any(plan.entry.iter().map(of_set).collect());
        if need.is_shorter() { need } else { Self::Nothing }
    }

    /// Whether anything is asked of a patient beside one table.
    fn is_shorter(&self) -> bool {
        match self {
            Self::Nothing | Self::Table(_) => false,
            Self::Any(parts) => parts.iter().any(Self::is_shorter),
            Self::All(parts) => parts.iter().filter(|part| **part != Self::Nothing).count() > 1,
        }
    }

    /// Of these patients, those who have it.
    pub(in crate::answer) fn met<E>(
        &self,
        among: &Mask,
        presence: &mut dyn FnMut(usize) -> Result<Mask, E>,
    ) -> Result<Mask, E> {
        Ok(match self {
            Self::Nothing => among.clone(),
            Self::Table(table) => {
                let mut met = presence(*table)?;
                met.and(among);
                met
            }
            Self::Any(parts) => {
                let mut met = Mask::none();
                for part in parts {
                    met.or(&part.met(among, presence)?);
                }
                met
            }
            Self::All(parts) => {
                let mut met = among.clone();
                for part in parts {
                    met = part.met(&met, presence)?;
                }
                met
            }
        })
    }
}

/// What a set needs to have a certain member.
fn of_set(set: &Set) -> Need {
    let from = match &set.from {
        From::Table(table) => Need::Table(*table),
        From::Named(of) | From::Take(_, _, of) | From::Episodes(of, _) => of_set(of),
        From::Era(laid, _) => of_set(&laid.of),
        From::Union(sets) => Need::Any(sets.iter().map(of_set).collect()),
        From::Event(pick, _) => match &**pick {
            Pick::Select(_, of) => of_set(of),
            Pick::Frame(_) | Pick::Entry | Pick::Way(_) => Need::Nothing,
        },
    };
    match set.with.as_deref().map_or(Need::Nothing, of_ask) {
        Need::Nothing => from,
        Need::All(mut parts) => {
            parts.insert(0, from);
            Need::All(parts)
        }
        with => Need::All(vec![from, with]),
    }
}

/// What a condition needs to be true.
fn of_ask(ask: &Ask) -> Need {
    match ask {
        Ask::Has { count: Count::AtLeast(1..) | Count::Exactly(1..), of, .. } => of_set(of),
        Ask::Found(Pick::Select(_, of)) => of_set(of),
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
