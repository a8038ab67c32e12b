//! What holds of every released table, judged by the attacker.

use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn cells(columns: usize, groups: &[usize], numbers: &[u64]) -> Cells {
    let raw: Vec<RawCount> = numbers.iter().copied().map(RawCount::new).collect();
    let cells = Cells::grid(columns, &raw).unwrap();
    if groups.is_empty() { cells } else { cells.in_groups(groups).unwrap() }
}

fn too_narrow(table: &ReleasedTable, policy: &Policy) -> Vec<Attacked> {
    let known = attack(table);
    assert_eq!(known.len(), table.hidden());
    known.into_iter().filter(|known| known.is_too_narrow(policy.min_cell)).collect()
}

/// The cells withheld, as row and column.
fn withheld(table: &ReleasedTable) -> Vec<(usize, usize)> {
    let cell = |known: Attacked| match known.place {
        Place::Cell { row, column } => Some((row, column)),
        _ => None,
    };
    attack(table).into_iter().filter_map(cell).collect()
}

#[test]
fn a_lone_small_cell_takes_three_along() {
    let table =
        release_table(&cells(3, &[], &[3, 12, 40, 20, 33, 51, 44, 28, 60]), &Policy::default());
    assert_eq!(withheld(&table), [(0, 0), (0, 1), (1, 0), (1, 1)]);
    assert_eq!(too_narrow(&table, &Policy::default()), []);
    let json = serde_json::to_value(&table).unwrap();
    assert_eq!(json["rows"][0][2], serde_json::json!({ "exactly": 40 }));
    assert_eq!(json["row_totals"][0], serde_json::json!({ "exactly": 55 }));
    assert_eq!(json["rows"][1][1], serde_json::json!({ "withheld": true }));
}

#[test]
fn a_table_without_small_numbers_is_told_whole() {
    let table = release_table(&cells(2, &[], &[10, 11, 12, 13]), &Policy::default());
    assert_eq!((table.hidden(), attack(&table)), (0, vec![]));
    assert_eq!(table.total(), Released::Exactly(46));
}

#[test]
fn a_small_subtotal_is_withheld_with_a_second_one() {
    // The first group has 4 people in all; the others 90 and 170.
    let list = cells(1, &[2, 2, 2], &[1, 3, 40, 50, 80, 90]);
    let table = release_table(&list, &Policy::default());
    assert_eq!(table.at(Place::GroupTotal(0)), Some(Released::Withheld));
    assert_eq!(table.at(Place::GroupTotal(1)), Some(Released::Withheld));
    assert_eq!(table.at(Place::GroupTotal(2)), Some(Released::Exactly(170)));
    assert_eq!(table.at(Place::Cell { row: 4, column: 0 }), Some(Released::Exactly(80)));
    assert_eq!(too_narrow(&table, &Policy::default()), []);
}

#[test]
fn under_a_small_total_nothing_is_told() {
    for zero in [Zero::Hidden, Zero::Shown] {
        let policy = Policy { zero, ..Policy::default() };
        let table = release_table(&cells(2, &[], &[0, 3, 4, 2]), &policy);
        assert!(table.places().iter().all(|at| table.at(*at) == Some(Released::FewerThan(10))));
        let most = attack(&table).iter().map(|known| known.interval.most.unwrap().get()).max();
        assert_eq!((most, too_narrow(&table, &policy)), (Some(9), vec![]));
    }
}

#[test]
fn where_zeros_are_shown_ones_do_not_give_themselves_away() {
    // Twelve people in twelve cells, and everybody knows that a hidden cell is not zero.
    let policy = Policy { zero: Zero::Shown, ..Policy::default() };
    let table = release_table(&cells(4, &[], &[1; 12]), &policy);
    assert_eq!(too_narrow(&table, &policy), []);
    let zeros = release_table(&cells(2, &[], &[0, 0, 0, 0]), &policy);
    assert_eq!(zeros.total(), Released::Exactly(0));
    let sparse = release_table(&cells(3, &[], &[1, 0, 0, 0, 50, 60, 0, 70, 0]), &policy);
    assert_eq!(sparse.at(Place::Cell { row: 0, column: 1 }), Some(Released::Exactly(0)));
    assert_eq!(too_narrow(&sparse, &policy), []);
}

#[test]
fn what_cannot_be_a_table_of_people_is_not_told() {
    let policy = Policy::default();
    let table = release_table(&cells(1, &[], &[u64::MAX, 3]), &policy);
    assert!(table.places().iter().all(|at| table.at(*at) == Some(Released::Withheld)));
    assert!(attack(&table).iter().all(|known| known.interval.most.is_none()));
    assert_eq!(too_narrow(&table, &policy), []);
    assert!(Cells::list(&[]).is_none() && Cells::grid(0, &[]).is_none());
    assert!(Cells::grid(2, &[RawCount::ZERO; 3]).is_none());
    assert!(Cells::list(&vec![RawCount::ZERO; CELLS_MAX + 1]).is_none());
    let endless = Policy { min_cell: u64::MAX, ..policy };
    assert_eq!(release_table(&cells(1, &[], &[5, 6]), &endless).hidden(), 3);
}

#[test]
fn exact_counts_are_told_as_they_are() {
    let table = release_table(&cells(2, &[], &[0, 1, 2, 3]), &Policy::exact());
    assert_eq!((table.hidden(), table.total()), (0, Released::Exactly(6)));
}

#[test]
fn one_row_and_one_cell_are_no_way_round() {
    let policy = Policy::default();
    for (columns, groups, numbers) in [
        (3, vec![], vec![3, 40, 900]),
        (3, vec![1], vec![3, 4, 5]),
        (1, vec![1, 1], vec![3, 900]),
        (1, vec![], vec![3]),
        (2, vec![], vec![4, 90]),
        (2, vec![1, 2], vec![4, 90, 0, 0, 5, 5]),
    ] {
        let table = release_table(&cells(columns, &groups, &numbers), &policy);
        assert_eq!(too_narrow(&table, &policy), [], "{numbers:?}");
        assert!(table.hidden() > 1);
    }
}

/// All tables of a shape with so many people at most.
fn each_table(cells: usize, people: u64, begun: &mut Vec<u64>, then: &mut impl FnMut(&[u64])) {
    if begun.len() == cells {
        return then(begun);
    }
    for number in 0..=people {
        begun.push(number);
        each_table(cells, people - number, begun, then);
        begun.pop();
    }
}

/// Of all tables that can be released, with so many people at most: how many there are, and how many
/// give a small cell away to somebody who makes all these tables too and looks which come out so.
fn given_away((rows, columns): (usize, usize), people: u64, policy: &Policy) -> (usize, usize) {
    let mut seen: BTreeMap<String, (Vec<u64>, Vec<bool>)> = BTreeMap::new();
    each_table(rows * columns, people, &mut Vec::new(), &mut |numbers| {
        let table = release_table(&cells(columns, &[], numbers), policy);
        let shown = serde_json::to_string(&table).unwrap();
        let told = numbers.iter().map(|number| policy.shows(*number)).collect();
        let (first, several) = seen.entry(shown).or_insert_with(|| (numbers.to_vec(), told));
        for (at, several) in several.iter_mut().enumerate() {
            *several |= first[at] != numbers[at];
        }
    });
    let alone = seen.values().filter(|(_, several)| several.contains(&false)).count();
    (alone, seen.len())
}

#[test]
fn even_who_makes_all_lists_cannot_work_out_a_hidden_cell() {
    for zero in [Zero::Hidden, Zero::Shown] {
        let policy = Policy { min_cell: 3, zero };
        for (cells, people) in [(2, 40), (3, 30), (4, 24), (5, 16)] {
            assert_eq!(given_away((cells, 1), people, &policy).0, 0, "{cells} cells, {policy:?}");
        }
    }
    assert_eq!(given_away((2, 2), 24, &Policy { min_cell: 3, zero: Zero::Hidden }).0, 0);
}

/// The fewest cells with which the small ones are safe, found by trying all choices.
fn optimum(cells: &Cells, policy: &Policy) -> Option<u32> {
    let (shape, width) = (&cells.shape, i64::try_from(policy.min_cell).unwrap());
    let numbers = shape.numbers(&cells.cells).unwrap();
    let arcs = shape.arcs();
    let protection = Protection::new(shape, (&arcs, &numbers), (0, width));
    let small: Vec<bool> = numbers.iter().map(|number| *number < width).collect();
    let others: Vec<usize> = (0..cells.cells.len()).filter(|at| !small[*at]).collect();
    let choices = (0_u32..1 << others.len()).filter(|choice| {
        let mut hidden = small.clone();
        others.iter().enumerate().for_each(|(bit, at)| hidden[*at] |= choice >> bit & 1 == 1);
        protection.narrow(&hidden).is_empty()
    });
    choices.map(u32::count_ones).min()
}

#[test]
fn few_more_cells_are_lost_than_must_be() {
    // Always the same tables of three by four, one cell in four small.
    let mut seed = 7_u64;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let (mut more, mut tables) = (BTreeMap::new(), 0);
    for _ in 0..400 {
        let cell = |_| if next(4) == 0 { 1 + next(9) } else { 10 + next(89) };
        let numbers: Vec<u64> = (0..12).map(cell).collect();
        let (cells, policy) = (cells(4, &[], &numbers), Policy::default());
        let small = numbers.iter().filter(|number| **number < 10).count();
        if let Some(least) = optimum(&cells, &policy) {
            let lost = release_table(&cells, &policy).hidden() - small;
            *more.entry(lost - least as usize).or_insert(0) += 1;
            tables += 1;
        }
    }
    println!("tables by cells lost beyond the optimum: {more:?}");
    let up_to = |most: usize| more.range(..=most).map(|(_, tables)| tables).sum::<i32>();
    assert!(tables > 300 && up_to(0) * 10 >= tables * 8 && up_to(2) * 100 >= tables * 99);
}

/// The folder of shared cases: named by `AOBA_SHARED`, else beside the repository.
fn shared_cases(begin: &str) -> Vec<(String, Value)> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var("AOBA_SHARED").map_or(beside, PathBuf::from);
    let Ok(files) = std::fs::read_dir(folder.join("stats/cases"))
        .or_else(|_| std::fs::read_dir(folder.join("data/stats/cases")))
    else {
        eprintln!("skipped: no shared cases beside the repository");
        return Vec::new();
    };
    let mut cases: Vec<(String, Value)> = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(begin))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .map(|(name, text)| (name, serde_json::from_str(&text).unwrap()))
        .collect();
    cases.sort_by(|one, other| one.0.cmp(&other.0));
    cases
}

#[test]
fn shared_tables_are_safe_at_the_price_of_the_optimum() {
    for (name, case) in shared_cases("sdc-2nd-") {
        let rows = case["table"].as_array().unwrap();
        let numbers: Vec<u64> = rows
            .iter()
            .flat_map(|row| row.as_array().unwrap().iter().map(|cell| cell.as_u64().unwrap()))
            .collect();
        let zero = if numbers.contains(&0) { Zero::Shown } else { Zero::Hidden };
        let policy = Policy { min_cell: case["threshold"].as_u64().unwrap(), zero };
        let table = release_table(&cells(numbers.len() / rows.len(), &[], &numbers), &policy);
        assert_eq!(too_narrow(&table, &policy), [], "{name}");
        let small = numbers.iter().filter(|number| (1..policy.min_cell).contains(number)).count();
        let expected = &case["expected"];
        let least = expected["min_extra_cells"].as_u64().unwrap();
        let further = (table.hidden() - small) as u64;
        println!("{name}: {further} further cells, the optimum is {least}");
        assert!(further <= least, "{name}: {further} > {least}");
    }
}

fn too_narrow_rounded(table: &ReleasedTable) -> Vec<Attacked> {
    attack(table).into_iter().filter(|known| known.is_too_narrow(10)).collect()
}

#[test]
fn numbers_rounded_each_by_itself_can_be_cornered() {
    let nearest = crate::Rounding::Nearest { base: 10, redacted: 0 };
    let policy = Policy::default();
    let table = round_each(&cells(1, &[], &[14, 14, 14, 14]), &nearest, &policy);
    let known = attack(&table)[0];
    let ends = |interval: Interval| (interval.least.get(), interval.most.unwrap().get());
    assert_eq!((known.told, ends(known.alone)), (Released::About(10), (5, 14)));
    assert_eq!(ends(known.interval), (13, 14));
    assert_eq!(too_narrow_rounded(&table).len(), 5);
    let middle = crate::Rounding::Midpoint { base: 6 };
    let table = round_each(&cells(2, &[], &[1, 7, 12, 40]), &middle, &policy);
    assert!(attack(&table).iter().all(|known| known.told.is_rounded()));
    let key = crate::RoundingKey::new([3; 16]);
    let chance = crate::Rounding::Chance { base: 10, key: &key, what: b"these" };
    let table = round_each(&cells(2, &[], &[0, 7, 12, 40]), &chance, &policy);
    assert_eq!(table, round_each(&cells(2, &[], &[0, 7, 12, 40]), &chance, &policy));
}

#[test]
fn a_table_rounded_together_is_right_on_average() {
    let numbers = [3, 12, 0, 27, 5, 60, 1, 1, 18];
    let cells = cells(3, &[1, 2], &numbers);
    let truth = cells.shape.numbers(&cells.cells).unwrap();
    let mut sums = vec![0_i64; truth.len()];
    for secret in 0_u64..8_000 {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&secret.to_le_bytes());
        let key = crate::RoundingKey::new(bytes);
        let table = round_together(&cells, 10, (&key, b"these"), &Policy::default());
        for (sum, told) in sums.iter_mut().zip(&table.told) {
            *sum += i64::try_from(told.number().unwrap_or(0)).unwrap();
        }
    }
    for (sum, number) in sums.into_iter().zip(truth) {
        // Five standard deviations of a mean of as many throws are 0.28 at most.
        assert!((sum - 8_000 * number).abs() < 8_000 * 28 / 100, "{number}: {sum}");
    }
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![3 => 0_u64..12, 3 => 10_u64..200, 1 => 0_u64..100_000, 1 => Just(0_u64)]
}

prop_compose! {
    fn any_cells()(columns in 1_usize..6, rows in 1_usize..7)(
        numbers in prop::collection::vec(number(), columns * rows),
        cut in 0..=rows,
        columns in Just(columns),
        rows in Just(rows),
    ) -> Cells {
        let groups = if cut == 0 || cut == rows { vec![] } else { vec![cut, rows - cut] };
        cells(columns, &groups, &numbers)
    }
}

proptest! {
    #[test]
    fn no_hidden_number_of_any_table_is_narrowed(cells in any_cells(), zeros in any::<bool>()) {
        let zero = if zeros { Zero::Shown } else { Zero::Hidden };
        let policy = Policy { zero, ..Policy::default() };
        let table = release_table(&cells, &policy);
        prop_assert_eq!(too_narrow(&table, &policy), []);
        let numbers = cells.shape.numbers(&cells.cells).unwrap();
        for (at, number) in numbers.iter().enumerate() {
            let number = number.unsigned_abs();
            prop_assert!(policy.shows(number) || table.told[at].is_hidden());
            prop_assert!(table.told[at].number().is_none_or(|told| told == number));
        }
        // What the attacker finds holds the truth.
        for known in attack(&table) {
            let at = table.shape.position(known.place).unwrap();
            let truth = numbers[at].unsigned_abs();
            let Interval { least, most } = known.interval;
            prop_assert!(least.get() <= truth && most.is_none_or(|most| truth <= most.get()));
        }
        prop_assert_eq!(table, release_table(&cells, &policy));
    }

    #[test]
    fn nothing_of_a_table_rounded_together_is_narrowed(
        cells in any_cells(), secret in any::<[u8; 16]>(),
    ) {
        let policy = Policy::default();
        let key = crate::RoundingKey::new(secret);
        let table = round_together(&cells, 10, (&key, b"these"), &policy);
        prop_assert_eq!(too_narrow_rounded(&table), vec![]);
        let numbers = cells.shape.numbers(&cells.cells).unwrap();
        let mut rest = vec![0_i64; cells.shape.nodes()];
        for ((arc, told), number) in cells.shape.arcs().iter().zip(&table.told).zip(numbers) {
            let rounded = i64::try_from(told.number().unwrap_or(0)).unwrap();
            prop_assert!(rounded % 10 == 0 && (rounded - number).abs() < 10);
            prop_assert!(number % 10 != 0 || rounded == number);
            rest[arc.from] -= rounded;
            rest[arc.to] += rounded;
        }
        prop_assert!(rest.iter().all(|rest| *rest == 0), "what is told does not add up");
        prop_assert_eq!(table, round_together(&cells, 10, (&key, b"these"), &policy));
    }

    #[test]
    fn a_greater_minimum_shows_no_small_number_more(cells in any_cells(), least in 2_u64..15) {
        let small = |min_cell| Policy { min_cell, ..Policy::default() };
        let (low, high) = (release_table(&cells, &small(least)), release_table(&cells, &small(least + 3)));
        for (at, number) in cells.shape.numbers(&cells.cells).unwrap().iter().enumerate() {
            let hidden_low = number.unsigned_abs() < least;
            prop_assert!(!hidden_low || (low.told[at].is_hidden() && high.told[at].is_hidden()));
        }
    }

    #[test]
    fn the_attack_is_what_trying_every_number_finds(
        numbers in prop::collection::vec(0_u64..9, 4),
        (columns, groups) in prop_oneof![Just((2, vec![])), Just((1, vec![])), Just((1, vec![1, 3]))],
    ) {
        let policy = Policy { min_cell: 3, zero: Zero::Hidden };
        let table = release_table(&cells(columns, &groups, &numbers), &policy);
        prop_assume!(table.total().number().is_some());
        let mut ends: Vec<Option<(i64, i64)>> = vec![None; table.told.len()];
        let total = numbers.iter().sum::<u64>();
        for code in 0..(total + 1).pow(4) {
            let tried: Vec<u64> = (0..4).map(|at| code / (total + 1).pow(at) % (total + 1)).collect();
            if tried.iter().sum::<u64>() != total {
                continue;
            }
            let all = table.shape.numbers(&tried).unwrap();
            let fits = all.iter().zip(&table.told).all(|(number, told)| {
                told.number().is_none_or(|told| told == number.unsigned_abs())
            });
            if fits {
                for (end, number) in ends.iter_mut().zip(all) {
                    let (least, most) = end.unwrap_or((number, number));
                    *end = Some((least.min(number), most.max(number)));
                }
            }
        }
        for known in attack(&table) {
            let at = table.shape.position(known.place).unwrap();
            let found = (known.interval.least.get(), known.interval.most.unwrap().get());
            let (least, most) = ends[at].unwrap();
            prop_assert_eq!(found, (least.unsigned_abs(), most.unsigned_abs()), "{:?}", known.place);
        }
    }
}
