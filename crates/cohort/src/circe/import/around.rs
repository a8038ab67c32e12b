//! Events around an index event: groups, windows, counts.

use super::Importer;
use super::event::{Piece, ends_of, for_pieces};
use super::say::{all, later, observed, observed_with, order, same_visit, start_of};
use crate::ast::{
    Anchor, Bound, CodeField, Condition, Count, Counted, Event, Moment, Name, Relation, Share,
    TimeOrder, Window,
};
use crate::circe::domain::{Domain, Ends};
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
    pub(in crate::circe) end: Vec<Piece>,
    /// Days before and after it that are in its observation period; `None` where that period is not
    /// the one of `coverage.start` and `coverage.end`.
    pub(in crate::circe) observed: Option<(i32, i32)>,
    /// Whether Circe knows a visit of it.
    pub(in crate::circe) has_visit: bool,
}

impl Index {
    /// A named event inside a set.
    pub(in crate::circe) fn named(name: &Name, domain: &Domain) -> Self {
        let event = Event::Named(name.clone());
        Self {
            start: start_of(event.clone()),
            end: ends_of(&event, domain.ends),
            observed: None,
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
enum Side {
    /// None.
    Open,
    /// The first or last day of the observation period.
    Period(Anchor),
    /// So many days from the index.
    Days(Vec<Piece>),
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
            let start = vec![(None, index.start.clone())];
            let condition = match (*key, content) {
                ("Age", Content::Number(range)) => self.age(start, range, &path),
                ("Gender" | "GenderCS", content) => self.sex(content, &path),
                ("OccurrenceStartDate", Content::Date(range)) => self.date(start, range, &path),
                ("OccurrenceEndDate", Content::Date(range)) => {
                    self.date(index.end.clone(), range, &path)
                }
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
        let (window, asked) = self.windows(criteria, path, index, positive);
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
        &mut self,
        criteria: &CorelatedCriteria,
        path: &str,
        index: &Index,
        positive: bool,
    ) -> (Window, Vec<Condition>) {
        let checks = !criteria.ignore_observation_period;
        let mut window = Days { from: Side::Open, to: Side::Open };
        let mut conditions = Vec::new();
        let start_path = format!("{path}.StartWindow");
        let mut pending = Vec::new();
        let start = days(&criteria.start_window, index, checks);
        if criteria.start_window.use_event_end == Some(true) {
            pending.push((start, true, start_path));
        } else {
            // A bound with pieces does not fit into a window, nor one that may be unknown where
            // this makes a difference.
            let fits = |side: &Side| {
                let Side::Days(pieces) = side else { return true };
                pieces.len() == 1 && (positive || !hangs_on_end(side))
            };
            let (from, rest_from) =
                if fits(&start.from) { (start.from, Side::Open) } else { (Side::Open, start.from) };
            let (to, rest_to) =
                if fits(&start.to) { (start.to, Side::Open) } else { (Side::Open, start.to) };
            window = Days { from, to };
            pending.push((Days { from: rest_from, to: rest_to }, false, start_path));
        }
        if let Some(end) = &criteria.end_window {
            let on_end = end.use_event_end.unwrap_or(true);
            pending.push((days(end, index, checks), on_end, format!("{path}.EndWindow")));
        }
        let ends = criteria.criterion.domain.ends;
        for (asked, on_end, path) in pending {
            let day = if on_end {
                ends_of(&Event::This, ends)
            } else {
                vec![(None, start_of(Event::This))]
            };
            for condition in self.sides(asked, &day, on_end, index, &path) {
                conditions.push(self.sure_day(condition, positive, on_end, ends, index));
            }
        }
        let (window, same_period) = self.in_period(window, checks, index, path);
        conditions.splice(0..0, same_period);
        (window, conditions)
    }

    /// Days known from a recorded end may be unknown.
    fn sure_day(
        &self,
        condition: Condition,
        positive: bool,
        on_end: bool,
        ends: Ends,
        index: &Index,
    ) -> Condition {
        let certain = (!on_end || ends != Ends::Recorded)
            && !index
                .end
                .iter()
                .any(|(when, at)| when.is_none() && matches!(at.anchor, Anchor::End(_)));
        if certain { condition } else { self.sure(condition, positive) }
    }

    /// Conditions on a day that has pieces.
    fn sides(
        &mut self,
        asked: Days,
        day: &[Piece],
        on_end: bool,
        index: &Index,
        path: &str,
    ) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for (side, is) in [(asked.from, TimeOrder::NotBefore), (asked.to, TimeOrder::NotAfter)] {
            let condition = match side {
                Side::Open => continue,
                // An event that starts in the period does not end before it.
                Side::Period(Anchor::CoverageStart) if is == TimeOrder::NotBefore => continue,
                // Nor does it start after it.
                Side::Period(Anchor::CoverageEnd) if is == TimeOrder::NotAfter && !on_end => {
                    continue;
                }
                Side::Period(anchor) if index.observed.is_some() => {
                    for_pieces(day.to_vec(), |at| order(at, is, Moment::at(anchor.clone())))
                }
                Side::Period(Anchor::CoverageEnd) if is == TimeOrder::NotAfter => {
                    for_pieces(day.to_vec(), |at| observed_with(&index.start, &at))
                }
                Side::Period(_) => {
                    self.missing(path, "a window from the end of an observation period");
                    continue;
                }
                Side::Days(pieces) => for_pieces(pieces, |bound| {
                    for_pieces(day.to_vec(), |at| order(at, is, bound.clone()))
                }),
            };
            conditions.push(condition);
        }
        conditions
    }

    /// The window, inside the observation period of the index where that is asked for.
    fn in_period(
        &mut self,
        window: Days,
        checks: bool,
        index: &Index,
        path: &str,
    ) -> (Window, Option<Condition>) {
        let near = |side: &Side, is_near: &dyn Fn(i32) -> bool| {
            let Side::Days(pieces) = side else { return false };
            let offset = |(_, at): &Piece| at.offset.map_or(0, |offset| offset.count);
            pieces.iter().all(|piece| is_near(offset(piece)))
        };
        let (prior, post) = index.observed.unwrap_or((0, 0));
        // An index event ends on its first day or later.
        let from_near = near(&window.from, &|days| days >= -prior);
        let to_near = near(&window.to, &|days| days <= post) && !hangs_on_end(&window.to);
        let Some(_) = index.observed else {
            let needs = checks && !(from_near && to_near);
            let same = needs.then(|| observed_with(&index.start, &start_of(Event::This)));
            let odd =
                |side: &Side, anchor: &Anchor| matches!(side, Side::Period(at) if at != anchor);
            if odd(&window.from, &Anchor::CoverageStart) || odd(&window.to, &Anchor::CoverageEnd) {
                self.missing(path, "a window from the end of an observation period");
            }
            return (
                Window { relation: Relation::Starts, from: open(window.from), to: open(window.to) },
                same,
            );
        };
        let from = if checks && !from_near {
            clamp(window.from, Anchor::CoverageStart, Anchor::Latest)
        } else {
            open(window.from)
        };
        let to = if checks && !to_near {
            clamp(window.to, Anchor::CoverageEnd, Anchor::Earliest)
        } else {
            open(window.to)
        };
        (Window { relation: Relation::Starts, from, to }, None)
    }
}

/// Two bounds.
struct Days {
    from: Side,
    to: Side,
}

fn hangs_on_end(side: &Side) -> bool {
    let Side::Days(pieces) = side else { return false };
    pieces.iter().any(|(_, at)| matches!(at.anchor, Anchor::End(_)))
}

fn days(window: &range::Window, index: &Index, checks: bool) -> Days {
    let side = |endpoint: range::Endpoint| match endpoint.offset() {
        Some(offset) if window.use_index_end => {
            let end = index.end.iter();
            Side::Days(end.map(|(when, at)| (when.clone(), later(at.clone(), offset))).collect())
        }
        Some(offset) => Side::Days(vec![(None, later(index.start.clone(), offset))]),
        None if !checks => Side::Open,
        None if endpoint.is_before => Side::Period(Anchor::CoverageStart),
        None => Side::Period(Anchor::CoverageEnd),
    };
    Days { from: side(window.start), to: side(window.end) }
}

/// A bound without regard to the observation period, which is asked for apart.
fn open(side: Side) -> Bound {
    match side {
        Side::Days(mut pieces) => pieces.pop().map_or(Bound::Ever, |(_, at)| Bound::Closed(at)),
        Side::Open | Side::Period(_) => Bound::Ever,
    }
}

/// A bound that is no further than the observation period.
fn clamp(side: Side, limit: Anchor, both: impl Fn(Vec<Moment>) -> Anchor) -> Bound {
    let limit = Moment::at(limit);
    Bound::Closed(match side {
        Side::Open => limit,
        Side::Period(anchor) => Moment::at(anchor),
        Side::Days(mut pieces) => match pieces.pop() {
            Some((_, at)) => Moment::at(both(vec![at, limit])),
            None => limit,
        },
    })
}
