//! Published statistics of Japan, and what this hospital looks like beside them.
//!
//! A university hospital is not the country: the lines say near or not, and nobody fails by them.
//! Each figure was looked up in its source or a report of it in November 2026, but for those that
//! say from memory.

use vocab::{Locale, Text};

use super::estimate::{Estimate, Mean};
use super::input::{Person, begins};
use super::planted::Planted;
use super::table::{Kind, Line, Unit};
use super::when::{self, DAY_MINUTES};

/// A published figure.
struct Figure {
    name: &'static str,
    title: Text,
    unit: Unit,
    expected: f64,
    within: f64,
    source: &'static str,
}

/// A share of people of one sex within an age.
struct Prevalence {
    figure: Figure,
    phenotype: &'static str,
    sex: &'static str,
    ages: (f64, f64),
}

const DIABETES: &str = "国民健康・栄養調査 2016、糖尿病が強く疑われる者";
const SMOKERS: &str = "国民健康・栄養調査 2019 (from memory)";

const fn share(name: &'static str, title: Text, expected: f64, source: &'static str) -> Figure {
    Figure { name, title, unit: Unit::Percent, expected, within: 0.4, source }
}

/// The survey's share of those in whom diabetes is strongly suspected, by sex and age.
const fn diabetes(
    name: &'static str,
    title: Text,
    expected: f64,
    (sex, ages): (&'static str, (f64, f64)),
) -> Prevalence {
    let figure = share(name, title, expected, DIABETES);
    Prevalence { figure, phenotype: "type_2_diabetes", sex, ages }
}

const PREVALENCES: [Prevalence; 6] = [
    diabetes(
        "diabetes_men_50s",
        Text { ja: "糖尿病の有病率、男性50〜59歳", en: "diabetes, men 50 to 59" },
        0.126,
        ("male", (50.0, 60.0)),
    ),
    diabetes(
        "diabetes_men_60s",
        Text { ja: "糖尿病の有病率、男性60〜69歳", en: "diabetes, men 60 to 69" },
        0.218,
        ("male", (60.0, 70.0)),
    ),
    diabetes(
        "diabetes_men_70s",
        Text {
            ja: "糖尿病の有病率、男性70歳以上", en: "diabetes, men of 70 and more"
        },
        0.232,
        ("male", (70.0, 200.0)),
    ),
    diabetes(
        "diabetes_women_50s",
        Text { ja: "糖尿病の有病率、女性50〜59歳", en: "diabetes, women 50 to 59" },
        0.061,
        ("female", (50.0, 60.0)),
    ),
    diabetes(
        "diabetes_women_60s",
        Text { ja: "糖尿病の有病率、女性60〜69歳", en: "diabetes, women 60 to 69" },
        0.12,
        ("female", (60.0, 70.0)),
    ),
    diabetes(
        "diabetes_women_70s",
        Text {
            ja: "糖尿病の有病率、女性70歳以上", en: "diabetes, women of 70 and more"
        },
        0.168,
        ("female", (70.0, 200.0)),
    ),
];

const SMOKING: [(Figure, &str); 2] = [
    (
        share(
            "smoking_men",
            Text {
                ja: "習慣的に喫煙、男性20歳以上", en: "smokers, men of 20 and more"
            },
            0.271,
            SMOKERS,
        ),
        "male",
    ),
    (
        share(
            "smoking_women",
            Text {
                ja: "習慣的に喫煙、女性20歳以上", en: "smokers, women of 20 and more"
            },
            0.076,
            SMOKERS,
        ),
        "female",
    ),
];

const OLD_OUTPATIENTS: Figure = share(
    "outpatient_visits_65",
    Text {
        ja: "外来受診に占める65歳以上", en: "outpatient visits of people of 65 and more"
    },
    0.507,
    "厚生労働省「患者調査」2020 (from memory)",
);

const OLD_INPATIENTS: Figure = share(
    "inpatient_days_65",
    Text {
        ja: "入院日数に占める65歳以上", en: "inpatient days of people of 65 and more"
    },
    0.747,
    "厚生労働省「患者調査」2020 (from memory)",
);

const STAY: Figure = Figure {
    name: "length_of_stay",
    title: Text { ja: "平均在院日数(日)", en: "mean length of stay, days" },
    unit: Unit::Plain,
    expected: 11.7,
    within: 0.25,
    source: "厚生労働省「DPC導入の影響評価に係る調査」令和4年度 退院患者調査、大学病院本院群 11.70日",
};

const HBA1C: Figure = Figure {
    name: "hba1c_treated",
    title: Text {
        ja: "薬物治療中の2型糖尿病のHbA1c平均(%)",
        en: "mean HbA1c in treated type 2 diabetes, %",
    },
    unit: Unit::Plain,
    expected: 7.12,
    within: 0.07,
    source: "糖尿病データマネジメント研究会(JDDM) 基礎集計 2020、2型 7.12 %",
};

const HBA1C_SPREAD: Figure = Figure {
    name: "hba1c_below_7",
    title: Text {
        ja: "薬物治療中の2型糖尿病のうちHbA1c 7 %未満",
        en: "HbA1c below 7 % in treated type 2 diabetes",
    },
    unit: Unit::Percent,
    expected: 0.53,
    within: 0.4,
    source: "糖尿病データマネジメント研究会(JDDM)の年次集計、約半数 (from memory)",
};

const POOR: Figure = Figure {
    name: "cyp2c19_poor",
    title: Text { ja: "CYP2C19 poor metabolizer", en: "CYP2C19 poor metabolisers" },
    unit: Unit::Percent,
    expected: 0.2,
    within: 0.25,
    source: "Ther Drug Monit 1998;20:243 and two samples of 57: 51 of 254 Japanese",
};

const MORTALITY: Figure = Figure {
    name: "deaths_to_life_table",
    title: Text {
        ja: "がん・心疾患・脳卒中になる前の死亡数(40〜90歳)と生命表の比",
        en: "deaths before cancer, heart disease, stroke to the life table",
    },
    unit: Unit::Ratio,
    expected: 0.73,
    within: 0.4,
    source: "厚生労働省「令和5年簡易生命表」 (q60: 0.0064 men, 0.0033 women; eight times at 80; from memory), \
             less seven tenths of the deaths of cancer and half of those of heart and stroke \
             (人口動態統計 2023: 24.3, 14.7, 6.6 %)",
};

/// Diseases for which people are sent to a university hospital, and of which they die: the hospital
/// has many times as many of them as the country, so time from then on is not held against it.
const SENT_FOR: [&str; 11] = [
    "gastric_cancer",
    "colon_cancer",
    "rectal_cancer",
    "lung_cancer",
    "breast_cancer",
    "prostate_cancer",
    "liver_cancer",
    "pancreatic_cancer",
    "coronary_disease",
    "heart_failure",
    "stroke",
];

/// Cases and people.
type Share = (f64, f64);

/// What was seen.
#[derive(Default)]
pub(super) struct Cited {
    prevalences: [Share; PREVALENCES.len()],
    smoking: [Share; 2],
    outpatients: Share,
    inpatients: Share,
    stay: Mean,
    hba1c: Mean,
    below_7: Share,
    poor: Share,
    deaths: f64,
    expected_deaths: f64,
}

impl Cited {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        let really = &person.really;
        let (Some(born), Some(known)) = (really.born(), really.known()) else { return };
        let age = |at| when::years(born, at);
        for (seen, asked) in self.prevalences.iter_mut().zip(&PREVALENCES) {
            let fits =
                really.sex == asked.sex && (asked.ages.0..asked.ages.1).contains(&age(known.0));
            if fits {
                put(seen, really.has(asked.phenotype).is_some_and(|since| since <= known.0));
            }
        }
        for (seen, (_, sex)) in self.smoking.iter_mut().zip(&SMOKING) {
            if really.sex == *sex && age(known.0) >= 20.0 {
                put(seen, really.smoking == "current");
            }
        }
        put(&mut self.poor, really.losses() == 2);
        self.add_visits(person, born);
        self.add_hba1c(person);
        self.add_life(person, born, known);
    }

    fn add_visits(&mut self, person: &Person, born: i64) {
        for visit in &person.encounters {
            let Some(start) = visit.period.start() else { continue };
            let is_old = when::years(born, start) >= 65.0;
            match visit.class() {
                "AMB" => put(&mut self.outpatients, is_old),
                "IMP" => {
                    let Some(end) = visit.period.end() else { continue };
                    #[expect(clippy::cast_precision_loss, reason = "no stay has so many days")]
                    let nights =
                        (end.div_euclid(DAY_MINUTES) - start.div_euclid(DAY_MINUTES)) as f64;
                    // Both days count, as in the DPC survey.
                    let days = nights + 1.0;
                    self.stay.add(days);
                    self.inpatients.0 += if is_old { days } else { 0.0 };
                    self.inpatients.1 += days;
                }
                _ => {}
            }
        }
    }

    /// The last `HbA1c` of each diabetic who is on drugs.
    fn add_hba1c(&mut self, person: &Person) {
        let Some(treated) = person.first_prescribed(&["A10"]) else { return };
        let is_diabetic = person.conditions.iter().any(|row| begins(row.icd10(), &["E11"]));
        let rows = person.observations.iter().filter(|row| row.loinc() == "4548-4");
        let values = rows.filter_map(|row| Some((row.minute()?, row.number_in("%")?)));
        let last =
            values.filter(|(at, _)| *at > treated + 180 * DAY_MINUTES).max_by_key(|one| one.0);
        if let Some((_, value)) = last.filter(|_| is_diabetic) {
            self.hba1c.add(value);
            put(&mut self.below_7, value < 7.0);
        }
    }

    /// Deaths between forty and ninety while free of what people are sent here for, and how many
    /// the life table expects in the same years.
    fn add_life(&mut self, person: &Person, born: i64, known: (i64, i64)) {
        let really = &person.really;
        let at_60 = if really.sex == "female" { 0.0033 } else { 0.0064 };
        let ill = SENT_FOR.iter().filter_map(|disease| really.has(disease)).min();
        let end = ill.map_or(known.1, |ill| ill.min(known.1));
        let (from, until) =
            (when::years(born, known.0).max(40.0), when::years(born, end).min(90.0));
        if from >= until {
            return;
        }
        // The integral of a rate that grows by a factor of eight in twenty years.
        let growth = 8.0_f64.ln() / 20.0;
        let at = |age: f64| (growth * (age - 60.0)).exp() / growth;
        self.expected_deaths += at_60 * (at(until) - at(from));
        let heard = really.died.as_ref().and_then(super::rows::Death::minute);
        let died = heard.or(really.happened("death_elsewhere"));
        let age = died.filter(|died| *died <= end).map(|died| when::years(born, died));
        self.deaths += f64::from(u8::from(age.is_some_and(|age| (40.0..=90.0).contains(&age))));
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: &Self) {
        self.prevalences.iter_mut().zip(other.prevalences).for_each(|(one, more)| join(one, more));
        self.smoking.iter_mut().zip(other.smoking).for_each(|(one, more)| join(one, more));
        join(&mut self.outpatients, other.outpatients);
        join(&mut self.inpatients, other.inpatients);
        join(&mut self.below_7, other.below_7);
        join(&mut self.poor, other.poor);
        self.stay.merge(other.stay);
        self.hba1c.merge(other.hba1c);
        self.deaths += other.deaths;
        self.expected_deaths += other.expected_deaths;
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted, locale: Locale) {
        let mut say = |figure: &Figure, found: Option<Estimate>| {
            planted.add(line(figure, found, locale));
        };
        for ((cases, of), asked) in self.prevalences.iter().zip(&PREVALENCES) {
            say(&asked.figure, Estimate::share(*cases, *of));
        }
        for ((cases, of), (figure, _)) in self.smoking.iter().zip(&SMOKING) {
            say(figure, Estimate::share(*cases, *of));
        }
        for (figure, (cases, of)) in [
            (&OLD_OUTPATIENTS, self.outpatients),
            (&OLD_INPATIENTS, self.inpatients),
            (&HBA1C_SPREAD, self.below_7),
            (&POOR, self.poor),
        ] {
            say(figure, Estimate::share(cases, of));
        }
        say(&STAY, self.stay.estimate());
        say(&HBA1C, self.hba1c.estimate());
        say(&MORTALITY, Estimate::rate(self.deaths, self.expected_deaths));
    }
}

fn line(figure: &Figure, found: Option<Estimate>, locale: Locale) -> Line {
    Line {
        name: figure.name.to_owned(),
        title: figure.title.get(locale).to_owned(),
        kind: Kind::Cited { within: figure.within },
        unit: figure.unit,
        expected: figure.expected,
        found,
        source: figure.source.to_owned(),
    }
}

fn put(share: &mut Share, case: bool) {
    join(share, (f64::from(u8::from(case)), 1.0));
}

fn join(share: &mut Share, more: Share) {
    share.0 += more.0;
    share.1 += more.1;
}
