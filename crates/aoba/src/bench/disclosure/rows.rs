//! How long the measures of anonymity take over many rows.

use std::hint::black_box;
use std::time::Instant;

use disclosure::anonymity::{Classes, Scale};
use synth::dice::Dice;

use super::super::runs::milliseconds;

/// How many values each quasi-identifier has: age, sex, ward, month, district, kind of insurance.
const QUASI: [u32; 6] = [20, 2, 30, 12, 40, 4];
/// And the sensitive column: diagnoses.
const SENSITIVE: u32 = 300;

/// So many rows are handed over at once.
const PART: usize = 8_192;

pub(super) fn run(rows: usize, seed: u64) -> anyhow::Result<()> {
    let mut dice = Dice::new(seed ^ 0x6a6e, 0);
    let mut column = |values: u32| -> Vec<u32> {
        // Low codes are the more frequent ones.
        let code = |dice: &mut Dice| dice.below(values).min(dice.below(values));
        (0..rows).map(|_| code(&mut dice)).collect()
    };
    let quasi: Vec<Vec<u32>> = QUASI.into_iter().map(&mut column).collect();
    let sensitive = column(SENSITIVE);
    let began = Instant::now();
    let mut classes = Classes::new(QUASI.len(), &[Scale::Nominal]);
    for from in (0..rows).step_by(PART) {
        let part = |codes: &'_ Vec<u32>| from..(from + PART).min(codes.len());
        let columns: Vec<&[u32]> =
            quasi.iter().filter_map(|codes| codes.get(part(codes))).collect();
        classes.add(&columns, &[sensitive.get(part(&sensitive)).unwrap_or_default()])?;
    }
    let added = began.elapsed();
    let began = Instant::now();
    let measured = black_box((classes.anonymity(), classes.prosecutor(), classes.sample_uniques()));
    println!(
        "\nanonymity of {rows} rows, {} quasi-identifiers, {} classes: {:.0} ms to add, {:.0} ms to \
         measure (k = {})",
        QUASI.len(),
        classes.classes().get(),
        milliseconds(added),
        milliseconds(began.elapsed()),
        measured.0.map_or(0, |measured| measured.k),
    );
    Ok(())
}
