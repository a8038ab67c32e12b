//! What the author of a note can know: the patient's record up to the end of the visit.

use super::super::chart::{
    DAY, Diagnosis, Dose, Event, Hidden, Life, Minute, NoteKind, Report, ReportKind, Value, Visit,
    VisitEnd, VisitId, VisitKind, What, YEAR,
};
use super::super::codes::{Allergen, Disease, Drug, Modifier, Operation, Test};
use super::super::person::Sex;
use super::class::Class;
use super::values;

/// What an author knows when writing.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// When the note is written.
    pub(super) now: Minute,
    /// Age in whole years.
    pub(super) age_years: i64,
    /// Family name and given name.
    pub(super) name: [&'static str; 2],
    /// The minute of birth.
    pub(super) born: Minute,
    /// Whether the patient is a woman: reference limits differ.
    pub(super) is_woman: bool,
    /// The visit, if it is in the record.
    pub(super) visit: Option<Visit>,
    /// Whether nobody of this department saw the patient before.
    pub(super) is_first: bool,
    /// Whether the note is a letter with which the patient came: its author knows nothing of today.
    pub(super) is_letter_in: bool,
    /// When the note before was written, in a ward: what is older was told in it.
    pub(super) since: Minute,
    /// Whether this is the visit's first note.
    pub(super) opens_visit: bool,
    /// Diagnoses that hold, the newest statement of each, oldest first.
    pub(super) problems: Vec<Diagnosis>,
    /// The one the visit is most about, and how surely.
    main: Option<(u8, Diagnosis)>,
    /// This visit's values, the newest of each test, as measured first to last.
    pub(super) labs: Vec<Lab>,
    /// Blood pressure of this visit.
    pub(super) pressure: Option<(i16, i16)>,
    /// Drugs by mouth and other prescriptions that run, or began or ended today.
    pub(super) courses: Vec<Course>,
    /// What was given during this visit, each drug once, with its first day.
    pub(super) given: Vec<(Dose, Minute)>,
    /// Operations, newest last.
    pub(super) operations: Vec<Done>,
    /// Stages, the newest of each disease.
    pub(super) stages: Vec<Staged>,
    /// Allergies in the record.
    pub(super) allergies: Vec<(&'static Allergen, &'static str)>,
    /// Diseases of the family in the record, by HL7 role.
    pub(super) family: Vec<(&'static str, &'static Disease)>,
    /// Reports of this visit, with when.
    pub(super) reports: Vec<(Report, Minute)>,
    /// What this note says and no row does.
    pub(super) hidden: Vec<Hidden>,
    /// The same of all notes of the visit, with when.
    told: Vec<(Minute, Hidden)>,
    /// The tests of the values, so far newest first: searched for each value of the record.
    tests: Vec<&'static Test>,
    /// Values older than this do not matter.
    measured_since: Minute,
}

/// A value of this visit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lab {
    pub(super) test: &'static Test,
    pub(super) value: Value,
    pub(super) minute: Minute,
    /// The value before, and when: of an earlier day.
    pub(super) before: Option<(Value, Minute)>,
    /// The first value of this visit, where there are several.
    pub(super) first: Option<(Value, Minute)>,
}

/// A prescribed drug.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    pub(super) dose: Dose,
    /// When it was prescribed last.
    pub(super) minute: Minute,
    /// Whether that was in this visit.
    pub(super) is_now: bool,
    /// The dose before this one, where there was one.
    pub(super) before: Option<Dose>,
}

/// An operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Done {
    pub(super) operation: &'static Operation,
    pub(super) side: Option<&'static Modifier>,
    pub(super) minute: Minute,
    pub(super) is_now: bool,
}

impl Done {
    /// Whether it treats; what only examines is told with its result.
    pub(super) fn is_treatment(&self) -> bool {
        !self.operation.code.starts_with(['C', 'D'])
    }
}

/// A stage.
#[derive(Clone, Copy, Debug)]
pub(super) struct Staged {
    pub(super) disease: &'static Disease,
    pub(super) tnm: [&'static str; 3],
    pub(super) stage: &'static str,
}

/// Values of so long ago are compared with.
const COMPARABLE: Minute = 400 * DAY;

/// So long a doctor thinks of what was only suspected.
const SUSPECTED: Minute = 14 * DAY;

/// So long a doctor thinks of what has passed and was never closed.
const REMEMBERED: Minute = 60 * DAY;

/// A prescription is remembered so long after its last day.
const LINGERS: Minute = 45 * DAY;

impl Facts {
    /// Reads the record for the note or report at this place of the life's events.
    pub(super) fn gather(&mut self, life: &Life, at: usize) {
        self.clear();
        let Some(event) = life.events.get(at) else { return };
        self.now = event.minute;
        self.name = life.person.name.map(|(kanji, _)| kanji);
        self.born = life.person.born;
        self.is_woman = life.person.sex == Sex::Female;
        self.age_years = (event.minute - life.person.born).div_euclid(YEAR);
        self.visit = life.visits.get(event.visit as usize).cloned();
        let visit = self.visit.as_ref();
        self.is_first = visit.is_some_and(|now| {
            let mut earlier = life.visits.iter().take(event.visit as usize);
            !earlier.any(|visit| visit.department == now.department)
        });
        self.is_letter_in = self.is_first
            && event.what == What::Noted(NoteKind::Referral)
            && visit.is_some_and(|visit| visit.time.0 == event.minute);
        let until = until(visit, event);
        let end = life.events.partition_point(|event| event.minute <= until);
        let readable = life.events.get(..end.max(at + 1)).unwrap_or_default();
        self.hide(life, event);
        let week = self.since.saturating_sub(7 * DAY);
        self.measured_since = week.max(event.minute - COMPARABLE);
        for earlier in readable.iter().rev() {
            let is_of_today = earlier.visit == event.visit;
            let is_diagnosis = matches!(earlier.what, What::Diagnosis(_));
            if !self.is_letter_in || !is_of_today || is_diagnosis {
                self.read(life, earlier, event.visit);
            }
        }
        self.problems.retain(|told| told.closed.is_none_or(|(closed, _)| closed > event.minute));
        self.courses.retain(|course| {
            course.is_now || course.minute + Minute::from(course.dose.days) * DAY + LINGERS > until
        });
        self.problems.reverse();
        self.labs.reverse();
        self.courses.reverse();
        self.given.reverse();
        self.operations.reverse();
        self.reports.reverse();
    }

    fn clear(&mut self) {
        (self.visit, self.main) = (None, None);
        self.pressure = None;
        self.problems.clear();
        self.labs.clear();
        self.tests.clear();
        self.courses.clear();
        self.given.clear();
        self.operations.clear();
        self.stages.clear();
        self.allergies.clear();
        self.family.clear();
        self.reports.clear();
        self.hidden.clear();
        self.told.clear();
    }

    /// Takes one event; they come newest first.
    fn read(&mut self, life: &Life, event: &Event, visit: VisitId) {
        let is_now = event.visit == visit;
        match &event.what {
            What::Diagnosis(told)
                if !self.knows(told) && (is_now || self.is_remembered(told, event.minute)) =>
            {
                self.think_of(*told, (is_now, self.is_ours(life, event.visit)));
            }
            What::Measured { test, value } if event.minute > self.measured_since => {
                self.measure(event.minute, is_now, test, *value);
            }
            What::Pressure { systolic, diastolic } if is_now && self.pressure.is_none() => {
                self.pressure = Some((*systolic, *diastolic));
            }
            What::Prescribed(dose) => self.prescribe(event.minute, is_now, *dose),
            What::Given(dose) if is_now => {
                match self.given.iter_mut().find(|(known, _)| same(known.drug, dose.drug)) {
                    Some((_, first)) => *first = event.minute,
                    None => self.given.push((*dose, event.minute)),
                }
            }
            What::Operated { operation, side, .. } => {
                let (minute, side) = (event.minute, *side);
                self.operations.push(Done { operation, side, minute, is_now });
            }
            What::Allergic { to, reaction, .. } if !self.is_allergic(to) => {
                self.allergies.push((to, reaction));
            }
            What::Staged { disease, t, n, m, stage } if self.stage(disease).is_none() => {
                self.stages.push(Staged { disease, tnm: [*t, *n, *m], stage });
            }
            What::Family { who, disease, .. } if !self.family.contains(&(who, disease)) => {
                self.family.push((who, disease));
            }
            What::Reported(report) => {
                if is_now && report.kind != ReportKind::Laboratory {
                    self.reports.push((*report, event.minute));
                }
                self.find(life, event, *report);
            }
            _ => {}
        }
    }

    /// Adds a problem, and remembers the one that the visit is most about.
    fn think_of(&mut self, told: Diagnosis, (is_now, is_ours): (bool, bool)) {
        let rank = match (is_now, is_ours, told.main, told.suspected) {
            (true, _, true, _) => 6,
            (true, _, _, false) => 5,
            (_, true, true, _) => 4,
            (_, true, _, false) => 3,
            (true, _, _, true) => 2,
            (_, _, true, _) => 1,
            _ => 0,
        };
        let is_open = told.closed.is_none_or(|(closed, _)| closed > self.now);
        if is_open && self.main.is_none_or(|(known, _)| known < rank) {
            self.main = Some((rank, told));
        }
        self.problems.push(told);
    }

    /// A cancer that this department's pictures show is thought of, though nobody wrote it down.
    fn find(&mut self, life: &Life, event: &Event, report: Report) {
        let Some(disease) = report.finding else { return };
        let told = Diagnosis::of(disease);
        let is_cancer = Class::of(disease.icd10) == Class::Cancer;
        let is_new = self.now - event.minute < COMPARABLE && !self.knows(&told);
        if is_cancer && is_new && self.is_ours(life, event.visit) {
            self.think_of(told, (false, true));
        }
    }

    /// Whether another visit was to this visit's department.
    fn is_ours(&self, life: &Life, visit: VisitId) -> bool {
        let department = |visit: &Visit| visit.department;
        let other = life.visits.get(visit as usize).map(department);
        other.is_some() && other == self.visit.as_ref().map(department)
    }

    /// Whether a diagnosis of another visit is still thought of: a suspicion not for long.
    fn is_remembered(&self, told: &Diagnosis, written: Minute) -> bool {
        let days = if told.suspected { SUSPECTED } else { REMEMBERED };
        self.now - written < days || is_lasting(told)
    }

    /// Whether this says nothing new: a newer statement is known, or it was written for billing.
    fn knows(&self, told: &Diagnosis) -> bool {
        (told.for_billing && !told.suspected)
            || self.problems.iter().any(|known| {
                std::ptr::eq(known.disease, told.disease)
                    || known.disease.icd10 == told.disease.icd10
            })
    }

    fn is_allergic(&self, to: &Allergen) -> bool {
        self.allergies.iter().any(|(known, _)| known.code == to.code)
    }

    fn measure(&mut self, minute: Minute, is_now: bool, test: &'static Test, value: Value) {
        let place = self.tests.iter().position(|known| std::ptr::eq(*known, test));
        match place.and_then(|place| self.labs.get_mut(place)) {
            Some(lab) => {
                let is_earlier = minute.div_euclid(DAY) < lab.minute.div_euclid(DAY);
                if is_earlier && lab.before.is_none() {
                    lab.before = Some((value, minute));
                }
                if is_now && is_earlier {
                    lab.first = Some((value, minute));
                }
            }
            None if is_now => {
                self.tests.push(test);
                self.labs.push(Lab { test, value, minute, before: None, first: None });
            }
            None => {}
        }
    }

    fn prescribe(&mut self, minute: Minute, is_now: bool, dose: Dose) {
        match self.courses.iter_mut().find(|course| same(course.dose.drug, dose.drug)) {
            Some(course) => {
                let of_another_visit = course.is_now && !is_now;
                if of_another_visit && course.before.is_none() {
                    course.before = Some(dose);
                }
            }
            None => self.courses.push(Course { dose, minute, is_now, before: None }),
        }
    }

    /// Finds what this note says and no row does.
    ///
    /// A fact belongs to the first note of its visit that is not earlier than it, or to the last
    /// note. Discharge summaries and letters say again what the visit's other notes said.
    fn hide(&mut self, life: &Life, note: &Event) {
        let (begin, end) = self.visit.as_ref().map_or((note.minute, note.minute), |it| it.time);
        let start = life.events.partition_point(|event| event.minute < begin.min(note.minute));
        let visit = life.events.get(start..).unwrap_or_default();
        let visit = visit.iter().take_while(|event| event.minute <= end.max(note.minute));
        let (mut first, mut earlier, mut is_last) = (note.minute, None, true);
        for event in visit.filter(|event| event.visit == note.visit) {
            match event.what {
                What::Noted(_) => {
                    first = first.min(event.minute);
                    is_last &= event.minute <= note.minute;
                    if event.minute < note.minute {
                        earlier = Some(event.minute);
                    }
                }
                What::OnlyInText(hidden) => self.told.push((event.minute, hidden)),
                _ => {}
            }
        }
        self.opens_visit = earlier.is_none();
        let is_ward = note.what == What::Noted(NoteKind::Ward);
        self.since = earlier.filter(|_| is_ward).unwrap_or(Minute::MIN);
        for (minute, hidden) in &self.told {
            let belongs = earlier.is_none_or(|earlier| earlier < *minute)
                && (is_last || *minute <= note.minute);
            if belongs && !self.hidden.contains(hidden) {
                self.hidden.push(*hidden);
            }
        }
        let is_letter_out = note.what == What::Noted(NoteKind::Referral) && !self.is_letter_in;
        if is_letter_out || note.what == What::Noted(NoteKind::Discharge) {
            for (minute, hidden) in &self.told {
                let is_symptom = matches!(hidden, Hidden::Symptom { .. });
                let counts = !is_symptom || *minute <= first;
                if counts && !self.hidden.iter().any(|known| same_matter(known, hidden)) {
                    self.hidden.push(*hidden);
                }
            }
        }
    }

    /// Whether the patient lies in a ward.
    pub(super) fn is_inpatient(&self) -> bool {
        self.visit.as_ref().is_some_and(|visit| matches!(visit.kind, VisitKind::Inpatient { .. }))
    }

    /// Why an examination is ordered: a diagnosis of this visit or department.
    pub(super) fn reason(&self) -> Option<&Diagnosis> {
        self.main.as_ref().filter(|(rank, _)| *rank >= 2).map(|(_, told)| told)
    }

    /// Whether the visit is to a department that looks into heads.
    pub(super) fn is_of_the_head(&self) -> bool {
        const HEADS: [&str; 6] = ["02", "04", "14", "39", "44", "51"];
        self.visit.as_ref().is_some_and(|visit| HEADS.contains(&visit.department.code))
    }

    /// Whether the visit is to obstetrics.
    pub(super) fn is_obstetric(&self) -> bool {
        self.visit.as_ref().is_some_and(|visit| visit.department.code == "24")
    }

    /// How the visit ended.
    pub(super) fn end(&self) -> Option<VisitEnd> {
        self.visit.as_ref().map(|visit| visit.end)
    }

    /// Whether the note says of a symptom.
    pub(super) fn complains(&self) -> bool {
        self.hidden.iter().any(|hidden| matches!(hidden, Hidden::Symptom { present: true, .. }))
    }

    /// Whether the visit is for something sudden: in a ward or an emergency.
    pub(super) fn is_acute(&self) -> bool {
        self.is_inpatient()
            || self.visit.as_ref().is_some_and(|visit| visit.kind == VisitKind::Emergency)
    }

    /// This visit's value of the test whose JLAC10 code begins so.
    pub(super) fn number(&self, jlac10: &str) -> Option<f64> {
        let lab = self.labs.iter().find(|lab| lab.test.jlac10.starts_with(jlac10))?;
        values::number(lab.value)
    }

    /// By how much the test whose JLAC10 code begins so has moved since the day before.
    pub(super) fn moved(&self, jlac10: &str) -> Option<f64> {
        let lab = self.labs.iter().find(|lab| lab.test.jlac10.starts_with(jlac10))?;
        let (before, _) = lab.before?;
        Some(values::number(lab.value)? - values::number(before)?)
    }

    /// The newest stage of a disease.
    pub(super) fn stage(&self, disease: &Disease) -> Option<&Staged> {
        self.stages.iter().find(|staged| staged.disease.icd10 == disease.icd10)
    }

    /// The diagnosis the visit is most about: its own, else the department's, else any.
    pub(super) fn main(&self) -> Option<&Diagnosis> {
        self.main.as_ref().map(|(_, told)| told)
    }
}

/// Until when the author can read: to the end of the visit, except in a ward.
fn until(visit: Option<&Visit>, event: &Event) -> Minute {
    match (visit, &event.what) {
        (Some(visit), What::Noted(kind)) if *kind != NoteKind::Ward => {
            visit.time.1.max(event.minute)
        }
        _ => event.minute,
    }
}

/// Two facts that one text tells once.
fn same_matter(one: &Hidden, other: &Hidden) -> bool {
    match (one, other) {
        (Hidden::Symptom { ja, .. }, Hidden::Symptom { ja: other, .. }) => ja == other,
        (Hidden::Nyha(_), Hidden::Nyha(_)) => true,
        _ => one == other,
    }
}

/// Whether a diagnosis that nobody closed is still thought of months later.
fn is_lasting(told: &Diagnosis) -> bool {
    let passes = matches!(
        Class::of(told.disease.icd10),
        Class::Pneumonia | Class::Infection | Class::Injury | Class::Pregnancy | Class::Other
    );
    !told.suspected && !passes
}

fn same(one: &Drug, other: &Drug) -> bool {
    // Most differ in the first eight digits, which is one comparison.
    let begin = |drug: &Drug| drug.hot9.as_bytes().first_chunk::<8>().copied();
    std::ptr::eq(one, other) || (begin(one) == begin(other) && one.hot9 == other.hot9)
}
