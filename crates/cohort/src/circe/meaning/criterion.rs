//! One criterion: which rows of its table it selects. After the `*SqlBuilder` classes.

use serde_json::Value;

use super::cohort::Reading;
use super::group::Period;
use super::omop::{Day, Row, concept_column};
use crate::ast::{LocalDate, civil};

/// A row as the queries pass it on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) id: i64,
    pub(super) start: Day,
    pub(super) end: Option<Day>,
    pub(super) visit: Option<i64>,
    pub(super) concept: i64,
    pub(super) source: i64,
}

/// A day as the JSON writes it.
pub(super) fn day(text: &Value) -> Day {
    i64::from(LocalDate::parse(text.as_str().unwrap()).unwrap().days())
}

/// `value op range`; a missing value is in no range.
pub(super) fn in_range<T: PartialOrd>(
    value: Option<T>,
    range: &Value,
    read: impl Fn(&Value) -> T,
) -> bool {
    let Some(value) = value else { return false };
    let low = read(&range["Value"]);
    let between = |value: &T| *value >= low && *value <= read(&range["Extent"]);
    match range["Op"].as_str().unwrap() {
        "lt" => value < low,
        "lte" => value <= low,
        "eq" => value == low,
        "!eq" => value != low,
        "gt" => value > low,
        "gte" => value >= low,
        "bt" => between(&value),
        "!bt" => !between(&value),
        other => panic!("operator {other}"),
    }
}

fn whole(value: &Value) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "Circe cuts off")]
    let cut = value.as_f64().unwrap() as i64;
    cut
}

fn decimal(value: &Value) -> f64 {
    (value.as_f64().unwrap() * 10_000.0).round() / 10_000.0
}

impl Reading<'_> {
    /// What `{"Domain": {…}}` selects, in the order of start and id.
    pub(super) fn select(&self, criterion: &Value) -> Vec<Found> {
        let (domain, fields) = criterion.as_object().unwrap().iter().next().unwrap();
        let mut rows: Vec<&Row> =
            self.person.rows.iter().filter(|row| row.domain == domain).collect();
        rows.sort_by_key(|row| (row.start, row.id));
        rows.retain(|row| self.joins(domain, fields, row));
        if fields["First"] == Value::Bool(true) {
            rows.truncate(1);
        }
        rows.retain(|row| self.filters(domain, fields, row));
        let mut found: Vec<Found> = rows.into_iter().map(found).collect();
        let group = &fields["CorrelatedCriteria"];
        if !group.is_null() && !super::group::is_empty(group) {
            found.retain(|event| {
                let period = self.period_of(event.start);
                period.is_some_and(|period| self.holds(group, event, period))
            });
        }
        found
    }

    /// The observation period that holds a day.
    pub(super) fn period_of(&self, day: Day) -> Option<Period> {
        self.person.periods.iter().copied().find(|(first, last)| *first <= day && day <= *last)
    }

    /// The joins with concept sets.
    fn joins(&self, domain: &str, fields: &Value, row: &Row) -> bool {
        let standard = fields["CodesetId"].as_i64();
        let key = match domain {
            "ConditionOccurrence" => "ConditionSourceConcept",
            "DrugExposure" => "DrugSourceConcept",
            "ProcedureOccurrence" => "ProcedureSourceConcept",
            "Measurement" => "MeasurementSourceConcept",
            "Observation" => "ObservationSourceConcept",
            "VisitOccurrence" => "VisitSourceConcept",
            "VisitDetail" => "VisitDetailSourceConcept",
            "DeviceExposure" => "DeviceSourceConcept",
            "Death" => "DeathSourceConcept",
            _ => "",
        };
        let source = fields[key].as_i64();
        standard.is_none_or(|set| self.in_set(set, row.concept))
            && source.is_none_or(|set| self.in_set(set, row.source))
    }

    fn filters(&self, domain: &str, fields: &Value, row: &Row) -> bool {
        let fields = fields.as_object().unwrap();
        fields
            .iter()
            .all(|(key, asked)| asked.is_null() || self.filter(domain, (key, asked), fields, row))
    }

    fn filter(
        &self,
        domain: &str,
        (key, asked): (&str, &Value),
        fields: &serde_json::Map<String, Value>,
        row: &Row,
    ) -> bool {
        let number = |column: &str| row.numbers.get(column).copied();
        let event = found(row);
        match key {
            "CodesetId" | "First" | "CorrelatedCriteria" => true,
            key if key.ends_with("SourceConcept") || key.ends_with("Exclude") => true,
            "OccurrenceStartDate" | "EraStartDate" | "PeriodStartDate" | "VisitDetailStartDate" => {
                in_range(Some(event.start), asked, day)
            }
            "OccurrenceEndDate" | "EraEndDate" | "PeriodEndDate" | "VisitDetailEndDate" => {
                in_range(event.end, asked, day)
            }
            "Age" | "AgeAtStart" => in_range(self.age(event.start), asked, whole),
            "AgeAtEnd" => in_range(event.end.and_then(|end| self.age(end)), asked, whole),
            "Gender" => one_of(Some(self.person.gender), asked),
            "GenderCS" => self.selected(Some(self.person.gender), asked),
            "VisitLength" | "EraLength" | "PeriodLength" | "VisitDetailLength" => {
                in_range(event.end.map(|end| end - event.start), asked, whole)
            }
            "OccurrenceCount" => in_range(number("occurrence_count"), asked, |v| whole(v) as f64),
            "DaysSupply" => in_range(number("days_supply"), asked, |v| whole(v) as f64),
            "Refills" => in_range(number("refills"), asked, |v| whole(v) as f64),
            "ValueAsNumber" => in_range(number("value_as_number"), asked, decimal),
            "RangeLow" => in_range(number("range_low"), asked, decimal),
            "RangeHigh" => in_range(number("range_high"), asked, decimal),
            "Quantity" => in_range(number("quantity"), asked, decimal),
            "EffectiveDrugDose" => in_range(number("effective_drug_dose"), asked, decimal),
            "DoseValue" => in_range(number("dose_value"), asked, decimal),
            "RangeLowRatio" | "RangeHighRatio" => {
                let limit = if key == "RangeLowRatio" { "range_low" } else { "range_high" };
                let limit = number(limit).filter(|limit| *limit != 0.0);
                let ratio =
                    number("value_as_number").zip(limit).map(|(value, limit)| value / limit);
                in_range(ratio, asked, decimal)
            }
            "Abnormal" => asked != &Value::Bool(true) || abnormal(row),
            "VisitType" | "VisitTypeCS" if domain != "VisitOccurrence" => {
                let visit =
                    self.person.rows.iter().find(|visit| {
                        visit.domain == "VisitOccurrence" && Some(visit.id) == row.visit
                    });
                match (visit, asked.is_array()) {
                    (_, true) if asked.as_array().unwrap().is_empty() => true,
                    (None, _) => false,
                    (Some(visit), true) => one_of(Some(visit.concept), asked),
                    (Some(visit), false) => self.selected(Some(visit.concept), asked),
                }
            }
            _ => self.concept_filter(key, asked, fields, row),
        }
    }

    fn concept_filter(
        &self,
        key: &str,
        asked: &Value,
        fields: &serde_json::Map<String, Value>,
        row: &Row,
    ) -> bool {
        let column = concept_column(key);
        let column = column.unwrap_or_else(|| panic!("the field {key} has no reading here"));
        let concept = row.concepts.get(column).copied();
        if key.ends_with("CS") {
            return self.selected(concept, asked);
        }
        if asked.as_array().unwrap().is_empty() {
            return true;
        }
        let excludes = fields.get(&format!("{key}Exclude")) == Some(&Value::Bool(true));
        if excludes { concept.is_some() && !one_of(concept, asked) } else { one_of(concept, asked) }
    }

    /// `ConceptSetSelection`
    pub(super) fn selected(&self, concept: Option<i64>, asked: &Value) -> bool {
        let excludes = asked["IsExclusion"] == Value::Bool(true);
        match (asked["CodesetId"].as_i64(), concept) {
            (None, concept) => concept.is_some() != excludes,
            (Some(_), None) => false,
            (Some(set), Some(concept)) => self.in_set(set, concept) != excludes,
        }
    }

    pub(super) fn age(&self, on: Day) -> Option<i64> {
        let ((year, ..), (born, ..)) = (civil(on), self.person.birth);
        Some(year - i64::from(born))
    }
}

pub(super) fn one_of(concept: Option<i64>, list: &Value) -> bool {
    list.as_array().unwrap().is_empty()
        || list.as_array().unwrap().iter().any(|one| one["CONCEPT_ID"].as_i64() == concept)
}

fn abnormal(row: &Row) -> bool {
    let number = |column: &str| row.numbers.get(column).copied();
    let value = number("value_as_number");
    let below = value.zip(number("range_low")).is_some_and(|(value, low)| value < low);
    let above = value.zip(number("range_high")).is_some_and(|(value, high)| value > high);
    let coded = row.concepts.get("value_as_concept_id");
    below || above || coded.is_some_and(|concept| [4_155_142, 4_155_143].contains(concept))
}

/// The columns every query passes on.
fn found(row: &Row) -> Found {
    let end = match row.domain {
        "ConditionOccurrence" | "DeviceExposure" => Some(row.end.unwrap_or(row.start + 1)),
        "DrugExposure" => Some(row.end.unwrap_or_else(|| {
            #[expect(clippy::cast_possible_truncation, reason = "whole days")]
            let supply = row.numbers.get("days_supply").map(|days| *days as i64);
            row.start + supply.unwrap_or(1)
        })),
        "Measurement" | "Observation" | "ProcedureOccurrence" | "Specimen" | "Death" => {
            Some(row.start + 1)
        }
        _ => row.end,
    };
    let has_visit = ![
        "Death",
        "Specimen",
        "ConditionEra",
        "DrugEra",
        "DoseEra",
        "ObservationPeriod",
        "PayerPlanPeriod",
    ]
    .contains(&row.domain);
    let own = (row.domain == "VisitOccurrence").then_some(row.id);
    Found {
        id: row.id,
        start: row.start,
        end,
        visit: if has_visit { own.or(row.visit) } else { None },
        concept: row.concept,
        source: row.source,
    }
}
