//! When the first and the last event of each kind was, of whomever a permit lets through.
//!
//! Of everybody they would be two numbers; but whose they are may be excluded. So the outermost
//! people of each kind are kept: one of them is nearly always there.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

/// So many people are kept at each end.
const KEPT: usize = 64;

/// The outermost days of each kind, with the people whose they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ends {
    /// By the word of the kind: the first days, and the last ones with their sign turned.
    of: BTreeMap<String, [End; 2]>,
}

/// People by how far out their day is: the smallest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    kept: Vec<(i64, i64)>,
    /// Nobody else is further out than this; none where there is nobody else.
    rest: Option<i64>,
}

/// Days of some people, each person whole.
#[derive(Debug, Default)]
pub(super) struct Days<'a> {
    of: HashMap<(&'a str, i64), (i64, i64)>,
}

/// Somebody who is kept may not be seen, and with them all who are: only the tables tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Untold;

impl<'a> Days<'a> {
    /// Takes the first and the last day of some events.
    pub(super) fn take(&mut self, kind: &'a str, person: i64, (first, last): (i64, i64)) {
        let days = self.of.entry((kind, person)).or_insert((first, last));
        *days = (days.0.min(first), days.1.max(last));
    }
}

impl Ends {
    /// Takes people that were not there before.
    pub(super) fn take(&mut self, days: Days<'_>) {
        for ((kind, person), (first, last)) in days.of {
            if !self.of.contains_key(kind) {
                self.of.insert(kind.to_owned(), Default::default());
            }
            let Some([firsts, lasts]) = self.of.get_mut(kind) else { continue };
            firsts.kept.push((first, person));
            lasts.kept.push((-last, person));
        }
        self.of.values_mut().flatten().for_each(End::prune);
    }

    /// The first and the last day of each kind among several parts, of those for whom `counts` says
    /// yes, with the place of their part.
    pub(super) fn days(
        parts: &[&Self],
        counts: &dyn Fn(usize, i64) -> bool,
    ) -> Result<BTreeMap<String, (i64, i64)>, Untold> {
        let mut all = BTreeMap::new();
        let kinds = parts.iter().flat_map(|part| part.of.keys());
        for kind in kinds.collect::<std::collections::BTreeSet<_>>() {
            let end = |of: usize| {
                let ends = parts.iter().map(|part| part.of.get(kind).and_then(|ends| ends.get(of)));
                outermost(ends, counts)
            };
            if let Some((first, last)) = end(0)?.zip(end(1)?) {
                all.insert(kind.clone(), (first, -last));
            }
        }
        Ok(all)
    }

    /// One of several parts, of which only those count for whom `counts` says yes.
    pub(super) fn merged(parts: &[&Self], counts: &dyn Fn(usize, i64) -> bool) -> Self {
        let mut merged = Self::default();
        for (place, part) in parts.iter().enumerate() {
            for (kind, ends) in &part.of {
                let to = merged.of.entry(kind.clone()).or_default();
                for (to, end) in to.iter_mut().zip(ends) {
                    to.kept.extend(end.kept.iter().filter(|(_, person)| counts(place, *person)));
                    to.rest = to.rest.into_iter().chain(end.rest).min();
                }
            }
        }
        for end in merged.of.values_mut().flatten() {
            if let Some(rest) = end.rest {
                end.kept.retain(|(day, _)| *day <= rest);
            }
            end.prune();
        }
        merged
    }
}

impl End {
    fn prune(&mut self) {
        self.kept.sort_unstable();
        if let Some((last, _)) = self.kept.get(KEPT - 1).copied().filter(|_| self.kept.len() > KEPT)
        {
            self.kept.truncate(KEPT);
            self.rest = Some(self.rest.map_or(last, |rest| rest.min(last)));
        }
    }
}

/// The smallest of those that count; none where nobody does.
fn outermost<'a>(
    ends: impl Iterator<Item = Option<&'a End>> + Clone,
    counts: &dyn Fn(usize, i64) -> bool,
) -> Result<Option<i64>, Untold> {
    // Of each part the first who counts: the outermost stand first.
    let found = ends.clone().enumerate().filter_map(|(place, end)| {
        let (day, _) = end?.kept.iter().find(|(_, person)| counts(place, *person))?;
        Some(*day)
    });
    let found = found.min();
    let rest = ends.flatten().filter_map(|end| end.rest).min();
    match (found, rest) {
        (Some(day), Some(rest)) if day > rest => Err(Untold),
        (None, Some(_)) => Err(Untold),
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Many people, of whom `person` had a visit on each of these days.
    fn ends(people: impl IntoIterator<Item = (i64, [i64; 2])>) -> Ends {
        let mut ends = Ends::default();
        for some in people.into_iter().collect::<Vec<_>>().chunks(50) {
            let mut days = Days::default();
            for (person, of) in some {
                of.iter().for_each(|day| days.take("visit", *person, (*day, *day)));
            }
            ends.take(days);
        }
        ends
    }

    fn of(parts: &[&Ends], counts: &dyn Fn(usize, i64) -> bool) -> Option<(i64, i64)> {
        Ends::days(parts, counts).unwrap().get("visit").copied()
    }

    #[test]
    fn the_outermost_of_those_who_count_is_told() {
        let ends = ends((0..500).map(|person| (person, [person, 1_000 + person])));
        assert_eq!(of(&[&ends], &|_, _| true), Some((0, 1_499)));
        assert_eq!(of(&[&ends], &|_, person| person >= 60), Some((60, 1_499)));
        assert_eq!(of(&[&ends], &|_, person| person < 470), Some((0, 1_469)));
    }

    #[test]
    fn what_only_the_tables_tell_is_not_guessed() {
        let ends = ends((0..500).map(|person| (person, [person, 1_000 + person])));
        assert_eq!(Ends::days(&[&ends], &|_, person| person >= 64), Err(Untold));
        assert_eq!(Ends::days(&[&ends], &|_, person| person < 436), Err(Untold));
        assert_eq!(Ends::days(&[&ends], &|_, _| false), Err(Untold));
    }

    #[test]
    fn of_few_people_all_is_known() {
        let ends = ends((0..10).map(|person| (person, [person, person])));
        assert_eq!(of(&[&ends], &|_, person| person > 3), Some((4, 9)));
        assert_eq!(of(&[&ends], &|_, _| false), None);
        assert_eq!(of(&[], &|_, _| true), None);
    }

    #[test]
    fn a_part_that_came_later_counts_beside_the_one_before() {
        let base = ends((0..500).map(|person| (person, [person, 1_000 + person])));
        // Person 0 changed: the first day is another one now.
        let change = ends([(0, [7, 3_000])]);
        let counts = |place: usize, person: i64| place == 1 || person != 0;
        assert_eq!(of(&[&base, &change], &counts), Some((1, 3_000)));
        let merged = Ends::merged(&[&base, &change], &counts);
        assert_eq!(of(&[&merged], &|_, _| true), Some((1, 3_000)));
        // What was not kept of the base is not known of both together either.
        assert_eq!(Ends::days(&[&merged], &|_, person| person > 63), Err(Untold));
    }
}
