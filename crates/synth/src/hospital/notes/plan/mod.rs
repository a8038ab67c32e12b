//! Decides which visits get notes, and what those notes say that no row does.
//!
//! Diseases write the notes that matter to them; this fills in the rest, when all have written.

mod story;
mod symptoms;

use super::super::chart::{
    Chart, DAY, Hidden, Minute, NoteKind, VisitEnd, VisitId, VisitKind, What,
};
use super::super::codes::{Department, TestKind};
use super::super::person::Person;
use super::class::Class;
use crate::dice::Dice;
use story::Story;

/// Of later visits to a clinic, so many have a note of a doctor who had time.
const PROGRESS: f64 = 0.25;

/// Of first visits to a department, so many come with a letter.
const LETTER: f64 = 0.35;

/// Of notes that open a stay or an emergency, so many tell again of past, family and smoking.
const RETOLD: f64 = 0.6;

/// Plans the notes of a patient, and what is hidden in them.
///
/// Called when everything else has been written, before [`Chart::close`].
pub fn plan(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let mut visits = survey(chart);
    for (id, visit) in visits.iter_mut().enumerate() {
        if visit.counts {
            write_notes(dice, chart, VisitId::try_from(id).unwrap_or_default(), visit);
        }
    }
    let mut story = Story::new(person, dice, chart);
    // By the time of their first note: what is told first is told in full.
    let mut order: Vec<(Minute, VisitId)> = (visits.iter().zip(0..))
        .filter_map(|(visit, id)| Some((*visit.notes.first()?, id)))
        .collect();
    order.sort_unstable();
    for (first, id) in order {
        let Some(visit) = visits.get(id as usize) else { continue };
        let wanted = match visit.kind {
            _ if !story.is_told() => true,
            VisitKind::Emergency | VisitKind::Inpatient { .. } => dice.chance(RETOLD),
            _ => visit.is_first && dice.chance(RETOLD),
        };
        if wanted {
            story.tell(chart, (id, first));
        }
        if !visit.is_told {
            symptoms::tell(person, dice, chart, (id, visit));
        }
    }
}

/// What is known of a visit while planning.
struct Survey {
    kind: VisitKind,
    time: (Minute, Minute),
    /// Whether it is in the record and took place.
    counts: bool,
    /// Whether it is the first of its department.
    is_first: bool,
    /// Whether a disease already said what the patient feels.
    is_told: bool,
    /// Whether a disease said something for its notes: then there must be one.
    speaks: bool,
    /// The last event.
    last: Minute,
    /// When notes are written, in order.
    notes: Vec<Minute>,
    /// When the summary is written: it says again what the others said.
    summary: Option<Minute>,
    kinds: [bool; 5],
    /// What it is about, if a disease said.
    class: Option<Class>,
}

fn place(kind: NoteKind) -> usize {
    match kind {
        NoteKind::Progress => 0,
        NoteKind::Ward => 1,
        NoteKind::Discharge => 2,
        NoteKind::Referral => 3,
        NoteKind::Emergency => 4,
    }
}

fn survey(chart: &Chart) -> Vec<Survey> {
    let (begin, end) = (chart.known().0, chart.end());
    let mut firsts: Vec<(&'static Department, Minute)> = Vec::new();
    for visit in chart.visits() {
        match firsts.iter_mut().find(|(department, _)| *department == visit.department) {
            Some((_, first)) => *first = visit.time.0.min(*first),
            None => firsts.push((visit.department, visit.time.0)),
        }
    }
    let mut visits: Vec<Survey> = (chart.visits().iter())
        .map(|visit| Survey {
            kind: visit.kind,
            time: visit.time,
            counts: visit.end != VisitEnd::NoShow && (begin..end).contains(&visit.time.0),
            is_first: firsts.contains(&(visit.department, visit.time.0)),
            is_told: false,
            speaks: false,
            last: visit.time.0,
            notes: Vec::new(),
            summary: None,
            kinds: [false; 5],
            class: None,
        })
        .collect();
    for event in chart.events() {
        let Some(visit) = visits.get_mut(event.visit as usize) else { continue };
        if event.minute < end && event.minute <= visit.time.1 {
            visit.last = visit.last.max(event.minute);
        }
        match &event.what {
            What::Noted(kind) if event.minute < end => {
                visit.notes.push(event.minute);
                if *kind == NoteKind::Discharge {
                    visit.summary = Some(event.minute);
                }
                if let Some(known) = visit.kinds.get_mut(place(*kind)) {
                    *known = true;
                }
            }
            What::OnlyInText(hidden) => {
                visit.speaks = true;
                visit.is_told |= matches!(hidden, Hidden::Symptom { .. });
            }
            What::Diagnosis(told) if !told.for_billing && (told.main || visit.class.is_none()) => {
                visit.class = Some(Class::of(told.disease.icd10));
            }
            _ => {}
        }
    }
    visits
}

fn write_notes(dice: &mut Dice, chart: &mut Chart, id: VisitId, visit: &mut Survey) {
    let mut write = |visit: &mut Survey, minute: Minute, kind: NoteKind| {
        let minute = minute.clamp(visit.time.0, (chart.end() - 1).max(visit.time.0));
        chart.happened(id, minute, What::Noted(kind));
        visit.notes.push(minute);
        if kind == NoteKind::Discharge {
            visit.summary = Some(minute);
        }
    };
    let has = |visit: &Survey, kind: NoteKind| visit.kinds.get(place(kind)) == Some(&true);
    match visit.kind {
        VisitKind::Checkup if !visit.speaks => {}
        VisitKind::Outpatient | VisitKind::Checkup => {
            let refers = visit.kind == VisitKind::Outpatient && visit.is_first;
            if refers && dice.chance(LETTER) && !has(visit, NoteKind::Referral) {
                write(visit, visit.time.0, NoteKind::Referral);
            }
            let must = visit.is_first || visit.speaks;
            if !has(visit, NoteKind::Progress) && (must || dice.chance(PROGRESS)) {
                write(
                    visit,
                    visit.last.max(visit.time.0 + 20).min(visit.time.1),
                    NoteKind::Progress,
                );
            }
        }
        VisitKind::Emergency => {
            if !has(visit, NoteKind::Emergency) {
                write(visit, visit.time.0 + 30, NoteKind::Emergency);
            }
        }
        VisitKind::Inpatient { .. } => {
            if !has(visit, NoteKind::Ward) {
                let mut minute = visit.time.0 + 120;
                while minute < visit.time.1 {
                    write(visit, minute, NoteKind::Ward);
                    minute += dice.between(2, 3) * DAY;
                }
            }
            if !has(visit, NoteKind::Discharge) {
                write(visit, visit.time.1 - 60, NoteKind::Discharge);
            }
        }
    }
    visit.notes.sort_unstable();
}

/// Whether somebody already asked for smoking in a form.
fn is_asked(chart: &Chart) -> bool {
    chart.events().iter().any(|event| match &event.what {
        What::Measured { test, .. } => test.kind == TestKind::Social,
        What::OnlyInText(Hidden::Smoking { .. } | Hidden::NeverSmoked) => true,
        What::Diagnosis(told) => told.disease.icd10.starts_with("F17"),
        _ => false,
    })
}
