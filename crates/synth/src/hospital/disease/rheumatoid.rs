//! Rheumatoid arthritis: methotrexate first, then one biologic after another until joints are calm.

use super::super::body::{Course, Latent, Shift};
use super::super::calendar;
use super::super::care::{self, Clinic, Seen, Taken};
use super::super::chart::{
    Chart, DAY, Diagnosis, Hidden, Minute, NoteKind, ReportKind, Truth, What,
};
use super::super::codes::{Drug, Usage, departments, respiratory, rheumatic, usages, vitals};
use super::super::hazard::{Effect, Rate};
use super::super::panel::Panel;
use super::super::person::{Person, Sex, Smoking};
use super::{arrive, write};
use crate::dice::Dice;

/// New patients in a year, women and men together.
///
/// # Source
/// Yamanaka et al. 2014 (prevalence 0.6 to 1.0 % of adults, three women to one man).
pub(super) const RATE: Rate = Rate { at_60: 0.000_42, growth: 0.012 };

/// Women and men against both together.
pub(super) const BY_SEX: [f64; 2] = [0.5, 1.5];

/// Hazard ratio of those who smoke.
pub(super) const SMOKING: f64 = 1.6;

/// The share with rheumatoid factor or anti-CCP.
pub(super) const SEROPOSITIVE: f64 = 0.78;

/// The share whose lungs take part.
pub(super) const WITH_LUNG: f64 = 0.10;

/// By how much DAS28-CRP falls under methotrexate, and under a biologic on top of it: mean and
/// standard deviation between patients.
pub(super) const FALLS: [(f64, f64); 2] = [(1.5, 0.8), (1.6, 0.8)];

/// What infections are multiplied by while on a biologic.
///
/// # Source
/// Near Sakai et al. 2012 (REAL): adjusted ratio about 2 in Japanese patients.
pub(super) const INFECTION_RATIO: f64 = 1.9;

const REFERRED_YEARS: f64 = 14.0;

/// Above this DAS28-CRP something is changed.
const TARGET: f64 = 3.2;

/// A biologic or a kinase inhibitor, and since when.
struct Biologic {
    drug: &'static Drug,
    units: i32,
    usage: &'static Usage,
    since: Minute,
    arm: &'static str,
}

static BIOLOGICS: [Biologic; 6] = [
    biologic(&rheumatic::ETANERCEPT, &usages::INJECTED_WEEKLY, 2005, "tnf_inhibitor"),
    biologic(&rheumatic::ADALIMUMAB, &usages::INJECTED_EVERY_TWO_WEEKS, 2008, "tnf_inhibitor"),
    Biologic {
        units: 200,
        ..biologic(&rheumatic::INFLIXIMAB, &usages::INFUSED_ONCE, 2003, "tnf_inhibitor")
    },
    biologic(&rheumatic::TOCILIZUMAB, &usages::INJECTED_EVERY_TWO_WEEKS, 2013, "tocilizumab"),
    biologic(&rheumatic::ABATACEPT, &usages::INJECTED_WEEKLY, 2013, "abatacept"),
    biologic(&rheumatic::BARICITINIB, &usages::AFTER_BREAKFAST, 2018, "jak_inhibitor"),
];

const fn biologic(
    drug: &'static Drug,
    usage: &'static Usage,
    year: i64,
    arm: &'static str,
) -> Biologic {
    Biologic { drug, units: 1, usage, since: calendar::date(year, 7, 1), arm }
}

/// One patient's disease.
struct Joints {
    onset: Minute,
    seropositive: bool,
    lung: bool,
    /// Whether bones are thin enough to be treated.
    thin_bones: bool,
    /// DAS28-CRP without treatment, and now.
    activity: f64,
    fallen: f64,
    methotrexate: Option<i32>,
    biologic: Option<(&'static Biologic, Minute)>,
    changed: Minute,
}

/// Lives through rheumatoid arthritis.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let sex = if person.sex == Sex::Female { BY_SEX[1] } else { BY_SEX[0] };
    let smokes = if person.smoking == Smoking::Current { SMOKING } else { 1.0 };
    let effects = [Effect::always(sex), Effect::always(smokes)];
    let Some(onset) = arrive::onset(person, dice, chart, (RATE, &effects), REFERRED_YEARS) else {
        return;
    };
    if calendar::age(person, onset) < 18.0 {
        return;
    }
    chart.truth(Truth::Has { phenotype: "rheumatoid_arthritis", time: (onset, None) });
    let mut joints = Joints {
        onset,
        seropositive: dice.chance(SEROPOSITIVE),
        lung: dice.chance(WITH_LUNG),
        thin_bones: dice.chance(0.33),
        activity: (4.9 + 0.9 * dice.normal()).clamp(3.3, 7.8),
        fallen: 0.0,
        methotrexate: None,
        biologic: None,
        changed: onset,
    };
    joints.push(dice, chart);
    joints.visits(person, dice, chart);
}

impl Joints {
    fn push(&self, dice: &mut Dice, chart: &mut Chart) {
        let antibodies = if self.seropositive { 1.8 + 0.9 * dice.part() } else { 0.0 };
        chart.shift(Shift::lasting(Latent::Joints, self.onset, self.activity));
        chart.shift(Shift::lasting(Latent::LnRheumatoid, self.onset, antibodies));
        chart.shift(Shift::lasting(Latent::LnCrp, self.onset, 0.75 * (self.activity - 1.2)));
        chart.shift(Shift::lasting(Latent::Hemoglobin, self.onset, -0.9));
        if self.lung {
            let phenotype = "rheumatoid_lung";
            chart.truth(Truth::Has { phenotype, time: (self.onset, None) });
            let course = Course::Drift(0.05);
            chart.shift(Shift { course, ..Shift::lasting(Latent::LnKl6, self.onset, 1.1) });
            chart.shift(Shift::lasting(Latent::Spo2, self.onset, -1.5));
        }
    }

    fn now(&self) -> f64 {
        (self.activity - self.fallen).max(1.0)
    }

    fn visits(&mut self, person: &Person, dice: &mut Dice, chart: &mut Chart) {
        let time = (self.onset + 20 * DAY, chart.end());
        if self.onset < chart.known().0 - 400 * DAY {
            self.was_treated(person, dice, chart);
        }
        let mut clinic = Clinic::new(chart, &departments::RHEUMATOLOGY, time).missing(0.02);
        let mut count = 0_u32;
        while let Some(seen) = clinic.next(chart, dice, arrive::next_days(count, self.interval())) {
            if count == 0 {
                self.first(seen, dice, chart);
            }
            self.assess(count, seen, dice, chart);
            self.decide(person, seen, dice, chart);
            self.prescribe(seen, dice, chart);
            count += 1;
        }
        if let Some((_, from)) = self.biologic {
            chart.treated("biologic", (from, chart.end()));
        }
        self.replace(person, dice, chart);
    }

    fn interval(&self) -> f64 {
        if self.now() > TARGET { 35.0 } else { 66.0 }
    }

    /// What was already tried elsewhere by those who come with an old disease.
    fn was_treated(&mut self, person: &Person, dice: &mut Dice, chart: &mut Chart) {
        let minute = chart.known().0 - 300 * DAY;
        self.start_methotrexate(person, minute, dice, chart);
    }

    fn first(&self, seen: Seen, dice: &mut Dice, chart: &mut Chart) {
        let diagnosis = Diagnosis::of(&rheumatic::RHEUMATOID_ARTHRITIS).main().since(self.onset);
        care::diagnose(chart, seen, diagnosis);
        care::suspect(chart, dice, seen, &rheumatic::SLE);
        let antibodies = Panel::RHEUMATOID_FACTOR.and(Panel::ANTI_CCP).and(Panel::MMP_3);
        let blood = Panel::BROAD.and(antibodies).and(Panel::KL_6).and(Panel::SEDIMENTATION);
        chart.order(seen.visit, seen.minute, blood.and(Panel::BUILD).and(Panel::VISIT));
        write::report(chart, seen, ReportKind::ChestXray, None);
        write::number(chart, seen, &vitals::BONE_DENSITY, (84.0 + 11.0 * dice.normal()).round());
        for (ja, chance) in [("朝のこわばり", 0.85), ("手指関節痛", 0.95), ("体重減少", 0.1)]
        {
            let present = dice.chance(chance);
            let hidden = Hidden::Symptom { ja, present };
            chart.happened(seen.visit, seen.minute, What::OnlyInText(hidden));
        }
        if self.lung {
            let lung = Diagnosis::of(&rheumatic::RA_LUNG).since(self.onset);
            care::diagnose(chart, seen, lung);
            write::report(chart, seen, ReportKind::Ct, Some(&rheumatic::RA_LUNG));
        }
    }

    fn assess(&self, count: u32, seen: Seen, dice: &mut Dice, chart: &mut Chart) {
        chart.order(seen.visit, seen.minute, Panel::DAS28.and(Panel::ROUTINE));
        if count.is_multiple_of(3) {
            chart.order(seen.visit, seen.minute, Panel::MMP_3.and(Panel::VISIT));
        }
        if count.is_multiple_of(6) {
            chart.order(seen.visit, seen.minute, Panel::KL_6.and(Panel::RHEUMATOID_FACTOR));
            write::report(chart, seen, ReportKind::ChestXray, None);
        }
        if dice.chance(0.5) {
            chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
        }
    }

    /// Treats to the target: starts, adds, changes.
    fn decide(&mut self, person: &Person, seen: Seen, dice: &mut Dice, chart: &mut Chart) {
        let waited = (seen.minute - self.changed) / DAY;
        if self.methotrexate.is_none() && self.biologic.is_none() {
            self.start_methotrexate(person, seen.minute, dice, chart);
        } else if waited > 150 && self.now() > TARGET && self.biologic.is_none() {
            self.start_biologic(person, seen.minute, dice, chart);
        } else if waited > 180 && self.now() > TARGET && dice.chance(0.5) {
            self.change_biologic(seen.minute, dice, chart);
        }
    }

    fn start_methotrexate(
        &mut self,
        person: &Person,
        minute: Minute,
        dice: &mut Dice,
        chart: &mut Chart,
    ) {
        self.changed = minute;
        let is_frail = self.lung || calendar::age(person, minute) > 80.0;
        let capsules = if is_frail { 0 } else { dice.between(3, 6) };
        self.methotrexate = Some(i32::try_from(capsules).unwrap_or(4));
        let share = if is_frail { 0.5 } else { 1.0 };
        self.fall(FALLS[0], share, minute, (dice, chart));
    }

    /// The first biologic: lungs and age turn doctors from TNF inhibitors to abatacept.
    fn start_biologic(
        &mut self,
        person: &Person,
        minute: Minute,
        dice: &mut Dice,
        chart: &mut Chart,
    ) {
        let age = calendar::age(person, minute);
        let score = -1.1 + 1.3 * f64::from(u8::from(self.lung)) + 0.06 * (age - 65.0);
        let abatacept = 1.0 / (1.0 + (-score).exp());
        let is_early = minute < calendar::date(2013, 7, 1);
        let probability = if is_early { 0.0 } else { abatacept };
        let gets = dice.chance(probability);
        let arm = if gets { "abatacept" } else { "other" };
        if !is_early {
            chart.truth(Truth::Chose { choice: "first_biologic", arm, probability, minute });
        }
        self.take(minute, (dice, chart), |biologic| (biologic.arm == "abatacept") == gets);
        self.fall(FALLS[1], 1.0, minute, (dice, chart));
    }

    fn change_biologic(&mut self, minute: Minute, dice: &mut Dice, chart: &mut Chart) {
        let old = self.biologic.map(|(biologic, _)| biologic.arm);
        let since = self.biologic.map_or(minute, |(_, since)| since);
        self.take(minute, (dice, chart), |biologic| Some(biologic.arm) != old);
        self.biologic = self.biologic.map(|(biologic, _)| (biologic, since));
        self.fall((0.7, 0.7), 1.0, minute, (dice, chart));
    }

    fn take(
        &mut self,
        minute: Minute,
        (dice, chart): (&mut Dice, &mut Chart),
        fits: impl Fn(&Biologic) -> bool,
    ) {
        self.changed = minute;
        let weights = BIOLOGICS
            .each_ref()
            .map(|biologic| f64::from(u8::from(biologic.since <= minute && fits(biologic))));
        let chosen = BIOLOGICS.get(dice.weighted(&weights)).unwrap_or(&BIOLOGICS[0]);
        self.biologic = Some((chosen, minute));
        chart.truth(Truth::Happened { event: "biologic_started", minute });
    }

    /// Activity falls by a patient's own amount over ten weeks.
    fn fall(
        &mut self,
        (mean, spread): (f64, f64),
        share: f64,
        minute: Minute,
        (dice, chart): (&mut Dice, &mut Chart),
    ) {
        let by = ((mean + spread * dice.normal()) * share).clamp(0.0, self.now() - 1.0);
        self.fallen += by;
        let course = Course::Rising(70.0);
        chart.shift(Shift { course, ..Shift::lasting(Latent::Joints, minute, -by) });
        chart.shift(Shift { course, ..Shift::lasting(Latent::LnCrp, minute, -0.75 * by) });
    }

    fn prescribe(&self, seen: Seen, dice: &mut Dice, chart: &mut Chart) {
        let mut drugs = Vec::with_capacity(6);
        if let Some(capsules) = self.methotrexate.filter(|capsules| *capsules > 0) {
            drugs.push(Taken::new(&rheumatic::METHOTREXATE, capsules, &usages::ONCE_A_WEEK));
            drugs.push(Taken::new(&rheumatic::FOLIC_ACID, 1, &usages::ONCE_A_WEEK));
        } else {
            let usage = &usages::MORNING_AND_EVENING;
            drugs.push(Taken::new(&rheumatic::SALAZOSULFAPYRIDINE, 1, usage));
        }
        if let Some((biologic, _)) = self.biologic {
            let taken = Taken::new(biologic.drug, biologic.units, biologic.usage);
            if std::ptr::eq(biologic.usage, &usages::INFUSED_ONCE) {
                chart.happened(seen.visit, seen.minute + 60, What::Given(taken.dose(1)));
            } else {
                drugs.push(taken);
            }
        }
        if self.now() > 4.0 {
            drugs.push(Taken::new(&respiratory::PREDNISOLONE, 1, &usages::AFTER_BREAKFAST));
        }
        if self.thin_bones {
            drugs.push(Taken::new(&rheumatic::ALENDRONATE, 1, &usages::ONCE_A_WEEK));
        }
        care::prescribe(chart, seen, calendar::whole(self.interval()), &drugs);
        if self.methotrexate.is_some_and(|capsules| capsules > 4) && dice.chance(0.01) {
            let hidden = Hidden::Intolerant { drug: &rheumatic::METHOTREXATE, reaction: "嘔気" };
            chart.happened(seen.visit, seen.minute, What::OnlyInText(hidden));
        }
    }

    /// A knee that was destroyed is replaced.
    fn replace(&self, person: &Person, dice: &mut Dice, chart: &mut Chart) {
        let rate = 0.004 * (0.5 * (self.now() - 2.6)).exp();
        let at = calendar::after(self.onset.max(chart.known().0), 0.5 + dice.wait(rate));
        if at >= chart.end() || calendar::age(person, at) < 45.0 {
            return;
        }
        let days = care::stay_days(dice, 22.0, 0.2);
        let at = calendar::open_day(at) + 600;
        let Some(stay) = care::admit(chart, dice, &departments::ORTHOPAEDICS, at, days) else {
            return;
        };
        let diagnosis = Diagnosis::of(&rheumatic::RHEUMATOID_ARTHRITIS).main().since(self.onset);
        care::diagnose(chart, stay.arrival(), diagnosis);
        care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::CLOTTING));
        write::operate(chart, stay.day(1, 560), &rheumatic::KNEE_REPLACEMENT, 130);
        chart.shift(Shift::fading(Latent::LnCrp, stay.time.0 + DAY, 4.0, 3.5));
        chart.shift(Shift::fading(Latent::Hemoglobin, stay.time.0 + DAY, -2.2, 25.0));
    }
}
