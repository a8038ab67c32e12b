//! People as in OMOP, and the events a slice would publish of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{Kind, Name};

/// Days since 1970-01-01.
pub(in crate::circe) type Day = i64;

/// A person.
#[derive(Clone, Debug, Default)]
pub(in crate::circe) struct Person {
    /// `gender_concept_id`
    pub(in crate::circe) gender: i64,
    /// Year, month and day of birth.
    pub(in crate::circe) birth: (i32, u32, u32),
    /// Observation periods, both days included; they neither touch nor overlap.
    pub(in crate::circe) periods: Vec<(Day, Day)>,
    /// Rows of the clinical tables.
    pub(in crate::circe) rows: Vec<Row>,
}

/// A row of a table.
#[derive(Clone, Debug, Default)]
pub(in crate::circe) struct Row {
    /// The criterion of Circe that reads its table.
    pub(in crate::circe) domain: &'static str,
    /// Its key.
    pub(in crate::circe) id: i64,
    /// Its first day.
    pub(in crate::circe) start: Day,
    /// Its last day, in tables that have one.
    pub(in crate::circe) end: Option<Day>,
    /// Its standard concept.
    pub(in crate::circe) concept: i64,
    /// Its source concept.
    pub(in crate::circe) source: i64,
    /// The visit it belongs to.
    pub(in crate::circe) visit: Option<i64>,
    /// Columns with numbers.
    pub(in crate::circe) numbers: BTreeMap<&'static str, f64>,
    /// Columns with concepts.
    pub(in crate::circe) concepts: BTreeMap<&'static str, i64>,
}

/// The column in which a field of Circe about concepts looks, by the field's name.
pub(super) fn concept_column(field: &str) -> Option<&'static str> {
    Some(match field.trim_end_matches("CS") {
        "ConditionType" | "DrugType" | "ProcedureType" | "MeasurementType" | "ObservationType"
        | "VisitType" | "VisitDetailType" | "DeviceType" | "DeathType" | "SpecimenType"
        | "PeriodType" => "type_concept_id",
        "ProviderSpecialty" => "specialty_concept_id",
        "ConditionStatus" => "status_concept_id",
        "Unit" => "unit_concept_id",
        "DoseUnit" => "dose_unit_concept_id",
        "ValueAsConcept" => "value_as_concept_id",
        "Operator" => "operator_concept_id",
        "Qualifier" => "qualifier_concept_id",
        "Modifier" => "modifier_concept_id",
        "RouteConcept" => "route_concept_id",
        "AnatomicSite" => "anatomic_site_concept_id",
        "DiseaseStatus" => "disease_status_concept_id",
        "PlaceOfService" => "place_of_service_concept_id",
        _ => return None,
    })
}

/// Which concepts are below which, and which are mapped to which.
#[derive(Clone, Debug, Default)]
pub(in crate::circe) struct Vocabulary {
    parents: BTreeMap<i64, BTreeSet<i64>>,
    maps: BTreeSet<(i64, i64)>,
}

impl Vocabulary {
    /// Puts a concept below another.
    pub(in crate::circe) fn put_below(&mut self, concept: i64, parent: i64) {
        self.parents.entry(concept).or_default().insert(parent);
    }

    /// Maps a concept to another.
    pub(in crate::circe) fn put_map(&mut self, concept: i64, to: i64) {
        self.maps.insert((concept, to));
    }

    /// Every pair of a concept and one that it is mapped to.
    pub(in crate::circe) fn maps(&self) -> impl Iterator<Item = (i64, i64)> {
        self.maps.iter().copied()
    }

    /// What a concept is mapped to.
    pub(in crate::circe) fn maps_to(&self, concept: i64) -> impl Iterator<Item = i64> {
        self.maps().filter(move |(from, _)| *from == concept).map(|(_, to)| to)
    }

    /// Every pair of a concept and one directly above it.
    pub(in crate::circe) fn pairs(&self) -> impl Iterator<Item = (i64, i64)> {
        let pairs = self.parents.iter();
        pairs.flat_map(|(concept, parents)| parents.iter().map(move |parent| (*concept, *parent)))
    }

    /// Whether a concept is another or below it.
    pub(in crate::circe) fn is_under(&self, concept: i64, ancestor: i64) -> bool {
        concept == ancestor
            || self.parents.get(&concept).is_some_and(|parents| {
                parents.iter().any(|parent| self.is_under(*parent, ancestor))
            })
    }
}

/// An event as a slice that publishes OMOP has it; days are whole local days.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::circe) struct Published {
    pub(in crate::circe) kind: Kind,
    pub(in crate::circe) source_key: String,
    pub(in crate::circe) start: Day,
    /// The last day; for an instant its start; none where it still goes on.
    pub(in crate::circe) last: Option<Day>,
    /// Codes of the system `omop`.
    pub(in crate::circe) code: i64,
    /// The source key of its visit.
    pub(in crate::circe) visit: Option<String>,
    pub(in crate::circe) coded_value: Option<i64>,
    pub(in crate::circe) route: Option<i64>,
    pub(in crate::circe) days_supply: Option<f64>,
    pub(in crate::circe) members: Option<f64>,
    pub(in crate::circe) numbers: BTreeMap<Name, f64>,
    pub(in crate::circe) attributes: BTreeMap<Name, i64>,
}

impl Row {
    /// The kind under which it is published. Measurements are published as two kinds and drugs as
    /// three, so that a definition that forgets one loses people.
    pub(super) fn kind(&self) -> Kind {
        match self.domain {
            "ConditionOccurrence" => Kind::Diagnosis,
            "DrugExposure" => match self.concept.rem_euclid(3) {
                0 => Kind::DrugOrder,
                1 => Kind::DrugAdmin,
                _ => Kind::Dispensing,
            },
            "Measurement" if self.concept % 2 == 0 => Kind::Lab,
            "Measurement" => Kind::Vital,
            "ProcedureOccurrence" => Kind::Procedure,
            "VisitOccurrence" => Kind::Visit,
            "Death" => Kind::Death,
            "Observation" => Kind::Observation,
            "Specimen" => Kind::Specimen,
            "DeviceExposure" => Kind::Device,
            "VisitDetail" => Kind::Other(Name::new("visit_detail").unwrap()),
            "ConditionEra" => Kind::Other(Name::new("condition_era").unwrap()),
            "DrugEra" => Kind::Other(Name::new("drug_era").unwrap()),
            "DoseEra" => Kind::Other(Name::new("dose_era").unwrap()),
            "ObservationPeriod" => Kind::Other(Name::new("observation_period").unwrap()),
            "PayerPlanPeriod" => Kind::Other(Name::new("payer_plan_period").unwrap()),
            other => panic!("no kind for {other}"),
        }
    }

    /// Whether its table has a last day.
    pub(super) fn has_end(&self) -> bool {
        !["Measurement", "Observation", "ProcedureOccurrence", "Specimen", "Death"]
            .contains(&self.domain)
    }

    pub(super) fn source_key(&self) -> String {
        format!("{:09}", self.id)
    }

    fn published(&self) -> Published {
        let numbers = self.numbers.iter().filter_map(|(column, value)| {
            let name = match *column {
                "quantity" => "item_quantity",
                "days_supply" | "occurrence_count" => return None,
                other => other,
            };
            Some((Name::new(name).unwrap(), *value))
        });
        let attributes = self.concepts.iter().filter_map(|(column, concept)| {
            let name = match *column {
                "value_as_concept_id" | "route_concept_id" => return None,
                "type_concept_id" => "record_type",
                "specialty_concept_id" => "provider_specialty",
                "status_concept_id" => "condition_status",
                "unit_concept_id" => match self.domain {
                    "DoseEra" => "dose_unit",
                    _ => "value_unit",
                },
                "dose_unit_concept_id" => "dose_unit",
                "operator_concept_id" => "value_operator",
                "qualifier_concept_id" => "qualifier",
                "modifier_concept_id" => "modifier",
                "anatomic_site_concept_id" => "anatomic_site",
                "disease_status_concept_id" => "disease_status",
                "place_of_service_concept_id" => "place_of_service",
                other => panic!("no attribute for {other}"),
            };
            Some((Name::new(name).unwrap(), *concept))
        });
        let source =
            (self.source != 0).then(|| (Name::new("source_concept").unwrap(), self.source));
        Published {
            kind: self.kind(),
            source_key: self.source_key(),
            start: self.start,
            last: if self.has_end() { self.end } else { Some(self.start) },
            code: self.concept,
            visit: self.visit.map(|visit| format!("{visit:09}")),
            coded_value: self.concepts.get("value_as_concept_id").copied(),
            route: self.concepts.get("route_concept_id").copied(),
            days_supply: self.numbers.get("days_supply").copied(),
            members: self.numbers.get("occurrence_count").copied(),
            numbers: numbers.collect(),
            attributes: attributes.chain(source).collect(),
        }
    }
}

impl Person {
    /// The events a slice would publish.
    pub(in crate::circe) fn published(&self) -> Vec<Published> {
        self.rows.iter().map(Row::published).collect()
    }
}
