//! The whole definition for one person. After `primaryEventsQuery.sql` and `generateCohort.sql`.

use serde_json::Value;

use super::criterion::{Found, day};
use super::group::{Period, is_empty};
use super::omop::{Day, Person, Vocabulary};

/// A definition, read for one person.
pub(super) struct Reading<'a> {
    pub(super) definition: &'a Value,
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) person: &'a Person,
}

/// An event by which the person enters.
type Entry = (Found, Period);

impl Reading<'_> {
    /// Whether a concept is in a concept set.
    pub(super) fn in_set(&self, id: i64, concept: i64) -> bool {
        let sets = self.definition["ConceptSets"].as_array().unwrap();
        let Some(set) = sets.iter().find(|set| set["id"].as_i64() == Some(id)) else {
            return false;
        };
        let items = set["expression"]["items"].as_array().unwrap();
        let covers = |item: &Value| {
            let own = item["concept"]["CONCEPT_ID"].as_i64().unwrap();
            let below = item["includeDescendants"] == Value::Bool(true);
            let holds =
                |concept| own == concept || (below && self.vocabulary.is_under(concept, own));
            let mapped = item["includeMapped"] == Value::Bool(true);
            holds(concept) || (mapped && self.vocabulary.maps_to(concept).any(holds))
        };
        let is_out = |item: &&Value| item["isExcluded"] == Value::Bool(true);
        items.iter().any(|item| !is_out(&item) && covers(item))
            && !items.iter().any(|item| is_out(&item) && covers(item))
    }

    /// The periods of the person in the cohort: first and last day.
    pub(super) fn periods(&self) -> Vec<(Day, Day)> {
        let mut rows: Vec<(Day, Day)> = Vec::new();
        for (event, period) in self.included() {
            let ends = self.ends(&event, period);
            let end = ends.into_iter().filter(|end| *end >= event.start).min();
            rows.extend(end.map(|end| (event.start, end)));
        }
        self.clipped(self.collapsed(rows))
    }

    fn limit(kind: &Value, mut events: Vec<Entry>) -> Vec<Entry> {
        match kind.as_str().unwrap_or("First").to_ascii_uppercase().as_str() {
            "ALL" => {}
            "LAST" => {
                let last = events.pop();
                events = last.into_iter().collect();
            }
            _ => events.truncate(1),
        }
        events
    }

    fn included(&self) -> Vec<Entry> {
        let primary = &self.definition["PrimaryCriteria"];
        let window = &primary["ObservationWindow"];
        let prior = window["PriorDays"].as_i64().unwrap_or(0);
        let post = window["PostDays"].as_i64().unwrap_or(0);
        let mut events: Vec<Entry> = Vec::new();
        for criterion in primary["CriteriaList"].as_array().unwrap() {
            for event in self.select(criterion) {
                let Some(period) = self.period_of(event.start) else { continue };
                if period.0 + prior <= event.start && event.start + post <= period.1 {
                    events.push((event, period));
                }
            }
        }
        events.sort_by_key(|(event, _)| (event.start, event.id));
        let mut events = Self::limit(&primary["PrimaryCriteriaLimit"]["Type"], events);
        let additional = &self.definition["AdditionalCriteria"];
        if !additional.is_null() {
            events.retain(|(event, period)| {
                is_empty(additional) || self.holds(additional, event, *period)
            });
            events = Self::limit(&self.definition["QualifiedLimit"]["Type"], events);
        }
        let none = Vec::new();
        let rules = self.definition["InclusionRules"].as_array().unwrap_or(&none);
        events.retain(|(event, period)| {
            rules.iter().all(|rule| self.holds(&rule["expression"], event, *period))
        });
        Self::limit(&self.definition["ExpressionLimit"]["Type"], events)
    }

    /// All last days that are offered to an event.
    fn ends(&self, event: &Found, period: Period) -> Vec<Day> {
        let strategy = &self.definition["EndStrategy"];
        let mut ends = Vec::new();
        let offset = &strategy["DateOffset"];
        if offset.is_null() {
            ends.push(period.1);
        } else {
            let from = match offset["DateField"].as_str() {
                Some("EndDate") => event.end,
                _ => Some(event.start),
            };
            let days = offset["Offset"].as_i64().unwrap_or(0);
            ends.extend(from.map(|from| (from + days).min(period.1)));
        }
        let era = &strategy["CustomEra"];
        if !era.is_null() {
            ends.extend(self.era_end(era, event.start));
        }
        let none = Vec::new();
        for criterion in self.definition["CensoringCriteria"].as_array().unwrap_or(&none) {
            let found = self.select(criterion);
            let days = found.iter().map(|found| found.start);
            ends.extend(days.filter(|day| *day >= event.start && *day <= period.1).min());
        }
        ends
    }

    /// The last day of the drug era in which a day lies.
    fn era_end(&self, era: &Value, on: Day) -> Option<Day> {
        let set = era["DrugCodesetId"].as_i64().unwrap();
        let gap = era["GapDays"].as_i64().unwrap_or(0);
        let offset = era["Offset"].as_i64().unwrap_or(0);
        let mut exposures: Vec<(Day, Day)> = Vec::new();
        for row in self.person.rows.iter().filter(|row| row.domain == "DrugExposure") {
            if !self.in_set(set, row.concept) && !self.in_set(set, row.source) {
                continue;
            }
            let end = match era["DaysSupplyOverride"].as_i64() {
                Some(days) => row.start + days,
                None => row.end.unwrap(),
            };
            exposures.push((row.start, end + gap + offset));
        }
        let eras = joined(exposures);
        let era = eras.into_iter().map(|(start, end)| (start, end - gap));
        let mut around = era.filter(|(start, end)| *start <= on && on <= *end);
        around.next().map(|(_, end)| end)
    }

    fn collapsed(&self, rows: Vec<(Day, Day)>) -> Vec<(Day, Day)> {
        let pad = self.definition["CollapseSettings"]["EraPad"].as_i64().unwrap_or(0);
        let padded = rows.into_iter().map(|(start, end)| (start, end + pad)).collect();
        joined(padded).into_iter().map(|(start, end)| (start, end - pad)).collect()
    }

    fn clipped(&self, rows: Vec<(Day, Day)>) -> Vec<(Day, Day)> {
        let window = &self.definition["CensorWindow"];
        let side = |key: &str| (!window[key].is_null()).then(|| day(&window[key]));
        let (first, last) = (side("StartDate"), side("EndDate"));
        let clip = |(start, end): (Day, Day)| {
            (first.map_or(start, |first| start.max(first)), last.map_or(end, |last| end.min(last)))
        };
        rows.into_iter().map(clip).filter(|(start, end)| start <= end).collect()
    }
}

/// Stretches joined where one starts no later than another ends.
fn joined(mut stretches: Vec<(Day, Day)>) -> Vec<(Day, Day)> {
    stretches.sort_unstable();
    let mut joined: Vec<(Day, Day)> = Vec::new();
    for (start, end) in stretches {
        match joined.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    joined
}
