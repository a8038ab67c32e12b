//! What changed between two definitions, one line a change, in words.

use std::collections::HashMap;
use std::mem::discriminant;

use vocab::Locale;

use crate::ast::Definition;
use crate::text::{Part, format};
use crate::words::{Sentence, Titles, say};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A sentence that was not there before.
    Added(Sentence),
    /// A sentence that is there no longer.
    Removed(Sentence),
    /// A sentence in the place of another.
    Changed {
        /// Before.
        from: Sentence,
        /// After.
        to: Sentence,
    },
    /// The same sentences in another order, in a definition too large to tell which moved.
    Order,
    /// Comments only; they mean nothing, and are part of what was signed.
    Comments,
}

impl Change {
    /// The change in one line.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        match (self, locale) {
            (Self::Added(to), Locale::Ja) => format!("追加: {}", to.text),
            (Self::Added(to), Locale::En) => format!("added: {}", to.text),
            (Self::Removed(from), Locale::Ja) => format!("削除: {}", from.text),
            (Self::Removed(from), Locale::En) => format!("removed: {}", from.text),
            (Self::Changed { from, to }, Locale::Ja) => {
                format!("変更: {} → {}", from.text, to.text)
            }
            (Self::Changed { from, to }, Locale::En) => {
                format!("changed: {} → {}", from.text, to.text)
            }
            (Self::Order, Locale::Ja) => "順序の変更".to_owned(),
            (Self::Order, Locale::En) => "the order of the parts changed".to_owned(),
            (Self::Comments, Locale::Ja) => "コメントのみの変更".to_owned(),
            (Self::Comments, Locale::En) => "comments changed, and nothing else".to_owned(),
        }
    }
}

/// Cells of the table of common sentences, at most; larger texts are compared as heaps.
const CELLS_MAX: usize = 4_000_000;

/// What changed from one definition to another; nothing where they are the same.
///
/// ```
/// use cohort::{diff, text, words::Titles};
/// use vocab::Locale;
/// let read = |text| text::parse(text).unwrap().definition;
/// let old = read("cohort c version 1\n  entry first death\n  washout 30d\n");
/// let new = read("cohort c version 1\n  entry first death\n  washout 90d\n");
/// let changes = diff::changes(&old, &new, Locale::En, &Titles::new());
/// assert_eq!(changes.len(), 1);
/// assert!(changes[0].say(Locale::En).contains("30 days before. → "));
/// ```
#[must_use]
pub fn changes(old: &Definition, new: &Definition, locale: Locale, titles: &Titles) -> Vec<Change> {
    let (from, to) = (say(old, locale, titles), say(new, locale, titles));
    let mut changes = compare(&from, &to);
    if changes.is_empty() && from != to {
        changes.push(Change::Order);
    } else if changes.is_empty() && format(old) != format(new) {
        changes.push(Change::Comments);
    }
    changes
}

fn compare(from: &[Sentence], to: &[Sentence]) -> Vec<Change> {
    let alike = |(one, other): &(&Sentence, &Sentence)| one.text == other.text;
    let head = from.iter().zip(to).take_while(alike).count();
    let (from, to) = (from.get(head..).unwrap_or_default(), to.get(head..).unwrap_or_default());
    let tail = from.iter().rev().zip(to.iter().rev()).take_while(alike).count();
    let from = from.get(..from.len() - tail).unwrap_or_default();
    let to = to.get(..to.len() - tail).unwrap_or_default();
    let (removed, added) = if from.len().saturating_mul(to.len()) <= CELLS_MAX {
        by_order(from, to)
    } else {
        by_heap(from, to)
    };
    paired(removed, added)
}

type Places<'a> = Vec<(usize, &'a Sentence)>;

/// What is not in the longest common sequence; each with how many common sentences stand before.
fn by_order<'a>(from: &'a [Sentence], to: &'a [Sentence]) -> (Places<'a>, Places<'a>) {
    let mut number: HashMap<&str, usize> = HashMap::new();
    let mut numbered = |sentences: &'a [Sentence]| -> Vec<usize> {
        sentences
            .iter()
            .map(|sentence| {
                let next = number.len();
                *number.entry(sentence.text.as_str()).or_insert(next)
            })
            .collect()
    };
    let (old, new) = (numbered(from), numbered(to));
    // `common[a][b]`: how many are common from `a` and `b` on.
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    let at = |common: &[u32], a: usize, b: usize| common.get(a * width + b).copied().unwrap_or(0);
    for (a, one) in old.iter().enumerate().rev() {
        for (b, other) in new.iter().enumerate().rev() {
            let best = if one == other {
                at(&common, a + 1, b + 1) + 1
            } else {
                at(&common, a + 1, b).max(at(&common, a, b + 1))
            };
            if let Some(cell) = common.get_mut(a * width + b) {
                *cell = best;
            }
        }
    }
    let (mut a, mut b, mut met) = (0, 0, 0);
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    while a < old.len() || b < new.len() {
        match (old.get(a), new.get(b)) {
            (Some(one), Some(other)) if one == other => (a, b, met) = (a + 1, b + 1, met + 1),
            (Some(_), other)
                if other.is_none() || at(&common, a + 1, b) >= at(&common, a, b + 1) =>
            {
                removed.extend(from.get(a).map(|sentence| (met, sentence)));
                a += 1;
            }
            _ => {
                added.extend(to.get(b).map(|sentence| (met, sentence)));
                b += 1;
            }
        }
    }
    (removed, added)
}

fn by_heap<'a>(from: &'a [Sentence], to: &'a [Sentence]) -> (Places<'a>, Places<'a>) {
    let mut left: HashMap<&str, usize> = HashMap::new();
    for sentence in from {
        *left.entry(&sentence.text).or_default() += 1;
    }
    let mut added = Vec::new();
    for sentence in to {
        match left.get_mut(sentence.text.as_str()) {
            Some(count) if *count > 0 => *count -= 1,
            _ => added.push((0, sentence)),
        }
    }
    let mut removed = Vec::new();
    for sentence in from.iter().rev() {
        if let Some(count) = left.get_mut(sentence.text.as_str())
            && *count > 0
        {
            *count -= 1;
            removed.push((0, sentence));
        }
    }
    removed.reverse();
    (removed, added)
}

/// A sentence removed and one of its kind added in the same place are one change.
fn paired(removed: Places<'_>, added: Places<'_>) -> Vec<Change> {
    let mut changes: Vec<(usize, Part, Change)> = Vec::new();
    let mut added: Vec<Option<(usize, &Sentence)>> = added.into_iter().map(Some).collect();
    let mut next = 0;
    for (met, from) in removed {
        // Both lists rise, so what was passed is never looked at again.
        while added.get(next).is_some_and(|slot| slot.is_none_or(|(there, _)| there < met)) {
            next += 1;
        }
        let here =
            added.iter_mut().skip(next).take_while(|slot| slot.is_none_or(|(at, _)| at == met));
        let mut here = here.take(PAIRS_MAX);
        let twin = here.find(|slot| {
            slot.is_some_and(|(_, to)| discriminant(&to.part) == discriminant(&from.part))
        });
        let change = match twin.and_then(Option::take) {
            Some((_, to)) => Change::Changed { from: from.clone(), to: to.clone() },
            None => Change::Removed(from.clone()),
        };
        changes.push((met, from.part, change));
    }
    for (met, to) in added.into_iter().flatten() {
        changes.push((met, to.part, Change::Added(to.clone())));
    }
    changes.sort_by_key(|(met, part, _)| (*met, *part));
    changes.into_iter().map(|(_, _, change)| change).collect()
}

/// How far a twin is looked for.
const PAIRS_MAX: usize = 100;
