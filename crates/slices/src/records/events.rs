//! What of the tables are events, for cohort definitions (decision 0053).
//!
//! What was cancelled, planned only, denied or entered in error is not published.

use lake::events::{Amount, CodeOf, EventsOf, Keep, KindOf, Limits, Renamed, Says, When};

/// What says that a record is not to be used.
const WRONG: &str = "entered-in-error";

/// The department of a record, as its extension tells it.
const DEPARTMENT: CodeOf = CodeOf::coding("department_code", "department_system");

/// The drug of an order, of what was given or handed over.
const DRUG: &[CodeOf] = &[
    CodeOf::named("hot7_code", "hot7"),
    CodeOf::named("hot9_code", "hot9"),
    CodeOf::named("hot13_code", "hot13"),
    CodeOf::named("yj_code", "yj"),
    CodeOf::named("general_name_code", "general_name"),
    CodeOf::named("atc_code", "atc"),
    CodeOf::named("gs1_code", "gs1"),
    CodeOf::named("rxnorm_code", "rxnorm"),
    CodeOf::coding("medication_code", "medication_system"),
];

/// What class of drugs it is: the fourth level of its ATC code, else the therapeutic category and the
/// kind of substance with which a YJ code begins.
const CLASS: (&str, &[CodeOf]) =
    ("ingredient_class", &[CodeOf::class("atc_code", 5), CodeOf::class("yj_code", 4)]);

const ROUTE: &[CodeOf] = &[CodeOf::coding("route_code", "route_system")];

const DOSE: Amount = Amount {
    numbers: &["dose"],
    unit_code: "dose_unit_code",
    unit_system: Some("dose_unit_system"),
    unit: "dose_unit",
};

/// The words of a result.
const RESULT: &[CodeOf] = &[
    CodeOf::coding("value_code", "value_code_system"),
    CodeOf::word("value_code_text"),
    CodeOf::word("value_boolean"),
];

const VALUE: Amount = Amount {
    numbers: &["value_quantity", "value_integer"],
    unit_code: "value_unit_code",
    unit_system: Some("value_unit_system"),
    unit: "value_unit",
};

const LIMITS: Limits = Limits {
    low: ("reference_range_low", "reference_range_unit"),
    high: ("reference_range_high", "reference_range_high_unit"),
};

/// A result that is `<5` has the number 5: this says so.
const COMPARATOR: (&str, &[CodeOf]) = ("value_operator", &[CodeOf::word("value_comparator")]);

/// When a thing was looked at.
const EFFECTIVE: &[When] = &[
    When::moment("effective_at"),
    When::moment("effective_instant"),
    When::until("effective_period_start", &["effective_period_end"]),
];

/// Of what kind an observation is.
const OF_CATEGORY: KindOf = KindOf::ByWord {
    column: "category_codes",
    words: &[("laboratory", "lab"), ("vital-signs", "vital"), ("body-measurement", "vital")],
    otherwise: "observation",
};

/// What is not said any more, or not yet.
const NOT_SEEN: Keep = Keep::NoneOf("status", &[WRONG, "cancelled", "registered"]);

/// Since when and until when a disease or an allergy was there; the day it was written down where
/// nothing at all is said of when it began.
macro_rules! onset {
    ($($ends:literal),*) => {
        &[
            When::until("onset_at", &[$($ends),*]),
            When::until("onset_period_start", &[$($ends),*]),
            When {
                start: "recorded_date",
                ends: Some(&[$($ends),*]),
                unless: &["onset_age", "onset_range_low", "onset_range_high", "onset_string"],
            },
        ]
    };
}

/// Every table that is published, as `records_events`.
pub static EVENTS: &[EventsOf] = &[
    EventsOf {
        keep: &[Keep::NoneOf("status", &[WRONG, "planned", "cancelled"])],
        codes: &[
            CodeOf::coding("class_code", "class_system"),
            CodeOf::coding("type_code", "type_system"),
        ],
        when: &[When::until("period_start", &["period_end"])],
        department: &[
            DEPARTMENT,
            CodeOf::coding("service_type_code", "service_type_system"),
            CodeOf::word("service_provider_key"),
        ],
        ward: Some("location_key"),
        visit_kind: Some(Renamed {
            column: "class_code",
            words: &[
                ("IMP", "inpatient"),
                ("ACUTE", "inpatient"),
                ("NONAC", "inpatient"),
                ("SS", "inpatient"),
                ("OBSENC", "inpatient"),
                ("EMER", "emergency"),
                ("AMB", "outpatient"),
                ("HH", "home"),
                ("VR", "virtual"),
            ],
        }),
        attributes: &[
            ("admit_source", &[CodeOf::word("admit_source_code")]),
            ("discharge_disposition", &[CodeOf::word("discharge_disposition_code")]),
        ],
        ..EventsOf::of("encounter", "visit")
    },
    EventsOf {
        keep: &[Keep::NoneOf("verification_status_code", &[WRONG, "refuted"])],
        codes: &[
            CodeOf::named("icd10_jp_code", "icd10_jp"),
            CodeOf::named("icd10_code", "icd10"),
            CodeOf::named("byomei_key_number", "byomei"),
            CodeOf::named("byomei_exchange_code", "byomei_exchange"),
            CodeOf::named("receipt_disease_code", "byomei_receipt"),
            CodeOf::named("snomed_code", "snomed"),
            CodeOf::coding("code", "code_system"),
        ],
        when: onset!("abatement_at", "abatement_period_end"),
        visit: Some("encounter_key"),
        department: &[DEPARTMENT],
        suspected: &[
            Says {
                column: "verification_status_code",
                words: &["provisional", "differential", "unconfirmed"],
            },
            Says { column: "postfix_modifier_codes", words: &["8002"] },
            Says { column: "prefix_modifier_codes", words: &["8002"] },
        ],
        main: &[Says { column: "diagnosis_type_code", words: &["principal"] }],
        attributes: &[
            ("stage", &[CodeOf::word("stage_summary_code")]),
            ("severity", &[CodeOf::coding("severity_code", "severity_system")]),
            ("outcome", &[CodeOf::coding("outcome_code", "outcome_system")]),
            ("clinical_status", &[CodeOf::word("clinical_status_code")]),
        ],
        ..EventsOf::of("condition", "diagnosis")
    },
    EventsOf {
        kind: OF_CATEGORY,
        keep: &[NOT_SEEN],
        codes: &[
            CodeOf::named("jlac10_code", "jlac10"),
            CodeOf::named("core_labo_code", "jlac10"),
            CodeOf::named("jlac11_code", "jlac11"),
            CodeOf::named("loinc_code", "loinc"),
            CodeOf::named("nursing_observation_code", "nursing_observation"),
            CodeOf::coding("code", "code_system"),
        ],
        when: EFFECTIVE,
        visit: Some("encounter_key"),
        order: Some("based_on_service_request_key"),
        department: &[DEPARTMENT],
        value: Some(VALUE),
        limits: Some(LIMITS),
        coded_value: RESULT,
        attributes: &[
            COMPARATOR,
            ("interpretation", &[CodeOf::word("interpretation_code")]),
            ("body_site", &[CodeOf::coding("body_site_code", "body_site_system")]),
        ],
        ..EventsOf::of("observation", "observation")
    },
    EventsOf {
        kind: OF_CATEGORY,
        keep: &[NOT_SEEN],
        element: Some("ordinal"),
        codes: &[
            CodeOf::named("jlac10_code", "jlac10"),
            CodeOf::named("loinc_code", "loinc"),
            CodeOf::coding("code", "code_system"),
        ],
        when: EFFECTIVE,
        visit: Some("encounter_key"),
        department: &[DEPARTMENT],
        value: Some(VALUE),
        limits: Some(LIMITS),
        coded_value: RESULT,
        attributes: &[COMPARATOR, ("interpretation", &[CodeOf::word("interpretation_code")])],
        ..EventsOf::of("observation_component", "observation")
    },
    EventsOf {
        keep: &[
            Keep::NoneOf("status", &[WRONG, "cancelled", "draft"]),
            Keep::NoneOf("intent", &["proposal", "plan", "option"]),
            Keep::NotTrue("is_not_to_be_done"),
        ],
        codes: DRUG,
        when: &[When::moment("authored_on")],
        visit: Some("encounter_key"),
        department: &[DEPARTMENT],
        dose: Some(DOSE),
        route: ROUTE,
        days_supply: Some(Amount {
            numbers: &["expected_supply_duration"],
            unit_code: "expected_supply_duration_unit_code",
            unit_system: None,
            unit: "expected_supply_duration_unit",
        }),
        attributes: &[("category", &[CodeOf::word("category_codes")]), CLASS],
        ..EventsOf::of("medication_request", "drug_order")
    },
    EventsOf {
        keep: &[Keep::NoneOf("status", &[WRONG, "not-done"])],
        codes: DRUG,
        when: &[
            When::moment("effective_at"),
            When::until("effective_period_start", &["effective_period_end"]),
        ],
        visit: Some("encounter_key"),
        order: Some("medication_request_key"),
        department: &[
            DEPARTMENT,
            CodeOf::coding("request_department_code", "request_department_system"),
        ],
        ward: Some("location_key"),
        dose: Some(DOSE),
        route: ROUTE,
        attributes: &[CLASS],
        ..EventsOf::of("medication_administration", "drug_admin")
    },
    EventsOf {
        keep: &[Keep::NoneOf("status", &[WRONG, "cancelled", "preparation", "declined"])],
        codes: DRUG,
        when: &[When::moment("when_handed_over"), When::moment("when_prepared")],
        visit: Some("encounter_key"),
        order: Some("medication_request_key"),
        department: &[DEPARTMENT],
        dose: Some(DOSE),
        route: ROUTE,
        days_supply: Some(Amount {
            numbers: &["days_supply"],
            unit_code: "days_supply_unit_code",
            unit_system: None,
            unit: "days_supply_unit",
        }),
        attributes: &[CLASS],
        ..EventsOf::of("medication_dispense", "dispensing")
    },
    EventsOf {
        keep: &[Keep::NoneOf("status", &[WRONG, "preparation", "not-done"])],
        codes: &[
            CodeOf::named("k_code", "k_code"),
            CodeOf::named("stem7_code", "stem7"),
            CodeOf::named("dental_procedure_code", "dental_procedure"),
            CodeOf::named("nursing_action_code", "nursing_action"),
            CodeOf::named("snomed_code", "snomed"),
            CodeOf::coding("code", "code_system"),
        ],
        when: &[
            When::moment("performed_at"),
            When::until("performed_period_start", &["performed_period_end"]),
        ],
        visit: Some("encounter_key"),
        order: Some("service_request_key"),
        department: &[DEPARTMENT],
        ward: Some("location_key"),
        attributes: &[
            ("category", &[CodeOf::coding("category_code", "category_system")]),
            ("outcome", &[CodeOf::coding("outcome_code", "outcome_system")]),
        ],
        ..EventsOf::of("procedure", "procedure")
    },
    EventsOf {
        keep: &[Keep::NoneOf("status", &[WRONG])],
        codes: &[CodeOf::coding("type_code", "type_system")],
        when: &[
            When::moment("collected_at"),
            When::until("collected_period_start", &["collected_period_end"]),
        ],
        order: Some("service_request_key"),
        department: &[DEPARTMENT],
        value: Some(Amount {
            numbers: &["collection_quantity"],
            unit_code: "collection_quantity_unit_code",
            unit_system: None,
            unit: "collection_quantity_unit",
        }),
        attributes: &[("status", &[CodeOf::word("status")])],
        ..EventsOf::of("specimen", "specimen")
    },
    EventsOf {
        keep: &[Keep::NoneOf("status", &[WRONG, "not-done"])],
        codes: &[
            CodeOf::named("vaccine_yj_code", "yj"),
            CodeOf::named("vaccine_hot9_code", "hot9"),
            CodeOf::named("vaccine_cvx_code", "cvx"),
            CodeOf::coding("vaccine_code", "vaccine_system"),
        ],
        when: &[When::moment("occurrence_at")],
        visit: Some("encounter_key"),
        department: &[DEPARTMENT],
        dose: Some(Amount {
            numbers: &["dose_quantity"],
            unit_code: "dose_quantity_unit_code",
            unit_system: None,
            unit: "dose_quantity_unit",
        }),
        route: &[CodeOf::word("route_code")],
        ..EventsOf::of("immunization", "immunization")
    },
    EventsOf {
        keep: &[Keep::NoneOf("verification_status_code", &[WRONG, "refuted"])],
        codes: &[
            CodeOf::named("jfagy_food_code", "jfagy_food"),
            CodeOf::named("jfagy_medication_code", "jfagy_medication"),
            CodeOf::named("jfagy_other_code", "jfagy_other"),
            CodeOf::named("yj_code", "yj"),
            CodeOf::coding("code", "code_system"),
        ],
        when: onset!(),
        visit: Some("encounter_key"),
        department: &[DEPARTMENT],
        suspected: &[Says { column: "verification_status_code", words: &["unconfirmed"] }],
        attributes: &[
            ("criticality", &[CodeOf::word("criticality")]),
            ("clinical_status", &[CodeOf::word("clinical_status_code")]),
        ],
        ..EventsOf::of("allergy_intolerance", "allergy")
    },
    EventsOf {
        keep: &[Keep::NoneOf("status", &[WRONG])],
        codes: &[CodeOf::coding("type_code", "type_system")],
        ..EventsOf::of("device", "device")
    },
    EventsOf {
        keep: &[Keep::Said(&["deceased_at", "is_deceased"])],
        when: &[When::moment("deceased_at")],
        ..EventsOf::of("patient", "death")
    },
    EventsOf {
        keep: &[
            Keep::NoneOf("status", &[WRONG, "draft", "proposed", "rejected", "inactive"]),
            Keep::NoneOf("provision_type", &["deny"]),
        ],
        codes: &[
            CodeOf::coding("scope_code", "scope_system"),
            CodeOf::coding("category_code", "category_system"),
        ],
        department: &[DEPARTMENT],
        when: &[
            When::until("provision_period_start", &["provision_period_end"]),
            When::until("consented_at", &["provision_period_end"]),
        ],
        ..EventsOf::of("consent", "consent")
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tables::TABLES;
    use super::*;

    /// A column that no table has would be an empty one, and nobody would see it.
    #[test]
    fn every_column_that_events_are_made_of_is_one_of_the_table() {
        let system = ["patient_id", "source", "resource_key"];
        for events in EVENTS {
            let table = TABLES.iter().find(|table| table.name == events.table).unwrap();
            let (view, issues) = fhir::view::read(table.view_json.as_bytes());
            assert!(issues.is_empty(), "{}: {issues:?}", events.table);
            let view = view.unwrap();
            let columns: BTreeSet<&str> =
                view.columns().iter().map(|column| column.name.as_str()).collect();
            for name in events.columns() {
                let endings = ["_low", "_high", "_precision"];
                let date = endings.iter().find_map(|ending| name.strip_suffix(ending));
                let held = |name: &str| columns.contains(name) || system.contains(&name);
                assert!(held(&name) || date.is_some_and(held), "{}: {name}", events.table);
            }
        }
    }
}
