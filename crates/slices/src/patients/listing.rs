//! Which patients are offered: those looked for, those looked at before, those who came last.

use desk::{Page, Refusal, Site};
use jiff::civil::Date;
use lake::{Parameter, Reader};
use vocab::{PatientId, PurposeOfUse};

use super::banner::Banner;
use super::record::Body;

/// How many patients one search shows.
pub(crate) const FOUND_MAX: usize = 20;
/// How many of those looked at before are shown.
const SEEN_MAX: u32 = 8;
/// The longest text looked for, in characters.
pub(crate) const WANTED_CHARS_MAX: usize = 200;

/// One patient in a list.
#[derive(Clone, Debug)]
pub(crate) struct PatientLine {
    pub(crate) number: i64,
    pub(crate) banner: Banner,
    /// The last visit: its day and department.
    pub(crate) last_visit: Option<String>,
}

/// Somebody who came, and where to.
struct Came {
    patient: PatientId,
    last_visit: Option<String>,
}

/// Those who came last, up to today.
pub(crate) async fn came_last(
    site: &Site,
    page: &Page,
    reader: &Reader,
    today: Date,
) -> Result<Vec<PatientLine>, Refusal> {
    if reader.snapshot().is_none() {
        return Ok(Vec::new());
    }
    let bound = [("today", Parameter::Day(today))];
    let answer = reader.ask(include_str!("sql/came_last.sql"), &bound).await?;
    let came = answer.rows().filter_map(|row| {
        let day = row.day("day").map(|day| page.day(day))?;
        let department = row.text("department").unwrap_or_default();
        Some(Came {
            patient: row.whole("patient_id").and_then(PatientId::from_stored)?,
            last_visit: Some(format!("{day} {department}").trim_end().to_owned()),
        })
    });
    lines(site, page, reader, came.collect()).await
}

/// Those this person looked at last.
pub(crate) async fn seen(
    site: &Site,
    page: &Page,
    reader: &Reader,
) -> Result<Vec<PatientLine>, Refusal> {
    let actor = reader.permit().actor();
    let people = site.ledger().people();
    let seen = people.patients_seen(actor, PurposeOfUse::Treatment, SEEN_MAX).await?;
    let came = seen.into_iter().map(|patient| Came { patient, last_visit: None });
    lines(site, page, reader, came.collect()).await
}

/// Those a text may mean.
pub(crate) async fn found(
    site: &Site,
    page: &Page,
    reader: &Reader,
    wanted: &str,
) -> Result<(Vec<PatientLine>, bool), Refusal> {
    let wanted: String = wanted.chars().take(WANTED_CHARS_MAX).collect();
    let mut found = match wanted.trim() {
        "" => Vec::new(),
        wanted => site.ledger().identity().find(wanted).await?,
    };
    let more = found.len() > FOUND_MAX;
    found.truncate(FOUND_MAX);
    let came = found.into_iter().map(|patient| Came { patient, last_visit: None });
    Ok((lines(site, page, reader, came.collect()).await?, more))
}

/// Names them, each with an audit line of their own; who has no name here is left out.
async fn lines(
    site: &Site,
    page: &Page,
    reader: &Reader,
    came: Vec<Came>,
) -> Result<Vec<PatientLine>, Refusal> {
    let numbers: Vec<PatientId> = came.iter().map(|came| came.patient).collect();
    let identities = site.ledger().identity().get_many(reader.permit(), &numbers).await?;
    let today = page.today(site.ledger().clock().now());
    let mut lines = Vec::with_capacity(came.len());
    for (came, identity) in came.into_iter().zip(identities) {
        let Some(identity) = identity else { continue };
        let body = Body::default();
        let banner = Banner::new(page, Some(&identity), &body, today);
        lines.push(PatientLine { number: came.patient.get(), banner, last_visit: came.last_visit });
    }
    Ok(lines)
}
