//! One criterion as a set of events.

use super::Importer;
use super::say::{
    all, any, at_least_one, code_of, else_false, else_moment, end_of, in_set, later, not,
    number_of, order, records, same_visit, start_of, within,
};
use crate::ast::{
    Anchor, Code, CodeField, Condition, Event, EventSet, Kind, LocalDate, Moment, Name, Number,
    NumberField, OneOf, Operator, Scalar, Source, Take, TakeFrom, TimeOrder, TimeUnit, Window,
};
use crate::circe::domain::{Ends, Looks, Side};
use crate::circe::expression::{Content, Criterion};
use crate::circe::range::{Concept, ConceptSetSelection, DateRange, NumericRange, Op};

/// The last day of an event.
pub(in crate::circe) fn last_day(event: &Event, ends: Ends) -> Moment {
    let next_day = later(start_of(event.clone()), 1);
    let recorded = end_of(event.clone());
    match ends {
        Ends::NextDay => next_day,
        Ends::Recorded => recorded,
        Ends::RecordedOrNextDay => else_moment(recorded, next_day),
    }
}

/// Kinds by their words; others are published under names of their own.
fn kind(word: &str) -> Kind {
    match word {
        "diagnosis" => Kind::Diagnosis,
        "drug" => Kind::Drug,
        "procedure" => Kind::Procedure,
        "lab" => Kind::Lab,
        "vital" => Kind::Vital,
        "visit" => Kind::Visit,
        "death" => Kind::Death,
        "observation" => Kind::Observation,
        "specimen" => Kind::Specimen,
        "device" => Kind::Device,
        other => Kind::Other(Name(other.to_owned())),
    }
}

/// A name known to be one.
pub(in crate::circe) fn attribute(word: &str) -> Name {
    Name(word.to_owned())
}

impl Importer {
    /// The events of a criterion, and what must hold for each of them. Where `positive`, an unknown
    /// condition has the effect of a false one, and nothing needs to be said about it.
    pub(in crate::circe) fn events(
        &mut self,
        criterion: &Criterion,
        path: &str,
        positive: bool,
    ) -> (EventSet, Vec<Condition>) {
        let domain = criterion.domain;
        if domain.kinds.is_empty() {
            self.missing(path, "where somebody lives");
        }
        if criterion.has_date_adjustment {
            self.missing(
                &format!("{path}.DateAdjustment"),
                "an event with other days than its own",
            );
        }
        let codes = criterion.codeset_id.and_then(|id| {
            let path = format!("{path}.CodesetId");
            self.set_by_id(id, &path)
        });
        let kinds = domain.kinds.iter();
        let mut sets: Vec<EventSet> =
            kinds.map(|word| records(kind(word), codes.clone().into_iter().collect())).collect();
        let mut set = match (sets.len(), sets.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                sets.extend(last);
                EventSet { name: None, from: Source::AnyOf(sets), with: None, window: None }
            }
        };
        let mut conditions = Vec::new();
        if let (Some(id), Some(key)) = (criterion.source_codeset_id, domain.source) {
            let path = format!("{path}.{key}");
            if let Some(source) = self.set_by_id(id, &path) {
                let code = code_of(CodeField::Attribute(attribute("source_concept")));
                conditions.push(self.sure(in_set(code, source), positive));
            }
        }
        if criterion.first {
            set.with = all(std::mem::take(&mut conditions));
            let take = Take { from: TakeFrom::First, count: 1, of: Box::new(set) };
            set = EventSet { name: None, from: Source::Take(take), with: None, window: None };
        }
        conditions.extend(self.filters(criterion, path, positive, &mut set.name));
        (set, conditions)
    }

    /// What the fields of a criterion ask.
    fn filters(
        &mut self,
        criterion: &Criterion,
        path: &str,
        positive: bool,
        name: &mut Option<Name>,
    ) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for (key, content) in &criterion.fields {
            let known = criterion.domain.fields.iter().find(|(known, ..)| known == key);
            let Some((_, _, looks)) = known else { continue };
            let path = format!("{path}.{key}");
            let negated =
                criterion.fields.iter().any(|(other, flag)| {
                    *flag == Content::Flag(true)
                        && criterion.domain.fields.iter().any(|(field, _, looks)| {
                            field == other && *looks == Looks::Negates(key)
                        })
                });
            let at = Filter { looks: *looks, ends: criterion.domain.ends, negated };
            if let Some(condition) = self.filter(&at, content, &path, name) {
                conditions.push(self.sure(condition, positive));
            }
        }
        conditions
    }

    pub(in crate::circe) fn filter(
        &mut self,
        at: &Filter,
        content: &Content,
        path: &str,
        name: &mut Option<Name>,
    ) -> Option<Condition> {
        match (at.looks, content) {
            (Looks::Negates(_), _) | (_, Content::Flag(false)) => None,
            (Looks::Never(why), _) => {
                self.missing(path, why);
                None
            }
            (Looks::Sex, content) => self.sex(content, path),
            (Looks::Visit, content) => self.visit(content, path, name),
            (Looks::Abnormal, _) => Some(self.abnormal()),
            (Looks::Day(side), Content::Date(range)) => {
                self.date(&this_day(side, at.ends), range, path)
            }
            (Looks::Age(side), Content::Number(range)) => {
                self.age(this_day(side, at.ends), range, path)
            }
            (Looks::Length, Content::Number(range)) => {
                let (from, to) = (start_of(Event::This), last_day(&Event::This, at.ends));
                let length = Number::Between { from, to, unit: TimeUnit::Day };
                self.written(within(length, range, true), path)
            }
            (looks, Content::Number(range)) => {
                let (number, whole) = number(looks)?;
                self.written(within(number, range, whole), path)
            }
            (looks, Content::Concepts(concepts)) => {
                let set = (!concepts.is_empty()).then(|| self.sets.by_list(concepts))?;
                let found = in_set(code_of(code_field(looks)?), set);
                Some(if at.negated { not(found) } else { found })
            }
            (looks, Content::Selection(selection)) => {
                self.selection(code_of(code_field(looks)?), *selection, path)
            }
            _ => {
                self.missing(path, "a field of this form");
                None
            }
        }
    }

    fn selection(
        &mut self,
        code: Code,
        selection: ConceptSetSelection,
        path: &str,
    ) -> Option<Condition> {
        let found = match selection.codeset_id {
            None => Condition::Known(Scalar::Code(code)),
            Some(id) => in_set(code, self.set_by_id(id, &format!("{path}.CodesetId"))?),
        };
        Some(if selection.is_exclusion { not(found) } else { found })
    }

    /// The day in a range of days.
    pub(in crate::circe) fn date(
        &mut self,
        at: &Moment,
        range: &DateRange,
        path: &str,
    ) -> Option<Condition> {
        let day =
            |text: &String| LocalDate::parse(text).ok().map(|day| Moment::at(Anchor::Date(day)));
        let between = || {
            let from = order(at.clone(), TimeOrder::NotBefore, day(&range.value)?);
            let to = order(at.clone(), TimeOrder::NotAfter, day(range.extent.as_ref()?)?);
            Some(Condition::Of { share: crate::ast::Share::All, conditions: vec![from, to] })
        };
        let compare = |is| Some(order(at.clone(), is, day(&range.value)?));
        let asked = match range.op {
            Op::Less => compare(TimeOrder::Before),
            Op::AtMost => compare(TimeOrder::NotAfter),
            Op::Equal => compare(TimeOrder::Same),
            Op::NotEqual => compare(TimeOrder::Same).map(not),
            Op::AtLeast => compare(TimeOrder::NotBefore),
            Op::Greater => compare(TimeOrder::After),
            Op::Between => between(),
            Op::NotBetween => between().map(not),
        };
        if asked.is_none() {
            self.missing(path, "a day that is not written 2024-05-17");
        }
        asked
    }

    /// The age on a day: the calendar year less the year of birth.
    pub(in crate::circe) fn age(
        &mut self,
        at: Moment,
        range: &NumericRange,
        path: &str,
    ) -> Option<Condition> {
        let born = Number::Year { of: Moment::at(Anchor::Birth) };
        let age = Number::Arithmetic {
            operator: Operator::Subtract,
            left: Box::new(Number::Year { of: at }),
            right: Box::new(born),
        };
        self.written(within(age, range, true), path)
    }

    pub(in crate::circe) fn sex(&mut self, content: &Content, path: &str) -> Option<Condition> {
        let (ids, excluded): (Vec<i64>, bool) = match content {
            Content::Concepts(concepts) if concepts.is_empty() => return None,
            Content::Concepts(concepts) => (concepts.iter().map(|c| c.id).collect(), false),
            Content::Selection(ConceptSetSelection { codeset_id: Some(id), is_exclusion }) => {
                let set = self.plain_set(*id, path)?;
                (set, *is_exclusion)
            }
            _ => {
                self.missing(path, "whether a sex is recorded");
                return None;
            }
        };
        let mut words = Vec::new();
        for id in ids {
            match id {
                MALE => words.push(String::from("male")),
                FEMALE => words.push(String::from("female")),
                _ => {
                    self.missing(path, "a sex other than male and female");
                    return None;
                }
            }
        }
        let is = Condition::Code { code: Box::new(Code::Sex), one_of: OneOf::Words(words) };
        // A person of neither is not in a list of one, and so is outside it.
        Some(if excluded { not(else_false(is)) } else { is })
    }

    /// The concept of the visit to which the event belongs.
    fn visit(
        &mut self,
        content: &Content,
        path: &str,
        name: &mut Option<Name>,
    ) -> Option<Condition> {
        let (set, excluded) = match content {
            Content::Concepts(concepts) if concepts.is_empty() => return None,
            Content::Concepts(concepts) => (self.sets.by_list(concepts), false),
            Content::Selection(ConceptSetSelection { codeset_id: Some(id), is_exclusion }) => {
                (self.set_by_id(*id, path)?, *is_exclusion)
            }
            _ => {
                self.missing(path, "whether a visit has a concept");
                return None;
            }
        };
        let outer = name.get_or_insert_with(|| self.names.fresh()).clone();
        let same = same_visit(Event::This, Event::Named(outer));
        let mut visits = records(Kind::Visit, Vec::new());
        let mut conditions = vec![same];
        if excluded {
            conditions.push(not(in_set(code_of(CodeField::Code), set)));
        } else {
            visits = records(Kind::Visit, vec![set]);
        }
        visits.with = all(conditions);
        visits.window = Some(Window::ever());
        Some(at_least_one(visits))
    }

    fn abnormal(&mut self) -> Condition {
        let number = |word| number_of(NumberField::Attribute(attribute(word)));
        let compare = |is, word| Condition::Compare {
            left: Box::new(number("value_as_number")),
            is,
            right: Box::new(number(word)),
        };
        let concept = |id, name: &str| Concept {
            id,
            name: name.to_owned(),
            code: String::new(),
            vocabulary: String::new(),
            domain: String::new(),
        };
        let set = self.sets.by_list(&[
            concept(4_155_142, "Abnormally low"),
            concept(4_155_143, "Abnormally high"),
        ]);
        any(vec![
            compare(crate::ast::Comparison::Less, "range_low"),
            compare(crate::ast::Comparison::Greater, "range_high"),
            in_set(code_of(CodeField::CodedValue), set),
        ])
    }

    /// The condition, or that its number cannot be written.
    fn written(&mut self, condition: Option<Condition>, path: &str) -> Option<Condition> {
        if condition.is_none() {
            self.missing(path, "a number of this size");
        }
        condition
    }

    /// The condition, false where it is unknown and this makes a difference.
    #[expect(clippy::unused_self, reason = "reads as the others")]
    pub(in crate::circe) fn sure(&self, condition: Condition, positive: bool) -> Condition {
        if positive { condition } else { else_false(condition) }
    }
}

/// What is asked through a field.
pub(in crate::circe) struct Filter {
    pub(in crate::circe) looks: Looks,
    pub(in crate::circe) ends: Ends,
    pub(in crate::circe) negated: bool,
}

const MALE: i64 = 8507;
const FEMALE: i64 = 8532;

fn this_day(side: Side, ends: Ends) -> Moment {
    match side {
        Side::Start => start_of(Event::This),
        Side::End => last_day(&Event::This, ends),
    }
}

fn code_field(looks: Looks) -> Option<CodeField> {
    Some(match looks {
        Looks::Code(word) => CodeField::Attribute(attribute(word)),
        Looks::CodedValue => CodeField::CodedValue,
        Looks::Route => CodeField::Route,
        _ => return None,
    })
}

/// The number, and whether Circe compares it as a whole number.
fn number(looks: Looks) -> Option<(Number, bool)> {
    let of = |word| number_of(NumberField::Attribute(attribute(word)));
    Some(match looks {
        Looks::Number(word) => (of(word), word == "refills"),
        Looks::DaysSupply => (number_of(NumberField::DaysSupply), true),
        Looks::Members => (number_of(NumberField::Members), true),
        Looks::Ratio(word) => {
            let (left, right) = (Box::new(of("value_as_number")), Box::new(of(word)));
            (Number::Arithmetic { operator: Operator::Divide, left, right }, false)
        }
        _ => return None,
    })
}
