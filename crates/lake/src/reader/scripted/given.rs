//! The relations that a script reads, made of people as the evaluator has them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Float64Builder, Int64Builder, StringBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use cohort::ast::Rank;
use cohort::eval::{Coded, Measured, Patient, PatientEvent, Sex, Stretch, World, kind_word};
use cohort::sql::{Held, RELATIONS, Relation, Script, conversions};

/// A value of a row.
#[derive(Clone, Copy)]
enum Cell<'a> {
    Whole(Option<i64>),
    Number(Option<f64>),
    Text(Option<&'a str>),
    Truth(Option<bool>),
}

/// The rows of one relation.
struct Rows {
    schema: Arc<Schema>,
    columns: Vec<Column>,
}

/// The values of one column.
enum Column {
    Whole(Int64Builder),
    Number(Float64Builder),
    Text(StringBuilder),
    Truth(BooleanBuilder),
}

impl Column {
    fn of(word: &str) -> Self {
        match word {
            "bigint" => Self::Whole(Int64Builder::new()),
            "double" => Self::Number(Float64Builder::new()),
            "boolean" => Self::Truth(BooleanBuilder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    fn data_type(&self) -> DataType {
        match self {
            Self::Whole(_) => DataType::Int64,
            Self::Number(_) => DataType::Float64,
            Self::Text(_) => DataType::Utf8,
            Self::Truth(_) => DataType::Boolean,
        }
    }

    /// Adds a value; one of another type is a column too few in the end, and refused there.
    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Self::Whole(column), Cell::Whole(value)) => column.append_option(value),
            (Self::Number(column), Cell::Number(value)) => column.append_option(value),
            (Self::Text(column), Cell::Text(value)) => column.append_option(value),
            (Self::Truth(column), Cell::Truth(value)) => column.append_option(value),
            _ => {}
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Whole(mut column) => ArrayBuilder::finish(&mut column),
            Self::Number(mut column) => ArrayBuilder::finish(&mut column),
            Self::Text(mut column) => ArrayBuilder::finish(&mut column),
            Self::Truth(mut column) => ArrayBuilder::finish(&mut column),
        }
    }
}

impl Rows {
    fn of(relation: &Relation) -> Self {
        let columns: Vec<Column> =
            relation.columns.iter().map(|(_, word)| Column::of(word)).collect();
        let fields = relation.columns.iter().zip(&columns);
        let fields = fields.map(|((name, _), column)| Field::new(*name, column.data_type(), true));
        Self { schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())), columns }
    }

    fn push<const N: usize>(&mut self, row: [Cell<'_>; N]) {
        debug_assert_eq!(row.len(), self.columns.len());
        self.columns.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
    }

    fn finish(self) -> Result<RecordBatch, ArrowError> {
        let columns = self.columns.into_iter().map(Column::finish).collect();
        RecordBatch::try_new(self.schema, columns)
    }
}

/// All relations.
struct Given<'a> {
    world: &'a World<'a>,
    rows: BTreeMap<&'static str, Rows>,
    codes: BTreeSet<(&'a str, &'a str)>,
    units: BTreeSet<String>,
}

/// All relations by name, with what they hold of these people.
pub(super) fn relations(
    (world, script): (&World<'_>, &Script),
    people: &[Patient],
) -> Result<Vec<(&'static str, RecordBatch)>, ArrowError> {
    let rows = RELATIONS.iter().map(|relation| (relation.name, Rows::of(relation))).collect();
    let mut given = Given { world, rows, codes: BTreeSet::new(), units: BTreeSet::new() };
    people.iter().for_each(|patient| given.person(patient));
    given.lists();
    given.code_in();
    given.conversion(script);
    given.rows.into_iter().map(|(name, rows)| Ok((name, rows.finish()?))).collect()
}

impl<'a> Given<'a> {
    fn push<const N: usize>(&mut self, relation: &str, row: [Cell<'_>; N]) {
        if let Some(rows) = self.rows.get_mut(relation) {
            rows.push(row);
        }
    }

    fn person(&mut self, patient: &'a Patient) {
        let id = Cell::Whole(Some(patient.id.get()));
        let sex = patient.sex.map(Sex::word);
        let [low, high] = stretch(patient.birth);
        self.push("person", [id, Cell::Text(sex), low, high]);
        for event in &patient.events {
            self.event(id, event);
        }
        for (kind, days) in &patient.coverage {
            let kind = Cell::Text(Some(kind_word(kind)));
            for (first, last) in days {
                self.push(
                    "coverage",
                    [id, kind, Cell::Whole(Some(*first)), Cell::Whole(Some(*last))],
                );
            }
            if days.is_empty() {
                self.push("coverage", [id, kind, Cell::Whole(None), Cell::Whole(None)]);
            }
        }
    }

    fn event(&mut self, id: Cell<'_>, event: &'a PatientEvent) {
        let key = [Cell::Text(Some(kind_word(&event.kind))), Cell::Text(Some(&event.source_key))];
        let [kind, source_key] = key;
        let [start_low, start_high] = stretch(event.start);
        let [last_low, last_high] = stretch(event.last);
        let [ward_system, ward] = self.coded(event.ward.as_ref());
        let [department_system, department] = self.coded(event.department.as_ref());
        let [value, value_unit] = self.measured(event.value.as_ref());
        let [coded_value_system, coded_value] = self.coded(event.coded_value.as_ref());
        let [dose, dose_unit] = self.measured(event.dose.as_ref());
        let [route_system, route] = self.coded(event.route.as_ref());
        let [visit_kind_system, visit_kind] = self.coded(event.visit_kind.as_ref());
        let main = event.rank.map(|rank| rank == Rank::Main);
        self.push(
            "event",
            [
                id,
                kind,
                source_key,
                start_low,
                start_high,
                last_low,
                last_high,
                Cell::Text(event.visit.as_deref()),
                Cell::Text(event.order.as_deref()),
                ward_system,
                ward,
                department_system,
                department,
                value,
                value_unit,
                Cell::Number(event.lower_limit),
                Cell::Number(event.upper_limit),
                coded_value_system,
                coded_value,
                dose,
                dose_unit,
                route_system,
                route,
                Cell::Number(event.days_supply),
                visit_kind_system,
                visit_kind,
                Cell::Truth(Some(event.suspected)),
                Cell::Truth(main),
            ],
        );
        for (place, code) in (0_i64..).zip(&event.codes) {
            let [system, code] = self.coded(Some(code));
            let place = Cell::Whole(Some(place));
            self.push("event_code", [id, kind, source_key, place, system, code]);
        }
        for (name, number) in &event.numbers {
            let [number, unit] = self.measured(Some(number));
            let name = Cell::Text(Some(name.as_str()));
            self.push("event_number", [id, kind, source_key, name, number, unit]);
        }
        for (name, code) in &event.attributes {
            let [system, code] = self.coded(Some(code));
            let name = Cell::Text(Some(name.as_str()));
            self.push("event_attribute", [id, kind, source_key, name, system, code]);
        }
    }

    /// A code's system and itself; concept sets are asked of it later.
    fn coded(&mut self, coded: Option<&'a Coded>) -> [Cell<'a>; 2] {
        let Some(coded) = coded else { return [Cell::Text(None), Cell::Text(None)] };
        let system = coded.system.as_deref();
        if let Some(system) = system {
            self.codes.insert((system, &coded.code));
        }
        // What is empty is none.
        [system, Some(coded.code.as_str())].map(|text| Cell::Text(text.filter(|t| !t.is_empty())))
    }

    fn measured(&mut self, measured: Option<&'a Measured>) -> [Cell<'a>; 2] {
        let Some(measured) = measured else { return [Cell::Number(None), Cell::Text(None)] };
        let unit = measured.unit.as_deref().filter(|unit| !unit.is_empty());
        if let Some(unit) = unit
            && !self.units.contains(unit)
        {
            self.units.insert(unit.to_owned());
        }
        [Cell::Number(Some(measured.value)), Cell::Text(unit)]
    }

    fn lists(&mut self) {
        let world = self.world;
        for (name, rows) in &world.lists {
            let mut places: BTreeMap<i64, i64> = BTreeMap::new();
            for row in rows {
                let place = places.entry(row.patient.get()).or_default();
                let at = Cell::Whole(Some(*place));
                *place += 1;
                let [low, high] = stretch(row.day);
                let id = Cell::Whole(Some(row.patient.get()));
                self.push("list_row", [Cell::Text(Some(name.as_str())), id, at, low, high]);
            }
        }
    }

    fn code_in(&mut self) {
        let world = self.world;
        for (system, code) in std::mem::take(&mut self.codes) {
            for Held { concept_set, unit } in Held::of(world, system, code) {
                let row = [Some(concept_set), Some(system), Some(code), unit];
                self.push("code_in", row.map(Cell::Text));
            }
        }
    }

    fn conversion(&mut self, script: &Script) {
        for (recorded, asked, quantity, numbers) in conversions(script, self.world, &self.units) {
            let [recorded, asked, quantity] =
                [recorded.as_str(), asked.as_str(), quantity].map(|text| Cell::Text(Some(text)));
            let [a, b, c, d, e, f, g, h] = numbers.map(|number| Cell::Number(Some(number)));
            self.push("conversion", [recorded, asked, quantity, a, b, c, d, e, f, g, h]);
        }
    }
}

fn stretch(stretch: Option<Stretch>) -> [Cell<'static>; 2] {
    [stretch.map(Stretch::first_second), stretch.map(Stretch::last_second)].map(Cell::Whole)
}
