//! Dyslipidaemia and the drugs against it.

use super::{coronary, home, since_entry};
use crate::dice::Dice;
use crate::hospital::body::{Course as Push, Latent, Shift};
use crate::hospital::calendar;
use crate::hospital::care::{self, Clinic, Course, Taken};
use crate::hospital::chart::{Chart, Diagnosis, Hidden, Minute, Truth, What};
use crate::hospital::codes::cardiometabolic::{
    DYSLIPIDAEMIA, HYPERCHOLESTEROLAEMIA, HYPERTRIGLYCERIDAEMIA,
};
use crate::hospital::codes::cardiometabolic_drugs::{
    ATORVASTATIN, EZETIMIBE, PEMAFIBRATE, PITAVASTATIN, ROSUVASTATIN,
};
use crate::hospital::codes::usages::{AFTER_SUPPER, MORNING_AND_EVENING};
use crate::hospital::hazard;
use crate::hospital::panel::Panel;
use crate::hospital::person::Person;
use crate::hospital::world::{self, market};

/// The phenotype's name.
pub(super) const PHENOTYPE: &str = "dyslipidaemia";
/// Over so many days the fats rise.
const RISE_DAYS: f64 = 150.0;
/// From when to when a statin is taken.
const STATIN: &str = "statin";

/// When it begins.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let rate = world::rate(
        person.sex,
        [world::DYSLIPIDAEMIA_MEN, world::DYSLIPIDAEMIA_WOMEN],
        world::DYSLIPIDAEMIA_GROWTH,
    );
    let adult = calendar::at_age(person, 25.0);
    let Some(onset) = hazard::first(person, dice, rate, &[], adult) else { return };
    if onset >= chart.end() {
        return;
    }
    chart.truth(Truth::Has { phenotype: PHENOTYPE, time: (onset, None) });
    let rises = [
        (Latent::Ldl, 38.0 + 12.0 * dice.normal()),
        (Latent::LnTriglyceride, 0.35 + 0.2 * dice.normal()),
        (Latent::Hdl, -5.0),
    ];
    for (latent, by) in rises {
        chart.shift(Shift {
            latent,
            time: (onset, Minute::MAX),
            by,
            course: Push::Rising(RISE_DAYS),
        });
    }
    if dice.chance(0.75) {
        // Diet is tried first: the fats have risen, so that what the drug does can be seen.
        let tried = calendar::days_after(onset, RISE_DAYS);
        let from = calendar::after(tried, dice.wait(1.0));
        chart.treated(STATIN, (from, Minute::MAX));
    }
}

/// The visits; after a coronary event everybody gets a statin.
pub(super) fn clinic(_: &Person, dice: &mut Dice, chart: &mut Chart) {
    let event = chart.has(coronary::PHENOTYPE);
    let onset = chart.has(PHENOTYPE);
    let statin = chart.treatment(STATIN).map(|(from, _)| from);
    let Some(from) = statin.into_iter().chain(event).min().or(onset) else { return };
    let courses = courses(dice, from, event, statin.is_some() || event.is_some());
    lower(chart, &courses);
    let stays = event.is_some() || dice.chance(0.5);
    let mut clinic = Clinic::new(chart, home(chart), since_entry(chart, dice, from));
    let mut days = 0.0;
    let mut nth = 0;
    while let Some(seen) = clinic.next(chart, dice, days) {
        days = 70.0;
        if nth == 0 {
            let name = match dice.below(5) {
                0 => &HYPERCHOLESTEROLAEMIA,
                1 => &HYPERTRIGLYCERIDAEMIA,
                _ => &DYSLIPIDAEMIA,
            };
            care::diagnose(chart, seen, Diagnosis::of(name).since(from));
        }
        if nth % 2 == 0 {
            chart.order(seen.visit, seen.minute, Panel::LIPIDS.and(Panel::LIVER).and(Panel::CK));
        }
        care::continue_courses(chart, seen, days, &courses);
        if nth == 1 && dice.chance(0.02) {
            let hidden = Hidden::Intolerant { drug: &ROSUVASTATIN, reaction: "筋肉痛" };
            chart.happened(seen.visit, seen.minute, What::OnlyInText(hidden));
        }
        if nth == 2 && !stays {
            clinic.refer_out(chart, seen);
        }
        nth += 1;
    }
}

fn courses(dice: &mut Dice, from: Minute, event: Option<Minute>, treated: bool) -> Vec<Course> {
    if !treated {
        return Vec::new();
    }
    let statin = match dice.below(3) {
        0 => &ATORVASTATIN,
        1 => &PITAVASTATIN,
        _ => &ROSUVASTATIN,
    };
    let mut courses = vec![Course::since(from, Taken::new(statin, 1, &AFTER_SUPPER))];
    let more = event.map_or(0.12, |_| 0.4);
    if dice.chance(more) {
        let later = calendar::after(event.unwrap_or(from), 2.0 * dice.wait(1.0));
        courses.push(Course::since(later, Taken::new(&EZETIMIBE, 1, &AFTER_SUPPER)));
    }
    if dice.chance(0.06) {
        let later = market::PEMAFIBRATE.max(calendar::after(from, 3.0 * dice.wait(1.0)));
        courses.push(Course::since(later, Taken::new(&PEMAFIBRATE, 1, &MORNING_AND_EVENING)));
    }
    courses
}

/// What the drugs do to the fats.
fn lower(chart: &mut Chart, courses: &[Course]) {
    for course in courses {
        let drug = course.taken.drug;
        let (latent, by) = if std::ptr::eq(drug, &EZETIMIBE) {
            (Latent::Ldl, -21.0)
        } else if std::ptr::eq(drug, &PEMAFIBRATE) {
            (Latent::LnTriglyceride, -0.6)
        } else {
            (Latent::Ldl, world::LDL_STATIN.value)
        };
        chart.shift(Shift { latent, time: course.time, by, course: Push::Rising(40.0) });
    }
}
