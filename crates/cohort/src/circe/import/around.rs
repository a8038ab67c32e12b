//! Events around an index event: groups, windows, counts.

use super::Importer;
use super::event::last_day;
use super::say::{all, later, observed, order, same_visit, start_of};
use crate::ast::{
    Anchor, Bound, CodeField, Condition, Count, Counted, Event, Moment, Name, Relation, Share,
    TimeOrder, Window,
};
use crate::circe::domain::Domain;
use crate::circe::expression::{
    Content, CorelatedCriteria, CriteriaGroup, DemographicCriteria, GroupType, Occurrence,
    OccurrenceType,
};
use crate::circe::range;

/// The event around which others are looked for.
pub(in crate::circe) struct Index {
    /// The event.
    pub(in crate::circe) event: Event,
    /// Its first day.
    pub(in crate::circe) start: Moment,
    /// Its last day.
    pub(in crate::circe) end: Moment,
    /// The first and the last day of its observation period.
    pub(in crate::circe) period: (Anchor, Anchor),
    /// Days before and after it that are known to be in that period.
    pub(in crate::circe) observed: (i32, i32),
    /// Whether Circe knows a visit of it.
    pub(in crate::circe) has_visit: bool,
}

impl Index {
    /// A named event inside a set.
    pub(in crate::circe) fn named(name: &Name, domain: &Domain) -> Self {
        let event = Event::Named(name.clone());
        Self {
            start: start_of(event.clone()),
            end: last_day(&event, domain.ends),
            period: (Anchor::CoverageStartOf(event.clone()), Anchor::CoverageEndOf(event.clone())),
            observed: (0, 0),
            has_visit: has_visit(domain),
            event,
        }
    }
}

/// Whether the rows of a domain have a visit in Circe's queries.
pub(in crate::circe) fn has_visit(domain: &Domain) -> bool {
    domain.name.ends_with("Occurrence")
        || domain.name.ends_with("Exposure")
        || ["Measurement", "Observation", "VisitDetail"].contains(&domain.name)
}

/// A group of one member that must hold is that member.
pub(in crate::circe) fn unwrapped(condition: Condition) -> Condition {
    match condition {
        Condition::Of { share: Share::All | Share::Any, mut conditions }
            if conditions.len() == 1 =>
        {
            conditions.pop().unwrap_or(Condition::Truth(true))
        }
        other => other,
    }
}

/// Something in a group.
#[derive(Clone, Copy)]
enum Member<'a> {
    Criteria(&'a CorelatedCriteria),
    People(&'a DemographicCriteria),
    Group(&'a CriteriaGroup),
}

/// What is in a group, with its path: first criteria, then demographic ones, then groups. A group
/// of one member that must hold is that member.
fn members<'a>(group: &'a CriteriaGroup, path: &str) -> Vec<(String, Member<'a>)> {
    let at = |list: &str, at: usize| format!("{path}.{list}[{at}]");
    let criteria = group.criteria.iter().enumerate();
    let mut found: Vec<(String, Member<'a>)> =
        criteria.map(|(n, one)| (at("CriteriaList", n), Member::Criteria(one))).collect();
    let people = group.demographic.iter().enumerate();
    found.extend(people.map(|(n, one)| (at("DemographicCriteriaList", n), Member::People(one))));
    found.extend(group.groups.iter().enumerate().map(|(n, one)| hoisted(one, at("Groups", n))));
    in_order(found)
}

fn hoisted(group: &CriteriaGroup, path: String) -> (String, Member<'_>) {
    let mut inner = members(group, &path);
    match (group.of, inner.len(), inner.pop()) {
        (GroupType::All | GroupType::Any, 1, Some(only)) => only,
        _ => (path, Member::Group(group)),
    }
}

fn in_order<'a>(mut members: Vec<(String, Member<'a>)>) -> Vec<(String, Member<'a>)> {
    members.sort_by_key(|(_, member)| match member {
        Member::Criteria(_) => 0,
        Member::People(_) => 1,
        Member::Group(_) => 2,
    });
    members
}

/// A bound of a window.
#[derive(Clone)]
enum Side {
    /// None.
    Open,
    /// The first or last day of the observation period.
    Period(Anchor),
    /// A day.
    Day(Moment),
}

impl Importer {
    /// A group as one condition.
    pub(in crate::circe) fn group(
        &mut self,
        group: &CriteriaGroup,
        path: &str,
        index: &Index,
        positive: bool,
    ) -> Condition {
        let positive = positive && !matches!(group.of, GroupType::AtMost(_));
        let members = members(group, path);
        if members.is_empty() {
            return Condition::Truth(true);
        }
        let conditions = self.conditions(members, index, positive);
        let share = match group.of {
            GroupType::All => Share::All,
            GroupType::Any => Share::Any,
            GroupType::AtLeast(count) => Share::AtLeast(count),
            GroupType::AtMost(count) => Share::AtMost(count),
        };
        Condition::Of { share, conditions }
    }

    /// All of several groups as one condition, as if they stood in one group.
    pub(in crate::circe) fn groups(
        &mut self,
        groups: &[(&CriteriaGroup, String)],
        index: &Index,
    ) -> Condition {
        if let [(group, path)] = groups {
            return unwrapped(self.group(group, path, index, true));
        }
        let mut members = Vec::new();
        for (group, path) in groups {
            members.push(hoisted(group, path.clone()));
        }
        let conditions = self.conditions(in_order(members), index, true);
        Condition::Of { share: Share::All, conditions }
    }

    fn conditions(
        &mut self,
        members: Vec<(String, Member<'_>)>,
        index: &Index,
        positive: bool,
    ) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for (path, member) in members {
            conditions.push(match member {
                Member::Criteria(criteria) => self.correlated(criteria, &path, index, positive),
                Member::People(criteria) => self.demographic(criteria, &path, index, positive),
                Member::Group(group) => self.group(group, &path, index, positive),
            });
        }
        conditions
    }

    pub(in crate::circe) fn demographic(
        &mut self,
        criteria: &DemographicCriteria,
        path: &str,
        index: &Index,
        positive: bool,
    ) -> Condition {
        let mut conditions = Vec::new();
        for (key, content) in &criteria.fields {
            let path = format!("{path}.{key}");
            let condition = match (*key, content) {
                ("Age", Content::Number(range)) => self.age(index.start.clone(), range, &path),
                ("Gender" | "GenderCS", content) => self.sex(content, &path),
                ("OccurrenceStartDate", Content::Date(range)) => {
                    self.date(&index.start, range, &path)
                }
                ("OccurrenceEndDate", Content::Date(range)) => self.date(&index.end, range, &path),
                (_, Content::Concepts(concepts)) if concepts.is_empty() => None,
                _ => {
                    self.missing(&path, "race and ethnicity");
                    None
                }
            };
            conditions.extend(condition.map(|condition| self.sure(condition, positive)));
        }
        all(conditions).map_or(Condition::Truth(true), |condition| *condition)
    }

    fn correlated(
        &mut self,
        criteria: &CorelatedCriteria,
        path: &str,
        index: &Index,
        positive: bool,
    ) -> Condition {
        let positive = positive && criteria.occurrence.is == OccurrenceType::AtLeast;
        let criterion = &criteria.criterion;
        let inner = format!("{path}.Criteria.{}", criterion.domain.name);
        let (mut set, mut conditions) = self.events(criterion, &inner, positive);
        let (window, asked) = self.windows(criteria, index, positive);
        conditions.extend(asked);
        if criteria.restrict_visit {
            if !index.has_visit || !has_visit(criterion.domain) {
                self.missing(
                    &format!("{path}.RestrictVisit"),
                    "the visit of what has none in OMOP",
                );
            }
            let same = same_visit(Event::This, index.event.clone());
            conditions.push(self.sure(same, positive));
        }
        if let Some(group) = &criterion.correlated {
            let name = set.name.get_or_insert_with(|| self.names.fresh()).clone();
            if criteria.ignore_observation_period {
                let start = start_of(Event::This);
                conditions.push(observed(start.clone(), start));
            }
            let around = Index::named(&name, criterion.domain);
            let path = format!("{inner}.CorrelatedCriteria");
            conditions.push(unwrapped(self.group(group, &path, &around, positive)));
        }
        set.with = all(conditions);
        set.window = Some(window);
        let counted = self.counted(&criteria.occurrence, criterion.codeset_id.is_some(), path);
        let count = match criteria.occurrence.is {
            OccurrenceType::Exactly => Count::Exactly(criteria.occurrence.count),
            OccurrenceType::AtMost => Count::AtMost(criteria.occurrence.count),
            OccurrenceType::AtLeast => Count::AtLeast(criteria.occurrence.count),
        };
        Condition::Has { count, counted, of: Box::new(set), spanning: None }
    }

    fn counted(&mut self, occurrence: &Occurrence, has_codes: bool, path: &str) -> Counted {
        let Some(column) = &occurrence.distinct else { return Counted::Events };
        match column.as_str() {
            "START_DATE" => Counted::Days,
            "VISIT_ID" => Counted::Visits,
            "DOMAIN_CONCEPT" if has_codes => Counted::Distinct(CodeField::Code),
            _ => {
                let path = format!("{path}.Occurrence.CountColumn");
                self.missing(&path, "a count of different values of this column");
                Counted::Events
            }
        }
    }

    /// The window of the first day, and what else is asked of the days.
    pub(in crate::circe) fn windows(
        &self,
        criteria: &CorelatedCriteria,
        index: &Index,
        positive: bool,
    ) -> (Window, Vec<Condition>) {
        let checks = !criteria.ignore_observation_period;
        let mut window = Days { from: Side::Open, to: Side::Open };
        let mut pending = Vec::new();
        let start = days(&criteria.start_window, index, checks);
        if criteria.start_window.use_event_end == Some(true) {
            pending.push((start, true));
        } else {
            // A bound that may be unknown stands apart where this makes a difference.
            let apart = |side: &Side| !positive && may_be_unknown(side);
            let part = |side: Side| match apart(&side) {
                true => (Side::Open, side),
                false => (side, Side::Open),
            };
            let ((from, from_apart), (to, to_apart)) = (part(start.from), part(start.to));
            window = Days { from, to };
            pending.push((Days { from: from_apart, to: to_apart }, false));
        }
        if let Some(end) = &criteria.end_window {
            pending.push((days(end, index, checks), end.use_event_end.unwrap_or(true)));
        }
        let (window, mut conditions) = in_period(window, checks, index);
        for (asked, on_end) in pending {
            let day = match on_end {
                true => last_day(&Event::This, criteria.criterion.domain.ends),
                false => start_of(Event::This),
            };
            for condition in sides(asked, &day, on_end) {
                let unsure = [condition.1, may_be_unknown(&Side::Day(day.clone()))].contains(&true);
                conditions.push(match unsure {
                    true => self.sure(condition.0, positive),
                    false => condition.0,
                });
            }
        }
        (window, conditions)
    }
}

/// Conditions on a day, each with whether its bound may be unknown.
fn sides(asked: Days, day: &Moment, on_end: bool) -> Vec<(Condition, bool)> {
    let mut conditions = Vec::new();
    for (side, is) in [(asked.from, TimeOrder::NotBefore), (asked.to, TimeOrder::NotAfter)] {
        let unsure = may_be_unknown(&side);
        let bound = match side {
            Side::Open => continue,
            // An event that starts in the period does not end before it.
            Side::Period(Anchor::CoverageStart | Anchor::CoverageStartOf(_))
                if is == TimeOrder::NotBefore =>
            {
                continue;
            }
            // Nor does it start after it.
            Side::Period(Anchor::CoverageEnd | Anchor::CoverageEndOf(_))
                if is == TimeOrder::NotAfter && !on_end =>
            {
                continue;
            }
            Side::Period(anchor) => Moment::at(anchor),
            Side::Day(at) => at,
        };
        conditions.push((order(day.clone(), is, bound), unsure));
    }
    conditions
}

/// The window, inside the observation period of the index where that is asked for; and what a
/// bound that may be unknown leaves to be asked.
fn in_period(window: Days, checks: bool, index: &Index) -> (Window, Vec<Condition>) {
    let (prior, post) = index.observed;
    let (first, last) = index.period.clone();
    let offset = |at: &Moment| at.offset.map_or(0, |offset| offset.count);
    // An index event ends on its first day or later.
    let from_near = matches!(&window.from, Side::Day(at) if offset(at) >= -prior);
    let to_near = matches!(&window.to, Side::Day(at) if offset(at) <= post && !is_an_end(at));
    let mut asked = Vec::new();
    let mut bound = |side: Side, is_near: bool, limit: Anchor, is: TimeOrder| {
        if !checks || is_near {
            return open(side);
        }
        let unsure = may_be_unknown(&side);
        match side {
            Side::Day(at) if unsure => {
                asked.push(order(start_of(Event::This), is, Moment::at(limit)));
                Bound::Closed(at)
            }
            Side::Day(at) => {
                let both = vec![at, Moment::at(limit)];
                Bound::Closed(Moment::at(match is {
                    TimeOrder::NotBefore => Anchor::Latest(both),
                    _ => Anchor::Earliest(both),
                }))
            }
            Side::Period(anchor) => Bound::Closed(Moment::at(anchor)),
            Side::Open => Bound::Closed(Moment::at(limit)),
        }
    };
    let from = bound(window.from, from_near, first, TimeOrder::NotBefore);
    let to = bound(window.to, to_near, last, TimeOrder::NotAfter);
    (Window { relation: Relation::Starts, from, to }, asked)
}

/// Two bounds.
struct Days {
    from: Side,
    to: Side,
}

/// Whether a moment is the end of an event, moved by days.
fn is_an_end(at: &Moment) -> bool {
    matches!(at.anchor, Anchor::End(_) | Anchor::Else(..))
}

/// Whether a day hangs on an end that may not be recorded, with nothing to take its place.
fn may_be_unknown(side: &Side) -> bool {
    let Side::Day(at) = side else { return false };
    let mut leaves = vec![at];
    let mut at = at;
    while let Anchor::Else(known, other) = &at.anchor {
        leaves.extend([&**known, &**other]);
        at = other;
        if let Anchor::Else(inner, otherwise) = &known.anchor {
            leaves.extend([&**inner, &**otherwise]);
        }
    }
    leaves.iter().any(|leaf| {
        let Anchor::End(event) = &leaf.anchor else { return false };
        let start = Anchor::Start(event.clone());
        !leaves.iter().any(|other| other.anchor == start)
    })
}

fn days(window: &range::Window, index: &Index, checks: bool) -> Days {
    let side = |endpoint: range::Endpoint| match endpoint.offset() {
        Some(offset) if window.use_index_end => Side::Day(later(index.end.clone(), offset)),
        Some(offset) => Side::Day(later(index.start.clone(), offset)),
        None if !checks => Side::Open,
        None if endpoint.is_before => Side::Period(index.period.0.clone()),
        None => Side::Period(index.period.1.clone()),
    };
    Days { from: side(window.start), to: side(window.end) }
}

/// A bound without regard to the observation period.
fn open(side: Side) -> Bound {
    match side {
        Side::Day(at) => Bound::Closed(at),
        Side::Open => Bound::Ever,
        Side::Period(anchor) => Bound::Closed(Moment::at(anchor)),
    }
}
