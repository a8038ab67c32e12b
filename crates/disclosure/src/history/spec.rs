//! What holds of everything that somebody has been shown, judged by trying combinations.

use proptest::prelude::*;

use super::*;

fn set(people: impl IntoIterator<Item = u32>) -> RoaringBitmap {
    people.into_iter().collect()
}

fn shown(history: &mut History, asked: u64, people: impl IntoIterator<Item = u32>) -> Verdict {
    history.show(Asked(asked), &set(people), &Policy::default())
}

#[test]
fn a_part_that_is_nearly_the_whole_is_too_close_both_ways() {
    let mut history = History::default();
    assert_eq!(shown(&mut history, 1, 0..100), Verdict::Shows);
    assert_eq!(shown(&mut history, 2, 0..97), Verdict::TooClose(vec![Asked(1)]));
    assert_eq!(shown(&mut history, 3, 0..103), Verdict::TooClose(vec![Asked(1)]));
    assert_eq!(shown(&mut history, 4, 0..90), Verdict::Shows);
    assert_eq!(shown(&mut history, 5, 3..103), Verdict::TooClose(vec![Asked(1)]));
    assert_eq!(shown(&mut history, 6, 95..300), Verdict::TooClose(vec![Asked(1), Asked(4)]));
}

#[test]
fn parts_of_a_shown_whole_are_too_close_when_a_small_part_is_left() {
    let mut history = History::default();
    assert_eq!(shown(&mut history, 1, 0..100), Verdict::Shows);
    assert_eq!(shown(&mut history, 2, 0..30), Verdict::Shows);
    assert_eq!(shown(&mut history, 3, 30..60), Verdict::Shows);
    // 100 − 30 − 30 − 36 would leave four.
    let third = [Asked(1), Asked(2), Asked(3)];
    assert_eq!(shown(&mut history, 4, 60..96), Verdict::TooClose(third.to_vec()));
    assert_eq!(shown(&mut history, 5, 60..90), Verdict::Shows);
}

#[test]
fn what_follows_from_earlier_answers_is_shown_and_not_remembered() {
    let mut history = History::default();
    assert_eq!(shown(&mut history, 1, 0..100), Verdict::Shows);
    assert_eq!(shown(&mut history, 2, 0..40), Verdict::Shows);
    for again in [0..100, 0..40, 40..100] {
        assert_eq!(shown(&mut history, 3, again), Verdict::Shows);
    }
    assert_eq!(history.remembered(), 2);
}

#[test]
fn a_small_set_is_small_whatever_was_shown() {
    let mut history = History::default();
    assert_eq!(shown(&mut history, 1, 0..9), Verdict::Small);
    assert_eq!(shown(&mut history, 2, []), Verdict::Small);
    assert_eq!(history.remembered(), 0);
    let exact = history.show(Asked(3), &set(0..3), &Policy::exact());
    assert_eq!((exact, history.remembered()), (Verdict::Shows, 1));
    assert_eq!(history.judge(&set([]), &Policy::exact()), Verdict::Shows);
}

#[test]
fn two_sets_of_which_each_lacks_a_few_may_be_shown_only_where_they_differ_in_many() {
    let mut history = History::default();
    assert_eq!(shown(&mut history, 1, 0..100), Verdict::Shows);
    // Three here and four there: a difference of small groups alone.
    assert_eq!(shown(&mut history, 2, 3..104), Verdict::TooClose(vec![Asked(1)]));
    assert_eq!(shown(&mut history, 3, 3..200), Verdict::Shows);
    // But then those from 100 on would tell of the three.
    assert_eq!(shown(&mut history, 4, 100..200), Verdict::TooClose(vec![Asked(1), Asked(3)]));
}

#[test]
fn old_answers_are_still_looked_at_in_pairs() {
    let mut history = History::default();
    let far = 1_000_u32;
    let sets = u32::try_from(COMBINED_MAX).unwrap() + 20;
    for at in 0..sets {
        assert_eq!(shown(&mut history, at.into(), at * far..at * far + 50), Verdict::Shows);
    }
    assert_eq!(history.remembered(), sets as usize);
    assert_eq!(shown(&mut history, 900, 0..52), Verdict::TooClose(vec![Asked(0)]));
    let last = (sets - 1) * far;
    let close = Verdict::TooClose(vec![Asked(u64::from(sets) - 1)]);
    assert_eq!(shown(&mut history, 901, last..last + 47), close);
    assert_eq!(shown(&mut history, 902, 0..30), Verdict::Shows);
}

/// Whether some combination with whole factors from −2 to 2 is a sum over small groups alone: found
/// by trying all.
fn some_combination_tells(sets: &[RoaringBitmap], policy: &Policy) -> bool {
    let mut groups: BTreeMap<Vec<bool>, u64> = BTreeMap::new();
    for person in sets.iter().fold(RoaringBitmap::new(), |all, set| all | set) {
        let within = sets.iter().map(|set| set.contains(person)).collect();
        *groups.entry(within).or_default() += 1;
    }
    let count = u32::try_from(sets.len()).unwrap();
    (0..5_i64.pow(count)).any(|code| {
        let factor = |at: u32| code / 5_i64.pow(at) % 5 - 2;
        let weight = |within: &[bool]| {
            (0..count).map(|at| if within[at as usize] { factor(at) } else { 0 }).sum::<i64>()
        };
        let weighs = |large: bool| {
            groups.iter().any(|(within, people)| {
                (*people >= policy.min_cell) == large && weight(within) != 0
            })
        };
        !weighs(true) && weighs(false)
    })
}

prop_compose! {
    /// Sets made of blocks of people, some of them small, with a few people taken out or put in.
    fn any_sets()(
        blocks in prop::collection::vec(prop_oneof![1_u32..10, 10_u32..40], 3..7),
        asked in prop::collection::vec((any::<u8>(), 0_u32..130, 0_u32..4), 2..9),
    ) -> Vec<RoaringBitmap> {
        let ends: Vec<u32> = blocks.iter().scan(0, |end, block| { *end += block; Some(*end) }).collect();
        asked.into_iter().map(|(chosen, from, many)| {
            let mut people = RoaringBitmap::new();
            for (at, end) in ends.iter().enumerate() {
                if chosen >> at & 1 == 1 {
                    people.insert_range(end - blocks[at]..*end);
                }
            }
            (from..from + many).for_each(|person| {
                if !people.remove(person) {
                    people.insert(person);
                }
            });
            people
        }).collect()
    }
}

proptest! {
    #[test]
    fn no_combination_of_what_was_shown_tells_of_a_small_group(sets in any_sets()) {
        let policy = Policy::default();
        let mut history = History::default();
        let mut told: Vec<RoaringBitmap> = Vec::new();
        for (asked, people) in sets.iter().enumerate() {
            let verdict = history.show(Asked(asked as u64), people, &policy);
            match &verdict {
                Verdict::Shows => told.push(people.clone()),
                Verdict::Small => prop_assert!(people.len() < policy.min_cell),
                Verdict::TooClose(to) => {
                    // Without any one of those named, it might be shown beside the others.
                    for left_out in to {
                        let mut fewer = History::default();
                        for asked in to.iter().filter(|asked| *asked != left_out) {
                            fewer.show(*asked, &sets[usize::try_from(asked.0).unwrap()], &policy);
                        }
                        prop_assert_eq!(fewer.judge(people, &policy), Verdict::Shows);
                    }
                }
                Verdict::Full => prop_assert!(false),
            }
            prop_assert_eq!(history.judge(people, &policy), verdict);
        }
        told.truncate(6);
        prop_assert!(!some_combination_tells(&told, &policy));
    }

    #[test]
    fn what_a_few_combinations_tell_is_refused(sets in any_sets()) {
        let policy = Policy::default();
        let sets: Vec<_> = sets.into_iter().filter(|set| set.len() >= 10).take(5).collect();
        if some_combination_tells(&sets, &policy) {
            let mut history = History::default();
            let refuses = |(asked, set): (usize, &RoaringBitmap)| {
                history.show(Asked(asked as u64), set, &policy) != Verdict::Shows
            };
            prop_assert!(sets.iter().enumerate().any(refuses));
        }
    }

    #[test]
    fn a_pair_is_judged_by_its_overlap_as_by_its_sets(
        (from, many, other) in (0_u32..60, 10_u32..60, 10_u32..60),
    ) {
        let policy = Policy::default();
        let (one, two) = (set(0..many), set(from..from + other));
        let mut history = History::default();
        prop_assert_eq!(history.show(Asked(1), &one, &policy), Verdict::Shows);
        let shows = history.judge(&two, &policy) == Verdict::Shows;
        prop_assert_eq!(shows, Overlap::of(&one, &two).is_safe(&policy));
    }
}
