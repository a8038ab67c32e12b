//! Makes lives and says how fast, how long and how full they are.
//!
//! `cargo run --release -p synth --example lives -- 20000`

use std::collections::BTreeMap;
use std::time::Instant;

use synth::hospital::Hospital;
use synth::hospital::chart::{Truth, What};

fn main() {
    let patients = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let hospital = Hospital { seed: 1, patients };
    let start = Instant::now();
    let mut rows = Vec::new();
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    let mut truths: BTreeMap<&str, u64> = BTreeMap::new();
    let mut years = 0.0;
    for life in hospital.lives() {
        rows.push(life.visits.len() + life.events.len());
        years += (life.known.1 - life.known.0) as f64 / 525_960.0;
        *kinds.entry("visits").or_default() += life.visits.len() as u64;
        *kinds.entry("deaths").or_default() += u64::from(life.died.is_some());
        for event in &life.events {
            *kinds.entry(name(&event.what)).or_default() += 1;
        }
        for truth in &life.truths {
            let name = match truth {
                Truth::Has { phenotype, .. } => phenotype,
                Truth::Happened { event, .. } => event,
                Truth::Chose { arm, .. } => arm,
                Truth::Wrong { fault, .. } => fault,
            };
            *truths.entry(name).or_default() += 1;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    rows.sort_unstable();
    let total: usize = rows.iter().sum();
    println!("{:.1} microseconds a patient", seconds * 1e6 / patients as f64);
    println!(
        "{:.1} rows a patient, {:.2} years",
        total as f64 / patients as f64,
        years / patients as f64
    );
    for part in [1, 10, 25, 50, 75, 90, 99] {
        println!("{part:3} %: {} rows", rows[(rows.len() - 1) * part / 100]);
    }
    println!("most: {}", rows[rows.len() - 1]);
    println!("{kinds:#?}\n{truths:#?}");
}

fn name(what: &What) -> &'static str {
    match what {
        What::Diagnosis(_) => "diagnoses",
        What::Measured { .. } => "measured",
        What::Pressure { .. } => "pressures",
        What::Taken(_) => "specimens",
        What::Prescribed(_) => "prescribed",
        What::Given(_) => "given",
        What::Operated { .. } => "operated",
        What::Allergic { .. } => "allergies",
        What::Vaccinated { .. } => "vaccinated",
        What::Family { .. } => "family",
        What::Staged { .. } => "staged",
        What::Reported(_) => "reports",
        What::Noted(_) => "notes",
        What::OnlyInText(_) => "only in text",
    }
}
