//! Pieces of SQL.

use crate::units::Conversion;

/// The columns of an event that is a member of a set or was chosen.
pub(super) const MEMBER: &[&str] = &[
    "event_id",
    "kind",
    "source_key",
    "start_low",
    "start_high",
    "last_low",
    "last_high",
    "members",
    "found_by",
    "quantity",
    "default_unit",
];

/// What orders events, and by what two are the same.
const PLACE: &[&str] = &["start_low", "start_high", "last_low", "last_high", "kind", "source_key"];

/// A number that is not known.
pub(super) const NO_NUMBER: &str = "cast(null as double)";
/// A truth that is not known.
pub(super) const NO_TRUTH: &str = "cast(null as boolean)";
/// A second or day that is not known.
pub(super) const NO_TIME: &str = "cast(null as bigint)";
/// A word that is not known.
pub(super) const NO_WORD: &str = "cast(null as varchar)";

/// The columns of a member, of an alias.
pub(super) fn member(alias: &str) -> String {
    of(alias, MEMBER)
}

/// What makes two events the same.
pub(super) fn place(alias: &str) -> String {
    of(alias, PLACE)
}

fn of(alias: &str, columns: &[&str]) -> String {
    let columns: Vec<String> = columns.iter().map(|name| format!("{alias}.{name}")).collect();
    columns.join(", ")
}

/// The order of events, the first first.
pub(super) fn order(alias: &str) -> String {
    format!(
        "{alias}.start_low nulls last, {alias}.start_high nulls last, {alias}.last_low nulls last, \
         {alias}.last_high nulls last, {alias}.kind, {alias}.source_key"
    )
}

/// The order of events, the last first.
pub(super) fn order_back(alias: &str) -> String {
    format!(
        "{alias}.start_low desc nulls first, {alias}.start_high desc nulls first, \
         {alias}.last_low desc nulls first, {alias}.last_high desc nulls first, \
         {alias}.kind desc, {alias}.source_key desc"
    )
}

/// Whether two events are the same, both being there.
pub(super) fn same_event(a: &str, b: &str) -> String {
    let same: Vec<String> =
        PLACE.iter().map(|name| format!("({a}.{name} is not distinct from {b}.{name})")).collect();
    same.join(" and ")
}

/// A number of rows before and with this one, as a whole number.
pub(super) fn numbered(partition: &str, order: &str) -> String {
    let partition =
        if partition.is_empty() { String::new() } else { format!("partition by {partition} ") };
    format!("cast(row_number() over ({partition}order by {order}) as bigint)")
}

/// All rows before this one, in a window.
pub(super) const BEFORE: &str = "rows between unbounded preceding and 1 preceding";
/// All rows up to this one.
pub(super) const UNTIL: &str = "rows between unbounded preceding and current row";

/// A text.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A list of texts.
pub(super) fn texts<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    texts.map(quoted).collect::<Vec<_>>().join(", ")
}

/// A number in double precision.
pub(super) fn double(number: f64) -> String {
    if number < 0.0 { format!("({number:e})") } else { format!("{number:e}") }
}

/// The whole number at or below a ratio; the divisor is positive.
pub(super) fn floor(number: &str, divisor: i64) -> String {
    format!("cast(floor(({number}) / {divisor}e0) as bigint)")
}

/// The local day of a second.
pub(super) fn day(second: &str) -> String {
    floor(second, 86_400)
}

/// The last second of a local day.
pub(super) fn last_second(day: &str) -> String {
    format!("(({day}) * 86400 + 86399)")
}

/// A number, where it is finite; it is written twice, so it must be short.
pub(super) fn finite(number: &str) -> String {
    format!("case when abs({number}) <= {:e} then {number} end", f64::MAX)
}

/// True where the first is, false where the second is, else unknown.
pub(super) fn sure(holds: &str, fails: &str) -> String {
    format!("(case when {holds} then true when {fails} then false end)")
}

/// A short number in another unit, by steps that are known now.
pub(super) fn converted(number: &str, way: Option<&Conversion>) -> String {
    let Some(way) = way else { return NO_NUMBER.to_owned() };
    let mut text = number.to_owned();
    for (sign, by) in way.signs() {
        text = format!("({text} {sign} {})", double(by));
    }
    if text == number { text } else { format!("({})", finite(&text)) }
}

/// A query with columns more.
pub(super) fn with(inner: &str, columns: &[(String, String)]) -> String {
    let columns: Vec<String> =
        columns.iter().map(|(name, says)| format!("{says} as {name}")).collect();
    format!("select q.*, {}\nfrom ({inner}) as q", columns.join(", "))
}
