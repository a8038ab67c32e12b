//! What a script reads: the relations that whoever runs it must have.

use std::collections::BTreeSet;

use crate::ast::Quantity;
use crate::eval::World;
use crate::units::{Conversion, without_notes};

use super::expression::MEMBER;
use super::script::Script;
use super::writer::{Keyed, PATIENT, Writer};

/// A relation with its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its name.
    pub name: &'static str,
    /// Its columns, each with its type.
    pub columns: &'static [(&'static str, &'static str)],
}

/// All relations that scripts read. Times are seconds, days are days since 1970-01-01; a stretch has
/// the first (`low`) and the last (`high`) second that it may be. A unit or code is never empty.
pub const RELATIONS: &[Relation] = &[
    Relation {
        name: "person",
        columns: &[
            ("patient_id", "bigint"),
            ("sex", "varchar"),
            ("birth_low", "bigint"),
            ("birth_high", "bigint"),
        ],
    },
    Relation {
        name: "event",
        columns: &[
            ("patient_id", "bigint"),
            ("kind", "varchar"),
            ("source_key", "varchar"),
            ("start_low", "bigint"),
            ("start_high", "bigint"),
            ("last_low", "bigint"),
            ("last_high", "bigint"),
            ("visit", "varchar"),
            ("order_key", "varchar"),
            ("ward_system", "varchar"),
            ("ward", "varchar"),
            ("department_system", "varchar"),
            ("department", "varchar"),
            ("value", "double"),
            ("value_unit", "varchar"),
            ("lower_limit", "double"),
            ("upper_limit", "double"),
            ("coded_value_system", "varchar"),
            ("coded_value", "varchar"),
            ("dose", "double"),
            ("dose_unit", "varchar"),
            ("route_system", "varchar"),
            ("route", "varchar"),
            ("days_supply", "double"),
            ("visit_kind_system", "varchar"),
            ("visit_kind", "varchar"),
            ("suspected", "boolean"),
            ("main", "boolean"),
        ],
    },
    Relation {
        name: "event_code",
        columns: &[
            ("patient_id", "bigint"),
            ("kind", "varchar"),
            ("source_key", "varchar"),
            ("place", "bigint"),
            ("system", "varchar"),
            ("code", "varchar"),
        ],
    },
    Relation {
        name: "event_number",
        columns: &[
            ("patient_id", "bigint"),
            ("kind", "varchar"),
            ("source_key", "varchar"),
            ("name", "varchar"),
            ("number", "double"),
            ("unit", "varchar"),
        ],
    },
    Relation {
        name: "event_attribute",
        columns: &[
            ("patient_id", "bigint"),
            ("kind", "varchar"),
            ("source_key", "varchar"),
            ("name", "varchar"),
            ("system", "varchar"),
            ("code", "varchar"),
        ],
    },
    Relation {
        // A kind that is declared without any day has a row without days.
        name: "coverage",
        columns: &[
            ("patient_id", "bigint"),
            ("kind", "varchar"),
            ("first_day", "bigint"),
            ("last_day", "bigint"),
        ],
    },
    Relation {
        // `place` counts the rows of a patient from 0.
        name: "list_row",
        columns: &[
            ("list", "varchar"),
            ("patient_id", "bigint"),
            ("place", "bigint"),
            ("low", "bigint"),
            ("high", "bigint"),
        ],
    },
    Relation {
        name: "code_in",
        columns: &[
            ("concept_set", "varchar"),
            ("system", "varchar"),
            ("code", "varchar"),
            ("unit", "varchar"),
        ],
    },
    Relation {
        // v × times_a ÷ by_a × times_b ÷ by_b + plus_a + plus_b × times_c ÷ by_c, from left to
        // right; no unit is the empty text, and so is no quantity.
        name: "conversion",
        columns: &[
            ("recorded", "varchar"),
            ("asked", "varchar"),
            ("quantity", "varchar"),
            ("times_a", "double"),
            ("by_a", "double"),
            ("times_b", "double"),
            ("by_b", "double"),
            ("plus_a", "double"),
            ("plus_b", "double"),
            ("times_c", "double"),
            ("by_c", "double"),
        ],
    },
];

/// A code that a concept set holds: a row of `code_in`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held<'a> {
    /// The concept set.
    pub concept_set: &'a str,
    /// The unit its line gives to values.
    pub unit: Option<&'a str>,
}

impl<'a> Held<'a> {
    /// The concept sets of a world that hold a code.
    #[must_use]
    pub fn of(world: &'a World<'_>, system: &str, code: &str) -> Vec<Self> {
        let holds = world.codes.iter().filter_map(|(name, codes)| {
            let line = codes.line(system, code)?;
            let unit = line.unit.as_ref().map(crate::ast::Unit::as_str);
            Some(Self { concept_set: name.as_str(), unit })
        });
        holds.collect()
    }
}

/// Rows of `conversion`: recorded unit, unit asked, quantity, and the numbers in order.
pub type ConversionRow = (String, String, &'static str, [f64; 8]);

/// The rows of `conversion` that a script needs, where these units are recorded.
#[must_use]
pub fn conversions(
    script: &Script,
    world: &World<'_>,
    recorded: &BTreeSet<String>,
) -> Vec<ConversionRow> {
    let given = world.codes.values().flat_map(|codes| codes.units());
    let mut units: BTreeSet<Option<&str>> =
        recorded.iter().map(|unit| Some(unit.as_str())).collect();
    units.extend(given.map(Some));
    units.insert(None);
    let mut rows = Vec::new();
    for asked in &script.asked {
        let asked = asked.as_deref();
        for unit in &units {
            // What has no unit where one is asked is unknown, but where that is only a note.
            let is_missing =
                unit.is_none() && asked.is_some_and(|asked| !without_notes(asked).is_empty());
            if is_missing {
                continue;
            }
            for quantity in &script.quantities {
                if let Some(way) = Conversion::new(*unit, asked, *quantity) {
                    let (from, to) = (unit.unwrap_or_default(), asked.unwrap_or_default());
                    let quantity = quantity.map_or("", quantity_word);
                    rows.push((from.to_owned(), to.to_owned(), quantity, way.numbers()));
                }
            }
        }
    }
    rows
}

/// A quantity in the column `quantity`.
pub(super) fn quantity_word(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::HbA1c => "hba1c",
        Quantity::Creatinine => "creatinine",
        Quantity::Glucose => "glucose",
        Quantity::Cholesterol => "cholesterol",
        Quantity::Triglyceride => "triglyceride",
        Quantity::Urate => "urate",
        Quantity::UreaNitrogen => "urea_nitrogen",
        Quantity::Bilirubin => "bilirubin",
        Quantity::Calcium => "calcium",
        Quantity::Hemoglobin => "hemoglobin",
    }
}

impl Writer<'_> {
    /// A step that is the same for all definitions and patients.
    pub(super) fn once(
        &mut self,
        word: &str,
        says: &str,
        select: impl FnOnce(&mut Self) -> String,
    ) -> String {
        if let Some(known) = self.known_to_all("once", word) {
            return known.step;
        }
        let select = select(self);
        let step = self.step(word, says, select);
        self.keep_for_all("once", word, &Keyed { step: step.clone(), scope: PATIENT });
        step
    }

    /// The events, numbered.
    pub(super) fn events(&mut self) -> String {
        self.once("events", "all events, numbered", |_| {
            let columns = RELATIONS.iter().find(|relation| relation.name == "event");
            let columns = columns.into_iter().flat_map(|relation| relation.columns);
            let columns: Vec<String> = columns.map(|(name, _)| format!("e.{name}")).collect();
            format!(
                "select cast(row_number() over (order by e.patient_id, e.kind, e.source_key) \
                 as bigint) as event_id,\n{}\nfrom event as e",
                columns.join(", ")
            )
        })
    }

    /// What an event has several of, by the number of the event.
    pub(super) fn parts_of_events(&mut self, relation: &str, columns: &str) -> String {
        let events = self.events();
        self.once(relation, "by the number of the event", |_| {
            format!(
                "select e.event_id, {columns}\nfrom {relation} as p\njoin {events} as e on \
                 e.patient_id = p.patient_id and e.kind = p.kind and e.source_key = p.source_key"
            )
        })
    }

    /// The codes of events.
    pub(super) fn codes(&mut self) -> String {
        self.parts_of_events("event_code", "p.place, p.system, p.code")
    }

    /// The first confirmed death of each patient.
    pub(super) fn deaths(&mut self) -> String {
        let events = self.events();
        self.once("death", "the first death", |_| {
            let numbered =
                super::expression::numbered("e.patient_id", &super::expression::order("e"));
            format!(
                "select d.patient_id, d.start_low, d.start_high\nfrom (select e.patient_id, \
                 e.start_low, e.start_high, {numbered} as n\nfrom {events} as e\nwhere e.kind = \
                 'death' and not e.suspected) as d\nwhere d.n = 1"
            )
        })
    }
}

/// The columns of a member that is an event as it was recorded.
pub(super) fn recorded(alias: &str) -> String {
    let columns = MEMBER.iter().map(|name| match *name {
        "members" => "cast(1 as bigint) as members".to_owned(),
        "found_by" => "'' as found_by".to_owned(),
        "quantity" | "default_unit" => format!("cast(null as varchar) as {name}"),
        name => format!("{alias}.{name}"),
    });
    columns.collect::<Vec<_>>().join(", ")
}
