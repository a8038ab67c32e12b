//! What was shown before: whether one more count, beside earlier ones, would tell of a small group.
//!
//! 2,317 with a diagnosis, and 2,314 with the diagnosis who are not on that ward: each count may be
//! shown, but not both. Counts of people are sums over groups (those in the first set only, those in
//! both, …); taking counts together, an attacker adds and subtracts them, with any factors. **One
//! more count is shown only if no combination of it with earlier ones is a sum over small groups
//! alone.** This is decided exactly, not by trying combinations: what is told of every small group
//! must follow from what is told of the large ones.

mod span;
#[cfg(test)]
mod spec;

use std::collections::{BTreeMap, HashMap};

use roaring::RoaringBitmap;

use self::span::Span;
use crate::Policy;

/// So many of the newest answers are looked at in all their combinations; older ones in pairs.
pub const COMBINED_MAX: usize = 63;

/// So many answers that add something new are remembered; then no further exact count is shown.
pub const REMEMBERED_MAX: usize = 4_096;

/// The number of an answer in the order of asking: what the audit calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked(pub u64);

/// Whether a count may be shown beside what was shown before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Shows,
    /// It is small by itself, and told as "fewer than" at most; that tells nothing of others.
    Small,
    /// With these earlier answers it would tell of a small group. None of them can be left out: without
    /// any one it might be shown.
    TooClose(Vec<Asked>),
    /// Too much was shown to remember more.
    Full,
}

/// How many people two sets share, and how many each has alone: for who keeps no sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// In both.
    pub both: u64,
    /// In the first only.
    pub first: u64,
    /// In the second only.
    pub second: u64,
}

impl Overlap {
    /// Of two sets of people.
    #[must_use]
    pub fn of(first: &RoaringBitmap, second: &RoaringBitmap) -> Self {
        let both = first.intersection_len(second);
        Self { both, first: first.len() - both, second: second.len() - both }
    }

    /// Whether the counts of both sets tell of no small group.
    ///
    /// ```
    /// use disclosure::{Overlap, Policy};
    /// let policy = Policy::default();
    /// assert!(!Overlap { both: 2_314, first: 3, second: 0 }.is_safe(&policy));
    /// assert!(Overlap { both: 2_314, first: 3, second: 500 }.is_safe(&policy));
    /// ```
    #[must_use]
    pub fn is_safe(self, policy: &Policy) -> bool {
        let groups = BTreeMap::from([(1, self.first), (2, self.second), (3, self.both)]);
        matches!(judge(&groups, 2, policy), Judged::Adds | Judged::Follows)
    }
}

/// What somebody, or a study, has been shown.
///
/// # Cost
/// Memory grows with the people in the newest [`COMBINED_MAX`] sets, and with the sets before those.
/// A question costs a look at each of its people and at each group that was told apart.
///
/// ```
/// use disclosure::{Asked, History, Policy, Verdict};
/// let (mut history, policy) = (History::default(), Policy::default());
/// let ill = (0..2_317).collect();
/// let elsewhere = (3..2_317).collect();
/// assert_eq!(history.show(Asked(1), &ill, &policy), Verdict::Shows);
/// assert_eq!(history.show(Asked(2), &elsewhere, &policy), Verdict::TooClose(vec![Asked(1)]));
/// ```
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The newest answers; the place of each is a bit of a group's name.
    newest: Vec<Asked>,
    /// In which of the newest sets each person is.
    people: HashMap<u32, u64>,
    /// How many people are in exactly these of the newest sets.
    groups: HashMap<u64, u64>,
    /// The answers before those, oldest first.
    older: Vec<(Asked, RoaringBitmap)>,
}

impl History {
    /// Judges a count of people without showing it.
    #[must_use]
    pub fn judge(&self, people: &RoaringBitmap, policy: &Policy) -> Verdict {
        self.look(people, policy).0
    }

    /// Judges a count of people; one that may be shown is remembered as shown.
    pub fn show(&mut self, asked: Asked, people: &RoaringBitmap, policy: &Policy) -> Verdict {
        let (verdict, adds) = self.look(people, policy);
        if adds {
            self.remember(asked, people);
        }
        verdict
    }

    /// How many answers are remembered: those that did not follow from earlier ones.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.older.len() + self.newest.len()
    }

    /// What may be shown, and whether it would add to what is known.
    fn look(&self, people: &RoaringBitmap, policy: &Policy) -> (Verdict, bool) {
        if people.len() < policy.min_cell || people.is_empty() {
            let told = if policy.min_cell == 0 { Verdict::Shows } else { Verdict::Small };
            return (told, false);
        }
        let groups = self.groups_with(people);
        let verdict = match judge(&groups, self.newest.len() + 1, policy) {
            Judged::Follows => return (Verdict::Shows, false),
            Judged::Tells => Verdict::TooClose(self.in_the_way(&groups, policy)),
            Judged::Adds => {
                let close = self
                    .older
                    .iter()
                    .find(|(_, older)| !Overlap::of(people, older).is_safe(policy));
                match close {
                    Some((asked, _)) => Verdict::TooClose(vec![*asked]),
                    None if self.remembered() >= REMEMBERED_MAX => Verdict::Full,
                    None => Verdict::Shows,
                }
            }
        };
        let adds = verdict == Verdict::Shows;
        (verdict, adds)
    }

    /// The groups that the newest sets and one more tell apart. The one more has the highest bit.
    fn groups_with(&self, people: &RoaringBitmap) -> BTreeMap<u64, u64> {
        let mut within: HashMap<u64, u64> = HashMap::new();
        for person in people {
            *within.entry(self.people.get(&person).copied().unwrap_or_default()).or_default() += 1;
        }
        let more = 1_u64 << self.newest.len();
        let mut groups = BTreeMap::new();
        for (group, all) in &self.groups {
            groups.insert(*group, all - within.get(group).copied().unwrap_or_default());
        }
        groups.extend(within.into_iter().map(|(group, people)| (group | more, people)));
        groups
    }

    /// The earlier answers without any of which this one might be shown.
    fn in_the_way(&self, groups: &BTreeMap<u64, u64>, policy: &Policy) -> Vec<Asked> {
        let count = self.newest.len();
        let mut kept = (1_u64 << count) | ((1_u64 << count) - 1);
        for place in 0..count {
            let fewer = kept & !(1 << place);
            if judge(&only(groups, fewer), count + 1, policy) == Judged::Tells {
                kept = fewer;
            }
        }
        let named = self.newest.iter().enumerate().filter(|(place, _)| kept >> place & 1 == 1);
        named.map(|(_, asked)| *asked).collect()
    }

    fn remember(&mut self, asked: Asked, people: &RoaringBitmap) {
        if self.newest.len() == COMBINED_MAX {
            self.age();
        }
        let bit = 1_u64 << self.newest.len();
        for person in people {
            let group = self.people.entry(person).or_default();
            if *group != 0
                && let Some(left) = self.groups.get_mut(group)
            {
                *left -= 1;
            }
            *group |= bit;
            *self.groups.entry(*group).or_default() += 1;
        }
        self.groups.retain(|_, people| *people > 0);
        self.newest.push(asked);
    }

    /// The oldest of the newest answers is from now on looked at in pairs only.
    fn age(&mut self) {
        let oldest = self.newest.remove(0);
        let mut people: Vec<u32> =
            self.people.iter().filter(|(_, group)| *group & 1 == 1).map(|(one, _)| *one).collect();
        people.sort_unstable();
        self.older.push((oldest, people.into_iter().collect()));
        self.people.values_mut().for_each(|group| *group >>= 1);
        self.people.retain(|_, group| *group != 0);
        let mut groups = HashMap::new();
        for group in self.people.values() {
            *groups.entry(*group).or_default() += 1;
        }
        self.groups = groups;
    }
}

/// The same groups, told apart by fewer sets.
fn only(groups: &BTreeMap<u64, u64>, sets: u64) -> BTreeMap<u64, u64> {
    let mut fewer = BTreeMap::new();
    for (group, people) in groups {
        *fewer.entry(group & sets).or_default() += people;
    }
    fewer
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    /// The counts tell nothing of small groups alone, and the last one is new.
    Adds,
    /// The last count follows from the others.
    Follows,
    /// Some combination is a sum over small groups alone.
    Tells,
}

/// Judges the counts of so many sets, given how many people each group has.
///
/// A combination of counts gives each group a weight: the sum of the factors of the sets that it is in.
/// One that weighs no large group but some small one exists exactly if that small group's sets, as
/// a row of ones and zeros, are not a combination of the large groups' rows.
fn judge(groups: &BTreeMap<u64, u64>, sets: usize, policy: &Policy) -> Judged {
    let mut large = Span::new(sets);
    for (group, people) in groups {
        if *people >= policy.min_cell.max(1) && !large.is_whole() {
            large.add(*group);
        }
    }
    if large.is_whole() {
        return Judged::Adds;
    }
    // The earlier sets are no combinations of one another, so what is missing is the last one.
    let follow = groups.iter().all(|(group, people)| *people == 0 || large.has(*group));
    if follow { Judged::Follows } else { Judged::Tells }
}
