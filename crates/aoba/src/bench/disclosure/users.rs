//! Simulated users who ask for overlapping sets of people, and an attacker who takes what each was
//! shown apart.
//!
//! A user asks as people do: something known of people, then the same with a rule more, without one, or
//! with another one in its place. The attacker knows every set he was shown to the person (more than anybody
//! does), and eliminates: first pairs of which one lies in the other, then all combinations.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::bail;
use disclosure::{Asked, History, Policy, Verdict};
use roaring::RoaringBitmap;
use synth::dice::Dice;

use super::super::runs::milliseconds;
use crate::cli::BenchDisclosureArgs;

/// Another prime than the one that the history calculates with.
const PRIME: u64 = 2_147_483_647;

/// What was told to all users, and what could be made of it.
#[derive(Default)]
struct Outcome {
    asked: usize,
    shown: usize,
    small: usize,
    refused: usize,
    pairs: usize,
    combinations: usize,
    /// Users to whom something small was told.
    users: usize,
    slowest: Duration,
}

/// Lets users ask, with the history and, to see that there was something to find, without it.
pub(super) fn run(args: &BenchDisclosureArgs) -> anyhow::Result<bool> {
    if args.people < 100 {
        bail!("--people must be at least 100");
    }
    println!(
        "\n{} users ask {} questions each about {} people",
        args.users, args.questions, args.people
    );
    println!(
        "{:<18} {:>8} {:>8} {:>8} {:>8} {:>6} {:>13} {:>6} {:>11}",
        "", "asked", "shown", "small", "refused", "pairs", "combinations", "users", "slowest ms"
    );
    let with = all_users(args, true);
    with.print("with the history");
    all_users(args, false).print("without it");
    Ok(with.users == 0)
}

fn all_users(args: &BenchDisclosureArgs, remembers: bool) -> Outcome {
    let mut outcome = Outcome::default();
    for user in 0..args.users {
        let mut dice = Dice::new(args.seed ^ 0xd15c, user);
        let facts = facts(args.people, &mut dice);
        let (mut history, mut told) = (History::default(), Vec::new());
        let mut last = RoaringBitmap::new();
        for question in 0..args.questions {
            let people = question_after(&last, &facts, &mut dice);
            outcome.asked += 1;
            let began = Instant::now();
            let policy = Policy::default();
            let verdict = if remembers {
                history.show(Asked(question), &people, &policy)
            } else if people.len() < policy.min_cell {
                Verdict::Small
            } else {
                Verdict::Shows
            };
            outcome.slowest = outcome.slowest.max(began.elapsed());
            match verdict {
                Verdict::Shows => {
                    outcome.shown += 1;
                    told.push(people.clone());
                }
                Verdict::Small => outcome.small += 1,
                Verdict::TooClose(_) | Verdict::Full => outcome.refused += 1,
            }
            last = people;
        }
        let (pairs, combinations) = (pairs(&told), combinations(&told));
        outcome.pairs += pairs;
        outcome.combinations += combinations;
        outcome.users += usize::from(pairs + combinations > 0);
    }
    outcome
}

/// What is known of people: common things, rarer ones, and things of a handful.
fn facts(people: u32, dice: &mut Dice) -> Vec<RoaringBitmap> {
    let fact = |in_thousand: u32, dice: &mut Dice| {
        (0..people).filter(|_| dice.below(1_000) < in_thousand).collect()
    };
    [900, 500, 500, 300, 200, 120, 60, 30, 10, 4, 2, 1]
        .into_iter()
        .map(|in_thousand| fact(in_thousand, dice))
        .collect()
}

/// A question as it follows the one before.
fn question_after(last: &RoaringBitmap, facts: &[RoaringBitmap], dice: &mut Dice) -> RoaringBitmap {
    let mut fact = || {
        let place = dice.below(u32::try_from(facts.len()).unwrap_or_default());
        facts.get(place as usize).cloned().unwrap_or_default()
    };
    let (one, other) = (fact(), fact());
    match (dice.below(8), last.is_empty()) {
        (0, _) | (_, true) => one,
        (1, _) => one | other,
        (2, _) => one & other,
        (3 | 4, _) => last - one,
        (5, _) => last | one,
        (6, _) => last & one,
        (_, _) => (last - one) | other,
    }
}

/// Pairs of which one lies in the other, and leaves few.
fn pairs(told: &[RoaringBitmap]) -> usize {
    let tells = |outer: &RoaringBitmap, inner: &RoaringBitmap| {
        let rest = outer.len() - outer.intersection_len(inner);
        inner.is_subset(outer) && (1..10).contains(&rest)
    };
    told.iter().map(|outer| told.iter().filter(|inner| tells(outer, inner)).count()).sum()
}

/// In how many independent ways counts add up to small groups alone.
fn combinations(told: &[RoaringBitmap]) -> usize {
    let mut within: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for (place, set) in told.iter().enumerate() {
        for person in set {
            let row = within.entry(person).or_insert_with(|| vec![0; told.len()]);
            row.iter_mut().skip(place).take(1).for_each(|bit| *bit = 1);
        }
    }
    let mut groups: BTreeMap<Vec<u64>, u64> = BTreeMap::new();
    for row in within.into_values() {
        *groups.entry(row).or_default() += 1;
    }
    let (large, small): (Vec<_>, Vec<_>) =
        groups.into_iter().partition(|(_, people)| *people >= 10);
    // A row for each set: its large groups, then its small ones. What is left of rows once the large
    // groups are eliminated says something of small ones alone.
    let columns = large.len();
    let column = |place: usize| large.iter().chain(&small).map(move |(row, _)| row.get(place));
    let rows = (0..told.len()).map(|place| column(place).flatten().copied().collect());
    let mut rows: Vec<Vec<u64>> = rows.collect();
    for at in 0..columns {
        let Some(pivot) = rows.iter().position(|row| row.get(at).is_some_and(|v| *v != 0)) else {
            continue;
        };
        let pivot = rows.swap_remove(pivot);
        let factor = inverse(pivot.get(at).copied().unwrap_or(1));
        for row in &mut rows {
            let much = row.get(at).copied().unwrap_or_default() * factor % PRIME;
            if much != 0 {
                let both = row.iter_mut().zip(&pivot).skip(at);
                both.for_each(|(value, taken)| *value = (*value + (PRIME - much) * taken) % PRIME);
            }
        }
    }
    rows.into_iter().filter(|row| row.iter().skip(columns).any(|value| *value != 0)).count()
}

fn inverse(number: u64) -> u64 {
    let (mut power, mut result, mut left) = (number, 1, PRIME - 2);
    while left > 0 {
        if left & 1 == 1 {
            result = result * power % PRIME;
        }
        power = power * power % PRIME;
        left >>= 1;
    }
    result
}

impl Outcome {
    fn print(&self, name: &str) {
        println!(
            "{name:<18} {:>8} {:>8} {:>8} {:>8} {:>6} {:>13} {:>6} {:>11.1}",
            self.asked,
            self.shown,
            self.small,
            self.refused,
            self.pairs,
            self.combinations,
            self.users,
            milliseconds(self.slowest),
        );
    }
}
