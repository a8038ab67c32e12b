//! Events joined to episodes, and exposures laid out and joined to eras.

use std::sync::Arc;

use crate::ast::{Era, Span, Supply};

use super::calendar::{SECONDS_PER_DAY, day_after, last_second_of, offset, shift_second};
use super::patient::{Days, joined};
use super::scope::Member;
use super::{PatientEvent, Refused, Stretch};

/// Members in order joined to episodes.
pub(crate) fn episodes(members: Vec<Member>, gap: Span) -> Result<Vec<Member>, Refused> {
    let mut done: Vec<Member> = Vec::new();
    for member in members {
        let Some(start) = member.event.start else { continue };
        match done.last_mut() {
            Some(episode) if reaches(episode.event.last, start, gap) => {
                let first = Arc::make_mut(&mut episode.event);
                first.last = latest(first.last, member.event.last);
                first.members = first.members.saturating_add(1);
            }
            _ => {
                let mut first = PatientEvent::clone(&member.event);
                first.members = 1;
                done.push(Member { event: Arc::new(first), ..member });
            }
        }
    }
    Ok(done)
}

/// Whether a start is no later than the gap after an end. What has not ended reaches everything.
#[must_use]
pub fn reaches(last: Option<Stretch>, start: Stretch, gap: Span) -> bool {
    let Some(last) = last else { return true };
    if gap.unit.is_finer_than_a_day() {
        let end = last.last_second().saturating_add(1);
        start.first_second() <= shift_second(end, offset(gap))
    } else {
        start.first_day() <= day_after(last.last_day(), gap)
    }
}

/// The later of two ends, each anywhere in its stretch; none where either has not ended.
fn latest(a: Option<Stretch>, b: Option<Stretch>) -> Option<Stretch> {
    let (a, b) = (a?, b?);
    let first = a.first_second().max(b.first_second());
    Stretch::new(first, a.last_second().max(b.last_second()))
}

/// An exposure on the days that it covers.
pub(crate) struct Laid {
    member: Member,
    first_day: i64,
    /// None where it goes on.
    last_day: Option<i64>,
    /// Whether it waits for what is left of those before, and so goes on where they end.
    waits: bool,
}

/// Exposures in order, each on the days that it covers.
pub(crate) fn laid_out(members: Vec<Member>, supply: Supply, carry: bool) -> Vec<Laid> {
    let mut laid = Vec::new();
    // The day after those covered so far; none where something goes on for ever.
    let mut free = Some(i64::MIN);
    for member in members {
        let Some(start) = member.event.start else { continue };
        let own = start.first_day();
        let first_day = match free {
            _ if !carry => own,
            Some(free) => own.max(free),
            // Nothing is left to move it to: it adds no day.
            None => own,
        };
        let last_day = last_day(&member.event, first_day, own, supply);
        free = match (free, last_day) {
            (Some(free), Some(last)) => Some(free.max(last.saturating_add(1))),
            _ => None,
        };
        laid.push(Laid { member, first_day, last_day, waits: first_day > own });
    }
    laid
}

/// The last day covered by an exposure that covers from a day; `own` is the day it starts itself.
fn last_day(event: &PatientEvent, first: i64, own: i64, supply: Supply) -> Option<i64> {
    let after = |days: i64| first.saturating_add(days.max(1) - 1);
    let spanned = |span: Span| after(day_after(first, span).saturating_sub(first));
    let recorded = event.days_supply.filter(|days| days.is_finite()).map(whole_days);
    match (supply, recorded) {
        (Supply::Fixed(span), _) | (Supply::RecordedElse(span), None) => Some(spanned(span)),
        (Supply::Recorded | Supply::RecordedElse(_), Some(days)) => Some(after(days)),
        (Supply::Recorded, None) => {
            let last = event.last?.last_day();
            Some(after(last.saturating_sub(own).saturating_add(1)))
        }
    }
}

/// The most days that one supply lasts: ten thousand years.
const SUPPLY_DAYS_MAX: f64 = 3_652_500.0;

fn whole_days(days: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "it is between 1 and 3,652,500")]
    let whole = days.ceil().clamp(1.0, SUPPLY_DAYS_MAX) as i64;
    whole
}

/// Exposures joined to eras.
pub(crate) fn eras(members: Vec<Member>, era: &Era) -> Vec<Member> {
    let mut done: Vec<(Member, Option<i64>)> = Vec::new();
    for laid in laid_out(members, era.supply, era.carry) {
        let Laid { member, first_day, last_day, waits } = laid;
        let reaches = |end| waits || first_day <= day_after(end, era.gap);
        match done.last_mut() {
            Some((joined, end)) if end.is_none_or(reaches) => {
                *end = end.zip(last_day).map(|(end, last)| end.max(last));
                let event = Arc::make_mut(&mut joined.event);
                event.members = event.members.saturating_add(1);
            }
            _ => {
                let mut event = PatientEvent::clone(&member.event);
                event.members = 1;
                done.push((Member { event: Arc::new(event), ..member }, last_day));
            }
        }
    }
    let ended = done.into_iter().map(|(mut member, end)| {
        let last = end.map(|end| Stretch::second(last_second_of(end)));
        Arc::make_mut(&mut member.event).last = last;
        member
    });
    ended.collect()
}

/// Of the days of a window, the share on which any exposure lies.
pub(crate) fn share_covered(laid: &[Laid], window: Days) -> Option<f64> {
    let (first, last) = window;
    let days = last.checked_sub(first)?.checked_add(1)?;
    if days < 1 {
        return None;
    }
    let inside = |laid: &Laid| {
        let until = laid.last_day.unwrap_or(i64::MAX / SECONDS_PER_DAY);
        (first.max(laid.first_day), last.min(until))
    };
    let covered = joined(laid.iter().map(inside).collect());
    let covered: i64 = covered.iter().map(|(from, until)| until - from + 1).sum();
    Some(covered as f64 / days as f64)
}
