//! The chart of one patient: what the simulation writes and what files are made from.
//!
//! A disease writes into a [`Chart`] as if the patient lived for ever and never moved away. When
//! all have written, [`Chart::close`] cuts what lies outside the time the hospital knew the
//! patient and after death, and puts the rest in order.

mod settle;
mod truth;
mod what;

use std::collections::HashMap;

use super::body::Shift;
use super::codes::{Department, Disease};
use super::panel::Panel;
use super::person::Person;
pub use truth::Truth;
pub use what::{
    Diagnosis, Dose, Event, Hidden, NoteKind, Outcome, Report, ReportKind, Value, What,
};

/// Minutes since 1970-01-01 00:00, by the hospital's clock.
pub type Minute = i64;

/// Minutes in a day.
pub const DAY: Minute = 1_440;

/// Minutes in a year of 365.25 days.
pub const YEAR: Minute = 525_960;

/// What stays true of a patient after the simulation: see [`Chart::close`].
#[derive(Debug)]
pub struct Life {
    /// The patient's place in the hospital's list, from zero.
    pub number: u64,
    /// Who it is.
    pub person: Person,
    /// From when to when the hospital knows the patient, half-open.
    pub known: (Minute, Minute),
    /// Visits, by their start.
    pub visits: Vec<Visit>,
    /// What happened, by its time; what belongs to one visit and minute stands as written.
    pub events: Vec<Event>,
    /// When the patient died, and of what, if the hospital knew.
    pub died: Option<(Minute, &'static Disease)>,
    /// What is really so, whatever the record says.
    pub truths: Vec<Truth>,
}

/// The chart while the diseases write into it.
#[derive(Debug)]
pub struct Chart {
    known: (Minute, Minute),
    visits: Vec<Visit>,
    events: Vec<Event>,
    died: Option<(Minute, &'static Disease)>,
    truths: Vec<Truth>,
    shifts: Vec<Shift>,
    orders: Vec<Order>,
    treatments: Vec<(&'static str, (Minute, Minute))>,
}

/// What is to be measured at a visit: from a body that all diseases have pushed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Order {
    /// During which visit.
    pub visit: VisitId,
    /// When.
    pub minute: Minute,
    /// What.
    pub panel: Panel,
    /// Whether it is measured however lately it was.
    pub again: bool,
}

impl Chart {
    /// An empty chart of somebody whom the hospital knows from when to when.
    #[must_use]
    pub fn new(known: (Minute, Minute)) -> Self {
        Self {
            known,
            visits: Vec::with_capacity(32),
            events: Vec::with_capacity(256),
            died: None,
            truths: Vec::with_capacity(8),
            shifts: Vec::with_capacity(16),
            orders: Vec::with_capacity(32),
            treatments: Vec::new(),
        }
    }

    /// Lets something push the body: every measurement from then on shows it, whoever orders it.
    pub fn shift(&mut self, shift: Shift) {
        self.shifts.push(shift);
    }

    /// What pushes the body.
    #[must_use]
    pub fn shifts(&self) -> &[Shift] {
        &self.shifts
    }

    /// Has something measured. Values are made when every disease has written; what two diseases
    /// order at the same visit and minute is measured once, and in a clinic what the hospital
    /// measured lately is not measured again: see `Panel::lacking`.
    pub fn order(&mut self, visit: VisitId, minute: Minute, panel: Panel) {
        self.orders.push(Order { visit, minute, panel, again: false });
    }

    /// Has something measured however lately it was: under a drug that must be watched, or in
    /// somebody who has just fallen ill.
    pub fn order_again(&mut self, visit: VisitId, minute: Minute, panel: Panel) {
        self.orders.push(Order { visit, minute, panel, again: true });
    }

    /// What was ordered, and no longer is.
    pub(super) fn take_orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.orders)
    }

    /// Says that the patient is treated so from when to when, for the diseases that write later.
    pub fn treated(&mut self, treatment: &'static str, time: (Minute, Minute)) {
        self.treatments.push((treatment, time));
    }

    /// From when to when the patient is treated so, if a disease that wrote before said so.
    #[must_use]
    pub fn treatment(&self, treatment: &str) -> Option<(Minute, Minute)> {
        let found = self.treatments.iter().find(|(known, _)| *known == treatment);
        found.map(|(_, time)| *time)
    }

    /// Until when anything can still be written: the end of the known time, or death.
    #[must_use]
    pub fn end(&self) -> Minute {
        self.died.map_or(self.known.1, |(death, _)| death.min(self.known.1))
    }

    /// From when to when the hospital knows the patient, half-open; a disease may begin before.
    #[must_use]
    pub fn known(&self) -> (Minute, Minute) {
        self.known
    }

    /// Begins a visit and gives its number.
    pub fn visit(
        &mut self,
        kind: VisitKind,
        department: &'static Department,
        time: (Minute, Minute),
    ) -> VisitId {
        let id = VisitId::try_from(self.visits.len()).unwrap_or(VisitId::MAX);
        self.visits.push(Visit { id, kind, department, time, end: VisitEnd::Home });
        id
    }

    /// Says how a visit ended, where it was not by going home.
    pub fn ended(&mut self, visit: VisitId, end: VisitEnd) {
        if let Some(visit) = self.visits.get_mut(visit as usize) {
            visit.end = end;
        }
    }

    /// The visits written so far, by their number.
    #[must_use]
    pub fn visits(&self) -> &[Visit] {
        &self.visits
    }

    /// A visit by its number.
    #[must_use]
    pub fn get(&self, visit: VisitId) -> Option<&Visit> {
        self.visits.get(visit as usize)
    }

    /// The events written so far, in the order of writing.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Writes down that something happened.
    pub fn happened(&mut self, visit: VisitId, minute: Minute, what: What) {
        self.events.push(Event { minute, visit, what });
    }

    /// Says what is really so.
    pub fn truth(&mut self, truth: Truth) {
        self.truths.push(truth);
    }

    /// Since when the patient has a phenotype, if a disease that wrote before said so.
    #[must_use]
    pub fn has(&self, phenotype: &str) -> Option<Minute> {
        self.truths.iter().find_map(|truth| match truth {
            Truth::Has { phenotype: known, time } if *known == phenotype => Some(time.0),
            _ => None,
        })
    }

    /// Lets the patient die; the earliest death of all is the one.
    pub fn dies(&mut self, minute: Minute, of: &'static Disease) {
        if self.died.is_none_or(|(earlier, _)| minute < earlier) {
            self.died = Some((minute, of));
        }
    }

    /// Lets the hospital lose sight of the patient from this minute on, without knowing why.
    pub fn leaves(&mut self, minute: Minute) {
        self.known.1 = self.known.1.min(minute);
    }

    /// When the patient dies, as far as has been written.
    #[must_use]
    pub fn died(&self) -> Option<(Minute, &'static Disease)> {
        self.died
    }

    /// Cuts what is outside the known time or after death, sorts and numbers what is left.
    #[must_use]
    pub fn close(mut self, number: u64, person: Person) -> Life {
        let death = self.died.map_or(Minute::MAX, |(minute, _)| minute);
        let end = self.known.1.min(death);
        let begin = self.known.0;
        self.visits.retain(|visit| begin <= visit.time.0 && visit.time.0 < end);
        self.visits.sort_by_key(|visit| (visit.time, visit.id));
        let mut renumbered = HashMap::with_capacity(self.visits.len());
        for (id, visit) in (0_u32..).zip(&mut self.visits) {
            renumbered.insert(visit.id, id);
            visit.id = id;
            if visit.time.1 > death {
                (visit.time.1, visit.end) = (death, VisitEnd::Death);
            }
        }
        self.events.retain_mut(|event| {
            let kept = renumbered.get(&event.visit);
            event.visit = kept.copied().unwrap_or_default();
            if let What::Diagnosis(diagnosis) = &mut event.what {
                // Nobody has written yet what comes later; dying closes in the last minute.
                diagnosis.closed = diagnosis.closed.filter(|(minute, _)| *minute <= end);
            }
            kept.is_some() && event.minute < end
        });
        self.events.sort_by_key(|event| (event.minute, event.visit));
        self.truths.retain(|truth| truth.minute() <= death);
        let died = self.died.filter(|(minute, _)| *minute < self.known.1);
        let Self { known, visits, events, truths, .. } = self;
        Life { number, person, known: (known.0, end), visits, events, died, truths }
    }
}

/// The number of a visit within its chart.
pub type VisitId = u32;

/// One coming to the hospital.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// Its number: what events refer to.
    pub id: VisitId,
    /// What kind.
    pub kind: VisitKind,
    /// The department.
    pub department: &'static Department,
    /// From when to when, half-open.
    pub time: (Minute, Minute),
    /// How it ended.
    pub end: VisitEnd,
}

/// What kind of visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitKind {
    /// An appointment.
    Outpatient,
    /// Unannounced, often at night.
    Emergency,
    /// In a ward, by the ward's number within the hospital.
    Inpatient {
        /// The ward.
        ward: u8,
    },
    /// A health check of the healthy.
    Checkup,
}

/// How a visit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitEnd {
    /// Home.
    Home,
    /// To another hospital.
    Transfer,
    /// By death.
    Death,
    /// The appointment was not kept; nothing happened.
    NoShow,
}
