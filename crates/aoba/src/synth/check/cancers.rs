//! Cancers: how often they are found at which age, whom they befall, and their kinds.
//!
//! A first visit counts as so many years in which a cancer could be found, as people are sent here
//! for it. Rates are those of the people on whom published ones rest: whoever smokes or has
//! diabetes counts as many times as the planted ratios say, beside the mean of those people.

use super::cancer_course::{self, Case};
use super::estimate::Estimate;
use super::finding::{Finding, Of};
use super::input::Person;
use super::planted::Planted;
use super::poisson::{Cells, WIDTH};
use super::shares::Seen;
use super::table::Unit;
use super::when::{self, DAY_MINUTES};

/// Where a cancer grows.
pub(super) struct Site {
    /// Its phenotype.
    pub(super) name: &'static str,
    /// ICD-10 without the dot.
    pub(super) icd10: &'static str,
    /// Kinds that decide the drugs: what follows the site's name in theirs.
    kinds: &'static [&'static str],
}

const fn site(name: &'static str, icd10: &'static str, kinds: &'static [&'static str]) -> Site {
    Site { name, icd10, kinds }
}

/// All sites.
pub(super) static SITES: [Site; 8] = [
    site("gastric_cancer", "C169", &["her2"]),
    site("colon_cancer", "C189", &["ras_wild"]),
    site("rectal_cancer", "C20", &["ras_wild"]),
    site("lung_cancer", "C349", &["egfr"]),
    site("breast_cancer", "C509", &["her2", "triple_negative"]),
    site("prostate_cancer", "C61", &[]),
    site("liver_cancer", "C220", &[]),
    site("pancreatic_cancer", "C259", &[]),
];

const SEXES: [&str; 2] = ["men", "women"];

/// Ages at which the bands of five years begin; the last is open.
const BANDS: [u8; 13] = [25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85];

/// Shares of current and former smokers, men then women, and of people with diabetes, on which
/// the published rates rest.
///
/// # Source
/// 国民健康・栄養調査 2010-2019, rounded.
const SMOKERS: [[f64; 2]; 2] = [[0.28, 0.35], [0.08, 0.08]];
const DIABETIC: f64 = 0.13;

/// Smoking (never, former, current) and diabetes (no, yes).
const HABITS: usize = 6;

/// Days from the first visit in which a cancer counts as the reason of it; who is known for less
/// than the second number may have gone before it was found.
const FIRST_DAYS: (i64, i64) = (90, 61);

/// People of one site, sex, band of age and habit.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    /// First visits, cancers in the days after them, and the years of those days.
    first: (f64, f64, f64),
    /// Later years, and cancers.
    later: (f64, f64),
}

/// What was seen of cancers.
pub(super) struct Cancers {
    groups: Vec<Group>,
    kinds: Vec<Seen>,
    cases: Vec<Case>,
}

impl Default for Cancers {
    fn default() -> Self {
        let groups = vec![Group::default(); SITES.len() * SEXES.len() * BANDS.len() * HABITS];
        let kinds = SITES.iter().map(|site| site.kinds.len()).sum();
        Self { groups, kinds: vec![(0.0, 0.0); kinds], cases: Vec::new() }
    }
}

/// One patient's part: born, known from when to when, diabetic since, and the habit without it.
struct Followed<'a> {
    person: &'a Person,
    born: i64,
    known: (i64, i64),
    diabetic: i64,
    smoking: usize,
    sex: usize,
}

impl Cancers {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        let really = &person.really;
        let (Some(born), Some(known)) = (really.born(), really.known()) else { return };
        let seen = Followed {
            person,
            born,
            known,
            diabetic: really.has("type_2_diabetes").unwrap_or(i64::MAX),
            smoking: match really.smoking.as_str() {
                "current" => 2,
                "former" => 1,
                _ => 0,
            },
            sex: usize::from(really.sex == "female"),
        };
        for place in 0..SITES.len() {
            self.follow(place, &seen);
        }
        let mut kinds = self.kinds.iter_mut();
        for site in &SITES {
            let has = really.has(site.name).is_some();
            for (kind, seen) in site.kinds.iter().zip(kinds.by_ref()) {
                let name = format!("{}_{kind}", site.name);
                seen.0 += f64::from(u8::from(has && really.has(&name).is_some()));
                seen.1 += f64::from(u8::from(has));
            }
        }
        self.cases.extend(cancer_course::cases(person));
    }

    fn group(&mut self, place: usize, seen: &Followed<'_>, at: i64) -> Option<&mut Group> {
        let age = when::years(seen.born, at);
        let band = BANDS.iter().rposition(|begin| f64::from(*begin) <= age)?;
        let habit = 2 * seen.smoking + usize::from(seen.diabetic <= at);
        self.groups.get_mut(index([place, seen.sex, band, habit]))
    }

    /// Counts the first visit, and cuts the later years at each change of band or habit.
    fn follow(&mut self, place: usize, seen: &Followed<'_>) {
        let (from, until) = seen.known;
        let found = SITES.get(place).and_then(|site| seen.person.really.has(site.name));
        let found = found.unwrap_or(i64::MAX);
        if found < from {
            return;
        }
        let first = from + FIRST_DAYS.0 * DAY_MINUTES;
        let is_known = until - from >= FIRST_DAYS.1 * DAY_MINUTES;
        if is_known || seen.person.really.died.is_some() {
            let years = when::years(from, first.min(until).min(found));
            let is_case = found < first && found <= until;
            if let Some(group) = self.group(place, seen, from) {
                group.first.0 += 1.0;
                group.first.1 += f64::from(u8::from(is_case));
                group.first.2 += years;
            }
        }
        let end = until.min(found);
        let mut cuts: Vec<i64> = BANDS.iter().map(|band| at_age(seen.born, *band)).collect();
        cuts.extend([seen.diabetic, first, end]);
        cuts.retain(|cut| (first..=end).contains(cut));
        cuts.sort_unstable();
        cuts.dedup();
        for (begin, stop) in cuts.iter().zip(cuts.iter().skip(1)) {
            if let Some(group) = self.group(place, seen, *begin) {
                group.later.0 += when::years(*begin, *stop);
                group.later.1 += f64::from(u8::from(*stop == found));
            }
        }
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        for (group, more) in self.groups.iter_mut().zip(other.groups) {
            group.first.0 += more.first.0;
            group.first.1 += more.first.1;
            group.first.2 += more.first.2;
            group.later.0 += more.later.0;
            group.later.1 += more.later.1;
        }
        self.kinds.iter_mut().zip(other.kinds).for_each(|(kind, more)| {
            super::shares::join(kind, more);
        });
        self.cases.extend(other.cases);
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        let mut all = Both::default();
        for (place, site) in SITES.iter().enumerate() {
            for (sex, word) in SEXES.iter().enumerate() {
                self.tell_rates((place, site), (sex, word), planted, &mut all);
            }
            self.tell_ratios((place, site), planted);
        }
        planted.found("cancer_referred_years", all.referred_years());
        let mut seen = self.kinds.iter();
        for site in &SITES {
            for (kind, (cases, of)) in site.kinds.iter().zip(seen.by_ref()) {
                let name = format!("{}_{kind}_share", site.name);
                planted.found(&name, Finding::share(*cases, (*of, Of::People)));
            }
        }
        cancer_course::tell(&self.cases, planted);
    }

    /// Rates by bands of age, and all bands together against what they say.
    fn tell_rates(
        &self,
        (place, site): (usize, &Site),
        (sex, word): (usize, &str),
        planted: &mut Planted,
        all: &mut Both,
    ) {
        let first_years = planted.value("cancer_referred_years").unwrap_or_default();
        let (mut cancers, mut expected) = (0.0, 0.0);
        for (band, age) in BANDS.iter().enumerate() {
            let name = format!("{}_incidence_{word}_from_{age}", site.name);
            let Some(rate) = planted.value(&name) else { continue };
            let (mut events, mut years) = (0.0, 0.0);
            for habit in 0..HABITS {
                let relative = relative(site.name, (sex, habit), planted);
                let Some(group) = self.groups.get(index([place, sex, band, habit])) else {
                    continue;
                };
                let (visits, first, days) = group.first;
                events += first + group.later.1;
                years += relative * (visits * first_years + days + group.later.0);
                all.first.0 += first;
                all.first.1 += rate * relative * visits;
                all.days += rate * relative * days;
                all.later.0 += group.later.1;
                all.later.1 += rate * relative * group.later.0;
            }
            planted.found(&name, Finding::rate(events, years));
            cancers += events;
            expected += rate * years;
        }
        if expected > 0.0 {
            let name = format!("{}_in_{word}_of_all_ages_as_expected", site.name);
            let mut found = Finding::rate(cancers, expected);
            found.among = Some((expected, Of::Expected));
            planted.follows(&name, (Unit::Ratio, 1.0), found);
        }
    }

    /// Smoking and diabetes, given the rates by age.
    fn tell_ratios(&self, (place, site): (usize, &Site), planted: &mut Planted) {
        let mut cells = Cells::default();
        for (sex, word) in SEXES.iter().enumerate() {
            for (band, age) in BANDS.iter().enumerate() {
                let name = format!("{}_incidence_{word}_from_{age}", site.name);
                let rate = planted.value(&name).unwrap_or_default();
                for habit in 0..HABITS {
                    let group = self.groups.get(index([place, sex, band, habit]));
                    let Some(group) = group.filter(|_| rate > 0.0) else { continue };
                    for (at, (events, years)) in
                        [(group.first.1, group.first.0), (group.later.1, group.later.0)]
                            .into_iter()
                            .enumerate()
                    {
                        let mut covariates = [0; WIDTH];
                        // Men and women, at the first visit and later, have a level of their own.
                        covariates[2 * sex + at] = 100;
                        if let Some(smokes) = (habit / 2).checked_sub(1) {
                            covariates[4 + smokes] = 100;
                        }
                        covariates[6] = if habit % 2 == 1 { 100 } else { 0 };
                        cells.add_weighted(covariates, (events, rate * years));
                    }
                }
            }
        }
        let fit = cells.fit(4);
        for (at, of) in [(4, "former_smoking"), (5, "smoking"), (6, "diabetes")] {
            let found = Finding::of(fit.as_ref().and_then(|fit| fit.ratio(at)));
            planted.found(&format!("{of}_on_{}", site.name), found.events(cells.of(at).0));
        }
    }
}

/// Cancers at first visits and later, with those that a year of the planted rates brings.
#[derive(Default)]
struct Both {
    first: (f64, f64),
    /// Those that would have been found in the first days anyway.
    days: f64,
    later: (f64, f64),
}

impl Both {
    fn referred_years(&self) -> Finding {
        let ((found, a_year), (later, expected)) = (self.first, self.later);
        let told = (found > 0.0 && later > 0.0 && a_year > 0.0).then(|| {
            let ratio = found / a_year / (later / expected);
            let error = ratio * (1.0 / found + 1.0 / later).sqrt();
            Estimate::normal(ratio - self.days / a_year, error)
        });
        Finding::of(told).events(found + later)
    }
}

/// The place of a group.
fn index([site, sex, band, habit]: [usize; 4]) -> usize {
    ((site * SEXES.len() + sex) * BANDS.len() + band) * HABITS + habit
}

/// How often people of a habit get it, against the people on whom published rates rest.
fn relative(site: &str, (sex, habit): (usize, usize), planted: &Planted) -> f64 {
    let ratio = |of: &str| planted.value(&format!("{of}_on_{site}")).unwrap_or(1.0);
    let [current, former, diabetes] = ["smoking", "former_smoking", "diabetes"].map(ratio);
    let [smokes, gave_up] = SMOKERS.get(sex).copied().unwrap_or_default();
    let mean = (1.0 + smokes * (current - 1.0) + gave_up * (former - 1.0))
        * (1.0 + DIABETIC * (diabetes - 1.0));
    let own = [1.0, former, current].get(habit / 2).copied().unwrap_or(1.0);
    own * if habit % 2 == 1 { diabetes } else { 1.0 } / mean
}

/// The minute at which somebody born then reaches an age.
fn at_age(born: i64, age: u8) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a century of minutes is exact")]
    let minutes = (f64::from(age) * when::YEAR_MINUTES) as i64;
    born + minutes
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synth::dice::Dice;
    use vocab::Locale;

    use super::super::verdict::Row;
    use super::*;

    fn planted(rate: f64) -> Planted {
        let fact = |name: &str, kind: &str, value: f64| json!({"name": name, "kind": kind, "value": value, "source": "here"});
        let facts = json!([
            fact("lung_cancer_incidence_men_from_70", "rate", rate),
            fact("lung_cancer_incidence_men_from_25", "rate", 0.0),
            fact("cancer_referred_years", "change", 6.0),
            fact("smoking_on_lung_cancer", "hazard_ratio", 4.0),
            fact("former_smoking_on_lung_cancer", "hazard_ratio", 1.0),
            fact("diabetes_on_lung_cancer", "hazard_ratio", 1.0),
        ]);
        Planted::of(&json!({ "facts": facts }), Locale::En)
    }

    /// Men of seventy, known for two years; half of them smoke, four times as many of whom get it.
    fn seen(rate: f64) -> Cancers {
        let mut dice = Dice::new(1, 12);
        let mut cancers = Cancers::default();
        for _ in 0..6_000 {
            let smokes = dice.chance(0.5);
            let own = rate * if smokes { 4.0 } else { 1.0 } / (1.0 + 0.28 * 3.0);
            let days = if dice.chance(own * 6.0) { 40.0 } else { dice.wait(own) * 365.25 };
            let truths = if days < 720.0 {
                let (year, month) = (2015.0 + (days / 360.0_f64).floor(), days % 360.0 / 30.0);
                let day = (month % 1.0 * 28.0).floor() + 1.0;
                format!(
                    r#"{{"has":"lung_cancer","since":"{year}-{:02}-{day:02}T01:00"}}"#,
                    month.floor() + 1.0
                )
            } else {
                String::new()
            };
            let known = ["2015-01-01T00:00", "2017-01-01T00:00"];
            let mut person = Person::with("male", "1944-12-01T00:00", known, &truths);
            person.really.smoking = if smokes { "current" } else { "never" }.to_owned();
            cancers.add(&person);
        }
        cancers
    }

    fn found(cancers: &Cancers, rate: f64, name: &str) -> Row {
        let mut planted = planted(rate);
        cancers.tell(&mut planted);
        planted.into_rows().into_iter().find(|row| row.line.name == name).unwrap()
    }

    #[test]
    fn rates_are_those_of_the_people_on_whom_published_ones_rest() {
        let cancers = seen(0.01);
        let row = found(&cancers, 0.01, "lung_cancer_incidence_men_from_70");
        assert!(row.line.found.unwrap().holds(0.01), "{row:?}");
        assert!(row.line.found.unwrap().high < 0.0125, "{row:?}");
        let row = found(&cancers, 0.01, "lung_cancer_in_men_of_all_ages_as_expected");
        assert!(row.line.found.unwrap().holds(1.0), "{row:?}");
        let row = found(&cancers, 0.02, "lung_cancer_in_men_of_all_ages_as_expected");
        assert!(row.line.found.unwrap().holds(0.5), "{row:?}");
    }

    #[test]
    fn smoking_and_the_reason_of_a_first_visit_are_told_apart_from_age() {
        let cancers = seen(0.01);
        let ratio = found(&cancers, 0.01, "smoking_on_lung_cancer").line.found.unwrap();
        assert!(ratio.holds(4.0) && ratio.low > 2.5, "{ratio:?}");
        let years = found(&cancers, 0.01, "cancer_referred_years").line.found.unwrap();
        assert!(years.holds(6.0) && years.low > 3.0, "{years:?}");
        assert!(found(&cancers, 0.01, "diabetes_on_lung_cancer").line.found.is_none());
    }
}
