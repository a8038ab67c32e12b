//! What was written at one visit in one minute: what belongs together is told there.

use super::super::chart::{Dose, Event, Minute, ReportKind, Visit, What};
use super::super::codes::Material;
use super::json::Time;
use super::of::Of;
use super::{Kind, Pages};
use super::{
    allergy, condition, diagnostic_report, document, family, immunization, medication, observation,
    procedure, specimen,
};

/// Kinds of specimen that are taken at once.
const SPECIMENS_MAX: usize = 8;

/// How long until values are out.
const ANALYSIS: Minute = 55;

/// One visit at one minute.
pub(super) struct Moment<'l> {
    pub(super) of: &'l Of<'l>,
    pub(super) visit: &'l Visit,
    pub(super) minute: Minute,
    /// The minute as text.
    pub(super) time: Time,
    /// When values were out.
    pub(super) reported: Time,
    /// What happened.
    pub(super) events: &'l [Event],
    /// The first observation's number.
    pub(super) first_observation: u64,
    /// Specimens by material, with their numbers.
    specimens: [Option<(&'static Material, u64)>; SPECIMENS_MAX],
}

impl Moment<'_> {
    /// The number of the specimen that a value of this material comes from.
    pub(super) fn specimen(&self, material: &'static Material) -> Option<u64> {
        let mut taken = self.specimens.iter().flatten();
        taken.find(|(known, _)| std::ptr::eq(*known, material)).map(|(_, number)| *number)
    }
}

/// Writes what happened, the first of it being the life's `at`-th event.
pub(super) fn write(of: &Of<'_>, (at, events): (usize, &[Event]), pages: &mut Pages) {
    let Some(first) = events.first() else { return };
    let Some(visit) = of.visit(first.visit) else { return };
    let minute = first.minute;
    let moment = Moment {
        of,
        visit,
        minute,
        time: Time::of(minute),
        reported: Time::of(minute + ANALYSIS),
        events,
        first_observation: pages.of_patient(Kind::Observation) + 1,
        specimens: specimens(events, pages.of_patient(Kind::Specimen)),
    };
    let mut order = Order::default();
    for (at, event) in (at..).zip(events) {
        match &event.what {
            What::Measured { test, value } => observation::write(&moment, test, *value, pages),
            What::Pressure { systolic, diastolic } => {
                observation::pressure(&moment, [*systolic, *diastolic], pages);
            }
            What::Taken(material) => specimen::write(&moment, material, pages),
            What::Diagnosis(diagnosis) => condition::write(&moment, diagnosis, pages),
            What::Prescribed(dose) => {
                medication::request(&moment, dose, order.next(dose), pages);
            }
            What::Given(dose) => medication::given(&moment, dose, order.next(dose), pages),
            What::Operated { operation, minutes, side } => {
                procedure::write(&moment, operation, (*minutes, *side), pages);
            }
            What::Allergic { .. } => allergy::write(&moment, &event.what, pages),
            What::Vaccinated { vaccine, dose } => {
                immunization::write(&moment, vaccine, *dose, pages);
            }
            What::Family { who, disease, age_years } => {
                family::write(&moment, (who, *age_years), disease, pages);
            }
            What::Reported(report) => {
                // The laboratory's report is its values: no text says them again.
                let is_text = report.kind != ReportKind::Laboratory;
                let document = if is_text { document::write(&moment, at, pages) } else { None };
                diagnostic_report::write(&moment, *report, document, pages);
            }
            What::Noted(_) => _ = document::write(&moment, at, pages),
            What::Staged { .. } | What::OnlyInText(_) => {}
        }
    }
}

fn specimens(events: &[Event], before: u64) -> [Option<(&'static Material, u64)>; SPECIMENS_MAX] {
    let mut specimens = [None; SPECIMENS_MAX];
    let taken = events.iter().filter_map(|event| match event.what {
        What::Taken(material) => Some(material),
        _ => None,
    });
    for (place, (number, material)) in specimens.iter_mut().zip((before + 1..).zip(taken)) {
        *place = Some((material, number));
    }
    specimens
}

/// The place of a drug on a prescription: the RP, and the drug within it. Drugs that are taken
/// alike for as long share an RP.
#[derive(Default)]
struct Order {
    rp: u64,
    within: u64,
    last: Option<Dose>,
}

impl Order {
    fn next(&mut self, dose: &Dose) -> (u64, u64) {
        let is_alike = self
            .last
            .is_some_and(|last| std::ptr::eq(last.usage, dose.usage) && last.days == dose.days);
        if is_alike {
            self.within += 1;
        } else {
            (self.rp, self.within) = (self.rp + 1, 1);
        }
        self.last = Some(*dose);
        (self.rp, self.within)
    }
}
