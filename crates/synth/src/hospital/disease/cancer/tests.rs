use super::super::super::person::{Person, Sex, Smoking};
use super::super::super::{Hospital, calendar};
use super::*;

fn somebody(sex: Sex, smoking: Smoking, age: f64) -> (Person, Minute) {
    let mut person = Hospital { seed: 5, patients: 1 }.life(0).person;
    let found = calendar::date(2016, 5, 10);
    (person.sex, person.smoking) = (sex, smoking);
    person.born = calendar::after(found, -age);
    (person, found)
}

#[test]
fn people_live_as_long_as_the_stage_says() {
    let (person, found) = somebody(Sex::Female, Smoking::Never, 68.0);
    for site in sites::SITES {
        let mut dice = Dice::new(3, 1);
        let mut alive = [[0.0_f64; 2]; 5];
        for _ in 0..20_000 {
            let case = Case::draw(site, &person, found, &mut dice).unwrap();
            alive[case.place][0] += 1.0;
            if case.dies > calendar::after(found, 5.0) {
                alive[case.place][1] += 1.0;
            }
        }
        for (stage, [all, living]) in site.stages.iter().zip(alive) {
            let spread = (stage.share.value * (1.0 - stage.share.value) / 20_000.0).sqrt();
            let share = all / 20_000.0;
            assert!((share - stage.share.value).abs() < 4.0 * spread, "{} {share}", stage.name);
            let spread = (stage.survival_5y.value * (1.0 - stage.survival_5y.value) / all).sqrt();
            let off = living / all - stage.survival_5y.value;
            assert!(off.abs() < 4.0 * spread, "{} {} {off}", site.phenotype, stage.name);
        }
    }
}

#[test]
fn shares_of_stages_and_kinds_are_whole() {
    for site in sites::SITES {
        let stages: f64 = site.stages.iter().map(|stage| stage.share.value).sum();
        let kinds: f64 = site.subtypes.iter().map(|kind| kind.share.value).sum();
        assert!((stages - 1.0).abs() < 1e-9 && (kinds - 1.0).abs() < 1e-9, "{}", site.phenotype);
        assert!(site.stages.len() <= 5 && site.subtypes.len() <= 5);
        let falls =
            site.stages.windows(2).all(|two| two[0].survival_5y.value > two[1].survival_5y.value);
        assert!(falls, "{}: later stages must be worse", site.phenotype);
    }
}

#[test]
fn it_comes_back_between_treatment_and_death() {
    let (person, found) = somebody(Sex::Male, Smoking::Former, 70.0);
    let mut dice = Dice::new(8, 2);
    let mut back = 0;
    for _ in 0..3_000 {
        let case = Case::draw(&sites::COLON, &person, found, &mut dice).unwrap();
        assert!(case.dies > found);
        if let Some(recurs) = case.recurs {
            back += 1;
            assert!(found < recurs && recurs <= case.dies);
            assert!(!matches!(case.stage.plan, Plan::Drugs));
        }
    }
    assert!(back > 300, "{back}");
}

#[test]
fn smokers_get_lung_cancer_as_often_as_planted() {
    let found_in = |smoking: Smoking| {
        let (person, _) = somebody(Sex::Male, smoking, 60.0);
        let rates = Rates::of(&sites::LUNG, &person, None).unwrap();
        let mut dice = Dice::new(21, 4);
        let until = calendar::at_age(&person, 75.0);
        let found = (0..40_000)
            .filter(|_| rates.onset(&person, &mut dice).is_some_and(|minute| minute < until));
        // The hazard, not the share: -ln(1 - share).
        -(1.0 - f64::from(u32::try_from(found.count()).unwrap()) / 40_000.0).ln()
    };
    let ratio = found_in(Smoking::Current) / found_in(Smoking::Never);
    assert!((ratio / sites::LUNG.ratios[0].value - 1.0).abs() < 0.12, "{ratio}");
}

#[test]
fn checkpoint_inhibitors_are_given_to_the_younger_and_help() {
    let (mut young, mut old) = ([0.0_f64; 2], [0.0_f64; 2]);
    let mut years = [[0.0_f64; 2]; 2];
    let mut dice = Dice::new(4, 4);
    for (age, tally) in [(58.0, &mut young), (78.0, &mut old)] {
        let (mut person, _) = somebody(Sex::Male, Smoking::Current, age);
        let found = calendar::date(2020, 3, 3);
        person.born = calendar::after(found, -age);
        for _ in 0..20_000 {
            let case = Case::draw(&sites::LUNG, &person, found, &mut dice).unwrap();
            let Some((gets, _)) = case.checkpoint else { continue };
            tally[usize::from(gets)] += 1.0;
            if case.recurs.is_none() && case.stage.name == "IV" {
                let lived = calendar::years(case.dies - found).min(10.0);
                years[usize::from(gets)][0] += 1.0;
                years[usize::from(gets)][1] += lived;
            }
        }
    }
    assert!(young[1] / young[0] > 2.0 * old[1] / old[0], "{young:?} {old:?}");
    let mean = years.map(|[count, sum]| sum / count);
    assert!(mean[1] > 1.3 * mean[0], "{mean:?}");
}

#[test]
fn cancers_are_as_many_as_the_registry_says() {
    use super::super::super::birth;
    use super::super::super::chart::{Truth, YEAR};
    let (mut seen, mut expected) = (0.0, 0.0);
    for number in 0..60_000 {
        let (person, known) = birth::person(&mut Dice::new(77, number), 77, number);
        let settled = known.0 + 90 * DAY;
        if settled >= known.1 {
            continue;
        }
        let mut chart = Chart::new(known);
        live(&person, &mut Dice::new(78, number), &mut chart);
        let end = chart.end();
        let life = chart.close(number, person.clone());
        for site in sites::SITES {
            let found = life.truths.iter().find_map(|truth| match truth {
                Truth::Has { phenotype, time } if *phenotype == site.phenotype => Some(time.0),
                _ => None,
            });
            seen += f64::from(u8::from(found.is_some_and(|at| settled <= at && at < end)));
            let Some(rates) = Rates::of(site, &person, None) else { continue };
            let until = found.unwrap_or(end).min(end);
            let mut minute = settled;
            while minute < until {
                let step = (until - minute).min(YEAR / 4);
                let age = calendar::age(&person, minute + step / 2);
                let band = sites::BAND_YEARS.iter().rposition(|begin| *begin <= age);
                let a_year = band.and_then(|band| rates.a_year.get(band)).map_or(0.0, |f| f.value);
                expected += a_year * rates.ratio * calendar::years(step);
                minute += step;
            }
        }
    }
    assert!(expected > 150.0, "{expected}");
    let off: f64 = seen - expected;
    assert!(off.abs() < 4.0 * expected.sqrt(), "{seen} seen, {expected} expected");
}
