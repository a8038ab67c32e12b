//! The measures beside pycanon's, over invented rows (`testdata/anonymity`) and shared ones.

use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

const CASES: &str = include_str!("../../../../testdata/anonymity/cases.json");

fn near(name: &str, measure: &str, ours: f64, theirs: &Value) {
    let theirs = theirs.as_f64().unwrap();
    assert!(
        (ours - theirs).abs() <= 1e-12 * theirs.abs().max(1.0),
        "{name}, {measure}: {ours} {theirs}"
    );
}

/// Holds what we measure against what pycanon said, under its name for each measure.
fn agrees(name: &str, classes: &Classes, said: impl Fn(&str) -> Value) {
    let Anonymity { k, diversity } = classes.anonymity().unwrap();
    let told = diversity.unwrap();
    assert_eq!(said("k"), k, "{name}");
    assert_eq!(said("distinct"), told.distinct, "{name}");
    assert_eq!(said("entropy_whole"), told.entropy_whole(), "{name}: {}", told.entropy);
    let c = told.recursive_from_rarest.map_or(Value::Null, Value::from);
    assert_eq!(said("recursive_from_rarest"), c, "{name}");
    near(name, "alpha", told.alpha, &said("alpha"));
    near(name, "t", told.closeness, &said("closeness"));
    near(name, "basic beta", told.beta_basic, &said("beta_basic"));
    near(name, "enhanced beta", told.beta_enhanced, &said("beta_enhanced"));
    near(name, "delta", told.delta, &said("delta"));
}

fn added(classes: &mut Classes, columns: &[Vec<u32>]) {
    let columns: Vec<&[u32]> = columns.iter().map(Vec::as_slice).collect();
    let (quasi, sensitive) = columns.split_at(classes.quasi);
    classes.add(quasi, sensitive).unwrap();
}

#[test]
fn all_measures_are_pycanons() {
    let cases: Value = serde_json::from_str(CASES).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 8);
    for case in cases {
        let scale =
            |scale: &Value| if scale == "ordered" { Scale::Ordered } else { Scale::Nominal };
        let scales: Vec<Scale> = case["scales"].as_array().unwrap().iter().map(scale).collect();
        let quasi = usize::try_from(case["quasi"].as_u64().unwrap()).unwrap();
        let mut classes = Classes::new(quasi, &scales);
        // Rows come in two parts.
        let rows = case["rows"].as_array().unwrap();
        for part in rows.chunks(rows.len() / 2 + 1) {
            let column = |at: usize| {
                let code = |row: &Value| u32::try_from(row[at].as_u64().unwrap()).unwrap();
                part.iter().map(code).collect::<Vec<u32>>()
            };
            let columns: Vec<_> = (0..quasi + scales.len()).map(column).collect();
            added(&mut classes, &columns);
        }
        let name = case["name"].as_str().unwrap();
        agrees(name, &classes, |measure| case[measure].clone());
    }
}

/// The shared rows: named by `AOBA_SHARED`, else beside the repository.
#[test]
fn all_measures_of_shared_rows_are_pycanons() {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let stats = std::env::var("AOBA_SHARED").map_or(beside, PathBuf::from).join("data/stats");
    let Ok(files) = std::fs::read_dir(stats.join("cases")) else {
        return println!("skipped: no shared cases beside the repository");
    };
    let files = files.map(|file| file.unwrap().path());
    let is_ours =
        |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("sdc-anon");
    for path in files.filter(is_ours) {
        let case: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let data = stats.join(case["dataset"].as_str().unwrap());
        let csv = std::fs::read_to_string(data).unwrap();
        let (head, rows) = csv.split_once('\n').unwrap();
        let column = |name: &str| {
            let at = head.trim().split(',').position(|each| each == name).unwrap();
            let values: Vec<&str> =
                rows.lines().map(|row| row.split(',').nth(at).unwrap()).collect();
            let mut sorted = values.clone();
            sorted.sort_by_key(|value| (value.parse::<u32>().unwrap_or_default(), *value));
            sorted.dedup();
            let codes: BTreeMap<&str, u32> = sorted.into_iter().zip(0..).collect();
            values.into_iter().map(|value| codes[value]).collect::<Vec<u32>>()
        };
        let quasi = ["age_band", "sex", "ward"].map(column);
        let mut classes = Classes::new(3, &[Scale::Nominal]);
        added(&mut classes, &[quasi.as_slice(), &[column("diagnosis")]].concat());
        let said = &case["expected"];
        agrees(case["id"].as_str().unwrap(), &classes, |measure| match measure {
            "k" => said["k_anonymity"].clone(),
            "distinct" => said["l_diversity"].clone(),
            "entropy_whole" => said["entropy_l_diversity"].clone(),
            "recursive_from_rarest" => said["recursive_c_l_diversity"][0].clone(),
            "alpha" => said["alpha_k_anonymity"][0].clone(),
            "closeness" => said["t_closeness"].clone(),
            "beta_basic" => said["basic_beta_likeness"].clone(),
            "beta_enhanced" => said["enhanced_beta_likeness"].clone(),
            _ => said["delta_disclosure"].clone(),
        });
        assert_eq!(said["n_classes"], classes.classes().get());
        assert_eq!(said["sample_uniques"], classes.sample_uniques().get());
        assert_eq!(said["records_in_classes_below_10"], classes.rows_in_classes_below(10).get());
        let mut days = Classes::new(3, &[Scale::Ordered]);
        added(&mut days, &[quasi.as_slice(), &[column("los")]].concat());
        let days = days.anonymity().unwrap().diversity.unwrap();
        near("days", "t", days.closeness, &said["t_closeness_numeric_los"]);
    }
}

#[test]
fn recursive_diversity_begins_with_the_most_frequent() {
    // Five, three and two rows, l = 3: five is less than three times two.
    let mut classes = Classes::new(1, &[Scale::Nominal]);
    classes.add(&[&[7; 10]], &[&[1, 1, 1, 1, 1, 2, 2, 2, 3, 3]]).unwrap();
    let told = classes.anonymity().unwrap().diversity.unwrap();
    assert_eq!((told.distinct, told.recursive, told.recursive_from_rarest), (3, Some(3), Some(1)));
}

#[test]
fn an_entropy_is_that_of_as_many_equal_values() {
    let mut classes = Classes::new(0, &[Scale::Nominal]);
    classes.add(&[], &[&[1, 2, 3, 4, 5]]).unwrap();
    let told = classes.anonymity().unwrap().diversity.unwrap();
    assert!((told.entropy - 5.0).abs() < 1e-12);
}

#[test]
fn columns_that_do_not_fit_add_nothing() {
    let mut classes = Classes::new(2, &[Scale::Nominal]);
    assert_eq!(classes.add(&[&[1, 2], &[1]], &[&[1, 2]]), Err(Uneven));
    assert_eq!(classes.add(&[&[1, 2]], &[&[1, 2]]), Err(Uneven));
    assert_eq!(classes.add(&[&[1], &[2]], &[]), Err(Uneven));
    assert_eq!((classes.anonymity(), classes.prosecutor()), (None, None));
    assert!(classes.journalist(&classes).is_none());
    assert_eq!(classes.population_uniques(0.5), Some(0.0));
    assert_eq!(classes.population_uniques(f64::NAN), None);
    assert_eq!(classes.population_uniques(0.0), None);
}

#[test]
fn who_hides_in_a_population_is_found_less() {
    let mut all = Classes::new(1, &[]);
    all.add(&[&[1, 1, 1, 1, 2, 2, 3, 3, 3, 3]], &[]).unwrap();
    let mut sample = Classes::new(1, &[]);
    sample.add(&[&[1, 2, 2, 3]], &[]).unwrap();
    let risk = sample.journalist(&all).unwrap();
    assert_eq!((risk.most, risk.mean), (0.5, (0.25 + 1.0 + 0.25) / 4.0));
    assert_eq!(sample.prosecutor().unwrap(), Risk { most: 1.0, mean: 0.75 });
    assert_eq!(sample.journalist(&sample), sample.prosecutor());
}

proptest! {
    #[test]
    fn more_facts_known_never_make_people_hide_better(
        rows in prop::collection::vec((0_u32..4, 0_u32..4, 0_u32..3), 1..80),
    ) {
        let column = |pick: fn(&(u32, u32, u32)) -> u32| rows.iter().map(pick).collect::<Vec<_>>();
        let (one, two, told) = (column(|row| row.0), column(|row| row.1), column(|row| row.2));
        let (mut fewer, mut more) =
            (Classes::new(1, &[Scale::Nominal]), Classes::new(2, &[Scale::Nominal]));
        fewer.add(&[&one], &[&told]).unwrap();
        more.add(&[&one, &two], &[&told]).unwrap();
        let (known, worse) = (fewer.anonymity().unwrap(), more.anonymity().unwrap());
        prop_assert!(worse.k <= known.k);
        let (known, worse) = (known.diversity.unwrap(), worse.diversity.unwrap());
        prop_assert!(worse.distinct <= known.distinct && worse.alpha >= known.alpha - 1e-12);
        prop_assert!(worse.closeness >= known.closeness - 1e-12);
        prop_assert!(worse.beta_basic >= known.beta_basic - 1e-12);
        prop_assert!(more.sample_uniques() >= fewer.sample_uniques());
        prop_assert!(more.prosecutor().unwrap().most >= fewer.prosecutor().unwrap().most);
        // In whatever order rows come, the answer is the same to the last bit.
        let mut turned = Classes::new(2, &[Scale::Nominal]);
        let backwards = |codes: &[u32]| codes.iter().rev().copied().collect::<Vec<_>>();
        turned.add(&[&backwards(&one), &backwards(&two)], &[&backwards(&told)]).unwrap();
        prop_assert_eq!(turned.anonymity(), more.anonymity());
        prop_assert_eq!(turned.journalist(&fewer).is_none(), true);
    }
}
