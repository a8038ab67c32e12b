//! Rare diseases: who has them among the patients of a university hospital, and how they are seen.
//!
//! The shares are of new patients and far above those of the country, as such patients are sent to
//! university hospitals; each says by how much.

mod kinds;
mod lungs;

use super::super::body::Latent;
use super::super::calendar;
use super::super::care::{self, Clinic, Seen, Taken};
use super::super::chart::{
    Chart, DAY, Diagnosis, Hidden, Minute, NoteKind, ReportKind, Truth, What,
};
use super::super::codes::{Department, Disease, Drug, Operation, Usage};
use super::super::panel::Panel;
use super::super::person::{Person, Sex};
use super::super::world::{Fact, FactKind};
use super::{arrive, write};
use crate::dice::Dice;

/// A rare disease.
pub(super) struct Kind {
    pub(super) phenotype: &'static str,
    disease: &'static Disease,
    /// Of new patients of these ages, the shares of men and of women who have it.
    pub(super) shares: [Fact; 2],
    /// Ages at the first visit.
    pub(super) ages: (f64, f64),
    department: &'static Department,
    /// What brings people, and what is thought of first.
    symptom: &'static str,
    suspects: &'static Disease,
    proof: (&'static Operation, ReportKind),
    /// Blood at each visit.
    panel: Panel,
    /// How the body is pushed from the onset on, and by how much more each year.
    pushes: &'static [(Latent, f64, f64)],
    drugs: &'static [Step],
    days: f64,
    /// Deaths of it in a year.
    pub(super) dies: f64,
    /// What only this disease does at a visit, by the number of the visit.
    visit: fn(&Case, (u32, Seen), &mut Dice, &mut Chart),
}

/// The shares of men and women as figures.
macro_rules! shares {
    ($name:literal $men:literal $women:literal) => {
        [
            super::share(concat!($name, "_share_men"), $men),
            super::share(concat!($name, "_share_women"), $women),
        ]
    };
}
use shares;

const fn share(name: &'static str, value: f64) -> Fact {
    Fact {
        name,
        kind: FactKind::Probability,
        value,
        estimate: "of new patients of the ages at which it is looked for",
        source: "ours: ten to thirty times the prevalence by 難病情報センター, as people with it are sent \
                 to university hospitals",
    }
}

/// A drug, since when it may be given, and the share that gets it.
struct Step {
    drug: &'static Drug,
    units: i32,
    usage: &'static Usage,
    since: Minute,
    share: f64,
}

const fn step(
    drug: &'static Drug,
    units: i32,
    usage: &'static Usage,
    (since, share): (i64, f64),
) -> Step {
    Step { drug, units, usage, since: calendar::date(since, 1, 1), share }
}

/// One patient's disease.
struct Case {
    onset: Minute,
    found: Minute,
    sex: Sex,
    /// How hard it is, standard normal.
    hardness: f64,
}

/// What two drugs from the beginning leave of deaths in arterial pulmonary hypertension.
pub(super) use lungs::UPFRONT_RATIO;

/// The shares among new patients.
pub(super) fn facts() -> impl Iterator<Item = Fact> {
    kinds::KINDS.iter().flat_map(|kind| kind.shares).chain(lungs::SHARES.into_iter().flatten())
}

/// Lives through rare diseases; nobody has two of them.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let age = calendar::age(person, chart.known().0);
    for kind in kinds::KINDS {
        let share = kind.share(person.sex, age);
        if share > 0.0 && dice.chance(share) {
            kind.live(person, dice, chart);
            return;
        }
    }
    lungs::live(person, dice, chart);
}

/// When it began and when it was found: most are sent here to be told what they have.
fn begins(person: &Person, dice: &mut Dice, chart: &Chart) -> (Minute, Minute) {
    let known = chart.known().0;
    let years =
        if dice.chance(0.6) { 0.2 + 0.8 * dice.wait(1.0) } else { 1.0 + 5.0 * dice.wait(1.0) };
    let onset = calendar::after(known, -years).max(calendar::at_age(person, 1.0));
    let found = if years < 2.5 { known + dice.between(14, 60) * DAY } else { onset + 200 * DAY };
    (onset, found)
}

impl Kind {
    fn share(&self, sex: Sex, age: f64) -> f64 {
        let (from, until) = self.ages;
        if age < from || until <= age {
            return 0.0;
        }
        let [men, women] = self.shares;
        if sex == Sex::Female { women.value } else { men.value }
    }

    fn live(&'static self, person: &Person, dice: &mut Dice, chart: &mut Chart) {
        let (onset, found) = begins(person, dice, chart);
        let case = Case { onset, found, sex: person.sex, hardness: dice.normal() };
        chart.truth(Truth::Has { phenotype: self.phenotype, time: (onset, None) });
        for (latent, by, a_year) in self.pushes {
            super::push(chart, (*latent, onset), by * (1.0 + 0.25 * case.hardness), *a_year);
        }
        let death = calendar::after(found.max(chart.known().0), dice.wait(self.dies));
        if death < chart.known().1 {
            chart.dies(death, self.disease);
        }
        let given: Vec<&Step> = self.drugs.iter().filter(|step| dice.chance(step.share)).collect();
        let time = (chart.known().0, chart.end());
        let mut clinic = Clinic::new(chart, self.department, time).missing(0.01);
        let mut count = 0_u32;
        while let Some(seen) = clinic.next(chart, dice, arrive::next_days(count, self.days)) {
            if count == 0 {
                self.first(&case, seen, dice, chart);
            }
            chart.order(seen.visit, seen.minute, self.panel);
            if seen.minute >= case.found {
                let drugs: Vec<Taken> = given
                    .iter()
                    .filter(|step| step.since <= seen.minute)
                    .map(|step| Taken::new(step.drug, step.units, step.usage))
                    .collect();
                self.treat(&drugs, seen, chart);
            }
            (self.visit)(&case, (count, seen), dice, chart);
            if dice.chance(0.6) {
                chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
            }
            count += 1;
        }
    }

    fn first(&self, case: &Case, seen: Seen, dice: &mut Dice, chart: &mut Chart) {
        let hidden = Hidden::Symptom { ja: self.symptom, present: true };
        chart.happened(seen.visit, seen.minute, What::OnlyInText(hidden));
        chart.order(seen.visit, seen.minute, Panel::BROAD.and(Panel::BUILD).and(Panel::VISIT));
        if case.found > seen.minute {
            care::suspect(chart, dice, seen, self.suspects);
            let mut suspected = Diagnosis::of(self.disease).suspected();
            suspected.for_billing = false;
            care::diagnose(chart, seen, suspected);
        }
        let here = self.department;
        let proven = case.found.max(seen.minute + DAY);
        if let Some(seen) = care::clinic(chart, dice, here, proven) {
            write::operate(chart, seen, self.proof.0, 40);
            write::report(chart, seen, self.proof.1, Some(self.disease));
            let diagnosis = Diagnosis::of(self.disease).main().since(case.onset);
            care::diagnose(chart, seen, diagnosis);
            chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
        }
    }

    fn treat(&self, drugs: &[Taken], seen: Seen, chart: &mut Chart) {
        let (infused, home): (Vec<&Taken>, Vec<&Taken>) = drugs
            .iter()
            .partition(|taken| taken.usage == &super::super::codes::usages::INFUSED_ONCE);
        for taken in infused {
            chart.happened(seen.visit, seen.minute + 60, What::Given(taken.dose(1)));
        }
        let home: Vec<Taken> = home.into_iter().copied().collect();
        care::prescribe(chart, seen, calendar::whole(self.days), &home);
    }
}
