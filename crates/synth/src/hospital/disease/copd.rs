//! Chronic obstructive pulmonary disease: smokers' lungs, inhalers, winters.

use super::super::body::{Course, Latent, Shift};
use super::super::calendar;
use super::super::care::{self, Clinic, Seen, Taken};
use super::super::chart::{
    Chart, DAY, Diagnosis, Hidden, Minute, NoteKind, Outcome, ReportKind, Truth, What,
};
use super::super::codes::{departments, infection, labs, respiratory, usages, vitals};
use super::super::hazard::{Effect, Rate};
use super::super::panel::Panel;
use super::super::person::{Person, Smoking};
use super::{arrive, write};
use crate::dice::Dice;

/// New patients among people who never smoked, in a year.
///
/// # Source
/// Ours, so that with the ratios below about one in fifty people over sixty has it diagnosed;
/// NICE study (Fukuchi et al. 2004) finds more, most of them undiagnosed.
pub(super) const RATE: Rate = Rate { at_60: 0.000_45, growth: 0.06 };

/// Hazard ratios of current and former smokers against never.
pub(super) const SMOKING: [f64; 2] = [7.0, 4.5];

/// Exacerbations in a year of somebody with an FEV1 of 60 % of what is expected.
pub(super) const EXACERBATIONS: f64 = 0.45;

/// What triple inhalers do to exacerbations, against two bronchodilators.
///
/// # Source
/// IMPACT (Lipson et al., NEJM 2018): rate ratio 0.75.
pub(super) const TRIPLE_RATIO: f64 = 0.75;

/// Years' worth of new patients who are sent here at the first visit.
const REFERRED_YEARS: f64 = 4.0;

/// Since when there is a triple inhaler: 2019-05-01.
const TRIPLE_FROM: Minute = calendar::date(2019, 5, 1);

/// How one patient's lungs are.
struct Lungs {
    onset: Minute,
    /// FEV1 at the onset in % of what is expected, and what is lost in a year.
    fev1: (f64, f64),
    /// How many times as often as usual it gets worse.
    proneness: f64,
    triple: bool,
}

/// Lives through COPD.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let habit = match person.smoking {
        Smoking::Never => 1.0,
        Smoking::Former => SMOKING[1],
        Smoking::Current => SMOKING[0],
    };
    let effects = [Effect::always(habit)];
    let Some(onset) = arrive::onset(person, dice, chart, (RATE, &effects), REFERRED_YEARS) else {
        return;
    };
    if calendar::age(person, onset) < 40.0 {
        return;
    }
    let fev1 = (78.0 - 14.0 * dice.part(), 0.8 + 1.4 * dice.part());
    let proneness = (0.5 * dice.normal()).exp();
    let mut lungs = Lungs { onset, fev1, proneness, triple: false };
    chart.truth(Truth::Has { phenotype: "copd", time: (onset, None) });
    let drift = |latent, by: f64, a_year: f64| Shift {
        course: Course::Drift(-a_year),
        ..Shift::lasting(latent, onset, by)
    };
    chart.shift(drift(Latent::Fev1, lungs.fev1.0 - 95.0, lungs.fev1.1));
    chart.shift(drift(Latent::Fev1Ratio, -18.0, 0.6));
    chart.shift(drift(Latent::Spo2, -1.0, 0.12));
    lungs.choose(dice, chart);
    visits(&lungs, person, dice, chart);
    worse(&lungs, person, dice, chart);
}

impl Lungs {
    fn fev1_at(&self, minute: Minute) -> f64 {
        self.fev1.0 - self.fev1.1 * calendar::years(minute - self.onset)
    }

    /// Chooses the inhaler: who gets worse often gets three drugs more often.
    fn choose(&mut self, dice: &mut Dice, chart: &mut Chart) {
        let from = self.onset.max(chart.known().0);
        if from < TRIPLE_FROM {
            return;
        }
        let score = -0.3 + 1.6 * self.proneness.ln() + 0.03 * (60.0 - self.fev1_at(from));
        let probability = 1.0 / (1.0 + (-score).exp());
        self.triple = dice.chance(probability);
        let arm = if self.triple { "triple" } else { "dual" };
        chart.truth(Truth::Chose { choice: "copd_inhaler", arm, probability, minute: from });
    }

    fn inhaler(&self, minute: Minute) -> Taken {
        let drug = match minute {
            _ if self.triple => &respiratory::TRIPLE_INHALER,
            minute if minute < calendar::date(2015, 12, 1) => &respiratory::TIOTROPIUM,
            _ => &respiratory::TIOTROPIUM_OLODATEROL,
        };
        Taken::new(drug, if self.triple { 1 } else { 2 }, &usages::INHALED_ONCE)
    }
}

fn visits(lungs: &Lungs, person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let mut clinic = Clinic::new(chart, &departments::RESPIRATORY, (lungs.onset, chart.end()));
    let mut count = 0_u32;
    while let Some(seen) = clinic.next(chart, dice, arrive::next_days(count, 70.0)) {
        if count == 0 {
            first(lungs, person, seen, dice, chart);
        }
        chart.order(seen.visit, seen.minute, Panel::BEDSIDE);
        if count.is_multiple_of(6) {
            chart.order(seen.visit, seen.minute, Panel::SPIROMETRY.and(Panel::ROUTINE));
            write::operate(chart, seen, &respiratory::SPIROMETRY, 20);
            write::report(chart, seen, ReportKind::Spirometry, Some(&respiratory::COPD));
            let cat = 8.0 + 0.3 * (75.0 - lungs.fev1_at(seen.minute)) + 4.0 * dice.normal();
            write::number(chart, seen, &vitals::CAT_SCORE, cat.clamp(0.0, 40.0).round());
        }
        let drugs = [
            lungs.inhaler(seen.minute),
            Taken::new(&respiratory::CARBOCISTEINE, 1, &usages::AFTER_MEALS),
        ];
        let kinds = if lungs.proneness > 1.0 { 2 } else { 1 };
        care::prescribe(chart, seen, 70, drugs.get(..kinds).unwrap_or_default());
        if lungs.fev1_at(seen.minute) < 38.0 {
            write::operate(chart, seen, &respiratory::HOME_OXYGEN, 10);
        }
        if dice.chance(0.5) {
            chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
        }
        count += 1;
    }
}

fn first(lungs: &Lungs, person: &Person, seen: Seen, dice: &mut Dice, chart: &mut Chart) {
    let diagnosis = Diagnosis::of(&respiratory::COPD).main().since(lungs.onset);
    care::diagnose(chart, seen, diagnosis);
    care::suspect(chart, dice, seen, &respiratory::INTERSTITIAL_PNEUMONIA);
    write::report(chart, seen, ReportKind::Ct, Some(&respiratory::EMPHYSEMA));
    chart.order(seen.visit, seen.minute, Panel::BROAD.and(Panel::BUILD).and(Panel::KL_6));
    for hidden in [
        Hidden::Symptom { ja: "労作時息切れ", present: true },
        Hidden::Symptom { ja: "喀痰", present: lungs.proneness > 0.9 },
        smoked(person, seen.minute, dice),
    ] {
        chart.happened(seen.visit, seen.minute, What::OnlyInText(hidden));
    }
}

/// How much somebody has smoked.
pub(super) fn smoked(person: &Person, minute: Minute, dice: &mut Dice) -> Hidden {
    let adult = (calendar::age(person, minute) - 20.0).max(1.0);
    let years = match person.smoking {
        Smoking::Never => return Hidden::NeverSmoked,
        Smoking::Former => adult * (0.4 + 0.4 * dice.part()),
        Smoking::Current => adult,
    };
    let years = i16::try_from(calendar::whole(years)).unwrap_or(1).max(1);
    let tenths = i16::try_from(dice.between(5, 20)).unwrap_or(10);
    Hidden::Smoking { tenths, years, stopped: person.smoking == Smoking::Former }
}

/// Exacerbations: more in winter, more the less breath is left.
fn worse(lungs: &Lungs, person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let ratio = if lungs.triple { TRIPLE_RATIO } else { 1.0 };
    let mut minute = lungs.onset.max(chart.known().0);
    while minute < chart.end() {
        let lost = (0.018 * (60.0 - lungs.fev1_at(minute))).exp();
        let rate = EXACERBATIONS * lungs.proneness * lost * ratio;
        minute = write::seasonal(dice, minute, rate.min(6.0), (0.5, 0.05));
        if minute >= chart.end() {
            break;
        }
        exacerbation(lungs, person, minute, (dice, chart));
        minute += 28 * DAY;
    }
}

fn exacerbation(
    lungs: &Lungs,
    person: &Person,
    minute: Minute,
    (dice, chart): (&mut Dice, &mut Chart),
) {
    chart.truth(Truth::Happened { event: "copd_exacerbation", minute });
    let steroid = Taken::new(&respiratory::PREDNISOLONE, 6, &usages::AFTER_BREAKFAST);
    let is_severe = dice.chance(0.2 + 0.006 * (60.0 - lungs.fev1_at(minute)).max(0.0));
    for (latent, by, half_days) in
        [(Latent::LnCrp, 2.6, 4.0), (Latent::Spo2, -3.0, 4.0), (Latent::Breaths, 5.0, 3.0)]
    {
        let by = if is_severe { by * 1.5 } else { by };
        chart.shift(Shift::fading(latent, minute - DAY, by, half_days));
    }
    let written = Diagnosis::of(&respiratory::COPD_EXACERBATION).since(minute);
    if !is_severe {
        let Some(seen) = care::clinic(chart, dice, &departments::RESPIRATORY, minute) else {
            return;
        };
        care::diagnose(chart, seen, written.closed(seen.minute + 14 * DAY, Outcome::Better));
        chart.order(seen.visit, seen.minute, Panel::BEDSIDE.and(Panel::ROUTINE));
        let quinolone = Taken::new(&infection::LEVOFLOXACIN, 1, &usages::AFTER_BREAKFAST);
        care::prescribe(chart, seen, 5, &[steroid, quinolone]);
        write::report(chart, seen, ReportKind::ChestXray, Some(&respiratory::EMPHYSEMA));
        chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
        return;
    }
    let at = write::any_hour(dice, minute);
    let days = care::stay_days(dice, 13.0, 0.4);
    let Some(stay) = care::admit(chart, dice, &departments::RESPIRATORY, at, days) else { return };
    let arrival = stay.arrival();
    care::diagnose(chart, arrival, written.main().closed(stay.time.1, Outcome::Better));
    care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::DIFFERENTIAL));
    gases(chart, dice, arrival);
    write::report(chart, arrival, ReportKind::ChestXray, Some(&respiratory::EMPHYSEMA));
    write::culture(chart, dice, arrival, (&labs::SPUTUM_CULTURE, 0.45), &GERMS);
    write::operate(chart, arrival, &respiratory::OXYGEN, 600);
    if dice.chance(0.15) {
        write::operate(chart, stay.day(0, 1_300), &respiratory::NONINVASIVE_VENTILATION, 1_440);
    }
    care::give(
        chart,
        stay,
        (0, 7),
        Taken::new(&infection::AMPICILLIN_SULBACTAM, 3, &usages::INFUSED_THREE_TIMES),
    );
    care::give(chart, stay, (0, 5), steroid);
    let old = (calendar::age(person, minute) - 75.0) * 0.05;
    if dice.chance((0.04 * old.exp()).min(0.3)) {
        let death = minute + dice.between(3, 12) * DAY;
        chart.dies(death.min(stay.time.1 - 1), &respiratory::COPD_EXACERBATION);
    }
}

/// What grows in the sputum of people with COPD.
const GERMS: [(&str, f64); 4] = [
    ("Haemophilus influenzae", 0.4),
    ("Streptococcus pneumoniae", 0.25),
    ("Moraxella catarrhalis", 0.2),
    ("Pseudomonas aeruginosa", 0.15),
];

/// Arterial gases of somebody short of breath.
pub(super) fn gases(chart: &mut Chart, dice: &mut Dice, seen: Seen) {
    let carbon = 46.0 + 8.0 * dice.normal();
    for (test, value) in [
        (&labs::PH, 7.40 - 0.006 * (carbon - 42.0) + 0.02 * dice.normal()),
        (&labs::PCO2, carbon.max(22.0)),
        (&labs::PO2, (60.0 + 9.0 * dice.normal()).max(32.0)),
        (&labs::BICARBONATE, 25.0 + 0.2 * (carbon - 42.0)),
    ] {
        write::number(chart, seen, test, value);
    }
}
