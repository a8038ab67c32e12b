//! Which disease begins how soon, and what makes it sooner: the models, as data.

use super::models::{Counted, Effect, Event, Model};

/// Adults are at risk from here on, in years.
const ADULT: f64 = 25.0;

const DIABETES: Effect = Effect::Since("type_2_diabetes");
const HYPERTENSION: Effect = Effect::Since("hypertension");
const LIPIDS: Effect = Effect::Since("dyslipidaemia");
const KIDNEY: Effect = Effect::Since("chronic_kidney_disease");
const CORONARY: Effect = Effect::Since("coronary_disease");
const FIBRILLATION: Effect = Effect::Since("atrial_fibrillation");
const FAILURE: Effect = Effect::Since("heart_failure");
const STROKE: Effect = Effect::Since("stroke");
const COPD: Effect = Effect::Since("copd");
const BIOLOGIC: Effect = Effect::Started("biologic_started");

// After an infection the next of the same kind comes forty days later at the earliest.
const PNEUMONIA: Event = Event::Recurs("pneumonia", 40);
const URINARY: Event = Event::Recurs("urinary_tract_infection", 40);

/// All models.
pub(super) static MODELS: &[Model] = &[
    Model {
        events: &[Event::Begins("type_2_diabetes")],
        from_age: ADULT,
        counted: Counted::AllLife,
        until: None,
        rates: &["diabetes_men", "diabetes_women"],
        growths: &["diabetes_growth"],
        effects: &[("bmi_on_diabetes", Effect::BodyMass)],
        sexes: None,
    },
    Model {
        events: &[Event::Begins("hypertension")],
        from_age: ADULT,
        counted: Counted::AllLife,
        until: None,
        rates: &["hypertension_men", "hypertension_women"],
        growths: &["hypertension_growth"],
        effects: &[("bmi_on_hypertension", Effect::BodyMass)],
        sexes: None,
    },
    Model {
        events: &[Event::Begins("dyslipidaemia")],
        from_age: ADULT,
        counted: Counted::AllLife,
        until: None,
        rates: &["dyslipidaemia_men", "dyslipidaemia_women"],
        growths: &["dyslipidaemia_growth"],
        effects: &[],
        sexes: None,
    },
    Model {
        events: &[Event::Begins("chronic_kidney_disease")],
        from_age: 20.0,
        counted: Counted::AllLife,
        until: None,
        rates: &["kidney_disease"],
        growths: &["kidney_disease_growth"],
        effects: &[
            ("diabetes_on_kidney_disease", DIABETES),
            ("hypertension_on_kidney_disease", HYPERTENSION),
        ],
        sexes: None,
    },
    Model {
        events: &[Event::Happens("acute_coronary_syndrome")],
        from_age: 30.0,
        counted: Counted::SinceFirstVisit,
        until: Some("coronary_disease"),
        rates: &["acute_coronary_syndrome_men", "acute_coronary_syndrome_women"],
        growths: &["acute_coronary_syndrome_growth"],
        effects: &[
            ("smoking_on_acute_coronary_syndrome", Effect::Smoking),
            ("former_smoking_on_acute_coronary_syndrome", Effect::Smoked),
            ("hypertension_on_acute_coronary_syndrome", HYPERTENSION),
            ("diabetes_on_acute_coronary_syndrome", DIABETES),
            ("dyslipidaemia_on_acute_coronary_syndrome", LIPIDS),
            ("polygenic_score_on_acute_coronary_syndrome", Effect::Score),
        ],
        sexes: None,
    },
    Model {
        events: &[Event::Begins("atrial_fibrillation")],
        from_age: 30.0,
        counted: Counted::SinceFirstVisit,
        until: None,
        rates: &["atrial_fibrillation_men", "atrial_fibrillation_women"],
        growths: &["atrial_fibrillation_growth"],
        effects: &[
            ("hypertension_on_atrial_fibrillation", HYPERTENSION),
            ("coronary_disease_on_atrial_fibrillation", CORONARY),
        ],
        sexes: None,
    },
    Model {
        events: &[Event::Begins("heart_failure")],
        from_age: 30.0,
        counted: Counted::SinceFirstVisit,
        until: None,
        rates: &["heart_failure_admission_men", "heart_failure_admission_women"],
        growths: &["heart_failure_admission_growth"],
        effects: &[
            ("diabetes_on_heart_failure_admission", DIABETES),
            ("hypertension_on_heart_failure_admission", HYPERTENSION),
            ("coronary_disease_on_heart_failure_admission", CORONARY),
            ("fibrillation_on_heart_failure_admission", FIBRILLATION),
            ("kidney_disease_on_heart_failure_admission", KIDNEY),
            ("obesity_on_heart_failure_admission", Effect::Obesity),
            ("sglt2_on_heart_failure_admission", Effect::Chose("sglt2_or_dpp4", "sglt2")),
        ],
        sexes: None,
    },
    Model {
        events: &[Event::Begins("stroke")],
        from_age: 30.0,
        counted: Counted::SinceFirstVisit,
        until: None,
        rates: &["stroke_men", "stroke_women"],
        growths: &["stroke_growth"],
        effects: &[
            ("hypertension_on_stroke", HYPERTENSION),
            ("diabetes_on_stroke", DIABETES),
            ("smoking_on_stroke", Effect::Smoking),
            ("fibrillation_on_stroke", FIBRILLATION),
            ("anticoagulant_on_stroke", Effect::Prescribed(&["B01AA03", "B01AE07", "B01AF"])),
        ],
        sexes: None,
    },
    Model {
        events: &[Event::Dies],
        from_age: 0.0,
        counted: Counted::SinceFirstVisit,
        until: None,
        rates: &["death_men", "death_women"],
        growths: &["death_growth"],
        effects: &[
            ("diabetes_on_death", DIABETES),
            ("smoking_on_death", Effect::Smoking),
            ("kidney_disease_on_death", KIDNEY),
            ("coronary_disease_on_death", CORONARY),
            ("heart_failure_on_death", FAILURE),
            ("fibrillation_on_death", FIBRILLATION),
            ("stroke_on_death", STROKE),
        ],
        sexes: None,
    },
    Model {
        events: &[Event::Begins("copd")],
        from_age: 40.0,
        counted: Counted::SinceDay91,
        until: None,
        rates: &["copd"],
        growths: &["copd_growth"],
        effects: &[
            ("smoking_on_copd", Effect::Smoking),
            ("former_smoking_on_copd", Effect::Smoked),
        ],
        sexes: None,
    },
    Model {
        events: &[Event::Begins("asthma")],
        from_age: 0.0,
        counted: Counted::SinceDay91,
        until: None,
        rates: &["asthma"],
        growths: &["asthma_growth"],
        effects: &[],
        sexes: None,
    },
    Model {
        events: &[Event::Begins("rheumatoid_arthritis")],
        from_age: 18.0,
        counted: Counted::SinceDay91,
        until: None,
        rates: &["rheumatoid_arthritis_men", "rheumatoid_arthritis_women"],
        growths: &["rheumatoid_arthritis_growth"],
        effects: &[("smoking_on_rheumatoid_arthritis", Effect::Smoking)],
        sexes: Some(["rheumatoid_arthritis", "women_on_rheumatoid_arthritis"]),
    },
    Model {
        events: &[PNEUMONIA],
        from_age: 0.0,
        counted: Counted::SinceFirstVisit,
        until: None,
        rates: &["pneumonia_men", "pneumonia_women"],
        growths: &["pneumonia_men_growth", "pneumonia_women_growth"],
        effects: &[
            ("diabetes_on_pneumonia", DIABETES),
            ("copd_on_pneumonia", COPD),
            ("smoking_on_pneumonia", Effect::Smoking),
            ("biologic_on_pneumonia", BIOLOGIC),
        ],
        sexes: None,
    },
    Model {
        events: &[URINARY],
        from_age: 0.0,
        counted: Counted::SinceFirstVisit,
        until: None,
        rates: &["urinary_tract_infection_men", "urinary_tract_infection_women"],
        growths: &["urinary_tract_infection_men_growth", "urinary_tract_infection_women_growth"],
        effects: &[
            ("diabetes_on_urinary_tract_infection", DIABETES),
            ("biologic_on_urinary_tract_infection", BIOLOGIC),
        ],
        sexes: None,
    },
    Model {
        events: &[Event::Happens("herpes_zoster")],
        from_age: 0.0,
        counted: Counted::WhoeverHadIt,
        until: None,
        rates: &["herpes_zoster"],
        growths: &["herpes_zoster_growth"],
        effects: &[],
        sexes: None,
    },
    // A biologic does the same to all of them.
    Model {
        events: &[
            PNEUMONIA,
            URINARY,
            Event::Recurs("cellulitis", 40),
            Event::Happens("herpes_zoster"),
        ],
        from_age: 18.0,
        counted: Counted::SinceFirstVisit,
        until: None,
        rates: &["infections_men", "infections_women"],
        growths: &["infections_men_growth", "infections_women_growth"],
        effects: &[
            ("biologic_on_infections", BIOLOGIC),
            ("diabetes_on_infections", DIABETES),
            ("copd_on_infections", COPD),
            ("smoking_on_infections", Effect::Smoking),
        ],
        sexes: None,
    },
];
