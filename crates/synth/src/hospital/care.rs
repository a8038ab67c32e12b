//! How people are cared for: clinics, wards, the emergency room, prescriptions.
//!
//! What a disease does here is cut to the time the hospital knows the patient, so a disease may
//! ask for visits from its onset on and pays only for those that can be seen.

use super::calendar;
use super::chart::{
    Chart, DAY, Diagnosis, Dose, Minute, NoteKind, Outcome, Value, VisitEnd, VisitId, VisitKind,
    What,
};
use super::codes::{Department, Disease, Drug, Test, TestKind, Usage};
use super::panel::Panel;
use super::world;
use crate::dice::Dice;

/// The hospital's wards are numbered from one to this.
pub const WARDS: u8 = 24;

/// A patient before a doctor: during which visit and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The visit.
    pub visit: VisitId,
    /// When the doctor writes.
    pub minute: Minute,
}

/// Going to one department's clinic again and again.
#[derive(Debug)]
pub struct Clinic {
    department: &'static Department,
    due: Minute,
    until: Minute,
    /// Visits to this department that another disease already made, by time.
    made: Vec<(Minute, VisitId)>,
    missed: f64,
}

impl Clinic {
    /// Visits from the first time to the second, as far as the hospital knows the patient.
    #[must_use]
    pub fn new(chart: &Chart, department: &'static Department, time: (Minute, Minute)) -> Self {
        let (from, until) = (time.0.max(chart.known().0), time.1.min(chart.end()));
        let mut made = Vec::new();
        if from < until {
            let visits = chart.visits().iter().filter(|visit| {
                visit.kind == VisitKind::Outpatient
                    && visit.end == VisitEnd::Home
                    && std::ptr::eq(visit.department, department)
                    && (from..until).contains(&visit.time.0)
            });
            made.extend(visits.map(|visit| (visit.time.0, visit.id)));
            made.sort_unstable();
            made.reverse();
        }
        Self { department, due: from, until, made, missed: world::MISSED.value }
    }

    /// The same, with another share of missed appointments.
    #[must_use]
    pub fn missing(mut self, share: f64) -> Self {
        self.missed = share;
        self
    }

    /// The next visit, about so many days after the last; none when the time is over.
    ///
    /// A visit that another disease made to the same department about then is shared. Missed
    /// appointments are written down and made up for after one to three weeks.
    pub fn next(&mut self, chart: &mut Chart, dice: &mut Dice, days: f64) -> Option<Seen> {
        let mut due = calendar::days_after(self.due, days * (0.85 + 0.3 * dice.part()));
        let near = calendar::days_after(0, days * 0.4).max(3 * DAY);
        while let Some((minute, visit)) = self.made.last().copied() {
            if minute > due + near {
                break;
            }
            self.made.pop();
            if minute >= due - near {
                self.due = minute;
                return Some(Seen { visit, minute: minute + 20 });
            }
        }
        if days > 0.0 && dice.chance(self.missed) {
            let missed = appointment(dice, due);
            if missed < self.until {
                let time = (missed, missed + 1);
                let visit = chart.visit(VisitKind::Outpatient, self.department, time);
                chart.ended(visit, VisitEnd::NoShow);
            }
            due += dice.between(7, 21) * DAY;
        }
        let begin = appointment(dice, due);
        self.due = begin;
        if begin >= self.until {
            return None;
        }
        Some(see(chart, self.department, begin, 20 + dice.between(10, 70)))
    }

    /// Ends the visits from now on: the patient goes to a practice near home.
    pub fn refer_out(&mut self, chart: &mut Chart, seen: Seen) {
        chart.happened(seen.visit, seen.minute, What::Noted(NoteKind::Referral));
        self.until = seen.minute;
    }

    /// When the visits end.
    #[must_use]
    pub fn until(&self) -> Minute {
        self.until
    }
}

/// One visit to a clinic on the first open day from this minute on; none if it is not known.
pub fn clinic(
    chart: &mut Chart,
    dice: &mut Dice,
    department: &'static Department,
    minute: Minute,
) -> Option<Seen> {
    let begin = appointment(dice, minute);
    let length = 20 + dice.between(10, 70);
    is_known(chart, begin).then(|| see(chart, department, begin, length))
}

fn see(chart: &mut Chart, department: &'static Department, begin: Minute, length: Minute) -> Seen {
    let visit = chart.visit(VisitKind::Outpatient, department, (begin, begin + length));
    Seen { visit, minute: begin + 20 }
}

/// A time of appointment on the first open day from this minute on: 8:30 to 16:00, mornings first.
fn appointment(dice: &mut Dice, minute: Minute) -> Minute {
    let late = dice.part() * dice.part();
    calendar::open_day(minute) + 510 + calendar::whole(late * 90.0) * 5
}

/// One visit to the emergency room at this minute; none if it is not known.
pub fn emergency(
    chart: &mut Chart,
    dice: &mut Dice,
    department: &'static Department,
    minute: Minute,
) -> Option<Seen> {
    if !is_known(chart, minute) {
        return None;
    }
    let length = dice.between(60, 300);
    let visit = chart.visit(VisitKind::Emergency, department, (minute, minute + length));
    Some(Seen { visit, minute: minute + 25 })
}

/// A stay in a ward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The visit.
    pub visit: VisitId,
    /// From when to when.
    pub time: (Minute, Minute),
}

impl Stay {
    /// The patient on a day of the stay, counted from zero, at this minute of the day.
    #[must_use]
    pub fn day(&self, day: i64, minute_of_day: Minute) -> Seen {
        let minute = calendar::midnight(self.time.0) + day * DAY + minute_of_day;
        Seen { visit: self.visit, minute: minute.clamp(self.time.0, self.time.1 - 1) }
    }

    /// The patient on arrival.
    #[must_use]
    pub fn arrival(&self) -> Seen {
        Seen { visit: self.visit, minute: self.time.0 + 15 }
    }

    /// The patient on the last morning.
    #[must_use]
    pub fn leaving(&self) -> Seen {
        Seen { visit: self.visit, minute: (self.time.1 - 60).max(self.time.0) }
    }

    /// Days of the stay, the first and the last counted.
    #[must_use]
    pub fn days(&self) -> i64 {
        (calendar::midnight(self.time.1) - calendar::midnight(self.time.0)) / DAY + 1
    }
}

/// Admits to the department's ward at this minute for so many days; none if it is not known.
pub fn admit(
    chart: &mut Chart,
    dice: &mut Dice,
    department: &'static Department,
    minute: Minute,
    days: f64,
) -> Option<Stay> {
    if !is_known(chart, minute) {
        return None;
    }
    let last = calendar::midnight(calendar::days_after(minute, days.clamp(1.0, 400.0)));
    let time = (minute, last.max(calendar::midnight(minute) + DAY) + 600 + dice.between(0, 120));
    let ward = ward_of(department);
    let visit = chart.visit(VisitKind::Inpatient { ward }, department, time);
    Some(Stay { visit, time })
}

/// On so many days a nurse comes twice.
const ACUTE_DAYS: i64 = 2;

/// Who stays no longer than this, both days counted, has blood taken on arrival only.
const SHORT_DAYS: i64 = 4;

/// The days of a ward: vital signs twice a day at first, then once and without counting breaths;
/// blood on the first two days, and then every few days, without what hardly changes.
pub fn nurse(chart: &mut Chart, dice: &mut Dice, stay: Stay, panel: Panel) {
    let mut next_blood = 0;
    let until_blood = if stay.days() > SHORT_DAYS { stay.days() } else { 1 };
    for day in 0..stay.days() {
        let (rounds, signs) = if day < ACUTE_DAYS {
            (2, Panel::BEDSIDE)
        } else {
            (1, Panel::BEDSIDE.without(Panel::RESPIRATION))
        };
        for round in 0..rounds {
            let at = 380 + round * 600 + dice.between(-25, 25);
            let seen = stay.day(day, at);
            if seen.minute > stay.time.0 {
                chart.order(stay.visit, seen.minute, signs);
            }
        }
        if day == next_blood && day < until_blood {
            if day == 0 {
                chart.order(stay.visit, stay.arrival().minute, panel);
            } else {
                let changing = panel.without(Panel::SLOW);
                chart.order(stay.visit, stay.day(day, 390).minute, changing);
            }
            next_blood = day + if day < 1 { 1 } else { dice.between(3, 7) };
        }
    }
}

/// Gives a drug on each of the days of a stay, from the first to the last, half-open.
pub fn give(chart: &mut Chart, stay: Stay, days: (i64, i64), drug: Taken) {
    for day in days.0..days.1.min(stay.days()) {
        for time in 0..i64::from(drug.usage.times_a_day.clamp(1, 4)) {
            let seen = stay.day(day, 480 + time * 300);
            if seen.minute < stay.time.1 - 1 && seen.minute > stay.time.0 {
                chart.happened(seen.visit, seen.minute, What::Given(drug.dose(1)));
            }
        }
    }
}

/// Gives all of these at once.
pub fn give_now(chart: &mut Chart, seen: Seen, drugs: &[Taken]) {
    for drug in drugs {
        chart.happened(seen.visit, seen.minute + 10, What::Given(drug.dose(1)));
    }
}

/// The ward of a department, from one to [`WARDS`].
#[must_use]
pub fn ward_of(department: &Department) -> u8 {
    let code: u32 = department.code.bytes().map(u32::from).fold(7, |sum, byte| sum * 31 + byte);
    u8::try_from(code % u32::from(WARDS)).unwrap_or_default() + 1
}

/// A drug as it is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    /// Which.
    pub drug: &'static Drug,
    /// At a time, in hundredths of the drug's unit.
    pub hundredths: i32,
    /// When.
    pub usage: &'static Usage,
}

impl Taken {
    /// So many of the drug's units at a time.
    #[must_use]
    pub const fn new(drug: &'static Drug, units: i32, usage: &'static Usage) -> Self {
        Self { drug, hundredths: units * 100, usage }
    }

    /// For so many days.
    #[must_use]
    pub const fn dose(self, days: i16) -> Dose {
        Dose { drug: self.drug, hundredths: self.hundredths, usage: self.usage, days }
    }
}

/// Prescribes all of these for so many days.
pub fn prescribe(chart: &mut Chart, seen: Seen, days: i64, drugs: &[Taken]) {
    let days = i16::try_from(days.clamp(1, 180)).unwrap_or(1);
    for drug in drugs {
        chart.happened(seen.visit, seen.minute + 12, What::Prescribed(drug.dose(days)));
    }
}

/// A drug and how long it is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// The drug.
    pub taken: Taken,
    /// From when to when, half-open.
    pub time: (Minute, Minute),
}

impl Course {
    /// From some time on without an end.
    #[must_use]
    pub const fn since(from: Minute, taken: Taken) -> Self {
        Self { taken, time: (from, Minute::MAX) }
    }

    /// Whether the drug is taken at this minute.
    #[must_use]
    pub const fn is_on(&self, minute: Minute) -> bool {
        self.time.0 <= minute && minute < self.time.1
    }
}

/// Prescribes for so many days those of the courses that are on.
pub fn continue_courses(chart: &mut Chart, seen: Seen, days: f64, courses: &[Course]) {
    for course in courses.iter().filter(|course| course.is_on(seen.minute)) {
        prescribe(chart, seen, calendar::whole(days), &[course.taken]);
    }
}

/// Gives on every day of a stay those of the courses that are on at its beginning.
pub fn give_courses(chart: &mut Chart, stay: Stay, courses: &[Course]) {
    for course in courses.iter().filter(|course| course.is_on(stay.time.0)) {
        give(chart, stay, (1, stay.days()), course.taken);
    }
}

/// Writes a diagnosis.
pub fn diagnose(chart: &mut Chart, seen: Seen, diagnosis: Diagnosis) {
    chart.happened(seen.visit, seen.minute + 8, What::Diagnosis(diagnosis));
}

/// Writes a value that no body knows: a culture, an antigen, a score. Its specimen is taken too.
pub fn measure(chart: &mut Chart, seen: Seen, test: &'static Test, value: Value) {
    if let TestKind::Laboratory(material) = test.kind {
        chart.happened(seen.visit, seen.minute, What::Taken(material));
    }
    chart.happened(seen.visit, seen.minute, What::Measured { test, value });
}

/// The share of suspected names that nobody ever closes.
pub const NEVER_CLOSED: f64 = world::NEVER_CLOSED.value;

/// Writes 疑い so that a test can be billed; many are closed as 中止 within weeks, many never.
pub fn suspect(chart: &mut Chart, dice: &mut Dice, seen: Seen, disease: &'static Disease) {
    let suspected = Diagnosis::of(disease).suspected().since(seen.minute);
    let diagnosis = if dice.chance(NEVER_CLOSED) {
        suspected
    } else {
        suspected.closed(seen.minute + dice.between(0, 45) * DAY, Outcome::Stopped)
    };
    diagnose(chart, seen, diagnosis);
}

/// Days of a stay: half are shorter than the median, few much longer.
#[must_use]
pub fn stay_days(dice: &mut Dice, median: f64, spread: f64) -> f64 {
    (median * (spread * dice.normal()).exp()).clamp(1.0, 200.0)
}

/// Whether the hospital knows the patient at this minute, as far as has been written.
#[must_use]
pub fn is_known(chart: &Chart, minute: Minute) -> bool {
    chart.known().0 <= minute && minute < chart.end()
}
