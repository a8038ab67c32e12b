//! How chronic diseases come to a university hospital: some begin under its eyes, most are sent to it.

use super::super::calendar;
use super::super::chart::{Chart, DAY, Minute};
use super::super::hazard::{self, Effect, Rate};
use super::super::person::Person;
use crate::dice::Dice;

/// When a disease begins: at its rate through life, or shortly before a first visit that it is the
/// reason of. So many years' worth of new patients are sent here at the first visit; rates after
/// the first ninety days are those of the country.
pub(super) fn onset(
    person: &Person,
    dice: &mut Dice,
    chart: &Chart,
    (rate, effects): (Rate, &[Effect]),
    referred_years: f64,
) -> Option<Minute> {
    let known = chart.known().0;
    let begins = match hazard::first(person, dice, rate, effects, person.born) {
        Some(onset) if onset < known => Some(onset),
        later => {
            let holding = effects.iter().filter(|of| of.time.0 <= known && known < of.time.1);
            let ratio: f64 = holding.map(|effect| effect.ratio).product();
            let a_year = rate.at(calendar::age(person, known)) * ratio;
            let is_sent = dice.chance(a_year * referred_years);
            if is_sent { Some(known + dice.between(5, 60) * DAY) } else { later }
        }
    };
    begins.filter(|onset| *onset < chart.end())
}

/// The days until the next visit: soon for the first, then as the disease asks.
pub(super) fn next_days(visits: u32, days: f64) -> f64 {
    if visits == 0 { 2.0 } else { days }
}
