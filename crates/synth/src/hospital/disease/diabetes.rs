//! Type 2 diabetes: when it begins and what it does to the body.

use crate::dice::Dice;
use crate::hospital::body::{Course as Push, Latent, Shift};
use crate::hospital::calendar;
use crate::hospital::chart::{Chart, Minute, Truth};
use crate::hospital::hazard::{self, Effect};
use crate::hospital::person::Person;
use crate::hospital::world;

/// The phenotype's name.
pub(super) const PHENOTYPE: &str = "type_2_diabetes";
/// Since when it is known to a doctor.
pub(super) const KNOWN: &str = "type_2_diabetes_known";

/// When it begins.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let rate = world::rate(
        person.sex,
        [world::DIABETES_MEN, world::DIABETES_WOMEN],
        world::DIABETES_GROWTH,
    );
    let effects = [Effect::always(world::power(world::DIABETES_BMI, person.bmi - 23.0))];
    let adult = calendar::at_age(person, 25.0);
    let Some(onset) = hazard::first(person, dice, rate, &effects, adult) else { return };
    if onset >= chart.end() {
        return;
    }
    chart.truth(Truth::Has { phenotype: PHENOTYPE, time: (onset, None) });
    chart.treated(KNOWN, (calendar::after(onset, 1.1 * dice.wait(1.0)), Minute::MAX));
    let drift = world::HBA1C_DRIFT.value * (0.4 * dice.normal()).exp();
    let pushes = [
        (Latent::Hba1c, 1.7 + 0.5 * dice.normal(), drift),
        (Latent::LnUrineAlbumin, 0.2, 0.07 * dice.wait(1.0)),
        (Latent::LnTriglyceride, 0.15, 0.0),
        (Latent::Hdl, -3.0, 0.0),
        (Latent::LnLiver, 0.12, 0.0),
    ];
    for (latent, by, per_year) in pushes {
        let course = Push::Drift(per_year);
        chart.shift(Shift { latent, time: (onset, Minute::MAX), by, course });
    }
}
