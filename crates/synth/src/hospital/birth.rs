//! Makes the people: who comes to a university hospital, and for how long.

use super::calendar::{self, BEGIN, TODAY};
use super::chart::{DAY, Minute};
use super::names;
use super::person::{Person, Sex, Smoking};
use super::world;
use crate::dice::Dice;

/// Age at the first visit: upper bound in years, and parts in a thousand of all new patients.
///
/// # Source
/// After the shape of 厚生労働省「患者調査」2020 (patients of hospitals by age), with more children and
/// young women than there, as a university hospital has; the figures themselves are ours.
const AGES: [(f64, f64); 11] = [
    (1.0, 42.0),
    (7.0, 44.0),
    (18.0, 56.0),
    (30.0, 92.0),
    (40.0, 108.0),
    (50.0, 122.0),
    (60.0, 146.0),
    (70.0, 174.0),
    (80.0, 146.0),
    (90.0, 62.0),
    (97.0, 8.0),
];

/// Alleles of CYP2C19 and how frequent they are; the rest is *1.
const CYP2C19_ALLELES: [(u8, f64); 3] =
    [(2, world::ALLELE_2.value), (3, world::ALLELE_3.value), (17, world::ALLELE_17.value)];

/// A person, and from when to when the hospital knows them.
pub(super) fn person(dice: &mut Dice, seed: u64, number: u64) -> (Person, (Minute, Minute)) {
    let known = known(dice);
    let age = age_at_first(dice);
    let sex = if dice.chance(share_of_women(age)) { Sex::Female } else { Sex::Male };
    let born = known.0 - calendar::after(0, age);
    let (address, postcode) = names::address(dice);
    let (year, ..) = calendar::year_month_day(born);
    let person = Person {
        sex,
        born,
        name: names::name(sex, born, dice),
        address,
        postcode,
        local_number: local_number(seed, number),
        blood: blood(dice),
        height_cm: height(sex, year, dice),
        bmi: bmi(sex, dice),
        smoking: smoking(sex, year, dice),
        cyp2c19: (allele(dice), allele(dice)),
        coronary_score: dice.normal(),
    };
    (person, (known.0, until(dice, age, known)))
}

/// When the first record is, and the latest time of the last.
fn known(dice: &mut Dice) -> (Minute, Minute) {
    // A third was in care when record keeping began; their first visit is in the first months.
    let days = if dice.chance(0.3) {
        dice.between(3, 120)
    } else {
        dice.between(3, (TODAY - BEGIN) / DAY - 1)
    };
    (calendar::open_day(BEGIN + days * DAY) + 8 * 60 + 30, TODAY)
}

/// Until when the hospital knows somebody who came first at this age.
///
/// It does not depend on any disease, so leaving care tells nothing about what would have come.
fn until(dice: &mut Dice, age: f64, known: (Minute, Minute)) -> Minute {
    let stays = if age < 18.0 { 0.16 } else { 0.08 + 0.0024 * age.min(80.0) };
    let years = match dice.part() {
        part if part < stays => 1.0 + 9.0 * dice.wait(1.0),
        part if part < stays + 0.25 => 0.1 + 0.9 * dice.wait(1.0),
        _ => 0.005 + 0.17 * dice.wait(1.0),
    };
    // Who came on the last day is known for less than one.
    calendar::after(known.0, years).max(known.0 + DAY).min(known.1)
}

fn age_at_first(dice: &mut Dice) -> f64 {
    let weights = AGES.map(|(_, weight)| weight);
    let place = dice.weighted(&weights);
    let upper = AGES.get(place).map_or(50.0, |(upper, _)| *upper);
    let below = place.checked_sub(1).and_then(|place| AGES.get(place));
    let lower = below.map_or(0.0, |(upper, _)| *upper);
    lower + (upper - lower) * dice.part()
}

fn share_of_women(age: f64) -> f64 {
    match age {
        age if age < 18.0 => 0.46,
        age if age < 45.0 => 0.61,
        age if age < 80.0 => 0.47,
        _ => 0.57,
    }
}

/// The hospital's own number: all different up to a hundred million patients.
fn local_number(seed: u64, number: u64) -> u32 {
    // A factor without a common divisor with the modulus makes a permutation.
    let start = Dice::new(seed, u64::MAX).below(100_000_000);
    let number = (u64::from(start) + (number % 100_000_000) * 61_803_399) % 100_000_000;
    u32::try_from(number).unwrap_or_default()
}

/// ABO 40 : 30 : 20 : 10 and one in two hundred Rh negative, as Japanese schoolbooks say.
fn blood(dice: &mut Dice) -> &'static str {
    const GROUPS: [[&str; 2]; 4] = [["A+", "A-"], ["O+", "O-"], ["B+", "B-"], ["AB+", "AB-"]];
    let place = dice.weighted(&[0.40, 0.30, 0.20, 0.10]);
    let negative = usize::from(dice.chance(0.005));
    GROUPS.get(place).and_then(|group| group.get(negative)).copied().unwrap_or("A+")
}

/// Grown height in cm.
///
/// # Source
/// 国民健康・栄養調査 2019 by age: men 170 at thirty and 163 at seventy-five and older, women 157 and 150.
fn height(sex: Sex, year: i64, dice: &mut Dice) -> f64 {
    let since = (calendar::float(year) - 1930.0).clamp(0.0, 55.0);
    match sex {
        Sex::Male => 162.5 + 0.16 * since + 5.7 * dice.normal(),
        Sex::Female => 150.0 + 0.15 * since + 5.3 * dice.normal(),
    }
}

/// Body mass index at forty.
///
/// # Source
/// 国民健康・栄養調査 2019: men 23.9 (standard deviation 3.4), women 22.4 (3.8) over twenty.
fn bmi(sex: Sex, dice: &mut Dice) -> f64 {
    let (median, spread) = if sex == Sex::Male { (23.5, 0.14) } else { (21.9, 0.16) };
    (median * (spread * dice.normal()).exp()).clamp(15.0, 45.0)
}

/// Smoking by sex and year of birth.
///
/// # Source
/// 国民健康・栄養調査 2019 (27.1 % of men and 7.6 % of women smoke), with the decline by birth year
/// that its earlier rounds show; the shares of those who gave up are from general knowledge.
fn smoking(sex: Sex, year: i64, dice: &mut Dice) -> Smoking {
    let (current, former) = match (sex, year) {
        (_, 2006..) => (0.0, 0.0),
        (Sex::Male, ..1946) => (0.16, 0.52),
        (Sex::Male, 1946..1966) => (0.28, 0.42),
        (Sex::Male, 1966..1990) => (0.33, 0.24),
        (Sex::Male, _) => (0.20, 0.06),
        (Sex::Female, ..1946) => (0.03, 0.05),
        (Sex::Female, 1946..1966) => (0.08, 0.09),
        (Sex::Female, 1966..1990) => (0.10, 0.12),
        (Sex::Female, _) => (0.05, 0.04),
    };
    match dice.part() {
        part if part < current => Smoking::Current,
        part if part < current + former => Smoking::Former,
        _ => Smoking::Never,
    }
}

fn allele(dice: &mut Dice) -> u8 {
    let mut left = dice.part();
    for (allele, frequency) in CYP2C19_ALLELES {
        left -= frequency;
        if left < 0.0 {
            return allele;
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_known_after_today_or_for_no_time() {
        for number in 0..30_000 {
            let (person, known) = person(&mut Dice::new(1, number), 1, number);
            assert!(known.0 < known.1 && known.1 <= TODAY, "{number}");
            assert!(person.born <= known.0 + DAY, "{number}");
        }
    }
}
