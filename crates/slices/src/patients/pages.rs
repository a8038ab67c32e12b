//! The pages of the domain: take a permit, ask the stores, show.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use desk::chart::Figure;
use desk::{Page, Permitted, PermittedPatient, Refusal, Site, Treatment};
use jiff::civil::Date;
use lake::{Reader, Wanted};
use serde::Deserialize;
use vocab::PatientId;

use super::banner::Banner;
use super::course::{self, Drawn};
use super::document::{self, Content};
use super::listing::{self, PatientLine};
use super::record::{self, Allergy, Body, Known, Note, Record, When};
use super::rules::Window;

/// How many notes and reports the page lists.
const NOTES_MAX: usize = 40;
const REPORTS_MAX: usize = 20;
const DAYS_OF_WORDS_MAX: usize = 20;

/// The routes of the domain.
pub(crate) fn router() -> axum::Router<Site> {
    Router::new()
        .route("/patients", get(patients).post(search))
        .route("/patients/{patient_id}", get(patient))
        .route("/patients/{patient_id}/notes/{note}", get(note))
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "patients/templates/patients.html")]
pub(crate) struct Patients {
    pub(crate) page: Page,
    /// What was looked for, and what was found; nothing before a search.
    pub(crate) found: Option<Found>,
    pub(crate) seen: Vec<PatientLine>,
    pub(crate) came_last: Vec<PatientLine>,
}

/// What a search found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) lines: Vec<PatientLine>,
    /// Whether there were more.
    pub(crate) more: bool,
}

async fn patients(look: Permitted<Treatment>) -> Result<Html<String>, Refusal> {
    let (site, page, reader) = look.open().await?;
    let today = page.today(site.ledger().clock().now());
    let seen = listing::seen(&site, &page, &reader).await?;
    let came_last = listing::came_last(&site, &page, &reader, today).await?;
    show(&Patients { found: None, seen, came_last, page })
}

/// What was typed: it stays out of the address, where it would be kept by browsers and logs.
#[derive(Debug, Deserialize)]
pub(crate) struct Search {
    wanted: String,
}

async fn search(
    look: Permitted<Treatment>,
    Form(search): Form<Search>,
) -> Result<Response, Refusal> {
    let (site, page, reader) = look.open().await?;
    let (lines, more) = listing::found(&site, &page, &reader, &search.wanted).await?;
    if let ([only], false) = (lines.as_slice(), more) {
        return Ok(Redirect::to(&format!("/patients/{}", only.number)).into_response());
    }
    let found = Some(Found { lines, more });
    Ok(show(&Patients { found, seen: Vec::new(), came_last: Vec::new(), page })?.into_response())
}

/// The years asked for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Years {
    from: Option<i16>,
    to: Option<i16>,
}

/// A stretch of years one can go to.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) label: String,
    pub(crate) from: i16,
    pub(crate) to: i16,
    pub(crate) is_current: bool,
}

/// One note in the list.
#[derive(Debug)]
pub(crate) struct NoteLine {
    pub(crate) name: String,
    pub(crate) when: String,
    pub(crate) title: String,
    pub(crate) department: String,
}

/// One thing on a day, in words.
#[derive(Debug)]
pub(crate) struct DayLine {
    pub(crate) when: String,
    pub(crate) name: String,
    pub(crate) says: String,
}

/// What was told in words on one day: each thing with its answer.
#[derive(Debug)]
pub(crate) struct WordsOfDay {
    pub(crate) when: String,
    pub(crate) values: Vec<(String, String)>,
}

/// Lines of a list, and how many there are beyond them.
#[derive(Debug)]
pub(crate) struct Listed<T> {
    pub(crate) lines: Vec<T>,
    pub(crate) more: Option<String>,
}

/// One patient's course.
#[derive(Template)]
#[template(path = "patients/templates/patient.html")]
pub(crate) struct Patient {
    pub(crate) page: Page,
    pub(crate) number: i64,
    pub(crate) banner: Banner,
    pub(crate) allergies: Vec<Allergy>,
    pub(crate) window: Window,
    /// Years a form can choose, the first known one first.
    pub(crate) years: Vec<i16>,
    pub(crate) choices: Vec<Choice>,
    /// The picture; nothing where nothing is known.
    pub(crate) figure: Option<Figure>,
    pub(crate) left_out: Vec<String>,
    pub(crate) notes: Listed<NoteLine>,
    pub(crate) reports: Listed<DayLine>,
    pub(crate) words: Listed<WordsOfDay>,
}

async fn patient(
    look: PermittedPatient<Treatment>,
    Query(years): Query<Years>,
) -> Result<Html<String>, Refusal> {
    let PermittedPatient { patient, look } = look;
    let (site, page, reader) = look.open().await?;
    if reader.snapshot().is_none() {
        return Err(Refusal::NotFound);
    }
    let reader = Arc::new(reader);
    let Known { body, extent, mut record } = record::known(&reader).await?;
    let body = body.ok_or(Refusal::NotFound)?;
    let today = page.today(site.ledger().clock().now());
    let window = Window::new(years.from, years.to, extent.unwrap_or((today, today)));
    (record.values, record.words) = record::values(&reader, window.days()).await?;
    let banner = banner(&site, &page, (&reader, patient), &body).await?;
    show(&Patient::new(page, (patient, banner), &record, (window, extent, body.died)))
}

/// Who it is, from the identity store and the patient's row.
async fn banner(
    site: &Site,
    page: &Page,
    (reader, patient): (&Reader, PatientId),
    body: &Body,
) -> Result<Banner, Refusal> {
    let identity = site.ledger().identity().get(reader.permit(), patient).await?;
    let today = page.today(site.ledger().clock().now());
    Ok(Banner::new(page, identity.as_ref(), body, today))
}

type Course = (Window, Option<(Date, Date)>, Option<Date>);

impl Patient {
    /// Draws and lists a record.
    pub(crate) fn new(
        page: Page,
        (patient, banner): (PatientId, Banner),
        record: &Record,
        (window, known, died): Course,
    ) -> Self {
        let drawn = known.map(|_| course::draw(&page, record, window, (banner.today, died)));
        let (figure, left_out) = match drawn {
            Some(Drawn { figure, left_out }) => (Some(figure), left_out),
            None => (None, Vec::new()),
        };
        let years = known.map(|(first, last)| (first.year()..=last.year()).collect());
        Self {
            number: patient.get(),
            banner,
            allergies: record.allergies.clone(),
            window,
            years: years.unwrap_or_default(),
            choices: known.map(|known| choices(&page, window, known)).unwrap_or_default(),
            figure,
            left_out,
            notes: notes(&page, record, window),
            reports: reports(&page, record, window),
            words: words(&page, record),
            page,
        }
    }
}

/// One year, three, five, everything; earlier and later.
fn choices(page: &Page, window: Window, known: (Date, Date)) -> Vec<Choice> {
    let (first, last) = (known.0.year(), known.1.year());
    let mut choices = Vec::new();
    let mut choice = |label: String, from: i16, to: i16| {
        let is_current = (from, to) == (window.from, window.to);
        choices.push(Choice { label, from, to, is_current });
    };
    let length = window.years();
    if window.from > first {
        let earlier = window.moved(-length);
        choice(page.say("patients.years.earlier").to_owned(), earlier.from, earlier.to);
    }
    let span = last - first + 1;
    for years in [1, 3, 5].into_iter().filter(|years| *years < span) {
        let to = window.to.clamp(first, last);
        let number = years.to_string();
        let key = if years == 1 { "patients.years.one" } else { "patients.years.some" };
        choice(page.fill(key, &[("number", &number)]), to - years + 1, to);
    }
    choice(page.say("patients.years.all").to_owned(), first, last);
    if window.to < last {
        let later = window.moved(length);
        choice(page.say("patients.years.later").to_owned(), later.from, later.to);
    }
    choices
}

/// A day, or what is told of it.
fn when(page: &Page, when: &When) -> String {
    when.vague.clone().unwrap_or_else(|| page.day(when.day))
}

fn listed<T>(page: &Page, mut lines: Vec<T>, lines_max: usize) -> Listed<T> {
    let rest = lines.len().saturating_sub(lines_max);
    lines.truncate(lines_max);
    let more =
        |rest: usize| page.fill("patients.patient.more", &[("number", &page.number(rest as u64))]);
    Listed { lines, more: (rest > 0).then(|| more(rest)) }
}

fn notes(page: &Page, record: &Record, window: Window) -> Listed<NoteLine> {
    let inside =
        |note: &&Note| note.when.as_ref().is_none_or(|when| window.holds(when.day, Some(when.day)));
    let line = |note: &Note| NoteLine {
        name: document::name(note),
        when: note.when.as_ref().map(|day| when(page, day)).unwrap_or_default(),
        title: title(page, note),
        department: note.department.clone().unwrap_or_default(),
    };
    listed(page, record.notes.iter().filter(inside).map(line).collect(), NOTES_MAX)
}

fn title(page: &Page, note: &Note) -> String {
    let named = [note.kind.as_str(), note.title.as_deref().unwrap_or_default()];
    let mut parts: Vec<&str> = named.into_iter().filter(|part| !part.is_empty()).collect();
    parts.dedup();
    if parts.is_empty() {
        return page.say("patients.note.untitled").to_owned();
    }
    parts.join(" / ")
}

fn reports(page: &Page, record: &Record, window: Window) -> Listed<DayLine> {
    let inside = record.reports.iter().filter(|one| window.holds(one.when.day, Some(one.when.day)));
    let line = |one: &record::Done| DayLine {
        when: when(page, &one.when),
        name: one.name.clone(),
        says: one.conclusion.clone().unwrap_or_default(),
    };
    listed(page, inside.map(line).collect(), REPORTS_MAX)
}

/// The newest day first.
fn words(page: &Page, record: &Record) -> Listed<WordsOfDay> {
    let days = record.words.chunk_by(|(one, ..), (next, ..)| one == next);
    let value =
        |(_, name, says): &(Date, String, String)| (name.clone(), says.trim_end().to_owned());
    let day = |told: &[(Date, String, String)]| WordsOfDay {
        when: told.first().map(|(day, ..)| page.day(*day)).unwrap_or_default(),
        values: told.iter().map(value).collect(),
    };
    listed(page, days.rev().map(day).collect(), DAYS_OF_WORDS_MAX)
}

/// One document.
#[derive(Debug, Template)]
#[template(path = "patients/templates/note.html")]
pub(crate) struct NotePage {
    pub(crate) page: Page,
    pub(crate) number: i64,
    pub(crate) banner: Banner,
    pub(crate) title: String,
    pub(crate) when: String,
    pub(crate) department: String,
    /// The text; nothing where it cannot be shown.
    pub(crate) text: Option<String>,
    /// Why it cannot.
    pub(crate) why_not: String,
}

async fn note(
    look: PermittedPatient<Treatment>,
    Path((_, name)): Path<(String, String)>,
) -> Result<Html<String>, Refusal> {
    let PermittedPatient { patient, look } = look;
    let (site, page, reader) = look.open().await?;
    if reader.snapshot().is_none() {
        return Err(Refusal::NotFound);
    }
    let body = record::body(&reader).await?.ok_or(Refusal::NotFound)?;
    let banner = banner(&site, &page, (&reader, patient), &body).await?;
    let notes = record::notes(&reader).await?;
    let note = notes.iter().find(|note| document::name(note) == name).ok_or(Refusal::NotFound)?;
    let wanted = Wanted { table: "document_reference", source: &note.source, key: &note.key };
    let content = match note.has_text {
        true => reader.received(wanted).await?.as_ref().map(document::content),
        false => None,
    };
    show(&NotePage::new(page, (patient, banner), note, content.unwrap_or(Content::Elsewhere)))
}

impl NotePage {
    /// Shows a document as far as it can be shown.
    pub(crate) fn new(
        page: Page,
        (patient, banner): (PatientId, Banner),
        note: &Note,
        content: Content,
    ) -> Self {
        let form = note.content_type.clone().unwrap_or_default();
        let (text, why_not) = match content {
            Content::Text(text) => (Some(text), String::new()),
            Content::Other(form) => {
                (None, page.fill("patients.note.other_form", &[("form", &form)]))
            }
            Content::Elsewhere => (None, page.fill("patients.note.elsewhere", &[("form", &form)])),
        };
        Self {
            number: patient.get(),
            banner,
            title: title(&page, note),
            when: note.when.as_ref().map(|day| when(&page, day)).unwrap_or_default(),
            department: note.department.clone().unwrap_or_default(),
            text,
            why_not,
            page,
        }
    }
}

fn show(page: &impl Template) -> Result<Html<String>, Refusal> {
    page.render().map(Html).map_err(Refusal::internal)
}
