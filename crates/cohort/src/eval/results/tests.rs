//! What results must come to, by example and for definitions and people made by chance.

use proptest::prelude::*;

use crate::eval::{Coded, Truth, answer, day_from};
use crate::generate::{Choices, Constants, definition, patients, setting, widened};
use crate::spec::{Case, Setting, read};

use super::*;

/// Three people with a period each and one with two; the last is in no cohort.
const EXAMPLE: &str = r#"
```codes
codes dm version 1 "diabetes"
  include aoba e11*
```
```patients
1 female 1960-05-01
  visit 2020-01-15
  visit 2020-02-25
  lab 2020-01-14 glu 105 mg/dL
  diagnosis 2020-02-20 e11
2 male 1960
  visit 2020-02-10
  lab 2020-02-01 glu 210 mg/dL
3 ? 1957
  visit 2020-02-10
  diagnosis 2020-03 e11
4 female ?
  visit 2019-12-31
5 male 1960-05-01
```
```cohort
calendar [2019-12-01, 2020-03-31]
entry all visit ever
let g = last lab in [ever, index]
exit at first of index + 40d, study.end
variable glucose = g.value as mg/dL
variable taken = start of g
variable high = g.value >= 126 mg/dL
variable one = g
outcome dm_first = first diagnosis in dm in [index + 1d, exit]
strata s = sex
measure monthly per month
  denominator true
  numerator any diagnosis in dm in [interval.start, interval.end]
```
```answer
is looked at elsewhere
```
"#;

fn example() -> Case {
    let (_, mut cases) = read(EXAMPLE, &Setting::default()).unwrap_or_else(|why| panic!("{why}"));
    cases.pop().unwrap()
}

fn of(definition: &CohortDefinition, setting: &Setting, people: &[Patient]) -> Results {
    let answer = answer(definition, &setting.world().unwrap(), people).unwrap();
    results(definition, &answer, people)
}

fn cell(people: u64, periods: u64) -> Cell {
    Cell { people: RawCount::new(people), periods: RawCount::new(periods) }
}

/// Numbers with their cells, by the words of both.
fn shown(numbers: &Numbers) -> Vec<(String, Cell)> {
    let values: Vec<f64> = (-100..=300).map(f64::from).collect();
    let bins = numbers.binned(&values).into_iter().skip(1).zip(values);
    bins.filter(|(cell, _)| *cell != Cell::NONE).map(|(cell, at)| (at.to_string(), cell)).collect()
}

fn rows(told: &[(&str, Cell)]) -> Vec<(String, Cell)> {
    told.iter().map(|(value, cell)| ((*value).to_owned(), *cell)).collect()
}

#[test]
fn people_are_counted_once_where_their_first_period_is() {
    let Case { definition, setting, .. } = example();
    let results = of(&definition, &setting, &setting.patients);
    assert_eq!(results.whole, cell(4, 5));
    let band = |years| Some(AgeBand::of(years));
    // Born in 1960 is 59 or 60 in February 2020; born in 1957 is 62 or 63.
    let ages = [
        ((None, Some(Sex::Male)), 1),
        ((None, Some(Sex::Female)), 1),
        ((band(59), Some(Sex::Female)), 1),
        ((band(60), None), 1),
    ];
    let ages = ages.into_iter().map(|(row, people)| (row, RawCount::new(people)));
    assert_eq!(results.ages, ages.collect());
    let months = [(2019, 12, cell(1, 1)), (2020, 1, cell(1, 1)), (2020, 2, cell(2, 3))];
    let months = months.map(|(year, month, cell)| (Month { year, month }, cell));
    assert_eq!(results.months, months.into_iter().collect());
    assert_eq!(shown(&results.follow_up), rows(&[("35", cell(0, 1)), ("40", cell(4, 4))]));
    let endings = [(EndedBy::Exit(0), cell(4, 4)), (EndedBy::Exit(1), cell(0, 1))];
    assert_eq!(results.endings, endings.into_iter().collect());
}

#[test]
fn each_output_is_spread_over_its_values_with_those_that_are_missing() {
    let Case { definition, setting, .. } = example();
    let results = of(&definition, &setting, &setting.patients);
    let told = |name: &str| {
        let found = results.outputs.iter().find(|(known, _)| known.as_str() == name);
        found.map(|(_, distribution)| distribution.clone()).unwrap()
    };
    let Distribution::Numbers { unit, numbers, unknown } = told("glucose") else { panic!() };
    assert_eq!((unit.as_deref(), unknown), (Some("mg/dL"), cell(2, 2)));
    assert_eq!(shown(&numbers), rows(&[("105", cell(1, 2)), ("210", cell(1, 1))]));
    let years = [(2020, cell(2, 3))].into_iter().collect();
    let absent = cell(2, 2);
    assert_eq!(told("taken"), Distribution::Moments { years, absent, unknown: Cell::NONE });
    let truths =
        [(Truth::True, cell(1, 1)), (Truth::False, cell(1, 2)), (Truth::Unknown, cell(2, 2))];
    assert_eq!(told("high"), Distribution::Truths(truths.into_iter().collect()));
    let codes = [("female", cell(2, 3)), ("male", cell(1, 1))];
    let codes = codes.map(|(word, cell)| (Coded::word(word), cell)).into_iter().collect();
    let others = Cell::NONE;
    assert_eq!(told("s"), Distribution::Codes { codes, others, unknown: cell(1, 1) });
    let Distribution::Events { found, absent, unknown, days } = told("one") else { panic!() };
    assert_eq!([found, absent, unknown], [cell(2, 3), cell(2, 2), Cell::NONE]);
    let expect = [("-42", cell(0, 1)), ("-9", cell(1, 1)), ("-1", cell(1, 1))];
    assert_eq!(shown(&days), rows(&expect));
    let Distribution::Events { found, absent, unknown, days } = told("dm_first") else { panic!() };
    assert_eq!([found, absent, unknown], [cell(1, 1), cell(2, 3), cell(1, 1)]);
    assert_eq!(shown(&days), rows(&[("36", cell(1, 1))]));
}

#[test]
fn a_measure_counts_a_person_once_in_an_interval() {
    let Case { definition, setting, .. } = example();
    let results = of(&definition, &setting, &setting.patients);
    let Some((_, Distribution::Measure(rows))) = results.outputs.last() else { panic!() };
    let row = |denominator, numerator| MeasureRow { denominator, numerator, unknown: Cell::NONE };
    let days = |year, month, last| (day_from(year, month, 1), day_from(year, month, last));
    let expect = [
        (days(2019, 12, 31), row(cell(1, 1), Cell::NONE)),
        (days(2020, 1, 31), row(cell(2, 2), Cell::NONE)),
        (days(2020, 2, 29), row(cell(4, 5), cell(1, 2))),
        (days(2020, 3, 31), row(cell(3, 3), cell(1, 1))),
    ];
    assert_eq!(*rows, expect.into_iter().collect());
}

#[test]
fn numbers_know_how_far_all_but_some_people_reach() {
    let mut numbers = Numbers::default();
    (0..100).for_each(|value| numbers.add(f64::from(value), 0));
    // Second periods are nobody's first.
    (0..50).for_each(|_| numbers.add(1e6, 1));
    assert_eq!(numbers.spread(10), Some((9.0, 90.0)));
    assert_eq!(numbers.spread(0), Some((0.0, 99.0)));
    assert_eq!(numbers.spread(1_000), Some((99.0, 0.0)));
    assert_eq!(Numbers::default().spread(10), None);
    assert_eq!(numbers.by_people().len(), 100);
    assert_eq!(numbers.whole(), cell(100, 150));
}

#[test]
fn bands_reach_to_a_hundred_and_beyond() {
    let bands: Vec<(u32, Option<u32>)> =
        AgeBand::all().map(|band| (band.first(), band.last())).collect();
    assert_eq!(bands.len(), 21);
    assert_eq!((bands[0], bands[20]), ((0, Some(4)), (100, None)));
    assert_eq!(
        [0, 4, 5, 99, 100, 117].map(|age| AgeBand::of(age).first()),
        [0, 0, 5, 95, 100, 100]
    );
    assert_eq!(Month { year: 2024, month: 12 }.next().to_string(), "2025-01");
}

#[test]
fn those_in_several_cohorts_are_counted_by_combination() {
    let Case { definition, setting, .. } = example();
    let ask = |cohort: &CohortDefinition, people: &[Patient]| {
        answer(cohort, &setting.world().unwrap(), people).unwrap()
    };
    // 1, 2, 3, 4 against those who come first in February: 2 and 3, and 1 for the second time.
    let mut later = definition.clone();
    later.calendar.as_mut().unwrap().says.0 = crate::ast::LocalDate::parse("2020-02-01").unwrap();
    let mut nobody = definition.clone();
    nobody.calendar.as_mut().unwrap().says.1 = crate::ast::LocalDate::parse("2019-12-02").unwrap();
    let of = |people: &[Patient]| {
        Overlap::of(&[&definition, &later, &nobody].map(|cohort| ask(cohort, people)))
    };
    let overlap = of(&setting.patients);
    let told: Vec<(Vec<usize>, u64)> = overlap
        .combinations()
        .into_iter()
        .map(|(set, people)| (set.into_iter().collect(), people.get()))
        .collect();
    let expect: [(&[usize], u64); 7] = [
        (&[0], 1),
        (&[1], 0),
        (&[2], 0),
        (&[0, 1], 3),
        (&[0, 2], 0),
        (&[1, 2], 0),
        (&[0, 1, 2], 0),
    ];
    assert_eq!(told, expect.map(|(set, people)| (set.to_vec(), people)));
    let people = |set: &[usize]| overlap.people(&set.iter().copied().collect()).get();
    assert_eq!([people(&[]), people(&[0]), people(&[1]), people(&[0, 1])], [4, 4, 3, 3]);
    assert_eq!((overlap.at_once(1, 0).get(), overlap.at_once(0, 2).get()), (3, 0));
    let (some, rest) = setting.patients.split_at(2);
    let mut parts = Overlap::nobody(3);
    parts.add(&of(some));
    parts.add(&of(rest));
    assert_eq!(parts, overlap);
}

/// Periods that have no day in common do not meet, whoever's they are.
#[test]
fn who_was_in_one_cohort_before_the_other_was_not_in_both_at_once() {
    let Case { definition, setting, .. } = example();
    let mut first = definition.clone();
    first.calendar.as_mut().unwrap().says.1 = crate::ast::LocalDate::parse("2020-01-31").unwrap();
    let mut later = definition;
    later.calendar.as_mut().unwrap().says.0 = crate::ast::LocalDate::parse("2020-02-01").unwrap();
    let world = setting.world().unwrap();
    let answers = [first, later].map(|one| answer(&one, &world, &setting.patients).unwrap());
    let overlap = Overlap::of(&answers);
    assert_eq!(overlap.people(&[0, 1].into_iter().collect()).get(), 1);
    assert_eq!(overlap.at_once(0, 1).get(), 0);
}

/// What every distribution but that of a measure adds up to.
fn sum(distribution: &Distribution) -> Option<Cell> {
    let all = |rows: Vec<Cell>| Some(rows.into_iter().fold(Cell::NONE, Cell::with));
    match distribution {
        Distribution::Numbers { numbers, unknown, .. } => all(vec![numbers.whole(), *unknown]),
        Distribution::Moments { years, absent, unknown } => {
            all(years.values().copied().chain([*absent, *unknown]).collect())
        }
        Distribution::Codes { codes, others, unknown } => {
            all(codes.values().copied().chain([*others, *unknown]).collect())
        }
        Distribution::Truths(rows) => all(rows.values().copied().collect()),
        Distribution::Events { found, absent, unknown, days } => {
            assert!(days.whole().people <= found.people && days.whole().periods <= found.periods);
            all(vec![*found, *absent, *unknown])
        }
        Distribution::Measure(_) => None,
    }
}

proptest! {
    // `PROPTEST_CASES` asks for more; a fourth of it is enough, for each case has eight patients.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases / 4,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nobody_is_lost_and_parts_of_the_people_make_the_whole(
        made in proptest::collection::vec(any::<u32>(), 0..600),
        lives in proptest::collection::vec(any::<u32>(), 0..600),
        (at, all) in (0..=8_usize, any::<bool>()),
    ) {
        let mut asked = definition(&mut Choices::new(made));
        (asked.sample, asked.matched) = (None, None);
        if all {
            asked = widened(&asked);
        }
        let setting = setting().unwrap();
        let people = patients(&mut Choices::new(lives), &Constants::of(&asked), 8);
        let whole = of(&asked, &setting, &people);
        let answer = answer(&asked, &setting.world().unwrap(), &people).unwrap();
        let members = answer.patients.iter().filter(|patient| !patient.periods.is_empty());
        let periods = answer.patients.iter().map(|patient| patient.periods.len()).sum::<usize>();
        prop_assert_eq!(whole.whole, cell(members.count() as u64, periods as u64));
        let sum_of = |rows: &mut dyn Iterator<Item = Cell>| rows.fold(Cell::NONE, Cell::with);
        prop_assert_eq!(sum_of(&mut whole.months.values().copied()), whole.whole);
        prop_assert_eq!(sum_of(&mut whole.endings.values().copied()), whole.whole);
        prop_assert_eq!(whole.follow_up.whole(), whole.whole);
        let people_by_age = whole.ages.values().fold(RawCount::ZERO, |sum, n| sum.plus(*n));
        prop_assert_eq!(people_by_age, whole.whole.people);
        prop_assert_eq!(whole.outputs.len(), asked.outputs.len());
        for (name, distribution) in &whole.outputs {
            let of_all = sum(distribution).unwrap_or(whole.whole);
            prop_assert_eq!(of_all, whole.whole, "{}", name);
        }
        let (some, rest) = people.split_at(at.min(people.len()));
        let mut parts = Results::nobody(&asked);
        parts.add(&of(&asked, &setting, some));
        parts.add(&of(&asked, &setting, rest));
        prop_assert_eq!(parts, whole);
    }
}
