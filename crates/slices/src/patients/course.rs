//! A record drawn: visits, diagnoses, drugs, values and procedures over one axis of time.

use std::collections::BTreeMap;

use desk::chart::{Ending, Event, Figure, Lane, Lanes, Sample, Span};
use desk::{Page, Tone};
use jiff::civil::Date;

use super::record::{Diagnosis, Record, Visit};
use super::rules::{self, Course, Series, Window};

/// Lanes of one kind; what is left over is counted in words.
const DEPARTMENTS_MAX: usize = 6;
const DIAGNOSES_MAX: usize = 14;
const DRUGS_MAX: usize = 16;
const SERIES_MAX: usize = 8;
const PROCEDURES_MAX: usize = 6;
/// Suspicions stand in one lane.
const SUSPECTED_MAX: usize = 10;
/// Values drawn in one lane.
const VALUES_MAX: usize = 48;
/// Marks in the whole picture: each is drawn in three sizes and told in the table, and a page has
/// a limit of bytes.
const MARKS_MAX: usize = 300;
/// Marks of one kind, so that none crowds out the others; values get what is left.
const VISIT_MARKS_MAX: usize = 90;
const DIAGNOSIS_MARKS_MAX: usize = 40;
const DRUG_MARKS_MAX: usize = 56;
const PROCEDURE_MARKS_MAX: usize = 24;

/// A picture of a record, and what was left out of it.
pub(crate) struct Drawn {
    pub(crate) figure: Figure,
    /// Sentences about what does not stand in the picture.
    pub(crate) left_out: Vec<String>,
}

/// Draws the years of a window, as they are known today.
pub(crate) fn draw(
    page: &Page,
    record: &Record,
    window: Window,
    (today, died): (Date, Option<Date>),
) -> Drawn {
    let mut pen = Pen {
        page,
        window,
        died,
        lanes: Vec::new(),
        left_out: Vec::new(),
        thinned: Vec::new(),
        marks: 0,
    };
    pen.visits(&record.visits);
    pen.diagnoses(&record.diagnoses);
    pen.drugs(&rules::courses(&record.supplies));
    let procedures = pen.procedures(record);
    pen.values(&rules::series(&record.values, SERIES_MAX));
    let (lanes, left_out) = procedures;
    pen.section("patients.course.procedures", lanes, left_out);
    let (from, to) = window.days();
    let (from_year, to_year) = (window.from.to_string(), window.to.to_string());
    let years = [("from", from_year.as_str()), ("to", to_year.as_str())];
    let note = match window.years() {
        1 => page.fill("patients.course.one_year", &years),
        _ => page.fill("patients.course.years", &years),
    };
    let lanes = Lanes::new(from, to, std::mem::take(&mut pen.lanes));
    let lanes = lanes.with_mark(today, page.say("desk.chart.today"));
    let figure = Figure::new(page, "course", page.say("patients.course.title"), &lanes)
        .with_note(&note)
        .with_foot(page.say("patients.course.how"))
        .with_code("sql", include_str!("sql/values.sql"));
    Drawn { figure, left_out: pen.left_out() }
}

struct Pen<'a> {
    page: &'a Page,
    window: Window,
    died: Option<Date>,
    lanes: Vec<Lane>,
    left_out: Vec<String>,
    /// The kinds of which there are more marks than are drawn.
    thinned: Vec<&'static str>,
    /// How many marks have been drawn.
    marks: usize,
}

impl Pen<'_> {
    fn say(&self, key: &'static str) -> String {
        self.page.say(key).to_owned()
    }

    /// As many of a lane's marks as it may have; remembers of which kinds some are missing.
    fn some<T: Clone>(&mut self, kind: &'static str, all: &[T], most: usize) -> Vec<T> {
        let (kept, thinned) = rules::thinned(all, most);
        self.marks += kept.len();
        if thinned && !self.thinned.contains(&kind) {
            self.thinned.push(kind);
        }
        kept
    }

    /// What does not stand in the picture, in sentences.
    fn left_out(mut self) -> Vec<String> {
        if !self.thinned.is_empty() {
            let kinds: Vec<&str> = self.thinned.iter().map(|kind| self.page.say(kind)).collect();
            let kinds = kinds.join(self.page.say("patients.course.between"));
            self.left_out.insert(0, self.page.fill("patients.course.some", &[("what", &kinds)]));
        }
        self.left_out
    }

    /// Adds a section where there is anything in it, and says how many lanes were left out.
    fn section(&mut self, heading: &'static str, lanes: Vec<Lane>, left_out: usize) {
        if lanes.is_empty() {
            return;
        }
        let heading = self.say(heading);
        if left_out > 0 {
            let number = self.page.number(left_out as u64);
            let facts = [("what", heading.as_str()), ("number", number.as_str())];
            self.left_out.push(self.page.fill("patients.course.left_out", &facts));
        }
        self.lanes.push(Lane::heading(&heading));
        self.lanes.extend(lanes);
    }

    fn visits(&mut self, visits: &[Visit]) {
        let shown: Vec<&Visit> = (visits.iter())
            .filter(|visit| {
                !visit.was_cancelled && self.window.holds(visit.from, visit.to.or(Some(visit.from)))
            })
            .collect();
        let none = self.say("patients.course.no_department");
        let department = |visit: &Visit| visit.department.clone().unwrap_or_else(|| none.clone());
        let stays = shown.iter().filter(|visit| visit.is_stay).map(|visit| {
            let end = match visit.to {
                Some(day) => Ending::On(day),
                None if visit.is_over => Ending::On(visit.from),
                None => self.died.map_or(Ending::Open, Ending::On),
            };
            Span::new(&department(visit), visit.from, end)
        });
        let stays: Vec<Span> = stays.collect();
        let mut outpatient: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        let emergency = self.say("patients.course.emergency");
        for visit in shown.iter().filter(|visit| !visit.is_stay) {
            let name = department(visit);
            let event = match visit.is_emergency {
                true => {
                    Event::new(&format!("{name} {emergency}"), visit.from).with_tone(Tone::Warm)
                }
                false => Event::new(&name, visit.from),
            };
            outpatient.entry(name).or_default().push(event);
        }
        let mut lanes = Vec::new();
        if !stays.is_empty() {
            lanes.push(Lane::spans(self.page.say("patients.course.stays"), stays));
        }
        let mut busy: Vec<_> = outpatient.into_iter().collect();
        busy.sort_by_key(|(_, events)| std::cmp::Reverse(events.len()));
        let all: usize = busy.iter().map(|(_, events)| events.len()).sum();
        for (name, events) in busy.iter().take(DEPARTMENTS_MAX) {
            let share = events.len() * VISIT_MARKS_MAX / all.max(VISIT_MARKS_MAX);
            let events = self.some("patients.course.visits", events, share);
            lanes.push(Lane::events(name, events));
        }
        let rest = busy.len().saturating_sub(DEPARTMENTS_MAX);
        self.section("patients.course.visits", lanes, rest);
    }

    fn diagnoses(&mut self, diagnoses: &[Diagnosis]) {
        let holds = |one: &&Diagnosis| {
            self.window.holds(one.from.day, one.to.as_ref().map(|to| to.day).or(self.died))
        };
        let (suspected, sure): (Vec<_>, Vec<_>) =
            diagnoses.iter().filter(holds).partition(|one| one.is_suspected);
        let mut by_name: BTreeMap<&str, Vec<&Diagnosis>> = BTreeMap::new();
        for one in sure {
            by_name.entry(&one.name).or_default().push(one);
        }
        let mut named: Vec<_> = by_name.into_iter().collect();
        named.sort_by_key(|(_, ones)| {
            let is_main = ones.iter().any(|one| one.is_main);
            (!is_main, ones.iter().map(|one| one.from.day).min())
        });
        let left_out = named.len().saturating_sub(DIAGNOSES_MAX);
        named.truncate(DIAGNOSES_MAX);
        let share = (DIAGNOSIS_MARKS_MAX / (named.len() + 1)).max(2);
        let mut lanes = Vec::new();
        for (name, ones) in &named {
            let spans: Vec<Span> = ones.iter().map(|one| self.diagnosis(one)).collect();
            let spans = self.some("patients.course.diagnoses", &spans, share);
            lanes.push(Lane::spans(name, spans));
        }
        if !suspected.is_empty() {
            let span = |one: &&Diagnosis| {
                Span::new(&one.name, one.from.day, self.ending(one)).with_tone(Tone::Mid).not_sure()
            };
            let spans: Vec<Span> = suspected.iter().map(span).collect();
            let spans = self.some("patients.course.diagnoses", &spans, share.max(SUSPECTED_MAX));
            lanes.push(Lane::spans(self.page.say("patients.course.suspected"), spans));
        }
        self.section("patients.course.diagnoses", lanes, left_out);
    }

    /// A bar with its code and how it ended; the main diagnosis is darker.
    fn diagnosis(&self, one: &Diagnosis) -> Span {
        let main = if one.is_main { self.page.say("patients.course.main") } else { "" };
        let said = [
            main,
            one.icd10.as_deref().unwrap_or_default(),
            one.outcome.as_deref().unwrap_or_default(),
        ];
        let said: Vec<&str> = said.into_iter().filter(|word| !word.is_empty()).collect();
        let tone = if one.is_main { Tone::Data } else { Tone::Mid };
        Span::new(&said.join(" "), one.from.day, self.ending(one)).with_tone(tone)
    }

    fn ending(&self, one: &Diagnosis) -> Ending {
        match (&one.to, self.died) {
            (Some(to), _) => Ending::On(to.day),
            (None, Some(died)) => Ending::On(died),
            (None, None) => Ending::Open,
        }
    }

    fn drugs(&mut self, courses: &[Course]) {
        let window = self.window;
        let eras = |course: &Course| -> Vec<rules::Era> {
            let all = course.eras.iter().filter(|era| window.holds(era.from, Some(era.to)));
            all.cloned().collect()
        };
        let mut shown: Vec<(&str, Vec<rules::Era>)> =
            courses.iter().map(|course| (course.name.as_str(), eras(course))).collect();
        shown.retain(|(_, eras)| !eras.is_empty());
        let left_out = shown.len().saturating_sub(DRUGS_MAX);
        shown.truncate(DRUGS_MAX);
        let share = (DRUG_MARKS_MAX / shown.len().max(1)).max(2);
        let mut lanes = Vec::new();
        for (name, eras) in &shown {
            let spans = self.some("patients.course.drugs", eras, share);
            let spans = spans.iter().map(|era| {
                let number = self.page.number(era.supplies as u64);
                let label = self.page.fill("patients.course.supplies", &[("number", &number)]);
                Span::new(&label, era.from, Ending::On(era.to))
            });
            lanes.push(Lane::spans(name, spans.collect()));
        }
        self.section("patients.course.drugs", lanes, left_out);
    }

    fn values(&mut self, all: &[Series]) {
        let share = MARKS_MAX.saturating_sub(self.marks) / all.len().max(1);
        let mut lanes = Vec::new();
        for one in all {
            let values = self.some("patients.course.values", &one.values, share.min(VALUES_MAX));
            let samples = values.iter().map(|(day, value)| Sample { day: *day, value: *value });
            let lane =
                Lane::series(&self.known_name(one), &one.unit, digits(&values), samples.collect());
            lanes.push(lane.with_reference(one.limits.0, one.limits.1));
        }
        self.section("patients.course.values", lanes, 0);
    }

    /// The tests doctors look for first have names in both languages; others are called as the
    /// record calls them.
    fn known_name(&self, one: &Series) -> String {
        let key = match one.code.as_str() {
            "88293-6" => "patients.test.egfr",
            "2160-0" => "patients.test.creatinine",
            "2089-1" | "18262-6" => "patients.test.ldl",
            "8480-6" => "patients.test.systolic",
            "8462-4" => "patients.test.diastolic",
            "29463-7" => "patients.test.weight",
            "718-7" => "patients.test.haemoglobin",
            "2823-3" => "patients.test.potassium",
            "3084-1" => "patients.test.urate",
            _ => return one.name.clone(),
        };
        self.say(key)
    }

    /// The lanes of what was done, those done most first, and how many are left out.
    fn procedures(&mut self, record: &Record) -> (Vec<Lane>, usize) {
        let window = self.window;
        let shown =
            record.procedures.iter().filter(|one| window.holds(one.when.day, Some(one.when.day)));
        let mut by_name: BTreeMap<&str, Vec<Event>> = BTreeMap::new();
        for one in shown {
            by_name.entry(&one.name).or_default().push(Event::new(&one.name, one.when.day));
        }
        let mut named: Vec<_> = by_name.into_iter().collect();
        named.sort_by_key(|(_, events)| std::cmp::Reverse(events.len()));
        let left_out = named.len().saturating_sub(PROCEDURES_MAX);
        named.truncate(PROCEDURES_MAX);
        let share = PROCEDURE_MARKS_MAX / named.len().max(1);
        let mut lanes = Vec::new();
        for (name, events) in &named {
            lanes.push(Lane::events(name, self.some("patients.course.procedures", events, share)));
        }
        (lanes, left_out)
    }
}

/// As many digits after the point as the values need, up to two.
fn digits(values: &[(Date, f64)]) -> usize {
    let whole = |times: f64| {
        values.iter().all(|(_, value)| ((value * times).round() - value * times).abs() < 1e-6)
    };
    if whole(1.0) {
        0
    } else if whole(10.0) {
        1
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn values_are_written_with_the_digits_they_need() {
        let check = |values: &[f64], expect| {
            let values: Vec<_> = values.iter().map(|value| (date(2024, 1, 1), *value)).collect();
            assert_eq!(digits(&values), expect, "{values:?}");
        };
        check(&[132.0, 128.0], 0);
        check(&[7.0, 8.9], 1);
        check(&[0.65, 1.07], 2);
        check(&[1.0 / 3.0], 2);
    }
}
