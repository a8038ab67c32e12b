//! Operations that people of all kinds come for: what brings many to a hospital only once.

use super::history;
use crate::dice::Dice;
use crate::hospital::body::{Latent, Shift};
use crate::hospital::calendar;
use crate::hospital::care::{self, Seen, Taken};
use crate::hospital::chart::{
    Chart, DAY, Diagnosis, Minute, Outcome, Report, ReportKind, VisitEnd, What,
};
use crate::hospital::codes::cardiometabolic_drugs::SALINE;
use crate::hospital::codes::departments::{
    DIGESTIVE_SURGERY, GYNAECOLOGY, OPHTHALMOLOGY, ORTHOPAEDICS, OTORHINOLARYNGOLOGY,
};
use crate::hospital::codes::general::{
    APPENDICECTOMY, APPENDICITIS, CATARACT, CATARACT_SURGERY, CHOLECYSTECTOMY,
    FEMORAL_HEAD_REPLACEMENT, FLURBIPROFEN, FRACTURE_FEMUR, FRACTURE_FIXATION, FRACTURE_RADIUS,
    GALLSTONES, HERNIA_REPAIR, HYSTERECTOMY, INGUINAL_HERNIA, LOXOPROFEN, PROPOFOL, REBAMIPIDE,
    ROCURONIUM, TONSILLECTOMY, TONSILLITIS, UTERINE_MYOMA,
};
use crate::hospital::codes::infection::CEFAZOLIN;
use crate::hospital::codes::modifiers::{LEFT, RIGHT};
use crate::hospital::codes::usages::{AFTER_MEALS, AT_ONCE, INFUSED_THREE_TIMES, INFUSED_TWICE};
use crate::hospital::codes::{Department, Disease, Operation};
use crate::hospital::panel::Panel;
use crate::hospital::person::{Person, Sex};

/// An operation and the stay around it.
struct Surgery {
    department: &'static Department,
    disease: &'static Disease,
    operation: &'static Operation,
    median_days: f64,
    minutes: (i64, i64),
    /// How common it is at an age of 10, 30, 50, 70 and 85 years.
    weights: [f64; 5],
    has_side: bool,
    is_urgent: bool,
}

/// How common they are is from general knowledge.
static SURGERIES: &[Surgery] = &[
    Surgery {
        department: &OPHTHALMOLOGY,
        disease: &CATARACT,
        operation: &CATARACT_SURGERY,
        median_days: 3.0,
        minutes: (18, 40),
        weights: [0.0, 0.2, 3.0, 14.0, 12.0],
        has_side: true,
        is_urgent: false,
    },
    Surgery {
        department: &ORTHOPAEDICS,
        disease: &FRACTURE_RADIUS,
        operation: &FRACTURE_FIXATION,
        median_days: 5.0,
        minutes: (50, 110),
        weights: [4.0, 2.0, 3.0, 4.0, 3.0],
        has_side: true,
        is_urgent: true,
    },
    Surgery {
        department: &ORTHOPAEDICS,
        disease: &FRACTURE_FEMUR,
        operation: &FEMORAL_HEAD_REPLACEMENT,
        median_days: 22.0,
        minutes: (50, 120),
        weights: [0.0, 0.0, 0.5, 4.0, 14.0],
        has_side: true,
        is_urgent: true,
    },
    Surgery {
        department: &DIGESTIVE_SURGERY,
        disease: &GALLSTONES,
        operation: &CHOLECYSTECTOMY,
        median_days: 6.0,
        minutes: (60, 170),
        weights: [0.0, 2.0, 5.0, 5.0, 2.0],
        has_side: false,
        is_urgent: false,
    },
    Surgery {
        department: &DIGESTIVE_SURGERY,
        disease: &INGUINAL_HERNIA,
        operation: &HERNIA_REPAIR,
        median_days: 4.0,
        minutes: (50, 130),
        weights: [3.0, 1.0, 3.0, 5.0, 3.0],
        has_side: true,
        is_urgent: false,
    },
    Surgery {
        department: &DIGESTIVE_SURGERY,
        disease: &APPENDICITIS,
        operation: &APPENDICECTOMY,
        median_days: 6.0,
        minutes: (45, 120),
        weights: [5.0, 4.0, 2.0, 1.0, 0.5],
        has_side: false,
        is_urgent: true,
    },
    Surgery {
        department: &GYNAECOLOGY,
        disease: &UTERINE_MYOMA,
        operation: &HYSTERECTOMY,
        median_days: 8.0,
        minutes: (110, 240),
        weights: [0.0, 3.0, 9.0, 0.3, 0.0],
        has_side: false,
        is_urgent: false,
    },
    Surgery {
        department: &OTORHINOLARYNGOLOGY,
        disease: &TONSILLITIS,
        operation: &TONSILLECTOMY,
        median_days: 8.0,
        minutes: (40, 90),
        weights: [4.0, 3.0, 0.5, 0.0, 0.0],
        has_side: false,
        is_urgent: false,
    },
];

/// One in five is operated on soon after the first visit, others in later years.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let entry = chart.known().0;
    if dice.chance(0.2) {
        let at = entry + dice.between(1, 25) * DAY;
        operate(person, dice, chart, at);
    }
    let mut minute = calendar::after(entry, dice.wait(0.03));
    while minute < chart.end() {
        operate(person, dice, chart, minute);
        minute = calendar::after(minute, 0.3 + dice.wait(0.03));
    }
}

fn choose(person: &Person, dice: &mut Dice, minute: Minute) -> Option<&'static Surgery> {
    let age = calendar::age(person, minute);
    let band = match age {
        age if age < 18.0 => 0,
        age if age < 40.0 => 1,
        age if age < 60.0 => 2,
        age if age < 80.0 => 3,
        _ => 4,
    };
    let weight = |surgery: &Surgery| {
        let is_possible = person.sex == Sex::Female || surgery.department.code != "25";
        let weight = surgery.weights.get(band).copied().unwrap_or_default();
        if is_possible && age >= 2.0 { weight } else { 0.0 }
    };
    let mut left = dice.part() * SURGERIES.iter().map(weight).sum::<f64>();
    SURGERIES.iter().find(|surgery| {
        left -= weight(surgery);
        left < 0.0
    })
}

fn operate(person: &Person, dice: &mut Dice, chart: &mut Chart, minute: Minute) {
    let Some(surgery) = choose(person, dice, minute) else { return };
    let begin = if surgery.is_urgent { minute } else { calendar::open_day(minute) + 600 };
    if surgery.is_urgent
        && let Some(seen) = care::emergency(chart, dice, surgery.department, begin)
    {
        chart.order(seen.visit, seen.minute, Panel::ROUTINE.and(Panel::BEDSIDE));
    }
    let days = care::stay_days(dice, surgery.median_days, 0.35);
    let from = if surgery.is_urgent { begin + 200 } else { begin };
    let Some(stay) = care::admit(chart, dice, surgery.department, from, days) else { return };
    let arrival = stay.arrival();
    history::blood_group(person, chart, arrival);
    chart.order(stay.visit, arrival.minute, Panel::BROAD.and(Panel::CLOTTING).and(Panel::BUILD));
    let side = surgery.has_side.then(|| if dice.chance(0.5) { &RIGHT } else { &LEFT });
    let mut diagnosis =
        Diagnosis::of(surgery.disease).since(from - dice.between(0, 90) * DAY).main();
    if let Some(side) = side {
        diagnosis = diagnosis.with(side);
    }
    let is_closed = dice.chance(0.75);
    let closed = diagnosis.closed(stay.time.1, Outcome::Cured);
    care::diagnose(chart, arrival, if is_closed { closed } else { diagnosis });
    for kind in [ReportKind::ChestXray, ReportKind::Electrocardiogram] {
        let what = What::Reported(Report { kind, finding: None });
        chart.happened(stay.visit, arrival.minute + 60, what);
    }
    let theatre = stay.day(1, 560);
    let minutes = i32::try_from(dice.between(surgery.minutes.0, surgery.minutes.1)).unwrap_or(60);
    let what = What::Operated { operation: surgery.operation, minutes, side };
    chart.happened(stay.visit, theatre.minute, what);
    recover(dice, chart, stay, theatre);
    if surgery.median_days > 20.0 && dice.chance(0.6) {
        chart.ended(stay.visit, VisitEnd::Transfer);
    }
    let after = stay.time.1 + dice.between(8, 20) * DAY;
    if let Some(seen) = care::clinic(chart, dice, surgery.department, after) {
        chart.order(seen.visit, seen.minute, Panel::ROUTINE.and(Panel::VISIT));
    }
}

/// Anaesthesia, drips, pain, and what an operation does to the blood.
fn recover(dice: &mut Dice, chart: &mut Chart, stay: care::Stay, theatre: Seen) {
    let size = 0.5 + dice.part();
    chart.shift(Shift::fading(Latent::LnCrp, theatre.minute, 3.0 * size, 4.0));
    chart.shift(Shift::fading(Latent::LnWhite, theatre.minute, 0.4 * size, 2.0));
    chart.shift(Shift::fading(Latent::Hemoglobin, theatre.minute, -1.3 * size, 25.0));
    chart.shift(Shift::fading(Latent::LnMuscle, theatre.minute, 0.9 * size, 1.5));
    chart.shift(Shift::fading(Latent::Temperature, theatre.minute, 0.9 * size, 1.5));
    care::give_now(
        chart,
        theatre,
        &[
            Taken::new(&PROPOFOL, 20, &AT_ONCE),
            Taken::new(&ROCURONIUM, 5, &AT_ONCE),
            Taken::new(&CEFAZOLIN, 1, &AT_ONCE),
        ],
    );
    care::nurse(chart, dice, stay, Panel::ROUTINE);
    care::give(chart, stay, (1, 3), Taken::new(&CEFAZOLIN, 1, &INFUSED_TWICE));
    care::give(chart, stay, (1, 4), Taken::new(&SALINE, 500, &INFUSED_THREE_TIMES));
    care::give(chart, stay, (1, 3), Taken::new(&FLURBIPROFEN, 5, &INFUSED_TWICE));
    let pain = [Taken::new(&LOXOPROFEN, 1, &AFTER_MEALS), Taken::new(&REBAMIPIDE, 1, &AFTER_MEALS)];
    care::prescribe(chart, stay.leaving(), 7, &pain);
}
