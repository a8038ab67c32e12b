//! Cancers of eight sites: found at a stage, treated by it, coming back or not, and how long people
//! live.
//!
//! Incidence follows age, sex, smoking and diabetes; death of the cancer follows the stage and age,
//! and is drawn when the cancer is found. Recurrence lies between treatment and that death, so the
//! planted survival is the survival in the data, other deaths aside.

mod course;
mod lines;
mod regimens;
mod sites;
mod treat;

use regimens::Regimen;

use super::super::body::{Course, Latent, Shift};
use super::super::calendar;
use super::super::chart::{Chart, DAY, Minute, ReportKind};
use super::super::codes::{Department, Disease, Operation, Test};
use super::super::person::{Person, Sex, Smoking};
use super::super::world::Fact;
use crate::dice::Dice;

/// Where a cancer grows.
#[derive(Debug)]
pub(super) struct Site {
    phenotype: &'static str,
    disease: &'static Disease,
    /// New patients in a year, men then women, by `sites::BAND_YEARS`; none where there are none.
    rates: [&'static [Fact]; 2],
    /// Hazard ratios of those who smoke, those who gave up, and people with type 2 diabetes.
    ratios: [Fact; 3],
    /// Who examines and gives drugs; who operates.
    departments: (&'static Department, &'static Department),
    /// How it is proven, and which report tells of it.
    proof: (&'static Operation, ReportKind),
    /// What brings patients.
    symptom: &'static str,
    stages: &'static [Stage],
    subtypes: &'static [Subtype],
    markers: &'static [Marker],
    /// Where it goes when it comes back, and what is felt then.
    spread: (&'static Disease, &'static str),
}

/// How far it had grown when found.
#[derive(Debug)]
struct Stage {
    name: &'static str,
    share: Fact,
    /// The share alive after five years where nobody dies of anything else.
    survival_5y: Fact,
    tnm: &'static [[&'static str; 3]],
    plan: Plan,
}

/// What is done first.
#[derive(Clone, Copy, Debug)]
enum Plan {
    /// Taken out through an endoscope.
    Scope(&'static Operation),
    /// Operated, and drugs afterwards for most.
    Surgery(&'static Operation, Option<&'static Regimen>),
    /// Radiation.
    Rays,
    /// Its vessels are closed, again and again.
    Embolization,
    /// Drugs, line after line.
    Drugs,
}

/// A kind that decides the drugs; the usual kind has no name.
#[derive(Debug)]
struct Subtype {
    phenotype: &'static str,
    share: Fact,
    lines: &'static [&'static Regimen],
}

/// A tumour marker.
#[derive(Debug)]
struct Marker {
    test: &'static Test,
    /// The quantity of the body behind it, where there is one.
    latent: Option<Latent>,
    /// The natural logarithm of its rise, by stage.
    by_stage: [f64; 5],
}

/// Shares of current and former smokers on which published incidence rests, men then women.
const SMOKERS: [[f64; 2]; 2] = [[0.28, 0.35], [0.08, 0.08]];

/// The share of people with diabetes on which published incidence rests.
const DIABETIC: f64 = 0.13;

/// By how much death of the cancer comes sooner with each year of age above 68, as a logarithm.
pub(super) const AGE_PER_YEAR: f64 = 0.02;

/// After five years the hazard is this share of what it was.
const LATE: f64 = 0.25;

/// What checkpoint inhibition does to the hazard of death in metastatic lung cancer without a
/// driver mutation.
///
/// # Source
/// Near KEYNOTE-189 (Gandhi et al., NEJM 2018).
pub(super) const CHECKPOINT_RATIO: f64 = 0.6;

/// How many years' worth of new patients are referred to a university hospital at the first visit.
///
/// # Source
/// Ours: it makes about one in twenty new adult patients one with cancer.
pub(super) const REFERRED_YEARS: f64 = 6.0;

/// One cancer of one patient.
struct Case {
    site: &'static Site,
    stage: &'static Stage,
    place: usize,
    subtype: &'static Subtype,
    found: Minute,
    /// When it comes back, where it was gone.
    recurs: Option<Minute>,
    /// When it kills, however long after.
    dies: Minute,
    /// Whether a checkpoint inhibitor was chosen and with which probability, where there was a
    /// choice.
    checkpoint: Option<(bool, f64)>,
    /// What each of the site's markers is pushed by.
    pushes: Vec<(&'static Marker, Shift)>,
}

/// Lives through the cancers.
pub(in super::super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let diabetic = chart.has("type_2_diabetes");
    for site in sites::SITES {
        let Some(rates) = Rates::of(site, person, diabetic) else { continue };
        let known = chart.known().0;
        let found = match rates.onset(person, dice) {
            Some(found) if found < known => Some(found),
            found => rates.referred(person, known, dice).or(found),
        };
        let Some(found) = found.filter(|found| *found < chart.end()) else { continue };
        let Some(case) = Case::draw(site, person, found, dice) else { continue };
        // Who would have died before the hospital knew them never had it.
        if case.dies > known {
            course::run(&case, person, dice, chart);
        }
    }
}

/// All figures of the sites.
pub(super) fn facts() -> impl Iterator<Item = Fact> {
    sites::SITES.iter().flat_map(|site| {
        let rates = site.rates.into_iter().flatten().copied();
        let stages = site.stages.iter().flat_map(|stage| [stage.share, stage.survival_5y]);
        let kinds = site.subtypes.iter().filter(|kind| !kind.phenotype.is_empty());
        rates.chain(site.ratios).chain(stages).chain(kinds.map(|kind| kind.share))
    })
}

/// The rates at which one person's cancers are found.
struct Rates {
    a_year: &'static [Fact],
    ratio: f64,
    /// From which age on the rate is multiplied by the site's ratio of diabetes.
    diabetic: (f64, f64),
}

impl Rates {
    fn of(site: &Site, person: &Person, diabetic: Option<Minute>) -> Option<Self> {
        let sex = usize::from(person.sex == Sex::Female);
        let [current, former, diabetes] = site.ratios.map(|ratio| ratio.value);
        let [smokes, gave_up] = *SMOKERS.get(sex)?;
        let mean = (1.0 + smokes * (current - 1.0) + gave_up * (former - 1.0))
            * (1.0 + DIABETIC * (diabetes - 1.0));
        let habit = match person.smoking {
            Smoking::Never => 1.0,
            Smoking::Former => former,
            Smoking::Current => current,
        };
        let from = diabetic.map_or(f64::INFINITY, |minute| calendar::age(person, minute));
        let a_year = *site.rates.get(sex)?;
        Some(Self { a_year, ratio: habit / mean, diabetic: (from, diabetes) })
    }

    /// When the cancer is found, if ever.
    fn onset(&self, person: &Person, dice: &mut Dice) -> Option<Minute> {
        let mut left = dice.wait(1.0);
        for (place, a_year) in self.a_year.iter().enumerate() {
            let begin = sites::BAND_YEARS.get(place).copied()?;
            let end = sites::BAND_YEARS.get(place + 1).copied().unwrap_or(105.0);
            let rate = a_year.value * self.ratio;
            let turn = self.diabetic.0.clamp(begin, end);
            for (from, until, rate) in [(begin, turn, rate), (turn, end, rate * self.diabetic.1)] {
                let passed = rate * (until - from);
                if left < passed {
                    return Some(calendar::at_age(person, from + left / rate));
                }
                left -= passed;
            }
        }
        None
    }

    /// When it is found in somebody who is sent here for it.
    fn referred(&self, person: &Person, first: Minute, dice: &mut Dice) -> Option<Minute> {
        let age = calendar::age(person, first);
        let place = sites::BAND_YEARS.iter().rposition(|begin| *begin <= age)?;
        let ill = if self.diabetic.0 <= age { self.diabetic.1 } else { 1.0 };
        let a_year = self.a_year.get(place)?.value * self.ratio * ill;
        dice.chance(a_year * REFERRED_YEARS).then(|| first + dice.between(21, 60) * DAY)
    }
}

impl Case {
    fn draw(site: &'static Site, person: &Person, found: Minute, dice: &mut Dice) -> Option<Self> {
        let place = pick(dice, site.stages.iter().map(|stage| stage.share.value));
        let stage = site.stages.get(place)?;
        let subtype =
            site.subtypes.get(pick(dice, site.subtypes.iter().map(|kind| kind.share.value)))?;
        let (recurs, dies, checkpoint) = (None, Minute::MAX, None);
        let mut case =
            Self { site, stage, place, subtype, found, recurs, dies, checkpoint, pushes: vec![] };
        case.fate(person, dice);
        case.markers(dice);
        Some(case)
    }

    /// Draws death, recurrence and the choice of drugs.
    fn fate(&mut self, person: &Person, dice: &mut Dice) {
        let age = calendar::age(person, self.found);
        let hazard = -self.stage.survival_5y.value.ln() / 5.0 * (AGE_PER_YEAR * (age - 68.0)).exp();
        let early = dice.wait(hazard);
        let years = if early < 5.0 { early } else { 5.0 + (early - 5.0) / LATE };
        let is_cured = !matches!(self.stage.plan, Plan::Drugs);
        let back = is_cured.then(|| (0.12 + years * (0.3 + 0.35 * dice.part())).min(years));
        let spreads = back.unwrap_or_default();
        let mut dies = years;
        if let Some(chance) = self.may_get_checkpoint(person, spreads) {
            let gets = dice.chance(chance);
            self.checkpoint = Some((gets, chance));
            if gets {
                dies = spreads + (years - spreads) / CHECKPOINT_RATIO;
            }
        }
        if dies < 40.0 {
            self.dies = calendar::after(self.found, dies.max(0.06));
            self.recurs = back.map(|years| calendar::after(self.found, years));
        }
    }

    /// The probability of a checkpoint inhibitor: younger patients get it more often, and they
    /// would live longer without it as well.
    fn may_get_checkpoint(&self, person: &Person, spreads: f64) -> Option<f64> {
        let from = calendar::after(self.found, spreads);
        let is_lung = std::ptr::eq(self.site, &sites::LUNG);
        if !is_lung || !self.subtype.phenotype.is_empty() || from < CHECKPOINT_FROM {
            return None;
        }
        let score = 1.2 - 0.09 * (calendar::age(person, from) - 68.0);
        Some(1.0 / (1.0 + (-score).exp()))
    }

    /// Draws how the markers rise, fall with the operation and rise again.
    fn markers(&mut self, dice: &mut Dice) {
        let place = self.place.min(4);
        for marker in self.site.markers {
            // One in five makes little of it, however large the cancer.
            let makes = if dice.chance(0.2) { 0.15 } else { 0.5 + dice.part() };
            let Some(rise) = marker.by_stage.get(place).map(|rise| rise * makes) else { continue };
            let from = self.found - 200 * DAY;
            let gone = if matches!(self.stage.plan, Plan::Drugs) {
                Minute::MAX
            } else {
                self.found + TREATED_DAYS * DAY
            };
            let before =
                Shift { time: (from, gone), ..Shift::lasting(marker_latent(marker), from, rise) };
            self.pushes.push((marker, before));
            if let Some(back) = self.recurs {
                let most = marker.by_stage.last().map_or(1.0, |most| most * makes).max(0.3);
                let years = calendar::years(self.dies - back).max(0.3);
                let course = Course::Drift(0.8 * most / years);
                let again = Shift {
                    course,
                    ..Shift::lasting(marker_latent(marker), back - 60 * DAY, 0.3 * most)
                };
                self.pushes.push((marker, again));
            }
        }
    }

    /// Until when the patient is free of it, or alive.
    fn free_until(&self) -> Minute {
        self.recurs.unwrap_or(Minute::MAX).min(self.dies)
    }

    /// When drugs against what has spread begin.
    fn spread_from(&self) -> Option<Minute> {
        match self.stage.plan {
            Plan::Drugs => Some(self.found + TREATED_DAYS * DAY),
            _ => self.recurs,
        }
    }
}

/// Days from proof to the first treatment.
const TREATED_DAYS: Minute = 32;

/// Since when checkpoint inhibitors are given first in lung cancer: 2019-01-01.
const CHECKPOINT_FROM: Minute = calendar::date(2019, 1, 1);

/// The quantity that a marker's push is written under; those without one of their own are read
/// from the case and never reach the body.
fn marker_latent(marker: &Marker) -> Latent {
    marker.latent.unwrap_or(Latent::LnCea)
}

/// The place of a share, drawn in proportion.
fn pick(dice: &mut Dice, shares: impl Iterator<Item = f64>) -> usize {
    let mut weights = [0.0; 5];
    for (weight, share) in weights.iter_mut().zip(shares) {
        *weight = share;
    }
    dice.weighted(&weights)
}

#[cfg(test)]
mod tests;
