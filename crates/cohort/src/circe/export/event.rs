//! A set of events as one criterion.

use serde_json::{Map, Value, json};

use super::Exporter;
use crate::ast::{
    Anchor, CodeField, Condition, Count, EventSet, Kind, Name, Node, Number, OneOf, Records,
    Source, Take, TakeFrom,
};
use crate::circe::domain::{DOMAINS, Domain, Looks, Shape};
use crate::circe::expression::Content;
use crate::circe::import::event::{Filter, attribute};
use crate::circe::import::say;
use crate::circe::range::{Concept, ConceptSetSelection, Op, Range};

/// A criterion found in a set.
pub(super) struct Found {
    pub(super) domain: &'static Domain,
    pub(super) fields: Map<String, Value>,
    pub(super) has_codes: bool,
}

impl Found {
    pub(super) fn json(self) -> Value {
        let mut json = Map::new();
        json.insert(self.domain.name.to_owned(), Value::Object(self.fields));
        Value::Object(json)
    }
}

impl Exporter {
    /// The criterion, and the conditions that its fields do not say.
    pub(super) fn events(
        &mut self,
        set: &EventSet,
        positive: bool,
        place: &str,
    ) -> Option<(Found, Vec<Condition>)> {
        let mut conditions = self.parts_of(set);
        let mut fields = Map::new();
        let base = match &set.from {
            Source::Take(Take { from: TakeFrom::First, count: 1, of })
                if of.window.is_none() && of.name.is_none() =>
            {
                fields.insert(String::from("First"), json!(true));
                let mut inner = parts(of.with.as_deref());
                // What is asked before the first is taken can only be the source concept.
                inner.append(&mut conditions);
                conditions = inner;
                of.as_ref()
            }
            _ => set,
        };
        let Some((domain, codes)) = domain_of(&base.from) else {
            self.refuse(place, "events from another source than one table of OMOP");
            return None;
        };
        let has_codes = !codes.is_empty();
        for name in &codes {
            let id = self.id(name);
            if codes.len() > 1 || id.is_none() {
                self.refuse(place, "events of several concept sets, or of one that is not given");
                return None;
            }
            fields.insert(String::from("CodesetId"), json!(id));
        }
        let before = parts(base.with.as_deref()).len();
        let takes = fields.contains_key("First");
        let mut used = 0;
        if let Some((key, id)) = self.source(domain, conditions.first(), positive) {
            fields.insert(key.to_owned(), json!(id));
            used = 1;
        }
        if takes && used != before {
            self.refuse(place, "a condition that chooses among events before the first is taken");
            return None;
        }
        while let Some(condition) = conditions.get(used) {
            let Some((key, value)) = self.field(domain, set.name.as_ref(), condition, positive)
            else {
                break;
            };
            if fields.insert(key.to_owned(), value).is_some() {
                self.refuse(place, "two conditions on one field");
                return None;
            }
            used += 1;
        }
        let rest = conditions.split_off(used);
        Some((Found { domain, fields, has_codes }, rest))
    }

    /// What must hold for each event. A range of days alone is joined like several conditions.
    fn parts_of(&mut self, set: &EventSet) -> Vec<Condition> {
        let whole = set.with.as_deref();
        let alone = whole.zip(domain_of(&set.from)).is_some_and(|(whole, (domain, _))| {
            self.field(domain, set.name.as_ref(), whole, true).is_some()
                || self.field(domain, set.name.as_ref(), whole, false).is_some()
        });
        if alone { whole.cloned().into_iter().collect() } else { parts(whole) }
    }

    pub(super) fn id(&self, name: &Name) -> Option<usize> {
        self.sets.iter().position(|set| set.name == *name)
    }

    fn source(
        &self,
        domain: &Domain,
        condition: Option<&Condition>,
        positive: bool,
    ) -> Option<(&'static str, usize)> {
        let (key, condition) = (domain.source?, condition?);
        let names = names_in(condition);
        let name = names.first()?;
        let code = say::code_of(CodeField::Attribute(attribute("source_concept")));
        let again = self.importer.sure(say::in_set(code, name.clone()), positive);
        (again == *condition).then_some((key, self.id(name)?))
    }

    /// The field that asks for a condition.
    fn field(
        &mut self,
        domain: &'static Domain,
        name: Option<&Name>,
        condition: &Condition,
        positive: bool,
    ) -> Option<(&'static str, Value)> {
        let constants = Constants::of(condition);
        for (key, shape, looks) in domain.fields {
            if matches!(looks, Looks::Never(_) | Looks::Negates(_))
                || (*looks == Looks::Visit && name.is_none())
            {
                continue;
            }
            for content in self.contents(*shape, *looks, &constants) {
                let at = Filter { looks: *looks, ends: domain.ends, negated: false };
                let mut name = name.cloned();
                let again = self.tries(|importer| importer.filter(&at, &content, key, &mut name));
                let again = again.flatten().map(|again| self.importer.sure(again, positive));
                if again.as_ref() == Some(condition) {
                    return Some((*key, written(&content)));
                }
            }
        }
        None
    }

    /// What a field of this shape could hold, with the constants of a condition.
    fn contents(&self, shape: Shape, looks: Looks, constants: &Constants) -> Vec<Content> {
        match shape {
            Shape::Flag if looks == Looks::Abnormal => vec![Content::Flag(true)],
            Shape::Number => ranges(&constants.numbers).into_iter().map(Content::Number).collect(),
            Shape::Date => ranges(&constants.dates).into_iter().map(Content::Date).collect(),
            Shape::Concepts if looks == Looks::Sex => sexes(),
            Shape::Selection if looks != Looks::Sex => {
                let ids = constants.names.iter().filter_map(|name| self.id(name));
                let ids = ids.filter_map(|id| i64::try_from(id).ok());
                ids.map(Some)
                    .chain([None])
                    .flat_map(|codeset_id| {
                        [false, true].map(|is_exclusion| {
                            Content::Selection(ConceptSetSelection { codeset_id, is_exclusion })
                        })
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The conditions joined by `all of`, or the only one.
pub(super) fn parts(with: Option<&Condition>) -> Vec<Condition> {
    match with {
        None => Vec::new(),
        Some(Condition::Of { share: crate::ast::Share::All, conditions }) => conditions.clone(),
        Some(one) => vec![one.clone()],
    }
}

/// The domain whose events a source gives, and the concept sets it is chosen by.
fn domain_of(source: &Source) -> Option<(&'static Domain, Vec<Name>)> {
    let records = |source: &Source| match source {
        Source::Records(records) => Some(records.clone()),
        _ => None,
    };
    let found: Vec<Records> = match source {
        Source::AnyOf(sets) => {
            let plain = sets.iter().map(|set| {
                let is_plain = set.name.is_none() && set.with.is_none() && set.window.is_none();
                records(&set.from).filter(|_| is_plain)
            });
            plain.collect::<Option<_>>()?
        }
        other => vec![records(other)?],
    };
    let codes = found.first()?.codes.clone();
    let word = |records: &Records| {
        let again = say::records(records.kind.clone(), codes.clone());
        (again.from == Source::Records(records.clone())).then(|| kind_word(&records.kind))
    };
    let words: Vec<String> = found.iter().map(word).collect::<Option<_>>()?;
    let domain = DOMAINS.iter().find(|domain| !words.is_empty() && domain.kinds == words)?;
    (domain.has_codes || codes.is_empty()).then_some((domain, codes))
}

fn kind_word(kind: &Kind) -> String {
    match kind {
        Kind::Other(name) => name.as_str().to_owned(),
        kind => format!("{kind:?}").to_ascii_lowercase(),
    }
}

/// The numbers, days and concept sets in a condition.
pub(super) struct Constants {
    numbers: Vec<f64>,
    dates: Vec<String>,
    names: Vec<Name>,
    /// Days by which moments are moved.
    pub(super) days: Vec<i32>,
}

impl Constants {
    pub(super) fn of(condition: &Condition) -> Self {
        let mut found = Self {
            numbers: Vec::new(),
            dates: Vec::new(),
            names: names_in(condition),
            days: Vec::new(),
        };
        Node::Condition(condition).walk(&mut |node| match node {
            Node::Number(Number::Literal { value, .. }) => found.numbers.push(value.get()),
            Node::Moment(moment) => {
                found.days.push(moment.offset.map_or(0, |offset| offset.count));
                if let Anchor::Date(date) = moment.anchor {
                    found.dates.push(date.to_string());
                }
            }
            _ => {}
        });
        found.days.sort_unstable();
        found.days.dedup();
        found.dates.dedup();
        found
    }

    pub(super) fn number_ranges(&self) -> Vec<Range<f64>> {
        ranges(&self.numbers)
    }

    pub(super) fn date_ranges(&self) -> Vec<Range<String>> {
        ranges(&self.dates)
    }
}

fn names_in(condition: &Condition) -> Vec<Name> {
    let mut names = Vec::new();
    Node::Condition(condition).walk(&mut |node| match node {
        Node::Condition(Condition::Code { one_of: OneOf::Codes(sets), .. }) => {
            names.extend(sets.iter().cloned());
        }
        Node::Set(EventSet { from: Source::Records(records), .. }) => {
            names.extend(records.codes.iter().cloned());
        }
        _ => {}
    });
    names
}

const OPS: [Op; 6] = [Op::Less, Op::AtMost, Op::Equal, Op::NotEqual, Op::AtLeast, Op::Greater];

fn ranges<T: Clone>(values: &[T]) -> Vec<Range<T>> {
    let mut ranges = Vec::new();
    for value in values {
        ranges.extend(OPS.map(|op| Range { op, value: value.clone(), extent: None }));
        for extent in values {
            let extent = Some(extent.clone());
            for op in [Op::Between, Op::NotBetween] {
                ranges.push(Range { op, value: value.clone(), extent: extent.clone() });
            }
        }
    }
    ranges
}

fn sexes() -> Vec<Content> {
    let concept = |id, name: &str| Concept {
        id,
        name: name.to_owned(),
        code: String::new(),
        vocabulary: String::from("Gender"),
        domain: String::from("Gender"),
    };
    let (male, female) = (concept(8507, "MALE"), concept(8532, "FEMALE"));
    vec![
        Content::Concepts(vec![male.clone()]),
        Content::Concepts(vec![female.clone()]),
        Content::Concepts(vec![male.clone(), female.clone()]),
        Content::Concepts(vec![female, male]),
    ]
}

/// A field's content as Circe writes it.
pub(super) fn written(content: &Content) -> Value {
    fn range<T: serde::Serialize>(range: &Range<T>) -> Value {
        let mut json = json!({"Value": range.value, "Op": range.op.word()});
        if let Some(extent) = &range.extent {
            json["Extent"] = json!(extent);
        }
        json
    }
    match content {
        Content::Flag(flag) => json!(flag),
        Content::Integer(number) => json!(number),
        Content::Number(numbers) => range(numbers),
        Content::Date(dates) => range(dates),
        Content::Text(filter) => json!({"Text": filter.text, "Op": filter.op}),
        Content::Concepts(concepts) => concepts
            .iter()
            .map(|concept| {
                json!({
                    "CONCEPT_ID": concept.id,
                    "CONCEPT_NAME": concept.name,
                    "VOCABULARY_ID": concept.vocabulary
                })
            })
            .collect(),
        Content::Selection(selection) => {
            let mut json = json!({"IsExclusion": selection.is_exclusion});
            if let Some(id) = selection.codeset_id {
                json["CodesetId"] = json!(id);
            }
            json
        }
        Content::Period(period) => json!({"StartDate": period.start, "EndDate": period.end}),
    }
}

/// The count as Circe writes it.
pub(super) fn count(count: Count) -> (u8, u32) {
    match count {
        Count::Exactly(count) => (0, count),
        Count::AtMost(count) => (1, count),
        Count::AtLeast(count) => (2, count),
    }
}
