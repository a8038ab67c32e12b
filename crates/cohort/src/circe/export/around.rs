//! Conditions as groups of criteria around an index event.

use serde_json::{Value, json};

use super::Exporter;
use super::event::{Constants, Found, count, parts, written};
use crate::ast::{CodeField, Condition, Count, Counted, Event, EventSet, Share};
use crate::circe::expression::{
    Content, CorelatedCriteria, Criterion, DemographicCriteria, Occurrence, OccurrenceType,
};
use crate::circe::import::around::Index;
use crate::circe::import::say;
use crate::circe::range::{Concept, Endpoint, Window};

impl Exporter {
    /// Adds the group that stands inside a criterion.
    pub(super) fn add_group(
        &mut self,
        found: &mut Found,
        (set, mut conditions): (&EventSet, Vec<Condition>),
        positive: bool,
        place: &str,
    ) {
        let when = match conditions.len() {
            0 => return,
            1 => conditions.remove(0),
            _ => Condition::Of { share: Share::All, conditions },
        };
        let Some(name) = &set.name else {
            self.refuse(place, NOT_SAID);
            return;
        };
        let index = Index::named(name, found.domain);
        if let Some(group) = self.group(&when, &index, positive, place) {
            found.fields.insert(String::from("CorrelatedCriteria"), group);
        }
    }

    /// A condition as a group.
    pub(super) fn group(
        &mut self,
        condition: &Condition,
        index: &Index,
        positive: bool,
        place: &str,
    ) -> Option<Value> {
        let one = std::slice::from_ref(condition);
        let (kind, members, at_most, number) = match condition {
            Condition::Truth(true) => ("ALL", &[][..], false, None),
            Condition::Of { conditions, .. }
                if self.demographic_of(condition, index, positive).is_some()
                    && !conditions.is_empty() =>
            {
                ("ALL", one, false, None)
            }
            Condition::Of { share, conditions } => match share {
                Share::All => ("ALL", &conditions[..], false, None),
                Share::Any => ("ANY", &conditions[..], false, None),
                Share::None => ("AT_MOST", &conditions[..], true, Some(0)),
                Share::AtLeast(count) => ("AT_LEAST", &conditions[..], false, Some(*count)),
                Share::AtMost(count) => ("AT_MOST", &conditions[..], true, Some(*count)),
                Share::Exactly(_) => {
                    self.refuse(place, "exactly so many conditions; write at least and at most");
                    return None;
                }
            },
            _ => ("ALL", one, false, None),
        };
        let positive = positive && !at_most;
        let (mut criteria, mut people, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        for member in members {
            if let Some(fields) = self.demographic_of(member, index, positive) {
                people.push(fields);
            } else if let Condition::Has { .. } = member {
                criteria.push(self.correlated(member, index, positive, place)?);
            } else if let Condition::Of { .. } | Condition::Truth(true) = member {
                groups.push(self.group(member, index, positive, place)?);
            } else {
                self.refuse(place, NOT_SAID);
                return None;
            }
        }
        let mut json = json!({
            "Type": kind,
            "CriteriaList": criteria,
            "DemographicCriteriaList": people,
            "Groups": groups
        });
        if let Some(number) = number {
            json["Count"] = json!(number);
        }
        Some(json)
    }

    /// The fields of demographic criteria that ask for a condition.
    fn demographic_of(
        &mut self,
        condition: &Condition,
        index: &Index,
        positive: bool,
    ) -> Option<Value> {
        let mut fields: Vec<(&'static str, Content)> = Vec::new();
        let wanted = parts(Some(condition));
        if wanted.is_empty() {
            return None;
        }
        for part in &wanted {
            let constants = Constants::of(part);
            let found = constants.demographic().into_iter().find(|candidate| {
                let one = DemographicCriteria { fields: vec![candidate.clone()] };
                self.tries(|importer| importer.demographic(&one, "", index, positive))
                    .is_some_and(|again| again == *part)
            });
            fields.push(found?);
        }
        let all = DemographicCriteria { fields: fields.clone() };
        let again = self.tries(|importer| importer.demographic(&all, "", index, positive))?;
        let mut keys: Vec<&str> = fields.iter().map(|(key, _)| *key).collect();
        keys.dedup();
        if again != *condition || keys.len() != fields.len() {
            return None;
        }
        Some(fields.iter().map(|(key, content)| ((*key).to_owned(), written(content))).collect())
    }

    fn correlated(
        &mut self,
        condition: &Condition,
        index: &Index,
        positive: bool,
        place: &str,
    ) -> Option<Value> {
        let Condition::Has { count: many, counted, of: set, spanning: None } = condition else {
            self.refuse(place, "events that span a time");
            return None;
        };
        let positive = positive && matches!(many, Count::AtLeast(_));
        let (mut found, mut rest) = self.events(set, positive, place)?;
        let Some((mut window, used)) = self.windows_of(&found, (set, &rest), index, positive)
        else {
            self.refuse(place, "a window or a condition that is none of Circe's");
            return None;
        };
        rest.drain(..used);
        let same = self.importer.sure(say::same_visit(Event::This, index.event.clone()), positive);
        let restrict = rest.first() == Some(&same);
        if restrict {
            rest.remove(0);
        }
        let this = say::start_of(Event::This);
        if window["IgnoreObservationPeriod"] == Value::Bool(true)
            && rest.len() > 1
            && rest.first() == Some(&say::observed(this.clone(), this))
        {
            rest.remove(0);
        }
        let has_codes = found.has_codes;
        self.add_group(&mut found, (set, rest), positive, place);
        let distinct = match counted {
            Counted::Events => None,
            Counted::Days => Some("START_DATE"),
            Counted::Visits => Some("VISIT_ID"),
            Counted::Distinct(CodeField::Code) if has_codes => Some("DOMAIN_CONCEPT"),
            Counted::Distinct(_) => {
                self.refuse(place, "a count of different values of this attribute");
                return None;
            }
        };
        let (kind, number) = count(*many);
        let mut occurrence =
            json!({"Type": kind, "Count": number, "IsDistinct": distinct.is_some()});
        if let Some(column) = distinct {
            occurrence["CountColumn"] = json!(column);
        }
        window["Criteria"] = found.json();
        window["RestrictVisit"] = json!(restrict);
        window["Occurrence"] = occurrence;
        Some(window)
    }

    /// The windows whose import is the window of the set and the first of its conditions, and how
    /// many these are.
    fn windows_of(
        &mut self,
        found: &Found,
        (set, rest): (&EventSet, &[Condition]),
        index: &Index,
        positive: bool,
    ) -> Option<(Value, usize)> {
        let wanted = set.window.clone()?;
        let probe = EventSet { window: Some(wanted.clone()), with: None, ..say::any_visit() };
        let in_window = Constants::of(&say::at_least_one(probe));
        let starts = windows(&endpoints(&in_window.days), None);
        let asked: Vec<Condition> = rest.iter().take_while(|next| orders(next)).cloned().collect();
        let in_rest = (!asked.is_empty()).then(|| {
            let all = Condition::Of { share: Share::All, conditions: asked };
            endpoints(&Constants::of(&all).days)
        });
        let ends = in_rest.map(|days| (windows(&days, Some(true)), days)).unwrap_or_default();
        // Bounds that do not fit into a window stand among the conditions.
        let more = windows(&ends.1, None);
        let mut fitting = Vec::new();
        for candidates in [&starts, &more] {
            for ignore in [false, true] {
                for start in candidates {
                    let mut criteria = probe_criteria(found, *start, ignore);
                    let again = self.tries(|importer| importer.windows(&criteria, index, positive));
                    let Some((_, conditions)) = again.filter(|(window, _)| *window == wanted)
                    else {
                        continue;
                    };
                    if rest.starts_with(&conditions) {
                        fitting.push((conditions.len(), window_json(&criteria)));
                    }
                    for end in &ends.0 {
                        criteria.end_window = Some(*end);
                        let again =
                            self.tries(|importer| importer.windows(&criteria, index, positive));
                        let Some((_, conditions)) = again else { continue };
                        if rest.starts_with(&conditions) {
                            fitting.push((conditions.len(), window_json(&criteria)));
                        }
                    }
                }
            }
            let most = fitting.iter().map(|(used, _)| *used).max();
            if most.is_some_and(|most| rest.get(most).is_none_or(|next| !orders(next))) {
                break;
            }
        }
        // What explains the most; of equal ones the first, which looks at the period.
        let most = fitting.iter().map(|(used, _)| *used).max();
        let best = fitting.into_iter().find(|(used, _)| Some(*used) == most);
        best.map(|(used, window)| (window, used))
    }
}

/// Whether a condition is one on two moments, as windows leave it.
fn orders(condition: &Condition) -> bool {
    match condition {
        Condition::Order { .. } => true,
        Condition::Else(known, _) => orders(known),
        Condition::Of { conditions, .. } => conditions.iter().any(orders),
        _ => false,
    }
}

const NOT_SAID: &str = "a condition that is none of Circe's";

impl Constants {
    /// What demographic criteria could hold with these constants.
    fn demographic(&self) -> Vec<(&'static str, Content)> {
        let mut found = Vec::new();
        found.extend(self.number_ranges().into_iter().map(|range| ("Age", Content::Number(range))));
        for ids in [&[8507][..], &[8532], &[8507, 8532], &[8532, 8507]] {
            let concept = |id: &i64| Concept {
                id: *id,
                name: String::from(if *id == 8507 { "MALE" } else { "FEMALE" }),
                code: String::new(),
                vocabulary: String::from("Gender"),
                domain: String::from("Gender"),
            };
            found.push(("Gender", Content::Concepts(ids.iter().map(concept).collect())));
        }
        for key in ["OccurrenceStartDate", "OccurrenceEndDate"] {
            found.extend(self.date_ranges().into_iter().map(|range| (key, Content::Date(range))));
        }
        found
    }
}

/// Every endpoint with these days, or a day less, or none.
fn endpoints(days: &[i32]) -> Vec<Endpoint> {
    let mut offsets: Vec<i32> =
        days.iter().flat_map(|days| [*days, days.saturating_sub(1)]).collect();
    offsets.sort_unstable();
    offsets.dedup();
    let dated = offsets
        .into_iter()
        .map(|offset| Endpoint { days: Some(offset.saturating_abs()), is_before: offset <= 0 });
    let open = [true, false].map(|is_before| Endpoint { days: None, is_before });
    open.into_iter().chain(dated).collect()
}

fn windows(endpoints: &[Endpoint], end_by_default: Option<bool>) -> Vec<Window> {
    let mut windows = Vec::new();
    for use_index_end in [false, true] {
        for use_event_end in [end_by_default.unwrap_or(false), !end_by_default.unwrap_or(false)] {
            for start in endpoints {
                for end in endpoints {
                    let use_event_end = Some(use_event_end);
                    windows.push(Window { start: *start, end: *end, use_index_end, use_event_end });
                }
            }
        }
    }
    windows
}

fn probe_criteria(found: &Found, start: Window, ignore: bool) -> CorelatedCriteria {
    CorelatedCriteria {
        criterion: Criterion {
            domain: found.domain,
            codeset_id: None,
            source_codeset_id: None,
            first: false,
            fields: Vec::new(),
            correlated: None,
            has_date_adjustment: false,
        },
        start_window: start,
        end_window: None,
        restrict_visit: false,
        ignore_observation_period: ignore,
        occurrence: Occurrence { is: OccurrenceType::AtLeast, count: 1, distinct: None },
    }
}

fn window_json(criteria: &CorelatedCriteria) -> Value {
    let endpoint = |endpoint: Endpoint| {
        let mut json = json!({"Coeff": if endpoint.is_before { -1 } else { 1 }});
        if let Some(days) = endpoint.days {
            json["Days"] = json!(days);
        }
        json
    };
    let window = |window: Window| {
        json!({
            "Start": endpoint(window.start),
            "End": endpoint(window.end),
            "UseIndexEnd": window.use_index_end,
            "UseEventEnd": window.use_event_end.unwrap_or(false)
        })
    };
    let mut json = json!({
        "StartWindow": window(criteria.start_window),
        "IgnoreObservationPeriod": criteria.ignore_observation_period
    });
    if let Some(end) = criteria.end_window {
        json["EndWindow"] = window(end);
    }
    json
}
