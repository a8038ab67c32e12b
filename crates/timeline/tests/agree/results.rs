//! Definitions that compare results, and patients with many of them: who cannot be meant is told
//! from the least and the largest of each, and of some tables only the first events are read.

use std::sync::Arc;

use cohort::ast::{CohortDefinition, Definition, Kind};
use cohort::eval::{Coded, Measured, Patient, PatientEvent, Sex, Stretch};
use vocab::PatientId;

use super::compare::{self, Compared};
use super::folder;

const DEFINITIONS: [&str; 9] = [
    "entry first of
    a: lab in crea
            with (egfr(jp) < 60 mL/min/{1.73_m2}
                and any b: lab in crea
                    in [a + 90d, a + 730d]
                    with (egfr(jp) < 60 mL/min/{1.73_m2}
                        and no lab in crea in (a, b) with egfr(jp) >= 60 mL/min/{1.73_m2})),
    d: diagnosis in dm",
    "entry all c: lab in crea
          with (c.value - lowest of value of (lab in crea in [c - 48h, c)) >= 0.3 mg/dL
              or c.value as mg/dL >= 1.5 * lowest of value of (lab in crea in [c - 168h, c)))",
    "entry first visit
  require \"high\" any lab in crea ever with value >= 1.3 mg/dL
  require \"not low\" not (any lab in crea in [ever, index] with value < 0.6 mg/dL)",
    "entry all of
    a: lab in alt with value as U/L >= 3 * upper_limit,
    h: lab in alt
            with (value as U/L >= 2 * upper_limit
                and any lab in a1c in [h - 7d, h + 7d] with value as % > 7)",
    "entry first lab in a1c with value within [6.5 %, 15 %]
  exclude \"slow\" (egfr(ckd_epi_2021, (last lab in crea ever)) < 45 mL/min/{1.73_m2} else false)",
    "entry first in life lab in glu with value > 200 mg/dL",
    "entry first in life visit
  washout 30d
  require \"high\" any lab in glu ever with value / 2 > 100 mg/dL",
    "entry first lab in crea with (egfr(jp) < 60 mL/min/{1.73_m2} else value >= 1 mg/dL)",
    "entry all c: lab in crea
          with (known (value as mg/dL) and highest of value of (lab in crea in (c, c + 30d]) < value)
  exit at coverage.end
  follow_up 30d",
];

/// Numbers by chance: splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn number(&mut self, limit: u64) -> i64 {
        i64::try_from(self.below(limit)).unwrap()
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}

fn event(dice: &mut Dice, key: u64, kind: Kind, code: Option<&str>) -> PatientEvent {
    let mut event = PatientEvent::new(kind, &format!("key{key}"));
    event.codes = code.map(|code| Coded::of("aoba", code)).into_iter().collect();
    let first = (18_000 + dice.number(400)) * 86_400;
    let second = first + dice.number(86_400);
    event.start = match dice.below(24) {
        0 => None,
        1 => Stretch::new(first, first + 31 * 86_400 - 1),
        2..8 => Stretch::new(first, first + 86_399),
        _ => Some(Stretch::second(second)),
    };
    event.last = event.start;
    event.suspected = dice.below(30) == 0;
    event
}

fn result(dice: &mut Dice, key: u64, level: u64, is_whole: bool) -> PatientEvent {
    let (code, usual, units): (&str, f64, &[&str]) = dice.one_of(&[
        ("c1", 0.9, &["mg/dL"] as &[&str]),
        ("c1", 0.9, &["mg/dL"]),
        ("t1", 30.0, &["U/L"]),
        ("a1", 6.0, &["%", "mmol/mol"]),
        ("g1", 110.0, &["mg/dL", "g/L"]),
        ("g2", 110.0, &["mg/dL"]),
    ]);
    let mut event = event(dice, key, Kind::Lab, Some(code));
    // Around the patient's own level, so that some can be meant and others not.
    let share = f64::from(u32::try_from(50 + level * 25 + dice.below(60)).unwrap()) / 100.0;
    let unit = if is_whole { units[0] } else { dice.one_of(units) };
    let value = (usual * share * 100.0).round() / 100.0;
    let is_there = is_whole || dice.below(12) > 0;
    event.value = is_there.then(|| Measured { value, unit: Some(unit.to_owned()) });
    event.upper_limit = (is_whole || dice.below(5) > 0).then_some(usual * 1.25);
    event
}

fn patient(dice: &mut Dice, id: u64, is_whole: bool) -> Patient {
    let mut patient = Patient::new(PatientId::from_hash(id));
    patient.sex = match dice.below(8) {
        0 => None,
        1 => Some(Sex::Other),
        2..5 => Some(Sex::Female),
        _ => Some(Sex::Male),
    };
    let born = -dice.number(22_000) + 14_000;
    let days = if dice.below(6) == 0 { 365 } else { 1 };
    patient.birth = (dice.below(9) > 0).then(|| Stretch::days(born, born + days - 1));
    let level = dice.below(5);
    let mut events = Vec::new();
    for key in 0..dice.below(30) {
        events.push(match dice.below(8) {
            0 => event(dice, key, Kind::Visit, None),
            1 => event(dice, key, Kind::Diagnosis, Some("d1")),
            _ => result(dice, key, level, is_whole),
        });
    }
    if is_whole {
        // What is known to the second alone.
        for event in &mut events {
            event.start = event.start.map(|start| Stretch::second(start.first_second()));
            event.start = event.start.or(Some(Stretch::second(18_100 * 86_400)));
            event.last = event.start;
        }
    }
    patient.events = events.into_iter().map(Arc::new).collect();
    patient
}

fn definitions() -> Vec<CohortDefinition> {
    let parse = |body: &&str| {
        let uses: String = ["dm", "crea", "alt", "a1c", "glu"]
            .iter()
            .filter(|name| body.contains(&format!("in {name}")))
            .map(|name| format!("  uses codes {name} version 1\n"))
            .collect();
        let exit = if body.contains("exit at") { "" } else { "  exit at coverage.end\n" };
        let text = format!("cohort compared version 1\n{uses}  {body}\n{exit}");
        let parsed = cohort::text::parse(&text).expect(body);
        match parsed.definition {
            Definition::Cohort(cohort) => Some(*cohort),
            Definition::Study(_) => None,
        }
    };
    DEFINITIONS.iter().filter_map(parse).collect()
}

#[test]
fn whoever_is_not_read_is_not_meant() {
    let setting = cohort::generate::setting().unwrap();
    let (folder, definitions) = (folder(), definitions());
    let mut compared = Compared::default();
    for seed in 0..120 {
        let mut dice = Dice(seed);
        let is_whole = seed % 3 > 0;
        let patients = (1..=8).map(|id| patient(&mut dice, id, is_whole)).collect();
        let asked = (&setting, patients);
        if let Err(what) =
            compare::all_of(&definitions, asked, (seed, folder.path()), &mut compared)
        {
            panic!("{what}");
        }
    }
    let of = compared.recorder;
    assert_eq!(compared.unplanned, 0);
    assert!(of.with_periods * 2 > of.definitions && of.with_periods < of.definitions, "{of}");
    assert!(of.holds.min(of.fails).min(of.unknown) > 50, "{of}");
}
