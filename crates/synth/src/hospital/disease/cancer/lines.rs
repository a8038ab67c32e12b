//! Drugs against cancer: cycle after cycle, line after line, until the end.

use super::super::super::body::{Latent, Shift};
use super::super::super::calendar;
use super::super::super::care::{self, Clinic, Seen, Taken};
use super::super::super::chart::{
    Chart, DAY, Diagnosis, Dose, Hidden, Minute, NoteKind, Outcome, ReportKind, Truth, VisitEnd,
    What,
};
use super::super::super::codes::{cancer, cancer_drugs, departments, infection, labs, usages};
use super::super::super::panel::Panel;
use super::super::super::person::Person;
use super::super::write;
use super::regimens::{self, By, Regimen};
use super::{Case, course};
use crate::dice::Dice;

/// Share of the time left that each line of drugs takes; after them comes care without drugs.
const SHARES: [f64; 3] = [0.45, 0.27, 0.18];

/// Of those who die of cancer, so many are in the hospital at the end.
const DIES_HERE: f64 = 0.6;

/// The chance of fever without white cells in a cycle that makes them fall.
const FEBRILE_NEUTROPENIA: f64 = 0.025;

/// What grows in the blood of people without white cells.
const GERMS: [(&str, f64); 4] = [
    ("Escherichia coli", 0.4),
    ("Pseudomonas aeruginosa", 0.2),
    ("Staphylococcus epidermidis", 0.3),
    ("Klebsiella pneumoniae", 0.1),
];

/// Gives all lines, and cares for the patient at the end.
pub(super) fn run(
    case: &Case,
    person: &Person,
    from: Minute,
    (dice, chart): (&mut Dice, &mut Chart),
) {
    let until = case.dies.min(calendar::after(from, 8.0));
    let span = calendar::years(until - from).max(0.0);
    let mut begin = from;
    for (place, regimen) in case.subtype.lines.iter().enumerate() {
        let share = SHARES.get(place).copied().unwrap_or(0.1);
        let end = calendar::after(begin, span * share);
        if begin >= chart.end() || begin + 20 * DAY > until {
            break;
        }
        let is_first = place == 0;
        let regimen = match case.checkpoint {
            Some((true, _)) if is_first => &regimens::CARBOPLATIN_PEMETREXED_PEMBROLIZUMAB,
            _ => regimen,
        };
        give(case, person, (regimen, (begin, end)), (dice, chart));
        begin = end;
    }
    die(case, dice, chart);
}

/// Gives one regimen from when to when, or as many cycles as it has.
pub(super) fn give(
    case: &Case,
    person: &Person,
    (regimen, time): (&'static Regimen, (Minute, Minute)),
    (dice, chart): (&mut Dice, &mut Chart),
) {
    let (year, ..) = calendar::year_month_day(time.0);
    let regimen = for_age(regimen.in_year(year), person, time.0);
    let most = regimen.cycle_days * f64::from(regimen.cycles_max);
    let until = calendar::days_after(time.0, most).min(time.1);
    if until <= chart.known().0 || time.0 >= chart.end() {
        return;
    }
    chart.treated(regimen.name, (time.0, until));
    if regimen.is_toxic {
        let after = until + 30 * DAY;
        for (latent, by) in
            [(Latent::LnWhite, -0.35), (Latent::Platelet, -5.0), (Latent::Hemoglobin, -1.7)]
        {
            chart.shift(Shift { time: (time.0, after), ..Shift::lasting(latent, time.0, by) });
        }
    }
    let mut clinic = Clinic::new(chart, case.site.departments.0, (time.0, until)).missing(0.01);
    let mut cycle = 0;
    let mut days = 0.0;
    while let Some(seen) = clinic.next(chart, dice, days) {
        days = regimen.cycle_days;
        cycle += 1;
        treat(case, (regimen, cycle), seen, (dice, chart));
        infuse(regimen, person, seen, chart);
        if regimen.is_toxic && dice.chance(FEBRILE_NEUTROPENIA) {
            fall_ill(case, seen.minute + dice.between(8, 13) * DAY, dice, chart);
        }
    }
}

/// Women before menopause get another hormone drug.
fn for_age(regimen: &'static Regimen, person: &Person, minute: Minute) -> &'static Regimen {
    let is_young = calendar::age(person, minute) < 50.0;
    if is_young && regimen.name == regimens::ENDOCRINE.name {
        &regimens::ENDOCRINE_BEFORE_MENOPAUSE
    } else {
        regimen
    }
}

/// One cycle: blood, markers, pictures every few cycles, what is taken at home.
fn treat(
    case: &Case,
    (regimen, cycle): (&'static Regimen, u32),
    seen: Seen,
    (dice, chart): (&mut Dice, &mut Chart),
) {
    let blood = Panel::ROUTINE.and(Panel::DIFFERENTIAL).and(Panel::WEIGHT).and(Panel::VISIT);
    chart.order_again(seen.visit, seen.minute, blood);
    if cycle == 1 || (f64::from(cycle) * regimen.cycle_days) % 56.0 < regimen.cycle_days {
        course::measure(case, seen, dice, chart);
        write::report(chart, seen, ReportKind::Ct, Some(case.site.disease));
        chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
    }
    if cycle == 1 {
        chart.happened(seen.visit, seen.minute, What::OnlyInText(Hidden::Remark(regimen.name)));
    }
    for (drug, count, usage, days) in regimen.taken {
        care::prescribe(chart, seen, *days, &[Taken::new(drug, *count, usage)]);
    }
}

/// What is infused in one cycle.
pub(super) fn infuse(regimen: &Regimen, person: &Person, seen: Seen, chart: &mut Chart) {
    let weight = person.bmi * (person.height_cm / 100.0).powi(2);
    let surface = (person.height_cm * weight / 3_600.0).sqrt();
    for (drug, by) in regimen.infused {
        let amount = match by {
            By::Surface(mg) => mg * surface,
            By::Weight(mg) => mg * weight,
            By::Fixed(amount) => *amount,
            By::Area(area) => area * (75.0 + 25.0),
        };
        let step = if amount > 20.0 { 5.0 } else { 1.0 };
        let hundredths = calendar::whole((amount / step).round() * step * 100.0);
        let hundredths = i32::try_from(hundredths).unwrap_or_default();
        let usage = &usages::INFUSED_ONCE;
        let dose = Dose { drug, hundredths, usage, days: 1 };
        chart.happened(seen.visit, seen.minute + 60, What::Given(dose));
    }
}

/// Fever without white cells: a stay with antibiotics.
fn fall_ill(case: &Case, minute: Minute, dice: &mut Dice, chart: &mut Chart) {
    for (latent, by, half_days) in
        [(Latent::LnWhite, -1.7, 3.0), (Latent::LnCrp, 4.5, 2.5), (Latent::Temperature, 2.1, 1.5)]
    {
        chart.shift(Shift::fading(latent, minute, by, half_days));
    }
    let Some(stay) = care::admit(chart, dice, case.site.departments.0, minute, 8.0) else { return };
    chart.truth(Truth::Happened { event: "febrile_neutropenia", minute });
    let fever = Diagnosis::of(&cancer::FEBRILE_NEUTROPENIA).main().since(minute);
    care::diagnose(chart, stay.arrival(), fever.closed(stay.time.1, Outcome::Better));
    care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::DIFFERENTIAL));
    write::culture(chart, dice, stay.arrival(), (&labs::BLOOD_CULTURE, 0.2), &GERMS);
    let meropenem = Taken::new(&infection::MEROPENEM, 1, &usages::INFUSED_THREE_TIMES);
    care::give(chart, stay, (0, 6), meropenem);
    let filgrastim = Taken::new(&cancer_drugs::FILGRASTIM, 1, &usages::AT_ONCE);
    care::give(chart, stay, (0, 4), filgrastim);
}

/// The last weeks.
fn die(case: &Case, dice: &mut Dice, chart: &mut Chart) {
    if case.dies >= chart.known().1 {
        return;
    }
    let from = case.dies - 75 * DAY;
    for (latent, by) in
        [(Latent::Albumin, -1.4), (Latent::Hemoglobin, -2.0), (Latent::Weight, -6.0)]
    {
        chart.shift(Shift {
            course: super::Course::Rising(70.0),
            ..Shift::lasting(latent, from, by)
        });
    }
    let days = dice.between(4, 28);
    let minute = case.dies - days * DAY;
    if minute < case.found + 10 * DAY || !dice.chance(DIES_HERE) {
        return;
    }
    let here = &departments::PALLIATIVE_CARE;
    let Some(stay) = care::admit(chart, dice, here, minute, calendar::float(days + 1)) else {
        return;
    };
    chart.ended(stay.visit, VisitEnd::Death);
    let diagnosis = Diagnosis::of(case.site.disease).main().since(case.found);
    care::diagnose(chart, stay.arrival(), diagnosis.closed(case.dies, Outcome::Death));
    care::nurse(chart, dice, stay, Panel::BLOOD_COUNT.and(Panel::KIDNEY).and(Panel::ALBUMIN));
    let oxycodone = Taken::new(&cancer_drugs::OXYCODONE, 2, &usages::MORNING_AND_EVENING);
    care::give(chart, stay, (0, days), oxycodone);
}
