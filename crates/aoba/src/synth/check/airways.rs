//! How often airways get worse, and what inhalers and antibodies leave of it.
//!
//! People differ: some get worse far more often, and those get the stronger drugs. So the rates
//! here are those of the median patient, told from how counts scatter (COPD) or from which drugs
//! somebody is given (asthma), and choices are undone by their probabilities.

use vocab::Text;

use super::estimate::Estimate;
use super::finding::{Finding, Of};
use super::input::{Person, begins};
use super::jackknife;
use super::notes::count;
use super::planted::Planted;
use super::poisson::{Cells, Covariates, WIDTH, hundredths};
use super::when::{self, DAY_MINUTES, YEAR_MINUTES};

/// FEV1 in percent of what is expected.
const FEV1: &str = "20152-5";

const CONFOUNDED: Text = Text {
    ja: "適応による交絡を調整していない値。増悪の多い人ほど3剤を使う",
    en: "confounded by indication: who gets worse often gets three",
};

/// Days after an exacerbation, and after an attack, in which there is no other.
const APART_DAYS: (i64, i64) = (28, 21);

/// One patient with COPD.
struct Lungs {
    /// Time under observation, and how many percent FEV1 was below sixty in it.
    parts: Vec<(f64, f64)>,
    exacerbations: f64,
    /// Whether on three drugs, and the probability of that, where there was a choice.
    triple: Option<(bool, f64)>,
}

/// What the drugs of an adult with asthma tell of how hard it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A steroid alone: the third that has it mildest.
    Alone,
    /// With a bronchodilator.
    Combined,
    /// With montelukast besides: the third that has it hardest.
    Third,
}

/// One adult with asthma: years and attacks before antibodies.
struct Asthma {
    step: Step,
    years: f64,
    attacks: f64,
}

/// Everybody with such airways.
#[derive(Default)]
pub(super) struct Airways {
    lungs: Vec<Lungs>,
    asthma: Vec<Asthma>,
    /// Attacks and years before and after the first antibody, of those who get one.
    antibody: [(f64, f64); 2],
}

impl Airways {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        self.lungs.extend(lungs(person));
        let _ = self.add_asthma(person);
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        self.lungs.extend(other.lungs);
        self.asthma.extend(other.asthma);
        for (seen, more) in self.antibody.iter_mut().zip(other.antibody) {
            seen.0 += more.0;
            seen.1 += more.1;
        }
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        self.tell_lungs(planted);
        self.tell_asthma(planted);
        let [before, after] = self.antibody;
        let ratio = (before.0 > 0.0 && after.0 > 0.0).then(|| {
            let log = (after.0 / after.1 / (before.0 / before.1)).ln();
            Estimate::ratio(log, (1.0 / before.0 + 1.0 / after.0).sqrt())
        });
        let found = Finding::of(ratio).events(before.0 + after.0);
        let name = "antibody_on_asthma_attacks";
        planted.found(name, found.among(before.1 + after.1, Of::Years));
    }

    fn tell_lungs(&self, planted: &mut Planted) {
        let told = jackknife::estimates(&self.lungs, median_exacerbations);
        let behind = |found, people: &[&Lungs]| {
            let years = people.iter().flat_map(|one| &one.parts).map(|(years, _)| years).sum();
            let events = people.iter().map(|one| one.exacerbations).sum();
            Finding::of(found).events(events).among(years, Of::Years)
        };
        let all: Vec<&Lungs> = self.lungs.iter().collect();
        let rate = told.map(|[rate]| jackknife::exp(rate));
        planted.found("copd_exacerbations", behind(rate, &all));
        let chosen: Vec<&Lungs> = self.lungs.iter().filter(|one| one.triple.is_some()).collect();
        let name = "triple_inhaler_on_copd_exacerbations";
        for (way, is_weighted) in [("_crude", false), ("", true)] {
            let ratio = jackknife::estimates(&chosen, |chosen| {
                ratio_of_triple(chosen.iter().map(|one| **one), is_weighted).map(|log| [log])
            });
            let ratio = ratio.map(|[log]| jackknife::exp(log));
            planted.found_in(name, &format!("{name}{way}"), behind(ratio, &chosen));
            if !is_weighted {
                planted.only_show(CONFOUNDED);
            }
        }
    }

    fn tell_asthma(&self, planted: &mut Planted) {
        let told = jackknife::estimates(&self.asthma, by_steps);
        let years = self.asthma.iter().map(|one| one.years).sum();
        let events = self.asthma.iter().map(|one| one.attacks).sum();
        let names = ["asthma_attacks", "bronchodilator_on_asthma_attacks"];
        for (at, name) in names.into_iter().enumerate() {
            let found = told.and_then(|told| told.get(at).copied()).map(jackknife::exp);
            let found = Finding::of(found).events(events).among(years, Of::Years);
            planted.found(name, found);
        }
    }

    /// Attacks of adults, and of those on antibodies.
    fn add_asthma(&mut self, person: &Person) -> Option<()> {
        let really = &person.really;
        let ((since, until), known) = (really.spells("asthma").next()?, really.known()?);
        let begin = since.max(known.0);
        let end = until.unwrap_or(i64::MAX).min(known.1);
        if when::years(really.born()?, begin) < 15.0 {
            return None;
        }
        let gets = |atc: &[&str]| person.medications.iter().any(|drug| begins(drug.atc(), atc));
        let step = match (gets(&["R03AK07"]), gets(&["R03DC03"]), gets(&["R03BA05"])) {
            (true, true, _) => Step::Third,
            (true, false, _) => Step::Combined,
            (false, _, true) => Step::Alone,
            _ => return None,
        };
        let antibody = person.first_prescribed(&["R03DX09", "D11AH05"]);
        // It was due some time between the visit before and the one that prescribes it.
        let due = antibody.map_or(i64::MAX, |at| at - 75 * DAY_MINUTES);
        let (attacks, years) = over(person, "asthma_attack", (begin, end.min(due)), APART_DAYS.1);
        self.asthma.push(Asthma { step, years, attacks });
        if let Some(from) = antibody {
            let after = over(person, "asthma_attack", (from, end), APART_DAYS.1);
            for (seen, more) in self.antibody.iter_mut().zip([(attacks, years), after]) {
                seen.0 += more.0;
                seen.1 += more.1;
            }
        }
        Some(())
    }
}

/// Events in a time, and the years of it in which another could come.
fn over(person: &Person, event: &str, (from, until): (i64, i64), apart_days: i64) -> (f64, f64) {
    let mut all: Vec<i64> =
        person.really.all_of(event).filter(|at| (from..until).contains(at)).collect();
    all.sort_unstable();
    let (mut begin, mut years) = (from, 0.0);
    for at in &all {
        years += when::years(begin, *at).max(0.0);
        begin = at + apart_days * DAY_MINUTES;
    }
    (count(all.len()), years + when::years(begin, until).max(0.0))
}

/// A patient with COPD whose lungs were measured.
fn lungs(person: &Person) -> Option<Lungs> {
    let really = &person.really;
    let (since, known) = (really.has("copd")?, really.known()?);
    let begin = since.max(known.0);
    let rows = person.observations.iter().filter(|row| row.loinc() == FEV1);
    let measured: Vec<(i64, f64)> = rows
        .filter_map(|row| Some((row.minute()?, row.number_in("%")?)))
        .filter(|(at, _)| *at >= begin)
        .collect();
    if measured.is_empty() || known.1 <= begin {
        return None;
    }
    let triple = really.chose("copd_inhaler").zip(really.probability("copd_inhaler"));
    let triple = triple.map(|((arm, _), probability)| (arm == "triple", probability));
    let fall = fall(&measured);
    let year = year();
    let mut parts = Vec::new();
    let mut from = begin;
    while from < known.1 {
        let until = (from + year).min(known.1);
        let (_, years) = over(person, "copd_exacerbation", (from, until), APART_DAYS.0);
        parts.push((years, 60.0 - fall(from.midpoint(until))));
        from = until;
    }
    let (exacerbations, _) = over(person, "copd_exacerbation", (begin, known.1), APART_DAYS.0);
    Some(Lungs { parts, exacerbations, triple })
}

/// FEV1 at any time, from where it was measured: falling as it does in COPD, through the mean.
fn fall(measured: &[(i64, f64)]) -> impl Fn(i64) -> f64 {
    /// What is lost in a year; near enough where nobody is followed for long.
    const LOST_A_YEAR: f64 = 1.5;
    let origin = measured.first().map_or(0, |(at, _)| *at);
    let all = count(measured.len());
    let time = measured.iter().map(|(at, _)| when::years(origin, *at)).sum::<f64>() / all;
    let mean = measured.iter().map(|(_, value)| value).sum::<f64>() / all;
    move |at| mean - LOST_A_YEAR * (when::years(origin, at) - time)
}

/// One year of minutes.
fn year() -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a whole number of minutes")]
    {
        YEAR_MINUTES as i64
    }
}

/// What a patient counts for, so that both inhalers look as if they had been drawn by lot.
fn weight(one: &Lungs) -> f64 {
    match one.triple {
        Some((true, probability)) => 1.0 / probability.max(0.02),
        Some((false, probability)) => 1.0 / (1.0 - probability).max(0.02),
        None => 1.0,
    }
}

/// The logarithm of the exacerbations in a year of the median patient with an FEV1 of 60 % under
/// two drugs.
///
/// Rates that differ by a log-normal factor have a mean above their median. By how much is told
/// by how often two exacerbations have the same patient, against how often they would by chance.
fn median_exacerbations(lungs: &[&Lungs]) -> Option<[f64; 1]> {
    let two = || lungs.iter().filter(|one| !matches!(one.triple, Some((true, _))));
    let mut cells = Cells::default();
    for one in two() {
        let weight = weight(one);
        for (years, below) in &one.parts {
            cells.add_weighted(covariates(*below), (0.0, years * weight));
        }
        let mean = mean_below(one)?;
        cells.add_weighted(covariates(mean), (one.exacerbations * weight, 0.0));
    }
    let (at_60, slope) = cells.fit(1)?.line()?;
    let (mut pairs, mut expected) = (0.0, 0.0);
    for one in two() {
        let rate = |(years, below): &(f64, f64)| years * (at_60 + slope * below / 10.0).exp();
        let mean: f64 = one.parts.iter().map(rate).sum();
        pairs += weight(one) * one.exacerbations * (one.exacerbations - 1.0);
        expected += weight(one) * mean * mean;
    }
    (pairs > 0.0 && expected > 0.0).then(|| [at_60 - 0.5 * (pairs / expected).ln()])
}

/// One, and the tens of percent by which FEV1 is below sixty.
fn covariates(below: f64) -> Covariates {
    let mut covariates = [0; WIDTH];
    covariates[0] = 100;
    covariates[1] = hundredths((below / 10.0 * 20.0).round() / 20.0);
    covariates
}

fn mean_below(one: &Lungs) -> Option<f64> {
    let years: f64 = one.parts.iter().map(|(years, _)| years).sum();
    let sum: f64 = one.parts.iter().map(|(years, below)| years * below).sum();
    (years > 0.0).then(|| sum / years)
}

/// The logarithm of the rate under three drugs against that under two.
fn ratio_of_triple<'a>(lungs: impl Iterator<Item = &'a Lungs>, is_weighted: bool) -> Option<f64> {
    let mut arms = [(0.0, 0.0); 2];
    for one in lungs {
        let Some((triple, _)) = one.triple else { continue };
        let weight = if is_weighted { weight(one) } else { 1.0 };
        let [two, three] = &mut arms;
        let arm = if triple { three } else { two };
        arm.0 += weight * one.exacerbations;
        arm.1 += weight * one.parts.iter().map(|(years, _)| years).sum::<f64>();
    }
    let [two, three] = arms.map(|(events, years)| events / years);
    (two > 0.0 && three > 0.0).then(|| (three / two).ln())
}

/// The logarithms of the attacks in a year of the median patient under steroids alone, and of what
/// a bronchodilator leaves of them.
///
/// How hard asthma is stands in no record, but drugs go by it: a standard normal quantity, cut
/// where the steps change, by which the rate grows exponentially. The two harder steps, which have
/// the same inhaler, tell how fast; then the mildest tells the rate, and both together the drug.
fn by_steps(people: &[&Asthma]) -> Option<[f64; 2]> {
    let of = |step| {
        let of_step = people.iter().filter(move |one| one.step == step);
        of_step.fold((0.0, 0.0, 0.0), |(all, attacks, years), one| {
            (all + 1.0, attacks + one.attacks, years + one.years)
        })
    };
    let steps = [Step::Alone, Step::Combined, Step::Third].map(of);
    let all: f64 = steps.iter().map(|step| step.0).sum();
    let cut = |share: f64| if share < 0.5 { -upper(share) } else { upper(1.0 - share) };
    let low = cut(steps[0].0 / all);
    let high = cut((steps[0].0 + steps[1].0) / all);
    let [alone, combined, third] = steps.map(|(_, attacks, years)| (attacks / years).ln());
    if ![alone, combined, third, low, high].iter().all(|number| number.is_finite()) {
        return None;
    }
    // The further apart the two are, the faster the rate grows.
    let apart = |slope| mean_of(slope, (high, 9.0)) - mean_of(slope, (low, high));
    let (mut slow, mut fast) = (0.0, 3.0);
    for _ in 0..50 {
        let middle = f64::midpoint(slow, fast);
        if apart(middle) < third - combined {
            slow = middle;
        } else {
            fast = middle;
        }
    }
    let slope = f64::midpoint(slow, fast);
    let median = alone - mean_of(slope, (-9.0, low));
    Some([median, combined - mean_of(slope, (low, high)) - median])
}

/// Beyond which standard normal number this share lies.
fn upper(share: f64) -> f64 {
    super::estimate::normal_beyond(share)
}

/// The logarithm of the mean of `exp(slope * z)` over standard normal `z` between two cuts.
fn mean_of(slope: f64, (low, high): (f64, f64)) -> f64 {
    let within = |low: f64, high: f64| below(high) - below(low);
    0.5 * slope * slope + (within(low - slope, high - slope) / within(low, high)).ln()
}

/// The share of standard normal numbers below this.
fn below(z: f64) -> f64 {
    if z < 0.0 { super::estimate::beyond(-z) } else { 1.0 - super::estimate::beyond(z) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth::dice::Dice;

    fn patients(count: u32) -> Vec<Lungs> {
        let mut dice = Dice::new(6, 1);
        let mut patients = Vec::new();
        for _ in 0..count {
            let proneness = 0.5 * dice.normal();
            let below = -10.0 + 15.0 * dice.part();
            let triple = dice.chance(0.7).then(|| {
                let probability = 1.0 / (1.0 + (0.3 - 1.6 * proneness).exp());
                (dice.chance(probability), probability)
            });
            let ratio = if matches!(triple, Some((true, _))) { 0.75 } else { 1.0 };
            let rate = 0.45 * proneness.exp() * (0.018 * below).exp() * ratio;
            let (mut time, mut exacerbations) = (dice.wait(rate), 0.0);
            while time < 3.0 {
                exacerbations += 1.0;
                time += dice.wait(rate);
            }
            patients.push(Lungs { parts: vec![(3.0, below)], exacerbations, triple });
        }
        patients
    }

    #[test]
    fn the_median_patient_is_told_from_the_mean_and_the_choice_is_undone() {
        let patients = patients(5_000);
        let [log] = jackknife::estimates(&patients, median_exacerbations).unwrap();
        let median = jackknife::exp(log);
        assert!(median.holds(0.45), "{median:?}");
        // The mean is an eighth higher and outside.
        assert!(median.high < 0.45 * 1.125, "{median:?}");
        let ratio = |is_weighted| {
            let told = jackknife::estimates(&patients, |all| {
                ratio_of_triple(all.iter().copied(), is_weighted).map(|log| [log])
            });
            jackknife::exp(told.unwrap()[0])
        };
        assert!(ratio(false).low > 0.9, "crude, triple seems to do nothing: {:?}", ratio(false));
        assert!(ratio(true).holds(0.75) && ratio(true).high < 1.0, "{:?}", ratio(true));
    }

    #[test]
    fn drugs_tell_how_hard_asthma_is_and_so_what_a_bronchodilator_does() {
        let mut dice = Dice::new(6, 2);
        let mut people = Vec::new();
        for _ in 0..20_000 {
            let hardness = dice.normal();
            let (step, ratio) = match hardness {
                mild if mild < -0.5 => (Step::Alone, 1.0),
                hard if hard > 0.5 => (Step::Third, 0.7),
                _ => (Step::Combined, 0.7),
            };
            let rate = 0.22 * (0.6 * hardness).exp() * ratio;
            let (mut time, mut attacks) = (dice.wait(rate), 0.0);
            while time < 2.0 {
                attacks += 1.0;
                time += dice.wait(rate);
            }
            people.push(Asthma { step, years: 2.0, attacks });
        }
        let [attacks, ratio] = jackknife::estimates(&people, by_steps).unwrap();
        let (attacks, ratio) = (jackknife::exp(attacks), jackknife::exp(ratio));
        assert!(attacks.holds(0.22) && attacks.high / attacks.low < 1.5, "{attacks:?}");
        assert!(ratio.holds(0.7) && ratio.high < 1.0, "{ratio:?}");
    }
}
