//! The world as it really is: every figure by which the lives are made, with its source.
//!
//! The simulation reads its figures from here and `truth.json` is written from here, so what is
//! said to be planted is what was planted. Rates hold for the people of this hospital, who are
//! sicker than their neighbours: where a published rate was multiplied, the source says by what.

use super::calendar;
use super::chart::Minute;
use super::hazard::Rate;
use super::person::Sex;

/// A figure of the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fact {
    /// Its name in `truth.json`.
    pub name: &'static str,
    /// What kind of figure it is.
    pub kind: FactKind,
    /// The figure.
    pub value: f64,
    /// How to find it again in the data.
    pub estimate: &'static str,
    /// Where it is from.
    pub source: &'static str,
}

/// Kinds of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactKind {
    /// Events per person and year at sixty.
    RateAt60,
    /// Events per person and year, of whom the name says.
    Rate,
    /// The natural logarithm of the yearly growth of a rate.
    Growth,
    /// A hazard ratio.
    HazardRatio,
    /// A probability.
    Probability,
    /// A coefficient of a logistic model.
    LogOdds,
    /// A change of a measured value, in its unit.
    Change,
}

impl FactKind {
    /// Its name in `truth.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RateAt60 => "rate_at_60",
            Self::Rate => "rate",
            Self::Growth => "log_yearly_growth",
            Self::HazardRatio => "hazard_ratio",
            Self::Probability => "probability",
            Self::LogOdds => "log_odds",
            Self::Change => "change",
        }
    }
}

macro_rules! facts {
    ($($name:ident = $kind:ident $value:literal $key:literal $estimate:literal $source:literal;)*) => {
        $(#[doc = concat!("`", $key, "`: ", $source)]
        pub const $name: Fact = Fact {
            name: $key,
            kind: FactKind::$kind,
            value: $value,
            estimate: $estimate,
            source: $source,
        };)*

        /// All figures that can be found again in the data.
        pub static FACTS: &[Fact] = &[$($name),*];
    };
}

facts! {
    // Mortality.
    DEATH_MEN = RateAt60 0.0032 "death_men"
        "deaths per year known of men without the diseases below, by age; log-linear; at 60"
        "厚生労働省「令和5年簡易生命表」: q60 of men 0.0064; half, as the diseases below, smoking and cancers come on top";
    DEATH_WOMEN = RateAt60 0.0016 "death_women"
        "the same of women"
        "厚生労働省「令和5年簡易生命表」: q60 of women 0.0033; half, as above";
    DEATH_GROWTH = Growth 0.1 "death_growth"
        "slope of the log rate on age"
        "厚生労働省「令和5年簡易生命表」: q80 is about eight times q60; looked up: 社人研 平成29年推計 仮定表11-8 for 2024, seven times";
    DEATH_DIABETES = HazardRatio 1.5 "diabetes_on_death"
        "Cox or Poisson on age, sex, smoking, diabetes, kidney disease, coronary disease, heart failure, fibrillation, stroke"
        "Near Japan's cohorts (JPHC 2015: 1.6 in men, 2.0 in women)";
    DEATH_SMOKING = HazardRatio 1.6 "smoking_on_death"
        "the same model, current against never; smoking stands in health checks and notes"
        "Katanoda et al. 2008, pooled Japanese cohorts: 1.8 in men";
    DEATH_KIDNEY = HazardRatio 1.5 "kidney_disease_on_death"
        "the same model" "General knowledge of cohorts: 1.2 to 2 by stage";
    DEATH_CORONARY = HazardRatio 1.5 "coronary_disease_on_death"
        "the same model" "General knowledge of cohorts";
    DEATH_HEART_FAILURE = HazardRatio 2.6 "heart_failure_on_death"
        "the same model" "Near registries of Japan (JCARE-CARD 2006: a fifth die in the first year)";
    DEATH_FIBRILLATION = HazardRatio 1.3 "fibrillation_on_death"
        "the same model" "General knowledge of cohorts: 1.2 to 1.9";
    DEATH_STROKE = HazardRatio 1.7 "stroke_on_death"
        "the same model" "General knowledge of cohorts";
    DEATH_HEARD_OF = Probability 0.88 "death_heard_of"
        "not from the data: deaths elsewhere end the record without a word; the ground truth has them"
        "Ours";

    // Chronic diseases.
    DIABETES_MEN = RateAt60 0.0105 "diabetes_men"
        "first type 2 diabetes per year at risk at a body mass index of 23, by age"
        "Looked up: 国民健康・栄養調査 2019 (19.7 % of men have it); the rate is solved from the prevalence";
    DIABETES_WOMEN = RateAt60 0.0062 "diabetes_women"
        "the same of women" "Looked up: 国民健康・栄養調査 2019 (10.8 % of women), as above";
    DIABETES_GROWTH = Growth 0.035 "diabetes_growth"
        "slope of the log rate on age" "General knowledge; fits the prevalence by age of 国民健康・栄養調査";
    DIABETES_BMI = HazardRatio 1.14 "bmi_on_diabetes"
        "Cox on age, sex and body mass index per kg/m2"
        "Near Japanese cohorts: the risk doubles with each 5 kg/m2";
    HYPERTENSION_MEN = RateAt60 0.034 "hypertension_men"
        "first hypertension per year at risk at a body mass index of 23, by age"
        "国民健康・栄養調査 2019: about 60 % of men in their sixties; solved from the prevalence";
    HYPERTENSION_WOMEN = RateAt60 0.024 "hypertension_women"
        "the same of women" "国民健康・栄養調査 2019: about 45 % of women in their sixties";
    HYPERTENSION_GROWTH = Growth 0.045 "hypertension_growth"
        "slope of the log rate on age" "General knowledge; fits the prevalence by age";
    HYPERTENSION_BMI = HazardRatio 1.08 "bmi_on_hypertension"
        "Cox on age, sex and body mass index per kg/m2" "General knowledge of Asian cohorts";
    DYSLIPIDAEMIA_MEN = RateAt60 0.016 "dyslipidaemia_men"
        "first dyslipidaemia per year at risk, by age"
        "国民健康・栄養調査 2019 (treated or HDL low: about a quarter of adults); solved from the prevalence";
    DYSLIPIDAEMIA_WOMEN = RateAt60 0.021 "dyslipidaemia_women"
        "the same of women" "国民健康・栄養調査 2019, as above";
    DYSLIPIDAEMIA_GROWTH = Growth 0.03 "dyslipidaemia_growth"
        "slope of the log rate on age" "General knowledge";
    KIDNEY_RATE = RateAt60 0.0048 "kidney_disease"
        "first chronic kidney disease per year at risk, by age, without diabetes or hypertension"
        "日本腎臓学会「CKD診療ガイド2012」 (13 % of adults, mostly old); solved from the prevalence";
    KIDNEY_GROWTH = Growth 0.05 "kidney_disease_growth"
        "slope of the log rate on age" "General knowledge; fits the prevalence by age";
    KIDNEY_DIABETES = HazardRatio 2.0 "diabetes_on_kidney_disease"
        "Cox on age, diabetes, hypertension as they come" "Near Japanese cohorts (general knowledge)";
    KIDNEY_HYPERTENSION = HazardRatio 1.6 "hypertension_on_kidney_disease"
        "the same model" "Near Japanese cohorts (general knowledge)";
    KIDNEY_SLOPE = Change -1.2 "egfr_slope_in_kidney_disease"
        "mean yearly change of eGFR beyond aging after onset, mL/min/1.73m2; half people's slopes lie within a factor of 1.6"
        "General knowledge: 1 to 4 a year by cause, less where treated";
    KIDNEY_SLOPE_DIABETES = Change -0.9 "egfr_slope_added_by_diabetes"
        "the difference of the slopes between diabetics and others with kidney disease" "General knowledge";
    HBA1C_DRIFT = Change 0.11 "hba1c_drift"
        "yearly rise of HbA1c under unchanged drugs, %, until insulin is begun" "Near UKPDS 1998 (0.1 to 0.2 a year)";
    HBA1C_METFORMIN = Change -0.9 "metformin_on_hba1c"
        "HbA1c half a year after against before the first prescription, %" "General knowledge: -0.7 to -1.2";
    HBA1C_DPP4 = Change -0.7 "dpp4_on_hba1c"
        "the same" "General knowledge of Japanese trials: -0.6 to -0.9";
    HBA1C_SGLT2 = Change -0.7 "sglt2_on_hba1c" "the same" "General knowledge: -0.6 to -0.9";
    HBA1C_GLP1 = Change -1.2 "glp1_on_hba1c" "the same" "General knowledge: -1.0 to -1.6";
    HBA1C_SU = Change -0.9 "sulfonylurea_on_hba1c" "the same" "General knowledge: -0.8 to -1.2";
    HBA1C_INSULIN = Change -1.1 "insulin_on_hba1c" "the same" "General knowledge: -1.0 to -2.0";
    LDL_STATIN = Change -46.0 "statin_on_ldl"
        "LDL half a year after against before, mg/dL" "General knowledge: a third to two fifths of 140";

    // Coronary disease.
    CORONARY_MEN = RateAt60 0.0022 "acute_coronary_syndrome_men"
        "first acute coronary syndrome per year known (from the first visit on, until any coronary disease) of men who never smoked without hypertension, diabetes, dyslipidaemia, at a polygenic score of 0, by age"
        "Near 高嶋ほか, Takashima AMI Registry (about 1 in 1,000 men of all ages); three times, as the hospital is referred to";
    CORONARY_WOMEN = RateAt60 0.0007 "acute_coronary_syndrome_women"
        "the same of women" "The same registry: a third of men's; three times";
    CORONARY_GROWTH = Growth 0.065 "acute_coronary_syndrome_growth"
        "slope of the log rate on age" "General knowledge; near the same registry";
    CORONARY_SMOKING = HazardRatio 2.2 "smoking_on_acute_coronary_syndrome"
        "Cox on age, sex, smoking, hypertension, diabetes, dyslipidaemia, polygenic score; current against never"
        "Near Baba et al. 2006 (JPHC): 2.9 in men";
    CORONARY_FORMER = HazardRatio 1.2 "former_smoking_on_acute_coronary_syndrome"
        "the same model" "General knowledge";
    CORONARY_HYPERTENSION = HazardRatio 1.9 "hypertension_on_acute_coronary_syndrome"
        "the same model" "Near Japanese cohorts (EPOCH-JAPAN; general knowledge)";
    CORONARY_DIABETES = HazardRatio 2.0 "diabetes_on_acute_coronary_syndrome"
        "the same model" "Near Saito et al. 2011 (JPHC): 1.7 to 3.0";
    CORONARY_LIPIDS = HazardRatio 1.7 "dyslipidaemia_on_acute_coronary_syndrome"
        "the same model" "Near CIRCS and NIPPON DATA (general knowledge)";
    CORONARY_SCORE = HazardRatio 1.5 "polygenic_score_on_acute_coronary_syndrome"
        "the same model, per standard deviation of the score"
        "Near Inouye et al. 2018 (1.7) and Koyama et al. 2020 in Japanese; ours";
    CORONARY_FATALITY = Probability 0.08 "acute_coronary_syndrome_death_in_hospital"
        "deaths among admissions for acute coronary syndrome"
        "Looked up: JROAD, acute infarction 2012-2016, about 8 %; JAMIR 2011-2013, 8.3 % of 20,462";
    PRASUGREL_SHARE = Probability 0.62 "prasugrel_after_stenting"
        "prasugrel among those stented from 2016 on; it was marketed in May 2014 and took two years"
        "General knowledge: most stented Japanese get it today";
    THROMBOSIS_RATE = Probability 0.009 "stent_thrombosis_first_year"
        "stent thromboses per year in the first year after stenting under prasugrel, or clopidogrel without a loss-of-function allele"
        "Near j-Cypher and RESET (0.3 to 0.6 %), doubled to be seen; ours";
    THROMBOSIS_ONE = HazardRatio 2.67 "cyp2c19_one_loss_on_stent_thrombosis"
        "Cox in the stented under clopidogrel on the number of *2 and *3, first year"
        "Mega et al. 2010, JAMA 304:1821: 2.67 for one allele; looked up in a review: about 3";
    THROMBOSIS_TWO = HazardRatio 3.97 "cyp2c19_two_losses_on_stent_thrombosis"
        "the same model" "Mega et al. 2010, JAMA 304:1821: 3.97 for two alleles";
    REINFARCTION_RATE = Probability 0.032 "infarction_first_year"
        "infarctions per year in the first year after stenting under prasugrel, or clopidogrel without a loss-of-function allele"
        "General knowledge: 2 to 4 %";
    REINFARCTION_LATER = Probability 0.011 "infarction_later_years"
        "infarctions per year from the second year on" "General knowledge: about 1 %";
    REINFARCTION_ONE = HazardRatio 1.55 "cyp2c19_one_loss_on_infarction"
        "Cox in the stented under clopidogrel on the number of *2 and *3, first year"
        "Mega et al. 2010, JAMA 304:1821: 1.55 for one allele (death, infarction, stroke); looked up in a review: about 1.5";
    REINFARCTION_TWO = HazardRatio 1.76 "cyp2c19_two_losses_on_infarction"
        "the same model" "Mega et al. 2010, JAMA 304:1821: 1.76 for two alleles";
    PRASUGREL_LOSS = HazardRatio 1.0 "cyp2c19_loss_on_events_under_prasugrel"
        "the same model under prasugrel: nothing is to be found" "Mega et al. 2009, Circulation 119:2553";

    // Rhythm and pump.
    FIBRILLATION_MEN = RateAt60 0.0042 "atrial_fibrillation_men"
        "first atrial fibrillation per year known (from the first visit on) of men without hypertension or coronary disease, by age"
        "Looked up: incidence in Iwate 2010-2013 (3.84 in 1,000 a year at 55 to 64, 8.53 at 75 to 84), doubled, as patients are; Inoue et al. 2009: prevalence 4.4 % over eighty";
    FIBRILLATION_WOMEN = RateAt60 0.0013 "atrial_fibrillation_women"
        "the same of women" "Looked up: Iwate 2010-2013 (0.53 at 55 to 64, 3.40 at 75 to 84), doubled; Inoue et al. 2009: 2.2 % over eighty";
    FIBRILLATION_GROWTH = Growth 0.07 "atrial_fibrillation_growth"
        "slope of the log rate on age" "Between that of men (0.04) and women (0.09) in Iwate, as above";
    FIBRILLATION_HYPERTENSION = HazardRatio 1.5 "hypertension_on_atrial_fibrillation"
        "Cox on age, sex, hypertension, coronary disease" "Looked up: Iwate 2010-2013, odds ratios 1.20 in men, 1.70 in women";
    FIBRILLATION_CORONARY = HazardRatio 1.6 "coronary_disease_on_atrial_fibrillation"
        "the same model" "Looked up: Iwate 2010-2013, odds ratio 1.79 in men";
    FAILURE_MEN = RateAt60 0.0030 "heart_failure_admission_men"
        "first admission for heart failure per year known (from the first visit on) of men with none of the conditions below, by age"
        "Looked up: JROAD, 260,157 admissions in 2016; three times, as the hospital is referred to";
    FAILURE_WOMEN = RateAt60 0.0022 "heart_failure_admission_women"
        "the same of women" "JROAD, as above";
    FAILURE_GROWTH = Growth 0.085 "heart_failure_admission_growth"
        "slope of the log rate on age" "General knowledge; half of JROAD's patients are over eighty";
    FAILURE_DIABETES = HazardRatio 1.8 "diabetes_on_heart_failure_admission"
        "Cox on age, sex, diabetes, hypertension, coronary disease, fibrillation, kidney disease, body mass index over 25, SGLT2 inhibitor"
        "Near cohorts (Framingham 1974: 2 to 5; later 1.5 to 2)";
    FAILURE_HYPERTENSION = HazardRatio 1.6 "hypertension_on_heart_failure_admission"
        "the same model" "General knowledge of cohorts";
    FAILURE_CORONARY = HazardRatio 3.0 "coronary_disease_on_heart_failure_admission"
        "the same model" "General knowledge of cohorts";
    FAILURE_FIBRILLATION = HazardRatio 2.2 "fibrillation_on_heart_failure_admission"
        "the same model" "General knowledge of cohorts";
    FAILURE_KIDNEY = HazardRatio 1.9 "kidney_disease_on_heart_failure_admission"
        "the same model" "General knowledge of cohorts";
    FAILURE_OBESITY = HazardRatio 1.3 "obesity_on_heart_failure_admission"
        "the same model, body mass index at forty of 25 and more" "General knowledge of cohorts";
    FAILURE_SGLT2 = HazardRatio 0.65 "sglt2_on_heart_failure_admission"
        "new users of SGLT2 against DPP-4 inhibitors after metformin, adjusted for (or weighted by the propensity from) coronary disease, kidney disease, fibrillation, hypertension, obesity and year; without adjustment it seems to do nothing"
        "Looked up: EMPA-REG OUTCOME 2015, 0.65 (0.50 to 0.85)";
    FAILURE_AGAIN = Probability 0.22 "heart_failure_readmission"
        "admissions per year after the first for heart failure" "Near JCARE-CARD 2006: a third within a year";
    FAILURE_FATALITY = Probability 0.075 "heart_failure_death_in_hospital"
        "deaths among admissions for heart failure" "Near JROAD: 7 to 8 %";

    // The choice between SGLT2 and DPP-4 inhibitors.
    CHOICE_BASE = LogOdds -1.3 "sglt2_choice_base"
        "logistic model of SGLT2 against DPP-4 as second drug after metformin, from June 2014 on" "Ours";
    CHOICE_CORONARY = LogOdds 1.5 "sglt2_choice_coronary_disease" "the same model" "Ours: the sicker get it";
    CHOICE_KIDNEY = LogOdds 1.1 "sglt2_choice_kidney_disease" "the same model" "Ours";
    CHOICE_FIBRILLATION = LogOdds 0.9 "sglt2_choice_fibrillation" "the same model" "Ours";
    CHOICE_HYPERTENSION = LogOdds 0.6 "sglt2_choice_hypertension" "the same model" "Ours";
    CHOICE_OBESITY = LogOdds 0.7 "sglt2_choice_obesity" "the same model" "Ours";
    CHOICE_YEAR = LogOdds 0.12 "sglt2_choice_year_after_2018" "the same model, per year" "Ours";

    // Stroke.
    STROKE_MEN = RateAt60 0.0030 "stroke_men"
        "first stroke per year known (from the first visit on) of men who never smoked with none of the conditions below, by age"
        "Looked up: Akita Stroke Registry 1996-1998 (2.22 in 1,000 of all ages); about doubled, as the hospital is referred to";
    STROKE_WOMEN = RateAt60 0.0020 "stroke_women" "the same of women" "Two thirds of men's: general knowledge";
    STROKE_GROWTH = Growth 0.065 "stroke_growth" "slope of the log rate on age" "General knowledge";
    STROKE_HYPERTENSION = HazardRatio 2.3 "hypertension_on_stroke"
        "Cox on age, sex, smoking, hypertension, diabetes, fibrillation, anticoagulant"
        "Near Hisayama and EPOCH-JAPAN (general knowledge)";
    STROKE_DIABETES = HazardRatio 1.7 "diabetes_on_stroke" "the same model" "Near Hisayama (general knowledge)";
    STROKE_SMOKING = HazardRatio 1.5 "smoking_on_stroke" "the same model" "Near JPHC 2004 (1.3 to 2.0)";
    STROKE_FIBRILLATION = HazardRatio 4.0 "fibrillation_on_stroke"
        "the same model" "Near Framingham (Wolf et al. 1991: 5)";
    STROKE_ANTICOAGULANT = HazardRatio 0.36 "anticoagulant_on_stroke"
        "the same model, in those with fibrillation" "Hart et al. 2007: warfarin 0.36";
    STROKE_FATALITY = Probability 0.1 "stroke_death_in_hospital"
        "deaths among admissions for stroke" "General knowledge: infarction 5, haemorrhage 15 to 20 %; looked up: Takashima 1989-2005, 15 % within 28 days, at home too";
    BLEEDING_WARFARIN = Probability 0.022 "bleeding_under_warfarin"
        "admissions for gastrointestinal bleeding per year under warfarin" "General knowledge: 1 to 3 %";
    BLEEDING_DIRECT = HazardRatio 0.8 "direct_anticoagulant_on_bleeding"
        "direct anticoagulants against warfarin" "General knowledge of Asian subgroups: 0.6 to 0.9";

    // Genes.
    ALLELE_2 = Probability 0.29 "cyp2c19_2_frequency"
        "alleles *2 among all alleles" "Near Kubota et al. 2001; looked up: 0.35 of 280 in Ther Drug Monit 1998;20:243";
    ALLELE_3 = Probability 0.13 "cyp2c19_3_frequency"
        "alleles *3 among all alleles" "Near Kubota et al. 2001; looked up: 0.11 of 280 in Ther Drug Monit 1998;20:243";
    ALLELE_17 = Probability 0.013 "cyp2c19_17_frequency"
        "alleles *17 among all alleles" "Near Sugimoto et al. 2008, Japanese";

    // How records are kept.
    NEVER_CLOSED = Probability 0.42 "suspected_never_closed"
        "open diagnoses among those suspected at least a year ago" "Ours";
    MISSED = Probability 0.03 "missed_appointments"
        "appointments not kept among all of outpatients" "Ours; general knowledge";
}

/// All figures: those above, those that stand beside the other diseases, and the faults.
pub fn facts() -> impl Iterator<Item = Fact> {
    FACTS.iter().copied().chain(super::disease::planted::facts()).chain(super::faults::facts())
}

/// Drugs are on the market from these months on.
pub mod market {
    use super::{Minute, calendar};

    /// SGLT2 inhibitors: April 2014; June until the first were prescribed widely.
    pub const SGLT2: Minute = calendar::date(2014, 6, 1);
    /// Dapagliflozin and empagliflozin.
    pub const EMPAGLIFLOZIN: Minute = calendar::date(2015, 2, 1);
    /// Prasugrel: May 2014.
    pub const PRASUGREL: Minute = calendar::date(2014, 5, 27);
    /// Linagliptin: September 2011.
    pub const LINAGLIPTIN: Minute = calendar::date(2011, 9, 15);
    /// Dulaglutide: September 2015.
    pub const DULAGLUTIDE: Minute = calendar::date(2015, 9, 16);
    /// Oral semaglutide: February 2021.
    pub const SEMAGLUTIDE: Minute = calendar::date(2021, 2, 5);
    /// Azilsartan: May 2012.
    pub const AZILSARTAN: Minute = calendar::date(2012, 5, 10);
    /// Esaxerenone: May 2019.
    pub const ESAXERENONE: Minute = calendar::date(2019, 5, 13);
    /// Rivaroxaban: April 2012.
    pub const RIVAROXABAN: Minute = calendar::date(2012, 4, 18);
    /// Apixaban: February 2013.
    pub const APIXABAN: Minute = calendar::date(2013, 2, 26);
    /// Edoxaban against stroke: September 2014.
    pub const EDOXABAN: Minute = calendar::date(2014, 9, 26);
    /// Febuxostat: May 2011.
    pub const FEBUXOSTAT: Minute = calendar::date(2011, 5, 17);
    /// Vonoprazan: February 2015.
    pub const VONOPRAZAN: Minute = calendar::date(2015, 2, 26);
    /// Sacubitril and valsartan: August 2020.
    pub const SACUBITRIL: Minute = calendar::date(2020, 8, 26);
    /// Evolocumab: April 2016.
    pub const EVOLOCUMAB: Minute = calendar::date(2016, 4, 21);
    /// Pemafibrate: June 2018.
    pub const PEMAFIBRATE: Minute = calendar::date(2018, 6, 1);
}

/// The rate of a sex.
#[must_use]
pub fn rate(sex: Sex, men_and_women: [Fact; 2], growth: Fact) -> Rate {
    let [men, women] = men_and_women;
    let at_60 = if sex == Sex::Female { women.value } else { men.value };
    Rate { at_60, growth: growth.value }
}

/// The hazard ratio to a power: per unit of something measured.
#[must_use]
pub fn power(ratio: Fact, units: f64) -> f64 {
    ratio.value.powf(units)
}
