//! Groups of criteria around an event. After `groupQuery.sql` and `windowedCriteria.sql`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::cohort::Reading;
use super::criterion::{Found, day, in_range, one_of};
use super::omop::Day;

/// First and last day of an observation period.
pub(super) type Period = (Day, Day);

const NOTHING: &[Value] = &[];

fn list<'a>(group: &'a Value, key: &str) -> &'a [Value] {
    group[key].as_array().map_or(NOTHING, Vec::as_slice)
}

pub(super) fn is_empty(group: &Value) -> bool {
    ["CriteriaList", "DemographicCriteriaList", "Groups"]
        .iter()
        .all(|key| list(group, key).is_empty())
}

impl Reading<'_> {
    /// Whether a group holds for an event in its observation period.
    pub(super) fn holds(&self, group: &Value, event: &Found, period: Period) -> bool {
        if is_empty(group) {
            return true;
        }
        let criteria = list(group, "CriteriaList");
        let demographic = list(group, "DemographicCriteriaList");
        let groups = list(group, "Groups");
        let members = criteria.len() + demographic.len() + groups.len();
        let held = criteria.iter().filter(|one| self.correlates(one, event, period)).count()
            + demographic.iter().filter(|one| self.demographic(one, event)).count()
            + groups.iter().filter(|one| self.holds(one, event, period)).count();
        let count = || usize::try_from(group["Count"].as_i64().unwrap()).unwrap();
        match group["Type"].as_str().unwrap() {
            "ALL" => held == members,
            "ANY" => held > 0,
            "AT_LEAST" => held >= count(),
            "AT_MOST" => held <= count(),
            other => panic!("group type {other}"),
        }
    }

    fn demographic(&self, asked: &Value, event: &Found) -> bool {
        asked.as_object().unwrap().iter().all(|(key, asked)| match key.as_str() {
            _ if asked.is_null() => true,
            "Age" => in_range(self.age(event.start), asked, |value| value.as_i64().unwrap()),
            "Gender" => one_of(Some(self.person.gender), asked),
            "GenderCS" => self.selected(Some(self.person.gender), asked),
            "OccurrenceStartDate" => in_range(Some(event.start), asked, day),
            "OccurrenceEndDate" => in_range(event.end, asked, day),
            "Race" | "Ethnicity" if asked.as_array().is_some_and(Vec::is_empty) => true,
            other => panic!("the field {other} has no reading here"),
        })
    }

    fn correlates(&self, asked: &Value, event: &Found, period: Period) -> bool {
        let found = self.select(&asked["Criteria"]);
        let matching = found.into_iter().filter(|other| fits(asked, event, other, period));
        let occurrence = &asked["Occurrence"];
        let count = if occurrence["IsDistinct"] == Value::Bool(true) {
            let value = |other: Found| match occurrence["CountColumn"].as_str() {
                None | Some("DOMAIN_CONCEPT") => Some(other.concept),
                Some("START_DATE") => Some(other.start),
                Some("VISIT_ID") => other.visit,
                Some("DOMAIN_SOURCE_CONCEPT") => Some(other.source),
                Some(column) => panic!("the column {column} has no reading here"),
            };
            matching.filter_map(value).collect::<BTreeSet<_>>().len()
        } else {
            matching.count()
        };
        let wanted = usize::try_from(occurrence["Count"].as_i64().unwrap()).unwrap();
        match occurrence["Type"].as_i64().unwrap() {
            0 => count == wanted,
            1 => count <= wanted,
            2 => count >= wanted,
            other => panic!("occurrence type {other}"),
        }
    }
}

/// Whether another event lies in the windows around an event.
fn fits(asked: &Value, event: &Found, other: &Found, period: Period) -> bool {
    let checks = asked["IgnoreObservationPeriod"] != Value::Bool(true);
    let in_period = !checks || (other.start >= period.0 && other.start <= period.1);
    let start = in_window(&asked["StartWindow"], event, other, checks.then_some(period), false);
    let end = asked["EndWindow"].is_null()
        || in_window(&asked["EndWindow"], event, other, checks.then_some(period), true);
    let visit = asked["RestrictVisit"] != Value::Bool(true)
        || (event.visit.is_some() && event.visit == other.visit);
    in_period && start && end && visit
}

fn in_window(
    window: &Value,
    event: &Found,
    other: &Found,
    period: Option<Period>,
    end_by_default: bool,
) -> bool {
    let from_end = window["UseIndexEnd"] == Value::Bool(true);
    let on_end = window["UseEventEnd"].as_bool().unwrap_or(end_by_default);
    let anchor = if from_end { event.end } else { Some(event.start) };
    let looked_at = if on_end { other.end } else { Some(other.start) };
    // None: no bound. Some(None): a bound that is not known, which nothing satisfies.
    let bound = |endpoint: &Value| {
        let before = endpoint["Coeff"].as_i64() == Some(-1);
        match endpoint["Days"].as_i64() {
            Some(days) => Some(anchor.map(|anchor| anchor + if before { -days } else { days })),
            None => period.map(|period| Some(if before { period.0 } else { period.1 })),
        }
    };
    let holds = |bound: Option<Option<Day>>, is: fn(Day, Day) -> bool| match bound {
        None => true,
        Some(bound) => looked_at.zip(bound).is_some_and(|(day, bound)| is(day, bound)),
    };
    holds(bound(&window["Start"]), |day, bound| day >= bound)
        && holds(bound(&window["End"]), |day, bound| day <= bound)
}
