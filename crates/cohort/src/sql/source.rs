//! Where the events of a set come from, before its window and filter.

use crate::ast::{
    Certainty, Event, EventSet, Kind, Name, Rank, Records, Source, Take, TakeFrom, UseKind, Value,
};
use crate::eval::{Refused, kind_word};

use super::expression::{member, numbered, order, order_back, place, quoted, texts};
use super::inputs::{quantity_word, recorded};
use super::writer::{At, Bound, Keyed, PATIENT, Said, Writer, text};

impl<'a> Writer<'a> {
    /// The step with the members of a source: key, the columns of a member, `certain`.
    pub(super) fn source(&mut self, at: At, source: &Source) -> Said<Keyed> {
        Ok(match source {
            Source::Records(records) => self.records(records)?,
            Source::Cohort(name) => self.cohort(name)?,
            Source::List(name) => self.list(name)?,
            Source::Named(name) => self.set_named(at, name)?,
            Source::AnyOf(sets) => self.any_of(at, sets)?,
            Source::Take(take) => self.take(at, take)?,
            Source::Episodes(episodes) => self.episodes(at, episodes)?,
            Source::Era(era) => self.eras(at, era)?,
        })
    }

    fn records(&mut self, records: &Records) -> Said<Keyed> {
        let says = crate::text::records(records);
        if let Some(known) = self.known_to_all("records", &says) {
            return Ok(known);
        }
        let events = self.events();
        let kinds = texts(kinds(&records.kind).into_iter());
        let mut asked = format!("e.kind in ({kinds})");
        asked.push_str(match records.certainty {
            Certainty::Confirmed => " and not e.suspected",
            Certainty::Suspected => " and e.suspected",
            Certainty::Either => "",
        });
        asked.push_str(match records.rank {
            Some(Rank::Main) => " and e.main",
            Some(Rank::Other) => " and not e.main",
            None => "",
        });
        let select = if records.codes.is_empty() {
            let columns = recorded("e");
            format!(
                "select e.patient_id, {columns}, true as certain\nfrom {events} as e\nwhere {asked}"
            )
        } else {
            let found = self.found(&records.codes)?;
            let columns = recorded("e")
                .replace("'' as found_by", "f.found_by")
                .replace("cast(null as varchar) as quantity", "f.quantity")
                .replace("cast(null as varchar) as default_unit", "f.default_unit");
            format!(
                "select e.patient_id, {columns}, true as certain\nfrom {events} as e\njoin \
                 ({found}) as f on f.event_id = e.event_id\nwhere {asked}"
            )
        };
        let keyed = Keyed { step: self.step("records", &says, select), scope: PATIENT };
        self.keep_for_all("records", &says, &keyed);
        Ok(keyed)
    }

    /// By which concept sets each event is found, what they say that its value measures, and the
    /// unit that the first of their lines gives it.
    fn found(&mut self, names: &[Name]) -> Said<String> {
        let codes = self.codes();
        let (mut flags, mut found, mut measures, mut places) =
            (String::new(), String::new(), String::new(), String::new());
        for (at, name) in names.iter().enumerate() {
            let held = self.world.codes.get(name);
            let held = held.ok_or_else(|| Refused::not_held(UseKind::Codes, name))?;
            let quoted = quoted(name.as_str());
            flags.push_str(&format!(
                ", case when i.concept_set = {quoted} then 1 else 0 end as in_{at}"
            ));
            found.push_str(&format!("case when max(f.in_{at}) = 1 then '|{name}' else '' end || "));
            places.push_str(&format!(" when {quoted} then '{at:06}'"));
            if let Some(quantity) = held.quantity() {
                self.asks(Some(crate::units::normal_unit(quantity)), Some(quantity));
                let word = quantity_word(quantity);
                measures.push_str(&format!(" when max(f.in_{at}) = 1 then '{word}'"));
            }
        }
        let quantity = if measures.is_empty() {
            "cast(null as varchar)".to_owned()
        } else {
            format!("case{measures} end")
        };
        let sets = texts(names.iter().map(Name::as_str));
        let unit = format!(
            "case when i.unit is not null then case i.concept_set{places} end || \
             lpad(cast(c.place as varchar), 6, '0') || i.unit end"
        );
        Ok(format!(
            "select f.event_id, {found}'|' as found_by, {quantity} as quantity, \
             substr(min(f.unit), 13) as default_unit\nfrom (select c.event_id{flags}, {unit} as \
             unit\nfrom {codes} as c\njoin code_in as i on i.system = c.system and i.code = \
             c.code\nwhere i.concept_set in ({sets})) as f\ngroup by f.event_id"
        ))
    }

    /// The periods of another cohort.
    fn cohort(&mut self, name: &Name) -> Said<Keyed> {
        let says = format!("cohort {name}");
        let definition = self.world.cohorts.get(name).copied();
        let definition = definition.ok_or_else(|| Refused::not_held(UseKind::Cohort, name))?;
        let declared = self
            .definition
            .heading
            .uses
            .iter()
            .any(|clause| clause.says.kind == UseKind::Cohort && clause.says.name == *name);
        if !declared {
            return Err(Refused::not_held(UseKind::Cohort, name).into());
        }
        if let Some(known) = self.known_to_all("cohort", &says) {
            return Ok(known);
        }
        let written = std::mem::take(&mut self.written);
        let mut other = Writer::going_on(self.world, definition, written);
        let settled = other.settle();
        self.written = other.written;
        let periods = settled?.periods;
        let number = numbered("p.patient_id", "p.index_low, p.index_high, p.candidate");
        let key = format!("'{name}:' || lpad(cast({number} - 1 as varchar), 6, '0')");
        let columns = [
            "cast(null as bigint) as event_id",
            "'cohort' as kind",
            &format!("{key} as source_key"),
            "p.index_low as start_low",
            "p.index_high as start_high",
            "p.exit_second as last_low",
            "p.exit_second as last_high",
            "cast(1 as bigint) as members",
            "'' as found_by",
            "cast(null as varchar) as quantity",
            "cast(null as varchar) as default_unit",
        ]
        .join(", ");
        let select =
            format!("select p.patient_id, {columns}, true as certain\nfrom {periods} as p");
        let keyed = Keyed { step: self.step("cohort", &says, select), scope: PATIENT };
        self.keep_for_all("cohort", &says, &keyed);
        Ok(keyed)
    }

    fn list(&mut self, name: &Name) -> Said<Keyed> {
        if !self.world.lists.contains_key(name) {
            return Err(Refused::not_held(UseKind::List, name).into());
        }
        let step = self.once(&format!("list_{name}"), &format!("list {name}"), |_| {
            format!(
                "select r.patient_id, cast(null as bigint) as event_id, 'list' as kind, '{name}:' \
                 || lpad(cast(r.place as varchar), 6, '0') as source_key, r.low as start_low, \
                 r.high as start_high, r.low as last_low, r.high as last_high, cast(1 as bigint) \
                 as members, '' as found_by, cast(null as varchar) as quantity, cast(null as \
                 varchar) as default_unit, true as certain\nfrom list_row as r\nwhere r.list = \
                 '{name}'"
            )
        });
        Ok(Keyed { step, scope: PATIENT })
    }

    fn set_named(&mut self, at: At, name: &Name) -> Said<Keyed> {
        if self.event_is_named(at, name) {
            return self.of_one(at, &Event::Named(name.clone()), None);
        }
        let (bound, inner) = self.named(at, name)?;
        match bound {
            Bound::Value(Value::Events(_, set)) => self.set(inner, set),
            Bound::Value(Value::Event(_, event)) => {
                let set = match event {
                    Event::Select(_, set) => Some(&**set),
                    _ => None,
                };
                self.of_one(inner, event, set)
            }
            Bound::Outcome(select, of) => {
                let event = Event::Select(select.clone(), Box::new(of.clone()));
                self.of_one(inner, &event, Some(of))
            }
            _ => Err(Refused::unbound(name).into()),
        }
    }

    /// Whether a name is that of an event of an enclosing set or of an alternative of the entry.
    pub(super) fn event_is_named(&self, at: At, name: &Name) -> bool {
        let is_way = self.alternative(name).is_some() && self.candidate_depth(at, "entry").is_ok();
        self.enclosing(at, name).is_some() || is_way
    }

    /// An event as a set; where it cannot be told which it is, any member of its set may be it.
    fn of_one(&mut self, at: At, event: &Event, set: Option<&EventSet>) -> Said<Keyed> {
        let chosen = self.event(at, event)?;
        let says = text(crate::ast::Node::Event(event));
        let known_at = At { scope: chosen.of.scope, ..at };
        if let Some(known) = self.known("one", known_at, &says) {
            return Ok(known);
        }
        let (scope, step) = (chosen.of.scope, &chosen.of.step);
        let key = self.key(scope);
        let found = if chosen.always { "true" } else { "e.state = 1" };
        let mut select = format!(
            "select e.{key}, {}, true as certain\nfrom {step} as e\nwhere {found}",
            member("e")
        );
        if let (Some(set), false) = (set, chosen.always) {
            let members = self.set(at, set)?;
            let (set_key, relation) =
                (self.key(members.scope), self.scope(scope)?.relation.clone());
            select.push_str(&format!(
                "\nunion all\nselect x.{key}, {}, false as certain\nfrom {relation} as x\njoin \
                 {step} as e on e.{key} = x.{key} and e.state = 2\njoin {} as m on m.{set_key} = \
                 x.{set_key}",
                member("m"),
                members.step
            ));
        }
        let keyed = Keyed { step: self.step("one", &says, select), scope };
        self.keep("one", known_at, &says, &keyed);
        Ok(keyed)
    }

    fn any_of(&mut self, at: At, sets: &[EventSet]) -> Said<Keyed> {
        let mut parts = Vec::new();
        let mut scope = PATIENT;
        for set in sets {
            let part = self.set(at, set)?;
            // All of them are around one place, so the longer chain is the deeper one.
            if self.chain(part.scope).len() > self.chain(scope).len() {
                scope = part.scope;
            }
            parts.push(part);
        }
        let (key, relation) = (self.key(scope), self.scope(scope)?.relation.clone());
        let mut all = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            let part_key = self.key(part.scope);
            all.push(format!(
                "select x.{key}, {}, m.certain, {number} as part\nfrom {relation} as x\njoin {} \
                 as m on m.{part_key} = x.{part_key}",
                member("m"),
                part.step
            ));
        }
        let same = format!("m.{key}, {}", place("m"));
        let number = numbered(&same, "m.part");
        let select = format!(
            "select m.{key}, {}, m.sure as certain\nfrom (select m.{key}, {}, bool_or(m.certain) \
             over (partition by {same}) as sure, {number} as n\nfrom ({}) as m) as m\nwhere m.n = 1",
            member("m"),
            member("m"),
            all.join("\nunion all\n")
        );
        let says = sets.iter().map(|set| text(crate::ast::Node::Set(set))).collect::<Vec<_>>();
        Ok(Keyed { step: self.step("any_of", &says.join(" or "), select), scope })
    }

    fn take(&mut self, at: At, take: &Take) -> Said<Keyed> {
        let of = self.set(at, &take.of)?;
        let key = self.key(of.scope);
        let order = match take.from {
            TakeFrom::First => order("m"),
            TakeFrom::Last => order_back("m"),
        };
        let number = numbered(&format!("m.{key}"), &order);
        let select = format!(
            "select m.{key}, {}, true as certain\nfrom (select m.*, {number} as n\nfrom {} as \
             m\nwhere m.certain) as m\nwhere m.n <= {}",
            member("m"),
            of.step,
            take.count
        );
        let says = format!("{} of it", take.count);
        Ok(Keyed { step: self.step("take", &says, select), scope: of.scope })
    }

    /// The scope with its relation's alternatives: which of them a candidate came by.
    pub(super) fn came_by(&self, name: &Name) -> Option<String> {
        Some(format!("came_{}", self.alternative(name)?))
    }
}

/// The published kinds that are meant by a kind as written.
pub(super) fn kinds(written: &Kind) -> Vec<&str> {
    match written {
        Kind::Drug => vec!["drug_order", "drug_admin", "dispensing", "drug"],
        kind => vec![kind_word(kind)],
    }
}
