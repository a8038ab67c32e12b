//! A hospital that never was: 280 events a patient, codes as frequent as Zipf says, among them those
//! that the library looks for: results among the most frequent, the others anywhere.
//!
//! A patient's results lie around a level of their own, as those of people do; some have a chronic
//! illness, and a few visits are for an acute one. Where results are *scattered*, each is thrown
//! anew: whatever is looked for, nearly everybody has had it once.

use std::ops::Range;

use crate::library::Planted;

use timeline::event::{
    Batch, BirthDate, CodeSets, Codes, NOTHING, Person, Sex, Texts, Times, Words, coverage_of,
};
use vocab::PatientId;

/// Kinds with their share of the events and how many codes they have.
const KINDS: [(&str, u32, usize); 12] = [
    ("lab", 590, 600),
    ("drug_order", 80, 3000),
    ("diagnosis", 90, 6000),
    ("visit", 80, 1),
    ("procedure", 50, 1500),
    ("vital", 45, 8),
    ("drug_admin", 50, 800),
    ("consent", 1, 3),
    ("specimen", 2, 5),
    ("variant", 2, 50),
    ("death", 0, 1),
    ("coverage visit", 0, 1),
];
const VISIT: usize = 3;
const VITAL: usize = 5;
const DEATH: usize = 10;
const COVERAGE: usize = 11;
/// Kinds whose coverage is declared, beside visits.
const COVERED: [&str; 3] = ["coverage diagnosis", "coverage drug_order", "coverage lab"];
const UNITS: [&str; 9] = ["mg/dL", "g/dL", "%", "10*3/uL", "U/L", "mmol/L", "10*9/L", "Cel", "ug"];

pub(crate) struct Hospital {
    patients: u32,
    seed: u64,
    scattered: bool,
    codes: Vec<(String, String)>,
    /// Unit and usual value of each code.
    usual: Vec<(u32, f64)>,
    /// Where the codes of each kind begin.
    first_code: Vec<usize>,
    zipf: Vec<Vec<f32>>,
}

/// Rows of some patients.
#[derive(Default)]
pub(crate) struct Rows {
    patient: Vec<PatientId>,
    kind: Vec<u32>,
    code: Vec<u32>,
    start: Vec<i64>,
    start_seconds: Vec<u32>,
    last: Vec<i64>,
    last_seconds: Vec<u32>,
    source: (Vec<u32>, Vec<u8>),
    visit: (Vec<u32>, Vec<u8>),
    order: (Vec<u32>, Vec<u8>),
    department: Vec<u32>,
    visit_kind: Vec<u32>,
    unit: Vec<u32>,
    value: Vec<f64>,
    supply: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    suspected: Vec<bool>,
    main: Vec<bool>,
    codes: Vec<(String, String)>,
}

/// A small generator of numbers: splitmix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.roll()) * u128::from(limit)) >> 64) as u64
    }
    /// Around 1, with about this deviation.
    fn around(&mut self, deviation: f64) -> f64 {
        1.0 + (self.unit() + self.unit() + self.unit() - 1.5) * 2.0 * deviation
    }
    fn unit(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Hospital {
    pub(crate) fn new((patients, scattered): (u32, bool), seed: u64, planted: &[Planted]) -> Self {
        let mut dice = Dice(99);
        let (mut codes, mut usual) = (Vec::new(), Vec::new());
        let mut first_code = Vec::new();
        let mut zipf = Vec::new();
        for (kind, _, count) in KINDS {
            let first = codes.len();
            first_code.push(first);
            for code in 0..count {
                codes.push((format!("urn:oid:1.2.{kind}"), format!("{kind}{code:05}")));
                usual.push((code as u32 % 6, 5.0 + (code % 40) as f64 * 3.0));
            }
            for of in planted.iter().filter(|of| of.kind == kind) {
                let place = match of.result {
                    Some((place, ..)) => place.min(count - 1),
                    None => dice.below(count as u64) as usize,
                };
                codes[first + place] = (of.system.clone(), of.code.clone());
                if let Some((_, unit, value)) = of.result {
                    let unit = UNITS.iter().position(|of| *of == unit).unwrap_or(0);
                    usual[first + place] = (unit as u32, value);
                }
            }
            let mut sum = 0.0;
            let mut of: Vec<f32> = (0..count)
                .map(|rank| {
                    sum += 1.0 / (rank as f32 + 2.7);
                    sum
                })
                .collect();
            of.iter_mut().for_each(|share| *share /= sum);
            zipf.push(of);
        }
        Self { patients, seed, scattered, codes, usual, first_code, zipf }
    }

    fn id(&self, number: u32) -> PatientId {
        // Spread as hashes are, and rising.
        let step = (1_u64 << 62) / u64::from(self.patients.max(1));
        let jitter = Dice(self.seed ^ u64::from(number)).below(step.max(1));
        PatientId::from_hash(u64::from(number) * step + jitter)
    }

    pub(crate) fn persons(&self) -> Vec<Person> {
        (0..self.patients)
            .map(|number| {
                let mut dice = Dice(self.seed.wrapping_mul(31) ^ u64::from(number));
                let first_day = -(dice.below(25_000) as i32) + 14_000;
                let sex = if dice.below(2) == 0 { Sex::Male } else { Sex::Female };
                let birth = Some(BirthDate { first_day, days: 1 });
                Person { id: self.id(number), birth, sex, gone: false }
            })
            .collect()
    }

    /// The rows of some patients.
    pub(crate) fn rows(&self, numbers: Range<u32>) -> Rows {
        let mut rows = Rows { codes: self.codes.clone(), ..Rows::default() };
        for number in numbers {
            let mut dice = Dice(self.seed.wrapping_mul(977) ^ (u64::from(number) << 20));
            let sick = dice.unit();
            // A few have very many events, most have few: the mean is 280.
            let count = (40.0 + 960.0 * sick * sick * sick) as u64;
            let visits = 2 + count / 12;
            let first = 12_000 + dice.below(5_000) as i64;
            let mut days: Vec<i64> =
                (0..visits).map(|_| first + dice.below(3_300) as i64).collect();
            days.sort_unstable();
            let id = self.id(number);
            rows.coverage(id, days[0], days[days.len() - 1] + 400);
            for place in 0..count {
                let share = dice.below(990) as u32;
                let mut sum = 0;
                let kind = KINDS.iter().position(|(_, of, _)| {
                    sum += of;
                    share < sum
                });
                let visit = if kind == Some(VISIT) { place % visits } else { dice.below(visits) };
                self.row(
                    (&mut rows, &mut dice),
                    (id, number),
                    (kind.unwrap_or(0), place),
                    (visit, days[visit as usize]),
                );
            }
            if dice.below(12) == 0 {
                self.row(
                    (&mut rows, &mut dice),
                    (id, number),
                    (DEATH, count),
                    (visits - 1, days[days.len() - 1] + 30),
                );
            }
        }
        rows
    }

    fn row(
        &self,
        (rows, dice): (&mut Rows, &mut Dice),
        (id, number): (PatientId, u32),
        (kind, place): (usize, u64),
        (visit, day): (u64, i64),
    ) {
        let share = dice.unit() as f32;
        let code = self.zipf[kind].partition_point(|sum| *sum < share);
        let code = code.min(KINDS[kind].2 - 1);
        rows.patient.push(id);
        rows.kind.push(kind as u32);
        rows.code.push((self.first_code[kind] + code) as u32);
        let is_day = matches!(kind, 2 | 7 | 9 | DEATH);
        let second = if is_day { 0 } else { (480 + dice.below(600) as i64) * 60 };
        rows.start.push(day * 86_400 + second);
        rows.start_seconds.push(if is_day { 86_400 } else { 1 });
        let is_stay = kind == VISIT && dice.below(10) == 0;
        let stays = if is_stay { dice.below(20) as i64 * 86_400 } else { 0 };
        rows.last.push(day * 86_400 + second + stays);
        rows.last_seconds.push(if matches!(kind, 2 | 7) {
            0
        } else if is_day {
            86_400
        } else {
            1
        });
        let source = Dice(u64::from(number) << 24 | place).roll();
        rows.source.1.extend_from_slice(format!("{source:016x}").as_bytes());
        rows.source.0.push(rows.source.1.len() as u32);
        if kind != VISIT {
            rows.visit.1.extend_from_slice(format!("v{number:08}-{visit}").as_bytes());
        }
        rows.visit.0.push(rows.visit.1.len() as u32);
        if kind == 0 || kind == 1 {
            let order = visit * 3 + code as u64 % 3;
            rows.order.1.extend_from_slice(format!("o{number:08}-{order}").as_bytes());
        }
        rows.order.0.push(rows.order.1.len() as u32);
        rows.department.push(dice.below(25) as u32);
        rows.visit_kind.push(if kind == VISIT { u32::from(is_stay) } else { NOTHING });
        let has_value = matches!(kind, 0 | 5 | 8);
        let (unit, middle) = self.usual[self.first_code[kind] + code];
        rows.unit.push(if has_value { unit } else { NOTHING });
        let scale = if middle < 10.0 { 100.0 } else { 10.0 };
        let spread = if self.scattered {
            scattered(dice, kind)
        } else {
            self.steady(dice, (kind, code), (number, visit))
        };
        let value = (middle * spread * scale).round() / scale;
        rows.value.push(if has_value { value } else { f64::NAN });
        rows.supply.push(if kind == 1 { 7.0 * (1 + dice.below(8)) as f64 } else { f64::NAN });
        rows.low.push(if kind == 0 { middle * 0.5 } else { f64::NAN });
        rows.high.push(if kind == 0 { middle * 1.5 } else { f64::NAN });
        rows.suspected.push(kind == 2 && dice.below(8) == 0);
        rows.main.push(kind == 2 && dice.below(3) == 0);
    }
}

/// A result as a share of the usual one, whoever has it.
fn scattered(dice: &mut Dice, kind: usize) -> f64 {
    let spread = dice.around(1.0 / 3.0);
    // A body's temperature varies less than what is in its blood.
    if kind == VITAL { 1.0 + (spread - 1.0) / 16.0 } else { spread }
}

impl Hospital {
    /// A result as a share of the usual one, around the patient's own level.
    fn steady(
        &self,
        dice: &mut Dice,
        (kind, code): (usize, usize),
        (number, visit): (u32, u64),
    ) -> f64 {
        let of_patient = self.seed.wrapping_mul(7_919) ^ u64::from(number);
        let mut own = Dice(of_patient ^ (code as u64) << 40 ^ (kind as u64) << 60);
        let mut at_visit = Dice(of_patient ^ (visit + 1) << 33);
        let acute = if at_visit.below(50) == 0 { dice.unit() } else { 0.0 };
        if kind == VITAL {
            return (1.0 + acute * 0.08) * dice.around(0.006);
        }
        let chronic = if own.below(12) == 0 { 1.0 + 2.0 * own.unit() } else { 1.0 };
        own.around(0.12) * chronic * (1.0 + 3.0 * acute) * dice.around(0.07)
    }
}

impl Rows {
    fn coverage(&mut self, id: PatientId, first: i64, last: i64) {
        for kind in COVERAGE..=COVERAGE + COVERED.len() {
            self.covered(kind, id, (first, last));
        }
    }

    fn covered(&mut self, kind: usize, id: PatientId, (first, last): (i64, i64)) {
        self.patient.push(id);
        self.kind.push(kind as u32);
        self.code.push(NOTHING);
        self.start.push(first * 86_400);
        self.start_seconds.push(86_400);
        self.last.push(last * 86_400);
        self.last_seconds.push(86_400);
        for texts in [&mut self.source, &mut self.visit, &mut self.order] {
            texts.0.push(texts.1.len() as u32);
        }
        self.department.push(NOTHING);
        self.visit_kind.push(NOTHING);
        self.unit.push(NOTHING);
        self.value.push(f64::NAN);
        self.supply.push(f64::NAN);
        self.low.push(f64::NAN);
        self.high.push(f64::NAN);
        self.suspected.push(false);
        self.main.push(false);
    }

    pub(crate) fn with_batch(&self, with: impl FnOnce(&Batch<'_>)) {
        let coverage = coverage_of("visit");
        let kinds = KINDS.iter().map(|(kind, ..)| *kind).take(COVERAGE);
        let kinds: Vec<&str> = kinds.chain([coverage.as_str()]).chain(COVERED).collect();
        let codes: Vec<(&str, &str)> =
            self.codes.iter().map(|(system, code)| (system.as_str(), code.as_str())).collect();
        let ends: Vec<u32> = (1..).take(codes.len()).collect();
        let departments: Vec<String> = (0..25).map(|number| format!("dep{number}")).collect();
        let departments: Vec<(&str, &str)> =
            departments.iter().map(|name| ("urn:dep", name.as_str())).collect();
        let texts = |texts| {
            let (ends, bytes): &(Vec<u32>, Vec<u8>) = texts;
            Texts { ends, bytes }
        };
        with(&Batch {
            patient: &self.patient,
            kind: Words { keys: &self.kind, words: &kinds },
            code_sets: CodeSets { keys: &self.code, ends: &ends, codes: &codes },
            start: Times { earliest: &self.start, seconds: &self.start_seconds },
            last: Some(Times { earliest: &self.last, seconds: &self.last_seconds }),
            source_key: texts(&self.source),
            visit: Some(texts(&self.visit)),
            order: Some(texts(&self.order)),
            codes: [
                Some(Codes { keys: &self.department, codes: &departments }),
                None,
                None,
                None,
                Some(Codes {
                    keys: &self.visit_kind,
                    codes: &[("", "outpatient"), ("", "inpatient")],
                }),
            ],
            unit: Some(Words { keys: &self.unit, words: &UNITS }),
            dose_unit: None,
            numbers: [
                Some(&self.value),
                Some(&self.low),
                Some(&self.high),
                None,
                Some(&self.supply),
            ],
            suspected: Some(&self.suspected),
            main: Some(&self.main),
            attributes: &[],
        });
    }
}
