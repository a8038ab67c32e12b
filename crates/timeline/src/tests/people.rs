//! Patients by chance: small, with everything that can be missing missing sometimes.

use std::sync::Arc;

use cohort::ast::{Kind, Name, Rank};
use cohort::eval::{Coded, Measured, Patient, PatientEvent, Sex, Stretch};
use proptest::prelude::*;
use vocab::PatientId;

/// The first day on which anything happens.
pub(crate) const DAY: i64 = 19_000;

fn stretch() -> impl Strategy<Value = Stretch> {
    (
        0_i64..60,
        prop_oneof![
            4 => Just((0, 86_399)),
            3 => (0_i64..1440).prop_map(|minute| (minute * 60, minute * 60 + 59)),
            3 => (0_i64..86_400).prop_map(|second| (second, second)),
            1 => Just((0, 31 * 86_400 - 1)),
        ],
    )
        .prop_map(|(day, (first, last))| {
            let from = (DAY + day) * 86_400;
            Stretch::new(from + first, from + last).unwrap()
        })
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        4 => Just(Kind::Lab),
        4 => Just(Kind::Diagnosis),
        3 => Just(Kind::DrugOrder),
        1 => Just(Kind::Dispensing),
        3 => Just(Kind::Visit),
        1 => Just(Kind::Death),
        1 => Just(Kind::Other(Name::new("screening").unwrap())),
    ]
}

fn coded(code: &'static str) -> impl Strategy<Value = Option<Coded>> {
    prop_oneof![
        Just(None),
        (0_u8..3).prop_map(move |n| Some(Coded::of("aoba", &format!("{code}{n}")))),
        (0_u8..2).prop_map(move |n| Some(Coded::word(&format!("{code}{n}")))),
    ]
}

fn value() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        2 => Just(None),
        6 => (0_u32..120).prop_map(|v| Some(f64::from(v) / 10.0)),
        1 => any::<f64>().prop_map(|v| v.is_finite().then_some(v)),
    ]
}

prop_compose! {
    fn event()(
        kind in kind(),
        key in 0_u32..40,
        start in prop::option::weighted(0.93, stretch()),
        lasts in prop_oneof![3 => Just(Some(0_i64)), 2 => Just(None), 2 => (0_i64..20).prop_map(Some)],
        codes in prop::collection::btree_set((0_u8..6).prop_map(|n| Coded::of("aoba", &format!("c{n}"))), 0..3),
        visit in prop::option::of(0_u8..4),
        order in prop::option::of(0_u8..4),
        (department, ward, coded_value, route, visit_kind) in
            (coded("d"), coded("w"), coded("v"), coded("r"), coded("k")),
        (value, low, high, dose, supply) in (value(), value(), value(), value(), value()),
        units in (prop::option::weighted(0.8, prop_oneof![Just("%"), Just("mg/dL"), Just("mmol/mol")]), prop::option::of(Just("mg"))),
        suspected in prop::bool::weighted(0.2),
        main in prop::bool::weighted(0.3),
        attribute in coded("a"),
        number in value(),
    ) -> PatientEvent {
        let mut event = PatientEvent::new(kind, &format!("key{key}"));
        event.start = start;
        event.last = lasts.zip(start).map(|(days, start)| {
            Stretch::new(start.first_second() + days * 86_400, start.last_second() + days * 86_400).unwrap()
        });
        event.codes = codes.into_iter().collect();
        event.visit = visit.map(|visit| format!("visit {visit}"));
        event.order = order.map(|order| format!("order {order}"));
        event.department = department;
        event.ward = ward;
        event.coded_value = coded_value;
        event.route = route;
        event.visit_kind = visit_kind;
        event.value = value.map(|value| Measured { value, unit: units.0.map(str::to_owned) });
        event.lower_limit = low;
        event.upper_limit = high;
        event.dose = dose.map(|value| Measured { value, unit: units.1.map(str::to_owned) });
        event.days_supply = supply;
        event.suspected = suspected;
        event.rank = main.then_some(Rank::Main);
        if let Some(attribute) = attribute {
            event.attributes.insert(Name::new("tumour_site").unwrap(), attribute);
        }
        if let Some(value) = number {
            event.numbers.insert(Name::new("score_total").unwrap(), Measured { value, unit: units.0.map(str::to_owned) });
        }
        event
    }
}

prop_compose! {
    /// A patient with this id.
    pub(crate) fn patient(id: u64)(
        sex in prop::option::of(prop_oneof![Just(Sex::Male), Just(Sex::Female), Just(Sex::Other)]),
        birth in prop::option::weighted(0.9, (0_i64..30_000, prop_oneof![4 => Just(1_i64), 1 => Just(31), 1 => Just(365)])),
        mut events in prop::collection::vec(event(), 0..14),
        visits in prop::collection::vec((0_i64..40, 0_i64..40), 0..3),
        labs in prop::collection::vec((0_i64..40, 0_i64..40), 0..2),
    ) -> Patient {
        let mut patient = Patient::new(PatientId::from_hash(id));
        patient.sex = sex;
        patient.birth = birth.map(|(day, days)| Stretch::days(day - 15_000, day - 15_000 + days - 1));
        // One event for each kind and key.
        events.sort_by(|a, b| (&a.kind, &a.source_key).cmp(&(&b.kind, &b.source_key)));
        events.dedup_by(|a, b| (&a.kind, &a.source_key) == (&b.kind, &b.source_key));
        patient.events = events.into_iter().map(Arc::new).collect();
        let days = |of: Vec<(i64, i64)>| of.into_iter().map(|(from, long)| (DAY + from, DAY + from + long)).collect();
        patient.coverage.insert(Kind::Visit, days(visits));
        patient.coverage.insert(Kind::Lab, days(labs));
        patient
    }
}

/// Some patients, sorted by id.
pub(crate) fn patients(most: usize) -> impl Strategy<Value = Vec<Patient>> {
    (0..=most).prop_flat_map(|count| {
        (0..count as u64).map(|place| patient(place * 7 + 3).boxed()).collect::<Vec<_>>()
    })
}

/// A patient as the index gives it back: in the order of events, with keys that only order, visits
/// and orders as numbers.
pub(crate) fn as_kept(patient: &Patient) -> Patient {
    use std::collections::BTreeMap;
    let mut kept = patient.clone();
    let mut events: Vec<PatientEvent> =
        patient.events.iter().map(|event| (**event).clone()).collect();
    events.sort_by(|a, b| a.place().cmp(&b.place()));
    let mut visits: BTreeMap<String, usize> = BTreeMap::new();
    let mut orders: BTreeMap<String, usize> = BTreeMap::new();
    for event in &mut events {
        event.visit = event.visit().map(str::to_owned);
        for (of, numbers) in [(&mut event.visit, &mut visits), (&mut event.order, &mut orders)] {
            if let Some(name) = of {
                let next = numbers.len() + 1;
                *name = numbers.entry(name.clone()).or_insert(next).to_string();
            }
        }
        event.codes.sort();
    }
    let mut before: Option<PatientEvent> = None;
    let mut tie = 0;
    for event in &mut events {
        let place = |event: &PatientEvent| (event.kind.clone(), event.start, event.last);
        tie = match &before {
            Some(last) if place(last) == place(event) => tie + 1,
            _ => 0,
        };
        before = Some(event.clone());
        event.source_key = format!("{tie:010}");
    }
    kept.events = events.into_iter().map(Arc::new).collect();
    kept.coverage.values_mut().for_each(|days| days.sort_unstable());
    kept
}
