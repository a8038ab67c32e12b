//! Steps of the calendar in whole numbers: years, months and days of days since 1970-01-01.
//!
//! The formulas are those of [`crate::ast::civil`], a column a line, so that nothing is written
//! twice. Dates of the engines are not used: they differ in range and in what adding months means.

use crate::ast::{Offset, Span, TimeUnit};
use crate::eval::offset;

use super::expression::{day, floor, with};

/// A query with a column more for each name: `NAME_part`.
fn layer(inner: &str, names: &[&str], part: &str, says: impl Fn(&str) -> String) -> String {
    let columns: Vec<(String, String)> =
        names.iter().map(|name| (format!("{name}_{part}"), says(name))).collect();
    with(inner, &columns)
}

/// A query with `NAME_y`, `NAME_m`, `NAME_d` more for each pair of a name and a day.
pub(super) fn civil(inner: &str, days: &[(&str, String)]) -> String {
    let names: Vec<&str> = days.iter().map(|(name, _)| *name).collect();
    let shifted: Vec<(String, String)> =
        days.iter().map(|(name, day)| (format!("{name}_z"), format!("{day} + 719468"))).collect();
    let text = with(inner, &shifted);
    let text = layer(&text, &names, "e", |name| floor(&format!("q.{name}_z"), 146_097));
    let text = layer(&text, &names, "doe", |name| format!("q.{name}_z - q.{name}_e * 146097"));
    let text = layer(&text, &names, "yoe", |name| {
        let doe = format!("q.{name}_doe");
        let leap = format!("{} - {}", floor(&doe, 36_524), floor(&doe, 146_096));
        floor(&format!("{doe} - {} + {leap}", floor(&doe, 1460)), 365)
    });
    let text = layer(&text, &names, "doy", |name| {
        let yoe = format!("q.{name}_yoe");
        let leap = format!("{} - {}", floor(&yoe, 4), floor(&yoe, 100));
        format!("q.{name}_doe - (365 * {yoe} + {leap})")
    });
    let text = layer(&text, &names, "mp", |name| floor(&format!("5 * q.{name}_doy + 2"), 153));
    let text = layer(&text, &names, "d", |name| {
        format!("q.{name}_doy - {} + 1", floor(&format!("153 * q.{name}_mp + 2"), 5))
    });
    let text = layer(&text, &names, "m", |name| {
        format!("case when q.{name}_mp < 10 then q.{name}_mp + 3 else q.{name}_mp - 9 end")
    });
    layer(&text, &names, "y", |name| {
        let january = format!("case when q.{name}_mp >= 10 then 1 else 0 end");
        format!("q.{name}_yoe + q.{name}_e * 400 + {january}")
    })
}

/// How many days a month has.
pub(super) fn days_of(year: &str, month: &str) -> String {
    format!(
        "case when {month} in (4, 6, 9, 11) then 30 when {month} <> 2 then 31 when {year} % 4 = 0 \
         and ({year} % 100 <> 0 or {year} % 400 = 0) then 29 else 28 end"
    )
}

/// A query with a column more for each day moved by calendar months: the same day of the month
/// reached, or its last. Names are those of the days; `NAME_to` is the day reached.
pub(super) fn shifted_months(inner: &str, days: &[(&str, String)], months: i64) -> String {
    let names: Vec<&str> = days.iter().map(|(name, _)| *name).collect();
    let text = civil(inner, days);
    let text =
        layer(&text, &names, "t", |name| format!("q.{name}_y * 12 + q.{name}_m - 1 + ({months})"));
    let text = layer(&text, &names, "ty", |name| floor(&format!("q.{name}_t"), 12));
    let text = layer(&text, &names, "tm", |name| format!("q.{name}_t - q.{name}_ty * 12 + 1"));
    // The year that begins with March.
    let text = layer(&text, &names, "yy", |name| {
        format!("q.{name}_ty - case when q.{name}_tm <= 2 then 1 else 0 end")
    });
    layer(&text, &names, "to", |name| {
        let year = format!("q.{name}_yy");
        let last = days_of(&format!("q.{name}_ty"), &format!("q.{name}_tm"));
        format!(
            "365 * {year} + {} - {} + {} + {} + least(q.{name}_d, {last}) - 1 - 719468",
            floor(&year, 4),
            floor(&year, 100),
            floor(&year, 400),
            floor(&format!("153 * ((q.{name}_tm + 9) % 12) + 2"), 5)
        )
    })
}

/// The months of a step, if it is in months or years.
pub(super) fn months(by: Offset) -> Option<i64> {
    match by.unit {
        TimeUnit::Month => Some(i64::from(by.count)),
        TimeUnit::Year => Some(i64::from(by.count) * 12),
        _ => None,
    }
}

/// The seconds of a step that is not in months or years.
pub(super) fn seconds(by: Offset) -> i64 {
    let length = match by.unit {
        TimeUnit::Second => 1,
        TimeUnit::Minute => 60,
        TimeUnit::Hour => 3600,
        TimeUnit::Week => 604_800,
        TimeUnit::Day | TimeUnit::Month | TimeUnit::Year => 86_400,
    };
    i64::from(by.count) * length
}

/// A query with `NAME_to` more for each second moved by a step.
pub(super) fn shifted_seconds(inner: &str, seconds_of: &[(&str, String)], by: Offset) -> String {
    let Some(months) = months(by) else {
        let columns: Vec<(String, String)> = seconds_of
            .iter()
            .map(|(name, second)| (format!("{name}_to"), format!("{second} + ({})", seconds(by))))
            .collect();
        return with(inner, &columns);
    };
    let days: Vec<(String, String)> =
        seconds_of.iter().map(|(name, second)| (format!("{name}_day"), day(second))).collect();
    let named: Vec<(&str, String)> =
        days.iter().map(|(name, day)| (name.as_str(), day.clone())).collect();
    let text = shifted_months(inner, &named, months);
    let columns: Vec<(String, String)> = seconds_of
        .iter()
        .map(|(name, second)| {
            let to = format!("(q.{name}_day_to - {}) * 86400", day(second));
            (format!("{name}_to"), format!("{second} + {to}"))
        })
        .collect();
    with(&text, &columns)
}

/// A query with `NAME_to` more for each day moved by a length of time; one in hours, minutes or
/// seconds moves it by the days that are begun.
pub(super) fn shifted_days(inner: &str, days: &[(&str, String)], span: Span) -> String {
    let by = offset(span);
    match months(by) {
        Some(months) => shifted_months(inner, days, months),
        None => {
            let begun = days_begun(span);
            let columns: Vec<(String, String)> = days
                .iter()
                .map(|(name, day)| (format!("{name}_to"), format!("{day} + {begun}")))
                .collect();
            with(inner, &columns)
        }
    }
}

/// The days that a length of time that is not in months or years begins.
pub(super) fn days_begun(span: Span) -> i64 {
    seconds(offset(span)).saturating_add(86_399).div_euclid(86_400)
}
