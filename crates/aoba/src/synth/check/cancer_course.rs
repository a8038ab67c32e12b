//! Cancers: at which stage they are found, how long people live, and what checkpoint inhibitors do.

use std::collections::{BTreeMap, BTreeSet};

use vocab::Text;

use super::cancers::SITES;
use super::cox::{self, Subject};
use super::estimate::Estimate;
use super::finding::{Finding, Of, Turned};
use super::input::{Person, begins};
use super::notes::count;
use super::planted::Planted;
use super::when::{self, DAY_MINUTES};

/// Years over which survival is planted.
const YEARS: f64 = 5.0;

/// The age at which it is.
const AGE: f64 = 68.0;

/// The first drugs against lung cancer that has spread.
const CHOICE: &str = "first_line_of_metastatic_lung_cancer";

const CONFOUNDED: Text = Text {
    ja: "年齢による交絡を調整していない値。若い人ほど使い、若い人はもともと長く生きる",
    en: "confounded by age: the younger get it, who live longer anyway",
};

/// One cancer that was staged in the hospital.
pub(super) struct Case {
    site: usize,
    stage: String,
    /// In decades beyond 68, when it was found.
    age: f64,
    /// Years under observation without a checkpoint inhibitor, and after it was chosen.
    years: (f64, f64),
    /// Whether the patient died of it.
    died: bool,
    /// The years from when it was found to when drugs were chosen, and whether a checkpoint
    /// inhibitor was, where there was a choice at once.
    chose: Option<(f64, bool)>,
}

/// The cancers of a patient.
pub(super) fn cases(person: &Person) -> Vec<Case> {
    let really = &person.really;
    let all = SITES.iter().enumerate().filter_map(|(place, site)| {
        let found = really.has(site.name)?;
        let known = really.known()?;
        let rows = person.conditions.iter().filter(|row| begins(row.icd10(), &[site.icd10]));
        let stage = rows.filter_map(super::rows::Condition::stage).next()?.to_owned();
        let chosen = really.chose(CHOICE).filter(|_| site.name == "lung_cancer");
        // What came back is treated late; what had spread when found, at once.
        let at_once = chosen.filter(|(_, at)| at - found < 40 * DAY_MINUTES);
        let gets = |arm: &str| arm == "checkpoint_inhibitor";
        let from = found.max(known.0);
        let changed = match (chosen.filter(|(arm, _)| gets(arm)), at_once) {
            (None, _) => known.1,
            // Whose cancer had spread lives longer from the beginning.
            (Some(_), Some(_)) => from,
            (Some((_, at)), None) => at.clamp(from, known.1),
        };
        let death = really.died.as_ref().filter(|death| begins(&death.of, &[site.icd10]));
        Some(Case {
            site: place,
            stage,
            age: (when::years(really.born()?, found) - AGE) / 10.0,
            years: (when::years(from, changed), when::years(changed, known.1)),
            died: death.is_some(),
            chose: at_once.map(|(arm, at)| (when::years(found, at), gets(arm))),
        })
    });
    all.collect()
}

impl Case {
    /// Years lived, at most five, and whether they ended in death of the cancer; what a checkpoint
    /// inhibitor adds is taken off.
    fn lived(&self, ratio: f64) -> (f64, bool) {
        let years = self.years.0 + ratio * self.years.1;
        (years.min(YEARS), self.died && years <= YEARS)
    }
}

/// Says what was found.
pub(super) fn tell(cases: &[Case], planted: &mut Planted) {
    let value = |name: &str, planted: &Planted| planted.value(name);
    let checkpoint = "checkpoint_inhibitor_on_lung_cancer_death";
    let ratio = value(checkpoint, planted).unwrap_or(1.0);
    let by_age = value("age_on_cancer_death", planted).unwrap_or_default() * 10.0;
    for (place, site) in SITES.iter().enumerate() {
        let of_site: Vec<&Case> = cases.iter().filter(|case| case.site == place).collect();
        let all = count(of_site.len());
        for (stage, _) in planted.between(&format!("{}_stage_", site.name), "_share") {
            let of_stage = || of_site.iter().filter(|case| case.stage == stage);
            let found = Finding::share(count(of_stage().count()), (all, Of::People));
            planted.found(&format!("{}_stage_{stage}_share", site.name), found);
            let (mut deaths, mut years) = (0.0, 0.0);
            for case in of_stage() {
                let (lived, died) = case.lived(ratio);
                deaths += f64::from(u8::from(died));
                years += lived * (by_age * case.age).exp();
            }
            let found = Finding::rate(deaths, years).turned(Turned::Free(YEARS));
            planted.found(&format!("{}_stage_{stage}_survival_5y", site.name), found);
        }
    }
    planted.found("age_on_cancer_death", of_age(cases, ratio));
    for (way, is_adjusted) in [("_crude", false), ("", true)] {
        planted.found_in(checkpoint, &format!("{checkpoint}{way}"), inhibited(cases, is_adjusted));
        if !is_adjusted {
            planted.only_show(CONFOUNDED);
        }
    }
}

/// What a year of age does to the hazard of death at the same site and stage, as a logarithm.
fn of_age(cases: &[Case], ratio: f64) -> Finding {
    let strata: BTreeSet<(usize, &str)> =
        cases.iter().map(|case| (case.site, case.stage.as_str())).collect();
    let numbers: BTreeMap<(usize, &str), u16> = strata.into_iter().zip(0..).collect();
    let mut subjects: Vec<Subject<1>> = cases
        .iter()
        .map(|case| {
            let (time, event) = case.lived(ratio);
            let stratum = numbers.get(&(case.site, case.stage.as_str())).copied();
            subject(stratum.unwrap_or_default(), (time, event), [case.age])
        })
        .collect();
    let events = count(subjects.iter().filter(|subject| subject.event).count());
    let found = cox::hazard_ratios(&mut subjects).map(|[decade]| {
        let [value, low, high] = [decade.value, decade.low, decade.high].map(|end| end.ln() / 10.0);
        Estimate { value, low, high }
    });
    Finding::of(found).events(events).among(count(cases.len()), Of::People)
}

/// The hazard of death under a checkpoint inhibitor against others, of those whose lung cancer had
/// spread when found.
fn inhibited(cases: &[Case], is_adjusted: bool) -> Finding {
    let mut subjects = Vec::new();
    for case in cases {
        let Some((from, gets)) = case.chose else { continue };
        let whole = case.years.0 + case.years.1;
        let years = (whole - from).min(YEARS - from);
        if years <= 0.0 {
            continue;
        }
        let event = case.died && whole <= YEARS;
        let age = if is_adjusted { case.age } else { 0.0 };
        subjects.push(subject(0, (years, event), [f64::from(u8::from(gets)), age]));
    }
    let events = count(subjects.iter().filter(|subject| subject.event).count());
    let all = count(subjects.len());
    let found = if is_adjusted {
        cox::hazard_ratios(&mut subjects).map(|[ratio, _]| ratio)
    } else {
        let mut plain: Vec<Subject<1>> = subjects
            .iter()
            .map(|one| Subject {
                stratum: one.stratum,
                time: one.time,
                event: one.event,
                covariates: [one.covariates[0]],
            })
            .collect();
        cox::hazard_ratios(&mut plain).map(|[ratio]| ratio)
    };
    Finding::of(found.filter(|_| events >= 5.0)).events(events).among(all, Of::People)
}

/// Somebody under observation.
pub(super) fn subject<const N: usize>(
    stratum: u16,
    (time, event): (f64, bool),
    covariates: [f64; N],
) -> Subject<N> {
    #[expect(clippy::cast_possible_truncation, reason = "some years and decades")]
    let (time, covariates) = (time as f32, covariates.map(|covariate| covariate as f32));
    Subject { stratum, time, event, covariates }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synth::dice::Dice;
    use vocab::Locale;

    use super::super::estimate::Scale;
    use super::*;

    #[test]
    fn survival_at_a_stage_is_told_apart_from_age_and_drugs() {
        let mut dice = Dice::new(4, 7);
        let lung = SITES.iter().position(|site| site.name == "lung_cancer").unwrap();
        let cases: Vec<Case> = (0..3_000)
            .map(|_| {
                let age = dice.normal();
                let gets = dice.chance(1.0 / (1.0 + (-1.2 + 0.9 * age).exp()));
                let ratio = if gets { 0.6 } else { 1.0 };
                let hazard = -(0.2_f64.ln()) / 5.0 * (0.3 * age).exp() * ratio;
                let (dies, gone) = (dice.wait(hazard), 8.0 * dice.part());
                let years = dies.min(gone);
                let years = if gets { (0.0, years) } else { (years, 0.0) };
                let (site, stage) = (lung, "IV".to_owned());
                Case { site, stage, age, years, died: dies < gone, chose: Some((0.0, gets)) }
            })
            .collect();
        let fact = |name: &str, kind: &str, value: f64| json!({"name": name, "kind": kind, "value": value, "source": "here"});
        let facts = json!([
            fact("lung_cancer_stage_IV_share", "probability", 1.0),
            fact("lung_cancer_stage_IV_survival_5y", "probability", 0.2),
            fact("age_on_cancer_death", "log_odds", 0.03),
            fact("checkpoint_inhibitor_on_lung_cancer_death", "hazard_ratio", 0.6),
        ]);
        let mut planted = Planted::of(&json!({ "facts": facts }), Locale::En);
        tell(&cases, &mut planted);
        let rows = planted.into_rows();
        let row = |name: &str| rows.iter().find(|row| row.line.name.ends_with(name)).unwrap();
        for name in ["survival_5y", "age_on_cancer_death", "on_lung_cancer_death"] {
            let row = row(name);
            let wide = row.finding.at(3.0, Scale::Difference).unwrap();
            assert!(wide.holds(row.line.expected), "{row:?}");
        }
        let crude = row("lung_cancer_death_crude").line.found.unwrap();
        assert!(crude.value < 0.54, "crude, it looks better than it is: {crude:?}");
        assert!(row("survival_5y").line.found.unwrap().high < 0.24);
        assert!(row("IV_share").line.found.unwrap().value > 0.999);
    }
}
