//! How long one waits after a wrong password or code: longer each time, and never for ever.
//!
//! Nobody can lock somebody else out for longer than the day: after a hundred failures the way is
//! closed until midnight on the hospital's clock, and a link from the administrator opens another.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::clock::from_us;
use crate::error::{Doing, LedgerError};
use crate::sessions::SECOND_US;
use crate::store::{Tx, ask};

/// So many wrong answers to one name are looked at on one day.
pub const TRIES_A_DAY_MAX: i64 = 100;

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Password,
    Code,
}

impl Way {
    fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
        }
    }
}

/// Until when a name waits after so many failures, the last of them at a moment.
///
/// # Nulls
/// Absent when nothing failed yet.
fn until(failures: i64, last: Timestamp, day_ends: Timestamp) -> Option<Timestamp> {
    let seconds = match failures {
        ..=0 => return None,
        1..=2 => 1,
        3..=8 => 3,
        9..=24 => 5,
        25..TRIES_A_DAY_MAX => 10,
        TRIES_A_DAY_MAX.. => return Some(day_ends),
    };
    Some(last.checked_add(seconds.seconds()).unwrap_or(last))
}

/// The day of a moment on the hospital's clock, counted from 1970, and its end.
fn day_of(now: Timestamp, zone: &TimeZone) -> (i64, Timestamp) {
    let date = zone.to_datetime(now).date();
    let first = jiff::civil::date(1970, 1, 1);
    let number = first.until(date).map(|span| i64::from(span.get_days())).unwrap_or_default();
    let next = date.tomorrow().ok().map(|next| next.at(0, 0, 0, 0));
    (number, next.and_then(|next| zone.to_timestamp(next).ok()).unwrap_or(now))
}

/// Counts a try as failed before it is looked at, so that a thousand at once are still a thousand.
/// Where the name must wait, nothing is counted and the end of the wait comes back.
pub(crate) async fn take(
    tx: &mut Tx,
    (name_hash, way): (i64, Way),
    now_us: i64,
    zone: &TimeZone,
) -> Result<Option<Timestamp>, LedgerError> {
    let now = from_us(now_us);
    let (day, day_ends) = day_of(now, zone);
    let row = ask(include_str!("../../sql/account/tries.sql"))
        .bind(name_hash)
        .bind(way.as_str())
        .bind(day)
        .row(&mut *tx)
        .await
        .doing("read the tries")?;
    if let Some(row) = row {
        let (failures, last_us): (i64, i64) =
            (|| Ok((row.try_get(0)?, row.try_get(1)?)))().doing("read the tries")?;
        if let Some(end) = until(failures, from_us(last_us), day_ends).filter(|end| *end > now) {
            return Ok(Some(end));
        }
    }
    ask(include_str!("../../sql/account/forget_tries.sql"))
        .bind(day - 1)
        .done(&mut *tx)
        .await
        .doing("count a try")?;
    ask(include_str!("../../sql/account/count_try.sql"))
        .bind(name_hash)
        .bind(way.as_str())
        .bind(day)
        .bind(now_us)
        .done(tx)
        .await
        .doing("count a try")?;
    Ok(None)
}

/// Takes back the count of a try that succeeded.
pub(crate) async fn give_back(
    tx: &mut Tx,
    (name_hash, way): (i64, Way),
) -> Result<(), LedgerError> {
    ask(include_str!("../../sql/account/uncount_try.sql"))
        .bind(name_hash)
        .bind(way.as_str())
        .done(tx)
        .await
        .doing("count a try")?;
    Ok(())
}

/// Whole seconds from now to the end of a wait, at least one.
pub(crate) fn seconds_to(end: Timestamp, now_us: i64) -> i64 {
    let left_us = end.as_microsecond().saturating_sub(now_us);
    left_us.div_euclid(SECOND_US).saturating_add(i64::from(left_us % SECOND_US != 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_in_steps_and_ends_with_the_day() {
        let last: Timestamp = "2026-11-22T05:32:00Z".parse().unwrap();
        let ends: Timestamp = "2026-11-22T15:00:00Z".parse().unwrap();
        let wait = |failures| {
            until(failures, last, ends).map(|end| seconds_to(end, last.as_microsecond()))
        };
        let steps = [0, 1, 2, 3, 8, 9, 24, 25, 99].map(wait);
        let expect = [0, 1, 1, 3, 3, 5, 5, 10, 10];
        assert_eq!(steps.map(Option::unwrap_or_default), expect);
        assert_eq!(until(100, last, ends), Some(ends));
        assert_eq!(until(i64::MAX, last, ends), Some(ends));
    }

    #[test]
    fn a_day_ends_at_midnight_on_the_hospital_s_clock() {
        let tokyo = TimeZone::fixed(jiff::tz::Offset::constant(9));
        let day = |text: &str| day_of(text.parse().unwrap(), &tokyo);
        let (number, ends) = day("2026-11-22T14:59:59Z");
        assert_eq!(ends, "2026-11-22T15:00:00Z".parse().unwrap());
        assert_eq!(day("2026-11-22T15:00:00Z").0, number + 1);
        assert_eq!(day("1970-01-01T00:00:00Z").0, 0);
    }
}
