//! The free text of the hospital: notes and reports, made from a patient's life.
//!
//! [`write()`] makes the text of one event and marks what it says, so that whatever claims to
//! read notes can be measured ([`annotations_json`]). Doctors differ in style; some carry
//! paragraphs over from earlier notes, some slip on the keyboard. All names, doctors and texts are
//! invented.

mod annotations;
mod class;
mod dates;
mod discharge;
mod exam;
mod facts;
mod hidden;
mod letter;
mod names;
mod pen;
mod plan;
mod reports;
mod sections;
mod soap;
mod span;
mod stage;
mod style;
mod talk;
mod values;

use super::chart::{Event, Hidden, Life, NoteKind, Value, What};
use crate::dice::Dice;
use facts::Facts;
use pen::Pen;
use style::Style;

pub use annotations::annotations_json;
pub use plan::plan;
pub use span::{Amount, Assertion, Category, Code, Meaning, Span, System};

/// A note or report. Used again for the next one, it keeps its memory.
#[derive(Clone, Debug, Default)]
pub struct Note {
    /// The text; lines end in `\n`.
    pub text: String,
    /// What kind of document it is, in Japanese: 経過記録.
    pub title: &'static str,
    /// The same as LOINC: `11506-3`.
    pub loinc: &'static str,
    /// The author's number within the department, under [`AUTHORS`].
    pub author: u8,
    /// What the text says.
    pub spans: Vec<Span>,
    facts: Facts,
    earlier: Facts,
}

impl Note {
    /// The words of a span.
    #[must_use]
    pub fn slice(&self, span: &Span) -> &str {
        self.text.get(span.bytes.0..span.bytes.1).unwrap_or_default()
    }
}

/// Authors of a department.
pub const AUTHORS: u8 = 12;

/// Of a thousand progress notes, so many carry the assessment over from the one before.
const CARRIED_PER_MILLE: u32 = 120;

/// Writes the note or report that stands at this place of the life's events.
///
/// The text depends on the patient and the event only. Where no note or report stands, the note
/// is left empty.
pub fn write(life: &Life, at: usize, note: &mut Note) {
    note.text.clear();
    note.spans.clear();
    let Some(event) = life.events.get(at) else { return };
    if !matches!(event.what, What::Noted(_) | What::Reported(_)) {
        return;
    }
    let mut facts = std::mem::take(&mut note.facts);
    let mut earlier = std::mem::take(&mut note.earlier);
    facts.gather(life, at);
    let mut dice = Dice::new(seed(life, 0), at as u64);
    let (author, style) = author(life, at, &mut dice);
    note.author = author;
    match event.what {
        What::Reported(report) => {
            (note.title, note.loinc) = reports::title(report.kind);
            reports::write(&mut Pen::new(note, dice, style), &facts, report);
        }
        What::Noted(kind) => {
            (note.title, note.loinc) = title(kind);
            let mut pen = Pen::new(note, dice, style);
            match kind {
                NoteKind::Discharge => discharge::write(&mut pen, &facts),
                NoteKind::Referral => letter::referral(&mut pen, &facts),
                NoteKind::Emergency => letter::emergency(&mut pen, &facts),
                NoteKind::Progress | NoteKind::Ward => {
                    let carried = carried(&mut pen, life, at, &mut earlier);
                    let chance = soap::Chance {
                        assessment: assessment_dice(life, at),
                        summary: Dice::new(seed(life, 3), u64::from(author)),
                    };
                    soap::write(&mut pen, &facts, chance, carried);
                }
            }
        }
        _ => {}
    }
    (note.facts, note.earlier) = (facts, earlier);
}

fn title(kind: NoteKind) -> (&'static str, &'static str) {
    match kind {
        NoteKind::Progress => ("外来経過記録", "11506-3"),
        NoteKind::Ward => ("入院経過記録", "11506-3"),
        NoteKind::Discharge => ("退院時サマリー", "18842-5"),
        NoteKind::Referral => ("診療情報提供書", "57133-1"),
        NoteKind::Emergency => ("救急外来記録", "34111-5"),
    }
}

/// What chance starts from: who the patient is, which the hospital's seed decided.
fn seed(life: &Life, purpose: u64) -> u64 {
    let number = u64::from(life.person.local_number);
    number ^ (life.number << 32) ^ life.person.born.unsigned_abs().rotate_left(20) ^ (purpose << 60)
}

/// Who writes: mostly the doctor who always sees the patient.
fn author(life: &Life, at: usize, dice: &mut Dice) -> (u8, Style) {
    let visit = life.events.get(at).and_then(|event| life.visits.get(event.visit as usize));
    let department = visit.map_or("", |visit| visit.department.code);
    let usual = Dice::new(seed(life, 1), department.bytes().map(u64::from).sum()).below(12);
    let number = if dice.chance(0.75) { usual } else { dice.below(u32::from(AUTHORS)) };
    (u8::try_from(number).unwrap_or_default(), Style::of(department, u64::from(number)))
}

/// The note before, if this author carries its assessment over.
fn carried<'e>(
    pen: &mut Pen<'_>,
    life: &Life,
    at: usize,
    earlier: &'e mut Facts,
) -> Option<soap::Carried<'e>> {
    if pen.dice.below(1_000) >= CARRIED_PER_MILLE {
        return None;
    }
    let note = life.events.get(at)?;
    let department = |event: &Event| Some(life.visits.get(event.visit as usize)?.department);
    let before = life
        .events
        .get(..at)?
        .iter()
        .rposition(|event| event.what == note.what && department(event) == department(note))?;
    earlier.gather(life, before);
    earlier.hidden.retain(|hidden| !matches!(hidden, Hidden::Nyha(_)));
    let mut dice = Dice::new(seed(life, 0), before as u64);
    let (_, style) = author(life, before, &mut dice);
    Some(soap::Carried { facts: earlier, dice: assessment_dice(life, before), style })
}

/// Chance of the assessment, apart from the rest, so that it can be carried over word for word.
fn assessment_dice(life: &Life, at: usize) -> Dice {
    Dice::new(seed(life, 2), at as u64)
}

#[cfg(test)]
mod tests;
